"""Dated figures, the law of a day, registers."""

from dataclasses import fields, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from agents.law.dated import Dated, NotInForceError
from agents.law.entries import Registration, RulePhase
from agents.law.thresholds import Thresholds
from agents.reference import DAYS_REMEMBERED_MAX, Reference
from tests.parcels import TODAY
from tests.reference import REFERENCE, WEEK, limit, phased, since, thresholds

LIMIT = Dated({date(2016, 1, 1): 150, date(2010, 1, 1): 100})


@pytest.mark.parametrize(
    ("day", "value"),
    [
        pytest.param(date(2010, 1, 1), 100, id="the first day"),
        pytest.param(date(2015, 12, 31), 100, id="the day before a change"),
        pytest.param(date(2016, 1, 1), 150, id="the day of it"),
        pytest.param(date(9999, 12, 31), 150, id="the last day of the calendar"),
    ],
)
def test_the_value_in_force(day: date, value: int) -> None:
    assert LIMIT.on(day) == value


def test_before_the_first_day_nothing_is_in_force() -> None:
    with pytest.raises(NotInForceError, match="no value on 2009-12-31: the first is from 2010-01-01"):
        LIMIT.on(date(2009, 12, 31))


def test_a_figure_without_any_value() -> None:
    with pytest.raises(NotInForceError, match="never"):
        Dated[int]({}).on(date(2026, 1, 1))


def test_values_stand_in_order_of_their_days() -> None:
    assert list(LIMIT.items()) == [(date(2010, 1, 1), 100), (date(2016, 1, 1), 150)]


# The law of a day

EVE = date(2026, 11, 22)
CHANGED = replace(
    REFERENCE,
    thresholds=thresholds(
        list_limit_usd=Dated({date(2016, 1, 1): Decimal(150), TODAY: Decimal("99.99")}), velocity_usd_7d=since("0.0001")
    ),
)


@pytest.mark.parametrize(
    ("day", "figure"),
    [
        pytest.param(date(2015, 12, 31), 0, id="before its first day: nothing, the most careful"),
        pytest.param(date(2016, 1, 1), 1_500_000, id="its first day"),
        pytest.param(EVE, 1_500_000, id="the eve of a change"),
        pytest.param(TODAY, 999_900, id="the day of it"),
        pytest.param(date.max, 999_900, id="the last day of the calendar"),
        pytest.param(date.min, 0, id="the first day of the calendar"),
    ],
)
def test_a_figure_of_the_day_in_ten_thousandths(day: date, figure: int) -> None:
    assert CHANGED.on(day).figures.list_limit_usd == figure


def test_every_figure_is_the_dated_one() -> None:
    law = CHANGED.on(TODAY)
    assert law.day == TODAY
    for name in (row.name for row in fields(Thresholds)):
        assert getattr(law.figures, name) == getattr(CHANGED.thresholds, name).on(TODAY) * 10_000, name
    assert law.figures.velocity_usd_7d == 1


@pytest.mark.parametrize(
    ("day", "known"),
    [
        pytest.param(date(2026, 11, 21), False, id="the eve of the first week"),
        pytest.param(date(2026, 11, 22), True, id="its Sunday"),
        pytest.param(date(2026, 11, 28), True, id="its Saturday"),
        pytest.param(date(2026, 11, 29), False, id="the Sunday after: no week stands in for another"),
    ],
)
def test_the_week_of_the_day(day: date, *, known: bool) -> None:
    assert REFERENCE.on(day).week is (WEEK if known else None)


def test_limits_of_self_use_by_category() -> None:
    later = replace(REFERENCE, self_use={**REFERENCE.self_use, ("TOY", "G"): Dated({TODAY: limit("TOY", "G", 5)})})
    assert {name: [(row.unit, row.most) for row in rows] for name, rows in later.on(EVE).limits.items()} == {
        "SUPPLEMENT": [("BOTTLES", 6)],
        "ALCOHOL": [("BOTTLES", 1), ("ML", 1_000)],
        "PERFUME": [("ML", 60)],
    }
    assert later.on(TODAY).limits["TOY"] == (limit("TOY", "G", 5),)


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        pytest.param(EVE, "ENFORCE", id="on the eve a rule that stands nowhere is in force"),
        pytest.param(TODAY, "OBSERVE", id="on the day it is watched"),
    ],
)
def test_the_phase_of_the_day(day: date, phase: RulePhase) -> None:
    law = phased({"XX-01.one": {TODAY: "OBSERVE"}}).on(day)
    assert (law.phase("XX-01", "one"), law.phase("XX-01", "other"), law.phase("XX-02", "one")) == (
        phase,
        "ENFORCE",
        "ENFORCE",
    )


def test_a_phase_by_name_counts_before_one_by_code() -> None:
    law = phased({"XX-01": "OFF", "XX-01.one": "WARN"}).on(TODAY)
    assert (law.phase("XX-01", "one"), law.phase("XX-01", "other")) == ("WARN", "OFF")


def test_a_law_is_made_once_a_day() -> None:
    reference = replace(REFERENCE)
    assert reference.on(TODAY) is reference.on(TODAY)
    assert reference.on(TODAY) is not reference.on(EVE)


def test_another_snapshot_has_laws_of_its_own() -> None:
    """Also one made of a snapshot whose laws were asked for."""
    before = REFERENCE.on(TODAY)
    assert CHANGED.on(TODAY) is not before
    assert replace(CHANGED, phases={}).on(TODAY) is not CHANGED.on(TODAY)
    assert REFERENCE.on(TODAY) is before


def test_no_carrier_fills_the_memory_with_days() -> None:
    reference = replace(REFERENCE)
    for number in range(2 * DAYS_REMEMBERED_MAX + 1):
        assert reference.on(TODAY - timedelta(number)).day == TODAY - timedelta(number)
        assert len(reference._laws) <= DAYS_REMEMBERED_MAX


def test_the_first_day_is_the_one_with_every_figure() -> None:
    assert CHANGED.first_day == date(2016, 1, 1)
    later: Reference = replace(CHANGED, thresholds=thresholds(list_limit_usd=since("1", TODAY)))
    assert later.first_day == TODAY


# Registers


@pytest.mark.parametrize(
    ("registration", "valid", "suspended"),
    [
        pytest.param(Registration("x", date(2026, 11, 23), None), True, False, id="from today, for good"),
        pytest.param(Registration("x", date(2026, 11, 24), None), False, False, id="from tomorrow"),
        pytest.param(Registration("x", date(2020, 1, 1), date(2026, 11, 23)), True, False, id="until today"),
        pytest.param(Registration("x", date(2020, 1, 1), date(2026, 11, 22)), False, False, id="until yesterday"),
        pytest.param(
            Registration("x", date(2020, 1, 1), None, suspended_from=date(2026, 11, 23)),
            True,
            True,
            id="suspended from today",
        ),
        pytest.param(
            Registration("x", date(2020, 1, 1), None, suspended_from=date(2026, 11, 24)),
            True,
            False,
            id="suspended from tomorrow",
        ),
    ],
)
def test_a_registration_on_a_day(registration: Registration, valid: bool, suspended: bool) -> None:  # noqa: FBT001 - columns of the table
    day = date(2026, 11, 23)
    assert registration.valid_on(day) is valid
    assert registration.suspended_on(day) is suspended

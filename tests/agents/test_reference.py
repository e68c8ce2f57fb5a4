"""Dated figures, registers and terms."""

from datetime import date

import pytest

from agents.reference import Category, Dated, GoodsTerms, NotInForceError, Registration

LIMIT = Dated({date(2016, 1, 1): 150, date(2010, 1, 1): 100})
A = Category("A", list_excluded=True, simplified_excluded=False, prohibited=None, source="made up")
B = Category("B", list_excluded=False, simplified_excluded=False, prohibited=None, source="made up")


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


@pytest.mark.parametrize(
    ("registration", "valid", "suspended"),
    [
        pytest.param(Registration("x", date(2026, 11, 23), None), True, False, id="from today, for good"),
        pytest.param(Registration("x", date(2026, 11, 24), None), False, False, id="from tomorrow"),
        pytest.param(Registration("x", date(2020, 1, 1), date(2026, 11, 23)), True, False, id="until today"),
        pytest.param(Registration("x", date(2020, 1, 1), date(2026, 11, 22)), False, False, id="until yesterday"),
        pytest.param(Registration("x", date(2020, 1, 1), None, suspended_from=date(2026, 11, 23)), True, True, id="suspended from today"),
        pytest.param(Registration("x", date(2020, 1, 1), None, suspended_from=date(2026, 11, 24)), True, False, id="suspended from tomorrow"),
    ],
)
def test_a_registration_on_a_day(registration: Registration, valid: bool, suspended: bool) -> None:  # noqa: FBT001 - columns of the table
    day = date(2026, 11, 23)
    assert registration.valid_on(day) is valid
    assert registration.suspended_on(day) is suspended


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("tea", ["tea"], id="alone"),
        pytest.param("green tea, loose", ["tea"], id="among words"),
        pytest.param("steam", [], id="within a word"),
        pytest.param("tea2", [], id="before a digit"),
        pytest.param("tea-tree", ["tea"], id="before a dash"),
        pytest.param("유기농녹차잎", ["녹차"], id="a Korean term within a word"),
        pytest.param("tea 녹차 tea", ["tea", "녹차", "tea"], id="in order of appearance"),
        pytest.param("green tea leaf", ["green tea leaf", "tea"], id="terms that overlap"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_terms_in_a_text(text: str, terms: list[str]) -> None:
    goods = GoodsTerms({"tea": A, "green tea leaf": B, "녹차": A}, {})
    assert sorted(term for term, _ in goods.by_text(text)) == sorted(terms)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        pytest.param("090210", A, id="by two digits"),
        pytest.param("090300", B, id="by the longest beginning"),
        pytest.param("100100", None, id="none"),
        pytest.param("0", None, id="shorter than any"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_category_of_a_code(code: str, category: Category | None) -> None:
    assert GoodsTerms({}, {"09": A, "0903": B}).by_code(code) is category


def test_without_terms_no_text_holds_any() -> None:
    assert list(GoodsTerms({}, {}).by_text("tea")) == []

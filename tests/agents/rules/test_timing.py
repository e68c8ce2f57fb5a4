"""XF-11, XP-11: what is due when, and what a correction brings."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agents.parcel.case import Case, ManifestCase
from agents.rules import timing
from tests.agents.rules.tables import Check, paths
from tests.parcels import STORED_AT, case, export_case, export_parcel, header, manifest_case, parcel
from tests.reference import REFERENCE, since, thresholds

BEFORE_2024 = {"on": date(2024, 6, 11)}
AN_HOUR = replace(REFERENCE, thresholds=thresholds(lodging_sea_hours=since("1")))


def lodged(at: str, **changes: Any) -> ManifestCase:  # noqa: ANN401 - what `manifest_case` takes
    """A header lodged at a time of 23 November; departure 17:10, arrival 18:30, all in Korean time."""
    return manifest_case(lodged_at=f"2026-11-23T{at}+09:00", **changes)


def received(after: timedelta) -> ManifestCase:
    """A header that customs received so long after it was lodged."""
    return manifest_case(stored_at=STORED_AT - timedelta(seconds=1) + after)


def known(*, flag: bool, **order: Any) -> Case:  # noqa: ANN401 - what an order may hold
    """A parcel with or without the flag, its order with changes."""
    return case(parcel(ecommerce=flag, order=order))


TABLE = (
    pytest.param(timing.list_is_in_time, manifest_case(), [], id="hours before arrival"),
    pytest.param(timing.list_is_in_time, lodged("18:00:00"), [], id="30 minutes before arrival"),
    pytest.param(timing.list_is_in_time, lodged("18:00:01"), ["/lodged_at"], id="a second later"),
    pytest.param(
        timing.list_is_in_time,
        manifest_case(lodged_at="2026-11-23T09:00:01Z"),
        ["/lodged_at"],
        id="the same in another zone",
    ),
    pytest.param(
        timing.list_is_in_time,
        lodged("17:30:00", **BEFORE_2024),
        [],
        id="one hour before arrival, under the law before June 2024",
    ),
    pytest.param(
        timing.list_is_in_time, lodged("17:30:01", **BEFORE_2024), ["/lodged_at"], id="a second later, under that law"
    ),
    pytest.param(timing.list_is_in_time, lodged("18:29:00", arrives_at=None), [], id="no arrival known yet"),
    pytest.param(
        timing.list_is_in_time,
        lodged("18:29:00", arrives_at="soon"),
        [],
        id="an arrival that is no time is another rule's",
    ),
    pytest.param(timing.list_is_in_time, manifest_case(lodged_at="now"), [], id="nor a lodging that is none"),
    pytest.param(timing.list_is_in_time, lodged("17:10:00", mode="SEA_EXPRESS"), [], id="by sea until departure"),
    pytest.param(
        timing.list_is_in_time, lodged("17:10:01", mode="SEA_EXPRESS"), ["/lodged_at"], id="by sea a second after it"
    ),
    pytest.param(
        timing.list_is_in_time,
        lodged("16:10:00", mode="SEA_EXPRESS", reference=AN_HOUR),
        [],
        id="by sea an hour before, where the law asks for one",
    ),
    pytest.param(
        timing.list_is_in_time,
        lodged("16:10:01", mode="SEA_EXPRESS", reference=AN_HOUR),
        ["/lodged_at"],
        id="by sea a second later",
    ),
    pytest.param(
        timing.list_is_in_time,
        lodged("16:10:01", mode="POST", reference=AN_HOUR),
        [],
        id="by post that law says nothing",
    ),
    pytest.param(
        timing.list_is_in_time,
        lodged("17:10:01", mode="SEA_EXPRESS", departs_at=None),
        [],
        id="by sea, no departure known yet",
    ),
    pytest.param(
        timing.list_is_in_time, lodged("17:10:01", mode="POST"), ["/lodged_at"], id="by post a second after departure"
    ),
    pytest.param(timing.list_is_in_time, lodged("17:10:00", direction="EXPORT"), [], id="an export until departure"),
    pytest.param(
        timing.list_is_in_time, lodged("17:10:01", direction="EXPORT"), ["/lodged_at"], id="an export a second after it"
    ),
    pytest.param(
        timing.list_is_in_time,
        manifest_case(arrives_at="0001-01-01T00:10:00+00:00"),
        [],
        id="an arrival at the beginning of time has no time before it",
    ),
    pytest.param(
        timing.list_is_in_time,
        manifest_case(lodged_at="9999-12-31T23:59:59-14:00", arrives_at="0001-01-01T00:40:00+14:00"),
        ["/lodged_at"],
        id="from one end of time to the other",
    ),
    pytest.param(timing.lodging_time_is_near_receipt, manifest_case(), [], id="a second"),
    pytest.param(
        timing.lodging_time_is_near_receipt, received(timedelta(hours=24)), [], id="a day before it was received"
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt,
        received(timedelta(hours=24, milliseconds=1)),
        ["/lodged_at"],
        id="a millisecond more",
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt, received(-timedelta(hours=24)), [], id="a day after it was received"
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt,
        received(-timedelta(hours=24, milliseconds=1)),
        ["/lodged_at"],
        id="a millisecond more than that",
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt,
        manifest_case(lodged_at="now"),
        [],
        id="a lodging that is no time is another rule's",
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt,
        manifest_case(lodged_at="0001-01-01T00:00:00+14:00"),
        ["/lodged_at"],
        id="at the beginning of time",
    ),
    pytest.param(
        timing.lodging_time_is_near_receipt,
        manifest_case(lodged_at="9999-12-31T23:59:59-14:00", stored_at=datetime(1970, 1, 1, tzinfo=UTC)),
        ["/lodged_at"],
        id="at the end of it",
    ),
    pytest.param(timing.ecommerce_flag_is_set, case(), [], id="an order with the flag"),
    pytest.param(
        timing.ecommerce_flag_is_set,
        known(flag=False, platform="examplemall"),
        ["/ecommerce"],
        id="an order without it",
    ),
    pytest.param(
        timing.ecommerce_flag_is_set, known(flag=False, platform=None), ["/ecommerce"], id="an order of no platform"
    ),
    pytest.param(
        timing.ecommerce_flag_is_set,
        known(flag=False, platform=None, order_number=None),
        [],
        id="neither platform nor order number",
    ),
    pytest.param(
        timing.ecommerce_flag_is_set, known(flag=False, platform=""), ["/ecommerce"], id="a platform without a name"
    ),
    pytest.param(timing.ecommerce_flag_is_set, case(parcel(ecommerce=False, order=None)), [], id="no order"),
    pytest.param(
        timing.ecommerce_flag_is_set, case(parcel(ecommerce=True, order=None)), [], id="the flag without an order"
    ),
    pytest.param(timing.ecommerce_flag_is_set, export_case(export_parcel(ecommerce=False)), [], id="an export"),
    pytest.param(timing.house_bill_is_no_correction, case(), [], id="from the start"),
    pytest.param(
        timing.house_bill_is_no_correction, case(is_correction=True), ["/house_bill"], id="added by a correction"
    ),
    pytest.param(timing.house_bill_is_no_correction, export_case(is_correction=True), [], id="an export"),
)
"""Rows of manifests and of parcels: each rule is asked about its own."""


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: object, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_a_late_list_is_told_when_it_was_due() -> None:
    (found,) = timing.list_is_in_time(lodged("18:20:00"))
    assert found.evidence == {
        "due": "2026-11-23T18:00:00+09:00",
        "lodged": "2026-11-23T18:20:00+09:00",
        "minutes": "30",
    }
    assert "30 minutes before arrival" in found.message


def test_by_sea_departure_is_named() -> None:
    (found,) = timing.list_is_in_time(lodged("18:20:00", mode="SEA_EXPRESS"))
    assert "departure" in found.message


def test_a_correction_says_nothing_of_the_header() -> None:
    (found,) = timing.house_bill_is_no_correction(case(header_=header(function="AMEND"), is_correction=True))
    assert found.evidence == {}

"""FMT and COD of the header."""

from datetime import date

import pytest

from agents.parcel.case import ManifestCase
from agents.rules import manifest
from tests.agents.rules.tables import Check, paths
from tests.parcels import manifest_case

LAST_DAY_OF_OLD = date(2026, 11, 22)

TABLE = (
    pytest.param(manifest.coded_values_are_known, manifest_case(), [], id="a good header"),
    pytest.param(
        manifest.coded_values_are_known,
        manifest_case(function="CANCEL", direction="EXPORT", mode="POST"),
        [],
        id="other words of the contract",
    ),
    pytest.param(
        manifest.coded_values_are_known,
        manifest_case(function="", direction="import", mode="AIR"),
        ["/function", "/direction", "/mode"],
        id="every word wrong",
    ),
    pytest.param(manifest.lodging_time_is_a_time, manifest_case(), [], id="a time with offset"),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2026-11-23T05:02:11.123Z"),
        [],
        id="a time in UTC with fractions",
    ),
    pytest.param(
        manifest.lodging_time_is_a_time, manifest_case(lodged_at="2026-11-23T14:02:11"), ["/lodged_at"], id="no offset"
    ),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2026-11-23T14:02:11+0900"),
        ["/lodged_at"],
        id="an offset without colon",
    ),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2026-W48-1T14:02:11+09:00"),
        ["/lodged_at"],
        id="a day by its week",
    ),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2026-02-30T14:02:11+09:00"),
        ["/lodged_at"],
        id="30 February",
    ),
    pytest.param(manifest.lodging_time_is_a_time, manifest_case(lodged_at="", on=None), ["/lodged_at"], id="none"),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="0001-01-01T00:00:00+14:00", on=None),
        ["/lodged_at"],
        id="a time that has no day in Korea",
    ),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2016-01-01T00:00:00+09:00", on=date(2016, 1, 1)),
        [],
        id="the first day whose law is known",
    ),
    pytest.param(
        manifest.lodging_time_is_a_time,
        manifest_case(lodged_at="2015-12-31T23:59:59+09:00", on=date(2015, 12, 31)),
        ["/lodged_at"],
        id="the day before it",
    ),
    pytest.param(manifest.travel_times_are_times, manifest_case(), [], id="departure and arrival"),
    pytest.param(
        manifest.travel_times_are_times, manifest_case(departs_at=None, arrives_at=None), [], id="neither is known yet"
    ),
    pytest.param(
        manifest.travel_times_are_times,
        manifest_case(departs_at="tomorrow", arrives_at=""),
        ["/departs_at", "/arrives_at"],
        id="words; nothing",
    ),
    pytest.param(
        manifest.travel_times_are_times,
        manifest_case(arrives_at="2026-11-23T24:30:00+09:00"),
        ["/arrives_at"],
        id="half past twenty-four",
    ),
    pytest.param(manifest.master_bill_form, manifest_case(), [], id="an air waybill"),
    pytest.param(
        manifest.master_bill_form, manifest_case(master_bill="180-12345676"), ["/master_bill"], id="a wrong check digit"
    ),
    pytest.param(manifest.master_bill_form, manifest_case(master_bill="18012345675"), ["/master_bill"], id="no dash"),
    pytest.param(
        manifest.master_bill_form,
        manifest_case(master_bill="MAEU123456789", mode="SEA_EXPRESS"),
        [],
        id="by sea it has no common form",
    ),
    pytest.param(
        manifest.master_bill_form, manifest_case(master_bill=" ", mode="POST"), ["/master_bill"], id="none, by post"
    ),
    pytest.param(manifest.airline_is_known, manifest_case(), [], id="Korean Air"),
    pytest.param(
        manifest.airline_is_known, manifest_case(master_bill="004-12345675"), ["/master_bill"], id="nobody's prefix"
    ),
    pytest.param(
        manifest.airline_is_known,
        manifest_case(master_bill="004-12345676"),
        [],
        id="a malformed number is the rule before's",
    ),
    pytest.param(
        manifest.airline_is_known, manifest_case(master_bill="004-12345675", mode="SEA_EXPRESS"), [], id="by sea"
    ),
    pytest.param(manifest.text_is_one_line, manifest_case(), [], id="a good header"),
    pytest.param(
        manifest.text_is_one_line, manifest_case(named="k\0x"), ["/carrier"], id="a NUL in the carrier's name"
    ),
    pytest.param(manifest.containers_are_containers, manifest_case(), [], id="none"),
    pytest.param(manifest.containers_are_containers, manifest_case(containers=["CSQU3054383"]), [], id="right"),
    pytest.param(
        manifest.containers_are_containers,
        manifest_case(containers=["CSQU3054383", "CSQU3054384"]),
        ["/containers/1"],
        id="the second one off",
    ),
    pytest.param(manifest.carrier_is_registered, manifest_case(), [], id="registered"),
    pytest.param(manifest.carrier_is_registered, manifest_case(carrier="nobody"), ["/carrier"], id="not registered"),
    pytest.param(
        manifest.carrier_is_registered, manifest_case(carrier="old"), ["/carrier"], id="registered until yesterday"
    ),
    pytest.param(
        manifest.carrier_is_registered, manifest_case(carrier="old", on=LAST_DAY_OF_OLD), [], id="on its last day"
    ),
    pytest.param(
        manifest.carrier_is_registered, manifest_case(carrier="old", on=None), [], id="on a day that nobody knows"
    ),
    pytest.param(manifest.carrier_matches_topic, manifest_case(), [], id="the same"),
    pytest.param(
        manifest.carrier_matches_topic, manifest_case(named="bw"), ["/carrier"], id="another than the topic's"
    ),
    pytest.param(manifest.carrier_matches_topic, manifest_case(named=""), [], id="none is no other"),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: ManifestCase, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_a_wrong_check_digit_is_answered_with_the_right_one() -> None:
    (found,) = manifest.master_bill_form(manifest_case(master_bill="180-12345676"))
    assert found.message == (
        'air waybill number "180-********" has a wrong check digit; with these digits the last one must be 5'
    )

"""COD: each code stands in the list it is taken from, on the day."""

from datetime import date

import pytest

from agents.parcel.case import Case
from agents.rules import codes
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, parcel
from tests.reference import week

DAY_BEFORE_SUSPENSION = date(2026, 11, 22)


def sold_on(platform: str | None) -> Case:
    return case(parcel(order={"platform": platform}))


def described(*descriptions: str) -> Case:
    return case(parcel(items=[{"description": description} for description in descriptions]))


TABLE = (
    pytest.param(codes.countries_are_known, case(), [], id="China"),
    pytest.param(
        codes.countries_are_known,
        case(parcel(consignor={"country": "XX"})),
        ["/consignor/country"],
        id="a sender from nowhere",
    ),
    pytest.param(
        codes.countries_are_known,
        case(parcel(items=[{"origin": "cn"}, {"origin": "CHN"}])),
        ["/items/0/origin", "/items/1/origin"],
        id="small letters; three letters",
    ),
    pytest.param(
        codes.countries_are_known,
        case(parcel(consignor={"country": ""}, items=[{"origin": ""}])),
        [],
        id="empty ones are mandatory_text's",
    ),
    pytest.param(
        codes.countries_are_known, case(parcel(consignee={"country": "XX"})), [], id="an import's receiver is in Korea"
    ),
    pytest.param(codes.countries_are_known, export_case(), [], id="an export to Japan"),
    pytest.param(
        codes.countries_are_known,
        export_case(export_parcel(consignee={"country": None})),
        ["/consignee/country"],
        id="an export to nowhere",
    ),
    pytest.param(codes.currency_is_known, case(), [], id="the dollar"),
    pytest.param(codes.currency_is_known, case(parcel(currency="XXY")), ["/currency"], id="no currency"),
    pytest.param(codes.currency_is_known, case(parcel(currency="usd")), ["/currency"], id="small letters"),
    pytest.param(codes.currency_is_known, case(parcel(currency="")), [], id="an empty one is mandatory_text's"),
    pytest.param(codes.rate_exists, case(), [], id="a dollar rate"),
    pytest.param(codes.rate_exists, case(parcel(currency="EUR")), [], id="a euro rate"),
    pytest.param(codes.rate_exists, case(parcel(currency="JPY")), ["/currency"], id="no rate for the yen this week"),
    pytest.param(codes.rate_exists, case(week=None), ["/currency"], id="no rates at all"),
    pytest.param(
        codes.rate_exists,
        case(parcel(currency="EUR"), week=week({"EUR": 15_000_000})),
        ["/currency"],
        id="no dollar rate to compare with",
    ),
    pytest.param(codes.rate_exists, case(parcel(currency="XXY")), [], id="an unknown currency is the rule before's"),
    pytest.param(codes.hs_code_form, case(), [], id="six digits"),
    pytest.param(codes.hs_code_form, case(parcel(items=[{"hs_code": "6109101000"}])), [], id="ten digits"),
    pytest.param(
        codes.hs_code_form,
        case(parcel(items=[{"hs_code": "61091"}, {"hs_code": "6109101"}, {"hs_code": "61091010001"}])),
        ["/items/0/hs_code", "/items/1/hs_code", "/items/2/hs_code"],
        id="five, seven and eleven digits",
    ),
    pytest.param(codes.hs_code_form, case(parcel(items=[{"hs_code": "6109.10"}])), ["/items/0/hs_code"], id="a dot"),
    pytest.param(
        codes.hs_code_form,
        case(parcel(items=[{"hs_code": "٦١٠٩١٠"}])),
        ["/items/0/hs_code"],
        id="digits, but not ASCII",
    ),
    pytest.param(codes.hs_code_form, case(parcel(items=[{"hs_code": ""}])), [], id="an empty one is mandatory_text's"),
    pytest.param(codes.hs_code_is_known, case(), [], id="T-shirts"),
    pytest.param(
        codes.hs_code_is_known,
        case(parcel(items=[{"hs_code": "610910"}, {"hs_code": "610999"}])),
        ["/items/1/hs_code"],
        id="a subheading that is none",
    ),
    pytest.param(
        codes.hs_code_is_known,
        case(parcel(items=[{"hs_code": "6109109999"}])),
        [],
        id="of ten digits only six are looked at",
    ),
    pytest.param(
        codes.hs_code_is_known,
        case(parcel(items=[{"hs_code": "6109991000"}])),
        ["/items/0/hs_code"],
        id="ten digits of a subheading that is none",
    ),
    pytest.param(
        codes.hs_code_is_known, case(parcel(items=[{"hs_code": "99"}])), [], id="a malformed one is the rule before's"
    ),
    pytest.param(codes.carrier_is_not_suspended, case(), [], id="in good standing"),
    pytest.param(codes.carrier_is_not_suspended, case(carrier="bad"), [""], id="suspended from today"),
    pytest.param(
        codes.carrier_is_not_suspended, case(carrier="bad", on=DAY_BEFORE_SUSPENSION), [], id="suspended from tomorrow"
    ),
    pytest.param(
        codes.carrier_is_not_suspended, case(carrier="nobody"), [], id="one not in the register is the manifest's"
    ),
    pytest.param(codes.operator_is_registered_on_the_day, case(), [], id="in force"),
    pytest.param(codes.operator_is_registered_on_the_day, sold_on("lastday"), [], id="on its last day"),
    pytest.param(
        codes.operator_is_registered_on_the_day, sold_on("expired"), ["/order/platform"], id="on the day after"
    ),
    pytest.param(
        codes.operator_is_registered_on_the_day, sold_on("EXPIRED"), ["/order/platform"], id="in capitals too"
    ),
    pytest.param(
        codes.operator_is_registered_on_the_day,
        sold_on("tomorrow"),
        ["/order/platform"],
        id="on the day before its first",
    ),
    pytest.param(codes.operator_is_registered_on_the_day, sold_on("suspended"), ["/order/platform"], id="suspended"),
    pytest.param(
        codes.operator_is_registered_on_the_day, sold_on("nobody"), [], id="one not in the register is the next rule's"
    ),
    pytest.param(
        codes.operator_is_registered_on_the_day,
        case(parcel(ecommerce=False, order={"platform": "expired"})),
        [],
        id="no e-commerce",
    ),
    pytest.param(
        codes.operator_is_registered_on_the_day,
        export_case(export_parcel(order={"platform": "expired"})),
        [],
        id="an export",
    ),
    pytest.param(codes.operator_is_in_the_register, case(), [], id="registered"),
    pytest.param(codes.operator_is_in_the_register, sold_on("ExampleMall"), [], id="registered in other letters"),
    pytest.param(codes.operator_is_in_the_register, sold_on("nobody"), ["/order/platform"], id="not registered"),
    pytest.param(codes.operator_is_in_the_register, sold_on(None), [], id="no platform"),
    pytest.param(codes.operator_is_in_the_register, case(parcel(order=None)), [], id="no order"),
    pytest.param(
        codes.operator_is_in_the_register,
        case(parcel(ecommerce=False, order={"platform": "nobody"})),
        [],
        id="no e-commerce",
    ),
    pytest.param(
        codes.operator_is_in_the_register, export_case(export_parcel(order={"platform": "nobody"})), [], id="an export"
    ),
    pytest.param(codes.description_is_not_vague, case(), [], id="a description"),
    pytest.param(codes.description_is_not_vague, described("gift"), ["/items/0/description"], id="a gift"),
    pytest.param(
        codes.description_is_not_vague,
        described("  GIFT. ", "ＧＩＦＴ", "(잡화)", "礼品"),
        [f"/items/{i}/description" for i in range(4)],
        id="however it is written",
    ),
    pytest.param(
        codes.description_is_not_vague,
        described("gift box of dark chocolate", "bicycle parts"),
        [],
        id="a vague word among others",
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_an_unknown_subheading_is_named_as_the_tariff_writes_it() -> None:
    (found,) = codes.hs_code_is_known(case(parcel(items=[{"hs_code": "6109991000"}])))
    assert "6109.99" in found.message
    assert found.evidence == {"subheading": "6109.99", "edition": "HS 2022"}


def test_a_missing_rate_names_currency_and_day() -> None:
    (found,) = codes.rate_exists(case(parcel(currency="JPY")))
    assert found.evidence == {"currency": "JPY", "day": "2026-11-23"}

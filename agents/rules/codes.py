"""COD: each code stands in the list it is taken from, on the day."""

from collections.abc import Iterator
from typing import Final

from agents.parcel.case import Case
from agents.rules.quote import quoted, subheading
from agents.rules.rule import Found
from agents.rules.texts import is_vague

HS_LENGTHS: Final = (6, 10)
SUBHEADING: Final = 6
DOLLAR: Final = "USD"


def countries_are_known(case: Case) -> Iterator[Found]:
    """Countries are ISO 3166 codes of two letters: the sender's, each item's origin and, in exports, the receiver's."""
    parcel, countries = case.parcel, case.reference.countries
    if parcel.consignor.country not in countries:
        yield from _unknown_country("/consignor/country", parcel.consignor.country)
    for index, item in enumerate(parcel.items):
        if item.origin not in countries:
            yield from _unknown_country(f"/items/{index}/origin", item.origin)
    if case.header.direction == "EXPORT" and parcel.consignee.country not in countries:
        yield Found("/consignee/country", "CONSIGNEE_COUNTRY_UNKNOWN")


def _unknown_country(path: str, code: str) -> Iterator[Found]:
    if code:
        yield Found(path, "COUNTRY_UNKNOWN", {"found": quoted(code)})


def currency_is_known(case: Case) -> Iterator[Found]:
    """The currency is an ISO 4217 code."""
    currency = case.parcel.currency
    if currency and currency not in case.reference.currencies:
        yield Found("/currency", "CURRENCY_UNKNOWN", {"found": quoted(currency)})


def rate_exists(case: Case) -> Iterator[Found]:
    """Customs has set a rate for the currency, and for the dollar, in the week of the declaration."""
    currency, week = case.parcel.currency, case.week
    if week is not None and currency in week.krw_e4 and DOLLAR in week.krw_e4:
        return
    if currency not in case.reference.currencies:
        return
    for needed in dict.fromkeys((currency, DOLLAR)):
        if week is None or needed not in week.krw_e4:
            yield Found("/currency", "RATE_MISSING", {"currency": needed, "day": str(case.lodged_on)})


def hs_code_form(case: Case) -> Iterator[Found]:
    """A commodity code has 6 digits of the HS or 10 of the Korean tariff, without dots."""
    known = case.reference.hs_codes
    for index, item in enumerate(case.parcel.items):
        code = item.hs_code
        if code not in known and code and not _is_hs_code(code):
            yield Found(f"/items/{index}/hs_code", "HS_CODE_FORM", {"found": quoted(code)})


def _is_hs_code(code: str) -> bool:
    return len(code) in HS_LENGTHS and code.isascii() and code.isdigit()


def hs_code_is_known(case: Case) -> Iterator[Found]:
    """The first six digits of a commodity code are a subheading of the tariff in force."""
    known = case.reference.hs_codes
    for index, item in enumerate(case.parcel.items):
        code = item.hs_code
        if code[:SUBHEADING] not in known and _is_hs_code(code):
            evidence = {"subheading": subheading(code), "edition": case.reference.tariff_edition}
            yield Found(f"/items/{index}/hs_code", "HS_CODE_UNKNOWN", evidence)


def carrier_is_not_suspended(case: Case) -> Iterator[Found]:
    """The carrier is not suspended on the day."""
    registration = case.reference.carriers.get(case.carrier)
    if registration is not None and registration.suspended_on(case.lodged_on):
        evidence = {"carrier": case.carrier, "since": str(registration.suspended_from)}
        yield Found("", "CARRIER_SUSPENDED", evidence)


def operator_is_registered_on_the_day(case: Case) -> Iterator[Found]:
    """The registration of an imported e-commerce parcel's platform is in force on the day."""
    platform = _platform(case)
    if platform is None:
        return
    registration = case.reference.operator(platform)
    if registration is not None and not registration.in_force_on(case.lodged_on):
        evidence = {"platform": quoted(platform), "day": str(case.lodged_on)}
        yield Found("/order/platform", "OPERATOR_REGISTRATION_LAPSED", evidence)


def operator_is_in_the_register(case: Case) -> Iterator[Found]:
    """The platform of an imported e-commerce parcel stands in the register of operators."""
    platform = _platform(case)
    if platform is not None and case.reference.operator(platform) is None:
        yield Found("/order/platform", "OPERATOR_NOT_REGISTERED", {"platform": quoted(platform)})


def _platform(case: Case) -> str | None:
    parcel = case.parcel
    if parcel.order is None or not parcel.ecommerce or not case.is_import:
        return None
    return parcel.order.platform or None


def description_is_not_vague(case: Case) -> Iterator[Found]:
    """A description says what the goods are: not just "gift", "parts", "잡화" or another word that fits anything."""
    vague = case.reference.vague
    for index, item in enumerate(case.parcel.items):
        if is_vague(item.description, vague):
            yield Found(f"/items/{index}/description", "DESCRIPTION_VAGUE", {"found": quoted(item.description)})

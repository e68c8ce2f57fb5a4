"""FMT-02 to 09, of numbers: house bills, codes of persons and companies, phones, postcodes and amounts."""

import re
from collections.abc import Iterator
from typing import Final

from agents.identifiers import (
    business_number,
    clearance_code,
    eori,
    ioss,
    passport,
    phone_kr,
    postcode_kr,
    resident_number,
    s10,
    sscc,
)
from agents.parcel.case import Case
from agents.rules.quote import quoted
from agents.rules.rule import Found
from agents.rules.texts import is_visible
from agents.values.money import parse_e4
from agents.values.text import fold
from schemas import limits

_HOUSE_BILL: Final = re.compile(r"[A-Za-z0-9/-]+")
_AMOUNT_DIGITS: Final = {"digits": str(limits.AMOUNT_DIGITS_MAX), "places": str(limits.AMOUNT_SCALE_MAX)}


def house_bill_form(case: Case) -> Iterator[Found]:
    """A house bill has at most 35 characters, each a Latin letter, a digit, a dash or a slash."""
    number = case.parcel.house_bill
    if number.isalnum() and number.isascii() and len(number) <= limits.HOUSE_BILL_CHARS_MAX:
        return
    if len(number) > limits.HOUSE_BILL_CHARS_MAX:
        evidence = {"characters": str(len(number)), "limit": str(limits.HOUSE_BILL_CHARS_MAX)}
        yield Found("/house_bill", "HOUSE_BILL_TOO_LONG", evidence)
    elif number and _HOUSE_BILL.fullmatch(number) is None:
        yield Found("/house_bill", "HOUSE_BILL_CHARACTERS", {"found": quoted(number)})


def postal_house_bill(case: Case) -> Iterator[Found]:
    """By post the house bill is a UPU S10 item number.

    It has the right check digit, no reserved prefix and the letters of a country.
    """
    if case.header.mode != "POST":
        return
    number = case.parcel.house_bill
    if number and not s10.is_valid(number):
        yield Found("/house_bill", "POSTAL_ITEM_NUMBER_INVALID", {"found": quoted(number)})
    elif number and s10.country(number) not in case.reference.countries:
        yield Found("/house_bill", "POSTAL_ITEM_COUNTRY_UNKNOWN", {"country": s10.country(number)})


def clearance_code_form(case: Case) -> Iterator[Found]:
    """An imported parcel names its receiver's personal clearance code, P and twelve digits.

    A company is named by its business number instead.
    """
    consignee = case.parcel.consignee
    code = consignee.clearance_code
    if (code and clearance_code.is_valid(code)) or not case.is_import:
        return
    if not code:
        if not consignee.business_number:
            yield Found("/consignee/clearance_code", "CLEARANCE_CODE_MISSING")
    elif not _is_identity_number(code):
        yield Found("/consignee/clearance_code", "CLEARANCE_CODE_FORM", {"characters": str(len(code))})


def no_identity_number_as_code(case: Case) -> Iterator[Found]:
    """The clearance code is never a resident registration or passport number: such a number must not be sent."""
    code = case.parcel.consignee.clearance_code
    if not code or (len(code) == clearance_code.CHARS and code[0] == "P"):
        return
    if _is_identity_number(code):
        yield Found("/consignee/clearance_code", "IDENTITY_NUMBER_AS_CODE")


def _is_identity_number(code: str) -> bool:
    written = fold(code).upper()
    return resident_number.has_form(written) or resident_number.contains(written) or passport.is_valid(written)


def auth_number_is_given(case: Case) -> Iterator[Found]:
    """An imported e-commerce parcel to a person carries the one-time authentication number from the day it is required.

    The number has 1 to 64 visible characters.
    """
    consignee = case.parcel.consignee
    number = consignee.auth_number
    of_company = consignee.business_number and not consignee.clearance_code
    if (number and is_visible(number)) or of_company or not case.parcel.ecommerce or not case.is_import:
        return
    if case.law.figures.auth_number_required:
        yield Found("/consignee/auth_number", "AUTH_NUMBER_INVISIBLE" if number else "AUTH_NUMBER_MISSING")


def phone_is_korean(case: Case) -> Iterator[Found]:
    """The receiver of an imported parcel has a Korean telephone number."""
    phone = case.parcel.consignee.phone
    if not phone_kr.is_valid(phone) and case.is_import:
        yield Found("/consignee/phone", "PHONE_FORM" if phone else "PHONE_MISSING", {"characters": str(len(phone))})


def postcode_is_korean(case: Case) -> Iterator[Found]:
    """The receiver of an imported parcel has a Korean postcode of five digits."""
    postcode = case.parcel.consignee.postcode
    if not postcode_kr.is_valid(postcode) and case.is_import:
        yield Found(
            "/consignee/postcode",
            "POSTCODE_FORM" if postcode else "POSTCODE_MISSING",
            {"characters": str(len(postcode))},
        )


def numbers_are_above_zero(case: Case) -> Iterator[Found]:
    """Pieces, gross weight, and each item's quantity, net weight and (when given) volume are above zero.

    The quantity has a unit.
    """
    parcel = case.parcel
    if parcel.pieces <= 0:
        yield _not_above_zero("/pieces", parcel.pieces)
    if parcel.gross_weight_g <= 0:
        yield _not_above_zero("/gross_weight_g", parcel.gross_weight_g)
    for index, item in enumerate(parcel.items):
        if item.quantity <= 0:
            yield _not_above_zero(f"/items/{index}/quantity", item.quantity)
        if item.net_weight_g <= 0:
            yield _not_above_zero(f"/items/{index}/net_weight_g", item.net_weight_g)
        if item.volume_ml is not None and item.volume_ml <= 0:
            yield _not_above_zero(f"/items/{index}/volume_ml", item.volume_ml)
        if not item.unit or item.unit.isspace():
            yield Found(f"/items/{index}/unit", "UNIT_MISSING")


def _not_above_zero(path: str, value: int) -> Found:
    return Found(path, "NUMBER_NOT_POSITIVE", {"found": str(value)})


def amounts_are_numbers(case: Case) -> Iterator[Found]:
    """Amounts are decimal numbers with at most four places and never negative.

    Unit price and amount of an item are above zero.
    """
    parcel = case.parcel
    for index, item in enumerate(parcel.items):
        if not (parse_e4(item.unit_price) and parse_e4(item.amount)):
            yield from _price_faults(f"/items/{index}/unit_price", item.unit_price)
            yield from _price_faults(f"/items/{index}/amount", item.amount)
    if parcel.freight is not None and parse_e4(parcel.freight) is None:
        yield _amount_fault("/freight", parcel.freight)
    if parcel.insurance is not None and parse_e4(parcel.insurance) is None:
        yield _amount_fault("/insurance", parcel.insurance)
    if parcel.local_charges is not None and parse_e4(parcel.local_charges) is None:
        yield _amount_fault("/local_charges", parcel.local_charges)
    if parcel.order is not None and parcel.order.paid is not None and parse_e4(parcel.order.paid) is None:
        yield _amount_fault("/order/paid", parcel.order.paid)


def _price_faults(path: str, text: str) -> Iterator[Found]:
    amount = parse_e4(text)
    if amount is None and text:
        yield _amount_fault(path, text)
    elif amount == 0:
        yield Found(path, "PRICE_ZERO", {"found": quoted(text)})


def _amount_fault(path: str, text: str) -> Found:
    message_id = "AMOUNT_NEGATIVE" if text.startswith("-") else "AMOUNT_FORM"
    return Found(path, message_id, {"found": quoted(text), **_AMOUNT_DIGITS})


def business_number_form(case: Case) -> Iterator[Found]:
    """The business number of the Korean party, when given, has ten digits.

    They are of an issued range, with the right check digit.
    """
    parcel = case.parcel
    party, number = (
        ("consignee", parcel.consignee.business_number)
        if case.is_import
        else ("consignor", parcel.consignor.business_number)
    )
    if number and not business_number.is_valid(number):
        yield Found(f"/{party}/business_number", "BUSINESS_NUMBER_INVALID")


def sscc_form(case: Case) -> Iterator[Found]:
    """The serial shipping container code (SSCC), when given, has 18 digits, the last the right check digit."""
    code = case.parcel.sscc
    if code and not sscc.is_valid(code):
        yield Found("/sscc", "SSCC_INVALID", {"found": quoted(code)})


def ioss_form(case: Case) -> Iterator[Found]:
    """The IOSS number of an export, when given, is IM, the three digits of a member state, and seven digits."""
    number = case.parcel.ioss
    if number and not ioss.is_valid(number) and not case.is_import:
        yield Found("/ioss", "IOSS_INVALID", {"found": quoted(number)})


def ioss_is_for_exports(case: Case) -> Iterator[Found]:
    """An import names no IOSS number: it is for parcels to the European Union."""
    number = case.parcel.ioss
    if number and case.is_import:
        yield Found("/ioss", "IOSS_ON_IMPORT", {"found": quoted(number)})


def eori_form(case: Case) -> Iterator[Found]:
    """An EORI number, when given, is a country's two letters and 1 to 15 letters and digits."""
    parcel = case.parcel
    if parcel.consignor.eori or parcel.consignee.eori:
        for party, number in (("consignor", parcel.consignor.eori), ("consignee", parcel.consignee.eori)):
            if number and not (
                eori.is_valid(number)
                and (eori.country(number) in case.reference.countries or eori.country(number) == eori.NORTHERN_IRELAND)
            ):
                yield Found(f"/{party}/eori", "EORI_INVALID")

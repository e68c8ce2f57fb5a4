"""FMT: each field of a parcel is there and written as what it claims to be."""

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
from agents.rules.placeholder import is_placeholder
from agents.rules.quote import quoted
from agents.rules.rule import Found
from agents.rules.texts import (
    ADDRESS_CHARS_MIN,
    has_digit,
    holds_resident_number,
    is_day,
    is_visible,
    repeated_placeholder,
)
from agents.rules.traits import (
    BUSINESS,
    EORI,
    FEW_LINES,
    FIELD_MISSING,
    IMPORTED,
    IOSS,
    MANY_LINES,
    NO_CLEARANCE_CODE,
    NOT_ABOVE_ZERO,
    NOT_SELF_USE,
    ODD_ADDRESS,
    ODD_AMOUNT,
    ODD_BILL,
    ODD_DAY,
    ODD_PHONE,
    ODD_POSTCODE,
    PLACEHOLDER_TEXT,
    POSTAL,
    RESIDENT,
    SSCC,
    UNAUTHORISED,
    UNPRINTABLE,
    about,
)
from agents.values.money import parse_e4
from agents.values.text import fold, has_control_character, is_plain
from schemas import limits
from schemas.manifest import Item, Parcel

PURPOSES: Final = ("SELF_USE", "SAMPLE", "GIFT", "COMMERCIAL")

_HOUSE_BILL: Final = re.compile(r"[A-Za-z0-9/-]+")

_AMOUNT_IS: Final = (
    f"decimal digits such as 59.90, at most {limits.AMOUNT_DIGITS_MAX} before and "
    f"{limits.AMOUNT_SCALE_MAX} after the point"
)


@about(FIELD_MISSING)
def mandatory_text(case: Case) -> Iterator[Found]:
    """House bill, currency, the parties' names and addresses, the sender's country, and each item's description, code, origin, unit price and amount are given."""
    parcel = case.parcel
    consignor, consignee = parcel.consignor, parcel.consignee
    if not (
        parcel.house_bill
        and parcel.currency
        and consignor.name
        and consignor.address
        and consignor.country
        and consignee.name
        and consignee.address
        and parcel.items
    ):
        yield from _missing_in_parcel(parcel)
    for index, item in enumerate(parcel.items):
        if not (item.description and item.hs_code and item.origin and item.unit_price and item.amount):
            yield from _missing_in_item(index, item)


def _missing_in_parcel(parcel: Parcel) -> Iterator[Found]:
    consignor, consignee = parcel.consignor, parcel.consignee
    for path, value, right in (
        ("/house_bill", parcel.house_bill, "the house bill's number"),
        ("/currency", parcel.currency, "the currency of all amounts, such as USD,"),
        ("/consignor/name", consignor.name, "the sender's name"),
        ("/consignor/address", consignor.address, "the sender's address"),
        ("/consignor/country", consignor.country, "the sender's country, such as CN,"),
        ("/consignee/name", consignee.name, "the receiver's name"),
        ("/consignee/address", consignee.address, "the receiver's address"),
        ("/items", parcel.items, "at least one line of goods"),
    ):
        if not value:
            yield Found(path, f"nothing was found; {right} is right")


def _missing_in_item(index: int, item: Item) -> Iterator[Found]:
    for name, value, right in (
        ("description", item.description, "what the goods are"),
        ("hs_code", item.hs_code, "an HS code of 6 or 10 digits"),
        ("origin", item.origin, "the country of origin, such as CN,"),
        ("unit_price", item.unit_price, "the price of one piece"),
        ("amount", item.amount, "the amount of the line"),
    ):
        if not value:
            yield Found(f"/items/{index}/{name}", f"nothing was found; {right} is right")


@about(MANY_LINES)
def goods_are_said_in_short(case: Case) -> Iterator[Found]:
    """Descriptions, ingredients and brands of a parcel have at most 5,000 characters together."""
    chars = goods_chars(case.parcel) if len(case.parcel.items) > FEW_LINES else 0
    if chars > limits.GOODS_CHARS_PER_PARCEL_MAX:
        said = (
            f"{chars} characters of descriptions, ingredients and brands were found; at most "
            f"{limits.GOODS_CHARS_PER_PARCEL_MAX} are right, group lines of the same goods"
        )
        yield Found("/items", said, {"characters": str(chars)})


def goods_chars(parcel: Parcel) -> int:
    """Characters that are read to understand the goods of a parcel.

    Those of a text with other letters than Latin, Hangul, Han and kana take twice the time and count twice.
    """
    texts = [text for item in parcel.items for text in (item.description, item.ingredients, item.brand) if text]
    return sum([len(text) if is_plain(text) else 2 * len(text) for text in texts])


@about(NOT_SELF_USE)
def purpose_is_known(case: Case) -> Iterator[Found]:
    """The purpose is SELF_USE, SAMPLE, GIFT or COMMERCIAL."""
    purpose = case.parcel.purpose
    if purpose not in PURPOSES:
        yield Found(
            "/purpose",
            f"{quoted(purpose)} is no purpose; SELF_USE, SAMPLE, GIFT or COMMERCIAL is right",
            {"found": quoted(purpose)},
        )


@about(ODD_DAY)
def purchase_date_is_a_date(case: Case) -> Iterator[Found]:
    """The date of purchase, when given, is a day of the calendar written YYYY-MM-DD."""
    order = case.parcel.order
    if order is not None and order.purchased_on is not None and not is_day(order.purchased_on):
        found = quoted(order.purchased_on)
        yield Found(
            "/order/purchased_on", f"{found} is no date; a day such as 2026-11-18, or null, is right", {"found": found}
        )


@about(ODD_BILL)
def house_bill_form(case: Case) -> Iterator[Found]:
    """A house bill has at most 35 characters, each a Latin letter, a digit, a dash or a slash."""
    number = case.parcel.house_bill
    if number.isalnum() and number.isascii() and len(number) <= limits.HOUSE_BILL_CHARS_MAX:
        return
    if len(number) > limits.HOUSE_BILL_CHARS_MAX:
        yield Found(
            "/house_bill",
            f"{len(number)} characters were found; at most {limits.HOUSE_BILL_CHARS_MAX} are right",
            {"characters": str(len(number))},
        )
    elif number and _HOUSE_BILL.fullmatch(number) is None:
        yield Found(
            "/house_bill",
            f"{quoted(number)} has other characters than A-Z, a-z, 0-9, - and /; only those are right",
            {"found": quoted(number)},
        )


@about(POSTAL)
def postal_house_bill(case: Case) -> Iterator[Found]:
    """By post the house bill is a UPU S10 item number with the right check digit, no reserved prefix and the letters of a country."""
    if case.header.mode != "POST":
        return
    number = case.parcel.house_bill
    if number and not s10.is_valid(number):
        yield Found(
            "/house_bill",
            f"{quoted(number)} is no S10 number; two letters not beginning with J, K, S, T or W, eight digits, "
            "their check digit and two letters are right",
            {"found": quoted(number)},
        )
    elif number and s10.country(number) not in case.reference.countries:
        country = quoted(s10.country(number))
        yield Found(
            "/house_bill",
            f"the number ends in {country}, which is no country; the letters of the country whose post issued it "
            "are right",
            {"found": country},
        )


@about(NO_CLEARANCE_CODE | IMPORTED)
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
            yield Found(
                "/consignee/clearance_code",
                "nothing was found; P and twelve digits, or a business_number for a company, is right",
            )
    elif not _is_identity_number(code):
        yield Found(
            "/consignee/clearance_code",
            f"{len(code)} characters that are no clearance code were found; P and twelve digits are right",
            {"characters": str(len(code))},
        )


@about(NO_CLEARANCE_CODE)
def no_identity_number_as_code(case: Case) -> Iterator[Found]:
    """The clearance code is never a resident registration or passport number: such a number must not be sent."""
    code = case.parcel.consignee.clearance_code
    if not code or (len(code) == clearance_code.CHARS and code[0] == "P"):
        return
    if _is_identity_number(code):
        yield Found(
            "/consignee/clearance_code",
            "a resident registration or passport number seems to stand here; send the personal clearance code, P and twelve digits, and no other number of the person",
        )


def _is_identity_number(code: str) -> bool:
    written = fold(code).upper()
    return resident_number.has_form(written) or resident_number.contains(written) or passport.is_valid(written)


@about(RESIDENT)
def no_resident_number_in_text(case: Case) -> Iterator[Found]:
    """Goods and order fields hold no resident registration number."""
    parcel = case.parcel
    for index, item in enumerate(parcel.items):
        if holds_resident_number(item.description):
            yield _resident_number_at(f"/items/{index}/description")
        if item.ingredients is not None and holds_resident_number(item.ingredients):
            yield _resident_number_at(f"/items/{index}/ingredients")
        if item.brand is not None and holds_resident_number(item.brand):
            yield _resident_number_at(f"/items/{index}/brand")
        if item.url is not None and resident_number.contains_dashed(item.url):
            yield _resident_number_at(f"/items/{index}/url")
    order = parcel.order
    if order is not None and resident_number.contains_dashed(
        "\n".join((order.platform or "", order.url or "", order.order_number or "", order.seller_id or ""))
    ):
        for name, value in (
            ("platform", order.platform),
            ("url", order.url),
            ("order_number", order.order_number),
            ("seller_id", order.seller_id),
        ):
            # Order numbers of thirteen digits are common: only the dash tells a person's number from them.
            if value and len(value) >= resident_number.DASHED_CHARS and resident_number.contains_dashed(value):
                yield _resident_number_at(f"/order/{name}")


def _resident_number_at(path: str) -> Found:
    return Found(path, "a resident registration number seems to stand here; take it out, no field asks for it")


@about(UNAUTHORISED | IMPORTED)
def auth_number_is_given(case: Case) -> Iterator[Found]:
    """An imported e-commerce parcel to a person carries the one-time authentication number, 1 to 64 visible characters, from the day it is required."""
    consignee = case.parcel.consignee
    number = consignee.auth_number
    of_company = consignee.business_number and not consignee.clearance_code
    if (number and is_visible(number)) or of_company or not case.parcel.ecommerce or not case.is_import:
        return
    if case.law.figures.auth_number_required:
        found = "characters that can't be seen were found" if number else "nothing was found"
        yield Found(
            "/consignee/auth_number",
            f"{found}; the one-time authentication number that customs gave the buyer is right",
        )


@about(ODD_PHONE | IMPORTED)
def phone_is_korean(case: Case) -> Iterator[Found]:
    """The receiver of an imported parcel has a Korean telephone number."""
    phone = case.parcel.consignee.phone
    if not phone_kr.is_valid(phone) and case.is_import:
        found = (
            f"{len(phone)} characters that are no Korean telephone number were found" if phone else "nothing was found"
        )
        yield Found(
            "/consignee/phone",
            f"{found}; a number such as 010-XXXX-XXXX or 02-XXX-XXXX is right",
            {"characters": str(len(phone))},
        )


@about(ODD_POSTCODE | IMPORTED)
def postcode_is_korean(case: Case) -> Iterator[Found]:
    """The receiver of an imported parcel has a Korean postcode of five digits."""
    postcode = case.parcel.consignee.postcode
    if not postcode_kr.is_valid(postcode) and case.is_import:
        found = (
            f"{len(postcode)} characters that are no Korean postcode were found" if postcode else "nothing was found"
        )
        yield Found(
            "/consignee/postcode",
            f"{found}; five digits between 01000 and 63999 are right",
            {"characters": str(len(postcode))},
        )


@about(ODD_ADDRESS | IMPORTED)
def address_is_plausible(case: Case) -> Iterator[Found]:
    """The receiver's address in Korea has at least five characters and a number of a house."""
    address = case.parcel.consignee.address
    short = len(address.strip()) < ADDRESS_CHARS_MIN
    if not (short or has_digit(address)) and case.is_import:
        yield Found("/consignee/address", "the address has no number; a road name address with its number is right")
    elif short and address and case.is_import:
        yield Found(
            "/consignee/address",
            f"the address has fewer than {ADDRESS_CHARS_MIN} characters; a road name address with its number is right",
        )


@about(PLACEHOLDER_TEXT)
def text_says_something(case: Case) -> Iterator[Found]:
    """Names, addresses and descriptions are more than digits, signs, a repeated character or a file extension."""
    parcel = case.parcel
    consignor, consignee = parcel.consignor, parcel.consignee
    if repeated_placeholder(consignor.name) or repeated_placeholder(consignor.address):
        for path, value in (("/consignor/name", consignor.name), ("/consignor/address", consignor.address)):
            if is_placeholder(value):
                yield Found(
                    path,
                    f"{quoted(value)} only fills the field; the sender's real name and address are right",
                    {"found": quoted(value)},
                )
    if (
        is_placeholder(consignee.name)
        or is_placeholder(consignee.address)
        or (consignee.name_en and is_placeholder(consignee.name_en))
    ):
        for path, value in (
            ("/consignee/name", consignee.name),
            ("/consignee/name_en", consignee.name_en or ""),
            ("/consignee/address", consignee.address),
        ):
            if is_placeholder(value):
                yield Found(
                    path, "text that only fills the field was found; the receiver's real name and address are right"
                )
    for index, item in enumerate(parcel.items):
        if repeated_placeholder(item.description):
            yield Found(
                f"/items/{index}/description",
                f"{quoted(item.description)} only fills the field; what the goods are is right",
                {"found": quoted(item.description)},
            )


@about(UNPRINTABLE)
def text_is_one_line(case: Case) -> Iterator[Found]:
    """Names, addresses, descriptions and ingredients hold no control characters, line breaks included."""
    parcel = case.parcel
    consignor, consignee = parcel.consignor, parcel.consignee
    said = [consignor.name, consignor.address, consignee.name, consignee.name_en or "", consignee.address]
    for item in parcel.items:
        said += (item.description, item.ingredients or "")
    if has_control_character("".join(said)):
        yield from _with_control_characters(parcel)


def _with_control_characters(parcel: Parcel) -> Iterator[Found]:
    consignor, consignee = parcel.consignor, parcel.consignee
    for path, text in (
        ("/consignor/name", consignor.name),
        ("/consignor/address", consignor.address),
        ("/consignee/name", consignee.name),
        ("/consignee/name_en", consignee.name_en or ""),
        ("/consignee/address", consignee.address),
        *(
            (f"/items/{index}/{name}", text or "")
            for index, item in enumerate(parcel.items)
            for name, text in (("description", item.description), ("ingredients", item.ingredients))
        ),
    ):
        if has_control_character(text):
            yield Found(path, "a control character was found; plain text in one line is right")


@about(NOT_ABOVE_ZERO)
def numbers_are_above_zero(case: Case) -> Iterator[Found]:
    """Pieces, gross weight, and each item's quantity, net weight and (when given) volume are above zero, and the quantity has a unit."""
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
            yield Found(f"/items/{index}/unit", "nothing was found; the unit of the quantity, such as EA, is right")


def _not_above_zero(path: str, value: int) -> Found:
    return Found(path, f"{value} was found; a number above zero is right", {"found": str(value)})


@about(ODD_AMOUNT)
def amounts_are_numbers(case: Case) -> Iterator[Found]:
    """Amounts are decimal numbers with at most four places and never negative; unit price and amount of an item are above zero."""
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
        yield Found(
            path, "zero was found; a price above zero is right, for a gift what it is worth", {"found": quoted(text)}
        )


def _amount_fault(path: str, text: str) -> Found:
    found = (
        "a negative number was found; amounts are never negative"
        if text.startswith("-")
        else f"{quoted(text)} is no amount"
    )
    return Found(path, f"{found}; {_AMOUNT_IS}, are right", {"found": quoted(text)})


@about(BUSINESS)
def business_number_form(case: Case) -> Iterator[Found]:
    """The business number of the Korean party, when given, has ten digits in an issued range with the right check digit."""
    parcel = case.parcel
    party, number = (
        ("consignee", parcel.consignee.business_number)
        if case.is_import
        else ("consignor", parcel.consignor.business_number)
    )
    if number and not business_number.is_valid(number):
        yield Found(
            f"/{party}/business_number",
            "no Korean business number was found, or one with a wrong check digit; ten digits as XXX-XX-XXXXX are right",
        )


@about(SSCC)
def sscc_form(case: Case) -> Iterator[Found]:
    """The serial shipping container code (SSCC), when given, has 18 digits, the last the right check digit."""
    code = case.parcel.sscc
    if code and not sscc.is_valid(code):
        yield Found(
            "/sscc",
            f"{quoted(code)} is no SSCC, or its check digit is wrong; eighteen digits without the 00 of the label are right",
            {"found": quoted(code)},
        )


@about(IOSS)
def ioss_form(case: Case) -> Iterator[Found]:
    """The IOSS number of an export, when given, is IM, the three digits of a member state of the European Union, and seven digits."""
    number = case.parcel.ioss
    if number and not ioss.is_valid(number) and not case.is_import:
        yield Found(
            "/ioss",
            f"{quoted(number)} is no IOSS number; IM, three digits of the member state and seven digits are right",
            {"found": quoted(number)},
        )


@about(IOSS | IMPORTED)
def ioss_is_for_exports(case: Case) -> Iterator[Found]:
    """An import names no IOSS number: it is for parcels to the European Union."""
    number = case.parcel.ioss
    if number and case.is_import:
        yield Found(
            "/ioss",
            f"{quoted(number)} was found on an import; null is right, the number is for parcels to the European Union",
            {"found": quoted(number)},
        )


@about(EORI)
def eori_form(case: Case) -> Iterator[Found]:
    """An EORI number, when given, is a country's two letters and 1 to 15 letters and digits."""
    parcel = case.parcel
    if parcel.consignor.eori or parcel.consignee.eori:
        for party, number in (("consignor", parcel.consignor.eori), ("consignee", parcel.consignee.eori)):
            if number and not (
                eori.is_valid(number)
                and (eori.country(number) in case.reference.countries or eori.country(number) == eori.NORTHERN_IRELAND)
            ):
                yield Found(
                    f"/{party}/eori",
                    "no EORI number was found; a country's two letters and up to fifteen letters A-Z and digits, such as DE1234567, are right",
                )

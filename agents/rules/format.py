"""FMT: each field of a parcel is there and written as what it claims to be."""

from collections.abc import Iterator
from typing import Final

from agents.identifiers import resident_number
from agents.parcel.case import Case
from agents.rules.placeholder import is_placeholder
from agents.rules.quote import quoted
from agents.rules.rule import Found
from agents.rules.texts import ADDRESS_CHARS_MIN, has_digit, holds_resident_number, is_day, repeated_placeholder
from agents.rules.traits import (
    FEW_LINES,
)
from agents.values.text import has_control_character, is_plain
from schemas import limits
from schemas.manifest import Item, Parcel

PURPOSES: Final = ("SELF_USE", "SAMPLE", "GIFT", "COMMERCIAL")


def mandatory_text(case: Case) -> Iterator[Found]:
    """House bill, currency, the parties' names and addresses, and the sender's country are given.

    So are each item's description, code, origin, unit price and amount.
    """
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
    for path, value, message_id in (
        ("/house_bill", parcel.house_bill, "HOUSE_BILL_MISSING"),
        ("/currency", parcel.currency, "CURRENCY_MISSING"),
        ("/consignor/name", consignor.name, "CONSIGNOR_NAME_MISSING"),
        ("/consignor/address", consignor.address, "CONSIGNOR_ADDRESS_MISSING"),
        ("/consignor/country", consignor.country, "CONSIGNOR_COUNTRY_MISSING"),
        ("/consignee/name", consignee.name, "CONSIGNEE_NAME_MISSING"),
        ("/consignee/address", consignee.address, "CONSIGNEE_ADDRESS_MISSING"),
        ("/items", parcel.items, "ITEMS_MISSING"),
    ):
        if not value:
            yield Found(path, message_id)


def _missing_in_item(index: int, item: Item) -> Iterator[Found]:
    for name, value, message_id in (
        ("description", item.description, "DESCRIPTION_MISSING"),
        ("hs_code", item.hs_code, "HS_CODE_MISSING"),
        ("origin", item.origin, "ORIGIN_MISSING"),
        ("unit_price", item.unit_price, "UNIT_PRICE_MISSING"),
        ("amount", item.amount, "AMOUNT_MISSING"),
    ):
        if not value:
            yield Found(f"/items/{index}/{name}", message_id)


def descriptions_are_within_limit(case: Case) -> Iterator[Found]:
    """Descriptions, ingredients and brands of a parcel have at most 5,000 characters together."""
    chars = goods_chars(case.parcel) if len(case.parcel.items) > FEW_LINES else 0
    if chars > limits.GOODS_CHARS_PER_PARCEL_MAX:
        evidence = {"characters": str(chars), "limit": str(limits.GOODS_CHARS_PER_PARCEL_MAX)}
        yield Found("/items", "DESCRIPTIONS_TOO_LONG", evidence)


def goods_chars(parcel: Parcel) -> int:
    """Characters that are read to understand the goods of a parcel.

    Those of a text with other letters than Latin, Hangul, Han and kana take twice the time and count twice.
    """
    texts = [text for item in parcel.items for text in (item.description, item.ingredients, item.brand) if text]
    return sum([len(text) if is_plain(text) else 2 * len(text) for text in texts])


def purpose_is_known(case: Case) -> Iterator[Found]:
    """The purpose is SELF_USE, SAMPLE, GIFT or COMMERCIAL."""
    purpose = case.parcel.purpose
    if purpose not in PURPOSES:
        yield Found("/purpose", "PURPOSE_UNKNOWN", {"found": quoted(purpose)})


def purchase_date_is_a_date(case: Case) -> Iterator[Found]:
    """The date of purchase, when given, is a day of the calendar written YYYY-MM-DD."""
    order = case.parcel.order
    if order is not None and order.purchased_on is not None and not is_day(order.purchased_on):
        yield Found("/order/purchased_on", "PURCHASE_DATE_INVALID", {"found": quoted(order.purchased_on)})


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
    return Found(path, "RESIDENT_NUMBER_IN_TEXT")


def address_is_plausible(case: Case) -> Iterator[Found]:
    """The receiver's address in Korea has at least five characters and a number of a house."""
    address = case.parcel.consignee.address
    short = len(address.strip()) < ADDRESS_CHARS_MIN
    if not (short or has_digit(address)) and case.is_import:
        yield Found("/consignee/address", "ADDRESS_WITHOUT_NUMBER")
    elif short and address and case.is_import:
        yield Found("/consignee/address", "ADDRESS_TOO_SHORT", {"limit": str(ADDRESS_CHARS_MIN)})


def text_is_no_placeholder(case: Case) -> Iterator[Found]:
    """Names, addresses and descriptions are more than digits, signs, a repeated character or a file extension."""
    parcel = case.parcel
    consignor, consignee = parcel.consignor, parcel.consignee
    if repeated_placeholder(consignor.name) or repeated_placeholder(consignor.address):
        for path, value in (("/consignor/name", consignor.name), ("/consignor/address", consignor.address)):
            if is_placeholder(value):
                yield Found(path, "CONSIGNOR_PLACEHOLDER", {"found": quoted(value)})
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
                yield Found(path, "CONSIGNEE_PLACEHOLDER")
    for index, item in enumerate(parcel.items):
        if repeated_placeholder(item.description):
            evidence = {"found": quoted(item.description)}
            yield Found(f"/items/{index}/description", "DESCRIPTION_PLACEHOLDER", evidence)


def text_is_one_line(case: Case) -> Iterator[Found]:
    """Names, addresses, descriptions and ingredients hold no control characters, line breaks included."""
    parcel = case.parcel
    consignor, consignee = parcel.consignor, parcel.consignee
    texts = [consignor.name, consignor.address, consignee.name, consignee.name_en or "", consignee.address]
    for item in parcel.items:
        texts += (item.description, item.ingredients or "")
    if has_control_character("".join(texts)):
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
            yield Found(path, "CONTROL_CHARACTER")

"""Marks: short keyed hashes by which sellers, addresses and phones are recognised again."""

from functools import lru_cache

from agents.values.address import place_of
from agents.values.identity import hash48
from agents.values.text import folded
from schemas.manifest import Consignee, Parcel


def seller_mark(parcel: Parcel) -> int:
    """Mark of who sold the goods abroad, however it is written.

    By supplier code, else by seller on a platform, else by name and country of the consignor.
    """
    consignor, order = parcel.consignor, parcel.order
    if consignor.supplier_code:
        return _sold_by("code", consignor.supplier_code, "")
    if order is not None and order.seller_id:
        return _sold_by("seller", order.platform or "", order.seller_id)
    return hash48("name", folded(consignor.name), consignor.country)


@lru_cache(maxsize=65_536)  # sellers and suppliers repeat
def _sold_by(kind: str, by: str, of: str) -> int:
    return hash48(kind, folded(by), folded(of)) if of else hash48(kind, folded(by))


def address_mark(consignee: Consignee, secret: bytes) -> int:
    """Mark of the place a consignee lives at, keyed, however the address is written."""
    return hash48(place_of(consignee.address, consignee.postcode), secret=secret)


def phone_mark(consignee: Consignee, secret: bytes) -> int:
    """Mark of a consignee's phone, keyed."""
    return hash48(digits_of(consignee.phone), secret=secret)


def sampling_mark(carrier: str, house_bill: str, secret: bytes) -> int:
    """Mark that decides whether a parcel is inspected at random, keyed so that nobody outside can foresee it."""
    return hash48("draw", carrier, house_bill, secret=secret)


def digits_of(phone: str) -> str:
    """The digits of a telephone number."""
    plain = phone.replace("-", "")
    return plain if plain.isdigit() else "".join(filter(str.isdigit, plain))

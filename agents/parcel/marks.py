"""Marks: short keyed hashes by which sellers, addresses and phones are recognised again."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.values.address import place_of
from agents.values.identity import hash48
from agents.values.text import folded
from schemas.manifest import Parcel


def supplier_of(parcel: Parcel) -> int:
    """Mark of who sold the goods abroad, however it is written: by supplier code, else by seller on a platform, else by name and country of the consignor."""
    consignor, order = parcel.consignor, parcel.order
    if consignor.supplier_code:
        return _sold_by("code", consignor.supplier_code, "")
    if order is not None and order.seller_id:
        return _sold_by("seller", order.platform or "", order.seller_id)
    return hash48("name", folded(consignor.name), consignor.country)


@lru_cache(maxsize=65_536)  # sellers and suppliers repeat
def _sold_by(kind: str, by: str, of: str) -> int:
    return hash48(kind, folded(by), folded(of)) if of else hash48(kind, folded(by))


class Marks(NamedTuple):
    """By what a parcel is known again."""

    supplier: int
    address: int
    phone: int
    draw: int
    """What the lot falls by that selects parcels for a look."""


def marks_of(parcels: Sequence[Parcel], carrier: str, secret: bytes) -> list[Marks]:
    """The marks of parcels, those of persons keyed with `secret`."""
    suppliers = list(map(supplier_of, parcels))
    addresses = [
        hash48(place_of(parcel.consignee.address, parcel.consignee.postcode), secret=secret) for parcel in parcels
    ]
    phones = [hash48(digits_of(parcel.consignee.phone), secret=secret) for parcel in parcels]
    draws = [hash48("draw", carrier, parcel.house_bill, secret=secret) for parcel in parcels]
    return list(map(Marks, suppliers, addresses, phones, draws))


def digits_of(phone: str) -> str:
    """The digits of a telephone number."""
    plain = phone.replace("-", "")
    return plain if plain.isdigit() else "".join(filter(str.isdigit, plain))

"""A manifest as the carrier says it: frozen values, the fields of `manifest.v1.avsc`, strings not yet understood.

Sizes are bounded here (`limits`), meaning is checked by the rules in `agents/`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from schemas import limits

Id = Annotated[str, Meta(max_length=limits.ID_CHARS_MAX)]
Name = Annotated[str, Meta(max_length=limits.NAME_CHARS_MAX)]
Address = Annotated[str, Meta(max_length=limits.ADDRESS_CHARS_MAX)]
Code = Annotated[str, Meta(max_length=limits.CODE_CHARS_MAX)]
Url = Annotated[str, Meta(max_length=limits.URL_CHARS_MAX)]
Time = Annotated[str, Meta(max_length=limits.ID_CHARS_MAX)]
Count = Annotated[int, Meta(ge=-limits.QUANTITY_MAX, le=limits.QUANTITY_MAX)]
Grams = Annotated[int, Meta(ge=-limits.WEIGHT_G_MAX, le=limits.WEIGHT_G_MAX)]
Version = Annotated[int, Meta(ge=1, le=limits.VERSION_MAX)]


class Consignor(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The sending party; in exports the Korean seller."""

    name: Name = ""
    address: Address = ""
    country: Code = ""
    phone: Code | None = None
    supplier_code: Id | None = None
    business_number: Code | None = None
    eori: Code | None = None


class Consignee(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The receiving party; clear text never leaves intake."""

    name: Name = ""
    name_en: Name | None = None
    clearance_code: Id | None = None
    auth_number: Id | None = None
    phone: Code = ""
    postcode: Code = ""
    address: Address = ""
    country: Code | None = None
    business_number: Code | None = None
    eori: Code | None = None


class Order(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The transaction behind a parcel."""

    platform: Id | None = None
    url: Url | None = None
    order_number: Id | None = None
    purchased_on: Code | None = None
    paid: Code | None = None
    seller_id: Id | None = None


class Item(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One line of goods. `amount` and `net_weight_g` are the line's, `unit_price` and `volume_ml` one piece's."""

    description: Annotated[str, Meta(max_length=limits.DESCRIPTION_CHARS_MAX)] = ""
    hs_code: Code = ""
    quantity: Count = 0
    unit: Code = "EA"
    net_weight_g: Grams = 0
    unit_price: Code = ""
    amount: Code = ""
    origin: Code = ""
    brand: Name | None = None
    ingredients: Annotated[str, Meta(max_length=limits.INGREDIENTS_CHARS_MAX)] | None = None
    volume_ml: Count | None = None
    url: Url | None = None
    preference: Id | None = None


class Parcel(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One house bill."""

    house_bill: Annotated[str, Meta(max_length=limits.ID_CHARS_MAX)]
    ecommerce: bool = True
    purpose: Code = "SELF_USE"
    pieces: Count = 1
    gross_weight_g: Grams = 0
    freight: Code | None = None
    insurance: Code | None = None
    local_charges: Code | None = None
    ioss: Code | None = None
    sscc: Code | None = None
    currency: Code = ""
    consignor: Consignor
    consignee: Consignee
    order: Order | None = None
    items: Annotated[tuple[Item, ...], Meta(max_length=limits.ITEMS_PER_PARCEL_MAX)]


class Header(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Everything of a manifest but its parcels."""

    manifest_id: Annotated[str, Meta(min_length=1, max_length=limits.ID_CHARS_MAX)]
    version: Version
    function: Code = "ORIGINAL"
    direction: Code = "IMPORT"
    carrier: Id = ""
    mode: Code = ""
    master_bill: Id = ""
    conveyance: Id = ""
    departure_port: Code = ""
    arrival_port: Code = ""
    departs_at: Time | None = None
    arrives_at: Time | None = None
    lodged_at: Time = ""
    containers: Annotated[tuple[Code, ...], Meta(max_length=limits.CONTAINERS_PER_MANIFEST_MAX)] | None = None

"""A good import parcel, its header and its case: name only what your case is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from agents.goods import categorise
from agents.law.entries import Week
from agents.parcel.case import Case, ManifestCase, Price
from agents.parcel.price_limits import list_limit_usd_e4
from agents.parcel.selfuse import uses_of
from agents.reference import Reference
from agents.rules.parties import listed_parties
from agents.values.money import E4, parse_e4, usd_e6
from schemas.manifest import Header, Parcel
from tests.reference import REFERENCE, WEEK

Changes = Mapping[str, Any]

TODAY: Final = date(2026, 11, 23)
STORED_AT: Final = datetime(2026, 11, 23, 5, 2, 12, tzinfo=UTC)
"""A second after the good manifest was lodged."""

HEADER: Final[Changes] = {
    "manifest_id": "KX-2026-11-23-0007",
    "version": 1,
    "function": "ORIGINAL",
    "direction": "IMPORT",
    "carrier": "kx",
    "mode": "AIR_EXPRESS",
    "master_bill": "180-12345675",
    "conveyance": "KX0853",
    "departure_port": "CNPVG",
    "arrival_port": "KRICN",
    "departs_at": "2026-11-23T16:10:00+08:00",
    "arrives_at": "2026-11-23T18:30:00+09:00",
    "lodged_at": "2026-11-23T14:02:11+09:00",
}
ITEM: Final[Changes] = {
    "description": "women's cotton T-shirt, short sleeve, white, size M",
    "hs_code": "610910",
    "quantity": 2,
    "unit": "EA",
    "net_weight_g": 300,
    "unit_price": "29.95",
    "amount": "59.90",
    "origin": "CN",
    "brand": None,
    "ingredients": None,
    "volume_ml": None,
    "url": None,
}
PARCEL: Final[Changes] = {
    "house_bill": "KX826110000017",
    "ecommerce": True,
    "purpose": "SELF_USE",
    "pieces": 1,
    "gross_weight_g": 850,
    "freight": "5.00",
    "insurance": None,
    "local_charges": "0.00",
    "currency": "USD",
    "consignor": {
        "name": "Hangzhou Bright Trading Co Ltd",
        "address": "88 Wensan Rd, Hangzhou",
        "country": "CN",
        "phone": "+8657100000000",
        "supplier_code": None,
    },
    "consignee": {
        "name": "김민서",
        "name_en": "KIM MINSEO",
        "clearance_code": "P123456789012",
        "auth_number": "483920175524",
        "phone": "010-1234-5678",
        "postcode": "06236",
        "address": "서울특별시 강남구 테헤란로 123, 101동 202호",
    },
    "order": {
        "platform": "examplemall",
        "url": "https://mall.example/o/991",
        "order_number": "991",
        "purchased_on": "2026-11-18",
        "paid": None,
        "seller_id": "s-4411",
    },
    "items": [ITEM],
}
EXPORT: Final[Changes] = {
    "consignor": {"name": "서울상회", "address": "서울특별시 중구 세종대로 110", "country": "KR"},
    "consignee": {
        "name": "Sato Yui",
        "name_en": None,
        "clearance_code": None,
        "auth_number": None,
        "phone": "+81312345678",
        "postcode": "100-0001",
        "address": "Chiyoda, Tokyo",
        "country": "JP",
    },
}
"""What is different in a good export parcel."""


def merged(good: Changes, changes: Changes) -> dict[str, Any]:
    """Good values with changes; objects merge, each line of goods merges with the good one.

    An amount alone is the price of one piece.
    """
    result = dict(good)
    for name, value in changes.items():
        if name == "items":
            result[name] = [
                merged(ITEM, {"quantity": 1, "unit_price": item["amount"], **item} if _is_price_alone(item) else item)
                for item in value
            ]
        elif isinstance(value, Mapping) and isinstance(result.get(name), Mapping):
            result[name] = merged(result[name], value)
        else:
            result[name] = value
    return result


def _is_price_alone(item: Changes) -> bool:
    return "amount" in item and not {"quantity", "unit_price"} & item.keys()


def parcel_json(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a manifest may hold
    """A good parcel with changes, as a carrier sends it."""
    return merged(PARCEL, changes)


def manifest(*parcels: Changes, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a manifest may hold
    """A manifest of these parcels (or changes to the good one), the header good but for the changes."""
    return merged(HEADER, changes) | {"parcels": [merged(PARCEL, parcel) for parcel in parcels]}


def parcel(**changes: Any) -> Parcel:  # noqa: ANN401 - whatever a manifest may hold
    """A good parcel with changes."""
    return msgspec.convert(merged(PARCEL, changes), Parcel)


def export_parcel(**changes: Any) -> Parcel:  # noqa: ANN401 - whatever a manifest may hold
    """A good export parcel with changes."""
    return msgspec.convert(merged(merged(PARCEL, EXPORT), changes), Parcel)


def header(**changes: Any) -> Header:  # noqa: ANN401 - whatever a manifest may hold
    """A good header with changes."""
    return msgspec.convert(merged(HEADER, changes), Header)


def case(
    of: Parcel | None = None,
    *,
    header_: Header | None = None,
    carrier: str = "kx",
    on: date = TODAY,
    week: Week | None = WEEK,
    reference: Reference = REFERENCE,
    is_correction: bool = False,
) -> Case:
    """The case of a parcel, good unless told otherwise."""
    of, given = of or parcel(), header_ or header()
    law = replace(reference.on(on), week=week)
    goods = tuple(reference.goods.understand(item) for item in of.items)
    categories = categorise(goods, law.categories)
    return Case(
        header=given,
        carrier=carrier,
        lodged_on=on,
        parcel=of,
        reference=reference,
        law=law,
        price=price(of, week),
        goods=goods,
        categories=categories,
        uses=uses_of(of.items, goods, categories, law) if given.direction == "IMPORT" else {},
        listed=listed_parties(of, given, reference, law),
        is_correction=is_correction,
        is_import=given.direction == "IMPORT",
        list_limit_usd_e4=list_limit_usd_e4(of, given, categories, law),
    )


def export_case(of: Parcel | None = None, **changes: Any) -> Case:  # noqa: ANN401 - what `case` takes
    """The case of an export parcel."""
    return case(of or export_parcel(), header_=header(direction="EXPORT"), **changes)


def manifest_case(
    *,
    carrier: str = "kx",
    named: str = "kx",
    on: date | None = TODAY,
    stored_at: datetime = STORED_AT,
    reference: Reference = REFERENCE,
    **changes: Any,  # noqa: ANN401 - whatever a header may hold
) -> ManifestCase:
    """The case of a header with changes, on the topic of `carrier`, with another `named` in it."""
    return ManifestCase(
        header=header(carrier=named, **changes),
        carrier=carrier,
        lodged_on=on,
        stored_at=stored_at,
        reference=reference,
        law=reference.on(on or TODAY),
    )


def price(of: Parcel, week: Week | None) -> Price | None:
    """A parcel's money in short: items and local charges, the value without rounding by line."""
    rates = week.krw_e4 if week else {}
    amounts = [parse_e4(item.amount) for item in of.items]
    extras = [parse_e4("0" if text is None else text) for text in (of.local_charges, of.freight, of.insurance)]
    if of.currency not in rates or "USD" not in rates or None in amounts or None in extras:
        return None
    local, freight, insurance = (extra or 0 for extra in extras)
    goods = sum(amount or 0 for amount in amounts) + local
    rate, dollar = rates[of.currency], rates["USD"]
    return Price(
        goods_e4=goods,
        local_charges_e4=local,
        freight_e4=freight,
        insurance_e4=insurance,
        rate_krw_e4=rate,
        usd_krw_e4=dollar,
        goods_usd_e6=usd_e6(goods, rate, dollar),
        customs_value_krw=(goods + freight + insurance) * rate // E4**2,
    )

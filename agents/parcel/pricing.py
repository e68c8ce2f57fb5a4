"""Facts of a parcel: the numbers, marks and codes that screening, linking and taxes need in place of its texts."""

from datetime import date
from functools import lru_cache
from typing import Final

from agents.goods.naming import NAME_CHARS, name_of
from agents.law.entries import Week
from agents.parcel.case import Case, Price
from agents.values.clock import parse_rfc3339
from agents.values.identity import hash48
from agents.values.money import E4, parse_e4, usd_e6
from agents.values.text import folded
from schemas.checked_parcel import GoodsLine, Money
from schemas.decision import Goods
from schemas.manifest import Item, Parcel

HS_CHARS_MAX: Final = 10
"""Digits of a code of the Korean tariff."""
CENT_E4: Final = E4 // 100
CENT_E6: Final = 10_000
"""A cent in ten-thousandths and in millionths of a dollar."""
INT64_MAX: Final = 2**63 - 1


@lru_cache(maxsize=4096)
def day_number(text: str) -> int:
    """A calendar day by its number; 0 when it is none, which a rule has then told."""
    try:
        return date.fromisoformat(text).toordinal()
    except ValueError:
        return 0


def unix_ms(text: str | None) -> int:
    """A time in Unix milliseconds; 0 when it is none."""
    time = parse_rfc3339(text or "")
    return 0 if time is None else max(int(time.timestamp() * 1000), 0)


def ordinal(day: date | None) -> int:
    """The number of a day; 0 of none."""
    return 0 if day is None else day.toordinal()


def comparable(subheading: str, item: Item) -> tuple[int, int]:
    """Marks of the goods whose prices for a piece can be compared with this one's.

    More of them, and those that are more alike.

    Pieces of one mark differ in weight by less than twice, so that a price for a piece is one for a kilogram too.
    """
    brand = item.brand
    return _compared(
        subheading,
        item.unit,
        (item.net_weight_g // item.quantity).bit_length(),
        item.description[:NAME_CHARS],
        brand and brand[:NAME_CHARS],
    )


@lru_cache(maxsize=65_536)  # descriptions repeat
def _compared(subheading: str, unit: str, weight_class: int, description: str, brand: str | None) -> tuple[int, int]:
    measure = (subheading, folded(unit), str(weight_class))
    return hash48(*measure), hash48(*measure, name_of(description), folded(brand or ""))


def piece_cents_of(item: Item, price: Price | None) -> int:
    """What one piece of a line costs, in US cents; 0 when that is not known."""
    amount_e4 = parse_e4(item.amount)
    if price is None or amount_e4 is None or item.quantity < 1:
        return 0
    return min(amount_e4 * price.rate_krw_e4 // (price.usd_krw_e4 * CENT_E4 * item.quantity), INT64_MAX)


def money_of(case: Case, price: Price) -> Money:
    """What taxes are computed from."""
    parcel, order = case.parcel, case.parcel.order
    categories: dict[int, list[str]] = {}
    for index, category, _ in case.categories:
        categories.setdefault(index, []).append(category.name)
    agreements = case.law.taxes.preferences  # an agreement that nobody knows changes nothing and may be anything
    return Money(
        local_charges_e4=price.local_charges_e4,
        freight_e4=price.freight_e4,
        insurance_e4=price.insurance_e4,
        has_purchase_proof=order is not None and order.order_number is not None and order.paid is not None,
        lines=tuple(
            [
                GoodsLine(
                    item.hs_code,
                    parse_e4(item.amount) or 0,
                    item.quantity,
                    tuple(categories.get(index, ())),
                    item.origin,
                    item.volume_ml,
                    item.net_weight_g,
                    item.preference if item.preference in agreements else None,
                )
                for index, item in enumerate(parcel.items)
            ]
        ),
    )


def price_of(parcel: Parcel, week: Week | None) -> Price | None:
    """A parcel's money, None when something is missing or malformed."""
    if week is None:
        return None
    rate, usd = week.krw_e4.get(parcel.currency), week.krw_e4.get("USD")
    charges = 0 if parcel.local_charges is None else parse_e4(parcel.local_charges)
    freight = 0 if parcel.freight is None else parse_e4(parcel.freight)
    insurance = 0 if parcel.insurance is None else parse_e4(parcel.insurance)
    if rate is None or usd is None or charges is None or freight is None or insurance is None:
        return None
    goods = charges
    for item in parcel.items:
        amount = parse_e4(item.amount)
        if amount is None:
            return None
        goods += amount
    return Price(
        goods_e4=goods,
        local_charges_e4=charges,
        freight_e4=freight,
        insurance_e4=insurance,
        rate_krw_e4=rate,
        usd_krw_e4=usd,
        goods_usd_e6=usd_e6(goods, rate, usd),
        customs_value_krw=(goods + freight + insurance) * rate // (E4 * E4),
    )


def goods_of(case: Case) -> tuple[Goods, ...]:
    """What each item was taken for."""
    return tuple(
        [
            Goods(understood.category, _code_as_read(item.hs_code), understood.suggestions)
            for item, understood in zip(case.parcel.items, case.goods, strict=True)
        ]
    )


def _code_as_read(hs_code: str) -> str | None:
    """A commodity code, however long; what can be none, and so may be a person's name or phone, is not passed on."""
    return hs_code if hs_code.isdigit() and len(hs_code) <= HS_CHARS_MAX else None

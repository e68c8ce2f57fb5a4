"""The price limits of the clearance procedures, by direction, mode and country of dispatch, by the law of the day."""

from collections.abc import Iterable
from typing import Final

from agents.goods import CategoryHit
from agents.law.entries import Category
from agents.parcel.case import Case, Price
from agents.reference import Law
from agents.values.money import E4, above_usd
from schemas.decision import Route
from schemas.manifest import Header, Parcel

EXPRESS_MODES: Final = frozenset({"AIR_EXPRESS", "SEA_EXPRESS"})
"""Modes that the special limit of the free trade agreement with the United States is open to."""


def by_price(case: Case) -> Route:
    """The route that direction and price alone ask for; what has no price takes the most careful one."""
    price = case.price
    if not case.is_import:
        return "EXPORT_GENERAL" if price is None or _above_export_limit(case, price) else "EXPORT_LIST"
    if price is None:
        return "GENERAL"
    if not price_above(price, case.list_limit_usd_e4):
        return "LIST"
    figures = case.law.figures
    limit = figures.simplified_limit_post_usd if case.header.mode == "POST" else figures.simplified_limit_usd
    return "GENERAL" if price_above(price, limit) else "SIMPLIFIED"


def is_list_price(case: Case, *, on_list: bool) -> bool:
    """Whether the goods price is within the limit of exemption.

    The special limit is open to what passes on the list alone.
    """
    limit = case.list_limit_usd_e4 if on_list else case.law.figures.list_limit_usd
    return case.price is not None and not price_above(case.price, limit)


def is_openly_excluded(categories: Iterable[CategoryHit]) -> bool:
    """Whether one line, and with it the parcel, is kept from the list by its kind.

    What is prohibited is left to the silent rules and must not show in others.
    """
    return any(keeps_from_list(category) and category.prohibited is None for _, category, _ in categories)


def keeps_from_list(category: Category) -> bool:
    """Whether list clearance is closed to a kind of goods."""
    return category.list_excluded or category.simplified_excluded


def list_limit_usd_e4(parcel: Parcel, header: Header, categories: Iterable[CategoryHit], law: Law) -> int:
    """Up to which goods price a parcel may use list clearance, its purpose aside.

    A limit of their own for express goods from the United States without excluded ones.
    """
    if parcel.consignor.country != "US" or header.mode not in EXPRESS_MODES or is_openly_excluded(categories):
        return law.figures.list_limit_usd
    return law.figures.list_limit_us_express_usd


def price_above(price: Price, limit_usd_e4: int) -> bool:
    """Whether the goods price exceeds a dollar limit, exactly."""
    return above_usd(price.goods_e4, price.rate_krw_e4, price.usd_krw_e4, limit_usd_e4)


def _above_export_limit(case: Case, price: Price) -> bool:
    return price.goods_e4 * price.rate_krw_e4 > case.law.figures.export_list_limit_krw * E4

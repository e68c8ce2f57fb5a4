"""Which clearance procedure applies to a parcel: by direction, mode, price and kind of goods, under the law of its day."""

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from agents.case import Case, Price
from agents.money import E4, above_usd
from agents.reference import Category, Dated, NotInForceError
from schemas.decision import Route

PRIVATE_PURPOSES: Final = frozenset({"SELF_USE", "GIFT", "SAMPLE"})
"""Purposes that list clearance is open to."""
EXPRESS_MODES: Final = frozenset({"AIR_EXPRESS", "SEA_EXPRESS"})
"""Modes that the special limit of the free trade agreement with the United States is open to."""


def route_of(case: Case) -> Route:
    """The route of a parcel; what has no price takes the most careful one."""
    if case.header.direction == "EXPORT":
        return _export_route(case)
    return _import_route(case)


def is_list_excluded(case: Case) -> bool:
    """Whether one line, and with it the parcel, is kept from list clearance."""
    return bool(case.categories) and any(keeps_from_list(category) for _, category, _ in case.categories)


def is_openly_excluded(case: Case) -> bool:
    """The same by categories that may be spoken of: what is prohibited is left to the silent rules and must not show in others."""
    return bool(case.categories) and any(keeps_from_list(category) and category.prohibited is None for _, category, _ in case.categories)


def keeps_from_list(category: Category) -> bool:
    """Whether list clearance is closed to a kind of goods."""
    return category.list_excluded or category.simplified_excluded


def list_limit_usd_e4(case: Case) -> int:
    """Up to which goods price the parcel may use list clearance, its purpose and kind of goods aside."""
    special = special_limit_usd_e4(case)
    return ordinary_limit_usd_e4(case) if special is None else special


def ordinary_limit_usd_e4(case: Case) -> int:
    """The list limit without the special case of the United States."""
    return figure_e4(case.reference.thresholds.list_limit_usd, case.lodged_on)


def special_limit_usd_e4(case: Case) -> int | None:
    """The list limit of express goods from the United States; None when the parcel is none or holds excluded goods."""
    if case.parcel.consignor.country != "US" or case.header.mode not in EXPRESS_MODES or is_openly_excluded(case):
        return None
    return figure_e4(case.reference.thresholds.list_limit_us_express_usd, case.lodged_on)


def price_above(price: Price, limit_usd_e4: int) -> bool:
    """Whether the goods price exceeds a dollar limit, exactly."""
    return above_usd(price.goods_e4, price.rate_krw_e4, price.usd_krw_e4, limit_usd_e4)


@lru_cache(maxsize=1024)
def figure_e4(figure: Dated[Decimal], day: date) -> int:
    """A figure of law in ten-thousandths on a day; 0, the most careful, for a day before the law that is known."""
    try:
        return int(figure.on(day) * E4)
    except NotInForceError:
        return 0


def _import_route(case: Case) -> Route:
    price = case.price
    if price is None or (case.categories and any(category.simplified_excluded for _, category, _ in case.categories)):
        return "GENERAL"
    listed = case.parcel.purpose in PRIVATE_PURPOSES and not is_list_excluded(case)
    if listed and not price_above(price, list_limit_usd_e4(case)):
        return "LIST"
    return "GENERAL" if price_above(price, _simplified_limit_usd_e4(case)) else "SIMPLIFIED"


def _simplified_limit_usd_e4(case: Case) -> int:
    thresholds = case.reference.thresholds
    by_post = case.header.mode == "POST"
    return figure_e4(thresholds.simplified_limit_post_usd if by_post else thresholds.simplified_limit_usd, case.lodged_on)


def _export_route(case: Case) -> Route:
    price = case.price
    if price is None:
        return "EXPORT_GENERAL"
    limit_krw_e4 = figure_e4(case.reference.thresholds.export_list_limit_krw, case.lodged_on)
    above = price.goods_e4 * price.rate_krw_e4 > limit_krw_e4 * E4
    return "EXPORT_GENERAL" if above else "EXPORT_LIST"

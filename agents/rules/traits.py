"""What a parcel has that only some have: a rule about it is asked of no other, which is half of all rules for an ordinary parcel.

A trait says that there is something to look at, never what is found: rules alone decide. A rule without its traits
would find nothing, and tests hold that for every rule.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from agents.case import Case
from agents.goods.understood import NOTHING
from agents.identifiers import clearance_code
from agents.money import above_usd, parse_e4
from agents.reference import Registration
from agents.rules.rule import Found
from schemas import limits
from schemas.manifest import Header

POSTAL: Final = 1 << 0
BUSINESS: Final = 1 << 1
"""The consignor or the consignee has a business number."""
SSCC: Final = 1 << 2
IOSS: Final = 1 << 3
EORI: Final = 1 << 4
CATEGORY: Final = 1 << 5
"""Goods of a category."""
LIMITED: Final = 1 << 6
"""Goods whose self-use is limited."""
VERIFIED: Final = 1 << 7
LISTED: Final = 1 << 8
COMMERCIAL: Final = 1 << 9
PRICED: Final = 1 << 10
DEAR: Final = 1 << 11
"""A goods price above the lower of the two list limits."""
NO_FREIGHT: Final = 1 << 12
BRANDED: Final = 1 << 13
MISCODED: Final = 1 << 14
"""A line with headings that fit its words better than its own."""
DISGUISED: Final = 1 << 15
CORRECTION: Final = 1 << 16
NOT_ECOMMERCE: Final = 1 << 17
PAID: Final = 1 << 18
"""An imported e-commerce parcel that says what its buyer paid."""
PAID_OTHERWISE: Final = 1 << 19
"""Less than the goods, or more than goods, charges, freight and insurance: tolerances only widen what is right."""
IMPORTED: Final = 1 << 20
UNPRICED: Final = 1 << 21
UNCODED: Final = 1 << 22
"""No personal clearance code of the right form."""
MANY_LINES: Final = 1 << 23
"""More lines than surely stay within what a parcel may say."""
NOT_SELF_USE: Final = 1 << 24
NOT_SIX_DIGITS: Final = 1 << 25
"""A line whose commodity code is not, as it stands, a subheading in force."""
SUSPENDED: Final = 1 << 26
"""The carrier may be suspended."""

FEW_LINES: Final = limits.GOODS_CHARS_PER_PARCEL_MAX // (limits.DESCRIPTION_CHARS_MAX + limits.INGREDIENTS_CHARS_MAX + limits.NAME_CHARS_MAX)
"""Lines that can't say more than a parcel may."""

Check = TypeVar("Check", bound=Callable[..., Iterator[Found]])
_NEEDS: Final[dict[Callable[..., Any], int]] = {}


def about(traits: int) -> Callable[[Check], Check]:
    """Say that a rule finds nothing in a parcel that lacks any of these traits."""

    def said(check: Check) -> Check:
        _NEEDS[check] = traits
        return check

    return said


def needs(check: Callable[..., Any]) -> int:
    """The traits that a parcel has to have for the rule to find anything; 0 of a rule that is asked of all."""
    return _NEEDS.get(check, 0)


def of_header(header: Header, carrier: Registration | None) -> int:
    """The traits that all parcels of a manifest share; `carrier` as it is registered."""
    traits = IMPORTED if header.direction == "IMPORT" else 0
    if header.mode == "POST":
        traits |= POSTAL
    if carrier is not None and carrier.suspended_from is not None:
        traits |= SUSPENDED
    return traits


def of_parcel(case: Case, shared: int) -> int:  # noqa: C901, PLR0912, PLR0915 - one line each
    """All traits of a parcel, `shared` being those of its header."""
    parcel, price = case.parcel, case.price
    consignor, consignee = parcel.consignor, parcel.consignee
    traits = shared
    if case.categories:
        traits |= CATEGORY | LIMITED if case.uses else CATEGORY
    for understood in case.goods:
        if understood is not NOTHING:
            if understood.brand is not None:
                traits |= BRANDED
            if understood.suggestions:
                traits |= MISCODED
            if understood.disguises:
                traits |= DISGUISED
    if consignee.business_number or consignor.business_number:
        traits |= BUSINESS
    if parcel.sscc:
        traits |= SSCC
    if parcel.ioss:
        traits |= IOSS
    if consignor.eori or consignee.eori:
        traits |= EORI
    if case.verification is not None:
        traits |= VERIFIED
    if case.listed:
        traits |= LISTED
    if case.is_correction:
        traits |= CORRECTION
    if parcel.purpose != "SELF_USE":
        traits |= NOT_SELF_USE | COMMERCIAL if parcel.purpose == "COMMERCIAL" else NOT_SELF_USE
    if not clearance_code.is_valid(consignee.clearance_code or ""):
        traits |= UNCODED
    if len(parcel.items) > FEW_LINES:
        traits |= MANY_LINES
    subheadings = case.reference.hs_codes
    for item in parcel.items:
        if item.hs_code not in subheadings:
            traits |= NOT_SIX_DIGITS
            break
    if parcel.freight is None:
        traits |= NO_FREIGHT
    if not parcel.ecommerce:
        traits |= NOT_ECOMMERCE
    if price is None:
        traits |= UNPRICED
    else:
        traits |= PRICED
        figures = case.law.figures
        if above_usd(price.goods_e4, price.rate_krw_e4, price.usd_krw_e4, min(figures.list_limit_usd, figures.list_limit_us_express_usd)):
            traits |= DEAR
        order = parcel.order
        if order is not None and order.paid is not None and parcel.ecommerce and shared & IMPORTED:
            paid = parse_e4(order.paid)
            if paid is not None:
                traits |= PAID
                if not price.goods_e4 - price.local_charges_e4 <= paid <= price.goods_e4 + price.freight_e4 + price.insurance_e4:
                    traits |= PAID_OTHERWISE
    return traits

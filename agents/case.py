"""One parcel laid out for the rules: what the carrier said, what follows from it by arithmetic, and the law of its day."""

from datetime import date

import msgspec

from agents.reference import Category, Reference, Week
from schemas.manifest import Header, Parcel


class Price(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A parcel's money. `_e4` are ten-thousandths of a unit of the parcel's currency."""

    goods_e4: int
    """Price of the goods and charges in the country of dispatch."""
    freight_e4: int
    insurance_e4: int
    rate_krw_e4: int
    """Ten-thousandths of a won for one unit of the parcel's currency."""
    usd_krw_e4: int
    """The same for the dollar."""
    goods_usd_e6: int
    """Goods price in millionths of a dollar, rounded down: for showing and summing, never for a limit."""
    customs_value_krw: int


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a rule is handed: everything it may know."""

    header: Header
    carrier: str
    """By the topic, not by the payload."""
    lodged_on: date
    """Day in Korea that picks the law and the rates; the day of receipt when the carrier's time can't be read."""
    parcel: Parcel
    reference: Reference
    week: Week | None
    """Exchange rates of the day; None when reference data has none."""
    price: Price | None
    """None when an amount, the currency or its rate is missing or malformed."""
    categories: tuple[tuple[int, Category, str], ...]
    """Per hit: index of the item, category, the term or code that gave it."""

    @property
    def is_import(self) -> bool:
        """Whether the goods come to Korea."""
        return self.header.direction == "IMPORT"


class ManifestCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a rule of manifests is handed: the header alone."""

    header: Header
    carrier: str
    """By the topic, not by the payload."""
    lodged_on: date | None
    """Day in Korea; None when the carrier's time can't be read."""
    reference: Reference

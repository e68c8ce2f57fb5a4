"""One parcel laid out for the rules.

What the carrier said, what follows from it by arithmetic, and the law of its day.
"""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from agents.goods import CategoryHit, Understood
from agents.importers.verify import Verification
from agents.law.entries import Week
from agents.reference import Law, Reference
from agents.watchlist.entries import ListHit
from schemas.manifest import Header, Parcel


class Price(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A parcel's money. `_e4` are ten-thousandths of a unit of the parcel's currency."""

    goods_e4: int
    """Price of the goods and charges in the country of dispatch."""
    local_charges_e4: int
    """The part of it that was charged beside the lines."""
    freight_e4: int
    insurance_e4: int
    rate_krw_e4: int
    """Ten-thousandths of a won for one unit of the parcel's currency."""
    usd_krw_e4: int
    """The same for the dollar."""
    goods_usd_e6: int
    """Goods price in millionths of a dollar, rounded down: for showing and summing, never for a limit."""
    customs_value_krw: int


class ListedParty(msgspec.Struct, frozen=True, gc=False):
    """A party that resembles a listed one, by the path of the field that says so."""

    path: str
    hit: ListHit


class Case(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a rule is handed: everything it may know."""

    header: Header
    carrier: str
    """By the topic, not by the payload."""
    lodged_on: date
    """Day in Korea that picks the law and the rates; the day of receipt when the carrier's time can't be read."""
    parcel: Parcel
    reference: Reference
    law: Law
    """What is in force on the day of lodging."""
    price: Price | None
    """None when an amount, the currency or its rate is missing or malformed."""
    goods: tuple[Understood, ...]
    """What each item was understood to be."""
    categories: tuple[CategoryHit, ...]
    """Per hit: index of the item, category, the term or code that gave it."""
    uses: Mapping[str, int] = {}
    """How much it holds of goods whose self-use is limited, by category and unit such as ALCOHOL/ML."""
    verification: Verification | None = None
    """Whether the consignee is the holder of the clearance code, by the register; None where there is nothing to
    verify.
    """
    listed: tuple[ListedParty, ...] = ()
    """Listed parties that those of the parcel resemble."""
    is_correction: bool = False
    """Whether an amendment adds the house bill to a manifest that was answered before."""
    is_import: bool
    """Whether the goods come to Korea."""
    list_limit_usd_e4: int
    """Up to which goods price it may use list clearance, its purpose aside."""

    @property
    def week(self) -> Week | None:
        """Exchange rates of the day; None when reference data has none."""
        return self.law.week


class ManifestCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a rule of manifests is handed: the header alone."""

    header: Header
    carrier: str
    """By the topic, not by the payload."""
    lodged_on: date | None
    """Day in Korea; None when the carrier's time can't be read."""
    stored_at: datetime
    """When the broker stored the manifest."""
    reference: Reference
    law: Law
    """What is in force on the day of lodging, or of receipt when the carrier's time can't be read."""

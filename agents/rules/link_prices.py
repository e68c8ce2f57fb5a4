"""Prices of comparable goods: what a parcel of one seller is compared with."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from agents.reference import Law
from agents.state.parcels import WINDOW_DAYS
from agents.state.price_bands import Group, PriceHistogram, cents_of, step_of
from agents.values.clock import DAY_MS
from agents.values.money import E4
from schemas.parcel_links import ADDRESS, PHONE, ParcelLink

PERCENT: Final = 100
PER_MILLE: Final = 1000
PRICE_RULES: Final = 8
"""Beside the kinds of marks: a seller's parcel that is cheap beside others. Rules of prices are asked of few."""


class LinkLimits(msgspec.Struct, frozen=True, gc=False):
    """The figures of a day as whole numbers."""

    parcels_7d: Mapping[int, int]
    parcels_a_phone: int
    split_codes_1d: int
    codes_30d: Mapping[int, int]
    same_goods_percent: int
    seller_codes_30d: int
    seller_codes_a_receiver: int
    seller_parcels_a_code: int
    near_percent: int
    near_parcels_30d: int
    near_share_percent: int
    near_prices: int
    seller_sample: int
    goods_sample: int
    band_per_mille: int
    band_factor: int
    kind_sample: int
    kind_per_mille: int
    low_factor: int
    lowest_factor: int
    low_parcels_30d: int
    low_share_percent: int
    cheap_steps: int
    """Within so many steps above a price more than others lie that no rule of prices finds anything."""

    @property
    def receiver_parcels_min(self) -> int:
        """With fewer parcels at one address or phone, no rule of it can find anything."""
        return min(self.split_codes_1d, *self.codes_30d.values(), *[most + 1 for most in self.parcels_7d.values()])


@lru_cache(maxsize=64)
def limits_under(law: Law) -> LinkLimits:
    """The figures of a law."""
    figures = law.figures
    return LinkLimits(
        {ADDRESS: figures.link_address_parcels_7d // E4, PHONE: figures.link_phone_parcels_7d // E4},
        figures.link_parcels_a_phone // E4,
        figures.link_split_codes_1d // E4,
        {ADDRESS: figures.link_address_codes_30d // E4, PHONE: figures.link_phone_codes_30d // E4},
        figures.link_same_goods_percent // E4,
        figures.link_seller_codes_30d // E4,
        figures.link_seller_codes_a_receiver // E4,
        figures.link_seller_parcels_a_code // E4,
        figures.link_near_percent // E4,
        figures.link_near_parcels_30d // E4,
        figures.link_near_share_percent // E4,
        figures.link_near_prices // E4,
        figures.link_seller_sample // E4,
        figures.link_goods_sample // E4,
        figures.link_band_per_mille // E4,
        figures.link_band_factor // E4,
        figures.link_kind_sample // E4,
        figures.link_kind_per_mille // E4,
        figures.link_low_factor // E4,
        figures.link_lowest_factor // E4,
        figures.link_low_parcels_30d // E4,
        figures.link_low_share_percent // E4,
        step_of(min(figures.link_low_factor, figures.link_band_factor) // E4),
    )


class PeerGroup(NamedTuple):
    """The band that a parcel's price is compared with: of the most alike goods that there are enough parcels of."""

    mark: int
    band: PriceHistogram
    sample: int
    """Parcels of other sellers that it needs."""
    per_mille: int
    """Of a thousand of them so many may be as cheap."""


class PeerPrices(NamedTuple):
    """What other sellers take for such goods."""

    compared: PeerGroup
    steps: list[int]
    parcels: int

    def lower(self, cents: int, factor: int) -> int:
        """How many of them take no more than so many times a price."""
        return sum(self.steps[: step_of(cents * factor) + 1])

    def nearly_all_above(self, cents: int, factor: int) -> bool:
        """Whether nearly all of them take more than so many times a price."""
        return self.lower(cents, factor) * PER_MILLE <= self.parcels * self.compared.per_mille

    def is_low(self, cents: int, limits: LinkLimits) -> bool:
        """Whether a price is a small part of what half of them take, and well below even the cheapest.

        Of goods of many prices some are cheap.
        """
        return 2 * self.lower(cents, limits.low_factor) <= self.parcels and self.nearly_all_above(
            cents, limits.lowest_factor
        )

    @property
    def middle_cents(self) -> int:
        """Half of them take as much, or more."""
        step, seen = 0, self.steps[0]
        while 2 * seen < self.parcels:
            step += 1
            seen += self.steps[step]
        return cents_of(step)


class PeerComparison:
    """What other sellers take for goods alike, beside one seller's parcels."""

    __slots__ = ("_bands", "_known", "_limits", "_own", "_since_ms")

    def __init__(
        self, bands: Mapping[int, PriceHistogram], own: Collection[ParcelLink], now_ms: int, limits: LinkLimits
    ) -> None:
        """`bands` by mark of the goods, the seller's `own` parcels among them."""
        self._bands, self._own, self._limits = bands, own, limits
        self._since_ms = now_ms - WINDOW_DAYS * DAY_MS
        self._known: dict[int, PeerPrices] = {}

    def of(self, parcel: ParcelLink) -> PeerPrices | None:
        """What others take for goods like those of a parcel; None where too few parcels of theirs are known."""
        if (band := compared(parcel, self._bands, self._limits)) is None:
            return None
        if (others := self._known.get(band.mark)) is None:
            steps, mark = band.band.total.copy(), band.mark
            for own in self._own:
                if mark in (own.kind, own.commodity) and own.since_ms > self._since_ms:
                    step = step_of(own.piece_cents)
                    steps[step] = max(steps[step] - 1, 0)
            others = self._known[mark] = PeerPrices(band, steps, sum(steps))
        return others if others.parcels >= band.sample else None


class LinkCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel laid out for the rules of linking, among those with the same mark."""

    parcel: ParcelLink
    kind: int
    """Which mark they share."""
    now_ms: int
    law: Law
    """What is in force on the day of receipt."""
    limits: LinkLimits
    together: Collection[ParcelLink]
    """They and the parcel itself, in the order they came; those kept longer than the window among them."""
    group: Group | None = None
    """Of a seller: what it sends of the same heading; None while that is little."""
    beside: PeerComparison | None = None
    """Of a seller's parcel that is cheap beside others: what they take."""


def compared(parcel: ParcelLink, bands: Mapping[int, PriceHistogram], limits: LinkLimits) -> PeerGroup | None:
    """The band that a parcel's price is compared with; None where there are too few like it."""
    if (band := bands.get(parcel.kind)) is not None and band.count > limits.kind_sample:
        return PeerGroup(parcel.kind, band, limits.kind_sample, limits.kind_per_mille)
    if (band := bands.get(parcel.commodity)) is not None and band.count > limits.goods_sample:
        return PeerGroup(parcel.commodity, band, limits.goods_sample, limits.band_per_mille)
    return None


def is_cheap(parcel: ParcelLink, band: PriceHistogram, bands: Mapping[int, PriceHistogram], limits: LinkLimits) -> bool:
    """Whether a third of the band it is compared with costs several times as much as a parcel.

    Without that no rule of prices finds anything, unless a third is the seller's own.

    `band` is that of the most alike goods, where there are any.
    """
    if band.count <= (limits.kind_sample if parcel.kind else limits.goods_sample):
        wider = bands.get(parcel.commodity)
        if wider is None or wider.count <= limits.goods_sample:
            return False
        band = wider
    return step_of(parcel.piece_cents) + limits.cheap_steps < band.dear


def is_near(parcel: ParcelLink, limits: LinkLimits) -> bool:
    """Whether a price lies just below the limit of exemption."""
    return parcel.price_cents <= parcel.limit_cents and parcel.price_cents * PERCENT >= parcel.limit_cents * (
        PERCENT - limits.near_percent
    )

"""What parcels of many consignees have in common: receivers and sellers, by mark."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from agents.state.parcels import WINDOW_DAYS
from agents.state.price_bands import Group, PriceHistogram, kind_of, step_of
from agents.values.clock import DAY_MS
from schemas import limits
from schemas.parcel_links import ADDRESS, PHONE, SELLER, ParcelLink, Retraction

T = TypeVar("T")

REACH_DAYS: Final = WINDOW_DAYS + 2
"""Records older than this before the last one leave no trace in the memory: the window, and the day that is swept at
once.
"""
WINDOW_MS: Final = WINDOW_DAYS * DAY_MS
GROUP_PARCELS_MIN: Final = 8
"""With fewer parcels of one heading a seller's are not counted on the way."""
read_parcel_link: Final = msgspec.msgpack.Decoder(ParcelLink).decode

Parcels = dict[str, ParcelLink]
"""By carrier and house bill, in the order they came."""


class SellerState:
    """A seller's latest parcels, and what is counted of them on the way; all counts follow from the parcels."""

    __slots__ = ("goods", "groups", "parcels")

    def __init__(self) -> None:
        self.parcels: Parcels = {}
        self.goods: dict[str, int] = {}
        """Parcels by heading."""
        self.groups: dict[str, Group] = {}
        """Of headings with many."""

    def add(self, parcel: ParcelLink) -> None:
        """Take a parcel up."""
        self.parcels[parcel.name] = parcel
        count = self.goods[parcel.goods] = self.goods.get(parcel.goods, 0) + 1
        group = self.groups.get(parcel.goods)
        if group is not None:
            _count(group, parcel, 1)
        elif count >= GROUP_PARCELS_MIN:
            group = self.groups[parcel.goods] = Group({}, {}, {}, {})
            for other in self.parcels.values():
                if other.goods == parcel.goods:
                    _count(group, other, 1)

    def drop(self, parcel: ParcelLink) -> None:
        """Forget a parcel."""
        del self.parcels[parcel.name]
        count = self.goods[parcel.goods] - 1
        if count:
            self.goods[parcel.goods] = count
            if (group := self.groups.get(parcel.goods)) is not None:
                _count(group, parcel, -1)
        else:
            del self.goods[parcel.goods]
            self.groups.pop(parcel.goods, None)


def _count(group: Group, parcel: ParcelLink, by: int) -> None:
    _bump(group.codes, parcel.consignee, by)
    _bump(group.addresses, parcel.address, by)
    _bump(group.phones, parcel.phone, by)
    if parcel.piece_cents:
        kind = kind_of(parcel)
        steps = group.prices.setdefault(kind, {})
        _bump(steps, step_of(parcel.piece_cents), by)
        if not steps:
            del group.prices[kind]


def _bump(counts: dict[T, int], key: T, by: int) -> None:
    """Count up or down; what is counted down to nothing is gone."""
    count = counts.get(key, 0) + by
    if count:
        counts[key] = count
    else:
        del counts[key]


class LinkStore:
    """What linking remembers of the marks of one partition.

    Parcels by address, phone and seller, and price bands of the goods of its sellers.
    """

    __slots__ = ("_by_day", "_day", "bands", "receivers", "sellers")

    def __init__(self) -> None:
        self.receivers: dict[int, bytes | Parcels] = {}
        """By mark of an address or a phone, its parcels; of one with a single parcel that parcel, packed."""
        self.sellers: dict[int, SellerState] = {}
        self.bands: dict[int, PriceHistogram] = {}
        """By mark of the goods, as `ParcelLink` has them: its commodity and its kind; those seen on the latest day
        last.
        """
        self._by_day: defaultdict[int, set[int]] = defaultdict(set)
        """Marks by the days of their parcels."""
        self._day = 0

    def add_receiver(self, mark: int, parcel: ParcelLink, packed: bytes, now_ms: int) -> Parcels | None:
        """Remember a parcel of an address or a phone; all of them, None where it is the only one."""
        kept = self.receivers.get(mark)
        self._by_day[parcel.since_ms // DAY_MS].add(mark)
        if kept is None:
            self.receivers[mark] = packed
            return None
        if isinstance(kept, bytes):
            only = read_parcel_link(kept)
            if only.name == parcel.name:
                self.receivers[mark] = packed
                return None
            kept = self.receivers[mark] = {only.name: only}
        kept.pop(parcel.name, None)
        kept[parcel.name] = parcel
        for name in _to_forget(kept, now_ms):
            del kept[name]
        return kept

    def add_seller(self, mark: int, parcel: ParcelLink, now_ms: int) -> tuple[SellerState, PriceHistogram | None]:
        """Remember a parcel of a seller, and the price of its goods where it has one for a piece.

        The seller, and the band of the most alike goods.
        """
        seller = self.sellers.get(mark)
        if seller is None:
            seller = self.sellers[mark] = SellerState()
        elif (before := seller.parcels.get(parcel.name)) is not None:
            self._remove_from_seller(seller, before)
        day = parcel.since_ms // DAY_MS
        self._by_day[day].add(mark)
        seller.add(parcel)
        for name in _to_forget(seller.parcels, now_ms):
            seller.drop(seller.parcels[name])
        if not parcel.commodity:
            return seller, None
        step = step_of(parcel.piece_cents)
        band = self._price(parcel.commodity, day, step)
        return seller, self._price(parcel.kind, day, step) if parcel.kind else band

    def retract(self, gone: Retraction) -> None:
        """Forget a parcel by the marks it no longer goes by."""
        for kind, mark in ((ADDRESS, gone.address), (PHONE, gone.phone)):
            if gone.kinds & kind and (kept := self.receivers.get(mark)) is not None:
                if isinstance(kept, bytes):
                    if read_parcel_link(kept).name == gone.name:
                        del self.receivers[mark]
                elif kept.pop(gone.name, None) is not None and not kept:
                    del self.receivers[mark]
        if (
            gone.kinds & SELLER
            and (seller := self.sellers.get(gone.seller)) is not None
            and (parcel := seller.parcels.get(gone.name)) is not None
        ):
            self._remove_from_seller(seller, parcel)
            if not seller.parcels:
                del self.sellers[gone.seller]

    def expire(self, now_ms: int) -> None:
        """Forget what is older than the window; once for each new day of the log."""
        day = now_ms // DAY_MS
        if day <= self._day:
            return
        self._day = day
        horizon = day - WINDOW_DAYS - 1
        for old in [kept for kept in self._by_day if kept < horizon]:
            for mark in self._by_day.pop(old):
                if (kept := self.receivers.get(mark)) is not None and _last_day(
                    [read_parcel_link(kept)] if isinstance(kept, bytes) else kept.values()
                ) < horizon:
                    del self.receivers[mark]
                if (seller := self.sellers.get(mark)) is not None and _last_day(seller.parcels.values()) < horizon:
                    del self.sellers[mark]
        for commodity, band in list(self.bands.items()):
            band.expire(horizon)
            if not band.count:
                del self.bands[commodity]

    def _price(self, goods: int, day: int, step: int) -> PriceHistogram:
        bands = self.bands
        band = bands.get(goods)
        if band is None:
            if len(bands) >= limits.LINK_BANDS_MAX:
                del bands[next(iter(bands))]
            band = bands[goods] = PriceHistogram(self._day)
        elif band.seen_on != self._day:
            band.seen_on = self._day
            bands[goods] = bands.pop(goods)
        band.add(day, step)
        return band

    def _remove_from_seller(self, seller: SellerState, parcel: ParcelLink) -> None:
        seller.drop(parcel)
        if not parcel.commodity:
            return
        day, step = parcel.since_ms // DAY_MS, step_of(parcel.piece_cents)
        for goods in (parcel.commodity, parcel.kind):
            if goods and (band := self.bands.get(goods)) is not None:
                band.drop(day, step)


def _to_forget(parcels: Parcels, now_ms: int) -> Sequence[str]:
    """The oldest parcels, so far as they are older than the window or more than there may be."""
    since_ms = now_ms - WINDOW_MS
    for parcel in parcels.values():  # nearly always the first one stays, and with it all
        if parcel.since_ms > since_ms and len(parcels) <= limits.LINK_PARCELS_MAX:
            return ()
        break
    names: list[str] = []
    for name, parcel in parcels.items():
        if parcel.since_ms > since_ms and len(parcels) - len(names) <= limits.LINK_PARCELS_MAX:
            break
        names.append(name)
    return names


def _last_day(parcels: Iterable[ParcelLink]) -> int:
    """The latest day of parcels, 0 of none: a parcel that is amended after the window leaves nothing behind."""
    return max((parcel.since_ms for parcel in parcels), default=0) // DAY_MS

"""Selection: which parcels the inspectors of a site look at, within what they can do in a shift.

Each partition of `parcels.checked` has its share of every site's capacity, so the choice needs no further hop and is
part of the order of decision: the same log brings the same choice. How high a parcel's priority lies is told by a
fading histogram of the priorities before it; how many more parcels the shift brings, by the shifts before.
"""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from agents.law.inspection import Rates, Site
from agents.values.clock import HOUR_MS
from schemas import limits
from schemas.decision import Lane

LANES: Final[tuple[Lane, ...]] = ("OPEN", "XRAY", "DOCUMENTS")
"""The most thorough one first: it takes the highest priorities."""
Why = Literal["RISK", "RANDOM"]

PPM: Final = 1_000_000
BUCKETS: Final = 128
BUCKET_PPM: Final = 10_000
"""Priorities from 0 to 1.28, in hundredths; higher ones lie in the last bucket."""
FADE_AT: Final = 4_096
"""So many parcels in the histogram, and all its counts are halved."""
DRAW_BITS: Final = 48
SHIFTS_AHEAD: Final = 90
"""A parcel that says it arrives later, or has long arrived, belongs to the shift of its receipt."""
SHIFTS_COMPARED: Final = 3
TOP_SHARE: Final = 8
"""Below the highest eighth nothing is chosen for its risk, however many hands are free."""
LATE_SHARE: Final = 8
"""A shift that brought all it was expected to bring, or more, may still bring an eighth of that."""


class Selection(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parcel that is looked at, and why."""

    site: str
    shift: int
    lane: Lane
    why: Why
    tail_ppm: int = 0
    """How much of what the site receives has a priority as high."""


class Shift(msgspec.Struct, gc=False, array_like=True):
    """What a shift has brought so far, and what its inspectors were given."""

    parcels: int = 0
    open: int = 0
    xray: int = 0
    documents: int = 0


class SiteStatistics(msgspec.Struct, gc=False, array_like=True):
    """What a partition knows of one site."""

    histogram: list[int]
    total: int = 0
    shifts: dict[int, Shift] = {}


class InspectionCapacity:
    """The sites of one partition."""

    __slots__ = ("_chosen", "_of", "_share", "_shifts", "_touched_shifts", "_touched_sites", "sites")

    def __init__(self, number: int = 0, of: int = 1) -> None:
        """Partition `number` of `of`."""
        self._share, self._of = number, of
        self.sites: dict[str, SiteStatistics] = {}
        self._shifts: dict[tuple[str, int], dict[int, Selection]] = {}
        """What was chosen, by site and shift, each by its draw."""
        self._chosen: dict[int, Selection] = {}
        self._touched_sites: set[str] = set()
        self._touched_shifts: set[tuple[str, int]] = set()
        """What changed since the last commit."""

    def shift_of(self, site: Site, arrives_ms: int, now_ms: int) -> int:
        """The shift that receives a parcel, counted from 1970."""
        shift_ms = max(site.shift_hours, 1) * HOUR_MS
        now, arrives = now_ms // shift_ms, arrives_ms // shift_ms
        return arrives if now <= arrives <= now + SHIFTS_AHEAD else now

    def count(self, site: Site, shift: int, lane: Lane | None = None) -> None:
        """A parcel that this shift receives; with a lane, one that a rule has sent there."""
        counted = self._shift(site.name, shift)
        counted.parcels += 1
        if lane is not None:
            _use(counted, lane)

    def choose(  # noqa: PLR0913, PLR0917 - what a choice rests on
        self, site: Site, shift: int, rates: Rates, draw: int, priority_ppm: int, warm_up: int, *, is_new: bool
    ) -> Selection | None:
        """Whether a parcel is looked at.

        Once chosen, it stays so, whatever an amendment says. Before `warm_up` parcels nobody knows what is high.
        """
        if not is_new:
            if (before := self._chosen.get(draw)) is not None:
                return before
        else:
            self.count(site, shift)
        if draw * PPM < rates.random_ppm << DRAW_BITS:
            return self._take(Selection(site.name, shift, "OPEN", "RANDOM"), draw)
        book = self._book(site.name)
        bucket = min(priority_ppm // BUCKET_PPM, BUCKETS - 1)
        choice = None
        if priority_ppm and book.total >= warm_up:
            above = book.total - sum(book.histogram[: bucket + 1])  # most priorities are low: few counts lie below
            if above * TOP_SHARE < book.total:
                choice = self._by_risk(site, shift, book, (above << DRAW_BITS) + book.histogram[bucket] * draw, rates)
        if is_new:
            self._note(book, bucket)
        return None if choice is None else self._take(choice, draw)

    def _by_risk(self, site: Site, shift: int, book: SiteStatistics, tail: int, rates: Rates) -> Selection | None:
        """The most thorough lane that reaches so far down; `tail` counts parcels as high or higher, in 2^-48."""
        counted = self._shift(site.name, shift)
        expected = self._expected(site, book, shift)
        to_come = max(expected - counted.parcels, expected // LATE_SHARE, counted.parcels // LATE_SHARE, 1)
        left = 0
        for lane in LANES:
            capacity = self._part(getattr(site, lane.lower())) - getattr(counted, lane.lower())
            if capacity <= 0:
                continue
            left += capacity
            if tail * to_come * 100 < (left * book.total * rates.risk_percent) << DRAW_BITS:
                return Selection(site.name, shift, lane, "RISK", (tail * PPM // max(book.total, 1)) >> DRAW_BITS)
        return None

    def _expected(self, site: Site, book: SiteStatistics, shift: int) -> int:
        """Parcels that a shift brings: as the shifts before, else what the site's row says."""
        before = sorted(number for number in book.shifts if number < shift)[-SHIFTS_COMPARED:]
        if not before:
            return max(self._part(site.parcels), 1)
        return max(sum(book.shifts[number].parcels for number in before) // len(before), 1)

    def _part(self, whole: int) -> int:
        """This partition's part of something; the parts of all partitions are the whole."""
        return whole * (self._share + 1) // self._of - whole * self._share // self._of

    def _take(self, choice: Selection, draw: int) -> Selection:
        _use(self._shift(choice.site, choice.shift), choice.lane)
        chosen = self._shifts.setdefault((choice.site, choice.shift), {})
        if len(chosen) < limits.CHOSEN_PER_SHIFT_MAX:
            chosen[draw] = self._chosen[draw] = choice
            self._touched_shifts.add((choice.site, choice.shift))
        return choice

    def _book(self, site: str) -> SiteStatistics:
        return self.sites.get(site) or self.sites.setdefault(site, SiteStatistics([0] * BUCKETS, 0, {}))

    def _shift(self, site: str, shift: int) -> Shift:
        """A shift's counts; the oldest shift goes when there are too many."""
        book = self._book(site)
        counted = book.shifts.get(shift)
        if counted is None:
            counted = book.shifts[shift] = Shift()
            while len(book.shifts) > limits.SHIFTS_PER_SITE_MAX:
                oldest = min(book.shifts)
                del book.shifts[oldest]
                self._forget(site, oldest)
                if oldest == shift:
                    break
        self._touched_sites.add(site)
        return counted

    def _forget(self, site: str, shift: int) -> None:
        """Forget what was chosen of a shift."""
        for draw in self._shifts.pop((site, shift), {}):
            self._chosen.pop(draw, None)
        self._touched_shifts.add((site, shift))

    @staticmethod
    def _note(book: SiteStatistics, bucket: int) -> None:
        book.histogram[bucket] += 1
        book.total += 1
        if book.total >= FADE_AT:
            book.histogram = [count // 2 for count in book.histogram]
            book.total = sum(book.histogram)

    # the changelog

    def changes(self) -> Iterator[tuple[str, int | None, SiteStatistics | dict[int, Selection] | None]]:
        """Sites and shifts that changed, as they are now; None when a shift is forgotten. Begins anew."""
        for site in sorted(self._touched_sites):
            yield site, None, self.sites[site]
        for site, shift in sorted(self._touched_shifts):
            yield site, shift, self._shifts.get((site, shift))
        self._touched_sites.clear()
        self._touched_shifts.clear()

    def kept(self) -> Iterator[tuple[str, int | None, SiteStatistics | dict[int, Selection]]]:
        """All sites and shifts, as the changelog has them."""
        yield from ((site, None, book) for site, book in self.sites.items())
        yield from ((site, shift, chosen) for (site, shift), chosen in self._shifts.items())

    def restore_site(self, site: str, book: SiteStatistics) -> None:
        """Take a site from the changelog."""
        self.sites[site] = book

    def restore_shift(self, site: str, shift: int, chosen: dict[int, Selection] | None) -> None:
        """Take what was chosen of a shift from the changelog."""
        for draw in self._shifts.pop((site, shift), {}):
            self._chosen.pop(draw, None)
        if chosen:
            self._shifts[site, shift] = chosen
            self._chosen.update(chosen)


def _use(counted: Shift, lane: Lane) -> None:
    """Give one parcel more to a lane."""
    if lane == "OPEN":
        counted.open += 1
    elif lane == "XRAY":
        counted.xray += 1
    else:
        counted.documents += 1

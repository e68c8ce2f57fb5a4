"""Rates over time, and when each parcel is due.

The whole schedule is arithmetic on the clock that the run began with: nothing the system does can move it.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import sqrt


@dataclass(frozen=True, slots=True)
class Shape:
    """Parcels a second over time, as straight lines between corners."""

    corners: tuple[tuple[float, float], ...]
    """Second and rate, the seconds in rising order; two corners at one second are a jump."""
    _sums: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """Parcels due up to each corner."""

    def __post_init__(self) -> None:
        """Refuse what is no rate over time."""
        times = [at for at, _ in self.corners]
        if len(times) < 2 or times != sorted(times) or times[0] == times[-1]:  # noqa: PLR2004 - a line has two ends
            raise ValueError(f"a shape needs at least two corners in the order of time, not {self.corners}")
        if min(rate for _, rate in self.corners) < 0:
            raise ValueError(f"a rate below nothing: {self.corners}")
        sums = [0.0]
        for (begin, first), (end, last) in self._lines():
            sums.append(sums[-1] + (end - begin) * (first + last) / 2)
        object.__setattr__(self, "_sums", tuple(sums))

    def _lines(self) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
        return pairwise(self.corners)

    @property
    def parcels(self) -> int:
        """Parcels in all; a last one that is due only in part isn't sent."""
        return int(self._sums[-1] + 1e-6)  # sums of floats: 999.9999999 are a thousand

    def due(self, parcels: float) -> float:
        """The second at which so many parcels are due: the next one's intended send time."""
        place = min(bisect_right(self._sums, parcels), len(self._sums) - 1) - 1
        (begin, first), (end, last) = self.corners[place], self.corners[place + 1]
        left = parcels - self._sums[place]
        if left <= 0 or end == begin:
            return begin
        slope = (last - first) / (end - begin)
        # The root of first * t + slope * t² / 2 = left, in the form that stays exact where the slope is almost nothing.
        return min(begin + 2 * left / (first + sqrt(max(first * first + 2 * slope * left, 0.0))), end)

    def dues(self, step: int) -> Iterator[tuple[float, int]]:
        """Manifests of `step` parcels: the second at which each is due, and its parcels; the last may be smaller."""
        for before in range(0, self.parcels, step):
            yield self.due(before), min(step, self.parcels - before)


def steady(rate: float, seconds: float, begin: float = 0.0) -> Shape:
    """The same rate all the time."""
    return Shape(((begin, rate), (begin + seconds, rate)))


def ramp(first: float, last: float, seconds: float) -> Shape:
    """From one rate to another."""
    return Shape(((0.0, first), (seconds, last)))


def day(hours: tuple[float, ...], peak: float, seconds: float) -> Shape:
    """A day in which each hour has its share of the peak, pressed into some seconds; midnight joins with midnight."""
    length = seconds / len(hours)
    most = max(hours)
    inner = [((number + 0.5) * length, peak * share / most) for number, share in enumerate(hours)]
    midnight = (inner[0][1] + inner[-1][1]) / 2
    return Shape(((0.0, midnight), *inner, (seconds, midnight)))

"""Prices for a piece of comparable goods, counted in bands."""

from math import isqrt
from typing import Final

import msgspec

from schemas.parcel_links import ParcelLink

CENTS: Final = 100
STEPS_A_DOUBLING: Final = 4
"""Prices are sorted into steps of a quarter of a doubling, about 19 percent."""
STEPS: Final = 128


class Group(msgspec.Struct, gc=False):
    """What one seller sends of one heading.

    How many parcels by code, address, phone, and by kind of goods and step of price.

    Follows from the seller's parcels.
    """

    codes: dict[bytes, int]
    addresses: dict[int, int]
    phones: dict[int, int]
    prices: dict[int, dict[int, int]]


class PriceHistogram:
    """What pieces of one kind of goods cost: how many at which step of price, by the day they were first filed."""

    __slots__ = ("_below", "count", "days", "dear", "seen_on", "total")

    def __init__(self, seen_on: int = 0) -> None:
        self.seen_on = seen_on
        """The day on which such goods were last sent."""
        self.days: dict[int, dict[int, int]] = {}
        self.total = [0] * STEPS
        self.count = 0
        self.dear = 0
        """The step at which the dearest third begins. It follows from `total`, and is kept so that no parcel has to
        add the steps up.
        """
        self._below = 0
        """Pieces below it."""

    def add(self, day: int, step: int) -> None:
        """Count a piece."""
        steps = self.days.get(day)
        if steps is None:
            steps = self.days[day] = {}
        steps[step] = steps.get(step, 0) + 1
        total, dear = self.total, self.dear
        total[step] += 1
        count = self.count = self.count + 1
        if count == 1:
            self.dear = step
        elif step < dear:
            below = self._below = self._below + 1
            if 3 * below >= 2 * count:
                self._settle()
        elif 3 * (self._below + total[dear]) < 2 * count:
            self._settle()

    def drop(self, day: int, step: int) -> None:
        """Take a piece out, as far as it is known."""
        steps = self.days.get(day)
        if steps is None or step not in steps:
            return
        steps[step] -= 1
        if not steps[step]:
            del steps[step]
        self._take(step, 1)
        self._settle()

    def expire(self, horizon: int) -> None:
        """Forget the days before."""
        for day in [kept for kept in self.days if kept < horizon]:
            for step, number in self.days.pop(day).items():
                self._take(step, number)
            self._settle()

    def _take(self, step: int, number: int) -> None:
        self.total[step] -= number
        self.count -= number
        if step < self.dear:
            self._below -= number

    def _settle(self) -> None:
        """Where fewer than two thirds lie below, and no fewer up to there."""
        total, dear, below, thirds = self.total, self.dear, self._below, 2 * self.count
        while dear and 3 * below >= thirds:
            dear -= 1
            below -= total[dear]
        while 3 * (reached := below + total[dear]) < thirds:
            below = reached
            dear += 1
        self.dear, self._below = dear, below


def step_of(cents: int) -> int:
    """The step of a price: four times its binary logarithm, rounded down.

    >>> step_of(100) - step_of(50), step_of(0)
    (4, 0)
    """
    return min((cents * cents * cents * cents).bit_length() - 1, STEPS - 1) if cents > 0 else 0


def cents_of(step: int) -> int:
    """Where a step begins, rounded down.

    >>> cents_of(step_of(5_990)), cents_of(0)
    (5792, 1)
    """
    return isqrt(isqrt(1 << step))


def kind_of(parcel: ParcelLink) -> int:
    """The most alike goods that a parcel's prices are counted with."""
    return parcel.kind or parcel.commodity

"""A value that changes from one day to the next."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


class NotInForceError(LookupError):
    """No value of a dated figure was in force on the day asked for: the reference data has a hole."""


class Dated(Generic[T]):
    """A value by the day it came into force.

    >>> limit = Dated({date(2010, 1, 1): 100, date(2016, 1, 1): 150})
    >>> limit.on(date(2015, 12, 31)), limit.on(date(2016, 1, 1))
    (100, 150)
    """

    __slots__ = ("_days", "_values")

    def __init__(self, by_day: Mapping[date, T]) -> None:
        days = sorted(by_day)
        self._days = tuple(days)
        self._values = tuple(by_day[day] for day in days)

    def on(self, day: date) -> T:
        """The value in force on a day."""
        at = bisect_right(self._days, day) - 1
        if at < 0:
            first = self._days[0] if self._days else "never"
            raise NotInForceError(f"no value on {day}: the first is from {first}")
        return self._values[at]

    @property
    def first_day(self) -> date:
        """The first day with a value."""
        return self._days[0]

    def items(self) -> Iterator[tuple[date, T]]:
        """Every value with the day it came into force, oldest first."""
        return zip(self._days, self._values, strict=True)

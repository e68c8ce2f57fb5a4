"""Percentiles of measured times, and how they change over a run."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from math import ceil
from typing import Final

import msgspec

MS: Final = 1000.0


LEVELS: Final = (0.0, 0.25, 0.5, 0.75, 0.9, 0.95, 0.975, 0.99, 0.995, 0.999, 0.9995, 0.9999, 0.99995, 0.99999)
"""Of a distribution: each step to the right is rarer."""


class Percentiles(msgspec.Struct, frozen=True):
    """Milliseconds from when a record was due to when a committed reader had its answer."""

    count: int
    p50: float
    p90: float
    p99: float
    p999: float
    max: float


class Window(msgspec.Struct, frozen=True):
    """What was due in one stretch of the run."""

    begin_s: float
    latency: Percentiles


def percentiles(seconds: Iterable[float]) -> Percentiles:
    """By nearest rank: a value that was measured, never one between two."""
    ms = sorted(each * MS for each in seconds)
    if not ms:
        return Percentiles(0, 0.0, 0.0, 0.0, 0.0, 0.0)

    return Percentiles(len(ms), _at(ms, 0.5), _at(ms, 0.9), _at(ms, 0.99), _at(ms, 0.999), ms[-1])


def curve(seconds: Iterable[float]) -> list[tuple[float, float]]:
    """Share of parcels and the milliseconds within which they are decided, as far out as parcels can say."""
    ms = sorted(each * MS for each in seconds)
    return [(share, _at(ms, share)) for share in LEVELS if len(ms) * (1 - share) >= 1]


def _at(ms: Sequence[float], share: float) -> float:
    # The smallest value that so many are at most; what floats add to a whole number of them is taken away again.
    return ms[max(ceil(share * len(ms) - 1e-9), 1) - 1]


def windows(waits: Iterable[tuple[float, float]], width_s: float) -> Sequence[Window]:
    """Percentiles by when each was due, not by when it was answered: a stall shows where its victims were sent.

    `waits` are pairs of due second and seconds waited.
    """
    found: defaultdict[int, list[float]] = defaultdict(list)
    for due_s, waited_s in waits:
        found[int(due_s // width_s)].append(waited_s)
    return [Window(number * width_s, percentiles(found[number])) for number in sorted(found)]

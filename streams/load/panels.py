"""What the pictures of a run show: titles, units and lines, whoever draws them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from streams.load.percentiles import Window
from streams.load.probes import Sample
from streams.load.result import LoadReport
from streams.load.run import cores

COLOURS: Final = (
    "#2a6fb0",
    "#e08a1e",
    "#3a9d6e",
    "#c0392b",
    "#7d5ba6",
    "#8c6d4f",
    "#d066a8",
    "#6b7785",
    "#17a2b8",
    "#9aa52b",
)
"""Apart for most eyes; the first are the ones that matter."""
GRADES: Final = ("#9cc3e6", "#5b9bd5", "#1f4e80", "#c0392b")
"""Of percentiles: the rarer, the darker; the slowest of all in red."""
TAILS: Final = ((0.5, "50 %"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %"))
MB: Final = 1_000_000
LEAST_LOGGED: Final = 1.0
"""Milliseconds: a logarithm has no nothing."""
FINE_DECADES_MAX: Final = 3
"""More have a mark for each decade only."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a picture."""

    name: str
    colour: str
    points: tuple[tuple[float, float], ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One picture."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    x_name: str = "seconds"
    x_ticks: tuple[tuple[float, str], ...] = ()
    """Marks of the axis, where they are no plain numbers."""
    log: bool = False
    """Whether each step upwards is ten times more."""
    shaded: tuple[float, float] | None = None
    """From where to where it doesn't count: the warm-up."""
    bound: float | None = None
    """A line that should not be crossed."""
    wide: bool = False
    """Whether it takes a row of its own."""

    @property
    def points(self) -> Iterator[tuple[float, float]]:
        """Of all lines."""
        return (point for line in self.lines for point in line.points)


STEPS: Final = (1, 2, 5)


def log_ticks(least: float, most: float) -> list[float]:
    """Marks of an axis on which each decade is as long as the next, from the last below to the first above.

    >>> log_ticks(41, 1_086), log_ticks(7, 7)
    ([20, 50, 100, 200, 500, 1000, 2000], [5, 10])
    >>> log_ticks(1, 30_000)
    [1, 10, 100, 1000, 10000, 100000]
    """
    low, high = (max(value, LEAST_LOGGED) for value in (least, most))
    decades = range(floor(log10(low)), ceil(log10(high)) + 1)
    few = high / low > 10**FINE_DECADES_MAX
    marks = [10**power * step for power in decades for step in (STEPS[:1] if few else STEPS)]
    first = max(mark for mark in marks if mark <= low)
    last = min((mark for mark in marks if mark >= high and mark > first), default=first * 10)
    return [mark for mark in marks if first <= mark <= last]


def panels(report: LoadReport) -> tuple[Panel, ...]:
    """Everything that is drawn of one run; what was not measured is left out."""
    warm_up = (0.0, report.conditions.warm_up_s) if report.conditions.warm_up_s else None
    all_ = (
        Panel(
            title="Latency of decisions, by when the manifest was due",
            unit="ms",
            lines=tuple(
                _of_windows(report.windows, name, colour, value)
                for (name, value), colour in zip(_GRADED, GRADES, strict=True)
            ),
            log=True,
            shaded=warm_up,
            wide=True,
        ),
        Panel(
            title="Throughput",
            unit="parcels/s",
            lines=(
                _rates(report.samples, "due", COLOURS[7], lambda sample: sample.due, dashed=True),
                _rates(report.samples, "decided", COLOURS[0], lambda sample: sample.decided),
            ),
            shaded=warm_up,
        ),
        Panel(
            title="Slowest in a hundred (p99), by carrier",
            unit="ms",
            lines=tuple(
                _of_windows(found, carrier, colour, lambda window: window.latency.p99)
                for (carrier, found), colour in zip(report.windows_by_carrier.items(), _colours(), strict=False)
            ),
            log=True,
            shaded=warm_up,
        ),
        Panel(
            title="Distribution of latency",
            unit="ms",
            lines=(Line("decisions", GRADES[2], tuple((_rarity(share), ms) for share, ms in report.curve)),),
            x_name="share of parcels decided within",
            x_ticks=tuple((_rarity(share), name) for share, name in TAILS if share <= max(_shares(report), default=0)),
            log=True,
        ),
        Panel(title="Waiting", unit="records, parcels", lines=tuple(_waiting(report.samples)), shaded=warm_up),
        Panel(title="Processor", unit="cores", lines=tuple(_processors(report.samples)), shaded=warm_up),
        Panel(title="Memory", unit="MB", lines=tuple(_memory(report.samples)), shaded=warm_up),
    )
    return tuple(panel for panel in all_ if any(True for _ in panel.points))


_GRADED: Final[tuple[tuple[str, Callable[[Window], float]], ...]] = (
    ("p50", lambda window: window.latency.p50),
    ("p90", lambda window: window.latency.p90),
    ("p99", lambda window: window.latency.p99),
    ("slowest", lambda window: window.latency.max),
)


def _of_windows(windows: Iterable[Window], name: str, colour: str, value: Callable[[Window], float]) -> Line:
    return Line(name, colour, tuple((window.begin_s, value(window)) for window in windows), dashed=name == "slowest")


def _rates(
    samples: Sequence[Sample], name: str, colour: str, count: Callable[[Sample], int], *, dashed: bool = False
) -> Line:
    points = (
        (after.at_s, (count(after) - count(before)) / (after.at_s - before.at_s))
        for before, after in pairwise(_begun(samples))
        if after.at_s > before.at_s
    )
    return Line(name, colour, tuple(points), dashed)


def _begun(samples: Iterable[Sample]) -> list[Sample]:
    """Without what was seen before the first second."""
    return [sample for sample in samples if sample.at_s >= 0]


def _shares(report: LoadReport) -> Iterator[float]:
    return (share for share, _ in report.curve)


def _rarity(share: float) -> float:
    """Place of a share on an axis on which each step is ten times rarer."""
    return -log10(1 - share)


def _waiting(samples: Sequence[Sample]) -> Iterator[Line]:
    begun = _begun(samples)
    undecided = tuple((sample.at_s, float(sample.due - sample.decided)) for sample in begun)
    yield Line("parcels undecided", COLOURS[3], undecided)
    for step, colour in zip(_names(sample.lag for sample in begun), _colours(), strict=False):
        points = tuple((sample.at_s, float(sample.lag[step])) for sample in begun if step in sample.lag)
        yield Line(f"{step} (records)", colour, points)


def _processors(samples: Sequence[Sample]) -> Iterator[Line]:
    used = [(after.at_s, cores(before, after)) for before, after in pairwise(_begun(samples))]
    for name, colour in zip(_names(each for _, each in used), _colours(), strict=False):
        yield Line(name, colour, tuple((at, each[name]) for at, each in used if name in each))


def _memory(samples: Sequence[Sample]) -> Iterator[Line]:
    begun = _begun(samples)
    for name, colour in zip(_names(sample.processes for sample in begun), _colours(), strict=False):
        points = tuple(
            (sample.at_s, sample.processes[name].resident_bytes / MB) for sample in begun if name in sample.processes
        )
        yield Line(name, colour, points)


def _names(found: Iterable[Iterable[str]]) -> list[str]:
    """Every name once, in order."""
    return sorted({name for each in found for name in each})


def _colours() -> Iterator[str]:
    """One after the other, without an end."""
    while True:
        yield from COLOURS

"""Where more load stops being decided in time: raises the rate until it is too much, then closes in."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import msgspec

from streams.errors import OperatorError
from streams.load.page import Tile, document, ms, table
from streams.load.panels import COLOURS, GRADES, Line, Panel
from streams.load.probes import Sample
from streams.load.result import Conditions, LoadReport

FACTOR: Final = 1.5
"""Each step up, until one is too much."""
CLOSE: Final = 1.1
"""A rate that holds and one that doesn't are close enough when they are less than this apart."""
RATE_MIN: Final = 10.0
"""Below, nothing is looked for."""
GROWTH_MAX: Final = 0.05
"""A backlog that grows by more than this share of the rate would grow for ever."""


class NoKneeError(OperatorError):
    """No rate that holds was found."""


class Step(msgspec.Struct, frozen=True):
    """One rate, tried."""

    rate: float
    """Offered: parcels due a second."""
    decided_per_s: float
    p50_ms: float
    p99_ms: float
    growth: float
    """Parcels a second by which the backlog grew, towards the end."""
    why: str
    """Why it is too much; empty where it holds."""
    is_generators: bool = False
    """Whether only the generator gave way, which says nothing of the system."""


class KneeReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried and found."""

    conditions: Conditions
    """Of the last step."""
    p99_ms_max: float
    steps: list[Step]
    knee: float
    """The highest rate that held."""
    above: float | None
    """The lowest that did not; None where none was tried."""
    why: str
    """What gave way first."""


def step_of(report: LoadReport, p99_ms_max: float) -> Step:
    """Judge a steady run."""
    rate = report.conditions.rate
    growth = backlog_growth(report.samples, report.conditions.seconds)
    reasons = (
        (report.decisions.p99 > p99_ms_max, f"p99 {ms(report.decisions.p99)} above {ms(p99_ms_max)}"),
        (growth > GROWTH_MAX * rate, f"the backlog grew by {growth:,.0f} parcels a second"),
    )
    why = "; ".join(text for fails, text in reasons if fails)
    is_generators = report.is_late and not why
    if is_generators:
        why = f"the generator itself was late by {ms(report.late.p99)} (p99)"
    return Step(rate, report.decided_per_s, report.decisions.p50, report.decisions.p99, growth, why, is_generators)


def backlog_growth(samples: Sequence[Sample], seconds: float) -> float:
    """Parcels a second by which the backlog grew over the second half of the sending: a line fitted."""
    points = [(sample.at_s, sample.due - sample.decided) for sample in samples if seconds / 2 <= sample.at_s <= seconds]
    if len(points) < 3:  # noqa: PLR2004 - two points make a line of any noise
        return 0.0
    mean_at = sum(at for at, _ in points) / len(points)
    mean = sum(backlog for _, backlog in points) / len(points)
    spread = sum((at - mean_at) ** 2 for at, _ in points)
    return sum((at - mean_at) * (backlog - mean) for at, backlog in points) / spread if spread else 0.0


async def find(first: float, most: float, run: Callable[[float], Awaitable[Step]]) -> list[Step]:
    """Try rates from the first on; the last step that holds and the next above are close together, or `most` held."""
    steps = [await run(first)]
    good, bad = _bounds(steps)
    while good is None or (bad is None and good < most) or (bad is not None and bad / good > CLOSE):
        if good is None:
            rate = steps[-1].rate / FACTOR
            if rate < RATE_MIN:
                return steps
        elif bad is None:
            rate = min(good * FACTOR, most)
        else:
            rate = (good * bad) ** 0.5
        steps.append(await run(float(round(rate))))
        good, bad = _bounds(steps)
    return steps


def _bounds(steps: Sequence[Step]) -> tuple[float | None, float | None]:
    """The highest rate that holds below the lowest that doesn't, and that one."""
    bad = min((step.rate for step in steps if step.why), default=None)
    good = max((step.rate for step in steps if not step.why and (bad is None or step.rate < bad)), default=None)
    return good, bad


def knee_of(steps: Sequence[Step], conditions: Conditions, p99_ms_max: float) -> KneeReport:
    """What the steps say."""
    good, bad = _bounds(steps)
    if good is None:
        raise NoKneeError(
            f"even {steps[-1].rate:,.0f} parcels a second are too much ({steps[-1].why}): "
            "see that the workers run and nothing else loads this Kafka, or allow a higher p99 with --p99."
        )
    why = next((step.why for step in steps if step.rate == bad), "")
    ordered = sorted(steps, key=lambda step: step.rate)
    return KneeReport(conditions=conditions, p99_ms_max=p99_ms_max, steps=ordered, knee=good, above=bad, why=why)


def sentence(report: KneeReport) -> str:
    """The knee, in words."""
    if report.above is None:
        return f"The knee lies above {report.knee:,.0f} parcels a second, the highest rate tried: name a higher --rate."
    if any(step.is_generators for step in report.steps if step.rate == report.above):
        return (
            f"The knee lies at {report.knee:,.0f} parcels a second or above: at {report.above:,.0f}, {report.why}, "
            "which says nothing of the system: give the generator a core of its own."
        )
    return (
        f"The knee lies between {report.knee:,.0f} and {report.above:,.0f} parcels a second: "
        f"at {report.above:,.0f}, {report.why}."
    )


def tiles(report: KneeReport) -> Iterator[Tile]:
    """The figures that come first."""
    at = next(step for step in report.steps if step.rate == report.knee)
    yield f"{report.knee:,.0f}/s", "the highest rate that held", "good"
    yield ("" if report.above is None else f"{report.above:,.0f}/s"), "the lowest that did not", ""
    yield ms(at.p50_ms), "half are decided within, at the knee", ""
    yield ms(at.p99_ms), "99 of 100 within, at the knee", ""


def panels(report: KneeReport) -> tuple[Panel, ...]:
    """Latency and throughput over what was offered."""
    steps = report.steps
    return (
        Panel(
            title="Latency over the rate offered",
            unit="ms",
            lines=(
                Line("p50", GRADES[0], tuple((step.rate, step.p50_ms) for step in steps)),
                Line("p99", GRADES[2], tuple((step.rate, step.p99_ms) for step in steps)),
            ),
            x_name="parcels a second offered",
            log=True,
            bound=report.p99_ms_max,
        ),
        Panel(
            title="Decided over the rate offered",
            unit="parcels/s",
            lines=(
                Line("offered", COLOURS[7], tuple((step.rate, step.rate) for step in steps), dashed=True),
                Line("decided", COLOURS[0], tuple((step.rate, step.decided_per_s) for step in steps)),
            ),
            x_name="parcels a second offered",
        ),
    )


def page(report: KneeReport) -> str:
    """The whole report."""
    rows = (
        (f"{step.rate:,.0f}", f"{step.decided_per_s:,.0f}", ms(step.p50_ms), ms(step.p99_ms), step.why or "holds")
        for step in report.steps
    )
    steps = table(("parcels/s offered", "decided", "p50", "p99", ""), rows)
    return document(
        "Load: the knee",
        about(report),
        tiles(report),
        panels(report),
        [f'<div class="box"><h2>Steps</h2>{steps}</div>'],
    )


def about(report: KneeReport) -> str:
    """What was done, in a line or two."""
    conditions = report.conditions
    return (
        f"{sentence(report)} {conditions.seconds:g} s a step, {conditions.parcels_per_manifest} parcels a manifest; "
        f"{conditions.kafka}; {conditions.cores} cores of {conditions.processor}."
    )

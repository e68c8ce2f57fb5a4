"""Where more is too much, found for systems of which it is known."""

from collections.abc import Awaitable, Callable

import pytest

from streams.load import knee
from streams.load.knee import CLOSE, FACTOR, NoKneeError, Step, backlog_growth, find, knee_of, sentence, step_of
from streams.load.result import LoadReport
from tests.streams.load.loads import conditions, measured, sample

PLENTY = 100_000.0


def system(capacity: float) -> tuple[list[float], Callable[[float], Awaitable[Step]]]:
    """One that holds up to some rate, and what it was asked."""
    tried: list[float] = []

    async def run(rate: float) -> Step:
        tried.append(rate)
        why = "" if rate <= capacity else "p99 2,000 ms above 1,000 ms"
        return Step(rate, min(rate, capacity), 100.0, 200.0 if not why else 2_000.0, 0.0, why)

    return tried, run


@pytest.mark.parametrize("capacity", [50.0, 120.0, 1_000.0, 4_321.0])
async def test_the_knee_lies_between_two_rates_close_together(capacity: float) -> None:
    _, run = system(capacity)
    found = knee_of(await find(400.0, PLENTY, run), conditions(), 1_000.0)
    assert found.above is not None
    assert found.knee <= capacity < found.above
    assert found.above / found.knee <= CLOSE * 1.02  # rates are whole numbers
    assert [step.rate for step in found.steps] == sorted(step.rate for step in found.steps)


async def test_rates_rise_until_one_is_too_much() -> None:
    tried, run = system(1_000.0)
    await find(400.0, PLENTY, run)
    assert tried[:4] == [400, 600, 900, 1350]
    assert tried[1] / tried[0] == FACTOR


async def test_a_system_faster_than_the_most_is_told_so() -> None:
    _, run = system(PLENTY)
    found = knee_of(await find(400.0, 2_000.0, run), conditions(), 1_000.0)
    assert (found.knee, found.above) == (2_000.0, None)
    assert "above 2,000 parcels a second, the highest rate tried" in sentence(found)


async def test_a_system_that_holds_nothing_is_an_answer_too() -> None:
    _, run = system(0.0)
    steps = await find(400.0, PLENTY, run)
    with pytest.raises(NoKneeError, match="too much"):
        knee_of(steps, conditions(), 1_000.0)


def test_a_backlog_that_stands_still_does_not_grow() -> None:
    assert backlog_growth([sample(at, int(at * 100), int(at * 100) - 50) for at in range(11)], 10.0) == 0.0


def test_a_backlog_grows_by_what_is_not_decided() -> None:
    assert backlog_growth([sample(at, at * 100, at * 80) for at in range(11)], 10.0) == pytest.approx(20.0)


def judged(report: LoadReport, p99_ms_max: float = 1_000.0) -> str:
    return step_of(report, p99_ms_max).why


def test_a_step_holds_or_says_why_not() -> None:
    good = measured().report
    assert not judged(good)
    assert judged(good, 250.0) == "p99 297 ms above 250 ms"
    assert judged(measured(late_s=0.2).report) == "the generator itself was late by 200 ms (p99)"
    assert step_of(measured(late_s=0.2).report, 1_000.0).is_generators
    assert not step_of(measured(late_s=0.2).report, 250.0).is_generators


def test_the_sentence_says_what_gave_way() -> None:
    steps = [Step(100.0, 99.0, 50.0, 90.0, 0.0, ""), Step(109.0, 100.0, 50.0, 900.0, 40.0, "the backlog grew")]
    found = knee_of(steps, conditions(), 500.0)
    assert sentence(found) == "The knee lies between 100 and 109 parcels a second: at 109, the backlog grew."
    late = Step(109.0, 100.0, 50.0, 90.0, 0.0, "the generator itself was late by 200 ms (p99)", is_generators=True)
    assert sentence(knee_of([steps[0], late], conditions(), 500.0)).startswith(
        "The knee lies at 100 parcels a second or"
    )
    page = knee.page(found)
    assert "100/s" in page
    assert "the backlog grew" in page

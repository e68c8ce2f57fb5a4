"""When customs is taken for out of order, and when again in order."""

import pytest

from streams.importer_verifier.breaker import Breaker
from streams.settings import Downtime


def breaker() -> Breaker:
    return Breaker(failures_max=3, probe_s=30, downtimes=[Downtime(1_000, 2_000)])


def broken() -> Breaker:
    """Since second 10."""
    found = breaker()
    assert [found.failed(10) for _ in range(3)] == [False, False, True]
    return found


def test_so_many_failures_in_a_row_are_an_outage() -> None:
    assert broken().broken
    found = breaker()
    for _ in range(10):
        assert not found.failed(1)
        assert not found.failed(1)
        assert not found.answered(1)
    assert not found.broken


def test_during_an_outage_one_question_is_tried_now_and_then() -> None:
    found = broken()
    assert not found.ask(39, 0)
    assert found.could_ask(40, 0)
    assert found.ask(40, 0)
    assert not found.ask(41, 0), "while it is tried, no other is"
    assert not found.failed(45), "it is the same outage"
    assert not found.ask(74, 0)
    assert found.ask(75, 0)


def test_an_answer_ends_an_outage() -> None:
    found = broken()
    assert found.ask(40, 0)
    assert found.answered(41)
    assert not found.broken
    assert found.ask(41, 0)
    assert found.ask(41, 0)
    assert not found.failed(42), "and the count begins anew"


def test_a_question_without_answer_within_its_time_is_an_outage() -> None:
    found = breaker()
    found.answered(5)
    assert found.timed_out(190, asked_at=10)
    assert found.broken


def test_unless_others_were_answered_meanwhile() -> None:
    found = breaker()
    found.answered(100)
    assert not found.timed_out(190, asked_at=10)
    assert not found.broken


def test_a_refusal_is_an_outage_at_once() -> None:
    found = breaker()
    assert found.refused(1)
    assert not found.refused(2)
    assert not found.ask(31, 0)
    assert found.ask(32, 0)


def test_a_question_that_is_taken_back_leaves_its_place_to_another() -> None:
    found = broken()
    assert found.ask(40, 0)
    found.given_up()
    assert found.ask(40, 0)


@pytest.mark.parametrize(("wall", "asks"), [(999, True), (1_000, False), (1_999, False), (2_000, True)])
def test_announced_downtimes(wall: float, asks: bool) -> None:  # noqa: FBT001 - a column
    found = breaker()
    assert found.announced(wall) is not asks
    assert found.ask(0, wall) is asks
    assert not found.broken, "nobody has tried"

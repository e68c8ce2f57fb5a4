"""Exactly once, with a control for each way in which it may not be."""

from collections.abc import Callable

import pytest

from streams.load.answers import Answers
from tests.streams.load.loads import answered, decided, place, record

Change = Callable[[Answers], object]


def test_what_is_answered_once_holds() -> None:
    answers = answered("A", "B")
    verdict = answers.verdict()
    assert verdict.holds
    assert answers.is_complete
    assert (verdict.manifests, verdict.parcels, verdict.decided) == (2, 4, 4)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(lambda answers: answers.receipt(place(0), "ACCEPTED", 2, 2.0), "A: 2 receipts", id="two receipts"),
        pytest.param(
            lambda answers: answers.letter(place(0), 2.0), "A: a receipt and a dead letter", id="both answers"
        ),
        pytest.param(
            lambda answers: answers.decision(decided(0, "A1"), 2.0),
            "parcel A1 of A: decided again",
            id="the same decision twice",
        ),
        pytest.param(
            lambda answers: answers.decision(decided(0, "A1", "another"), 2.0),
            "parcel A1 of A: decided again",
            id="another decision on the same parcel",
        ),
        pytest.param(
            lambda answers: answers.decision(decided(0, "X9"), 2.0),
            "parcel X9: decided under A, which does not have it",
            id="a parcel nobody sent",
        ),
    ],
)
def test_what_is_answered_twice_or_unasked_is_named(change: Change, named: str) -> None:
    answers = answered("A", "B")
    change(answers)
    verdict = answers.verdict()
    assert not verdict.holds
    assert verdict.missing == ()
    assert f"{named} (manifests.kx-0@0)" in verdict.doubled


def test_a_lost_decision_is_named_with_its_manifest_and_place() -> None:
    answers = Answers(1)
    answers.sent(place(5), record("A", "A1", "A2"))
    answers.receipt(place(5), "ACCEPTED", 2, 1.0)
    answers.decision(decided(5, "A1"), 1.0)
    assert not answers.is_complete
    assert answers.verdict().missing == ("parcel A2 of A: no decision (manifests.kx-0@5)",)


def test_a_record_without_an_answer_is_named_and_so_are_its_parcels() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("A", "A1"))
    assert answers.verdict().missing == (
        "A: no receipt and no dead letter (manifests.kx-0@0)",
        "parcel A1 of A: no decision (manifests.kx-0@0)",
    )


def test_a_record_that_kafka_never_acknowledged_is_missing() -> None:
    assert Answers(3).verdict().missing == ("3 records were never acknowledged by Kafka",)


def test_decisions_without_a_receipt_are_missing_a_receipt() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("A", "A1"))
    answers.decision(decided(0, "A1"), 1.0)
    assert answers.verdict().missing == ("A: no receipt and no dead letter (manifests.kx-0@0)",)


def test_a_dead_letter_answers_a_record_whole() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("hostile: empty", is_hostile=True))
    answers.letter(place(0), 1.0)
    answers.receipt(place(0), "SET_ASIDE", 0, 1.0)
    assert answers.is_complete
    assert answers.verdict().holds
    assert answers.verdict().set_aside == 1


def test_two_dead_letters_of_one_record_are_one_too_many() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("hostile: empty", is_hostile=True))
    answers.letter(place(0), 1.0)
    answers.letter(place(0), 1.0)
    assert answers.verdict().doubled == ("hostile: empty: 2 dead letters (manifests.kx-0@0)",)


def test_decisions_on_a_record_set_aside_are_too_many() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("A", "A1"))
    answers.letter(place(0), 1.0)
    answers.decision(decided(0, "A1"), 1.0)
    assert answers.verdict().doubled == ("A: a dead letter, and decisions on 1 parcels (manifests.kx-0@0)",)


@pytest.mark.parametrize(("come", "holds"), [(0, False), (1, False), (2, True)])
def test_a_hostile_record_that_is_read_has_as_many_decisions_as_its_receipt_counts(come: int, *, holds: bool) -> None:
    answers = Answers(1)
    answers.sent(place(0), record("hostile: NaN", is_hostile=True))
    answers.receipt(place(0), "REJECTED", 2, 1.0)
    for number in range(come):
        answers.decision(decided(0, "", f"d{number}"), 1.0)
    assert answers.verdict().holds is holds
    assert answers.is_complete is holds
    assert answers.decided == 0


@pytest.mark.parametrize("event", ["VERIFIED", "OFFICER", "LIST_CHANGED"])
def test_a_further_decision_from_a_named_event_is_no_second_answer(event: str) -> None:
    answers = answered("A")
    answers.decision(decided(0, "A1", "next", event), 2.0)
    assert answers.verdict().holds
    assert answers.verdict().follow_ups == 1


def test_a_load_that_was_sent_before_is_told_what_to_do() -> None:
    answers = Answers(1)
    answers.sent(place(0), record("A", "A1"))
    answers.receipt(place(0), "DUPLICATE", 1, 1.0)
    assert answers.is_complete
    assert answers.verdict().missing == (
        "A: answered DUPLICATE, so it was sent before: name another --seed (manifests.kx-0@0)",
    )


def test_an_answer_that_comes_before_the_acknowledgement_counts_once() -> None:
    answers = Answers(1)
    answers.receipt(place(0), "ACCEPTED", 1, 1.0)
    assert answers.decision(decided(0, "A1"), 1.0) is None
    assert answers.open == 1
    answers.sent(place(0), record("A", "A1"))
    assert answers.open == 0
    assert (answers.decided, answers.verdict().holds) == (1, True)


def test_what_others_send_is_no_part_of_the_balance() -> None:
    answers = answered("A")
    answers.receipt(place(9), "ACCEPTED", 5, 1.0)
    answers.decision(decided(9, "Z1"), 1.0)
    answers.decision(decided(9, "Z1"), 1.0)
    assert answers.verdict().holds
    assert answers.verdict().parcels == 2

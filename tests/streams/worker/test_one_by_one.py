"""What a worker tells the process to come of what the broker refused."""

import os

import pytest
from aiokafka.structs import TopicPartition

from streams.kafka.transactions import TransactionRefusedError
from streams.worker.one_by_one import ENV, OneByOne
from streams.worker.unit import Unit

KX = TopicPartition("manifests.kx", 0)
OUTPUT = TransactionRefusedError("receipts.kx", 0, "too large")
LETTER = TransactionRefusedError("dead-letters", 1, "too large")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, "{}")


def test_without_anything_to_tell_nothing_is_told() -> None:
    del os.environ[ENV]
    OneByOne.inherited().note_committed(Unit(offsets={KX: 4}, records=4))
    assert ENV not in os.environ


def test_a_unit_of_many_is_taken_apart() -> None:
    assert "3 records" in OneByOne.inherited().note_refused(Unit(offsets={KX: 8}, records=3), OUTPUT)
    assert OneByOne.inherited() == OneByOne(records=3)


def test_a_record_that_is_refused_alone_is_named_and_forgotten_when_it_is_committed() -> None:
    unit = Unit(offsets={KX: 8}, records=1)
    OneByOne(records=2).note_refused(unit, OUTPUT)
    told = OneByOne.inherited()
    assert (told.records, set(told.refused)) == (2, {"manifests.kx-0-7"})
    assert not told.refused["manifests.kx-0-7"].is_letter
    told.note_committed(unit)
    assert OneByOne.inherited() == OneByOne(records=1)


def test_a_record_whose_dead_letter_is_refused_leaves_its_value() -> None:
    OneByOne().note_refused(Unit(offsets={KX: 8}, records=1), LETTER)
    assert OneByOne.inherited().refused["manifests.kx-0-7"].is_letter


def test_no_more_than_all_are_committed_alone() -> None:
    told = OneByOne(records=2)
    told.note_committed(Unit(offsets={KX: 8}, records=5))
    assert OneByOne.inherited().records == 0

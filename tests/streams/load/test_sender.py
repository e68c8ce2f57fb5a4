"""The open loop: due times stand, however long a producer holds a record up."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from schemas.topics import MANIFESTS
from streams.load.records import PlannedRecord
from streams.load.sender import Sender, SendingFailedError
from tests.streams.load.loads import record

PARTITIONS = {f"{MANIFESTS}kx": 2}


class Clock:
    """Time that passes only where somebody waits."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1000.0
        monkeypatch.setattr("streams.load.sender.asyncio.sleep", self.sleep)

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.0)

    def __call__(self) -> float:
        return self.now


class Producer:
    """Acknowledges at once, but takes its time with one record."""

    def __init__(self, clock: Clock, stalls: dict[str, float], failure: Exception | None = None) -> None:
        self.sent: list[tuple[bytes, float]] = []
        self._clock = clock
        self._stalls = stalls
        self._failure = failure

    async def send(self, topic: str, value: bytes, key: bytes, partition: int) -> "asyncio.Future[Any]":
        self._clock.now += self._stalls.get(value.decode(), 0.0)
        self.sent.append((value, self._clock.now))
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._failure is not None:
            future.set_exception(self._failure)
        else:
            future.set_result(SimpleNamespace(topic=topic, partition=partition, offset=len(self.sent), key=key))
        return future


def due(name: str, due_s: float) -> PlannedRecord:
    return PlannedRecord(due_s, "kx", name, b"key", name.encode(), (name,))


async def test_a_record_is_handed_over_when_it_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    producer = Producer(clock, {})
    sender = Sender(producer, PARTITIONS, lambda _place, _record: None, clock)
    await sender.send([due("a", 0.0), due("b", 0.25), due("c", 4.0)], began=1000.0)
    assert producer.sent == [(b"a", 1000.0), (b"b", 1000.25), (b"c", 1004.0)]
    assert list(sender.late_s) == [0.0, 0.0, 0.0]


async def test_a_stall_makes_later_records_late_and_moves_no_due_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed loop would send b at 1005.25 and call it on time: that is coordinated omission."""
    clock = Clock(monkeypatch)
    producer = Producer(clock, {"a": 5.0})
    sender = Sender(producer, PARTITIONS, lambda _place, _record: None, clock)
    await sender.send([due("a", 0.0), due("b", 0.25), due("c", 6.0)], began=1000.0)
    assert producer.sent == [(b"a", 1005.0), (b"b", 1005.0), (b"c", 1006.0)]
    assert list(sender.late_s) == pytest.approx([5.0, 4.75, 0.0])
    assert sender.parcels == 3


async def test_each_acknowledgement_names_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[tuple[str, int, int], str]] = []
    clock = Clock(monkeypatch)
    sender = Sender(Producer(clock, {}), PARTITIONS, lambda at, planned: heard.append((at, planned.name)), clock)
    await sender.send([due("a", 0.0), due("b", 0.1)], began=1000.0)
    assert [(offset, name) for (_, _, offset), name in heard] == [(1, "a"), (2, "b")]


async def test_a_refusal_is_an_error_that_names_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    sender = Sender(Producer(clock, {}, KafkaError("no")), PARTITIONS, lambda _place, _record: None, clock)
    with pytest.raises(SendingFailedError, match=r"did not take A on manifests\.kx.*see that the broker runs"):
        await sender.send([record("A", "A1")], began=1000.0)

"""Reading topics without a consumer group: from one offset to another, and where partitions begin and end.

Whoever reads up to where the topics end now calls `read_to_end` or `read_between`. The demo, `publish --follow`, the
verifier and the benchmarks poll a consumer themselves: they stop when the answers they wait for have come, wherever
the topics end, and the reference data's follower keeps one connection open because it asks for ends all the time.
"""

import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from streams.errors import OperatorError
from streams.kafka import batch_reader
from streams.kafka.record import FetchedRecord

POLL_MS: Final = 200
RECORDS_A_POLL: Final = 5_000

Apply = Callable[[FetchedRecord], None]
Progress = Callable[[int, int], None]
"""Is told how many offsets have been read, and of how many."""


class ReadStalledError(OperatorError):
    """A partition could not be read to the end."""


@asynccontextmanager
async def open_consumer(bootstrap: str, isolation_level: str = "read_committed") -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without group, of committed records unless told otherwise."""
    batch_reader.install()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level=isolation_level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=POLL_MS,
        client_id="tonggwan-reader",
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        await consumer.stop()


async def end_offsets(bootstrap: str, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """High watermarks: where partitions end now, open transactions included."""
    wanted = sorted(tps)
    async with open_consumer(bootstrap, isolation_level="read_uncommitted") as consumer:
        consumer.assign(wanted)  # else it looks up one topic after the other, a tenth of a second each
        consumer.pause(*wanted)
        ends = await consumer.end_offsets(wanted)
        return {tp: int(ends[tp]) for tp in wanted}


async def offsets_at(bootstrap: str, times_ms: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Offset of the first record of each partition that is no older than a time; left out where there is none."""
    if not times_ms:
        return {}
    async with open_consumer(bootstrap, isolation_level="read_uncommitted") as consumer:
        consumer.assign(list(times_ms))
        consumer.pause(*times_ms)
        offsets = await consumer.offsets_for_times({tp: max(time_ms, 0) for tp, time_ms in times_ms.items()})
        return {tp: found.offset for tp, found in offsets.items() if found is not None}


async def read_to_end(bootstrap: str, tps: Iterable[TopicPartition], apply: Apply, *, seconds: float) -> int:
    """Hand every committed record of some partitions to `apply`, up to where they end now; how many there were.

    The end counts open transactions: what a worker had begun to write is waited for.
    """
    wanted = sorted(tps)
    if not wanted:
        return 0
    return await read_between(bootstrap, {}, await end_offsets(bootstrap, wanted), apply, seconds=seconds)


async def read_between(  # noqa: PLR0913 - from where to where, and who hears of it
    bootstrap: str,
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    apply: Apply,
    *,
    seconds: float,
    progress: Progress = lambda _done, _total: None,
    follow: bool = False,
) -> int:
    """Hand the committed records of the partitions of `ends` to `apply`, up to these offsets at least; how many.

    A partition without a begin is read from its first record. With `follow`, all later records are handed over too,
    and it never returns. Raises ReadStalledError when no partition gets any further for `seconds`, before its end.
    """
    async with open_consumer(bootstrap) as consumer:
        consumer.assign(list(ends))  # once: aiokafka can't be stopped in the moment after a second assignment
        for tp, begin in begins.items():
            consumer.seek(tp, begin)
        first = await consumer.beginning_offsets([tp for tp in ends if tp not in begins])
        for tp, begin in first.items():
            consumer.seek(tp, begin)
        route = _Route({**begins, **first}, ends)
        if not follow:
            consumer.pause(*(ends.keys() - route.left))
        read = 0
        while route.left or follow:
            progress(route.done, route.length)
            for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)).values():
                for record in records:
                    apply(record)
                read += len(records)
            route.advance({tp: await consumer.position(tp) for tp in route.left})
            if route.left and time.monotonic() - route.moved_at > seconds:
                stuck = ", ".join(f"{tp.topic}-{tp.partition}" for tp in sorted(route.left))
                raise ReadStalledError(
                    f"{stuck} could not be read to the end: no data for {seconds:.0f} s; "
                    f"check that every broker of {bootstrap} is running."
                )
        progress(route.done, route.length)
        return read


class _Route:
    """How far a reader of some partitions is from where they ended when it began."""

    def __init__(self, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
        self._ends = ends
        self.left = {tp for tp in begins if ends[tp] > begins[tp]}
        """Partitions that have more."""
        self.length = sum(ends[tp] - begins[tp] for tp in self.left)
        """Offsets in all."""
        self.done = 0
        self.moved_at = time.monotonic()

    def advance(self, positions: Mapping[TopicPartition, int]) -> None:
        """Note where the reader is in those that are left."""
        self.left = {tp for tp, position in positions.items() if position < self._ends[tp]}
        done = self.length - sum(self._ends[tp] - positions[tp] for tp in self.left)
        if done != self.done:
            self.done, self.moved_at = done, time.monotonic()

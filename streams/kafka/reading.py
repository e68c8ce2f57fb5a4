"""Reading topics from one offset to another, and where partitions begin and end."""

import time
from collections.abc import Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from streams.errors import OperatorError
from streams.kafka import decompression
from streams.kafka.record import FetchedRecord


class Way:
    """How far a reader of some partitions is from where they ended when it began."""

    def __init__(self, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
        self._begins, self._ends = begins, ends
        self.left = {tp for tp in begins if ends[tp] > begins[tp]}
        """Partitions that have more."""
        self.length = sum(ends[tp] - begins[tp] for tp in self.left)
        self.done = 0
        self.moved_at = time.monotonic()

    def go(self, positions: Mapping[TopicPartition, int]) -> None:
        """Note where the reader is in those that are left."""
        self.left = {tp for tp, position in positions.items() if position < self._ends[tp]}
        done = self.length - sum(self._ends[tp] - positions[tp] for tp in self.left)
        if done != self.done:
            self.done, self.moved_at = done, time.monotonic()


POLL_MS = 200
RECORDS_A_POLL = 5_000


class RestoreError(OperatorError):
    """The state could not be read to the end."""


async def _begins(bootstrap: str, times_ms: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Where the records begin that are no older than a time."""
    if not times_ms:
        return {}
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(list(times_ms))
        consumer.pause(*times_ms)
        found = await consumer.offsets_for_times({tp: max(time_ms, 0) for tp, time_ms in times_ms.items()})
        return {tp: place.offset for tp, place in found.items() if place is not None}
    finally:
        await consumer.stop()


async def read_to_end(
    bootstrap: str, tps: Iterable[TopicPartition], apply: Callable[[FetchedRecord], None], *, seconds: float
) -> int:
    """Hand every committed record of some partitions to `apply`, up to where they end now."""
    wanted = sorted(tps)
    if not wanted:
        return 0
    return await read_between(bootstrap, {}, await _ends(bootstrap, wanted), apply, seconds=seconds)


async def read_between(
    bootstrap: str,
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
    apply: Callable[[FetchedRecord], None],
    *,
    seconds: float,
) -> int:
    """Hand the committed records of the partitions of `ends` to `apply`, up to these offsets at least; without a begin from the first that is kept."""
    wanted = sorted(ends)
    decompression.install_limits()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=POLL_MS,
    )
    await consumer.start()
    read = 0
    deadline = time.monotonic() + seconds
    try:
        consumer.assign(wanted)
        await consumer.seek_to_beginning(*(tp for tp in wanted if tp not in begins))
        for tp, begin in begins.items():
            consumer.seek(tp, begin)
        open_tps = {tp for tp in wanted if ends[tp] > begins.get(tp, 0)}
        while open_tps:
            for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)).values():
                for record in records:
                    apply(record)
                read += len(records)
            open_tps = {tp for tp in open_tps if await consumer.position(tp) < ends[tp]}
            if time.monotonic() > deadline:
                raise RestoreError(
                    f"{', '.join(f'{tp.topic}-{tp.partition}' for tp in sorted(open_tps))} could not be read to the end in {seconds:.0f} s; is a broker down?"
                )
    finally:
        await consumer.stop()
    return read


async def _ends(bootstrap: str, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
    """High watermarks."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(tps)  # else it looks up one topic after the other, a tenth of a second each
        consumer.pause(*tps)
        ends = await consumer.end_offsets(tps)
        return {tp: int(ends[tp]) for tp in tps}
    finally:
        await consumer.stop()

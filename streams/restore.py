"""State from the changelog, and linking's from the log it reads, before the first record is processed."""

import time
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from agents.clock import DAY_MS
from agents.links import REACH_DAYS
from schemas import topics
from streams import bombs
from streams.trouble import Trouble
from streams.work import StoredRecord, Work, intake_state_partition

POLL_MS = 200
RECORDS_A_POLL = 5_000


class RestoreError(Trouble):
    """The state could not be read to the end."""


async def restore(bootstrap: str, work: Work, carriers: set[str], numbers: set[int], links: Mapping[int, int] = MappingProxyType({}), *, seconds: float) -> int:  # noqa: PLR0913 - what a worker has
    """Fill the new carriers and partitions of a worker from the changelog; the number of records read.

    `links` are partitions of `parcels.links` with the offset where linking reads on.

    The end is the high watermark at the start: what was committed before a partition's offset could be read lies below
    it, even where the marker of its transaction has yet to arrive; a reader of committed records waits for that.
    """
    intake = {TopicPartition(topics.INTAKE_STATE, intake_state_partition(carrier)) for carrier in carriers}
    screening = {TopicPartition(topics.SCREENING_STATE, number) for number in numbers}

    def apply(record: StoredRecord) -> None:
        key = record.key or b""
        if record.topic == topics.INTAKE_STATE:
            work.restore_intake(carriers, key, record.value)
        else:
            work.restore_screening(record.partition, key, record.value)

    return await read_to_end(bootstrap, intake | screening, apply, seconds=seconds) + await _restore_links(bootstrap, work, links, seconds=seconds)


async def _restore_links(bootstrap: str, work: Work, links: Mapping[int, int], *, seconds: float) -> int:
    """Link again, in silence, what lies within reach of the last record that was linked: what is older leaves no trace."""
    ends = {TopicPartition(topics.LINKS, number): offset for number, offset in links.items() if offset}
    last: dict[TopicPartition, int] = {}

    def note(record: StoredRecord) -> None:
        tp = TopicPartition(record.topic, record.partition)
        if record.offset < ends[tp]:
            last[tp] = record.timestamp

    def apply(record: StoredRecord) -> None:
        if record.offset < ends[TopicPartition(record.topic, record.partition)]:
            work.restore_links(record.partition, record.value)

    if not ends:
        return 0
    await read_between(bootstrap, {tp: end - 1 for tp, end in ends.items()}, ends, note, seconds=seconds)
    begins = await _begins(bootstrap, {tp: time_ms - REACH_DAYS * DAY_MS for tp, time_ms in last.items()})
    return await read_between(bootstrap, begins, {tp: ends[tp] for tp in begins}, apply, seconds=seconds) if begins else 0


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


async def read_to_end(bootstrap: str, tps: Iterable[TopicPartition], apply: Callable[[StoredRecord], None], *, seconds: float) -> int:
    """Hand every committed record of some partitions to `apply`, up to where they end now."""
    wanted = sorted(tps)
    if not wanted:
        return 0
    return await read_between(bootstrap, {}, await _ends(bootstrap, wanted), apply, seconds=seconds)


async def read_between(bootstrap: str, begins: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int], apply: Callable[[StoredRecord], None], *, seconds: float) -> int:
    """Hand the committed records of the partitions of `ends` to `apply`, up to these offsets at least; without a begin from the first that is kept."""
    wanted = sorted(ends)
    bombs.guard()
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed", enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=POLL_MS)
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
                raise RestoreError(f"{', '.join(f'{tp.topic}-{tp.partition}' for tp in sorted(open_tps))} could not be read to the end in {seconds:.0f} s; is a broker down?")
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

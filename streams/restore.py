"""State from the changelog, before the first record is processed."""

import time
from collections.abc import Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer
from aiokafka.structs import TopicPartition

from schemas import topics
from streams import bombs
from streams.trouble import Trouble
from streams.work import StoredRecord, Work, intake_state_partition

POLL_MS = 200
RECORDS_A_POLL = 5_000


class RestoreError(Trouble):
    """The state could not be read to the end."""


async def restore(bootstrap: str, work: Work, carriers: set[str], numbers: set[int], *, seconds: float) -> int:
    """Fill the new carriers and partitions of a worker from the changelog; the number of records read.

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

    return await read_to_end(bootstrap, intake | screening, apply, seconds=seconds)


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

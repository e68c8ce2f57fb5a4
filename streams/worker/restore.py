"""State from the changelog, and linking's from the log it reads, before the first record is processed."""

from collections.abc import Mapping
from types import MappingProxyType

from aiokafka.structs import TopicPartition

from agents.state.links import REACH_DAYS
from agents.values.clock import DAY_MS
from schemas import topics
from streams.kafka.reading import offsets_at, read_between, read_to_end
from streams.kafka.record import FetchedRecord
from streams.worker.changelog import intake_state_partition
from streams.worker.processor import RecordProcessor


async def restore(  # noqa: PLR0913 - what a worker has
    bootstrap: str,
    processor: RecordProcessor,
    carriers: set[str],
    numbers: set[int],
    links: Mapping[int, int] = MappingProxyType({}),
    *,
    seconds: float,
) -> int:
    """Fill the new carriers and partitions of a worker from the changelog; the number of records read.

    `links` are partitions of `parcels.links` with the offset where linking reads on.

    The end is the high watermark at the start: what was committed before a partition's offset could be read lies below
    it, even where the marker of its transaction has yet to arrive; a reader of committed records waits for that.
    """
    intake = {TopicPartition(topics.INTAKE_STATE, intake_state_partition(carrier)) for carrier in carriers}
    screening = {TopicPartition(topics.SCREENING_STATE, number) for number in numbers}

    def apply(record: FetchedRecord) -> None:
        key = record.key or b""
        if record.topic == topics.INTAKE_STATE:
            processor.restore_intake(carriers, key, record.value)
        else:
            processor.restore_screening(record.partition, key, record.value)

    return await read_to_end(bootstrap, intake | screening, apply, seconds=seconds) + await _restore_links(
        bootstrap, processor, links, seconds=seconds
    )


async def _restore_links(
    bootstrap: str, processor: RecordProcessor, links: Mapping[int, int], *, seconds: float
) -> int:
    """Link again, without output, what lies within reach of the last record that was linked."""
    ends = {TopicPartition(topics.LINKS, number): offset for number, offset in links.items() if offset}
    last: dict[TopicPartition, int] = {}

    def note(record: FetchedRecord) -> None:
        tp = TopicPartition(record.topic, record.partition)
        if record.offset < ends[tp]:
            last[tp] = record.timestamp

    def apply(record: FetchedRecord) -> None:
        if record.offset < ends[TopicPartition(record.topic, record.partition)]:
            processor.restore_links(record.partition, record.value)

    if not ends:
        return 0
    await read_between(bootstrap, {tp: end - 1 for tp, end in ends.items()}, ends, note, seconds=seconds)
    begins = await offsets_at(bootstrap, {tp: time_ms - REACH_DAYS * DAY_MS for tp, time_ms in last.items()})
    return (
        await read_between(bootstrap, begins, {tp: ends[tp] for tp in begins}, apply, seconds=seconds) if begins else 0
    )

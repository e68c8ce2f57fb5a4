"""The pipeline in memory: what a step writes on an internal topic reaches the step that reads it, in order."""

import json
from collections import Counter
from collections.abc import Sequence

import pytest

from schemas import topics
from streams.kafka.record import StoredRecord
from streams.worker.in_memory import CapturingBuffer, InMemoryPipeline
from streams.worker.pipeline import PIPELINE
from tests.flow import NOW_MS, processor_of, records_of
from tests.parcels import manifest

TWO_PARCELS = json.dumps(manifest({"house_bill": "A"}, {"house_bill": "B"})).encode()


def pipeline_of() -> InMemoryPipeline:
    return InMemoryPipeline(processor_of([], buffer=CapturingBuffer))


def places(records: Sequence[StoredRecord]) -> list[tuple[str, int, int]]:
    return [(record.topic, record.partition, record.offset) for record in records]


def test_one_record_goes_through_every_step() -> None:
    written = Counter(record.topic for record in pipeline_of().send("kx", TWO_PARCELS, NOW_MS))
    assert (written[topics.CHECKED], written["receipts.kx"]) == (2, 1)
    assert sum(written[topic] for topic in topics.CLEARANCE) == 2


def test_each_partition_counts_its_offsets() -> None:
    pipeline = pipeline_of()
    written = [record for number in range(3) for record in pipeline.send("kx", TWO_PARCELS, NOW_MS + number)]
    by_partition: dict[tuple[str, int], list[int]] = {}
    for topic, partition, offset in places(written):
        by_partition.setdefault((topic, partition), []).append(offset)
    assert all(offsets == list(range(len(offsets))) for offsets in by_partition.values())
    assert by_partition["receipts.kx", 0] == [0, 1, 2]


def test_what_a_step_writes_waits_until_the_pipeline_runs() -> None:
    pipeline = pipeline_of()
    pipeline.processor.assign(["kx"], ())
    written = pipeline.process(StoredRecord(topic="manifests.kx", value=TWO_PARCELS, timestamp=NOW_MS))
    internal = [record for record in written if record.topic in PIPELINE.internal]
    assert list(pipeline.waiting) == internal
    assert len(internal) >= 2


def test_several_runs_may_be_committed_together() -> None:
    pipeline = pipeline_of()
    pipeline.processor.assign(["kx", "bw"], ())
    for carrier in ("kx", "bw"):
        pipeline.processor.process(StoredRecord(topic=f"manifests.{carrier}", value=TWO_PARCELS, timestamp=NOW_MS))
    written = Counter(record.topic for record in pipeline.commit())
    assert (written["receipts.kx"], written["receipts.bw"], written[topics.CHECKED]) == (1, 1, 4)
    assert pipeline.commit() == []


def test_the_next_record_may_be_chosen_among_the_first_of_each_partition() -> None:
    pipeline = pipeline_of()
    pipeline.processor.assign(["kx"], range(8))
    pipeline.process(StoredRecord(topic="manifests.kx", value=TWO_PARCELS, timestamp=NOW_MS))
    offered: list[Sequence[StoredRecord]] = []

    def last(heads: Sequence[StoredRecord]) -> StoredRecord:
        offered.append(heads)
        return heads[-1]

    assert list(pipeline.run(last))
    assert not pipeline.waiting
    for heads in offered:
        assert len({(head.topic, head.partition) for head in heads}) == len(heads)


def test_a_copy_goes_its_own_way() -> None:
    pipeline = pipeline_of()
    pipeline.processor.assign(["kx"], range(8))
    pipeline.process(StoredRecord(topic="manifests.kx", value=TWO_PARCELS, timestamp=NOW_MS))
    waiting = len(pipeline.waiting)
    copy = pipeline.copied(processor_of(buffer=CapturingBuffer))
    assert list(copy.run())
    assert (len(copy.waiting), len(pipeline.waiting)) == (0, waiting)


@pytest.mark.parametrize("value", [None, b"", b"{", TWO_PARCELS])
def test_captured_records_are_those_that_real_batches_carry(value: bytes | None) -> None:
    def by_partition(pipeline: InMemoryPipeline) -> dict[tuple[str, int], list[StoredRecord]]:
        found: dict[tuple[str, int], list[StoredRecord]] = {}
        for record in pipeline.send("kx", value, NOW_MS):
            found.setdefault((record.topic, record.partition), []).append(record)
        return found

    assert by_partition(pipeline_of()) == by_partition(InMemoryPipeline(processor_of([]), records_of))

"""The pipeline in memory, for tests: real record batches, every output decoded, and helpers over what it wrote."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from agents.intake.results import DecisionContext
from agents.reference import Reference
from agents.values.clock import DAY_MS
from agents.values.identity import TokenKeys
from schemas import avro, topics
from streams.kafka import partitioner
from streams.kafka.batch_reader import FetchedBatches
from streams.kafka.record import StoredRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.worker.handlers import read_checked
from streams.worker.in_memory import STATE, InMemoryPipeline
from streams.worker.pipeline import PIPELINE, Pipeline
from streams.worker.processor import RecordProcessor
from tests.reference import REFERENCE

NOW_MS: Final = 1_795_410_131_000
"""2026-11-23T05:02:11Z, the lodging time of the good manifest."""
KEYS: Final = TokenKeys((("k1", b"a secret of these tests, no customs office has it"),))
CHECKED_PARTITIONS: Final = range(partitioner.count(topics.CHECKED))
SCHEMAS: Final = {
    **dict.fromkeys(topics.CLEARANCE, avro.DECISION),
    **dict.fromkeys(topics.SECURITY_OF_DESK.values(), avro.SECURITY_CASE),
}

Json = dict[str, Any]


def stored(topic: str, value: bytes | None, **fields: Any) -> StoredRecord:  # noqa: ANN401 - of a record
    """A record as a broker would have stored it, at `NOW_MS` unless said otherwise."""
    return StoredRecord(topic=topic, value=value, **{"timestamp": NOW_MS} | fields)


def decoded(record: StoredRecord) -> Json:
    """The value of an output with the names of its schema."""
    assert record.value is not None
    if record.topic == topics.CHECKED:
        message = read_checked(record.value)
        fields = {name: getattr(message, name) for name in message.__struct_fields__}
        return {"operation": message.__struct_config__.tag} | {
            name: msgspec.to_builtins(value, builtin_types=(bytes,)) for name, value in fields.items()
        }
    schema = avro.RECEIPT if record.topic.startswith(topics.RECEIPTS) else SCHEMAS[record.topic]
    return avro.decode(schema, record.value)


def records_of(buffer: TransactionBuffer) -> list[StoredRecord]:
    """What an outbox would send, read back from its batches; the order within a partition is kept."""
    found = []
    for batches in buffer.rounds(producer_id=1, epoch=0):
        for tp, batch in batches.items():
            fetched = FetchedBatches(batch)
            fetched.tp = tp
            while fetched.has_next():
                found += [
                    StoredRecord(
                        topic=tp.topic,
                        partition=tp.partition,
                        timestamp=record.timestamp,
                        key=record.key,
                        value=record.value,
                        headers=record.headers,
                    )
                    for record in fetched.next_batch()
                ]
    return found


def processor_of(
    carriers: Iterable[str] = ("kx",),
    *,
    reference: Reference = REFERENCE,
    memory_days: int = 30,
    is_strict: bool = True,
    pipeline: Pipeline = PIPELINE,
    buffer: type[TransactionBuffer] = TransactionBuffer,
) -> RecordProcessor:
    """A worker's work with all partitions; by default the first internal error stops it, and with it the test."""
    processor = RecordProcessor(
        DecisionContext(reference=reference, keys=KEYS),
        memory_days=memory_days,
        is_strict=is_strict,
        pipeline=pipeline,
        buffer=buffer,
    )
    processor.assign(carriers, CHECKED_PARTITIONS)
    return processor


@dataclass(slots=True, kw_only=True)
class Flow:
    """The pipeline in memory, through real record batches, and everything it wrote."""

    processor: RecordProcessor = field(default_factory=processor_of)
    log: list[StoredRecord] = field(default_factory=list)
    """Every output so far, state and links left out, in the order it was written."""
    state: list[StoredRecord] = field(default_factory=list)
    """The changelog."""
    now_ms: int = NOW_MS
    links: list[StoredRecord] = field(default_factory=list)
    """What intake told linking, which is linking's memory as well."""
    sent: int = 0
    pipeline: InMemoryPipeline = field(init=False)

    def __post_init__(self) -> None:
        """The pipeline around the processor."""
        self.pipeline = InMemoryPipeline(self.processor, records_of)

    def send(
        self, manifest: Mapping[str, Any] | bytes | None, *, carrier: str = "kx", days: float = 0, screen: bool = True
    ) -> list[StoredRecord]:
        """Publish a manifest some days after the last; everything it brings."""
        self.now_ms += int(days * DAY_MS) or 1
        value = (
            manifest
            if isinstance(manifest, bytes) or manifest is None
            else json.dumps(manifest, ensure_ascii=False).encode()
        )
        begun = len(self.log)
        topic = topics.MANIFESTS + carrier
        self.take(stored(topic, value, offset=self.sent, timestamp=self.now_ms, key=b"the master bill"))
        self.sent += 1
        if screen:
            self.screen()
        return self.log[begun:]

    def take(self, record: StoredRecord) -> None:
        """Process one record and commit."""
        self._note(self.pipeline.process(record))

    def screen(self, pick: Callable[[list[int]], int] = min) -> None:
        """Screen every checked parcel that waits, then link; `pick` says which partition of checked parcels is next."""

        def choose(heads: Sequence[StoredRecord]) -> StoredRecord:
            checked = {head.partition: head for head in heads if head.topic == topics.CHECKED}
            return checked[pick(sorted(checked))] if checked else heads[0]

        self._note(self.pipeline.run(choose))

    def _note(self, outputs: Iterable[StoredRecord]) -> None:
        for record in outputs:
            log = self.state if record.topic in STATE else self.links if record.topic == topics.LINKS else self.log
            log.append(record)

    def restored(self, *, compacted: bool = False, reference: Reference = REFERENCE) -> "Flow":
        """The same flow after a crash: another worker, with the state of the changelog."""
        processor = processor_of(self.processor.carriers, reference=reference)
        for record in compact(self.state) if compacted else self.state:
            if record.topic == topics.INTAKE_STATE:
                processor.restore_intake(set(processor.carriers), record.key or b"", record.value)
            else:
                processor.restore_screening(record.partition, record.key or b"", record.value)
        unlinked = sum(record.topic == topics.LINKS for record in self.pipeline.waiting)
        for record in self.links[: len(self.links) - unlinked]:
            processor.restore_links(record.partition, record.value)
        other = Flow(
            processor=processor,
            log=list(self.log),
            state=list(self.state),
            now_ms=self.now_ms,
            links=list(self.links),
            sent=self.sent,
        )
        other.pipeline = self.pipeline.copied(processor)
        return other

    # what was said

    def of(self, *names: str) -> list[Json]:
        """Every value of some topics, decoded."""
        return [decoded(record) for record in self.log if record.topic in names]

    @property
    def decisions(self) -> list[Json]:
        """Every decision, as written."""
        return self.of(*topics.CLEARANCE)


def compact(state: Iterable[StoredRecord]) -> list[StoredRecord]:
    """A changelog after compaction: the last record of each key, in the order of the log."""
    last: dict[tuple[str, int, bytes | None], StoredRecord] = {}
    for record in state:
        place = (record.topic, record.partition, record.key)
        last.pop(place, None)
        last[place] = record
    return list(last.values())


def receipt(outputs: Iterable[StoredRecord]) -> Json:
    """The one answer among some outputs."""
    (answer,) = [
        decoded(record)
        for record in outputs
        if record.topic.startswith(topics.RECEIPTS) and decoded(record)["kind"] == "ANSWER"
    ]
    return answer


def decisions(outputs: Iterable[StoredRecord]) -> list[Json]:
    """The decisions among some outputs."""
    return [decoded(record) for record in outputs if record.topic in topics.CLEARANCE]


def by_bill(outputs: Iterable[StoredRecord]) -> list[tuple[str, str, int, int | None]]:
    """House bill, outcome, sequence and what it supersedes, of each decision, in the order of house bills."""
    return sorted(
        (said["house_bill"], said["outcome"], said["sequence"], said["supersedes"]) for said in decisions(outputs)
    )

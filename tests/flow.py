"""The whole pipeline in memory: records of carriers in, through the worker's own work and batches, every output decoded."""

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from aiokafka.record.memory_records import MemoryRecords

from agents.intake.results import DecisionContext
from agents.reference import Reference
from agents.values.clock import DAY_MS
from agents.values.identity import TokenKeys
from schemas import avro, topics
from streams.kafka import partitioner
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.worker.handlers import read_checked
from streams.worker.pipeline import PIPELINE, Pipeline
from streams.worker.processor import RecordProcessor
from streams.worker.unit import Unit
from tests.reference import REFERENCE

NOW_MS: Final = 1_795_410_131_000
"""2026-11-23T05:02:11Z, the lodging time of the good manifest."""
KEYS: Final = TokenKeys((("k1", b"a secret of these tests, no customs office has it"),))
CHECKED_PARTITIONS: Final = range(partitioner.count(topics.CHECKED))
SCHEMAS: Final = {
    **dict.fromkeys(topics.CLEARANCE, avro.DECISION),
    **dict.fromkeys(topics.SECURITY_OF_DESK.values(), avro.SECURITY_CASE),
}
STATE: Final = (topics.INTAKE_STATE, topics.SCREENING_STATE)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A record as a broker would have stored it."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    partition: int = 0
    offset: int = 0
    timestamp: int = NOW_MS
    headers: tuple[tuple[str, bytes], ...] = ()

    @property
    def said(self) -> Json:
        """The value, decoded."""
        assert self.value is not None
        if self.topic == topics.CHECKED:
            return {
                name: msgspec.to_builtins(value, builtin_types=(bytes,))
                for name, value in msgspec.structs.asdict(read_checked(self.value)).items()
            }
        return avro.decode(avro.RECEIPT if self.topic.startswith(topics.RECEIPTS) else SCHEMAS[self.topic], self.value)


def records_of(buffer: TransactionBuffer) -> list[Stored]:
    """What an outbox would send, read back from its batches; the order within a partition is kept."""
    found = []
    for batches in buffer.rounds(producer_id=1, epoch=0):
        for tp, batch in batches.items():
            memory = MemoryRecords(batch)
            while memory.has_next():
                found += [
                    Stored(
                        topic=tp.topic,
                        partition=tp.partition,
                        timestamp=record.timestamp,
                        key=record.key,
                        value=record.value,
                        headers=tuple(record.headers),
                    )
                    for record in memory.next_batch()
                ]
    return found


def processor_of(
    carriers: Iterable[str] = ("kx",),
    *,
    reference: Reference = REFERENCE,
    memory_days: int = 30,
    faults_max: int = 0,
    pipeline: Pipeline = PIPELINE,
) -> RecordProcessor:
    """A worker's work with all partitions; by default the first fault of ours stops it, and with it the test."""
    processor = RecordProcessor(
        DecisionContext(reference=reference, keys=KEYS),
        memory_days=memory_days,
        internal_errors_in_a_row_max=faults_max,
        pipeline=pipeline,
    )
    processor.assign(carriers, CHECKED_PARTITIONS)
    return processor


@dataclass(slots=True, kw_only=True)
class Flow:
    """A worker, and a log in place of Kafka. Each record is a transaction of its own."""

    processor: RecordProcessor = field(default_factory=processor_of)
    log: list[Stored] = field(default_factory=list)
    """Every output so far, state left out, in the order it was written."""
    state: list[Stored] = field(default_factory=list)
    """The changelog."""
    now_ms: int = NOW_MS
    links: list[Stored] = field(default_factory=list)
    """What intake told linking, which is linking's memory as well."""
    waiting: dict[int, deque[Stored]] = field(default_factory=dict)
    """Checked parcels still to be screened, by partition."""
    unlinked: deque[Stored] = field(default_factory=deque)
    """What linking has still to hear."""
    sent: int = 0

    def send(
        self, manifest: Mapping[str, Any] | bytes | None, *, carrier: str = "kx", days: float = 0, screen: bool = True
    ) -> list[Stored]:
        """Publish a manifest some days after the last; everything it brings."""
        self.now_ms += int(days * DAY_MS) or 1
        value = (
            manifest
            if isinstance(manifest, bytes) or manifest is None
            else json.dumps(manifest, ensure_ascii=False).encode()
        )
        begun = len(self.log)
        self.take(
            Stored(
                topic=topics.MANIFESTS + carrier,
                value=value,
                offset=self.sent,
                timestamp=self.now_ms,
                key=b"the master bill",
            )
        )
        self.sent += 1
        if screen:
            self.screen()
        return self.log[begun:]

    def take(self, record: Stored) -> None:
        """Process one record and commit."""
        self.processor.process(record)
        unit = self.processor.close_unit()
        assert unit is not None
        self.store(unit)

    def store(self, unit: Unit) -> None:
        """Put what a transaction brings into the log."""
        for record in records_of(unit.buffer):
            if record.topic in STATE:
                self.state.append(record)
                continue
            if record.topic == topics.LINKS:
                self.links.append(record)
                self.unlinked.append(record)
                continue
            self.log.append(record)
            if record.topic == topics.CHECKED:
                self.waiting.setdefault(record.partition, deque()).append(record)

    def screen(self, pick: Callable[[list[int]], int] = min) -> None:
        """Screen every checked parcel that waits, and link what was told; `pick` says which partition of checked parcels comes next."""
        while ready := sorted(number for number, queue in self.waiting.items() if queue):
            self.take(self.waiting[pick(ready)].popleft())
        while self.unlinked:
            self.take(self.unlinked.popleft())

    def restored(self, *, compacted: bool = False, reference: Reference = REFERENCE) -> "Flow":
        """The same flow after a crash: another worker, with the state of the changelog."""
        processor = processor_of(self.processor.carriers, reference=reference)
        for record in compact(self.state) if compacted else self.state:
            if record.topic == topics.INTAKE_STATE:
                processor.restore_intake(set(processor.carriers), record.key or b"", record.value)
            else:
                processor.restore_screening(record.partition, record.key or b"", record.value)
        for record in list(self.links)[: len(self.links) - len(self.unlinked)]:
            processor.restore_links(record.partition, record.value)
        waiting = {number: deque(queue) for number, queue in self.waiting.items()}
        other = Flow(
            processor=processor,
            log=list(self.log),
            state=list(self.state),
            now_ms=self.now_ms,
            waiting=waiting,
            sent=self.sent,
        )
        other.links, other.unlinked = list(self.links), deque(self.unlinked)
        return other

    # what was said

    def of(self, *names: str) -> list[Json]:
        """Every value of some topics, decoded."""
        return [record.said for record in self.log if record.topic in names]

    @property
    def decisions(self) -> list[Json]:
        """Every decision, as written."""
        return self.of(*topics.CLEARANCE)


def compact(state: Iterable[Stored]) -> list[Stored]:
    """A changelog after compaction: the last record of each key, in the order of the log."""
    last: dict[tuple[str, int, bytes | None], Stored] = {}
    for record in state:
        place = (record.topic, record.partition, record.key)
        last.pop(place, None)
        last[place] = record
    return list(last.values())


def receipt(outputs: Iterable[Stored]) -> Json:
    """The one answer among some outputs."""
    (answer,) = [
        record.said
        for record in outputs
        if record.topic.startswith(topics.RECEIPTS) and record.said["kind"] == "ANSWER"
    ]
    return answer


def decisions(outputs: Iterable[Stored]) -> list[Json]:
    """The decisions among some outputs."""
    return [record.said for record in outputs if record.topic in topics.CLEARANCE]


def by_bill(outputs: Iterable[Stored]) -> list[tuple[str, str, int, int | None]]:
    """House bill, outcome, sequence and what it supersedes, of each decision, in the order of house bills."""
    return sorted(
        (said["house_bill"], said["outcome"], said["sequence"], said["supersedes"]) for said in decisions(outputs)
    )

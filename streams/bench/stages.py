"""What a parcel costs at each stage of its way, in process, on one core.

Intake's stages are its named steps, taken one after the other for all manifests of a load; the rest are what a worker
does with what they bring. Loads are measured in turn, so that a slow moment of the machine hits all of them alike; the
thread's processor time is counted, not the clock.
"""

import gc
import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import groupby
from statistics import median
from typing import Final

import fastavro
import msgspec

from agents.intake import forwarding, judging
from agents.intake.answering import answer
from agents.intake.draft import ParcelDraft
from agents.intake.results import DecisionContext, Record
from agents.intake.version import ManifestVersion, open_version
from agents.linking import Linking
from agents.parcel.case import Case
from agents.rules import PARCEL_RULES
from agents.screening.decide import Screening
from agents.state.carriers import CarrierState
from agents.state.consignees import ConsigneeStore
from agents.state.links import LinkStore
from agents.values.identity import TokenKeys
from schemas import avro, avro_codegen, topics
from schemas.checked_parcel import is_declared
from schemas.decision import Source
from streams.bench.loads import Form, Load, load
from streams.kafka import partitioner
from streams.kafka.record import StoredRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference import load as load_reference
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker.assignment import CHUNK_RECORDS_MAX, chunk_records
from streams.worker.handlers import read_checked, read_links
from streams.worker.in_memory import CapturingBuffer, captured
from streams.worker.processor import RecordProcessor

STORED_AT_MS: Final = 1_795_399_200_000
"""Within the sample day."""
KEYS: Final = TokenKeys((("bench", b"\x5a" * 32),))
MEMORY_DAYS: Final = 30
PRODUCER: Final = (1, 0)
US: Final = 1_000_000
DEAREST: Final = 10
UNIT: Final = 5
"""Manifests in one transaction."""
LOADS: Final[tuple[tuple[str, Form, float], ...]] = (
    ("clean JSON", "JSON", 0.0),
    ("clean Avro", "Avro", 0.0),
    ("dirty JSON", "JSON", 1.0),
    ("dirty Avro", "Avro", 1.0),
)
"""Name, format, share of parcels with a mistake."""

OPEN: Final = "open version"
ANSWER: Final = "answer"
SCREENING: Final = "screening, writing decisions"
LINKING: Final = "linking"
BUFFER: Final = "transaction buffer, compressing"
WHOLE: Final = "whole"
FASTAVRO: Final = "fastavro: decode"
FASTAVRO_STRICT: Final = "fastavro: decode, encode, compare"
STEPS: Final = (*judging.LAYOUT, *judging.JUDGING)
PARTS: Final = (OPEN, *(step.__name__ for step in STEPS), ANSWER, SCREENING, LINKING, BUFFER)
"""What follows one on the other, and makes up the whole."""
BESIDE: Final = (*(step.__name__ for step in forwarding.FORWARDING), FASTAVRO, FASTAVRO_STRICT)
"""Part of another stage or of none: steps that `answer` takes too, and a general decoder on the same manifests."""

Timed = tuple[str, float]
"""A stage and its seconds."""


class Cost(msgspec.Struct, frozen=True):
    """Microseconds a parcel over all rounds."""

    best: float
    middle: float


class Costs(msgspec.Struct, frozen=True):
    """One load's costs."""

    stages: dict[str, Cost]
    whole: Cost
    """`RecordProcessor.process` of everything, closing the units, and their batches."""
    beside: dict[str, Cost]
    rules: dict[str, Cost]
    """Each rule alone, the dearest first."""

    @property
    def total(self) -> Cost:
        """The sum of the stages; what is missing to the whole is state and the way between stages."""
        return Cost(sum(cost.best for cost in self.stages.values()), sum(cost.middle for cost in self.stages.values()))


@cache
def context() -> DecisionContext:
    """The law as it stands in this checkout."""
    return DecisionContext(
        reference=load_reference(), keys=KEYS, scorer=scorer_of(Settings().risk_model_dir, Settings().cache_dir)
    )


class Subject:
    """One load, and what each of its stages is given."""

    def __init__(self, given: Load, form: Form) -> None:
        self.form, self.parcels, self._carriers = form, given.parcels, given.carriers
        self.manifests = [
            StoredRecord(
                topic=sent.topic,
                partition=sent.partition,
                offset=offset,
                timestamp=STORED_AT_MS,
                key=sent.key,
                value=sent.value,
            )
            for offset, sent in enumerate(given.manifests)
        ]
        self.units: list[tuple[Sequence[StoredRecord], ...]] = []
        """Runs that are processed together, by unit."""
        self.buffers: list[list[StoredRecord]] = []
        """What each unit writes."""
        processor = self.processor()
        for at in range(0, len(self.manifests), UNIT):
            self._process_unit(processor, self.manifests[at : at + UNIT])
        records = [record for runs in self.units for run in runs for record in run]
        self.checked = [record for record in records if record.topic == topics.CHECKED]
        self.links = [record for record in records if record.topic == topics.LINKS]

    def processor(self) -> RecordProcessor:
        """A worker's processor with everything assigned to it."""
        processor = RecordProcessor(context(), memory_days=MEMORY_DAYS, is_strict=True, buffer=CapturingBuffer)
        processor.assign(self._carriers, range(partitioner.count(topics.CHECKED)))
        return processor

    def _process_unit(self, processor: RecordProcessor, manifests: Sequence[StoredRecord]) -> None:
        """One unit: manifests, then the internal records that come of them."""
        sent = _runs(manifests)
        for run in sent:
            processor.process(*run)
        written = captured(processor.open_unit.buffer)
        internal = _runs(
            [
                replace(record, offset=offset)
                for offset, record in enumerate(written)
                if record.topic in (topics.CHECKED, topics.LINKS)
            ]
        )
        for run in internal:
            processor.process(*run)
        unit = processor.close_unit()
        if unit is not None:
            self.buffers.append(captured(unit.buffer))
        self.units.append((*sent, *internal))


def _runs(records: Sequence[StoredRecord]) -> list[Sequence[StoredRecord]]:
    """Records as an agent has them: partition by partition, in runs."""
    by_partition = groupby(sorted(records, key=_source), _source)
    return [run for _, of_partition in by_partition for run in chunk_records(list(of_partition))]


def _source(record: StoredRecord) -> tuple[str, int]:
    return record.topic, record.partition


# The stages


def intake(subject: Subject) -> Iterator[Timed]:
    """Opens every manifest, then takes each step for all parcels; each manifest has a state of its own."""
    opened: list[ManifestVersion] = []
    yield OPEN, _seconds(lambda: opened.extend(map(_open, subject.manifests)))
    drafts = [(version, judging.drafts_of(version)) for version in opened]
    whole = [(version, [draft for draft in each if draft.has_case]) for version, each in drafts]
    for step in judging.LAYOUT:
        yield step.__name__, _seconds(partial(_take, step, whole))
    for step in judging.JUDGING:
        yield step.__name__, _seconds(partial(_take, step, drafts))
    accepted = [(version, [draft for draft in each if not draft.has_rejection]) for version, each in whole]
    for step in forwarding.FORWARDING:
        yield step.__name__, _seconds(partial(_take, step, accepted))
    yield ANSWER, _seconds(lambda: [answer(version, each) for version, each in drafts])


def _open(record: StoredRecord) -> ManifestVersion:
    carrier = record.topic.removeprefix(topics.MANIFESTS)
    source = Source(record.topic, record.partition, record.offset)
    given = Record(value=record.value, carrier=carrier, source=source, stored_at_ms=record.timestamp)
    return open_version(given, CarrierState(MEMORY_DAYS), context())


def _take(step: judging.Step, drafts: Iterable[tuple[ManifestVersion, Sequence[ParcelDraft]]]) -> None:
    for version, of_version in drafts:
        for draft in of_version:
            step(draft, version)


def screening(subject: Subject) -> Iterator[Timed]:
    """Reads checked parcels and decides them, in runs."""
    decider = Screening(context().reference)
    stores: defaultdict[int, ConsigneeStore] = defaultdict(ConsigneeStore)

    def run() -> None:
        for at in range(0, len(subject.checked), CHUNK_RECORDS_MAX):
            records = subject.checked[at : at + CHUNK_RECORDS_MAX]
            messages = [((record.key or b"").decode(), read_checked(record.value)) for record in records]
            declared = [(token, each) for token, each in messages if is_declared(each)]
            drafts = iter(decider.decide_provisionally(declared))
            for record, (token, message) in zip(records, messages, strict=True):
                draft = next(drafts) if is_declared(message) else None
                decider.decide(token, message, stores[record.partition], draft)

    yield SCREENING, _seconds(run)


def linking(subject: Subject) -> Iterator[Timed]:
    """Reads link messages and decides on them."""
    decide = Linking(context().reference).decide
    stores: defaultdict[int, LinkStore] = defaultdict(LinkStore)

    def run() -> None:
        for record in subject.links:
            decide(read_links(record.value), stores[record.partition])

    yield LINKING, _seconds(run)


def buffering(subject: Subject) -> Iterator[Timed]:
    """Puts what each unit writes into batches, and compresses them."""

    def run() -> None:
        for records in subject.buffers:
            buffer = TransactionBuffer()
            for each in records:
                buffer.add(each.topic, each.partition, each.key, each.value, each.timestamp, each.headers)
            buffer.rounds(*PRODUCER)

    yield BUFFER, _seconds(run)


def whole(subject: Subject) -> Iterator[Timed]:
    """Everything, in one go."""
    processor = subject.processor()

    def run() -> None:
        for runs in subject.units:
            for records in runs:
                processor.process(*records)
            unit = processor.close_unit()
            if unit is not None:
                unit.buffer.rounds(*PRODUCER)

    yield WHOLE, _seconds(run)


def each_rule(subject: Subject) -> Iterator[Timed]:
    """Each rule of parcels alone, asked of every parcel."""
    versions = [(version, judging.drafts_of(version)) for version in map(_open, subject.manifests)]
    for version, drafts in versions:
        judging.take_steps(judging.LAYOUT, [draft for draft in drafts if draft.has_case], version)
    cases = [draft.case for _, drafts in versions for draft in drafts if draft.has_case]
    for rule in PARCEL_RULES:
        yield rule.id, _seconds(partial(_ask, rule.check, cases))


def _ask(check: Callable[[Case], Iterable[object]], cases: Iterable[Case]) -> None:
    for case in cases:
        for _ in check(case):
            pass


def general_decoder(subject: Subject) -> Iterator[Timed]:
    """A general Avro decoder on the same manifests, and with the second look that would make it strict."""
    if subject.form != "Avro":
        return
    schema = fastavro.parse_schema(avro.load(avro.file_of(avro.MANIFEST)))
    values = [(record.value or b"")[avro_codegen.FRAME_BYTES :] for record in subject.manifests]

    def decode(value: bytes) -> object:
        return fastavro.schemaless_reader(io.BytesIO(value), schema, None)

    def decode_and_compare(value: bytes) -> bool:
        again = io.BytesIO()
        fastavro.schemaless_writer(again, schema, decode(value))
        return again.getvalue() == value

    yield FASTAVRO, _seconds(lambda: list(map(decode, values)))
    yield FASTAVRO_STRICT, _seconds(lambda: list(map(decode_and_compare, values)))


MEASURES: Final[tuple[Callable[[Subject], Iterator[Timed]], ...]] = (
    intake,
    screening,
    linking,
    buffering,
    whole,
    each_rule,
    general_decoder,
)


# Measuring


def measure(parcels: int, rounds: int, progress: Callable[[int], None]) -> dict[str, Costs]:
    """All stages of four loads: clean and dirty, JSON and Avro."""
    subjects = {name: Subject(load(parcels, form, dirty=dirty), form) for name, form, dirty in LOADS}
    seconds: dict[str, defaultdict[str, list[float]]] = {name: defaultdict(list) for name in subjects}
    gc.collect()
    gc.freeze()  # what the rounds are given is not looked through again and again
    for number in range(rounds):
        for name, subject in subjects.items():
            for take in MEASURES:
                for stage, took_s in take(subject):
                    seconds[name][stage].append(took_s / subject.parcels * US)
        progress(number + 1)
    gc.unfreeze()
    return {name: _costs(each) for name, each in seconds.items()}


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    began = time.thread_time()
    run()
    return time.thread_time() - began


def _costs(us_of_stage: dict[str, list[float]]) -> Costs:
    costs = {stage: Cost(min(values), median(values)) for stage, values in us_of_stage.items()}
    rules = {rule.id: costs[rule.id] for rule in PARCEL_RULES}
    return Costs(
        stages={stage: costs[stage] for stage in PARTS},
        whole=costs[WHOLE],
        beside={stage: costs[stage] for stage in BESIDE if stage in costs},
        rules=dict(sorted(rules.items(), key=lambda each: -each[1].best)),
    )

"""What a parcel costs at each stage of its way, in process, on one core.

A worker's work is followed once, and every call that makes up a stage is noted; then these very calls are made again,
by themselves, and measured. Rounds are interleaved, so that a slow moment of the machine hits all stages alike; the
thread's processor time is counted, not the clock.
"""

import gc
import io
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache, partial
from itertools import groupby
from statistics import median
from typing import Any, Final

import fastavro
import msgspec

from agents.intake import manifest
from agents.intake.results import DecisionContext
from agents.linking import Linking
from agents.rules import PARCEL_RULES
from agents.rules.traits import Traits
from agents.screening import decisions
from agents.screening.decide import Screening, is_declared
from agents.state.consignees import ConsigneeStore
from agents.state.links import LinkStore
from agents.values.identity import TokenKeys
from schemas import avro, avro_codegen, topics
from schemas.decision_encoding import DecisionHeadEncoder
from streams.bench.loads import Form, Load, load
from streams.kafka import partitioner
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference import load as load_reference
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker import handlers
from streams.worker.assignment import CHUNK_RECORDS_MAX, chunk_records
from streams.worker.processor import RecordProcessor

# ruff: noqa: SLF001 - to measure a stage for itself is to look inside

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
READ: Final = "read"
DECISION: Final = "write decision"
SCREENING: Final = "screening, writing decisions"
LINKING: Final = "linking"
OUTBOX: Final = "outbox, compressing"
CHANGELOG: Final = "state changelog"
FASTAVRO: Final = "fastavro: decode"
FASTAVRO_STRICT: Final = "fastavro: decode, encode, compare"
WHOLE: Final = "whole"
BESIDE: Final = (DECISION, FASTAVRO, FASTAVRO_STRICT)
"""Part of another stage, or of none."""

Run = Callable[[], object]
Prepare = Callable[[], Run]
"""Makes what one round needs, outside the time that is measured."""


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
        """The sum of the stages: what is missing to the whole is memory, receipts and the way between stages."""
        return Cost(sum(cost.best for cost in self.stages.values()), sum(cost.middle for cost in self.stages.values()))


class StoredRecord(msgspec.Struct, frozen=True, gc=False):
    """A record as the client hands it over."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    key: bytes | None = None
    timestamp: int = STORED_AT_MS
    headers: tuple[tuple[str, bytes], ...] = ()


@cache
def context() -> DecisionContext:
    """The law as it stands in this checkout."""
    return DecisionContext(reference=load_reference(), keys=KEYS, scorer=scorer_of(Settings().risk_model_dir))


class Call(msgspec.Struct, frozen=True, gc=False):
    """One call of a function, to be made again."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@contextmanager
def recording_calls(owner: Any, name: str) -> Iterator[list[Call]]:  # noqa: ANN401 - a module or a class
    """Note every call of a function that is looked up there."""
    function, calls = getattr(owner, name), []

    def note(*args: Any, **kwargs: Any) -> object:  # noqa: ANN401 - whatever the function takes
        calls.append(Call(args, kwargs))
        return function(*args, **kwargs)

    setattr(owner, name, note)
    try:
        yield calls
    finally:
        setattr(owner, name, function)


class Way:
    """One load, followed through a worker's work; the calls it makes are noted, to be measured again and again."""

    def __init__(self, given: Load, form: Form) -> None:
        self._carriers = given.carriers
        self.form = form
        self.parcels = given.parcels
        self.units: list[tuple[Sequence[StoredRecord], ...]] = []
        """Runs that are processed together, by unit."""
        manifests = [
            StoredRecord(sent.topic, sent.partition, offset, sent.value, sent.key)
            for offset, sent in enumerate(given.manifests)
        ]
        with ExitStack() as stack:
            self.calls = {stage: stack.enter_context(recording_calls(*place)) for stage, place in CALLS.items()}
            self.buffered = stack.enter_context(recording_calls(TransactionBuffer, "add"))
            self.screened = stack.enter_context(recording_calls(Screening, "decide"))
            self.linked = stack.enter_context(recording_calls(Linking, "decide"))
            self.last = self.work()
            for at in range(0, len(manifests), UNIT):
                self._follow(manifests[at : at + UNIT])
        self.cases = [call.args[0] for call in self.calls["rules"]]

    def work(self) -> RecordProcessor:
        """A worker's work with everything assigned to it."""
        made = RecordProcessor(context(), memory_days=MEMORY_DAYS, internal_errors_in_a_row_max=0)
        made.assign(self._carriers, range(partitioner.count(topics.CHECKED)))
        return made

    def _follow(self, manifests: Sequence[StoredRecord]) -> None:
        """One unit: manifests, then the checked parcels that come of them."""
        before = len(self.buffered)
        sent = _runs(manifests)
        for records in sent:
            self.last.process(*records)
        checked = _runs(
            [
                _read_back(call, offset)
                for offset, call in enumerate(self.buffered[before:], before)
                if call.args[1] in (topics.CHECKED, topics.LINKS)
            ]
        )
        for records in checked:
            self.last.process(*records)
        self.last.close_unit()
        self.units.append((*sent, *checked))


def _runs(records: Sequence[StoredRecord]) -> list[Sequence[StoredRecord]]:
    """Records as an agent has them: partition by partition, in runs."""
    by_partition = groupby(sorted(records, key=_source), _source)
    return [run for _, of_partition in by_partition for run in chunk_records(list(of_partition))]


def _source(record: StoredRecord) -> tuple[str, int]:
    return record.topic, record.partition


def _read_back(call: Call, offset: int) -> StoredRecord:
    """A record that was put into the outbox, as it is read."""
    _, topic, partition, key, value, time_ms = call.args
    return StoredRecord(topic, partition, offset, value, key, time_ms)


# The stages

CALLS: Final[dict[str, tuple[Any, str]]] = {
    READ: (manifest, "read"),
    "shape": (manifest, "parcel_or_none"),
    "faults of form": (manifest, "faults"),
    "unknown fields": (manifest, "unknown"),
    "content fingerprint": (manifest._File, "_fingerprint"),
    "categorise": (manifest, "categorise"),
    "price": (manifest, "price_of"),
    "route": (manifest, "route_of"),
    "exemption": (manifest, "relief_of"),
    "names of parties": (manifest, "listed_parties"),
    "traits": (Traits, "of"),
    "rules": (manifest, "findings_of"),
    "marks": (manifest, "marks_of"),
    "facts": (manifest._File, "_facts"),
    "risk": (manifest._File, "_risk"),
    "money": (manifest, "money_of"),
    "sightings": (manifest._File, "_tell"),
    "token": (manifest, "consignee_token"),
    "write settled part": (DecisionHeadEncoder, "write"),
    "write refusal": (manifest, "encode_decision_tail"),
    "write checked parcel": (handlers, "write_checked"),
    "read checked parcel": (handlers, "read_checked"),
    DECISION: (decisions, "encode_decision_tail"),
}
"""Where the functions of the stages are looked up when a worker calls them."""
GENERATORS: Final = frozenset({"unknown fields", "faults of form"})
PARTS: Final = (*(stage for stage in CALLS if stage != DECISION), SCREENING, LINKING, OUTBOX, CHANGELOG)
"""What follows one on the other, and makes up the whole."""


def _stages(way: Way) -> dict[str, Prepare]:
    """Every stage of one load."""
    return {
        **{
            stage: _again(getattr(*CALLS[stage]), calls, generator=stage in GENERATORS)
            for stage, calls in way.calls.items()
        },
        SCREENING: partial(_screen, way),
        LINKING: partial(_link, way),
        OUTBOX: partial(_fill, way),
        CHANGELOG: partial(_change, way),
        WHOLE: partial(_whole, way),
        **{
            rule.check.__name__: _again(rule.check, [Call((case,), {}) for case in way.cases], generator=True)
            for rule in PARCEL_RULES
        },
        **(_fastavro(way) if way.form == "Avro" else {}),
    }


def _again(function: Callable[..., Any], calls: Sequence[Call], *, generator: bool = False) -> Prepare:
    """Calls that leave no trace, made once more."""
    given = [(call.args, call.kwargs) for call in calls]

    def run() -> None:
        for args, kwargs in given:
            function(*args, **kwargs)

    def run_to_end() -> None:
        for args, kwargs in given:
            for _ in function(*args, **kwargs):
                pass

    return lambda: run_to_end if generator else run


def _screen(way: Way) -> Run:
    asked = Screening(context().reference)
    kept: defaultdict[int, ConsigneeStore] = defaultdict(ConsigneeStore)
    given = [
        (token, checked, kept[id(partition)])
        for _, token, checked, partition, _ in (call.args for call in way.screened)
    ]
    runs = [given[at : at + CHUNK_RECORDS_MAX] for at in range(0, len(given), CHUNK_RECORDS_MAX)]

    def run() -> None:
        for each in runs:
            declared = [checked for _, checked, _ in each if is_declared(checked)]
            provisionals = iter(asked.decide_provisionally(declared))
            for token, checked, partition in each:
                asked.decide(token, checked, partition, next(provisionals) if is_declared(checked) else None)

    return run


def _link(way: Way) -> Run:
    decide = Linking(context().reference).decide
    kept: defaultdict[int, LinkStore] = defaultdict(LinkStore)
    given = [(said, kept[id(links)]) for _, said, links in (call.args for call in way.linked)]

    def run() -> None:
        for each in given:
            decide(*each)

    return run


def _fill(way: Way) -> Run:
    boxes = [[call.args[1:] for call in calls] for _, calls in groupby(way.buffered, lambda call: id(call.args[0]))]

    def run() -> None:
        for records in boxes:
            box = TransactionBuffer()
            for record in records:
                box.add(*record)
            box.rounds(*PRODUCER)

    return run


def _change(way: Way) -> Run:
    """State changes of the last unit, as often as there are units."""
    changed = way.work()
    for records in way.units[-1]:
        changed.process(*records)
    dirty = {number: set(partition.dirty) for number, partition in changed.partitions.items()}

    def run() -> None:
        for _ in way.units:
            for number, partition in changed.partitions.items():
                partition.dirty |= dirty[number]
            for _ in changed.changes():
                pass

    return run


def _whole(way: Way) -> Run:
    working = way.work()

    def run() -> None:
        for runs in way.units:
            for records in runs:
                working.process(*records)
            unit = working.close_unit()
            if unit is not None:
                unit.buffer.rounds(*PRODUCER)

    return run


def _fastavro(way: Way) -> dict[str, Prepare]:
    """A general decoder on the same manifests; and with the second look that would make it strict."""
    schema = fastavro.parse_schema(avro.load(avro.file_of(avro.MANIFEST)))
    values = [Call((call.args[0][avro_codegen.FRAME_BYTES :],), {}) for call in way.calls[READ]]

    def decode(value: bytes) -> object:
        return fastavro.schemaless_reader(io.BytesIO(value), schema, None)

    def decode_and_compare(value: bytes) -> bool:
        again = io.BytesIO()
        fastavro.schemaless_writer(again, schema, decode(value))
        return again.getvalue() == value

    return {FASTAVRO: _again(decode, values), FASTAVRO_STRICT: _again(decode_and_compare, values)}


# Measuring


def measure(parcels: int, rounds: int, told: Callable[[int], None]) -> dict[str, Costs]:
    """All stages of four loads: clean and dirty, JSON and Avro."""
    ways = {name: Way(load(parcels, form, dirty=dirty), form) for name, form, dirty in LOADS}
    stages = {name: _stages(way) for name, way in ways.items()}
    found: dict[str, dict[str, list[float]]] = {
        name: {stage: [] for stage in prepares} for name, prepares in stages.items()
    }
    gc.collect()
    gc.freeze()  # what the rounds are given is not looked through again and again
    for number in range(rounds):
        for name, prepares in stages.items():
            for stage, prepare in prepares.items():
                found[name][stage].append(_seconds(prepare()) / ways[name].parcels * US)
        told(number + 1)
    gc.unfreeze()
    return {name: _costs(each) for name, each in found.items()}


def _seconds(run: Run) -> float:
    gc.collect()
    began = time.thread_time()
    run()
    return time.thread_time() - began


def _costs(found: dict[str, list[float]]) -> Costs:
    costs = {stage: Cost(min(values), median(values)) for stage, values in found.items()}
    rules = {rule.check.__name__ for rule in PARCEL_RULES}
    return Costs(
        stages={stage: costs[stage] for stage in PARTS},
        whole=costs[WHOLE],
        beside={stage: costs[stage] for stage in BESIDE if stage in costs},
        rules=dict(
            sorted(((stage, cost) for stage, cost in costs.items() if stage in rules), key=lambda each: -each[1].best)
        ),
    )

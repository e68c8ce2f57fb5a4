"""What a parcel costs at each stage of its way, in process, on one core.

Every stage is the function that a worker calls, given what it is given there. Rounds are interleaved, so that a slow
moment of the machine hits all stages alike; the thread's processor time is counted, not the clock.
"""

import gc
import io
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from statistics import median
from typing import Any, Final

import fastavro
import msgspec

from agents.goods import categorise
from agents.identity import TokenKeys, consignee_token
from agents.intake import Office, Record, Taken, _File, _price, findings_of, take
from agents.memory import CarrierMemory
from agents.read import read
from agents.route import route_of
from agents.rules import PARCEL_RULES
from agents.screening import Partition, Screening, write_checked
from agents.settled import write_decided
from agents.shape import shape
from schemas import avro, topics
from schemas.decision import Decided, Source
from schemas.manifest import Parcel
from streams import partitions
from streams.bench.loads import Form, Load, Sent, load
from streams.reference import load as load_reference
from streams.transaction import Outbox
from streams.work import Work, read_checked

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
LOADS: Final[tuple[tuple[str, Form, float], ...]] = (("clean JSON", "JSON", 0.0), ("clean Avro", "Avro", 0.0), ("dirty JSON", "JSON", 1.0), ("dirty Avro", "Avro", 1.0))
"""Name, format, share of parcels with a mistake."""
READING: Final[dict[Form, str]] = {"JSON": "read JSON", "Avro": "read Avro"}
PARTS: Final = (
    "shape",
    "fingerprint",
    "categorise",
    "price",
    "route",
    "rules",
    "token",
    "write settled part",
    "write checked parcel",
    "read checked parcel",
    "screening",
    "outbox",
    "state changelog",
)
"""What follows on reading. Screening writes the decision, the outbox compresses."""
FASTAVRO: Final = "fastavro: decode"
FASTAVRO_STRICT: Final = "fastavro: decode, encode, compare"
BESIDE: Final = ("write decision", FASTAVRO, FASTAVRO_STRICT)
"""Part of another stage, or of none."""
WHOLE: Final = "whole"

Run = Callable[[], object]
Prepare = Callable[[], Run]
"""Makes what one round needs, outside the time that is measured."""
Boxed = tuple[str, int, bytes | None, bytes | None, int]


class Cost(msgspec.Struct, frozen=True):
    """Microseconds a parcel over all rounds."""

    best: float
    middle: float


class Costs(msgspec.Struct, frozen=True):
    """One load's costs."""

    stages: dict[str, Cost]
    whole: Cost
    """`Work.process` of everything, closing the units, and their batches."""
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
def office() -> Office:
    """The law as it stands in this checkout."""
    return Office(reference=load_reference(), keys=KEYS)


class Way:
    """One load, followed from stage to stage: what each stage is given."""

    def __init__(self, given: Load) -> None:
        self.parcels = given.parcels
        self.carriers = given.carriers
        self.manifests = [_stored(sent, offset) for offset, sent in enumerate(given.manifests)]
        self.files = [_File(_record(record), CarrierMemory(MEMORY_DAYS), office()) for record in self.manifests]
        self.raw = [parcel for record in self.manifests for parcel in read(record.value)["parcels"]]
        shaped = [(file, index, shaped) for file in self.files for index, shaped in enumerate(file._shaped) if shaped.value is not None]
        self.judged = [(file, file._judge(index, shaped, set())) for file, index, shaped in shaped]
        self.cases = [file._case(shaped.value) for file, _, shaped in shaped if shaped.value is not None]
        self.weeks = [(case.parcel, case.week) for case in self.cases]
        taken = [take(_record(record), CarrierMemory(MEMORY_DAYS), office()) for record in self.manifests]
        self.passed = [passed for each in taken for passed in each.passed]
        self.units = [_Unit(self.manifests[at : at + UNIT], taken[at : at + UNIT]) for at in range(0, len(taken), UNIT)]
        self.checked = [record for unit in self.units for record in unit.checked]
        self.decided = [Decided(route=each.parcel.route, outcome="RELEASE", findings=each.parcel.findings, decided_at="2026-11-23T03:00:00.000Z") for each in self.passed]
        self.boxed = self._boxed()

    def work(self) -> Work:
        """A worker's work with everything assigned to it."""
        made = Work(office(), memory_days=MEMORY_DAYS, internal_errors_in_a_row_max=0)
        made.assign(self.carriers, range(partitions.count(topics.CHECKED)))
        return made

    def worked(self) -> Work:
        """The same when all is processed, and nothing committed."""
        made = self.work()
        for unit in self.units:
            unit.process(made)
        return made

    def _boxed(self) -> list[list[Boxed]]:
        """What the outbox is given, by unit."""
        work = self.work()
        boxes = []
        for unit in self.units:
            work.waiting.outbox = box = _Noting()
            unit.process(work)
            work.close_unit()
            boxes.append(box.noted)
        return boxes


class _Unit:
    """Some manifests and the checked parcels that come of them: about what one transaction holds."""

    def __init__(self, manifests: Sequence[StoredRecord], taken: Iterable[Taken]) -> None:
        self.checked = [_checked(passed.token, write_checked(passed.parcel), offset) for each in taken for offset, passed in enumerate(each.passed)]
        self._records = (*manifests, *self.checked)

    def process(self, work: Work) -> None:
        """All of it, as it comes in."""
        for record in self._records:
            work.process(record)


class _Noting(Outbox):
    """An outbox that only notes what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[Boxed] = []

    def add(self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: list[tuple[str, bytes]] | None = None) -> None:  # noqa: ARG002
        """Note a record."""
        self.noted.append((topic, partition, key, value, time_ms))


def _stored(sent: Sent, offset: int) -> StoredRecord:
    return StoredRecord(sent.topic, sent.partition, offset, sent.value, sent.key)


def _record(record: StoredRecord) -> Record:
    carrier = record.topic.removeprefix(topics.MANIFESTS)
    return Record(value=record.value, carrier=carrier, source=Source(record.topic, record.partition, record.offset), stored_at_ms=record.timestamp)


def _checked(token: str, value: bytes, offset: int) -> StoredRecord:
    key = token.encode()
    return StoredRecord(topics.CHECKED, partitions.of(topics.CHECKED, key), offset, avro.frame(avro.CHECKED_PARCEL) + value, key)


# The stages


def _each(function: Callable[..., object], arguments: Sequence[tuple[Any, ...]]) -> Prepare:
    """Calls of one function that leave no trace."""

    def run() -> None:
        for each in arguments:
            function(*each)

    return lambda: run


def _all_of(function: Callable[..., Iterable[object]], arguments: Sequence[tuple[Any, ...]]) -> Prepare:
    """The same for a generator."""

    def run() -> None:
        for each in arguments:
            for _ in function(*each):
                pass

    return lambda: run


def _stages(way: Way, form: Form) -> dict[str, Prepare]:
    """Every stage of one load."""
    reference = office().reference
    consignees = [(passed.parcel.consignee, KEYS) for _, passed in way.judged if passed.parcel is not None]
    settled = [(file, (file._ids.of(judged.house_bill), judged.house_bill, 1, None, judged.own)) for file, judged in way.judged]
    return {
        READING[form]: _each(read, [(record.value,) for record in way.manifests]),
        "shape": _each(shape, [(parcel, Parcel) for parcel in way.raw]),
        "fingerprint": _each(partial(_File._fingerprint, whole=True), [(file,) for file in way.files]),
        "categorise": _each(categorise, [(case.parcel.items, reference) for case in way.cases]),
        "price": _each(_price, way.weeks),
        "route": _each(route_of, [(case,) for case in way.cases]),
        "rules": _each(findings_of, [(case, "/parcels/0") for case in way.cases]),
        "token": _each(consignee_token, consignees),
        "write settled part": _each(lambda file, given: file._writer.write(*given), settled),
        "write checked parcel": _each(write_checked, [(passed.parcel,) for passed in way.passed]),
        "read checked parcel": _each(read_checked, [(record.value,) for record in way.checked]),
        "screening": partial(_screening, way),
        "outbox": partial(_outbox, way),
        "state changelog": lambda: partial(_exhaust, way.worked()._state()),
        "write decision": _each(write_decided, [(decided,) for decided in way.decided]),
        WHOLE: partial(_whole, way),
        **{rule.check.__name__: _all_of(rule.check, [(case,) for case in way.cases]) for rule in PARCEL_RULES},
        **(_fastavro(way) if form == "Avro" else {}),
    }


def _screening(way: Way) -> Run:
    screening = Screening(office().reference)
    kept = [Partition() for _ in range(partitions.count(topics.CHECKED))]
    given = [(passed.token, passed.parcel, kept[partitions.of(topics.CHECKED, passed.token.encode())]) for passed in way.passed]

    def run() -> None:
        for each in given:
            screening.decide(*each)

    return run


def _outbox(way: Way) -> Run:
    def run() -> None:
        for unit in way.boxed:
            box = Outbox()
            for record in unit:
                box.add(*record)
            box.rounds(*PRODUCER)

    return run


def _whole(way: Way) -> Run:
    work = way.work()

    def run() -> None:
        for each in way.units:
            each.process(work)
            unit = work.close_unit()
            if unit is not None:
                unit.outbox.rounds(*PRODUCER)

    return run


def _exhaust(values: Iterable[object]) -> None:
    for _ in values:
        pass


def _fastavro(way: Way) -> dict[str, Prepare]:
    """A general decoder on the same manifests; and with the second look that would make it strict."""
    schema = fastavro.parse_schema(avro.load(avro.file_of(avro.MANIFEST)))
    values = [((record.value or b"")[avro.FRAME_BYTES :],) for record in way.manifests]

    def decode(value: bytes) -> object:
        return fastavro.schemaless_reader(io.BytesIO(value), schema, None)

    def decode_and_compare(value: bytes) -> bool:
        again = io.BytesIO()
        fastavro.schemaless_writer(again, schema, decode(value))
        return again.getvalue() == value

    return {FASTAVRO: _each(decode, values), FASTAVRO_STRICT: _each(decode_and_compare, values)}


# Measuring


def measure(parcels: int, rounds: int, told: Callable[[int], None]) -> dict[str, Costs]:
    """All stages of four loads: clean and dirty, JSON and Avro."""
    ways = {name: (Way(load(parcels, form, dirty=dirty)), form) for name, form, dirty in LOADS}
    prepared = {name: (_stages(way, form), way.parcels) for name, (way, form) in ways.items()}
    found: dict[str, dict[str, list[float]]] = {name: {stage: [] for stage in stages} for name, (stages, _) in prepared.items()}
    gc.collect()
    gc.freeze()  # what the rounds are given is not looked through again and again
    for number in range(rounds):
        for name, (stages, count) in prepared.items():
            for stage, prepare in stages.items():
                found[name][stage].append(_seconds(prepare()) / count * US)
        told(number + 1)
    gc.unfreeze()
    return {name: _costs(stages, way_form) for (name, stages), (_, way_form) in zip(found.items(), ways.values(), strict=True)}


def _seconds(run: Run) -> float:
    gc.collect()
    began = time.thread_time()
    run()
    return time.thread_time() - began


def _costs(found: dict[str, list[float]], form: Form) -> Costs:
    costs = {stage: Cost(min(values), median(values)) for stage, values in found.items()}
    names = {rule.check.__name__ for rule in PARCEL_RULES}
    return Costs(
        stages={READING[form]: costs[READING[form]]} | {stage: costs[stage] for stage in PARTS},
        whole=costs[WHOLE],
        beside={stage: costs[stage] for stage in BESIDE if stage in costs},
        rules=dict(sorted(((stage, cost) for stage, cost in costs.items() if stage in names), key=lambda each: -each[1].best)),
    )

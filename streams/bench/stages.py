"""What a parcel costs at each stage of its way, in process, on one core.

Every stage is the function that a worker calls, given what it is given there. Rounds are interleaved, so that a slow
moment of the machine hits all stages alike; processor time of the thread is counted, not the clock.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from statistics import median
from typing import Any, Final

import fastavro
import msgspec

from agents import intake, settled
from agents.goods import categorise
from agents.identity import TokenKeys, consignee_token
from agents.intake import Office, Record
from agents.memory import CarrierMemory
from agents.read import read
from agents.route import route_of
from agents.rules import PARCEL_RULES
from agents.screening import Output, Partition, Screening, write_checked
from agents.shape import shape
from schemas import avro, topics
from schemas.decision import CheckedParcel, Decided, Source
from schemas.manifest import Parcel
from streams import partitions
from streams.bench.loads import Form, Load, Sent, load
from streams.reference import load as load_reference
from streams.transaction import Outbox
from streams.work import Work, read_checked

STORED_AT_MS: Final = 1_795_399_200_000
"""Noon of the sample day in Korea."""
KEYS: Final = TokenKeys((("bench", b"\x5a" * 32),))
MEMORY_DAYS: Final = 30
PRODUCER: Final = (1, 0)
US: Final = 1_000_000
DEAREST: Final = 10
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
"""Stages that follow one another behind reading; screening writes the decision, the outbox compresses."""
READING: Final[dict[Form, str]] = {"JSON": "read JSON", "Avro": "read Avro"}
BESIDE: Final = ("write decision", "fastavro decode", "fastavro decode, encode, compare", "outbox: compress and close")
"""Contained in others, or no stage at all."""
WHOLE: Final = "whole (Work.process, closing the unit)"

Run = Callable[[], object]
Prepare = Callable[[], Run]
"""Makes what one round needs, outside the time measured."""


class Cost(msgspec.Struct, frozen=True):
    """Microseconds a parcel over all rounds."""

    best: float
    middle: float


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

    def __init__(self, given: Load, form: Form) -> None:
        self.form = form
        self.parcels = given.parcels
        self.carriers = given.carriers
        self.manifests = [_stored(sent, offset) for offset, sent in enumerate(given.manifests)]
        self.files = [self._file(record) for record in self.manifests]
        self.raw = [parcel for record in self.manifests for parcel in read(record.value)["parcels"]]
        self.shaped = [(file, shaped.value) for file in self.files for shaped in file._shaped if shaped.value is not None]  # noqa: SLF001 - a look inside, as everywhere here
        self.cases = [file._case(parcel) for file, parcel in self.shaped]  # noqa: SLF001
        taken = [intake.take(_record(record), CarrierMemory(MEMORY_DAYS), office()) for record in self.manifests]
        self.passed = [passed for each in taken for passed in each.passed]
        self.checked = [_checked(passed.token, write_checked(passed.parcel), offset) for offset, passed in enumerate(self.passed)]
        self.decided = [_decided(passed.parcel) for passed in self.passed]
        self.outputs = list(self._outputs())

    def _file(self, record: StoredRecord) -> intake._File:
        return intake._File(_record(record), CarrierMemory(MEMORY_DAYS), office())  # noqa: SLF001

    def work(self) -> Work:
        """A worker's work with everything assigned to it."""
        made = Work(office(), memory_days=MEMORY_DAYS, internal_errors_in_a_row_max=0)
        made.assign(self.carriers, range(partitions.count(topics.CHECKED)))
        return made

    def worked(self) -> Work:
        """The same when all is processed, and not yet committed."""
        made = self.work()
        self.process(made)
        return made

    def process(self, work: Work) -> None:
        """Everything that comes in."""
        for record in self.manifests:
            work.process(record)
        for record in self.checked:
            work.process(record)

    def _outputs(self) -> Iterator[tuple[str, int, bytes, bytes]]:
        """What the outbox is given."""
        noted: list[tuple[str, int, bytes, bytes]] = []
        work = self.work()
        box = work.waiting.outbox

        class Noting(Outbox):
            """Notes what goes in."""

            def add(self, topic: str, partition: int, key: bytes | None, value: bytes | None, *_: object) -> None:
                noted.append((topic, partition, key or b"", value or b""))

        del box
        work.waiting.outbox = Noting()
        self.process(work)
        work.close_unit()
        return iter(noted)


def _stored(sent: Sent, offset: int) -> StoredRecord:
    return StoredRecord(sent.topic, sent.partition, offset, sent.value, sent.key)


def _record(record: StoredRecord) -> Record:
    carrier = record.topic.removeprefix(topics.MANIFESTS)
    return Record(value=record.value, carrier=carrier, source=Source(record.topic, record.partition, record.offset), stored_at_ms=record.timestamp)


def _checked(token: str, value: bytes, offset: int) -> StoredRecord:
    key = token.encode()
    return StoredRecord(topics.CHECKED, partitions.of(topics.CHECKED, key), offset, avro.frame(avro.CHECKED_PARCEL) + value, key)


def _decided(parcel: CheckedParcel) -> Decided:
    return Decided(route=parcel.route, outcome="RELEASE", findings=parcel.findings, decided_at="2026-11-23T03:00:00.000Z")

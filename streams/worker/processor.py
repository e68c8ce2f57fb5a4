"""A worker's work without Kafka: records in, a transaction's worth of records out, state kept on the way.

What is committed is exactly what was processed: a `Unit` holds the outputs, the state changes and the next offset of
each source, and they leave together. Nothing here waits, so no unit can be seen half-filled.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol

import msgspec
from aiokafka.structs import TopicPartition

from agents.importers.customs_interface import read_answer
from agents.intake.manifest import take
from agents.intake.results import DecisionContext, Record
from agents.linking import Linking, read_link_message
from agents.output import Output
from agents.screening import relays
from agents.screening.decide import ProvisionalDecision, Screening, is_declared
from agents.screening.relays import relayed, write_checked
from agents.state.carriers import CarrierState
from agents.state.consignees import ConsigneeStore
from agents.state.links import LinkStore
from agents.values.clock import day_of_ms
from schemas import avro, dead_letter, topics
from schemas.checked_parcel import CheckedParcel
from schemas.dead_letter import UnreadableError
from schemas.decision import Source
from schemas.officer_action import read_action
from schemas.parcel_links import LinkMessage
from streams.kafka import partitioner
from streams.kafka.decompression import REFUSED_HEADER
from streams.kafka.record import StoredRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference.history import References, StaticReference
from streams.risk.serve import DriftWatch
from streams.worker.changelog import (
    _ASSESSED_KEY,
    _ASSESSMENT,
    _BILL,
    _BILLS,
    _BOOK,
    _BOOK_KEY,
    _CHOSEN,
    _FILING,
    _FILINGS,
    _PACK,
    _SEPARATOR,
    DirtyKeys,
    _assessed_key,
    _book_key,
    _packed,
    intake_state_partition,
)
from streams.worker.unit import Counters, Unit

log = logging.getLogger(__name__)
CHECKED_PARTITIONS: Final = partitioner.count(topics.CHECKED)
DECIDERS_CACHED_MAX: Final = 8
"""States of reference data whose working parts are kept: old parcels and new ones may take turns."""


class InternalFaultError(Exception):
    """Too many records in a row failed through our own fault: better stop than set the whole topic aside."""


class RecordProcessor:
    """State of the carriers and partitions a worker has, and the unit that is being filled."""

    def __init__(
        self,
        context: DecisionContext,
        *,
        memory_days: int,
        internal_errors_in_a_row_max: int,
        buffer: type[TransactionBuffer] = TransactionBuffer,
        references: References | None = None,
    ) -> None:
        """`outbox` takes what goes out; without Kafka, another than that of a transaction.

        `references` has the reference data of each time, if not that of the office always.
        """
        self._references = references or StaticReference(context.reference)
        self._deciders = Deciders(
            context, Screening(context.reference, self._references.at), Linking(context.reference)
        )
        self._deciders_by_version = {context.reference.version: self._deciders}
        self._memory_days = memory_days
        self._faults_max = internal_errors_in_a_row_max
        self._faults = 0
        self._buffer = buffer
        self._unit = Unit(buffer())
        self._drift = None if context.scorer is None else DriftWatch(context.scorer)
        self._dirty: dict[str, DirtyKeys] = {}
        self._steps: dict[str, Step] = {
            topics.CHECKED: self._screen,
            topics.LINKS: self._link,
            topics.IMPORTER_ANSWERS: self._relay_importer_answer,
            topics.OFFICERS: self._relay_officer_action,
        }
        """What is done with a record of each topic; all others are carriers'."""
        self._precomputed: dict[tuple[int, int], Precomputed] = {}
        """Checked parcels that were looked at before their turn, by partition and offset."""
        self._outputs: list[tuple[Output, int]] = []
        """What the records at hand bring, and when those were stored."""
        self._source = TopicPartition("", 0)
        """Of the record before."""
        self.carriers: dict[str, CarrierState] = {}
        self.partitions: dict[int, ConsigneeStore] = {}
        self.links: dict[int, LinkStore] = {}
        """By partition of `parcels.links`."""
        self.counters = Counters()

    # what comes in

    def process(self, *records: StoredRecord) -> None:
        """Take records of one source in their order: all of each goes into the unit, or it is set aside whole."""
        if len(records) > 1 and records[0].topic == topics.CHECKED:
            self._precompute(records)
        try:
            for record in records:
                self._process(record)
        finally:  # a fault that stops the worker leaves what was done before it whole
            self._flush_outputs()

    def _process(self, record: StoredRecord) -> None:
        try:
            self._steps.get(record.topic, self._intake)(
                record
            )  # decides first and writes afterwards: a failure leaves no trace but the dead letter
        except UnreadableError as error:
            self._set_aside(record, error)
        except Exception as error:  # whatever it is, the next record must not wait for it
            log.exception("%s-%d@%d is set aside: a fault of ours", record.topic, record.partition, record.offset)
            self._faults += 1
            if self._faults > self._faults_max:
                raise InternalFaultError(
                    f"{self._faults} records in a row failed through a fault of ours, the last with {error!r}: repair it, then start again"
                ) from error
            self._set_aside(
                record,
                UnreadableError(
                    dead_letter.INTERNAL, f"a fault of ours: {type(error).__name__}; replay after the repair"
                ),
            )
        else:
            self._faults = 0
        unit, source = self._unit, self._source
        if (
            source.partition != record.partition or source.topic != record.topic
        ):  # records come in runs of one partition
            source = self._source = TopicPartition(record.topic, record.partition)
        unit.offsets[source] = record.offset + 1
        unit.stored_at_ms = max(unit.stored_at_ms, record.timestamp)

    def _intake(self, record: StoredRecord) -> None:
        if record.value is None and (why := dict(record.headers).get(REFUSED_HEADER)) is not None:
            raise UnreadableError(dead_letter.TOO_LARGE, why.decode(errors="replace"))
        carrier = record.topic.removeprefix(topics.MANIFESTS)
        memory = self.carriers[carrier]
        source = Source(record.topic, record.partition, record.offset)
        taken = take(
            Record(value=record.value, carrier=carrier, source=source, stored_at_ms=record.timestamp),
            memory,
            self._deciders_at(record.timestamp).context,
        )
        checked = [(passed.token.encode(), write_checked(passed.parcel)) for passed in taken.passed]
        links = [(number, _PACK(said)) for number, said in taken.links.items()]
        receipt = Output(
            avro.RECEIPT, topics.RECEIPTS + carrier, taken.receipt.manifest_id, avro.writer(avro.RECEIPT)(taken.receipt)
        )
        # All that may fail is done: what follows only puts bytes into the unit.
        add, now_ms = self._unit.buffer.add, record.timestamp
        for key, parcel in checked:
            add(topics.CHECKED, partitioner.of(topics.CHECKED, key), key, parcel, now_ms)
        self._emit(
            [
                *(Output(avro.DECISION, topics.REJECTED, refused.key, refused.decision) for refused in taken.refused),
                receipt,
            ],
            now_ms,
        )
        for number, said in links:
            add(topics.LINKS, number, taken.receipt.manifest_id.encode(), said, now_ms)
        dirty = self._dirty.setdefault(carrier, DirtyKeys())
        if taken.change is not None:
            memory.apply(taken.change)
            dirty.manifests.add(taken.change.manifest_id)
            dirty.bills.update(taken.change.bills)
        for manifest_id, bills in memory.expire(record.timestamp):
            dirty.manifests.add(manifest_id)
            dirty.bills.update(bills)
        if self._drift is not None:
            self._drift.look(self._deciders.context.reference.on(day_of_ms(record.timestamp)).figures)
        self.counters.manifests += 1
        self.counters.parcels += taken.receipt.counts.received

    def _precompute(self, records: Sequence[StoredRecord]) -> None:
        """Look at checked parcels whose turn comes: what needs no memory is done for all of them, each step before the next."""
        self._precomputed.clear()
        try:
            parcels = [read_checked(record.value) for record in records]
            screening = self._deciders_at(parcels[0].received_at_ms).screening
            declared = [
                (record, parcel) for record, parcel in zip(records, parcels, strict=True) if is_declared(parcel)
            ]
            provisionals = screening.decide_provisionally([parcel for _, parcel in declared])
        except Exception as error:  # noqa: BLE001 - it is met again, and told, when the record's turn comes
            log.debug("not looked ahead: %r", error)
        else:
            self._precomputed = {
                (record.partition, record.offset): Precomputed(screening, parcel, provisional)
                for (record, parcel), provisional in zip(declared, provisionals, strict=True)
            }

    def _screen(self, record: StoredRecord) -> None:
        precomputed = self._precomputed.get((record.partition, record.offset))
        checked = read_checked(record.value) if precomputed is None else precomputed.checked
        screening = self._deciders_at(checked.received_at_ms).screening
        provisional = (
            precomputed.provisional if precomputed is not None and precomputed.screening is screening else None
        )
        self._emit(
            screening.decide((record.key or b"").decode(), checked, self.partitions[record.partition], provisional),
            record.timestamp,
        )
        self.counters.decisions += 1

    def _link(self, record: StoredRecord) -> None:
        said = read_links(record.value)
        self._emit(
            self._deciders_at(said.received_at_ms).linking.decide(said, self.links[record.partition]), record.timestamp
        )

    def _relay_importer_answer(self, record: StoredRecord) -> None:
        """Give an answer of customs its place among the checked parcels of its consignee."""
        try:
            answer = read_answer(record.value or b"")
        except msgspec.MsgspecError as error:
            raise UnreadableError(dead_letter.BAD_JSON, f"no answer of a verifier: {error}") from error
        relay = relayed(answer, record.timestamp)
        self._emit([Output(None, topics.CHECKED, answer.consignee, write_checked(relay))], record.timestamp)

    def _relay_officer_action(self, record: StoredRecord) -> None:
        """Give an action its place among the checked parcels of its consignee."""
        try:
            action = read_action(record.value or b"")
        except msgspec.MsgspecError as error:
            raise UnreadableError(dead_letter.BAD_JSON, f"no action of an officer: {error}") from error
        relay = relays.relayed_action(action, record.timestamp)
        self._emit([Output(None, topics.CHECKED, action.consignee, write_checked(relay))], record.timestamp)

    def _deciders_at(self, time_ms: int) -> "Deciders":
        """What decides a manifest of a time."""
        reference = self._references.at(time_ms)
        deciders = self._deciders
        if reference is not deciders.context.reference:
            known = self._deciders_by_version.get(reference.version)
            if known is None:
                if len(self._deciders_by_version) >= DECIDERS_CACHED_MAX:
                    self._deciders_by_version.clear()
                context = msgspec.structs.replace(deciders.context, reference=reference)
                known = self._deciders_by_version[reference.version] = Deciders(
                    context, Screening(reference, self._references.at), Linking(reference)
                )
            deciders = self._deciders = known
        return deciders

    # what goes out

    def _emit(self, outputs: Iterable[Output], time_ms: int) -> None:
        self._outputs += [(output, time_ms) for output in outputs]

    def _flush_outputs(self) -> None:
        """Put what was written into the unit."""
        add = self._unit.buffer.add
        for output, time_ms in self._outputs:
            key = output.key.encode()
            add(
                output.topic,
                partitioner.of(output.topic, key),
                key,
                output.value if output.schema_id is None else avro.frame(output.schema_id) + output.value,
                time_ms,
            )
        self._outputs.clear()

    def _set_aside(self, record: StoredRecord, error: UnreadableError) -> None:
        """Keep a record whole, with its origin and cause in headers."""
        origin = f"{record.topic}-{record.partition}-{record.offset}".encode()
        headers = [
            *record.headers,
            ("x-original-topic", record.topic.encode()),
            ("x-original-partition", str(record.partition).encode()),
            ("x-original-offset", str(record.offset).encode()),
            ("x-original-timestamp", str(record.timestamp).encode()),
            *([("x-original-key", record.key)] if record.key is not None else []),
            ("x-error-code", error.code.encode()),
            ("x-error-message", error.message.encode()),
            ("x-error-path", error.path.encode()),
        ]
        self._unit.buffer.add(
            topics.DEAD_LETTERS,
            partitioner.of(topics.DEAD_LETTERS, origin),
            origin,
            record.value,
            record.timestamp,
            headers,
        )
        self.counters.set_aside += 1

    @property
    def open_unit(self) -> Unit:
        """The unit that is being filled."""
        return self._unit

    def close_unit(self) -> Unit | None:
        """The unit to commit, with the state it leaves behind; None when nothing was done. A new one begins."""
        if not self._unit.offsets:
            return None
        unit, self._unit = self._unit, Unit(self._buffer())
        for key, value, topic, partition in self._state():
            unit.buffer.add(topic, partition, key, value, unit.stored_at_ms)
        self._dirty.clear()
        return unit

    def _state(self) -> Iterator[tuple[bytes, bytes | None, str, int]]:
        """State changed since the last unit: key, value (None: forgotten), topic, partition."""
        for carrier, dirty in self._dirty.items():
            memory, partition = self.carriers[carrier], intake_state_partition(carrier)
            remembered: tuple[tuple[str, set[str], Mapping[str, object]], ...] = (
                (_FILINGS, dirty.manifests, memory.filings),
                (_BILLS, dirty.bills, memory.bills),
            )
            for kind, names, known in remembered:
                begun = f"{carrier}{_SEPARATOR}{kind}{_SEPARATOR}"
                for name in sorted(names):
                    yield (begun + name).encode(), _packed(known.get(name)), topics.INTAKE_STATE, partition
        for number, kept in self.partitions.items():
            for key, packed in kept.changes():
                yield key, packed, topics.SCREENING_STATE, number
            for name in sorted(kept.assessed_dirty):
                yield _assessed_key(name), _packed(kept.assessed.get(name)), topics.SCREENING_STATE, number
            kept.assessed_dirty.clear()
            for site, shift, book in kept.books.changes():
                yield _book_key(site, shift), _packed(book), topics.SCREENING_STATE, number

    # what is had

    def assign(
        self, carriers: Iterable[str], numbers: Iterable[int], links: Iterable[int] = range(topics.LINKS_PARTITIONS)
    ) -> tuple[set[str], set[int], set[int]]:
        """Have exactly these carriers, partitions of `parcels.checked` and of `parcels.links`; those that are new, empty and to be restored."""
        wanted, wanted_numbers = set(carriers), set(numbers)
        new, new_numbers = wanted - self.carriers.keys(), wanted_numbers - self.partitions.keys()
        self.carriers = {carrier: self.carriers.get(carrier) or CarrierState(self._memory_days) for carrier in wanted}
        self.partitions = {
            number: self.partitions.get(number) or ConsigneeStore(number, CHECKED_PARTITIONS)
            for number in wanted_numbers
        }
        wanted_links = set(links)
        new_links = wanted_links - self.links.keys()
        self.links = {number: self.links.get(number) or LinkStore() for number in wanted_links}
        return new, new_numbers, new_links

    def restore_intake(self, carriers: set[str], key: bytes, value: bytes | None) -> None:
        """Take a record of `state.intake`, if it is one of these carriers'."""
        carrier, kind, name = key.decode().split(_SEPARATOR, 2)
        if carrier not in carriers:
            return
        if kind == _FILINGS:
            self.carriers[carrier].put_filing(name, None if value is None else _FILING(value))
        else:
            self.carriers[carrier].put_bill(name, None if value is None else _BILL(value))

    def restore_screening(self, number: int, key: bytes, value: bytes | None) -> None:
        """Take a record of `state.screening`."""
        partition = self.partitions[number]
        if key.startswith(_ASSESSED_KEY):
            partition.restore_assessed(
                key.decode().partition(_SEPARATOR)[2], None if value is None else _ASSESSMENT(value)
            )
            return
        if not key.startswith(_BOOK_KEY):
            partition.restore(key, value)
            return
        _, site, *shift = key.decode().split(_SEPARATOR, 2)
        if shift and shift[0]:
            partition.books.restore_shift(site, int(shift[0]), None if value is None else _CHOSEN(value))
        elif value is not None:
            partition.books.restore_site(site, _BOOK(value))

    def restore_links(self, number: int, value: bytes | None) -> None:
        """Take a record of `parcels.links` that was linked before."""
        try:
            said = read_links(value)
        except UnreadableError:
            return  # it was set aside
        self._deciders.linking.remember(said, self.links[number])


class Precomputed(msgspec.Struct, frozen=True, gc=False):
    """A declared parcel that was looked at before its turn, and who looked."""

    screening: Screening
    checked: CheckedParcel
    provisional: ProvisionalDecision


class Deciders(msgspec.Struct, frozen=True):
    """What decides, with one state of reference data."""

    context: DecisionContext
    screening: Screening
    linking: Linking


class Step(Protocol):
    """What is done with a record."""

    def __call__(self, record: StoredRecord, /) -> None:
        """Process a record."""


def read_checked(value: bytes | None) -> CheckedParcel:
    """A record of `parcels.checked`."""
    if not value:
        raise UnreadableError(dead_letter.EMPTY, "a checked parcel without value")
    return relays.read_checked(value)


def read_links(value: bytes | None) -> LinkMessage:
    """A record of `parcels.links`."""
    try:
        return read_link_message(value or b"")
    except msgspec.MsgspecError as error:
        raise UnreadableError(dead_letter.INTERNAL, f"no sightings: {error}") from error

"""What a worker does with a record of each kind: the handlers that `streams.worker.pipeline` puts into a table.

A handler decides first and writes afterwards: one that fails leaves no trace.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from agents.intake.manifest import take
from agents.intake.results import DecisionContext, Record
from agents.linking import Linking, read_link_message
from agents.output import Output
from agents.screening.decide import Screening
from agents.screening.draft import DecisionDraft
from agents.values.clock import day_of_ms
from schemas import avro, checked_parcel, dead_letter, topics
from schemas.checked_parcel import CheckedParcel, CustomsAnswered, OfficerActed, is_declared, write_checked
from schemas.dead_letter import UnreadableError
from schemas.decision import Source
from schemas.importer_answer import read_answer
from schemas.officer_action import read_action
from schemas.parcel_links import LinkMessage
from streams.kafka import partitioner
from streams.kafka.record import FetchedRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference.history import References, StaticReference
from streams.risk.serve import DriftWatch
from streams.worker.changelog import DirtyKeys, WorkerState, pack
from streams.worker.unit import Counters, Unit

log = logging.getLogger(__name__)
DECIDERS_CACHED_MAX: Final = 8
"""States of reference data whose working parts are kept: old parcels and new ones may take turns."""


class RecordHandlers(WorkerState):
    """The handlers, the state they decide beside, and the unit they fill."""

    def __init__(
        self,
        context: DecisionContext,
        *,
        memory_days: int,
        buffer: type[TransactionBuffer] = TransactionBuffer,
        references: References | None = None,
    ) -> None:
        """`buffer` takes the outputs; without Kafka, another than that of a transaction.

        `references` has the reference data of each time; without it, that of `context` holds for all times.
        """
        super().__init__(memory_days)
        self._references = references or StaticReference(context.reference)
        self._deciders = Deciders(
            context, Screening(context.reference, self._references.at), Linking(context.reference)
        )
        self._deciders_by_version = {context.reference.version: self._deciders}
        self._buffer = buffer
        self._unit = Unit(buffer())
        self._drift = None if context.scorer is None else DriftWatch(context.scorer)
        self._precomputed: dict[tuple[int, int], Precomputed] = {}
        """Checked parcels whose provisional decision is there already, by partition and offset."""
        self._outputs: list[tuple[str, int, bytes, bytes, int]] = []
        """Outputs of the records at hand: topic, partition, key, value, and when those were stored."""
        self.counters = Counters()

    def intake(self, record: FetchedRecord) -> None:
        """Answer a carrier's manifest and pass its parcels on."""
        carrier = record.topic.removeprefix(topics.MANIFESTS)
        memory = self.carriers[carrier]
        source = Source(record.topic, record.partition, record.offset)
        taken = take(
            Record(value=record.value, carrier=carrier, source=source, stored_at_ms=record.timestamp),
            memory,
            self._deciders_at(record.timestamp).context,
        )
        checked = [(passed.token.encode(), write_checked(passed.parcel)) for passed in taken.passed]
        links = [(number, pack(message)) for number, message in taken.links.items()]
        receipt = Output(
            avro.RECEIPT, topics.RECEIPTS + carrier, taken.receipt.manifest_id, avro.writer(avro.RECEIPT)(taken.receipt)
        )
        add, now_ms = self._unit.buffer.add, record.timestamp
        self._emit(
            [
                *(Output(avro.DECISION, topics.REJECTED, refused.key, refused.decision) for refused in taken.refused),
                receipt,
            ],
            now_ms,
        )
        # All that may fail is done: what follows only puts bytes into the unit.
        for key, parcel in checked:
            add(topics.CHECKED, partitioner.of(topics.CHECKED, key), key, parcel, now_ms)
        for number, packed in links:
            add(topics.LINKS, number, taken.receipt.manifest_id.encode(), packed, now_ms)
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

    def precompute(self, records: Sequence[FetchedRecord]) -> None:
        """Decide a run of checked parcels provisionally: what needs no memory, each step for all before the next."""
        self._precomputed.clear()
        try:
            messages = [read_checked(record.value) for record in records]
            screening = self._deciders_at(messages[0].received_at_ms).screening
            declared = [
                (record, message) for record, message in zip(records, messages, strict=True) if is_declared(message)
            ]
            drafts = screening.decide_provisionally(
                [((record.key or b"").decode(), message) for record, message in declared]
            )
        except Exception as error:  # noqa: BLE001 - it is met again, and reported, when the record's turn comes
            log.debug("not precomputed: %r", error)
        else:
            self._precomputed = {
                (record.partition, record.offset): Precomputed(screening, draft)
                for (record, _), draft in zip(declared, drafts, strict=True)
            }

    def screen(self, record: FetchedRecord) -> None:
        """Decide a checked parcel beside its consignee's others."""
        precomputed = self._precomputed.get((record.partition, record.offset))
        message = read_checked(record.value) if precomputed is None else precomputed.draft.parcel
        screening = self._deciders_at(message.received_at_ms).screening
        draft = precomputed.draft if precomputed is not None and precomputed.screening is screening else None
        self._emit(
            screening.decide((record.key or b"").decode(), message, self.partitions[record.partition], draft),
            record.timestamp,
        )
        self.counters.decisions += 1

    def link(self, record: FetchedRecord) -> None:
        """Find parcels of many consignees that belong together."""
        message = read_links(record.value)
        self._emit(
            self._deciders_at(message.received_at_ms).linking.decide(message, self.links[record.partition]),
            record.timestamp,
        )

    def relay(self, record: FetchedRecord) -> None:
        """Give an answer of customs, or an officer's action, its place among the checked parcels of its consignee."""
        consignee, relay = _relayed(record)
        self._emit([Output(None, topics.CHECKED, consignee, write_checked(relay))], record.timestamp)

    def _deciders_at(self, time_ms: int) -> "Deciders":
        """What decides a manifest of a time."""
        reference = self._references.at(time_ms)
        deciders = self._deciders
        if reference is not deciders.context.reference:
            cached = self._deciders_by_version.get(reference.version)
            if cached is None:
                if len(self._deciders_by_version) >= DECIDERS_CACHED_MAX:
                    self._deciders_by_version.clear()
                context = msgspec.structs.replace(deciders.context, reference=reference)
                cached = self._deciders_by_version[reference.version] = Deciders(
                    context, Screening(reference, self._references.at), Linking(reference)
                )
            deciders = self._deciders = cached
        return deciders

    def _emit(self, outputs: Iterable[Output], time_ms: int) -> None:
        """All of them, or none where one fails."""
        self._outputs += [
            (
                output.topic,
                partitioner.of(output.topic, key := output.key.encode()),
                key,
                output.value if output.schema_id is None else avro.frame(output.schema_id) + output.value,
                time_ms,
            )
            for output in outputs
        ]

    def _flush_outputs(self) -> None:
        """Put what was written into the unit."""
        add = self._unit.buffer.add
        for output in self._outputs:
            add(*output)
        self._outputs.clear()

    def restore_links(self, number: int, value: bytes | None) -> None:
        """Take a record of `parcels.links` that was linked before."""
        try:
            message = read_links(value)
        except UnreadableError:
            return  # it was set aside
        self._deciders.linking.remember(message, self.links[number])


class Precomputed(msgspec.Struct, frozen=True, gc=False):
    """A declared parcel that was looked at before its turn, and who looked."""

    screening: Screening
    draft: DecisionDraft


class Deciders(msgspec.Struct, frozen=True):
    """What decides, with one state of reference data."""

    context: DecisionContext
    screening: Screening
    linking: Linking


def _relayed(record: FetchedRecord) -> tuple[str, CheckedParcel]:
    """Consignee token and checked parcel of a record from beside."""
    if record.topic == topics.IMPORTER_ANSWERS:
        try:
            answer = read_answer(record.value or b"")
        except msgspec.MsgspecError as error:
            raise UnreadableError(dead_letter.BAD_JSON, f"not an answer of the verifier: {error}") from error
        return answer.consignee, CustomsAnswered(record.timestamp, answer)
    try:
        action = read_action(record.value or b"")
    except msgspec.MsgspecError as error:
        raise UnreadableError(dead_letter.BAD_JSON, f"not an action of an officer: {error}") from error
    return action.consignee, OfficerActed(record.timestamp, action)


def read_checked(value: bytes | None) -> CheckedParcel:
    """A record of `parcels.checked`."""
    if not value:
        raise UnreadableError(dead_letter.EMPTY, "the checked parcel has no value")
    return checked_parcel.read_checked(value)


def read_links(value: bytes | None) -> LinkMessage:
    """A record of `parcels.links`."""
    try:
        return read_link_message(value or b"")
    except msgspec.MsgspecError as error:
        raise UnreadableError(dead_letter.INTERNAL, f"not a link message: {error}") from error

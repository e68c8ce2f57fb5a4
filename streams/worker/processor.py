"""A worker's work without Kafka: records in, a transaction's worth of records out, state kept on the way.

What is committed is exactly what was processed: a `Unit` holds the outputs, the state changes and the next offset of
each source, and they leave together. Nothing here waits, so no unit can be seen half-filled.
"""

import logging

from aiokafka.structs import TopicPartition

from agents.intake.results import DecisionContext
from schemas import dead_letter, topics
from schemas.dead_letter import UnreadableError
from streams.kafka import partitioner
from streams.kafka.record import FetchedRecord, RefusedBatch, RefusedRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference.history import References
from streams.worker.dead_letters import WrittenLetter, bare_letter, letter, unreadable
from streams.worker.handlers import RecordHandlers
from streams.worker.one_by_one import Refusal, place_of
from streams.worker.pipeline import PIPELINE, Pipeline
from streams.worker.unit import Unit

log = logging.getLogger(__name__)


class RecordProcessor(RecordHandlers):
    """Takes each record to its step of the pipeline, sets aside what fails, and closes units."""

    def __init__(  # noqa: PLR0913 - what a worker is made of
        self,
        context: DecisionContext,
        *,
        memory_days: int,
        is_strict: bool = False,
        buffer: type[TransactionBuffer] = TransactionBuffer,
        references: References | None = None,
        pipeline: Pipeline = PIPELINE,
    ) -> None:
        """As `RecordHandlers`; `pipeline` says which handler takes which record.

        One that is strict raises an internal error: where no other record waits, it should be seen and not set aside.
        """
        super().__init__(context, memory_days=memory_days, buffer=buffer, references=references)
        self.pipeline = pipeline
        self._is_strict = is_strict
        self.refused: dict[str, Refusal] = {}
        """What the broker refused to take, by the record that brings it."""
        self._source = TopicPartition("", 0)
        """Of the record before."""

    def process(self, *records: FetchedRecord) -> None:
        """Take records of one source in their order: all of each goes into the unit, or it is set aside whole."""
        if len(records) > 1 and (prepare := self.pipeline.step_of(records[0].topic).prepare) is not None:
            prepare(self, records)
        try:
            for record in records:
                self._process(record)
        finally:  # a fault that is raised leaves what was done before it whole
            self._flush_outputs()

    def _process(self, record: FetchedRecord) -> None:
        try:
            # Decides first and writes afterwards: a failure leaves no trace but the dead letter.
            self._handle(record)
        except UnreadableError as error:
            self._set_aside(record, error)
        unit, source = self._unit, self._source
        # Records come in runs of one partition.
        if source.partition != record.partition or source.topic != record.topic:
            source = self._source = TopicPartition(record.topic, record.partition)
        unit.offsets[source] = record.offset + 1
        unit.records += 1
        unit.stored_at_ms = max(unit.stored_at_ms, record.timestamp)

    def _handle(self, record: FetchedRecord) -> None:
        """Let its step take a record; one that fails with an internal error has a second try, and is then set aside.

        Whatever the fault is, the next record must not wait for it.
        """
        if isinstance(record, RefusedBatch | RefusedRecord):
            raise unreadable(record)
        if self.refused and (refusal := self.refused.get(place_of(record.topic, record.partition, record.offset))):
            raise UnreadableError(dead_letter.REFUSED, f"the broker refuses what this record brings: {refusal.why}")
        handle = self.pipeline.step_of(record.topic).handle
        try:
            handle(self, record)
        except UnreadableError:
            raise
        except Exception:
            if self._is_strict:
                raise
            log.exception(
                "%s-%d@%d: internal error; it is tried once more", record.topic, record.partition, record.offset
            )
            self._precomputed.pop((record.partition, record.offset), None)
        else:
            return
        try:
            handle(self, record)
        except UnreadableError:
            raise
        except Exception as error:
            log.exception("%s-%d@%d is set aside: internal error", record.topic, record.partition, record.offset)
            raise UnreadableError(
                dead_letter.INTERNAL, f"internal error: {type(error).__name__}; replay the record after the fix"
            ) from error

    def _set_aside(self, record: FetchedRecord, error: UnreadableError) -> None:
        """Keep a record whole, with its origin and cause in headers; without what can't be written, if need be."""
        origin = place_of(record.topic, record.partition, record.offset)
        refusal = self.refused.get(origin)
        if refusal is None or not refusal.is_letter:
            try:
                self._add_dead_letter(origin, record, letter(record, error))
            except Exception:  # it must not take the records around it with it
                log.exception("%s is set aside without value and headers: they can't be written", origin)
            else:
                return
        self._add_dead_letter(origin, record, bare_letter(record, error))

    def _add_dead_letter(self, origin: str, record: FetchedRecord, written: WrittenLetter) -> None:
        key = origin.encode()
        self._unit.buffer.add(
            topics.DEAD_LETTERS,
            partitioner.of(topics.DEAD_LETTERS, key),
            key,
            written.value,
            max(record.timestamp, 0),
            written.headers,
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
        for key, value, topic, partition in self.changes():
            unit.buffer.add(topic, partition, key, value, unit.stored_at_ms)
        self._dirty.clear()
        return unit

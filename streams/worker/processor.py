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
from streams.kafka.record import FetchedRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.reference.history import References
from streams.worker.handlers import RecordHandlers
from streams.worker.pipeline import PIPELINE, Pipeline
from streams.worker.unit import Unit

log = logging.getLogger(__name__)


class InternalFaultError(Exception):
    """Too many records in a row failed through our own fault: better stop than set the whole topic aside."""


class RecordProcessor(RecordHandlers):
    """Takes each record to its step of the pipeline, sets aside what fails, and closes units."""

    def __init__(  # noqa: PLR0913 - what a worker is made of
        self,
        context: DecisionContext,
        *,
        memory_days: int,
        internal_errors_in_a_row_max: int,
        buffer: type[TransactionBuffer] = TransactionBuffer,
        references: References | None = None,
        pipeline: Pipeline = PIPELINE,
    ) -> None:
        """As `RecordHandlers`; `pipeline` says which handler takes which record."""
        super().__init__(context, memory_days=memory_days, buffer=buffer, references=references)
        self.pipeline = pipeline
        self._faults_max = internal_errors_in_a_row_max
        self._faults = 0
        self._source = TopicPartition("", 0)
        """Of the record before."""

    def process(self, *records: FetchedRecord) -> None:
        """Take records of one source in their order: all of each goes into the unit, or it is set aside whole."""
        if len(records) > 1 and (prepare := self.pipeline.step_of(records[0].topic).prepare) is not None:
            prepare(self, records)
        try:
            for record in records:
                self._process(record)
        finally:  # a fault that stops the worker leaves what was done before it whole
            self._flush_outputs()

    def _process(self, record: FetchedRecord) -> None:
        try:
            # Decides first and writes afterwards: a failure leaves no trace but the dead letter.
            self.pipeline.step_of(record.topic).handle(self, record)
        except UnreadableError as error:
            self._set_aside(record, error)
        except Exception as error:  # whatever it is, the next record must not wait for it
            log.exception("%s-%d@%d is set aside: internal error", record.topic, record.partition, record.offset)
            self._faults += 1
            if self._faults > self._faults_max:
                raise InternalFaultError(
                    f"{self._faults} records in a row failed with an internal error, the last with {error!r}: "
                    "fix it, then start again"
                ) from error
            self._set_aside(
                record,
                UnreadableError(
                    dead_letter.INTERNAL, f"internal error: {type(error).__name__}; replay the record after the fix"
                ),
            )
        else:
            self._faults = 0
        unit, source = self._unit, self._source
        # Records come in runs of one partition.
        if source.partition != record.partition or source.topic != record.topic:
            source = self._source = TopicPartition(record.topic, record.partition)
        unit.offsets[source] = record.offset + 1
        unit.stored_at_ms = max(unit.stored_at_ms, record.timestamp)

    def _set_aside(self, record: FetchedRecord, error: UnreadableError) -> None:
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
        for key, value, topic, partition in self.changes():
            unit.buffer.add(topic, partition, key, value, unit.stored_at_ms)
        self._dirty.clear()
        return unit

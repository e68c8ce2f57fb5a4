"""The pipeline in memory: a worker's processor, and a log in place of Kafka."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Self

from schemas import topics
from streams.kafka.record import FetchedRecord, StoredRecord
from streams.kafka.record_batch import Headers
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.worker.changelog import CHECKED_PARTITIONS
from streams.worker.processor import RecordProcessor

STATE: Final = frozenset({topics.INTAKE_STATE, topics.SCREENING_STATE})

Choose = Callable[[Sequence[StoredRecord]], StoredRecord]
"""Takes the first waiting record of each partition, oldest first, and returns the one that is processed next."""


class CapturingBuffer(TransactionBuffer):
    """Keeps what a transaction would send, record by record."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[StoredRecord] = []

    def add(  # noqa: PLR0913, PLR0917 - the buffer's own
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: Headers = ()
    ) -> None:
        """Keep a record; it has no offset yet."""
        self.kept.append(
            StoredRecord(
                topic=topic, partition=partition, timestamp=time_ms, key=key, value=value, headers=tuple(headers)
            )
        )


def captured(buffer: TransactionBuffer) -> list[StoredRecord]:
    """The records of a `CapturingBuffer`."""
    assert isinstance(buffer, CapturingBuffer)  # noqa: S101 - for the type checker: whoever made the processor chose it
    return buffer.kept


class InMemoryPipeline:
    """A worker that has every partition; `send` and `run` commit after each record.

    What a step writes on an internal topic waits until `run` hands it to the step that reads it.
    """

    def __init__(
        self,
        processor: RecordProcessor,
        outputs_of: Callable[[TransactionBuffer], list[StoredRecord]] = captured,
    ) -> None:
        """`outputs_of` reads what the processor's kind of buffer holds."""
        self.processor = processor
        self.waiting: deque[StoredRecord] = deque()
        """Records that no step has processed yet, oldest first."""
        self._outputs_of = outputs_of
        self._next_offsets: Counter[tuple[str, int]] = Counter()

    def send(self, carrier: str, value: bytes | None, at_ms: int, key: bytes | None = None) -> Iterator[StoredRecord]:
        """Everything that one record of a carrier brings, stored at `at_ms`, through all steps; state included."""
        self.processor.assign({*self.processor.carriers, carrier}, range(CHECKED_PARTITIONS))
        topic = topics.MANIFESTS + carrier
        self.waiting.append(self._stored(StoredRecord(topic=topic, value=value, key=key, timestamp=at_ms)))
        return self.run()

    def process(self, *records: FetchedRecord) -> list[StoredRecord]:
        """Process records of one partition together and commit; what that writes."""
        self.processor.process(*records)
        return self.commit()

    def commit(self) -> list[StoredRecord]:
        """What the processor has written since the last commit, with its offsets."""
        unit = self.processor.close_unit()
        if unit is None:
            return []
        outputs = [self._stored(output) for output in self._outputs_of(unit.buffer)]
        self.waiting.extend(output for output in outputs if output.topic in self.processor.pipeline.internal)
        return outputs

    def run(self, choose: Choose | None = None) -> Iterator[StoredRecord]:
        """Process what waits, and what comes of it, until nothing waits; without `choose` the oldest first."""
        while self.waiting:
            yield from self.process(self.waiting.popleft() if choose is None else self._chosen(choose))

    def copied(self, processor: RecordProcessor) -> Self:
        """The same log before another worker, as after a crash."""
        other = type(self)(processor, self._outputs_of)
        other.waiting.extend(self.waiting)
        other._next_offsets.update(self._next_offsets)  # noqa: SLF001 - of its own class
        return other

    def _chosen(self, choose: Choose) -> StoredRecord:
        heads: dict[tuple[str, int], StoredRecord] = {}
        for record in self.waiting:
            heads.setdefault((record.topic, record.partition), record)
        record = choose(list(heads.values()))
        self.waiting.remove(record)
        return record

    def _stored(self, record: StoredRecord) -> StoredRecord:
        """With the next offset of its partition."""
        tp = (record.topic, record.partition)
        offset = self._next_offsets[tp]
        self._next_offsets[tp] += 1
        return replace(record, offset=offset)

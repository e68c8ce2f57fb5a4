"""Publishes a change set: all of it or nothing, and never against another that came in between."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.client import AIOKafkaClient

from schemas import topics
from streams.errors import OperatorError
from streams.kafka import partitioner
from streams.kafka.admin import partitions_of
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.kafka.transactions import TransactionalProducer, TransactionUnknownError
from streams.reference import Tables
from streams.reference.changes import ChangeSet, OutgoingRecord, write
from streams.reference.follow import CLOSING_MS_MAX, Reader
from streams.reference.history import ReferenceHistory

TRANSACTIONAL_ID: Final = "tonggwan-reference"
"""The same for whoever publishes: the later one fences the earlier, which then can't commit what it made of older
data.
"""
TIMEOUT_MS: Final = 10_000
"""After that, Kafka aborts what was left open; workers wait so long at most."""
Progress = Callable[[int], None]
"""Told how many rows Kafka has."""


class ChangePublisher:
    """The right to publish one change set after what `history` holds."""

    def __init__(self, producer: TransactionalProducer, reader: Reader) -> None:
        self._producer = producer
        self._reader = reader

    @property
    def history(self) -> ReferenceHistory:
        """Everything published before."""
        return self._reader.history

    async def publish(self, change: ChangeSet, progress: Progress = lambda _: None) -> int:
        """Publish; from when it counts, Unix milliseconds. OperatorError says what became of it otherwise."""
        rows, closing = write(change)
        try:
            await self._rows(rows, progress)
            began = time.monotonic()
            await self._producer.write(_buffer([closing]))
            late_ms = int((time.monotonic() - began) * 1000)
            if late_ms > CLOSING_MS_MAX:
                await self._producer.start()
                raise OperatorError(
                    f"Kafka took {late_ms} ms to store the commit record; {CLOSING_MS_MAX} is the most that leaves "
                    "workers time to learn of it. Nothing was changed; try again."
                )
            await self._producer.end()
        except TransactionUnknownError as error:
            return await self._find(change, error)
        return await self._find(change, None)

    async def _rows(self, rows: list[OutgoingRecord], progress: Progress) -> None:
        by_topic: defaultdict[str, list[OutgoingRecord]] = defaultdict(list)
        for row in rows:
            by_topic[row.topic].append(row)
        done = 0
        for written in by_topic.values():
            await self._producer.write(_buffer(written))
            done += len(written)
            progress(done)

    async def _find(self, change: ChangeSet, error: TransactionUnknownError | None) -> int:
        """Whether it is there, as every worker sees it; what nobody could know of its end is settled first."""
        if error is not None:
            try:
                await self._producer.start()
            except TransactionUnknownError:
                raise OperatorError(
                    f"Kafka stopped answering ({error}): `tonggwan reference show --changes` shows whether change "
                    f"{change.change_id} was committed."
                ) from error
        await self._reader.read()
        for number, each in enumerate(self.history.changes, start=1):
            if each.change_id == change.change_id:
                return self.history.from_ms(number)
        raise OperatorError(
            f"nothing was changed ({error or 'the change set did not come back'}): make sure that nobody else is "
            "loading reference data, then try again."
        )


@asynccontextmanager
async def lodging(bootstrap: str, base: Tables) -> AsyncIterator[ChangePublisher]:
    """Take the right to publish, and read what there is: whoever takes it later makes ours worthless."""
    if topics.REFERENCE_CHANGES not in await partitions_of(bootstrap):
        raise OperatorError(
            f"Kafka on {bootstrap} has no topic {topics.REFERENCE_CHANGES}: create the topics with `tonggwan "
            "topics`, or choose another Kafka with --bootstrap."
        )
    client = AIOKafkaClient(bootstrap_servers=bootstrap, client_id=TRANSACTIONAL_ID)
    await client.bootstrap()
    reader = Reader(bootstrap, ReferenceHistory(base))
    try:
        producer = TransactionalProducer(client, TRANSACTIONAL_ID, TIMEOUT_MS)
        try:
            await producer.start()
        except TransactionUnknownError as error:
            raise OperatorError(
                f"Kafka did not grant the right to load reference data ({error}): check that it is running, then try "
                "again."
            ) from error
        await reader.read()
        yield ChangePublisher(producer, reader)
    finally:
        await reader.close()
        await client.close()


def _buffer(written: list[OutgoingRecord]) -> TransactionBuffer:
    buffer = TransactionBuffer()
    now_ms = time.time_ns() // 1_000_000
    for record in written:
        buffer.add(record.topic, partitioner.of(record.topic, record.key), record.key, record.value, now_ms)
    return buffer

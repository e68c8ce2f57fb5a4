"""The open loop: each record is handed over when it is due, whatever became of those before it."""

import asyncio
import time
from array import array
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from schemas import limits
from schemas.topics import MANIFESTS
from streams.errors import OperatorError
from streams.kafka.admin import ENVELOPE_BYTES_MAX
from streams.load.answers import Place
from streams.load.records import PlannedRecord

BATCH_BYTES: Final = 512 * 1024
Acknowledged = Callable[[Place, PlannedRecord], None]


class SendingFailedError(OperatorError):
    """Kafka did not take a record."""


@asynccontextmanager
async def producer_of(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A carrier's producer; idempotent, or its own retries would look like parcels sent twice."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        max_request_size=limits.RECORD_BYTES_MAX + ENVELOPE_BYTES_MAX,
        max_batch_size=BATCH_BYTES,
        compression_type="lz4",
        enable_idempotence=True,
        client_id="tonggwan-load",
    )
    try:
        await producer.start()
        yield producer
    finally:
        await producer.stop()


class Sender:
    """Sends a load on time, and says how late it was itself."""

    def __init__(
        self,
        producer: AIOKafkaProducer,
        partitions: Mapping[str, int],
        acknowledged: Acknowledged,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`partitions` says how many each topic has."""
        self._producer = producer
        self._partitions = partitions
        self._acknowledged = acknowledged
        self._clock = clock
        self.parcels = 0
        """Handed over so far."""
        self.late_s = array("d")
        """Of each record: from when it was due to when the producer had it."""
        self._waiting: set[asyncio.Future[Any]] = set()
        self._failure: BaseException | None = None

    async def send(self, records: Sequence[PlannedRecord], began: float) -> None:
        """Everything, each at its time; returns when Kafka has acknowledged all."""
        for planned in records:
            # Also when it is late already: else the reader, in the same thread, would never have its turn.
            await asyncio.sleep(max(began + planned.due_s - self._clock(), 0.0))
            await self._hand_over(planned)
            self.late_s.append(max(self._clock() - began - planned.due_s, 0.0))
        await self.settle()

    async def settle(self) -> None:
        """Wait until Kafka has everything, or has refused something."""
        if self._waiting:
            await asyncio.wait(self._waiting)
        self._check()

    async def _hand_over(self, planned: PlannedRecord) -> None:
        self._check()
        topic = MANIFESTS + planned.carrier
        try:
            future = await self._producer.send(
                topic, planned.value, key=planned.key, partition=crc32(planned.key) % self._partitions[topic]
            )
        except KafkaError as error:
            raise _failure(planned, error) from error
        self.parcels += len(planned.house_bills)
        self._waiting.add(future)
        future.add_done_callback(partial(self._done, planned))

    def _done(self, planned: PlannedRecord, future: "asyncio.Future[Any]") -> None:
        self._waiting.discard(future)
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            self._failure = self._failure or _failure(planned, error)
            return
        kept = future.result()
        self._acknowledged((kept.topic, kept.partition, kept.offset), planned)

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure


def _failure(planned: PlannedRecord, error: BaseException) -> SendingFailedError:
    return SendingFailedError(
        f"Kafka did not take {planned.name} on {MANIFESTS}{planned.carrier} ({str(error) or type(error).__name__}): "
        "see that the broker runs and that you may write there."
    )

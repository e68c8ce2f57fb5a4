"""Batches written as they are: a Produce request of our own, since no client would send what they are."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka.client import AIOKafkaClient

from streams.kafka.requests import Produce
from streams.kafka.transactions import STALE_METADATA_ERRORS

AT_ONCE: Final = 20
TIMEOUT_MS: Final = 30_000
PAUSE_S: Final = 0.1


class RawProducer:
    """Writes whole batches to one partition."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client

    async def write(self, topic: str, partition: int, batch: bytes) -> int:
        """What the broker says of a batch: 0 when it has it."""
        await self._client.fetch_all_metadata()
        return await self._write(topic, partition, batch)

    async def write_all(self, topic: str, partition: int, batches: Sequence[bytes]) -> list[int]:
        """The same of many, in no order."""
        await self._client.fetch_all_metadata()
        codes: list[int] = []
        for at in range(0, len(batches), AT_ONCE):
            codes += await asyncio.gather(
                *(self._write(topic, partition, batch) for batch in batches[at : at + AT_ONCE])
            )
        return codes

    async def _write(self, topic: str, partition: int, batch: bytes) -> int:
        (node,) = (broker.nodeId for broker in self._client.cluster.brokers())
        response = await self._client.send(node, Produce(None, TIMEOUT_MS, {topic: [(partition, batch)]}))
        ((_, _, code, _),) = Produce.errors(response)
        if code in STALE_METADATA_ERRORS:  # the topic is new
            await asyncio.sleep(PAUSE_S)
            return await self._write(topic, partition, batch)
        return code


@asynccontextmanager
async def raw_producer(bootstrap: str) -> AsyncIterator[RawProducer]:
    """A producer that is closed afterwards."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        yield RawProducer(client)
    finally:
        await client.close()

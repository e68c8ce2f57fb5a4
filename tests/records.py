"""Topics of a test's own, written and read without anything of ours between."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.client import AIOKafkaClient

QUIET_MS = 500
"""A reader that gets nothing for so long has seen what there is to see."""


def a_name(what: str) -> str:
    """A name nobody else has."""
    return f"{what}-{uuid4().hex[:12]}"


async def create(bootstrap: str, partitions: int = 1, *, topic: str | None = None, **configs: object) -> str:
    """A topic that keeps records of any day; its settings with underscores for dots."""
    topic = topic or a_name("topic")
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        settings = {name.replace("_", "."): str(value) for name, value in {"retention_ms": -1, **configs}.items()}
        answer = await admin.create_topics([NewTopic(topic, partitions, 1, topic_configs=settings)])
        assert [error for _, error, _ in answer.topic_errors] == [0], answer
    finally:
        await admin.close()
    return topic


@asynccontextmanager
async def client_of(bootstrap: str) -> AsyncIterator[AIOKafkaClient]:
    """A client that is closed afterwards."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def reader_of(
    bootstrap: str, tps: Sequence[TopicPartition], *, committed: bool = True
) -> AsyncIterator[AIOKafkaConsumer]:
    """A reader of some partitions, at their beginning."""
    level = "read_committed" if committed else "read_uncommitted"
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level=level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=100,
    )
    await consumer.start()
    try:
        consumer.assign(list(tps))
        await consumer.seek_to_beginning(*tps)
        yield consumer
    finally:
        await consumer.stop()


async def seen(bootstrap: str, topic: str, partitions: int = 1, *, committed: bool = True) -> list[ConsumerRecord]:
    """What a reader sees now, partition by partition."""
    tps = [TopicPartition(topic, number) for number in range(partitions)]
    found: list[ConsumerRecord] = []
    async with reader_of(bootstrap, tps, committed=committed) as consumer:
        while more := await consumer.getmany(timeout_ms=QUIET_MS):
            found += [record for records in more.values() for record in records]
    return sorted(found, key=lambda record: (record.partition, record.offset))


async def values(bootstrap: str, topic: str, partitions: int = 1, *, committed: bool = True) -> list[bytes | None]:
    """Values that a reader sees now."""
    return [record.value for record in await seen(bootstrap, topic, partitions, committed=committed)]


async def write(bootstrap: str, topic: str, records: Sequence[Mapping[str, Any]]) -> None:
    """Records by a plain producer, as nobody but a forger or a test writes them."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=16 * 1024 * 1024) as producer:
        for record in records:
            await producer.send_and_wait(topic, **record)

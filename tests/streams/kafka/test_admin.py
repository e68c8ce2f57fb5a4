"""Topics as the table says, on a real broker; and what is said when they differ or Kafka isn't there."""

import asyncio
import logging
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

import cramjam
import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.util import calc_crc32c, encode_varint

from schemas.limits import RECORD_BYTES_MAX
from schemas.topics import TOPICS, Topic
from streams.kafka import admin
from streams.kafka.admin import (
    InvalidCarrierError,
    KafkaUnavailableError,
    check_carrier,
    configs,
    create_topics,
    planned,
    wait_for_kafka,
)
from streams.local.broker import Broker

MIB: Final = 1024 * 1024
ZSTD: Final = 4
TAKEN: Final = 0
NOT_LEADER_YET: Final = 6
INVALID_RECORD: Final = 87


def topic_of(name: str) -> Topic:
    return next(topic for topic in TOPICS if topic.name == name)


@pytest.mark.parametrize("carrier", ["kx", "7", "seoul-express_2", "a" * 32])
def test_carriers_that_may_name_a_topic(carrier: str) -> None:
    assert check_carrier(carrier) == carrier


@pytest.mark.parametrize(
    "carrier", ["", "KX", "-kx", "_kx", "k.x", "k x", "kx\n", "ｋx", "한진", "a" * 33, "../kx", "kx\0"]
)
def test_carriers_that_may_not(carrier: str) -> None:
    with pytest.raises(InvalidCarrierError, match="is not a carrier code: use 1 to 32 of a-z"):
        check_carrier(carrier)
    with pytest.raises(InvalidCarrierError):
        planned([carrier])


def test_a_name_that_ends_in_a_dot_is_one_topic_a_carrier() -> None:
    names = planned(["kx", "hj"])
    assert [name for name in names if name.startswith(("manifests.", "receipts."))] == [
        "manifests.kx",
        "manifests.hj",
        "receipts.kx",
        "receipts.hj",
    ]
    assert len(names) == len(TOPICS) + 2
    assert not any(name.endswith(".") for name in planned([]))


@pytest.mark.parametrize(
    ("name", "replication", "expected"),
    [
        pytest.param(
            "manifests.",
            3,
            {
                "cleanup.policy": "delete",
                "retention.ms": str(30 * 24 * 3600 * 1000),
                "max.message.bytes": str(RECORD_BYTES_MAX + 16 * 1024),
                "min.insync.replicas": "2",
                "message.timestamp.type": "LogAppendTime",
                "max.decompressed.message.bytes": str(RECORD_BYTES_MAX + 16 * 1024),
            },
            id="stamped and bounded by the broker",
        ),
        pytest.param(
            "state.screening",
            1,
            {
                "cleanup.policy": "compact",
                "retention.ms": "-1",
                "max.message.bytes": str(MIB + 16 * 1024),
                "min.insync.replicas": "1",
                "segment.ms": "600000",
                "min.cleanable.dirty.ratio": "0.1",
            },
            id="compacted",
        ),
        pytest.param(
            "clearance.list",
            2,
            {
                "cleanup.policy": "delete",
                "retention.ms": str(90 * 24 * 3600 * 1000),
                "max.message.bytes": str(MIB + 16 * 1024),
                "min.insync.replicas": "1",
            },
            id="plain",
        ),
    ],
)
def test_configs(name: str, replication: int, expected: dict[str, str]) -> None:
    assert configs(topic_of(name), replication=replication) == expected


@pytest.mark.broker
async def test_topics_are_created_once_and_as_the_table_says(kafka: Broker, caplog: pytest.LogCaptureFixture) -> None:
    carriers = ["once-a", "once-b"]
    created = await create_topics(kafka.bootstrap, carriers, replication=1)
    assert {"manifests.once-a", "manifests.once-b", "receipts.once-a", "receipts.once-b"} <= set(created)
    assert await create_topics(kafka.bootstrap, carriers, replication=1) == []
    assert caplog.records == []
    async with _admin(kafka) as client:
        partitions = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
        for name, topic in planned(carriers).items():
            assert partitions[name] == topic.partitions
            assert configs(topic, replication=1).items() <= (await _configs(client, name)).items()


@pytest.mark.broker
async def test_several_at_once_create_each_topic_once(kafka: Broker) -> None:
    answers = await asyncio.gather(*(create_topics(kafka.bootstrap, ["race"], replication=1) for _ in range(5)))
    created = [name for answer in answers for name in answer]
    assert {"manifests.race", "receipts.race"} <= set(created)
    assert len(created) == len(set(created))


@pytest.mark.broker
async def test_differences_are_warned_of(kafka: Broker, caplog: pytest.LogCaptureFixture) -> None:
    async with _admin(kafka) as client:
        await client.create_topics([NewTopic("manifests.differs", 3, 1, topic_configs={"retention.ms": "1000"})])
    with caplog.at_level(logging.WARNING, "streams.kafka.admin"):
        assert "manifests.differs" not in await create_topics(kafka.bootstrap, ["differs"], replication=1)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "Topic manifests.differs has 3 partitions, the table says 2" in said
    assert "Topic manifests.differs has retention.ms=1000, the table says 2592000000" in said
    assert "Topic manifests.differs has max.decompressed.message.bytes=" in said
    assert "receipts.differs" not in said


@pytest.mark.broker
async def test_a_broker_that_lacks_the_newer_setting(
    kafka: Broker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Stands for an older Kafka: a setting that this one doesn't know either."""
    monkeypatch.setattr(admin, "DECOMPRESSED_BYTES_MAX", "max.no.such.bytes")
    assert "manifests.older" in await create_topics(kafka.bootstrap, ["older"], replication=1)
    assert any(
        "does not support max.no.such.bytes, so topic created without it, and a decompression bomb can reach a worker"
        in record.getMessage()
        for record in caplog.records
    )


@pytest.mark.broker
async def test_more_copies_than_brokers(kafka: Broker) -> None:
    with pytest.raises(
        KafkaUnavailableError,
        match=r"can't keep 3 copies of .*: set INTAKE_REPLICATION to at most the number of brokers",
    ):
        await create_topics(kafka.bootstrap, ["copies"], replication=3)


@pytest.mark.broker
async def test_a_bomb_is_refused_when_it_is_published_and_the_broker_lives_on(kafka: Broker) -> None:
    """300 MB of zeros in 28 kB: a worker that unpacked it would hold all of it."""
    await create_topics(kafka.bootstrap, ["bomber"], replication=1)
    bomb = zeros_in_zstd(300 * MIB)
    assert len(bomb) < MIB
    assert await _publish(kafka, "manifests.bomber", bomb) == INVALID_RECORD
    # The same batch, only smaller, is taken: what was refused is the size.
    assert await _publish(kafka, "manifests.bomber", zeros_in_zstd(RECORD_BYTES_MAX)) == TAKEN
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        await producer.send_and_wait("manifests.bomber", b"{}")
    assert kafka.running


@pytest.mark.broker
@pytest.mark.parametrize(
    ("size", "error"),
    [(RECORD_BYTES_MAX, TAKEN), (RECORD_BYTES_MAX + 16 * 1024, INVALID_RECORD)],
    ids=["at the limit", "above it"],
)
async def test_the_size_of_a_manifest(kafka: Broker, size: int, error: int) -> None:
    await create_topics(kafka.bootstrap, ["sizes"], replication=1)
    assert await _publish(kafka, "manifests.sizes", zeros_in_zstd(size)) == error


@pytest.mark.broker
async def test_waiting_for_a_kafka_that_is_there(kafka: Broker) -> None:
    await wait_for_kafka(f"{kafka.bootstrap},127.0.0.1:1", 5)
    await wait_for_kafka(f"127.0.0.1:1,{kafka.bootstrap}", 5)


@pytest.mark.parametrize(
    ("bootstrap", "sentence"),
    [
        pytest.param(
            "127.0.0.1:1",
            r"no Kafka answers on 127.0.0.1:1 \(connection refused\): start one with `tonggwan up`, "
            "or set INTAKE_BROKERS to another one",
            id="nobody listens",
        ),
        pytest.param(
            "no.such.host.invalid:9092",
            r"no Kafka answers on no.such.host.invalid:9092 \(.+\): start one",
            id="no such host",
        ),
        pytest.param("kafka", "'kafka' is not a broker address: write it as host:port", id="no port"),
    ],
)
async def test_waiting_for_a_kafka_that_is_not_there(bootstrap: str, sentence: str) -> None:
    with pytest.raises(KafkaUnavailableError, match=sentence):
        await wait_for_kafka(bootstrap, 0.1)


def zeros_in_zstd(size: int, *, records: int = 1) -> bytes:
    """One batch of records of so many zeros each, packed piece by piece, so that the test needs no such memory."""
    packer = cramjam.zstd.Compressor(level=19)
    for number in range(records):
        head = (
            b"\0" + varint(0) + varint(number) + varint(-1) + varint(size)
        )  # attributes, time and offset since the batch's, no key, the value's length
        tail = b"\0"  # no headers
        for piece in (varint(len(head) + size + len(tail)), head, *_zeros(size), tail):
            packer.compress(piece)
    packed = bytes(packer.finish())
    checked = struct.pack(">hiqqqhii", ZSTD, records - 1, 0, 0, -1, -1, -1, records) + packed
    rest = struct.pack(">ibI", -1, 2, calc_crc32c(checked)) + checked
    return struct.pack(">qi", 0, len(rest)) + rest


def _zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // MIB):
        yield bytes(MIB)
    yield bytes(size % MIB)


def varint(value: int) -> bytes:
    written = bytearray()
    encode_varint(value, written.append)
    return bytes(written)


async def _publish(kafka: Broker, topic: str, batch: bytes) -> int:
    """Send a batch as it is; return the error code it is answered with."""
    client = AIOKafkaClient(bootstrap_servers=kafka.bootstrap)
    await client.bootstrap()
    try:
        while True:
            answer = await client.send(
                client.get_random_node(), ProduceRequest(None, -1, 30_000, [(topic, [(0, batch)])])
            )
            code = int(answer.topics[0][1][0][1])
            if code != NOT_LEADER_YET:
                return code
            await asyncio.sleep(0.05)
    finally:
        await client.close()


@asynccontextmanager
async def _admin(kafka: Broker) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def _configs(client: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {entry[0]: entry[1] for entry in answer.resources[0][4]}

"""Hostile records through live workers: each set aside once, whole, with its cause; nobody else waits or is lost."""

from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.structs import TopicPartition

from schemas import dead_letter, limits, topics
from streams.kafka import partitioner
from streams.kafka.reading import read_to_end
from streams.simulation.sample.day import day
from streams.simulation.sample.hostile import hostile
from streams.worker.dead_letters import Letter
from tests.cluster import Cluster, cluster

pytestmark = pytest.mark.broker

MIB = 1024 * 1024
SECONDS = 60


async def bomb(running: Cluster, carrier: str) -> int:
    """Publish a few kilobytes that unpack to more than the limit; the last offset of the batch."""
    async with AIOKafkaProducer(
        bootstrap_servers=running.broker.bootstrap,
        compression_type="zstd",
        max_batch_size=1 << 30,
        max_request_size=1 << 30,
    ) as producer:
        batch = producer.create_batch()
        zeros = bytes(MIB)
        for _ in range(limits.BATCH_BYTES_MAX // MIB + 8):
            batch.append(key=None, value=zeros, timestamp=None)
        batch.close()
        sent = await (await producer.send_batch(batch, topics.MANIFESTS + carrier, partition=0))
        return int(sent.offset) + limits.BATCH_BYTES_MAX // MIB + 7


async def test_hostile_records_among_good_ones(tmp_path: Path) -> None:
    good = list(day(31, parcels=1_000))
    carriers = {carrier for carrier, _ in good}
    async with cluster(tmp_path, {*carriers, "hostile"}) as running:
        await running.publish_all(good[: len(good) // 2])
        at = await bomb(running, "hostile")
        sent = [value for _, value in hostile() if len(value) <= limits.RECORD_BYTES_MAX]
        for value in sent:
            await running.publish("hostile", value, partition=1)
        await running.publish_all(good[len(good) // 2 :])
        await running.drained(SECONDS)
        balance = await running.audit()
        assert balance.breaches == []
        letters: list[Any] = []
        tps = [TopicPartition(topics.DEAD_LETTERS, number) for number in range(partitioner.count(topics.DEAD_LETTERS))]
        await read_to_end(running.broker.bootstrap, tps, letters.append, seconds=SECONDS)
        assert running.said("internal error") == 0
        headers = [dict(letter.headers) for letter in letters]
        assert [header["x-original-offset"] for header in headers if header["x-original-partition"] == b"0"] == [
            str(at).encode()
        ]
        assert {header["x-error-code"].decode() for header in headers} > {
            dead_letter.BAD_JSON,
            dead_letter.BAD_AVRO,
            dead_letter.UNKNOWN_SCHEMA,
            dead_letter.TOO_LARGE,
        }
        kept = {letter.value for letter in letters if dict(letter.headers)["x-original-partition"] == b"1"}
        assert kept <= {*sent, None}
        (whole,) = (letter for letter in map(Letter.of, letters) if letter.is_batch)
        assert whole.records == limits.BATCH_BYTES_MAX // MIB + 8

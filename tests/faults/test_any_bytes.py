"""Whatever bytes the broker accepts, the workers read or set aside, and go on; on a real Kafka.

`make fuzz` writes 20,000 hostile batches; here it is a few hundred.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import orjson
import pytest
from aiokafka import ConsumerRecord
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from schemas import avro, dead_letter, topics
from schemas.avro_primitives import long
from streams.simulation.sample.day import day
from streams.worker.dead_letters import Letter
from tests.cluster import Cluster, cluster
from tests.hostile_batches import hostile_batch
from tests.parcels import manifest
from tests.raw_batches import BROKEN, LEGAL, batch, manifest_batch, record
from tests.raw_produce import raw_producer
from tests.records import seen

pytestmark = pytest.mark.broker

SECONDS: Final = 120.0
REFUSED_BY_THE_BROKER: Final = ["lz4 of two frames", "lz4 with an empty frame first"]
"""Legal, but Kafka's own reader of LZ4 stops behind the first frame."""
FUZZED: Final = int(os.environ.get("FUZZED_BATCHES", "400"))
SEED: Final = int(os.environ.get("FUZZ_SEED", "1"))
AT_ONCE: Final = 50
WARMED_UP: Final = 200
"""Batches after which a worker has everything in memory that it needs at all."""
GROWTH_BYTES_MAX: Final = 64 * 1024 * 1024
KX, QUIET = "manifests.kx", "quiet"
CHANCE: Final = random.Random(9)  # noqa: S311 - a seed, no secret


def good(name: str) -> bytes:
    """A manifest that is accepted."""
    return orjson.dumps(manifest({"house_bill": name}, manifest_id=name, carrier="kx"))


async def answered(running: Cluster, carrier: str) -> Counter[str]:
    """How often each manifest of a carrier was answered."""
    records = await seen(running.broker.bootstrap, topics.RECEIPTS + carrier)
    return Counter(avro.decode(avro.RECEIPT, each.value)["manifest_id"] for each in records if is_answer(each))


def is_answer(record: ConsumerRecord) -> bool:
    """Whether it is no notice."""
    return bool(avro.decode(avro.RECEIPT, record.value)["kind"] == "ANSWER")


async def letters(running: Cluster) -> list[Letter]:
    """What was set aside."""
    return [Letter.of(each) for each in await seen(running.broker.bootstrap, topics.DEAD_LETTERS, 2)]


@asynccontextmanager
async def workers(folder: Path, carriers: Iterable[str] = (), count: int = 2) -> AsyncIterator[Cluster]:
    """Workers that, at the end, have answered a quiet carrier, never ended, and kept the balance."""
    async with cluster(folder, {"kx", QUIET, *carriers}, count) as running:
        yield running
        await running.publish(QUIET, manifest({"house_bill": "Q"}, manifest_id="Q", carrier=QUIET))
        await running.drained(SECONDS)
        assert await answered(running, QUIET) == {"Q": 1}
        assert running.starts == len(running.workers)
        assert running.said("internal error") == 0
        balance = await running.audit()
        assert balance.breaches == []
        assert balance.waiting == 0


async def test_every_legal_framing_is_answered_and_every_broken_one_set_aside(tmp_path: Path) -> None:
    async with workers(tmp_path) as running:
        expected: Counter[str] = Counter()
        held: list[int] = []
        refused: list[str] = []
        async with raw_producer(running.broker.bootstrap) as producer:
            for number, framing in enumerate(LEGAL):
                names = [f"L{number}-{index}" for index in range(3)]
                if await producer.write(KX, 0, manifest_batch([good(name) for name in names], framing)) == 0:
                    expected.update(names)
                else:
                    refused.append(framing)
            for number, framing in enumerate(BROKEN):
                values = [good(f"B{number}-{index}") for index in range(number % 4 + 2)]
                if await producer.write(KX, 1, manifest_batch(values, framing)) == 0:
                    held.append(len(values))
        assert refused == REFUSED_BY_THE_BROKER
        await running.drained(SECONDS)
        assert await answered(running, "kx") == expected
        found = await letters(running)
        assert Counter(letter.code for letter in found) == {dead_letter.BROKEN_BATCH: len(held)}
        assert [letter.records for letter in sorted(found, key=lambda letter: letter.offset)] == held
        assert len(held) >= 5, "the broker accepts some of them"
        assert (await running.audit()).dead_letters == sum(held)
        assert running.said("restarting:") == 0


HEADERS: Final = {
    "null": record(0, b"garbage", headers=[(b"h", None)]),
    "no name": record(0, b"garbage", headers=[(b"", None)]),
    "no UTF-8": record(0, b"garbage", headers=[(b"\xff\xfe", b"v")]),
    "half a letter": record(0, b"garbage", headers=[("h관".encode()[:-1], None)]),
    "ours": record(0, b"garbage", headers=[(b"x-original-topic", None), (b"x-batch-records", b"9")]),
    "many": record(0, b"garbage", headers=[(b"", b"")] * 1_000),
    "too many": record(0, b"garbage", headers=[(b"", b"")] * 1_001),
    "millions": record(0, b"garbage", header_bytes=long(4_000_000) + b"\0\0" * 4_000_000),
    "large": record(0, b"garbage", headers=[(b"n" * 40_000, b"v" * 40_000)]),
    "a large key": record(0, b"garbage", key=CHANCE.randbytes(4_000_000)),
    "a key that is no UTF-8": record(0, b"garbage", key=b"\xff\xfe"),
    "a large value": record(0, CHANCE.randbytes(8_000_000)),
    "an early time": record(0, b"garbage", since_ms=-(2**40)),
}


async def test_every_header_key_size_and_time_is_set_aside_with_its_value(tmp_path: Path) -> None:
    async with workers(tmp_path) as running:
        async with raw_producer(running.broker.bootstrap) as producer:
            for name, raw in HEADERS.items():
                codec, compress = LEGAL["zstd"]
                assert await producer.write(KX, 0, batch(compress(raw), codec)) == 0, name
            utf8 = record(0, good("U"), headers=[(b"\xff", b"v"), (b"n", None)])
            assert await producer.write(KX, 1, batch(utf8)) == 0
        await running.drained(SECONDS)
        assert await answered(running, "kx") == {"U": 1}
        found = sorted(await letters(running), key=lambda letter: letter.offset)
        assert [letter.offset for letter in found] == list(range(len(HEADERS)))
        assert all(letter.value for letter in found)
        large = dict(zip(HEADERS, found, strict=True))
        assert len(large["a large key"].key or b"") == 4_000_000
        assert {name for name, letter in large.items() if letter.code == dead_letter.TOO_LARGE} == {
            "too many",
            "millions",
            "large",
        }
        assert running.said("restarting:") == 0


async def test_what_the_broker_refuses_is_set_aside_alone(tmp_path: Path) -> None:
    """A dead letter that is larger than its topic takes: found among good ones, and only it is left without value."""
    async with workers(tmp_path, count=1) as running:
        await limit_dead_letters(running, 300_000)
        incompressible = CHANCE.randbytes(900_000)
        values = [good("A"), b"small", incompressible, good("B")]
        async with raw_producer(running.broker.bootstrap) as producer:
            assert await producer.write(KX, 0, manifest_batch(values)) == 0
        await running.drained(SECONDS)
        assert await answered(running, "kx") == dict.fromkeys("AB", 1)
        found = sorted(await letters(running), key=lambda letter: letter.offset)
        assert [(letter.offset, letter.code, letter.value) for letter in found] == [
            (1, dead_letter.BAD_JSON, b"small"),
            (2, dead_letter.REFUSED, None),
        ]
        assert running.said("are committed one by one now") >= 1
        assert running.said("manifests.kx-0-2 brings it and is set aside without its value") >= 1


async def limit_dead_letters(running: Cluster, bytes_max: int) -> None:
    """As an operator might."""
    admin = AIOKafkaAdminClient(bootstrap_servers=running.broker.bootstrap)
    await admin.start()
    try:
        config = {"max.message.bytes": str(bytes_max)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topics.DEAD_LETTERS, config)])
    finally:
        await admin.close()


def rss_bytes(pid: int) -> int:
    """Memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


class MemoryWatch:
    """The most memory that each worker has had since it began to watch."""

    def __init__(self, running: Cluster) -> None:
        self._pids = [worker.pid for worker in running.workers]
        self._begun = {pid: rss_bytes(pid) for pid in self._pids}
        self.most = dict(self._begun)
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            for pid in self._pids:
                self.most[pid] = max(self.most[pid], rss_bytes(pid))
            await asyncio.sleep(0.02)

    def growth_bytes(self) -> int:
        """Of the worker that grew most."""
        self._task.cancel()
        return max(self.most[pid] - self._begun[pid] for pid in self._pids)


async def write_hostile(running: Cluster, chance: random.Random, count: int) -> int:
    """Write so many hostile batches to both partitions; how many records the broker took."""
    taken = 0
    async with raw_producer(running.broker.bootstrap) as producer:
        for begun in range(0, count, AT_ONCE):
            made: Sequence[tuple[bytes, int]] = [hostile_batch(chance) for _ in range(min(AT_ONCE, count - begun))]
            codes = await producer.write_all(KX, begun // AT_ONCE % 2, [raw for raw, _ in made])
            taken += sum(records for (_, records), code in zip(made, codes, strict=True) if code == 0)
    return taken


async def test_hostile_batches_are_all_accounted_for_in_little_memory(tmp_path: Path) -> None:
    chance = random.Random(SEED)  # noqa: S311 - a seed, no secret
    async with workers(tmp_path, {carrier for carrier, _ in day(3, parcels=1_000)}) as running:
        await running.decision_head()
        await running.publish_all(day(3, parcels=1_000))
        taken = await write_hostile(running, chance, WARMED_UP)
        await running.drained(SECONDS)
        memory = MemoryWatch(running)
        taken += await write_hostile(running, chance, FUZZED)
        await running.drained(SECONDS + FUZZED / 20)
        growth = memory.growth_bytes()
        assert (await running.audit()).dead_letters == taken
        assert running.said("restarting:") == 0
        assert growth <= GROWTH_BYTES_MAX, f"grew by {growth / 2**20:.0f} MiB"

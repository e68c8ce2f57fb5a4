"""A real Kafka and real workers as processes, for tests that break them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NotLeaderForPartitionError
from aiokafka.structs import TopicPartition

from schemas import limits, topics
from streams.audit.reconcile import Balance, reconcile
from streams.kafka import batch_reader, partitioner
from streams.kafka.admin import create_topics
from streams.kafka.transactions import TransactionUnknownError, stable_offsets
from streams.local.broker import Broker
from streams.reference import tables_of
from streams.reference.follow import read_history
from streams.settings import CHECKOUT
from streams.worker import readiness
from tests.records import reader_of

GROUP = "tonggwan"
KEY = "test:" + "5a" * 32
SESSION_MS = 3_000
RESTART_S = 0.3


class Cluster:
    """One broker, some workers that are started again when they die, and a carrier's producer."""

    def __init__(self, folder: Path, carriers: Iterable[str], workers: int = 2) -> None:
        self.broker = Broker(folder / "kafka")
        self.folder = folder
        self.carriers = sorted(carriers)
        self.workers: list[subprocess.Popen[bytes]] = []
        self.starts = 0
        self._wanted = workers
        self._held: set[int] = set()
        self._watch: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Broker, topics, workers."""
        batch_reader.install()
        await self.broker.start()
        await create_topics(self.broker.bootstrap, self.carriers, replication=1)
        self.workers = [self._spawn(slot) for slot in range(self._wanted)]
        self._watch = asyncio.create_task(self._keep_up())
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.bootstrap,
            enable_idempotence=True,
            max_request_size=limits.RECORD_BYTES_MAX + 1024,
            compression_type="lz4",
            linger_ms=5,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Everything, whatever state it is in."""
        if self._watch is not None:
            self._watch.cancel()
        for worker in self.workers:
            with suppress(ProcessLookupError):
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()
        if self._producer is not None:
            with suppress(Exception):
                await asyncio.wait_for(self._producer.stop(), 5)
        await self.broker.stop()

    def _spawn(self, slot: int) -> subprocess.Popen[bytes]:
        self.starts += 1
        environ = {name: value for name, value in os.environ.items() if not name.startswith("INTAKE_")}
        environ |= {
            "INTAKE_BROKERS": self.broker.bootstrap,
            "INTAKE_SLOT": f"worker-{slot}",
            "INTAKE_TOKEN_KEYS": KEY,
            "INTAKE_SESSION_TIMEOUT_MS": str(SESSION_MS),
            "INTAKE_HEARTBEAT_INTERVAL_MS": "500",
            "PYTHONPATH": str(CHECKOUT),
            readiness.FILE: str(self._ready(slot)),
        }
        with (self.folder / f"worker-{slot}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "streams", "worker"],
                env=environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
            )

    def _ready(self, slot: int) -> Path:
        return self.folder / f"worker-{slot}.ready"

    async def holder_of(self, topic: str) -> int:
        """Which worker has a carrier's topic, once one says so."""
        while True:
            for slot, worker in enumerate(self.workers):
                share = readiness.read(self._ready(slot))
                if (
                    slot not in self._held
                    and share is not None
                    and share.pid == worker.pid
                    and any(name == topic for name, _ in share.partitions)
                ):
                    return slot
            await asyncio.sleep(0.05)

    async def decision_head(self) -> None:
        """Every worker that runs says that it works, and has something to do."""
        while True:
            shares = [readiness.read(self._ready(slot)) for slot in range(len(self.workers)) if slot not in self._held]
            if (
                all(share is not None and share.partitions for share in shares)
                and len({share.generation for share in shares if share is not None}) == 1
            ):
                return
            await asyncio.sleep(0.05)

    def hold(self, slot: int) -> None:
        """Kill -9 a worker, which is not started again before `release`."""
        self._held.add(slot)
        self.workers[slot].kill()
        self.workers[slot].wait()

    def release(self, slot: int) -> None:
        """Start it again."""
        self._held.discard(slot)

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(RESTART_S)
            for slot, worker in enumerate(self.workers):
                if slot not in self._held and worker.poll() is not None:
                    self.workers[slot] = self._spawn(slot)

    async def publish(self, carrier: str, manifest: dict[str, Any] | bytes, partition: int | None = None) -> None:
        """Send a manifest as its carrier; returns when Kafka has it."""
        assert self._producer is not None
        value = manifest if isinstance(manifest, bytes) else orjson.dumps(manifest)
        key = b"" if isinstance(manifest, bytes) else str(manifest.get("master_bill", "")).encode()
        topic = topics.MANIFESTS + carrier
        number = partitioner.of(topic, key) if partition is None else partition
        while True:
            try:
                await self._producer.send_and_wait(topic, value, key=key, partition=number)
            except NotLeaderForPartitionError:  # certainly not written: a broker that is busy, or has just come back
                await asyncio.sleep(RESTART_S)
            else:
                return

    async def publish_all(self, manifests: Iterable[tuple[str, dict[str, Any]]], *, pause_s: float = 0.0) -> None:
        """Send manifests one after the other."""
        for carrier, manifest in manifests:
            await self.publish(carrier, manifest)
            if pause_s:
                await asyncio.sleep(pause_s)

    async def drained(self, seconds: float) -> float:
        """Wait until every record has been taken; how long it took."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            with suppress(TransactionUnknownError, OSError):
                if not await self._waits():
                    return time.monotonic() - began
            await asyncio.sleep(0.3)
        raise AssertionError(f"not drained in {seconds} s: {self.tail()}")

    async def _waits(self) -> bool:
        """Whether a committed reader finds a record behind what is committed."""
        tps = [
            TopicPartition(topics.MANIFESTS + carrier, number)
            for carrier in self.carriers
            for number in range(partitioner.count(topics.MANIFESTS))
        ]
        tps += [
            TopicPartition(name, number)
            for name in (topics.CHECKED, topics.LINKS)
            for number in range(partitioner.count(name))
        ]
        client = AIOKafkaClient(bootstrap_servers=self.broker.bootstrap)
        await client.bootstrap()
        try:
            offsets = await stable_offsets(client, GROUP, tps)
        finally:
            await client.close()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.broker.bootstrap, isolation_level="read_committed", enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(tps)
            for tp in tps:
                consumer.seek(tp, offsets.get(tp) or 0)
            found = await consumer.getmany(timeout_ms=1000, max_records=1)
            return any(found.values())
        finally:
            await consumer.stop()

    @property
    def outputs(self) -> list[TopicPartition]:
        """Everything that workers write, but their changelogs."""
        names = [
            topics.CHECKED,
            topics.LINKS,
            *topics.CLEARANCE,
            *topics.SECURITY_OF_DESK.values(),
            topics.DEAD_LETTERS,
            *(topics.RECEIPTS + carrier for carrier in self.carriers),
        ]
        return [TopicPartition(name, number) for name in names for number in range(partitioner.count(name))]

    async def audit(self) -> Balance:
        """All laws, and a replay by one process."""
        return await reconcile(
            self.broker.bootstrap, GROUP, reference=await read_history(self.broker.bootstrap, tables_of(""))
        )

    def tail(self) -> str:
        """The last words of each worker."""
        return " | ".join(log.read_text(errors="replace")[-800:] for log in sorted(self.folder.glob("worker-*.log")))

    def said(self, words: str) -> int:
        """How often the workers said something."""
        return sum(log.read_text(errors="replace").count(words) for log in self.folder.glob("worker-*.log"))


class Watcher:
    """A committed reader of everything that workers write, while they write it."""

    def __init__(self, running: Cluster) -> None:
        self.seen: list[ConsumerRecord] = []
        self._running = running
        self._positions: dict[TopicPartition, int] = dict.fromkeys(running.outputs, 0)
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        async with reader_of(self._running.broker.bootstrap, self._running.outputs) as consumer:
            while True:
                with suppress(KafkaError):  # a broker that is being killed
                    for records in (await consumer.getmany(timeout_ms=200)).values():
                        self.seen += records
                    self._positions = {tp: await consumer.position(tp) for tp in self._positions}

    async def all_seen(self, seconds: float) -> list[ConsumerRecord]:
        """What it has seen when it has come to the end of every partition, in the order of places."""
        async with reader_of(self._running.broker.bootstrap, self._running.outputs, committed=False) as consumer:
            ends = await consumer.end_offsets(self._running.outputs)
        try:
            async with asyncio.timeout(seconds):
                while not self._task.done() and any(self._positions[tp] < end for tp, end in ends.items()):  # noqa: ASYNC110 - it is not told when it gets there
                    await asyncio.sleep(0.05)
        except TimeoutError:
            late = [tp for tp, end in ends.items() if self._positions[tp] < end]
            raise AssertionError(
                f"a committed reader doesn't come to the end of {late}: is a transaction open?"
            ) from None
        finally:
            await self.stop()
        return sorted(self.seen, key=lambda record: (record.topic, record.partition, record.offset))

    async def stop(self) -> None:
        """Stop reading."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task


@asynccontextmanager
async def cluster(folder: Path, carriers: Iterable[str], workers: int = 2) -> AsyncIterator[Cluster]:
    """A cluster that is gone afterwards."""
    running = Cluster(folder, carriers, workers)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()

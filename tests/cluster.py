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
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import TopicPartition

from schemas import limits, topics
from streams import bombs, partitions
from streams.admin import create_topics
from streams.broker import Broker
from streams.reconcile import Balance, reconcile
from streams.reference import load
from streams.settings import CHECKOUT
from streams.transaction import GivenUpError, stable_offsets

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
        self._watch: asyncio.Task[None] | None = None
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Broker, topics, workers."""
        bombs.guard()
        await self.broker.start()
        await create_topics(self.broker.bootstrap, self.carriers, replication=1)
        self.workers = [self._spawn(slot) for slot in range(self._wanted)]
        self._watch = asyncio.create_task(self._keep_up())
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self.broker.bootstrap, enable_idempotence=True, max_request_size=limits.RECORD_BYTES_MAX + 1024, compression_type="lz4", linger_ms=5
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
        }
        with (self.folder / f"worker-{slot}.log").open("ab") as log:
            return subprocess.Popen([sys.executable, "-m", "streams", "worker"], env=environ, stdout=log, stderr=subprocess.STDOUT, cwd=self.folder)

    async def _keep_up(self) -> None:
        while True:
            await asyncio.sleep(RESTART_S)
            for slot, worker in enumerate(self.workers):
                if worker.poll() is not None:
                    self.workers[slot] = self._spawn(slot)

    async def publish(self, carrier: str, manifest: dict[str, Any] | bytes, partition: int | None = None) -> None:
        """Send a manifest as its carrier; returns when Kafka has it."""
        assert self._producer is not None
        value = manifest if isinstance(manifest, bytes) else orjson.dumps(manifest)
        key = b"" if isinstance(manifest, bytes) else str(manifest.get("master_bill", "")).encode()
        topic = topics.MANIFESTS + carrier
        await self._producer.send_and_wait(topic, value, key=key, partition=partitions.of(topic, key) if partition is None else partition)

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
            with suppress(GivenUpError, OSError):
                if not await self._waits():
                    return time.monotonic() - began
            await asyncio.sleep(0.3)
        raise AssertionError(f"not drained in {seconds} s: {self.tail()}")

    async def _waits(self) -> bool:
        """Whether a committed reader finds a record behind what is committed."""
        tps = [TopicPartition(topics.MANIFESTS + carrier, number) for carrier in self.carriers for number in range(partitions.count(topics.MANIFESTS))]
        tps += [TopicPartition(topics.CHECKED, number) for number in range(partitions.count(topics.CHECKED))]
        client = AIOKafkaClient(bootstrap_servers=self.broker.bootstrap)
        await client.bootstrap()
        try:
            offsets = await stable_offsets(client, GROUP, tps)
        finally:
            await client.close()
        consumer = AIOKafkaConsumer(bootstrap_servers=self.broker.bootstrap, isolation_level="read_committed", enable_auto_commit=False)
        await consumer.start()
        try:
            consumer.assign(tps)
            for tp in tps:
                consumer.seek(tp, offsets.get(tp) or 0)
            found = await consumer.getmany(timeout_ms=1000, max_records=1)
            return any(found.values())
        finally:
            await consumer.stop()

    async def audit(self) -> Balance:
        """All laws, and a replay by one process."""
        return await reconcile(self.broker.bootstrap, GROUP, reference=load())

    def tail(self) -> str:
        """The last words of each worker."""
        return " | ".join(log.read_text(errors="replace")[-800:] for log in sorted(self.folder.glob("worker-*.log")))

    def said(self, words: str) -> int:
        """How often the workers said something."""
        return sum(log.read_text(errors="replace").count(words) for log in self.folder.glob("worker-*.log"))


@asynccontextmanager
async def cluster(folder: Path, carriers: Iterable[str], workers: int = 2) -> AsyncIterator[Cluster]:
    """A cluster that is gone afterwards."""
    running = Cluster(folder, carriers, workers)
    try:
        await running.start()
        yield running
    finally:
        await running.stop()

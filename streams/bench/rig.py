"""A Kafka and workers as processes of their own, in a folder that goes away; and what they cost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from schemas import limits, topics
from streams.bench.loads import Load
from streams.errors import OperatorError
from streams.kafka import partitioner
from streams.kafka.admin import create_topics
from streams.local.broker import Broker
from streams.local.processes import cpu_seconds, dies_with_parent
from streams.settings import CHECKOUT, Settings, variable
from streams.worker import readiness
from streams.worker.assignment import COMMITTED_PATTERN

WORKERS: Final = 2
TOKEN_KEY: Final = "bench:" + "5a" * 32
READY_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 20
POLL_S: Final = 0.04


class BenchError(OperatorError):
    """What was to be measured did not come about."""


class Cpu(msgspec.Struct, frozen=True):
    """Processor seconds used so far."""

    workers: float
    broker: float


class TestCluster:
    """One broker, its topics, and workers once they are asked for."""

    def __init__(self, folder: Path, carriers: Sequence[str], settings: Mapping[str, str]) -> None:
        self._folder = folder
        self._settings = settings
        self._workers: list[subprocess.Popen[bytes]] = []
        self.broker = Broker.of(replace(Settings.read(os.environ), data_dir=folder, kafka_port=0))
        self.carriers = carriers

    @property
    def bootstrap(self) -> str:
        """`host:port` of the broker."""
        return self.broker.bootstrap

    async def start(self) -> None:
        """Broker and topics."""
        await self.broker.start()
        await create_topics(self.bootstrap, self.carriers, replication=1)

    def start_workers(self) -> None:
        """Workers; returns at once."""
        self._workers = [self._spawn(slot) for slot in range(WORKERS)]

    def _spawn(self, slot: int) -> subprocess.Popen[bytes]:
        environ = {
            variable("token_keys"): TOKEN_KEY,
            **os.environ,
            **self._settings,
            variable("brokers"): self.bootstrap,
            variable("slot"): f"bench-{slot}",
            variable("log_level"): "INFO",
            readiness.FILE: str(self._ready_file(slot)),
            "PYTHONPATH": str(CHECKOUT),
        }
        with self._log(slot).open("wb") as log:
            command = [sys.executable, "-m", "streams", "worker"]
            return subprocess.Popen(  # noqa: S603 - our own program
                command,
                env=environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - see there; our own program
            )

    def _log(self, slot: int) -> Path:
        return self._folder / f"worker-{slot}.log"

    def _ready_file(self, slot: int) -> Path:
        return self._folder / f"worker-{slot}.ready"

    def workers_ready(self) -> bool:
        """Whether all workers have taken up their shares, in one generation of the group."""
        for worker in self._workers:
            if worker.poll() is not None:
                raise BenchError(f"a worker ended with exit status {worker.returncode}: {self.tail()}")
        shares = [readiness.read(self._ready_file(slot)) for slot in range(WORKERS)]
        return all(shares) and len({share.generation for share in shares if share}) == 1

    async def wait_for_workers(self) -> None:
        """Return when the workers take manifests."""
        until = time.monotonic() + READY_SECONDS_MAX
        while not self.workers_ready():
            if time.monotonic() > until:
                raise BenchError(f"the workers are not ready after {READY_SECONDS_MAX} s: {self.tail()}")
            await asyncio.sleep(POLL_S)

    async def stop_workers(self) -> None:
        """Let the workers finish, and say what they did."""
        for worker in self._workers:
            worker.send_signal(signal.SIGTERM)
        for worker in self._workers:
            await asyncio.to_thread(worker.wait, STOP_SECONDS_MAX)

    async def stop(self) -> None:
        """Everything, at once."""
        for worker in self._workers:
            worker.kill()
            worker.wait()
        await self.broker.stop()

    def cpu(self) -> Cpu:
        """Processor time of workers and broker since their start."""
        return Cpu(sum(cpu_seconds(worker.pid) for worker in self._workers), cpu_seconds(self.broker.pid))

    def transactions(self) -> int:
        """How many transactions the workers committed, by their own last word."""
        matches = [COMMITTED_PATTERN.findall(self._log(slot).read_text(errors="replace")) for slot in range(WORKERS)]
        return sum(int(lines[-1]) for lines in matches if lines)

    def tail(self) -> str:
        """The last words of each worker."""
        return " | ".join(
            self._log(slot).read_text(errors="replace")[-600:] for slot in range(WORKERS) if self._log(slot).exists()
        )


@asynccontextmanager
async def rig(carriers: Sequence[str], settings: Mapping[str, str] | None = None) -> AsyncIterator[TestCluster]:
    """A rig that is gone afterwards, files and all."""
    with TemporaryDirectory(prefix="tonggwan-bench-") as folder:
        made = TestCluster(Path(folder), carriers, settings or {})
        try:
            await made.start()
            yield made
        finally:
            await made.stop()


@asynccontextmanager
async def producer(bootstrap: str, *, linger_ms: int) -> AsyncIterator[AIOKafkaProducer]:
    """A carrier's producer."""
    made = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        max_request_size=limits.RECORD_BYTES_MAX + 64 * 1024,
        compression_type="lz4",
        linger_ms=linger_ms,
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


@asynccontextmanager
async def consumer(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that sees only what is committed."""
    made = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def publish(bootstrap: str, load: Load) -> None:
    """Everything of a load, as fast as it goes."""
    async with producer(bootstrap, linger_ms=20) as made:
        sent = [
            await made.send(each.topic, each.value, key=each.key, partition=each.partition) for each in load.manifests
        ]
        await asyncio.gather(*sent)


def partitions_of(names: Iterable[str]) -> list[TopicPartition]:
    """All partitions of topics."""
    return [TopicPartition(name, number) for name in names for number in range(partitioner.count(name))]


def decisions() -> list[TopicPartition]:
    """Where decisions are written."""
    return partitions_of(topics.CLEARANCE)

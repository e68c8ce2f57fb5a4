"""How much memory consignees take, and how long two workers need to restore them.

The changelog is filled as workers fill it: two at a time, in transactions of as many consignees as a unit has at full
speed, so that batches are as small, and markers as many, as those of a working day. What is read back are two processes
with everything a worker has loaded before it restores.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from aiokafka.client import AIOKafkaClient

from agents.state.consignee_encoding import ConsigneeState, pack
from agents.state.parcels import WINDOW_DAYS, PastParcel
from agents.values.clock import DAY_MS
from schemas import topics
from streams.bench.rig import WORKERS, BenchError, Cpu, TestCluster, rig
from streams.bench.stages import MEMORY_DAYS, STORED_AT_MS, context
from streams.kafka import partitioner
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.kafka.transactions import TransactionalProducer
from streams.settings import CHECKOUT
from streams.worker.processor import RecordProcessor
from streams.worker.restore import restore

UNIT_RECORDS: Final = 150
"""Consignees of one partition in one transaction: 12,000 parcels/s over two workers, four partitions each, ten
transactions a second.
"""
ONE: Final = ((1, 1.0),)
MIX: Final = ((1, 0.60), (2, 0.25), (3, 0.10), (4, 0.05))
"""(parcels, share of the consignees): 1.6 parcels each."""
PARCELS: Final = {"1 parcel each": ONE, "1.6 parcels each (1 to 4)": MIX}
SECONDS_MAX: Final = 1_200
TIMEOUT_MS: Final = 60_000
BUNDLE: Final = 20
"""Transactions between two words of a filling process."""
KB: Final = 1024


class Restored(msgspec.Struct, frozen=True):
    """What one process says when it has restored."""

    records: int
    consignees: int
    seconds: float
    cpu_seconds: float
    bytes_before: int
    """Resident, everything loaded and nothing restored."""
    bytes_after: int
    bytes_peak: int


class State(msgspec.Struct, frozen=True):
    """One run."""

    consignees: int
    log_bytes: int
    """The changelog on the broker's disk."""
    fill_seconds: float
    seconds: float
    """Until the last process had everything."""
    broker_cpu_seconds: float
    processes: tuple[Restored, ...]

    @property
    def bytes_after(self) -> int:
        """Resident memory of all processes."""
        return sum(each.bytes_after for each in self.processes)

    @property
    def bytes_each(self) -> float:
        """What a consignee adds to it."""
        return sum(each.bytes_after - each.bytes_before for each in self.processes) / self.consignees


async def measure(consignees: int, mix: Sequence[tuple[int, float]], progress: Callable[[int], None]) -> State:
    """Fill a changelog, restore it, and throw it away."""
    numbers = range(partitioner.count(topics.SCREENING_STATE))
    shares = [list(numbers[slot::WORKERS]) for slot in range(WORKERS)]
    async with rig(("kx",)) as made:
        written = 0

        def fill_told(more: int) -> None:
            nonlocal written
            written += more
            progress(written)

        began = time.monotonic()
        filling = [
            _Process("fill", made, slot, share, consignees * len(share) // len(numbers), mix)
            for slot, share in enumerate(shares)
        ]
        await asyncio.gather(*(process.run(fill_told) for process in filling))
        filled = time.monotonic()
        log_bytes = sum(
            file.stat().st_blocks * 512 for file in made.broker.data.rglob(f"{topics.SCREENING_STATE}-*/*.log")
        )
        restoring = [_Process("restore", made, slot, share, 0, ()) for slot, share in enumerate(shares)]
        await asyncio.gather(*(process.ready() for process in restoring))
        cpu: Cpu = made.cpu()
        began_restoring = time.monotonic()
        outputs = await asyncio.gather(*(process.run(lambda _: None) for process in restoring))
        seconds = time.monotonic() - began_restoring
        found = tuple(msgspec.json.decode(each, type=Restored) for each in outputs)
        return State(
            sum(each.consignees for each in found),
            log_bytes,
            filled - began,
            seconds,
            made.cpu().broker - cpu.broker,
            found,
        )


class FillOrder(msgspec.Struct, frozen=True):
    """What a process is to do."""

    what: str
    bootstrap: str
    slot: int
    numbers: list[int]
    consignees: int
    mix: list[tuple[int, float]]


class _Process:
    """A process of this module: it says numbers, a line each, and at the end what it found."""

    def __init__(  # noqa: PLR0913, PLR0917 - an order
        self,
        what: str,
        made: TestCluster,
        slot: int,
        numbers: list[int],
        consignees: int,
        mix: Iterable[tuple[int, float]],
    ) -> None:
        self._order = FillOrder(what, made.bootstrap, slot, numbers, consignees, list(mix))
        self._process: asyncio.subprocess.Process | None = None

    async def ready(self) -> asyncio.subprocess.Process:
        """Start, if that was not done, and return when everything is loaded."""
        if self._process is None:
            command = (sys.executable, "-m", "streams.bench.state", msgspec.json.encode(self._order).decode())
            pipe = asyncio.subprocess.PIPE
            self._process = await asyncio.create_subprocess_exec(
                *command, stdin=pipe, stdout=pipe, cwd=CHECKOUT, env={**os.environ, "PYTHONPATH": str(CHECKOUT)}
            )
            await self._line(self._process)
        return self._process

    async def run(self, progress: Callable[[int], None]) -> bytes:
        """Let it go; its last line."""
        process = await self.ready()
        assert process.stdin is not None  # noqa: S101 - for the type checker: a pipe
        process.stdin.write(b"go\n")
        while (line := await self._line(process)).strip().isdigit():
            progress(int(line))
        await process.wait()
        return line

    async def _line(self, process: asyncio.subprocess.Process) -> bytes:
        assert process.stdout is not None  # noqa: S101 - for the type checker: a pipe
        line = await process.stdout.readline()
        if not line:
            raise BenchError(f"a process that was to {self._order.what} ended with exit status {await process.wait()}")
        return line


# In the processes


async def fill(order: FillOrder) -> None:
    """Write consignees to some partitions of the changelog, a transaction a unit."""
    random_bytes = random.Random(order.slot)  # noqa: S311 - a seed, no secret
    made = 0
    client = AIOKafkaClient(bootstrap_servers=order.bootstrap)
    await client.bootstrap()
    try:
        producer = TransactionalProducer(client, f"bench-state-{order.slot}", TIMEOUT_MS)
        await producer.start()
        while made < order.consignees:
            before = made
            for _ in range(BUNDLE):
                buffer = TransactionBuffer()
                for number in order.numbers:
                    for _ in range(min(UNIT_RECORDS, order.consignees - made)):
                        key, packed = consignee(random_bytes, order.mix)
                        buffer.add(topics.SCREENING_STATE, number, key, packed, STORED_AT_MS)
                        made += 1
                if buffer.records:
                    await producer.write(buffer)
                    await producer.end()
            _say(str(made - before).encode())
    finally:
        await client.close()


def consignee(rng: random.Random, mix: Sequence[tuple[int, float]]) -> tuple[bytes, bytes]:
    """Key and bytes of one that received its parcels within the window."""
    (parcels,) = rng.choices([parcels for parcels, _ in mix], [share for _, share in mix])
    return b"bench." + rng.randbytes(16), pack(
        ConsigneeState({f"kx/KX8261{rng.getrandbits(30):010}": _seen(rng.randbytes(40)) for _ in range(parcels)})
    )


def _seen(noise: bytes) -> PastParcel:
    """A parcel with every mark."""
    number = int.from_bytes
    ago_ms = number(noise[:5]) % (WINDOW_DAYS * DAY_MS)
    day = (STORED_AT_MS - ago_ms) // DAY_MS + 719_163  # the ordinal of 1970-01-01
    return PastParcel(
        STORED_AT_MS - ago_ms,
        number(noise[5:9]) % 150_000_000,
        "LIST",
        number(noise[9:15]),
        number(noise[15:21]),
        day - noise[21] % 10,
        day + noise[22] % 3,
        number(noise[23:29]),
        number(noise[29:35]),
        limit_usd_e4=1_500_000,
    )


async def restored(order: FillOrder) -> Restored:
    """Restore some partitions as a worker does."""
    processor = RecordProcessor(context(), memory_days=MEMORY_DAYS, is_strict=True)
    before = _memory("VmRSS")
    _say(b"ready")
    await asyncio.to_thread(sys.stdin.readline)
    carriers, numbers, _ = processor.assign((), order.numbers)
    began, cpu = time.monotonic(), time.process_time()
    records = await restore(order.bootstrap, processor, carriers, numbers, seconds=SECONDS_MAX)
    seconds, cpu_seconds = time.monotonic() - began, time.process_time() - cpu
    count = sum(len(partition.packed()) for partition in processor.partitions.values())
    return Restored(records, count, seconds, cpu_seconds, before, _memory("VmRSS"), _memory("VmHWM"))


def _memory(name: str) -> int:
    """A figure of this process, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * KB for line in lines if line.startswith(f"{name}:"))


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Do what the argument says."""
    order = msgspec.json.decode(sys.argv[1], type=FillOrder)
    if order.what == "fill":
        _say(b"ready")
        sys.stdin.readline()
        asyncio.run(fill(order))
        _say(b"done")
    else:
        _say(msgspec.json.encode(asyncio.run(restored(order))))


if __name__ == "__main__":
    main()

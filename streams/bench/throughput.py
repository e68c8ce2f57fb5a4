"""How many parcels a second broker and workers decide, from a filled topic to committed decisions.

A few manifests of every carrier go first and warm everything up: a broker pays for the first record of a partition.
What is counted: manifests lie in their topics before the workers start. The clock starts at the first look, every
`POLL_S`, at which all workers have taken up their shares in one generation and a decision is committed (of a load so
small that all is over by then: at the first decision); it stops at the look that sees the last one. Decisions
committed before it starts are left out. Looking asks for the end of the committed part of each clearance topic,
which costs next to nothing; a reader counts the decisions themselves once, when all is over.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer

from streams.bench.loads import Load
from streams.bench.rig import POLL_S, BenchError, Cpu, TestCluster, consumer, decisions, publish, rig
from streams.cli.kafka import read

QUIET_S: Final = 1.5
"""So long without a further decision, all being there, is the end."""
STUCK_S: Final = 40.0
READS_EMPTY_MAX: Final = 6
WARMING_MANIFESTS: Final = 60
US: Final = 1_000_000

Progress = Callable[[int], None]
"""Hears how many decisions there are."""


class Snapshot(msgspec.Struct, frozen=True, gc=False):
    """What was seen at one moment."""

    at: float
    offsets: int
    cpu: Cpu
    ready: bool


class Drain(msgspec.Struct, frozen=True):
    """One run, from a full topic to an empty one."""

    parcels: int
    decided: int
    counted: int
    """Decisions between start and stop of the clock."""
    seconds: float
    cpu_us_workers: float
    """Processor time a parcel, of all workers together."""
    cpu_us_broker: float
    transactions: int
    seconds_from_start: float
    """From publishing, by way of the start of the workers, to the last decision."""

    @property
    def rate(self) -> float:
        """Parcels a second."""
        return self.counted / self.seconds

    @property
    def transactions_a_second(self) -> float:
        """By the workers' own count; spread over the whole run."""
        return self.transactions * self.counted / self.decided / self.seconds


def spread(values: list[float]) -> dict[str, float]:
    """Least, middle and most."""
    return {"min": min(values), "median": median(values), "max": max(values)}


async def drain(load: Load, progress: Progress, settings: Mapping[str, str] | None = None) -> Drain:
    """Measure one load on a fresh broker."""
    warming, measured = load.split(min(WARMING_MANIFESTS, len(load.manifests) // 4))
    async with rig(load.carriers, settings) as made, consumer(made.bootstrap) as reader:
        await _run(made, reader, warming, 0, lambda _: None)
        warmed = await _ends(reader)
        began = time.monotonic()
        looks = await _run(made, reader, measured, warmed, progress)
        decided = await _count(made.bootstrap) - warming.parcels
        return _drain(looks, measured.parcels, decided, made.transactions(), began)


async def _run(
    made: TestCluster, reader: AIOKafkaConsumer, load: Load, before: int, progress: Progress
) -> list[Snapshot]:
    """Fill the topics, start the workers, look until all is decided, stop them."""
    await publish(made.bootstrap, load)
    made.start_workers()
    looks = await _watch(made, reader, load.parcels, before, progress)
    await made.stop_workers()
    return looks


async def _ends(reader: AIOKafkaConsumer) -> int:
    return sum((await reader.end_offsets(decisions())).values())


async def _watch(
    made: TestCluster, reader: AIOKafkaConsumer, parcels: int, before: int, progress: Progress
) -> list[Snapshot]:
    """Look until all is decided and nothing more comes; `before` offsets were there already."""
    looks: list[Snapshot] = []
    changed_at = time.monotonic()
    while True:
        offsets = await _ends(reader) - before
        now = time.monotonic()
        if not looks or offsets > looks[-1].offsets:
            changed_at = now
            progress(min(offsets, parcels))
        looks.append(Snapshot(now, offsets, made.cpu(), bool(looks and looks[-1].ready) or made.workers_ready()))
        if offsets >= parcels and now - changed_at > QUIET_S:
            return looks
        if now - changed_at > STUCK_S:
            raise BenchError(
                f"{offsets} decisions or less of {parcels}, and none came for {STUCK_S:.0f} s: {made.tail()}"
            )
        await asyncio.sleep(POLL_S)


async def _count(bootstrap: str) -> int:
    """Decisions that a committed reader finds; each house bill once."""
    keys: list[bytes] = []
    await read(bootstrap, decisions(), lambda record: keys.append(record.key))
    if len(set(keys)) != len(keys):
        raise BenchError(f"{len(keys)} decisions on {len(set(keys))} house bills: some were made twice")
    return len(keys)


def _drain(looks: list[Snapshot], parcels: int, decided: int, transactions: int, began: float) -> Drain:
    last = next(look for look in looks if look.offsets == looks[-1].offsets)
    decided_at = [look for look in looks[: looks.index(last)] if look.offsets]
    first = next(
        (look for look in decided_at if look.ready), decided_at[0] if decided_at else looks[looks.index(last) - 1]
    )
    # Offsets count the marks of transactions too, a few in a thousand.
    counted = decided - round(first.offsets * decided / last.offsets)
    return Drain(
        parcels=parcels,
        decided=decided,
        counted=counted,
        seconds=last.at - first.at,
        cpu_us_workers=(last.cpu.workers - first.cpu.workers) / counted * US,
        cpu_us_broker=(last.cpu.broker - first.cpu.broker) / counted * US,
        transactions=transactions,
        seconds_from_start=last.at - began,
    )

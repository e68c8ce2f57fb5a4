"""What crashes while records flow: nothing is lost, nothing stands twice, order is kept, state equals a replay.

`make test` runs the small form; `make faults` runs each with at least 100,000 parcels (FAULT_PARCELS).
"""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from streams.sample import day
from tests.cluster import SESSION_MS, Cluster, cluster

PARCELS = int(os.environ.get("FAULT_PARCELS", "6000"))
SECONDS = 60 + PARCELS / 500
Manifests = list[tuple[str, dict[str, Any]]]

pytestmark = pytest.mark.broker


def manifests(seed: int) -> Manifests:
    """A day with amendments, cancellations, duplicates, dirty rows, in the order of the carriers."""
    return list(day(seed, parcels=PARCELS))


async def through(folder: Path, stream: Manifests, disturb: Callable[[Cluster], Awaitable[None]], *, evenly_s: float) -> Cluster:
    """Publish a stream over about `evenly_s` seconds while something goes wrong; then everything has to balance."""
    async with cluster(folder, {carrier for carrier, _ in stream}) as running:
        publishing = asyncio.create_task(running.publish_all(stream, pause_s=evenly_s / len(stream)))
        await disturb(running)
        await publishing
        await running.drained(SECONDS)
        balance = await running.audit()
        assert balance.breaches == [], running.tail()
        assert balance.waiting == 0
        assert balance.replayed is not None
        assert balance.replayed > PARCELS // 2
        return running


async def test_workers_killed_at_random_moments(tmp_path: Path) -> None:
    """Kill -9, five times and more, each time another moment of another worker."""
    chance = random.Random(7)
    kills = 6

    async def disturb(running: Cluster) -> None:
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(1.0, 3.0))
            running.workers[chance.randrange(len(running.workers))].kill()

    running = await through(tmp_path, manifests(1), disturb, evenly_s=12)
    assert running.starts >= 2 + kills - 1


async def test_worker_that_slept_past_its_session_is_fenced(tmp_path: Path) -> None:
    """SIGSTOP past the session timeout, then SIGCONT: what it held is dropped, it starts anew."""

    async def disturb(running: Cluster) -> None:
        for slot in (0, 1):
            await asyncio.sleep(2.5)
            running.workers[slot].send_signal(signal.SIGSTOP)
            await asyncio.sleep(SESSION_MS / 1000 + 2.5)
            running.workers[slot].send_signal(signal.SIGCONT)

    await through(tmp_path, manifests(2), disturb, evenly_s=14)


async def test_broker_killed_and_started_again(tmp_path: Path) -> None:
    """Kill -9 of the broker in the middle; carriers' records that it had acknowledged are all decided."""

    async def disturb(running: Cluster) -> None:
        for pause_s in (0.2, 3.0):
            await asyncio.sleep(3)
            running.broker.kill()
            await asyncio.sleep(pause_s)
            await running.broker.start()

    await through(tmp_path, manifests(3), disturb, evenly_s=14)

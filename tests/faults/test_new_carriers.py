"""Carriers whose topics appear while records flow: each widens the subscription and ends every worker's tenure."""

import asyncio
from pathlib import Path

import pytest

from streams.kafka.admin import create_topics
from streams.simulation.sample.day import day
from tests.cluster import cluster

pytestmark = pytest.mark.broker

SECONDS = 90


async def test_new_carriers_among_old_ones(tmp_path: Path) -> None:
    stream = list(day(41, parcels=2_000, parcels_per_manifest=20))
    old = {carrier for carrier, _ in stream}
    new = [f"new{number}" for number in range(8)]
    async with cluster(tmp_path, old) as running:
        publishing = asyncio.create_task(running.publish_all(stream, pause_s=12 / len(stream)))
        for carrier in new:
            await create_topics(running.broker.bootstrap, [carrier], replication=1)
            running.carriers.append(carrier)
            await running.publish(carrier, b"broken")
            await running.publish_all(
                (carrier, manifest) for _, manifest in day(42, parcels=20, parcels_per_manifest=5, carriers=1)
            )
            await asyncio.sleep(1)
        await publishing
        await running.drained(SECONDS)
        balance = await running.audit()
        assert balance.breaches == [], running.tail()
        assert running.said("internal error") == 0
        assert running.said("restarting: ") == 0

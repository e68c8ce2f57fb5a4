"""Parcels wait for customs' answer and are decided anew when it comes.

Two workers, a verifier, customs' interface, a real Kafka.
"""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.values.identity import TokenKeys
from schemas import avro, topics
from streams.importer_verifier.api import Api, Pace
from streams.importer_verifier.breaker import Breaker
from streams.importer_verifier.verifier import Verifier
from streams.kafka import partitioner
from streams.settings import Settings
from tests.cluster import GROUP, KEY, Cluster, cluster
from tests.importers_server import KEY as API_KEY
from tests.importers_server import serving
from tests.parcels import manifest
from tests.records import seen
from tests.streams.reference.test_follow import lodge, rows_of

pytestmark = pytest.mark.broker

PARCELS = 40
SECONDS = 60.0
PACE = Pace(timeout_s=5.0, try_s=2.0, pause_s=0.02, pause_s_max=0.1, connections=4, per_second=1_000)
KID, SECRET = KEY.split(":")


def parcels() -> list[dict[str, Any]]:
    """Every fourth with a phone that customs does not know; each to a holder of its own but for the code."""
    return [
        {
            "house_bill": f"KX82611{number:07}",
            "items": [{"quantity": 1, "unit_price": "2.00", "amount": "2.00"}],
            "consignee": {"phone": "010-1234-5678" if number % 4 else f"010-9999-{number:04}"},
        }
        for number in range(PARCELS)
    ]


async def decided(running: Cluster) -> dict[str, list[dict[str, Any]]]:
    """Decisions by house bill, in their order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for topic in topics.CLEARANCE:
        for record in await seen(running.broker.bootstrap, topic, partitioner.count(topic)):
            said = avro.decode(avro.DECISION, record.value)
            found.setdefault(said["house_bill"], []).append(said)
    return {bill: sorted(all_of, key=lambda said: said["sequence"]) for bill, all_of in found.items()}


async def test_what_waits_is_decided_anew(tmp_path: Path) -> None:
    async with cluster(tmp_path, {"kx"}) as running, serving() as server:
        await running.decision_head()
        _, from_ms = await lodge(
            running.broker.bootstrap, rows_of("thresholds.csv", "importer_asks_customs,2000-01-02,1,yes=1,Test")
        )
        await asyncio.sleep(max(0.0, from_ms / 1000 - time.time()) + 0.5)
        for at in range(0, PARCELS, 10):
            await running.publish(
                "kx", manifest(*parcels()[at : at + 10], manifest_id=f"M{at}", master_bill="180-12345675")
            )
        await running.drained(SECONDS)
        before = await decided(running)
        assert {bill: [(said["outcome"], said["event"]) for said in all_of] for bill, all_of in before.items()} == {
            parcel["house_bill"]: [("HOLD", "ORIGINAL")] for parcel in parcels()
        }
        stop = asyncio.Event()
        settings = replace(Settings(), group=GROUP)
        async with Api(server.address, API_KEY, PACE, Breaker(failures_max=3, probe_s=0.1)) as api:
            verifying = asyncio.create_task(
                Verifier(settings, running.broker.bootstrap, TokenKeys(((KID, bytes.fromhex(SECRET)),)), api).run(stop)
            )
            async with asyncio.timeout(SECONDS):
                running.hold(0)
                running.release(0)
                while not all(  # noqa: ASYNC110 - Kafka tells nobody
                    len(all_of) == len(("ORIGINAL", "VERIFIED")) for all_of in (await decided(running)).values()
                ):
                    await asyncio.sleep(0.5)
            stop.set()
            await verifying
        await running.drained(SECONDS)
        after = await decided(running)
        for number, parcel in enumerate(parcels()):
            first, second = after[parcel["house_bill"]]
            assert first == before[parcel["house_bill"]][0]
            paths = [found["path"] for found in second["findings"] if found["code"] == "XF-08"]
            assert (second["event"], second["sequence"], second["supersedes"]) == ("VERIFIED", 2, 1)
            assert paths == ([] if number % 4 else ["/consignee/phone"])
        balance = await running.audit()
        assert balance.breaches == []

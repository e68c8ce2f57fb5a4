"""Linking on a real Kafka: workers that are killed find what one process finds, and remember it when they come back."""

from pathlib import Path
from typing import Any

import pytest

from schemas import avro, topics
from streams.kafka import partitioner
from tests.cluster import Cluster, cluster
from tests.parcels import manifest
from tests.records import seen

pytestmark = pytest.mark.broker

CARRIERS = ("bw", "kx")
MANIFESTS = 24
PARCELS = 3
CODES = 8
SECONDS = 60.0


def shipment(number: int) -> tuple[str, dict[str, Any]]:
    """Three parcels under codes of their own, all to one address, by one of two carriers."""
    carrier = CARRIERS[number % len(CARRIERS)]
    parcels = [
        {
            "house_bill": f"{carrier.upper()}{which:08}",
            "consignee": {
                "clearance_code": f"P{which:012}",
                "phone": f"010-2{which % 1000:03}-{which:04}",
                "address": "서울특별시 강남구 테헤란로 123, 지하1층",
            },
            "order": {"seller_id": f"s-{which}"},
        }
        for which in range(number * PARCELS, (number + 1) * PARCELS)
    ]
    return carrier, manifest(*parcels, manifest_id=f"M{number:04}", carrier=carrier, master_bill="180-12345675")


async def linked(running: Cluster) -> list[dict[str, Any]]:
    """Every case that linking opened by address."""
    topic = topics.SECURITY_OF_DESK["INVESTIGATION"]
    said = [
        avro.decode(avro.SECURITY_CASE, record.value or b"")
        for record in await seen(running.broker.bootstrap, topic, partitioner.count(topic))
    ]
    return [case for case in said if any(finding["code"] == "XP-07" for finding in case["findings"])]


async def test_workers_that_are_killed_find_what_one_process_finds(tmp_path: Path) -> None:
    """Killed between manifests, both at once, and everything published a second time.

    Each parcel from the eighth code on has one case.
    """
    async with cluster(tmp_path, CARRIERS) as running:
        for number in range(MANIFESTS):
            await running.publish(*shipment(number))
            if number % 6 == 3:
                running.workers[number // 6 % 2].kill()
        await running.drained(SECONDS)
        for worker in range(len(running.workers)):
            running.hold(worker)
        for number in range(MANIFESTS):
            await running.publish(*shipment(number))
        await running.publish(*shipment(MANIFESTS))
        for worker in range(len(running.workers)):
            running.release(worker)
        await running.drained(SECONDS)
        cases = await linked(running)
        assert len(cases) == (MANIFESTS + 1) * PARCELS - CODES + 1, running.tail()
        assert len({case["case_id"] for case in cases}) == len({case["house_bill"] for case in cases}) == len(cases)
        assert {len(case["evidence_parcels"]) for case in cases} == {*range(CODES - 1, 21)}
        balance = await running.audit()
        assert balance.breaches == [], running.tail()
        assert balance.waiting == 0


def test_the_topic_has_as_many_partitions_as_intake_tells() -> None:
    assert partitioner.count(topics.LINKS) == topics.LINKS_PARTITIONS

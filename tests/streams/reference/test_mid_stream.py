"""A figure of law and a rule's phase change while parcels flow.

From one millisecond on, on every worker, and again in a replay.
"""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from agents.intake.results import DecisionContext
from agents.reference import Reference
from agents.values.identity import TokenKeys
from schemas import avro, topics
from streams.kafka import partitioner
from streams.reference import tables_of
from streams.reference.follow import read_history
from streams.reference.history import ReferenceHistory, References, StaticReference
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker.processor import RecordProcessor
from tests.cluster import KEY, Cluster, cluster
from tests.flow import records_of
from tests.parcels import manifest
from tests.records import seen
from tests.streams.reference.test_follow import lodge, rows_of

pytestmark = pytest.mark.broker

CARRIERS = ("bw", "kx")
BEFORE_S, AFTER_S, PAUSE_S = 1.0, 2.0, 0.04
SECONDS = 60.0
GOODS_USD = 120
"""Below the limit of the shipped tables, above that of the change."""
ABOVE_LIST_LIMIT = "XF-02"
Place = tuple[str, int, int]


@dataclass(frozen=True)
class Answered:
    """A manifest on Kafka and what became of its two parcels."""

    place: Place
    stored_at_ms: int
    versions: frozenset[str]
    above: bool
    """Whether the parcel whose worth is between the limits was found above the limit."""
    refused: bool
    """Whether the parcel with a telephone number that is none was refused."""


def a_manifest(carrier: str, number: int) -> dict[str, Any]:
    """Two parcels: one for the limit, one for the rule."""
    bill = f"{carrier.upper()}82611{number:07}"
    return manifest(
        {"house_bill": f"{bill}1", "items": [{"amount": f"{GOODS_USD}.00"}]},
        {"house_bill": f"{bill}2", "consignee": {"phone": "12"}},
        manifest_id=f"{carrier}-{number}",
        carrier=carrier,
    )


class Stream:
    """Carriers that send without a pause worth mentioning."""

    def __init__(self, running: Cluster, first: int) -> None:
        self._running = running
        self._sent = first
        self._task = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while True:
            for carrier in CARRIERS:
                await self._running.publish(carrier, a_manifest(carrier, self._sent))
            self._sent += 1
            await asyncio.sleep(PAUSE_S)

    async def go_on_until(self, time_ms: int) -> None:
        """Send until some time, and for a while after it."""
        while time.time_ns() // 1_000_000 < time_ms + AFTER_S * 1000:
            await asyncio.sleep(PAUSE_S)
            assert not self._task.done()

    async def stop(self) -> None:
        """Send no more."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def records(running: Cluster, name: str) -> list[ConsumerRecord]:
    return await seen(running.broker.bootstrap, name, partitioner.count(name))


async def answered(running: Cluster) -> list[Answered]:
    """Every manifest, with the decisions on its parcels."""
    stored = {
        (record.topic, record.partition, record.offset): record.timestamp
        for carrier in CARRIERS
        for record in await records(running, topics.MANIFESTS + carrier)
    }
    by_source: dict[Place, list[dict[str, Any]]] = {}
    for name in topics.CLEARANCE:
        for record in await records(running, name):
            decision = avro.decode(avro.DECISION, record.value)
            source = decision["source"]
            by_source.setdefault((source["topic"], source["partition"], source["offset"]), []).append(decision)
    assert by_source.keys() == stored.keys()
    return [one(place, stored[place], decisions) for place, decisions in sorted(by_source.items())]


def one(place: Place, stored_at_ms: int, decisions: list[dict[str, Any]]) -> Answered:
    first, second = sorted(decisions, key=lambda decision: str(decision["house_bill"]))
    return Answered(
        place,
        stored_at_ms,
        frozenset(each["versions"]["reference"] for each in decisions),
        any(finding["code"] == ABOVE_LIST_LIMIT for finding in first["findings"]),
        second["outcome"] == "REJECT",
    )


def expected(stored_at_ms: int, history: ReferenceHistory) -> tuple[bool, bool]:
    """What the law of the moment makes of the two parcels."""
    law = history.at(stored_at_ms)
    return law.thresholds.list_limit_usd.on(DAY) < GOODS_USD, law.on(DAY).phase("FMT-06", "phone_is_korean") != "OFF"


def outputs_of(record: ConsumerRecord, processor: RecordProcessor) -> Counter[tuple[str, bytes, bytes | None]]:
    """What one process makes of one manifest."""
    processor.process(record)
    unit = processor.close_unit()
    assert unit is not None
    return Counter(
        (made.topic, made.key or b"", made.value)
        for made in records_of(unit.buffer)
        if made.topic not in (topics.INTAKE_STATE, topics.SCREENING_STATE)
    )


async def intake_again(
    running: Cluster, references: References, base: Reference
) -> Counter[tuple[str, bytes, bytes | None]]:
    """Everything that intake says, by one process that reads the manifests again."""
    kid, _, secret = KEY.partition(":")
    processor = RecordProcessor(
        DecisionContext(
            reference=base,
            keys=TokenKeys(((kid, bytes.fromhex(secret)),)),
            scorer=scorer_of(Settings().risk_model_dir, Settings().cache_dir),
        ),
        memory_days=30,
        is_strict=True,
        references=references,
    )
    processor.assign(CARRIERS, ())
    said: Counter[tuple[str, bytes, bytes | None]] = Counter()
    for carrier in CARRIERS:
        for record in await records(running, topics.MANIFESTS + carrier):
            said += outputs_of(record, processor)
    return said


async def intake_live(running: Cluster) -> Counter[tuple[str, bytes, bytes | None]]:
    """The same as the workers said it."""
    found: Counter[tuple[str, bytes, bytes | None]] = Counter()
    for name in (topics.CHECKED, topics.LINKS, topics.REJECTED, *(topics.RECEIPTS + carrier for carrier in CARRIERS)):
        for record in await records(running, name):
            if not (name.startswith(topics.RECEIPTS) and avro.decode(avro.RECEIPT, record.value)["kind"] != "ANSWER"):
                found[name, record.key, record.value] += 1
    return found


DAY = date(2026, 11, 23)
SMALLER = {
    **rows_of("thresholds.csv", "list_limit_usd,2000-01-01,100,USD,a test"),
    **rows_of("rule_phases.csv", "FMT-06,2000-01-01,OFF,a test"),
}
BACK = rows_of("thresholds.csv", "list_limit_usd,2000-01-01,130,USD,a test")


async def test_a_figure_and_a_phase_change_at_the_first_parcel_on_every_worker_and_in_a_replay(tmp_path: Path) -> None:
    async with cluster(tmp_path, CARRIERS) as running:
        bootstrap = running.broker.bootstrap
        await running.decision_head()
        holders = {carrier: await running.holder_of(topics.MANIFESTS + carrier) for carrier in CARRIERS}
        assert len(set(holders.values())) == 2, "each worker has a carrier"

        stream = Stream(running, 0)
        await asyncio.sleep(BEFORE_S)
        change, from_ms = await lodge(bootstrap, SMALLER)
        await stream.go_on_until(from_ms)
        await stream.stop()
        await running.drained(SECONDS)
        assert running.starts == 2, "nobody was started again"
        assert running.said("restarting: ") == 0

        # A worker that was away when the next change came, and comes back after it.
        running.hold(1)
        second, second_from_ms = await lodge(bootstrap, BACK)
        stream = Stream(running, 500_000)
        await asyncio.sleep(BEFORE_S)
        running.release(1)
        await stream.go_on_until(second_from_ms)
        await running.decision_head()
        await asyncio.sleep(BEFORE_S)
        await stream.stop()
        await running.drained(SECONDS)

        history = await read_history(bootstrap, tables_of(""))
        found = await answered(running)
        versions = [history.state(number).version for number in range(3)]
        assert versions[1:] == [change.version, second.version]
        for carrier in CARRIERS:
            mine = [each for each in found if each.place[0] == topics.MANIFESTS + carrier]
            assert [each for each in mine if each.versions != {history.at(each.stored_at_ms).version}] == []
            assert [each for each in mine if (each.above, each.refused) != expected(each.stored_at_ms, history)] == []
            counts = [sum(each.versions == {version} for each in mine) for version in versions]
            assert all(count >= 10 for count in counts), counts
        assert {(each.above, each.refused) for each in found} == {(False, True), (True, False), (False, False)}

        live = await intake_live(running)
        assert await intake_again(running, history, history.state(0)) == live
        balance = await running.audit()
        assert (balance.breaches, balance.waiting) == ([], 0)
        assert balance.replayed

        # Without the lead, or without the changes, the same records come out otherwise: the comparison can fail.
        at_once = ReferenceHistory(tables_of(""), lead_ms=0)
        for each in history.changes:
            at_once.add(each)
        assert await intake_again(running, at_once, history.state(0)) != live
        assert await intake_again(running, StaticReference(history.state(0)), history.state(0)) != live

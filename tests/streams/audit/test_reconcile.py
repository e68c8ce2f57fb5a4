"""A run of real workers balances, and whoever tampers with the topics is found, on a real Kafka."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiokafka import ConsumerRecord

from agents.state.consignee_encoding import key_of, token_of
from schemas import avro, topics
from schemas.checked_parcel import Declare, write_checked
from streams.audit.reconcile import Balance, reconcile
from streams.kafka import partitioner
from streams.simulation.sample.day import day
from streams.simulation.sample.hostile import hostile
from streams.worker.handlers import read_checked
from tests.cluster import GROUP, Cluster, cluster
from tests.records import seen, write

pytestmark = pytest.mark.broker

PARCELS = 1_000
SECONDS = 60.0

Expected = list[tuple[str, str, str]]
"""Law, where, found."""


async def test_a_run_balances_and_every_forgery_is_found(tmp_path: Path) -> None:
    """One run, then forgeries on every kind of topic: each is reported where it stands, and nothing else with it."""
    manifests = list(day(parcels=PARCELS, parcels_per_manifest=50))
    unreadable = [value for _, value in hostile()][:3]
    async with cluster(tmp_path, {carrier for carrier, _ in manifests}) as running:
        await running.publish_all(manifests)
        for value in unreadable:
            await running.publish("kx", value)
        await running.drained(SECONDS)
        await balances(running, len(manifests), len(unreadable))
        await one_manifest(running, manifests)
        await another_group(running)
        for worker in range(len(running.workers)):
            running.hold(worker)
        expected = [
            *await decisions_are_forged(running),
            *await receipts_and_dead_letters_are_forged(running),
            *await a_case_is_forged(running),
            *await state_is_forged(running),
        ]
        found = (await running.audit()).breaches
        assert sorted((breach.law, breach.where, breach.found) for breach in found) == sorted(expected)
        await a_parcel_is_smuggled_in(running)


async def balances(running: Cluster, manifests: int, unreadable: int) -> None:
    balance = await running.audit()
    assert balance.breaches == []
    assert balance.holds
    assert (balance.waiting, balance.dead_letters) == (0, unreadable)
    assert balance.replayed is not None
    assert balance.replayed > PARCELS // 2
    assert len(balance.accounts) == manifests
    assert {account.status for account in balance.accounts} >= {
        "ACCEPTED",
        "ACCEPTED_WITH_REJECTIONS",
        "REJECTED",
        "DUPLICATE",
        "SUPERSEDED",
        "CANCELLED",
    }
    assert sum(account.received for account in balance.accounts) >= PARCELS


async def one_manifest(running: Cluster, manifests: list[tuple[str, dict[str, Any]]]) -> None:
    """Its versions and nothing else; and a manifest that nobody sent."""
    manifest_id = next(manifest["manifest_id"] for _, manifest in manifests if manifest["version"] == 2)
    balance = await of_manifest(running, manifest_id)
    assert balance.holds
    assert balance.replayed is None
    assert {account.manifest_id for account in balance.accounts} == {manifest_id}
    assert sorted(account.manifest_version for account in balance.accounts) == sorted(
        manifest["version"] for _, manifest in manifests if manifest["manifest_id"] == manifest_id
    )
    assert (
        sum(sum(account.outcomes.values()) for account in balance.accounts)
        == sum(account.received for account in balance.accounts)
        > 0
    )
    assert (await of_manifest(running, "nobody sent it")).accounts == []


async def another_group(running: Cluster) -> None:
    """For a group that has taken nothing everything waits: that is no balance."""
    balance = await reconcile(running.broker.bootstrap, "another")
    assert balance.waiting > 0
    assert not balance.holds


# forgeries


async def decisions_are_forged(running: Cluster) -> Expected:
    """Copied, altered, invented; and a refusal, which no replay brings, copied."""
    one, other = (await all_of(running, "clearance.list"))[:2]
    copied, altered = (avro.decode(avro.DECISION, record.value) for record in (one, other))
    await forge(running, one, one.value)
    await forge(running, other, edited(other.value, avro.DECISION, outcome="HOLD"))
    await forge(
        running,
        one,
        edited(one.value, avro.DECISION, decision_id="f" * 32, house_bill="FORGED1", sequence=1),
        key=b"FORGED1",
    )
    refused = (await all_of(running, topics.REJECTED))[0]
    await forge(running, refused, refused.value)
    manifest = f"{copied['manifest_id']} version {copied['manifest_version']} ({place(copied['source'])})"
    was = next(
        receipt["counts"]
        for receipt in await answers(running, copied["carrier"])
        if receipt["source"] == copied["source"]
    )
    only = await of_manifest(running, copied["manifest_id"])
    assert {breach.law for breach in only.breaches} == {"no duplicate", "conservation"}
    return [
        ("no duplicate", f"decision {copied['decision_id']}", "2 times"),
        ("replay: outputs", f"clearance.list {copied['house_bill']}", "differs from the replay"),
        ("no duplicate", f"decision {altered['decision_id']}", "2 times"),
        ("replay: outputs", f"clearance.list {altered['house_bill']}", "only live"),
        *(
            ("conservation", manifest, f"{name}: {was[name]} on the receipt, {was[name] + 1} decided")
            for name in ("received", "accepted")
        ),
        ("replay: outputs", "clearance.list FORGED1", "only live"),
        ("no duplicate", f"decision {avro.decode(avro.DECISION, refused.value)['decision_id']}", "2 times"),
    ]


async def receipts_and_dead_letters_are_forged(running: Cluster) -> Expected:
    receipt = (await all_of(running, topics.RECEIPTS + "ys"))[0]
    await forge(running, receipt, receipt.value)
    letter = (await all_of(running, topics.DEAD_LETTERS))[0]
    await forge(running, letter, letter.value, headers=list(letter.headers))
    topic, number, offset = letter.key.decode().rsplit("-", 2)
    return [
        ("one answer", place(avro.decode(avro.RECEIPT, receipt.value)["source"]), "2 answers"),
        ("no duplicate", f"dead letter of {topic}-{number}@{offset}", "2 times"),
    ]


async def a_case_is_forged(running: Cluster) -> Expected:
    """No law speaks of security cases: the replay does."""
    case = [record for desk in topics.SECURITY_OF_DESK.values() for record in await all_of(running, desk)].pop()
    await forge(running, case, edited(case.value, avro.SECURITY_CASE, consignee="v1.k1.somebodyelse"))
    return [("replay: outputs", f"{case.topic} {case.key.decode()}", "only live")]


async def state_is_forged(running: Cluster) -> Expected:
    """A consignee is forgotten, another's history is emptied, one is invented."""
    last = {record.key: record for record in await all_of(running, topics.SCREENING_STATE)}
    one, other = [record for record in last.values() if record.value is not None][:2]
    await forge(running, one, None)
    await forge(running, other, b"\x80")
    await forge(running, other, b"\x80", key=key_of("v1.k1.nobody"))
    where = f"{topics.SCREENING_STATE}-{{}} {{}}".format
    return [
        ("replay: state", where(one.partition, token_of(one.key)), "only in the replay"),
        ("replay: state", where(other.partition, token_of(other.key)), "differs from the replay"),
        ("replay: state", where(other.partition, "v1.k1.nobody"), "only live"),
    ]


async def a_parcel_is_smuggled_in(running: Cluster) -> None:
    """Past intake, straight to screening, while no worker runs: it waits, and a replay brings what nobody decided."""
    checked, parcel = next(
        (record, message)
        for record in await all_of(running, topics.CHECKED)
        if isinstance(message := read_checked(record.value), Declare) and not message.path
    )
    await forge(running, checked, write_checked(msgspec.structs.replace(parcel, house_bill="SMUGGLED1")))
    balance = await running.audit()
    assert balance.waiting == 1
    smuggled = [breach for breach in balance.breaches if "SMUGGLED1" in breach.where]
    assert ("replay: outputs", "only in the replay") in {(breach.law, breach.found) for breach in smuggled}


# what they are made with


async def all_of(running: Cluster, topic: str) -> list[ConsumerRecord]:
    return await seen(running.broker.bootstrap, topic, partitioner.count(topic))


async def answers(running: Cluster, carrier: str) -> list[dict[str, Any]]:
    said = [avro.decode(avro.RECEIPT, record.value) for record in await all_of(running, topics.RECEIPTS + carrier)]
    return [receipt for receipt in said if receipt["kind"] == "ANSWER"]


async def of_manifest(running: Cluster, manifest_id: str) -> Balance:
    return await reconcile(running.broker.bootstrap, GROUP, manifest=manifest_id)


async def forge(running: Cluster, like: ConsumerRecord, value: bytes | None, **how: Any) -> None:  # noqa: ANN401 - what the producer takes
    """Write a record as no worker would: by a plain producer, outside of any transaction."""
    record = {"value": value, "key": like.key, "partition": like.partition, "timestamp_ms": like.timestamp, **how}
    await write(running.broker.bootstrap, like.topic, [record])


def edited(value: bytes | None, schema_id: int, **changes: object) -> bytes:
    """An Avro value with some fields changed."""
    assert value is not None
    said = avro.decode(schema_id, value)
    assert said.keys() >= changes.keys()
    return avro.encode(schema_id, struct_of({**said, **changes}))


class Struct(dict[str, Any]):
    """A dict with attributes."""

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - of any schema
        return self[name]


def struct_of(value: Any) -> Any:  # noqa: ANN401 - of any schema
    """What a reader gives, as a writer takes it."""
    if isinstance(value, Mapping):
        return Struct({name: struct_of(each) for name, each in value.items()})
    return [struct_of(each) for each in value] if isinstance(value, list) else value


def place(source: Mapping[str, Any]) -> str:
    return f"{source['topic']}-{source['partition']}@{source['offset']}"

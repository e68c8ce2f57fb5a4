"""Parcels as officers' tools know them: the checked parcel, whose it is, and the decision in force.

And acting on it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer, ConsumerRecord

from agents.values.clock import show_ms
from schemas import avro, topics
from schemas.checked_parcel import Declare, is_declared, write_checked
from schemas.decision import Finding
from schemas.officer_action import Act, Action, ActionEvent, write_action
from streams.cli.kafka import partitions_with, read
from streams.kafka import partitioner
from streams.worker.handlers import read_checked

Name = tuple[str, str]
"""Carrier and house bill."""


@dataclass(frozen=True, slots=True)
class ParcelStatus:
    """A parcel and the decision in force on it; None when it was withdrawn, or its decision is still pending."""

    token: str
    checked: Declare
    decision: Mapping[str, Any] | None


async def standing(bootstrap: str, house_bills: Iterable[str]) -> dict[Name, ParcelStatus]:
    """What is known of some house bills, whichever carriers have them."""
    wanted = {house_bill.encode(errors="surrogateescape") for house_bill in house_bills}
    checked: dict[Name, tuple[str, Declare]] = {}
    decisions: dict[Name, Mapping[str, Any]] = {}

    def look(record: ConsumerRecord) -> None:
        if record.value is None or not any(house_bill in record.value for house_bill in wanted):
            return
        parcel = read_checked(record.value)
        if not is_declared(parcel) or parcel.house_bill.encode() not in wanted:
            return
        name = (parcel.carrier, parcel.house_bill)
        if name not in checked or checked[name][1].sequence <= parcel.sequence:
            checked[name] = (record.key.decode(), parcel)

    def decided(record: ConsumerRecord) -> None:
        if record.key in wanted:
            decision = avro.decode(avro.DECISION, record.value)
            name = (decision["carrier"], decision["house_bill"])
            if decision["outcome"] != "REJECT" and (
                name not in decisions or decisions[name]["sequence"] < decision["sequence"]
            ):
                decisions[name] = decision

    await read(bootstrap, await partitions_with(bootstrap, [topics.CHECKED]), look)
    await read(bootstrap, await partitions_with(bootstrap, topics.CLEARANCE), decided)
    in_force = {name: decision for name, decision in decisions.items() if decision["outcome"] != "CANCELLED"}
    return {name: ParcelStatus(token, parcel, in_force.get(name)) for name, (token, parcel) in checked.items()}


def action_on(  # noqa: PLR0913 - what an action says
    status: ParcelStatus, what: Act, by: str, why: str, *, now_ms: int, event: ActionEvent = "OFFICER"
) -> Action:
    """An action on the decision in force. Raises msgspec.ValidationError when `by` or `why` is empty or too long."""
    if status.decision is None:
        raise ValueError("no decision in force to act on")
    findings = tuple(msgspec.convert(finding, Finding) for finding in status.decision["findings"])
    action = {
        "action": what,
        "by": by,
        "why": why,
        "consignee": status.token,
        "sequence": status.decision["sequence"],
        "parcel": write_checked(msgspec.structs.replace(status.checked, findings=findings, path=())),
        "event": event,
        "at": show_ms(now_ms),
    }
    return msgspec.convert(action, Action)


async def publish(bootstrap: str, actions: Iterable[tuple[str, Action]]) -> None:
    """Put actions on `officers.actions`, each with its house bill."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, client_id="tonggwan-command", enable_idempotence=True, acks="all"
    )
    await producer.start()
    try:
        for house_bill, action in actions:
            key = house_bill.encode()
            await producer.send_and_wait(
                topics.OFFICERS, write_action(action), key=key, partition=partitioner.of(topics.OFFICERS, key)
            )
    finally:
        await producer.stop()

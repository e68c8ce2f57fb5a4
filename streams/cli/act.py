"""`tonggwan act`: what an officer does about a decision: release, hold, ask."""

from datetime import UTC, datetime
from typing import Any, Final, cast, get_args

import click
import msgspec
from aiokafka import AIOKafkaProducer, ConsumerRecord

from agents.actions import Act, Action, write_action
from schemas import avro, topics
from schemas.decision import CheckedParcel, Finding
from streams import partitions
from streams.cli.decisions import Asked, find
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.cli.look import say
from streams.trouble import Trouble
from streams.work import read_checked

ACTS: Final[dict[str, Act]] = {act.lower().replace("_", "-"): act for act in get_args(Act)}


@click.command
@click.argument("house_bill")
@click.argument("what", type=click.Choice(list(ACTS)))
@click.option("--by", required=True, metavar="WHO", help="The officer, as the office's books name them.")
@click.option("--why", required=True, metavar="TEXT", help="The reason; it stands on the decision.")
@click.option("--carrier", metavar="ID", help="Whose house bill, where several carriers have it.")
@bootstrap_option
def act(house_bill: str, what: str, by: str, why: str, carrier: str | None, bootstrap: str) -> None:  # noqa: PLR0913, PLR0917 - click's
    """Act on the decision in force on HOUSE_BILL; a further decision supersedes it."""
    action = run(bootstrap, publish(bootstrap, house_bill, ACTS[what], by, why, carrier))
    say(f"{ACTS[what]} of decision {action.sequence} on {house_bill} is on its way; `tonggwan decisions --house-bill {house_bill}` shows what comes of it.")


async def publish(bootstrap: str, house_bill: str, what: Act, by: str, why: str, carrier: str | None) -> Action:  # noqa: PLR0913, PLR0917 - what an action says
    """Put an action on `officers.actions`."""
    token, checked = await _known(bootstrap, house_bill, carrier)
    decision = await _in_force(bootstrap, house_bill, checked.carrier)
    findings = tuple(msgspec.convert(finding, Finding) for finding in decision["findings"])
    parcel = avro.writer(avro.CHECKED_PARCEL)(msgspec.structs.replace(checked, findings=findings, path=()))
    at = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        action = msgspec.convert({"action": what, "by": by, "why": why, "consignee": token, "sequence": decision["sequence"], "parcel": parcel, "at": at}, Action)
    except msgspec.ValidationError as error:
        raise Trouble(f"--by and --why have to be said in at most 200 characters ({error}).") from error
    key = house_bill.encode()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, client_id="tonggwan-command", enable_idempotence=True, acks="all")
    await producer.start()
    try:
        await producer.send_and_wait(topics.OFFICERS, write_action(action), key=key, partition=partitions.of(topics.OFFICERS, key))
    finally:
        await producer.stop()
    return action


async def _known(bootstrap: str, house_bill: str, carrier: str | None) -> tuple[str, CheckedParcel]:
    """The latest checked parcel of a house bill, and with whom it is."""
    found: dict[str, tuple[str, CheckedParcel]] = {}

    def look(record: ConsumerRecord) -> None:
        if record.value is None or house_bill.encode() not in record.value:
            return
        checked = read_checked(record.value)
        if checked.house_bill == house_bill and checked.operation == "DECLARE" and not checked.path and carrier in (None, checked.carrier):
            before = found.get(checked.carrier)
            if before is None or before[1].sequence <= checked.sequence:
                found[checked.carrier] = (record.key.decode(), checked)

    await read(bootstrap, await partitions_with(bootstrap, [topics.CHECKED]), look)
    if not found:
        raise Trouble(f"No parcel with house bill {house_bill} was accepted: `tonggwan decisions --house-bill {house_bill}` shows what is known of it.")
    if len(found) > 1:
        raise Trouble(f"Carriers {', '.join(sorted(found))} have a parcel with house bill {house_bill}: say whose with --carrier.")
    return next(iter(found.values()))


async def _in_force(bootstrap: str, house_bill: str, carrier: str) -> dict[str, Any]:
    """The decision in force on a house bill."""
    decisions: list[dict[str, Any]] = []
    await find(bootstrap, Asked(house_bill), lambda decision: decisions.append(cast("dict[str, Any]", decision)))
    standing = [decision for decision in decisions if decision["carrier"] == carrier and decision["outcome"] != "REJECT"]
    latest = max(standing, key=lambda decision: decision["sequence"], default=None)
    if latest is None or latest["outcome"] == "CANCELLED":
        raise Trouble(f"No decision on {house_bill} is in force: it was withdrawn, or is still on its way.")
    return latest

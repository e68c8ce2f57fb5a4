"""`tonggwan rescreen`: after a watch-list has changed, compare the parcels still in flight with what is new on it.

Names are kept nowhere but on `manifests.*`, so they are read there again, and compared with the changed entries
alone. A parcel that alarms now is held: the action goes the way of an officer's, and a further decision supersedes
the one in force.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

import click
from aiokafka import ConsumerRecord

from agents.intake.structure import convert_or_none, parse, salvage
from agents.read import read as read_manifest
from agents.reference import Reference
from agents.rules.parties import listed_parties
from agents.values.clock import DAY_MS, day_in_korea, day_of_ms
from agents.watchlist.entries import ListHit
from schemas.dead_letter import UnreadableError
from schemas.manifest import Header, Parcel
from schemas.topics import MANIFESTS
from streams.cli.console import as_json, counting, note, plural, table
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.cli.officer_actions import Name, ParcelStatus, action_on, publish, standing
from streams.errors import OperatorError
from streams.reference import reference_of, tables_of
from streams.reference.follow import read_history
from streams.reference.history import ReferenceHistory
from streams.settings import Settings

WATCHLIST: Final = "watchlist.csv"
DAYS: Final = 7
FOLLOW_S: Final = 5.0
COLUMNS: Final = ("house bill", "carrier", "list", "entry", "score", "what happens")
HELD: Final = "HOLD"


@click.command
@click.option(
    "--since",
    metavar="CHANGE",
    help="Compare with entries changed after this change of reference data. Default: the last change of the "
    "watch-list.",
)
@click.option(
    "--days",
    type=click.IntRange(1, 30),
    default=DAYS,
    show_default=True,
    help="Treat parcels received within this many days as in flight.",
)
@click.option(
    "--follow", is_flag=True, help="Keep running and repeat this after every change of the watch-list, until Ctrl-C."
)
@click.option("--dry-run", is_flag=True, help="Only print what would be held.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per parcel that alarms.")
@bootstrap_option
def rescreen(since: str | None, days: int, follow: bool, dry_run: bool, json_: bool, bootstrap: str) -> None:  # noqa: FBT001, PLR0913, PLR0917 - click's
    """Compare parcels in flight with what is new on the watch-list, and hold those that alarm."""
    run(bootstrap, _rescreen(bootstrap, since, days, follow=follow, dry_run=dry_run, json_=json_))


async def _rescreen(bootstrap: str, since: str | None, days: int, *, follow: bool, dry_run: bool, json_: bool) -> None:  # noqa: PLR0913 - what the command says
    base = tables_of(Settings.read(os.environ).reference_dir)
    done: int | None = None
    while True:
        history = await read_history(bootstrap, base)
        changes = [number for number, change in enumerate(history.changes, start=1) if WATCHLIST in change.rows]
        first = _first(history, since, changes) if done is None else done
        if done is None or any(number > first for number in changes):
            await _once(bootstrap, history, first, days, dry_run=dry_run, json_=json_)
        done = len(history.changes)
        if not follow:
            return
        await asyncio.sleep(FOLLOW_S)


def _first(history: ReferenceHistory, since: str | None, changes: list[int]) -> int:
    """How many changes had been made when the entries were as they are compared with."""
    if since is not None:
        numbers = [number for number, change in enumerate(history.changes, start=1) if change.change_id == since]
        if not numbers:
            raise OperatorError(f"no change {since}: `tonggwan reference show --changes` lists them.")
        return numbers[0]
    if not changes:
        raise OperatorError(
            "the watch-list has not been changed since the shipped one: `tonggwan reference load watchlist.csv "
            "--why TEXT` changes it."
        )
    return changes[-1] - 1


async def _once(  # noqa: PLR0913 - what one round needs
    bootstrap: str, history: ReferenceHistory, first: int, days: int, *, dry_run: bool, json_: bool
) -> None:
    now_ms = time.time_ns() // 1_000_000
    alarms = await _alarms(bootstrap, changed_entries(history, first), now_ms - days * DAY_MS)
    statuses = await standing(bootstrap, {house_bill for _, house_bill in alarms}) if alarms else {}
    held, rows = [], []
    for name, hit in sorted(alarms.items()):
        what = _what(statuses.get(name), hit)
        if what == HELD:
            held.append(
                (
                    name[1],
                    action_on(
                        statuses[name],
                        "HOLD",
                        f"watch-list {hit.source}",
                        f"entry {hit.entry_id}, score {hit.score:.3f}",
                        now_ms=now_ms,
                        event="LIST_CHANGED",
                    ),
                )
            )
        rows.append((name[1], name[0], hit.source, hit.entry_id, f"{hit.score:.3f}", what))
    if not dry_run:
        await publish(bootstrap, held)
    if json_:
        for row in rows:
            as_json(dict(zip(("house_bill", "carrier", "list", "entry", "score", "what"), row, strict=True)))
        return
    if rows:
        table(list(COLUMNS), rows)
    note(
        f"{plural(len(alarms), 'parcel')} of the last {days} days now on the list; "
        f"{'to be held' if dry_run else 'held'}: {len(held)}."
    )


def _what(status: ParcelStatus | None, hit: ListHit) -> str:
    """What happens to a parcel that alarms."""
    if status is None or status.decision is None:
        return "withdrawn or refused"
    return (
        "held already"
        if status.decision["outcome"] == HELD and hit.entry_id in str(status.decision["findings"])
        else HELD
    )


def changed_entries(history: ReferenceHistory, first: int) -> Reference:
    """The reference data of now, with nothing on the watch-list but what came or changed after so many changes."""
    before, now = history.tables(first).by_key(WATCHLIST), history.tables()
    rows = [row for key, row in now.by_key(WATCHLIST).items() if key not in before or before[key].cells != row.cells]
    return reference_of(now.with_tables({WATCHLIST: rows}))


async def _alarms(bootstrap: str, reference: Reference, since_ms: int) -> dict[Name, ListHit]:
    """Parcels received since then that alarm, each with its highest hit; the last version of a parcel counts."""
    hits: dict[Name, ListHit | None] = {}

    def look(record: ConsumerRecord) -> None:
        if record.timestamp >= since_ms:
            for house_bill, hit in alarms_in(record.value, reference, day_of_ms(record.timestamp)):
                hits[record.topic.removeprefix(MANIFESTS), house_bill] = hit

    with counting("reading manifests", "records") as counter:
        await read(bootstrap, await partitions_with(bootstrap, [MANIFESTS]), look, counter)
    return {name: hit for name, hit in hits.items() if hit is not None}


def alarms_in(value: bytes | None, reference: Reference, received_on: date) -> Iterator[tuple[str, ListHit | None]]:
    """Every parcel of a manifest that can be read, with its highest alarm."""
    try:
        raw: dict[str, Any] = read_manifest(value)
    except UnreadableError:
        return  # intake has set it aside
    header = parse(raw, Header).value or salvage(raw, Header)
    law = reference.on(day_in_korea(header.lodged_at) or received_on)
    parcels = raw.get("parcels")
    for each in parcels if isinstance(parcels, list) else []:
        parcel = convert_or_none(each, Parcel)
        if parcel is not None:
            hits = [listed.hit for listed in listed_parties(parcel, header, reference, law) if listed.hit.alarm]
            yield parcel.house_bill, max(hits, key=lambda hit: hit.permille, default=None)

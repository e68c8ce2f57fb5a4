"""`tonggwan reconcile`: conservation, proved from what stands on the topics."""

import os
from dataclasses import asdict

import click

from streams.audit.reconcile import Balance
from streams.audit.reconcile import reconcile as balance_of
from streams.cli.console import as_json, counting, plural, print_line, table
from streams.cli.kafka import bootstrap_option, run
from streams.reference import tables_of
from streams.reference.follow import read_history
from streams.settings import Settings


@click.command
@click.option("--manifest", metavar="M", help="Of this manifest only.")
@click.option("--replay", is_flag=True, help="Also decide every checked parcel again and compare the bytes.")
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="Print one JSON object per line: each manifest version, each violation, and the verdict.",
)
@bootstrap_option
def reconcile(manifest: str | None, replay: bool, json_: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Reconcile what was received with what was answered and decided.

    Per manifest version: parcels received equal the sum over their outcomes, with the place of the record. Exit
    status 1 when something does not balance, or when records are still waiting for a worker.
    """
    settings = Settings.read(os.environ)
    base = tables_of(settings.reference_dir) if replay else None
    read = 0
    with counting("reading", "records") as counter:

        def progress(records: int) -> None:
            nonlocal read
            read += records
            counter.total(read)
            counter.at(read)

        async def balanced() -> Balance:
            law = None if base is None else await read_history(bootstrap, base)
            return await balance_of(bootstrap, settings.group, manifest=manifest, reference=law, progress=progress)

        balance = run(bootstrap, balanced())
    if json_:
        _as_json(balance)
    else:
        _show(balance)
    if not balance.holds:
        raise SystemExit(1)


def _as_json(balance: Balance) -> None:
    for account in balance.accounts:
        as_json({"account": asdict(account)})
    for breach in balance.breaches:
        as_json({"breach": asdict(breach)})
    as_json(
        {
            "holds": balance.holds,
            "waiting": balance.waiting,
            "dead_letters": balance.dead_letters,
            "replayed": balance.replayed,
        }
    )


def _show(balance: Balance) -> None:
    rows = [
        (
            each.carrier,
            each.manifest_id,
            each.manifest_version,
            each.status,
            each.received,
            " ".join(f"{name} {number}" for name, number in sorted(each.outcomes.items())),
            each.source,
        )
        for each in balance.accounts
    ]
    table(("carrier", "manifest", "version", "status", "received", "outcomes", "source"), rows)
    if balance.breaches:
        table(("law", "where", "found"), [(breach.law, breach.where, breach.found) for breach in balance.breaches])
    print_line(verdict(balance))


def verdict(balance: Balance) -> str:
    """The result in a sentence."""
    received = sum(account.received for account in balance.accounts)
    totals = (
        f"{plural(len(balance.accounts), 'manifest version')} with {plural(received, 'parcel')}, "
        f"{plural(balance.dead_letters, 'record')} set aside"
    )
    again = "" if balance.replayed is None else f"; {plural(balance.replayed, 'checked parcel')} decided again"
    if balance.breaches:
        return (
            f"It does not balance: {plural(len(balance.breaches), 'breach').replace('breachs', 'breaches')} in "
            f"{totals}{again}."
        )
    if balance.waiting:
        return (
            f"It balances so far, with {plural(balance.waiting, 'record')} still waiting for a worker: wait, then run "
            "this "
            f"again. {totals}{again}."
        )
    return f"It balances: {totals}{again}."

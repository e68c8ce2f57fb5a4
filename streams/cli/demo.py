"""`tonggwan demo`: broker, workers and a sample day on this machine, and what became of it."""

import asyncio
import logging
import os
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, Self

import click
import orjson
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.rules.outcome import PRECEDENCE
from schemas.topics import MANIFESTS
from streams.audit.reconcile import reconcile
from streams.cli import INTERRUPTED
from streams.cli.console import err, logs, note, on_terminal, plural, print_line, printable, styled, table
from streams.cli.kafka import partitions_with
from streams.cli.publish import producer_of, send
from streams.cli.reconcile import verdict
from streams.cli.tally import COUNTS, TAXED, TOPICS, Place, Tally
from streams.errors import OperatorError
from streams.i18n import describe, sentence
from streams.kafka.reading import POLL_MS, open_consumer
from streams.local.supervisor import Supervisor
from streams.manifest_files import peek
from streams.settings import Settings
from streams.simulation.sample import day, hostile, profiles

PARCELS_MAX: Final = 200_000
"""The day is made before it is sent, and kept in memory meanwhile."""
SHELF: Final = ("truncated JSON", "duplicate keys", "unknown schema id", "truncated Avro", "text after JSON")
"""Of the records nobody can read: sent along, so that there is something to see among the dead letters."""
STALL_SECONDS: Final = 120.0
LINE_SECONDS: Final = 2.0
FRAMES_A_SECOND: Final = 5
QUIET_SECONDS: Final = 0.5
CODES_SHOWN: Final = 10
ORDER: Final = (*reversed(PRECEDENCE), "REJECT", "CANCELLED")


@click.command
@click.option(
    "--parcels",
    type=click.IntRange(1, PARCELS_MAX),
    default=20_000,
    show_default=True,
    metavar="N",
    help="Parcels of the sample day.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), metavar="N", help="Worker processes. Default: INTAKE_WORKERS, else 2."
)
def demo(parcels: int, workers: int | None) -> None:
    """Start everything in a temporary folder, publish a sample day of several carriers, and report the results.

    In a terminal it keeps running until Ctrl-C, so that you can try other commands; elsewhere it ends after the report.
    No files remain.
    """
    logs(logging.INFO)
    with tempfile.TemporaryDirectory(prefix="tonggwan-demo-", ignore_cleanup_errors=True) as folder:
        settings = replace(Settings.read(os.environ), brokers="", kafka_port=0, data_dir=Path(folder))
        if workers is not None:
            settings = replace(settings, workers=workers)
        done = asyncio.run(_demo(settings, parcels))
    if not done:
        raise SystemExit(INTERRUPTED)


async def _demo(settings: Settings, parcels: int) -> bool:
    """Whether the report was reached."""
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    async with Supervisor(settings, note) as supervisor:
        playing = asyncio.create_task(_play(supervisor, parcels, stopped))
        stopping = asyncio.create_task(stopped.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if playing.done():
            playing.result()
            if on_terminal():
                await _stay(supervisor, stopped)
            return True
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)
        return False


async def _stay(supervisor: Supervisor, stopped: asyncio.Event) -> None:
    """Keep everything up until Ctrl-C."""
    note("Running until Ctrl-C.")
    watching = asyncio.create_task(supervisor.watch())
    stopping = asyncio.create_task(stopped.wait())
    await asyncio.wait({watching, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not stopped.is_set():
        await watching
    watching.cancel()
    note("Stopping.")


async def _play(supervisor: Supervisor, parcels: int, stopped: asyncio.Event) -> None:
    note("Starting Kafka and the workers (the first time, Kafka is downloaded first) …")
    await supervisor.start()
    note(f"Generating a day of {plural(parcels, 'parcel')} …")
    day = await asyncio.to_thread(list, _day(parcels, stopped))
    async with _following(supervisor) as (tally, consumer):
        sent: set[Place] = set()
        sending = asyncio.create_task(_send(supervisor.bootstrap, day, sent))
        try:
            await _follow(tally, consumer, sending, sent, parcels)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    await _report(supervisor, tally, len(sent))


def _day(parcels: int, stopped: asyncio.Event) -> Iterator[tuple[str, bytes]]:
    """The records to send: carrier and bytes."""
    busiest = profiles.PROFILES[0].carrier
    for carrier, manifest in day.day(parcels=parcels):
        if stopped.is_set():
            return
        yield carrier, orjson.dumps(manifest)
    shelf = dict(hostile.hostile())
    for name in SHELF:
        yield busiest, shelf[name]


async def _send(bootstrap: str, day: list[tuple[str, bytes]], sent: set[Place]) -> None:
    """Publish the day, each carrier's records on its own topic."""
    async with producer_of(bootstrap) as producer:
        waiting = [await send(producer, MANIFESTS + carrier, value, peek(value).key) for carrier, value in day]
        for kept in await asyncio.gather(*waiting):
            sent.add((kept.topic, kept.partition, kept.offset))


@asynccontextmanager
async def _following(supervisor: Supervisor) -> AsyncIterator[tuple[Tally, Any]]:
    async with open_consumer(supervisor.bootstrap) as consumer:
        tps = await partitions_with(supervisor.bootstrap, TOPICS)
        consumer.assign(tps)
        await consumer.seek_to_beginning(*tps)
        yield Tally(), consumer


async def _follow(tally: Tally, consumer: Any, sending: "asyncio.Task[None]", sent: set[Place], parcels: int) -> None:  # noqa: ANN401 - aiokafka brings no types
    """Count what comes until everything has, and show it meanwhile."""
    with Screen(tally, parcels) as screen:
        while True:
            for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                for record in records:
                    tally.take(record)
            screen.show()
            if sending.done():
                sending.result()
                # Cases and notices are on other partitions than the decisions they were committed with.
                if tally.holds_all(sent) and time.monotonic() - tally.moved_at > QUIET_SECONDS:
                    return
            if time.monotonic() - tally.moved_at > STALL_SECONDS:
                raise OperatorError(
                    f"no data for {STALL_SECONDS:.0f} s: {len(sent - tally.answered)} manifests are unanswered. This "
                    "should not happen; please report it."
                )


class Screen:
    """The live picture: a panel on a terminal, a line now and then elsewhere."""

    def __init__(self, tally: Tally, parcels: int) -> None:
        self._tally, self._parcels = tally, parcels
        self._live = (
            Live(console=err(), refresh_per_second=FRAMES_A_SECOND, transient=True) if sys.stderr.isatty() else None
        )
        self._next = 0.0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self) -> None:
        """Bring it up to date, if it is time."""
        now = time.monotonic()
        if now < self._next:
            return
        if self._live is not None:
            self._live.update(self._panel())
            self._next = now + 1 / FRAMES_A_SECOND
        else:
            note(self._line())
            self._next = now + LINE_SECONDS

    def _line(self) -> str:
        tally = self._tally
        return (
            f"{tally.decisions:,} parcels decided of {max(self._parcels, tally.expected):,}, "
            f"{tally.decisions / tally.seconds:,.0f} a second"
        )

    def _panel(self) -> Panel:
        outcomes, carriers = Table(box=None, header_style="bold"), Table(box=None, header_style="bold")
        for column in ("outcome", "route"):
            outcomes.add_column(column)
        outcomes.add_column("parcels", justify="right")
        for outcome, route, number in outcome_rows(self._tally):
            outcomes.add_row(styled(outcome), route, f"{number:,}")
        carriers.add_column("carrier")
        for column in COUNTS:
            carriers.add_column(column, justify="right")
        for carrier, counts in sorted(self._tally.by_carrier.items()):
            carriers.add_row(printable(carrier), *(f"{counts[name]:,}" for name in COUNTS))
        side = Table.grid(padding=(0, 4))
        side.add_row(outcomes, carriers)
        return Panel(Group(Text(self._line()), Text(), side), title="Tonggwan", title_align="left")


def outcome_rows(tally: Tally) -> list[tuple[str, str, int]]:
    """Outcomes by route, from the mildest on."""
    return [
        (outcome, route, number)
        for (outcome, route), number in sorted(
            tally.outcomes.items(), key=lambda item: (ORDER.index(item[0][0]), item[0][1])
        )
    ]


async def _report(supervisor: Supervisor, tally: Tally, records: int) -> None:
    _section("Per carrier")
    rows = [
        (carrier, *(f"{counts[name]:,}" for name in COUNTS)) for carrier, counts in sorted(tally.by_carrier.items())
    ]
    table(
        ("carrier", *COUNTS),
        [*rows, ("all", *(f"{sum(counts[name] for counts in tally.by_carrier.values()):,}" for name in COUNTS))],
    )
    _section("Outcomes by route")
    table(
        ("outcome", "route", "parcels"),
        [(outcome, route, f"{number:,}") for outcome, route, number in outcome_rows(tally)],
    )
    _section("Duties and taxes")
    table(
        ("reason", "decisions"),
        [
            (describe("exempt", reason, "en") if reason != TAXED else "taxed", f"{number:,}")
            for reason, number in tally.taxes.most_common()
        ],
    )
    print_line(f"{tally.tax_krw:,} won in all, superseded decisions included.")
    _section("Most frequent findings")
    table(
        ("code", "parcels", "rule"),
        [
            (rule[0], f"{number:,}", sentence(tally.examples[rule], "en"))
            for rule, number in tally.rules.most_common(CODES_SHOWN)
        ],
    )
    _section("Security cases by desk")
    table(("desk", "cases"), sorted(tally.cases.items()))
    _section("Records set aside")
    table(("cause", "records"), sorted(tally.letters.items()))
    _section("Result")
    rate = f"{tally.decisions / tally.seconds:,.0f} parcels a second, from publishing to the committed decision"
    print_line(
        f"{plural(records, 'manifest')} and {plural(tally.decisions, 'parcel')} in {tally.seconds:.1f} s: {rate}."
    )
    print_line(verdict(await reconcile(supervisor.bootstrap, supervisor.settings.group)))
    _next_steps(supervisor.bootstrap, tally)


def _next_steps(bootstrap: str, tally: Tally) -> None:
    _section("To try next" if on_terminal() else "To try next, while the demo is running in a terminal")
    tries = (
        f"tonggwan explain {printable(tally.held)}" if tally.held else "tonggwan decisions",
        f"tonggwan decisions --house-bill {printable(tally.replaced)}"
        if tally.replaced
        else "tonggwan decisions --json",
        "tonggwan dead-letters list",
    )
    for each in tries:
        print_line(f"  {each} --bootstrap {bootstrap}")


def _section(title: str) -> None:
    print_line()
    print_line(title, bold=True)

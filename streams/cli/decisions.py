"""`tonggwan decisions`: every decision ever made, superseded ones too."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import click
from aiokafka import ConsumerRecord

from schemas import avro
from schemas.topics import CLEARANCE
from streams.cli.console import as_json, counting, lang_option, note, print_line, printable, table
from streams.cli.decision_view import route_label
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.i18n import Lang, label, moment, translate

COLUMNS: Final = ("decided at", "house bill", "seq", "carrier", "manifest", "route", "outcome", "codes")

Decision = Mapping[str, Any]
"""With the names of schemas/decision.v1.avsc."""


@click.command
@click.option("--house-bill", metavar="H", help="Only decisions on this house bill.")
@click.option("--manifest", metavar="M", help="Of this manifest only.")
@click.option("--follow", is_flag=True, help="Keep printing new decisions until Ctrl-C.")
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="Print one decision per line, in the layout of the decision schema and the order of the log.",
)
@lang_option
@bootstrap_option
def decisions(  # noqa: PLR0913, PLR0917 - click's
    house_bill: str | None,
    manifest: str | None,
    follow: bool,  # noqa: FBT001 - click's
    json_: bool,  # noqa: FBT001 - click's
    lang: Lang,
    bootstrap: str,
) -> None:
    """Print every committed decision on clearance.*, by house bill and sequence."""
    asked = DecisionQuery(house_bill, manifest)
    if json_:
        run(bootstrap, find(bootstrap, asked, as_json, follow=follow))
    elif follow:
        run(bootstrap, find(bootstrap, asked, lambda decision: _as_line(decision, lang), follow=True))
    else:
        rows: list[Decision] = []
        run(bootstrap, find(bootstrap, asked, rows.append))
        rows.sort(key=lambda decision: (decision["house_bill"], decision["carrier"], decision["sequence"]))
        table([translate(lang, column) for column in COLUMNS], [_row(decision, lang) for decision in rows])
        note(translate(lang, "Decisions: {number}", number=f"{len(rows):,}"))


@dataclass(frozen=True, slots=True)
class DecisionQuery:
    """Which decisions: those of a house bill, of a manifest, or all."""

    house_bill: str | None = None
    manifest: str | None = None

    @property
    def key(self) -> bytes | None:
        """The key they have on Kafka."""
        return None if self.house_bill is None else self.house_bill.encode(errors="surrogateescape")


async def find(
    bootstrap: str, asked: DecisionQuery, apply: Callable[[Decision], None], *, follow: bool = False
) -> None:
    """Hand over decisions in the order of the log; those of one house bill lie in one partition of each topic."""

    def take(record: ConsumerRecord) -> None:
        if asked.key in (None, record.key):
            decision = avro.decode(avro.DECISION, record.value)
            if asked.manifest in (None, decision["manifest_id"]):
                apply(decision)

    tps = await partitions_with(bootstrap, CLEARANCE, asked.key)
    if follow:
        await read(bootstrap, tps, take, follow=True)
        return
    with counting("reading", "records") as counter:
        await read(bootstrap, tps, take, counter)


def _as_line(decision: Decision, lang: Lang) -> None:
    print_line("  ".join(printable(cell) for cell in _row(decision, lang)))


def _row(decision: Decision, lang: Lang) -> tuple[object, ...]:
    codes = " ".join(dict.fromkeys(finding["code"] for finding in decision["findings"]))
    manifest = f"{decision['manifest_id']} v{decision['manifest_version']}"
    return (
        moment(decision["decided_at"], lang),
        decision["house_bill"],
        decision["sequence"],
        decision["carrier"],
        manifest,
        route_label(decision, lang),
        label("outcome", decision["outcome"], lang),
        codes,
    )

"""`tonggwan explain`: why a parcel's outcome is what it is, from everything that stands on the topics about it."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import click
from aiokafka import ConsumerRecord

from schemas import avro
from schemas.topics import RECEIPTS, SECURITY_OF_DESK
from streams.cli.console import as_json, field, lang_option, print_line, printable
from streams.cli.decision_view import house_bill_line, show_decision, show_finding
from streams.cli.decisions import Decision, DecisionQuery, find
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.errors import OperatorError
from streams.i18n import Lang, describe, label, moment, translate


@click.command
@click.argument("house_bill")
@click.option("--carrier", metavar="ID", help="Only this carrier, when several use the same house bill.")
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="One object for each carrier that has the house bill: its decisions, security cases and notices, as their "
    "schemas have them.",
)
@lang_option
@bootstrap_option
def explain(house_bill: str, carrier: str | None, json_: bool, lang: Lang, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Show every decision on a house bill, with its security cases and notices.

    Route, outcome and exemption come with their reasons, taxes line by line with base, rate and source, findings
    with the rules behind them.

    Exit status 1 when there is no decision on it.
    """
    files = run(bootstrap, _files_of(bootstrap, house_bill, carrier))
    if not files:
        right = (
            "check that it is written as in the manifest and that the manifest was answered; a decision follows "
            "the receipt within seconds (`tonggwan decisions --follow`)"
        )
        raise OperatorError(f"no decision on house bill {printable(house_bill)}: {right}.")
    for file in files:
        if json_:
            as_json(
                {
                    "house_bill": house_bill,
                    "carrier": file.carrier,
                    "decisions": file.decisions,
                    "cases": file.cases,
                    "notices": file.notices,
                }
            )
        else:
            _show(file, lang)


class File:
    """Everything about one carrier's house bill."""

    def __init__(self, carrier: str, decisions: list[Decision]) -> None:
        self.carrier = carrier
        self.decisions = sorted(decisions, key=lambda decision: decision["sequence"])
        self.cases: list[Mapping[str, Any]] = []
        self.notices: list[Mapping[str, Any]] = []

    @property
    def in_force(self) -> Decision | None:
        """A refusal supersedes nothing: the last decision that is none."""
        return next((decision for decision in reversed(self.decisions) if decision["outcome"] != "REJECT"), None)


async def _files_of(bootstrap: str, house_bill: str, carrier: str | None) -> list[File]:
    by_carrier: defaultdict[str, list[Decision]] = defaultdict(list)

    def take(decision: Decision) -> None:
        if carrier in (None, decision["carrier"]):
            by_carrier[decision["carrier"]].append(decision)

    await find(bootstrap, DecisionQuery(house_bill), take)
    files = [File(code, decisions) for code, decisions in sorted(by_carrier.items())]
    for file in files:
        await _read_cases(bootstrap, house_bill, file)
        await _read_notices(bootstrap, house_bill, file)
    return files


async def _read_cases(bootstrap: str, house_bill: str, file: File) -> None:
    key = house_bill.encode(errors="surrogateescape")

    def take(record: ConsumerRecord) -> None:
        if record.key == key and (case := avro.decode(avro.SECURITY_CASE, record.value))["carrier"] == file.carrier:
            file.cases.append(case)

    await read(bootstrap, await partitions_with(bootstrap, SECURITY_OF_DESK.values(), key), take)
    file.cases.sort(key=lambda case: (case["sequence"], case["desk"]))


async def _read_notices(bootstrap: str, house_bill: str, file: File) -> None:
    """Receipts are kept by manifest, so those of the carrier are looked through.

    Only those that name the house bill are read.
    """
    name = house_bill.encode(errors="surrogateescape")

    def take(record: ConsumerRecord) -> None:
        if name in record.value:
            receipt = avro.decode(avro.RECEIPT, record.value)
            if receipt["kind"] == "NOTICE" and any(parcel["house_bill"] == house_bill for parcel in receipt["parcels"]):
                file.notices.append(receipt)

    await read(bootstrap, await partitions_with(bootstrap, [RECEIPTS + file.carrier]), take)


# what is shown


def _show(file: File, lang: Lang) -> None:
    in_force = file.in_force
    print_line(house_bill_line(file.decisions[0], lang), bold=True)
    if in_force is None:
        print_line(translate(lang, "No decision is in force: all of them are refusals."))
    else:
        print_line(
            translate(
                lang,
                "In force: decision {sequence}, {outcome}.",
                sequence=in_force["sequence"],
                outcome=label("outcome", in_force["outcome"], lang),
            )
        )
    for decision in file.decisions:
        print_line()
        show_decision(decision, lang, in_force=decision is in_force)
        for case in file.cases:
            if case["sequence"] == decision["sequence"] and case["decision_id"] == decision["decision_id"]:
                _show_case(case, decision, lang)
        for notice in file.notices:
            if _came_with(notice, decision):
                _show_notice(notice, lang)
    print_line()


def _came_with(notice: Mapping[str, Any], decision: Decision) -> bool:
    """Whether a notice came of a decision: it has its manifest version and its time, and a refusal brings none."""
    same = all(notice[field] == decision[field] for field in ("manifest_id", "manifest_version"))
    return same and notice["answered_at"] == decision["decided_at"] and decision["outcome"] != "REJECT"


def _show_case(case: Mapping[str, Any], decision: Decision, lang: Lang) -> None:
    """A desk's case, and those of its findings that stand on no decision."""
    desk = label("desk", case["desk"], lang)
    lane = label("lane", case["lane"] or "", lang)
    text = translate(
        lang,
        "{desk} case {case}, opened {time}, for {codes}",
        desk=desk + (f" ({lane})" if lang == "en" else f"({lane})") if lane else desk,
        case=case["case_id"],
        time=moment(case["opened_at"], lang),
        codes=", ".join(dict.fromkeys(finding["code"] for finding in case["findings"])),
    )
    if case["evidence_parcels"]:
        text += translate(lang, "; related parcels {house_bills}", house_bills=", ".join(case["evidence_parcels"]))
    field(translate(lang, "case"), text)
    for finding in case["findings"]:
        if finding not in decision["findings"]:
            show_finding(finding, lang)


def _show_notice(notice: Mapping[str, Any], lang: Lang) -> None:
    answers = (
        (describe("outcome", parcel["answer"], lang) and label("outcome", parcel["answer"], lang))
        or label("assessment", parcel["answer"], lang)
        for parcel in notice["parcels"]
    )
    field(
        translate(lang, "notice"),
        translate(
            lang,
            "carrier notified: {answers}, {time}",
            answers=", ".join(answers),
            time=moment(notice["answered_at"], lang),
        ),
    )

"""`tonggwan explain`: why a parcel's outcome is what it is, from everything that stands on the topics about it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final

import click
from aiokafka import ConsumerRecord

from agents.rules.rule import Rule
from schemas import avro
from schemas.topics import RECEIPTS, SECURITY_OF_DESK
from streams.cli.decisions import Asked, Decision, find
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.cli.look import on_terminal, out, shown, styled, write
from streams.cli.policy import rules_of
from streams.trouble import Trouble

INDENT: Final = "  "
Said = Mapping[str, Any]


@click.command
@click.argument("house_bill")
@click.option("--carrier", metavar="ID", help="Of this carrier only, when several use the same house bill.")
@bootstrap_option
def explain(house_bill: str, carrier: str | None, bootstrap: str) -> None:
    """Show every decision on a house bill: findings with the rules behind them, figures, versions, and who was told.

    Exit status 1 when nothing is known of it.
    """
    known = run(bootstrap, _known(bootstrap, house_bill, carrier))
    if not known:
        raise Trouble(f"nothing is known of house bill {shown(house_bill)}: see that it is written as in the manifest, and that its manifest was answered (`tonggwan decisions`).")
    for file in known:
        _show(file)


class File:
    """Everything about one carrier's house bill."""

    def __init__(self, carrier: str, decisions: list[Decision]) -> None:
        self.carrier = carrier
        self.decisions = sorted(decisions, key=lambda decision: decision["sequence"])
        self.cases: list[Said] = []
        self.notices: list[Said] = []

    @property
    def in_force(self) -> Decision | None:
        """A refusal supersedes nothing: the last decision that is none."""
        return next((decision for decision in reversed(self.decisions) if decision["outcome"] != "REJECT"), None)


async def _known(bootstrap: str, house_bill: str, carrier: str | None) -> list[File]:
    found: defaultdict[str, list[Decision]] = defaultdict(list)

    def take(decision: Decision) -> None:
        if carrier in (None, decision["carrier"]):
            found[decision["carrier"]].append(decision)

    await find(bootstrap, Asked(house_bill), take)
    files = [File(code, decisions) for code, decisions in sorted(found.items())]
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
    """Receipts are kept by manifest, so those of the carrier are looked through; only those that name the house bill are read."""
    name = house_bill.encode(errors="surrogateescape")

    def take(record: ConsumerRecord) -> None:
        if name in record.value:
            receipt = avro.decode(avro.RECEIPT, record.value)
            if receipt["kind"] == "NOTICE" and any(parcel["house_bill"] == house_bill for parcel in receipt["parcels"]):
                file.notices.append(receipt)

    await read(bootstrap, await partitions_with(bootstrap, [RECEIPTS + file.carrier]), take)


# what is shown


def _show(file: File) -> None:
    in_force = file.in_force
    write(f"House bill {shown(file.decisions[0]['house_bill'])} of carrier {shown(file.carrier)}", bold=True)
    if in_force is None:
        write("No decision is in force: every one was a refusal.")
    else:
        write(f"In force: decision {in_force['sequence']}, {in_force['outcome']}.")
    for decision in file.decisions:
        write()
        _show_decision(decision, in_force=decision is in_force)
        for case in file.cases:
            if case["sequence"] == decision["sequence"] and case["decision_id"] == decision["decision_id"]:
                _show_case(case)
        for notice in file.notices:
            if notice["manifest_version"] == decision["manifest_version"] and notice["manifest_id"] == decision["manifest_id"]:
                _show_notice(notice)
    write()


def _show_decision(decision: Decision, *, in_force: bool) -> None:
    _headline(decision, " (in force)" if in_force else "")
    _line("decided", decision["decided_at"])
    replaced = f", replaces decision {decision['supersedes']}" if decision["supersedes"] is not None else ""
    _line("because of", f"{decision['event']} in manifest {decision['manifest_id']} version {decision['manifest_version']}, master bill {decision['master_bill']}{replaced}")
    _line("source", "{topic}-{partition}-{offset}".format(**decision["source"]))
    _line("goods price", None if decision["goods_price_usd"] is None else f"{decision['goods_price_usd']} USD")
    _line("customs value", None if decision["customs_value_krw"] is None else f"{decision['customs_value_krw']:,} KRW")
    _line("goods", "; ".join(f"{goods['hs_code'] or 'no code'}{' taken for ' + goods['category'] if goods['category'] else ''}" for goods in decision["goods"]))
    for name in ("tax", "risk"):
        if decision[name] is not None:
            _line(name, ", ".join(f"{key} {value}" for key, value in decision[name].items()))
    _line("versions", ", ".join(f"{name} {version}" for name, version in decision["versions"].items() if version is not None))
    _line("decision", decision["decision_id"])
    if not decision["findings"]:
        _line("findings", "none")
    for finding in decision["findings"]:
        _show_finding(finding)


def _headline(decision: Decision, rest: str) -> None:
    begin = f"Decision {decision['sequence']}: "
    end = f"{' on route ' + decision['route'] if decision['route'] else ''}{rest}"
    if on_terminal():
        out().print(begin, styled(decision["outcome"]), end, sep="")
    else:
        write(f"{begin}{decision['outcome']}{end}")


def _show_finding(finding: Said) -> None:
    _line(f"{finding['code']} {finding['severity']}", f"{finding['path']}: {finding['message']}")
    for name, value in finding["evidence"].items():
        write(f"{INDENT * 10}{shown(name)} = {shown(value)}")
    for line in _basis(rules_of(finding["code"], finding["severity"])):
        write(f"{INDENT * 10}{line}")


def _basis(rules: Iterable[Rule]) -> list[str]:
    """The rule in its published words, and the law behind it; several rows may share a code."""
    return [f"rule: {rule.sentence} [{rule.basis}]" for rule in rules]


def _show_case(case: Said) -> None:
    also = f"; also rests on {', '.join(map(shown, case['evidence_parcels']))}" if case["evidence_parcels"] else ""
    _line("case", f"{case['desk']} {case['case_id']}, opened {case['opened_at']}, for {', '.join(finding['code'] for finding in case['findings'])}{also}")


def _show_notice(notice: Said) -> None:
    answers = ", ".join(parcel["answer"] for parcel in notice["parcels"])
    _line("notice", f"the carrier was told {answers} on {notice['answered_at']}")


def _line(name: str, value: object) -> None:
    if value not in (None, ""):
        write(f"{INDENT}{shown(name):16}{INDENT}{shown(value)}")

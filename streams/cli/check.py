"""`tonggwan check`: the same intake and screening, in this process, over files, with nothing remembered before.

With `--expect` the files are cases of the conformance corpus, and what comes is compared with what they expect.
"""

import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from agents.values.clock import parse_rfc3339
from streams.cli.console import as_json, counting, lang_option, logs, note, plural, print_line, printable
from streams.cli.decision_view import house_bill_line, route_label, show_decision
from streams.cli.receipt_view import show_dead_letter, show_receipt
from streams.conformance import builder, cases, compare
from streams.conformance.judge import judge_of, tables_folder
from streams.errors import OperatorError
from streams.i18n import Lang, label, translate
from streams.kafka.admin import check_carrier
from streams.manifest_files import FileRecord, paths_argument, read, within_limit
from streams.reference import load_prepared
from streams.settings import Settings
from streams.worker.checker import Checker, PipelineResult


@click.command
@paths_argument
@click.option(
    "--carrier",
    metavar="ID",
    help="The carrier whose topic the manifests arrive on. Default: the one each manifest names, else 'check'.",
)
@click.option("--at", metavar="TIME", help="Time of arrival, RFC 3339 such as 2026-11-23T14:02:11+09:00. Default: now.")
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="Print every parcel's whole decision, one per line, in the layout of the decision schema; with --expect, "
    "every case.",
)
@click.option(
    "--explain",
    "explain",
    is_flag=True,
    help="Lay out every decision with its reasons and itemised taxes; by default only for a single parcel.",
)
@lang_option
@click.option(
    "--expect",
    is_flag=True,
    help="The files are cases with their expected results, such as conformance/*.toml: report those that differ.",
)
@click.option(
    "--write",
    "write_to",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="With --expect: write each case to this folder as plain JSON, for other systems.",
)
def check(  # noqa: PLR0913, PLR0917 - click's
    files: tuple[str, ...],
    carrier: str | None,
    at: str | None,
    json_: bool,  # noqa: FBT001 - click's
    explain: bool,  # noqa: FBT001 - click's
    lang: Lang,
    expect: bool,  # noqa: FBT001 - click's
    write_to: Path | None,
) -> None:
    """Judge manifests by the same rules without a broker.

    Files are processed in order, from an empty state: a second version of a manifest amends it, a repetition is a
    DUPLICATE. Reads JSON (one manifest or a list), JSON Lines (also on standard input: -) and Avro container files.

    Exit status 1 when a parcel was refused or a record could not be read; with --expect, when a case failed.
    """
    logs()
    if expect:
        if carrier is not None or at is not None:
            raise click.UsageError(
                "the cases say --carrier and --at themselves: leave these options out with --expect."
            )
        well = _write(files, write_to) if write_to is not None else _expect(files, json_=json_)
    elif write_to is not None:
        raise click.UsageError("--write writes the cases of the corpus: add --expect.")
    else:
        well = _check(files, carrier, at, None if json_ else lang, explain=explain)
    if not well:
        raise SystemExit(1)


def _check(files: tuple[str, ...], carrier: str | None, at: str | None, lang: Lang | None, *, explain: bool) -> bool:
    """Judge manifests and print the answers in a language, or as JSON without one.

    Whether all was read and nothing refused.
    """
    if carrier is not None:
        check_carrier(carrier)
    settings = Settings.read(os.environ)
    checker = Checker(settings, load_prepared(tables_folder(settings), settings.cache_dir))
    well = True
    for record in read(files):
        answer = checker.take(within_limit(record), carrier, _at_ms(at))
        _show(answer, record, lang, explain=explain)
        well &= answer.well
    return well


def _at_ms(at: str | None) -> int:
    if at is None:
        return time.time_ns() // 1_000_000
    moment = parse_rfc3339(at)
    if moment is None:
        raise click.BadParameter(
            f"{at!r} is not a time with offset: write it like 2026-11-23T14:02:11+09:00.", param_hint="--at"
        )
    return int(moment.timestamp() * 1000)


def _show(answer: PipelineResult, record: FileRecord, lang: Lang | None, *, explain: bool) -> None:
    if lang is None:
        for entry in (*answer.letters, *answer.decisions):
            as_json(entry)
        return
    for letter in answer.letters:
        show_dead_letter(letter, record.where, lang)
    explained = explain or len(answer.decisions) == 1
    for receipt in answer.receipts:
        show_receipt(receipt, record.where, lang, remarks_too=not explained)
    if decided := Counter(
        (route_label(decision, lang) or translate(lang, "no route"), label("outcome", decision["outcome"], lang))
        for decision in answer.decisions
        if decision["outcome"] != "REJECT"
    ):
        numbers = [
            translate(lang, "{number} {outcome} by {route}", number=f"{number:,}", outcome=outcome, route=route)
            for (route, outcome), number in decided.most_common()
        ]
        print_line(translate(lang, "Decided: {numbers}", numbers=", ".join(numbers)))
    for decision in answer.decisions if explained else ():
        print_line()
        print_line(house_bill_line(decision, lang), bold=True)
        show_decision(decision, lang)


def _case_files(files: Sequence[str]) -> list[cases.CaseFile]:
    if "-" in files:
        raise click.UsageError(
            "cases need the files beside them and cannot come from standard input: name a file such as "
            "conformance/XF-02.toml."
        )
    return [cases.read(Path(file)) for file in files]


def _expect(files: Sequence[str], *, json_: bool) -> bool:
    """Judge every case; whether each came as expected."""
    read_files = _case_files(files)
    settings = Settings.read(os.environ)
    judges: dict[Path, cases.Evaluator] = {}
    results: list[cases.Result] = []
    with counting("Cases", "cases") as counter:
        counter.total(sum(len(file.cases) for file in read_files))
        for file in read_files:
            # One set of tables for each folder of cases: loading them takes longer than a file's cases.
            judge = judges.get(file.reference) or judges.setdefault(file.reference, judge_of(file, settings))
            for case in file.cases:
                results.append(compare.run(file, case, judge))
                counter.at(len(results))
    for file in read_files:
        of_file = [result for result in results if result.file is file]
        for result in of_file if json_ else ():
            as_json(_result(result))
        if not json_:
            _show_file(file, of_file)
    failed = sum(not result.passed for result in results)
    pending = sum(bool(result.case.pending) for result in results if result.passed)
    note(
        f"{plural(len(results), 'case')}: {len(results) - failed - pending} passed, {failed} failed"
        + (f", {pending} pending" if pending else "")
        + "."
    )
    return not failed


def _result(result: cases.Result) -> dict[str, Any]:
    case = result.case
    return {
        "file": result.file.path.name,
        "rule": result.file.head.rule,
        "case": case.name,
        "kind": case.kind,
        "because": case.because or None,
        "pending": case.pending or None,
        "passed": result.passed,
        "differences": [
            {"where": each.where, "what": each.what, "expected": each.expected, "came": each.came}
            for each in result.differences
        ],
    }


def _show_file(file: cases.CaseFile, results: Sequence[cases.Result]) -> None:
    failed = [result for result in results if not result.passed]
    pending = [result for result in results if result.passed and result.case.pending]
    print_line(
        f"{file.path.name}: {len(results) - len(failed) - len(pending)} passed, {len(failed)} failed"
        + (f", {len(pending)} pending" if pending else ""),
        bold=bool(failed),
    )
    for result in pending:
        print_line(f'  PENDING "{printable(result.case.name)}": {printable(result.case.pending)}')
    for result in failed:
        because = f"; {printable(result.case.because)}" if result.case.because else ""
        print_line(f'  FAILED "{printable(result.case.name)}" ({result.case.kind}{because})')
        if not result.differences:
            print_line("    the case is marked pending but passes: remove the mark")
        for each in result.differences:
            print_line(f"    {each.what}{f' of {each.where}' if each.where else ''}")
            print_line(f"      expected  {printable(each.expected)}")
            print_line(f"      came      {printable(each.came)}")


def _write(files: Sequence[str], folder: Path) -> bool:
    """Write each case as plain JSON: its manifests, and what is expected of them."""
    written = 0
    copied: set[Path] = set()
    with counting("Files", "files") as counter:
        read_files = _case_files(files)
        for file in read_files:
            for name, value in builder.plain(file):
                _put(folder / name, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                written += 1
                counter.at(written)
            if file.reference.is_dir() and file.reference not in copied:
                copied.add(file.reference)
                for table in sorted(file.reference.glob("*.csv")):
                    _put(folder / "reference" / table.name, table.read_bytes())
    note(
        f"{plural(sum(len(file.cases) for file in read_files), 'case')} written to {folder}, and the tables that "
        f"they rest on to {folder / 'reference'}."
    )
    return True


def _put(path: Path, value: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value)
    except OSError as error:
        raise OperatorError(
            f"{path} can't be written ({error.strerror}): choose another folder with --write."
        ) from error

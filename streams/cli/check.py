"""`tonggwan check`: the same intake and screening, in this process, over files, with nothing remembered before.

With `--expect` the files are cases of the conformance corpus, and what comes is compared with what they expect.
"""

import csv
import os
import shutil
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import click
import orjson

from agents.clock import parse_rfc3339
from agents.identity import TokenKeys
from agents.intake import Office
from agents.reference import Reference
from schemas import avro
from schemas.topics import CHECKED, CLEARANCE, DEAD_LETTERS, LINKS, MANIFESTS, RECEIPTS, SECURITY_OF_DESK
from streams import conformance, partitions
from streams.admin import CARRIER, check_carrier
from streams.batches import Headers
from streams.cli.dead_letters import Letter
from streams.cli.explained import show_decision
from streams.cli.files import Found, paths_argument, peek, read, within_limit
from streams.cli.look import as_json, counting, lang_option, logs, many, say, shown, write
from streams.cli.receipts import dead_letter, is_refusal, show_dead_letter, show_receipt
from streams.importers import tokenise
from streams.reference import FOLDER, load
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.transaction import Outbox
from streams.trouble import Trouble
from streams.words import Lang, name
from streams.words import say as words
from streams.work import Work

NOBODY: Final = "check"
"""Carrier of a manifest that names none."""
KEY: Final = TokenKeys((("check", b"tonggwan check: tokens of no office"),))
"""Tokens of a check stand for nobody elsewhere."""

SECURITY: Final = frozenset(SECURITY_OF_DESK.values())
REFERENCE_ALTERED: Final = "tonggwan-reference-"
IMPORTERS: Final = "importers.clear.csv"
"""Of the tables beside cases the one in clear text: its people are invented, and the register holds nobody so."""


@click.command
@paths_argument
@click.option("--carrier", metavar="ID", help="The carrier whose topic the manifests arrive on. Default: the one each names, else 'check'.")
@click.option("--at", metavar="TIME", help="When they arrive, RFC 3339 such as 2026-11-23T14:02:11+09:00. Default: now.")
@click.option("--json", "json_", is_flag=True, help="Every parcel's whole decision, one a line, as schemas/decision.v1.avsc has it; with --expect, every case.")
@click.option("--explain", "explain", is_flag=True, help="Every decision laid out with its reasons and taxes line by line; without it that of a single parcel.")
@lang_option
@click.option("--expect", is_flag=True, help="The files are cases with what has to come of them, such as conformance/*.toml: say which came otherwise.")
@click.option("--write", "write_to", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), help="With --expect: write each case there as plain JSON, for other systems.")
def check(files: tuple[str, ...], carrier: str | None, at: str | None, json_: bool, explain: bool, lang: Lang, expect: bool, write_to: Path | None) -> None:  # noqa: FBT001, PLR0913, PLR0917 - click's
    """Judge manifests by the same rules without a broker.

    The files are taken in order, as the first manifests ever; a second version of one amends it, a repetition is a
    DUPLICATE. Reads JSON (one manifest or a list), JSON Lines (also on standard input: -) and Avro container files.

    Exit status 1 when a parcel was refused or a record can't be read; with --expect, when a case came otherwise.
    """
    logs()
    if expect:
        if carrier is not None or at is not None:
            raise click.UsageError("--carrier and --at stand in the cases themselves: leave them out with --expect.")
        well = _write(files, write_to) if write_to is not None else _expect(files, json_=json_)
    elif write_to is not None:
        raise click.UsageError("--write writes the cases of the corpus: add --expect.")
    else:
        well = _check(files, carrier, at, None if json_ else lang, explain=explain)
    if not well:
        raise SystemExit(1)


def _check(files: tuple[str, ...], carrier: str | None, at: str | None, lang: Lang | None, *, explain: bool) -> bool:
    """Judge manifests and print the answers in a language, or as JSON without one; whether all was read and nothing refused."""
    if carrier is not None:
        check_carrier(carrier)
    settings = Settings.read(os.environ)
    bench = Bench(settings, load(_tables(settings)))
    well = True
    for found in read(files):
        answer = bench.take(within_limit(found), carrier, _at_ms(at))
        _show(answer, found, lang, explain=explain)
        well &= answer.well
    return well


def _tables(settings: Settings) -> Path | None:
    return Path(settings.reference_dir) if settings.reference_dir else None


def _at_ms(at: str | None) -> int:
    if at is None:
        return time.time_ns() // 1_000_000
    moment = parse_rfc3339(at)
    if moment is None:
        raise click.BadParameter(f"{at!r} is no time with offset: write it like 2026-11-23T14:02:11+09:00.", param_hint="--at")
    return int(moment.timestamp() * 1000)


Read = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the client would hand it over; also what goes out."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Kept(Outbox):
    """Keeps what goes out, to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Stored] = []

    def add(self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: Headers = ()) -> None:  # noqa: PLR0913, PLR0917 - the outbox's own
        """Keep a record; its place is that in the list."""
        self.kept.append(Stored(topic, partition, len(self.kept), time_ms, key, value, tuple(headers)))


@dataclass(slots=True)
class Answer:
    """Everything that one record brings."""

    receipts: list[Read] = field(default_factory=list)
    notices: list[Read] = field(default_factory=list)
    decisions: list[Read] = field(default_factory=list)
    cases: list[Read] = field(default_factory=list)
    letters: list[Read] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether all was read and nothing refused."""
        return not self.letters and not any(map(is_refusal, self.receipts))


class Bench:
    """A worker's work without Kafka: what goes to the internal topic is taken at once."""

    def __init__(self, settings: Settings, reference: Reference) -> None:
        office = Office(reference=reference, keys=KEY, scorer=scorer_of(settings.risk_model_dir))
        self._work = Work(office, memory_days=settings.memory_days, internal_errors_in_a_row_max=settings.internal_errors_in_a_row_max, outbox=Kept)
        self._offsets: Counter[str] = Counter()

    def take(self, found: Found, carrier: str | None, at_ms: int) -> Answer:
        """One record of a carrier, through intake, screening and linking."""
        code = carrier or _named(found.value)
        topic = MANIFESTS + code
        self._work.assign({*self._work.carriers, code}, range(partitions.count(CHECKED)))
        answer = Answer()
        waiting = deque([Stored(topic, 0, self._offsets[topic], at_ms, peek(found.value).key, found.value)])
        self._offsets[topic] += 1
        while waiting:
            for record in self._process(waiting.popleft()):
                if record.topic in (CHECKED, LINKS):
                    waiting.append(record)
                else:
                    _sort(record, answer)
        return answer

    def _process(self, record: Stored) -> Iterator[Stored]:
        """What one record brings at once; the internal topic's get the next offsets there."""
        self._work.process(record)
        unit = self._work.close_unit()
        assert unit is not None  # noqa: S101 - for the type checker: a record has been processed
        assert isinstance(unit.outbox, Kept)  # noqa: S101 - for the type checker: given to `Work`
        for made in unit.outbox.kept:
            place = f"{made.topic}-{made.partition}"
            yield replace(made, offset=self._offsets[place])
            self._offsets[place] += 1


def _named(value: bytes) -> str:
    """The carrier a manifest names, if it may name a topic."""
    named = peek(value).carrier
    return named if isinstance(named, str) and CARRIER.fullmatch(named) else NOBODY


def _sort(record: Stored, answer: Answer) -> None:
    if record.topic == DEAD_LETTERS:
        letter = Letter.of(record)
        source = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        answer.letters.append(dead_letter(source, letter.code, letter.message, letter.path))
    elif record.topic in CLEARANCE and record.value is not None:
        answer.decisions.append(avro.decode(avro.DECISION, record.value))
    elif record.topic in SECURITY and record.value is not None:
        answer.cases.append(avro.decode(avro.SECURITY_CASE, record.value))
    elif record.topic.startswith(RECEIPTS) and record.value is not None:
        receipt = avro.decode(avro.RECEIPT, record.value)
        (answer.receipts if receipt["kind"] == "ANSWER" else answer.notices).append(receipt)


def _show(answer: Answer, found: Found, lang: Lang | None, *, explain: bool) -> None:
    if lang is None:
        for said in (*answer.letters, *answer.decisions):
            as_json(said)
        return
    for letter in answer.letters:
        show_dead_letter(letter, found.where)
    explained = explain or len(answer.decisions) == 1
    for receipt in answer.receipts:
        show_receipt(receipt, found.where, lang, remarks_too=not explained)
    if passed := Counter((decision["route"] or "", decision["outcome"]) for decision in answer.decisions if decision["outcome"] != "REJECT"):
        write(words(lang, "Of those passed on: {numbers}", numbers=", ".join(_counted(number, outcome, route, lang) for (route, outcome), number in passed.most_common())))
    for decision in answer.decisions if explained else ():
        write()
        write(shown(words(lang, "House bill {house_bill} of carrier {carrier}", house_bill=decision["house_bill"], carrier=decision["carrier"])), bold=True)
        show_decision(decision, lang)


def _counted(number: int, outcome: str, route: str, lang: Lang) -> str:
    return words(
        lang, "{number} {outcome} by {route}", number=number, outcome=name("outcome", outcome, lang), route=name("route", route, lang) if route else words(lang, "no route")
    )


# the conformance corpus


def judge_of(file: conformance.CaseFile, settings: Settings) -> conformance.Judge:
    """Who answers the cases of a file: the work of a worker with nothing remembered, and the tables beside the file."""
    references: dict[tuple[tuple[str, str], ...], Reference] = {}

    def judge(sent: Sequence[conformance.Sent], figures: Mapping[str, str]) -> list[Answer]:
        key = tuple(sorted(figures.items()))
        if key not in references:
            references[key] = _altered(_tables(settings) or FOLDER, file.reference, figures)
        bench = Bench(settings, references[key])
        return [bench.take(Found(file.path.name, "", each.value), each.carrier, each.at_ms) for each in sent]

    return judge


def _altered(tables: Path, instead: Path, figures: Mapping[str, str]) -> Reference:
    """Reference data with the tables of a folder in place of those of the same names, and some figures of law replaced for all days."""
    with tempfile.TemporaryDirectory(prefix=REFERENCE_ALTERED) as name:
        folder = Path(name)
        for table in (*tables.glob("*.csv"), *instead.glob("*.csv")):
            if table.name != IMPORTERS:
                shutil.copyfile(table, folder / table.name)
        if (instead / IMPORTERS).exists():
            _tokenise(instead / IMPORTERS, folder / "importers.csv")
        if figures:
            _replace(folder / "thresholds.csv", figures)
        return load(folder)


def _tokenise(clear: Path, table: Path) -> None:
    """The register of importers, from invented people in clear text."""
    with clear.open(encoding="utf-8", newline="") as opened, table.open("w", encoding="utf-8", newline="") as written:
        tokenise.write(tokenise.tokenised(opened, KEY, "Invented for the corpus"), written)


def _replace(thresholds: Path, figures: Mapping[str, str]) -> None:
    """Give figures another value, on all days."""
    with thresholds.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    if unknown := figures.keys() - {row["name"] for row in rows}:
        raise Trouble(f"{', '.join(sorted(unknown))}: no such figure in thresholds.csv; a case can change one that stands there.")
    with thresholds.open("w", encoding="utf-8", newline="") as opened:
        written = csv.DictWriter(opened, rows[0].keys())
        written.writeheader()
        written.writerows(row | {"value": figures.get(row["name"], row["value"])} for row in rows)


def _case_files(files: Sequence[str]) -> list[conformance.CaseFile]:
    if "-" in files:
        raise click.UsageError("cases are read from files, since their bases lie beside them: name a file such as conformance/XF-02.toml.")
    return [conformance.read(Path(file)) for file in files]


def _expect(files: Sequence[str], *, json_: bool) -> bool:
    """Judge every case; whether each came as expected."""
    read_files = _case_files(files)
    settings = Settings.read(os.environ)
    judges: dict[Path, conformance.Judge] = {}
    results: list[conformance.Result] = []
    with counting("Cases", "cases") as counter:
        counter.total(sum(len(file.cases) for file in read_files))
        for file in read_files:
            # One set of tables for each folder of cases: loading them takes longer than a file's cases.
            judge = judges.get(file.reference) or judges.setdefault(file.reference, judge_of(file, settings))
            for case in file.cases:
                results.append(conformance.run(file, case, judge))
                counter.at(len(results))
    for file in read_files:
        of_file = [result for result in results if result.file is file]
        for result in of_file if json_ else ():
            as_json(_result(result))
        if not json_:
            _show_file(file, of_file)
    failed = sum(not result.passed for result in results)
    pending = sum(bool(result.case.pending) for result in results if result.passed)
    say(f"{many(len(results), 'case')}: {len(results) - failed - pending} passed, {failed} failed" + (f", {pending} pending" if pending else "") + ".")
    return not failed


def _result(result: conformance.Result) -> dict[str, Any]:
    case = result.case
    return {
        "file": result.file.path.name,
        "rule": result.file.head.rule,
        "case": case.name,
        "kind": case.kind,
        "because": case.because or None,
        "pending": case.pending or None,
        "passed": result.passed,
        "differences": [{"where": each.where, "what": each.what, "expected": each.expected, "came": each.came} for each in result.differences],
    }


def _show_file(file: conformance.CaseFile, results: Sequence[conformance.Result]) -> None:
    failed = [result for result in results if not result.passed]
    pending = [result for result in results if result.passed and result.case.pending]
    write(f"{file.path.name}: {len(results) - len(failed) - len(pending)} passed, {len(failed)} failed" + (f", {len(pending)} pending" if pending else ""), bold=bool(failed))
    for result in pending:
        write(f'  PENDING "{shown(result.case.name)}": {shown(result.case.pending)}')
    for result in failed:
        because = f"; {shown(result.case.because)}" if result.case.because else ""
        write(f'  FAILED "{shown(result.case.name)}" ({result.case.kind}{because})')
        if not result.differences:
            write("    the case is marked pending and comes as expected: take the mark away")
        for each in result.differences:
            write(f"    {each.what}{f' of {each.where}' if each.where else ''}")
            write(f"      expected  {shown(each.expected)}")
            write(f"      came      {shown(each.came)}")


def _write(files: Sequence[str], folder: Path) -> bool:
    """Write each case as plain JSON: its manifests, and what is expected of them."""
    written = 0
    copied: set[Path] = set()
    with counting("Files", "files") as counter:
        read_files = _case_files(files)
        for file in read_files:
            for name, value in conformance.plain(file):
                _put(folder / name, orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
                written += 1
                counter.at(written)
            if file.reference.is_dir() and file.reference not in copied:
                copied.add(file.reference)
                for table in sorted(file.reference.glob("*.csv")):
                    _put(folder / "reference" / table.name, table.read_bytes())
    say(f"{many(sum(len(file.cases) for file in read_files), 'case')} written to {folder}, and the tables that they rest on to {folder / 'reference'}.")
    return True


def _put(path: Path, value: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value)
    except OSError as error:
        raise Trouble(f"{path} can't be written ({error.strerror}): name another folder with --write.") from error

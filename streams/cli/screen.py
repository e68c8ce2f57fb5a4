"""`tonggwan screen`: names of a file against the watch-lists, or two names of each row against each other."""

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from agents.reference import Law, Reference
from agents.values.money import E4
from agents.watchlist.entries import ListHit, ScreeningFigures
from agents.watchlist.likeness import FULL, MatchReason
from agents.watchlist.names import Kind, read
from agents.watchlist.score import NameWords, compare
from agents.watchlist.screen import Watchlist
from schemas import limits
from streams.cli.console import as_json, counting, note, on_terminal, plural, table
from streams.errors import OperatorError
from streams.reference import FOLDER, load
from streams.reference.tables import Tables
from streams.reference.watchlist import knowledge
from streams.settings import Settings
from streams.watchlists import load as load_lists
from streams.watchlists.plain import kind_of
from streams.watchlists.text import country

NAME: Final = ("name", "full_name", "query", "as_declared", "name1")
TYPE: Final = ("type", "schema", "kind")
COUNTRY: Final = ("country", "nationality")
BORN: Final = ("birth_date", "date_of_birth", "dob")
ONE: Final = ("name1", "query", "left")
OTHER: Final = ("name2", "list_name", "right")
STEP: Final = 500
"""Rows between two moves of the progress bar."""
HITS_SHOWN: Final = 3
FILE_BYTES_MAX: Final = 1024 * 1024 * 1024


@click.command
@click.argument(
    "file", metavar="NAMES.csv", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
@click.option(
    "--lists",
    "lists",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="Use the lists in this folder instead of those in force: OFAC, BIS, UN, or CSV with "
    "id,name,type,country,birth_date.",
)
@click.option("--pairs", is_flag=True, help="Score name1 with name2 on every row.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per line for every row.")
def screen(file: Path, lists: Path | None, pairs: bool, json_: bool) -> None:  # noqa: FBT001 - click's
    """Screen names against the watch-lists: which ones alarm, whom they resemble, and why.

    NAMES.csv has the column name; type (person, organisation, vessel), country and birth_date are used where
    present. With --pairs it has name1 and name2. A row marked `alarm` reaches the score from which a party is a
    finding.

    Exit status 0 with or without alarms; 1 when something cannot be read.
    """
    settings = Settings.read(os.environ)
    folder = Path(settings.reference_dir) if settings.reference_dir else None
    with counting("Screening", "rows") as counter:
        rows, total = _rows(file)
        counter.total(total)
        answers = _pairs(rows, file, folder) if pairs else _screened(rows, file, folder, lists)
        kept: list[dict[str, Any]] = []
        alarms = count = 0
        for count, answer in enumerate(answers, 1):
            alarms += answer["alarm"]
            if json_:
                as_json(answer)
            elif answer["alarm"] or pairs or answer["hits"]:
                kept.append(answer)
            if count % STEP == 0:
                counter.at(count)
    if not json_:
        _show(kept, pairs=pairs)
        note(f"{plural(count, 'name')} screened, {plural(alarms, 'alarm')}.")


def _rows(file: Path) -> tuple[Iterator[Mapping[str, str]], int]:
    """Rows of a file by column, and how many lines there are."""
    if file.stat().st_size > FILE_BYTES_MAX:
        raise OperatorError(f"{file} has more than {FILE_BYTES_MAX:,} bytes: split it.")
    raw = file.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OperatorError(f"{file} is not UTF-8: save it as CSV UTF-8, then try again.") from None
    csv.field_size_limit(limits.RECORD_BYTES_MAX)
    return _read(text, file), max(0, text.count("\n") - 1)


def _read(text: str, file: Path) -> Iterator[Mapping[str, str]]:
    table_ = csv.reader(io.StringIO(text.replace("\0", ""), newline=""))
    try:
        columns = [column.strip().lower() for column in next(table_, [])]
        if not columns:
            raise OperatorError(
                f"{file} is empty: put the column names into its first line, such as name,type,country,birth_date."
            )
        for row in table_:
            if row:
                yield dict(zip(columns, [cell.strip() for cell in row], strict=False))
    except csv.Error as error:
        raise OperatorError(f"{file}, line {table_.line_num}: not readable as CSV ({error}).") from error


def _first(row: Mapping[str, str], columns: Sequence[str]) -> str:
    return next((row[column] for column in columns if row.get(column)), "")


def _need(row: Mapping[str, str], columns: Sequence[str], file: Path) -> None:
    if not any(column in row for column in columns):
        raise OperatorError(f"{file} has no column {columns[0]}; it has {', '.join(row) or 'none'}: name it so.")


def _permille(law: Law, name: str) -> int:
    figure: int = getattr(law.figures, name)
    return figure * FULL // E4


def _law(reference: Reference) -> Law:
    """The law of the last day on which a figure changes: that of today, and the same on any day the command is run."""
    days = [
        day
        for name in ("screening_alarm", "screening_review", "screening_pair_alarm")
        for day, _ in getattr(reference.thresholds, name).items()
    ]
    return reference.on(max([reference.first_day, *days]))


def _screened(
    rows: Iterator[Mapping[str, str]], file: Path, folder: Path | None, lists: Path | None
) -> Iterator[dict[str, Any]]:
    """An answer for each row."""
    reference = load(folder)
    watchlist = (
        reference.watchlist
        if lists is None
        else Watchlist.of(load_lists(lists), knowledge(Tables.of(folder or FOLDER)))
    )
    watchlist.prepare()
    law = _law(reference)
    figures = ScreeningFigures(_permille(law, "screening_alarm"), _permille(law, "screening_review"))
    today = date.today()  # noqa: DTZ011 - exceptions end on a day of the office's calendar
    for number, row in enumerate(rows, 1):
        if number == 1:
            _need(row, NAME, file)
        name, kind = _first(row, NAME), kind_of(_first(row, TYPE))
        where = country(_first(row, COUNTRY))
        hits = (
            watchlist.screen(name, kind, where[0] if where else "", _first(row, BORN), figures, today) if name else ()
        )
        yield {
            "row": number,
            "name": name,
            "alarm": any(hit.alarm for hit in hits),
            "score": hits[0].score if hits else 0.0,
            "hits": [_hit_fields(hit) for hit in hits],
        }


def _hit_fields(hit: ListHit) -> dict[str, Any]:
    fields = {
        "score": hit.score,
        "alarm": hit.alarm,
        "entity": hit.entry_id,
        "list": hit.source,
        "name": hit.listed,
        "reasons": _reasons(hit.reasons),
    }
    return fields | ({"excepted": hit.excepted} if hit.excepted else {})


def _reasons(reasons: Sequence[MatchReason]) -> list[dict[str, Any]]:
    return [{"feature": reason.feature, "score": reason.permille / FULL} for reason in reasons]


def _pairs(rows: Iterator[Mapping[str, str]], file: Path, folder: Path | None) -> Iterator[dict[str, Any]]:
    """How alike the two names of each row are."""
    reference = load(folder)
    names = knowledge(Tables.of(folder or FOLDER))
    words = NameWords(names, misspells_names=True)
    alarm = _permille(_law(reference), "screening_pair_alarm")
    for number, row in enumerate(rows, 1):
        if number == 1:
            _need(row, ONE, file)
            _need(row, OTHER, file)
        one, other = _first(row, ONE), _first(row, OTHER)
        kind: Kind = kind_of(_first(row, TYPE))
        comparison = compare(read(one, kind, names), read(other, kind, names), words, kind)
        answer = {
            "row": number,
            "name1": one,
            "name2": other,
            "score": comparison.permille / FULL,
            "alarm": comparison.permille >= alarm,
        }
        yield answer | {"hits": [], "reasons": _reasons(comparison.reasons)}


def _show(answers: Sequence[Mapping[str, Any]], *, pairs: bool) -> None:
    """Rows for a person: alarms and what is near them."""
    if pairs:
        rows = [
            (
                each["row"],
                "ALARM" if each["alarm"] else "",
                f"{each['score']:.3f}",
                each["name1"],
                each["name2"],
                _why(each["reasons"]),
            )
            for each in answers
        ]
        table(("row", "", "score", "name1", "name2", "why"), rows)
        return
    hit_rows = [
        (
            each["row"],
            "ALARM" if hit["alarm"] else "",
            f"{hit['score']:.3f}",
            each["name"],
            hit["name"],
            f"{hit['list']} {hit['entity']}",
            hit.get("excepted") or _why(hit["reasons"]),
        )
        for each in answers
        for hit in each["hits"][: HITS_SHOWN if on_terminal() else limits.WATCHLIST_HITS_MAX]
    ]
    table(("row", "", "score", "name", "listed", "entry", "why"), hit_rows)


def _why(reasons: Sequence[Mapping[str, Any]]) -> str:
    return " ".join(
        f"{reason['feature']}{reason['score']:+.3f}" if reason["score"] else reason["feature"] for reason in reasons
    )

"""Reference data for people: tables, rows, changes and differences."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import click

from agents.values.clock import show_ms
from streams.cli.console import as_json, note, on_terminal, plural, printable, table
from streams.reference import Tables
from streams.reference.changes import SUFFIX, same_cells
from streams.reference.history import ReferenceHistory
from streams.reference.tables import TABLES, Key, Row

DAYS_A_WEEK: Final = 7
ADDED, WITHDRAWN, CHANGED = "added", "withdrawn", "changed"
COLOURS: Final = {ADDED: "green", WITHDRAWN: "red"}

Changes = Mapping[str, Mapping[Key, Row | None]]
"""By table and key; None: withdrawn."""


def on_day(rows: Iterable[Row], day: date) -> list[Row]:
    """Rows in force on a day, as far as their table has days.

    The last of each entry that had begun, and had not ended.
    """
    in_force: dict[Key, Row] = {}
    for row in rows:
        begins = next((row[column] for column in ("from", "week", "valid_from") if column in row.cells), "")
        ends = next((row[column] for column in ("until", "valid_until") if column in row.cells), "")
        if begins > day.isoformat():
            continue
        entry = tuple(row[column] for column in TABLES[row.file].key if column not in ("from", "week"))
        if entry not in in_force or in_force[entry].key < row.key:
            in_force[entry] = row
        if ends and ends < day.isoformat() and in_force[entry] is row:
            del in_force[entry]
    return [
        row
        for row in in_force.values()
        if "week" not in row.cells or (day - date.fromisoformat(row["week"])).days < DAYS_A_WEEK
    ]


def show_rows(rows: list[Row], file: str, *, json_: bool) -> None:
    """Rows of one table: as a table, or one JSON object a line."""
    if json_:
        for row in rows:
            as_json(row.cells)
        return
    table(TABLES[file].columns, [tuple(row.cells.values()) for row in rows])
    note(plural(len(rows), "row") + ".")


def show_tables(history: ReferenceHistory, number: int, *, json_: bool) -> None:
    """Every table with its rows and the change that touched it last."""
    tables = history.tables(number)
    last = {file: change.change_id for change in history.changes[:number] for file in change.rows}
    rows = [
        (
            file.removesuffix(SUFFIX),
            len(tables.by_key(file)),
            tables.digest(file).hex()[:12],
            last.get(file, ""),
            spec.topic,
        )
        for file, spec in TABLES.items()
    ]
    columns = ("table", "rows", "version", "changed by", "topic")
    if json_:
        for row in rows:
            as_json(dict(zip(columns, row, strict=True)))
        as_json(
            {
                "version": history.state(number).version,
                "changes": number,
                "from": None if number == 0 else show_ms(history.from_ms(number)),
            }
        )
    else:
        table(columns, rows)


def show_state(history: ReferenceHistory, number: int) -> None:
    """Which state of reference data is shown."""
    version = history.state(number).version
    if number == 0:
        note(f"Version {version}, the tables of this program, without any change.")
        return
    change = history.changes[number - 1]
    if version != history.tables(number).version:
        note(
            f"These rows are invalid; version {version} stays in force: "
            f"{printable(history.faults.get(change.change_id, 'an earlier change broke them'))}."
        )
        return
    verb = "counts" if history.from_ms(number) > time.time_ns() // 1_000_000 else "has counted"
    note(
        f"Version {version}, after {plural(number, 'change')}; the last, {change.change_id}, {verb} from "
        f"{show_ms(history.from_ms(number))}."
    )


def show_changes(history: ReferenceHistory, *, json_: bool) -> None:
    """Every change set with who made it and why."""
    changes = [
        {
            "change": change.change_id,
            "from": show_ms(history.from_ms(number)),
            "version": history.tables(number).version,
            "author": change.author,
            "why": change.why,
            "rows": change.counts,
        }
        for number, change in enumerate(history.changes, start=1)
    ]
    if json_:
        for each in changes:
            as_json(each)
        return
    columns = ("change", "from", "version", "author", "rows", "why")
    table(
        columns,
        [
            [
                " ".join(f"{name} {count}" for name, count in each[column].items())  # type: ignore[attr-defined]
                if column == "rows"
                else each[column]
                for column in columns
            ]
            for each in changes
        ],
    )
    note(plural(len(changes), "change") + ".")


def differences(before: Tables, changes: Changes) -> Iterator[dict[str, Any]]:
    """Each row that differs; of one that is in both, only the cells that do."""
    for file, rows in changes.items():
        there = before.by_key(file)
        for key, row in rows.items():
            old = there.get(key)
            was, now = ({} if each is None else dict(each.cells) for each in (old, row))
            if old is not None and row is not None and same_cells(old.cells) != same_cells(row.cells):
                was, now = (
                    {column: cells[column] for column in cells if old[column] != row[column]} for cells in (was, now)
                )
            what = ADDED if old is None else WITHDRAWN if row is None else CHANGED
            yield {"table": file.removesuffix(SUFFIX), "row": list(key), "what": what, "before": was, "after": now}


def show_differences(before: Tables, changes: Changes) -> None:
    """On a terminal as a diff, red and green; elsewhere a line for each cell."""
    changed_rows = list(differences(before, changes))
    if not on_terminal():
        table(
            ("table", "row", "what", "column", "before", "after"),
            [line for each in changed_rows for line in _lines(each)],
        )
        return
    for each in changed_rows:
        name = printable(" ".join((each["table"], *each["row"])))
        if each["what"] == CHANGED:
            click.echo(f"  {name}")
            for column in each["before"]:
                _coloured("-", f"  {column}: {each['before'][column]}", WITHDRAWN)
                _coloured("+", f"  {column}: {each['after'][column]}", ADDED)
        else:
            cells = each["after"] or each["before"]
            _coloured(
                "+" if each["what"] == ADDED else "-",
                f"{name}  " + ", ".join(f"{column}: {cell}" for column, cell in cells.items() if cell),
                each["what"],
            )


def _lines(each: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    head = (each["table"], " ".join(each["row"]), each["what"])
    for column in each["after"] or each["before"]:
        yield (*head, column, each["before"].get(column, ""), each["after"].get(column, ""))


def _coloured(sign: str, text: str, what: str) -> None:
    click.echo(
        f"{sign} {printable(text)}"
        if "NO_COLOR" in os.environ
        else click.style(f"{sign} {printable(text)}", fg=COLOURS[what])
    )

"""`tonggwan reference`: reference data, loaded, shown, compared and validated, by the table and the day."""

import getpass
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import click

from agents.values.clock import parse_rfc3339, show_ms
from schemas import limits
from streams.cli.console import as_json, counting, note, plural, print_line, printable
from streams.cli.kafka import bootstrap_option, run
from streams.cli.reference_view import (
    Changes,
    differences,
    on_day,
    show_changes,
    show_differences,
    show_rows,
    show_state,
    show_tables,
)
from streams.errors import OperatorError
from streams.reference import FOLDER, ReferenceDataError, Tables, tables_of
from streams.reference.changes import SUFFIX, ChangeSet, difference
from streams.reference.changes import write as records_of
from streams.reference.check import MISTAKES_MAX, mistakes
from streams.reference.follow import read_history
from streams.reference.history import ReferenceHistory
from streams.reference.publish import lodging
from streams.reference.tables import TABLES, Key, Row, parse, read
from streams.settings import Settings

RECORD_BYTES_MAX: Final = 900_000
"""What one record of a topic takes, its envelope aside."""
WHY_CHARS_MAX: Final = 500
AUTHOR_CHARS_MAX: Final = 100

files_argument = click.argument("files", nargs=-1, metavar="[FILE]...", type=click.Path(exists=True, path_type=Path))
dir_type = click.Path(exists=True, file_okay=False, path_type=Path)
replace_option = click.option(
    "--replace",
    is_flag=True,
    help="Treat each file as the whole table and withdraw rows that it lacks. Default: add and change rows, keep the "
    "others.",
)


@click.group
def reference() -> None:
    """Reference data: figures of law, rates, the tariff, registers, lists.

    The tables shipped with the program apply until a change is loaded. A change applies to manifests that arrive five
    seconds later or more, on every worker at once, and each decision records the version it used.
    TABLE is a file's name without .csv, as `show` lists them.
    """


# load


@reference.command
@files_argument
@click.option("--dir", "folder", type=dir_type, metavar="DIR", help="Load every table in this folder.")
@click.option("--why", metavar="TEXT", help="The reason: the notice, or the mistake that is corrected.")
@click.option("--author", metavar="NAME", help="The person responsible. Default: the user of this machine.")
@replace_option
@click.option("--dry-run", is_flag=True, help="Only print what would change.")
@bootstrap_option
def load(  # noqa: PLR0913, PLR0917 - click's
    files: tuple[Path, ...],
    folder: Path | None,
    why: str | None,
    author: str | None,
    replace: bool,  # noqa: FBT001 - click's
    dry_run: bool,  # noqa: FBT001 - click's
    bootstrap: str,
) -> None:
    """Publish rows of tables as one change: all of it applies from the same moment, or nothing does.

    Each FILE is a table with a header line and has its table's name: thresholds.csv. Rows already in force are left
    out. The result is validated first. On a mistake nothing is changed and the exit status is 1.
    """
    if not files and folder is None:
        raise click.UsageError("Give files, or a folder with --dir.")
    if not dry_run and not (why or "").strip():
        raise click.UsageError("Give --why: every change needs a reason.")
    if len(why or "") > WHY_CHARS_MAX or len(author or "") > AUTHOR_CHARS_MAX:
        raise click.UsageError(f"--why takes at most {WHY_CHARS_MAX} characters, --author {AUTHOR_CHARS_MAX}.")
    given = _given(files, folder)
    base = _base()
    if dry_run:
        _would(run(bootstrap, read_history(bootstrap, base)), given, replace=replace)
    else:
        run(
            bootstrap,
            _load(bootstrap, base, given, ChangeReason(why or "", author or getpass.getuser()), replace=replace),
        )


@dataclass(frozen=True, slots=True)
class ChangeReason:
    """What is noted with a change."""

    why: str
    author: str


def _would(history: ReferenceHistory, given: Mapping[str, list[Row]], *, replace: bool) -> None:
    before = history.tables()
    changes = difference(before, given, replace=replace)
    after = _validated(before, changes)
    show_differences(before, changes)
    note(
        f"Version {before.version} would become {after.version}; nothing was changed."
        if changes
        else f"Everything is already in force, version {before.version}."
    )


async def _load(
    bootstrap: str, base: Tables, given: Mapping[str, list[Row]], reason: ChangeReason, *, replace: bool
) -> None:
    async with lodging(bootstrap, base) as lodged:
        before = lodged.history.tables()
        changes = difference(before, given, replace=replace)
        if not changes:
            note(f"Everything is already in force, version {before.version}.")
            return
        after = _validated(before, changes)
        change = ChangeSet(
            change_id=_new_id(),
            author=reason.author,
            why=reason.why,
            version=after.version,
            stored_at_ms=0,
            rows=changes,
        )
        _check_size(change)
        with counting("publishing", "rows") as counter:
            counter.total(sum(change.counts.values()))
            from_ms = await lodged.publish(change, counter.at)
    counts = ", ".join(f"{plural(count, 'row')} of {name}" for name, count in change.counts.items())
    print_line(f"change {change.change_id}  version {after.version}  from {show_ms(from_ms)}")
    note(f"Loaded {counts}; it applies to manifests that arrive from {show_ms(from_ms)} on.")


def _new_id() -> str:
    """A change's name: when it was made, and three bytes that nobody else has."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"


def _check_size(change: ChangeSet) -> None:
    rows = sum(change.counts.values())
    if rows > limits.REFERENCE_ROWS_MAX:
        raise OperatorError(
            f"{rows:,} rows would change, the limit is {limits.REFERENCE_ROWS_MAX:,} in one change: load them in parts."
        )
    for record in records_of(change)[0]:
        if len(record.key) + len(record.value) > RECORD_BYTES_MAX:
            raise OperatorError(
                f"a row of {len(record.value):,} bytes is too long for {record.topic}, the limit is "
                f"{RECORD_BYTES_MAX:,}: shorten it."
            )


def _validated(before: Tables, changes: Changes) -> Tables:
    """The tables that changes make; a sentence for each mistake, and exit status 1, when there is any."""
    after = before.changed(changes)
    _end_with(list(mistakes(after, before)))
    return after


def _end_with(mistakes_met: Iterable[ReferenceDataError]) -> None:
    in_order = sorted(mistakes_met, key=lambda error: (error.file, error.row.line if error.row else 0))
    for error in in_order:
        note(f"tonggwan: {printable(error)}.")
    if in_order:
        note(f"{plural(len(in_order), 'mistake')}{' and perhaps more' if len(in_order) >= MISTAKES_MAX else ''}.")
        raise SystemExit(1)


# files


def _base() -> Tables:
    return tables_of(Settings.read(os.environ).reference_dir)


def _given(files: Iterable[Path], folder: Path | None) -> dict[str, list[Row]]:
    """Rows of files by table; a sentence for each mistake of form, and exit status 1, when there is any."""
    paths = list(files)
    if folder is not None:
        paths += sorted(path for path in folder.glob("*.csv") if path.name in TABLES)
        if not paths:
            raise click.UsageError(f"{folder} contains no table of reference data: {', '.join(TABLES)}.")
    given: dict[str, list[Row]] = {}
    wrong: list[ReferenceDataError] = []
    for path in paths:
        if path.name not in TABLES:
            raise click.UsageError(
                f"{path} does not have the name of a table: rename it to one of {', '.join(TABLES)}."
            )
        if path.name in given:
            raise click.UsageError(f"{path.name} is given twice: put all rows into one file.")
        given[path.name] = parse(path.name, read(path), wrong.append)
        wrong += _twice(given[path.name])
    _end_with(wrong)
    return given


def _twice(rows: list[Row]) -> Iterator[ReferenceDataError]:
    """Rows that would vanish behind others."""
    first_lines: dict[Key, int] = {}
    for row in rows:
        if (first := first_lines.setdefault(row.key, row.line)) != row.line:
            yield row.refused(f"{' '.join(row.key)} is already in line {first}: keep one row")


# validate


@reference.command
@files_argument
@replace_option
def validate(files: tuple[Path, ...], replace: bool) -> None:  # noqa: FBT001 - click's
    """Find every mistake in a folder of tables, or in files on top of the shipped ones; needs no broker.

    Without arguments: the shipped tables, or those of INTAKE_REFERENCE_DIR. Exit status 1 when there is a mistake.
    """
    folders = [path for path in files if path.is_dir()]
    if folders and len(files) > 1:
        raise click.UsageError("Give one folder, or files.")
    if folders or not files:
        tables, rows = _folder(folders[0] if folders else Path(Settings.read(os.environ).reference_dir or FOLDER))
    else:
        before = _base()
        changes = difference(before, _given(files, None), replace=replace)
        tables, rows = _validated(before, changes), sum(map(len, changes.values()))
    note(
        f"No mistakes: {plural(rows, 'row')}{'' if folders or not files else ' other than those in force'}, version "
        f"{tables.version}."
    )


def _folder(folder: Path) -> tuple[Tables, int]:
    """A whole folder; the shipped tables stand in for those that can't be read at all."""
    wrong: list[ReferenceDataError] = []
    rows: dict[str, list[Row]] = {}
    for file in TABLES:
        try:
            rows[file] = parse(file, read(folder / file), wrong.append)
        except ReferenceDataError as error:
            wrong.append(error)
    spoilt = {error.file for error in wrong}
    if folder.samefile(FOLDER):
        _end_with(wrong)  # nothing can stand in for the shipped tables
    good = Tables.of(FOLDER)
    tables = good.with_tables({file: found for file, found in rows.items() if file not in spoilt})
    _end_with([*wrong, *mistakes(tables, good)])
    return tables, sum(map(len, rows.values()))


# show


@reference.command
@click.argument("table_", required=False, metavar="[TABLE]")
@click.option("--day", metavar="DAY", help="Only rows in force on this day, such as 2026-11-23.")
@click.option(
    "--at",
    metavar="TIME",
    help="What decided manifests that arrived then, RFC 3339. Default: everything loaded so far.",
)
@click.option("--grep", metavar="TEXT", help="Only rows that contain this text, ignoring case.")
@click.option("--changes", is_flag=True, help="The changes that were loaded, oldest first, in place of tables.")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per line.")
@bootstrap_option
def show(  # noqa: PLR0913, PLR0917 - click's
    table_: str | None,
    day: str | None,
    at: str | None,
    grep: str | None,
    changes: bool,  # noqa: FBT001 - click's
    json_: bool,  # noqa: FBT001 - click's
    bootstrap: str,
) -> None:
    """Show the tables that are in force, or the rows of one."""
    file = None if table_ is None else _file(table_)
    on = None if day is None else _day(day)
    at_ms = None if at is None else _ms(at, "--at")
    history = run(bootstrap, read_history(bootstrap, _base()))
    if changes:
        show_changes(history, json_=json_)
        return
    number = len(history.changes) if at_ms is None else history.number_at(at_ms)
    if file is None:
        show_tables(history, number, json_=json_)
    else:
        show_rows(list(_rows(history.tables(number), file, on, grep)), file, json_=json_)
    show_state(history, number)


def _file(name: str) -> str:
    file = name if name.endswith(SUFFIX) else name + SUFFIX
    if file not in TABLES:
        raise click.BadParameter(
            f"{name!r} is not a table: {', '.join(each.removesuffix(SUFFIX) for each in TABLES)}.", param_hint="TABLE"
        )
    return file


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not a day: write it like 2026-11-23.", param_hint="--day") from None


def _ms(text: str, option: str) -> int:
    moment = parse_rfc3339(text)
    if moment is None:
        raise click.BadParameter(
            f"{text!r} is not a time with offset: write it like 2026-11-23T14:02:11+09:00.", param_hint=option
        )
    return int(moment.timestamp() * 1000)


def _rows(tables: Tables, file: str, on: date | None, grep: str | None) -> Iterator[Row]:
    rows = tables.by_key(file).values()
    wanted = (grep or "").casefold()
    for row in rows if on is None else on_day(list(rows), on):
        if any(wanted in cell.casefold() for cell in row.cells.values()):
            yield row


# diff


@reference.command
@click.option(
    "--dir",
    "folder",
    type=dir_type,
    metavar="DIR",
    help="What would change if the tables of this folder replaced those in force.",
)
@click.option(
    "--since",
    metavar="CHANGE|TIME",
    help="What changed after a change, or after what decided manifests at a time. Default: since the shipped tables.",
)
@click.option("--json", "json_", is_flag=True, help="Print one JSON row per line.")
@bootstrap_option
def diff(folder: Path | None, since: str | None, json_: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Compare by row and cell. Exit status 1 when there is a difference."""
    if folder is not None and since is not None:
        raise click.UsageError("Give --dir or --since, not both.")
    given = None if folder is None else _given((), folder)
    history = run(bootstrap, read_history(bootstrap, _base()))
    if given is not None:
        before = history.tables()
        changes = difference(before, given, replace=True)
    else:
        before, now = history.tables(_number(history, since)), history.tables()
        changes = difference(before, {file: now.by_key(file).values() for file in TABLES}, replace=True)
    if json_:
        for each in differences(before, changes):
            as_json(each)
    else:
        show_differences(before, changes)
        count = sum(map(len, changes.values()))
        note(f"{plural(count, 'row')} {'differs' if count == 1 else 'differ'}.")
    if changes:
        raise SystemExit(1)


def _number(history: ReferenceHistory, since: str | None) -> int:
    if since is None:
        return 0
    names = [change.change_id for change in history.changes]
    if since in names:
        return names.index(since) + 1
    if parse_rfc3339(since) is None:
        raise click.BadParameter(
            f"{since!r} is neither a change (`tonggwan reference show --changes` lists them) nor a time such as "
            "2026-11-23T14:02:11+09:00.",
            param_hint="--since",
        )
    return history.number_at(_ms(since, "--since"))

"""Change sets of reference data: how they are written on the topics, and how they are put together again when read.

A change set is one transaction: a record for each row, put in or withdrawn, and a closing record behind them all. Keys
name the change, so that compaction never loses a row that once counted, and an old stretch can be decided again.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import orjson

from schemas import topics
from streams.kafka.record import FetchedRecord
from streams.reference.tables import TABLES, Cells, Key, Row, Tables

SUFFIX: Final = ".csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Rows that change together."""

    change_id: str
    author: str
    why: str
    version: str
    """Of all tables after it, as its author saw it."""
    stored_at_ms: int
    """When the broker stored the closing record."""
    rows: Mapping[str, Mapping[Key, Row | None]]
    """By table's file and key; None: withdrawn."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table."""
        return {file.removesuffix(SUFFIX): len(rows) for file, rows in sorted(self.rows.items())}


@dataclass(frozen=True, slots=True)
class Refused:
    """A change set that can't be used, and why: it counts for nobody."""

    change_id: str
    why: str


class CommitRecord(msgspec.Struct, frozen=True):
    """The closing record."""

    change_id: str
    author: str
    why: str
    rows: dict[str, int]
    """How many of each table."""
    digest: str
    version: str


class ChangedRow(msgspec.Struct, frozen=True):
    """A row's record."""

    change_id: str
    table: str
    key: tuple[str, ...]
    row: dict[str, str] | None


_CLOSING: Final = msgspec.json.Decoder(CommitRecord).decode
_ENTRY: Final = msgspec.json.Decoder(ChangedRow).decode


@dataclass(frozen=True, slots=True)
class OutgoingRecord:
    """A record to be sent."""

    topic: str
    key: bytes
    value: bytes


def write(change: ChangeSet) -> tuple[list[OutgoingRecord], OutgoingRecord]:
    """Records of the rows, and the closing record that has to be stored after all of them."""
    entries = list(_entries(change))
    rows = [
        OutgoingRecord(
            TABLES[entry.table + SUFFIX].topic,
            orjson.dumps([entry.table, *entry.key, entry.change_id]),
            msgspec.json.encode(entry),
        )
        for entry in entries
    ]
    closing = CommitRecord(change.change_id, change.author, change.why, change.counts, _digest(entries), change.version)
    return rows, OutgoingRecord(topics.REFERENCE_CHANGES, change.change_id.encode(), msgspec.json.encode(closing))


def _entries(change: ChangeSet) -> Iterator[ChangedRow]:
    for file, rows in change.rows.items():
        for key, row in rows.items():
            yield ChangedRow(change.change_id, file.removesuffix(SUFFIX), key, None if row is None else dict(row.cells))


def _digest(entries: Iterable[ChangedRow]) -> str:
    """Content of a change set, in whatever order its records are."""
    return hashlib.sha256(
        b"\n".join(
            sorted(orjson.dumps([entry.table, entry.key, entry.row], option=orjson.OPT_SORT_KEYS) for entry in entries)
        )
    ).hexdigest()


class ChangeLog:
    """Puts change sets together again from records that were read."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[tuple[str, Key], ChangedRow]] = {}

    def take_row(self, record: FetchedRecord) -> None:
        """A record of a topic of rows. One that can't be read is missing then, and its change set refused."""
        try:
            entry = _ENTRY(record.value or b"")
        except msgspec.DecodeError:
            return
        self._entries.setdefault(entry.change_id, {})[entry.table, entry.key] = entry

    def forget(self, change_id: str) -> None:
        """Let go of the rows of a change set that has been taken."""
        self._entries.pop(change_id, None)

    def close(self, record: FetchedRecord) -> ChangeSet | Refused:
        """The change set of a closing record, once all that was stored before it has been taken."""
        try:
            closing = _CLOSING(record.value or b"")
        except msgspec.DecodeError as error:
            name = (record.key or b"").decode(
                errors="backslashreplace"
            ) or f"{record.topic}-{record.partition}-{record.offset}"
            return Refused(name, f"its commit record cannot be read ({error})")
        entries = self._entries.get(closing.change_id, {}).values()
        try:
            rows = _rows(closing, list(entries))
        except ValueError as error:
            return Refused(closing.change_id, str(error))
        return ChangeSet(
            change_id=closing.change_id,
            author=closing.author,
            why=closing.why,
            version=closing.version,
            stored_at_ms=record.timestamp,
            rows=rows,
        )


def _rows(closing: CommitRecord, entries: list[ChangedRow]) -> dict[str, dict[Key, Row | None]]:
    """Rows by table; ValueError says why they are not those that were closed."""
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.table] = counts.get(entry.table, 0) + 1
    if counts != closing.rows:
        raise ValueError(f"it has rows {counts}, its commit record says {closing.rows}")
    if _digest(entries) != closing.digest:
        raise ValueError("its rows do not match the digest in its commit record")
    rows: dict[str, dict[Key, Row | None]] = {}
    for entry in entries:
        rows.setdefault(entry.table + SUFFIX, {})[entry.key] = _row(entry)
    return rows


def _row(entry: ChangedRow) -> Row | None:
    """A row with the columns of today: one that the table did not have then is empty."""
    file = entry.table + SUFFIX
    table = TABLES.get(file)
    if table is None:
        raise ValueError(f"it changes a table {entry.table!r} that this version does not know: upgrade")
    if entry.row is None:
        if len(entry.key) != len(table.key):
            raise ValueError(
                f"a row of {file} is named by {len(entry.key)} cells, expected {len(table.key)}: {', '.join(table.key)}"
            )
        return None
    if unknown := sorted(entry.row.keys() - set(table.columns)):
        raise ValueError(f"a row of {file} has a column {unknown[0]!r} that this version does not know: upgrade")
    row = Row(file, 0, {column: entry.row.get(column, "") for column in table.columns}, entry.change_id)
    if row.key != entry.key:
        raise ValueError(f"a row of {file} is {' '.join(row.key)} and named {' '.join(entry.key)}")
    return row


# what a change set would be made of


def difference(
    before: Tables, after: Mapping[str, Iterable[Row]], *, replace: bool
) -> dict[str, dict[Key, Row | None]]:
    """What has to change so that some tables have these rows; with `replace`, so that they have no others."""
    found: dict[str, dict[Key, Row | None]] = {}
    for file, rows in after.items():
        there, wanted = before.by_key(file), {row.key: row for row in rows}
        changed: dict[Key, Row | None] = {
            key: row
            for key, row in wanted.items()
            if key not in there or same_cells(there[key].cells) != same_cells(row.cells)
        }
        if replace:
            changed |= dict.fromkeys(there.keys() - wanted.keys())
        if changed:
            found[file] = dict(sorted(changed.items()))
    return found


def same_cells(cells: Cells) -> tuple[str, ...]:
    """A row's cells as they are compared."""
    return tuple(cells.values())

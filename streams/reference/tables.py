"""Tables of reference data: rows read strictly, mistakes named by file and line."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from agents.text import fold
from streams.trouble import Trouble

T = TypeVar("T")


class ReferenceDataError(Trouble):
    """A table of reference data can't be used: the message is one sentence for whoever keeps the table."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, column: str, right: str) -> ReferenceDataError:
        """The mistake in one column."""
        return ReferenceDataError(f"{self.file}, line {self.line}: {column} is {self.cells[column]!r}, it has to be {right}")

    def refused(self, what: str) -> ReferenceDataError:
        """A mistake of the whole line."""
        return ReferenceDataError(f"{self.file}, line {self.line}: {what}")

    def matching(self, column: str, pattern: str, right: str) -> str:
        """A cell of a fixed form."""
        if not re.fullmatch(pattern, self.cells[column], re.ASCII):
            raise self.wrong(column, right)
        return self.cells[column]

    def day(self, column: str) -> date:
        """A day, YYYY-MM-DD."""
        text = self.matching(column, r"\d{4}-\d\d-\d\d", "a day such as 2026-11-23")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise self.wrong(column, "a day of the calendar such as 2026-11-23") from None

    def day_or_none(self, column: str) -> date | None:
        """A day, or an empty cell."""
        return self.day(column) if self.cells[column] else None

    def yes(self, column: str) -> bool:
        """`yes` or `no`."""
        return self.matching(column, "yes|no", "yes or no") == "yes"

    def number(self, column: str) -> Decimal:
        """A number that is not negative, without an exponent."""
        return Decimal(self.matching(column, r"\d{1,12}(?:\.\d{1,4})?", "a number such as 150 or 59.90, with at most four decimals"))

    def folded(self, column: str) -> str:
        """Words as descriptions are compared with them."""
        if text := fold(self.cells[column]):
            return text
        raise self.wrong(column, "at least one visible character")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in their order, and those that tell its rows apart."""

    columns: tuple[str, ...]
    key: tuple[str, ...]

    @classmethod
    def of(cls, columns: str, *, key: str) -> "Table":
        """Names as they stand in the first line."""
        return cls(tuple(columns.split(",")), tuple(key.split(",")))


TABLES: Final[Mapping[str, Table]] = {
    "airlines.csv": Table.of("prefix,name,source", key="prefix"),
    "carriers.csv": Table.of("code,name,valid_from,valid_until,suspended_from,source", key="code"),
    "countries.csv": Table.of("code,name,source", key="code"),
    "currencies.csv": Table.of("code,name,source", key="code"),
    "exchange_rates.csv": Table.of("week,currency,krw,source", key="week,currency"),
    "goods_categories.csv": Table.of("category,list_excluded,simplified_excluded,prohibited,source", key="category"),
    "goods_hs.csv": Table.of("prefix,category,source", key="prefix"),
    "goods_terms.csv": Table.of("term,language,category,source", key="term"),
    "hs6.csv": Table.of("code,text,edition,source", key="code"),
    "operators.csv": Table.of("code,name,valid_from,valid_until,suspended_from,source", key="code"),
    "thresholds.csv": Table.of("name,from,value,unit,source", key="name,from"),
    "vague_descriptions.csv": Table.of("phrase,language,source", key="phrase"),
}
"""Every table. A new one is a line here and a function that reads it in the module of its subject."""


class Tables:
    """The files of a folder, read once: their rows and the version of them all."""

    def __init__(self, folder: Path) -> None:
        self._raw: dict[str, bytes] = {}
        for file in sorted({*TABLES, *(path.name for path in folder.glob("*.csv"))}):
            try:
                self._raw[file] = (folder / file).read_bytes()
            except OSError as error:
                raise ReferenceDataError(f"{file}: can't be read in {folder} ({error.strerror}), the table has to be there") from error

    @property
    def version(self) -> str:
        """Names and content of all files, so that a decision can name what it was made with."""
        digest = hashlib.sha256()
        for file, raw in self._raw.items():
            digest.update(f"{file}\0{len(raw)}\0".encode())
            digest.update(raw)
        return digest.hexdigest()[:12]

    def rows(self, file: str) -> Iterator[Row]:
        """Lines of one table, each with every column and a source."""
        columns = TABLES[file].columns
        table = csv.reader(io.StringIO(self._text(file), newline=""), strict=True)
        try:
            header = tuple(next(table, ()))
            if header != columns:
                raise ReferenceDataError(f"{file}, line 1: the columns are {', '.join(header) or 'missing'}, they have to be {', '.join(columns)}")
            for cells in table:
                row = Row(file, table.line_num, dict(zip(columns, cells, strict=False)))
                if len(cells) != len(columns):
                    raise row.refused(f"{len(cells)} cells found, there have to be {len(columns)}: {', '.join(columns)}")
                if not row["source"].strip():
                    raise row.wrong("source", "where the row comes from, such as a law and its article")
                yield row
        except csv.Error as error:
            raise ReferenceDataError(f"{file}, line {table.line_num}: no readable CSV ({error}), quotes have to be closed and doubled inside a cell") from error

    def _text(self, file: str) -> str:
        """A file as text; spreadsheets put a byte order mark in front."""
        try:
            return self._raw[file].decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = self._raw[file].count(b"\n", 0, error.start) + 1
            raise ReferenceDataError(f"{file}, line {line}: byte {error.start} is no UTF-8, the table has to be saved as UTF-8") from error


def put(table: dict[str, T], key: str, value: T, row: Row) -> None:
    """One entry of a table that must not come twice."""
    if key in table:
        raise row.refused(f"{key!r} stands in the table already, it has to stand there once")
    table[key] = value


def keyed(rows: Iterator[Row], key: Callable[[Row], str], value: Callable[[Row], T]) -> dict[str, T]:
    """A whole table by its key."""
    table: dict[str, T] = {}
    for row in rows:
        put(table, key(row), value(row), row)
    return table


def codes(tables: Tables, file: str, column: str, pattern: str, right: str) -> frozenset[str]:
    """The codes of a code list."""
    found = frozenset(keyed(tables.rows(file), lambda row: row.matching(column, pattern, right), lambda row: row.line))
    if not found:
        raise ReferenceDataError(f"{file}, line 2: the table is empty, it has to hold at least one row")
    return found

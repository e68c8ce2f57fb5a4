"""Tables of reference data: rows read strictly, mistakes named by file and line."""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, NoReturn, Self, TypeVar

import orjson

from agents.values.text import fold
from schemas.topics import (
    REFERENCE_CODES,
    REFERENCE_GOODS,
    REFERENCE_LAW,
    REFERENCE_RATES,
    REFERENCE_REGISTERS,
    REFERENCE_TARGETING,
    REFERENCE_TARIFF,
    REFERENCE_WATCHLIST,
)
from streams.errors import OperatorError

T = TypeVar("T")

Key = tuple[str, ...]
"""The cells that tell a row from the others of its table."""
Cells = Mapping[str, str]
"""A row by column."""


class ReferenceDataError(OperatorError):
    """A table of reference data can't be used: the message is one sentence for whoever keeps the table.

    `row` is the row that the mistake stands in; None when it is the table's.
    """

    def __init__(self, sentence: str, row: "Row | None" = None) -> None:
        super().__init__(sentence)
        self.row = row

    @property
    def file(self) -> str:
        """The table that the sentence is about."""
        return re.split("[,:]", str(self), maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table."""

    file: str
    line: int
    """In the file that it comes from."""
    cells: Cells
    change: str = ""
    """The change set that it comes from, when it comes from no file."""

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    @property
    def key(self) -> Key:
        """What tells it from the others of its table."""
        return tuple(self.cells[column] for column in TABLES[self.file].key)

    def wrong(self, column: str, right: str) -> ReferenceDataError:
        """The mistake in one column."""
        return self.refused(f"{column} is {self.cells[column]!r}, expected {right}")

    def refused(self, what: str) -> ReferenceDataError:
        """A mistake of the whole row."""
        place = f"line {self.line}" if not self.change else f"row {' '.join(self.key)} of change {self.change}"
        return ReferenceDataError(f"{self.file}, {place}: {what}", self)

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
        return Decimal(
            self.matching(
                column, r"\d{1,12}(?:\.\d{1,4})?", "a number such as 150 or 59.90, with at most four decimals"
            )
        )

    def folded(self, column: str) -> str:
        """Words as descriptions are compared with them."""
        if text := fold(self.cells[column]):
            return text
        raise self.wrong(column, "at least one visible character")


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in their order, those that tell its rows apart, and the topic its changes arrive on."""

    columns: tuple[str, ...]
    key: tuple[str, ...]
    topic: str

    @classmethod
    def of(cls, columns: str, *, key: str, topic: str = REFERENCE_LAW) -> "Table":
        """Names as they stand in the first line."""
        return cls(tuple(columns.split(",")), tuple(key.split(",")), topic)


TABLES: Final[Mapping[str, Table]] = {
    "agreements.csv": Table.of(
        "agreement,origin,from,until,source", key="agreement,origin,from", topic=REFERENCE_TARIFF
    ),
    "airlines.csv": Table.of("prefix,name,source", key="prefix", topic=REFERENCE_CODES),
    "brands.csv": Table.of("term,brand,where,source", key="term", topic=REFERENCE_GOODS),
    "carrier_ratings.csv": Table.of("carrier,from,rating,source", key="carrier,from", topic=REFERENCE_REGISTERS),
    "carriers.csv": Table.of(
        "code,name,valid_from,valid_until,suspended_from,source", key="code", topic=REFERENCE_REGISTERS
    ),
    "cites_terms.csv": Table.of("term,language,species,appendix,source", key="term", topic=REFERENCE_GOODS),
    "confusables.csv": Table.of("char,plain,source", key="char", topic=REFERENCE_GOODS),
    "countries.csv": Table.of("code,name,source", key="code", topic=REFERENCE_CODES),
    "currencies.csv": Table.of("code,name,source", key="code", topic=REFERENCE_CODES),
    "duty_rates.csv": Table.of("goods,from,until,percent,krw,measure,source", key="goods,from", topic=REFERENCE_TARIFF),
    "excise_taxes.csv": Table.of(
        "tax,goods,from,until,percent,krw,measure,above_krw,education_percent,rural_percent,source",
        key="goods,from",
        topic=REFERENCE_TARIFF,
    ),
    "embargoes.csv": Table.of("country,from,in_force,source", key="country,from", topic=REFERENCE_WATCHLIST),
    "exchange_rates.csv": Table.of("week,currency,krw,source", key="week,currency", topic=REFERENCE_RATES),
    "goods_categories.csv": Table.of(
        "category,from,list_excluded,simplified_excluded,prohibited,rank,agency,in_ingredients,source",
        key="category,from",
        topic=REFERENCE_GOODS,
    ),
    "goods_hs.csv": Table.of("prefix,category,source", key="prefix", topic=REFERENCE_GOODS),
    "goods_innocent.csv": Table.of("phrase,language,source", key="phrase", topic=REFERENCE_GOODS),
    "goods_terms.csv": Table.of("term,language,category,strength,source", key="term", topic=REFERENCE_GOODS),
    "hs6.csv": Table.of("code,text,edition,source", key="code", topic=REFERENCE_TARIFF),
    "hs_margins.csv": Table.of("lead,percent,source", key="lead", topic=REFERENCE_GOODS),
    "hs_words.csv": Table.of("word,headings,source", key="word", topic=REFERENCE_GOODS),
    "importer_checks.csv": Table.of("from,name,phone,postcode,auth_number,codes_from,source", key="from"),
    "importers.csv": Table.of(
        "token,name,name_en,phone,phone_end,postcodes,auth_numbers,valid_from,changed_on,valid_until,state,state_from,source",
        key="token",
        topic=REFERENCE_REGISTERS,
    ),
    "inspection_rates.csv": Table.of(
        "rating,from,random_percent,risk_percent,source", key="rating,from", topic=REFERENCE_TARGETING
    ),
    "inspection_sites.csv": Table.of(
        "port,mode,from,shift_hours,open,xray,documents,parcels,source", key="port,mode,from", topic=REFERENCE_TARGETING
    ),
    "loading_assessments.csv": Table.of("rule,from,assessment,source", key="rule,from", topic=REFERENCE_TARGETING),
    "name_words.csv": Table.of("kind,word,reads,source", key="kind,word", topic=REFERENCE_WATCHLIST),
    "operators.csv": Table.of(
        "code,name,valid_from,valid_until,suspended_from,source", key="code", topic=REFERENCE_REGISTERS
    ),
    "preferences.csv": Table.of(
        "agreement,goods,from,until,percent,source", key="agreement,goods,from", topic=REFERENCE_TARIFF
    ),
    "rule_phases.csv": Table.of("rule,from,phase,source", key="rule,from"),
    "selection_signals.csv": Table.of("rule,from,percent,source", key="rule,from", topic=REFERENCE_TARGETING),
    "self_use_limits.csv": Table.of("category,unit,from,most,source", key="category,unit,from"),
    "simplified_rates.csv": Table.of(
        "goods,above_krw,from,until,percent,source", key="goods,above_krw,from", topic=REFERENCE_TARIFF
    ),
    "targets.csv": Table.of("entry,kind,value,from,until,lane,source", key="entry,from", topic=REFERENCE_TARGETING),
    "thresholds.csv": Table.of("name,from,value,unit,source", key="name,from"),
    "vague_descriptions.csv": Table.of("phrase,language,source", key="phrase", topic=REFERENCE_GOODS),
    "vat_rates.csv": Table.of("goods,from,until,percent,source", key="goods,from", topic=REFERENCE_TARIFF),
    "watchlist.csv": Table.of(
        "entry,list,kind,names,weak,countries,born,addresses,source", key="entry", topic=REFERENCE_WATCHLIST
    ),
    "watchlist_exceptions.csv": Table.of(
        "name,entry,since,until,who,why,source", key="name,entry,since", topic=REFERENCE_WATCHLIST
    ),
}
"""Every table. A new one is a line here and a function that reads it in the module of its subject."""


class Tables:
    """The rows of every table in the order of their keys, from wherever they come, and the version of them all.

    Frozen: a change makes other `Tables`, which share what did not change.
    """

    def __init__(self, rows: Mapping[str, Iterable[Row]], digests: Mapping[str, bytes] | None = None) -> None:
        """All tables, by file; `digests` are those that are known."""
        known = digests or {}
        self._rows = {
            file: tuple(rows[file]) if file in known else tuple(sorted(rows[file], key=_key)) for file in TABLES
        }
        self._digests = dict(known)

    @classmethod
    def of(cls, folder: Path) -> Self:
        """The files of a folder."""
        return cls({file: parse(file, read(folder / file)) for file in TABLES})

    @property
    def version(self) -> str:
        """Content of all tables, so that a decision can name what it was made with: the same rows, the same version."""
        digest = hashlib.sha256()
        for file in TABLES:
            digest.update(file.encode() + b"\0" + self.digest(file))
        return digest.hexdigest()[:12]

    def digest(self, file: str) -> bytes:
        """Content of one table, wherever its rows come from."""
        if file not in self._digests:
            rows = [TABLES[file].columns, *(tuple(row.cells.values()) for row in self._rows[file])]
            self._digests[file] = hashlib.sha256(orjson.dumps(rows)).digest()
        return self._digests[file]

    def rows(self, file: str) -> Iterator[Row]:
        """Rows of one table, each with every column and a source."""
        for row in self._rows[file]:
            if not row["source"].strip():
                raise row.wrong("source", "where the row comes from, such as a law and its article")
            yield row

    def by_key(self, file: str) -> dict[Key, Row]:
        """Rows of one table by what tells them apart."""
        return {row.key: row for row in self._rows[file]}

    def with_tables(self, rows: Mapping[str, Iterable[Row]]) -> "Tables":
        """The same with other rows in some tables."""
        digests = {file: self.digest(file) for file in TABLES if file not in rows}
        return Tables({**self._rows, **rows}, digests)

    def changed(self, changes: Mapping[str, Mapping[Key, Row | None]]) -> "Tables":
        """The same with some rows put in and (None) others withdrawn."""
        made: dict[str, Iterable[Row]] = {}
        for file, rows in changes.items():
            merged = {**self.by_key(file), **rows}
            made[file] = [row for row in merged.values() if row is not None]
        return self.with_tables(made)

    def without(self, row: Row) -> "Tables":
        """The same without one row."""
        return self.with_tables({row.file: [each for each in self._rows[row.file] if each is not row]})


def _key(row: Row) -> Key:
    return row.key


def _raise(error: ReferenceDataError) -> NoReturn:
    raise error


def read(path: Path) -> bytes:
    """The file of a table."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReferenceDataError(
            f"{path.name}: cannot be read in {path.parent} ({error.strerror}): put the table there"
        ) from error


def parse(file: str, raw: bytes, wrong: Callable[[ReferenceDataError], None] = _raise) -> list[Row]:
    """Rows of a table's file; `wrong` gets each mistake of its form."""
    columns = TABLES[file].columns
    rows: list[Row] = []
    try:
        text = raw.decode("utf-8-sig")  # spreadsheets put a byte order mark in front
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        wrong(ReferenceDataError(f"{file}, line {line}: byte {error.start} is not UTF-8: save the table as UTF-8"))
        return rows
    table = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = tuple(next(table, ()))
        if header != columns:
            wrong(
                ReferenceDataError(
                    f"{file}, line 1: the columns are {', '.join(header) or 'missing'}, expected {', '.join(columns)}"
                )
            )
            return rows
        for cells in table:
            row = Row(file, table.line_num, dict(zip(columns, cells, strict=False)))
            if len(cells) == len(columns):
                rows.append(row)
            else:
                wrong(row.refused(f"{len(cells)} cells, expected {len(columns)}: {', '.join(columns)}"))
    except csv.Error as error:
        wrong(
            ReferenceDataError(
                f"{file}, line {table.line_num}: not readable as CSV ({error}): close all quotes, and double those "
                "inside a cell"
            )
        )
    return rows


def put(table: dict[str, T], key: str, value: T, row: Row) -> None:
    """One entry of a table that must not come twice."""
    if key in table:
        raise row.refused(f"{key!r} is already in the table: keep one row")
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
        raise ReferenceDataError(f"{file}, line 2: the table is empty: add at least one row")
    return found

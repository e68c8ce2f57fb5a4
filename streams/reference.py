"""Loads the dated reference data from its tables, strictly: a table with a mistake stops the start.

The tables are meant to be read and changed by people who know the law, so a mistake is answered in one sentence
that names the file, the line, what stands there and what would be right.
"""

import csv
import hashlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from agents.reference import Category, Dated, GoodsTerms, Reference, Registration, Thresholds, Week
from agents.text import fold
from streams.trouble import Trouble

FOLDER: Final = Path(__file__).resolve().parent.parent / "reference"
"""The tables shipped with the program."""

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


COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "airlines.csv": ("prefix", "name", "source"),
    "carriers.csv": ("code", "name", "valid_from", "valid_until", "suspended_from", "source"),
    "countries.csv": ("code", "name", "source"),
    "currencies.csv": ("code", "name", "source"),
    "exchange_rates.csv": ("week", "currency", "krw", "source"),
    "goods_categories.csv": ("category", "list_excluded", "simplified_excluded", "prohibited", "source"),
    "goods_hs.csv": ("prefix", "category", "source"),
    "goods_terms.csv": ("term", "language", "category", "source"),
    "hs6.csv": ("code", "text", "edition", "source"),
    "operators.csv": ("code", "name", "valid_from", "valid_until", "suspended_from", "source"),
    "thresholds.csv": ("name", "from", "value", "unit", "source"),
    "vague_descriptions.csv": ("phrase", "language", "source"),
}
"""Every table with its columns, in their order."""

WON: Final = "KRW"
BASE_CURRENCY: Final = "USD"
"""Limits are in dollars, so a week without a dollar rate is of no use."""

SUNDAY: Final = 6
WEEK: Final = timedelta(days=7)


class Tables:
    """The files of a folder, read once: their rows and the version of them all."""

    def __init__(self, folder: Path) -> None:
        self._raw: dict[str, bytes] = {}
        for file in sorted({*COLUMNS, *(path.name for path in folder.glob("*.csv"))}):
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
        columns = COLUMNS[file]
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


def _put(table: dict[str, T], key: str, value: T, row: Row) -> None:
    """One entry of a table that must not come twice."""
    if key in table:
        raise row.refused(f"{key!r} stands in the table already, it has to stand there once")
    table[key] = value


def _keyed(rows: Iterator[Row], key: Callable[[Row], str], value: Callable[[Row], T]) -> dict[str, T]:
    """A whole table by its key."""
    table: dict[str, T] = {}
    for row in rows:
        _put(table, key(row), value(row), row)
    return table


def _codes(tables: Tables, file: str, column: str, pattern: str, right: str) -> frozenset[str]:
    """The codes of a code list."""
    found = frozenset(_keyed(tables.rows(file), lambda row: row.matching(column, pattern, right), lambda row: row.line))
    if not found:
        raise ReferenceDataError(f"{file}, line 2: the table is empty, it has to hold at least one row")
    return found


def _thresholds(tables: Tables) -> Thresholds:
    """Figures of law, each with its days."""
    names = tuple(field.name for field in fields(Thresholds))
    by_name: dict[str, dict[date, Decimal]] = {name: {} for name in names}
    for row in tables.rows("thresholds.csv"):
        if row["name"] not in by_name:
            raise row.wrong("name", f"one of {', '.join(names)}")
        days, day = by_name[row["name"]], row.day("from")
        if day in days:
            raise row.refused(f"{row['name']} from {day} stands in the table already, it has to stand there once")
        days[day] = row.number("value")
    first_day = min((day for days in by_name.values() for day in days), default=None)
    for name, days in by_name.items():
        if not days or min(days) != first_day:
            has = f"begins on {min(days)}" if days else "is missing"
            raise ReferenceDataError(f"thresholds.csv: {name} {has}, it has to have a value from {first_day} on like the others")
    return Thresholds(**{name: Dated(days) for name, days in by_name.items()})


def _weeks(tables: Tables, currencies: frozenset[str]) -> Dated[Week]:
    """Exchange rates by week, without a gap: the week before must never stand in for a missing one."""
    by_week: dict[date, dict[str, int]] = {}
    for row in tables.rows("exchange_rates.csv"):
        sunday = row.day("week")
        if sunday.weekday() != SUNDAY:
            raise row.wrong("week", "a Sunday, the first day of the week the rates hold for")
        if row["currency"] not in currencies:
            raise row.wrong("currency", "a code of currencies.csv such as USD")
        krw_e4 = int(row.number("krw") * 10_000)
        if krw_e4 == 0:
            raise row.wrong("krw", "won for one unit of the currency, more than nothing")
        _put(by_week.setdefault(sunday, {}), row["currency"], krw_e4, row)
    for sunday, rates in by_week.items():
        if BASE_CURRENCY not in rates:
            raise ReferenceDataError(f"exchange_rates.csv: the week of {sunday} has no {BASE_CURRENCY}, every week has to have it")
        if sunday != min(by_week) and sunday - WEEK not in by_week:
            raise ReferenceDataError(f"exchange_rates.csv: the week of {sunday - WEEK} is missing, the weeks have to follow each other without a gap")
    if not by_week:
        raise ReferenceDataError("exchange_rates.csv, line 2: the table is empty, it has to hold at least one week")
    return Dated({sunday: Week(sunday.isoformat(), {WON: 10_000, **rates}) for sunday, rates in by_week.items()})


def _registration(row: Row) -> Registration:
    """An entry of a register."""
    entry = Registration(row["name"], row.day("valid_from"), row.day_or_none("valid_until"), row.day_or_none("suspended_from"))
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        raise row.wrong("valid_until", f"empty or a day from {entry.valid_from} on")
    return entry


def _register(tables: Tables, file: str) -> dict[str, Registration]:
    """A register by code; a carrier's code is also the last part of its topics' names."""
    right = "lower-case letters, digits and dashes, at most 32"
    return _keyed(tables.rows(file), lambda row: row.matching("code", "[a-z0-9][a-z0-9-]{0,31}", right), _registration)


def _category(row: Row) -> Category:
    """One kind of goods."""
    prohibited = row.matching("prohibited", "NARCOTIC|WEAPON|", "NARCOTIC, WEAPON or empty") or None
    return Category(row["category"], row.yes("list_excluded"), row.yes("simplified_excluded"), prohibited, row["source"])


def _category_of(row: Row, categories: Mapping[str, Category]) -> Category:
    """The category that a row names."""
    if row["category"] not in categories:
        raise row.wrong("category", "a category of goods_categories.csv")
    return categories[row["category"]]


def _goods(tables: Tables, categories: Mapping[str, Category]) -> GoodsTerms:
    """Words and commodity codes by category."""

    def term(row: Row) -> str:
        row.matching("language", "en|ko|zh", "en, ko or zh")
        return row.folded("term")

    terms = _keyed(tables.rows("goods_terms.csv"), term, lambda row: _category_of(row, categories))
    prefixes = _keyed(
        tables.rows("goods_hs.csv"),
        lambda row: row.matching("prefix", r"\d{2}|\d{4}|\d{6}", "2, 4 or 6 digits of a commodity code"),
        lambda row: _category_of(row, categories),
    )
    return GoodsTerms(terms, prefixes)


def _hs(tables: Tables) -> tuple[frozenset[str], str]:
    """Subheadings and the edition they belong to."""
    editions: set[str] = set()

    def code(row: Row) -> str:
        editions.add(row["edition"])
        if len(editions) > 1 or not row["edition"]:
            raise row.wrong("edition", "one edition, the same on every line")
        return row.matching("code", r"\d{6}", "six digits")

    codes = _keyed(tables.rows("hs6.csv"), code, lambda row: row.line)
    if not codes:
        raise ReferenceDataError("hs6.csv, line 2: the table is empty, it has to hold at least one row")
    return frozenset(codes), editions.pop()


def load(folder: Path | None = None) -> Reference:
    """All reference data of a folder, the shipped one when none is named."""
    tables = Tables(folder or FOLDER)
    currencies = _codes(tables, "currencies.csv", "code", "[A-Z]{3}", "three capital letters")
    categories = _keyed(tables.rows("goods_categories.csv"), lambda row: row.matching("category", "[A-Z][A-Z_]*", "capital letters and underscores"), _category)
    hs_codes, edition = _hs(tables)
    return Reference(
        version=tables.version,
        tariff_edition=edition,
        thresholds=_thresholds(tables),
        weeks=_weeks(tables, currencies),
        countries=_codes(tables, "countries.csv", "code", "[A-Z]{2}", "two capital letters"),
        currencies=currencies,
        hs_codes=hs_codes,
        carriers=_register(tables, "carriers.csv"),
        operators=_register(tables, "operators.csv"),
        airline_prefixes=_codes(tables, "airlines.csv", "prefix", r"\d{3}", "three digits"),
        vague=frozenset(_keyed(tables.rows("vague_descriptions.csv"), lambda row: row.folded("phrase"), lambda row: row.line)),
        goods=_goods(tables, categories),
        categories=categories,
    )

"""Labelled declarations, as customs' data has them: one line of goods a row, with what an inspection found."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from agents.risk.features import HS6_CHARS, MISSING, ORDINARY, PREFERRED, Row, size_class
from streams.errors import OperatorError

IDENTITY: Final = "Declaration ID"
DAY: Final = "Date"
GOODS: Final = "HS6 Code"
DEPARTURE: Final = "Country of Departure"
ORIGIN: Final = "Country of Origin"
TAX_RATE: Final = "Tax Rate"
TAX_TYPE: Final = "Tax Type"
MASS: Final = "Net Mass"
PRICE: Final = "Item Price"
FRAUD: Final = "Fraud"
CRITICAL: Final = "Critical Fraud"
NEEDED: Final = (DAY, GOODS, DEPARTURE, ORIGIN, TAX_RATE, TAX_TYPE, MASS, PRICE, FRAUD, CRITICAL)
"""Columns without which nothing is trained or measured; `Declaration ID` is only repeated, further ones are left
alone.
"""
CRITICAL_LABELS: Final = {"0": False, "1": False, "2": True}
FRAUD_LABELS: Final = {"0": False, "1": True}
CELL_CHARS_MAX: Final = 40
"""A longer cell is no value of these columns."""
NUMBER_MAX: Final = Decimal(10**15)
ROWS_MAX: Final = 5_000_000
"""More rows than that are no file for one machine."""


class DeclarationsError(OperatorError):
    """A file of declarations that can't be used."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One row."""

    number: int
    """Its place in the file, the first one 1."""
    identity: str
    day: date | None
    """None when the cell is no day."""
    row: Row
    duty_krw: float
    """Price times tax rate: the duty at stake, by the data's paper the revenue of an inspection. For measures alone."""
    fraud: bool | None
    critical: bool | None
    """None when the label says nothing that is known."""

    @property
    def labelled(self) -> bool:
        """Whether it can be learned from or measured."""
        return self.day is not None and self.fraud is not None and self.critical is not None


@dataclass(slots=True)
class Declarations:
    """A file of them, in its order."""

    all: list[Declaration] = field(default_factory=list)
    bad_cells: Counter[str] = field(default_factory=Counter)
    """Cells that are no value of their column, by column: of a feature, they count as missing; of day or label, the
    row is left out.
    """

    @property
    def labelled(self) -> list[Declaration]:
        """Those with day and labels."""
        return [each for each in self.all if each.labelled]


def read_declarations(path: Path) -> Declarations:
    """Read a file; OperatorError when it is no table of declarations."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _read(path, csv.DictReader(file, strict=True, restval=""))
    except UnicodeDecodeError as error:
        raise DeclarationsError(f"{path} is no UTF-8 text (byte {error.start}): save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise DeclarationsError(f"{path} is no CSV: {error}.") from error
    except OSError as error:
        raise DeclarationsError(f"{path} can't be read: {error.strerror}.") from error


def _read(path: Path, rows: "csv.DictReader[str]") -> Declarations:
    missing = [column for column in NEEDED if column not in (rows.fieldnames or ())]
    if missing:
        raise DeclarationsError(
            f"{path} has no column {', '.join(map(repr, missing))}: the columns of the data are {', '.join(NEEDED)}."
        )
    read = Declarations()
    for number, cells in enumerate(rows, start=1):
        if number > ROWS_MAX:
            raise DeclarationsError(f"{path} has more than {ROWS_MAX:,} rows: split it by day.")
        read.all.append(_declaration(number, cells, read.bad_cells))
    if not read.all:
        raise DeclarationsError(f"{path} has no rows.")
    return read


def _declaration(number: int, cells: dict[str, str], bad: Counter[str]) -> Declaration:
    def cell(column: str) -> str:
        text = (cells[column] or "").strip()
        if len(text) > CELL_CHARS_MAX:
            bad[column] += 1
            return ""
        return text

    def number_of(column: str) -> Decimal | None:
        found = _number(cell(column))
        if found is None:
            bad[column] += 1
        return found

    def label(column: str, labels: dict[str, bool]) -> bool | None:
        found = labels.get(cell(column).removesuffix(".0"))
        if found is None:
            bad[column] += 1
        return found

    day = _day(cell(DAY))
    if day is None:
        bad[DAY] += 1
    goods = cell(GOODS)
    goods = goods.zfill(HS6_CHARS) if re.fullmatch(r"[0-9]{1,6}", goods, re.ASCII) else ""
    if not goods:
        bad[GOODS] += 1
    mass, price, rate = number_of(MASS), number_of(PRICE), number_of(TAX_RATE)
    kind = cell(TAX_TYPE)
    row: Row = (
        goods,
        cell(ORIGIN),
        cell(DEPARTURE),
        (PREFERRED if kind.startswith(PREFERRED) else ORDINARY) if kind else "",
        MISSING if mass is None else size_class(int(mass * 1000)),
        MISSING if price is None else size_class(int(price)),
    )
    duty = 0.0 if price is None or rate is None else float(price * rate / 100)
    return Declaration(
        number,
        (cells.get(IDENTITY) or "")[:CELL_CHARS_MAX],
        day,
        row,
        duty,
        label(FRAUD, FRAUD_LABELS),
        label(CRITICAL, CRITICAL_LABELS),
    )


def _number(text: str) -> Decimal | None:
    """A number from nothing up; None for everything else a cell may say."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number <= NUMBER_MAX else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def in_order(declarations: list[Declaration]) -> Iterator[Declaration]:
    """By day; within a day by content, so that a file's order changes nothing."""
    yield from sorted(declarations, key=lambda each: (each.day, each.row, each.fraud, each.critical))

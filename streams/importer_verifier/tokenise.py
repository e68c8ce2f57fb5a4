"""The register of importers from clear text: each row becomes a token and marks, nothing of a person is left.

A mistake is named by line and column and never quoted: what stands there is somebody's.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import pairwise
from typing import Final, TextIO, get_args

from agents.identifiers import clearance_code
from agents.importers.normal_forms import plain_code, plain_name, plain_phone
from agents.importers.register import AUTH_NUMBERS_MAX, POSTCODES_MAX, RegisterState
from agents.importers.verify import PHONE_END_DIGITS, PersonMarks
from agents.values.identity import TokenKeys, consignee_token
from schemas import limits
from schemas.manifest import Consignee
from streams.errors import OperatorError
from streams.reference.tables import TABLES

COLUMNS: Final = (
    "clearance_code",
    "name",
    "name_en",
    "phone",
    "postcodes",
    "auth_numbers",
    "valid_from",
    "changed_on",
    "valid_until",
    "state",
    "state_from",
)
"""Of the clear text. Postcodes with spaces between; numbers as number|last day or number|last day|platform|order
number, with semicolons between.
"""
WRITTEN: Final = TABLES["importers.csv"].columns
CELL_CHARS_MAX: Final = 128 * 1024
STATES: Final[tuple[RegisterState, ...]] = get_args(RegisterState)

Row = Mapping[str, str]


def tokenised(opened: TextIO, keys: TokenKeys, source: str) -> list[tuple[str, ...]]:
    """Rows of `reference/importers.csv`, ordered by token, so that their order says nothing of where they come from."""
    rows = sorted(_tokenise(line, row, keys, source) for line, row in _rows(opened))
    for one, other in pairwise(rows):
        if one[0] == other[0]:
            raise OperatorError("one clearance code stands in two lines: keep one of them.")
    return rows


def write(rows: Iterable[tuple[str, ...]], into: TextIO) -> None:
    """The table, with its header."""
    written = csv.writer(into, lineterminator="\n")
    written.writerow(WRITTEN)
    written.writerows(rows)


def _rows(opened: TextIO) -> Iterator[tuple[int, Row]]:
    csv.field_size_limit(CELL_CHARS_MAX)
    table = csv.reader(opened, strict=True)
    try:
        header = tuple(next(table, ()))
        if header != COLUMNS:
            raise OperatorError(f"line 1: the columns have to be {', '.join(COLUMNS)}.")
        for cells in table:
            if len(cells) != len(COLUMNS):
                raise OperatorError(f"line {table.line_num}: {len(cells)} cells, expected {len(COLUMNS)}.")
            yield table.line_num, dict(zip(COLUMNS, cells, strict=True))
    except csv.Error as error:
        raise OperatorError(
            f"line {table.line_num}: no readable CSV: quotes have to be closed and doubled inside a cell."
        ) from error
    except UnicodeDecodeError as error:
        raise OperatorError(f"after line {table.line_num}: no UTF-8: save the file as UTF-8.") from error


def _tokenise(line: int, row: Row, keys: TokenKeys, source: str) -> tuple[str, ...]:
    clear = _Clear(line, row)
    token = consignee_token(Consignee(clearance_code=clear.code()), keys)
    marks = PersonMarks(keys.keys[0][1], token)
    name, phone = clear.name(), clear.phone()
    return (
        token,
        marks.name(name).hex(),
        marks.name(row["name_en"]).hex() if plain_name(row["name_en"]) else "",
        marks.phone(phone).hex() if phone else "",
        marks.phone_end(phone).hex() if phone else "",
        " ".join(sorted(marks.postcode(each).hex() for each in clear.postcodes())),
        " ".join(sorted(_written(number, marks) for number in clear.auth_numbers())),
        *clear.days("valid_from", "changed_on", "valid_until"),
        clear.state(),
        *clear.days("state_from"),
        source,
    )


def _written(number: list[str], marks: PersonMarks) -> str:
    """A one-time number: mark, last day and, when it was used, the order's mark."""
    mark, day, *order = number
    return ":".join((marks.auth_number(mark).hex(), day, *([marks.order(*order).hex()] if order else [])))


class _Clear:
    """One row of the clear text, each column checked."""

    def __init__(self, line: int, row: Row) -> None:
        self._line, self._row = line, row

    def _wrong(self, column: str, right: str) -> OperatorError:
        return OperatorError(f"line {self._line}: {column} has to be {right}.")

    def code(self) -> str:
        code = self._row["clearance_code"].strip().upper()
        if not clearance_code.is_valid(code):
            raise self._wrong("clearance_code", "P and twelve digits")
        return code

    def name(self) -> str:
        name = self._row["name"]
        if not plain_name(name) or len(name) > limits.NAME_CHARS_MAX:
            raise self._wrong("name", f"a name of at most {limits.NAME_CHARS_MAX} characters")
        return name

    def phone(self) -> str:
        phone = self._row["phone"]
        if phone and len(plain_phone(phone)) < PHONE_END_DIGITS:
            raise self._wrong("phone", "a phone number, or empty")
        return phone

    def postcodes(self) -> list[str]:
        postcodes = self._row["postcodes"].split()
        if len(postcodes) > POSTCODES_MAX or not all(map(plain_code, postcodes)):
            raise self._wrong("postcodes", f"up to {POSTCODES_MAX} postcodes with spaces between")
        return postcodes

    def auth_numbers(self) -> list[list[str]]:
        numbers = [each.strip().split("|") for each in self._row["auth_numbers"].split(";") if each.strip()]
        if len(numbers) > AUTH_NUMBERS_MAX or not all(
            len(each) in (2, 4) and plain_code(each[0]) and _is_day(each[1]) for each in numbers
        ):
            raise self._wrong(
                "auth_numbers",
                f"up to {AUTH_NUMBERS_MAX} of number|last day or number|last day|platform|order number, with "
                "semicolons between",
            )
        return numbers

    def state(self) -> str:
        state = self._row["state"]
        if state not in STATES:
            raise self._wrong("state", " or ".join(STATES))
        return state

    def days(self, *columns: str) -> Iterator[str]:
        for column in columns:
            day = self._row[column]
            if (day or column == "valid_from") and not _is_day(day):
                raise self._wrong(column, f"a day such as 2026-11-23{'' if column == 'valid_from' else ', or empty'}")
            if column == "valid_until" and day and day < self._row["valid_from"]:
                raise self._wrong(column, "a day not before valid_from, or empty")
            yield day


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False

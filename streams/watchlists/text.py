"""What the layouts have in common: files as text, countries by name, days as ISO 8601."""

import csv
import io
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from streams.errors import OperatorError

CELL_CHARS_MAX: Final = 100_000
ROW_CELLS_MAX: Final = 64
_YEAR: Final = re.compile(r"\b(1[89]\d\d|20\d\d)\b")
_OTHERWISE: Final = {
    "iran": "IR", "syria": "SY", "russia": "RU", "north korea": "KP", "south korea": "KR", "korea, north": "KP",
    "korea, south": "KR", "venezuela": "VE",
    "burma": "MM", "tanzania": "TZ", "bolivia": "BO", "moldova": "MD", "vietnam": "VN", "laos": "LA",
    "czech republic": "CZ", "turkey": "TR", "macau": "MO",
    "democratic people's republic of korea": "KP", "democratic republic of the congo": "CD", "congo, democratic "
"republic of the": "CD", "iran (islamic republic of)": "IR",
    "libya": "LY", "palestinian": "PS", "region: gaza": "PS", "united states": "US", "united kingdom": "GB",
    "syrian arab republic": "SY", "taiwan": "TW", "kosovo": "XK",
}  # fmt: skip


def text_of(path: Path) -> str:
    """A file as text: UTF-8, or the code page of older files.

    A byte order mark and an end-of-file sign are left out.
    """
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.rstrip("\x1a").replace("\0", "")


def rows(path: Path, delimiter: str = ",") -> Iterator[list[str]]:
    """Rows of a file of cells, each stripped; `-0-`, which says that there is nothing, is empty."""
    text = text_of(path)
    csv.field_size_limit(CELL_CHARS_MAX)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in table:
            if row:
                yield ["" if cell.strip() == "-0-" else cell.strip() for cell in row[:ROW_CELLS_MAX]]
    except csv.Error as error:
        raise OperatorError(f"{path}, line {table.line_num}: no readable table ({error}).") from error


def first_row(path: Path, delimiter: str = ",") -> list[str]:
    """The first row; nothing of a file that is none."""
    try:
        with path.open("rb") as opened:
            line = opened.readline(CELL_CHARS_MAX).decode("utf-8-sig", errors="replace")
        return next(csv.reader([line], delimiter=delimiter), [])
    except (OSError, csv.Error):
        return []


@cache
def _countries() -> dict[str, str]:
    from streams.reference import FOLDER  # noqa: PLC0415 - the tables, only when names of countries are asked for

    with (FOLDER / "countries.csv").open(encoding="utf-8", newline="") as opened:
        return {row["name"].casefold(): row["code"] for row in csv.DictReader(opened)} | _OTHERWISE


def country(text: str) -> tuple[str, ...]:
    """The code of a country by code or name; nothing when nobody knows it.

    >>> country("Iran"), country("KP"), country("Atlantis")
    (('IR',), ('KP',), ())
    """
    plain = " ".join(text.split())
    if len(plain) == 2 and plain.isascii() and plain.isalpha():  # noqa: PLR2004 - ISO 3166-1 alpha-2
        return (plain.upper(),)
    found = _countries().get(plain.casefold())
    return (found,) if found else ()


def years(text: str) -> tuple[str, ...]:
    """The years that a text names."""
    return tuple(dict.fromkeys(_YEAR.findall(text)))[:8]

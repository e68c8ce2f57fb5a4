"""OFAC's legacy CSV, without a header.

Sdn.csv or cons_prim.csv, with alt.csv (aliases) and add.csv (addresses) beside them.

An alias or an address may come of an entry whose main file is not there: its number names it all the same.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from agents.watchlist.entries import ListedEntry
from agents.watchlist.names import Kind
from streams.watchlists.text import country, rows, years

PRIMARY: Final = ("sdn.csv", "cons_prim.csv")
ALIASES: Final = ("alt.csv", "cons_alt.csv")
ADDRESSES: Final = ("add.csv", "cons_add.csv")
SOURCE: Final = "OFAC"
KINDS: Final[dict[str, Kind]] = {"individual": "PERSON", "vessel": "VESSEL", "aircraft": "VESSEL"}
_BORN: Final = re.compile(r"DOB (?:circa )?([^;.]*)")
_QUOTED: Final = re.compile(r"a\.k\.a\. '([^']{3,80})'")
_NATIONALITY: Final = re.compile(r"(?:nationality|citizen) ([A-Z][A-Za-z ]{2,40})(?=[;.])")
NUMBER, NAME, KIND, REMARKS = 0, 1, 2, 11
ALIAS: Final = 3
STREET, CITY, COUNTRY = 2, 3, 4


def reads(path: Path) -> bool:
    """Whether the file is of this layout."""
    return path.name.lower() in (*PRIMARY, *ALIASES, *ADDRESSES)


def read(paths: Sequence[Path]) -> Iterator[ListedEntry]:
    """What the files say, an entry for each row: the same number comes several times."""
    for path in sorted(paths, key=lambda path: (path.name.lower() not in PRIMARY, str(path))):
        name = path.name.lower()
        take = _primary if name in PRIMARY else _alias if name in ALIASES else _address
        for row in rows(path):
            if row[0].isdecimal() and (entry := take(row)) is not None:
                yield entry


def _id(row: list[str]) -> str:
    return f"OFAC-{int(row[NUMBER])}"


def _primary(row: list[str]) -> ListedEntry | None:
    if len(row) <= NAME or not row[NAME]:
        return None
    kind = KINDS.get(row[KIND].lower() if len(row) > KIND else "", "ORGANISATION")
    remarks = row[REMARKS] if len(row) > REMARKS else ""
    born = tuple(year for text in _BORN.findall(remarks) for year in years(text))
    countries = tuple(code for text in _NATIONALITY.findall(remarks) for code in country(text))
    return ListedEntry(
        entry_id=_id(row),
        source=SOURCE,
        kind=kind,
        names=(row[NAME],),
        weak=tuple(_QUOTED.findall(remarks)),
        born=born,
        countries=countries,
    )


def _alias(row: list[str]) -> ListedEntry | None:
    if len(row) <= ALIAS or not row[ALIAS]:
        return None
    return ListedEntry(entry_id=_id(row), source=SOURCE, names=(row[ALIAS],))


def _address(row: list[str]) -> ListedEntry | None:
    if len(row) <= COUNTRY:
        return None
    where = ", ".join(cell for cell in row[STREET:COUNTRY] if cell) if row[STREET] else ""
    return ListedEntry(
        entry_id=_id(row), source=SOURCE, names=(), countries=country(row[COUNTRY]), addresses=(where,) if where else ()
    )

"""A list of one's own: CSV with a header.

`name` has to be there, `id`, `type`, `country`, `birth_date`, `aliases` (separated by `;`) and `address` may.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from agents.watchlist.entries import ListedEntry
from agents.watchlist.names import Kind
from streams.watchlists.text import country, first_row, rows, years

ID_CHARS: Final = 10
KINDS: Final[dict[str, Kind]] = {
    "person": "PERSON", "individual": "PERSON", "people": "PERSON",
    "organisation": "ORGANISATION", "organization": "ORGANISATION", "company": "ORGANISATION",
    "legalentity": "ORGANISATION",
    "entity": "ORGANISATION", "publicbody": "ORGANISATION",
    "vessel": "VESSEL", "aircraft": "VESSEL", "airplane": "VESSEL", "ship": "VESSEL",
}  # fmt: skip
"""Words for what a name stands for."""


def kind_of(text: str) -> Kind:
    """What a name stands for by the word for it.

    >>> kind_of("Legal Entity"), kind_of("individual"), kind_of("?")
    ('ORGANISATION', 'PERSON', '')
    """
    return KINDS.get("".join(filter(str.isalpha, text.lower())), "")


def reads(path: Path) -> bool:
    """Whether the file is of this layout."""
    return path.suffix.lower() in (".csv", ".txt") and "name" in [cell.strip().lower() for cell in first_row(path)]


def read(paths: Sequence[Path]) -> Iterator[ListedEntry]:
    """What the files say."""
    for path in paths:
        header: list[str] = []
        for row in rows(path):
            if not header:
                header = [cell.lower() for cell in row]
                continue
            cells = dict(zip(header, row, strict=False))
            if not (name := cells.get("name", "")):
                continue
            number = cells.get("id") or hashlib.sha256(name.encode()).hexdigest()[:ID_CHARS]
            aliases = tuple(part for alias in cells.get("aliases", "").split(";") if (part := alias.strip()))
            address = cells.get("address", "")
            yield ListedEntry(
                entry_id=number,
                source=path.stem,
                kind=kind_of(cells.get("type") or cells.get("schema") or ""),
                names=(name, *aliases),
                countries=tuple(code for part in cells.get("country", "").split(";") for code in country(part)),
                born=years(cells.get("birth_date", "")),
                addresses=(address,) if address else (),
            )

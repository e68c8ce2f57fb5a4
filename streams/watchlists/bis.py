"""The denied persons list of the Bureau of Industry and Security: dpl.txt, tab-separated with a header."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from agents.watchlist.entries import ListedEntry
from streams.watchlists.text import country, first_row, rows

SOURCE: Final = "BIS DPL"
COLUMNS: Final = ("Name", "Street_Address", "City", "State", "Country")
ID_CHARS: Final = 10


def reads(path: Path) -> bool:
    """Whether the file is of this layout."""
    return path.suffix.lower() in (".txt", ".tsv", ".csv") and tuple(first_row(path, "\t")[: len(COLUMNS)]) == COLUMNS


def read(paths: Sequence[Path]) -> Iterator[ListedEntry]:
    """What the files say. A denied person has no number: its name makes one."""
    for path in paths:
        for number, row in enumerate(rows(path, "\t")):
            if not number or len(row) < len(COLUMNS) or not row[0]:
                continue
            name, street, city, state, where = row[: len(COLUMNS)]
            digest = hashlib.sha256(" ".join(name.lower().split()).encode()).hexdigest()[:ID_CHARS]
            address = ", ".join(cell for cell in (street, city, state) if cell) if street else ""
            yield ListedEntry(
                entry_id=f"BIS-{digest}",
                source=SOURCE,
                names=(name,),
                countries=country(where),
                addresses=(address,) if address else (),
            )

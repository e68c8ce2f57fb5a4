"""Published watch-lists read: a module for each layout, with the verbs `reads(names)` and `read(folder)`.

`load` reads whatever a folder holds, and folders in it.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from agents.watchlist.entries import ListedEntry
from streams.errors import OperatorError
from streams.watchlists import bis, ofac, plain, un

LAYOUTS: Final = (ofac, bis, un, plain)
"""Every layout; the first that knows a file reads it."""
FILE_BYTES_MAX: Final = 256 * 1024 * 1024
FILES_MAX: Final = 1_000


def load(folder: Path) -> list[ListedEntry]:
    """Every entry below a folder, in the order of their ids. Raises OperatorError for what can't be read."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))[:FILES_MAX]
    for path in files:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise OperatorError(
                f"{path} has more than {FILE_BYTES_MAX:,} bytes: no watch-list has; name the folder of the lists."
            )
    entries: list[ListedEntry] = []
    for layout in LAYOUTS:
        entries += layout.read([path for path in files if layout.reads(path)])
    if not entries:
        raise OperatorError(
            f"no watch-list in {folder}: it takes OFAC's sdn.csv, alt.csv, add.csv or cons_*.csv, the BIS dpl.txt, "
            "the UN's XML, "
            "or a CSV with the columns id,name,type,country,birth_date."
        )
    return merged(entries)


def merged(entries: Iterable[ListedEntry]) -> list[ListedEntry]:
    """Entries of one id as one."""
    found: dict[str, ListedEntry] = {}
    for entry in entries:
        known = found.get(entry.entry_id)
        if known is not None:
            entry = msgspec.structs.replace(  # noqa: PLW2901 - the same, and what was known of it
                known,
                kind=known.kind or entry.kind,
                names=_all(known.names, entry.names),
                weak=_all(known.weak, entry.weak),
                countries=_all(known.countries, entry.countries),
                born=_all(known.born, entry.born),
                addresses=_all(known.addresses, entry.addresses),
            )
        found[entry.entry_id] = entry
    return [found[entry_id] for entry_id in sorted(found) if found[entry_id].names or found[entry_id].weak]


def _all(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*one, *other)))

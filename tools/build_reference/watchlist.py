"""Makes `watchlist.csv` anew from folders of published lists.

`python -m tools.build_reference.watchlist DATA/watchlists`.
"""

import csv
import re
import sys
from pathlib import Path
from typing import Final

from agents.watchlist.entries import address_words, is_distinctive
from agents.watchlist.knowledge import NameKnowledge
from streams.reference.watchlist import SEPARATOR
from streams.watchlists import load

COLUMNS: Final = ("entry", "list", "kind", "names", "weak", "countries", "born", "addresses", "source")
EDITIONS: Final = {
    "OFAC": "US Treasury: SDN 2021-07, aliases, addresses and non-SDN 2025-12",
    "BIS DPL": "US BIS 2022-09",
    "UN": "UN Security Council 2026-02-27",
}
ADDRESSES_MAX: Final = 3


def main(folder: Path, out: Path) -> None:
    """Write the table."""
    with out.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerow(COLUMNS)
        for entry in sorted(load(folder), key=lambda entry: entry.entry_id):
            addresses = [
                address for address in entry.addresses if is_distinctive(address_words(address, NameKnowledge()))
            ][:ADDRESSES_MAX]
            cells = [_cell(each) for each in (entry.names, entry.weak, entry.countries, entry.born, addresses)]
            table.writerow((entry.entry_id, entry.source, entry.kind, *cells, EDITIONS[entry.source]))


def _cell(texts: tuple[str, ...] | list[str]) -> str:
    return SEPARATOR.join(re.sub(rf"[\s{re.escape(SEPARATOR)}]+", " ", text).strip() for text in texts)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).resolve().parents[2] / "reference" / "watchlist.csv")

"""The tables of words: read once, by column."""

import csv
from pathlib import Path
from typing import Final, Literal

Lang = Literal["en", "ko"]
"""English, which is also what the wire has, and Korean."""

FOLDER: Final = Path(__file__).parent


def read(table: str) -> list[dict[str, str]]:
    """The rows of a table by column."""
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))

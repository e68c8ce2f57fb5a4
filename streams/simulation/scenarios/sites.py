"""Inspection sites of the size of the horizon.

The shipped ones are those of a country, and would open everything of so few parcels.
"""

import csv
import shutil
from math import ceil
from pathlib import Path
from typing import Final

from streams.simulation.sample.profiles import PROFILES

SITES: Final = "inspection_sites.csv"
LANES: Final = ("open", "xray", "documents")
HOURS_A_DAY: Final = 24
PERCENT: Final = 100


def sized(tables: Path, to: Path, parcels_a_day: int, percent: float) -> None:
    """Copy reference tables, with sites that receive what such a day brings and capacity for so many percent of it."""
    for table in tables.glob("*.csv"):
        shutil.copyfile(table, to / table.name)
    weights: dict[tuple[str, str], int] = {}
    for profile in PROFILES:
        if profile.direction == "IMPORT":
            place = (profile.arrival_port, profile.mode)
            weights[place] = weights.get(place, 0) + profile.weight
    whole = sum(profile.weight for profile in PROFILES)
    with (tables / SITES).open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        shifts = HOURS_A_DAY / int(row["shift_hours"])
        parcels = parcels_a_day * weights.get((row["port"], row["mode"]), 0) / whole / shifts
        if parcels:
            capacity = sum(int(row[lane]) for lane in LANES)
            row.update(
                {lane: str(ceil(parcels * percent / PERCENT * int(row[lane]) / capacity)) for lane in LANES},
                parcels=str(ceil(parcels)),
            )
    with (to / SITES).open("w", encoding="utf-8", newline="") as opened:
        written = csv.DictWriter(opened, rows[0].keys(), lineterminator="\n")
        written.writeheader()
        written.writerows(rows)

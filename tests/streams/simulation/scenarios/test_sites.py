"""Inspection sites of the size of the days."""

import csv
from pathlib import Path

import pytest

from streams.reference import FOLDER, load
from streams.simulation.scenarios.sites import LANES, SITES, sized


@pytest.mark.parametrize("percent", [1.0, 2.0, 5.0])
def test_sites_have_room_for_a_share_of_what_they_receive(tmp_path: Path, percent: float) -> None:
    sized(FOLDER, tmp_path, 100_000, percent)
    with (tmp_path / SITES).open(encoding="utf-8", newline="") as opened:
        rows = {(row["port"], row["mode"]): row for row in csv.DictReader(opened)}
    air = rows["KRICN", "AIR_EXPRESS"]
    assert int(air["parcels"]) == 19_000  # 57 of 100 parts, in three shifts
    assert sum(int(air[lane]) for lane in LANES) == pytest.approx(190 * percent, abs=len(LANES))
    assert int(air["xray"]) > int(air["open"]) > 0


def test_the_tables_can_be_loaded_and_the_rest_is_as_it_was(tmp_path: Path) -> None:
    sized(FOLDER, tmp_path, 20_000, 2.0)
    load(tmp_path)
    changed = [
        table.name for table in FOLDER.glob("*.csv") if (tmp_path / table.name).read_bytes() != table.read_bytes()
    ]
    assert changed == [SITES]

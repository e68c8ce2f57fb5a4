"""What the safety net finds of known patterns, at which inspection rate, and what it costs the innocent."""

from pathlib import Path

from streams.cli.scenarios import how_of, measure
from streams.settings import Settings
from streams.simulation.scenarios import page
from streams.simulation.scenarios.horizon import Horizon
from streams.simulation.scenarios.patterns import catalogue

SIZE = "month"
"""In full size: as the cases were reported."""


def write(folder: Path) -> None:
    """Measure, and write `safety-net.md` and its plots; minutes."""
    size = catalogue().sizes[SIZE]
    horizon = Horizon(days=size.days, parcels=size.parcels, scale=size.scale)
    page.write(measure(horizon, Settings.read({})), folder / "safety-net.md", how_of(horizon))

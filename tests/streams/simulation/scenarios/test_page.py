"""The page and its plots: whole, well-formed, the same again."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from streams.cli.scenarios import how_of, measure
from streams.errors import OperatorError
from streams.settings import Settings
from streams.simulation.scenarios import page
from streams.simulation.scenarios.horizon import Horizon
from streams.simulation.scenarios.patterns import INNOCENT, PLANTED, catalogue
from streams.simulation.scenarios.report import Report

HORIZON = Horizon(days=2, parcels=400, scale=0.01)
FOUND = tuple(pattern.name for pattern in PLANTED if pattern.name != "undervalued")
"""In so few days: prices of goods are not known yet."""


@pytest.fixture(scope="module")
def report() -> Report:
    return measure(HORIZON, Settings.read({}))


def test_every_parcel_is_judged(report: Report) -> None:
    assert report.unanswered == 0
    assert [each.name for each in report.scenarios] == [pattern.name for pattern in PLANTED]
    assert [each.name for each in report.lookalikes] == [pattern.name for pattern in INNOCENT]
    assert report.parcels == HORIZON.days * HORIZON.parcels + sum(row.kind != "MISTAKE" for row in HORIZON.truths)


@pytest.mark.parametrize("name", FOUND)
def test_a_scenario_is_found(report: Report, name: str) -> None:
    (scenario,) = (each for each in report.scenarios if each.name == name)
    assert scenario.rings_found > 0
    assert set(scenario.codes) & set(scenario.expected)


def test_the_page_shows_every_scenario_and_its_plots(report: Report, tmp_path: Path) -> None:
    page.write(report, tmp_path / "net.md", how_of(HORIZON))
    text = (tmp_path / "net.md").read_text(encoding="utf-8")
    assert all(catalogue().figures[pattern.name].title in text for pattern in (*PLANTED, *INNOCENT))
    plots = sorted((tmp_path / "net").iterdir())
    assert [plot.name for plot in plots if f"(net/{plot.name})" in text] == [plot.name for plot in plots] != []
    assert all(ET.parse(plot).getroot().tag.endswith("svg") for plot in plots)  # noqa: S314 - our own
    assert all(plot.stat().st_size < 20_000 for plot in plots)


def test_a_page_that_can_not_be_written_is_said(report: Report, tmp_path: Path) -> None:
    (tmp_path / "net").write_text("in the way", encoding="utf-8")
    with pytest.raises(OperatorError, match="can't be written"):
        page.write(report, tmp_path / "net.md", "")

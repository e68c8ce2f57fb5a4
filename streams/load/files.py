"""Writes what was measured into a folder."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from streams.errors import OperatorError
from streams.load import histograms, knee, page, panels, picture
from streams.load.knee import KneeReport
from streams.load.page import Tile
from streams.load.panels import Panel
from streams.load.result import Measured


class UnwritableFolderError(OperatorError):
    """A folder for reports that can't be made."""


def make_folder(folder: Path) -> None:
    """Before the run, so that nothing is measured in vain."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "load.json").touch()
    except OSError as error:
        raise UnwritableFolderError(
            f"{error.filename or folder} can't be written ({error.strerror}): name another folder with --out."
        ) from error


def write(folder: Path, measured: Measured) -> list[Path]:
    """Page, numbers, and what the installed libraries can write besides."""
    report = measured.report
    conditions = report.conditions
    about = (
        f"{conditions.about} {conditions.rate:,.0f} parcels a second, {conditions.seconds:g} s, "
        f"{conditions.parcels_per_manifest} a manifest; {conditions.kafka}; "
        f"{conditions.cores} cores of {conditions.processor}."
    )
    written = _write(folder, msgspec.json.encode(report), page.page(report))
    written += _draw(folder, f"Load: {conditions.profile}", about, list(page.tiles(report)), panels.panels(report))
    return written + (histograms.write(folder, measured) if histograms.can_write() else [])


def write_knee(folder: Path, report: KneeReport) -> list[Path]:
    """The same for a knee, which has no histogram: each step is a run of its own."""
    written = _write(folder, msgspec.json.encode(report), knee.page(report))
    return written + _draw(folder, "Load: the knee", knee.about(report), list(knee.tiles(report)), knee.panels(report))


def _write(folder: Path, numbers: bytes, html: str) -> list[Path]:
    json_file, html_file = folder / "load.json", folder / "load.html"
    json_file.write_bytes(msgspec.json.format(numbers, indent=1))
    html_file.write_text(html, encoding="utf-8")
    return [html_file, json_file]


def _draw(folder: Path, title: str, about: str, tiles: Sequence[Tile], pictures: Sequence[Panel]) -> list[Path]:
    if not picture.can_draw():
        return []
    picture.draw(folder / "load.png", title, about, tiles, pictures)
    return [folder / "load.png"]


def missing_extra() -> str:
    """What to install for the files that can't be written; empty where all can."""
    lacking = [
        name for name, has in (("HdrHistogram files", histograms.can_write()), ("a PNG", picture.can_draw())) if not has
    ]
    return f"Without {' and '.join(lacking)}: for them, run pip install 'tonggwan[load]'." if lacking else ""

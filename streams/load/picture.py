"""The same panels as one PNG, for a page, a chat or a slide."""

from collections.abc import Sequence
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import Any, Final

from streams.load.page import Tile
from streams.load.panels import LEAST_LOGGED, Panel, log_ticks
from streams.load.svg import short

COLUMNS: Final = 2
PANEL_INCHES: Final = (7.4, 3.0)
HEAD_INCHES: Final = 1.55
ABOUT_CHARS: Final = 190
"""In a line."""
DPI: Final = 110
PALETTE: Final = 256
"""Colours of the file."""
INK: Final = "#24292f"
FAINT: Final = "#6b7785"
RULE: Final = "#e3e6ea"
MARKS: Final = {"good": "#1a7f37", "bad": "#c0392b", "": INK}


def can_draw() -> bool:
    """Whether the library is installed."""
    return find_spec("matplotlib") is not None


def draw(path: Path, title: str, about: str, tiles: Sequence[Tile], panels: Sequence[Panel]) -> None:
    """Write the picture."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - of the extra `load`
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same
    from PIL import Image  # noqa: PLC0415 - matplotlib's own

    places = _places(panels)
    rows = places[-1][0] + 1 if places else 1  # nothing came at all: the head says so
    height = HEAD_INCHES + PANEL_INCHES[1] * rows
    figure = Figure(figsize=(PANEL_INCHES[0] * COLUMNS, height), dpi=DPI, facecolor="white")
    FigureCanvasAgg(figure)
    _head(figure, height, title, about, tiles)
    grid = figure.add_gridspec(
        rows, COLUMNS, left=0.055, right=0.985, top=1 - (HEAD_INCHES + 0.35) / height, bottom=0.45 / height,
        hspace=0.42, wspace=0.14,
    )  # fmt: skip
    for (row, column), panel in zip(places, panels, strict=True):
        _panel(figure.add_subplot(grid[row, :] if panel.wide else grid[row, column]), panel)
    drawn = BytesIO()
    figure.savefig(drawn, format="png")
    Image.open(drawn).convert("RGB").quantize(PALETTE).save(path, optimize=True)  # a third of the bytes


def _places(panels: Sequence[Panel]) -> list[tuple[int, int]]:
    """Row and column of each panel, in order; a wide one has a row of its own."""
    places = []
    row = column = 0
    for panel in panels:
        if (panel.wide and column) or column == COLUMNS:
            row, column = row + 1, 0
        places.append((row, column))
        column += COLUMNS if panel.wide else 1
    return places


def _head(figure: Any, height: float, title: str, about: str, tiles: Sequence[Tile]) -> None:  # noqa: ANN401 - matplotlib brings no types
    figure.text(0.02, 1 - 0.36 / height, title, size=19, weight="bold", color=INK)
    figure.text(0.02, 1 - 0.50 / height, fill(about, ABOUT_CHARS), size=9.5, color=FAINT, va="top", linespacing=1.35)
    for number, (value, what, kind) in enumerate(tiles):
        x = 0.02 + number * 0.97 / len(tiles)
        figure.text(x, 1 - 1.22 / height, value, size=17, weight="bold", color=MARKS[kind])
        figure.text(x, 1 - 1.44 / height, what, size=8.5, color=FAINT)


def _panel(axes: Any, panel: Panel) -> None:  # noqa: ANN401 - matplotlib brings no types
    from matplotlib.ticker import FuncFormatter, NullLocator  # noqa: PLC0415 - of the extra `load`

    for line in panel.lines:
        xs, ys = [x for x, _ in line.points], [y for _, y in line.points]
        if panel.log:
            ys = [max(y, LEAST_LOGGED) for y in ys]
        marker = "o" if len(xs) == 1 else None
        axes.plot(
            xs, ys, color=line.colour, linewidth=1.5, label=line.name, marker=marker,
            linestyle="--" if line.dashed else "-",
        )  # fmt: skip
    if panel.log:
        ys = [y for _, y in panel.points] + ([] if panel.bound is None else [panel.bound])
        marks = log_ticks(min(ys), max(ys))
        axes.set_yscale("log")
        axes.set_ylim(marks[0], marks[-1])
        axes.set_yticks(marks)
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_ylim(bottom=0)
    if panel.shaded:
        axes.axvspan(*panel.shaded, color="#888888", alpha=0.12, linewidth=0)
    if panel.bound is not None:
        axes.axhline(panel.bound, color=MARKS["bad"], linestyle="--", linewidth=1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    if panel.x_ticks:
        axes.set_xticks([value for value, _ in panel.x_ticks], [name for _, name in panel.x_ticks])
    axes.set_title(f"{panel.title}, {panel.unit}", loc="left", size=10.5, color=INK, weight="bold")
    axes.set_xlabel(panel.x_name, loc="right", size=8.5, color=FAINT)
    axes.margins(x=0.01)
    axes.grid(axis="y", color=RULE)
    axes.set_axisbelow(True)
    axes.tick_params(labelsize=8.5, colors=INK, length=3, color=RULE)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(FAINT)
    if len(panel.lines) > 1:
        axes.legend(
            loc="upper left", bbox_to_anchor=(-0.01, -0.1), ncols=len(panel.lines), fontsize=8, frameon=False,
            handlelength=1.4, columnspacing=1.2, borderpad=0,
        )  # fmt: skip

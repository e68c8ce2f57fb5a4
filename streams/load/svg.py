"""Panels as SVG for a page: crisp at any size, in the colours of the page, a few kilobytes each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from typing import Final

from streams.load.panels import LEAST_LOGGED, Line, Panel, log_ticks

WIDTH: Final = 640
WIDE: Final = 1300
"""Of a picture that has a row of its own, so that all have letters of one size."""
HEIGHT: Final = 260
LEFT: Final = 58
RIGHT: Final = 14
TOP: Final = 14
BOTTOM: Final = 38
TICKS: Final = 5


@dataclass(frozen=True, slots=True)
class Axes:
    """Where a point of a panel lies in its picture."""

    left: float
    right: float
    bottom: float
    top: float
    log: bool
    width: int

    @classmethod
    def of(cls, panel: Panel) -> "Axes":
        """Axes that hold every point, and the bound."""
        xs = [x for x, _ in panel.points]
        ys = [y for _, y in panel.points] + ([] if panel.bound is None else [panel.bound])
        left, right = min(xs), max(xs)
        width = WIDE if panel.wide else WIDTH
        right = max(right, left + 1e-9)
        if panel.log:
            marks = log_ticks(min(ys), max(ys))
            return cls(left, right, log10(marks[0]), log10(marks[-1]), log=True, width=width)
        return cls(left, right, 0.0, max(ys) * 1.05 or 1.0, log=False, width=width)

    def x(self, value: float) -> float:
        """From the left edge."""
        return round(LEFT + (self.width - LEFT - RIGHT) * (value - self.left) / (self.right - self.left), 1)

    def y(self, value: float) -> float:
        """From the upper edge."""
        height = log10(max(value, LEAST_LOGGED)) if self.log else value
        share = (height - self.bottom) / (self.top - self.bottom)
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - share), 1)


def ticks(least: float, most: float, count: int = TICKS) -> list[float]:
    """Round numbers from the least to the most, about so many.

    >>> ticks(0, 60), ticks(0, 0.7)
    ([0, 10, 20, 30, 40, 50, 60], [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7])
    """
    rough = (most - least) / count or 1.0
    unit = 10 ** floor(log10(rough))
    step = next(unit * each for each in (1, 2, 5, 10) if unit * each * 1.5 >= rough)
    return [round(number * step, 9) for number in range(ceil(least / step), floor(most / step + 1e-9) + 1)]


def short(value: float) -> str:
    """A number with few letters.

    >>> short(0.25), short(1500), short(20000), short(3_000_000)
    ('0.25', '1,500', '20k', '3M')
    """
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if abs(value) >= unit * (10 if letter == "k" else 1):
            return f"{value / unit:g}{letter}"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:g}"  # noqa: PLR2004 - a thousand has a comma


def draw(panel: Panel) -> str:
    """One picture; lines take the colours of the page's classes where they are axes."""
    axes = Axes.of(panel)
    parts = [
        f'<svg viewBox="0 0 {axes.width} {HEIGHT}" role="img" aria-label="{escape(panel.title)}">',
        *_shade(panel, axes),
        *_y_axis(axes),
        *_x_axis(panel, axes),
        *(_line(line, axes) for line in panel.lines if line.points),
    ]
    if panel.bound is not None:
        parts.append(f'<line class="bound" x1="{LEFT}" x2="{axes.width - RIGHT}" {_ys(axes.y(panel.bound))}/>')
    return "\n".join([*parts, f'<line class="cursor" {_ys(TOP, HEIGHT - BOTTOM)}/>', "</svg>"])


def _ys(first: float, last: float | None = None) -> str:
    return f'y1="{first}" y2="{first if last is None else last}"'


def _shade(panel: Panel, axes: Axes) -> Iterator[str]:
    if panel.shaded is None:
        return
    begin, end = (axes.x(min(max(each, axes.left), axes.right)) for each in panel.shaded)
    if end > begin:
        yield f'<rect class="shaded" x="{begin}" y="{TOP}" width="{end - begin:.1f}" height="{HEIGHT - TOP - BOTTOM}"/>'


def _y_axis(axes: Axes) -> Iterator[str]:
    if axes.log:
        values: Sequence[float] = log_ticks(10**axes.bottom, 10**axes.top)
    else:
        values = ticks(axes.bottom, axes.top)
    for value in values:
        y = axes.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{axes.width - RIGHT}" {_ys(y)}/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{short(value)}</text>'


def _x_axis(panel: Panel, axes: Axes) -> Iterator[str]:
    bottom = HEIGHT - BOTTOM
    for value, name in panel.x_ticks or [(each, short(each)) for each in ticks(axes.left, axes.right, 8)]:
        x = axes.x(value)
        yield f'<line class="tick" x1="{x}" x2="{x}" {_ys(bottom, bottom + 4)}/>'
        yield f'<text x="{x}" y="{bottom + 17}" text-anchor="middle">{escape(name)}</text>'
    right = axes.width - RIGHT
    yield f'<text class="faint" x="{right}" y="{HEIGHT - 4}" text-anchor="end">{escape(panel.x_name)}</text>'


def _line(line: Line, axes: Axes) -> str:
    points = " ".join(f"{axes.x(x)},{axes.y(y)}" for x, y in line.points)
    dash = ' stroke-dasharray="4 3"' if line.dashed else ""
    if len(line.points) == 1:
        ((x, y),) = line.points
        return f'<circle cx="{axes.x(x)}" cy="{axes.y(y)}" r="3" fill="{line.colour}"/>'
    return f'<polyline points="{points}" stroke="{line.colour}"{dash}/>'

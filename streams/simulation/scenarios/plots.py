"""Plots as SVG, drawn by hand: a few hundred bytes each, the same on every machine, and readable in a review."""

from collections.abc import Sequence
from html import escape
from typing import Final

WIDTH: Final = 800
LEFT: Final = 350
"""Room for the names of bars."""
ROW: Final = 24
LABEL: Final = 50
"""Room for what is written at a mark of an axis."""
RIGHT: Final = 130
"""Room for what is written behind a bar."""
INK, FAINT, STRONG, GOAL = "#333333", "#dddddd", "#2a6fb0", "#c0392b"
FONT: Final = "font-family='Helvetica, Arial, sans-serif' font-size='13'"


def percent(value: float) -> str:
    """A share as people read it.

    >>> percent(0.0025), percent(0.02), percent(1)
    ('0.25 %', '2 %', '100 %')
    """
    return f"{value * 100:.3g} %"


def bars(title: str, rows: Sequence[tuple[str, float, str]], most: float) -> str:
    """Horizontal bars: name, length, and what is written behind; `most` is the full length."""
    height = 44 + ROW * len(rows)
    room = WIDTH - LEFT - RIGHT
    parts = [_begin(height), _text(10, 22, title, bold=True)]
    for number, (name, value, said) in enumerate(rows):
        top = 38 + ROW * number
        length = round(room * min(1.0, value / most), 1) if most > 0 else 0
        parts += [
            _text(LEFT - 8, top + 13, name, anchor="end"),
            _box(LEFT, top, room, FAINT),
            _box(LEFT, top, length, STRONG),
            _text(LEFT + room + 8, top + 13, said),
        ]
    return "\n".join([*parts, "</svg>", ""])


def curve(title: str, points: Sequence[tuple[float, float]], goal: tuple[float, float], axes: tuple[str, str]) -> str:
    """A curve of shares against shares, from the origin, with a goal to be above."""
    left, top, width, height = 70, 62, 680, 300
    right = max(x for x, _ in (*points, goal))

    def place(x: float, y: float) -> tuple[float, float]:
        return round(left + width * x / right, 1), round(top + height * (1 - y), 1)

    parts = [_begin(top + height + 50), _text(10, 22, title, bold=True)]
    for tenth in range(0, 11, 2):
        x, y = place(0, tenth / 10)
        parts += [_line([(x, y), (left + width, y)], FAINT), _text(x - 8, y + 4, f"{tenth * 10} %", anchor="end")]
    labelled = 0.0
    for x_share, _ in points:
        x, y = place(x_share, 0)
        if x - labelled < LABEL:
            continue
        labelled = x
        parts += [_line([(x, y), (x, y + 5)], INK), _text(x, y + 20, percent(x_share), anchor="middle")]
    gx, gy = place(*goal)
    parts += [
        _line([(gx, top), (gx, top + height)], GOAL, dashed=True),
        _line([(left, gy), (left + width, gy)], GOAL, dashed=True),
    ]
    parts.append(_line([place(0, 0), *(place(x, y) for x, y in points)], STRONG, width=2))
    for x_share, y_share in points:
        x, y = place(x_share, y_share)
        parts.append(f"<circle cx='{x}' cy='{y}' r='4' fill='{STRONG}'/>")
    parts += [_text(left + width, top + height + 40, axes[0], anchor="end"), _text(left, top - 14, axes[1])]
    return "\n".join([*parts, "</svg>", ""])


def _begin(height: int) -> str:
    size = f"viewBox='0 0 {WIDTH} {height}' width='{WIDTH}' height='{height}'"
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' {size} {FONT} fill='{INK}'><rect width='100%' height='100%' "
        "fill='white'/>"
    )


def _text(x: float, y: float, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = " font-weight='bold'" if bold else ""
    return f"<text x='{x}' y='{y}' text-anchor='{anchor}'{weight}>{escape(text)}</text>"


def _box(x: float, y: float, width: float, colour: str) -> str:
    return f"<rect x='{x}' y='{y}' width='{width}' height='{ROW - 7}' fill='{colour}'/>"


def _line(points: Sequence[tuple[float, float]], colour: str, *, width: int = 1, dashed: bool = False) -> str:
    dash = " stroke-dasharray='5 4'" if dashed else ""
    return (
        f"<polyline points='{' '.join(f'{x},{y}' for x, y in points)}' fill='none' stroke='{colour}' "
        f"stroke-width='{width}'{dash}/>"
    )

"""Draws docs/flow.svg from the pipeline table and the table of topics; `tools.build_docs` writes it.

Columns from left to right: topics from outside, the steps that read them, internal topics, the steps that read
those, and topics for others. Topics with the same prefix that the same steps write share a box.
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from schemas.topics import DEAD_LETTERS, TOPICS, Topic
from streams.worker.pipeline import Pipeline, Step

WIDTH: Final = 1200
COLUMN_X: Final = (16, 244, 476, 668, 956)
COLUMN_WIDTH: Final = (168, 172, 134, 172, 228)
TOP: Final = 118
"""Where the columns begin."""
GAP: Final = 30
LINE_HEIGHT: Final = 17
PADDING: Final = 13
NAME_SIZE: Final = 18
STATE_HEIGHT: Final = 30
LETTER_WIDTH: Final = 6.3
"""Of small text, on average."""
EVERY_WORKER: Final = "every worker"

STYLE: Final = """\
  <style>
    .box { rx: 8px; stroke-width: 1.5; }
    .topic { fill: #eef4ff; stroke: #4a78c2; }
    .step { fill: #fff4df; stroke: #c98a1b; }
    .state { fill: #eaf7ea; stroke: #4d9b4d; }
    .frame { fill: none; stroke: #c98a1b; stroke-dasharray: 3 4; rx: 14px; }
    .name { font-weight: 600; }
    .small { font-size: 11.5px; fill: #444; }
    .line { stroke: #666; stroke-width: 1.5; fill: none; marker-end: url(#tip); }
    .dash { stroke-dasharray: 5 4; }
    text { text-anchor: middle; }
  </style>
  <defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">\
<path d="M0 0L10 5L0 10z" fill="#666"/></marker></defs>"""


@dataclass(slots=True)
class Box:
    """A topic, several alike, or a step; `x` and `y` of its upper left corner."""

    name: str
    kind: str
    """Class of the style sheet."""
    lines: Sequence[str]
    topics: frozenset[str] = frozenset()
    """Names in the table of topics that it stands for."""
    state: str | None = None
    x: float = 0
    y: float = 0
    width: float = 0

    @property
    def height(self) -> float:
        """Of the text, and of the state below it."""
        state = STATE_HEIGHT + PADDING if self.state else 0
        return 2 * PADDING + NAME_SIZE + LINE_HEIGHT * len(self.lines) + state

    @property
    def middle(self) -> float:
        """Half its height, from the top of the picture."""
        return self.y + self.height / 2

    def drawn(self) -> str:
        """As SVG."""
        center = self.x + self.width / 2
        parts = [
            (
                f'<rect class="box {self.kind}" x="{self.x:g}" y="{self.y:g}" width="{self.width:g}" '
                f'height="{self.height:g}"/>'
            ),
            f'<text class="name" x="{center:g}" y="{self.y + PADDING + 13:g}">{escape(self.name)}</text>',
        ]
        baseline = self.y + PADDING + NAME_SIZE + 13
        for line in self.lines:
            parts.append(f'<text class="small" x="{center:g}" y="{baseline:g}">{escape(line)}</text>')
            baseline += LINE_HEIGHT
        if self.state:
            top = self.y + self.height - PADDING - STATE_HEIGHT
            parts.append(
                f'<rect class="box state" x="{self.x + 16:g}" y="{top:g}" width="{self.width - 32:g}" '
                f'height="{STATE_HEIGHT}"/><text class="small" x="{center:g}" y="{top + 19:g}">{self.state}</text>'
            )
        return "".join(parts)


def flow(pipeline: Pipeline, topics: Sequence[Topic] = TOPICS) -> str:
    """The picture, as SVG."""
    columns = _columns(pipeline, topics)
    height = max(sum(box.height + GAP for box in column) for column in columns) - GAP
    for column, x, width in zip(columns, COLUMN_X, COLUMN_WIDTH, strict=True):
        _place(column, x, width, height)
    inputs, first, _, second, outputs = columns
    left, right = first[0].x - 18, second[0].x + second[0].width + 18
    bottom = TOP + height + 18
    frame_title = "every worker: outputs, state and offsets in one Kafka transaction"
    law = _box([row for row in topics if row.read_by == EVERY_WORKER], "written_by")
    letters = _box([row for row in topics if row.name == DEAD_LETTERS], "read_by")
    law.x, law.y, law.width = inputs[0].x, 16, COLUMN_WIDTH[0]
    letters.x, letters.y, letters.width = outputs[0].x, bottom + 12, COLUMN_WIDTH[4]
    lines = [*_lines(pipeline, columns, bottom)]
    middle = (left + right) / 2
    lines += [
        _dashed(f"M{law.x + law.width:g} {law.y + 26:g}H{middle:g}V{TOP - 44:g}"),
        _dashed(f"M{middle:g} {bottom:g}V{letters.middle:g}H{letters.x - 2:g}"),
    ]
    boxes = [*(box for column in columns for box in column), law, letters]
    total = max(letters.y + letters.height, bottom) + 16
    body = "\n".join(
        [
            f'  <rect width="{WIDTH}" height="{total:g}" fill="#ffffff"/>',
            (
                f'  <rect class="frame" x="{left:g}" y="{TOP - 42:g}" width="{right - left:g}" '
                f'height="{bottom - TOP + 42:g}"/>'
            ),
            f'  <text class="small" x="{middle:g}" y="{TOP - 24:g}">{frame_title}</text>',
            (
                f'  <text class="small" x="{(middle + letters.x) / 2:g}" y="{letters.middle - 7:g}">'
                "a record that a step can't read</text>"
            ),
            *(f"  {line}" for line in lines),
            *(f"  {box.drawn()}" for box in boxes),
        ]
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {total:g}" '
        'font-family="system-ui, sans-serif" font-size="13">'
    )
    return f"{head}\n{STYLE}\n{body}\n</svg>"


def _columns(pipeline: Pipeline, topics: Sequence[Topic]) -> tuple[list[Box], ...]:
    """Boxes without places: inputs, first steps, internal topics, second steps, outputs."""
    rows = {row.name: row for row in topics}
    second = [step for step in pipeline.steps if not pipeline.internal.isdisjoint(step.reads)]
    first = [step for step in pipeline.steps if step not in second]
    inputs = [name for step in first for name in step.reads]
    written = {name for step in pipeline.steps for name in step.writes} - pipeline.internal
    internal = [name for step in second for name in step.reads if name in pipeline.internal]
    # Written by the last steps alone first: what earlier ones write too is reached from below.
    early = {name for step in first for name in step.writes}
    outputs = sorted((row for row in topics if row.name in written), key=lambda row: row.name in early)
    return (
        [_box([rows[name]], "written_by") for name in inputs],
        [_step(step) for step in first],
        [_box([rows[name]], None) for name in internal],
        [_step(step) for step in second],
        [_box(group, "read_by") for group in _alike(outputs, pipeline)],
    )


def _alike(rows: Iterable[Topic], pipeline: Pipeline) -> list[list[Topic]]:
    """Topics by prefix and by the steps that write them."""
    groups: dict[tuple[str, tuple[str, ...]], list[Topic]] = {}
    for row in rows:
        writers = tuple(step.name for step in pipeline.steps if row.name in step.writes)
        groups.setdefault((row.name.partition(".")[0], writers), []).append(row)
    return list(groups.values())


def _box(rows: Sequence[Topic], other_end: str | None) -> Box:
    """A box of one topic, or of several with one prefix; `other_end` is the field that names who else uses them."""
    first = rows[0]
    names = frozenset(row.name for row in rows)
    lines = []
    if len(rows) > 1:
        name = f"{first.name.partition('.')[0]}.*"
        kinds = [row.name.partition(".")[2] for row in rows]
        lines = textwrap.wrap(", ".join(kinds), 34)
    else:
        name = f"{first.name}<carrier>" if first.name.endswith(".") else first.name
    ends = {getattr(row, other_end) for row in rows} if other_end else set()
    if len(ends) == 1:
        who = re.split(r"[,(]", ends.pop())[0].strip()
        lines.append(f"{'from' if other_end == 'written_by' else 'for'} {who}")
    return Box(name, "topic", lines, names)


def _step(step: Step) -> Box:
    columns = int((COLUMN_WIDTH[1] - 2 * PADDING) / LETTER_WIDTH)
    return Box(step.name, "step", textwrap.wrap(step.does, columns), state=step.state)


def _place(column: Sequence[Box], x: float, width: float, height: float) -> None:
    """Spread boxes over the height of the picture."""
    gap = (height - sum(box.height for box in column)) / (len(column) + 1)
    y = TOP + gap
    for box in column:
        box.x, box.y, box.width = x, y, width
        y += box.height + gap


def _lines(pipeline: Pipeline, columns: Sequence[Sequence[Box]], bottom: float) -> Iterable[str]:
    """From topics to the steps that read them, and from steps to the topics they write."""
    steps = {box.name: box for column in (columns[1], columns[3]) for box in column}
    topics = [box for column in (columns[0], columns[2], columns[4]) for box in column]
    for step in pipeline.steps:
        box = steps[step.name]
        yield from (_curve(topic, box) for topic in topics if not topic.topics.isdisjoint(step.reads))
        for topic in topics:
            if topic.topics.isdisjoint(step.writes):
                continue
            if topic.x < box.x:
                yield _back(box, topic)
            elif topic in columns[4] and box in columns[1]:
                yield _below(box, topic, bottom - 9)
            else:
                yield _curve(box, topic)


def _curve(source: Box, target: Box) -> str:
    x, y = source.x + source.width, source.middle
    to_x, to_y = target.x - 2, target.middle
    bend = (to_x - x) / 2
    return _line(f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}")


def _back(source: Box, target: Box) -> str:
    """Over the top, to a topic on the left."""
    x, y, to_x = source.x + source.width / 2, source.y, target.x + target.width / 2
    top = min(y, target.y) - 26
    return _line(f"M{x:g} {y:g}C{x:g} {top:g} {to_x:g} {top:g} {to_x:g} {target.y - 2:g}")


def _below(source: Box, target: Box, lane: float) -> str:
    """Under the other steps, to a topic on the right."""
    x, y = source.x + source.width / 2, source.y + source.height
    turn, to_x, to_y = target.x - 84, target.x - 2, target.middle
    return _line(
        f"M{x:g} {y:g}V{lane - 12:g}Q{x:g} {lane:g} {x + 12:g} {lane:g}H{turn:g}"
        f"C{turn + 50:g} {lane:g} {turn + 34:g} {to_y:g} {to_x:g} {to_y:g}"
    )


def _path(classes: str) -> Callable[[str], str]:
    return lambda path: f'<path class="{classes}" d="{path}"/>'


_line = _path("line")
_dashed = _path("line dash")

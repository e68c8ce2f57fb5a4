"""A report as one HTML file that needs nothing else: no network, no library, and to be whole no script."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Final

import orjson

from streams.load import svg
from streams.load.panels import Panel, panels
from streams.load.percentiles import Percentiles
from streams.load.result import LATE_MS_MAX, LoadReport

HERE: Final = Path(__file__).parent
NAMED_MAX: Final = 50
"""Of what is missing or doubled; the rest stands in the JSON file."""
PLACES: Final = 2
"""Of numbers that a pointer shows."""
PERCENTILES: Final = ("p50", "p90", "p99", "p99.9", "slowest")

Tile = tuple[str, str, str]
"""Figure, what it is, and a class: good, bad or nothing."""


def ms(value: float) -> str:
    """Milliseconds as people read them.

    >>> ms(0.34), ms(87.2), ms(1234.5), ms(65_000.0)
    ('0.3 ms', '87 ms', '1,234 ms', '65.0 s')
    """
    if value >= 10_000:  # noqa: PLR2004 - ten seconds
        return f"{value / 1000:,.1f} s"
    return f"{value:,.0f} ms" if value >= 10 else f"{value:.1f} ms"  # noqa: PLR2004 - one digit is too few


def page(report: LoadReport) -> str:
    """The whole report."""
    conditions = report.conditions
    return document(
        f"Load: {conditions.profile}",
        f"{conditions.about} {conditions.rate:,.0f} parcels a second, {conditions.seconds:g} s, "
        f"{conditions.parcels_per_manifest} parcels a manifest. Latency counts from when a manifest was due, "
        "so a system that falls behind can't hide it, to when a read_committed consumer had the decision.",
        tiles(report),
        panels(report),
        [
            *_warnings(report),
            _box("Latency of decisions", table(("", "parcels", *PERCENTILES), _latencies(report))),
            _box("Processor time", table(("process", "µs a parcel"), _processors(report))),
            _box("Conditions", table(("", ""), _conditions(report), text=True)),
        ],
    )


def tiles(report: LoadReport) -> Iterator[Tile]:
    """The figures that come first."""
    verdict = report.verdict
    wrong = len(verdict.missing) + len(verdict.doubled)
    yield (
        "exactly once" if verdict.holds else f"{wrong:,} wrong",
        f"{verdict.decided:,} parcels of {verdict.manifests:,} records",
        "good" if verdict.holds else "bad",
    )
    yield ms(report.decisions.p50), "half are decided within", ""
    yield ms(report.decisions.p99), "99 of 100 within", ""
    yield ms(report.decisions.max), "the slowest", ""
    yield f"{report.decided_per_s:,.0f}/s", "parcels decided, on average", ""
    yield ms(report.drained_s * 1000), "to answer the last ones due", ""
    if verdict.set_aside:
        yield f"{verdict.set_aside:,}", "records set aside", ""


def document(title: str, about: str, figures: Iterable[Tile], pictures: Sequence[Panel], boxes: Iterable[str]) -> str:
    """A page with its styles and its script in it."""
    return "\n".join([
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>\n{(HERE / 'page.css').read_text(encoding='utf-8')}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="about">{escape(about)}</p>',
        '<div class="tiles">',
        *map(_tile, figures),
        '</div><div class="grid">',
        *(_figure(panel) for panel in pictures),
        '</div><div class="grid">',
        *boxes,
        "</div>",
        f"<script>\n{(HERE / 'page.js').read_text(encoding='utf-8')}</script></body></html>",
        "",
    ])  # fmt: skip


def _tile(tile: Tile) -> str:
    value, what, kind = tile
    return f'<div class="tile {kind}"><b>{escape(value)}</b><span>{escape(what)}</span></div>'


def _figure(panel: Panel) -> str:
    axes = svg.Axes.of(panel)
    data = {
        "lines": [[(round(x, PLACES), round(y, PLACES)) for x, y in line.points] for line in panel.lines],
        "left": svg.LEFT,
        "right": svg.RIGHT,
        "width": axes.width,
        "from": axes.left,
        "to": axes.right,
    }
    legend = "".join(
        f'<li><i style="background:{line.colour}"></i>{escape(line.name)}<b></b></li>' for line in panel.lines
    )
    lines = escape(orjson.dumps(data).decode())
    return (
        f'<figure{" class=wide" if panel.wide else ""} data-lines="{lines}">'
        f"<h2>{escape(panel.title)} <small>{escape(panel.unit)}</small></h2>"
        f'<ul class="legend">{legend}</ul>{svg.draw(panel)}</figure>'
    )


def _box(title: str, body: str) -> str:
    return f'<div class="box"><h2>{escape(title)}</h2>{body}</div>'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, text: bool = False) -> str:
    """Rows of text."""
    head = "".join(f"<th>{escape(column)}</th>" for column in columns) if any(columns) else ""
    kind = ' class="text"' if text else ""
    body = "".join(f"<tr>{''.join(f'<td{kind}>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _warnings(report: LoadReport) -> Iterator[str]:
    for title, found in (
        ("Not answered", report.verdict.missing),
        ("Answered more than once, or unasked", report.verdict.doubled),
    ):
        if found:
            named = "".join(f"<li>{escape(each)}</li>" for each in found[:NAMED_MAX])
            more = f"<p>and {len(found) - NAMED_MAX:,} more</p>" if len(found) > NAMED_MAX else ""
            yield _box(f"{title}: {len(found):,}", f"<ul>{named}</ul>{more}")
    if report.is_late:
        yield _box(
            "The generator was late",
            f"<p>One record in a hundred was handed over {ms(report.late.p99)} or more after it was due (more than "
            f"{ms(LATE_MS_MAX)}). Latency counts from when it was due all the same, but part of it is the "
            "generator's: give it a core of its own, or lower the rate.</p>",
        )


def _latencies(report: LoadReport) -> Iterator[list[str]]:
    yield _row("all decisions", report.decisions)
    for carrier, found in report.by_carrier.items():
        yield _row(carrier, found)
    yield _row("receipts and dead letters", report.receipts)
    yield _row("generator late by", report.late)


def _row(name: str, found: Percentiles) -> list[str]:
    values = (found.p50, found.p90, found.p99, found.p999, found.max)
    return [name, f"{found.count:,}", *(ms(value) if found.count else "" for value in values)]


def _processors(report: LoadReport) -> Iterator[list[str]]:
    for name, used in report.cpu_us.items():
        yield [name, f"{used:,.0f}"]


def _conditions(report: LoadReport) -> Iterator[list[str]]:
    conditions = report.conditions
    yield ["Kafka", conditions.kafka]
    yield ["Machine", f"{conditions.cores} cores of {conditions.processor}, {conditions.system}"]
    yield ["Load average before", f"{conditions.busy:g}: processes that wanted one of the cores"]
    yield ["Python", conditions.python]
    yield ["Began", conditions.began_at]
    yield ["Carriers", ", ".join(conditions.carriers)]
    yield ["Seed", str(conditions.seed)]
    yield ["Warm-up, left out of the figures", f"{conditions.warm_up_s:g} s"]
    yield ["Further decisions from named events", f"{report.verdict.follow_ups:,}"]

"""How a load looks while it runs, and what is said of it afterwards."""

import sys
from collections import deque
from collections.abc import Iterator
from typing import Final, Self

from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from streams.cli.console import columns, err, note, plural, print_line, printable
from streams.load.page import PERCENTILES, ms
from streams.load.percentiles import Percentiles
from streams.load.result import LoadReport
from streams.load.run import Progress

BLOCKS: Final = "▁▂▃▄▅▆▇█"
SPARKS: Final = 60
"""Seconds that are remembered for the small pictures."""
BAR_CELLS: Final = 60
LINE_S: Final = 2.0
"""Between lines, where nobody looks at a terminal."""
NAMED_MAX: Final = 20
MB: Final = 1_000_000


def sparkline(values: list[float]) -> str:
    """Values as blocks of eight heights, the highest as high as it goes.

    >>> sparkline([0, 1, 2, 4])
    '▁▃▅█'
    """
    most = max(values, default=0.0)
    return "".join(BLOCKS[min(int(value / most * 8), 7) if most else 0] for value in values)


class Screen:
    """A live panel on a terminal, a line now and then elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._live = Live(console=err(), refresh_per_second=4, transient=True) if sys.stderr.isatty() else None
        self._said = -LINE_S
        self._p99: deque[float] = deque(maxlen=SPARKS)
        self._decided: deque[float] = deque(maxlen=SPARKS)
        self._before = 0

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def show(self, progress: Progress) -> None:
        """Bring it up to date."""
        self._p99.append(progress.recent.p99)
        self._decided.append(progress.sample.decided - self._before)
        self._before = progress.sample.decided
        if self._live is not None:
            self._live.update(self.panel(progress))
        elif progress.at_s - self._said >= LINE_S:
            self._said = progress.at_s
            note(line(progress))

    def panel(self, progress: Progress) -> Panel:
        """What a terminal shows."""
        sample = progress.sample
        figures = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(3):
            figures.add_column(no_wrap=True)
        figures.add_row("decided", f"{sample.decided:,} of {progress.parcels:,}", _spark(self._decided, "cyan"))
        figures.add_row("p99 now", now(progress.recent, progress.recent.p99), _spark(self._p99, "yellow"))
        figures.add_row("p50 now", now(progress.recent, progress.recent.p50))
        figures.add_row("undecided", f"{sample.due - sample.decided:,}")
        for step, records in sorted(sample.lag.items()):
            figures.add_row(f"{step}, lag", f"{records:,}")
        processes = Table(box=None, header_style="bold", pad_edge=False)
        for name in ("process", "cores", "MB"):
            processes.add_column(name, justify="left" if name == "process" else "right")
        for name, found in sorted(sample.processes.items()):
            processes.add_row(name, f"{progress.cpu.get(name, 0.0):.2f}", f"{found.resident_bytes / MB:,.0f}")
        side = Table.grid(padding=(0, 6, 0, 0))
        side.add_row(figures, processes)
        bar = Table.grid(padding=(0, 2, 0, 0))
        bar.add_row(
            ProgressBar(total=max(progress.ends_s, 1.0), completed=max(progress.at_s, 0.0), width=BAR_CELLS),
            Text(f"{max(progress.at_s, 0.0):,.0f} of {progress.ends_s:,.0f} s", style="dim"),
        )
        return Panel(Group(bar, Text(), side), title=self._title, title_align="left")


def _spark(values: deque[float], style: str) -> Text:
    return Text(sparkline([*values]), style=style)


def line(progress: Progress) -> str:
    """How far it is, in one line."""
    sample = progress.sample
    return (
        f"{max(progress.at_s, 0.0):4.0f} s  {sample.decided:,} of {progress.parcels:,} parcels decided, "
        f"{sample.due - sample.decided:,} undecided, p50 {now(progress.recent, progress.recent.p50)}, "
        f"p99 {now(progress.recent, progress.recent.p99)}"
    )


def now(recent: Percentiles, value: float) -> str:
    """A time of the last moment, or that nothing was decided in it."""
    return ms(value) if recent.count else "-"


def show_report(report: LoadReport) -> None:
    """The answer, for people."""
    verdict = report.verdict
    print_line(
        f"{plural(verdict.manifests, 'record')} sent with {plural(verdict.parcels, 'parcel')}; "
        f"{plural(verdict.decided, 'parcel')} decided, {report.decided_per_s:,.0f} a second; "
        f"{plural(verdict.set_aside, 'record')} set aside."
    )
    print_line()
    heads = ("from due to committed", "count", *PERCENTILES)
    columns(heads, [*_latencies(report)], right=frozenset(range(1, len(heads))))
    print_line()
    print_line(exactly_once(report))
    for what, found in (("Not answered", verdict.missing), ("More than once", verdict.doubled)):
        for each in found[:NAMED_MAX]:
            print_line(f"  {what}: {printable(each)}")
        if len(found) > NAMED_MAX:
            print_line(f"  and {len(found) - NAMED_MAX:,} more, in load.json")
    if report.is_late:
        note(
            f"The generator itself was late: one record in a hundred by {ms(report.late.p99)} or more. "
            "Give it a core of its own, or lower the rate."
        )


def exactly_once(report: LoadReport) -> str:
    """The verdict in a sentence."""
    verdict = report.verdict
    if verdict.holds:
        return "Every parcel was answered exactly once."
    return (
        f"NOT exactly once: {plural(len(verdict.missing), 'answer')} missing, "
        f"{plural(len(verdict.doubled), 'answer')} too many."
    )


def _latencies(report: LoadReport) -> Iterator[list[str]]:
    yield _row("all decisions", report.decisions)
    for carrier, found in report.by_carrier.items():
        yield _row(f"  {carrier}", found)
    yield _row("receipts, dead letters", report.receipts)
    yield _row("sent late by", report.late)


def _row(name: str, found: Percentiles) -> list[str]:
    values = (found.p50, found.p90, found.p99, found.p999, found.max)
    return [name, f"{found.count:,}", *(ms(value) if found.count else "" for value in values)]

"""How things look: tables and colours on a terminal, plain lines elsewhere, JSON lines for machines."""

import logging
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

STYLES: Final = {
    "RELEASE": "green", "ACCEPTED": "green",
    "DECLARE": "cyan", "DOC_CHECK": "yellow", "INSPECT": "yellow", "ACCEPTED_WITH_REJECTIONS": "yellow", "WARN": "yellow", "ACT": "yellow", "REFER": "magenta",
    "HOLD": "red", "REJECT": "red", "REJECTED": "red", "SET ASIDE": "red",
    "CANCELLED": "dim", "DUPLICATE": "dim", "SUPERSEDED": "dim", "INFO": "dim",
}  # fmt: skip
"""Words that have a colour of their own."""


def out() -> Console:
    """For answers."""
    return Console(highlight=False)


def err() -> Console:
    """For everything beside the answer."""
    return Console(stderr=True, highlight=False)


def on_terminal() -> bool:
    """Whether a person looks at the answers."""
    return sys.stdout.isatty()


def shown(value: object) -> str:
    r"""A value from outside, safe for a terminal: what doesn't print is spelled out, escape sequences among it.

    >>> print(shown("KX1\x1b[2J"))
    KX1\x1b[2J
    """
    text = "" if value is None else str(value)
    return text if text.isprintable() else "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def styled(value: object) -> Text:
    """The same for a rich table, with the colour that some words have."""
    text = shown(value)
    return Text(text, style=STYLES.get(text, ""))


def many(number: int, noun: str) -> str:
    """So many of something.

    >>> many(1, "manifest"), many(2_000, "manifest")
    ('1 manifest', '2,000 manifests')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def as_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """One object on a line of its own."""
    click.echo(orjson.dumps(value))


def say(text: str) -> None:
    """A line beside the answer."""
    click.echo(text, err=True)


def write(text: str = "", *, bold: bool = False) -> None:
    """A line of the answer; text from outside has gone through `shown`."""
    click.echo(click.style(text, bold=True) if bold and on_terminal() and "NO_COLOR" not in os.environ else text)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Rows for a person; elsewhere the same, separated by tabs."""
    if not on_terminal():
        for row in (columns, *rows):
            click.echo("\t".join(shown(cell) for cell in row))
        return
    made = Table(title=title or None, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(styled(cell) for cell in row))
    out().print(made)


@contextmanager
def counting(what: str, unit: str) -> Iterator["Counter"]:
    """A progress bar beside the answer, on a terminal."""
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of {task.total:,.0f} " + unit),
        TimeRemainingColumn(),
        console=err(),
        transient=True,
    )
    if not bar.console.is_terminal:
        yield Counter()
        return
    with bar:
        yield Counter(bar, bar.add_task(what, total=0))


class Counter:
    """How far something is; without a bar it tells nobody."""

    def __init__(self, bar: Progress | None = None, task: Any = None) -> None:  # noqa: ANN401 - rich's own id
        self._bar, self._task = bar, task

    def total(self, total: int) -> None:
        """How many there will be."""
        if self._bar is not None:
            self._bar.update(self._task, total=total)

    def at(self, done: int) -> None:
        """How many there are."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done)


def logs(level: int = logging.WARNING) -> None:
    """Our own warnings as plain lines beside the answer; the Kafka client's complaints are said by the commands."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.ERROR)
    logging.getLogger("streams").setLevel(level)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)

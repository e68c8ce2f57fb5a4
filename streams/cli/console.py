"""How things look: tables and colours on a terminal, plain lines elsewhere, JSON lines for machines."""

import io
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final

import click
import orjson
from rich.cells import set_cell_size
from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from streams.i18n import Lang, label, translate

STYLES: Final = {
    "RELEASE": "green", "ACCEPTED": "green",
    "DECLARE": "cyan", "DOC_CHECK": "yellow", "INSPECT": "yellow", "ACCEPTED_WITH_REJECTIONS": "yellow",
    "WARN": "yellow", "ACT": "yellow", "REFER": "magenta",
    "HOLD": "red", "REJECT": "red", "REJECTED": "red", "SET ASIDE": "red",
    "SET": "red", "CANCELLED": "dim", "DUPLICATE": "dim", "SUPERSEDED": "dim", "INFO": "dim",
}  # fmt: skip
"""Words that have a colour of their own."""
STYLES_IN_KOREAN: Final = {
    label(kind, word, "ko"): style for kind in ("severity", "status", "outcome") for word, style in STYLES.items()
} | {translate("ko", "SET ASIDE"): STYLES["SET ASIDE"]}
WORD_CHARS_MAX: Final = 40
"""A longer cell is a sentence, whatever it begins with."""
LABEL_CELLS: Final = 16
WIDE: Final = 100_000
"""Cells of a line that is not for a terminal: nothing is folded."""


def lang_of(environ: Mapping[str, str]) -> Lang:
    """The language that the environment asks for, as POSIX has it: the first variable that says something decides.

    >>> lang_of({"LANG": "ko_KR.UTF-8"}), lang_of({"LANG": "ko_KR.UTF-8", "LC_ALL": "C"})
    ('ko', 'en')
    """
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ko" if locale.partition("_")[0].partition(".")[0].lower() == "ko" else "en"


lang_option = click.option(
    "--lang",
    type=click.Choice(["en", "ko"]),
    default=lambda: lang_of(os.environ),
    help="Language for people; JSON output is not translated. Default: taken from LC_ALL, LC_MESSAGES or LANG.",
)


def out() -> Console:
    """For answers."""
    return Console(highlight=False)


def err() -> Console:
    """For everything beside the answer."""
    return Console(stderr=True, highlight=False)


def on_terminal() -> bool:
    """Whether a person looks at the answers."""
    return sys.stdout.isatty()


def printable(value: object) -> str:
    r"""A value from outside, safe for a terminal: what doesn't print is spelled out, escape sequences among it.

    >>> print(printable("KX1\x1b[2J"))
    KX1\x1b[2J
    """
    text = "" if value is None else str(value)
    return (
        text
        if text.isprintable()
        else "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    )


def styled(value: object) -> Text:
    """The same for a rich table, with the colour that some words have, also when what they mean follows them."""
    text = printable(value)
    return Text(
        text,
        style=(STYLES.get(text.partition(" ")[0]) or STYLES_IN_KOREAN.get(text, ""))
        if len(text) <= WORD_CHARS_MAX
        else "",
    )


def plural(number: int, noun: str) -> str:
    """So many of something.

    >>> plural(1, "manifest"), plural(2_000, "manifest")
    ('1 manifest', '2,000 manifests')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def as_json(value: Any) -> None:  # noqa: ANN401 - whatever JSON can say
    """One object on a line of its own."""
    click.echo(orjson.dumps(value))


def note(text: str) -> None:
    """A line beside the answer."""
    click.echo(text, err=True)


def print_line(text: str = "", *, bold: bool = False) -> None:
    """A line of the answer; text from outside has gone through `printable`."""
    click.echo(click.style(text, bold=True) if bold and on_terminal() and "NO_COLOR" not in os.environ else text)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "") -> None:
    """Rows for a person; elsewhere the same, separated by tabs."""
    if not on_terminal():
        for row in (columns, *rows):
            click.echo("\t".join(printable(cell) for cell in row))
        return
    grid = Table(title=title or None, title_justify="left", header_style="bold", show_edge=False, pad_edge=False)
    for column in columns:
        grid.add_column(column, overflow="fold")
    for row in rows:
        grid.add_row(*(styled(cell) for cell in row))
    out().print(grid)


def paragraph(text: str, indent: int = 0) -> None:
    """Text for a person, folded and indented on a terminal; elsewhere one line."""
    if on_terminal():
        out().print(Padding(Text(printable(text)), (0, 0, 0, indent), expand=False))
    else:
        click.echo(" " * indent + printable(text))


def field(label: str, value: object, indent: int = 2) -> None:
    """A name and its value, which folds beside it on a terminal; nothing when there is no value."""
    if value in (None, ""):
        return
    if not on_terminal():
        click.echo(f"{' ' * indent}{set_cell_size(printable(label), LABEL_CELLS)}  {printable(value)}")
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(min_width=LABEL_CELLS, no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(Text(printable(label)), Text(printable(value)))
    out().print(Padding(grid, (0, 0, 0, indent), expand=False))


def columns(
    heads: Sequence[str], rows: Sequence[Sequence[object]], *, indent: int = 0, right: frozenset[int] = frozenset()
) -> None:
    """Rows in columns for a person, on a terminal or not; `right` are the columns of numbers."""
    grid = _columns(heads, rows, right)
    if on_terminal():
        out().print(Padding(grid, (0, 0, 0, indent), expand=False))
        return
    rendered = io.StringIO()
    Console(file=rendered, width=WIDE, color_system=None, highlight=False).print(grid)
    for line in rendered.getvalue().splitlines():
        click.echo(f"{' ' * indent}{line.rstrip()}")


def has_room(heads: Sequence[str], rows: Sequence[Sequence[object]], indent: int = 0) -> bool:
    """Whether rows fit into the terminal without folding."""
    console = out()
    return (
        not on_terminal()
        or indent
        + console.measure(_columns(heads, rows, frozenset()), options=console.options.update(max_width=WIDE)).maximum
        <= console.width
    )


def _columns(heads: Sequence[str], rows: Sequence[Sequence[object]], right: frozenset[int]) -> Table:
    grid = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for index, head in enumerate(heads):
        grid.add_column(head, overflow="fold", justify="right" if index in right else "left")
    for row in rows:
        grid.add_row(*map(styled, row))
    return grid


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

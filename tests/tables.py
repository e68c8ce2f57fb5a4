"""Changes to a folder of reference tables, for tests of what the loader says to them."""

from collections.abc import Callable
from pathlib import Path

from streams.reference.tables import TABLES

Change = Callable[[Path], None]


def append(file: str, line: str) -> Change:
    """One more line."""

    def change(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as table:
            table.write(line + "\n")

    return change


def drop(file: str, starting: str) -> Change:
    """No line that starts so; there was one."""

    def change(folder: Path) -> None:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        left = [line for line in lines if not line.startswith(starting)]
        assert len(left) < len(lines)
        (folder / file).write_text("\n".join(left) + "\n", encoding="utf-8")

    return change


def only_header(file: str) -> Change:
    """A table without rows."""

    def change(folder: Path) -> None:
        (folder / file).write_text(",".join(TABLES[file].columns) + "\n", encoding="utf-8")

    return change

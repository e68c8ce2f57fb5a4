"""How a supervisor learns that a worker is ready: a small file with its partitions, rewritten after each rebalance."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "TONGGWAN_READY_FILE"
"""In a worker's environment: the file to write; unset where nobody supervises."""


class ReadyReport(msgspec.Struct, frozen=True):
    """The partitions of one worker in one generation of the group."""

    pid: int
    generation: int
    partitions: frozenset[tuple[str, int]]


def write(generation: int, partitions: Iterable[tuple[str, int]]) -> None:
    """Report that state is restored and records are processed; the file appears whole."""
    path = os.environ.get(FILE)
    if path:
        new = Path(f"{path}.new")
        new.write_bytes(msgspec.json.encode(ReadyReport(os.getpid(), generation, frozenset(partitions))))
        new.replace(path)


def read(path: Path) -> ReadyReport | None:
    """The last report of a worker; None if there is none."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ReadyReport)
    except (OSError, msgspec.DecodeError):
        return None

"""How a worker tells its supervisor that it works: a small file with its share, written anew after each rebalance."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "TONGGWAN_READY_FILE"
"""In a worker's environment: the file to write. Nobody needs it who doesn't supervise."""


class ReadyReport(msgspec.Struct, frozen=True):
    """What one worker has, in one generation of the group."""

    pid: int
    generation: int
    partitions: frozenset[tuple[str, int]]


def tell(generation: int, partitions: Iterable[tuple[str, int]]) -> None:
    """Say that state is restored and records are taken; the file appears whole."""
    path = os.environ.get(FILE)
    if path:
        new = Path(f"{path}.new")
        new.write_bytes(msgspec.json.encode(ReadyReport(os.getpid(), generation, frozenset(partitions))))
        new.replace(path)


def told(path: Path) -> ReadyReport | None:
    """What a worker said last; None when it said nothing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=ReadyReport)
    except (OSError, msgspec.DecodeError):
        return None

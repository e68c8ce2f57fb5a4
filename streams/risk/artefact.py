"""The artefact: a trained model in two files that people can read, named and checked by their content.

`model.json` says what it was trained on, and of each family the points of each past ("12/5": twelve declarations,
five of them fraud). `history-<digest>.csv.gz` has that past: how many declarations of each kind of line there were,
and how many were fraud. The digest is that of both; a file that was changed is refused. The same declarations give
the same bytes.
"""

import csv
import gzip
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import orjson

from agents.risk.features import FAMILIES, Key, Row, keys_of
from agents.risk.model import Card, Curve, Model, RiskProfile
from streams.errors import OperatorError

FORMAT: Final = 1
"""Of the files; a model of another format is not read."""
FILE: Final = "model.json"
HISTORY: Final = "history-{}.csv.gz"
HISTORY_COLUMNS: Final = (
    "goods",
    "origin",
    "departure",
    "preference",
    "mass",
    "value",
    "declarations",
    "fraud",
    "critical",
)
DIGEST_CHARS: Final = 12
FILE_BYTES_MAX: Final = 64 * 1024 * 1024
"""A larger file is no model."""
Count = tuple[int, int]
"""Declarations of a key, and how many of them were what is looked for."""


class ModelError(OperatorError):
    """A model that can't be used."""


@dataclass(frozen=True, slots=True)
class ModelTables:
    """One score as tables: of each family, the points of each past."""

    base: int
    unseen: tuple[int, ...]
    points: tuple[Mapping[Count, int], ...]
    curve: Curve


@dataclass(frozen=True, slots=True)
class Trained:
    """What training brings, before it is written down."""

    first_day: date
    last_day: date
    rows: int
    frauds: int
    criticals: int
    history: Mapping[Row, tuple[int, int, int]]
    """Each kind of line: declarations, frauds, critical frauds."""
    fraud: ModelTables
    critical: ModelTables
    profiles: tuple[RiskProfile, ...]
    score_edges: tuple[int, ...]


class _Scores(msgspec.Struct, frozen=True):
    """`ModelTables`, as the file has them."""

    base: int
    unseen: dict[str, int]
    points: dict[str, dict[str, int]]
    curve: Curve


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """`model.json`."""

    format: int
    digest: str
    first_day: date
    last_day: date
    declarations: int
    frauds: int
    criticals: int
    families: tuple[str, ...]
    fraud: _Scores
    critical: _Scores
    profiles: tuple[RiskProfile, ...]
    score_edges: tuple[int, ...]


def version_of(last_day: date, digest: str) -> str:
    """What a decision names a model by: the last day it has learned from, and its content."""
    return f"{last_day}.{digest}"


def write_model(trained: Trained, folder: Path) -> str:
    """Write a model; its version. The old one holds until the new one is complete."""
    history = _history_bytes(trained.history)
    raw: dict[str, Any] = {
        "format": FORMAT,
        "first_day": trained.first_day.isoformat(),
        "last_day": trained.last_day.isoformat(),
        "declarations": trained.rows,
        "frauds": trained.frauds,
        "criticals": trained.criticals,
        "families": list(FAMILIES),
        "fraud": _scores(trained.fraud),
        "critical": _scores(trained.critical),
        "profiles": msgspec.to_builtins(trained.profiles),
        "score_edges": list(trained.score_edges),
    }
    digest = _digest(raw, history)
    folder.mkdir(parents=True, exist_ok=True)
    _put(folder / HISTORY.format(digest), gzip.compress(history, 9, mtime=0))
    _put(
        folder / FILE,
        orjson.dumps(
            {**raw, "digest": digest}, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        ),
    )
    for old in folder.glob(HISTORY.format("*")):
        if old.name != HISTORY.format(digest):
            old.unlink()
    return version_of(trained.last_day, digest)


def content_of(folder: Path) -> list[bytes]:
    """The bytes of the files of a model; none where there is no model."""
    if not (folder / FILE).is_file():
        return []
    return [_bytes_of(path) for path in (folder / FILE, *sorted(folder.glob(HISTORY.format("*"))))]


def read_model(folder: Path) -> Model | None:
    """The model of a folder; None when there is none. ModelError for one that is damaged or of another format."""
    path = folder / FILE
    if not path.is_file():
        return None
    raw = _bytes_of(path)
    try:
        file = msgspec.json.decode(raw, type=_File)
    except msgspec.MsgspecError as error:
        raise ModelError(f"{path} is no risk model: {error}; train it again.") from error
    if file.format != FORMAT or file.families != FAMILIES:
        raise ModelError(f"{path} is a risk model of another format ({file.format}): train it again.")
    history = _unpacked(folder / HISTORY.format(file.digest))
    content = orjson.loads(raw)
    del content["digest"]
    if _digest(content, history) != file.digest:
        raise ModelError(
            f"{path} or its history was changed since it was trained: its content does not give the digest "
            f"{file.digest}; train it again."
        )
    try:
        pasts = _pasts(_history(history))
        fraud, critical = (
            _card(_tables(scores), pasts, place) for place, scores in ((1, file.fraud), (2, file.critical))
        )
    except (KeyError, ValueError) as error:
        raise ModelError(f"{path} does not fit its history ({error}): train it again.") from error
    return Model(version_of(file.last_day, file.digest), fraud, critical, file.profiles, file.score_edges)


def _pasts(history: Mapping[Row, tuple[int, int, int]]) -> list[dict[Key, list[int]]]:
    """Of each family the past of each key: declarations, frauds, critical frauds."""
    pasts: list[dict[Key, list[int]]] = [{} for _ in FAMILIES]
    for row, (rows, frauds, criticals) in history.items():
        for past, key in zip(pasts, keys_of(row), strict=True):
            if key in past:
                counts = past[key]
                counts[0] += rows
                counts[1] += frauds
                counts[2] += criticals
            else:
                past[key] = [rows, frauds, criticals]
    return pasts


def _card(tables: ModelTables, pasts: Sequence[Mapping[Key, Sequence[int]]], place: int) -> Card:
    """Points by key: each key's past, looked up in the tables. `place` of what is looked for in the past's counts."""
    points = tuple(
        {key: table[counts[0], counts[place]] for key, counts in past.items()}
        for past, table in zip(pasts, tables.points, strict=True)
    )
    return Card(tables.base, tables.unseen, points, tables.curve)


def _scores(tables: ModelTables) -> dict[str, Any]:
    return {
        "base": tables.base,
        "unseen": dict(zip(FAMILIES, tables.unseen, strict=True)),
        "points": {
            family: {f"{seen}/{hits}": points for (seen, hits), points in table.items()}
            for family, table in zip(FAMILIES, tables.points, strict=True)
        },
        "curve": msgspec.to_builtins(tables.curve),
    }


def _tables(scores: _Scores) -> ModelTables:
    points = tuple({_count(past): points for past, points in scores.points[family].items()} for family in FAMILIES)
    return ModelTables(scores.base, tuple(scores.unseen[family] for family in FAMILIES), points, scores.curve)


def _count(past: str) -> Count:
    seen, _, hits = past.partition("/")
    return int(seen), int(hits)


def _history_bytes(history: Mapping[Row, tuple[int, int, int]]) -> bytes:
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow(HISTORY_COLUMNS)
    rows.writerows((*row, *counts) for row, counts in sorted(history.items()))
    return written.getvalue().encode()


def _history(text: bytes) -> dict[Row, tuple[int, int, int]]:
    rows = csv.reader(io.StringIO(text.decode(), newline=""))
    if tuple(next(rows, ())) != HISTORY_COLUMNS:
        raise ValueError("other columns")
    return {
        (goods, origin, departure, preference, int(mass), int(value)): (int(declarations), int(fraud), int(critical))
        for goods, origin, departure, preference, mass, value, declarations, fraud, critical in rows
    }


def _digest(raw: dict[str, Any], history: bytes) -> str:
    return hashlib.sha256(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS) + b"\n" + history).hexdigest()[:DIGEST_CHARS]


def _put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(content)
    beside.replace(path)


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise ModelError(f"{path} has more than {FILE_BYTES_MAX:,} bytes: it is no risk model.")
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path} can't be read ({error.strerror}): train the model again.") from error


def _unpacked(path: Path) -> bytes:
    packed = _bytes_of(path)
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except (OSError, EOFError) as error:
        raise ModelError(f"{path} is damaged ({error}): train the model again.") from error
    if len(content) > FILE_BYTES_MAX:
        raise ModelError(f"{path} unpacks to more than {FILE_BYTES_MAX:,} bytes: it is no risk model.")
    return content

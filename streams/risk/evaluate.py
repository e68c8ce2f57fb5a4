"""Measuring a model on labelled declarations it has not learned from."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agents.risk.drift import drift_of
from agents.risk.features import Row  # noqa: TC001 - types of locals
from agents.risk.model import Card, Model
from streams.risk.declarations import IDENTITY, Declaration
from streams.risk.metrics import Bools, Measure, measure

Progress = Callable[[int], None]
"""Told how many declarations have been scored."""
STEP: Final = 1_000
COLUMNS: Final = ("row", IDENTITY, "fraud", "critical", "fraud_points", "critical_points")
"""Of the file of scores: the row's place, its number, two probabilities, and what they are made from, which ranks
most finely.
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What came of it."""

    fraud: Measure
    critical: Measure
    drift: dict[str, float]
    """Population stability index of each watched feature and of the score, against the training data."""
    bins: tuple[tuple[int, float, float], ...]
    """Declarations in ten equal parts by score: how many, mean probability, share of fraud."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Of each declaration, in order."""

    fraud: tuple[int, ...]
    """Points."""
    critical: tuple[int, ...]


def score(declarations: Sequence[Declaration], model: Model, progress: Progress = lambda _: None) -> Scores:
    """Score declarations, labelled or not."""
    known: dict[Row, tuple[int, int]] = {}
    fraud, critical = [], []
    for done, each in enumerate(declarations, start=1):
        points = known.get(each.row)
        if points is None:
            points = known[each.row] = (model.fraud.total(each.row), model.critical.total(each.row))
        fraud.append(points[0])
        critical.append(points[1])
        if done % STEP == 0:
            progress(done)
    return Scores(tuple(fraud), tuple(critical))


def evaluate(declarations: Sequence[Declaration], scores: Scores, model: Model) -> Evaluation:
    """Measure scores by the labels of those that have them."""
    labelled = np.array([each.labelled for each in declarations], dtype=bool)
    duty = np.array([each.duty_krw for each in declarations], dtype=np.float64)[labelled]

    def measured(card: Card, points: Sequence[int], labels: Bools) -> Measure:
        at = np.array(points, dtype=np.int64)[labelled]
        return measure(
            labels,
            at.astype(np.float64),
            np.array([card.curve.at(int(each)) for each in at], dtype=np.float64) / 1e9,
            duty,
        )

    fraud = np.array([bool(each.fraud) for each in declarations], dtype=bool)[labelled]
    critical = np.array([bool(each.critical) for each in declarations], dtype=bool)[labelled]
    rows: dict[Row, int] = {}
    for each in declarations:
        rows[each.row] = rows.get(each.row, 0) + 1
    return Evaluation(
        fraud=measured(model.fraud, scores.fraud, fraud),
        critical=measured(model.critical, scores.critical, critical),
        drift=drift_of(rows, model),
        bins=_calibration(model.fraud, np.array(scores.fraud, dtype=np.int64)[labelled], fraud),
    )


def _calibration(card: Card, points: NDArray[np.int64], labels: Bools) -> tuple[tuple[int, float, float], ...]:
    order = np.argsort(points, kind="stable")
    parts = [part for part in np.array_split(order, 10) if len(part)]
    return tuple(
        (
            len(part),
            sum(card.curve.at(int(points[index])) for index in part) / 1e9 / len(part),
            float(labels[part].mean()),
        )
        for part in parts
    )


def write_scores(path: Path, declarations: Sequence[Declaration], scores: Scores, model: Model) -> None:
    """A row for each row of the file, in its order."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(COLUMNS)
        for each, fraud, critical in zip(declarations, scores.fraud, scores.critical, strict=True):
            rows.writerow(
                (
                    each.number,
                    each.identity,
                    f"{model.fraud.curve.at(fraud) / 1e9:.9f}",
                    f"{model.critical.curve.at(critical) / 1e9:.9f}",
                    fraud,
                    critical,
                )
            )

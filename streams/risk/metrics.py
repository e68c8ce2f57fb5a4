"""How good a score is: ranking, calibration, and what inspecting the riskiest brings."""

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

RATES: Final = (0.01, 0.05, 0.10)
"""Inspection rates that are reported."""


@dataclass(frozen=True, slots=True)
class AtRate:
    """What inspecting the riskiest share of declarations brings."""

    rate: float
    inspected: int
    precision: float
    """Share of the inspected that are fraud."""
    recall: float
    """Share of fraud that is inspected."""
    revenue_krw: int
    """Duty (item price x tax rate) of the fraud that is inspected."""
    revenue: float
    """Its share of the duty of all fraud."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One score on one set of declarations."""

    rows: int
    positives: int
    auc: float | None
    """Area under the ROC curve; None without both kinds."""
    average_precision: float | None
    brier: float
    at: tuple[AtRate, ...]

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return asdict(self)


def measure(labels: Bools, points: Floats, probabilities: Floats, duty_krw: Floats) -> Measure:
    """Measure a score. `points` rank, `probabilities` are calibrated."""
    order = np.argsort(-points, kind="stable")
    hits, duty = labels[order], duty_krw[order]
    return Measure(
        rows=len(labels),
        positives=int(labels.sum()),
        auc=auc(labels, points),
        average_precision=average_precision(labels, points),
        brier=float(np.mean((probabilities - labels) ** 2)) if len(labels) else 0.0,
        at=tuple(_at(rate, hits, duty) for rate in RATES),
    )


def _at(rate: float, hits: Bools, duty: Floats) -> AtRate:
    """`hits` and `duty` of declarations, the riskiest first."""
    inspected = max(1, round(len(hits) * rate)) if len(hits) else 0
    found, total, at_stake = int(hits[:inspected].sum()), int(hits.sum()), float((duty * hits).sum())
    revenue = float((duty[:inspected] * hits[:inspected]).sum())
    return AtRate(
        rate,
        inspected,
        found / max(inspected, 1),
        found / max(total, 1),
        round(revenue),
        revenue / at_stake if at_stake else 0.0,
    )


def auc(labels: Bools, points: Floats) -> float | None:
    """The chance that a positive ranks above a negative, ties counting half; None without both kinds."""
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if not positives or not negatives:
        return None
    _, inverse, counts = np.unique(points, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[labels].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(labels: Bools, points: Floats) -> float | None:
    """Precision averaged over the positives; rows that tie are taken together. None without positives."""
    total = int(labels.sum())
    if not total:
        return None
    _, inverse, counts = np.unique(-points, return_inverse=True, return_counts=True)
    found = np.bincount(inverse, weights=labels.astype(np.float64), minlength=len(counts))
    return float(np.sum(found * np.cumsum(found) / np.cumsum(counts)) / total)

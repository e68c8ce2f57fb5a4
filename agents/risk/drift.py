"""Drift: whether what comes still looks like what the model was trained on.

The population stability index of a feature is the sum over its bins of (share now - share then) * ln(share now /
share then). By the convention of credit scoring (Siddiqi 2006) less than 0.1 is nothing, more than 0.25 a different
population.
"""

from collections.abc import Iterable, Mapping
from math import log
from typing import Final

from agents.risk.features import Row
from agents.risk.model import Model, RiskProfile

SCORE: Final = "score"
CHAPTER: Final = "chapter"
FEATURES: Final = (CHAPTER, "origin", "departure", "preference", "mass", "value")
"""What is watched of a line, beside its score."""
ELSE: Final = "else"
SHARE_MIN: Final = 1e-4
"""A bin nobody is in counts as this share, so that one parcel can't be infinitely strange."""


def parts_of(row: Row) -> tuple[str, ...]:
    """A line as `FEATURES` see it; of the goods only the chapter."""
    goods, origin, departure, preference, mass, value = row
    return goods[:2], origin, departure, preference, str(mass), str(value)


def score_bin(points: int, edges: Iterable[int]) -> str:
    """In which part of the training scores a score lies, counted from 0."""
    return str(sum(points >= edge for edge in edges))


def counted(rows: Mapping[Row, int], model: Model) -> dict[str, dict[str, int]]:
    """How lines, each so many times, are spread over the bins of a model."""
    profiles = {profile.feature: profile for profile in model.profiles}
    found = {feature: dict.fromkeys(profile.bins, 0) for feature, profile in profiles.items()}
    for row, times in rows.items():
        values = {
            **dict(zip(FEATURES, parts_of(row), strict=True)),
            SCORE: score_bin(model.fraud.total(row), model.score_edges),
        }
        for feature, bins in found.items():
            value = values[feature]
            bins[value if value in bins else ELSE] += times
    return found


def psi(then: RiskProfile, now: Mapping[str, int]) -> float:
    """The population stability index of one feature; 0 when there is nothing to compare."""
    before, after = sum(then.counts), sum(now.values())
    if not before or not after:
        return 0.0
    index = 0.0
    for name, count in zip(then.bins, then.counts, strict=True):
        was, is_ = max(count / before, SHARE_MIN), max(now.get(name, 0) / after, SHARE_MIN)
        index += (is_ - was) * log(is_ / was)
    return index


def drift_of(rows: Mapping[Row, int], model: Model) -> dict[str, float]:
    """The index of each watched feature and of the score."""
    return indices(counted(rows, model), model)


def indices(now: Mapping[str, Mapping[str, int]], model: Model) -> dict[str, float]:
    """The same of what was counted."""
    return {profile.feature: psi(profile, now[profile.feature]) for profile in model.profiles}


class Watch:
    """Parcels of late, in blocks, against the training data."""

    __slots__ = ("_blocks", "_model")

    def __init__(self, model: Model) -> None:
        self._model = model
        self._blocks: list[dict[str, dict[str, int]]] = []

    def add(self, block: Mapping[Row, int], blocks: int) -> dict[str, float] | None:
        """Take a block; the drift of the last `blocks` together, None while there are fewer."""
        self._blocks = [*self._blocks, counted(block, self._model)][-blocks:]
        if len(self._blocks) < blocks:
            return None
        together = {
            feature: {name: sum(each[feature][name] for each in self._blocks) for name in bins}
            for feature, bins in self._blocks[0].items()
        }
        return indices(together, self._model)

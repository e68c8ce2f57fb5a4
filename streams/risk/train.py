"""Training: gradient boosting over what the past says of each family, collapsed into tables of points.

Each declaration is described by what was known before its day: how many declarations of the same goods, route, class of
mass and so on there were in each of `FAMILIES`, and how many of them were fraud. LightGBM boosts trees over that; each
tree may look at one family alone, and within it more fraud in the past never lowers the score. So the trees of a family
are a function of two whole numbers, which is written down as a table of points.

The probabilities come from declarations later than those a model was trained on: three times the past is cut, a
model is trained before the cut and asked about what follows, and the curve is fitted to what it said there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from agents.risk.drift import CHAPTER, ELSE, FEATURES, SCORE, parts_of, score_bin
from agents.risk.features import FAMILIES, Key, Row, keys_of
from agents.risk.model import E6, Curve, RiskProfile
from streams.risk.artefact import Count, ModelTables, Trained
from streams.risk.declarations import Declaration, DeclarationsError, in_order
from streams.risk.metrics import Bools, Floats

Ints = NDArray[np.int64]
Progress = Callable[[str], None]
"""Told what is being done."""

STEPS: Final = 8
"""How often `progress` is told something: both scores, three pasts and the whole."""
ROWS_MIN: Final = 2_000
"""Fewer declarations teach nothing."""
POSITIVES_MIN: Final = 40
DAYS_MIN: Final = 30
CUTS: Final = (0.5, 0.67, 0.84)
"""Parts of the declarations that lie before each cut of the past."""
SMOOTHING: Final = 1.0
"""So many declarations of the average rate are added to each key's past."""
COUNT_MAX: Final = 1_000
"""More of a past counts as so much."""
ROUNDS: Final = 200
PARAMETERS: Final[dict[str, Any]] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "lambda_l2": 5.0,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "monotone_constraints_method": "intermediate",
    "seed": 20200101,
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}
"""One thread and a fixed seed: the same declarations give the same model."""
CRITICAL_PARAMETERS: Final[dict[str, Any]] = PARAMETERS | {"learning_rate": 0.03, "lambda_l2": 20.0}
CRITICAL_ROUNDS: Final = 150
"""Critical fraud is one declaration in a hundred: gentler steps."""
CURVE_SHIFT: Final = 17
CURVE_STEPS: Final = 96
"""On either side of even odds, each of 2^17 points: up to 12.6 logits."""
BUCKETS: Final = 40
"""Parts of equal size, by score, in which the curve is fitted."""
NAMED_MAX: Final = 30
"""Values of a feature that drift watches by name; the rest are one."""
SCORE_PARTS: Final = 10


@dataclass(frozen=True, slots=True)
class PastRates:
    """What was known of each row before its day: rows x families."""

    seen: Ints
    hits: Ints


class _Boosted:
    """The trees of one score, and what they say of a family."""

    def __init__(self, past: PastRates, labels: Bools, parameters: Mapping[str, Any], rounds: int) -> None:
        self.rate = float(labels.mean())
        columns = 2 * len(FAMILIES)
        given = dict(parameters) | {
            "monotone_constraints": [1, 0] * len(FAMILIES),
            "interaction_constraints": [[column, column + 1] for column in range(0, columns, 2)],
        }
        self._trees = lgb.train(given, lgb.Dataset(self._seen_as(past), labels.astype(np.float64)), rounds)
        self._nothing = float(self._logits(np.full((1, columns), np.nan))[0])

    def _seen_as(self, past: PastRates) -> Floats:
        """Of each family the rate of the past, smoothed, and how much past there was.

        Both missing where there was none.
        """
        columns = np.full((len(past.seen), 2 * len(FAMILIES)), np.nan)
        seen = past.seen > 0
        rate = (past.hits + SMOOTHING * self.rate) / (past.seen + SMOOTHING)
        columns[:, 0::2] = np.where(seen, rate, np.nan)
        columns[:, 1::2] = np.where(seen, np.minimum(past.seen, COUNT_MAX), np.nan)
        return columns

    def _logits(self, columns: Floats) -> Floats:
        return np.asarray(self._trees.predict(columns, raw_score=True), dtype=np.float64)

    def points_of(self, family: int, pasts: Sequence[Count]) -> Ints:
        """Points of pasts of one family, against none: what the trees that look at it say."""
        if not pasts:
            return np.zeros(0, dtype=np.int64)
        seen, hits = (
            np.zeros((len(pasts), len(FAMILIES)), dtype=np.int64),
            np.zeros((len(pasts), len(FAMILIES)), dtype=np.int64),
        )
        seen[:, family], hits[:, family] = zip(*pasts, strict=True)
        return np.rint((self._logits(self._seen_as(PastRates(seen, hits))) - self._nothing) * E6).astype(np.int64)

    def points(self, past: PastRates) -> Ints:
        """All points of rows."""
        return np.rint(self._logits(self._seen_as(past)) * E6).astype(np.int64)

    def base(self) -> int:
        """Points of a line the past knows nothing of."""
        return round(self._nothing * E6)


def train(declarations: Sequence[Declaration], progress: Progress = lambda _: None) -> Trained:
    """Train both scores. DeclarationsError when there is too little to learn from."""
    ordered = list(in_order([each for each in declarations if each.labelled]))
    days = [each.day for each in ordered if each.day is not None]
    labels = {
        "fraud": np.array([bool(each.fraud) for each in ordered]),
        "critical": np.array([bool(each.critical) for each in ordered]),
    }
    _enough(days, labels)
    keys = [keys_of(each.row) for each in ordered]
    cuts = _cuts(days)
    made: dict[str, ModelTables] = {}
    edges: tuple[int, ...] = ()
    latest: Ints = np.zeros(0, dtype=np.int64)
    for name, parameters, rounds in (("fraud", PARAMETERS, ROUNDS), ("critical", CRITICAL_PARAMETERS, CRITICAL_ROUNDS)):
        card_points, true = [], []
        for place, cut in enumerate(cuts):
            progress(f"{name}: as of {days[cut]}")
            until = cuts[place + 1] if place + 1 < len(cuts) else len(days)
            past = past_rates(keys, days, labels[name], cut, until)
            boosted = _Boosted(PastRates(past.seen[:cut], past.hits[:cut]), labels[name][:cut], parameters, rounds)
            card_points.append(boosted.points(PastRates(past.seen[cut:], past.hits[cut:])))
            true.append(labels[name][cut:until])
        curve = curve_of(np.concatenate(card_points), np.concatenate(true))
        if name == "fraud":
            edges = tuple(
                int(edge)
                for edge in np.quantile(card_points[-1], [part / SCORE_PARTS for part in range(1, SCORE_PARTS)])
            )
            latest = card_points[-1]
        progress(f"{name}: all declarations")
        past = past_rates(keys, days, labels[name], len(days), len(days))
        made[name] = _tables(_Boosted(past, labels[name], parameters, rounds), past, keys, labels[name], curve)
    return Trained(
        first_day=days[0],
        last_day=days[-1],
        rows=len(ordered),
        frauds=int(labels["fraud"].sum()),
        criticals=int(labels["critical"].sum()),
        history=_history(ordered),
        fraud=made["fraud"],
        critical=made["critical"],
        profiles=_profiles(ordered, latest, edges),
        score_edges=edges,
    )


def _enough(days: Sequence[date], labels: Mapping[str, Bools]) -> None:
    if len(days) < ROWS_MIN:
        raise DeclarationsError(f"{len(days)} labelled declarations are too few to learn from: {ROWS_MIN:,} at least.")
    if (days[-1] - days[0]).days < DAYS_MIN:
        raise DeclarationsError(
            f"the declarations span {(days[-1] - days[0]).days} days: {DAYS_MIN} at least, so that earlier ones "
            "can be tried on later ones."
        )
    for name, label in labels.items():
        if min(int(label.sum()), len(label) - int(label.sum())) < POSITIVES_MIN:
            raise DeclarationsError(
                f"too few declarations are {name}, or too few are not: {POSITIVES_MIN} of each at least."
            )


def _cuts(days: Sequence[date]) -> list[int]:
    """Where the past is cut: the first row of a day, each."""
    found: list[int] = []
    for part in CUTS:
        day = days[int(len(days) * part)]
        cut = next(index for index, each in enumerate(days) if each >= day)
        if cut and (not found or cut > found[-1]):
            found.append(cut)
    if not found:
        raise DeclarationsError("nearly all declarations are of one day: earlier ones can't be tried on later ones.")
    return found


def past_rates(
    keys: Sequence[tuple[Key, ...]], days: Sequence[date], labels: Bools, learned: int, until: int
) -> PastRates:
    """What was known of each of the rows up to `until` before its day.

    Of those from `learned` on, nothing but the rows before `learned`.
    """
    seen, hits = np.zeros((until, len(FAMILIES)), dtype=np.int64), np.zeros((until, len(FAMILIES)), dtype=np.int64)
    known: list[dict[Key, list[int]]] = [{} for _ in FAMILIES]
    first = 0
    while first < until:
        last = first + 1
        while last < until and days[last] == days[first]:
            last += 1
        for index in range(first, last):
            for family, key in enumerate(keys[index]):
                count = known[family].get(key)
                if count is not None:
                    seen[index, family], hits[index, family] = count
        for index in range(first, min(last, learned)):
            label = int(labels[index])
            for family, key in enumerate(keys[index]):
                count = known[family].setdefault(key, [0, 0])
                count[0] += 1
                count[1] += label
        first = last
    return PastRates(seen, hits)


def _tables(
    boosted: _Boosted, past: PastRates, keys: Sequence[tuple[Key, ...]], labels: Bools, curve: Curve
) -> ModelTables:
    """The trees as tables, each family's points counted from its mean over the training rows.

    So the base is the average declaration.
    """
    base = boosted.base()
    unseen, points = [], []
    for family in range(len(FAMILIES)):
        totals: dict[Key, list[int]] = {}
        for row, label in zip(keys, labels, strict=True):
            count = totals.setdefault(row[family], [0, 0])
            count[0] += 1
            count[1] += int(label)
        pasts = sorted({(count[0], count[1]) for count in totals.values()})
        table = dict(zip(pasts, (int(each) for each in boosted.points_of(family, pasts)), strict=True))
        mean = round(_mean(boosted, past, family))
        base += mean
        unseen.append(-mean)
        points.append({count: value - mean for count, value in table.items()})
    return ModelTables(base, tuple(unseen), tuple(points), curve)


def _mean(boosted: _Boosted, past: PastRates, family: int) -> float:
    """The average points of a family, as its declarations were seen at their time."""
    pasts, times = np.unique(np.stack([past.seen[:, family], past.hits[:, family]], axis=1), axis=0, return_counts=True)
    points = boosted.points_of(family, [(int(seen), int(hits)) for seen, hits in pasts])
    return float((points * times).sum() / times.sum())


def curve_of(points: Ints, labels: Bools) -> Curve:
    """The probability by points.

    Means of parts of equal size, pooled until they rise, straight between them, and beyond as a logit rises.
    """
    order = np.argsort(points, kind="stable")
    parts = [part for part in np.array_split(order, BUCKETS) if len(part)]
    overall = float(labels.mean())
    blocks: list[list[float]] = []
    for part in parts:
        # One declaration of the average keeps a part without fraud from saying never.
        blocks.append([float(points[part].mean()), float(labels[part].sum()) + overall, len(part) + 1.0])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            at, hits, rows = blocks.pop()
            before = blocks[-1]
            blocks[-1] = [(before[0] * before[2] + at * rows) / (before[2] + rows), before[1] + hits, before[2] + rows]
    places = np.array([block[0] for block in blocks])
    rates = np.array([block[1] / block[2] for block in blocks])
    logits = np.log(rates / (1 - rates))
    grid = np.arange(-CURVE_STEPS, CURVE_STEPS + 1, dtype=np.float64) * (1 << CURVE_SHIFT)
    curve = (
        np.interp(grid, places, logits) + np.minimum(grid - places[0], 0) / E6 + np.maximum(grid - places[-1], 0) / E6
    )
    values = np.rint(1e9 / (1 + np.exp(-curve))).astype(np.int64)
    return Curve(-CURVE_STEPS << CURVE_SHIFT, CURVE_SHIFT, tuple(int(value) for value in np.maximum.accumulate(values)))


def _history(ordered: Sequence[Declaration]) -> dict[Row, tuple[int, int, int]]:
    found: dict[Row, list[int]] = {}
    for each in ordered:
        count = found.setdefault(each.row, [0, 0, 0])
        count[0] += 1
        count[1] += bool(each.fraud)
        count[2] += bool(each.critical)
    return {row: (count[0], count[1], count[2]) for row, count in sorted(found.items())}


def _profiles(ordered: Sequence[Declaration], card_points: Ints, edges: tuple[int, ...]) -> tuple[RiskProfile, ...]:
    """How the training declarations are spread; scores as those of declarations the model had not seen."""
    profiles = []
    for place, feature in enumerate(FEATURES):
        counts: dict[str, int] = {}
        for each in ordered:
            value = parts_of(each.row)[place]
            counts[value] = counts.get(value, 0) + 1
        most = NAMED_MAX if feature != CHAPTER else len(counts)
        named = sorted(counts, key=lambda value: (-counts[value], value))[:most]
        profiles.append(
            RiskProfile(
                feature,
                (*named, ELSE),
                (*(counts[value] for value in named), sum(counts.values()) - sum(counts[value] for value in named)),
            )
        )
    bins = [str(part) for part in range(SCORE_PARTS)]
    found = [score_bin(int(points), edges) for points in card_points]
    profiles.append(RiskProfile(SCORE, (*bins, ELSE), (*(found.count(name) for name in bins), 0)))
    return tuple(profiles)

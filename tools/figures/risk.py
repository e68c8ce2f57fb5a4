"""The model card: docs/risk.md and its picture, measured again from the shipped declarations."""

import gzip
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import lightgbm as lgb
import matplotlib as mpl
import numpy as np

from agents.risk import FAMILIES, Model, keys_of
from agents.risk.features import size_class
from streams.risk.artefact import read_model, write_model
from streams.risk.declarations import Declaration, read_declarations
from streams.risk.evaluate import Evaluation, evaluate, score
from streams.risk.metrics import Bools, Floats, Measure, measure
from streams.risk.train import PARAMETERS, ROUNDS, SMOOTHING, past_rates, train
from streams.settings import Settings

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "tonggwan"

DATA: Final = Path(__file__).parent / "data" / "risk"
PICTURE: Final = "risk-calibration.svg"
PARTS: Final = ("goods", "origin", "departure", "preference", "mass", "value")
SHUFFLES: Final = 20
"""Draws of shuffled labels: one says little, since whole kinds of goods rise and fall together."""


def write(folder: Path) -> None:
    """Measure, and write the page and its picture."""
    earlier, later = _shipped("train"), _shipped("valid")
    model = read_model(Settings().risk_model_dir)
    assert model is not None  # noqa: S101 - for the type checker: the model ships
    plain = evaluate(later, score(later, model), model)
    _draw(folder / PICTURE, plain)
    page = (Path(__file__).parent / "risk.md.txt").read_text(encoding="utf-8")
    holes = {
        "version": model.version,
        "earlier": f"{len(earlier):,}",
        "later": f"{len(later):,}",
        "fraud": _at(plain.fraud),
        "critical": _at(plain.critical),
        "headline": _figures([("fraud", plain.fraud), ("critical fraud", plain.critical)]),
        "rolling": _figures(list(_rolling(earlier))),
        "robust": _robust(later, model, plain),
        "shuffles": str(SHUFFLES),
        "shuffled": _shuffled(earlier, later),
        "alternatives": _figures([("**boosted tables (ours)**", plain.fraud), *_alternatives(earlier, later)]),
        "drift": "\n".join(f"| {feature} | {index:.3f} |" for feature, index in plain.drift.items()),
        "families": "\n".join(
            f"| {family} | {_weight(model, later, place):.2f} |" for place, family in enumerate(FAMILIES)
        ),
    }
    for name, text in holes.items():
        page = page.replace("{" + name + "}", text)
    (folder / "risk.md").write_text(page, encoding="utf-8")


def _shipped(name: str) -> list[Declaration]:
    """Declarations that ship packed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "declarations.csv"
        path.write_bytes(gzip.decompress((DATA / f"{name}.csv.gz").read_bytes()))
        return read_declarations(path).all


def _measured(earlier: Sequence[Declaration], later: Sequence[Declaration]) -> Evaluation:
    with tempfile.TemporaryDirectory() as folder:
        write_model(train(earlier), Path(folder))
        model = read_model(Path(folder))
    assert model is not None  # noqa: S101 - for the type checker: just written
    return evaluate(later, score(later, model), model)


# Tables


def _figures(rows: Sequence[tuple[str, Measure]]) -> str:
    return "\n".join(
        f"| {name} | {found.auc or 0:.4f} | {found.average_precision or 0:.4f} | {found.brier:.4f} | "
        + " | ".join(f"{at.precision:.3f}" for at in found.at)
        + " |"
        for name, found in rows
    )


def _at(found: Measure) -> str:
    return "\n".join(
        f"| {at.rate:.0%} | {at.inspected:,} | {at.precision:.3f} | {at.recall:.3f} | {at.revenue_krw / 1e6:,.1f} "
        f"| {at.revenue:.3f} |"
        for at in found.at
    )


def _weight(model: Model, later: Sequence[Declaration], place: int) -> float:
    """How far a family moves a score on average, in logits."""
    return float(np.mean([abs(model.fraud.contributions(each.row)[place]) for each in later])) / 1e6


def _rolling(earlier: Sequence[Declaration]) -> list[tuple[str, Measure]]:
    """Trained on the months before, measured on the three months after."""
    found = []
    for last in (6, 9):
        before = [each for each in earlier if each.day is not None and each.day.month <= last]
        after = [each for each in earlier if each.day is not None and last < each.day.month <= last + 3]
        found.append((f"2020-{last + 1:02d} to 2020-{last + 3:02d}", _measured(before, after).fraud))
    return found


def _robust(later: Sequence[Declaration], model: Model, plain: Evaluation) -> str:
    def row(name: str, found: Evaluation) -> str:
        auc, before = found.fraud.auc or 0, plain.fraud.auc or 0
        return (
            f"| {name} | {auc:.4f} | {auc - before:+.4f} | {found.fraud.average_precision or 0:.4f} | "
            f"{found.fraud.at[1].precision:.3f} | {found.critical.auc or 0:.4f} |"
        )

    def changed(name: str, change: Callable[[Declaration], Declaration]) -> str:
        made = [change(each) for each in later]
        return row(name, evaluate(made, score(made, model), model))

    chance = random.Random(1)  # noqa: S311 - the same each time
    return "\n".join(
        (
            row("as it is", plain),
            changed(
                "numbers of declarations relabelled (parties are not looked at)",
                lambda each: replace(each, identity=f"X{chance.randrange(10**8)}"),
            ),
            *(
                changed(f"mass and price jittered by up to {part:.1%}", _jitter(part, chance))
                for part in (0.005, 0.05, 0.2)
            ),
            changed("without mass", lambda each: replace(each, row=(*each.row[:4], -1, each.row[5]))),
            changed("without value", lambda each: replace(each, row=(*each.row[:5], -1))),
            changed("without both", lambda each: replace(each, row=(*each.row[:4], -1, -1))),
        ),
    )


def _shuffled(earlier: Sequence[Declaration], later: Sequence[Declaration]) -> str:
    """Trained on labels that belong to others, once for each seed: the mean of all draws, least and most."""
    labels = [(each.fraud, each.critical) for each in earlier]
    found = []
    for seed in range(1, SHUFFLES + 1):
        mixed = labels.copy()
        random.Random(seed).shuffle(mixed)  # noqa: S311 - the same each time
        found.append(
            _measured(
                [
                    replace(each, fraud=fraud, critical=critical)
                    for each, (fraud, critical) in zip(earlier, mixed, strict=True)
                ],
                later,
            )
        )
    columns = {
        "AUC": [each.fraud.auc or 0 for each in found],
        "average precision": [each.fraud.average_precision or 0 for each in found],
        "precision at 5 %": [each.fraud.at[1].precision for each in found],
        "AUC of critical": [each.critical.auc or 0 for each in found],
    }
    return "\n".join(
        f"| {name} | {np.mean(values):.3f} | {min(values):.3f} | {max(values):.3f} |"
        for name, values in columns.items()
    )


def _jitter(part: float, chance: random.Random) -> Callable[[Declaration], Declaration]:
    """A class of size as a jittered value would give it; where in its class a value lies is taken as even."""

    def moved(size: int) -> int:
        if size <= 0:
            return size
        low = 1 << (size - 1)
        return size_class(round((low + chance.random() * low) * (1 + chance.uniform(-part, part))))

    return lambda each: replace(each, row=(*each.row[:4], moved(each.row[4]), moved(each.row[5])))


# Alternatives


def _alternatives(earlier: Sequence[Declaration], later: Sequence[Declaration]) -> list[tuple[str, Measure]]:
    """Other models on the same declarations."""
    ordered = sorted(earlier, key=lambda each: (str(each.day), each.number))
    labels, true = _labels(ordered), _labels(later)
    duty = np.array([each.duty_krw for each in later])

    def said(name: str, probabilities: Floats) -> tuple[str, Measure]:
        return name, measure(true, probabilities, probabilities, duty)

    # The past of the later ones is all of the earlier.
    both = [*ordered, *later]
    past = past_rates(
        [keys_of(each.row) for each in both],
        [each.day for each in both if each.day is not None],
        _labels(both),
        len(ordered),
        len(both),
    )
    rate = float(labels.mean())
    shares = (past.hits + SMOOTHING * rate) / (past.seen + SMOOTHING)
    cut = len(ordered)
    encoded = np.hstack([np.where(past.seen > 0, shares, np.nan), np.where(past.seen > 0, past.seen, np.nan)])
    free = lgb.train(PARAMETERS, lgb.Dataset(encoded[:cut], labels.astype(float)), ROUNDS)
    raw = _ordinal(both)
    plain = lgb.train(
        PARAMETERS | {"max_cat_to_onehot": 8},
        lgb.Dataset(raw[:cut], labels.astype(float), categorical_feature=[0, 1, 2, 3]),
        ROUNDS,
    )
    return [
        said("LightGBM on the same past, trees free to mix families", np.asarray(free.predict(encoded[cut:]))),
        said(
            "LightGBM on the parts themselves, goods and countries as categories", np.asarray(plain.predict(raw[cut:]))
        ),
        said("logistic regression on the parts, one column a value", _logistic(ordered, later, labels)),
        said("past share of fraud of goods and route alone", shares[cut:, FAMILIES.index("goods_route")]),
        said("past share of fraud of the goods alone", shares[cut:, FAMILIES.index("goods")]),
    ]


def _labels(declarations: Sequence[Declaration]) -> Bools:
    return np.array([bool(each.fraud) for each in declarations])


def _ordinal(declarations: Sequence[Declaration]) -> Floats:
    columns = []
    for place in range(len(PARTS)):
        values = [each.row[place] for each in declarations]
        numbers: dict[Any, int] = {value: number for number, value in enumerate(sorted(set(values)))}
        columns.append([numbers[value] for value in values])
    return np.array(columns, dtype=np.float64).T


def _logistic(earlier: Sequence[Declaration], later: Sequence[Declaration], labels: Bools) -> Floats:
    from sklearn.feature_extraction import DictVectorizer  # noqa: PLC0415 - of the figures' own environment
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - the same

    def said(each: Declaration) -> dict[str, float]:
        return {f"{part}={value}": 1.0 for part, value in zip(PARTS, each.row, strict=True)}

    columns = DictVectorizer()
    fitted = LogisticRegression(max_iter=500).fit(columns.fit_transform(map(said, earlier)), labels)
    return np.asarray(fitted.predict_proba(columns.transform(map(said, later)))[:, 1])


def _draw(path: Path, found: Evaluation) -> None:
    """Calibration: what is said against what is true."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - after the backend is chosen

    figure, axes = plt.subplots(figsize=(4.2, 3.6))
    axes.plot([0, 1], [0, 1], color="#999999", linewidth=1, linestyle="--")
    axes.plot(
        [mean for _, mean, _ in found.bins],
        [true for _, _, true in found.bins],
        marker="o",
        color="#1f5fa8",
        linewidth=1.5,
    )
    axes.set_xlabel("mean score of a tenth of the declarations")
    axes.set_ylabel("share that was fraud")
    axes.set_title("Validation months, ten equal parts", fontsize=10)
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)

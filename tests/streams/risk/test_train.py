"""Training on invented declarations: it finds what is there, nothing where nothing is, and never looks ahead."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from agents.risk import Model, keys_of
from agents.risk.features import FAMILIES, size_class
from streams.risk.artefact import Trained, read_model, write_model
from streams.risk.declarations import Declaration, DeclarationsError
from streams.risk.evaluate import Evaluation, evaluate, score
from streams.risk.train import PastRates, curve_of, past_rates, train

FIRST: Final = date(2020, 1, 1)
LEARNED: Final = 2_600
"""Declarations to learn from; the rest are later."""


def invented(seed: int = 3, rows: int = 3_600) -> list[Declaration]:
    """Declarations of which some goods are often fraud, whatever the route."""
    chance = random.Random(seed)  # noqa: S311 - invented, the same each time
    made = []
    for number in range(rows):
        goods = chance.randrange(40)
        fraud = chance.random() < (0.7 if goods % 4 == 0 else 0.05)
        row = (
            f"{6100 + goods}10",
            chance.choice(["CN", "US", "JP"]),
            chance.choice(["CN", "US", "HK"]),
            "N",
            size_class(chance.randrange(100, 9_000)),
            size_class(chance.randrange(1_000, 900_000)),
        )
        made.append(
            Declaration(
                number + 1,
                str(number),
                FIRST + timedelta(days=number * 120 // rows),
                row,
                100.0,
                fraud,
                fraud and chance.random() < 0.3,
            )
        )
    return made


ALL: Final = invented()
EARLIER, LATER = ALL[:LEARNED], ALL[LEARNED:]


def measured(trained: Trained, declarations: Sequence[Declaration], folder: Path) -> Evaluation:
    write_model(trained, folder)
    model = read_model(folder)
    assert model is not None
    return evaluate(declarations, score(declarations, model), model)


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(EARLIER)


@pytest.fixture(scope="module")
def model(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("model")
    write_model(trained, folder)
    read = read_model(folder)
    assert read is not None
    return read


def test_it_finds_what_is_there(trained: Trained, tmp_path: Path) -> None:
    found = measured(trained, LATER, tmp_path)
    assert found.fraud.auc is not None
    assert found.critical.auc is not None
    assert found.fraud.auc > 0.75
    assert found.critical.auc > 0.7
    assert found.fraud.at[2].precision > 0.5
    share = sum(each.fraud is True for each in LATER) / len(LATER)
    assert found.fraud.brier < share * (1 - share) * 0.8
    for rows, mean, true in found.bins:
        assert abs(mean - true) < 0.2, rows


def test_shuffled_labels_show_no_skill(tmp_path: Path) -> None:
    labels = [(each.fraud, each.critical) for each in EARLIER]
    random.Random(1).shuffle(labels)  # noqa: S311 - invented, the same each time
    shuffled = train(
        [replace(each, fraud=fraud, critical=critical) for each, (fraud, critical) in zip(EARLIER, labels, strict=True)]
    )
    found = measured(shuffled, LATER, tmp_path)
    assert found.fraud.auc is not None
    assert 0.4 < found.fraud.auc < 0.6


def test_numbers_of_declarations_and_a_jitter_of_half_a_percent_change_little(trained: Trained, tmp_path: Path) -> None:
    chance = random.Random(2)  # noqa: S311 - invented, the same each time

    def jittered(each: Declaration) -> Declaration:
        goods, origin, departure, preference, mass, value = each.row
        # Half a percent moves about one size in a hundred over the edge of its class.
        moved = [size - (chance.random() < 0.01) for size in (mass, value)]
        return replace(
            each, identity=f"X{chance.randrange(10**8)}", row=(goods, origin, departure, preference, moved[0], moved[1])
        )

    plain, moved = measured(trained, LATER, tmp_path), measured(trained, [jittered(each) for each in LATER], tmp_path)
    assert plain.fraud.auc is not None
    assert moved.fraud.auc is not None
    assert plain.fraud.auc - moved.fraud.auc <= 0.02


Encoder = Callable[[Sequence[Declaration]], PastRates]


def looking_back(declarations: Sequence[Declaration]) -> PastRates:
    labels = np.array([bool(each.fraud) for each in declarations])
    days = [each.day for each in declarations if each.day is not None]
    return past_rates([keys_of(each.row) for each in declarations], days, labels, len(days), len(days))


def peeking(declarations: Sequence[Declaration]) -> PastRates:
    """What must not be: every declaration knows all others, itself included."""
    keys = [keys_of(each.row) for each in declarations]
    totals: list[dict[object, list[int]]] = [{} for _ in FAMILIES]
    for row, each in zip(keys, declarations, strict=True):
        for total, key in zip(totals, row, strict=True):
            count = total.setdefault(key, [0, 0])
            count[0] += 1
            count[1] += bool(each.fraud)
    told = np.array([[total[key] for total, key in zip(totals, row, strict=True)] for row in keys])
    return PastRates(told[:, :, 0], told[:, :, 1])


def looks_ahead(encoder: Encoder, day: date) -> bool:
    """Whether what was known up to a day depends on labels of that day or later ones."""
    known = [number for number, each in enumerate(EARLIER) if each.day is not None and each.day <= day]
    turned = [
        replace(each, fraud=not each.fraud) if each.day is not None and each.day >= day else each for each in EARLIER
    ]
    return bool((encoder(EARLIER).hits[known] != encoder(turned).hits[known]).any())


def test_what_is_known_of_a_declaration_comes_from_earlier_days() -> None:
    assert not looks_ahead(looking_back, FIRST + timedelta(days=40))


def test_an_encoding_that_peeks_is_caught() -> None:
    assert looks_ahead(peeking, FIRST + timedelta(days=40))


def test_labels_after_a_cut_are_not_known_after_it_either() -> None:
    labels = np.array([bool(each.fraud) for each in EARLIER])
    days = [each.day for each in EARLIER if each.day is not None]
    keys = [keys_of(each.row) for each in EARLIER]
    cut = 1_500
    turned = labels.copy()
    turned[cut:] = ~turned[cut:]
    one, other = (past_rates(keys, days, each, cut, len(days)) for each in (labels, turned))
    assert (one.hits == other.hits).all()
    assert (one.hits[cut:] > 0).any()


def test_more_fraud_in_the_past_never_lowers_the_points(trained: Trained) -> None:
    for tables in (trained.fraud, trained.critical):
        for family, table in zip(FAMILIES, tables.points, strict=True):
            for (seen, hits), points in table.items():
                fewer = [other for (rows, less), other in table.items() if rows == seen and less < hits]
                assert all(other <= points for other in fewer), (family, seen, hits)


def test_the_same_declarations_give_the_same_bytes_in_whatever_order(trained: Trained, tmp_path: Path) -> None:
    mixed = EARLIER.copy()
    random.Random(4).shuffle(mixed)  # noqa: S311 - invented, the same each time
    write_model(trained, tmp_path / "one")
    write_model(train(mixed), tmp_path / "other")
    one, other = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "other"))
    assert one == other


def test_the_average_declaration_is_where_every_score_begins(trained: Trained, model: Model) -> None:
    """Contributions are about nothing on average, so that a reason says how a line differs."""
    assert model.fraud.base == trained.fraud.base
    sums = [sum(model.fraud.contributions(each.row)) for each in LATER]
    assert abs(sum(sums) / len(sums)) < 1_000_000


@pytest.mark.parametrize(
    ("declarations", "said"),
    [
        pytest.param(EARLIER[:1_999], "too few to learn from", id="too few rows"),
        pytest.param([replace(each, day=FIRST) for each in EARLIER], "span 0 days", id="all of one day"),
        pytest.param(
            [replace(each, critical=False) for each in EARLIER],
            "too few declarations are critical",
            id="none is critical",
        ),
        pytest.param(
            [replace(each, fraud=True) for each in EARLIER], "too few declarations are fraud", id="all are fraud"
        ),
        pytest.param([], "too few to learn from", id="nothing"),
    ],
)
def test_too_little_to_learn_from_is_said(declarations: list[Declaration], said: str) -> None:
    with pytest.raises(DeclarationsError, match=said):
        train(declarations)


def test_the_curve_rises_with_the_points() -> None:
    points = np.arange(-3_000_000, 3_000_000, 1_000)
    chance = np.random.default_rng(1)
    labels = chance.random(len(points)) < 1 / (1 + np.exp(-points / 1e6))
    curve = curve_of(points, labels)
    assert list(curve.values_e9) == sorted(curve.values_e9)
    for at in (-2_000_000, 0, 2_000_000):
        assert abs(curve.at(at) / 1e9 - 1 / (1 + np.exp(-at / 1e6))) < 0.08

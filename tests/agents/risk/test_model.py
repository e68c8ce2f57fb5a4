"""A score is a whole sum of tables; reasons add up to it; what the scorer remembers changes nothing."""

from itertools import permutations
from typing import Final

import msgspec
import pytest

from agents.risk import FAMILIES, Card, Curve, Model, Row, Scorer, keys_of, risk_of
from agents.risk import model as model_of
from agents.risk.model import BASE, E6, NOT_SCORED, OTHER, REASONS_MAX, SAMPLE
from schemas import avro
from schemas.decision import Risk
from streams.risk.artefact import read_model
from streams.settings import Settings

CURVE: Final = Curve(
    -4_194_304,
    20,
    (10_000_000, 20_000_000, 50_000_000, 300_000_000, 700_000_000, 800_000_000, 900_000_000, 950_000_000, 999_000_000),
)
KNOWN: Final[Row] = ("610910", "CN", "CN", "N", 9, 16)
RISKY: Final[Row] = ("330499", "US", "HK", "F", 10, 17)
ROWS: Final[tuple[Row, ...]] = (
    KNOWN,
    RISKY,
    ("610910", "US", "HK", "N", 10, 16),
    ("", "", "", "", -1, -1),
    ("6109", "CN", "CN", "N", 9, -1),
    ("999999", "ZZ", "ZZ", "N", 62, 62),
    ("' OR 1=1 --", "\x00", "🎁", "?", 0, 0),
)


def card(scale: int) -> Card:
    """Points for two lines, each family another."""
    points = tuple(
        {keys_of(KNOWN)[place]: -scale * (place + 1), keys_of(RISKY)[place]: scale * (len(FAMILIES) - place)}
        for place in range(len(FAMILIES))
    )
    return Card(-500_000, tuple(1_000 * place for place in range(len(FAMILIES))), points, CURVE)


MODEL: Final = Model("2020-12-31.aaaaaaaaaaaa", card(80_000), card(30_000))
SHIPPED: Final = read_model(Settings().risk_model_dir)
MODELS: Final = [MODEL, SHIPPED]


class Only(msgspec.Struct):
    risk: Risk | None


@pytest.mark.parametrize("model", MODELS, ids=["made up", "shipped"])
@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_reasons_add_up_to_the_score_to_the_millionth(model: Model, row: Row) -> None:
    risk = risk_of(model, row)
    assert sum(round(reason.contribution * E6) for reason in risk.reasons) == round(risk.score * E6)
    assert risk.reasons[0].feature == BASE
    assert len(risk.reasons) <= REASONS_MAX + 2
    assert {reason.feature for reason in risk.reasons} <= {*FAMILIES, BASE, OTHER}
    assert 0 <= risk.score <= 1
    assert risk.critical is not None


def test_reasons_that_lack_one_do_not_add_up() -> None:
    """The sum above is no tautology."""
    risk = risk_of(MODEL, RISKY)
    assert sum(round(reason.contribution * E6) for reason in risk.reasons[:-1]) != round(risk.score * E6)


@pytest.mark.parametrize("model", MODELS, ids=["made up", "shipped"])
@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_the_scorer_says_what_the_cards_say(model: Model, row: Row) -> None:
    scorer = Scorer(model)
    assert scorer.contributions(row) == (model.fraud.contributions(row), model.critical.total(row))
    line = scorer.of_line(row)
    assert line.points == model.fraud.total(row)
    assert line.encoded == avro.writer(avro.DECISION, ("risk",))(Only(risk_of(model, row)))


def test_a_score_is_the_same_in_every_order_and_when_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = {row: Scorer(MODEL).of_line(row) for row in ROWS}
    monkeypatch.setattr(model_of, "RISKS_REMEMBERED_MAX", 2)
    scorer = Scorer(MODEL)
    for order in list(permutations(ROWS))[::97]:
        assert {row: scorer.of_line(row) for row in order} == alone
        assert len(scorer._known) <= 2


def test_a_parcel_is_as_risky_as_its_riskiest_line_wherever_it_hides() -> None:
    scorer = Scorer(MODEL)
    alone = scorer.of_parcel([RISKY])
    assert scorer.of_parcel([KNOWN, KNOWN, RISKY, KNOWN]) == alone
    assert scorer.of_parcel([RISKY, KNOWN]) == alone
    assert scorer.of_parcel([KNOWN]) != alone


def test_a_parcel_without_lines_has_no_score() -> None:
    assert Scorer(MODEL).of_parcel([]) == NOT_SCORED
    assert NOT_SCORED.encoded == avro.writer(avro.DECISION, ("risk",))(Only(None))


def test_the_curve_never_falls_and_ends_flat() -> None:
    said = [CURVE.at(points) for points in range(CURVE.first - 3_000_000, CURVE.first + 12_000_000, 70_001)]
    assert said == sorted(said)
    assert (said[0], said[-1]) == (CURVE.values_e9[0], CURVE.values_e9[-1])
    assert CURVE.at(CURVE.first + (1 << 19)) == 15_000_000


def test_selection_gets_the_score_that_the_decision_shows() -> None:
    line = Scorer(MODEL).of_line(RISKY)
    assert line.score_ppm == round(risk_of(MODEL, RISKY).score * E6) > 0


def test_the_sample_is_taken_once() -> None:
    scorer = Scorer(MODEL)
    for _ in range(2 * SAMPLE):
        scorer.of_parcel([KNOWN, RISKY])
    assert (scorer.scored, scorer.take_sample()) == (2 * SAMPLE, {RISKY: 2})
    assert (scorer.scored, scorer.take_sample()) == (0, {})

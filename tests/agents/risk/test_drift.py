"""Drift is seen when the mix changes, and not when it does not."""

from math import isclose, log
from typing import Final

import msgspec
import pytest

from agents.risk import Model, Row
from agents.risk.drift import Watch, drift_of, psi
from agents.risk.model import RiskProfile
from tests.agents.risk.test_model import KNOWN, MODEL, RISKY

WATCHED: Final[Model] = msgspec.structs.replace(
    MODEL,
    profiles=(
        RiskProfile("origin", ("CN", "US", "else"), (50, 50, 0)),
        RiskProfile("score", ("0", "1", "else"), (50, 50, 0)),
    ),
    score_edges=(0,),
)


def test_the_index_is_that_of_the_formula() -> None:
    assert isclose(
        psi(RiskProfile("origin", ("CN", "US"), (50, 50)), {"CN": 80, "US": 20}), 0.3 * log(1.6) - 0.3 * log(0.4)
    )


@pytest.mark.parametrize(
    ("rows", "drifted"),
    [
        pytest.param({KNOWN: 50, RISKY: 50}, set(), id="the same mix"),
        pytest.param({KNOWN: 45, RISKY: 55}, set(), id="nearly the same"),
        pytest.param({KNOWN: 95, RISKY: 5}, {"origin", "score"}, id="another mix"),
        pytest.param(
            {("610910", "VN", "CN", "N", 9, 16): 50, RISKY: 50}, {"origin"}, id="an origin that was not there"
        ),
        pytest.param({}, set(), id="nothing came"),
    ],
)
def test_drift_is_told(rows: dict[Row, int], drifted: set[str]) -> None:
    assert {feature for feature, index in drift_of(rows, WATCHED).items() if index > 0.25} >= drifted
    assert bool(drifted) == any(index > 0.25 for index in drift_of(rows, WATCHED).values())


def test_the_window_slides() -> None:
    watch = Watch(WATCHED)
    strange, usual = {KNOWN: 100}, {KNOWN: 50, RISKY: 50}
    assert watch.add(strange, 2) is None
    said = [watch.add(block, 2) for block in (strange, usual, usual)]
    indices = [each["origin"] for each in said if each is not None]
    assert indices[0] > indices[1] > indices[2] == 0

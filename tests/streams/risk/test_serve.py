"""The model in a worker: missing, it is said; drifting, it is told once."""

import logging
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from agents.risk import Scorer
from streams.reference import load
from streams.risk.serve import BLOCKS, DriftWatch, scorer_of
from streams.settings import Settings
from tests.agents.risk.test_drift import WATCHED
from tests.agents.risk.test_model import KNOWN, RISKY

FIGURES = replace(load().on(date(2026, 11, 23)).figures, risk_drift_parcels=640 * 10_000)


def test_a_missing_model_is_said_in_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert scorer_of(tmp_path, tmp_path) is None
    (record,) = caplog.records
    assert "no risk model" in record.getMessage()
    assert "rules alone" in record.getMessage()


def test_the_shipped_model_is_there() -> None:
    scorer = scorer_of(Settings().risk_model_dir, Settings().cache_dir)
    assert scorer is not None


def feed(watch: DriftWatch, scorer: Scorer, strange: int, parcels: int) -> None:
    for number in range(parcels):
        scorer.of_parcel([KNOWN if number // 8 % 20 < strange else RISKY])
        watch.look(FIGURES)


def test_drift_is_told_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    scorer = Scorer(WATCHED)
    watch = DriftWatch(scorer)
    with caplog.at_level(logging.INFO):
        feed(watch, scorer, strange=10, parcels=640)
        assert caplog.records == []
        feed(watch, scorer, strange=20, parcels=1_280)
        assert [record.levelname for record in caplog.records] == ["WARNING"]
        assert "origin" in caplog.records[0].getMessage()
        feed(watch, scorer, strange=10, parcels=640 * 2)
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "drift is over" in caplog.records[1].getMessage()


def test_too_few_parcels_say_nothing(caplog: pytest.LogCaptureFixture) -> None:
    scorer = Scorer(WATCHED)
    watch = DriftWatch(scorer)
    feed(watch, scorer, strange=20, parcels=640 // BLOCKS * (BLOCKS - 1))
    assert caplog.records == []

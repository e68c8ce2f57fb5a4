"""Risk in decisions: scored at intake, carried to the decision, kept when it is made anew; null without a model."""

import math

import pytest

from agents.intake.results import DecisionContext
from agents.risk import Scorer, risk_of
from agents.risk.features import rows_of
from schemas import topics
from schemas.checked_parcel import Declare
from streams.kafka.record import StoredRecord
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker.processor import RecordProcessor
from tests.flow import CHECKED_PARTITIONS, KEYS, Flow, decoded
from tests.parcels import EXPORT, case, manifest, parcel
from tests.reference import REFERENCE

SCORER = scorer_of(Settings().risk_model_dir, Settings().cache_dir)


def flow(scorer: Scorer | None) -> Flow:
    processor = RecordProcessor(
        DecisionContext(reference=REFERENCE, keys=KEYS, scorer=scorer), memory_days=30, is_strict=True
    )
    processor.assign(("kx",), CHECKED_PARTITIONS)
    return Flow(processor=processor)


def decisions(records: list[StoredRecord]) -> list[StoredRecord]:
    return [record for record in records if record.topic.startswith("clearance.")]


def test_an_import_is_scored_and_the_model_named() -> None:
    assert SCORER is not None
    (decision,) = decisions(flow(SCORER).send(manifest({})))
    risk = decoded(decision)["risk"]
    (row,) = rows_of(case(parcel()))
    expected = risk_of(SCORER.model, row)
    assert risk["score"] == expected.score
    assert [(reason["feature"], reason["contribution"]) for reason in risk["reasons"]] == [
        (reason.feature, reason.contribution) for reason in expected.reasons
    ]
    assert math.isclose(math.fsum(reason["contribution"] for reason in risk["reasons"]), risk["score"], abs_tol=1e-9)
    assert risk["critical"] == expected.critical
    assert decoded(decision)["versions"]["model"] == SCORER.model.version


def test_without_a_model_rules_alone_decide_and_say_so() -> None:
    (with_model,), (without,) = (decisions(flow(scorer).send(manifest({}))) for scorer in (SCORER, None))
    assert decoded(without)["risk"] is None
    assert decoded(without)["versions"]["model"] is None
    alone = decoded(with_model) | {"risk": None, "versions": decoded(with_model)["versions"] | {"model": None}}
    assert alone == decoded(without)


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(manifest(EXPORT, direction="EXPORT", mode="AIR_EXPRESS"), id="an export"),
        pytest.param(manifest({"house_bill": ""}), id="a refused parcel"),
    ],
)
def test_what_is_no_accepted_import_is_not_scored(sent: dict[str, object]) -> None:
    for decision in decisions(flow(SCORER).send(sent)):
        assert decoded(decision)["risk"] is None


def test_a_cancellation_is_not_scored() -> None:
    through = flow(SCORER)
    through.send(manifest({}))
    (cancelled,) = decisions(through.send(manifest({}, version=2, function="CANCEL")))
    assert decoded(cancelled)["outcome"] == "CANCELLED"
    assert decoded(cancelled)["risk"] is None


def test_a_score_does_not_depend_on_what_else_is_in_the_manifest() -> None:
    (alone,) = decisions(flow(SCORER).send(manifest({"house_bill": "KX1"})))
    others = [{"house_bill": f"KX{number}", "items": [{"hs_code": f"{6101 + number}10"}]} for number in range(2, 9)]
    among = decisions(flow(SCORER).send(manifest(*others, {"house_bill": "KX1"})))
    assert [decoded(decision)["risk"] for decision in among if decoded(decision)["house_bill"] == "KX1"] == [
        decoded(alone)["risk"]
    ]


def test_what_screening_is_told_carries_the_risk() -> None:
    assert {"risk", "risk_ppm"} <= set(Declare.__struct_fields__)
    records = flow(SCORER).send(manifest({}), screen=False)
    assert [record.topic for record in records if record.topic == topics.CHECKED]

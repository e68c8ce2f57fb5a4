"""The report's arithmetic, on verdicts written by hand."""

from typing import Any

import msgspec
import pytest

from streams.simulation.scenarios.costs import InnocentCost, alarms_of, cost_of, curve_of, is_selected
from streams.simulation.scenarios.patterns import catalogue
from streams.simulation.scenarios.report import Report, report_of
from streams.simulation.scenarios.truth import Truth
from streams.simulation.scenarios.verdicts import Verdict, Verdicts

ROUTINE = frozenset({"RG-07"})


def verdict(
    outcome: str = "RELEASE", *cases: str, desk: str = "REFERRAL", score: float = 0.0, priority: float = 0.0
) -> Verdict:
    return Verdict(outcome, 1, score=score, priority=priority, codes=cases, cases=cases, desks=(desk,) if cases else ())


@pytest.mark.parametrize(
    ("given", "selected"),
    [
        pytest.param(verdict(), False, id="released"),
        pytest.param(verdict("DECLARE"), False, id="declared"),
        pytest.param(verdict("REFER", "RG-07"), False, id="quarantine, which is routine"),
        pytest.param(verdict("REFER", "RG-07", "RG-04"), True, id="quarantine and a brand"),
        pytest.param(verdict("RELEASE", "SEC-06", desk="INSPECTION"), True, id="silently inspected"),
        pytest.param(verdict("DECLARE", "XP-02"), True, id="a split bill"),
        pytest.param(verdict("HOLD"), True, id="held"),
        pytest.param(verdict("INSPECT"), True, id="inspected"),
        pytest.param(verdict("REJECT", "XP-02"), False, id="refused"),
    ],
)
def test_selected(given: Verdict, *, selected: bool) -> None:
    assert is_selected(given, ROUTINE) is selected


def test_the_most_pressing_are_inspected_first() -> None:
    verdicts = {
        "investigated": verdict("HOLD", "RG-02", desk="INVESTIGATION"),
        "held": verdict("HOLD", "XP-05", desk="HOLD"),
        "referred": verdict("REFER", "RG-04"),
        "high risk": verdict("RELEASE", "SEC-06", desk="INSPECTION", priority=0.9),
        "some risk": verdict("RELEASE", "SEC-06", desk="INSPECTION", priority=0.4),
        "score alone": verdict(score=0.3),
        "nothing": verdict(),
        "drawn": verdict("RELEASE", "SEC-08", desk="INSPECTION"),
    }
    names = list(verdicts)
    reached = [
        [name for name in names if curve_of(verdicts, frozenset({name}), ROUTINE, (count / 8,))[0].selected == 1]
        for count in range(1, 7)
    ]
    assert reached == [names[:count] for count in range(1, 7)]


@pytest.mark.parametrize(
    ("rate", "share", "precision"),
    [
        pytest.param(0.1, 0.25, 1.0, id="room for the one case"),
        pytest.param(
            0.2, 0.25 + 0.75 / 9, (1 + 3 / 9) / 2, id="and for one of nine equal ones: a ninth of their three targets"
        ),
        pytest.param(1.0, 1.0, 0.4, id="room for all"),
    ],
)
def test_equal_priorities_are_drawn_by_chance(rate: float, share: float, precision: float) -> None:
    verdicts = {"case": verdict("HOLD", "XP-05", desk="HOLD")} | {f"equal {number}": verdict() for number in range(9)}
    targets = frozenset({"case", "equal 0", "equal 1", "equal 2"})
    (point,) = curve_of(verdicts, targets, ROUTINE, (rate,))
    assert point.selected == pytest.approx(share)
    assert point.precision == pytest.approx(precision)


def test_refused_parcels_take_no_room() -> None:
    verdicts = {"refused": verdict("REJECT", "FMT-01"), "held": verdict("HOLD", "XP-05", desk="HOLD")}
    (point,) = curve_of(verdicts, frozenset({"held"}), ROUTINE, (0.5,))
    assert (point.selected, point.precision) == (1, 1)


def test_each_innocent_parcel_costs_once_by_the_heaviest() -> None:
    both = Verdict("HOLD", 1, cases=("XP-05", "SEC-06"), desks=("HOLD", "INSPECTION"))
    given = [
        verdict(),
        verdict("DOC_CHECK"),
        verdict("REFER", "RG-07"),
        verdict("REFER", "RG-04"),
        verdict("RELEASE", "SEC-08", desk="INSPECTION"),
        both,
        verdict("REJECT"),
    ]
    assert cost_of(given, ROUTINE) == InnocentCost(
        parcels=7, held=1, inspected=1, referred=1, asked=1, routine=1, refused=1
    )
    assert cost_of(given, ROUTINE).selected == 3
    assert alarms_of(given, ROUTINE) == pytest.approx(
        {"RG-04": 10_000 / 7, "SEC-08": 10_000 / 7, "XP-05": 10_000 / 7, "SEC-06": 10_000 / 7}
    )


def decision(
    house_bill: str,
    outcome: str = "RELEASE",
    *codes: str,
    at: int = 0,
    severity: str = "ACT",
    evidence: dict[str, str] | None = None,
) -> dict[str, Any]:
    findings = [
        {"code": code, "severity": severity, "evidence": {} if evidence is None else evidence} for code in codes
    ]
    return {
        "carrier": "kx",
        "house_bill": house_bill,
        "sequence": 1,
        "outcome": outcome,
        "decided_at": f"2026-11-02T00:00:{at:02d}Z",
        "findings": findings,
        "risk": None,
    }


def case(
    house_bill: str, code: str, *others: str, desk: str = "INVESTIGATION", evidence: dict[str, str] | None = None
) -> dict[str, Any]:
    findings = [{"code": code, "severity": "ACT", "evidence": evidence or {}}]
    return {
        "carrier": "kx",
        "house_bill": house_bill,
        "desk": desk,
        "findings": findings,
        "evidence_parcels": list(others),
    }


def planted(house_bill: str, ring: int = 1, scenario: str = "drop_address", kind: str = "PLANTED") -> Truth:
    return msgspec.convert(
        {
            "carrier": "kx",
            "house_bill": house_bill,
            "kind": kind,
            "scenario": scenario,
            "ring": ring,
            "role": "to the flat",
            "day": 1,
            "names": ["XP-04"] if kind == "PLANTED" else [],
        },
        Truth,
    )


def reported(truths: list[Truth], decisions: list[dict[str, Any]], cases: list[dict[str, Any]]) -> Report:
    verdicts = Verdicts()
    for each in decisions:
        verdicts.decision(each)
    for each in cases:
        verdicts.case(each)
    return report_of(truths, verdicts, catalogue())


PARCELS = [decision(name, at=at) for at, name in enumerate(("O1", "A1", "A2", "A3", "O2", "B1"))]
RINGS = [planted("A1"), planted("A2"), planted("A3"), planted("B1", 2)]


def test_a_group_is_found_by_a_case_that_names_its_other_parcels() -> None:
    (scenario,) = reported(RINGS, PARCELS, [case("A3", "XP-04", "A1", "A2", "O1")]).scenarios
    assert (scenario.rings, scenario.rings_found, scenario.parcels, scenario.selected, scenario.named) == (
        2,
        1,
        4,
        1,
        3,
    )
    assert (scenario.first, scenario.first_of_all, scenario.linked, scenario.strangers) == (3, 4, 1, 1)
    assert scenario.found
    assert (scenario.codes, scenario.missed) == ({"XP-04": 1}, {"to the flat": 3})


@pytest.mark.parametrize(
    ("rings", "found"), [pytest.param(2, True, id="one of two"), pytest.param(3, False, id="one of three")]
)
def test_a_scenario_is_found_with_half_of_its_groups(rings: int, *, found: bool) -> None:
    others = [planted(f"B{ring}", ring) for ring in range(2, rings + 1)]
    (scenario,) = reported(
        [planted("A1"), *others], PARCELS, [case("A1", "XP-04", evidence={"parcels": "24"})]
    ).scenarios
    assert scenario.found is found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        pytest.param(case("B1", "XP-04", evidence={"parcels": "24"}), 1, id="what was counted is evidence"),
        pytest.param(case("B1", "XP-04"), 0, id="a code alone is none"),
        pytest.param(case("B1", "XP-04", "O1"), 0, id="a stranger is none"),
        pytest.param(case("B1", "SEC-08", evidence={"lane": "OPEN"}, desk="INSPECTION"), 0, id="chance finds nothing"),
    ],
)
def test_evidence(said: dict[str, Any], found: int) -> None:
    (scenario,) = reported([planted("B1")], PARCELS, [said]).scenarios
    assert (scenario.rings_found, scenario.selected) == (found, 1)


@pytest.mark.parametrize(
    ("code", "caught"),
    [pytest.param("XP-04", 1, id="for what it is"), pytest.param("FMT-02", 0, id="for a mistake beside it")],
)
def test_a_refusal_catches_when_it_says_what_it_is(code: str, caught: int) -> None:
    report = reported([planted("R1")], [*PARCELS, decision("R1", "REJECT", code, at=9, severity="REJECT")], [])
    (scenario,) = report.scenarios
    assert (scenario.caught, scenario.refused, scenario.rings_found, report.refused_planted, report.recall) == (
        caught,
        caught,
        caught,
        1,
        0,
    )


def test_the_whole_adds_up() -> None:
    truths = [
        *RINGS,
        planted("O1", kind="INNOCENT", scenario="family"),
        planted("M1", kind="MISTAKE", scenario="vague_description"),
        planted("Z9", 3),
    ]
    decisions = [*PARCELS, decision("M1", "REJECT", "COD-06", at=8, severity="REJECT")]
    report = reported(truths, decisions, [case("A1", "XP-04", "A2"), case("O1", "XP-04", "A1")])
    assert (report.parcels, report.planted, report.selected, report.selected_planted, report.unanswered) == (
        7,
        5,
        2,
        1,
        1,
    )
    assert (report.rate, report.recall, report.precision) == pytest.approx((2 / 7, 1 / 5, 1 / 2))
    assert (report.innocent.parcels, report.innocent.selected, report.mistaken.refused) == (2, 1, 1)
    (family,) = report.lookalikes
    assert (family.parcels, family.selected, family.codes) == (1, 1, {"XP-04": 1})
    assert not report.well


def test_a_later_decision_replaces_and_an_older_one_does_not() -> None:
    verdicts = Verdicts()
    verdicts.decision(decision("A1", "HOLD", "XP-05") | {"sequence": 2, "risk": {"score": 0.25}})
    verdicts.decision(decision("A1", "RELEASE"))
    assert (verdicts.of["kx/A1"].outcome, verdicts.of["kx/A1"].score) == ("HOLD", 0.25)

"""From findings to outcomes, desks and silence."""

from itertools import combinations
from typing import Final

import pytest

from agents.outcome import ACTIONS, OF_ROUTE, PRECEDENCE, desks_of, is_silent, outcome_of
from schemas.decision import Finding, Outcome, Route, Severity
from schemas.topics import CLEARANCE_OF_ROUTE, SECURITY_OF_DESK


def found(code: str, severity: Severity = "ACT") -> Finding:
    return Finding(code, severity, "", "")


@pytest.mark.parametrize(
    ("route", "codes", "outcome"),
    [
        pytest.param("LIST", [], "RELEASE", id="nothing found"),
        pytest.param("EXPORT_LIST", [], "RELEASE", id="nothing found in an export"),
        pytest.param("SIMPLIFIED", [], "DECLARE", id="a route that asks for a declaration"),
        pytest.param("LIST", ["COD-02"], "DOC_CHECK", id="a missing rate"),
        pytest.param("GENERAL", ["COD-02"], "DECLARE", id="a declaration counts more than a look at papers"),
        pytest.param("LIST", ["XF-02", "FMT-06"], "INSPECT", id="an inspection counts more than a declaration"),
        pytest.param("GENERAL", ["XF-02", "FMT-06", "RG-02"], "HOLD", id="a hold counts most"),
        pytest.param("LIST", ["XP-05", "COD-02"], "HOLD", id="a hold of screening"),
    ],
)
def test_the_most_careful_counts(route: Route, codes: list[str], outcome: Outcome) -> None:
    assert outcome_of(route, map(found, codes)) == outcome
    assert outcome_of(route, map(found, reversed(codes))) == outcome


@pytest.mark.parametrize("severity", ["REJECT", "WARN", "INFO"])
def test_only_act_acts(severity: Severity) -> None:
    for code in ACTIONS:
        assert outcome_of("LIST", [found(code, severity)]) == "RELEASE"
        assert desks_of([found(code, severity)]) == {}
        assert not is_silent(found(code, severity))


def test_another_finding_never_makes_it_easier() -> None:
    order: Final = list(PRECEDENCE)
    for route in OF_ROUTE:
        for one, other in combinations(ACTIONS, 2):
            alone, both = (outcome_of(route, map(found, codes)) for codes in ([one], [one, other]))
            assert order.index(both) <= order.index(alone)


def test_desks_hear_their_own_findings() -> None:
    desks = desks_of(map(found, ["FMT-06", "XF-02", "RG-02", "RG-03", "XP-05"]))
    assert {desk: [finding.code for finding in findings] for desk, findings in desks.items()} == {
        "INSPECTION": ["FMT-06"],
        "INVESTIGATION": ["RG-02", "RG-03"],
        "HOLD": ["XP-05"],
    }
    assert set(desks) <= set(SECURITY_OF_DESK)


def test_what_is_silent() -> None:
    assert {code for code in ACTIONS if is_silent(found(code))} == {"RG-02", "RG-03"}


def test_every_route_has_an_outcome_and_a_topic() -> None:
    assert set(OF_ROUTE) == set(CLEARANCE_OF_ROUTE)
    assert set(OF_ROUTE.values()) <= set(PRECEDENCE)

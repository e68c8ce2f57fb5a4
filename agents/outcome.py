"""From findings to what happens to a parcel: the most careful finding wins, all reasons are kept."""

from collections.abc import Iterable
from typing import Final

from agents.rules import PARCEL_RULES, SCREENING_RULES
from agents.rules.rule import Rule
from schemas.decision import Desk, Finding, Outcome, Route

PRECEDENCE: Final[tuple[Outcome, ...]] = ("HOLD", "REFER", "INSPECT", "DECLARE", "DOC_CHECK", "RELEASE")
"""Highest first (domain: SEIZE > HOLD > OPEN_INSPECT > REFER > TO_DECLARATION > DOC_CHECK > RELEASE)."""

OF_ROUTE: Final[dict[Route, Outcome]] = {
    "LIST": "RELEASE",
    "EXPORT_LIST": "RELEASE",
    "SIMPLIFIED": "DECLARE",
    "GENERAL": "DECLARE",
    "EXPORT_GENERAL": "DECLARE",
}
"""What a route asks for by itself."""


def _actions() -> dict[str, Rule]:
    """The rule whose ACT finding acts, by code."""
    actions: dict[str, Rule] = {}
    for rule in (*PARCEL_RULES, *SCREENING_RULES):
        if rule.severity == "ACT":
            known = actions.setdefault(rule.code, rule)
            if (known.outcome, known.desk, known.silent) != (rule.outcome, rule.desk, rule.silent):
                raise TypeError(f"{rule.code}: two rows act differently; a finding could not say which one is meant")
    return actions


ACTIONS: Final = _actions()


def outcome_of(route: Route, findings: Iterable[Finding]) -> Outcome:
    """What happens to a parcel on this route with these findings."""
    outcomes = [OF_ROUTE[route]]
    for finding in findings:
        if finding.severity == "ACT":
            outcome = ACTIONS[finding.code].outcome
            if outcome is not None:
                outcomes.append(outcome)
    return min(outcomes, key=PRECEDENCE.index)


def desks_of(findings: Iterable[Finding]) -> dict[Desk, list[Finding]]:
    """Which desks hear of the findings, and of which."""
    desks: dict[Desk, list[Finding]] = {}
    for finding in findings:
        if finding.severity == "ACT" and (desk := ACTIONS[finding.code].desk) is not None:
            desks.setdefault(desk, []).append(finding)
    return desks


def is_silent(finding: Finding) -> bool:
    """Whether a finding must show on no receipt."""
    return finding.severity == "ACT" and ACTIONS[finding.code].silent

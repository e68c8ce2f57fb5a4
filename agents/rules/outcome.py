"""From findings to what happens to a parcel: route, exemption, outcome.

The most careful finding wins, all reasons are kept.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final

from agents.parcel.case import Case
from agents.parcel.price_limits import by_price, is_list_price, price_above
from agents.rules import RULES
from agents.rules.phases import is_observed
from agents.rules.rule import Found, Procedure, Rule
from schemas.decision import Desk, Finding, Outcome, Relief, Route

PRECEDENCE: Final[tuple[Outcome, ...]] = ("HOLD", "INSPECT", "REFER", "DECLARE", "DOC_CHECK", "RELEASE")
"""Highest first (domain: SEIZE > HOLD > OPEN_INSPECT > REFER > TO_DECLARATION > DOC_CHECK > RELEASE)."""

OF_ROUTE: Final[dict[Route, Outcome]] = {
    "LIST": "RELEASE",
    "EXPORT_LIST": "RELEASE",
    "SIMPLIFIED": "DECLARE",
    "GENERAL": "DECLARE",
    "EXPORT_GENERAL": "DECLARE",
}
"""What a route asks for by itself."""


def unknown_rule(_: Case) -> Iterator[Found]:
    """No finding of a rule that this version does not know."""
    return iter(())


ACTIONS: Final[dict[tuple[str, str], Rule]] = {(rule.code, rule.id): rule for rule in RULES if rule.severity == "ACT"}
"""The rule behind an ACT finding, by code and name."""


UNKNOWN: Final = Rule(
    "",
    "",
    unknown_rule,
    "ACT",
    "Project setting: what nobody knows is looked at",
    outcome="HOLD",
    desk="HOLD",
    closes="SIMPLIFIED",
    taxes=True,
)
"""Stands for a rule that this version does not know, in a parcel that another version checked: the most careful."""


def rule_behind(finding: Finding) -> Rule:
    """The rule behind an ACT finding."""
    return ACTIONS.get((finding.code, finding.rule), UNKNOWN)


def acting(findings: Collection[Finding]) -> list[Rule]:
    """The rules behind findings that act."""
    return [rule_behind(finding) for finding in findings if finding.severity == "ACT"] if findings else []


def closed_by(rules: Iterable[Rule]) -> Procedure | None:
    """The highest procedure that rules keep a parcel from."""
    closed: Procedure | None = None
    for rule in rules:
        if rule.closes == "SIMPLIFIED":
            return "SIMPLIFIED"
        closed = closed or rule.closes
    return closed


def route_of(case: Case, rules: Iterable[Rule]) -> Route:
    """The clearance procedure of a parcel, by direction, price and what rules keep it from.

    Without a price the most careful one.
    """
    route = by_price(case)
    closed = closed_by(rules) if case.is_import else None
    if closed == "SIMPLIFIED":
        return "GENERAL"
    return "SIMPLIFIED" if closed == "LIST" and route == "LIST" else route


def relief_of(case: Case, route: Route, rules: Iterable[Rule]) -> Relief:
    """What the parcel is exempt from.

    The whole of its price counts, and one rule that ends the exemption ends all of it.
    """
    if not case.is_import:
        return "EXPORT"
    if case.price is None or any(rule.taxes for rule in rules) or not is_list_price(case, on_list=route == "LIST"):
        return "NONE"
    if not case.categories or not any(category.name == "ALCOHOL" for _, category, _ in case.categories):
        return "SMALL_VALUE"
    return "NONE" if price_above(case.price, case.law.figures.alcohol_exempt_usd) else "DUTY"


def is_bundled(case: Case, route: Route, rules: Sequence[Rule]) -> bool:
    """Whether one simplified rate stands for all taxes: of mail that nothing but its price keeps from the list."""
    return (
        case.header.mode == "POST"
        and route == "SIMPLIFIED"
        and bool(case.law.figures.post_simplified_rates)
        and closed_by(rules) is None
    )


def outcome_of(route: Route, rules: Iterable[Rule]) -> Outcome:
    """What happens to a parcel on this route with the rules that act on it."""
    outcomes = [rule.outcome for rule in rules if rule.outcome is not None]
    return min([OF_ROUTE[route], *outcomes], key=PRECEDENCE.index) if outcomes else OF_ROUTE[route]


def desks_of(findings: Iterable[Finding]) -> dict[Desk, list[Finding]]:
    """Which desks hear of the findings, and of which."""
    desks: dict[Desk, list[Finding]] = {}
    for finding in findings:
        if finding.severity == "ACT" and (desk := rule_behind(finding).desk) is not None:
            desks.setdefault(desk, []).append(finding)
    return desks


def is_silent(finding: Finding) -> bool:
    """Whether a finding must show on no receipt: its rule is silent, or only watched."""
    if finding.severity == "ACT":
        rule = rule_behind(finding)
        return rule.silent or rule.covert
    return is_observed(finding)


def is_covert(finding: Finding) -> bool:
    """Whether a finding must show on no decision either."""
    return finding.severity == "ACT" and rule_behind(finding).covert

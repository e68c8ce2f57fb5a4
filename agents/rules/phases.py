"""Which rules are asked on a day, and how far each goes: law as dated data reaches the rules themselves here."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from agents.reference import Law
from agents.rules.rule import Found, Rule
from schemas.decision import Finding, Phase, Severity

R = TypeVar("R", bound=Rule)
TRAITS_REMEMBERED: Final = 4096
"""Combinations of traits; carriers meet some hundred."""


class ActiveRule(msgspec.Struct, frozen=True, gc=False):
    """A rule as it is asked on a day."""

    check: Callable[[Any], Iterator[Found]]
    code: str
    id: str
    severity: Severity
    phase: Phase
    requires: int = 0
    """The traits a parcel has to have (agents/rules/traits.py)."""

    def finding(self, found: Found, path: str = "") -> Finding:
        """What the rule found, on the record."""
        return Finding(
            self.code,
            self.severity,
            path + found.path,
            found.message,
            found.evidence,
            self.id,
            found.message_id,
            self.phase,
            found.lane,
            found.together_usd_e6,
        )


@lru_cache(maxsize=512)
def active_rules(rules: tuple[Rule, ...], law: Law) -> tuple[ActiveRule, ...]:
    """The rules that are asked under a law, in their order."""
    return tuple(_asked(rules, law))


class RuleIndex:
    """The rules of a law by the traits of a parcel."""

    def __init__(self, rules: Iterable[ActiveRule]) -> None:
        self._rules = tuple(rules)
        self._by_traits: dict[int, tuple[ActiveRule, ...]] = {}

    def of(self, traits: int) -> tuple[ActiveRule, ...]:
        """The rules that may find something in a parcel with these traits, in their order."""
        known = self._by_traits.get(traits)
        if known is None:
            if len(self._by_traits) >= TRAITS_REMEMBERED:
                self._by_traits.clear()
            known = self._by_traits[traits] = tuple(
                rule for rule in self._rules if rule.requires & traits == rule.requires
            )
        return known


@lru_cache(maxsize=512)
def rule_index(rules: tuple[Rule, ...], law: Law) -> RuleIndex:
    """The rules under a law, to be asked by a parcel's traits."""
    return RuleIndex(_asked(rules, law))


def _asked(rules: Iterable[Rule], law: Law) -> Iterator[ActiveRule]:
    for rule in rules:
        phase = law.phase(rule.code, rule.id)
        if phase == "WARN" and rule.silent:
            phase = "OBSERVE"  # what must not be told is not told as a warning either
        if phase != "OFF":
            yield ActiveRule(rule.check, rule.code, rule.id, _severity(rule, phase), phase, rule.requires)


def _severity(rule: Rule, phase: Phase) -> Severity:
    match phase:
        case "OBSERVE":
            return "INFO"
        case "WARN":
            return "WARN" if rule.severity in ("REJECT", "ACT") else rule.severity
        case _:
            return rule.severity


def is_observed(finding: Finding) -> bool:
    """Whether a finding is for customs alone, its rule being watched first."""
    return finding.phase == "OBSERVE"

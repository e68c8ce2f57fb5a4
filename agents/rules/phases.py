"""Which rules are asked on a day, and how far each goes: law as dated data reaches the rules themselves here."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, TypeVar

import msgspec

from agents.reference import Law, Phase
from agents.rules.rule import Found, Rule
from schemas.decision import Finding, Severity

R = TypeVar("R", bound=Rule)
PHASE: Final = "phase"
"""Key in the evidence of a finding whose rule is not in full force."""


class Asked(msgspec.Struct, frozen=True, gc=False):
    """A rule as it is asked on a day."""

    check: Callable[[Any], Iterator[Found]]
    code: str
    name: str
    severity: Severity
    phase: Phase

    def finding(self, found: Found, path: str = "") -> Finding:
        """What the rule found, on the record."""
        evidence = found.evidence if self.phase == "ENFORCE" else {**found.evidence, PHASE: self.phase}
        return Finding(self.code, self.severity, path + found.path, found.message, evidence, self.name)


@lru_cache(maxsize=512)
def asked(rules: tuple[Rule, ...], law: Law) -> tuple[Asked, ...]:
    """The rules that are asked under a law, in their order."""
    return tuple(_asked(rules, law))


def _asked(rules: Iterable[Rule], law: Law) -> Iterator[Asked]:
    for rule in rules:
        phase = law.phase(rule.code, rule.name)
        if phase == "WARN" and rule.silent:
            phase = "OBSERVE"  # what must not be told is not told as a warning either
        if phase != "OFF":
            yield Asked(rule.check, rule.code, rule.name, _severity(rule, phase), phase)


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
    return finding.severity == "INFO" and finding.evidence.get(PHASE) == "OBSERVE"

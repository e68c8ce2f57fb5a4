"""The published sentences of the rules, by code, for commands that explain."""

from collections.abc import Iterator
from functools import cache

from agents.rules import MANIFEST_RULES, PARCEL_RULES, SCREENING_RULES
from agents.rules.rule import Rule


@cache
def rules_of(code: str, severity: str) -> tuple[Rule, ...]:
    """Rows of the policy that may have drawn a finding; none when the reader of manifests itself found it."""
    return tuple(rule for rule in _rules() if (rule.code, rule.severity) == (code, severity))


def sentence_of(code: str) -> str:
    """The first sentence of a code, whatever its severity; empty when no rule has it."""
    return next((rule.sentence for rule in _rules() if rule.code == code), "")


def _rules() -> Iterator[Rule]:
    """Those of parcels first: a code that they share with manifests is theirs in the eyes of most."""
    yield from PARCEL_RULES
    yield from SCREENING_RULES
    yield from MANIFEST_RULES

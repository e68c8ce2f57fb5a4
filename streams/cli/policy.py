"""The published sentences of the rules, by code."""

from collections.abc import Iterator

from agents.rules import MANIFEST_RULES, PARCEL_RULES, SCREENING_RULES
from agents.rules.rule import Rule


def sentence_of(code: str) -> str:
    """The first sentence of a code, whatever its severity; empty when no rule has it."""
    return next((rule.sentence for rule in _rules() if rule.code == code), "")


def _rules() -> Iterator[Rule]:
    """Those of parcels first: a code that they share with manifests is theirs in the eyes of most."""
    yield from PARCEL_RULES
    yield from SCREENING_RULES
    yield from MANIFEST_RULES

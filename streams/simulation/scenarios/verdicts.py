"""What the pipeline said of each parcel, as far as a report needs it.

Kept small, since a horizon has hundreds of thousands.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

Read = Mapping[str, Any]
"""A decision or a security case, with the names of its schema."""

SPEAKING: Final = frozenset({"ACT", "REJECT"})
"""Severities of findings that change what happens to a parcel."""
BY_RISK: Final = "SEC-06"
"""Code of a selection for a high risk."""
BY_CHANCE: Final = "SEC-08"
"""Code of a random check."""
NO_FINDING: Final = "NONE"
"""Stands for a case without a finding."""


class Verdict(msgspec.Struct, gc=False):
    """What was decided of one house bill, by its latest decision and all its cases."""

    outcome: str = ""
    sequence: int = 0
    decided_at: str = ""
    """RFC 3339; orders the parcels."""
    score: float = 0.0
    """Of the learned risk, 0 to 1; 0 where there is none."""
    priority: float = 0.0
    """With which selection by risk chose it; 0 where it did not."""
    codes: tuple[str, ...] = ()
    """Of the findings that act or refuse."""
    desks: tuple[str, ...] = ()
    """That have a case of it."""
    cases: tuple[str, ...] = ()
    """Codes of the findings of its cases."""
    shown: tuple[str, ...] = ()
    """Those codes among all whose finding shows evidence."""
    others: tuple[str, ...] = ()
    """House bills that its cases name as evidence."""


class Verdicts:
    """The verdicts of all parcels, by carrier and house bill."""

    def __init__(self) -> None:
        self.of: dict[str, Verdict] = {}
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}

    def _codes(self, codes: tuple[str, ...]) -> tuple[str, ...]:
        """The same few tuples for all parcels."""
        return self._same.setdefault(codes, codes)

    def _verdict(self, record: Read) -> Verdict:
        bill = f"{record['carrier']}/{record['house_bill']}"
        verdict = self.of.get(bill)
        if verdict is None:
            verdict = self.of[bill] = Verdict()
        return verdict

    def decision(self, decision: Read) -> None:
        """Hear a decision; an older one than that known changes nothing."""
        verdict = self._verdict(decision)
        if decision["sequence"] < verdict.sequence:
            return
        verdict.outcome, verdict.sequence, verdict.decided_at = (
            decision["outcome"],
            decision["sequence"],
            decision["decided_at"],
        )
        findings = [finding for finding in decision["findings"] if finding["severity"] in SPEAKING]
        verdict.codes = self._codes(_unique(finding["code"] for finding in findings))
        verdict.shown = self._codes(
            _unique((*verdict.shown, *(finding["code"] for finding in findings if finding["evidence"])))
        )
        if risk := decision.get("risk"):
            verdict.score = float(risk["score"])

    def case(self, case: Read) -> None:
        """Hear a security case."""
        verdict = self._verdict(case)
        findings = case["findings"]
        verdict.desks = self._codes(_unique((*verdict.desks, case["desk"])))
        verdict.cases = self._codes(
            _unique((*verdict.cases, *((finding["code"] for finding in findings) if findings else (NO_FINDING,))))
        )
        verdict.shown = self._codes(
            _unique((*verdict.shown, *(finding["code"] for finding in findings if finding["evidence"])))
        )
        verdict.priority = max(
            [verdict.priority, *(int(finding["evidence"].get("priority_ppm", "0")) / 1_000_000 for finding in findings)]
        )
        verdict.others = _unique((*verdict.others, *case["evidence_parcels"]))


def _unique(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))

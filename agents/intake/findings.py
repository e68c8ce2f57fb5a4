"""Findings of intake: limits on their number, redaction, and what the receipt shows of them."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from agents.parcel.case import Case
from agents.rules.phases import ActiveRule
from agents.rules.quote import quoted
from agents.rules.rule import Found
from schemas import limits
from schemas.decision import Finding
from schemas.manifest import Consignee
from schemas.receipt import ReceiptFinding

SHAPE: Final = "FMT-01"
FLOODED_MAX: Final = 2
"""Findings kept of a parcel once its manifest has brought `FINDINGS_PER_MANIFEST_MAX`."""
FEW_ITEMS: Final = 8
"""Parcels with no more lines can't bring a flood of findings."""
SECRET_CHARS_MIN: Final = 2
"""A shorter text says nothing of a person."""
HUSHED: Final = '"the consignee\'s"'
"""Instead of a consignee's own words."""
MANIFEST_FINDINGS_REPEATED_MAX: Final = 10
"""Findings of the manifest itself that each of its refused parcels repeats; the receipt has them all."""


def _lies_in(path: str, spoilt: frozenset[str]) -> bool:
    """Whether a finding is about something that has a fault of form, which says enough."""
    while path:
        if path in spoilt:
            return True
        path = path.rpartition("/")[0]
    return "" in spoilt


def _repeated(findings: list[Finding]) -> list[Finding]:
    """Findings of a manifest as each of its parcels repeats them: thousands of parcels times hundreds of findings would be a flood."""
    if len(findings) <= MANIFEST_FINDINGS_REPEATED_MAX:
        return findings
    left = len(findings) - MANIFEST_FINDINGS_REPEATED_MAX + 1
    return [
        *findings[: MANIFEST_FINDINGS_REPEATED_MAX - 1],
        Finding(SHAPE, "REJECT", "", f"{left} further findings of the manifest stand on its receipt"),
    ]


def _first_acting(findings: Sequence[Finding]) -> dict[tuple[str, str], Finding]:
    """Of each rule that acts its first finding."""
    return {(finding.code, finding.rule): finding for finding in reversed(findings) if finding.severity == "ACT"}


def findings_of(
    case: Case, rules: Sequence[ActiveRule], path: str, most: int = limits.FINDINGS_PER_PARCEL_MAX + 1
) -> list[Finding]:
    """What the rules of one parcel find, in the order of their codes; of a parcel with many lines, `most` of each rule."""
    if len(case.parcel.items) <= FEW_ITEMS:
        return [rule.finding(found, path) for rule in rules for found in rule.check(case)]
    return [rule.finding(found, path) for rule in rules for found in islice(rule.check(case), most)]


def hushed(findings: list[Finding], consignee: Consignee) -> list[Finding]:
    """Findings without a consignee's own words: in a row whose columns have slipped, a rule quotes a name where it looks for a currency."""
    if not any('"' in finding.message for finding in findings):
        return findings
    said = (
        consignee.name,
        consignee.name_en,
        consignee.address,
        consignee.phone,
        consignee.clearance_code,
        consignee.auth_number,
    )
    secrets = {quoted(text) for text in said if text and len(text) >= SECRET_CHARS_MIN}
    return [
        _hushed(finding, secrets)
        if '"' in finding.message and any(secret in finding.message for secret in secrets)
        else finding
        for finding in findings
    ]


def _hushed(finding: Finding, secrets: Iterable[str]) -> Finding:
    message = finding.message
    for secret in sorted(secrets):
        message = message.replace(secret, HUSHED)
    evidence = {name: HUSHED if value in secrets else value for name, value in finding.evidence.items()}
    return msgspec.structs.replace(finding, message=message, evidence=evidence)


def _finding(code: str, found: Found, severity: Any, path: str = "") -> Finding:  # noqa: ANN401 - Severity, spelled out by the callers
    return Finding(code, severity, path + found.path, found.message, found.evidence)


def _shown(finding: Finding) -> ReceiptFinding:
    return ReceiptFinding(finding.code, finding.severity, finding.path, finding.message)

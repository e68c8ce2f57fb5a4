"""Findings of intake: limits on their number, redaction, and what the receipt shows of them."""

from collections.abc import Collection, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec

from agents.parcel.case import Case
from agents.rules.outcome import is_silent
from agents.rules.phases import ActiveRule
from agents.rules.quote import quoted
from agents.rules.rule import Found
from schemas import limits
from schemas.decision import Finding, Severity
from schemas.manifest import Consignee
from schemas.messages import english

STRUCTURE: Final = "FMT-01"
"""Code of what the structure of a manifest lacks."""
VERSIONS: Final = "XP-01"
"""Code of versions and house bills that conflict."""
EXHAUSTED_MAX: Final = 2
"""Findings kept of a parcel once its manifest has brought `FINDINGS_PER_MANIFEST_MAX`."""
FEW_ITEMS: Final = 8
"""Parcels with no more lines can't bring a flood of findings."""
SECRET_CHARS_MIN: Final = 2
"""A shorter text says nothing of a person."""
REDACTED: Final = '"the consignee\'s"'
"""Instead of a consignee's own words."""
MANIFEST_FINDINGS_REPEATED_MAX: Final = 10
"""Findings of the manifest itself that each of its refused parcels repeats; the receipt has them all."""


def lies_in(path: str, malformed_paths: frozenset[str]) -> bool:
    """Whether a finding is about something that has a fault of form, which says enough."""
    while path:
        if path in malformed_paths:
            return True
        path = path.rpartition("/")[0]
    return "" in malformed_paths


def repeated_on_parcels(findings: list[Finding]) -> list[Finding]:
    """Findings of a manifest as each of its parcels repeats them.

    Thousands of parcels times hundreds of findings would be a flood.
    """
    if len(findings) <= MANIFEST_FINDINGS_REPEATED_MAX:
        return findings
    left = len(findings) - MANIFEST_FINDINGS_REPEATED_MAX + 1
    return [
        *findings[: MANIFEST_FINDINGS_REPEATED_MAX - 1],
        finding_of(STRUCTURE, Found("", "MANIFEST_FINDINGS_ON_RECEIPT", {"count": str(left)}), "REJECT"),
    ]


def _first_acting(findings: Sequence[Finding]) -> dict[tuple[str, str], Finding]:
    """Of each rule that acts its first finding."""
    return {(finding.code, finding.rule): finding for finding in reversed(findings) if finding.severity == "ACT"}


def rule_findings(
    case: Case, rules: Sequence[ActiveRule], path: str, most: int = limits.FINDINGS_PER_PARCEL_MAX + 1
) -> list[Finding]:
    """What the rules of one parcel find, in the order of their codes.

    Of a parcel with many lines, `most` of each rule.
    """
    if len(case.parcel.items) <= FEW_ITEMS:
        return [rule.finding(found, path) for rule in rules for found in rule.check(case)]
    return [rule.finding(found, path) for rule in rules for found in islice(rule.check(case), most)]


def redacted(findings: list[Finding], consignee: Consignee) -> list[Finding]:
    """Findings without a consignee's own words.

    In a row whose columns have slipped, a rule quotes a name where it looks for a currency.
    """
    if not any('"' in finding.message for finding in findings):
        return findings
    own_words = (
        consignee.name,
        consignee.name_en,
        consignee.address,
        consignee.phone,
        consignee.clearance_code,
        consignee.auth_number,
    )
    secrets = {quoted(text) for text in own_words if text and len(text) >= SECRET_CHARS_MIN}
    return [
        _redacted(finding, secrets)
        if '"' in finding.message and any(secret in finding.message for secret in secrets)
        else finding
        for finding in findings
    ]


def _redacted(finding: Finding, secrets: Collection[str]) -> Finding:
    evidence = {name: _without(value, secrets) for name, value in finding.evidence.items()}
    return msgspec.structs.replace(finding, message=english(finding.message_id, evidence), evidence=evidence)


def _without(value: str, secrets: Collection[str]) -> str:
    """A value without any secret in quotes; one that is a secret by itself goes whole."""
    if quoted(value) in secrets:
        return REDACTED
    for secret in sorted(secrets):
        value = value.replace(secret, REDACTED)
    return value


def finding_of(code: str, found: Found, severity: Severity, path: str = "") -> Finding:
    """A finding of intake itself, which has no rule behind it."""
    return Finding(code, severity, path + found.path, found.message, found.evidence, message_id=found.message_id)


def limit_findings(findings: list[Finding], path: str, *, is_exhausted: bool) -> tuple[tuple[Finding, ...], int]:
    """No more findings of a parcel than the limits allow, and how many of them count against the manifest.

    Where some are left out, the last one says so. Of each rule that acts one finding stays, so that nobody hides it
    behind many others. What is silent has a limit of its own and does not count. `is_exhausted`: the manifest has
    brought so many findings that each further parcel only learns that it is wrong.
    """
    if not findings:
        return (), 0
    silent = [finding for finding in findings if is_silent(finding)]
    shown = [finding for finding in findings if not is_silent(finding)] if silent else findings
    most = EXHAUSTED_MAX if is_exhausted else limits.FINDINGS_PER_PARCEL_MAX
    if len(shown) > most:
        first = _first_acting(shown)
        shown.sort(key=lambda finding: (finding.severity != "REJECT", not _is_first(finding, first)))
        kept = most - 1 if shown[0].severity == "REJECT" else max(most - 1, len(first))
        shown[kept:] = [finding_of(STRUCTURE, Found(path, "FINDINGS_OMITTED"), "INFO")]
    if len(silent) > limits.FINDINGS_PER_PARCEL_MAX:
        first = _first_acting(silent)
        silent.sort(key=lambda finding: not _is_first(finding, first))
    return (*shown, *silent[: limits.FINDINGS_PER_PARCEL_MAX]), len(shown)


def _is_first(finding: Finding, first: Mapping[tuple[str, str], Finding]) -> bool:
    """Whether a finding is the one that stays of its rule."""
    return finding is first.get((finding.code, finding.rule))

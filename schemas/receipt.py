"""The receipt: what a carrier is told about one manifest version or a later event."""

from typing import Literal

import msgspec

from schemas.decision import Finding, Severity, Source
from schemas.messages import shown

Status = Literal["ACCEPTED", "ACCEPTED_WITH_REJECTIONS", "REJECTED", "CANCELLED", "DUPLICATE", "SUPERSEDED"]


class Counts(msgspec.Struct, frozen=True, gc=False):
    """Parcels by what was answered; received = accepted + rejected + cancelled."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    cancelled: int = 0


class ReceiptFinding(msgspec.Struct, frozen=True, gc=False):
    """A finding as the carrier may see it."""

    code: str
    severity: Severity
    path: str
    message: str
    message_id: str = ""
    parameters: dict[str, str] = {}
    """Values that the message shows."""


def receipt_finding(finding: Finding) -> ReceiptFinding:
    """A finding as the carrier may see it: of its evidence what the message shows anyway."""
    return ReceiptFinding(
        finding.code,
        finding.severity,
        finding.path,
        finding.message,
        finding.message_id,
        shown(finding.message_id, finding.evidence),
    )


class ParcelAnswer(msgspec.Struct, frozen=True, gc=False):
    """The answer to one parcel."""

    house_bill: str
    path: str
    answer: str
    findings: tuple[ReceiptFinding, ...]


class Receipt(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a carrier is told about one manifest version, or (kind NOTICE) about a later event."""

    receipt_id: str
    kind: Literal["ANSWER", "NOTICE"]
    carrier: str
    manifest_id: str
    manifest_version: int
    status: Status | None
    counts: Counts
    findings: tuple[ReceiptFinding, ...]
    parcels: tuple[ParcelAnswer, ...]
    source: Source
    answered_at: str

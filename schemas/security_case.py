"""A security case: one desk's work on one decision."""

import msgspec

from schemas.decision import Desk, Finding, Lane, Outcome


class SecurityCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One desk's work on one decision."""

    case_id: str
    desk: Desk
    decision_id: str
    carrier: str
    manifest_id: str
    manifest_version: int
    master_bill: str
    house_bill: str
    sequence: int
    outcome: Outcome
    consignee: str
    findings: tuple[Finding, ...]
    evidence_parcels: tuple[str, ...]
    opened_at: str
    lane: Lane | None = None

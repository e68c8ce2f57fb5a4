"""What Tonggwan answers: findings, goods, decisions, security cases, receipts; the fields of their `.avsc`."""

from typing import Literal

import msgspec

Severity = Literal["REJECT", "ACT", "WARN", "INFO"]
Route = Literal["LIST", "SIMPLIFIED", "GENERAL", "EXPORT_LIST", "EXPORT_GENERAL"]
Outcome = Literal["RELEASE", "DECLARE", "DOC_CHECK", "INSPECT", "HOLD", "REFER", "REJECT", "CANCELLED"]
Desk = Literal["INSPECTION", "HOLD", "INVESTIGATION", "REFERRAL"]
Status = Literal["ACCEPTED", "ACCEPTED_WITH_REJECTIONS", "REJECTED", "CANCELLED", "DUPLICATE", "SUPERSEDED"]
Event = Literal["ORIGINAL", "AMEND", "CANCEL"]


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One rule's objection to a parcel. `path` is a JSON pointer into what the carrier sent."""

    code: str
    severity: Severity
    path: str
    message: str
    evidence: dict[str, str] = {}


class Suggestion(msgspec.Struct, frozen=True, gc=False):
    """A commodity code and how sure it is, 0 to 1."""

    code: str
    score: float


class Goods(msgspec.Struct, frozen=True, gc=False):
    """What an item was taken for."""

    category: str | None
    hs_code: str | None
    hs_suggestions: tuple[Suggestion, ...] = ()


class Versions(msgspec.Struct, frozen=True, gc=False):
    """Versions of rules and data in force: enough to decide again and get the same bytes."""

    rules: str
    reference: str
    rates: str | None
    tariff: str | None
    watchlist: str | None = None
    model: str | None = None


class Source(msgspec.Struct, frozen=True, gc=False):
    """A record on Kafka."""

    topic: str
    partition: int
    offset: int


class Settled(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The first fields of a decision: what screening can't change."""

    decision_id: str
    carrier: str
    manifest_id: str
    manifest_version: int
    master_bill: str
    house_bill: str
    sequence: int
    supersedes: int | None
    event: Event
    direction: str | None
    goods_price_usd: str | None
    customs_value_krw: int | None
    goods: tuple[Goods, ...]
    versions: Versions
    source: Source


class Decided(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The rest of a decision: what is known when everything has been looked at."""

    route: Route | None
    outcome: Outcome
    findings: tuple[Finding, ...]
    tax: None = None
    risk: None = None
    decided_at: str


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


class CheckedParcel(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Internal: what intake passes to screening about one house bill."""

    operation: Literal["DECLARE", "CANCEL"]
    path: tuple[str, ...]
    carrier: str
    manifest_id: str
    manifest_version: int
    house_bill: str
    received_at_ms: int
    goods_price_usd_e6: int
    route: Route | None
    findings: tuple[Finding, ...]
    settled: bytes

"""What Tonggwan answers: findings, goods, decisions, security cases, receipts; the fields of their `.avsc`."""

from typing import Literal

import msgspec

Severity = Literal["REJECT", "ACT", "WARN", "INFO"]
Route = Literal["LIST", "SIMPLIFIED", "GENERAL", "EXPORT_LIST", "EXPORT_GENERAL"]
Outcome = Literal["RELEASE", "DECLARE", "DOC_CHECK", "INSPECT", "HOLD", "REFER", "REJECT", "CANCELLED"]
Desk = Literal["INSPECTION", "HOLD", "INVESTIGATION", "REFERRAL"]
Lane = Literal["OPEN", "XRAY", "DOCUMENTS"]
"""What is done with a parcel that is looked at: it is opened, its image is read again, its papers are."""
Status = Literal["ACCEPTED", "ACCEPTED_WITH_REJECTIONS", "REJECTED", "CANCELLED", "DUPLICATE", "SUPERSEDED"]
Event = Literal["ORIGINAL", "AMEND", "CANCEL", "VERIFIED", "OFFICER", "LIST_CHANGED"]
Operation = Literal["DECLARE", "CANCEL", "REFUSE", "VERIFY", "ACT"]
"""What screening is to do with a checked parcel."""
Relief = Literal["SMALL_VALUE", "DUTY", "EXPORT", "NONE"]
"""What a parcel is exempt from: all taxes for its small value, duty alone, all because it leaves the country, nothing."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One rule's objection to a parcel. `path` is a JSON pointer into what the carrier sent."""

    code: str
    severity: Severity
    path: str
    message: str
    evidence: dict[str, str] = {}
    rule: str = ""
    """The rule's name within its code; empty for what intake itself finds."""


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


class TaxLine(msgspec.Struct, frozen=True, gc=False):
    """One tax on one item, in won."""

    item: int
    tax: str
    base: int
    rate: str
    amount: int
    source: str


class Tax(msgspec.Struct, frozen=True, gc=False):
    """Duties and taxes of a parcel, in won."""

    duty: int
    consumption: int
    liquor: int
    education: int
    rural: int
    vat: int
    total: int
    exempt: str | None = None
    exchange_rate: str | None = None
    lines: tuple[TaxLine, ...] = ()


class Reason(msgspec.Struct, frozen=True, gc=False):
    """What one thing adds to a risk score, in whole millionths."""

    feature: str
    contribution: float


class Risk(msgspec.Struct, frozen=True, gc=False):
    """Learned risk: the probability of fraud, 0 to 1 in whole millionths, and the reasons that add up to it."""

    score: float
    reasons: tuple[Reason, ...]
    critical: float | None = None
    """Probability of critical fraud, which has a score of its own."""


class Settled(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The first fields of a decision: what screening can't change."""

    carrier: str
    manifest_id: str
    manifest_version: int
    master_bill: str
    house_bill: str
    direction: str | None
    goods_price_usd: str | None
    customs_value_krw: int | None
    goods: tuple[Goods, ...]
    versions: Versions
    source: Source


class Decided(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The rest of a decision: what is known when everything has been looked at."""

    decision_id: str
    sequence: int
    supersedes: int | None
    event: Event
    route: Route | None
    outcome: Outcome
    findings: tuple[Finding, ...]
    tax: Tax | None = None
    risk: Risk | None = None
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
    lane: Lane | None = None


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


class Line(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of goods, as taxes look at it. Amount and weight are the line's, the volume one piece's."""

    hs_code: str
    amount_e4: int
    quantity: int
    categories: tuple[str, ...]
    origin: str
    volume_ml: int | None
    net_weight_g: int
    preference: str | None


class Money(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a parcel's taxes are computed from, in ten-thousandths of its currency."""

    local_charges_e4: int
    freight_e4: int
    insurance_e4: int
    has_purchase_proof: bool
    lines: tuple[Line, ...]


class Facts(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the rules of screening look at. Days are proleptic Gregorian ordinals, 0 when not said; marks have 48 bits, 0 when nothing was said."""

    goods_price_usd_e6: int
    """Millionths of a dollar, rounded down; 0 when unknown."""
    limit_usd_e4: int
    """Limit of exemption for the parcel."""
    mode: str
    lodged_on: int
    """Day in Korea that picks law and rates."""
    rate_krw_e4: int = 0
    """Ten-thousandths of a won for one unit of the parcel's currency; 0 when the price is not known."""
    arrives_on: int = 0
    purchased_on: int = 0
    master: int = 0
    """Of carrier and master bill."""
    supplier: int = 0
    """Of who sold the goods abroad."""
    address: int = 0
    """Of the consignee's address, keyed."""
    phone: int = 0
    """Of the consignee's phone, keyed."""
    particulars: str = ""
    """Token of what customs is asked about the consignee; empty where its answer is not awaited."""
    uses: dict[str, int] = {}
    """Goods whose self-use is limited, by category and unit such as ALCOHOL/ML."""
    relief: Relief = "NONE"
    """What the parcel is exempt from by what intake knows."""
    is_person: bool = True
    """Whether a person receives it, by clearance code, and not a company."""
    bundled: bool = False
    """Whether one simplified rate stands for all taxes."""
    port: str = ""
    """Where it arrives."""
    arrives_ms: int = 0
    """When; 0 when not said."""
    departs_ms: int = 0
    """When it leaves; 0 when not said."""
    draw: int = 0
    """Keyed mark of carrier and house bill: what random checks are drawn by."""


class CheckedParcel(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Internal: what intake passes to screening about one house bill, as MessagePack. A field more goes to the end and has a default."""

    operation: Operation
    path: tuple[str, ...]
    carrier: str
    manifest_id: str
    manifest_version: int
    house_bill: str
    received_at_ms: int
    decision_id: str
    event: Event
    sequence: int
    supersedes: int | None = None
    further: int = 0
    route: Route | None = None
    findings: tuple[Finding, ...] = ()
    facts: bytes = b""
    """`Facts`, packed; empty for a cancellation."""
    money: bytes = b""
    """`Money`, packed, looked into only when taxes are due; empty when the price is not known."""
    settled: bytes = b""
    assessed: str = ""
    """What the carrier was told before loading and has not been ended, carried along the path."""
    risk: bytes = b""
    """`risk` of the decision, already in Avro; empty where nothing was scored."""

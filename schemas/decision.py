"""What Tonggwan answers: findings, goods, decisions, security cases, receipts; the fields of their `.avsc`."""

from typing import Literal

import msgspec

Severity = Literal["REJECT", "ACT", "WARN", "INFO"]
Route = Literal["LIST", "SIMPLIFIED", "GENERAL", "EXPORT_LIST", "EXPORT_GENERAL"]
Outcome = Literal["RELEASE", "DECLARE", "DOC_CHECK", "INSPECT", "HOLD", "REFER", "REJECT", "CANCELLED"]
Desk = Literal["INSPECTION", "HOLD", "INVESTIGATION", "REFERRAL"]
Lane = Literal["OPEN", "XRAY", "DOCUMENTS"]
"""What is done with a parcel that is looked at: it is opened, its image is read again, its papers are."""
Phase = Literal["ENFORCE", "WARN", "OBSERVE"]
"""How far a rule goes on the day: in full force, as a warning, or for customs' eyes alone."""
Event = Literal["ORIGINAL", "AMEND", "CANCEL", "VERIFIED", "OFFICER", "LIST_CHANGED"]
Relief = Literal["SMALL_VALUE", "DUTY", "EXPORT", "NONE"]
"""What a parcel is exempt from: all taxes for its small value, duty alone, all because it leaves the country,
nothing.
"""


class Finding(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One rule's objection to a parcel. `path` is a JSON pointer into what the carrier sent.

    `message` is for people; programs read the other fields. Its parameters are in the evidence.
    """

    code: str
    severity: Severity
    path: str
    message: str
    evidence: dict[str, str] = {}
    rule: str = ""
    """The rule's id; empty for what intake itself finds."""
    message_id: str = ""
    """Stable id of the message (schemas/messages.py)."""
    phase: Phase = "ENFORCE"
    lane: Lane | None = None
    """Internal: how the rule wants the parcel looked at."""
    together_usd_e6: int = 0
    """Internal: goods that are taxed together, in millionths of a dollar."""


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


class DecisionHead(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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


class DecisionTail(msgspec.Struct, frozen=True, gc=False, kw_only=True):
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

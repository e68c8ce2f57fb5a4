"""Screening: a checked parcel among the others of its consignee becomes a decision.

State is kept by consignee token, one `Partition` for each partition of `parcels.checked`. The order of the log is
the order of decision: the same records through one process give the same bytes and the same state.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import msgspec

from agents.clock import DAY_MS, day_of_ms, show_ms
from agents.identity import Ids
from agents.outcome import desks_of, is_silent, outcome_of
from agents.reference import Reference
from agents.rules import SCREENING_RULES
from agents.rules.velocity import WINDOW_DAYS, Limits, ScreenCase, Seen, limits_on
from agents.settled import write_decided
from schemas import avro, limits, topics
from schemas.decision import CheckedParcel, Counts, Decided, Finding, ParcelAnswer, Receipt, ReceiptFinding, SecurityCase, Settled

EXPORT_ROUTES: Final = frozenset({"EXPORT_LIST", "EXPORT_GENERAL"})
NOTICE_OUTCOMES: Final = frozenset({"INSPECT", "HOLD"})
"""What a carrier must act on."""
_AMONG_OTHERS: Final = frozenset(rule.code for rule in SCREENING_RULES)
"""Findings that rest on a consignee's further parcels."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be written: schema id, topic, key and value without frame."""

    schema_id: int
    topic: str
    key: str
    value: bytes


class Partition:
    """What screening remembers of the consignees of one partition. A consignee's parcels are dicts by carrier and house bill."""

    __slots__ = ("_by_day", "_day", "consignees", "touched")

    def __init__(self) -> None:
        self.consignees: dict[str, dict[str, Seen]] = {}
        self.touched: set[str] = set()
        """Consignees changed since the last commit, for the changelog."""
        self._by_day: dict[int, set[str]] = {}
        self._day = 0

    def restore(self, token: str, parcels: dict[str, Seen]) -> None:
        """Take a consignee from the changelog."""
        self.consignees[token] = parcels
        self._remember_day(token, parcels)

    def put(self, token: str, name: str, seen: Seen) -> None:
        """Remember a parcel of a consignee; an amendment keeps the time of the first filing."""
        parcels = self.consignees.setdefault(token, {})
        before = parcels.get(name)
        parcels[name] = seen if before is None else Seen(before.received_at_ms, seen.usd_e6, seen.route)
        if len(parcels) > limits.CONSIGNEE_PARCELS_MAX:
            del parcels[next(iter(parcels))]
        self.touched.add(token)
        self._remember_day(token, parcels)

    def get(self, token: str, name: str) -> Seen | None:
        """A parcel of a consignee, None when it is not remembered."""
        return self.consignees.get(token, {}).get(name)

    def drop(self, token: str, name: str) -> None:
        """Forget a parcel of a consignee."""
        parcels = self.consignees.get(token)
        if parcels is None or parcels.pop(name, None) is None:
            return
        if _last_day(parcels) < self._day - WINDOW_DAYS - 1:
            del self.consignees[token]
        else:
            self._remember_day(token, parcels)
        self.touched.add(token)

    def others(self, token: str, name: str, now_ms: int) -> dict[str, Seen]:
        """The consignee's other parcels within the window."""
        parcels = self.consignees.get(token)
        if parcels is None:
            return {}
        since_ms = now_ms - WINDOW_DAYS * DAY_MS
        return {other: seen for other, seen in parcels.items() if other != name and seen.received_at_ms > since_ms}

    def expire(self, now_ms: int) -> None:
        """Forget consignees whose last parcel is older than the window; once for each new day of the log."""
        day = now_ms // DAY_MS
        if day <= self._day:
            return
        self._day = day
        horizon = day - WINDOW_DAYS - 1
        for old in [kept for kept in self._by_day if kept < horizon]:
            for token in self._by_day.pop(old):
                parcels = self.consignees.get(token)
                if parcels is not None and _last_day(parcels) < horizon:
                    del self.consignees[token]
                    self.touched.add(token)

    def _remember_day(self, token: str, parcels: Mapping[str, Seen]) -> None:
        """Note the day of the latest parcel; with what is remembered alone, so that a restored partition forgets on the same day."""
        self._by_day.setdefault(_last_day(parcels), set()).add(token)


def _last_day(parcels: Mapping[str, Seen]) -> int:
    return max((seen.received_at_ms for seen in parcels.values()), default=0) // DAY_MS


class Screening:
    """Decides checked parcels by the law of their day."""

    __slots__ = ("_limits", "_reference")

    def __init__(self, reference: Reference) -> None:
        self._reference = reference
        self._limits: dict[date, Limits] = {}

    def decide(self, token: str, checked: CheckedParcel, partition: Partition) -> Iterable[Output]:
        """What a checked parcel brings, and what the partition then remembers of it."""
        partition.expire(checked.received_at_ms)
        name = f"{checked.carrier}/{checked.house_bill}"
        if checked.path:
            onwards = msgspec.structs.replace(checked, path=checked.path[1:])
            moved = Output(avro.CHECKED_PARCEL, topics.CHECKED, checked.path[0], write_checked(onwards))
            if token != checked.path[-1]:
                partition.drop(token, name)
            return (moved,)
        if checked.operation == "CANCEL":
            cancelled = _cancel(checked, partition.get(token, name))
            partition.drop(token, name)
            return (cancelled,)
        return self._declare(token, name, checked, partition)

    def _declare(self, token: str, name: str, checked: CheckedParcel, partition: Partition) -> Iterable[Output]:
        now_ms = checked.received_at_ms
        route = checked.route or "GENERAL"
        findings = checked.findings
        others = partition.others(token, name, now_ms)
        if others:
            case = ScreenCase(
                now_ms=now_ms,
                usd_e6=checked.goods_price_usd_e6,
                others=tuple(others.values()),
                limits=self._limits_on(day_of_ms(now_ms)),
                is_import=route not in EXPORT_ROUTES,
            )
            findings = (
                *findings,
                *(Finding(rule.code, rule.severity, found.path, found.message, found.evidence) for rule in SCREENING_RULES for found in rule.check(case)),
            )
        decided = Decided(route=route, outcome=outcome_of(route, findings), findings=findings, decided_at=show_ms(now_ms))
        decision = Output(avro.DECISION, topics.CLEARANCE_OF_ROUTE[route], checked.house_bill, checked.settled + write_decided(decided))
        cases: tuple[Output, ...] = ()
        if any(finding.severity == "ACT" for finding in findings):
            evidence = tuple(other.split("/", 1)[1] for other in list(others)[-limits.EVIDENCE_PARCELS_MAX :])
            cases = tuple(_cases(token, checked, decided, evidence))
        partition.put(token, name, Seen(now_ms, checked.goods_price_usd_e6, route))
        return (decision, *cases)

    def _limits_on(self, day: date) -> Limits:
        known = self._limits.get(day)
        if known is None:
            known = self._limits[day] = limits_on(day, self._reference)
        return known


def _cancel(checked: CheckedParcel, seen: Seen | None) -> Output:
    """A cancellation is told where the decision it ends was told."""
    route = seen.route if seen is not None else None
    decided = Decided(route=route, outcome="CANCELLED", findings=checked.findings, decided_at=show_ms(checked.received_at_ms))
    topic = topics.CLEARANCE_OF_ROUTE[route] if route is not None else topics.CLEARANCE_OF_ROUTE["GENERAL"]
    return Output(avro.DECISION, topic, checked.house_bill, checked.settled + write_decided(decided))


def _cases(token: str, checked: CheckedParcel, decided: Decided, evidence: tuple[str, ...]) -> Iterator[Output]:
    """A security case for each desk, and a notice for the carrier when it must act and may know."""
    desks = desks_of(decided.findings)
    if not desks:
        return
    settled = read_settled(checked.settled)
    ids = Ids(checked.carrier, checked.manifest_id, checked.manifest_version)
    for desk, findings in desks.items():
        case = SecurityCase(
            case_id=ids.of(checked.house_bill, "case", desk),
            desk=desk,
            decision_id=settled.decision_id,
            carrier=checked.carrier,
            manifest_id=checked.manifest_id,
            manifest_version=checked.manifest_version,
            master_bill=settled.master_bill,
            house_bill=checked.house_bill,
            sequence=settled.sequence,
            outcome=decided.outcome,
            consignee=token,
            findings=tuple(findings),
            evidence_parcels=evidence if any(finding.code in _AMONG_OTHERS for finding in findings) else (),
            opened_at=decided.decided_at,
        )
        yield Output(avro.SECURITY_CASE, topics.SECURITY_OF_DESK[desk], checked.house_bill, avro.writer(avro.SECURITY_CASE)(case))
    notice = _notice(checked, settled, decided, ids)
    if notice is not None:
        yield Output(avro.RECEIPT, topics.RECEIPTS + checked.carrier, checked.manifest_id, avro.writer(avro.RECEIPT)(notice))


def _notice(checked: CheckedParcel, settled: Settled, decided: Decided, ids: Ids) -> Receipt | None:
    """What the carrier must act on, just as if the silent rules had found nothing; a notice that stays away would tell as well."""
    told = [finding for finding in decided.findings if not is_silent(finding)]
    outcome = outcome_of(checked.route or "GENERAL", told)
    shown = tuple(ReceiptFinding(finding.code, finding.severity, finding.path, finding.message) for findings in desks_of(told).values() for finding in findings)
    if not shown or outcome not in NOTICE_OUTCOMES:
        return None
    return Receipt(
        receipt_id=ids.of(checked.house_bill, "notice", outcome),
        kind="NOTICE",
        carrier=checked.carrier,
        manifest_id=checked.manifest_id,
        manifest_version=checked.manifest_version,
        status=None,
        counts=Counts(),
        findings=(),
        parcels=(ParcelAnswer(checked.house_bill, "", outcome, shown),),
        source=settled.source,
        answered_at=decided.decided_at,
    )


def write_checked(checked: CheckedParcel) -> bytes:
    """A checked parcel, written."""
    return avro.writer(avro.CHECKED_PARCEL)(checked)


def read_settled(settled: bytes) -> Settled:
    """The settled part of a decision, read back."""
    return msgspec.convert(avro.reader(avro.DECISION, Settled.__struct_fields__)(avro.frame(avro.DECISION) + settled), Settled)

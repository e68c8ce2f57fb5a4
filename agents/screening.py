"""Screening: a checked parcel among the others of its consignee becomes a decision.

State is kept by consignee token in a `Partition`. The order of the log is
the order of decision: the same records through one process give the same bytes and the same state.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from agents.actions import ASSESSMENTS, Action, Assessment
from agents.clock import HOUR_MS, day_of_ms, show_ms
from agents.consignees import Partition
from agents.identity import Ids
from agents.importers import Answer, Verification, verification_of
from agents.money import E2, E4, parse_e6
from agents.outcome import acting, closed_by, desks_of, is_covert, is_silent, outcome_of
from agents.reference import Law, Reference
from agents.risk.model import score_ppm_of
from agents.rules import ACTION_RULES, SCREENING_RULES, SELECTION_RULES
from agents.rules.assessment import ActionCase
from agents.rules.consignee import ScreenCase, Seen, limits_under, seen_of
from agents.rules.importer import customs_confirms_the_importer
from agents.rules.phases import asked
from agents.rules.selection import SelectionCase
from agents.selection import LANES, Books
from agents.settled import write_decided
from agents.tax import Taxable, TaxableLine, assess
from schemas import avro, limits, topics, unreadable
from schemas.decision import (
    CheckedParcel,
    Counts,
    Decided,
    Facts,
    Finding,
    Lane,
    Line,
    Money,
    Outcome,
    ParcelAnswer,
    Receipt,
    ReceiptFinding,
    Relief,
    Route,
    SecurityCase,
    Settled,
    Tax,
)
from schemas.unreadable import UnreadableError

EXPORT_ROUTES: Final = frozenset({"EXPORT_LIST", "EXPORT_GENERAL"})
NOTICE_OUTCOMES: Final = frozenset({"INSPECT", "HOLD"})
"""What a carrier must act on."""
_ACTION: Final = msgspec.msgpack.Decoder(Action).decode
_ANSWER: Final = msgspec.msgpack.Decoder(Answer).decode
_FACTS: Final = msgspec.msgpack.Decoder(Facts).decode
_MONEY: Final = msgspec.msgpack.Decoder(Money).decode
write_checked: Final[Callable[[CheckedParcel], bytes]] = msgspec.msgpack.Encoder().encode
"""A checked parcel, packed."""
_CHECKED: Final = msgspec.msgpack.Decoder(CheckedParcel).decode
AWAITED: Final = customs_confirms_the_importer.__name__
"""The rule that waits for customs' answer."""
_AMONG_OTHERS: Final = frozenset(rule.code for rule in SCREENING_RULES if rule.name != AWAITED)
"""Findings that rest on a consignee's further parcels."""
ACTED: Final = "SEC-02"
"""Findings on what officers do; what they release ends them."""
ASKED: Final = "SEC-01"
"""The finding that asks a carrier for information."""
STOPPED: Final = frozenset({"HOLD", "INSPECT", "REFER"})
"""Outcomes that bring a parcel to a desk by themselves."""
LATER: Final = frozenset({"VERIFIED", "OFFICER", "LIST_CHANGED"})
"""Events that bring a further decision on a parcel version."""
WHOLE: Final = frozenset({"SMALL_VALUE", "EXPORT"})
"""Exemptions from all taxes."""
COMBINED: Final = frozenset({"XP-02", "XP-03"})
"""Rules whose parcels are taxed as one."""
DUTIED: Final = "ALCOHOL"
"""Goods that are exempt from duty alone."""


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be written: schema id, topic, key and value without frame; no schema id where the value is packed, on an internal topic."""

    schema_id: int | None
    topic: str
    key: str
    value: bytes


class Outlook(msgspec.Struct, frozen=True, gc=False):
    """A declared parcel as it is decided if its consignee's others change nothing, which is nearly always so."""

    facts: Facts
    law: Law
    decided: Decided
    written: bytes
    """The decision."""


def is_declared(checked: CheckedParcel) -> bool:
    """Whether a checked parcel is to be decided here and now."""
    return checked.operation == "DECLARE" and not checked.path


class Screening:
    """Decides checked parcels by the law of their day."""

    __slots__ = ("_reference", "_reference_at")

    def __init__(self, reference: Reference, reference_at: Callable[[int], Reference] | None = None) -> None:
        """`reference` decides new parcels; `reference_at` has what decided those of another time, `reference` always if it is left out."""
        self._reference = reference
        self._reference_at = reference_at or (lambda _: reference)

    def look_ahead(self, declared: Sequence[CheckedParcel]) -> list[Outlook]:
        """Declared parcels by themselves, each step for all of them before the next: what a step needs stays near."""
        facts = [_FACTS(checked.facts) for checked in declared]
        laws = [self._reference.on(date.fromordinal(each.lodged_on)) for each in facts]
        decided = [
            _decided(checked, each, law, (), checked.findings, sequence=checked.sequence, supersedes=checked.supersedes)
            for checked, each, law in zip(declared, facts, laws, strict=True)
        ]
        written = [_written(checked, each) for checked, each in zip(declared, decided, strict=True)]
        return list(map(Outlook, facts, laws, decided, written))

    def decide(self, token: str, checked: CheckedParcel, partition: Partition, outlook: Outlook | None = None) -> Iterable[Output]:
        """What a checked parcel brings, and what the partition then remembers of it. `outlook` spares work, where it was looked at before."""
        partition.expire(checked.received_at_ms)
        if checked.operation == "VERIFY":
            return self._verified(token, checked, partition)
        if checked.operation == "ACT":
            return self._acted(token, checked, partition)
        name = f"{checked.carrier}/{checked.house_bill}"
        seen = partition.get(token, name)
        further = checked.further if seen is None else max(checked.further, seen.further)
        supersedes = checked.supersedes if seen is None or checked.supersedes is None else seen.in_force
        if checked.path:
            onwards = msgspec.structs.replace(checked, path=checked.path[1:], supersedes=supersedes, further=further, assessed=partition.assessed.get(name, checked.assessed))
            moved = Output(None, topics.CHECKED, checked.path[0], write_checked(onwards))
            if token != checked.path[-1]:
                partition.drop(token, name)
            partition.assess(name, None)
            return (moved,)
        if checked.assessed in ASSESSMENTS:
            partition.assess(name, checked.assessed)
        sequence = checked.sequence + further
        if checked.operation == "REFUSE":
            refused = _refuse(checked, sequence)
            if seen is not None:
                partition.put(token, name, msgspec.structs.replace(seen, latest=sequence))
            return (refused,)
        if checked.operation == "CANCEL":
            cancelled = _cancel(checked, sequence, supersedes, seen)
            if further and seen is not None:  # its numbers are not forgotten: intake does not know them
                partition.put(token, name, msgspec.structs.replace(seen, in_force=0, latest=sequence, further=further, content=b""))
            else:
                partition.drop(token, name)
            return (cancelled,)
        return self._declare(token, name, checked, outlook or self.look_ahead([checked])[0], partition, sequence=sequence, supersedes=supersedes, further=further)

    def _declare(  # noqa: PLR0913 - what a decision rests on
        self, token: str, name: str, checked: CheckedParcel, outlook: Outlook, partition: Partition, *, sequence: int, supersedes: int | None, further: int
    ) -> Iterable[Output]:
        now_ms, facts, law = checked.received_at_ms, outlook.facts, outlook.law
        others = partition.others(token, name, now_ms)
        verification = None
        if facts.particulars:
            since_ms = now_ms - law.figures.importer_answer_hours // E4 * HOUR_MS
            verification = verification_of(partition.answer(token, facts.particulars, since_ms))
        more = self._among(others, facts, law, now_ms, verification, is_import=checked.route not in EXPORT_ROUTES) if others or verification is not None else ()
        if partition.assessed:
            more = (*more, *self._open(partition, name, now_ms))
        findings, decided, written = checked.findings, outlook.decided, outlook.written
        if more or sequence != decided.sequence or supersedes != decided.supersedes:
            findings = (*findings, *more)
            decided = _decided(checked, facts, law, more, findings, sequence=sequence, supersedes=supersedes)
            written = _written(checked, decided)
        selected = self._selected(partition.books, checked, facts, decided, findings)
        targeted = (*[finding for finding in findings if is_covert(finding)], *selected) if findings else selected
        content = b""
        if more and any(finding.rule == AWAITED and finding.evidence.get("answer") == "PENDING" for finding in more):
            content = write_checked(msgspec.structs.replace(checked, findings=tuple(finding for finding in findings if finding.rule != AWAITED)))
            if len(content) + partition.waiting_bytes(token, name) > limits.CONSIGNEE_WAITING_BYTES_MAX:
                content = b""
        assessment = assessment_of(decided.findings, facts, law, now_ms) if decided.findings else None
        outputs = _told(token, checked, decided, written, targeted, others, assessment)  # whatever may fail comes before the memory is changed
        if assessment is not None:
            partition.assess(name, assessment)
        partition.put(token, name, seen_of(facts, now_ms, decided.route or "GENERAL", sequence, further, content))
        return outputs

    def _verified(self, token: str, checked: CheckedParcel, partition: Partition) -> Iterable[Output]:
        """Customs has answered who an importer is: what waited for that is decided anew, and supersedes."""
        answer = _ANSWER(checked.facts)
        outputs: list[Output] = []
        if answer.answer == "NO_ANSWER":
            partition.hear(token, answer, checked.received_at_ms)
            return outputs
        decided_anew: dict[str, Seen] = {}
        verification = verification_of(answer)
        for name, seen in list(partition.parcels(token).items()):
            if not seen.content:
                continue
            waiting = read_checked(seen.content)
            facts = _FACTS(waiting.facts)
            if facts.particulars != answer.particulars:
                continue
            law = self._reference_at(waiting.received_at_ms).on(date.fromordinal(facts.lodged_on))
            case = ScreenCase(now_ms=checked.received_at_ms, facts=facts, others={}, law=law, limits=limits_under(law), verification=verification)
            more = tuple([rule.finding(found) for rule in asked(SCREENING_RULES, law) if rule.name == AWAITED for found in rule.check(case)])
            sequence, further = seen.latest + 1, seen.further + 1
            ids = Ids(waiting.carrier, waiting.manifest_id, waiting.manifest_version)
            again = msgspec.structs.replace(waiting, decision_id=ids.of(waiting.house_bill, "VERIFIED", str(sequence)), event="VERIFIED", received_at_ms=checked.received_at_ms)
            findings = (*waiting.findings, *more)
            among = tuple(finding for finding in findings if finding.code in _AMONG_OTHERS)
            decided = _decided(again, facts, law, among, findings, sequence=sequence, supersedes=seen.in_force)
            targeted = (*[finding for finding in findings if is_covert(finding)], *self._selected(partition.books, again, facts, decided, findings))
            decided_anew[name] = msgspec.structs.replace(seen, route=decided.route or "GENERAL", in_force=sequence, latest=sequence, further=further, content=b"")
            outputs += _told(token, again, decided, _written(again, decided), targeted, partition.others(token, name, checked.received_at_ms))
        partition.hear(token, answer, checked.received_at_ms)
        for name, kept in decided_anew.items():
            partition.put(token, name, kept)
        return outputs

    def _open(self, partition: Partition, name: str, now_ms: int) -> tuple[Finding, ...]:
        """What is still open of what the carrier was told before loading."""
        assessed = partition.assessed.get(name)
        if assessed is None:
            return ()
        law = self._reference.on(day_of_ms(now_ms))
        return tuple([rule.finding(found) for rule in asked(ACTION_RULES, law) for found in rule.check(ActionCase(open=assessed))])

    def _acted(self, token: str, checked: CheckedParcel, partition: Partition) -> Iterable[Output]:
        """An officer, or a changed list, about a decision: if it is still in force, a further one supersedes it.

        Raises UnreadableError when it is not, or not known here.
        """
        action = _ACTION(checked.facts)
        now_ms = checked.received_at_ms
        acted_on = read_checked(action.parcel)
        name = f"{acted_on.carrier}/{acted_on.house_bill}"
        seen = partition.get(token, name)
        if seen is None or not seen.in_force:
            raise UnreadableError(unreadable.STALE, f"no decision on {acted_on.house_bill!r} of {acted_on.carrier!r} is in force with this consignee; look it up again")
        if seen.in_force != action.sequence:
            raise UnreadableError(unreadable.STALE, f"decision {action.sequence} on {acted_on.house_bill!r} is not in force any more, {seen.in_force} is: look at it first")
        facts = _FACTS(acted_on.facts)
        law = self._reference_at(acted_on.received_at_ms).on(date.fromordinal(facts.lodged_on))
        today = self._reference.on(day_of_ms(now_ms))
        case = ActionCase(action=action.action, by=action.by, why=action.why)
        said = tuple([rule.finding(found) for rule in asked(ACTION_RULES, today) for found in rule.check(case)])
        ended = action.action in ("RELEASE", "ANSWER") and (action.action == "RELEASE" or partition.assessed.get(name) in (None, "REQUEST_FOR_INFORMATION"))
        before = tuple([finding for finding in acted_on.findings if not (ended and finding.code == ACTED)])
        findings = (*before, *said)
        among = tuple([finding for finding in findings if finding.code in _AMONG_OTHERS])
        sequence, further = seen.latest + 1, seen.further + 1
        ids = Ids(acted_on.carrier, acted_on.manifest_id, acted_on.manifest_version)
        again = msgspec.structs.replace(acted_on, decision_id=ids.of(acted_on.house_bill, action.event, str(sequence)), event=action.event, received_at_ms=now_ms)
        decided = _decided(again, facts, law, among, findings, sequence=sequence, supersedes=seen.in_force)
        assessment = action.action if action.action in ASSESSMENTS else None
        if ended:
            left = [finding for finding in decided.findings if action.action == "ANSWER" and finding.code != ASKED]
            decided = msgspec.structs.replace(decided, outcome=outcome_of(decided.route or "GENERAL", acting(left)))
            outputs = _ended_by(action, again, decided)
        else:
            outputs = _told(token, again, decided, _written(again, decided), (), partition.others(token, name, now_ms), assessment)
        if ended or assessment is not None:
            partition.assess(name, assessment)
        partition.put(token, name, msgspec.structs.replace(seen, in_force=sequence, latest=sequence, further=further, content=b""))
        return outputs

    def _selected(self, books: Books, checked: CheckedParcel, facts: Facts, decided: Decided, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Whether the inspectors of its site look at a parcel that nothing else stops, and why."""
        law = self._reference.on(day_of_ms(checked.received_at_ms))
        site, rates = law.site(facts.port, facts.mode), law.rates_of(checked.carrier)
        if site is None or rates is None or decided.route in EXPORT_ROUTES:
            return ()
        shift = books.shift_of(site, facts.arrives_ms, checked.received_at_ms)
        is_new = decided.sequence == 1
        if decided.outcome in STOPPED:
            if is_new:
                books.count(site, shift, "OPEN" if decided.outcome == "INSPECT" else None)
            return ()
        priority_ppm = priority_of(score_ppm_of(checked.risk), findings, law.signals)
        choice = books.choose(site, shift, rates, facts.draw, priority_ppm, law.figures.selection_warm_up_parcels // E4, is_new=is_new)
        if choice is None:
            return ()
        case = SelectionCase(choice=choice, priority_ppm=priority_ppm)
        return tuple([rule.finding(found) for rule in asked(SELECTION_RULES, law) for found in rule.check(case)])

    def _among(self, others: Mapping[str, Seen], facts: Facts, law: Law, now_ms: int, verification: Verification | None, *, is_import: bool) -> tuple[Finding, ...]:  # noqa: PLR0913 - what the rules look at
        """What the rules find of a parcel among the others of its consignee."""
        limits = limits_under(self._reference.on(day_of_ms(now_ms)))
        case = ScreenCase(now_ms=now_ms, facts=facts, others=others, law=law, limits=limits, verification=verification, is_import=is_import)
        return tuple([rule.finding(found) for rule in asked(SCREENING_RULES, law) for found in rule.check(case)])


def priority_of(score_ppm: int, findings: Iterable[Finding], signals: Mapping[str, int]) -> int:
    """How much a parcel deserves a look, in millionths: its risk score, and what findings add, each rule's once; 0 where nothing speaks of it."""
    told = {finding.code: finding for finding in findings}
    if not told:
        return score_ppm
    return score_ppm + sum([signals.get(code) or signals.get(f"{code}.{finding.rule}", 0) for code, finding in told.items()])


def _decided(checked: CheckedParcel, facts: Facts, law: Law, more: Sequence[Finding], findings: tuple[Finding, ...], *, sequence: int, supersedes: int | None) -> Decided:  # noqa: PLR0913 - what a decision rests on
    """The decided part of a decision; `more` are the findings of screening among `findings`. What is covert stands on no decision."""
    shown = tuple([finding for finding in findings if not is_covert(finding)]) if findings else ()
    route, relief, bundled = checked.route or "GENERAL", facts.relief, facts.bundled
    if more:
        rules = acting(more)
        route = _route_among(route, facts, more, law)
        on_mail_list = bundled or (facts.mode == "POST" and checked.route == "LIST" and bool(law.figures.post_simplified_rates))
        bundled = on_mail_list and route == "SIMPLIFIED" and closed_by(rules) is None
        relief = "NONE" if any(rule.taxes for rule in rules) else relief
    return Decided(
        decision_id=checked.decision_id,
        sequence=sequence,
        supersedes=supersedes,
        event=checked.event,
        route=route,
        outcome=outcome_of(route, acting(shown)),
        findings=shown,
        tax=tax_of(checked.money, facts.rate_krw_e4, relief, law, bundled=bundled) if checked.money else None,
        decided_at=show_ms(checked.received_at_ms),
    )


def _written(checked: CheckedParcel, decided: Decided) -> bytes:
    """A decision in Avro."""
    return checked.settled + write_decided(decided, checked.risk)


def _told(  # noqa: PLR0913, PLR0917 - what a decision brings
    token: str, checked: CheckedParcel, decided: Decided, written: bytes, targeted: tuple[Finding, ...], others: Mapping[str, Seen], assessment: Assessment | None = None
) -> tuple[Output, ...]:
    """A decision, and who else hears of it; `targeted` are the covert findings, of which the desks alone hear."""
    decision = Output(avro.DECISION, topics.CLEARANCE_OF_ROUTE[decided.route or "GENERAL"], checked.house_bill, written)
    if not targeted and not (decided.findings and any(finding.severity == "ACT" for finding in decided.findings)):
        return (decision,)
    evidence = tuple(other.split("/", 1)[1] for other in list(others)[-limits.EVIDENCE_PARCELS_MAX :])
    return (decision, *_cases(token, checked, decided, targeted, evidence, assessment))


def _route_among(route: Route, facts: Facts, findings: Sequence[Finding], law: Law) -> Route:
    """The route once the consignee's other parcels are known.

    Parcels taxed as one are declared in general; mail up to its limit is still taxed on the mail list (Import notice Art. 69(1)).
    """
    rules = acting(findings)
    if not rules or route in EXPORT_ROUTES:
        return route
    together_usd_e6 = max((parse_e6(finding.evidence["usd"]) for finding in findings if finding.severity == "ACT" and finding.code in COMBINED), default=0)
    if together_usd_e6 and (facts.mode != "POST" or together_usd_e6 > law.figures.simplified_limit_post_usd * E2):
        return "GENERAL"
    return "SIMPLIFIED" if route == "LIST" and (together_usd_e6 or closed_by(rules)) else route


def tax_of(packed: bytes, rate_krw_e4: int, relief: Relief, law: Law, *, bundled: bool) -> Tax:
    """Duties and taxes of a parcel; of one that is exempt from all nothing is looked into."""
    if relief in WHOLE:
        return assess(Taxable(lines=(), rate_krw_e4=rate_krw_e4, relief="ALL", reason=relief), law.taxes)
    money = _MONEY(packed)
    taxable = Taxable(
        lines=tuple([_taxable(line, relief) for line in money.lines]),
        rate_krw_e4=rate_krw_e4,
        local_charges_e4=money.local_charges_e4,
        freight_e4=money.freight_e4,
        insurance_e4=money.insurance_e4,
        mode="SIMPLIFIED" if bundled else "GENERAL",
        reason=None if relief == "NONE" else relief,
        has_purchase_proof=money.has_purchase_proof,
    )
    return assess(taxable, law.taxes)


def _taxable(line: Line, relief: Relief) -> TaxableLine:
    """A line as the taxes look at it; what is exempt from duty alone is the alcohol, not the goods beside it."""
    return TaxableLine(
        hs_code=line.hs_code,
        amount_e4=line.amount_e4,
        quantity=line.quantity,
        categories=line.categories,
        origin=line.origin,
        volume_ml=line.volume_ml,
        net_weight_g=line.net_weight_g,
        preference=line.preference,
        relief=None if relief != "DUTY" else "DUTY" if DUTIED in line.categories else "ALL",
    )


def _cancel(checked: CheckedParcel, sequence: int, supersedes: int | None, seen: Seen | None) -> Output:
    """A cancellation is told where the decision it ends was told."""
    route = seen.route if seen is not None else None
    topic = topics.CLEARANCE_OF_ROUTE[route] if route is not None else topics.CLEARANCE_OF_ROUTE["GENERAL"]
    return _ended(topic, checked, sequence, supersedes, route, "CANCELLED")


def _refuse(checked: CheckedParcel, sequence: int) -> Output:
    """A refusal of what was accepted before: it supersedes nothing."""
    return _ended(topics.REJECTED, checked, sequence, None, None, "REJECT")


def _ended(topic: str, checked: CheckedParcel, sequence: int, supersedes: int | None, route: Route | None, outcome: Outcome) -> Output:  # noqa: PLR0913, PLR0917 - what a decision says
    decided = Decided(
        decision_id=checked.decision_id,
        sequence=sequence,
        supersedes=supersedes,
        event=checked.event,
        route=route,
        outcome=outcome,
        findings=checked.findings,
        decided_at=show_ms(checked.received_at_ms),
    )
    return Output(avro.DECISION, topic, checked.house_bill, checked.settled + write_decided(decided))


def _cases(token: str, checked: CheckedParcel, decided: Decided, targeted: tuple[Finding, ...], evidence: tuple[str, ...], assessment: Assessment | None) -> Iterator[Output]:  # noqa: PLR0913, PLR0917 - what a case rests on
    """A security case for each desk, and a notice for the carrier when it must act and may know."""
    desks = desks_of((*decided.findings, *targeted))
    if not desks:
        return
    settled = read_settled(checked.settled)
    ids = Ids(checked.carrier, checked.manifest_id, checked.manifest_version)
    further = (checked.decision_id,) if checked.event in LATER else ()
    for desk, findings in desks.items():
        case = SecurityCase(
            case_id=ids.of(checked.house_bill, "case", desk, *further),
            desk=desk,
            decision_id=decided.decision_id,
            carrier=checked.carrier,
            manifest_id=checked.manifest_id,
            manifest_version=checked.manifest_version,
            master_bill=settled.master_bill,
            house_bill=checked.house_bill,
            sequence=decided.sequence,
            outcome=decided.outcome,
            consignee=token,
            findings=tuple(findings),
            evidence_parcels=evidence if any(finding.code in _AMONG_OTHERS for finding in findings) else (),
            opened_at=decided.decided_at,
            lane=lane_of(findings) if desk == "INSPECTION" else None,
        )
        yield Output(avro.SECURITY_CASE, topics.SECURITY_OF_DESK[desk], checked.house_bill, avro.writer(avro.SECURITY_CASE)(case))
    notice = _notice(checked, settled, decided, ids, further, assessment)
    if notice is not None:
        yield Output(avro.RECEIPT, topics.RECEIPTS + checked.carrier, checked.manifest_id, avro.writer(avro.RECEIPT)(notice))


def _notice(checked: CheckedParcel, settled: Settled, decided: Decided, ids: Ids, further: tuple[str, ...], assessment: Assessment | None) -> Receipt | None:  # noqa: PLR0913, PLR0917 - what a notice says
    """What the carrier must act on, just as if the silent rules had found nothing; a notice that stays away would tell as well."""
    told = [finding for finding in decided.findings if not is_silent(finding)]
    outcome = outcome_of(checked.route or "GENERAL", acting(told))
    shown = tuple(ReceiptFinding(finding.code, finding.severity, finding.path, finding.message) for findings in desks_of(told).values() for finding in findings)
    if not shown or (outcome not in NOTICE_OUTCOMES and not any(found.code in _AMONG_OTHERS for found in shown)):
        return None
    return _receipt(checked, settled, decided, ids.of(checked.house_bill, "notice", outcome, *further), ParcelAnswer(checked.house_bill, "", assessment or outcome, shown))


def _ended_by(action: Action, checked: CheckedParcel, decided: Decided) -> tuple[Output, ...]:
    """A decision that ends a hold, and a notice of it for the carrier."""
    settled = read_settled(checked.settled)
    shown = tuple(ReceiptFinding(finding.code, finding.severity, finding.path, finding.message) for finding in decided.findings if finding.code == ACTED)
    receipt_id = Ids(checked.carrier, checked.manifest_id, checked.manifest_version).of(checked.house_bill, "notice", action.action, checked.decision_id)
    notice = _receipt(checked, settled, decided, receipt_id, ParcelAnswer(checked.house_bill, "", decided.outcome, shown))
    return (
        Output(avro.DECISION, topics.CLEARANCE_OF_ROUTE[decided.route or "GENERAL"], checked.house_bill, _written(checked, decided)),
        Output(avro.RECEIPT, topics.RECEIPTS + checked.carrier, checked.manifest_id, avro.writer(avro.RECEIPT)(notice)),
    )


def assessment_of(findings: Iterable[Finding], facts: Facts, law: Law, now_ms: int) -> Assessment | None:
    """What the carrier is told before it loads air cargo: the gravest of what the findings that it may know call for."""
    if not law.assessments or facts.mode == "SEA_EXPRESS" or facts.departs_ms <= now_ms:
        return None
    called = {
        law.assessments.get(finding.code) or law.assessments.get(f"{finding.code}.{finding.rule}") for finding in findings if finding.severity == "ACT" and not is_silent(finding)
    }
    return next((each for each in ASSESSMENTS if each in called), None)


def _receipt(checked: CheckedParcel, settled: Settled, decided: Decided, receipt_id: str, answer: ParcelAnswer) -> Receipt:
    """A notice about one parcel."""
    return Receipt(
        receipt_id=receipt_id,
        kind="NOTICE",
        carrier=checked.carrier,
        manifest_id=checked.manifest_id,
        manifest_version=checked.manifest_version,
        status=None,
        counts=Counts(),
        findings=(),
        parcels=(answer,),
        source=settled.source,
        answered_at=decided.decided_at,
    )


def lane_of(findings: Iterable[Finding]) -> Lane:
    """The most thorough lane that findings ask for; a rule that names none has the parcel opened."""
    named = {finding.evidence.get("lane", "OPEN") for finding in findings}
    return next((lane for lane in LANES if lane in named), "OPEN")


def read_checked(packed: bytes) -> CheckedParcel:
    """A checked parcel, read back. Raises UnreadableError where it is none."""
    try:
        return _CHECKED(packed)
    except msgspec.MsgspecError as error:
        raise UnreadableError(unreadable.INTERNAL, f"no checked parcel: {error}") from error


def relayed(answer: Answer, now_ms: int) -> CheckedParcel:
    """An answer of customs as `parcels.checked` has it: its place there is its place in the order of decision."""
    return CheckedParcel(
        operation="VERIFY",
        path=(),
        carrier="",
        manifest_id="",
        manifest_version=0,
        house_bill="",
        received_at_ms=now_ms,
        decision_id="",
        event="VERIFIED",
        sequence=0,
        facts=msgspec.msgpack.encode(answer),
    )


def read_settled(settled: bytes) -> Settled:
    """The settled part of a decision, read back."""
    return msgspec.convert(avro.reader(avro.DECISION, Settled.__struct_fields__)(avro.frame(avro.DECISION) + settled), Settled)

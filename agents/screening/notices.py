"""What a decision brings beside itself: notices to the carrier and security cases for the desks."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agents.output import Output
from agents.reference import Law
from agents.rules import SCREENING_RULES
from agents.rules.importer import customs_confirms_the_importer
from agents.rules.outcome import acting, desks_of, is_silent, outcome_of
from agents.screening.decisions import write_decision
from agents.screening.relays import read_decision_head
from agents.state.inspections import LANES
from agents.state.parcels import PastParcel
from agents.values.identity import Ids
from schemas import avro, limits, topics
from schemas.checked_parcel import CheckedParcel, Facts
from schemas.decision import DecisionHead, DecisionTail, Finding, Lane
from schemas.officer_action import ASSESSMENTS, Action, Assessment
from schemas.receipt import Counts, ParcelAnswer, Receipt, receipt_finding
from schemas.security_case import SecurityCase

NOTICE_OUTCOMES: Final = frozenset({"INSPECT", "HOLD"})
"""What a carrier must act on."""
CUSTOMS_CONFIRMATION_RULE: Final = customs_confirms_the_importer.__name__
"""The rule that waits for customs' answer."""
FINDINGS_AMONG_OTHERS: Final = frozenset(rule.code for rule in SCREENING_RULES if rule.id != CUSTOMS_CONFIRMATION_RULE)
"""Findings that rest on a consignee's further parcels."""
OFFICER_ACTION_CODE: Final = "SEC-02"
"""Findings on what officers do; what they release ends them."""
FOLLOW_UP_EVENTS: Final = frozenset({"VERIFIED", "OFFICER", "LIST_CHANGED"})
"""Events that bring a further decision on a parcel version."""


def decision_records(  # noqa: PLR0913, PLR0917 - what a decision brings
    token: str,
    checked: CheckedParcel,
    decided: DecisionTail,
    written: bytes,
    targeted: tuple[Finding, ...],
    others: Mapping[str, PastParcel],
    assessment: Assessment | None = None,
) -> tuple[Output, ...]:
    """A decision, and who else hears of it; `targeted` are the covert findings, of which the desks alone hear."""
    decision = Output(avro.DECISION, topics.CLEARANCE_OF_ROUTE[decided.route or "GENERAL"], checked.house_bill, written)
    if not targeted and not (decided.findings and any(finding.severity == "ACT" for finding in decided.findings)):
        return (decision,)
    evidence = tuple(other.split("/", 1)[1] for other in list(others)[-limits.EVIDENCE_PARCELS_MAX :])
    return (decision, *_cases(token, checked, decided, targeted, evidence, assessment))


def _cases(  # noqa: PLR0913, PLR0917 - what a case rests on
    token: str,
    checked: CheckedParcel,
    decided: DecisionTail,
    targeted: tuple[Finding, ...],
    evidence: tuple[str, ...],
    assessment: Assessment | None,
) -> Iterator[Output]:
    """A security case for each desk, and a notice for the carrier when it must act and may know."""
    desks = desks_of((*decided.findings, *targeted))
    if not desks:
        return
    decision_head = read_decision_head(checked.decision_head)
    ids = Ids(checked.carrier, checked.manifest_id, checked.manifest_version)
    further = (checked.decision_id,) if checked.event in FOLLOW_UP_EVENTS else ()
    for desk, findings in desks.items():
        case = SecurityCase(
            case_id=ids.of(checked.house_bill, "case", desk, *further),
            desk=desk,
            decision_id=decided.decision_id,
            carrier=checked.carrier,
            manifest_id=checked.manifest_id,
            manifest_version=checked.manifest_version,
            master_bill=decision_head.master_bill,
            house_bill=checked.house_bill,
            sequence=decided.sequence,
            outcome=decided.outcome,
            consignee=token,
            findings=tuple(findings),
            evidence_parcels=evidence if any(finding.code in FINDINGS_AMONG_OTHERS for finding in findings) else (),
            opened_at=decided.decided_at,
            lane=lane_of(findings) if desk == "INSPECTION" else None,
        )
        yield Output(
            avro.SECURITY_CASE, topics.SECURITY_OF_DESK[desk], checked.house_bill, avro.writer(avro.SECURITY_CASE)(case)
        )
    notice = _notice(checked, decision_head, decided, ids, further, assessment)
    if notice is not None:
        yield Output(
            avro.RECEIPT, topics.RECEIPTS + checked.carrier, checked.manifest_id, avro.writer(avro.RECEIPT)(notice)
        )


def _notice(  # noqa: PLR0913, PLR0917 - what a notice says
    checked: CheckedParcel,
    decision_head: DecisionHead,
    decided: DecisionTail,
    ids: Ids,
    further: tuple[str, ...],
    assessment: Assessment | None,
) -> Receipt | None:
    """What the carrier must act on, just as if the silent rules had found nothing.

    A notice that stays away would tell as well.
    """
    told = [finding for finding in decided.findings if not is_silent(finding)]
    outcome = outcome_of(checked.route or "GENERAL", acting(told))
    shown = tuple(receipt_finding(finding) for findings in desks_of(told).values() for finding in findings)
    if not shown or (
        outcome not in NOTICE_OUTCOMES and not any(found.code in FINDINGS_AMONG_OTHERS for found in shown)
    ):
        return None
    return _receipt(
        checked,
        decision_head,
        decided,
        ids.of(checked.house_bill, "notice", outcome, *further),
        ParcelAnswer(checked.house_bill, "", assessment or outcome, shown),
    )


def release_records(action: Action, checked: CheckedParcel, decided: DecisionTail) -> tuple[Output, ...]:
    """A decision that ends a hold, and a notice of it for the carrier."""
    decision_head = read_decision_head(checked.decision_head)
    shown = tuple(receipt_finding(finding) for finding in decided.findings if finding.code == OFFICER_ACTION_CODE)
    receipt_id = Ids(checked.carrier, checked.manifest_id, checked.manifest_version).of(
        checked.house_bill, "notice", action.action, checked.decision_id
    )
    notice = _receipt(
        checked, decision_head, decided, receipt_id, ParcelAnswer(checked.house_bill, "", decided.outcome, shown)
    )
    return (
        Output(
            avro.DECISION,
            topics.CLEARANCE_OF_ROUTE[decided.route or "GENERAL"],
            checked.house_bill,
            write_decision(checked, decided),
        ),
        Output(avro.RECEIPT, topics.RECEIPTS + checked.carrier, checked.manifest_id, avro.writer(avro.RECEIPT)(notice)),
    )


def assessment_of(findings: Iterable[Finding], facts: Facts, law: Law, now_ms: int) -> Assessment | None:
    """What the carrier is told before it loads air cargo.

    The gravest of what the findings that it may know call for.
    """
    if not law.assessments or facts.mode == "SEA_EXPRESS" or facts.departs_ms <= now_ms:
        return None
    called = {
        law.assessments.get(finding.code) or law.assessments.get(f"{finding.code}.{finding.rule}")
        for finding in findings
        if finding.severity == "ACT" and not is_silent(finding)
    }
    return next((each for each in ASSESSMENTS if each in called), None)


def _receipt(
    checked: CheckedParcel, decision_head: DecisionHead, decided: DecisionTail, receipt_id: str, answer: ParcelAnswer
) -> Receipt:
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
        source=decision_head.source,
        answered_at=decided.decided_at,
    )


def lane_of(findings: Iterable[Finding]) -> Lane:
    """The most thorough lane that findings ask for; a rule that names none has the parcel opened."""
    named = {finding.lane or "OPEN" for finding in findings}
    return next((lane for lane in LANES if lane in named), "OPEN")

"""What a decision brings beside itself: notices to the carrier and security cases for the desks."""

from collections.abc import Iterable, Iterator
from typing import Final

from agents.output import Output, case_output, decision_output, receipt_output
from agents.reference import Law
from agents.rules import SCREENING_RULES
from agents.rules.outcome import acting, desks_of, is_silent, outcome_of
from agents.screening.draft import DecisionDraft
from agents.state.inspections import LANES
from agents.values.identity import Ids
from schemas import limits
from schemas.checked_parcel import Facts
from schemas.decision import DecisionHead, Finding, Lane
from schemas.decision_encoding import decode_decision_head
from schemas.officer_action import ASSESSMENTS, Action, Assessment
from schemas.receipt import Counts, ParcelAnswer, Receipt, receipt_finding
from schemas.security_case import SecurityCase

NOTICE_OUTCOMES: Final = frozenset({"INSPECT", "HOLD"})
"""What a carrier must act on."""
CUSTOMS_CONFIRMATION_RULE: Final = "customs_confirms_the_importer"
"""The rule that waits for customs' answer."""
FINDINGS_AMONG_OTHERS: Final = frozenset(rule.code for rule in SCREENING_RULES if rule.id != CUSTOMS_CONFIRMATION_RULE)
"""Findings that rest on a consignee's further parcels."""
OFFICER_ACTION_CODE: Final = "SEC-02"
"""Findings on what officers do; what they release ends them."""
FOLLOW_UP_EVENTS: Final = frozenset({"VERIFIED", "OFFICER", "LIST_CHANGED"})
"""Events that bring a further decision on a parcel version."""


def decision_records(draft: DecisionDraft) -> tuple[Output, ...]:
    """A decision, and who else hears of it."""
    decided = draft.decided
    decision = decision_output(decided.route, draft.parcel.house_bill, draft.encoded)
    if not draft.targeted and not (decided.findings and any(finding.severity == "ACT" for finding in decided.findings)):
        return (decision,)
    return (decision, *_cases(draft))


def _cases(draft: DecisionDraft) -> Iterator[Output]:
    """A security case for each desk, and a notice for the carrier when it must act and may know."""
    parcel, decided = draft.parcel, draft.decided
    desks = desks_of((*decided.findings, *draft.targeted))
    if not desks:
        return
    decision_head = decode_decision_head(parcel.decision_head)
    ids = Ids(parcel.carrier, parcel.manifest_id, parcel.manifest_version)
    further = (parcel.decision_id,) if parcel.event in FOLLOW_UP_EVENTS else ()
    evidence = tuple(other.split("/", 1)[1] for other in list(draft.others)[-limits.EVIDENCE_PARCELS_MAX :])
    for desk, findings in desks.items():
        yield case_output(
            SecurityCase(
                case_id=ids.of(parcel.house_bill, "case", desk, *further),
                desk=desk,
                decision_id=decided.decision_id,
                carrier=parcel.carrier,
                manifest_id=parcel.manifest_id,
                manifest_version=parcel.manifest_version,
                master_bill=decision_head.master_bill,
                house_bill=parcel.house_bill,
                sequence=decided.sequence,
                outcome=decided.outcome,
                consignee=draft.token,
                findings=tuple(findings),
                evidence_parcels=evidence if any(finding.code in FINDINGS_AMONG_OTHERS for finding in findings) else (),
                opened_at=decided.decided_at,
                lane=lane_of(findings) if desk == "INSPECTION" else None,
            )
        )
    notice = _notice(draft, decision_head, ids, further)
    if notice is not None:
        yield receipt_output(notice)


def _notice(draft: DecisionDraft, decision_head: DecisionHead, ids: Ids, further: tuple[str, ...]) -> Receipt | None:
    """What the carrier must act on, just as if the silent rules had found nothing.

    A notice that stays away would tell as well.
    """
    known_to_carrier = [finding for finding in draft.decided.findings if not is_silent(finding)]
    outcome = outcome_of(draft.parcel.route or "GENERAL", acting(known_to_carrier))
    shown = tuple(receipt_finding(finding) for findings in desks_of(known_to_carrier).values() for finding in findings)
    if not shown or (
        outcome not in NOTICE_OUTCOMES and not any(finding.code in FINDINGS_AMONG_OTHERS for finding in shown)
    ):
        return None
    house_bill = draft.parcel.house_bill
    answer = ParcelAnswer(house_bill, "", draft.assessment or outcome, shown)
    return _receipt(draft, decision_head, ids.of(house_bill, "notice", outcome, *further), answer)


def release_records(draft: DecisionDraft, action: Action) -> tuple[Output, ...]:
    """A decision that ends a hold, and a notice of it for the carrier."""
    parcel, decided = draft.parcel, draft.decided
    shown = tuple(receipt_finding(finding) for finding in decided.findings if finding.code == OFFICER_ACTION_CODE)
    receipt_id = Ids(parcel.carrier, parcel.manifest_id, parcel.manifest_version).of(
        parcel.house_bill, "notice", action.action, parcel.decision_id
    )
    answer = ParcelAnswer(parcel.house_bill, "", decided.outcome, shown)
    notice = _receipt(draft, decode_decision_head(parcel.decision_head), receipt_id, answer)
    return (decision_output(decided.route, parcel.house_bill, draft.encoded), receipt_output(notice))


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


def _receipt(draft: DecisionDraft, decision_head: DecisionHead, receipt_id: str, answer: ParcelAnswer) -> Receipt:
    """A notice about one parcel."""
    parcel = draft.parcel
    return Receipt(
        receipt_id=receipt_id,
        kind="NOTICE",
        carrier=parcel.carrier,
        manifest_id=parcel.manifest_id,
        manifest_version=parcel.manifest_version,
        status=None,
        counts=Counts(),
        findings=(),
        parcels=(answer,),
        source=decision_head.source,
        answered_at=draft.decided.decided_at,
    )


def lane_of(findings: Iterable[Finding]) -> Lane:
    """The most thorough lane that findings ask for; a rule that names none has the parcel opened."""
    named = {finding.lane or "OPEN" for finding in findings}
    return next((lane for lane in LANES if lane in named), "OPEN")

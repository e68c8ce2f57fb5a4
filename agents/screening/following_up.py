"""Later events on a parcel that was decided: customs' answer, an officer's action, a changed list.

Each brings a further decision, which supersedes the one in force.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

import msgspec

from agents.importers.customs_interface import verification_of
from agents.output import Output
from agents.reference import Reference
from agents.rules.assessment import ActionCase
from agents.rules.outcome import acting, is_covert, outcome_of
from agents.screening.deciding import action_findings, encode, screening_findings, selection_findings
from agents.screening.decisions import decide
from agents.screening.draft import DecisionDraft
from agents.screening.notices import (
    CUSTOMS_CONFIRMATION_RULE,
    FINDINGS_AMONG_OTHERS,
    OFFICER_ACTION_CODE,
    decision_records,
    release_records,
)
from agents.state.consignees import ConsigneeStore
from agents.state.parcels import PastParcel
from agents.values.identity import Ids
from schemas import dead_letter
from schemas.checked_parcel import CustomsAnswered, Declare, OfficerActed, read_checked
from schemas.dead_letter import UnreadableError
from schemas.decision import Event, Finding
from schemas.officer_action import ASSESSMENTS, Action

INFORMATION_REQUEST_CODE: Final = "SEC-01"
"""The finding that asks a carrier for information."""
ReferenceAt = Callable[[int], Reference]
"""The reference data that decided parcels of a time."""


def verify(
    token: str, message: CustomsAnswered, store: ConsigneeStore, reference: Reference, reference_at: ReferenceAt
) -> Iterable[Output]:
    """Customs has answered who an importer is: what waited for that is decided again."""
    answer = message.answer
    outputs: list[Output] = []
    decided_again: dict[str, PastParcel] = {}
    for name, past in list(store.parcels(token).items()) if answer.answer != "NO_ANSWER" else ():
        waiting = _declared(past.content) if past.content else None
        if waiting is None or waiting.facts.particulars != answer.particulars:
            continue
        draft = _follow_up(token, waiting, "VERIFIED", past, message.received_at_ms, reference_at)
        draft.others, draft.verification = {}, verification_of(answer)
        draft.findings = (
            *waiting.findings,
            *screening_findings(draft, reference, only=(CUSTOMS_CONFIRMATION_RULE,)),
        )
        _decide_again(draft, reference)
        draft.targeted = (
            *filter(is_covert, draft.findings),
            *selection_findings(draft, store, reference),
        )
        draft.others = store.others(token, name, draft.now_ms)
        decided_again[name] = msgspec.structs.replace(_superseded(past, draft), route=draft.decided.route or "GENERAL")
        outputs += decision_records(draft)
    store.record_answer(token, answer, message.received_at_ms)
    for name, past in decided_again.items():
        store.put(token, name, past)
    return outputs


def act(
    token: str, message: OfficerActed, store: ConsigneeStore, reference: Reference, reference_at: ReferenceAt
) -> Iterable[Output]:
    """An officer, or a changed list, about a decision: if it is still in force, a further one supersedes it.

    Raises UnreadableError when it is not, or not known here.
    """
    action, now_ms = message.action, message.received_at_ms
    acted_on = _declared(action.parcel)
    name = acted_on.name
    past = _in_force(store.get(token, name), action, acted_on)
    draft = _follow_up(token, acted_on, action.event, past, now_ms, reference_at)
    found = action_findings(ActionCase(action=action.action, by=action.by, why=action.why), now_ms, reference)
    is_ended = action.action in ("RELEASE", "ANSWER") and (
        action.action == "RELEASE" or store.assessed.get(name) in (None, "REQUEST_FOR_INFORMATION")
    )
    before = [finding for finding in acted_on.findings if not (is_ended and finding.code == OFFICER_ACTION_CODE)]
    draft.findings = (*before, *found)
    _decide_again(draft, reference)
    draft.assessment = action.action if action.action in ASSESSMENTS else None
    if is_ended:
        left = [
            finding
            for finding in draft.decided.findings
            if action.action == "ANSWER" and finding.code != INFORMATION_REQUEST_CODE
        ]
        draft.decided = msgspec.structs.replace(
            draft.decided, outcome=outcome_of(draft.decided.route or "GENERAL", acting(left))
        )
        encode(draft, reference)
        outputs = release_records(draft, action)
    else:
        draft.others = store.others(token, name, now_ms)
        outputs = decision_records(draft)
    if is_ended or draft.assessment is not None:
        store.assess(name, draft.assessment)
    store.put(token, name, _superseded(past, draft))
    return outputs


def _declared(packed: bytes) -> Declare:
    parcel = read_checked(packed)
    if not isinstance(parcel, Declare):
        raise UnreadableError(dead_letter.INTERNAL, f"a {type(parcel).__name__} can't be decided again")
    return parcel


def _in_force(past: PastParcel | None, action: Action, acted_on: Declare) -> PastParcel:
    """What is remembered of a parcel whose decision in force an action is about; raises UnreadableError otherwise."""
    if past is None or not past.in_force:
        raise UnreadableError(
            dead_letter.STALE,
            f"no decision on {acted_on.house_bill!r} of {acted_on.carrier!r} is in force with this consignee; "
            "look it up again",
        )
    if past.in_force != action.sequence:
        raise UnreadableError(
            dead_letter.STALE,
            f"decision {action.sequence} on {acted_on.house_bill!r} is not in force any more, {past.in_force} "
            "is: look at it first",
        )
    return past


def _follow_up(  # noqa: PLR0913, PLR0917 - what a further decision rests on
    token: str, parcel: Declare, event: Event, past: PastParcel, now_ms: int, reference_at: ReferenceAt
) -> DecisionDraft:
    """A draft of a parcel decided before, under an id and at a time of its own."""
    sequence = past.latest + 1
    ids = Ids(parcel.carrier, parcel.manifest_id, parcel.manifest_version)
    decision_id = ids.of(parcel.house_bill, event, str(sequence))
    draft = DecisionDraft(
        token, msgspec.structs.replace(parcel, decision_id=decision_id, event=event, received_at_ms=now_ms)
    )
    draft.sequence, draft.supersedes, draft.further = sequence, past.in_force, past.further + 1
    draft.law = reference_at(parcel.received_at_ms).on(date.fromordinal(parcel.facts.lodged_on))
    return draft


def _decide_again(draft: DecisionDraft, reference: Reference) -> None:
    more: tuple[Finding, ...] = tuple([finding for finding in draft.findings if finding.code in FINDINGS_AMONG_OTHERS])
    draft.decided = decide(
        draft.parcel, draft.law, more, draft.findings, sequence=draft.sequence, supersedes=draft.supersedes
    )
    encode(draft, reference)


def _superseded(past: PastParcel, draft: DecisionDraft) -> PastParcel:
    """What is remembered of a parcel once it was decided again."""
    return msgspec.structs.replace(
        past, in_force=draft.sequence, latest=draft.sequence, further=draft.further, content=b""
    )

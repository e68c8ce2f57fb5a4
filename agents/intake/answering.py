"""From judged parcels to the answer: receipt, forwarded and rejected parcels, and what is remembered of them."""

from collections.abc import Sequence
from typing import Final

from agents.intake.draft import ParcelDraft
from agents.intake.findings import VERSIONS, finding_of, repeated_on_parcels
from agents.intake.forwarding import bill_after, forward, forwarded, forwarded_refusal, link
from agents.intake.link_messages import LinkMessageBuilder
from agents.intake.results import ForwardedParcel, IntakeResult, RejectedParcel
from agents.intake.version import ManifestVersion
from agents.rules.outcome import is_covert, is_silent
from agents.rules.phases import is_observed
from agents.rules.rule import Found
from agents.state.carriers import (
    CONFLICTS_REMEMBERED_MAX,
    VERSIONS_REMEMBERED_MAX,
    HouseBillState,
    ManifestState,
    StateChange,
)
from agents.values.clock import show_ms
from agents.values.identity import Ids
from schemas.decision import DecisionTail, Finding
from schemas.decision_encoding import ParcelFields, encode_decision
from schemas.receipt import Counts, ParcelAnswer, Receipt, ReceiptFinding, Status, receipt_finding

NO_FIELDS: Final = ParcelFields()
"""Of a parcel that is malformed or cancelled."""


def no_change(version: ManifestVersion, status: Status) -> IntakeResult:
    """Nothing new: the same again, or older than what was answered."""
    number = {"version": str(version.header.version)}
    note = (
        Found("/version", "VERSION_DUPLICATE", number)
        if status == "DUPLICATE"
        else Found(
            "/version",
            "VERSION_SUPERSEDED",
            number | {"latest": str(version.latest), "next": str(version.latest + 1)},
        )
    )
    change = None if status == "DUPLICATE" else _state_change(version, {}, is_conflict=False)
    return IntakeResult(
        receipt=_receipt(
            version, version.ids(), status, Counts(), [receipt_finding(finding_of(VERSIONS, note, "INFO"))], []
        ),
        change=change,
    )


def answer(version: ManifestVersion, drafts: Sequence[ParcelDraft], *, is_conflict: bool = False) -> IntakeResult:
    """Answer every parcel. `is_conflict`: the version was answered before with other content, which stays in force."""
    rejections = repeated_on_parcels([finding for finding in version.findings if finding.severity == "REJECT"])
    ids = version.ids(version.digest.hex() if is_conflict else "")
    encoder = version.head_encoder()
    for draft in drafts:
        draft.decision_head = encoder.write(draft.house_bill, draft.fields if draft.has_case else NO_FIELDS)
        draft.is_refused = bool(rejections) or draft.has_rejection
    forward(version, ids, [draft for draft in drafts if not draft.is_refused])
    messages = LinkMessageBuilder(version.record.carrier)
    passed: list[ForwardedParcel] = []
    refused: list[RejectedParcel] = []
    bills: dict[str, HouseBillState] = {}
    answers: list[ParcelAnswer] = []
    for draft in drafts:
        house_bill = draft.house_bill
        if draft.is_refused:
            before = (bills.get(house_bill) or version.state.bills.get(house_bill)) if house_bill else None
            names = (house_bill,) if house_bill and house_bill not in bills else (house_bill, draft.path)
            draft.decision_id = ids.of(*names)
            refusal, after = _refuse(draft, version, rejections, before)
            if isinstance(refusal, ForwardedParcel):
                passed.append(refusal)
            else:
                refused.append(refusal)
            answers.append(_parcel_answer(draft, "REJECTED"))
        else:
            passed.append(forwarded(draft, version))
            after = bill_after(draft, version, link(draft, version, messages))
            if draft.findings and any(_is_noted(finding) for finding in draft.findings):
                answers.append(_parcel_answer(draft, "CANCELLED" if version.event == "CANCEL" else "ACCEPTED"))
        if house_bill:
            bills[house_bill] = after
    counts = _counts(version, drafts)
    status = _status(version, counts, is_refused_whole=bool(rejections))
    findings = [receipt_finding(finding) for finding in version.findings if not is_observed(finding)]
    header, key_id = version.header, version.context.keys.keys[0][0]
    return IntakeResult(
        receipt=_receipt(version, ids, status, counts, findings, answers),
        passed=passed,
        refused=refused,
        links=messages.by_partition(
            header.manifest_id, header.version, header.master_bill, key_id, version.record.stored_at_ms
        ),
        change=_state_change(version, bills, is_conflict=is_conflict),
    )


def _refuse(
    draft: ParcelDraft, version: ManifestVersion, rejections: Sequence[Finding], before: HouseBillState | None
) -> tuple[ForwardedParcel | RejectedParcel, HouseBillState]:
    """Refuse a parcel; what is remembered of its house bill then. A refusal supersedes nothing.

    Once a house bill was accepted, screening numbers its decisions: the refusal goes where the others went.
    `rejections` are those of the manifest, `before` what is remembered of the house bill so far.
    """
    sequence = before.sequence + 1 if before is not None else 1
    findings = (*rejections, *[finding for finding in draft.findings if not is_covert(finding)])
    if before is not None and before.path:
        after = HouseBillState(
            before.manifest_id, sequence, before.in_force, before.path, before.corrected, before.marks
        )
        return forwarded_refusal(draft, version, before.path, sequence, findings), after
    tail = DecisionTail(
        decision_id=draft.decision_id,
        sequence=sequence,
        supersedes=None,
        event=version.event,
        route=None,
        outcome="REJECT",
        findings=findings,
        decided_at=show_ms(version.record.stored_at_ms),
    )
    manifest_id = version.header.manifest_id
    key = draft.house_bill or f"{manifest_id}{draft.path}"
    after = HouseBillState(
        manifest_id if before is None else before.manifest_id,
        sequence,
        None,
        (),
        version.is_correction(draft.house_bill),
    )
    return RejectedParcel(key, encode_decision(draft.decision_head, tail)), after


def _is_noted(finding: Finding) -> bool:
    """Whether a finding puts an accepted parcel on the receipt."""
    return finding.severity in ("WARN", "INFO") and not is_observed(finding)


def _parcel_answer(draft: ParcelDraft, status: str) -> ParcelAnswer:
    """A parcel on the receipt, without what customs keeps silent about."""
    findings = tuple(receipt_finding(finding) for finding in draft.findings if not is_silent(finding))
    return ParcelAnswer(draft.house_bill, draft.path, status, findings)


def _counts(version: ManifestVersion, drafts: Sequence[ParcelDraft]) -> Counts:
    rejected = sum(draft.is_refused for draft in drafts)
    others = len(drafts) - rejected
    if version.event == "CANCEL":
        return Counts(len(drafts), 0, rejected, others)
    return Counts(len(drafts), others, rejected, 0)


def _status(version: ManifestVersion, counts: Counts, *, is_refused_whole: bool) -> Status:
    if is_refused_whole or counts.rejected == counts.received:
        return "REJECTED"
    if version.event == "CANCEL":
        return "CANCELLED"
    return "ACCEPTED_WITH_REJECTIONS" if counts.rejected else "ACCEPTED"


def _state_change(version: ManifestVersion, bills: dict[str, HouseBillState], *, is_conflict: bool) -> StateChange:
    """What to remember. A refused conflict leaves the answer that is in force."""
    before = version.answered or ManifestState(0, {}, 0)
    answers, refused = dict(before.answers), before.refused
    if is_conflict:
        refused = (*refused, version.digest)[-CONFLICTS_REMEMBERED_MAX:]
    else:
        answers[version.header.version] = version.digest
    if len(answers) > VERSIONS_REMEMBERED_MAX:
        del answers[min(answers)]
    latest = max(before.latest, version.header.version)
    state = ManifestState(latest, answers, version.record.stored_at_ms, refused)
    return StateChange(version.header.manifest_id, state, bills)


def _receipt(  # noqa: PLR0913, PLR0917 - what a receipt is made of
    version: ManifestVersion,
    ids: Ids,
    status: Status,
    counts: Counts,
    findings: Sequence[ReceiptFinding],
    parcels: Sequence[ParcelAnswer],
) -> Receipt:
    source = version.record.source
    return Receipt(
        receipt_id=ids.of("receipt", str(source.partition), str(source.offset)),
        kind="ANSWER",
        carrier=version.record.carrier,
        manifest_id=version.header.manifest_id,
        manifest_version=version.header.version,
        status=status,
        counts=counts,
        findings=tuple(findings),
        parcels=tuple(parcels),
        source=source,
        answered_at=show_ms(version.record.stored_at_ms),
    )

"""Intake: one record of a carrier becomes a receipt, checked parcels and refused parcels.

Top to bottom: open the version, place it among the versions already answered, judge each parcel, answer.
"""

from agents.intake.answering import answer, no_change
from agents.intake.draft import ParcelDraft, house_bill_of
from agents.intake.findings import STRUCTURE, VERSIONS, finding_of
from agents.intake.judging import judge
from agents.intake.results import DecisionContext, IntakeResult, Record
from agents.intake.version import ManifestVersion, open_version
from agents.rules.rule import Found
from agents.state.carriers import CarrierState


def take(record: Record, state: CarrierState, context: DecisionContext) -> IntakeResult:
    """What a record brings. Changes nothing: the caller applies `change` to the state.

    Raises UnreadableError for a record that can't be answered.
    """
    version = open_version(record, state, context)
    answered, number = version.answered, version.header.version
    digest_answered = None if answered is None else answered.answers.get(number)
    if answered is not None and (digest_answered == version.digest or version.digest in answered.refused):
        return no_change(version, "DUPLICATE")
    if digest_answered is None and number < version.latest:
        return no_change(version, "SUPERSEDED")
    if digest_answered is not None:
        return reject_conflict(version)
    if version.event == "CANCEL":
        return cancel(version)
    return declare(version)


def reject_conflict(version: ManifestVersion) -> IntakeResult:
    """The same number for other content: everything is refused, and nothing remembered but what was answered."""
    conflict = Found(
        "/version",
        "VERSION_CONFLICT",
        {"version": str(version.header.version), "next": str(version.latest + 1)},
    )
    version.object_to(VERSIONS, conflict, "REJECT")
    drafts = [ParcelDraft(f"/parcels/{index}", raw) for index, raw in enumerate(version.raw_parcels)]
    for draft in drafts:
        draft.house_bill = house_bill_of(draft.raw)
    return answer(version, drafts, is_conflict=True)


def declare(version: ManifestVersion) -> IntakeResult:
    """A first filing or an amendment: judge every parcel."""
    if not version.raw_parcels and not any(finding.path == "/parcels" for finding in version.findings):
        version.object_to(STRUCTURE, Found("/parcels", "PARCELS_EMPTY"), "REJECT")
    bills = version.state.bills_of(version.header.manifest_id)
    is_original = version.header.function == "ORIGINAL" and "/function" not in version.malformed_paths
    if is_original and any(bill.in_force is not None for _, bill in bills):
        conflict = Found("/function", "ORIGINAL_REPEATED", {"latest": str(version.latest)})
        version.object_to(VERSIONS, conflict, "REJECT")
    if version.event == "AMEND" and version.answered is None:
        note = Found("/function", "AMENDED_MANIFEST_UNKNOWN")
        version.object_to(VERSIONS, note, "INFO")
    return answer(version, judge(version))


def cancel(version: ManifestVersion) -> IntakeResult:
    """Withdraw the parcels named, or all."""
    bills = dict(version.state.bills_of(version.header.manifest_id))
    if version.raw_parcels:
        targets = [(f"/parcels/{index}", house_bill_of(raw)) for index, raw in enumerate(version.raw_parcels)]
    else:
        targets = [("", house_bill) for house_bill, bill in sorted(bills.items()) if bill.in_force is not None]
        if not targets:
            nothing = Found("/function", "CANCEL_WITHOUT_PARCELS")
            version.object_to(VERSIONS, nothing, "REJECT")
    drafts: list[ParcelDraft] = []
    for index, (path, house_bill) in enumerate(targets):
        bill = bills.get(house_bill)
        faults = version.cancel_targets[index].faults if version.cancel_targets else ()
        if not faults and (bill is None or bill.in_force is None or house_bill in version.house_bills):
            faults = (Found("/house_bill", "CANCEL_HOUSE_BILL_UNKNOWN"),)
        draft = ParcelDraft(path)
        draft.house_bill = house_bill
        code = VERSIONS if house_bill else STRUCTURE
        draft.findings = tuple(finding_of(code, fault, "REJECT", path) for fault in faults)
        version.house_bills.add(house_bill)
        drafts.append(draft)
    return answer(version, drafts)

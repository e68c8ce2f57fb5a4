"""From a parcel as it was written to its findings and its route, in named steps.

Each step fills its own fields of a draft. A step is taken for all parcels before the next, so that the code and tables
it needs stay in the processor's caches (docs/decisions/0005-step-by-step.md).
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from agents.goods import NOTHING, categorise
from agents.identifiers import clearance_code
from agents.importers.verify import Verification, verify
from agents.intake.draft import ParcelDraft, house_bill_of
from agents.intake.findings import (
    EXHAUSTED_MAX,
    STRUCTURE,
    VERSIONS,
    finding_of,
    lies_in,
    limit_findings,
    redacted,
    rule_findings,
)
from agents.intake.structure import StrictParcel, faults, salvage, unknown
from agents.intake.version import ManifestVersion
from agents.parcel.case import Case
from agents.parcel.price_limits import list_limit_usd_e4
from agents.parcel.pricing import goods_of, price_of
from agents.parcel.selfuse import uses_of
from agents.rules.format import goods_chars
from agents.rules.outcome import acting, is_bundled, relief_of, route_of
from agents.rules.parties import listed_parties
from agents.rules.rule import Found
from agents.rules.traits import FEW_LINES
from agents.values.identity import consignee_token
from agents.values.money import show_e6
from schemas import limits
from schemas.decision import Finding
from schemas.decision_encoding import ParcelFields
from schemas.manifest import Parcel

Step = Callable[[ParcelDraft, ManifestVersion], None]


def understand_goods(draft: ParcelDraft, version: ManifestVersion) -> None:
    """What each item is. Nothing is read of a parcel with more text than the limits allow, which a rule refuses."""
    items = draft.parcel.items
    if len(items) > FEW_LINES and goods_chars(draft.parcel) > limits.GOODS_CHARS_PER_PARCEL_MAX:
        draft.goods = (NOTHING,) * len(items)
    else:
        draft.goods = tuple(map(version.context.reference.goods.understand, items))


def categorise_goods(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Which categories of restricted or limited goods the items belong to."""
    draft.categories = categorise(draft.goods, version.law.categories)


def price_goods(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The goods price and the customs value, at the exchange rate of the week."""
    draft.price = price_of(draft.parcel, version.law.week)


def screen_parties(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Parties that resemble listed ones."""
    draft.listed = listed_parties(draft.parcel, version.header, version.context.reference, version.law)


def lay_out_case(draft: ParcelDraft, version: ManifestVersion) -> None:
    """What the rules look at."""
    parcel, law, categories = draft.parcel, version.law, draft.categories
    draft.house_bill = parcel.house_bill
    draft.case = Case(
        header=version.header,
        carrier=version.record.carrier,
        lodged_on=version.day,
        parcel=parcel,
        reference=version.context.reference,
        law=law,
        price=draft.price,
        goods=draft.goods,
        categories=categories,
        uses=uses_of(parcel.items, draft.goods, categories, law) if categories and version.is_import else {},
        verification=_verification(parcel, version) if version.verifies_importers else None,
        listed=draft.listed,
        is_correction=version.is_correction(parcel.house_bill),
        is_import=version.is_import,
        list_limit_usd_e4=list_limit_usd_e4(parcel, version.header, categories, law),
    )


def _verification(parcel: Parcel, version: ManifestVersion) -> Verification | None:
    """What the register says of the importer; None where there is nothing to verify."""
    checks, consignee, keys = version.law.importer_checks, parcel.consignee, version.context.keys
    if checks is None or not clearance_code.is_valid(consignee.clearance_code or ""):
        return None
    entry = version.context.reference.importers.entry_of(consignee, keys)
    return verify(consignee, entry, keys, version.day, checks, parcel.order)


def find_sender_traits(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Traits of the header and the consignor: which rules may find something there."""
    draft.traits = version.traits.of_sender(draft.parcel.consignor)


def find_party_traits(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Traits of the consignee and of who is named beside."""
    draft.traits |= version.traits.of_parties(draft.case)


def find_money_traits(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Traits of amounts and prices."""
    draft.traits |= version.traits.of_money(draft.case)


def find_line_traits(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Traits of the lines of goods."""
    draft.traits |= version.traits.of_lines(draft.parcel.items)


def find_other_traits(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Traits of everything else."""
    draft.traits |= version.traits.of_rest(draft.case)


def describe_parcel(draft: ParcelDraft, version: ManifestVersion) -> None:  # noqa: ARG001 - every step is called alike
    """What the parcel adds to the head of its decision: its price and what its goods were taken for."""
    price = draft.price
    draft.fields = ParcelFields(
        None if price is None else show_e6(price.goods_usd_e6),
        None if price is None else price.customs_value_krw,
        goods_of(draft.case),
    )


LAYOUT: Final[tuple[Step, ...]] = (
    understand_goods,
    categorise_goods,
    price_goods,
    screen_parties,
    lay_out_case,
    find_sender_traits,
    find_party_traits,
    find_money_traits,
    find_line_traits,
    find_other_traits,
    describe_parcel,
)
"""Steps of parcels that are not malformed."""


def apply_rules(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Every finding on a parcel, and its place among the house bills of the manifest.

    Rests on the parcels before it.
    """
    if not draft.has_case:
        findings = _malformed_findings(draft, version)
    else:
        findings = _findings(draft, draft.case, version)
        if type(draft.parcel) is not StrictParcel:
            findings += [finding_of(STRUCTURE, found, "INFO") for found in unknown(draft.raw, draft.path)]
        draft.acting = acting(findings)
    version.house_bills.add(draft.house_bill)
    draft.findings, kept = limit_findings(findings, draft.path, is_exhausted=version.findings_exhausted)
    version.parcel_findings_kept += kept


def choose_route(draft: ParcelDraft, version: ManifestVersion) -> None:  # noqa: ARG001 - every step is called alike
    """Which clearance procedure applies, and what the parcel is exempt from."""
    if not draft.has_case:
        return
    case, rules = draft.case, draft.acting
    draft.route = route_of(case, rules)
    draft.relief = relief_of(case, draft.route, rules)
    draft.bundled = is_bundled(case, draft.route, rules)


JUDGING: Final[tuple[Step, ...]] = (apply_rules, choose_route)
"""Steps of all parcels, after `LAYOUT`."""


def take_steps(steps: Iterable[Step], drafts: Sequence[ParcelDraft], version: ManifestVersion) -> None:
    """Take each step for all drafts before the next."""
    for step in steps:
        for draft in drafts:
            step(draft, version)


def drafts_of(version: ManifestVersion) -> list[ParcelDraft]:
    """A draft for each parcel, in the order of the manifest."""
    return [
        ParcelDraft(f"/parcels/{index}", raw, parcel)
        for index, (raw, parcel) in enumerate(zip(version.raw_parcels, version.parcels, strict=True))
    ]


def judge(version: ManifestVersion) -> list[ParcelDraft]:
    """All parcels of a version, judged, in the order of the manifest."""
    drafts = drafts_of(version)
    take_steps(LAYOUT, [draft for draft in drafts if draft.has_case], version)
    take_steps(JUDGING, drafts, version)
    return drafts


def _findings(draft: ParcelDraft, case: Case, version: ManifestVersion) -> list[Finding]:
    """What the rules of one parcel find, without the consignee's own words, and its house bill among the others."""
    conflict = _house_bill_conflict(case.parcel, version)
    rules = version.rules.of(draft.traits)
    most = EXHAUSTED_MAX + 1 if version.findings_exhausted else limits.FINDINGS_PER_PARCEL_MAX + 1
    findings = rule_findings(case, rules, draft.path, most)
    if findings:
        findings = redacted(findings, case.parcel.consignee)
    if conflict is not None:
        findings.append(finding_of(VERSIONS, conflict, "REJECT", draft.path))
    return findings


def _malformed_findings(draft: ParcelDraft, version: ManifestVersion) -> list[Finding]:
    """What is malformed in a parcel, and what is wrong with the rest of it."""
    draft.house_bill = house_bill_of(draft.raw)
    malformed = islice(faults(draft.raw, Parcel, draft.path), limits.FINDINGS_PER_PARCEL_MAX + 1)
    findings = [finding_of(STRUCTURE, fault, "REJECT") for fault in malformed]
    if isinstance(draft.raw, dict) and not version.findings_exhausted:
        paths = frozenset(finding.path for finding in findings)
        rest = ParcelDraft(draft.path, draft.raw, salvage(draft.raw, Parcel))
        take_steps(LAYOUT, [rest], version)
        findings += [
            finding
            for finding in _findings(rest, rest.case, version)
            if finding.severity == "REJECT" and not lies_in(finding.path, paths)
        ]
    return findings


def _house_bill_conflict(parcel: Parcel, version: ManifestVersion) -> Found | None:
    """XP-01 for a house bill: one manifest has it, once, and not with ever new consignees."""
    if parcel.house_bill and parcel.house_bill in version.house_bills:
        return Found("/house_bill", "HOUSE_BILL_REPEATED")
    bill = version.state.bills.get(parcel.house_bill)
    if bill is None:
        return None
    if bill.in_force is not None and bill.manifest_id != version.header.manifest_id:
        return Found("/house_bill", "HOUSE_BILL_IN_OTHER_MANIFEST", {"manifest": bill.manifest_id})
    if len(bill.path) > limits.CONSIGNEE_CHANGES_MAX and bill.path[-1] != consignee_token(
        parcel.consignee, version.context.keys
    ):
        return Found("/consignee", "CONSIGNEE_CHANGED_TOO_OFTEN", {"count": str(limits.CONSIGNEE_CHANGES_MAX)})
    return None

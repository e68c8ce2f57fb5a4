"""From an accepted parcel to what screening and linking get, in named steps.

Steps are taken like those of `judging`, each for all parcels before the next.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from agents.importers.customs_interface import can_be_asked, particulars_token
from agents.intake.draft import Lineage, ParcelDraft
from agents.intake.judging import Step, take_steps
from agents.intake.link_messages import LinkMessageBuilder, since_of
from agents.intake.results import ForwardedParcel
from agents.intake.version import ManifestVersion
from agents.parcel.marks import address_mark, phone_mark, sampling_mark, seller_mark
from agents.parcel.pricing import CENT_E4, CENT_E6, INT64_MAX, comparable, day_number, money_of, piece_cents_of
from agents.risk.features import rows_of
from agents.risk.model import NO_MODEL
from agents.state.carriers import HouseBillState
from agents.values.identity import Ids, consignee_token
from schemas.checked_parcel import Cancel, Declare, Facts, Refuse
from schemas.decision import Finding
from schemas.parcel_links import CONSIGNEE_BYTES, ParcelLink

HS_HEADING_CHARS: Final = 4
HS_SUBHEADING_CHARS: Final = 6
_PACK: Final = msgspec.msgpack.Encoder().encode


def tokenise_consignee(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The keyed token that stands for the consignee everywhere behind intake."""
    draft.token = consignee_token(draft.parcel.consignee, version.context.keys)


def mark_seller(draft: ParcelDraft, version: ManifestVersion) -> None:  # noqa: ARG001 - every step is called alike
    """The mark of who sold the goods."""
    draft.seller_mark = seller_mark(draft.parcel)


def mark_address(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The keyed mark of the consignee's address."""
    draft.address_mark = address_mark(draft.parcel.consignee, version.secret)


def mark_phone(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The keyed mark of the consignee's phone."""
    draft.phone_mark = phone_mark(draft.parcel.consignee, version.secret)


def mark_for_sampling(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The keyed mark by which random checks are drawn."""
    draft.sampling_mark = sampling_mark(version.record.carrier, draft.house_bill, version.secret)


def collect_facts(draft: ParcelDraft, version: ManifestVersion) -> None:
    """What the rules of screening look at: no clear text of the consignee."""
    case, parcel, price = draft.case, draft.parcel, draft.price
    order, consignee = parcel.order, parcel.consignee
    asks_customs = version.asks_customs and parcel.ecommerce and can_be_asked(consignee)
    draft.facts = Facts(
        goods_price_usd_e6=0 if price is None else min(price.goods_usd_e6, INT64_MAX),
        limit_usd_e4=case.list_limit_usd_e4,
        mode=version.header.mode,
        lodged_on=version.day_ordinal,
        rate_krw_e4=0 if price is None else price.rate_krw_e4,
        arrives_on=version.arrives_on,
        purchased_on=0 if order is None or order.purchased_on is None else day_number(order.purchased_on),
        master=version.master_bill_mark,
        supplier=draft.seller_mark,
        address=draft.address_mark,
        phone=draft.phone_mark,
        particulars=particulars_token(consignee, draft.token, version.context.keys) if asks_customs else "",
        uses=dict(case.uses) if case.uses else {},
        relief=draft.relief,
        is_person=bool(consignee.clearance_code) or not consignee.business_number,
        bundled=draft.bundled,
        port=version.header.arrival_port,
        arrives_ms=version.arrives_ms,
        departs_ms=version.departs_ms,
        draw=draft.sampling_mark,
    )


def pack_money(draft: ParcelDraft, version: ManifestVersion) -> None:  # noqa: ARG001 - every step is called alike
    """What taxes are computed from, packed; nothing where the price is not known."""
    draft.money = b"" if draft.price is None else _PACK(money_of(draft.case, draft.price))


def score_risk(draft: ParcelDraft, version: ManifestVersion) -> None:
    """The risk of an import; nothing without a model."""
    scorer = version.context.scorer
    draft.risk = NO_MODEL if scorer is None or not version.is_import else scorer.of_parcel(rows_of(draft.case))


FORWARDING: Final[tuple[Step, ...]] = (
    tokenise_consignee,
    mark_seller,
    mark_address,
    mark_phone,
    mark_for_sampling,
    collect_facts,
    pack_money,
    score_risk,
)
"""Steps of accepted parcels that have a case."""


def place_in_sequence(draft: ParcelDraft, version: ManifestVersion) -> None:
    """Where the decision stands among those of its house bill.

    An accepted parcel is the only one of its house bill in the manifest, so what was before it stands in the state.
    """
    bill = version.state.bills.get(draft.house_bill)
    sequence, supersedes, path, link_marks = (
        (1, None, (), b"") if bill is None else (bill.sequence + 1, bill.in_force, bill.path, bill.marks)
    )
    if draft.has_case and (not path or path[-1] != draft.token):
        path = (*path, draft.token)
    draft.lineage = Lineage(sequence, supersedes, path, link_marks)


def forward(version: ManifestVersion, ids: Ids, drafts: Sequence[ParcelDraft]) -> None:
    """Prepare accepted parcels, or cancellations, for screening."""
    for draft in drafts:
        draft.decision_id = ids.of(draft.house_bill)
    take_steps(FORWARDING, [draft for draft in drafts if draft.has_case], version)
    take_steps((place_in_sequence,), drafts, version)


def _message_fields(draft: ParcelDraft, version: ManifestVersion, path: Sequence[str], sequence: int) -> dict[str, Any]:
    """What every message about a house bill says; `path` are all its consignees."""
    return {
        "path": tuple(path[1:]),
        "carrier": version.record.carrier,
        "manifest_id": version.header.manifest_id,
        "manifest_version": version.header.version,
        "house_bill": draft.house_bill,
        "received_at_ms": version.record.stored_at_ms,
        "decision_id": draft.decision_id,
        "event": version.event,
        "sequence": sequence,
        "decision_head": draft.decision_head,
    }


def forwarded(draft: ParcelDraft, version: ManifestVersion) -> ForwardedParcel:
    """An accepted parcel, or a cancellation, as screening gets it, keyed by the first consignee of its path."""
    lineage, findings = draft.lineage, draft.findings
    path, supersedes = lineage.consignee_path, lineage.supersedes
    fields = _message_fields(draft, version, path, lineage.sequence)
    if not draft.has_case:
        return ForwardedParcel(path[0], Cancel(**fields, supersedes=supersedes, findings=findings))
    declared = Declare(
        **fields,
        supersedes=supersedes,
        facts=draft.facts,
        findings=findings,
        route=draft.route,
        money=draft.money,
        risk_ppm=draft.risk.score_ppm,
        risk=draft.risk.encoded,
    )
    return ForwardedParcel(path[0], declared)


def forwarded_refusal(
    draft: ParcelDraft,
    version: ManifestVersion,
    consignee_path: Sequence[str],
    sequence: int,
    findings: tuple[Finding, ...],
) -> ForwardedParcel:
    """A refusal of a house bill that was accepted before: screening numbers its decisions."""
    fields = _message_fields(draft, version, consignee_path, sequence)
    return ForwardedParcel(consignee_path[0], Refuse(**fields, findings=findings))


def bill_after(draft: ParcelDraft, version: ManifestVersion, link_marks: bytes) -> HouseBillState:
    """What is remembered of the house bill of a forwarded parcel."""
    lineage = draft.lineage
    return HouseBillState(
        version.header.manifest_id,
        lineage.sequence,
        lineage.sequence if draft.has_case else None,
        lineage.consignee_path,
        version.is_correction(draft.house_bill),
        link_marks,
    )


def link(draft: ParcelDraft, version: ManifestVersion, messages: LinkMessageBuilder) -> bytes:
    """Tell linking of a parcel that a person imports, or that it is gone; the marks it is known by from now on."""
    name, before = f"{version.record.carrier}/{draft.house_bill}", draft.lineage.link_marks
    if not draft.has_case or not draft.facts.is_person or not version.is_import or not draft.parcel.items:
        messages.retract(name, before)
        return b""
    facts, item, since_ms = draft.facts, draft.parcel.items[0], since_of(before)
    piece_cents = piece_cents_of(item, draft.price)
    hs_code = draft.fields.goods[0].hs_code or ""
    commodity, kind = comparable(hs_code[:HS_SUBHEADING_CHARS], item) if piece_cents and hs_code else (0, 0)
    parcel_link = ParcelLink(
        name,
        version.record.stored_at_ms if since_ms is None else since_ms,
        draft.lineage.sequence,
        bytes.fromhex(draft.token[-2 * CONSIGNEE_BYTES :]),
        facts.address,
        facts.phone,
        facts.supplier,
        commodity,
        hs_code[:HS_HEADING_CHARS],
        min(facts.goods_price_usd_e6 // CENT_E6, INT64_MAX),
        facts.limit_usd_e4 // CENT_E4,
        piece_cents,
        kind,
    )
    return messages.add(parcel_link, before)

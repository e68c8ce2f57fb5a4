"""SEC-05: what intelligence has named."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from agents.law.entries import TargetKind
from agents.parcel.case import Case
from agents.rules.rule import Found
from agents.values.text import folded

_HS_DIGITS: Final = (2, 4, 6, 10)


def no_intelligence_target(case: Case) -> Iterator[Found]:
    """All that intelligence has named is looked at.

    It names carriers, flights and ships, master bills, senders, sellers, origins and commodity codes.
    """
    targets = case.law.targets
    if not targets:
        return
    seen: set[str] = set()
    for kind, path, text in _said(case, targets.keys()):
        target = targets[kind].get(folded(text))
        if target is not None and target.entry not in seen:
            seen.add(target.entry)
            evidence = {"by": kind, "target": target.entry, "lane": target.lane}
            yield Found(path, "INTELLIGENCE_TARGET", evidence, target.lane)


def _said(case: Case, kinds: AbstractSet[TargetKind]) -> Iterator[tuple[TargetKind, str, str]]:
    """What a parcel says of each kind that is targeted at all."""
    header, parcel = case.header, case.parcel
    if "CARRIER" in kinds:
        yield "CARRIER", "", case.carrier
    if "CONVEYANCE" in kinds and header.conveyance:
        yield "CONVEYANCE", "", header.conveyance
    if "MASTER_BILL" in kinds:
        yield "MASTER_BILL", "", header.master_bill
    if "SENDER" in kinds:
        yield "SENDER", "/consignor/name", parcel.consignor.name
    if "SELLER" in kinds and parcel.order is not None and parcel.order.seller_id:
        yield "SELLER", "/order/seller_id", parcel.order.seller_id
    for index, item in enumerate(parcel.items):
        if "ORIGIN" in kinds:
            yield "ORIGIN", f"/items/{index}/origin", item.origin
        if "HS" in kinds:
            for digits in _HS_DIGITS:
                yield "HS", f"/items/{index}/hs_code", item.hs_code[:digits]

"""XP-02, 03, 05, 06, 08: a parcel among the others of its consignee."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final

import msgspec

from agents.importers.verify import Verification
from agents.parcel.selfuse import limit_of
from agents.reference import Law
from agents.rules.rule import Found
from agents.state.parcels import WINDOW_DAYS, PastParcel
from agents.values.clock import DAY_MS
from agents.values.money import E2, E4, show_e6
from schemas import limits
from schemas.checked_parcel import Facts
from schemas.decision import Route


class ConsigneeLimits(msgspec.Struct, frozen=True, gc=False):
    """The velocity limits of a day as whole numbers."""

    parcels: tuple[tuple[int, int], ...]
    """(days, parcels) windows."""
    usd_e6_7d: int
    addresses: int


class ScreenCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel laid out for the rules of screening, among the others of its consignee."""

    now_ms: int
    facts: Facts
    others: Mapping[str, PastParcel]
    """The consignee's other parcels within `WINDOW_DAYS`, by carrier and house bill."""
    law: Law
    """What is in force on the parcel's day of lodging."""
    limits: ConsigneeLimits
    """What is in force on the day of receipt."""
    verification: Verification | None = None
    """What customs says of the importer; None where it is not asked."""
    is_import: bool = True


WEEK_DAYS: Final = 7


@lru_cache(maxsize=64)
def limits_under(law: Law) -> ConsigneeLimits:
    """The velocity limits of a law."""
    figures = law.figures
    return ConsigneeLimits(
        (
            (1, figures.velocity_parcels_1d // E4),
            (WEEK_DAYS, figures.velocity_parcels_7d // E4),
            (WINDOW_DAYS, figures.velocity_parcels_30d // E4),
        ),
        figures.velocity_usd_7d * E2,
        figures.code_addresses_30d // E4,
    )


def bill_is_not_split(case: ScreenCase) -> Iterator[Found]:
    """What one consignee receives under one master bill stays within the exemption limit together.

    Otherwise all of it is taxed as one.
    """
    parcel = case.facts
    supplier = parcel.supplier if case.law.figures.combine_needs_same_supplier else None
    together = {
        name: past
        for name, past in case.others.items()
        if past.master == parcel.master and (supplier is None or past.supplier == supplier)
    }
    yield from _combined(case, together, "BILL_SPLIT")


def purchase_is_not_split(case: ScreenCase) -> Iterator[Found]:
    """What one consignee bought of one overseas supplier on one day stays within the exemption limit together.

    Otherwise all of it is taxed as one.
    """
    parcel = case.facts
    if not parcel.purchased_on or not parcel.supplier:
        return
    together = {
        name: past
        for name, past in case.others.items()
        if past.purchased_on == parcel.purchased_on and past.supplier == parcel.supplier
    }
    yield from _combined(case, together, "PURCHASE_SPLIT")


def _combined(case: ScreenCase, together: Mapping[str, PastParcel], message_id: str) -> Iterator[Found]:
    if not together or not case.is_import:
        return
    usd_e6 = case.facts.goods_price_usd_e6 + sum(past.usd_e6 for past in together.values())
    # The special limit is open to none of them when one is not from the United States or holds excluded goods,
    # whichever comes last.
    limit_usd_e4 = min(
        [case.facts.limit_usd_e4, *(past.limit_usd_e4 for past in together.values() if past.limit_usd_e4)]
    )
    if usd_e6 > limit_usd_e4 * E2:
        bills = [name.split("/", 1)[1] for name in together][-limits.EVIDENCE_PARCELS_MAX :]
        evidence = {
            "usd": show_e6(usd_e6),
            "limit_usd": show_e6(limit_usd_e4 * E2),
            "parcels": str(1 + len(together)),
            "house_bills": " ".join(bills),
        }
        yield Found("", message_id, evidence, together_usd_e6=usd_e6)


def receives_too_much(case: ScreenCase) -> Iterator[Found]:
    """One person who imports receives no more than a person uses.

    That is counted in parcels a day, a week and a month, and in value a week.
    """
    others = case.others.values()
    if not others or not case.is_import or not case.facts.is_person:
        return
    for days, most in case.limits.parcels:
        if len(others) >= most:
            since_ms = case.now_ms - days * DAY_MS
            count = 1 + sum(past.received_at_ms > since_ms for past in others)
            if count > most:
                evidence = {"parcels": str(count), "days": str(days), "limit": str(most)}
                yield Found("/consignee", "CONSIGNEE_PARCELS_MANY", evidence)
    since_ms = case.now_ms - WEEK_DAYS * DAY_MS
    week_usd_e6 = case.facts.goods_price_usd_e6 + sum(past.usd_e6 for past in others if past.received_at_ms > since_ms)
    if week_usd_e6 > case.limits.usd_e6_7d:
        evidence = {"usd": show_e6(week_usd_e6), "days": str(WEEK_DAYS), "limit": show_e6(case.limits.usd_e6_7d)}
        yield Found("/consignee", "CONSIGNEE_VALUE_HIGH", evidence)


def code_is_not_shared(case: ScreenCase) -> Iterator[Found]:
    """Parcels under one clearance code go to few addresses and phones within a month.

    Many are a sign that the code is used by others.
    """
    if not case.is_import or not case.facts.is_person or len(case.others) + 1 < case.limits.addresses:
        return
    parcel, others = case.facts, case.others.values()
    for what, marks, message_id in (
        ("addresses", {parcel.address, *(past.address for past in others)}, "CODE_ADDRESSES_MANY"),
        ("phones", {parcel.phone, *(past.phone for past in others)}, "CODE_PHONES_MANY"),
    ):
        count = len(marks - {0})
        if count >= case.limits.addresses:
            evidence = {what: str(count), "days": str(WINDOW_DAYS), "limit": str(case.limits.addresses)}
            yield Found("/consignee", message_id, evidence)


def self_use_is_kept_over_parcels(case: ScreenCase) -> Iterator[Found]:
    """What one consignee receives on one day of arrival stays within the limits of self-use together."""
    parcel = case.facts
    if not parcel.uses or not parcel.arrives_on or not case.is_import or not parcel.is_person:
        return
    together = {name: past for name, past in case.others.items() if past.arrives_on == parcel.arrives_on and past.uses}
    if not together:
        return
    for kind, own in parcel.uses.items():
        limit = limit_of(case.law, kind)
        total = own + sum(past.uses.get(kind, 0) for past in together.values())
        if limit is not None and own <= limit.most < total:
            bills = [name.split("/", 1)[1] for name, past in together.items() if kind in past.uses][
                -limits.EVIDENCE_PARCELS_MAX :
            ]
            evidence = {
                "category": limit.category,
                "found": str(total),
                "limit": str(limit.most),
                "unit": limit.unit,
                "source": limit.source,
                "house_bills": " ".join(bills),
            }
            yield Found("/items", "SELF_USE_EXCEEDED_TOGETHER", evidence)


def seen_of(  # noqa: PLR0913, PLR0917 - what a memory keeps
    facts: Facts, received_at_ms: int, route: Route, sequence: int, further: int, content: bytes = b""
) -> PastParcel:
    """A parcel as its consignee's memory keeps it."""
    return PastParcel(
        received_at_ms,
        facts.goods_price_usd_e6,
        route,
        facts.master,
        facts.supplier,
        facts.purchased_on,
        facts.arrives_on,
        facts.address,
        facts.phone,
        facts.uses,
        sequence,
        sequence,
        further,
        content,
        facts.limit_usd_e4,
    )

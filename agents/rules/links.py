"""XP-04, 07, 09, 12: a parcel among others that share its address, phone or seller, whoever the consignee is."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from agents.rules.link_prices import PER_MILLE, PERCENT, LinkCase, PeerPrices, is_near
from agents.rules.rule import Found
from agents.state.parcels import WINDOW_DAYS
from agents.state.price_bands import CENTS, kind_of, step_of
from agents.values.clock import DAY_MS
from schemas.parcel_links import ADDRESS, PHONE, ParcelLink

WEEK_DAYS: Final = 7
WHAT: Final[Mapping[int, str]] = {ADDRESS: "address", PHONE: "phone"}


def evidence_of(parcels: Iterable[ParcelLink]) -> tuple[str, ...]:
    """House bills that a finding rests on."""
    return tuple([parcel.house_bill for parcel in parcels])


def _within(case: LinkCase, days: int) -> list[ParcelLink]:
    since_ms = case.now_ms - days * DAY_MS
    return [other for other in case.together if other.since_ms > since_ms]


def _dollars(cents: int) -> str:
    return f"{cents // CENTS}.{cents % CENTS:02}"


class Linked(Found, frozen=True, gc=False):
    """What a rule of linking says, and the parcels it rests on."""

    parcels: tuple[ParcelLink, ...] = ()


def receiver_gets_few_parcels(case: LinkCase) -> Iterator[Linked]:
    """One address, or one phone, receives no more parcels in a week over all clearance codes than a household.

    A place where everybody has a phone of their own is a pick-up point.
    """
    most = case.limits.parcels_7d[case.kind]
    if len(case.together) <= most:
        return
    week = _within(case, WEEK_DAYS)
    codes = len({other.consignee for other in week})
    phones = len({other.phone for other in week})
    if len(week) > most and codes > 1 and (case.kind == PHONE or phones * case.limits.parcels_a_phone <= len(week)):
        evidence = {
            "parcels": str(len(week)),
            "codes": str(codes),
            "days": str(WEEK_DAYS),
            "limit": str(most),
            "by": WHAT[case.kind],
        }
        message_id = "ADDRESS_PARCELS_MANY" if case.kind == ADDRESS else "PHONE_PARCELS_MANY"
        yield Linked("/consignee", message_id, evidence, parcels=tuple(week))


def address_gets_no_split_order(case: LinkCase) -> Iterator[Linked]:
    """What one seller sends to one address in a day is not split over several clearance codes.

    Parcels of more than half the exemption limit, each below it, look like that.
    """
    parcel = case.parcel
    if not parcel.seller or not _is_half(parcel):
        return
    day = [
        other
        for other in _within(case, 1)
        if other.seller == parcel.seller and other.goods == parcel.goods and _is_half(other)
    ]
    codes = len({other.consignee for other in day})
    if codes >= case.limits.split_codes_1d:
        together = sum(other.price_cents for other in day)
        evidence = {
            "codes": str(codes),
            "parcels": str(len(day)),
            "goods": parcel.goods,
            "usd": _dollars(together),
            "limit_usd": _dollars(parcel.limit_cents),
        }
        yield Linked("/consignee", "ADDRESS_ORDER_SPLIT", evidence, parcels=tuple(day))


def _is_half(parcel: ParcelLink) -> bool:
    return parcel.limit_cents < 2 * parcel.price_cents <= 2 * parcel.limit_cents


def receiver_has_few_codes(case: LinkCase) -> Iterator[Linked]:
    """One address, or one phone, does not receive the same goods under many clearance codes.

    Commercial goods in the name of others look like that.
    """
    most = case.limits.codes_30d[case.kind]
    if len(case.together) < most:
        return
    month = _within(case, WINDOW_DAYS)
    same = [other for other in month if other.goods == case.parcel.goods]
    codes = len({other.consignee for other in same})
    if codes >= most and len(same) * PERCENT >= len(month) * case.limits.same_goods_percent:
        evidence = {
            "codes": str(codes),
            "parcels": str(len(same)),
            "of": str(len(month)),
            "goods": case.parcel.goods,
            "days": str(WINDOW_DAYS),
            "limit": str(most),
            "by": WHAT[case.kind],
        }
        message_id = "ADDRESS_CODES_MANY" if case.kind == ADDRESS else "PHONE_CODES_MANY"
        yield Linked("/consignee", message_id, evidence, parcels=tuple(same))


def seller_reaches_many_receivers(case: LinkCase) -> Iterator[Linked]:
    """The same goods of one seller that go to many clearance codes go to as many addresses and phones.

    Few of them point to commercial goods in the name of others.
    """
    group, limits = case.group, case.limits
    if group is None or len(group.codes) < limits.seller_codes_30d:
        return
    codes = len(group.codes)
    addresses, phones = len(group.addresses), len(group.phones)
    if min(addresses, phones) * limits.seller_codes_a_receiver > codes:
        return
    same = [other for other in _within(case, WINDOW_DAYS) if other.goods == case.parcel.goods]
    codes, addresses, phones = (
        len({other.consignee for other in same}),
        len({other.address for other in same}),
        len({other.phone for other in same}),
    )
    if codes >= limits.seller_codes_30d and min(addresses, phones) * limits.seller_codes_a_receiver <= codes:
        evidence = {
            "codes": str(codes),
            "addresses": str(addresses),
            "phones": str(phones),
            "parcels": str(len(same)),
            "goods": case.parcel.goods,
            "days": str(WINDOW_DAYS),
        }
        yield Linked("/consignee", "SELLER_RECEIVERS_FEW", evidence, parcels=tuple(same))


def seller_has_customers_who_buy_once(case: LinkCase) -> Iterator[Linked]:
    """Of a seller's customers in a week few buy the same goods again.

    When most clearance codes do, somebody collects them for commercial goods.
    """
    group, limits = case.group, case.limits
    if (
        group is None
        or len(group.codes) < limits.seller_codes_30d
        or len(case.together) < len(group.codes) * limits.seller_parcels_a_code
    ):
        return
    same = [other for other in _within(case, WEEK_DAYS) if other.goods == case.parcel.goods]
    codes = len({other.consignee for other in same})
    if codes >= limits.seller_codes_30d and len(same) >= codes * limits.seller_parcels_a_code:
        evidence = {
            "codes": str(codes),
            "parcels": str(len(same)),
            "limit": str(limits.seller_parcels_a_code),
            "goods": case.parcel.goods,
            "days": str(WEEK_DAYS),
        }
        yield Linked("/consignee", "SELLER_CODES_REPEAT", evidence, parcels=tuple(same))


def seller_is_not_always_near_the_limit(case: LinkCase) -> Iterator[Linked]:
    """What one seller declares does not lie mostly just below the exemption limit, at ever other prices."""
    limits = case.limits
    if len(case.together) < limits.near_parcels_30d or not is_near(case.parcel, limits):
        return
    month = _within(case, WINDOW_DAYS)
    near = [other for other in month if is_near(other, limits)]
    prices = len({(other.goods, other.price_cents) for other in near})
    if (
        len(near) >= limits.near_parcels_30d
        and len(near) * PERCENT >= len(month) * limits.near_share_percent
        and prices >= limits.near_prices
    ):
        evidence = {
            "parcels": str(len(near)),
            "of": str(len(month)),
            "prices": str(prices),
            "limit_usd": _dollars(case.parcel.limit_cents),
            "percent": str(limits.near_percent),
            "days": str(WINDOW_DAYS),
        }
        yield Linked("/items/0", "SELLER_NEAR_LIMIT", evidence, parcels=tuple(near))


def price_fits_the_seller(case: LinkCase) -> Iterator[Linked]:
    """A piece costs no small part of what the same seller takes for nearly all other goods of the same kind."""
    group, limits, parcel = case.group, case.limits, case.parcel
    if group is None or not parcel.piece_cents or (steps := group.prices.get(kind_of(parcel))) is None:
        return
    count = sum(steps.values()) - 1
    if count < limits.seller_sample:
        return
    bound = step_of(parcel.piece_cents * limits.band_factor)
    if (
        sum([number for step, number in steps.items() if step <= bound]) - 1
    ) * PER_MILLE > count * limits.kind_per_mille:
        return
    same = [
        other
        for other in case.together
        if other.goods == parcel.goods and other.piece_cents and kind_of(other) == kind_of(parcel)
    ]
    others = sorted(other.piece_cents for other in same if other.name != parcel.name)
    evidence = {
        "usd": _dollars(parcel.piece_cents),
        "usual_usd": _dollars(others[len(others) // 2]),
        "sample": str(len(others)),
        "goods": parcel.goods,
    }
    yield Linked("/items/0/unit_price", "PRICE_LOW_FOR_SELLER", evidence, parcels=tuple(same))


def price_fits_the_goods(case: LinkCase) -> Iterator[Linked]:
    """A piece does not cost a small part of what other sellers take for nearly all goods of the same kind.

    Goods are of the same kind by subheading, unit, weight, name and brand, or without these two where there are few.
    """
    parcel, factor = case.parcel, case.limits.band_factor
    others = None if case.beside is None else case.beside.of(parcel)
    if others is None or not others.nearly_all_above(parcel.piece_cents, factor):
        return
    evidence = _evidence(parcel, others) | {"lower": str(others.lower(parcel.piece_cents, factor))}
    yield Linked("/items/0/unit_price", "PRICE_LOW_FOR_GOODS", evidence, parcels=(parcel,))


def seller_is_not_always_cheap(case: LinkCase) -> Iterator[Linked]:
    """What one seller sends does not mostly cost a small part of what other sellers take for the same kind of goods.

    Nor does it cost far less than the cheapest of those.
    """
    parcel, limits = case.parcel, case.limits
    beside = case.beside
    if beside is None or len(case.together) < limits.low_parcels_30d:
        return
    others = beside.of(parcel)
    if others is None or not others.is_low(parcel.piece_cents, limits):
        return
    judged = [
        (other, of_others)
        for other in _within(case, WINDOW_DAYS)
        if other.piece_cents and (of_others := beside.of(other)) is not None
    ]
    low = [other for other, of_others in judged if of_others.is_low(other.piece_cents, limits)]
    if len(low) >= limits.low_parcels_30d and len(low) * PERCENT >= len(judged) * limits.low_share_percent:
        evidence = _evidence(parcel, others) | {
            "parcels": str(len(low)),
            "of": str(len(judged)),
            "factor": str(limits.low_factor),
            "days": str(WINDOW_DAYS),
        }
        yield Linked("/items/0/unit_price", "SELLER_PRICES_LOW", evidence, parcels=tuple(low))


def _evidence(parcel: ParcelLink, others: PeerPrices) -> dict[str, str]:
    return {
        "usd": _dollars(parcel.piece_cents),
        "usual_usd": _dollars(others.middle_cents),
        "sample": str(others.parcels),
        "goods": parcel.goods,
    }

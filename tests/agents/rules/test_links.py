"""XP-04, 07, 09, 12: each rule with something to find, with nothing, and at its limit."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.rules.link_prices import LinkCase, PeerComparison, is_cheap, is_near, limits_under
from agents.rules.links import (
    Linked,
    address_gets_no_split_order,
    price_fits_the_goods,
    price_fits_the_seller,
    receiver_gets_few_parcels,
    receiver_has_few_codes,
    seller_has_customers_who_buy_once,
    seller_is_not_always_cheap,
    seller_is_not_always_near_the_limit,
    seller_reaches_many_receivers,
)
from agents.state.links import GROUP_PARCELS_MIN, LinkStore, SellerState
from agents.state.price_bands import STEPS, PriceHistogram, cents_of, step_of
from agents.values.clock import DAY_MS
from schemas.parcel_links import ADDRESS, PHONE, SELLER, ParcelLink
from tests.links import NOW_MS, code, parcel_link
from tests.reference import REFERENCE

LAW = REFERENCE.on(date(2026, 11, 23))
LIMITS = limits_under(LAW)


def many(count: int, *, first: int = 0, **changes: Any) -> list[ParcelLink]:  # noqa: ANN401 - whatever a sighting may hold
    """Parcels under codes of their own; a function gives each its value by its number."""
    return [
        parcel_link(
            f"kx/K{number}",
            **{
                "consignee": code(number),
                **{name: value(number) if callable(value) else value for name, value in changes.items()},
            },
        )
        for number in range(first, first + count)
    ]


def at(kind: int, parcels: Sequence[ParcelLink]) -> LinkCase:
    """The last of some parcels among them all, at one address or phone."""
    return LinkCase(parcel=parcels[-1], kind=kind, now_ms=NOW_MS, law=LAW, limits=LIMITS, together=parcels)


def of_seller(parcels: Sequence[ParcelLink]) -> LinkCase:
    """The last of some parcels among them all, of one seller."""
    links, seller = LinkStore(), SellerState()
    for parcel in parcels:
        seller, _ = links.add_seller(parcel.seller, parcel, NOW_MS)
    group = seller.groups.get(parcels[-1].goods)
    return LinkCase(
        parcel=parcels[-1],
        kind=SELLER,
        now_ms=NOW_MS,
        law=LAW,
        limits=LIMITS,
        together=seller.parcels.values(),
        group=group,
        beside=PeerComparison(links.bands, seller.parcels.values(), NOW_MS, LIMITS),
    )


OTHERS = 77
"""Mark of a seller who is not the one that is looked at."""
KIND = 43


def beside(usual: Iterable[int], *parcels: ParcelLink, **alike: Any) -> LinkCase:  # noqa: ANN401 - whatever a sighting may hold
    """The last of a seller's parcels, beside prices that another seller takes for goods that are alike."""
    links, seller = LinkStore(), SellerState()
    for number, cents in enumerate(usual):  # a seller keeps the latest; the prices stay
        other = parcel_link(f"kx/O{number}", price_cents=cents, seller=OTHERS, **alike)
        links.add_seller(other.seller, other, NOW_MS)
    for parcel in parcels:
        seller, _ = links.add_seller(parcel.seller, parcel, NOW_MS)
    return LinkCase(
        parcel=parcels[-1],
        kind=SELLER,
        now_ms=NOW_MS,
        law=LAW,
        limits=LIMITS,
        together=seller.parcels.values(),
        beside=PeerComparison(links.bands, seller.parcels.values(), NOW_MS, LIMITS),
    )


def banded(usual: Iterable[int], cents: int, **alike: Any) -> LinkCase:  # noqa: ANN401 - whatever a sighting may hold
    """A single parcel beside those of another seller."""
    return beside(usual, parcel_link(price_cents=cents, **alike), **alike)


def cheap(count: int, *, first: int = 0, price_cents: int = 1_200, **changes: Any) -> list[ParcelLink]:  # noqa: ANN401 - whatever a sighting may hold
    """Parcels of a seller at a fifth of what others take."""
    return many(count, first=first, price_cents=price_cents, **{"kind": KIND, **changes})


def own(number: int) -> int:
    return 1000 + number


def shared(by: int) -> Callable[[int], int]:
    return lambda number: 1000 + number // by


def of_codes(codes: int) -> Callable[[int], bytes]:
    return lambda number: code(number % codes)


def days_ago(days: int) -> int:
    return NOW_MS - days * DAY_MS


CODES = ["XP"]
TABLE = (
    pytest.param(
        receiver_gets_few_parcels, at(ADDRESS, many(21)), CODES, id="twenty-one parcels to one address, one phone"
    ),
    pytest.param(receiver_gets_few_parcels, at(ADDRESS, many(20)), [], id="twenty"),
    pytest.param(
        receiver_gets_few_parcels, at(ADDRESS, many(21, phone=shared(3))), CODES, id="three parcels for each phone"
    ),
    pytest.param(
        receiver_gets_few_parcels, at(ADDRESS, many(22, phone=shared(3))), [], id="fewer than three: a pick-up point"
    ),
    pytest.param(
        receiver_gets_few_parcels, at(ADDRESS, many(40, consignee=code(1))), [], id="one code is another rule's"
    ),
    pytest.param(
        receiver_gets_few_parcels,
        at(ADDRESS, [*many(1, since_ms=days_ago(7)), *many(20, first=1)]),
        [],
        id="one of them a week ago",
    ),
    pytest.param(receiver_gets_few_parcels, at(PHONE, many(13)), CODES, id="thirteen for one phone"),
    pytest.param(receiver_gets_few_parcels, at(PHONE, many(12)), [], id="twelve for one phone"),
    pytest.param(
        address_gets_no_split_order,
        at(ADDRESS, many(3, price_cents=10_000)),
        CODES,
        id="three codes, a hundred dollars each",
    ),
    pytest.param(address_gets_no_split_order, at(ADDRESS, many(2, price_cents=10_000)), [], id="a couple"),
    pytest.param(address_gets_no_split_order, at(ADDRESS, many(3, price_cents=7_500)), [], id="just half the limit"),
    pytest.param(
        address_gets_no_split_order, at(ADDRESS, many(3, price_cents=7_501)), CODES, id="a cent above half the limit"
    ),
    pytest.param(address_gets_no_split_order, at(ADDRESS, many(3, price_cents=15_000)), CODES, id="just the limit"),
    pytest.param(
        address_gets_no_split_order,
        at(ADDRESS, many(3, price_cents=15_001)),
        [],
        id="above the limit they are declared anyway",
    ),
    pytest.param(
        address_gets_no_split_order, at(ADDRESS, many(3, price_cents=10_000, seller=own)), [], id="three sellers"
    ),
    pytest.param(
        address_gets_no_split_order,
        at(ADDRESS, many(3, price_cents=10_000, goods=lambda number: f"610{number}")),
        [],
        id="three kinds of goods",
    ),
    pytest.param(
        address_gets_no_split_order,
        at(ADDRESS, [*many(1, price_cents=10_000, since_ms=days_ago(1)), *many(2, first=1, price_cents=10_000)]),
        [],
        id="one a day before",
    ),
    pytest.param(
        address_gets_no_split_order, at(ADDRESS, many(3, price_cents=10_000, seller=0)), [], id="no seller is said"
    ),
    pytest.param(receiver_has_few_codes, at(ADDRESS, many(8)), CODES, id="eight codes, the same goods"),
    pytest.param(receiver_has_few_codes, at(ADDRESS, many(7)), [], id="seven codes"),
    pytest.param(
        receiver_has_few_codes,
        at(ADDRESS, [*many(8, goods="9503"), *many(8, first=8)]),
        CODES,
        id="half of all parcels there",
    ),
    pytest.param(
        receiver_has_few_codes,
        at(ADDRESS, [*many(9, goods="9503"), *many(8, first=9)]),
        [],
        id="less than half: a place of many",
    ),
    pytest.param(receiver_has_few_codes, at(ADDRESS, many(30, consignee=code(1))), [], id="thirty parcels of one code"),
    pytest.param(
        receiver_has_few_codes,
        at(ADDRESS, [*many(1, since_ms=days_ago(30)), *many(7, first=1)]),
        [],
        id="one of them a month ago",
    ),
    pytest.param(receiver_has_few_codes, at(PHONE, many(5)), CODES, id="five codes with one phone"),
    pytest.param(receiver_has_few_codes, at(PHONE, many(4)), [], id="four codes with one phone"),
    pytest.param(
        seller_reaches_many_receivers,
        of_seller(many(21, address=own, phone=shared(3))),
        CODES,
        id="twenty-one codes, seven phones",
    ),
    pytest.param(
        seller_reaches_many_receivers,
        of_seller(many(22, address=own, phone=shared(3))),
        [],
        id="twenty-two codes, eight phones",
    ),
    pytest.param(
        seller_reaches_many_receivers, of_seller(many(21, address=shared(4), phone=own)), CODES, id="six addresses"
    ),
    pytest.param(
        seller_reaches_many_receivers, of_seller(many(19, address=own, phone=shared(4))), [], id="nineteen codes"
    ),
    pytest.param(
        seller_reaches_many_receivers, of_seller(many(100, address=own, phone=own)), [], id="a shop and its customers"
    ),
    pytest.param(
        seller_reaches_many_receivers,
        of_seller(many(21, address=own, phone=shared(3), goods=lambda number: f"61{number:02}")),
        [],
        id="goods of every kind",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(many(40, consignee=of_codes(20), address=own, phone=own)),
        CODES,
        id="twenty codes, two parcels each",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(many(39, consignee=of_codes(20), address=own, phone=own)),
        [],
        id="one parcel fewer",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(many(60, consignee=of_codes(19), address=own, phone=own)),
        [],
        id="nineteen codes, three parcels each",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(many(100, address=own, phone=own)),
        [],
        id="a hundred customers, each once",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(
            [
                *many(40, consignee=of_codes(20), address=own, phone=own, goods="9503"),
                *many(40, first=100, address=own, phone=own),
            ]
        ),
        [],
        id="twice, but other goods",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(
            [
                *many(1, consignee=code(0), since_ms=days_ago(7)),
                *many(39, first=1, consignee=of_codes(20), address=own, phone=own),
            ]
        ),
        [],
        id="one of the forty a week ago",
    ),
    pytest.param(
        seller_has_customers_who_buy_once,
        of_seller(
            many(
                120, consignee=of_codes(40), address=own, phone=own, since_ms=lambda number: days_ago(29 - number // 5)
            )
        ),
        [],
        id="forty customers who order again every eight days",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller(many(20, price_cents=lambda number: 13_500 + number)),
        CODES,
        id="twenty parcels from 135 dollars on",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller(many(19, price_cents=lambda number: 13_500 + number)),
        [],
        id="nineteen",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller(many(20, price_cents=lambda number: 13_499 + number)),
        [],
        id="one of twenty a cent lower",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller(many(20, price_cents=lambda number: 14_900 + number % 5)),
        CODES,
        id="at five prices",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller(many(20, price_cents=lambda number: 14_900 + number % 4)),
        [],
        id="at four prices",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller([*many(13, price_cents=2_000), *many(20, first=13, price_cents=lambda number: 14_000 + number)]),
        CODES,
        id="three in five",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller([*many(14, price_cents=2_000), *many(20, first=14, price_cents=lambda number: 14_000 + number)]),
        [],
        id="less than three in five",
    ),
    pytest.param(
        seller_is_not_always_near_the_limit,
        of_seller([*many(20, price_cents=lambda number: 14_000 + number), *many(1, first=20, price_cents=2_000)]),
        [],
        id="the parcel itself costs little",
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(50), *many(1, first=50, price_cents=500)]),
        CODES,
        id="a twelfth of what fifty others cost",
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(49), *many(1, first=49, price_cents=500)]),
        [],
        id="of forty-nine others",
    ),
    pytest.param(
        price_fits_the_seller, of_seller([*many(50), *many(1, first=50, price_cents=749)]), [], id="an eighth"
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(50), *many(1, first=50, price_cents=500, goods="9503")]),
        [],
        id="goods of another heading",
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(50), *many(1, first=50, price_cents=500, kind=KIND)]),
        [],
        id="goods of the heading, but of another name",
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(50), *many(6, first=50, price_cents=500)]),
        CODES,
        id="five of fifty-five are as cheap",
    ),
    pytest.param(
        price_fits_the_seller,
        of_seller([*many(50), *many(7, first=50, price_cents=500)]),
        [],
        id="six of fifty-six, more than a tenth",
    ),
    pytest.param(
        price_fits_the_goods, banded([5_990] * 500, 500), CODES, id="a twelfth of what five hundred others cost"
    ),
    pytest.param(price_fits_the_goods, banded([5_990] * 499, 500), [], id="of 499 others"),
    pytest.param(
        price_fits_the_goods, banded([*[5_990] * 498, 500, 500], 500), CODES, id="two in five hundred are as cheap"
    ),
    pytest.param(
        price_fits_the_goods, banded([*[5_990] * 497, 500, 500, 500], 500), [], id="three in five hundred are as cheap"
    ),
    pytest.param(
        price_fits_the_goods,
        banded([5_990] * 50, 500, kind=KIND),
        CODES,
        id="a twelfth of what fifty others of the name cost",
    ),
    pytest.param(price_fits_the_goods, banded([5_990] * 49, 500, kind=KIND), [], id="of forty-nine others of the name"),
    pytest.param(
        price_fits_the_goods, banded([5_990] * 50, 749, kind=KIND), [], id="an eighth of what others of the name cost"
    ),
    pytest.param(
        price_fits_the_goods,
        banded([*[5_990] * 45, *[500] * 5], 500, kind=KIND),
        CODES,
        id="a tenth of those of the name are as cheap",
    ),
    pytest.param(price_fits_the_goods, banded([*[5_990] * 44, *[500] * 6], 500, kind=KIND), [], id="more than a tenth"),
    pytest.param(
        price_fits_the_goods,
        beside([5_990] * 550, *many(51, first=1, price_cents=500, kind=KIND)),
        [],
        id="an accessory beside dear goods of the subheading: fifty of its name are enough to be compared with",
    ),
    pytest.param(
        price_fits_the_goods,
        beside([5_990] * 550, *many(50, first=1, price_cents=500, kind=KIND)),
        CODES,
        id="too few of its name: what the subheading costs",
    ),
    pytest.param(
        price_fits_the_goods,
        beside([5_990] * 60, *cheap(20, price_cents=500), kind=KIND),
        CODES,
        id="the seller's own twenty are no usual price",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(5), kind=KIND),
        CODES,
        id="five parcels at a fifth of the price",
    ),
    pytest.param(seller_is_not_always_cheap, beside([5_990] * 50, *cheap(4), kind=KIND), [], id="four"),
    pytest.param(
        seller_is_not_always_cheap, beside([5_990] * 49, *cheap(5), kind=KIND), [], id="beside forty-nine others"
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(5, price_cents=1_498), kind=KIND),
        [],
        id="a quarter of the price: a sale",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 45, *[1_200] * 5], *cheap(5), kind=KIND),
        CODES,
        id="a tenth of the others take as little",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 44, *[1_200] * 6], *cheap(5), kind=KIND),
        [],
        id="more than a tenth",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 44, *[3_000] * 6], *cheap(5), kind=KIND),
        CODES,
        id="some take half",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 44, *[2_300] * 6], *cheap(5), kind=KIND),
        [],
        id="some take less than twice as much: goods of many prices",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 25, *[3_000] * 25], *cheap(5), kind=KIND),
        CODES,
        id="half of the others take half: used goods and clearances",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([*[5_990] * 25, *[3_000] * 26], *cheap(5), kind=KIND),
        [],
        id="more than half: that is the price",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(5, price_cents=4_000), *cheap(5, first=5), kind=KIND),
        CODES,
        id="half of its parcels",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(6, price_cents=4_000), *cheap(5, first=6), kind=KIND),
        [],
        id="less than half: bargains",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(9, kind=KIND + 1, commodity=42), *cheap(5, first=9), kind=KIND),
        CODES,
        id="goods that nobody else sends are not counted",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(1, since_ms=days_ago(30)), *cheap(4, first=1), kind=KIND),
        [],
        id="one of the five a month ago",
    ),
    pytest.param(
        seller_is_not_always_cheap,
        beside([5_990] * 50, *cheap(5), *cheap(1, first=5, price_cents=5_990), kind=KIND),
        [],
        id="the parcel itself costs what it should",
    ),
    pytest.param(seller_is_not_always_cheap, of_seller(cheap(60)), [], id="nobody else sends such goods"),
    pytest.param(price_fits_the_goods, at(SELLER, many(1)), [], id="no price for a piece"),
)


@pytest.mark.parametrize(("check", "subject", "finds"), TABLE)
def test_rules(check: Callable[[LinkCase], Iterable[Linked]], subject: LinkCase, finds: list[str]) -> None:
    found = list(check(subject))
    assert len(found) == len(finds)
    for each in found:
        assert subject.parcel in each.parcels
        assert all(other in subject.together for other in each.parcels)


@pytest.mark.parametrize(
    ("cents", "near"),
    [
        pytest.param(13_499, False, id="below"),
        pytest.param(13_500, True, id="from ten percent below"),
        pytest.param(15_000, True, id="to the limit"),
        pytest.param(15_001, False, id="above"),
    ],
)
def test_near(cents: int, near: bool) -> None:  # noqa: FBT001 - a column
    assert is_near(parcel_link(price_cents=cents), LIMITS) is near


def test_a_step_is_a_quarter_of_a_doubling_and_no_price_leaves_the_scale() -> None:
    assert [step_of(cents) for cents in (0, 1, 2, 3, 4, 100, 118, 119, 10**30)] == [
        0,
        0,
        4,
        6,
        8,
        26,
        27,
        27,
        STEPS - 1,
    ]
    steps = [step_of(cents) for cents in range(5_000)]
    assert steps == sorted(steps)
    assert all(step_of(cents_of(step) + 1) >= step for step in range(STEPS))
    assert all(step_of(cents_of(step)) <= step for step in range(STEPS))


@pytest.mark.parametrize(
    ("usual", "is_it"),
    [
        pytest.param([5_990] * 3 + [1_200] * 5, True, id="more than a third cost more than four times as much"),
        pytest.param([5_990] * 3 + [1_200] * 6, False, id="a third does"),
        pytest.param([4_000] * 9, False, id="none does"),
    ],
)
def test_no_rule_of_prices_is_asked_but_of_what_is_cheap_beside_others(usual: list[int], is_it: bool) -> None:  # noqa: FBT001 - a column
    band = PriceHistogram()
    for cents in usual * 60:
        band.add(1, step_of(cents))
    assert is_cheap(parcel_link(price_cents=1_200, kind=KIND), band, {}, LIMITS) is is_it


def test_rules_of_sellers_ask_for_more_parcels_than_are_counted_at_once() -> None:
    """Below that a seller has no group, and they would never find anything."""
    assert min(LIMITS.seller_codes_30d, LIMITS.seller_sample) > GROUP_PARCELS_MIN


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, STEPS - 1)), max_size=60), st.integers(0, 6))
def test_where_the_dearest_third_begins_follows_from_the_prices(
    said: list[tuple[bool, int, int]], horizon: int
) -> None:
    band = PriceHistogram()
    for adds, day, step in said:
        (band.add if adds else band.drop)(day, step)
    band.expire(horizon)
    assert band.count == sum(band.total) == sum(sum(steps.values()) for steps in band.days.values())
    assert band.dear == next(step for step in range(STEPS) if 3 * sum(band.total[: step + 1]) >= 2 * band.count)

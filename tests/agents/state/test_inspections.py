"""Selection: capacity, shares of partitions, random checks, amendments, and what comes back from the changelog."""

import hashlib
from collections import Counter

import msgspec
import pytest

from agents.law.inspection import Rates, Site
from agents.state.inspections import BUCKETS, DRAW_BITS, FADE_AT, InspectionCapacity, Selection, SiteStatistics
from schemas import limits

SITE = Site("KRICN/AIR_EXPRESS", 8, open=10, xray=20, documents=30, parcels=2_000)
NOBODY = Rates("NOBODY", 0, 100)
SHIFT = 61_000


def draw(number: int) -> int:
    return int.from_bytes(hashlib.blake2b(str(number).encode(), digest_size=6).digest())


def priority(number: int) -> int:
    """Spread like a score: most are low."""
    return (draw(number + 10_000_000) % 1_000) ** 2


def shift_of(
    books: InspectionCapacity,
    parcels: int,
    *,
    rates: Rates = NOBODY,
    site: Site = SITE,
    shift: int = SHIFT,
    begin: int = 0,
) -> dict[int, Selection]:
    """What is chosen of so many parcels."""
    chosen = {}
    for number in range(begin, begin + parcels):
        choice = books.choose(site, shift, rates, draw(number), priority(number), 200, is_new=True)
        if choice is not None:
            chosen[number] = choice
    return chosen


def test_a_shift_uses_what_its_inspectors_can_do_and_no_more() -> None:
    books = InspectionCapacity()
    shift_of(books, 2_000, shift=SHIFT - 1)
    lanes = Counter(choice.lane for choice in shift_of(books, 2_000, begin=5_000).values())
    assert lanes["OPEN"] <= SITE.open
    assert lanes["XRAY"] <= SITE.xray
    assert lanes["DOCUMENTS"] <= SITE.documents
    assert sum(lanes.values()) >= 0.8 * (SITE.open + SITE.xray + SITE.documents), "and little of it is left"


def test_the_highest_priorities_are_chosen_and_the_most_thorough_lane_takes_the_highest() -> None:
    books = InspectionCapacity()
    shift_of(books, 2_000, shift=SHIFT - 1)
    chosen = shift_of(books, 2_000, begin=5_000)
    ranked = sorted(range(5_000, 7_000), key=priority, reverse=True)
    assert set(chosen) <= set(ranked[:150])
    mean = {
        lane: sum(priority(number) for number, choice in chosen.items() if choice.lane == lane)
        for lane in ("OPEN", "DOCUMENTS")
    }
    count = Counter(choice.lane for choice in chosen.values())
    assert mean["OPEN"] / count["OPEN"] > mean["DOCUMENTS"] / count["DOCUMENTS"]


def test_a_flood_does_not_use_up_the_shift_for_the_low_ones() -> None:
    books = InspectionCapacity()
    shift_of(books, 2_000, shift=SHIFT - 1)
    chosen = shift_of(books, 20_000, begin=5_000)
    assert len(chosen) <= SITE.open + SITE.xray + SITE.documents
    floor = sorted((priority(number) for number in range(5_000, 25_000)), reverse=True)[2_000]
    assert sum(priority(number) >= floor for number in chosen) >= 0.9 * len(chosen)


def test_before_it_is_warm_nothing_is_chosen_for_its_risk() -> None:
    assert shift_of(InspectionCapacity(), 200) == {}
    assert shift_of(InspectionCapacity(), 400) != {}


def test_without_priority_nothing_is_chosen_for_its_risk() -> None:
    books = InspectionCapacity()
    assert [books.choose(SITE, SHIFT, NOBODY, draw(number), 0, 0, is_new=True) for number in range(1_000)] == [
        None
    ] * 1_000


def test_carriers_that_have_proved_themselves_are_chosen_less() -> None:
    """Two carriers of equal risk at one site."""
    books, site = InspectionCapacity(), Site("S", 8, 200, 0, 0, 20_000)
    shift_of(books, 4_000, site=site, shift=SHIFT - 1)
    chosen: Counter[int] = Counter()
    for number in range(5_000, 9_000):
        percent = (50, 200)[number % 2]
        chosen[percent] += (
            books.choose(site, SHIFT, Rates("R", 0, percent), draw(number), priority(number), 200, is_new=True)
            is not None
        )
    assert chosen[200] >= 2 * chosen[50] > 0


def _copy(books: InspectionCapacity) -> InspectionCapacity:
    """The same books, through the changelog."""
    other = InspectionCapacity()
    for site, shift, kept in books.kept():
        if shift is None:
            other.restore_site(site, msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=SiteStatistics))
        else:
            other.restore_shift(
                site, shift, msgspec.msgpack.decode(msgspec.msgpack.encode(kept), type=dict[int, Selection])
            )
    return other


def test_random_checks_are_a_share_and_the_same_again() -> None:
    rates = Rates("TENTH", 100_000, 0)
    once, again = shift_of(InspectionCapacity(), 5_000, rates=rates), shift_of(InspectionCapacity(), 5_000, rates=rates)
    assert once == again
    assert {choice.why for choice in once.values()} == {"RANDOM"}
    assert 400 <= len(once) <= 600


def test_random_checks_are_made_though_nobody_has_a_hand_free() -> None:
    busy = Site("S", 8, 0, 0, 0, 100)
    assert len(shift_of(InspectionCapacity(), 100, rates=Rates("ALL", 1_000_000, 100), site=busy)) == 100


def test_an_amendment_changes_no_choice_and_counts_nothing() -> None:
    books = InspectionCapacity()
    chosen = shift_of(books, 1_000)
    before = msgspec.msgpack.encode(list(books.kept()))
    for number, choice in chosen.items():
        assert books.choose(SITE, SHIFT + 1, NOBODY, draw(number), 0, 200, is_new=False) == choice, (
            "whatever it says now"
        )
    assert msgspec.msgpack.encode(list(books.kept())) == before


def test_the_parts_of_all_partitions_are_the_whole() -> None:
    for of in (1, 3, 8):
        for whole in (0, 1, 7, 8, 130):
            assert sum(InspectionCapacity(number, of)._part(whole) for number in range(of)) == whole


def test_restored_books_go_on_as_those_that_never_stopped() -> None:
    live = InspectionCapacity()
    shift_of(live, 3_000)
    restored = _copy(live)
    assert shift_of(live, 3_000, begin=9_000) == shift_of(restored, 3_000, begin=9_000)
    assert msgspec.msgpack.encode(list(live.kept())) == msgspec.msgpack.encode(list(restored.kept()))


def test_the_changelog_tells_every_change() -> None:
    """A copy kept by the changes alone is the same as the books."""
    live, told = InspectionCapacity(), InspectionCapacity()
    for begin in range(0, 3_000, 100):
        shift_of(live, 100, begin=begin, shift=SHIFT + begin // 10)
        for site, shift, kept in live.changes():
            packed = msgspec.msgpack.encode(kept)
            if shift is None:
                told.restore_site(site, msgspec.msgpack.decode(packed, type=SiteStatistics))
            else:
                told.restore_shift(site, shift, msgspec.msgpack.decode(packed, type=dict[int, Selection] | None))
    assert sorted(map(msgspec.msgpack.encode, live.kept())) == sorted(map(msgspec.msgpack.encode, told.kept()))
    assert len(live.sites[SITE.name].shifts) <= limits.SHIFTS_PER_SITE_MAX


@pytest.mark.parametrize(
    ("arrives_h", "shift"),
    [(0, 1), (7, 1), (8, 2), (-1, 1), (-9, 1), (8 * 90, 91), (8 * 91, 1), (10**7, 1)],
    ids=[
        "now",
        "in this shift",
        "in the next",
        "just before",
        "long before",
        "as late as it may be",
        "too late",
        "in a thousand years",
    ],
)
def test_a_parcel_belongs_to_the_shift_of_its_arrival(arrives_h: int, shift: int) -> None:
    hour = 3_600_000
    assert InspectionCapacity().shift_of(SITE, (8 + arrives_h) * hour, 8 * hour) == shift


def test_memory_is_bounded() -> None:
    books = InspectionCapacity()
    for shift in range(limits.SHIFTS_PER_SITE_MAX + 50):
        books.choose(SITE, shift, Rates("ALL", 1_000_000, 100), draw(shift), 0, 200, is_new=True)
    assert len(books.sites[SITE.name].shifts) == limits.SHIFTS_PER_SITE_MAX
    assert len(books._chosen) == limits.SHIFTS_PER_SITE_MAX
    book = books.sites[SITE.name]
    for number in range(3 * FADE_AT):
        books.choose(SITE, 10_000, NOBODY, 1 << (DRAW_BITS - 1), priority(number), 10**9, is_new=True)
    assert book.total == sum(book.histogram) <= FADE_AT
    assert len(book.histogram) == BUCKETS

"""Linking: what it finds of the frauds that were made public, what it leaves alone, and what it remembers."""

import random
from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.intake.link_messages import LinkMessageBuilder, since_of
from agents.linking import Linking, read_link_message
from agents.state.links import REACH_DAYS, LinkStore
from agents.state.parcels import WINDOW_DAYS
from agents.values.clock import DAY_MS
from schemas import limits
from schemas.parcel_links import ADDRESS, PHONE, SELLER, LinkMessage, ParcelLink, Retraction, partition_of
from tests.flow import Flow, stored
from tests.links import NOW_MS, Log, cases, code, found, memory, parcel_link
from tests.parcels import manifest
from tests.reference import REFERENCE

CODES_ADDRESS = 8
CODES_PHONE = 5

# the frauds that were made public (Korea Customs Service, 2023)


def scheme(codes: int, parcels: int, *, days: int, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a sighting may hold
    """So many parcels under so many codes, evenly over some days; a function gives each its value by its number."""
    log = Log()
    brought = []
    a_day = -(-parcels // days)
    for begin in range(0, parcels, a_day):
        told = [
            parcel_link(
                f"kx/K{number}",
                **{
                    "consignee": code(number % codes),
                    **{name: value(number) if callable(value) else value for name, value in changes.items()},
                },
            )
            for number in range(begin, min(begin + a_day, parcels))
        ]
        brought += log.tell(*told, days=1 if begin else 0)
    return brought


def test_case_a_570_codes_for_1900_appliances() -> None:
    """Collected codes, one warehouse with a phone for each ten codes.

    All parcels but the first few, each with its evidence.
    """
    brought = scheme(
        570,
        1_900,
        days=60,
        goods="8509",
        price_cents=9_000,
        phone=lambda number: 1000 + number % 570 // 10,
        seller=lambda number: 5000 + number % 3,
    )
    by_rule = Counter(found(brought))
    assert by_rule["XP-07 receiver_has_few_codes"] >= 1_900 - CODES_ADDRESS
    assert len({case["house_bill"] for case in brought}) >= 1_900 - CODES_ADDRESS
    last = next(case for case in reversed(brought) if case["desk"] == "INVESTIGATION")
    assert len(last["evidence_parcels"]) == limits.EVIDENCE_PARCELS_MAX
    assert last["house_bill"] not in last["evidence_parcels"]


def test_case_b_300_codes_for_3000_perfumes() -> None:
    """Each parcel to another address, but the phone is the importer's."""
    brought = scheme(
        300,
        3_000,
        days=30,
        goods="3303",
        price_cents=4_000,
        address=lambda number: 10_000 + number,
        phone=77,
        seller=lambda number: 5000 + number,
    )
    assert Counter(found(brought))["XP-07 receiver_has_few_codes"] == 3_000 - CODES_PHONE + 1


def test_case_c_60_codes_for_50000_creams() -> None:
    """A thousand parcels of fifty creams over fifteen acquaintances' doors, four codes at each.

    Below every limit but the seller's.
    """
    brought = scheme(
        60,
        1_000,
        days=30,
        goods="3304",
        price_cents=10_000,
        piece_cents=200,
        address=lambda number: 100 + number % 15,
        phone=lambda number: 200 + number % 15,
    )
    assert "XP-07 receiver_has_few_codes" not in found(brought)
    of_seller = [case for case in brought if "XP-07 seller_reaches_many_receivers" in found([case])]
    assert len(of_seller) >= 1_000 - 60
    evidence = of_seller[-1]["findings"][0]["evidence"]
    assert (evidence["codes"], evidence["addresses"], evidence["phones"]) == ("60", "15", "15")


def test_an_ordinary_month_opens_no_case() -> None:
    """Three thousand households of up to four, eighty shops, a pick-up point, an office: whoever orders what."""
    chance = random.Random(20261123)  # noqa: S311 - parcels, not secrets
    log = Log()
    brought = []
    number = 0
    for _ in range(30):
        told = []
        for _ in range(400):
            number += 1
            home, member, shop = chance.randrange(3_000), chance.randrange(4), chance.randrange(80)
            goods = f"{6101 + (shop * 7 + chance.randrange(9)) % 60}"
            price = 500 + shop * 100 + chance.randrange(12_000)
            told.append(
                parcel_link(
                    f"kx/K{number}",
                    consignee=code(home * 4 + member),
                    address=100_000 + home,
                    phone=200_000 + home * 2 + member // 2,
                    seller=1 + shop,
                    goods=goods,
                    price_cents=price,
                    commodity=shop,
                )
            )
        for place, people in ((1, 300), (2, 40)):  # a pick-up point and an office
            for _ in range(10):
                number += 1
                who = chance.randrange(people)
                told.append(
                    parcel_link(
                        f"kx/K{number}",
                        consignee=code(1_000_000 * place + who),
                        address=place,
                        phone=1_000_000 * place + who,
                        seller=1 + chance.randrange(80),
                        goods=f"{6101 + chance.randrange(60)}",
                    )
                )
        brought += log.tell(*told, days=1)
    assert found(brought) == []


# prices


def undervaluing(log: Log, *, first: int = 0, parcels: int = 6, cents: int = 4_000) -> list[dict[str, Any]]:
    """A seller's parcels at a seventh of what others take for goods of the same name, one a day."""
    return [
        case
        for number in range(first, first + parcels)
        for case in log.tell(
            parcel_link(
                f"kx/U{number}",
                consignee=code(500 + number),
                address=5_000 + number,
                phone=6_000 + number,
                seller=4,
                price_cents=cents,
                commodity=44,
                kind=48,
            ),
            days=1,
        )
    ]


def priced(log: Log, parcels: int = 60, *, seller: int = 8) -> None:
    """What another seller takes for them."""
    log.tell(
        *[
            parcel_link(
                f"kx/O{number}",
                consignee=code(number),
                address=2_000 + number,
                phone=3_000 + number,
                seller=seller,
                price_cents=28_000,
                commodity=44,
                kind=48,
            )
            for number in range(parcels)
        ]
    )


def test_a_seller_that_is_always_cheap_is_found_at_its_fifth_parcel_with_those_before() -> None:
    log = Log()
    priced(log)
    first, second = undervaluing(log)
    assert found([first, second]) == ["XP-12 seller_is_not_always_cheap"] * 2
    assert (first["house_bill"], first["evidence_parcels"]) == ("U4", ["U0", "U1", "U2", "U3"])
    assert first["findings"][0]["evidence"] == {
        "usd": "40.00",
        "usual_usd": "275.54",
        "sample": "60",
        "goods": "6109",
        "parcels": "5",
        "of": "5",
        "factor": "4",
        "days": "30",
    }


def test_prices_of_another_partition_are_not_known() -> None:
    log = Log()
    priced(log, seller=9)
    assert undervaluing(log) == []


def test_cheap_parcels_and_prices_are_taken_back_with_the_parcels() -> None:
    log = Log()
    priced(log)
    undervaluing(log, parcels=4)
    log.tell(gone=["kx/U0"])
    assert undervaluing(log, first=4, parcels=1) == []
    assert found(undervaluing(log, first=5, parcels=1)) == ["XP-12 seller_is_not_always_cheap"]
    log.tell(gone=[f"kx/O{number}" for number in range(11)])
    assert undervaluing(log, first=6, parcels=1) == []


def test_who_reads_the_log_back_finds_who_is_always_cheap_too_and_what_is_told_twice_counts_once() -> None:
    log = Log()
    priced(log)
    undervaluing(log, parcels=4)
    before = memory(log.links)
    for number, said in list(log.records):
        log.link(number, said)
    assert memory(log.links) == before
    log.links = log.restored()
    assert memory(log.links) == before
    assert [case["house_bill"] for case in undervaluing(log, first=4, parcels=1)] == ["U4"]


def test_a_record_of_before_kinds_is_read() -> None:
    said = msgspec.msgpack.decode(msgspec.msgpack.encode(parcel_link(kind=7)))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(said[:-1]), type=ParcelLink) == parcel_link(kind=0)


# exact


def eight(log: Log, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a sighting may hold
    """Seven codes at one address, and the eighth; what the eighth brings."""
    log.tell(
        *[parcel_link(f"kx/K{number}", consignee=code(number), phone=1000 + number, **changes) for number in range(7)]
    )
    return log.tell(parcel_link("kx/K7", consignee=code(7), phone=1007, **changes))


def test_the_parcel_that_crosses_a_limit_names_those_before_it_and_each_later_one_has_a_case_of_its_own() -> None:
    log = Log()
    (case,) = eight(log)
    assert case["evidence_parcels"] == [f"K{number}" for number in range(7)]
    assert (case["desk"], case["outcome"], case["house_bill"], case["carrier"], case["sequence"]) == (
        "INVESTIGATION",
        "HOLD",
        "K7",
        "kx",
        1,
    )
    assert case["consignee"] == f"v1.k1.{code(7).hex()}"
    (later,) = log.tell(parcel_link("kx/K8", consignee=code(8), phone=1008))
    assert later["evidence_parcels"] == [f"K{number}" for number in range(8)]
    assert later["case_id"] != case["case_id"]


def test_a_parcel_that_is_told_twice_counts_once() -> None:
    log = Log()
    parcels = [parcel_link(f"kx/K{number}", consignee=code(number), phone=1000 + number) for number in range(7)]
    log.tell(*parcels)
    before = memory(log.links)
    number, said = log.records[-1]
    assert log.link(number, said) == []
    assert memory(log.links) == before
    assert log.tell(*parcels) == []


def test_an_amendment_takes_back_what_the_parcel_said_before() -> None:
    log = Log()
    log.tell(*[parcel_link(f"kx/K{number}", consignee=code(number), phone=1000 + number) for number in range(7)])
    log.tell(parcel_link("kx/K0", consignee=code(0), address=99, phone=1000))
    assert log.tell(parcel_link("kx/K7", consignee=code(7), phone=1007)) == []
    assert found(log.tell(parcel_link("kx/K0", consignee=code(0), phone=1000))) == ["XP-07 receiver_has_few_codes"]


def test_a_cancelled_parcel_counts_no_more() -> None:
    log = Log()
    log.tell(*[parcel_link(f"kx/K{number}", consignee=code(number), phone=1000 + number) for number in range(7)])
    log.tell(gone=["kx/K3"])
    assert log.tell(parcel_link("kx/K7", consignee=code(7), phone=1007)) == []
    log.tell(gone=[f"kx/K{number}" for number in (0, 1, 2, 4, 5, 6, 7)])
    assert memory(log.links) == memory(Log().links)


@pytest.mark.parametrize(
    ("days", "finds"), [pytest.param(29.99, 1, id="within the window"), pytest.param(30, 0, id="thirty days later")]
)
def test_a_parcel_counts_for_thirty_days(days: float, finds: int) -> None:
    log = Log()
    log.tell(*[parcel_link(f"kx/K{number}", consignee=code(number), phone=1000 + number) for number in range(7)])
    assert len(log.tell(parcel_link("kx/K7", consignee=code(7), phone=1007), days=days)) == finds


def test_what_is_older_than_the_window_is_forgotten() -> None:
    log = Log()
    for _ in range(5):
        eight(log)
    log.tell(parcel_link("kx/other", address=999, phone=998, seller=997, commodity=996), days=WINDOW_DAYS + 2)
    log.tell(parcel_link("kx/other", address=1000, phone=1001, seller=1002, commodity=996))
    log.tell(
        *[
            parcel_link(f"kx/N{mark}", address=mark, phone=mark, seller=mark, commodity=996)
            for mark in range(2000, 2004)
        ]
    )  # every partition hears of the day
    assert sum(len(links.receivers) for links in log.links.values()) == 2 + 4  # the address and the phone of each
    assert {mark for links in log.links.values() for mark in links.sellers} == {1002, *range(2000, 2004)}
    assert {mark for links in log.links.values() for mark in links.bands} == {996}


def test_a_mark_remembers_so_many_parcels_and_no_more() -> None:
    log = Log()
    log.tell(*[parcel_link(f"kx/K{number}", consignee=code(number)) for number in range(limits.LINK_PARCELS_MAX + 1)])
    kept = [each for links in log.links.values() for each in links.receivers.values()]
    assert [len(each) for each in kept] == [limits.LINK_PARCELS_MAX] * 2
    assert all("kx/K0" not in each and "kx/K1" in each for each in kept)
    (seller,) = [each for links in log.links.values() for each in links.sellers.values()]
    assert len(seller.parcels) == limits.LINK_PARCELS_MAX == sum(seller.goods.values())


def test_a_partition_remembers_so_many_kinds_of_goods_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LINK_BANDS_MAX", 3)
    links = LinkStore()
    for days, numbers in enumerate(((1, 2, 3), (1, 3), (2, 2), (4,))):
        links.expire(NOW_MS + days * DAY_MS)
        for number in numbers:
            links.add_seller(4, parcel_link(f"kx/K{days}-{number}", commodity=number), NOW_MS + days * DAY_MS)
    assert list(links.bands) == [3, 2, 4]


def test_a_seller_that_says_nothing_of_itself_is_no_seller() -> None:
    told = LinkMessageBuilder("kx")
    told.add(parcel_link(address=0, phone=0, seller=0), b"")
    assert told.by_partition("M1", 1, "", "k1", NOW_MS) == {}


def test_one_record_has_what_belongs_to_its_partition() -> None:
    told = LinkMessageBuilder("kx")
    marks = told.add(parcel_link(address=4, phone=8, seller=5), b"")
    said = told.by_partition("M1", 1, "", "k1", NOW_MS)
    assert {number: [kinds for kinds, _ in each.seen] for number, each in said.items()} == {
        0: [ADDRESS | PHONE],
        1: [SELLER],
    }
    assert since_of(marks) == NOW_MS
    assert since_of(b"") is None
    again = LinkMessageBuilder("kx")
    again.add(parcel_link(address=4, phone=9, seller=5), marks)
    assert {number: each.gone for number, each in again.by_partition("M1", 2, "", "k1", NOW_MS).items()} == {
        0: (Retraction("kx/K1", PHONE, 4, 8, 5),),
        1: (),
    }


def test_a_record_is_read_as_it_was_written() -> None:
    told = LinkMessageBuilder("kx")
    told.add(parcel_link(), b"")
    for said in told.by_partition("M1", 1, "180-12345675", "k1", NOW_MS).values():
        read = read_link_message(msgspec.msgpack.encode(said))
        assert (read.carrier, read.manifest_id, read.received_at_ms) == ("kx", "M1", NOW_MS)
        assert [msgspec.msgpack.decode(raw, type=ParcelLink) for _, raw in read.seen] == [parcel_link()]


# read back

PARCELS = st.builds(
    lambda number, who, address, phone, seller, goods, price, kind: parcel_link(
        f"kx/K{number}",
        consignee=code(who),
        address=address,
        phone=phone,
        seller=seller,
        commodity=seller,
        goods=goods,
        price_cents=price,
        kind=kind,
    ),
    st.integers(0, 40),
    st.integers(0, 12),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 2),
    st.sampled_from(["6109", "9503"]),
    st.sampled_from([500, 9_000, 14_000, 14_001]),
    st.sampled_from([0, 901, 902]),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0.4, 3, 14, 29]),
        st.lists(PARCELS, max_size=25, unique_by=lambda parcel: parcel.name),
        st.lists(st.integers(0, 40), max_size=3),
    ),
    max_size=10,
)


def play(steps: list[tuple[float, list[ParcelLink], list[int]]]) -> Log:
    log = Log()
    for days, parcels, cancelled in steps:
        gone = [f"kx/K{number}" for number in cancelled if f"kx/K{number}" not in {parcel.name for parcel in parcels}]
        log.tell(*parcels, gone=gone, days=days)
    return log


@settings(deadline=None)
@given(STEPS)
def test_who_reads_the_log_back_remembers_the_same(steps: list[tuple[float, list[ParcelLink], list[int]]]) -> None:
    log = play(steps)
    assert memory(log.restored()) == memory(log.links)


def probe(links: dict[int, LinkStore], now_ms: int) -> list[dict[str, Any]]:
    """What comes of many more parcels: whatever is remembered shows in it."""
    linking = Linking(REFERENCE)
    brought = []
    for turn in range(3):
        told = LinkMessageBuilder("kx")
        for number in range(100, 124):
            parcel = parcel_link(
                f"kx/P{turn}-{number}",
                since_ms=now_ms,
                consignee=code(number),
                address=number % 4,
                phone=turn,
                seller=1 + turn,
                commodity=turn,
                price_cents=14_000 + number % 7,
            )
            told.add(parcel, b"")
        for number, said in told.by_partition(f"P{turn}", 1, "", "k1", now_ms + turn).items():
            brought += cases(linking, said, links[number])
    return brought


@settings(deadline=None)
@given(STEPS)
def test_what_is_out_of_reach_leaves_no_trace(steps: list[tuple[float, list[ParcelLink], list[int]]]) -> None:
    """A worker that reads back only the reach of the log finds what one that was there all along finds."""
    log = play(steps)
    within = [(number, said) for number, said in log.records if said.received_at_ms >= log.now_ms - REACH_DAYS * DAY_MS]
    assert probe(log.restored(within), log.now_ms) == probe(log.links, log.now_ms)


def test_less_than_the_window_would_not_do() -> None:
    """A control of the test above."""
    log = play(
        [
            (
                0,
                [
                    parcel_link(f"kx/K{number}", consignee=code(number), address=1, phone=3, seller=2)
                    for number in range(20)
                ],
                [],
            ),
            (3, [parcel_link("kx/K30")], []),
        ]
    )
    within = [(number, said) for number, said in log.records if said.received_at_ms >= log.now_ms - DAY_MS]
    assert probe(log.restored(within), log.now_ms) != probe(log.links, log.now_ms)


@given(st.integers(0, 2**48 - 1))
def test_every_mark_has_a_partition(mark: int) -> None:
    assert 0 <= partition_of(mark, 4) < 4


# through the whole pipeline


def people(count: int, first: int = 0, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a parcel may hold
    """Parcels of different people at one address, each with a phone."""
    return [
        {
            "house_bill": f"KX{number:08}",
            "consignee": {"clearance_code": f"P{number:012}", "phone": f"010-1234-{1000 + number}"},
            **changes,
        }
        for number in range(first, first + count)
    ]


def linked(flow: Flow) -> list[dict[str, Any]]:
    return [
        case
        for case in flow.of("security.investigation", "security.inspection")
        if any(finding["code"] in ("XP-04", "XP-07", "XP-09", "XP-12") for finding in case["findings"])
    ]


GOODS = {
    "description": "graphics card, 12 GB",
    "hs_code": "847330",
    "net_weight_g": 1_400,
    "quantity": 1,
    "unit_price": "59.90",
    "amount": "59.90",
    "brand": "Nova",
}


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param(
            {"description": "Graphics cards for gaming", "brand": "NOVA"},
            ["commodity", "kind"],
            id="the same name, written otherwise",
        ),
        pytest.param({"description": "graphics card support bracket"}, ["commodity"], id="another name"),
        pytest.param({"brand": None}, ["commodity"], id="no brand"),
        pytest.param({"net_weight_g": 2_047}, ["commodity", "kind"], id="half as heavy again"),
        pytest.param({"net_weight_g": 2_048}, [], id="across a power of two"),
        pytest.param(
            {"net_weight_g": 2_800, "quantity": 2, "amount": "119.80"},
            ["commodity", "kind"],
            id="two pieces, twice the weight",
        ),
        pytest.param({"unit": "SET"}, [], id="another unit"),
        pytest.param({"hs_code": "847350"}, [], id="another subheading"),
    ],
)
def test_prices_are_compared_with_those_of_goods_alike(changes: dict[str, Any], same: list[str]) -> None:
    flow = Flow()
    goods = [{"items": [GOODS | more], "gross_weight_g": 3_500} for more in ({}, changes)]
    flow.send(manifest(*[{"house_bill": f"KX{number}"} | each for number, each in enumerate(goods)]))
    seen = {
        parcel.name: parcel
        for record in flow.links
        for _, raw in read_link_message(record.value or b"").seen
        for parcel in [msgspec.msgpack.decode(raw, type=ParcelLink)]
    }
    first, second = seen.values()
    assert first.kind != first.commodity
    assert [name for name in ("commodity", "kind") if getattr(first, name) == getattr(second, name)] == same


def test_a_b_a_changes_no_counter() -> None:

    flow = Flow()
    first = manifest(*people(5), manifest_id="A")
    flow.send(first)
    flow.send(manifest(*people(2, 5), manifest_id="B"))
    before = memory(flow.processor.links)
    told = len(flow.links)
    flow.send(first)
    assert (memory(flow.processor.links), len(flow.links)) == (before, told)
    assert linked(flow) == []
    flow.send(manifest(*people(1, 7), manifest_id="C"))
    (case,) = linked(flow)
    assert (case["house_bill"], case["decision_id"]) == ("KX00000007", flow.decisions[-1]["decision_id"])
    assert sorted(case["evidence_parcels"]) == [f"KX{number:08}" for number in range(7)]


def test_a_crash_before_the_last_record_is_linked_changes_nothing() -> None:

    flow = Flow()
    flow.send(manifest(*people(7), manifest_id="A"))
    flow.send(manifest(*people(1, 7), manifest_id="B"), screen=False)
    other = flow.restored(compacted=True)
    flow.screen()
    other.screen()
    assert linked(flow) == linked(other) != []
    assert memory(flow.processor.links) == memory(other.processor.links)


def test_amended_and_cancelled_parcels_are_taken_back_after_a_crash_too() -> None:

    flow = Flow()
    flow.send(manifest(*people(7), manifest_id="A"))
    flow = flow.restored(compacted=True)
    (moved,) = people(1)
    moved["consignee"] |= {"address": "부산광역시 해운대구 해운대로 570"}
    flow.send(manifest(moved, manifest_id="A", version=2, function="AMEND"))
    flow.send(manifest(*people(2, 7), manifest_id="B"))
    assert [case["house_bill"] for case in linked(flow)] == ["KX00000008"]
    flow = flow.restored(compacted=True)
    flow.send({**manifest(manifest_id="A", version=3, function="CANCEL"), "parcels": []})
    flow.send({**manifest(manifest_id="B", version=2, function="CANCEL"), "parcels": []})
    assert memory(flow.processor.links) == memory(Log().links)


def test_a_refused_amendment_leaves_what_was_said() -> None:

    flow = Flow()
    flow.send(manifest(*people(7), manifest_id="A"))
    before = memory(flow.processor.links)
    flow.send(
        manifest(*[{**parcel, "pieces": 0} for parcel in people(7)], manifest_id="A", version=2, function="AMEND")
    )
    assert memory(flow.processor.links) == before


def test_exports_and_companies_are_told_to_nobody() -> None:

    flow = Flow()
    company = {"clearance_code": None, "auth_number": None, "business_number": "120-81-47521"}
    flow.send(manifest({"consignee": company, "purpose": "COMMERCIAL"}))
    assert flow.links == []


def test_nothing_of_a_person_stands_in_the_log_of_linking() -> None:

    flow = Flow()
    flow.send(manifest({"consignee": {"name": "카나리아", "phone": "010-9876-5432"}}))
    said = b"".join(record.value or b"" for record in flow.links)
    for text in ("카나리아", "98765432", "9876-5432", "테헤란로", "P123456789012"):
        assert text.encode() not in said


def test_a_record_nobody_can_read_is_set_aside_and_read_back_by_nobody() -> None:

    flow = Flow()
    bad = stored("parcels.links", value=b"\xc1", offset=0)
    flow.take(bad)
    assert [record.topic for record in flow.log] == ["dead-letters"]
    flow.links.append(bad)
    assert memory(flow.restored().processor.links) == memory(Log().links)


def test_sightings_have_a_shape_that_old_records_keep() -> None:
    """Records live for 90 days: fields may be added at the end with a default, nothing else."""
    assert LinkMessage.__struct_fields__[:8] == (
        "carrier",
        "manifest_id",
        "manifest_version",
        "master_bill",
        "key_id",
        "received_at_ms",
        "gone",
        "seen",
    )
    assert ParcelLink.__struct_fields__[:4] == ("name", "since_ms", "sequence", "consignee")


def test_a_parcel_that_is_amended_after_the_window_is_expired_like_any_other() -> None:
    links, first = LinkStore(), parcel_link(since_ms=NOW_MS)
    later_ms = NOW_MS + 40 * DAY_MS
    links.add_receiver(11, first, msgspec.msgpack.encode(first), NOW_MS)
    links.add_receiver(11, parcel_link("kx/K2", since_ms=NOW_MS), msgspec.msgpack.encode(first), NOW_MS)
    links.add_receiver(11, first, msgspec.msgpack.encode(first), later_ms)
    links.add_seller(31, first, later_ms)
    links.expire(later_ms + DAY_MS)
    assert (links.receivers, links.sellers) == ({}, {})

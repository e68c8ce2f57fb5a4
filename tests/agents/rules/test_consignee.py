"""XP-02, 03, 05, 06, 08: a parcel among the others of its consignee, at the edges of limits and windows."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.law.dated import Dated
from agents.reference import Reference
from agents.rules import SCREENING_RULES, consignee
from agents.rules.consignee import ConsigneeLimits, ScreenCase, limits_under, receives_too_much, seen_of
from agents.state.parcels import PastParcel
from agents.values.clock import DAY_MS
from agents.values.money import E4, E6
from schemas.checked_parcel import Facts
from streams.kafka.record import StoredRecord
from tests.agents.rules.tables import Check, paths
from tests.flow import NOW_MS, Flow, Json, decisions, processor_of, receipt
from tests.parcels import TODAY, manifest
from tests.reference import REFERENCE, since, thresholds

LAW: Final = REFERENCE.on(TODAY)
LIMITS: Final = limits_under(LAW)
JUST_IN: Final = 1
"""Milliseconds by which a parcel is younger than a window is long."""
JUST_OUT: Final = 0
BILL, OTHER_BILL, SHOP, OTHER_SHOP = 101, 102, 201, 202
"""Marks of master bills and suppliers."""
SAME_SUPPLIER: Final = replace(REFERENCE, thresholds=thresholds(combine_needs_same_supplier=since("1"))).on(TODAY)


def others(count: int, *, days: float = 0, inside_ms: int = 0, usd: str = "1") -> tuple[PastParcel, ...]:
    """So many parcels, received so many days ago."""
    return tuple(
        PastParcel(NOW_MS - int(days * DAY_MS) + inside_ms, int(float(usd) * E6), "LIST") for _ in range(count)
    )


def seen(usd: float = 1, **changes: Any) -> PastParcel:  # noqa: ANN401 - whatever a memory may hold
    """Another parcel of the consignee, of the same bill, shop and days."""
    marks: Json = {
        "master": BILL,
        "supplier": SHOP,
        "purchased_on": TODAY.toordinal() - 5,
        "arrives_on": TODAY.toordinal(),
        "address": 1,
        "phone": 1,
    }
    return PastParcel(NOW_MS, int(usd * E6), "LIST", **marks | changes)


def facts(usd: float = 1, limit_usd: int = 150, **changes: Any) -> Facts:  # noqa: ANN401 - whatever is known of a parcel
    """A parcel's facts, with the marks of `seen`."""
    marks: Json = {
        "master": BILL,
        "supplier": SHOP,
        "purchased_on": TODAY.toordinal() - 5,
        "arrives_on": TODAY.toordinal(),
        "address": 1,
        "phone": 1,
    }
    plain: Json = {
        "goods_price_usd_e6": int(usd * E6),
        "limit_usd_e4": limit_usd * E4,
        "mode": "AIR_EXPRESS",
        "lodged_on": LAW.day.toordinal(),
    }
    return Facts(**plain | marks | changes)


def screened(of: Facts, *others: PastParcel, **changes: Any) -> ScreenCase:  # noqa: ANN401 - whatever a case may hold
    """A parcel among others of its consignee."""
    plain: Json = {
        "now_ms": NOW_MS,
        "facts": of,
        "others": {f"kx/A{number}": seen for number, seen in enumerate(others)},
        "law": LAW,
        "limits": LIMITS,
    }
    return ScreenCase(**plain | changes)


def found(usd: int, *groups: tuple[PastParcel, ...]) -> list[dict[str, str]]:
    return [
        finding.evidence
        for finding in receives_too_much(
            screened(facts(goods_price_usd_e6=usd), *(seen for group in groups for seen in group))
        )
    ]


def places(count: int, what: str = "address") -> list[PastParcel]:
    """Parcels to so many addresses, or phones, other than the parcel's own."""
    return [seen(**{what: 2 + number}) for number in range(count)]


def drinks(bottles: int = 1, ml: int = 500) -> dict[str, int]:
    return {"ALCOHOL/BOTTLES": bottles, "ALCOHOL/ML": ml}


TABLE = (
    pytest.param(consignee.bill_is_not_split, screened(facts(200)), [], id="one dear parcel alone is no split"),
    pytest.param(consignee.bill_is_not_split, screened(facts(50), seen(100)), [], id="150 together: the limit"),
    pytest.param(consignee.bill_is_not_split, screened(facts(50), seen(100.01)), [""], id="a cent above"),
    pytest.param(consignee.bill_is_not_split, screened(facts(50), seen(100.000001)), [""], id="a millionth above"),
    pytest.param(consignee.bill_is_not_split, screened(facts(50), seen(50), seen(50)), [], id="three parcels of 150"),
    pytest.param(
        consignee.bill_is_not_split, screened(facts(50), seen(50), seen(50.01)), [""], id="three parcels of a cent more"
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50, limit_usd=200), seen(150)),
        [],
        id="200 together from the United States",
    ),
    pytest.param(
        consignee.bill_is_not_split, screened(facts(50, limit_usd=200), seen(150.01)), [""], id="a cent above that"
    ),
    pytest.param(
        consignee.bill_is_not_split, screened(facts(50), seen(101, master=OTHER_BILL)), [], id="another master bill"
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50), seen(101, master=0)),
        [],
        id="a master bill that was not remembered",
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50), seen(60), seen(60, master=OTHER_BILL)),
        [],
        id="only what came under the same bill counts",
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50), seen(101, supplier=OTHER_SHOP, purchased_on=0)),
        [""],
        id="another supplier counts",
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50), seen(101, supplier=OTHER_SHOP), law=SAME_SUPPLIER),
        [],
        id="it doesn't when the law asks for one supplier",
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(50), seen(101), law=SAME_SUPPLIER),
        [""],
        id="the same supplier under that law",
    ),
    pytest.param(
        consignee.bill_is_not_split,
        screened(facts(0), seen(151)),
        [""],
        id="a price that is not known counts for nothing",
    ),
    pytest.param(consignee.bill_is_not_split, screened(facts(50), seen(101), is_import=False), [], id="an export"),
    pytest.param(consignee.purchase_is_not_split, screened(facts(200)), [], id="one dear parcel alone"),
    pytest.param(consignee.purchase_is_not_split, screened(facts(50), seen(100)), [], id="150 together: the limit"),
    pytest.param(consignee.purchase_is_not_split, screened(facts(50), seen(100.01)), [""], id="a cent above"),
    pytest.param(
        consignee.purchase_is_not_split,
        screened(facts(50), seen(101, master=OTHER_BILL)),
        [""],
        id="under another master bill too",
    ),
    pytest.param(
        consignee.purchase_is_not_split,
        screened(facts(50), seen(101, supplier=OTHER_SHOP)),
        [],
        id="of another supplier",
    ),
    pytest.param(
        consignee.purchase_is_not_split,
        screened(facts(50), seen(101, purchased_on=TODAY.toordinal())),
        [],
        id="on another day",
    ),
    pytest.param(
        consignee.purchase_is_not_split,
        screened(facts(50, purchased_on=0), seen(101, purchased_on=0)),
        [],
        id="no day was said of either",
    ),
    pytest.param(
        consignee.purchase_is_not_split, screened(facts(50, supplier=0), seen(101, supplier=0)), [], id="nor a supplier"
    ),
    pytest.param(
        consignee.purchase_is_not_split,
        screened(facts(50), seen(101, purchased_on=0)),
        [],
        id="no day was said of the other",
    ),
    pytest.param(consignee.purchase_is_not_split, screened(facts(50), seen(101), is_import=False), [], id="an export"),
    pytest.param(consignee.receives_too_much, screened(facts()), [], id="no other"),
    pytest.param(consignee.receives_too_much, screened(facts(), *others(9)), [], id="the tenth of a day"),
    pytest.param(
        consignee.receives_too_much, screened(facts(), *others(10)), ["/consignee"], id="the eleventh of a day"
    ),
    pytest.param(
        consignee.receives_too_much,
        screened(facts(), *others(100), is_import=False),
        [],
        id="an export is no matter of self-use",
    ),
    pytest.param(
        consignee.receives_too_much,
        screened(facts(is_person=False), *others(100)),
        [],
        id="nor is what a company receives",
    ),
    pytest.param(consignee.code_is_not_shared, screened(facts()), [], id="no other"),
    pytest.param(consignee.code_is_not_shared, screened(facts(), *places(2)), [], id="three addresses"),
    pytest.param(consignee.code_is_not_shared, screened(facts(), *places(3)), ["/consignee"], id="four"),
    pytest.param(
        consignee.code_is_not_shared,
        screened(facts(), *places(2), seen(), seen()),
        [],
        id="five parcels to three addresses",
    ),
    pytest.param(
        consignee.code_is_not_shared,
        screened(facts(address=0), *places(3)),
        [],
        id="an address that was not said is none",
    ),
    pytest.param(
        consignee.code_is_not_shared, screened(facts(), *places(3, "phone")), ["/consignee"], id="four phones"
    ),
    pytest.param(
        consignee.code_is_not_shared,
        screened(facts(), *places(3), *places(3, "phone")),
        ["/consignee", "/consignee"],
        id="four of each",
    ),
    pytest.param(consignee.code_is_not_shared, screened(facts(), *places(3), is_import=False), [], id="an export"),
    pytest.param(consignee.self_use_is_kept_over_parcels, screened(facts(uses=drinks())), [], id="a bottle"),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks()), seen()),
        [],
        id="a bottle, and other goods",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(), seen(uses=drinks()), seen(uses=drinks())),
        [],
        id="other goods, and bottles that came before",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks()), seen(uses=drinks())),
        ["/items"],
        id="a second bottle",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks()), seen(uses=drinks(1, 501))),
        ["/items", "/items"],
        id="a second bottle and more than a litre",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses={"PERFUME/ML": 30}), seen(uses={"PERFUME/ML": 30})),
        [],
        id="60 ml of perfume: the limit",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses={"PERFUME/ML": 30}), seen(uses={"PERFUME/ML": 31})),
        ["/items"],
        id="a millilitre above",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses={"PERFUME/ML": 30}), seen(uses=drinks())),
        [],
        id="perfume, and a bottle",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses={"PERFUME/ML": 61}), seen(uses={"PERFUME/ML": 1})),
        [],
        id="what is above alone is another rule's",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks()), seen(uses=drinks(), arrives_on=TODAY.toordinal() + 1)),
        [],
        id="arriving on the next day",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks(), arrives_on=0), seen(uses=drinks(), arrives_on=0)),
        [],
        id="arriving on a day that nobody knows",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses={"TOY/UNITS": 9}), seen(uses={"TOY/UNITS": 9})),
        [],
        id="goods whose limit is gone",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks()), seen(uses=drinks()), is_import=False),
        [],
        id="an export",
    ),
    pytest.param(
        consignee.self_use_is_kept_over_parcels,
        screened(facts(uses=drinks(), is_person=False), seen(uses=drinks())),
        [],
        id="a company has no self-use",
    ),
)


@pytest.mark.parametrize(("check", "subject", "where"), TABLE)
def test_rule(check: Check, subject: ScreenCase, where: list[str]) -> None:
    assert paths(check, subject) == where


def test_a_split_bill_names_the_others() -> None:
    (split,) = consignee.bill_is_not_split(screened(facts(50), seen(60), seen(70, master=OTHER_BILL), seen(80)))
    assert split.evidence == {"usd": "190.000000", "limit_usd": "150.000000", "parcels": "3", "house_bills": "A0 A2"}


def test_self_use_over_parcels_names_the_others() -> None:
    (above,) = consignee.self_use_is_kept_over_parcels(
        screened(facts(uses={"PERFUME/ML": 30}), seen(), seen(uses={"PERFUME/ML": 31}))
    )
    assert above.evidence == {
        "category": "PERFUME",
        "found": "61",
        "limit": "60",
        "unit": "ML",
        "source": "Import notice annex 11",
        "house_bills": "A1",
    }


def test_addresses_are_counted_and_not_told() -> None:
    (many,) = consignee.code_is_not_shared(screened(facts(), *places(4)))
    assert many.evidence == {"addresses": "5", "days": "30", "limit": "4"}


FACTS: Final = st.builds(
    Facts,
    goods_price_usd_e6=st.integers(0, 2**63 - 1),
    limit_usd_e4=st.integers(0, 10**8),
    lodged_on=st.just(LAW.day.toordinal()),
    purchased_on=st.sampled_from([0, 1, 2]),
    arrives_on=st.sampled_from([0, 1, 2]),
    master=st.sampled_from([1, 2]),
    supplier=st.sampled_from([0, 1]),
    uses=st.dictionaries(
        st.sampled_from(["ALCOHOL/ML", "ALCOHOL/BOTTLES", "PERFUME/ML", "X", ""]), st.integers(0, 10**14), max_size=3
    ),
)


@settings(deadline=None)
@given(of=FACTS, others=st.lists(FACTS, max_size=12))
def test_no_rule_of_screening_raises(of: Facts, others: list[Facts]) -> None:
    subject = screened(of, *(seen_of(other, NOW_MS, "LIST", 1, 0) for other in others))
    assert all(found.message for row in SCREENING_RULES for found in row.check(subject))


# XP-05


@pytest.mark.parametrize(
    ("groups", "windows"),
    [
        pytest.param((), [], id="no other"),
        pytest.param((others(9),), [], id="the tenth of a day"),
        pytest.param((others(10),), ["1"], id="the eleventh of a day"),
        pytest.param(
            (others(9), others(1, days=1, inside_ms=JUST_IN)),
            ["1"],
            id="the eleventh, the first a millisecond less than a day ago",
        ),
        pytest.param((others(9), others(1, days=1, inside_ms=JUST_OUT)), [], id="the eleventh, the first a day ago"),
        pytest.param((others(29, days=2),), [], id="the 30th of a week"),
        pytest.param((others(30, days=2),), ["7"], id="the 31st of a week"),
        pytest.param(
            (others(29, days=2), others(1, days=7, inside_ms=JUST_IN)),
            ["7"],
            id="the 31st, the first a millisecond less than a week ago",
        ),
        pytest.param(
            (others(29, days=2), others(1, days=7, inside_ms=JUST_OUT)), [], id="the 31st, the first a week ago"
        ),
        pytest.param((others(59, days=8),), [], id="the 60th of a month"),
        pytest.param((others(60, days=8),), ["30"], id="the 61st of a month"),
        pytest.param(
            (others(59, days=8), others(1, days=30, inside_ms=JUST_IN)),
            ["30"],
            id="the 61st, the first a millisecond less than 30 days ago",
        ),
        pytest.param(
            (others(59, days=8), others(1, days=30, inside_ms=JUST_OUT)), [], id="the 61st, the first 30 days ago"
        ),
        pytest.param(
            (others(10), others(20, days=2), others(30, days=8)), ["1", "7", "30"], id="above in every window"
        ),
        pytest.param((others(10, days=-0.001),), ["1"], id="parcels that the log brings a little later than the clock"),
    ],
)
def test_parcels(groups: tuple[tuple[PastParcel, ...], ...], windows: list[str]) -> None:
    assert [evidence["days"] for evidence in found(E6, *groups)] == windows


@pytest.mark.parametrize(
    ("usd", "groups", "total"),
    [
        pytest.param(10_000, (), None, id="one dear parcel alone"),
        pytest.param(1, (others(1, usd="2999"),), None, id="3,000 together"),
        pytest.param(1, (others(1, usd="2999.000001"),), "3000.000001", id="a millionth more"),
        pytest.param(
            1,
            (others(1, days=7, inside_ms=JUST_IN, usd="3000"),),
            "3001.000000",
            id="a millisecond less than a week ago",
        ),
        pytest.param(1, (others(1, days=7, inside_ms=JUST_OUT, usd="3000"),), None, id="a week ago"),
        pytest.param(4_000, (others(1, usd="0"),), "4000.000000", id="a dear one and one whose price is unknown"),
    ],
)
def test_value(usd: int, groups: tuple[tuple[PastParcel, ...], ...], total: str | None) -> None:
    assert [evidence.get("usd") for evidence in found(usd * E6, *groups)] == ([] if total is None else [total])


def bills(count: int, first: int = 0, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a parcel may hold
    return [
        {"house_bill": f"A{first + index}", "items": [{"unit_price": "0.50", "amount": "1.00"}], **changes}
        for index in range(count)
    ]


def held(flow: Flow) -> list[str]:
    return [decision["house_bill"] for decision in flow.decisions if decision["outcome"] == "HOLD"]


def test_the_eleventh_parcel_of_a_day_is_held() -> None:
    flow = Flow()
    flow.send(manifest(*bills(11)))
    assert held(flow) == ["A10"]
    (case,) = flow.of("security.hold")
    assert case["evidence_parcels"] == [f"A{index}" for index in range(10)]
    assert [record["kind"] for record in flow.of("receipts.kx")] == ["ANSWER", "NOTICE"]


def test_amendments_are_not_counted_twice() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    for version in range(2, 6):
        flow.send(manifest(*bills(10), version=version, function="AMEND"))
    assert held(flow) == []
    flow.send(manifest(*bills(1, 10), version=6, function="AMEND"))
    assert held(flow) == ["A10"]


def test_an_amendment_keeps_the_time_of_the_first_filing() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    flow.send(manifest(*bills(10), version=2, function="AMEND"), days=0.9)
    flow.send(manifest(*bills(1, 10), version=3, function="AMEND"), days=0.2)
    assert held(flow) == []


def test_an_amendment_counts_with_its_new_price() -> None:
    flow = Flow()
    flow.send(manifest(*bills(2, items=[{"amount": "2900"}])))
    assert held(flow) == ["A1"]
    flow.send(manifest(*bills(1, items=[{"amount": "50"}]), version=2, function="AMEND"))
    flow.send(manifest(*bills(1, 1, items=[{"amount": "2900"}]), version=3, function="AMEND"))
    assert held(flow) == ["A1"]


def test_what_is_cancelled_does_not_count() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    flow.send(manifest(*bills(1), version=2, function="CANCEL"))
    flow.send(manifest(*bills(1, 10), version=3, function="AMEND"))
    assert held(flow) == []


def test_what_is_refused_does_not_count() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10, pieces=0), *bills(10, 10)))
    assert held(flow) == []


def test_carriers_count_together() -> None:
    flow = Flow()
    flow.processor.assign(["kx", "old"], flow.processor.partitions)
    flow.send(manifest(*bills(10)))
    outputs = flow.send(manifest(*bills(1)), carrier="old")
    assert [decision["outcome"] for decision in decisions(outputs)] == ["HOLD"]


# Through the whole of it


def bill(name: str, usd: str = "100", **changes: Any) -> Json:  # noqa: ANN401 - whatever a parcel may hold
    """A parcel of one line, bought on a day of its own."""
    return {
        "house_bill": name,
        "items": [{"amount": usd}],
        "order": {"purchased_on": f"2026-11-{ord(name[0]) - ord('A') + 1:02}"},
    } | changes


def told(outputs: list[StoredRecord]) -> list[tuple[str, str, str, int, str | None]]:
    """House bill, outcome, route, won of taxes and the reason for none, of each decision."""
    return [
        (said["house_bill"], said["outcome"], said["route"], said["tax"]["total"], said["tax"]["exempt"])
        for said in decisions(outputs)
    ]


def test_parcels_under_one_master_bill_are_taxed_from_the_one_on_that_is_too_much() -> None:
    """What was decided before stands: nobody supersedes it, the case names it."""
    flow = Flow()
    outputs = flow.send(manifest(bill("A"), bill("B", "50"), bill("C")))
    # (100 + 5) USD x 1,400 = 147,000 won; 13 % duty 19,110; 10 % VAT on both 16,611, cut to ten won.
    assert told(outputs) == [
        ("A", "RELEASE", "LIST", 0, "SMALL_VALUE"),
        ("B", "RELEASE", "LIST", 0, "SMALL_VALUE"),
        ("C", "DECLARE", "GENERAL", 35_720, None),
    ]
    assert [said["supersedes"] for said in flow.decisions] == [None] * 3
    (found,) = flow.decisions[2]["findings"]
    assert (found["code"], found["rule"], found["evidence"]["house_bills"]) == ("XP-02", "bill_is_not_split", "A B")
    (case,) = flow.of("security.referral")
    assert (case["house_bill"], case["evidence_parcels"], [finding["code"] for finding in case["findings"]]) == (
        "C",
        ["A", "B"],
        ["XP-02"],
    )
    (notice,) = [record for record in flow.of("receipts.kx") if record["kind"] == "NOTICE"]
    assert [
        (answer["house_bill"], answer["answer"], [finding["code"] for finding in answer["findings"]])
        for answer in notice["parcels"]
    ] == [("C", "DECLARE", ["XP-02"])]


def test_parcels_of_two_manifests_and_of_one_purchase_are_taxed_together() -> None:
    flow = Flow()
    bought: Json = {"order": {"purchased_on": "2026-11-18"}}
    flow.send(manifest(bill("A", **bought)))
    outputs = flow.send(manifest(bill("B", **bought), manifest_id="M2", master_bill="988-12345675"), days=20)
    assert [(found["code"], found["evidence"]["house_bills"]) for found in decisions(outputs)[0]["findings"]] == [
        ("XP-03", "A")
    ]
    assert told(outputs) == [("B", "DECLARE", "GENERAL", 35_720, None)]


@pytest.mark.parametrize(
    "apart",
    [
        pytest.param({"manifest_id": "M2", "master_bill": "988-12345675"}, id="another master bill"),
        pytest.param({"manifest_id": "M2", "consignee": {"clearance_code": "P999999999999"}}, id="another consignee"),
    ],
)
def test_what_is_not_together_is_not_combined(apart: Json) -> None:
    flow = Flow()
    flow.send(manifest(bill("A")))
    consignee = {"consignee": apart.pop("consignee")} if "consignee" in apart else {}
    assert told(flow.send(manifest(bill("B", **consignee), **apart))) == [("B", "RELEASE", "LIST", 0, "SMALL_VALUE")]


def test_a_parcel_that_is_too_much_alone_draws_others_in() -> None:
    """The second is cheap, and both together are above the limit."""
    assert told(Flow().send(manifest(bill("A", "180"), bill("B", "10")))) == [
        ("A", "DECLARE", "SIMPLIFIED", 62_930, None),
        ("B", "DECLARE", "GENERAL", 0, "BELOW_COLLECTION_FLOOR"),
    ]


def test_an_amendment_of_one_of_a_group_is_still_of_the_group() -> None:
    """It is remembered with all its marks, and counted once."""
    flow = Flow()
    flow.send(manifest(bill("A", "70"), bill("B", "70")))
    for version in (2, 3):
        outputs = flow.send(manifest(bill("A", "70", pieces=version), version=version, function="AMEND"))
        assert told(outputs) == [("A", "RELEASE", "LIST", 0, "SMALL_VALUE")]
    outputs = flow.send(manifest(bill("B", "80.01"), version=4, function="AMEND"))
    assert [(said["outcome"], said["supersedes"]) for said in decisions(outputs)] == [("DECLARE", 1)]
    assert decisions(outputs)[0]["findings"][0]["evidence"]["house_bills"] == "A"
    outputs = flow.send(manifest(bill("B", "80"), version=5, function="AMEND"))
    assert [(said["outcome"], said["supersedes"]) for said in decisions(outputs)] == [("RELEASE", 2)]


def test_a_cancelled_parcel_is_of_no_group() -> None:
    flow = Flow()
    flow.send(manifest(bill("A"), bill("B", "50")))
    flow.send(manifest({"house_bill": "A"}, version=2, function="CANCEL"))
    assert told(flow.send(manifest(bill("B", "60"), version=3, function="AMEND"))) == [
        ("B", "RELEASE", "LIST", 0, "SMALL_VALUE")
    ]


MAIL: Final = ("RR473124829CN", "RR473124832CN", "RR473124846CN")


def by_mail(*usd: str, reference: Reference = REFERENCE) -> list[tuple[str, str, int, str | None]]:
    """Outcome, route and taxes of mail for one consignee, each for so many dollars, freight included."""
    parcels = [
        bill(letter, amount, freight=None) | {"house_bill": number}
        for letter, number, amount in zip("ABC", MAIL, usd, strict=False)
    ]
    return [
        row[1:]
        for row in told(
            Flow(processor=processor_of(reference=reference)).send(
                manifest(*parcels, mode="POST", master_bill="POST-1")
            )
        )
    ]


def test_mail_up_to_its_limit_stays_on_the_mail_list_with_one_rate_for_all_taxes() -> None:
    """100 USD x 1,400 = 140,000 won; 18 % on clothes for duty and VAT together."""
    assert by_mail("900", "100") == [("DECLARE", "SIMPLIFIED", 226_800, None), ("DECLARE", "SIMPLIFIED", 25_200, None)]


def test_mail_above_its_limit_is_declared_in_general_with_each_tax_on_its_own() -> None:
    """140,000 won; 13 % duty 18,200; 10 % VAT on both 15,820."""
    assert by_mail("900", "100.01")[1] == ("DECLARE", "GENERAL", 34_020, None)
    assert by_mail("900", "100", "0.10")[2][:2] == ("DECLARE", "GENERAL")


def test_mail_without_simplified_rates() -> None:
    without = replace(REFERENCE, thresholds=thresholds(post_simplified_rates=since("0")))
    assert by_mail("100", "100", reference=without) == [
        ("RELEASE", "LIST", 0, "SMALL_VALUE"),
        ("DECLARE", "SIMPLIFIED", 34_020, None),
    ]


def test_mail_that_is_no_self_use_has_no_simplified_rates() -> None:
    """50 USD x 1,400 = 70,000 won; 8 % duty on perfume 5,600; 10 % VAT on both 7,560."""
    perfume: Json = {
        "items": [{"description": "perfume, floral", "hs_code": "330300", "amount": "50", "volume_ml": 40}],
        "freight": None,
    }
    outputs = Flow().send(
        manifest(
            *(bill(letter, **perfume) | {"house_bill": number} for letter, number in zip("AB", MAIL, strict=False)),
            mode="POST",
            master_bill="POST-1",
        )
    )
    assert [row[1:] for row in told(outputs)] == [
        ("RELEASE", "LIST", 0, "SMALL_VALUE"),
        ("REFER", "SIMPLIFIED", 13_160, None),
    ]


def test_bottles_of_two_parcels_are_referred() -> None:
    """Duty is waived of the first alone.

    (70 + 5) USD x 1,400 = 105,000 won; liquor tax 72 % 75,600; education tax 30 % of it 22,680; VAT 20,328.
    With 20 % duty 21,000; liquor tax 90,720; education tax 27,216; VAT 24,393. Each is cut to ten won.
    """
    whisky: Json = {"items": [{"description": "malt whisky", "hs_code": "220830", "amount": "70", "volume_ml": 700}]}
    flow = Flow()
    outputs = flow.send(manifest(bill("A", **whisky), bill("B", **whisky)))
    assert told(outputs) == [
        ("A", "DECLARE", "SIMPLIFIED", 118_600, "DUTY"),
        ("B", "REFER", "SIMPLIFIED", 163_320, None),
    ]
    (case,) = flow.of("security.referral")
    assert [(finding["code"], finding["evidence"]["house_bills"]) for finding in case["findings"]] == [
        ("XP-08", "A"),
        ("XP-08", "A"),
    ]


def test_many_addresses_of_one_code_are_for_the_investigators_alone() -> None:
    def to(number: int) -> Json:
        return bill("A", "1") | {
            "house_bill": f"A{number}",
            "consignee": {"address": f"서울특별시 강남구 테헤란로 {number}"},
        }

    flow = Flow()
    outputs = flow.send(manifest(*(to(number) for number in range(1, 5))))
    assert [said["outcome"] for said in decisions(outputs)] == ["RELEASE"] * 3 + ["HOLD"]
    (case,) = flow.of("security.investigation")
    assert [(finding["code"], finding["evidence"]) for finding in case["findings"]] == [
        ("XP-06", {"addresses": "4", "days": "30", "limit": "4"})
    ]
    assert receipt(outputs)["parcels"] == []
    assert [record["kind"] for record in flow.of("receipts.kx")] == ["ANSWER"]


def test_the_figures_of_velocity() -> None:
    assert limits_under(LAW) == ConsigneeLimits(((1, 10), (7, 30), (30, 60)), 3_000 * E6, 4)


@pytest.mark.parametrize(
    ("days", "outcome"),
    [
        pytest.param(0, "RELEASE", id="received on the eve"),
        pytest.param(1, "HOLD", id="received on the day"),
    ],
)
def test_the_figures_of_velocity_are_those_of_the_day_of_receipt(days: int, outcome: str) -> None:
    """Whatever day of lodging a carrier names."""
    tighter = replace(
        REFERENCE,
        thresholds=thresholds(
            velocity_parcels_1d=Dated({date(2000, 1, 1): Decimal(10), date(2026, 11, 24): Decimal(1)})
        ),
    )
    outputs = Flow(processor=processor_of(reference=tighter)).send(manifest(*bills(2)), days=days)
    assert [said["outcome"] for said in decisions(outputs)] == ["RELEASE", outcome]

"""A consignee's parcels from partition to partition, what is told of them, and what is forgotten."""

from typing import Any, Final

import msgspec
import pytest

from agents.state.consignees import ConsigneeStore
from agents.state.parcels import WINDOW_DAYS, PastParcel
from agents.values.clock import DAY_MS
from agents.values.identity import consignee_token
from schemas import limits, topics
from streams.kafka import partitioner
from tests.flow import KEYS, NOW_MS, Flow, Json, by_bill
from tests.parcels import EXPORT, manifest, parcel

NAME: Final = "kx/A"
SEEN: Final = PastParcel(NOW_MS, 1, "LIST")


def person(letter: str) -> Json:
    return {"clearance_code": f"P{ord(letter):012}"}


def token(letter: str) -> str:
    return consignee_token(parcel(consignee=person(letter)).consignee, KEYS)


def holder(flow: Flow) -> list[str]:
    """With whom screening has the parcel now."""
    return [
        name
        for name in "ABCD"
        for kept in flow.processor.partitions.values()
        if NAME in kept.consignees.get(token(name), {})
    ]


def again(before: ConsigneeStore) -> ConsigneeStore:
    """A partition with what another wrote into the changelog."""
    after = ConsigneeStore()
    for key, packed in before.packed().items():
        after.restore(key, packed)
    return after


def sent(version: int, to: str, *, pieces: int = 1) -> Json:
    """A version of the manifest; to nobody: a cancellation."""
    if not to:
        return manifest({"house_bill": "A"}, version=version, function="CANCEL")
    return manifest({"house_bill": "A", "consignee": person(to), "pieces": pieces}, version=version, function="AMEND")


@pytest.mark.parametrize(
    ("ways", "ends_with"),
    [
        pytest.param(["A"], "A", id="no change"),
        pytest.param(["A", "B"], "B", id="one change"),
        pytest.param(["A", "B", "A"], "A", id="there and back"),
        pytest.param(["A", "B", "A", "B"], "B", id="there and back and there"),
        pytest.param(["A", "B", "C", "D"], "D", id="three changes"),
        pytest.param(["A", "B", "B", "B"], "B", id="a change, then others"),
        pytest.param(["A", ""], "", id="cancelled"),
        pytest.param(["A", "B", ""], "", id="cancelled after a change"),
        pytest.param(["A", "B", "A", ""], "", id="cancelled after there and back"),
        pytest.param(["A", "B", "", "C"], "C", id="declared to another after a cancellation"),
        pytest.param(["A", "", "A"], "A", id="declared anew to the same"),
        pytest.param(["A", "B", "", "A", ""], "", id="all of it"),
    ],
)
@pytest.mark.parametrize("pick", [min, max], ids=["lowest partition first", "highest partition first"])
@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "all at once"])
def test_a_parcel_follows_its_consignee(ways: list[str], ends_with: str, pick: "type[min]", at_once: bool) -> None:  # type: ignore[valid-type]  # noqa: FBT001 - a column of the table
    flow = Flow()
    for version, to in enumerate(ways, 1):
        flow.send(sent(version, to), screen=False)
        if not at_once:
            flow.screen(pick)
    flow.screen(pick)
    assert holder(flow) == ([ends_with] if ends_with else [])
    told = [(decision["sequence"], decision["outcome"]) for decision in flow.decisions]
    assert told == [(version, "RELEASE" if to else "CANCELLED") for version, to in enumerate(ways, 1)]


def test_the_first_consignee_hears_of_every_change_first() -> None:
    flow = Flow()
    for version, to in enumerate("ABC", 1):
        flow.send(sent(version, to), screen=False)
    keys = [(record.key or b"").decode() for record in flow.log if record.topic == topics.CHECKED]
    assert keys == [token("A")] * 3
    assert [checked["path"] for checked in flow.of(topics.CHECKED)] == [(), (token("B"),), (token("B"), token("C"))]


def test_a_cancellation_is_told_where_the_decision_was() -> None:
    flow = Flow()
    for route, changes in {
        "list": {},
        "simplified": {"items": [{"amount": "180"}]},
        "general": {"items": [{"amount": "2500"}]},
    }.items():
        number = {"manifest_id": route}
        flow.send(manifest({"house_bill": route, "consignee": person("A")} | changes, **number))
        (told,) = [
            record.topic
            for record in flow.send(manifest(version=2, function="CANCEL", **number))
            if record.topic in topics.CLEARANCE
        ]
        assert told == f"clearance.{route}"


def test_a_case_names_other_parcels_only_where_they_matter() -> None:
    flow = Flow()
    flow.send(manifest({"house_bill": "A"}, {"house_bill": "B", "consignee": {"address": "somewhere"}}))
    (case,) = flow.of("security.inspection")
    assert case["evidence_parcels"] == []
    assert [record["parcels"][0]["answer"] for record in flow.of("receipts.kx") if record["kind"] == "NOTICE"] == [
        "INSPECT"
    ]


def test_a_case_names_so_many_parcels() -> None:
    flow = Flow()
    flow.send(
        manifest(
            *(
                {"house_bill": f"A{index}", "items": [{"amount": "1"}]}
                for index in range(limits.EVIDENCE_PARCELS_MAX + 2)
            )
        )
    )
    named = [case["evidence_parcels"] for case in flow.of("security.hold")]
    assert len(named[-2]) == len(named[-1]) == limits.EVIDENCE_PARCELS_MAX
    assert named[-1][-1] == f"A{limits.EVIDENCE_PARCELS_MAX}"


def test_a_notice_comes_for_prohibited_goods_just_as_for_others() -> None:
    flow = Flow()
    flow.send(
        manifest(
            {"house_bill": "A", "consignee": {"address": "somewhere"}, "items": [{"description": "hemp"}]},
            {"house_bill": "B", "items": [{"description": "hemp"}]},
        )
    )
    (notice,) = [record for record in flow.of("receipts.kx") if record["kind"] == "NOTICE"]
    assert [
        (answer["house_bill"], answer["answer"], [found["code"] for found in answer["findings"]])
        for answer in notice["parcels"]
    ] == [("A", "INSPECT", ["FMT-06"])]
    assert by_bill(flow.log) == [("A", "HOLD", 1, None), ("B", "HOLD", 1, None)]
    assert len({case["case_id"] for case in flow.of(*topics.SECURITY_OF_DESK.values())}) == 3


# Taxes


def taxed(*changes: Json, **header: Any) -> list[tuple[str, int, str | None]]:  # noqa: ANN401 - whatever a header may hold
    """Outcome, won and the reason for none, of parcels of different consignees."""
    flow = Flow()
    flow.send(manifest(*({"house_bill": f"H{index}", **parcel} for index, parcel in enumerate(changes)), **header))
    return [(said["outcome"], said["tax"]["total"], said["tax"]["exempt"]) for said in flow.decisions]


SNEAKERS: Final[Json] = {
    "description": "running shoes, textile upper, size 270",
    "hs_code": "640411",
    "amount": "185",
    "origin": "US",
}


def test_a_pair_of_sneakers_is_taxed_to_the_won() -> None:
    """(185 + 5) USD x 1,400 = 266,000 won; duty 13 %; VAT 10 % of 300,580, cut to ten won."""
    flow = Flow()
    flow.send(manifest({"items": [SNEAKERS]}))
    (decision,) = flow.decisions
    tax = decision["tax"]
    assert (
        decision["customs_value_krw"],
        tax["duty"],
        tax["vat"],
        tax["total"],
        tax["exempt"],
        tax["exchange_rate"],
    ) == (266_000, 34_580, 30_050, 64_630, None, "1400")
    assert [(line["item"], line["tax"], line["base"], line["rate"], line["amount"]) for line in tax["lines"]] == [
        (0, "duty", 266_000, "13 %", 34_580),
        (0, "vat", 300_580, "10 %", 30_058),
    ]
    assert all(line["source"] for line in tax["lines"])


@pytest.mark.parametrize(
    ("order", "origin", "duty"),
    [
        pytest.param({"paid": "185"}, "US", 0, id="claimed, of its origin, with proof of the purchase"),
        pytest.param({"paid": None}, "US", 34_580, id="no payment named"),
        pytest.param({"paid": "185", "order_number": None}, "US", 34_580, id="no order named"),
        pytest.param({"paid": "185"}, "CN", 34_580, id="of another origin"),
    ],
)
def test_the_rate_of_an_agreement(order: Json, origin: str, duty: int) -> None:
    flow = Flow()
    flow.send(manifest({"items": [{**SNEAKERS, "origin": origin, "preference": "KOR_US"}], "order": order}))
    assert [said["tax"]["duty"] for said in flow.decisions] == [duty]


@pytest.mark.parametrize(
    ("parcel", "header", "told"),
    [
        pytest.param({}, {}, ("RELEASE", 0, "SMALL_VALUE"), id="within the limit"),
        pytest.param(
            {"items": [{**SNEAKERS, "amount": "150"}]}, {}, ("RELEASE", 0, "SMALL_VALUE"), id="150 without the freight"
        ),
        pytest.param(
            {"items": [{**SNEAKERS, "amount": "185"}], "consignor": {"country": "US"}},
            {},
            ("RELEASE", 0, "SMALL_VALUE"),
            id="185 from the United States",
        ),
        pytest.param(
            {"purpose": "COMMERCIAL", "items": [{"amount": "45"}]},
            {},
            ("DECLARE", 17_010, None),
            id="commercial goods of 50 with the freight",
        ),
        pytest.param(
            {"purpose": "COMMERCIAL", "items": [{"amount": "5"}]},
            {},
            ("DECLARE", 0, "BELOW_COLLECTION_FLOOR"),
            id="so little that it is not collected",
        ),
        pytest.param(
            {"items": [{"description": "vitamin C tablets", "amount": "50"}]},
            {},
            ("DECLARE", 0, "SMALL_VALUE"),
            id="kept from the list and still exempt",
        ),
        pytest.param(
            {**EXPORT, "items": [{"amount": "900"}]},
            {"direction": "EXPORT"},
            ("RELEASE", 0, "EXPORT"),
            id="leaving the country",
        ),
    ],
)
def test_what_is_to_be_paid(parcel: Json, header: Json, told: tuple[str, int, str | None]) -> None:
    assert taxed(parcel, **header) == [told]


def test_beside_a_bottle_other_goods_are_exempt_of_all() -> None:
    """Of (100 + 40 + 7) USD x 1,400 = 205,800 won the bottle has 147,000.

    Liquor tax 105,840, education tax 31,752, VAT 28,459, and no duty.
    """
    whisky = {"description": "malt whisky", "hs_code": "220830", "amount": "100", "volume_ml": 700}
    flow = Flow()
    flow.send(manifest({"items": [whisky, {"amount": "40"}], "freight": "7"}))
    (decision,) = flow.decisions
    lines = [(line["item"], line["tax"], line["base"], line["amount"]) for line in decision["tax"]["lines"]]
    assert lines == [
        (0, "duty", 147_000, 0),
        (0, "liquor", 147_000, 105_840),
        (0, "education", 105_840, 31_752),
        (0, "vat", 284_592, 28_459),
    ]
    assert (decision["tax"]["total"], decision["tax"]["exempt"]) == (105_840 + 31_750 + 28_450, "DUTY")


def test_without_a_decision_on_the_goods_there_are_no_taxes() -> None:
    flow = Flow()
    flow.send(
        manifest(
            {"house_bill": "A", "items": [SNEAKERS]},
            {"house_bill": "B", "items": [{**SNEAKERS, "quantity": 0}]},
            {"house_bill": "C", "currency": "JPY"},
        )
    )
    flow.send(manifest({"house_bill": "A"}, version=2, function="CANCEL"))
    told = {(said["house_bill"], said["outcome"]): said["tax"] for said in flow.decisions}
    assert told.pop(("A", "DECLARE"))["total"] == 64_630
    assert told == {("B", "REJECT"): None, ("C", "DECLARE"): None, ("A", "CANCELLED"): None}


# What a partition remembers


def test_an_amendment_is_remembered_with_all_it_says_and_the_time_of_the_first_filing() -> None:
    kept = ConsigneeStore()
    first = PastParcel(
        NOW_MS, 1, "LIST", master=1, supplier=2, purchased_on=3, arrives_on=4, address=5, phone=6, uses={"X": 1}
    )
    amended = PastParcel(
        NOW_MS + DAY_MS,
        9,
        "GENERAL",
        master=11,
        supplier=12,
        purchased_on=13,
        arrives_on=14,
        address=15,
        phone=16,
        uses={"X": 2},
        in_force=2,
        latest=2,
    )
    kept.put("t", NAME, first)
    kept.put("t", NAME, amended)
    assert kept.get("t", NAME) == msgspec.structs.replace(amended, received_at_ms=NOW_MS)
    assert again(kept).get("t", NAME) == kept.get("t", NAME)


def test_the_oldest_parcels_of_a_consignee_are_forgotten() -> None:
    kept = ConsigneeStore()
    for index in range(limits.CONSIGNEE_PARCELS_MAX):
        kept.put("t", f"kx/{index}", SEEN)
    kept.put("t", "kx/0", SEEN)
    assert len(kept.consignees["t"]) == limits.CONSIGNEE_PARCELS_MAX
    kept.put("t", "kx/new", SEEN)
    assert len(kept.consignees["t"]) == limits.CONSIGNEE_PARCELS_MAX
    assert (kept.get("t", "kx/0"), kept.get("t", "kx/1"), kept.get("t", "kx/new")) == (None, SEEN, SEEN)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        pytest.param(0, {"old", "new"}, id="the same day"),
        pytest.param(WINDOW_DAYS + 1, {"old", "new"}, id="the last day of the window"),
        pytest.param(WINDOW_DAYS + 2, {"new"}, id="the day behind it"),
        pytest.param(WINDOW_DAYS + 7, {"new"}, id="the last day of the later one"),
        pytest.param(WINDOW_DAYS + 8, set(), id="the day behind that"),
        pytest.param(3_650, set(), id="ten years"),
    ],
)
@pytest.mark.parametrize("restored", [False, True], ids=["as it was", "restored"])
def test_consignees_are_forgotten_by_the_time_of_the_log(days: int, left: set[str], restored: bool) -> None:  # noqa: FBT001 - a column of the table
    kept = ConsigneeStore()
    kept.put("old", NAME, SEEN)
    kept.put("new", NAME, SEEN)
    kept.put("new", "kx/B", PastParcel(NOW_MS + 6 * DAY_MS, 1, "LIST"))
    if restored:
        kept = again(kept)
    kept.dirty.clear()
    kept.expire(NOW_MS + days * DAY_MS)
    assert set(kept.consignees) == left
    assert kept.dirty == {"old", "new"} - left


@pytest.mark.parametrize("restored", [False, True], ids=["as it was", "restored"])
def test_a_consignee_whose_last_parcel_left_is_forgotten_with_the_rest(restored: bool) -> None:  # noqa: FBT001 - a column of the table
    """A restored partition forgets on the same day: it has the same parcels."""
    kept = ConsigneeStore()
    kept.put("t", NAME, SEEN)
    kept.put("t", "kx/B", PastParcel(NOW_MS + 5 * DAY_MS, 1, "LIST"))
    if restored:
        kept = again(kept)
    kept.expire(NOW_MS + 6 * DAY_MS)
    kept.drop("t", "kx/B")
    assert set(kept.consignees) == {"t"}
    kept.expire(NOW_MS + (WINDOW_DAYS + 2) * DAY_MS)
    assert not kept.consignees


def test_an_old_parcel_alone_is_forgotten_at_once_when_the_newer_leaves() -> None:
    kept = ConsigneeStore()
    kept.put("t", NAME, SEEN)
    kept.put("t", "kx/B", PastParcel(NOW_MS + 20 * DAY_MS, 1, "LIST"))
    kept.expire(NOW_MS + 40 * DAY_MS)
    assert set(kept.consignees["t"]) == {NAME, "kx/B"}
    kept.drop("t", "kx/B")
    assert not kept.consignees
    kept.drop("t", "kx/B")
    kept.drop("nobody", "kx/B")


def test_tokens_of_these_tests_lie_in_several_partitions() -> None:
    """A control of the tables above: hops between partitions are what they are about."""
    assert len({partitioner.of(topics.CHECKED, token(letter).encode()) for letter in "ABCD"}) > 1

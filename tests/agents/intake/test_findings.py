"""What a carrier is told of each fault.

Every one at once, where it is, within limits, and never what must stay silent.
"""

import json
from typing import Any, Final

import pytest

from schemas import dead_letter, limits, topics
from streams.kafka.record import StoredRecord
from streams.simulation.sample.framing import framed
from tests.flow import Flow, Json, decisions, decoded, receipt
from tests.parcels import ITEM, manifest, merged, parcel_json

CANARIES: Final = {
    "name": "카나리아",
    "name_en": "KANARIA ZQ7",
    "clearance_code": "P987654321098",
    "auth_number": "718293645546",
    "phone": "010-9182-7364",
    "postcode": "48213",
    "address": "부산광역시 해운대구 카나리아로 918, 55동",
}
UNKNOWN: Final = {"shoe_size": 43}


def rejected(outputs: list[StoredRecord]) -> list[tuple[str, str]]:
    """Code and path of each REJECT finding of the only parcel on the receipt."""
    (answer,) = receipt(outputs)["parcels"]
    assert answer["answer"] == "REJECTED"
    return [(found["code"], found["path"]) for found in answer["findings"] if found["severity"] == "REJECT"]


@pytest.mark.parametrize(
    ("parcel", "found"),
    [
        pytest.param(
            parcel_json(pieces=0, currency="XXX", consignee={"phone": "1"}),
            {("FMT-08", "/parcels/0/pieces"), ("COD-02", "/parcels/0/currency"),
            ("FMT-06", "/parcels/0/consignee/phone")},
            id="three faults of three rules",
        ),
        pytest.param(
            parcel_json(pieces="one", currency="XXX", consignee={"phone": 5, "postcode": "1"}),
            {("FMT-01", "/parcels/0/pieces"), ("COD-02", "/parcels/0/currency"),
            ("FMT-01", "/parcels/0/consignee/phone"), ("FMT-06", "/parcels/0/consignee/postcode")},
            id="faults of form and of rules together",
        ),
        pytest.param(
            parcel_json(pieces=0) | {"items": [ITEM, 7, {**ITEM, "amount": 5, "origin": "XX"}]},
            {("FMT-08", "/parcels/0/pieces"), ("FMT-01", "/parcels/0/items/1"),
            ("FMT-01", "/parcels/0/items/2/amount"), ("COD-01", "/parcels/0/items/2/origin")},
            id="an item that is none, among items",
        ),
        pytest.param(
            {"house_bill": "A", "currency": "USD", "pieces": 1, "gross_weight_g": 5,
            "consignor": parcel_json()["consignor"], "items": [ITEM]},
            {("FMT-01", "/parcels/0/consignee")},
            id="no consignee: that alone, not every field of it",
        ),
        pytest.param(parcel_json() | {"items": None}, {("FMT-01", "/parcels/0/items")}, id="items that are null"),
        pytest.param(parcel_json(order=5), {("FMT-01", "/parcels/0/order")}, id="an order that is a number"),
        pytest.param(parcel_json(ecommerce="yes"), {("FMT-01", "/parcels/0/ecommerce")}, id="a word for a truth value"),
        pytest.param(
            {"house_bill": 5},
            {("FMT-01", f"/parcels/0/{name}") for name in ("house_bill", "consignor", "consignee", "items")}
            | {("FMT-01", "/parcels/0/currency"), ("FMT-08", "/parcels/0/gross_weight_g")}, id="hardly a parcel"),
        pytest.param(7, {("FMT-01", "/parcels/0")}, id="a number where a parcel is"),
        pytest.param(None, {("FMT-01", "/parcels/0")}, id="null where a parcel is"),
        pytest.param([], {("FMT-01", "/parcels/0")}, id="a list where a parcel is"),
    ],
)  # fmt: skip
def test_every_fault_of_a_parcel_at_once(parcel: Any, found: set[tuple[str, str]]) -> None:  # noqa: ANN401 - whatever a carrier sends
    said = rejected(Flow().send(manifest() | {"parcels": [parcel]}))
    assert set(said) == found
    assert len(said) == len(found)


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        pytest.param({"mode": 7}, ["/mode"], id="a number where a word is"),
        pytest.param({"master_bill": None}, ["/master_bill"], id="null where a number is"),
        pytest.param({"function": 7}, ["/function"], id="a function that is none"),
        pytest.param(
            {"function": "REPLACE", "direction": "IN", "mode": "FOOT"},
            ["/function", "/direction", "/mode"],
            id="three words nobody knows",
        ),
        pytest.param(
            {"direction": 7, "lodged_at": "yesterday"}, ["/direction", "/lodged_at"], id="a wrong form and a wrong time"
        ),
        pytest.param({"lodged_at": "1999-12-31T00:00:00Z"}, ["/lodged_at"], id="before all law"),
        pytest.param({"lodged_at": "9999-12-31T23:59:59-12:00"}, ["/lodged_at"], id="after all time"),
        pytest.param({"parcels": {}}, ["/parcels"], id="parcels that are an object"),
        pytest.param({"parcels": []}, ["/parcels"], id="no parcels"),
        pytest.param(
            {"containers": ["CSQU3054384"], "mode": "SEA_EXPRESS"},
            ["/containers/0"],
            id="a container with a wrong check digit",
        ),
        pytest.param({"containers": "CSQU3054383"}, ["/containers"], id="containers that are no list"),
    ],
)
def test_every_fault_of_the_header_refuses_all(changes: Json, paths: list[str]) -> None:
    outputs = Flow().send(manifest({"house_bill": "A"}, {"house_bill": "B", "pieces": 0}) | changes)
    said = receipt(outputs)
    assert [found["path"] for found in said["findings"] if found["severity"] == "REJECT"] == paths
    assert said["status"] == "REJECTED"
    assert said["counts"]["received"] == said["counts"]["rejected"] == len(decisions(outputs))
    for decision in decisions(outputs):
        assert {found["path"] for found in decision["findings"]} >= set(paths)
        assert decision["direction"] == (None if "direction" in changes else "IMPORT")


def test_the_law_that_is_not_known_is_named_as_the_reason() -> None:
    (found,) = [
        found
        for found in receipt(Flow().send(manifest({}, lodged_at="1999-12-31T00:00:00Z")))["findings"]
        if found["path"] == "/lodged_at" and found["severity"] == "REJECT"
    ]
    assert "law" in found["message"]


def resolves(pointer: str, said: Any) -> bool:  # noqa: ANN401 - JSON
    """Whether a JSON pointer leads to something, or to a field that is missing in an object."""
    if not pointer:
        return True
    *above, last = pointer[1:].split("/")
    for name in above:
        said = said[int(name)] if isinstance(said, list) else said[name]
    return int(last) < len(said) if isinstance(said, list) else isinstance(said, dict)


FAULTY: Final = manifest(
    {"house_bill": "A", "pieces": 0, "shoe_size": 43},
    {"house_bill": "A"},
    {"house_bill": "C" * 65, "order": None, "consignee": {"clearance_code": None, "address": "x"}},
    {
        "house_bill": "D",
        "items": [{"amount": "-1", "origin": "", "shoe_size": 43}, {"hs_code": "000000", "description": "vitamin"}],
    },
    {"house_bill": "E", "consignor": {"country": "US"}, "freight": None},
    direction="IN",
    shoe_size=43,
) | {"containers": ["X"]}
FAULTY["parcels"] += [
    7,
    None,
    [],
    {},
    {"house_bill": "F", "items": [7, {}]},
    {"house_bill": "G", "consignee": [], "items": {}},
]


@pytest.mark.parametrize(
    "sent",
    [FAULTY, FAULTY | {"direction": "IMPORT", "containers": None}, FAULTY | {"function": "CANCEL"}],
    ids=["original", "good header", "cancel"],
)
def test_pointers_lead_into_what_was_sent(sent: Json) -> None:
    outputs = Flow().send(sent)
    said = receipt(outputs)
    pointers = [found["path"] for found in said["findings"]]
    pointers += [
        path
        for answer in said["parcels"]
        for path in (answer["path"], *(found["path"] for found in answer["findings"]))
    ]
    pointers += [found["path"] for decision in decisions(outputs) for found in decision["findings"]]
    assert len(pointers) > 10
    for pointer in pointers:
        assert resolves(pointer, sent), pointer
    assert said["counts"]["received"] == len(sent["parcels"])


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        pytest.param(manifest({}) | UNKNOWN, "", id="of the manifest"),
        pytest.param(manifest(UNKNOWN), "/parcels/0", id="of a parcel"),
        pytest.param(manifest({"consignor": UNKNOWN}), "/parcels/0/consignor", id="of a sender"),
        pytest.param(manifest({"consignee": UNKNOWN}), "/parcels/0/consignee", id="of a receiver"),
        pytest.param(manifest({"order": UNKNOWN}), "/parcels/0/order", id="of an order"),
        pytest.param(manifest({"items": [{}, UNKNOWN]}), "/parcels/0/items/1", id="of an item"),
    ],
)
def test_a_field_nobody_knows_is_told_and_refuses_nothing(sent: Json, path: str) -> None:
    said = receipt(Flow().send(sent))
    assert said["status"] == "ACCEPTED"
    told = said["findings"] + [found for answer in said["parcels"] for found in answer["findings"]]
    assert [(found["code"], found["severity"], found["path"]) for found in told] == [("FMT-01", "INFO", path)]
    assert "shoe_size" in told[0]["message"]


def test_unknown_fields_are_named_up_to_a_limit_and_numbers_in_them_are_masked() -> None:
    names = {f"x{index}": 1 for index in range(limits.UNKNOWN_FIELDS_NAMED_MAX)}
    (answer,) = receipt(Flow().send(manifest({"P123456789012": 1} | names)))["parcels"]
    assert "6 unknown field(s)" in answer["findings"][0]["message"]
    assert "x3" in answer["findings"][0]["message"]
    assert "x4" not in answer["findings"][0]["message"]
    assert "123456789012" not in answer["findings"][0]["message"]


def test_what_is_accepted_with_a_remark_stands_on_the_receipt() -> None:
    said = receipt(
        Flow().send(
            manifest(
                {"house_bill": "A", "order": {"platform": "nobody"}},
                {"house_bill": "B", "freight": None},
                {"house_bill": "C"},
            )
        )
    )
    assert [
        (answer["house_bill"], answer["answer"], [found["severity"] for found in answer["findings"]])
        for answer in said["parcels"]
    ] == [
        ("A", "ACCEPTED", ["WARN"]),
        ("B", "ACCEPTED", ["INFO"]),
    ]


# Silence

CASES: Final[dict[str, Json]] = {
    "a parcel without fault": {},
    "a parcel with a remark": {"freight": None},
    "a parcel above the list limit": {"items": [{"amount": "180.00"}]},
    "a parcel above it that was paid as declared": {"items": [{"amount": "180.00"}], "order": {"paid": "180.00"}},
    "a parcel for which more was paid": {"order": {"paid": "500.00"}},
    "a parcel from the United States above the common limit": {
        "items": [{"amount": "180.00"}],
        "consignor": {"country": "US"},
    },
    "a parcel that is too much with the next": {"items": [{"amount": "100.00"}]},
    "a parcel for a company": {
        "consignee": {"clearance_code": None, "auth_number": None, "business_number": "120-81-47521"}
    },
    "a parcel of many units": {"items": [{"quantity": 31}]},
    "a parcel refused": {"pieces": 0},
    "a parcel to be inspected": {"consignee": {"address": "somewhere"}},
    "a parcel with many remarks": {"items": [UNKNOWN] * limits.ITEMS_PER_PARCEL_MAX, "freight": None, "shoe_size": 1},
    "a parcel with very many faults": {
        "items": [{"origin": "XX", "amount": "0", "net_weight_g": 0}] * limits.ITEMS_PER_PARCEL_MAX
    },
    "a parcel with faults of form": {"pieces": "one"},
}


def receipts(outputs: list[StoredRecord]) -> list[Json]:
    return [decoded(record) for record in outputs if record.topic.startswith(topics.RECEIPTS)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("goods", ["hemp seed oil", "stun gun", "s-t-u-n-g-u-n", "fake banknotes"])
def test_a_carrier_sees_the_same_whether_goods_are_prohibited_or_not(case: str, goods: str) -> None:
    bad, good = (
        Flow().send(
            manifest(
                merged(
                    CASES[case], {"items": [{**item, "description": said} for item in CASES[case].get("items", [{}])]}
                ),
                {"house_bill": "B", "freight": None},
            )
        )
        for said in (goods, "cotton shirt")
    )
    assert receipts(bad) == receipts(good)
    codes = {found["code"] for decision in decisions(bad) for found in decision["findings"]}
    assert codes & {"RG-01", "RG-02", "RG-03"} or case == "a parcel with faults of form"


@pytest.mark.parametrize("number", [1, limits.ITEMS_PER_PARCEL_MAX], ids=["one line", "every line"])
def test_what_acts_cannot_be_hidden_behind_other_findings(number: int) -> None:
    lines = [{"hs_code": "999999", "shoe_size": 43, "description": "vitamin"}] * (
        limits.ITEMS_PER_PARCEL_MAX - number
    ) + [{"hs_code": "999999", "shoe_size": 43, "description": "stun gun"}] * number
    outputs = Flow().send(manifest({"items": lines, "consignee": {"address": "somewhere"}}))
    (decision,) = decisions(outputs)
    assert decision["outcome"] == "HOLD"
    assert {"COD-03", "RG-03", "FMT-06"} <= {found["code"] for found in decision["findings"]}
    assert {record.topic for record in outputs} >= {"security.investigation", "security.inspection"}


def test_what_acts_cannot_be_hidden_behind_other_parcels() -> None:
    many = {
        "items": [{"hs_code": "999999"}] * limits.ITEMS_PER_PARCEL_MAX,
        "gross_weight_g": 90_000,
        "consignee": {"clearance_code": "P000000000001"},
    }
    parcels = [
        {"house_bill": f"A{index}", **many}
        for index in range(limits.FINDINGS_PER_MANIFEST_MAX // limits.FINDINGS_PER_PARCEL_MAX)
    ]
    bad = {
        "house_bill": "B",
        "consignee": {"address": "somewhere"},
        "items": [{"hs_code": "999999", "description": "stun gun", "shoe_size": 43}],
    }
    decision = next(said for said in decisions(Flow().send(manifest(*parcels, bad))) if said["house_bill"] == "B")
    assert decision["outcome"] == "HOLD"
    assert [found["code"] for found in decision["findings"]] == ["FMT-06", "COD-03", "FMT-01", "XF-05", "RG-03"]


@pytest.mark.parametrize("first", ["hemp", "stun gun"])
def test_one_silent_rule_hides_no_other(first: str) -> None:
    """More prohibited lines of one kind than a parcel has findings, and one line of another."""
    other = "hemp" if first == "stun gun" else "stun gun"
    lines = [{"description": first}] * (limits.ITEMS_PER_PARCEL_MAX - 1) + [{"description": other}]
    (decision,) = decisions(Flow().send(manifest({"items": lines, "gross_weight_g": 90_000})))
    assert decision["outcome"] == "HOLD"
    assert {found["code"] for found in decision["findings"]} >= {"XF-05", "RG-02", "RG-03"}


def test_nothing_of_a_consignee_leaves_intake() -> None:
    flow = Flow()
    mine = {"consignee": CANARIES}
    spoilt: list[Json] = [
        {"consignee": {**CANARIES, name: wrong}}
        for name in CANARIES
        for wrong in (7, "x" * 501, f"{CANARIES[name]}{CANARIES[name]}", None, [CANARIES[name]])
    ]
    good = [{"house_bill": f"G{index}", **mine} for index in range(13)]
    bad = [
        {"house_bill": f"B{index}", **parcel}
        for index, parcel in enumerate(
            [*spoilt, {**mine, "pieces": 0}, {**mine, "items": [{"description": "stun gun"}]}]
        )
    ]
    flow.send(manifest(*good, *bad))
    flow.send(manifest(*bad, *good))
    flow.send(manifest(*good, version=2, function="AMEND"))
    flow.send(manifest(*good, manifest_id="M2", direction="EXPORT"))
    flow.send(manifest(*good, version=3, function="CANCEL"))
    flow.send(framed(manifest(*good, manifest_id="M3", master_bill="x")))
    written = b"\n".join(
        b"".join((record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers)))
        for record in flow.log + flow.state
    )
    assert len(flow.decisions) > 100
    for value in CANARIES.values():
        for spelled in (value, value.replace("-", ""), value.lower()):
            assert spelled.encode() not in written
            assert json.dumps(spelled)[1:-1].encode() not in written


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"manifest_id": None}, id="no manifest number"),
        pytest.param({"manifest_id": ""}, id="an empty one"),
        pytest.param({"manifest_id": "M" * 65}, id="one too long"),
        pytest.param({"version": None}, id="no version"),
        pytest.param({"version": 0}, id="version 0"),
        pytest.param({"version": True}, id="a version that is true"),
        pytest.param({"version": "1"}, id="a version that is text"),
        pytest.param({"version": 1.5}, id="a version that is a fraction"),
        pytest.param({"version": limits.VERSION_MAX + 1}, id="a version above the limit"),
    ],
)
def test_a_manifest_nobody_can_answer_is_set_aside(sent: Json) -> None:
    (letter,) = Flow().send(manifest({}) | sent)
    assert letter.topic == topics.DEAD_LETTERS
    assert dict(letter.headers)["x-error-code"] == dead_letter.NO_IDENTITY.encode()
    assert dict(letter.headers)["x-error-path"] in {b"/manifest_id", b"/version"}

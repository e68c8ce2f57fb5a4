"""Every limit on what a carrier may send: at the limit it passes, one above it doesn't."""

from collections.abc import Callable
from typing import Any, Final

import pytest

from agents.state.carriers import CONFLICTS_REMEMBERED_MAX, VERSIONS_REMEMBERED_MAX
from schemas import dead_letter, limits, topics
from tests.flow import Flow, Json, decisions, receipt
from tests.parcels import ITEM, manifest

Build = Callable[[int], Json]


def item(**changes: Any) -> Json:  # noqa: ANN401 - whatever an item may hold
    return manifest({"items": [changes]})


PARCEL_LIMITS: Final[list[tuple[str, int, Build, str, str]]] = [
    ("items", limits.ITEMS_PER_PARCEL_MAX, lambda n: manifest({"items": [{}] * n}), "FMT-01", "/items"),
    ("house bill", limits.HOUSE_BILL_CHARS_MAX, lambda n: manifest({"house_bill": "A" * n}), "FMT-02", "/house_bill"),
    (
        "sender's name",
        limits.NAME_CHARS_MAX,
        lambda n: manifest({"consignor": {"name": ("ab" * n)[:n]}}),
        "FMT-01",
        "/consignor/name",
    ),
    (
        "receiver's name",
        limits.NAME_CHARS_MAX,
        lambda n: manifest({"consignee": {"name": ("ab" * n)[:n]}}),
        "FMT-01",
        "/consignee/name",
    ),
    ("brand", limits.NAME_CHARS_MAX, lambda n: item(brand="b" * n), "FMT-01", "/items/0/brand"),
    (
        "address",
        limits.ADDRESS_CHARS_MAX,
        lambda n: manifest({"consignee": {"address": ("가1" * n)[:n]}}),
        "FMT-01",
        "/consignee/address",
    ),
    (
        "description",
        limits.DESCRIPTION_CHARS_MAX,
        lambda n: item(description=("ab" * n)[:n]),
        "FMT-01",
        "/items/0/description",
    ),
    (
        "ingredients",
        limits.INGREDIENTS_CHARS_MAX,
        lambda n: item(ingredients="i" * n),
        "FMT-01",
        "/items/0/ingredients",
    ),
    ("page of an item", limits.URL_CHARS_MAX, lambda n: item(url="u" * n), "FMT-01", "/items/0/url"),
    ("page of an order", limits.URL_CHARS_MAX, lambda n: manifest({"order": {"url": "u" * n}}), "FMT-01", "/order/url"),
    (
        "order number",
        limits.ID_CHARS_MAX,
        lambda n: manifest({"order": {"order_number": "o" * n}}),
        "FMT-01",
        "/order/order_number",
    ),
    (
        "platform",
        limits.ID_CHARS_MAX,
        lambda n: manifest({"order": {"platform": "p" * n}}),
        "FMT-01",
        "/order/platform",
    ),
    (
        "supplier code",
        limits.ID_CHARS_MAX,
        lambda n: manifest({"consignor": {"supplier_code": "s" * n}}),
        "FMT-01",
        "/consignor/supplier_code",
    ),
    (
        "auth number",
        limits.ID_CHARS_MAX,
        lambda n: manifest({"consignee": {"auth_number": "1" * n}}),
        "FMT-01",
        "/consignee/auth_number",
    ),
    ("unit", limits.CODE_CHARS_MAX, lambda n: item(unit="u" * n), "FMT-01", "/items/0/unit"),
    (
        "sender's phone",
        limits.CODE_CHARS_MAX,
        lambda n: manifest({"consignor": {"phone": "1" * n}}),
        "FMT-01",
        "/consignor/phone",
    ),
    ("quantity", limits.QUANTITY_MAX, lambda n: item(quantity=n), "FMT-01", "/items/0/quantity"),
    ("pieces", limits.QUANTITY_MAX, lambda n: manifest({"pieces": n}), "FMT-01", "/pieces"),
    ("volume", limits.QUANTITY_MAX, lambda n: item(volume_ml=n), "FMT-01", "/items/0/volume_ml"),
    ("net weight", limits.WEIGHT_G_MAX, lambda n: item(net_weight_g=n), "FMT-01", "/items/0/net_weight_g"),
    ("gross weight", limits.WEIGHT_G_MAX, lambda n: manifest({"gross_weight_g": n}), "FMT-01", "/gross_weight_g"),
    (
        "digits of an amount",
        limits.AMOUNT_DIGITS_MAX,
        lambda n: item(amount="9" * n, unit_price="1"),
        "FMT-08",
        "/items/0/amount",
    ),
    (
        "places of an amount",
        limits.AMOUNT_SCALE_MAX,
        lambda n: item(amount="1." + "1" * n, unit_price="1"),
        "FMT-08",
        "/items/0/amount",
    ),
]


@pytest.mark.parametrize(
    ("most", "build", "code", "path"), [pytest.param(*row, id=name) for name, *row in PARCEL_LIMITS]
)
def test_a_limit_of_a_parcel(most: int, build: Build, code: str, path: str) -> None:
    assert receipt(Flow().send(build(most)))["status"] == "ACCEPTED"
    for above in (most + 1, 10 * most):
        (answer,) = receipt(Flow().send(build(above)))["parcels"]
        found = [(found["code"], found["path"]) for found in answer["findings"] if found["severity"] == "REJECT"]
        assert found == [(code if above == most + 1 else found[0][0], f"/parcels/0{path}")]


@pytest.mark.parametrize(
    ("most", "build", "path"),
    [
        pytest.param(
            limits.CONTAINERS_PER_MANIFEST_MAX,
            lambda n: manifest({}, containers=["CSQU3054383"] * n),
            "/containers",
            id="containers",
        ),
        pytest.param(limits.ID_CHARS_MAX, lambda n: manifest({}, conveyance="c" * n), "/conveyance", id="conveyance"),
        pytest.param(
            limits.ID_CHARS_MAX,
            lambda n: manifest({}, mode="SEA_EXPRESS", master_bill="m" * n),
            "/master_bill",
            id="master bill",
        ),
        pytest.param(
            limits.CODE_CHARS_MAX, lambda n: manifest({}, departure_port="p" * n), "/departure_port", id="port"
        ),
    ],
)
def test_a_limit_of_the_manifest(most: int, build: Build, path: str) -> None:
    assert receipt(Flow().send(build(most)))["status"] == "ACCEPTED"
    for above in (most + 1, 10 * most):
        said = receipt(Flow().send(build(above)))
        assert (said["status"], [found["path"] for found in said["findings"]]) == ("REJECTED", [path])


def test_the_limit_of_a_version_and_of_a_manifests_number() -> None:
    said = receipt(
        Flow().send(manifest({}, version=limits.VERSION_MAX, function="AMEND", manifest_id="M" * limits.ID_CHARS_MAX))
    )
    assert said["status"] == "ACCEPTED"


def test_the_number_of_parcels() -> None:
    flow = Flow()
    most = limits.PARCELS_PER_MANIFEST_MAX
    assert receipt(flow.send(manifest() | {"parcels": [{}] * most}))["counts"]["rejected"] == most
    (letter,) = flow.send(manifest() | {"parcels": [{}] * (most + 1)})
    assert (letter.topic, dict(letter.headers)["x-error-code"]) == (topics.DEAD_LETTERS, dead_letter.TOO_MANY.encode())


def told(count: int) -> Json:
    """A parcel with so many findings, none of which refuses it."""
    lines: list[Json] = [{"hs_code": "999999", "shoe_size": 43, "amount": "1"}] * (count // 2) + [
        {"shoe_size": 43, "amount": "1"}
    ] * (count % 2)
    return {"items": lines, "gross_weight_g": 100 * ITEM["net_weight_g"]}


@pytest.mark.parametrize(
    "count",
    [
        limits.FINDINGS_PER_PARCEL_MAX - 1,
        limits.FINDINGS_PER_PARCEL_MAX,
        limits.FINDINGS_PER_PARCEL_MAX + 1,
        2 * limits.ITEMS_PER_PARCEL_MAX,
    ],
)
def test_findings_of_a_parcel(count: int) -> None:
    (decision,) = decisions(Flow().send(manifest(told(count))))
    found = decision["findings"]
    if count <= limits.FINDINGS_PER_PARCEL_MAX:
        assert len(found) == count
        assert not any("omitted" in finding["message"] for finding in found)
    else:
        assert len(found) == limits.FINDINGS_PER_PARCEL_MAX
        assert found[-1]["message"] == "further findings are omitted"
    assert decision["outcome"] == "DOC_CHECK"


def test_what_refuses_a_parcel_comes_before_what_only_explains() -> None:
    refused = 20
    lines = [{"shoe_size": 43, "description": "vitamin"}] * (limits.ITEMS_PER_PARCEL_MAX - refused) + [
        {"origin": "XX", "shoe_size": 43}
    ] * refused
    (answer,) = receipt(Flow().send(manifest({"items": lines, "currency": "XXX"})))["parcels"]
    severities = [found["severity"] for found in answer["findings"]]
    assert severities[: refused + 1] == ["REJECT"] * (refused + 1)
    assert len(severities) == limits.FINDINGS_PER_PARCEL_MAX


def test_findings_of_a_manifest() -> None:
    full = limits.FINDINGS_PER_MANIFEST_MAX // limits.FINDINGS_PER_PARCEL_MAX
    spoilt = {"items": [{"origin": "XX", "net_weight_g": 0}] * limits.ITEMS_PER_PARCEL_MAX}
    said = receipt(Flow().send(manifest(*({"house_bill": f"A{index}", **spoilt} for index in range(full + 2)))))
    assert [len(answer["findings"]) for answer in said["parcels"]] == [limits.FINDINGS_PER_PARCEL_MAX] * full + [2, 2]
    assert said["parcels"][-1]["findings"][-1]["message"] == "further findings are omitted"


def test_the_largest_receipt_fits_its_topic() -> None:
    """Every parcel with findings that quote as much as they can, a header with as many as it can."""
    long = '"\u2003가' * 7
    lines = [
        {
            "currency": long,
            "origin": long[:20],
            "hs_code": long[:20],
            "amount": long[:20],
            "unit_price": long[:20],
            "description": "가" * 100,
        }
    ] * 100
    parcels = [
        {"house_bill": f"{index:064}", "items": lines if index % 25 == 0 else lines[:1]} for index in range(1_000)
    ]
    outputs = Flow().send(manifest(*parcels, containers=[long[:20]] * limits.CONTAINERS_PER_MANIFEST_MAX))
    for record in outputs:
        (topic,) = [
            topic
            for topic in topics.TOPICS
            if record.topic == topic.name or (topic.name.endswith(".") and record.topic.startswith(topic.name))
        ]
        assert len(record.value or b"") < topic.record_bytes_max


def test_faults_of_the_manifest_do_not_flood_its_parcels() -> None:
    outputs = Flow().send(
        manifest(
            *({"house_bill": f"A{index}"} for index in range(20)), containers=["X"] * limits.CONTAINERS_PER_MANIFEST_MAX
        )
    )
    said = receipt(outputs)
    assert len(said["findings"]) == limits.CONTAINERS_PER_MANIFEST_MAX
    for decision in decisions(outputs):
        assert len(decision["findings"]) == 10
        assert decision["findings"][-1]["message"] == "191 further findings on the manifest are listed on its receipt"


def code(number: int) -> Json:
    """Another consignee."""
    return {"consignee": {"clearance_code": f"P{number:012}"}}


def test_changes_of_the_consignee() -> None:
    flow = Flow()
    for version in range(1, limits.CONSIGNEE_CHANGES_MAX + 2):
        said = receipt(flow.send(manifest(code(version), version=version, function="AMEND")))
        assert said["status"] == "ACCEPTED"
    last = limits.CONSIGNEE_CHANGES_MAX + 1
    refused = receipt(flow.send(manifest(code(last + 1), version=last + 1, function="AMEND")))
    assert [(found["code"], found["path"]) for found in refused["parcels"][0]["findings"]] == [
        ("XP-01", "/parcels/0/consignee")
    ]
    assert (
        receipt(flow.send(manifest(code(last) | {"pieces": 2}, version=last + 2, function="AMEND")))["status"]
        == "ACCEPTED"
    )
    assert receipt(flow.send(manifest(version=last + 3, function="CANCEL")))["status"] == "CANCELLED"
    assert receipt(flow.send(manifest(code(last + 1), version=last + 4, function="AMEND")))["status"] == "REJECTED"


def test_versions_remembered() -> None:
    flow = Flow()
    last = VERSIONS_REMEMBERED_MAX + 2
    for version in range(1, last + 1):
        flow.send(manifest({}, version=version, function="AMEND"))
    assert len(flow.processor.carriers["kx"].filings["KX-2026-11-23-0007"].answers) == VERSIONS_REMEMBERED_MAX
    for version, status in ((1, "SUPERSEDED"), (2, "SUPERSEDED"), (4, "DUPLICATE"), (last, "DUPLICATE")):
        assert receipt(flow.send(manifest({}, version=version, function="AMEND")))["status"] == status


def test_conflicts_remembered() -> None:
    flow = Flow()
    flow.send(manifest({}))
    for pieces in range(2, CONFLICTS_REMEMBERED_MAX + 3):
        assert receipt(flow.send(manifest({"pieces": pieces})))["status"] == "REJECTED"
    assert len(flow.processor.carriers["kx"].filings["KX-2026-11-23-0007"].refused) == CONFLICTS_REMEMBERED_MAX
    assert receipt(flow.send(manifest({"pieces": 3})))["status"] == "DUPLICATE"
    assert receipt(flow.send(manifest({})))["status"] == "DUPLICATE"


@pytest.mark.parametrize("lines", [9, 10, limits.ITEMS_PER_PARCEL_MAX])
def test_the_dearest_parcel_is_decided(lines: int) -> None:
    """To inspect it, for goods are not worth so much; its taxes are exact all the same."""
    dearest = "9" * limits.AMOUNT_DIGITS_MAX + "." + "9" * limits.AMOUNT_SCALE_MAX
    said = {
        "items": [{"amount": dearest}] * lines,
        "freight": dearest,
        "insurance": dearest,
        "local_charges": dearest,
        "gross_weight_g": lines * ITEM["net_weight_g"],
    }
    (decision,) = decisions(Flow().send(manifest(said)))
    assert (decision["outcome"], decision["route"]) == ("INSPECT", "GENERAL")
    assert {found["code"] for found in decision["findings"] if found["severity"] == "ACT"} == {"XF-02", "XF-09"}
    assert decision["goods_price_usd"].startswith(f"{(lines + 1) * 10**12 - 1}")
    assert decision["customs_value_krw"] == (lines + 3) * (10**16 - 1) * 1_400 // 10**4
    duty = decision["tax"]["duty"]
    assert 0 <= decision["customs_value_krw"] * 13 // 100 - duty < 10 + lines
    assert 0 <= (decision["customs_value_krw"] + duty) // 10 - decision["tax"]["vat"] < 10 + lines


@pytest.mark.parametrize(
    ("lines", "taken"),
    [
        pytest.param(limits.ITEMS_PER_MANIFEST_MAX, True, id="at the limit"),
        pytest.param(limits.ITEMS_PER_MANIFEST_MAX + 1, False, id="one above"),
    ],
)
def test_lines_of_all_parcels(lines: int, *, taken: bool) -> None:
    full, rest = divmod(lines, limits.ITEMS_PER_PARCEL_MAX)
    parcels = [{"house_bill": f"A{index}", "items": [{}] * limits.ITEMS_PER_PARCEL_MAX} for index in range(full)] + (
        [{"house_bill": "B", "items": [{}] * rest}] if rest else []
    )
    flow = Flow()
    flow.send(manifest(*parcels))
    assert len(flow.decisions) == (len(parcels) if taken else 0)
    assert sum(record.topic == topics.DEAD_LETTERS for record in flow.log) == (0 if taken else 1)

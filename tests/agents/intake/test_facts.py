"""What intake passes on of a parcel for the rules of screening.

Marks by which equal things are known again, days, and corrections.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

import msgspec
import pytest

from agents.intake.results import DecisionContext
from agents.values.identity import TokenKeys
from schemas import limits, topics
from schemas.checked_parcel import Facts, GoodsLine, Money
from streams.worker.processor import RecordProcessor
from tests.flow import CHECKED_PARTITIONS, KEYS, Flow, Json, decisions, decoded, processor_of
from tests.parcels import EXPORT, TODAY, manifest
from tests.reference import REFERENCE, since, thresholds


def facts(parcel: Json, *, flow: Flow | None = None, carrier: str = "kx", **header: Any) -> Facts:  # noqa: ANN401 - whatever a header may hold
    """What is passed on of one parcel."""
    outputs = (flow or Flow()).send(manifest(parcel, **header), carrier=carrier)
    (checked,) = [decoded(record) for record in outputs if record.topic == topics.CHECKED]
    return msgspec.convert(checked["facts"], Facts)


def at(**consignee: Any) -> Facts:  # noqa: ANN401 - whatever a consignee may hold
    return facts({"consignee": consignee})


ROAD: Final = "서울특별시 강남구 테헤란로 123, 101동 202호"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param({"address": ROAD}, {"address": f" {ROAD.replace(' ', '  ')} "}, id="more spaces"),
        pytest.param(
            {"address": "12 SEOUL-RO, Jung-gu"}, {"address": "12 Seoul-ro, JUNG-GU"}, id="small letters and capitals"
        ),
        pytest.param({"address": "서울로 １２, 중구"}, {"address": "서울로 12, 중구"}, id="full-width digits"),
        pytest.param({"name": "김민서"}, {"name": "이서연"}, id="another name at the same door"),
    ],
)
def test_the_same_address_has_the_same_mark(one: Json, other: Json) -> None:
    assert at(**one).address == at(**other).address != 0


@pytest.mark.parametrize(
    "other",
    [{"address": ROAD.replace("202", "203")}, {"address": ROAD.replace("강남구", "서초구")}],
    ids=["another door", "another district"],
)
def test_another_address_has_another_mark(other: Json) -> None:
    assert at(**other).address != at().address


def test_a_company_is_no_person() -> None:
    company = {"clearance_code": None, "auth_number": None, "business_number": "120-81-47521"}
    assert (at().is_person, at(business_number="120-81-47521").is_person) == (True, True)
    assert facts({"consignee": company, "purpose": "COMMERCIAL"}).is_person is False


def test_a_phone_is_its_digits() -> None:
    assert at(phone="010-1234-5678").phone == at(phone="01012345678").phone != 0
    assert at(phone="010-1234-5679").phone != at(phone="010-1234-5678").phone
    assert at().phone != at().address


def test_marks_of_persons_are_keyed_and_of_others_are_not() -> None:
    """Addresses and phones can be counted through; master bills and suppliers stand in the open."""
    processor = RecordProcessor(
        DecisionContext(reference=REFERENCE, keys=TokenKeys((("k2", b"another secret"),))),
        memory_days=30,
        is_strict=True,
    )
    processor.assign(["kx"], CHECKED_PARTITIONS)
    ours, theirs = facts({}), facts({}, flow=Flow(processor=processor))
    assert (ours.address == theirs.address, ours.phone == theirs.phone) == (False, False)
    assert (ours.master, ours.supplier) == (theirs.master, theirs.supplier)


def test_the_newest_key_marks() -> None:
    processor = RecordProcessor(
        DecisionContext(reference=REFERENCE, keys=TokenKeys((*KEYS.keys, ("k0", b"an old secret")))),
        memory_days=30,
        is_strict=True,
    )
    processor.assign(["kx"], CHECKED_PARTITIONS)
    assert facts({}, flow=Flow(processor=processor)).address == facts({}).address


def sold(
    code: str | None = None,
    seller: str | None = None,
    *,
    platform: str = "examplemall",
    name: str = "Hangzhou Bright",
    country: str = "CN",
) -> int:
    """The mark of a supplier."""
    return facts(
        {
            "consignor": {"supplier_code": code, "name": name, "country": country},
            "order": {"platform": platform, "seller_id": seller},
        }
    ).supplier


def test_a_supplier_is_known_by_code_else_by_seller_else_by_name() -> None:
    assert sold("S1", "s-1") == sold("S1", "s-2", name="another", country="US") != sold("S2", "s-1")
    assert sold(None, "s-1") == sold(None, "s-1", name="another", country="US") != sold(None, "s-2")
    assert sold(None, "s-1") != sold(None, "s-1", platform="lastday")
    assert sold() == sold(name="HANGZHOU  bright", platform="lastday") != sold(name="Hangzhou Brighter")
    assert sold() != sold(country="US")
    assert len({sold("x"), sold(None, "x"), sold(name="x y")}) == 3
    assert 0 not in {sold("x"), sold(None, "x"), sold()}


def test_a_gift_without_order_has_the_supplier_of_its_sender() -> None:
    parcel = {"consignor": {"name": "Hangzhou Bright", "supplier_code": None}, "order": None, "ecommerce": False}
    assert facts(parcel).supplier == sold()


def test_a_master_bill_is_one_carriers() -> None:
    flow = Flow()
    flow.processor.assign(["kx", "old"], flow.processor.partitions)
    ours = facts({}, flow=flow).master
    assert facts({}).master == ours != 0
    assert facts({}, manifest_id="M2").master == ours
    assert facts({}, flow=flow, carrier="old").master != ours
    assert facts({}, master_bill="988-12345675").master != ours


def test_days() -> None:
    today = TODAY.toordinal()
    said = facts({})
    assert (said.lodged_on, said.arrives_on, said.purchased_on) == (today, today, today - 5)
    said = facts({"order": {"purchased_on": None}}, arrives_at="2026-11-23T15:00:00Z")
    assert (said.arrives_on, said.purchased_on) == (today + 1, 0)
    said = facts({"order": None, "ecommerce": False}, arrives_at=None)
    assert (said.arrives_on, said.purchased_on) == (0, 0)


@pytest.mark.parametrize(
    ("parcel", "header", "expected"),
    [
        pytest.param({}, {}, (59_900_000, 1_500_000, "SMALL_VALUE", False), id="a shirt"),
        pytest.param(
            {"consignor": {"country": "US"}},
            {},
            (59_900_000, 2_000_000, "SMALL_VALUE", False),
            id="from the United States",
        ),
        pytest.param(
            {"consignor": {"country": "US"}, "items": [{"description": "vitamin C"}]},
            {},
            (59_900_000, 1_500_000, "SMALL_VALUE", False),
            id="excluded goods from there",
        ),
        pytest.param({"currency": "JPY"}, {}, (0, 1_500_000, "NONE", False), id="no rate"),
        pytest.param({"purpose": "COMMERCIAL"}, {}, (59_900_000, 1_500_000, "NONE", False), id="commercial goods"),
        pytest.param(EXPORT, {"direction": "EXPORT"}, (59_900_000, 1_500_000, "EXPORT", False), id="an export"),
        pytest.param(
            {"house_bill": "RR473124829CN", "items": [{"amount": "180"}]},
            {"mode": "POST"},
            (180_000_000, 1_500_000, "NONE", True),
            id="mail above the limit",
        ),
        pytest.param(
            {"house_bill": "RR473124829CN", "items": [{"amount": "180"}], "purpose": "COMMERCIAL"},
            {"mode": "POST"},
            (180_000_000, 1_500_000, "NONE", False),
            id="commercial mail has no simplified rates",
        ),
        pytest.param(
            {"house_bill": "RR473124829CN", "items": [{"amount": "1001"}]},
            {"mode": "POST"},
            (1_001_000_000, 1_500_000, "NONE", False),
            id="dear mail has none either",
        ),
        pytest.param(
            {"items": [{"amount": "180"}]}, {}, (180_000_000, 1_500_000, "NONE", False), id="express goods have none"
        ),
    ],
)
def test_what_taxes_depend_on(parcel: Json, header: Json, expected: tuple[int, int, str, bool]) -> None:
    said = facts(parcel, **header)
    assert (said.goods_price_usd_e6, said.limit_usd_e4, said.relief, said.bundled) == expected


def test_money_is_passed_on_as_it_was_said() -> None:
    item = {
        "description": "perfume",
        "hs_code": "330300",
        "quantity": 2,
        "unit_price": "20",
        "amount": "40",
        "volume_ml": 30,
        "net_weight_g": 90,
        "preference": "KOR_EU",
        "origin": "DE",
    }
    outputs = Flow().send(
        manifest(
            {"items": [item], "freight": "5.5", "insurance": "0.25", "local_charges": "1", "order": {"paid": "46.75"}}
        )
    )
    (checked,) = [decoded(record) for record in outputs if record.topic == topics.CHECKED]
    lines = (GoodsLine("330300", 400_000, 2, ("PERFUME",), "DE", 30, 90, "KOR_EU"),)
    money = Money(local_charges_e4=10_000, freight_e4=55_000, insurance_e4=2_500, has_purchase_proof=True, lines=lines)
    assert msgspec.msgpack.decode(checked["money"], type=Money) == money


def test_uses_are_those_of_imports() -> None:
    item = {"description": "malt whisky", "quantity": 1, "volume_ml": 700}
    assert facts({"items": [item]}).uses == {"ALCOHOL/BOTTLES": 1, "ALCOHOL/ML": 700}
    assert facts({**EXPORT, "items": [item]}, direction="EXPORT").uses == {}
    assert facts({}).uses == {}


def test_the_dearest_price_fits() -> None:
    dearest = "9" * limits.AMOUNT_DIGITS_MAX
    assert (
        facts(
            {"items": [{"amount": dearest}] * limits.ITEMS_PER_PARCEL_MAX, "gross_weight_g": 90_000}
        ).goods_price_usd_e6
        == 2**63 - 1
    )


# XP-11: what a correction adds

A: Final[Json] = {"house_bill": "A", "items": [{"amount": "1"}]}
B: Final[Json] = {"house_bill": "B", "items": [{"amount": "1"}]}
BAD: Final[Json] = {"pieces": 0}
OF_M2: Final = (manifest(B, manifest_id="M2"), manifest(version=2, function="CANCEL", manifest_id="M2"))
"""B comes in another manifest, and is cancelled there."""


@pytest.mark.parametrize(
    ("before", "sent", "corrected"),
    [
        pytest.param([], manifest(A, B), [], id="a first filing"),
        pytest.param(
            [manifest(A)], manifest(A, B, version=2, function="AMEND"), ["B"], id="an amendment that adds a house bill"
        ),
        pytest.param(
            [manifest(A, B)], manifest(A, B, version=2, function="AMEND"), [], id="an amendment of what was there"
        ),
        pytest.param(
            [],
            manifest(A, B, version=2, function="AMEND"),
            [],
            id="an amendment of the unknown: its parcels are taken as new",
        ),
        pytest.param(
            [manifest(A, B | BAD)],
            manifest(B, version=2, function="AMEND"),
            [],
            id="a house bill that was refused before",
        ),
        pytest.param(
            [manifest(A, B), manifest(B, version=2, function="CANCEL")],
            manifest(B, version=3, function="AMEND"),
            [],
            id="one that was cancelled",
        ),
        pytest.param([manifest(A | BAD)], manifest(A, B, version=2), [], id="an original where nothing is in force"),
        pytest.param(
            [*OF_M2, manifest(A)], manifest(B, version=2, function="AMEND"), [], id="one that another manifest brought"
        ),
        pytest.param(
            [manifest(A)],
            manifest(A, B, manifest_id="M2", version=2, function="AMEND"),
            [],
            id="an amendment of another manifest that is unknown",
        ),
    ],
)
def test_a_correction_that_adds_a_house_bill(before: list[Json], sent: Json, corrected: list[str]) -> None:
    flow = Flow()
    for earlier in before:
        flow.send(earlier)
    told = decisions(flow.send(sent))
    assert [
        said["house_bill"] for said in told if "XP-11" in {found["code"] for found in said["findings"]}
    ] == corrected
    assert [
        said["house_bill"] for said in told if (said["outcome"], said["route"]) == ("DECLARE", "SIMPLIFIED")
    ] == corrected


def test_what_a_correction_adds_is_still_exempt_and_an_export_is_not_concerned() -> None:
    flow = Flow()
    flow.send(manifest(A))
    (said,) = decisions(flow.send(manifest(B, version=2, function="AMEND")))
    assert said["tax"]["exempt"] == "SMALL_VALUE"
    flow = Flow()
    flow.send(manifest({**A, **EXPORT}, direction="EXPORT"))
    (said,) = decisions(flow.send(manifest({**B, **EXPORT}, version=2, function="AMEND", direction="EXPORT")))
    assert (said["outcome"], said["findings"]) == ("RELEASE", [])


@pytest.mark.parametrize(
    ("binds", "days_late", "refused"),
    [
        pytest.param("0", 90, False, id="an office that lets old manifests be decided by their own law"),
        pytest.param("1", 90, True, id="an office in operation: a day the carrier chose does not count"),
        pytest.param("1", 0, False, id="lodged when it came"),
    ],
)
def test_a_day_of_lodging_far_from_receipt_counts_as_the_office_says(binds: str, days_late: int, refused: bool) -> None:  # noqa: FBT001 - a column of the table
    """On the eve of the duty to name a one-time number, a parcel without one."""
    flow = Flow(
        processor=processor_of(reference=replace(REFERENCE, thresholds=thresholds(lodging_clock_binds=since(binds))))
    )
    flow.now_ms = int(datetime(2026, 8, 23, 5, tzinfo=UTC).timestamp() * 1000)
    flow.send(manifest({"consignee": {"auth_number": None}}, lodged_at="2026-08-23T14:00:00+09:00"), days=days_late)
    assert ("FMT-05" in {found["code"] for found in flow.decisions[0]["findings"]}) == refused

"""The invented day: the same seed gives the same bytes, the clean is clean, and what was asked for is in it."""

import json
from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

import msgspec
import pytest

from agents.reference import Reference
from agents.values.money import parse_e4
from agents.values.text import fold
from schemas.manifest import Header, Item, Parcel
from streams.reference import load
from streams.simulation.sample.day import WRONG_CARRIER, day, records
from streams.simulation.sample.events import EVENTS, GeneratedManifest
from streams.simulation.sample.framing import framed
from streams.simulation.sample.hostile import hostile
from streams.simulation.sample.identifiers import air_waybill, business_number, container, s10
from streams.simulation.sample.profiles import PROFILES, Json

PARCELS = 4_000
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def made() -> list[GeneratedManifest]:
    return list(records(parcels=PARCELS, parcels_per_manifest=100))


@pytest.fixture(scope="module")
def originals(made: list[GeneratedManifest]) -> list[GeneratedManifest]:
    return [record for record in made if record.event in {"ORIGINAL", WRONG_CARRIER}]


@pytest.fixture(scope="module")
def clean(originals: list[GeneratedManifest]) -> list[tuple[GeneratedManifest, Json]]:
    return [
        (record, parcel)
        for record in originals
        for place, parcel in enumerate(record.manifest["parcels"])
        if place not in record.dirty
    ]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load()


def as_bytes(seed: int) -> bytes:
    return json.dumps(list(day(seed, parcels=600, parcels_per_manifest=50))).encode()


def test_the_same_seed_is_the_same_day_and_another_seed_another() -> None:
    assert as_bytes(1) == as_bytes(1)
    assert as_bytes(1) != as_bytes(2)


def test_two_seeds_share_no_numbers() -> None:
    def numbers(seed: int) -> set[str]:
        manifests = [manifest for _, manifest in day(seed, parcels=400, parcels_per_manifest=50, events=False)]
        return {manifest["manifest_id"] for manifest in manifests} | {
            parcel["house_bill"] for manifest in manifests for parcel in manifest["parcels"]
        }

    assert not numbers(1) & numbers(2)


def test_a_day_is_cut_as_asked() -> None:
    sizes = [len(manifest["parcels"]) for _, manifest in day(parcels=250, parcels_per_manifest=100, events=False)]
    assert sizes == [100, 100, 50]
    assert list(day(parcels=0)) == []


def test_numbers_are_given_once(originals: list[GeneratedManifest]) -> None:
    bills = [parcel["house_bill"] for record in originals for parcel in record.manifest["parcels"]]
    ids = [record.manifest["manifest_id"] for record in originals]
    assert len(set(bills)) == len(bills) == PARCELS
    assert len(set(ids)) == len(ids)


def test_clean_parcels_convert(clean: list[tuple[GeneratedManifest, Json]]) -> None:
    for record, parcel in clean:
        msgspec.convert(parcel, Parcel, strict=True)
        header = {key: value for key, value in record.manifest.items() if key != "parcels"}
        msgspec.convert(header, Header, strict=True)


def test_clean_parcels_add_up(clean: list[tuple[GeneratedManifest, Json]]) -> None:
    for _, parcel in clean:
        total = Decimal(0)
        for item in parcel["items"]:
            assert Decimal(item["unit_price"]) * item["quantity"] == Decimal(item["amount"])
            assert parse_e4(item["amount"])
            total += Decimal(item["amount"])
        assert sum(item["net_weight_g"] for item in parcel["items"]) <= parcel["gross_weight_g"]
        if parcel["order"]:
            assert Decimal(parcel["order"]["paid"]) == total + Decimal(parcel["freight"]) + Decimal(
                parcel["local_charges"]
            )


def test_clean_parcels_use_known_codes_and_registers(
    clean: list[tuple[GeneratedManifest, Json]], reference: Reference
) -> None:
    on = date(2026, 11, 23)
    for record, parcel in clean:
        assert reference.carriers[record.carrier].valid_on(on)
        assert not reference.carriers[record.carrier].suspended_on(on)
        assert parcel["currency"] in reference.weeks.on(on).krw_e4
        assert parcel["consignor"]["country"] in reference.countries
        if parcel["order"]:
            assert reference.operators[parcel["order"]["platform"]].valid_on(on)
        for item in parcel["items"]:
            assert item["hs_code"] in reference.hs_codes
            assert fold(item["description"]) not in reference.vague


def named(reference: Reference, description: str) -> set[str]:
    """The categories that words alone give."""
    return {hit.category for hit in reference.goods.understand(Item(description=description)).hits}


def test_only_planted_goods_are_prohibited(originals: list[GeneratedManifest], reference: Reference) -> None:
    for record in originals:
        for place, parcel in enumerate(record.manifest["parcels"]):
            found = {
                kind
                for item in parcel["items"]
                for name in named(reference, item["description"])
                if (kind := reference.goods.categories_on(TODAY)[name].prohibited)
            }
            assert found == {record.planted.get(place)} & {"NARCOTIC", "WEAPON"}


def test_import_consignees_are_whole_and_export_consignees_have_no_codes(
    clean: list[tuple[GeneratedManifest, Json]],
) -> None:
    for record, parcel in clean:
        consignee = parcel["consignee"]
        if record.manifest["direction"] == "IMPORT":
            assert consignee["clearance_code"][0] == "P"
            assert len(consignee["clearance_code"]) == 13
            assert len(consignee["postcode"]) == 5
            assert (consignee["auth_number"] is not None) == parcel["ecommerce"]
        else:
            assert consignee["clearance_code"] is None
            assert consignee["auth_number"] is None


def test_an_authentication_number_is_used_once(clean: list[tuple[GeneratedManifest, Json]]) -> None:
    numbers = [parcel["consignee"]["auth_number"] for _, parcel in clean if parcel["consignee"]["auth_number"]]
    assert len(set(numbers)) == len(numbers)


def test_bills_carry_right_check_digits(originals: list[GeneratedManifest]) -> None:
    for record in originals:
        master_bill = record.manifest["master_bill"]
        if record.manifest["mode"] != "SEA_EXPRESS":
            assert master_bill == air_waybill(master_bill[:3], int(master_bill[4:11]))
        if record.manifest["mode"] == "POST":
            wrong = [
                place
                for place, parcel in enumerate(record.manifest["parcels"])
                if parcel["house_bill"] != s10("LX", int(parcel["house_bill"][2:10]), "CN")
            ]
            assert wrong == [place for place, mistake in sorted(record.dirty.items()) if mistake == "bad_check_digit"]


@pytest.mark.parametrize(
    ("number", "published"),
    [
        (s10("EE", 47110815, "FR"), "EE471108151FR"),
        (s10("RR", 10000014, "GB"), "RR100000140GB"),
        (s10("RR", 10000002, "GB"), "RR100000025GB"),
        (air_waybill("020", 1234567), "020-12345675"),
        (business_number(124810099), "1248100998"),
        (business_number(134867268), "1348672683"),
        (container(305438), "CSQU3054383"),
    ],
)
def test_check_digits_are_those_of_published_numbers(number: str, published: str) -> None:
    assert number == published


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5])
def test_the_share_of_dirty_parcels_is_as_asked(share: float) -> None:
    found = sum(
        len(record.dirty) for record in records(parcels=PARCELS, parcels_per_manifest=500, dirty=share, events=False)
    )
    assert found / PARCELS == pytest.approx(share, abs=0.03 * (share > 0))
    assert (found == 0) == (share == 0)


def test_every_mistake_changes_the_parcel_it_is_in() -> None:
    spoilt = next(records(parcels=500, parcels_per_manifest=500, dirty=1.0, events=False))
    assert len(spoilt.dirty) + len(spoilt.planted) == 500
    assert len(set(spoilt.dirty.values())) >= 14


def test_prices_are_spread_over_the_routes(clean: list[tuple[GeneratedManifest, Json]]) -> None:
    usd_of = {profile.currency: Decimal(profile.usd_e4) / 10_000 for profile in PROFILES}
    prices = [
        (record.carrier, sum(Decimal(item["amount"]) for item in parcel["items"]) * usd_of[parcel["currency"]])
        for record, parcel in clean
        if record.manifest["direction"] == "IMPORT"
    ]
    within = sum(price <= 150 for _, price in prices)
    assert 0.85 < within / len(prices) < 0.98
    assert any(price > 2_000 for _, price in prices)
    assert any(carrier == "bw" and 150 < price <= 200 for carrier, price in prices)


def test_goods_that_need_a_declaration_are_among_them(
    clean: list[tuple[GeneratedManifest, Json]], reference: Reference
) -> None:
    found = Counter(
        name for _, parcel in clean for item in parcel["items"] for name in named(reference, item["description"])
    )
    assert {"SUPPLEMENT", "ALCOHOL", "PERFUME", "MEDICINE", "NARCOTIC", "WEAPON"} <= set(found)


def test_one_consignee_orders_more_than_ten_times_and_some_come_back(originals: list[GeneratedManifest]) -> None:
    orders = Counter(
        parcel["consignee"].get("clearance_code")
        for record in originals
        if record.manifest["direction"] == "IMPORT"
        for parcel in record.manifest["parcels"]
    )
    del orders[None]
    assert max(orders.values()) > 10
    assert 0.05 < sum(count > 1 for count in orders.values()) / len(orders) < 0.5


def test_every_carrier_takes_part_in_its_own_way(originals: list[GeneratedManifest]) -> None:
    seen = {(record.carrier, record.manifest["mode"], record.manifest["direction"]) for record in originals}
    assert seen == {(profile.carrier, profile.mode, profile.direction) for profile in PROFILES}


def test_times_are_of_the_day_and_in_order(originals: list[GeneratedManifest]) -> None:
    lodged = [datetime.fromisoformat(record.manifest["lodged_at"]) for record in originals]
    assert lodged == sorted(lodged)
    assert {at.date() for at in lodged} == {date(2026, 11, 23)}
    for record, at in zip(originals, lodged, strict=True):
        assert (
            at
            < datetime.fromisoformat(record.manifest["departs_at"])
            < datetime.fromisoformat(record.manifest["arrives_at"])
        )


def test_another_day_is_another_day() -> None:
    _, manifest = next(day(parcels=1, on=date(2026, 12, 1)))
    assert manifest["lodged_at"].startswith("2026-12-01")
    assert "2026-12-01" in manifest["manifest_id"]


def test_every_event_happens_once(made: list[GeneratedManifest]) -> None:
    counts = Counter(record.event for record in made)
    assert set(counts) == {"ORIGINAL", WRONG_CARRIER, *EVENTS}
    assert counts["OUT_OF_ORDER"] == 2
    assert sum(counts[event] for event in EVENTS) == len(EVENTS) + 1


def followed(made: list[GeneratedManifest], event: str) -> tuple[Json, list[Json]]:
    later = [record.manifest for record in made if record.event == event]
    original = next(record.manifest for record in made if record.manifest["manifest_id"] == later[0]["manifest_id"])
    return original, later


def test_an_amendment_names_some_parcels_and_corrects_a_consignee(made: list[GeneratedManifest]) -> None:
    original, (amended,) = followed(made, "AMEND")
    before = {parcel["house_bill"]: parcel for parcel in original["parcels"]}
    assert (amended["version"], amended["function"]) == (2, "AMEND")
    assert 0 < len(amended["parcels"]) < len(before)
    assert all(parcel != before[parcel["house_bill"]] for parcel in amended["parcels"])


def test_version_3_overtakes_version_2(made: list[GeneratedManifest]) -> None:
    _, later = followed(made, "OUT_OF_ORDER")
    assert [manifest["version"] for manifest in later] == [3, 2]


def test_cancellations_name_some_parcels_or_all(made: list[GeneratedManifest]) -> None:
    assert len(followed(made, "CANCEL_SOME")[1][0]["parcels"]) == 2
    assert followed(made, "CANCEL_ALL")[1][0]["parcels"] == []


def test_a_duplicate_is_the_same_and_a_conflict_is_not(made: list[GeneratedManifest]) -> None:
    original, (duplicate,) = followed(made, "DUPLICATE")
    assert duplicate == original
    original, (conflict,) = followed(made, "CONFLICT")
    assert (conflict["manifest_id"], conflict["version"]) == (original["manifest_id"], original["version"])
    assert conflict["parcels"] != original["parcels"]


def test_one_carrier_is_named_wrongly(made: list[GeneratedManifest]) -> None:
    assert [record.event for record in made if record.manifest["carrier"] != record.carrier] == [WRONG_CARRIER]


def test_fewer_carriers_are_the_busiest() -> None:
    assert {carrier for carrier, _ in day(parcels=500, carriers=2, parcels_per_manifest=10)} == {"kx", "bw"}


@pytest.mark.parametrize(("carriers", "size"), [(0, 200), (len(PROFILES) + 1, 200), (None, 0), (None, 5_001)])
def test_what_the_sample_can_not_do_is_said(carriers: int | None, size: int) -> None:
    with pytest.raises(ValueError, match=r"the sample knows|a manifest holds"):
        next(day(carriers=carriers, parcels_per_manifest=size))


def test_hostile_records_have_names_of_their_own_and_come_out_the_same() -> None:
    records_ = list(hostile())
    assert len({name for name, _ in records_}) == len(records_) >= 40
    assert records_ == list(hostile())
    assert len({value for _, value in records_}) == len(records_)


def test_clean_manifests_go_into_avro() -> None:
    for _, manifest in islice(day(parcels=100, parcels_per_manifest=10, dirty=0.0), 10):
        assert framed(manifest)[:5] == b"\x00\x00\x00\x00\x01"

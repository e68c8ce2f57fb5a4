"""The records of a load, before any is sent."""

import orjson
import pytest

from streams.load.profiles import PROFILES, Size
from streams.load.records import LoadTooLargeError, PlannedRecord, plan, sample_carriers
from streams.simulation.sample.hostile import hostile

SIZE = Size(rate=200, seconds=10, parcels_per_manifest=10, dump=1_000)


def planned(profile: str, carriers: tuple[str, ...] = (), seed: int = 7, size: Size = SIZE) -> list[PlannedRecord]:
    return plan(PROFILES[profile].streams(size), carriers or sample_carriers(), seed)


@pytest.mark.parametrize("profile", PROFILES)
def test_records_come_in_the_order_they_are_due_and_name_every_parcel_once(profile: str) -> None:
    records = planned(profile)
    assert [record.due_s for record in records] == sorted(record.due_s for record in records)
    names = [house_bill for record in records for house_bill in record.house_bills]
    assert len(names) == len(set(names)) == sum(stream.shape.parcels for stream in PROFILES[profile].streams(SIZE))
    assert len({record.name for record in records if not record.is_hostile}) == sum(
        not record.is_hostile for record in records
    )


def test_a_record_holds_what_it_says() -> None:
    for record in planned("steady"):
        manifest = orjson.loads(record.value)
        assert (manifest["manifest_id"], manifest["carrier"]) == (record.name, record.carrier)
        assert tuple(parcel["house_bill"] for parcel in manifest["parcels"]) == record.house_bills


def test_the_same_seed_gives_the_same_records_and_another_shares_no_number_with_it() -> None:
    assert planned("dump", seed=7) == planned("dump", seed=7)
    mine, other = (
        {house_bill for record in planned("dump", seed=seed) for house_bill in record.house_bills} for seed in (7, 8)
    )
    assert not mine & other


def test_named_carriers_share_everything() -> None:
    records = planned("steady", ("kx", "c01", "c02"))
    assert {record.carrier for record in records} == {"kx", "c01", "c02"}


def test_a_dump_is_of_the_first_carrier() -> None:
    records = planned("dump", ("c01", "kx"))
    assert sum(len(record.house_bills) for record in records if record.carrier == "c01") >= SIZE.dump


def test_the_hostile_mix_has_every_shape_in_turn() -> None:
    shapes = [name for name, _ in hostile()]
    nasty = [
        record
        for record in planned("hostile", size=Size(rate=1_000, seconds=10, parcels_per_manifest=10))
        if record.is_hostile
    ]
    assert len(nasty) == 100
    assert [record.name for record in nasty[: len(shapes)]] == [f"hostile: {name}" for name in shapes]
    assert not any(record.house_bills for record in nasty)


def test_what_does_not_fit_into_memory_is_refused_with_what_to_do() -> None:
    with pytest.raises(LoadTooLargeError, match="lower --rate or fewer --seconds"):
        planned("steady", size=Size(rate=1_000_000, seconds=60))

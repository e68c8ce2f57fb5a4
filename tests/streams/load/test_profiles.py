"""What each kind of load asks."""

import pytest

from streams.load.profiles import DUMP_SECONDS, FLOOD_TIMES, PROFILES, Size

SIZE = Size(rate=100, seconds=60, parcels_per_manifest=50, dump=5_000)


def parcels(name: str) -> list[int]:
    return [stream.shape.parcels for stream in PROFILES[name].streams(SIZE)]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        pytest.param("steady", [6_000], id="a minute at a hundred a second"),
        pytest.param("ramp", [3_300], id="from ten to a hundred: 55 on average"),
        pytest.param("singles", [6_000], id="as many parcels as steady has"),
        pytest.param("hostile", [6_000], id="hostile records come on top"),
        pytest.param("dump", [6_000, 5_000], id="a flight beside the flow"),
        pytest.param("flood", [6_000, 20_000], id="ten times the flow for a third of the time"),
    ],
)
def test_profiles_are_as_large_as_they_say(name: str, wanted: list[int]) -> None:
    assert parcels(name) == wanted


def test_a_peak_day_never_passes_its_rate() -> None:
    (stream,) = PROFILES["peak-day"].streams(SIZE)
    assert max(rate for _, rate in stream.shape.corners) == SIZE.rate
    assert 2_000 < stream.shape.parcels < 5_000


def test_a_dump_falls_within_seconds_from_one_carrier() -> None:
    quiet, dump = PROFILES["dump"].streams(SIZE)
    begin, end = dump.shape.corners[0][0], dump.shape.corners[-1][0]
    assert (begin, end - begin) == (10, DUMP_SECONDS)
    assert dump.alone
    assert not quiet.alone


def test_a_flood_is_of_one_carrier_and_leaves_quiet_before_and_after() -> None:
    _, flood = PROFILES["flood"].streams(SIZE)
    assert flood.alone
    assert flood.shape.corners == ((20, SIZE.rate * FLOOD_TIMES), (40, SIZE.rate * FLOOD_TIMES))


def test_singles_have_one_parcel_each_whatever_is_asked() -> None:
    assert [stream.parcels_per_manifest for stream in PROFILES["singles"].streams(SIZE)] == [1]


def test_only_the_hostile_mix_is_hostile() -> None:
    hostile = {name for name, each in PROFILES.items() if any(stream.hostile for stream in each.streams(SIZE))}
    assert hostile == {"hostile"}

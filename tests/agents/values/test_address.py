"""Addresses as people write them: which are one place, and which are not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.values import address
from agents.values.address import place_of
from schemas import limits

HOME = "서울특별시 강남구 테헤란로 123, 101동 202호"

SAME = (
    pytest.param(HOME, "서울시 강남구 테헤란로 123 101동 202호", id="the region in short"),
    pytest.param(HOME, "서울 강남구 테헤란로123 101동202호", id="no spaces"),
    pytest.param(HOME, "강남구 테헤란로 123, 101동 202호", id="the region by postcode"),
    pytest.param(
        HOME,
        "서울특별시 강남구 테헤란로 123 (역삼동) 101-202",
        id="neighbourhood in brackets, block and room with a hyphen",
    ),
    pytest.param(
        HOME,
        "대한민국 서울특별시 강남구 테헤란로 123, 101동 2층 202호 (역삼동, 래미안아파트)",
        id="country, floor and name of the building",
    ),
    pytest.param(HOME, "서울특별시　강남구　테헤란로　１２３，　１０１동　２０２호", id="full-width"),
    pytest.param(HOME, "서울특별시 강남구 테헤란로 123 래미안 제101동 제202호", id="numbered with 제"),
    pytest.param(HOME, "서울특별시 강남구 테헤란로 123 0101동 0202호", id="leading zeros"),
    pytest.param(
        "서울특별시 종로구 종로 1", "서울 종로구 종로1 (종로1가)", id="a road that is called like its district"
    ),
    pytest.param(
        "경기도 성남시 분당구 강남대로94길 10, 3층",
        "경기 성남시 분당구 강남대로 94길 10 3F",
        id="a side road apart from its road",
    ),
    pytest.param(
        "서울 강남구 역삼동 736-1 202호",
        "서울시 강남구 역삼1동 736-1번지 202호",
        id="a lot, and the neighbourhood as it is administered",
    ),
    pytest.param("경기도 양평군 서종면 문호리 산 12-3", "경기 양평군 서종면 문호리 산12-3번지", id="a lot on a hill"),
    pytest.param(
        "경기도 용인시 처인구 포곡읍 에버랜드로 199",
        "경기 용인시 처인구 에버랜드로 199",
        id="with and without the township",
    ),
    pytest.param(
        "101-dong 202-ho, 123, Teheran-ro, Gangnam-gu, Seoul",
        "#202, 101dong, 123 Teheranro, GANGNAM-GU, Seoul, Republic of Korea",
        id="romanised",
    ),
    pytest.param("어디인가 살아요", "어디인가  살아요!", id="no address at all"),
)
OTHER = (
    pytest.param(HOME, HOME.replace("202", "203"), id="the next door"),
    pytest.param(HOME, HOME.replace("101", "102"), id="the next block"),
    pytest.param(HOME, HOME.replace("123", "124"), id="the next building"),
    pytest.param(HOME, HOME.replace("123", "123-1"), id="the building behind"),
    pytest.param(HOME, HOME.replace("강남구", "서초구"), id="another district"),
    pytest.param("서울 중구 세종대로 110", "대구 중구 세종대로 110", id="districts of one name in two cities"),
    pytest.param("서울 강남구 역삼동 736-1", "서울 강남구 역삼동 산 736-1", id="a lot and one on the hill"),
    pytest.param("서울 강남구 테헤란로 123 3층", "서울 강남구 테헤란로 123 지하3층", id="above and below ground"),
    pytest.param("Tokyo, Chiyoda 1-1", "Tokyo, Chiyoda 1-2", id="abroad"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_one_place_has_one_key(one: str, other: str) -> None:
    assert place_of(one, "06236") == place_of(other, "06236") != ""


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_place_has_another_key(one: str, other: str) -> None:
    assert place_of(one, "06236") != place_of(other, "06236")


def test_a_door_is_a_place_in_its_building() -> None:
    assert place_of(HOME) == "서울 강남구 테헤란로 123 101/202"
    assert place_of("서울특별시 강남구 테헤란로 123") == "서울 강남구 테헤란로 123"


def test_the_postcode_counts_only_where_the_region_is_left_out() -> None:
    assert place_of(HOME, "06236") == place_of(HOME, "48094")
    left_out = HOME.removeprefix("서울특별시 ")
    assert place_of(left_out, "06236") != place_of(left_out, "48094")


@pytest.mark.parametrize(
    "said",
    [row.values[0] for row in (*SAME, *OTHER)]
    + [
        HOME.replace(", ", " "),
        "부산 해운대구 해운대로 570-3 1004호",
        "경기도 고양시 일산동구 중앙로 302, 103동 407호",
    ],
)
def test_the_quick_way_and_the_general_way_find_the_same(said: str) -> None:
    assert place_of(said, "06236") == address._place_of(said, "06236")


_PARTS = st.sampled_from(
    [
        "서울",
        "강남구",
        "테헤란로",
        "12길",
        "3",
        "123-4",
        "101동",
        "202호",
        "(",
        ")",
        "동",
        "호",
        "산",
        "-",
        "ro",
        "-gu",
        " ",
        ",",
        "１２",
        "지하",
        "층",
        "korea",
        "\u200b",
    ]
)


@settings(deadline=None)
@given(
    st.lists(_PARTS | st.text(max_size=3), max_size=40).map(lambda parts: "".join(parts)[: limits.ADDRESS_CHARS_MAX]),
    st.text(max_size=6),
)
def test_any_text_has_an_answer_that_stays_the_same(said: str, postcode: str) -> None:
    assert place_of(said, postcode) == address._place_of(said, postcode)


@pytest.mark.parametrize("part", ["가", "가1", "로", "1", "(", "((", "1-", "a", "ro ", "동", "1 로", "가로1"])
def test_the_longest_address_stalls_nobody(part: str) -> None:
    """Whoever repeats a part gets an answer; a pattern that backtracks would not come back."""
    said = (part * limits.ADDRESS_CHARS_MAX)[: limits.ADDRESS_CHARS_MAX]
    assert place_of(said) == address._place_of(said, "")

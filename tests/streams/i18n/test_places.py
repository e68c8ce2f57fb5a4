"""Places in what a carrier sent have names in Korean."""

import pytest

from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from streams.i18n import file_place, place, position
from streams.i18n.vocabulary import words_of


def test_each_field_of_a_manifest_has_its_name() -> None:
    fields = {
        name for struct in (Header, Parcel, Consignor, Consignee, Order, Item) for name in struct.__struct_fields__
    }
    assert words_of("field").keys() == fields | {"parcels"}


@pytest.mark.parametrize(
    ("path", "korean"),
    [
        ("", "화물 전체"),
        ("/lodged_at", "제출 일시"),
        ("/parcels", "화물"),
        ("/parcels/3/consignee/phone", "4번째 화물, 수하인, 전화번호"),
        ("/items/0", "1번 품목"),
        ("/containers/1", "2번째 컨테이너"),
        ("/parcels/0/gift_wrap", "1번째 화물, gift_wrap"),
    ],
)
def test_a_place(path: str, korean: str) -> None:
    assert place(path, "ko") == korean
    assert place(path, "en") == (path or "the whole parcel")


@pytest.mark.parametrize(
    ("path", "korean"), [("line 12 column 3", "12행 3열"), ("byte 7", "7바이트 위치"), ("/version", "제출 차수")]
)
def test_a_position_in_a_record_that_cannot_be_read(path: str, korean: str) -> None:
    assert (position(path, "ko"), position(path, "en")) == (korean, path)


def test_a_place_in_a_file() -> None:
    assert file_place("standard input, line 3", "ko") == "표준 입력, 3행"
    assert file_place("day.json, manifest 2", "ko") == "day.json, 2번째 적재화물목록"
    assert file_place("day.json", "ko") == "day.json"
    assert file_place("standard input, line 3", "en") == "standard input, line 3"

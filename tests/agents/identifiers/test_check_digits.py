"""Identifiers with a check digit: one right, one off, and what is no such number at all."""

from collections.abc import Callable
from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.identifiers import (
    awb,
    business_number,
    clearance_code,
    container,
    eori,
    ioss,
    passport,
    phone_kr,
    postcode_kr,
    resident_number,
    s10,
    sscc,
)

WIDE = "０１２３４５６７８９"
ARABIC = "٠١٢٣٤٥٦٧٨٩"

RIGHT = {
    awb.is_valid: ("020-12345675", "180-12345675", "000-00000000"),
    s10.is_valid: ("RR473124829GB", "EE471108151FR", "EB000717595HK", "RR100000140KR", "RR100000025KR"),
    business_number.is_valid: ("116-82-00276", "134-86-72683", "124-81-00998", "1168200276"),
    container.is_valid: ("CSQU3054383",),
    sscc.is_valid: ("106141412345678908", "000123450000000027"),
    ioss.is_valid: ("IM3720000224", "IM0400000000", "IM9009999999"),
    eori.is_valid: ("DE1", "GB123456789000", "XI123456789000", "ATEOS1000012345", "PL123456789012345"),
    clearance_code.is_valid: ("P123456789012", "P000000000000"),
    resident_number.is_valid: ("900101-1234567", "0002291234567"),
    passport.is_valid: ("M12345678", "M123A4567", "EA1234567"),
    postcode_kr.is_valid: ("06236", "01000", "63644"),
    phone_kr.is_valid: (
        "010-1234-5678",
        "01012345678",
        "010 1234 5678",
        "010.1234.5678",
        "+82-10-1234-5678",
        "+821012345678",
        "821012345678",
        "+82 (0)10-1234-5678",
        "011-234-5678",
        "02-312-3456",
        "(02)3123-4567",
        "031-123-4567",
        "064-1234-5678",
        "070-1234-5678",
        "080-123-4567",
        "0505-1234-5678",
        "050-1234-5678",
        "1588-1234",
        "02-2000-0000",
        "010-1000-0000",
    ),
}
WRONG = {
    awb.is_valid: (
        "020-12345676",
        "02012345675",
        "020 12345675",
        "020-1234567",
        "020-123456755",
        " 020-12345675",
        "O20-12345675",
        "020-12345675\n",
    ),
    s10.is_valid: (
        "EB000717594HK",
        "rr473124829gb",
        "JR473124829GB",
        "KR473124829GB",
        "SR473124829GB",
        "TR473124829GB",
        "WR473124829GB",
        "RR47312482GB",
        "RR473124829G1",
        "1R473124829GB",
    ),
    business_number.is_valid: (
        "116-82-00277",
        "100-82-00276",
        "116-00-00276",
        "000-00-00000",
        "11682002760",
        "116-8200276",
        "116-82-0027A",
    ),
    container.is_valid: ("CSQU3054384", "CSQA3054383", "csqu3054383", "CSQU305438", "CSQU30543833", "CSQ13054383"),
    sscc.is_valid: (
        "106141412345678907",
        "10614141234567890",
        "1061414123456789080",
        "00106141412345678908",
        "(00)106141412345678908",
        "10614141234567890A",
    ),
    ioss.is_valid: (
        "IN3720000224",
        "EU372000022",
        "im3720000224",
        "IM372000022",
        "IM37200002240",
        "IM8260000224",
        "IM000000000A",
        "IM 3720000224",
        "IM372000022A",
    ),
    eori.is_valid: (
        "DE",
        "D1",
        "1E123",
        "D1123",
        "de123",
        "DE12a",
        "DE 123",
        "DE-123",
        "DE1234567890123456",
        "DEÄ1",
        "ß12",
    ),
    clearance_code.is_valid: (
        "P12345678901",
        "P1234567890123",
        "p123456789012",
        "M123456789012",
        "1234567890123",
        "P12345678901A",
        "P123456789012 ",
    ),
    resident_number.is_valid: (
        "900101-9234567",
        "900101-0234567",
        "900001-1234567",
        "901301-1234567",
        "900132-1234567",
        "900101 1234567",
        "900101-123456",
        "900101-12345678",
    ),
    passport.is_valid: ("P12345678", "P123456789012", "123456789", "ABC123456", "M1234567890"),
    postcode_kr.is_valid: ("0623", "062366", "135-080", "00999", "64000", "O6236", "06 36"),
    phone_kr.is_valid: (
        "010-123-4567",
        "010-12345-678",
        "010-0000-0000",
        "02-0000-0000",
        "02-000-0000",
        "0310000000",
        "031 000.0000",
        "+82-2-000-0000",
        "0505-000-0000",
        "050-0000-0000",
        "012-1234-5678",
        "099-1234-5678",
        "+8657112345678",
        "+1 212 555 0100",
        "010--1234-5678",
        "12345678",
        "1234-5678",
        "010-1234-5678 ext 2",
        "call me",
    ),
}


@pytest.mark.parametrize(
    ("is_valid", "text"),
    [pytest.param(check, text, id=f"{check.__module__}: {text}") for check, texts in RIGHT.items() for text in texts],
)
def test_right(is_valid: Callable[[str], bool], text: str) -> None:
    assert is_valid(text)


@pytest.mark.parametrize(
    ("is_valid", "text"),
    [pytest.param(check, text, id=f"{check.__module__}: {text!r}") for check, texts in WRONG.items() for text in texts],
)
def test_wrong(is_valid: Callable[[str], bool], text: str) -> None:
    assert not is_valid(text)


@pytest.mark.parametrize("other", [WIDE, ARABIC], ids=["wide digits", "Arabic digits"])
@pytest.mark.parametrize(
    ("is_valid", "texts"), [pytest.param(check, texts, id=check.__module__) for check, texts in RIGHT.items()]
)
def test_digits_that_are_not_ascii(is_valid: Callable[[str], bool], texts: tuple[str, ...], other: str) -> None:
    for text in texts:
        assert not is_valid(text.translate(str.maketrans(digits, other)))
        assert not is_valid(text[:-1] + other[1] if text[-1].isdigit() else text.replace(text[4], other[1], 1))


@pytest.mark.parametrize("is_valid", [pytest.param(check, id=check.__module__) for check in RIGHT])
@given(text=st.text(max_size=20) | st.text(alphabet="0123456789-PRUAZ", max_size=14))
def test_any_text_has_an_answer(is_valid: Callable[[str], bool], text: str) -> None:
    assert is_valid(text) in {True, False}


@given(st.from_regex(r"[A-Z]{2}[0-9]{8}", fullmatch=True))
def test_one_check_digit_fits_a_postal_number(begun: str) -> None:
    assert sum(s10.is_valid(f"{begun}{digit}KR") for digit in digits) == (begun[0] not in s10.RESERVED)


@given(st.from_regex(r"[0-9]{3}-[0-9]{7}", fullmatch=True))
def test_one_check_digit_fits_an_air_waybill(begun: str) -> None:
    (right,) = [digit for digit in digits if awb.is_valid(begun + digit)]
    assert right == awb.check_digit(begun + "0")


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_one_check_digit_fits_a_container_code(begun: str) -> None:
    assert sum(sscc.is_valid(begun + digit) for digit in digits) == 1


@pytest.mark.parametrize(
    ("is_valid", "text"),
    [
        pytest.param(sscc.is_valid, "106141412345678908", id="container code"),
        pytest.param(business_number.is_valid, "1348672683", id="business"),
    ],
)
def test_any_one_wrong_digit_is_found(is_valid: Callable[[str], bool], text: str) -> None:
    changed = [
        text[:place] + digit + text[place + 1 :]
        for place in range(len(text))
        for digit in digits
        if digit != text[place]
    ]
    assert len(changed) == len(text) * 9
    assert not any(map(is_valid, changed))


@given(st.from_regex(r"[A-Z]{3}[UJZ][0-9]{6}", fullmatch=True))
def test_one_check_digit_fits_a_container(begun: str) -> None:
    assert sum(container.is_valid(begun + digit) for digit in digits) == 1


@pytest.mark.parametrize(
    ("text", "held"),
    [
        pytest.param("ID: 900101-1234567.", True, id="among words"),
        pytest.param("김민서900101-1234567번", True, id="between Hangul"),
        pytest.param("no 9001011234567", True, id="without its dash"),
        pytest.param("1900101-1234567", False, id="after another digit"),
        pytest.param("900101-12345678", False, id="before another digit"),
        pytest.param("6901234567892", False, id="a barcode that begins like a birthday"),
        pytest.param("690123-4567892", True, id="the same with a dash is none"),
        pytest.param("1732345678901", False, id="a time in milliseconds"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_resident_number_in_a_text(text: str, held: bool) -> None:  # noqa: FBT001 - a column of the table
    assert resident_number.contains(text) is held


@pytest.mark.parametrize(
    ("text", "held"),
    [
        pytest.param("o-900101-1234567", True, id="with its dash, after another"),
        pytest.param("9001011234567", False, id="without"),
        pytest.param("1900101-1234567", False, id="after another digit"),
        pytest.param("a-b-c", False, id="dashes"),
    ],
)
def test_a_dashed_resident_number_in_a_text(text: str, held: bool) -> None:  # noqa: FBT001 - a column of the table
    assert resident_number.contains_dashed(text) is held

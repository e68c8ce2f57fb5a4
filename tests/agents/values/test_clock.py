"""Times as carriers write them and as the broker stamps them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.values.clock import day_in_korea, day_of_ms, parse_rfc3339, show_ms


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2026-11-23T14:02:11+09:00", date(2026, 11, 23), id="Korean time"),
        pytest.param("2026-11-23T14:59:59Z", date(2026, 11, 23), id="the last second of the Korean day, in UTC"),
        pytest.param("2026-11-23T15:00:00Z", date(2026, 11, 24), id="the first second of the next, in UTC"),
        pytest.param("2026-11-23T23:59:59.999999+09:00", date(2026, 11, 23), id="with fractions"),
        pytest.param("2026-11-22T20:00:00-08:00", date(2026, 11, 23), id="the evening before in California"),
        pytest.param("2028-02-29T00:00:00+09:00", date(2028, 2, 29), id="a leap day"),
        pytest.param("2026-11-23T14:02:11-00:00", date(2026, 11, 23), id="an unknown offset"),
        pytest.param("2026-11-23T14:02:11", None, id="no offset"),
        pytest.param("2026-11-23", None, id="a day alone"),
        pytest.param("2026-11-23 14:02:11+09:00", None, id="a space for the T"),
        pytest.param("2026-02-29T00:00:00+09:00", None, id="no leap day"),
        pytest.param("2026-13-01T00:00:00Z", None, id="month 13"),
        pytest.param("2026-11-23T24:00:00Z", None, id="hour 24"),
        pytest.param("2026-11-23T23:59:60Z", None, id="a leap second"),
        pytest.param("2026-11-23T14:02:11+25:00", None, id="an offset of 25 hours"),
        pytest.param("２０２６-11-23T14:02:11+09:00", None, id="full-width digits"),
        pytest.param("9999-12-31T23:59:59-12:00", None, id="beyond the last day there is"),
        pytest.param("0001-01-01T00:00:00+14:00", None, id="before the first"),
        pytest.param("", None, id="nothing"),
        pytest.param("x" * 64, None, id="noise"),
    ],
)
def test_the_korean_day(text: str, day: date | None) -> None:
    assert day_in_korea(text) == day


@pytest.mark.parametrize(
    ("time_ms", "shown", "day"),
    [
        pytest.param(0, "1970-01-01T00:00:00.000Z", date(1970, 1, 1), id="the beginning"),
        pytest.param(-1, "1969-12-31T23:59:59.999Z", date(1970, 1, 1), id="no time at all, as Kafka says it"),
        pytest.param(1_795_410_131_007, "2026-11-23T05:02:11.007Z", date(2026, 11, 23), id="today"),
        pytest.param(
            1_795_445_999_999,
            "2026-11-23T14:59:59.999Z",
            date(2026, 11, 23),
            id="the last millisecond of the Korean day",
        ),
        pytest.param(1_795_446_000_000, "2026-11-23T15:00:00.000Z", date(2026, 11, 24), id="the first of the next"),
    ],
)
def test_a_stamp(time_ms: int, shown: str, day: date) -> None:
    assert show_ms(time_ms) == shown
    assert day_of_ms(time_ms) == day


@given(st.integers(0, 4 * 10**12))
def test_what_is_shown_reads_back(time_ms: int) -> None:
    moment = parse_rfc3339(show_ms(time_ms))
    assert moment is not None
    assert (moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000 == pytest.approx(time_ms, abs=0.01)
    assert day_in_korea(show_ms(time_ms)) == day_of_ms(time_ms)


@given(st.text("0123456789-:TZ+. t", max_size=40) | st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat))
def test_any_text_is_a_day_or_none(text: str) -> None:
    day = day_in_korea(text)
    assert day is None or isinstance(day, date)

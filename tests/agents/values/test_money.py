"""Amounts as exact integers."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.values.money import E4, above_usd, parse_e4, parse_e6, show_e6, usd_e6

AMOUNTS = st.integers(0, 10**16 - 1)
RATES = st.integers(1, 10**9)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("59.90", 599_000, id="two places"),
        pytest.param("5", 50_000, id="no place"),
        pytest.param("0.0001", 1, id="four places: the smallest"),
        pytest.param("0", 0, id="zero"),
        pytest.param("007", 70_000, id="leading zeros"),
        pytest.param("999999999999.9999", 10**16 - 1, id="twelve digits and four places: the largest"),
        pytest.param("1000000000000", None, id="thirteen digits"),
        pytest.param("0.00001", None, id="five places"),
        pytest.param("", None, id="nothing"),
        pytest.param(".5", None, id="no digit before the point"),
        pytest.param("5.", None, id="no digit after it"),
        pytest.param("-1", None, id="negative"),
        pytest.param("+1", None, id="a plus"),
        pytest.param("1e3", None, id="an exponent"),
        pytest.param("1_000", None, id="an underline, as Python writes it"),
        pytest.param("1,000", None, id="a comma"),
        pytest.param(" 1", None, id="a space"),
        pytest.param("1\n", None, id="a line break"),
        pytest.param("٥", None, id="a digit, but not ASCII"),
        pytest.param("NaN", None, id="not a number"),
    ],
)
def test_parse(text: str, amount: int | None) -> None:
    assert parse_e4(text) == amount


@given(AMOUNTS)
def test_an_amount_reads_as_it_is_written(amount_e4: int) -> None:
    assert parse_e4(f"{amount_e4 // E4}.{amount_e4 % E4:04d}") == amount_e4


@given(AMOUNTS, RATES, RATES, st.integers(0, 10**9))
def test_a_limit_is_compared_exactly(amount_e4: int, rate: int, dollar: int, limit_e4: int) -> None:
    assert above_usd(amount_e4, rate, dollar, limit_e4) == (
        Decimal(amount_e4) * Decimal(rate) > Decimal(limit_e4) * Decimal(dollar)
    )


@given(AMOUNTS, RATES)
def test_a_dollar_is_a_dollar(amount_e4: int, dollar: int) -> None:
    assert usd_e6(amount_e4, dollar, dollar) == amount_e4 * 100


def test_dollars_are_rounded_down() -> None:
    assert usd_e6(1, 9_999, 10_000) == 99


@pytest.mark.parametrize(
    ("value_e6", "shown"),
    [
        pytest.param(0, "0.000000", id="zero"),
        pytest.param(1, "0.000001", id="the smallest"),
        pytest.param(150_010_000, "150.010000", id="150.01"),
    ],
)
def test_show(value_e6: int, shown: str) -> None:
    assert show_e6(value_e6) == shown


@given(st.integers(0, 10**24))
def test_what_is_shown_reads_as_it_was(value_e6: int) -> None:
    assert parse_e6(show_e6(value_e6)) == value_e6

"""GoodsAmounts that descriptions say in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.goods.amounts import AMOUNTS_MAX, GoodsAmounts, amounts
from schemas import limits


@pytest.mark.parametrize(
    ("text", "containers", "volume_ml", "doses", "grams"),
    [
        ("비타민c 1000mg 180정 3병", 3, None, 180, None),
        ("60ml x 2", 2, 60, None, None),
        ("60 ml*2", 2, 60, None, None),
        ("2 x 60ml", 2, 60, None, None),
        ("500ml*6瓶", 6, 500, None, None),
        ("500mlx6", 6, 500, None, None),
        ("10ml x 5pcs", 5, 10, None, None),
        ("perfume 100 ml", None, 100, None, None),
        ("perfume 100ml / 3.4 fl.oz", None, 100, None, None),
        ("3.4 fl oz perfume", None, 100, None, None),
        ("0.5l vodka 2 bottles", 2, 500, None, None),
        ("1.5l water", None, 1500, None, None),
        ("6 bottles", 6, None, None, None),
        ("2 pack", 2, None, None, None),
        ("2박스 x 3병", 6, None, None, None),
        ("30 tablets x 3", 3, None, 30, None),
        ("60정 x 2병", 2, None, 60, None),
        ("维生素c 100片*3瓶", 3, None, 100, None),
        ("omega-3 120 softgels, 2 bottles", 2, None, 120, None),
        ("3개월분 90캡슐", None, None, 90, None),
        ("vitamin d3 x2", 2, None, None, None),
        ("vitamin c x 3", 3, None, None, None),
        ("1,000 tablets", None, None, 1000, None),
        ("5kg 쌀", None, None, None, 5000),
        ("50g x 3개", 3, None, None, 50),
        ("홍삼정 240g 2통", 2, None, None, 240),
        ("蜂蜜500克2瓶", 2, None, None, 500),
        ("30ml + 50ml set", None, 50, None, None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_amounts_are_read(
    text: str, containers: int | None, volume_ml: int | None, doses: int | None, grams: int | None
) -> None:
    assert amounts(text) == GoodsAmounts(containers, volume_ml, doses, grams)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("12 pcs pack", 12),
        ("pack of 4 towels", 4),
        ("set of 3 bowls", 3),
        ("box of 12", 12),
        ("softgels, 60 pieces", 60),
        ("칫솔 6개", 6),
        ("笔10支", 10),
    ],
)
def test_pieces_leave_open_what_they_are(text: str, pieces: int) -> None:
    assert amounts(text) == GoodsAmounts(pieces=pieces)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no number",
        "poster 90x120",
        "90x120cm",
        "20*30cm",
        "t-shirt size 42",
        "usb 3.0 cable 2m",
        "7 in 1",
        "400gsm paper",
        "vitamin b12",
        "1000mg",
        "iphone 15 128gb",
        "x",
        "0 ml",
        "model a4",
    ],
)
def test_other_numbers_are_no_amounts(text: str) -> None:
    assert amounts(text) == GoodsAmounts()


def test_no_amount_exceeds_what_a_line_may_declare() -> None:
    assert amounts("999999999 kg").grams == limits.QUANTITY_MAX
    assert amounts("9999999999 kg").grams is None, "so many digits are no amount"


def test_only_the_first_numbers_are_looked_at() -> None:
    assert amounts("7 in " * AMOUNTS_MAX + "50 ml").volume_ml is None
    assert amounts("7 in " * (AMOUNTS_MAX - 1) + "50 ml").volume_ml == 50


@given(st.text(alphabet="0123456789x*×., mlkg병정瓶foxpack", max_size=80))
def test_whatever_is_written_amounts_are_positive_or_none(text: str) -> None:
    assert all(amount is None or 0 < amount <= limits.QUANTITY_MAX for amount in amounts(text))

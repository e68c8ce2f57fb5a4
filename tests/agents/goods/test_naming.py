"""The words that name goods: what is alike has one name, what belongs to it another."""

import pytest

from agents.goods.naming import NAME_CHARS, name_of


@pytest.mark.parametrize(
    ("description", "name"),
    [
        pytest.param("graphics card, 12 GB", "graphics card", id="what comes behind a comma is more of it"),
        pytest.param(
            "2026 NEW RTX 4070 Graphics Cards 12GB GDDR6",
            "graphics card",
            id="years, models and sizes are left out, the plural too",
        ),
        pytest.param("graphics card support bracket", "support bracket", id="what belongs to it has another name"),
        pytest.param("refurbished smart watch with GPS", "smart watch", id="what it comes with"),
        pytest.param("case for tablet computer", "case", id="what it is for"),
        pytest.param("tablet", "tablet", id="a single word"),
        pytest.param("에어프라이어 5리터", "에어프라이어", id="Korean, a size behind"),
        pytest.param("여성용 면 반팔 티셔츠, 흰색", "반팔 티셔츠", id="Korean"),
        pytest.param("不锈钢保温杯 500毫升", "不锈钢保温杯", id="Chinese, a size behind"),
        pytest.param("电热水壶（1.7升）", "电热水壶", id="Chinese, a size in brackets"),
        pytest.param("ｇｒａｐｈｉｃｓ　ｃａｒｄ", "graphics card", id="wide letters"),
        pytest.param(", graphics card", "graphics card", id="nothing before the comma"),
        pytest.param("A-17 / 3", "", id="no word at all"),
        pytest.param("", "", id="nothing"),
        pytest.param("card " * 40, "card card", id="long"),
        pytest.param("x" * NAME_CHARS + " graphics card", "x" * NAME_CHARS, id="what stands far behind is not read"),
    ],
)
def test_names(description: str, name: str) -> None:
    assert name_of(description) == name

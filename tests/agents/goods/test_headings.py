"""The heading that words point to."""

import pytest

from agents.goods.headings import HeadingIndex, stem
from schemas.decision import Suggestion

INDEX = HeadingIndex(
    {
        "shirt": (("6205", 80),),
        "cotton": (("5208", 40), ("6205", 10)),
        "phone case": (("3926", 90),),
        "case": (("4202", 60),),
        "phone": (("8517", 60),),
        "手机壳": (("3926", 100),),
    },
    {50: 90, 100: 95},
)


@pytest.mark.parametrize(
    ("plain", "found", "weights"),
    [
        pytest.param("cotton shirts", (), {"5208": 40, "6205": 130}, id="the last word weighs half as much again"),
        pytest.param("phone cases", (), {"8517": 60, "4202": 90, "3926": 90}, id="a pair of words"),
        pytest.param("", ("手机壳",), {"3926": 150}, id="a word of a script without spaces"),
        pytest.param("nothing known", (), {}, id="unknown words"),
    ],
)
def test_words_are_weighed(plain: str, found: tuple[str, ...], weights: dict[str, int]) -> None:
    assert INDEX.weigh(plain, found) == weights


@pytest.mark.parametrize(
    ("declared", "weights", "suggestion"),
    [
        pytest.param("851712", {"6205": 120}, Suggestion("6205", 0.95), id="a clear lead over another chapter"),
        pytest.param("851712", {"6205": 99, "6206": 20}, Suggestion("6205", 0.9), id="a smaller lead"),
        pytest.param("851712", {"6205": 60, "6206": 20}, None, id="no lead to speak of"),
        pytest.param("620342", {"6205": 120}, None, id="the same chapter"),
        pytest.param("851712", {"6205": 120, "8517": 60}, None, id="words that speak for the declared code as well"),
        pytest.param("851712", {}, None, id="no words"),
    ],
)
def test_a_heading_is_suggested_only_when_sure(
    declared: str, weights: dict[str, int], suggestion: Suggestion | None
) -> None:
    assert INDEX.suggest(declared, weights) == ((suggestion,) if suggestion else ())


def test_without_margins_nothing_is_suggested() -> None:
    assert HeadingIndex({}, {}).suggest("851712", {"6205": 500}) == ()


@pytest.mark.parametrize(
    ("word", "singular"),
    [
        ("socks", "sock"),
        ("batteries", "battery"),
        ("watches", "watch"),
        ("dress", "dress"),
        ("bus", "bus"),
        ("gas", "gas"),
    ],
)
def test_stem(word: str, singular: str) -> None:
    assert stem(word) == singular

"""Patterns found in a text."""

import pytest

from agents.goods.terms import MATCHES_MAX, PIECE_CHARS, Patterns, outside, squeezable

PATTERNS = Patterns(["tea", "green tea", "녹차", "차"])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("green tea", {"green tea", "tea"}),
        ("teas", {"tea"}),
        ("team", set()),
        ("teast", set()),
        ("steam", set()),
        ("tea차", {"tea", "차"}),
        ("녹차라떼", {"녹차", "차"}),
        ("", set()),
    ],
)
def test_latin_patterns_stand_as_words_and_others_anywhere(text: str, found: set[str]) -> None:
    texts = ["tea", "green tea", "녹차", "차"]
    matches, stuffed = PATTERNS.find(text)
    assert {texts[index] for _, _, index in matches} == found
    assert not stuffed


@pytest.mark.parametrize(
    "at",
    [0, 1, PIECE_CHARS - 9, PIECE_CHARS - 4, PIECE_CHARS - 1, PIECE_CHARS, PIECE_CHARS + 1, 2 * PIECE_CHARS - 3, 2_000],
)
def test_a_long_text_is_searched_whole_and_nothing_is_found_twice(at: int) -> None:
    text = "." * at + " green tea " + "." * 500
    assert sorted(PATTERNS.find(text)[0]) == [(at + 1, at + 10, 1), (at + 7, at + 10, 0)]


@pytest.mark.parametrize("times", [MATCHES_MAX, MATCHES_MAX + 1])
def test_a_text_with_too_many_matches_says_so(times: int) -> None:
    assert PATTERNS.find("차" * times)[1] == (times > MATCHES_MAX)
    assert PATTERNS.find("차." * times + "." * PIECE_CHARS)[1] == (times > MATCHES_MAX)


def test_without_patterns_nothing_is_found() -> None:
    assert Patterns([]).find("tea") == ([], False)


def test_a_match_within_a_mask_does_not_count() -> None:
    assert list(outside([(2, 5, 0), (0, 5, 1), (4, 9, 2)], [(1, 6, 9)])) == [(0, 5, 1), (4, 9, 2)]


@pytest.mark.parametrize(
    ("text", "letters"), [("cbd oil", "cbdoil"), ("3-mmc", None), ("필로폰", "필로폰"), ("엽총", None), ("--", None)]
)
def test_only_long_terms_are_looked_for_with_letters_apart(text: str, letters: str | None) -> None:
    assert squeezable(text) == letters

"""Text as people write it, folded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.values.text import fold, folded


@pytest.mark.parametrize(
    ("text", "same"),
    [
        pytest.param("  Gift  Box ", "gift box", id="case and spaces"),
        pytest.param("ＧＩＦＴ", "gift", id="full-width letters"),
        pytest.param("gi\u200bft\ufeff", "gift", id="characters that can't be seen"),
        pytest.param("gi\u00adft", "gift", id="a soft hyphen"),
        pytest.param("gift\tbox\u00a0red\u3000x", "gift box red x", id="tabs and other spaces"),
        pytest.param("Straße", "strasse", id="letters that become two"),
        pytest.param("비타민", "비타민", id="Hangul"),
        pytest.param("비타민".encode().decode(), "비타민", id="Hangul again"),
        pytest.param("\u1107\u1175\u1110\u1161\u1106\u1175\u11ab", "비타민", id="Hangul letter by letter"),
        pytest.param("①②", "12", id="digits in circles"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_the_same_words_compare_equal(text: str, same: str) -> None:
    assert fold(text) == same


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_the_short_way_of_ascii_is_the_long_way(text: str) -> None:
    assert fold(text) == fold(f"{text} 가")[:-1].rstrip()


@given(st.text())
def test_remembering_changes_nothing(text: str) -> None:
    assert folded(text) == fold(text)

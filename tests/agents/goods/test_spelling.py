"""Words behind their disguises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.goods.spelling import ODD_CHARS_MAX, Spelling, lettered, squeezed

SPELLING = Spelling(
    {
        "о": "o",
        "к": "k",
        "ệ": "e",
        "с": "c",
        "а": "a",
        "е": "e",
        "α": "a",
        "é": "e",
        "è": "e",
        "û": "u",
        "–": "-",
        "®": " ",
    }
)


@pytest.mark.parametrize(
    ("text", "plain", "disguises"),
    [
        pytest.param("co\u200bcaine", "cocaine", {"invisible characters"}, id="a zero-width space inside a word"),
        pytest.param("co\u00adcaine", "cocaine", {"invisible characters"}, id="a soft hyphen inside a word"),
        pytest.param("co\x00caine", "cocaine", {"invisible characters"}, id="a control character inside a word"),
        pytest.param("필\u2060로폰", "필로폰", {"invisible characters"}, id="a word joiner inside a Korean word"),
        pytest.param(
            "cосаine", "cocaine", {"look-alike letters"}, id="Cyrillic letters that look Latin inside a Latin word"
        ),
        pytest.param(
            "vодка",
            "voдka",
            {"look-alike letters", "mixed scripts"},
            id="Cyrillic letters of both kinds in a Latin word",
        ),
        pytest.param("vжж", "vжж", {"mixed scripts"}, id="Cyrillic letters that don't look Latin in a Latin word"),
        pytest.param("co𝐜aine", "cocaine", {"look-alike letters"}, id="a mathematical letter inside a word"),
        pytest.param("c\u0336o\u0336c\u0336", "coc", {"stacked marks"}, id="letters struck through"),
        pytest.param("a\u0301\u0302\u0303b", "ab", {"stacked marks"}, id="three marks on a letter"),
        pytest.param(
            "ж" * (ODD_CHARS_MAX + 1), "ж" * ODD_CHARS_MAX, {"too much to read"}, id="more odd letters than are read"
        ),
    ],
)
def test_disguises_are_taken_off_and_named(text: str, plain: str, disguises: set[str]) -> None:
    read, found = SPELLING.read(text)
    assert set(found) == disguises
    assert read == plain


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        pytest.param("나이키 Nike 운동화 AIR맥스", "나이키 nike 운동화 air맥스", id="Korean with Latin brand words"),
        pytest.param("纯棉T恤 USB充电", "纯棉t恤 usb充电", id="Chinese with Latin letters"),
        pytest.param("ＵＳＢ　cable", "usb cable", id="full-width letters"),
        pytest.param("crème brûlée", "creme brulee", id="accents"),
        pytest.param("e\u0301clair", "eclair", id="an accent of its own"),
        pytest.param("Vie\u0323\u0302t", "viet", id="two marks on a Vietnamese vowel"),
        pytest.param("Витамин", "витaмин", id="a Russian word"),
        pytest.param("αGPC 300mg", "agpc 300mg", id="a Greek letter before a name"),
        pytest.param("5μm filter", "5μm filter", id="micrometres"),
        pytest.param("\ufeffshirt", "shirt", id="a byte order mark in front"),
        pytest.param("shirt \u200b blue", "shirt blue", id="an invisible character between words"),
        pytest.param("👨\u200d👩\u200d👧 family", "👨👩👧 family", id="a family of emoji"),
        pytest.param("❤\ufe0f ring", "❤ ring", id="an emoji with its variation"),
        pytest.param("Tylenol™ tablets", "tylenol tablets", id="a trade mark sign"),
        pytest.param("USB–C®", "usb-c", id="dashes and signs"),
        pytest.param("𝐕𝐢𝐭𝐚𝐦𝐢𝐧 c", "vitamin c", id="a word wholly of mathematical letters"),
        pytest.param("m\ufffdla", "m\ufffdla", id="a letter that was lost on the way"),
        pytest.param("  A \t B\n", "a b", id="spaces"),
        pytest.param("\u1107\u1175\u1110\u1161\u1106\u1175\u11ab", "비타민", id="Hangul letter by letter"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_what_looks_odd_but_hides_nothing_is_no_disguise(text: str, plain: str) -> None:
    assert SPELLING.read(text) == (plain, ())


@given(st.text(max_size=60))
def test_reading_what_was_read_changes_nothing(text: str) -> None:
    plain, _ = SPELLING.read(text)
    assert SPELLING.read(plain)[0] == plain


@given(
    st.text(alphabet=st.characters(max_codepoint=127), max_size=60),
    st.sampled_from("\u200b\u00ad\u2060\ufeff\u200e"),
    st.integers(0, 60),
)
def test_an_invisible_character_changes_no_word(text: str, invisible: str, at: int) -> None:
    assert SPELLING.read(text[:at] + invisible + text[at:])[0] == SPELLING.read(text)[0]


@pytest.mark.parametrize(
    ("plain", "together"),
    [
        ("c-o-c-a-i-n-e", "cocaine"),
        ("c.o.c.a.i.n.e 5g", "cocaine 5g"),
        ("c o c a i n e", "cocaine"),
        ("c - o - c - a", "coca"),
        ("co-caine", "cocaine"),
        ("필 로 폰", "필로폰"),
        ("필-로-폰 5g", "필로폰 5g"),
        ("海 洛 因", "海洛因"),
        ("size m l xl", "size m l xl"),
        ("대 형 쿠션", "대 형 쿠션"),
        ("", ""),
    ],
)
def test_letters_that_stand_apart_are_brought_together(plain: str, together: str) -> None:
    assert squeezed(plain) == together


@pytest.mark.parametrize(
    ("plain", "letters"),
    [
        ("c0caine", "cocaine"),
        ("m3th 4mph3t", "meth amphet"),
        ("100 tablets", "100 tablets"),
        ("b12 vitamin", "b12 vitamin"),
    ],
)
def test_digits_within_words_are_read_as_letters(plain: str, letters: str) -> None:
    assert lettered(plain) == letters

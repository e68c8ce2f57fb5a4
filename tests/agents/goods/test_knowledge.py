"""What an item is understood as, with a small vocabulary."""

from datetime import date
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.goods import Brand, Disguise, GoodsKnowledge, Term, TermHit, Understood, Vocabulary
from agents.law.dated import Dated
from agents.law.entries import Category
from schemas.decision import Suggestion
from schemas.manifest import Item

DAY: Final = date(2026, 1, 1)
CHANGE: Final = date(2026, 7, 1)
NARCOTIC: Final = Category(
    "NARCOTIC",
    list_excluded=True,
    simplified_excluded=True,
    prohibited="NARCOTIC",
    source="Act",
    rank=1,
    in_ingredients=True,
)
CITES: Final = Category(
    "CITES",
    list_excluded=True,
    simplified_excluded=True,
    prohibited=None,
    source="Act",
    agency="ENVIRONMENT",
    rank=2,
    in_ingredients=True,
)
FOOD: Final = Category("FOOD", list_excluded=False, simplified_excluded=False, prohibited=None, source="Act", rank=3)
FOOD_LATER: Final = Category(
    "FOOD", list_excluded=True, simplified_excluded=False, prohibited=None, source="Act", rank=3
)

KNOWLEDGE: Final = GoodsKnowledge(
    Vocabulary(
        terms=(
            Term("cocaine", "NARCOTIC"),
            Term("cbd oil", "NARCOTIC"),
            Term("필로폰", "NARCOTIC"),
            Term("honey", "FOOD", weak=True),
            Term("cookies", "FOOD"),
            Term("아몬드", "FOOD"),
            Term("ivory tusk", "CITES", species="Elephantidae"),
        ),
        innocent=("다이아몬드", "honey blonde"),
        brands=(Brand("chanel", "Chanel"), Brand("샤넬", "Chanel"), Brand("coach", "Coach", field_only=True)),
        words={"bag": (("4202", 80),), "手机": (("8517", 100),), "手机壳": (("3926", 100),), "의자": (("9401", 100),)},
    ),
    categories=Dated(
        {
            DAY: {each.name: each for each in (NARCOTIC, CITES, FOOD)},
            CHANGE: {each.name: each for each in (NARCOTIC, CITES, FOOD_LATER)},
        }
    ),
    hs_prefixes={"17": "FOOD", "1704": "FOOD", "9601": "CITES"},
    lookalikes={"о": "o", "с": "c", "а": "a"},
    margins={50: 90},
)


def understand(
    description: str, hs_code: str = "", ingredients: str | None = None, brand: str | None = None
) -> Understood:
    return KNOWLEDGE.understand(Item(description=description, hs_code=hs_code, ingredients=ingredients, brand=brand))


@pytest.mark.parametrize(
    ("item", "hits"),
    [
        pytest.param(("shirt", "610910"), (), id="nothing special"),
        pytest.param(("cookies",), (TermHit("FOOD", "cookies", "WORDS"),), id="by a word"),
        pytest.param(("drops", "170490"), (TermHit("FOOD", "170490", "CODE"),), id="by its code"),
        pytest.param(("cookies", "170490"), (TermHit("FOOD", "170490", "CODE"),), id="once, by its code first"),
        pytest.param(
            ("cookies with cbd oil",),
            (TermHit("FOOD", "cookies", "WORDS"), TermHit("NARCOTIC", "cbd oil", "WORDS")),
            id="several, in order of appearance",
        ),
        pytest.param(("cbd-oil",), (TermHit("NARCOTIC", "cbd oil", "WORDS"),), id="a hyphen for a space"),
        pytest.param(("c-o-c-a-i-n-e",), (TermHit("NARCOTIC", "cocaine", "HIDDEN"),), id="letters apart"),
        pytest.param(("c0caine",), (TermHit("NARCOTIC", "cocaine", "HIDDEN"),), id="digits for letters"),
        pytest.param(("сосаine",), (TermHit("NARCOTIC", "cocaine", "HIDDEN"),), id="Cyrillic letters"),
        pytest.param(("필\u200b로폰",), (TermHit("NARCOTIC", "필로폰", "HIDDEN"),), id="an invisible character"),
        pytest.param(
            ("сumin, cocaine",),
            (TermHit("NARCOTIC", "cocaine", "WORDS"),),
            id="a disguise elsewhere hides no plain word",
        ),
        pytest.param(("다이아몬드 반지",), (), id="a word within an innocent phrase"),
        pytest.param(("다이아몬드, 아몬드",), (TermHit("FOOD", "아몬드", "WORDS"),), id="and outside of it"),
        pytest.param(
            ("honey", "040900"), (TermHit("FOOD", "honey", "WORDS"),), id="a weak word where the code leaves room"
        ),
        pytest.param(("honey", ""), (TermHit("FOOD", "honey", "WORDS"),), id="a weak word without a code"),
        pytest.param(("honey", "610910"), (), id="a weak word against the code"),
        pytest.param(("soap", "340111", "honey, cookies"), (), id="an ingredient that makes no food"),
        pytest.param(
            ("oil", "", "water, cocaine"), (TermHit("NARCOTIC", "cocaine", "WORDS"),), id="an ingredient that counts"
        ),
        pytest.param(
            ("oil", "", "water, c.o.c.a.i.n.e"), (TermHit("NARCOTIC", "cocaine", "HIDDEN"),), id="a hidden ingredient"
        ),
    ],
)
def test_categories(item: tuple[str, ...], hits: tuple[TermHit, ...]) -> None:
    assert understand(*item).hits == hits


def test_the_strictest_category_leads() -> None:
    assert understand("cookies with ivory tusk and cbd oil").category == "NARCOTIC"
    assert understand("cookies with ivory tusk").category == "CITES"
    assert understand("shirt").category is None


@pytest.mark.parametrize(
    ("description", "disguises"),
    [
        ("c-o-c-a-i-n-e", ("spaced letters",)),
        ("c0caine", ("digits for letters",)),
        ("сосаine", ("look-alike letters",)),
        ("l o v e balloons", ()),
        ("t-shirt", ()),
        ("cbd-oil", ()),
        ("아몬드" * 50, ("stuffed with terms",)),
    ],
)
def test_disguises(description: str, disguises: tuple[Disguise, ...]) -> None:
    assert understand(description).disguises == disguises


def test_a_disguise_in_the_ingredients_counts_too() -> None:
    assert understand("oil", "", "сосаine").disguises == ("look-alike letters",)


@pytest.mark.parametrize(
    ("description", "brand", "mark"),
    [
        ("chanel bag", None, "Chanel"),
        ("샤넬가방", None, "Chanel"),
        ("coach tour", None, None),
        ("bag", "Coach", "Coach"),
        ("bag", "ＣＨＡＮＥＬ", "Chanel"),
        ("chanel bag", "coach", "Coach"),
        ("bag", "nobody", None),
        ("bag", "", None),
    ],
)
def test_brands_at_risk(description: str, brand: str | None, mark: str | None) -> None:
    assert understand(description, brand=brand).brand == mark


def test_species_and_amounts_are_named() -> None:
    understood = understand("ivory tusk 500g, 2 bottles of 60 ml, 30 tablets")
    assert (
        understood.cites,
        understood.grams_stated,
        understood.containers,
        understood.volume_ml_stated,
        understood.doses,
    ) == ("Elephantidae", 500, 2, 60, 30)


@pytest.mark.parametrize(
    ("description", "hs_code", "suggestions"),
    [
        pytest.param("bag", "610910", (Suggestion("4202", 0.9),), id="words against the code"),
        pytest.param("bag", "420292", (), id="words with the code"),
        pytest.param("手机壳", "610910", (Suggestion("3926", 0.9),), id="the longer word says what it is"),
        pytest.param("철제 의자", "610910", (Suggestion("9401", 0.9),), id="a Korean word at the end of a compound"),
        pytest.param("의자커버", "610910", (), id="a Korean word at its beginning"),
        pytest.param("bag", "", (), id="no code, no disagreement"),
        pytest.param("bag", "61", (), id="half a code"),
        pytest.param("bag", "abcdef", (), id="no digits"),
    ],
)
def test_suggestions(description: str, hs_code: str, suggestions: tuple[Suggestion, ...]) -> None:
    assert understand(description, hs_code).suggestions == suggestions


@pytest.mark.parametrize(
    ("day", "excluded"), [(date(2026, 6, 30), False), (CHANGE, True)], ids=["on the eve", "on the day"]
)
def test_flags_change_on_a_day(day: date, excluded: bool) -> None:  # noqa: FBT001 - a case's column
    assert KNOWLEDGE.categories_on(day)["FOOD"].list_excluded is excluded


texts = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("cocaine필로폰 -_.0\u200b\u0336о手机壳bag")), max_size=120
)


@given(texts, texts, st.one_of(st.none(), texts), st.one_of(st.none(), texts))
def test_any_text_is_understood_and_always_the_same(
    description: str, hs_code: str, ingredients: str | None, brand: str | None
) -> None:
    understood = understand(description, hs_code, ingredients, brand)
    assert understood == KNOWLEDGE._understand(description, hs_code, ingredients, brand)
    assert {hit.category for hit in understood.hits} <= {"NARCOTIC", "CITES", "FOOD"}


@given(
    st.sampled_from(["cocaine 5 g", "cookies with cbd oil", "필로폰", "다이아몬드", "ivory tusk", "honey"]),
    st.sampled_from("\u200b\u200d\u00ad\u2060\ufeff\u202e"),
    st.integers(0, 20),
)
def test_invisible_characters_never_change_the_categories(text: str, invisible: str, at: int) -> None:
    spoilt = understand(text[:at] + invisible + text[at:])
    assert [(hit.category, hit.term) for hit in spoilt.hits] == [
        (hit.category, hit.term) for hit in understand(text).hits
    ]


def test_the_memory_is_bounded_and_long_texts_are_kept_apart() -> None:
    for number in range(3):
        understand(f"shirt {number}")
        understand("x" * 300 + f"{number}")
    short, long = KNOWLEDGE._understood_short.cache_info(), KNOWLEDGE._understood_long.cache_info()
    assert short.maxsize is not None
    assert long.maxsize is not None
    assert long.maxsize < short.maxsize
    assert long.currsize >= 3

"""Kinds of goods, and everything that says of which kind goods are.

Words, codes, brands, species, look-alike letters.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Final

from agents.goods import Brand, GoodsKnowledge, Term, Vocabulary
from agents.law.dated import Dated
from agents.law.entries import Category
from agents.values.text import fold
from streams.reference.tables import ReferenceDataError, Row, Tables, keyed

if TYPE_CHECKING:
    from datetime import date

PROHIBITED: Final = "NARCOTIC|WEAPON|ARTICLE_234|"
CITES: Final = "CITES"
"""The category of `cites_terms.csv`."""
CHAR: Final = r"U\+[0-9A-F]{4,6}"


def _category(row: Row) -> Category:
    """One kind of goods from a day on."""
    prohibited = row.matching("prohibited", PROHIBITED, "NARCOTIC, WEAPON, ARTICLE_234 or empty") or None
    return Category(
        row.matching("category", "[A-Z][A-Z_0-9]*", "capital letters and underscores"),
        row.yes("list_excluded"),
        row.yes("simplified_excluded"),
        prohibited,
        row["source"],
        row.matching("agency", "[A-Z]*", "capital letters or empty"),
        int(row.matching("rank", r"\d{1,4}", "a whole number; the lowest leads")),
        row.yes("in_ingredients"),
    )


def categories_by_day(tables: Tables) -> Dated[Mapping[str, Category]]:
    """Kinds of goods by name, strictest first, as they hold from each day on which one of them changes."""
    entries = keyed(
        tables.rows("goods_categories.csv"),
        lambda row: f"{row['category']} from {row.day('from')}",
        lambda row: (row.day("from"), _category(row)),
    )
    by_day: dict[date, Mapping[str, Category]] = {}
    so_far: dict[str, Category] = {}
    for day, changes in groupby(
        sorted(entries.values(), key=lambda entry: (entry[0], entry[1].name)), key=lambda entry: entry[0]
    ):
        so_far = {**so_far, **{category.name: category for _, category in changes}}
        by_day[day] = dict(sorted(so_far.items(), key=lambda entry: (entry[1].rank, entry[0])))
    return Dated(by_day)


def _latest(tables: Tables) -> dict[str, Category]:
    """Every kind of goods by its name, as it holds from its last day on."""
    *_, (_, latest) = categories_by_day(tables).items()
    return dict(latest)


def _category_of(row: Row, categories: Mapping[str, Category]) -> Category:
    """The category that a row names."""
    if row["category"] not in categories:
        raise row.wrong("category", "a category of goods_categories.csv")
    return categories[row["category"]]


def _folded_term(row: Row) -> str:
    row.matching("language", "en|ko|zh", "en, ko or zh")
    return row.folded("term")


def _term(row: Row, categories: Mapping[str, Category]) -> Term:
    weak = row.matching("strength", "strong|weak", "strong or weak") == "weak"
    return Term(_folded_term(row), _category_of(row, categories).name, weak)


def _terms(tables: Tables, categories: Mapping[str, Category]) -> dict[str, Term]:
    terms = keyed(tables.rows("goods_terms.csv"), _folded_term, lambda row: _term(row, categories))
    for row in tables.rows("cites_terms.csv"):
        text = _folded_term(row)
        if text in terms:
            raise row.refused(f"{text!r} is already in a table of terms: keep one row")
        row.matching("appendix", "I|II|III|I/II|", "I, II, III, I/II or empty")
        terms[text] = Term(text, CITES, False, row["species"])  # noqa: FBT003 - a struct's fields go by position
    return terms


def _innocent(tables: Tables) -> list[str]:
    return list(keyed(tables.rows("goods_innocent.csv"), lambda row: row.folded("phrase"), lambda row: row.line))


def _prefixes(tables: Tables, categories: Mapping[str, Category]) -> dict[str, Category]:
    return keyed(
        tables.rows("goods_hs.csv"),
        lambda row: row.matching("prefix", r"\d{2}|\d{4}|\d{6}", "2, 4 or 6 digits of a commodity code"),
        lambda row: _category_of(row, categories),
    )


def knowledge(tables: Tables) -> GoodsKnowledge:
    """Everything that is known of goods."""
    by_day = categories_by_day(tables)
    known = _latest(tables)
    vocabulary = Vocabulary(
        terms=tuple(_terms(tables, known).values()),
        innocent=_innocent(tables),
        brands=_brands(tables),
        words=_words(tables),
    )
    prefixes = {prefix: category.name for prefix, category in _prefixes(tables, known).items()}
    return GoodsKnowledge(
        vocabulary, categories=by_day, hs_prefixes=prefixes, lookalikes=_lookalikes(tables), margins=_margins(tables)
    )


def _brands(tables: Tables) -> tuple[Brand, ...]:
    return tuple(
        keyed(
            tables.rows("brands.csv"),
            lambda row: row.folded("term"),
            lambda row: Brand(
                row.folded("term"), row["brand"], row.matching("where", "ANY|FIELD", "ANY or FIELD") == "FIELD"
            ),
        ).values()
    )


def _lookalikes(tables: Tables) -> dict[str, str]:
    """Look-alike characters, each single, with the ASCII text they pass for."""
    pairs = keyed(tables.rows("confusables.csv"), _char, lambda row: row["plain"])
    for row in tables.rows("confusables.csv"):
        char = _char(row)
        if fold(char) != char or not row["plain"].isascii():
            raise row.refused("write the character in its compatibility form (NFKC) and lower case, and plain in ASCII")
    return pairs


def _char(row: Row) -> str:
    return chr(int(row.matching("char", CHAR, "a character such as U+0430").removeprefix("U+"), 16))


def _words(tables: Tables) -> dict[str, tuple[tuple[str, int], ...]]:
    return keyed(tables.rows("hs_words.csv"), lambda row: row["word"], _headings)


def _headings(row: Row) -> tuple[tuple[str, int], ...]:
    weights = row.matching("headings", r"\d{4}:\d{1,4}(?: \d{4}:\d{1,4})*", "headings with weights such as 6109:85")
    return tuple((entry[:4], int(entry[5:])) for entry in weights.split(" "))


def _margins(tables: Tables) -> dict[int, int]:
    shares = keyed(
        tables.rows("hs_margins.csv"),
        lambda row: row.matching("lead", r"\d{1,4}", "a whole number"),
        lambda row: int(row.matching("percent", r"\d{1,2}|100", "0 to 100")),
    )
    return {int(lead): share for lead, share in shares.items()}


def hs(tables: Tables) -> tuple[frozenset[str], str]:
    """Subheadings and the edition they belong to."""
    editions: set[str] = set()

    def code(row: Row) -> str:
        editions.add(row["edition"])
        if len(editions) > 1 or not row["edition"]:
            raise row.wrong("edition", "one edition, the same on every line")
        return row.matching("code", r"\d{6}", "six digits")

    codes = keyed(tables.rows("hs6.csv"), code, lambda row: row.line)
    if not codes:
        raise ReferenceDataError("hs6.csv, line 2: the table is empty: add at least one row")
    return frozenset(codes), editions.pop()


def vague(tables: Tables) -> frozenset[str]:
    """Folded descriptions that say nothing."""
    return frozenset(
        keyed(tables.rows("vague_descriptions.csv"), lambda row: row.folded("phrase"), lambda row: row.line)
    )

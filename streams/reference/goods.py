"""Kinds of goods, and the words and commodity codes that give them."""

from collections.abc import Mapping

from agents.reference import Category, GoodsTerms
from streams.reference.tables import ReferenceDataError, Row, Tables, keyed


def _category(row: Row) -> Category:
    """One kind of goods."""
    prohibited = row.matching("prohibited", "NARCOTIC|WEAPON|", "NARCOTIC, WEAPON or empty") or None
    return Category(row["category"], row.yes("list_excluded"), row.yes("simplified_excluded"), prohibited, row["source"])


def _category_of(row: Row, categories: Mapping[str, Category]) -> Category:
    """The category that a row names."""
    if row["category"] not in categories:
        raise row.wrong("category", "a category of goods_categories.csv")
    return categories[row["category"]]


def goods(tables: Tables, categories: Mapping[str, Category]) -> GoodsTerms:
    """Words and commodity codes by category."""

    def term(row: Row) -> str:
        row.matching("language", "en|ko|zh", "en, ko or zh")
        return row.folded("term")

    terms = keyed(tables.rows("goods_terms.csv"), term, lambda row: _category_of(row, categories))
    prefixes = keyed(
        tables.rows("goods_hs.csv"),
        lambda row: row.matching("prefix", r"\d{2}|\d{4}|\d{6}", "2, 4 or 6 digits of a commodity code"),
        lambda row: _category_of(row, categories),
    )
    return GoodsTerms(terms, prefixes)


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
        raise ReferenceDataError("hs6.csv, line 2: the table is empty, it has to hold at least one row")
    return frozenset(codes), editions.pop()


def categories(tables: Tables) -> dict[str, Category]:
    """Every kind of goods by its name."""
    return keyed(tables.rows("goods_categories.csv"), lambda row: row.matching("category", "[A-Z][A-Z_]*", "capital letters and underscores"), _category)


def vague(tables: Tables) -> frozenset[str]:
    """Folded descriptions that say nothing."""
    return frozenset(keyed(tables.rows("vague_descriptions.csv"), lambda row: row.folded("phrase"), lambda row: row.line))

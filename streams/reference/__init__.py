"""Loads the dated reference data from its tables, strictly: a table with a mistake stops the start.

The tables are meant to be read and changed by people who know the law, so a mistake is answered in one sentence
that names the file, the line, what stands there and what would be right.
"""

from pathlib import Path
from typing import Final

from agents.reference import Reference
from streams.reference import goods, law, registers
from streams.reference.tables import ReferenceDataError, Tables, codes

__all__ = ["FOLDER", "ReferenceDataError", "load"]

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "reference"
"""The tables shipped with the program."""


def load(folder: Path | None = None) -> Reference:
    """All reference data of a folder, the shipped one when none is named."""
    tables = Tables(folder or FOLDER)
    currencies = codes(tables, "currencies.csv", "code", "[A-Z]{3}", "three capital letters")
    categories = goods.categories(tables)
    hs_codes, edition = goods.hs(tables)
    return Reference(
        version=tables.version,
        tariff_edition=edition,
        thresholds=law.thresholds(tables),
        weeks=law.weeks(tables, currencies),
        countries=codes(tables, "countries.csv", "code", "[A-Z]{2}", "two capital letters"),
        currencies=currencies,
        hs_codes=hs_codes,
        carriers=registers.register(tables, "carriers.csv"),
        operators=registers.register(tables, "operators.csv"),
        airline_prefixes=codes(tables, "airlines.csv", "prefix", r"\d{3}", "three digits"),
        vague=goods.vague(tables),
        goods=goods.goods(tables, categories),
        categories=categories,
    )

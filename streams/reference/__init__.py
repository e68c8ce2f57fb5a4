"""Loads the dated reference data from its tables, strictly: a table with a mistake stops the start.

The tables are meant to be read and changed by people who know the law, so a mistake is answered in one sentence
that names the file, the line, what stands there and what would be right.
"""

from pathlib import Path
from typing import Final

from agents.reference import Reference
from streams.prepared import prepared
from streams.reference import goods, importers, law, registers, selection, watchlist
from streams.reference.tables import TABLES, ReferenceDataError, Tables, codes, read
from streams.reference.taxes import taxes

__all__ = ["FOLDER", "ReferenceDataError", "Tables", "load", "load_prepared", "reference_of", "tables_of"]

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "reference"
"""The tables shipped with the program."""


def load(folder: Path | None = None) -> Reference:
    """All reference data of a folder, the shipped one when none is named."""
    return reference_of(Tables.of(folder or FOLDER))


def load_prepared(folder: Path | None, cache_dir: Path) -> Reference:
    """The same with the index of the watch-list, from the cache folder where it was loaded before."""
    named = folder or FOLDER

    def build() -> Reference:
        reference = load(named)
        reference.watchlist.prepare()
        return reference

    return prepared("reference", (file.encode() + b"\0" + read(named / file) for file in TABLES), build, cache_dir)


def tables_of(folder: str) -> Tables:
    """The tables of the folder that the settings name, the shipped one when they name none."""
    return Tables.of(Path(folder) if folder else FOLDER)


def reference_of(tables: Tables) -> Reference:
    """All reference data, from its tables."""
    currencies = codes(tables, "currencies.csv", "code", "[A-Z]{3}", "three capital letters")
    countries = codes(tables, "countries.csv", "code", "[A-Z]{2}", "two capital letters")
    known = goods.knowledge(tables)
    hs_codes, edition = goods.hs(tables)
    rates = selection.rates(tables)
    return Reference(
        version=tables.version,
        tariff_edition=edition,
        thresholds=law.thresholds(tables),
        weeks=law.weeks(tables, currencies),
        countries=countries,
        currencies=currencies,
        hs_codes=hs_codes,
        carriers=registers.register(tables, "carriers.csv"),
        operators=registers.register(tables, "operators.csv"),
        airline_prefixes=codes(tables, "airlines.csv", "prefix", r"\d{3}", "three digits"),
        vague=goods.vague(tables),
        goods=known,
        phases=law.phases(tables),
        self_use=law.self_use(tables, known.categories),
        taxes=taxes(tables, countries),
        importers=importers.register(tables),
        importer_checks=importers.checks(tables),
        sites=selection.sites(tables),
        rates=rates,
        ratings=selection.ratings(tables, rates),
        signals=selection.signals(tables),
        targets=selection.targets(tables),
        assessments=selection.assessments(tables),
        watchlist=watchlist.watchlist(tables),
        embargoes=watchlist.embargoes(tables, countries),
    )

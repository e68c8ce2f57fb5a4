"""Every word that can reach a reader has its Korean, and no row of the table is left over."""

import ast
import csv
from collections.abc import Iterator
from typing import get_args

import pytest

from agents.goods.understood import Disguise
from agents.law.entries import RulePhase
from agents.risk.features import FAMILIES
from agents.risk.model import BASE, OTHER
from agents.rules import RULES, importer, manifest
from agents.rules.format import PURPOSES
from agents.tax import assess
from schemas import dead_letter
from schemas.decision import Desk, Event, Lane, Outcome, Relief, Route, Severity, Tax, Versions
from schemas.importer_answer import Particular
from schemas.messages import holes_of
from schemas.officer_action import ASSESSMENTS
from schemas.receipt import Counts, Status
from streams.i18n import describe, label, translate
from streams.i18n.tables import read
from streams.i18n.vocabulary import words_of
from streams.reference import FOLDER
from streams.settings import CHECKOUT

WORDS = read("words")
TEXTS = [row for row in WORDS if row["kind"] == "text"]
HEADS = {"COLUMNS", "heads"}


def column(table: str, name_of: str) -> set[str]:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as opened:
        return {row[name_of] for row in csv.DictReader(opened)}


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("severity", {*get_args(Severity)}),
        ("route", {*get_args(Route)}),
        ("outcome", {*get_args(Outcome)}),
        ("status", {*get_args(Status)}),
        ("event", {*get_args(Event)}),
        ("desk", {*get_args(Desk)}),
        ("count", {*Counts.__struct_fields__}),
        ("purpose", {*PURPOSES}),
        ("disguise", {*get_args(Disguise)}),
        ("phase", {*get_args(RulePhase)} - {"OFF", "ENFORCE"}),
        ("exempt", {*get_args(Relief), assess.BELOW_FLOOR, assess.FREE} - {"NONE"}),
        ("tax", {*Tax.__struct_fields__, "simplified"} - {"exempt", "exchange_rate", "lines"}),
        ("basis", {rule.basis for rule in RULES}),
        ("category", column("goods_categories", "category")),
        ("assessment", {*ASSESSMENTS}),
        ("unit", column("self_use_limits", "unit")),
        ("risk", {*FAMILIES, BASE, OTHER}),
        ("lane", {*get_args(Lane)}),
        ("version", {*Versions.__struct_fields__}),
        ("postal route", {"LIST", "SIMPLIFIED", "GENERAL"}),
        ("state", {*importer.NOT_IN_FORCE}),
        ("particular", {*get_args(Particular), "address"}),
        ("mode", {*manifest.MODES}),
        ("dead letter", {code for name, code in vars(dead_letter).items() if name.isupper()}),
    ],
)
def test_the_words_of_a_kind_are_those_of_the_wire(kind: str, known: set[str]) -> None:
    assert words_of(kind).keys() == known


def test_each_word_stands_there_once_with_both_languages() -> None:
    keys = [(row["kind"], row["word"] or row["en"]) for row in WORDS]
    assert len(keys) == len(set(keys))
    assert [row for row in WORDS if not (row["en"].strip() and row["ko"].strip())] == []


def translated_texts() -> Iterator[str]:
    """Every line that a command says, and every text in the heads of its tables."""
    for path in sorted([path for folder in ("cli", "i18n") for path in (CHECKOUT / "streams" / folder).glob("*.py")]):
        source = path.read_text(encoding="utf-8")
        if "streams.i18n" in source:
            for node in ast.walk(ast.parse(source)):
                yield from _texts(node)


def _texts(node: ast.AST) -> Iterator[str]:
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "translate"
        and len(node.args) > 1
    ):
        yield from _strings(node.args[1])
    elif isinstance(node, ast.ListComp):  # [translate(lang, head) for head in (...)]
        yield from _strings(node.generators[0].iter)
    elif (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id in HEADS
        and node.value is not None
    ):
        yield from _strings(node.value)


def _strings(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _strings(node.body)
        yield from _strings(node.orelse)
    elif isinstance(node, ast.Tuple):
        for element in node.elts:
            yield from _strings(element)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def test_every_line_that_commands_say_is_in_the_table_and_no_other() -> None:
    assert {row["en"] for row in TEXTS} == set(translated_texts())


@pytest.mark.parametrize("row", TEXTS, ids=lambda row: row["en"])
def test_the_holes_of_both_languages_agree(row: dict[str, str]) -> None:
    assert set(holes_of(row["ko"])) == set(holes_of(row["en"]))


def test_a_word_nobody_has_put_into_korean_stays_as_it_is() -> None:
    assert (
        label("category", "NEW", "ko"),
        describe("category", "NEW", "ko"),
        translate("ko", "not said anywhere"),
    ) == (
        "NEW",
        "",
        "not said anywhere",
    )

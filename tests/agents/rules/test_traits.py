"""Traits: whom a rule is not asked of, it would find nothing in."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from agents.case import Case
from agents.rules import PARCEL_RULES, traits
from agents.rules.phases import Questions, asked, questions
from agents.rules.rule import Found
from tests.agents.rules.test_policy import TABLES
from tests.parcels import case, export_case, parcel

CHECKS = frozenset(row.check for row in PARCEL_RULES)
FOUND = [row for row in TABLES if row.values[0] in CHECKS and row.values[2] and isinstance(row.values[1], Case)]
"""Everything that the tables of rules know a rule to find."""


def _lacks(check: Callable[[Case], Iterator[Found]], of: Case) -> int:
    """The traits that a rule is said to need and a parcel has not."""
    return traits.needs(check) & ~traits.of_parcel(of, traits.of_header(of.header, of.reference.carriers.get(of.carrier)))


@pytest.mark.parametrize(("check", "of", "found"), FOUND)
def test_what_a_rule_finds_has_the_traits_it_needs(check: Callable[[Case], Iterator[Found]], of: Case, found: list[str]) -> None:
    assert found
    assert _lacks(check, of) == 0


def test_a_rule_that_is_said_to_need_too_much_is_noticed() -> None:
    """The check above can fail."""

    @traits.about(traits.SSCC)
    def finds_ioss(case: Case) -> Iterator[Found]:
        if case.parcel.ioss:
            yield Found("/ioss", "found")

    of = case(parcel(ioss="IM2760000017"))
    assert any(finds_ioss(of))
    assert _lacks(finds_ioss, of) == traits.SSCC


@pytest.mark.parametrize(
    ("changes", "trait"),
    [
        pytest.param({"sscc": "1"}, traits.SSCC, id="an SSCC"),
        pytest.param({"ioss": "1"}, traits.IOSS, id="an IOSS number"),
        pytest.param({"consignor": {"eori": "1"}}, traits.EORI, id="an EORI number of the sender"),
        pytest.param({"consignee": {"eori": "1"}}, traits.EORI, id="an EORI number of the receiver"),
        pytest.param({"consignee": {"business_number": "1"}}, traits.BUSINESS, id="a business number"),
        pytest.param({"purpose": "COMMERCIAL"}, traits.COMMERCIAL, id="goods for trade"),
        pytest.param({"freight": None}, traits.NO_FREIGHT, id="no freight"),
        pytest.param({"ecommerce": False}, traits.NOT_ECOMMERCE, id="no e-commerce"),
        pytest.param({"items": [{"description": "vitamin C 60 tablets", "hs_code": "210690"}]}, traits.CATEGORY, id="goods of a category"),
        pytest.param({"items": [{"description": "c\u200bo\u200bt\u200bt\u200bo\u200bn shirt"}]}, traits.DISGUISED, id="disguised text"),
        pytest.param({"items": [{"amount": "5000.00"}]}, traits.DEAR, id="a high price"),
        pytest.param({"order": {"paid": "5000.00"}}, traits.PAID_OTHERWISE, id="another sum paid"),
        pytest.param({"currency": "XXX"}, traits.UNPRICED, id="no price"),
        pytest.param({"consignee": {"clearance_code": "X"}}, traits.UNCODED, id="no clearance code"),
        pytest.param({"purpose": "GIFT"}, traits.NOT_SELF_USE, id="a gift"),
        pytest.param({"items": [{"hs_code": "6109100000"}]}, traits.NOT_SIX_DIGITS, id="a code of ten digits"),
    ],
)
def test_a_trait_is_of_those_that_have_it(changes: dict[str, Any], trait: int) -> None:
    def has(of: Case) -> bool:
        return bool(traits.of_parcel(of, traits.of_header(of.header, of.reference.carriers.get(of.carrier))) & trait)

    assert has(case(parcel(**changes)))
    assert not has(case(parcel()))


@pytest.mark.parametrize("of", [case(), export_case()], ids=["import", "export"])
def test_an_ordinary_parcel_is_asked_about_half(of: Case) -> None:
    rules = questions(PARCEL_RULES, of.law).of(traits.of_parcel(of, traits.of_header(of.header, of.reference.carriers.get(of.carrier))))
    assert len(rules) < len(PARCEL_RULES) * 2 / 3


def test_all_traits_ask_all_rules_in_their_order() -> None:
    law = case().law
    assert questions(PARCEL_RULES, law).of(-1) == asked(PARCEL_RULES, law)


def test_ever_new_traits_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.rules.phases.TRAITS_REMEMBERED", 4)
    asks = Questions(asked(PARCEL_RULES, case().law))
    for known in range(40):
        assert asks.of(known) == tuple(rule for rule in asked(PARCEL_RULES, case().law) if rule.needs & known == rule.needs)
        assert len(asks._by_traits) <= 4

"""Traits: whom a rule is not asked of, it would find nothing in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from agents.law.dated import Dated
from agents.law.entries import Target, TargetKind
from agents.parcel.case import Case
from agents.rules import PARCEL_RULES, numbers, traits
from agents.rules.phases import RuleIndex, active_rules, rule_index
from agents.rules.rule import Found
from agents.rules.traits import Traits
from tests.agents.rules.test_policy import TABLES
from tests.parcels import TODAY, case, export_case, header, parcel
from tests.reference import REFERENCE

REQUIRES = {row.check: row.requires for row in PARCEL_RULES}
FOUND = [row for row in TABLES if row.values[0] in REQUIRES and row.values[2] and isinstance(row.values[1], Case)]
"""Everything that the tables of rules know a rule to find."""


def _traits(of: Case) -> int:
    return Traits(of.header, of.carrier, of.reference, of.law).of(of)


def _lacks(requires: int, of: Case) -> int:
    """The traits that a rule requires and a parcel has not."""
    return requires & ~_traits(of)


@pytest.mark.parametrize(("check", "of", "found"), FOUND)
def test_what_a_rule_finds_has_the_traits_it_needs(
    check: Callable[[Case], Iterator[Found]], of: Case, found: list[str]
) -> None:
    assert found
    assert _lacks(REQUIRES[check], of) == 0


def test_a_rule_that_is_said_to_need_too_much_is_noticed() -> None:
    """The check above can fail."""
    of = case(parcel(ioss="IM2760000017"))
    assert any(numbers.ioss_is_for_exports(of))
    assert _lacks(traits.SSCC | traits.IMPORTED, of) == traits.SSCC


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
        pytest.param(
            {"items": [{"description": "vitamin C 60 tablets", "hs_code": "210690"}]},
            traits.EXCLUDED,
            id="goods of a category",
        ),
        pytest.param({"items": [{"description": "hemp"}]}, traits.PROHIBITED, id="goods that are prohibited"),
        pytest.param({"items": [{"description": "coffee beans, raw"}]}, traits.QUARANTINED, id="goods for quarantine"),
        pytest.param(
            {"items": [{"description": "crocodile leather wallet"}]},
            traits.PROTECTED,
            id="goods of a protected species",
        ),
        pytest.param(
            {"items": [{"description": "c\u200bo\u200bt\u200bt\u200bo\u200bn shirt"}]},
            traits.DISGUISED,
            id="disguised text",
        ),
        pytest.param({"items": [{"amount": "5000.00"}]}, traits.ABOVE_LIST_LIMIT, id="a high price"),
        pytest.param({"order": {"paid": "5000.00"}}, traits.PAID_OTHERWISE, id="another sum paid"),
        pytest.param({"currency": "XXX"}, traits.UNPRICED, id="no price"),
        pytest.param({"consignee": {"clearance_code": "X"}}, traits.NO_CLEARANCE_CODE, id="no clearance code"),
        pytest.param({"purpose": "GIFT"}, traits.NOT_SELF_USE, id="a gift"),
        pytest.param({"items": [{"hs_code": "6109100000"}]}, traits.NOT_SIX_DIGITS, id="a code of ten digits"),
        pytest.param({"consignee": {"address": ""}}, traits.FIELD_MISSING, id="no address of the receiver"),
        pytest.param({"consignor": {"country": ""}}, traits.FIELD_MISSING, id="no country of the sender"),
        pytest.param({"items": []}, traits.FIELD_MISSING, id="no goods"),
        pytest.param({"consignee": {"name": "..."}}, traits.PLACEHOLDER_TEXT, id="a name of signs"),
        pytest.param({"consignor": {"name": "xxx"}}, traits.PLACEHOLDER_TEXT, id="a sender of one letter"),
        pytest.param(
            {"items": [{"description": "jpg"}]}, traits.PLACEHOLDER_TEXT, id="a description that is a file extension"
        ),
        pytest.param({"consignee": {"name_en": "KIM\nMINSEO"}}, traits.UNPRINTABLE, id="a line break in a name"),
        pytest.param({"items": [{"ingredients": "a\x00b"}]}, traits.UNPRINTABLE, id="a NUL in the ingredients"),
        pytest.param({"items": [{"brand": "900101-1234567"}]}, traits.RESIDENT, id="a resident number as a brand"),
        pytest.param(
            {"order": {"order_number": "900101-1234567"}}, traits.RESIDENT, id="a resident number as an order's"
        ),
        pytest.param(
            {"items": [{"url": "https://a.example/900101-1234567"}]},
            traits.RESIDENT,
            id="a resident number in an address of the web",
        ),
        pytest.param({"consignee": {"auth_number": None}}, traits.UNAUTHORISED, id="no one-time number"),
        pytest.param({"consignee": {"phone": "1"}}, traits.ODD_PHONE, id="no phone"),
        pytest.param({"consignee": {"postcode": "1"}}, traits.ODD_POSTCODE, id="no postcode"),
        pytest.param(
            {"consignee": {"address": "서울특별시 강남구 테헤란로"}},
            traits.ODD_ADDRESS,
            id="an address without a number",
        ),
        pytest.param({"house_bill": "KX 1"}, traits.ODD_BILL, id="a space in a house bill"),
        pytest.param({"order": {"purchased_on": "2026-02-30"}}, traits.ODD_DAY, id="no day of the calendar"),
        pytest.param({"items": [{"amount": "0"}]}, traits.ODD_AMOUNT, id="nothing paid for a line"),
        pytest.param({"freight": "five"}, traits.ODD_AMOUNT, id="a freight in words"),
        pytest.param({"order": {"paid": "five"}}, traits.ODD_AMOUNT, id="a payment in words"),
        pytest.param({"items": [{"quantity": 3}]}, traits.LINE_TOTAL_MISMATCH, id="an amount for another quantity"),
        pytest.param(
            {"items": [{"net_weight_g": 1, "amount": "5000.00"}]}, traits.ODD_VALUE, id="a gram worth thousands"
        ),
        pytest.param({"gross_weight_g": 1}, traits.HEAVY, id="lines that weigh more than the parcel"),
        pytest.param({"items": [{"quantity": 10_000}]}, traits.MANY_UNITS, id="thousands of units"),
        pytest.param({"pieces": 0}, traits.NOT_ABOVE_ZERO, id="no pieces"),
        pytest.param({"items": [{"unit": " "}]}, traits.NOT_ABOVE_ZERO, id="no unit"),
        pytest.param({"items": [{"volume_ml": 0}]}, traits.NOT_ABOVE_ZERO, id="no volume"),
        pytest.param({"items": [{"origin": "ZZ"}]}, traits.ODD_COUNTRY, id="an origin that is none"),
        pytest.param({"consignor": {"country": "ZZ"}}, traits.ODD_COUNTRY, id="a sender's country that is none"),
        pytest.param({"currency": "ZZZ"}, traits.ODD_CURRENCY, id="a currency that is none"),
        pytest.param(
            {"order": {"platform": "nobody knows it"}}, traits.ODD_PLATFORM, id="a platform that is not registered"
        ),
        pytest.param({"items": [{"description": "gift"}]}, traits.VAGUE, id="a vague description"),
        pytest.param({"consignor": {"address": "Hangzhou"}}, traits.VAGUE_LOADING_DATA, id="a sender without a place"),
        pytest.param({"items": [{"description": "consolidation"}]}, traits.VAGUE_LOADING_DATA, id="a consolidation"),
    ],
)
def test_a_trait_is_of_those_that_have_it(changes: dict[str, Any], trait: int) -> None:
    def has(of: Case) -> bool:
        return bool(_traits(of) & trait)

    assert has(case(parcel(**changes)))
    assert not has(case(parcel()))


@pytest.mark.parametrize("of", [case(), export_case()], ids=["import", "export"])
def test_an_ordinary_parcel_is_asked_nearly_nothing(of: Case) -> None:
    assert len(rule_index(PARCEL_RULES, of.law).of(_traits(of))) < len(PARCEL_RULES) / 10


UNDER_EMBARGO = replace(REFERENCE, embargoes={"KP": Dated({TODAY: "measure"})})


def _targeted(kind: TargetKind, value: str) -> Case:
    return case(reference=replace(REFERENCE, targets=(Target(kind, value, TODAY, TODAY, "XRAY", "t-1"),)))


@pytest.mark.parametrize(
    ("of", "trait", "is_so"),
    [
        pytest.param(_targeted("CONVEYANCE", "kx0853"), traits.TARGETED, True, id="the flight is named"),
        pytest.param(_targeted("CONVEYANCE", "kx0854"), traits.TARGETED, False, id="another flight is named"),
        pytest.param(
            _targeted("SENDER", "somebody else"),
            traits.TARGETED,
            True,
            id="a sender is named, whoever it is: the rule looks",
        ),
        pytest.param(
            case(header_=header(departure_port="KPFNJ"), reference=UNDER_EMBARGO),
            traits.EMBARGOED,
            True,
            id="the port lies under embargo",
        ),
        pytest.param(
            case(parcel(items=[{"origin": "KP"}]), reference=UNDER_EMBARGO),
            traits.EMBARGOED,
            True,
            id="made under embargo",
        ),
        pytest.param(
            case(parcel(consignor={"country": "KP"}), reference=UNDER_EMBARGO),
            traits.EMBARGOED,
            True,
            id="sent from under embargo",
        ),
        pytest.param(case(reference=UNDER_EMBARGO), traits.EMBARGOED, False, id="nothing lies under embargo"),
        pytest.param(
            case(header_=header(departs_at="2026-11-23T10:00:00+09:00")),
            traits.LOADING,
            False,
            id="loaded before it was lodged",
        ),
        pytest.param(
            case(header_=header(departs_at="2026-11-23T23:00:00+09:00")),
            traits.LOADING,
            True,
            id="lodged before departure",
        ),
    ],
)
def test_a_manifest_gives_its_parcels_traits(of: Case, trait: int, is_so: bool) -> None:  # noqa: FBT001 - a column
    assert bool(_traits(of) & trait) == is_so


def test_all_traits_ask_all_rules_in_their_order() -> None:
    law = case().law
    assert rule_index(PARCEL_RULES, law).of(-1) == active_rules(PARCEL_RULES, law)


def test_ever_new_traits_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.rules.phases.TRAITS_REMEMBERED", 4)
    asks = RuleIndex(active_rules(PARCEL_RULES, case().law))
    for known in range(40):
        assert asks.of(known) == tuple(
            rule for rule in active_rules(PARCEL_RULES, case().law) if rule.requires & known == rule.requires
        )
        assert len(asks._by_traits) <= 4

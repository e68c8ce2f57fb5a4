"""From findings to procedure, exemption, outcome, desks and silence."""

from itertools import combinations
from typing import Final

import pytest

from agents.parcel.case import Case
from agents.rules import LINK_RULES, PARCEL_RULES
from agents.rules.outcome import (
    ACTIONS,
    OF_ROUTE,
    PRECEDENCE,
    acting,
    closed_by,
    desks_of,
    is_covert,
    is_silent,
    outcome_of,
    relief_of,
    route_of,
)
from agents.rules.rule import Procedure, Rule
from schemas.decision import Finding, Outcome, Phase, Relief, Route, Severity
from schemas.topics import CLEARANCE_OF_ROUTE, SECURITY_OF_DESK
from tests.parcels import case, export_case, export_parcel, header, parcel

ORDER: Final = list(PRECEDENCE)


def found(name: str, severity: Severity = "ACT", phase: Phase = "ENFORCE") -> Finding:
    """A finding of the rule with this name, which one rule alone has."""
    (code,) = [code for code, other in ACTIONS if other == name]
    return Finding(code, severity, "", "", {}, name, phase=phase)


def rules(*names: str) -> list[Rule]:
    return acting(list(map(found, names)))


def judged(subject: Case) -> list[Rule]:
    """The rules that act on a case."""
    return [rule for rule in PARCEL_RULES if rule.severity == "ACT" and any(rule.check(subject))]


# Outcome


@pytest.mark.parametrize(
    ("route", "names", "outcome"),
    [
        pytest.param("LIST", [], "RELEASE", id="nothing found"),
        pytest.param("EXPORT_LIST", [], "RELEASE", id="nothing found in an export"),
        pytest.param("SIMPLIFIED", [], "DECLARE", id="a route that asks for a declaration"),
        pytest.param("LIST", ["rate_exists"], "DOC_CHECK", id="a missing rate"),
        pytest.param("GENERAL", ["rate_exists"], "DECLARE", id="a declaration counts more than a look at papers"),
        pytest.param("SIMPLIFIED", ["goods_may_use_the_list"], "DECLARE", id="a rule that only closes the list"),
        pytest.param(
            "LIST",
            ["price_is_within_list_limit", "address_is_plausible"],
            "INSPECT",
            id="an inspection counts more than a declaration",
        ),
        pytest.param(
            "SIMPLIFIED",
            ["health_goods_are_few", "address_is_plausible"],
            "INSPECT",
            id="an inspection counts more than an agency's approval",
        ),
        pytest.param(
            "GENERAL",
            ["price_is_within_list_limit", "address_is_plausible", "no_narcotics"],
            "HOLD",
            id="a hold counts most",
        ),
        pytest.param("LIST", ["receives_too_much", "rate_exists"], "HOLD", id="a hold of screening"),
        pytest.param("GENERAL", ["bill_is_not_split"], "DECLARE", id="parcels taxed as one"),
    ],
)
def test_the_most_careful_counts(route: Route, names: list[str], outcome: Outcome) -> None:
    assert outcome_of(route, rules(*names)) == outcome
    assert outcome_of(route, rules(*reversed(names))) == outcome


@pytest.mark.parametrize("severity", ["REJECT", "WARN", "INFO"])
def test_only_act_acts(severity: Severity) -> None:
    for _, name in ACTIONS:
        assert acting([found(name, severity)]) == []
        assert desks_of([found(name, severity)]) == {}
        assert not is_silent(found(name, severity))


def test_an_action_is_known_by_code_and_name() -> None:
    """Several rules of one code do different things."""
    assert [
        (rule.code, rule.id, rule.closes) for rule in rules("goods_may_use_the_list", "prohibited_goods_use_no_list")
    ] == [
        ("XF-05", "goods_may_use_the_list", "LIST"),
        ("XF-05", "prohibited_goods_use_no_list", "SIMPLIFIED"),
    ]


def test_every_action_does_something() -> None:
    assert [
        name
        for (_, name), rule in ACTIONS.items()
        if rule.outcome is None and rule.closes is None and not rule.taxes and not rule.covert
    ] == []


def test_another_finding_never_makes_it_easier() -> None:
    names = [name for _, name in ACTIONS]
    for route in OF_ROUTE:
        for one, other in combinations(names, 2):
            alone, both = (outcome_of(route, rules(*found)) for found in ([one], [one, other]))
            assert ORDER.index(both) <= ORDER.index(alone)


# Procedure


@pytest.mark.parametrize(
    ("names", "closed"),
    [
        pytest.param([], None, id="nothing"),
        pytest.param(["address_is_plausible"], None, id="a rule that closes nothing"),
        pytest.param(["goods_may_use_the_list", "address_is_plausible"], "LIST", id="the list"),
        pytest.param(
            ["goods_may_use_the_list", "goods_may_use_the_simplified_declaration"],
            "SIMPLIFIED",
            id="the simplified declaration counts more",
        ),
        pytest.param(
            ["goods_may_use_the_simplified_declaration", "goods_may_use_the_list"], "SIMPLIFIED", id="in whatever order"
        ),
    ],
)
def test_what_rules_close(names: list[str], closed: Procedure | None) -> None:
    assert closed_by(rules(*names)) == closed


def sent(amount: str, *more: str, mode: str = "AIR_EXPRESS", **changes: object) -> Case:
    """A parcel of one priced line and more lines by their description, each for nothing."""
    lines = [{"amount": amount}, *({"description": description, "amount": "0"} for description in more)]
    return case(parcel(items=lines, **changes), header_=header(mode=mode))


US: Final = {"country": "US"}
COMPANY: Final = {"clearance_code": None, "auth_number": None, "business_number": "120-81-47521"}


@pytest.mark.parametrize(
    ("subject", "route"),
    [
        pytest.param(sent("5"), "LIST", id="nothing special"),
        pytest.param(sent("5", "vitamin C"), "SIMPLIFIED", id="one excluded line taints the parcel"),
        pytest.param(sent("5", "vitamin C", consignor=US), "SIMPLIFIED", id="excluded goods from the United States"),
        pytest.param(sent("2000.01", "vitamin C"), "GENERAL", id="excluded goods above 2,000"),
        pytest.param(sent("5", "crocodile bag"), "GENERAL", id="excluded from the simplified declaration"),
        pytest.param(sent("5", "stun gun"), "GENERAL", id="prohibited"),
        pytest.param(sent("5", "teddy bear"), "LIST", id="a category that changes nothing"),
        pytest.param(sent("5", purpose="COMMERCIAL"), "SIMPLIFIED", id="commercial goods"),
        pytest.param(sent("2000.01", purpose="COMMERCIAL"), "GENERAL", id="commercial goods above 2,000"),
        pytest.param(sent("5", purpose="GIFT"), "LIST", id="a gift"),
        pytest.param(sent("150.00", purpose="SAMPLE"), "LIST", id="a sample of 150"),
        pytest.param(sent("150.01", purpose="SAMPLE"), "SIMPLIFIED", id="a sample above"),
        pytest.param(sent("5", consignee=COMPANY), "SIMPLIFIED", id="a company's own use"),
        pytest.param(sent("5", order={"platform": "suspended"}), "SIMPLIFIED", id="an operator without registration"),
        pytest.param(case(parcel(items=[{"quantity": 31}])), "SIMPLIFIED", id="more units than a person uses"),
        pytest.param(
            case(parcel(items=[{"description": "perfume", "volume_ml": 61, "quantity": 1}])),
            "SIMPLIFIED",
            id="61 ml of perfume",
        ),
        pytest.param(
            case(parcel(items=[{"description": "vitamin", "quantity": 7}])),
            "SIMPLIFIED",
            id="seven bottles of vitamins",
        ),
        pytest.param(case(is_correction=True), "SIMPLIFIED", id="a house bill that a correction adds"),
        pytest.param(sent("five"), "GENERAL", id="no price"),
        pytest.param(
            export_case(export_parcel(items=[{"description": "crocodile bag"}])),
            "EXPORT_LIST",
            id="an export of goods that could not come in so",
        ),
        pytest.param(
            export_case(export_parcel(items=[{"description": "stun gun", "amount": "1429"}])),
            "EXPORT_GENERAL",
            id="a dear export",
        ),
    ],
)
def test_procedure(subject: Case, route: Route) -> None:
    assert route_of(subject, judged(subject)) == route


def test_what_is_kept_from_the_import_list_may_leave_on_the_export_list() -> None:
    for name in ("goods_may_use_the_list", "goods_may_use_the_simplified_declaration"):
        assert route_of(case(), rules(name)) != "LIST"
        assert route_of(export_case(), rules(name)) == "EXPORT_LIST"


# Exemption


def holding(
    description: str, amount: str = "100", volume_ml: int | None = None, quantity: int = 1, **changes: object
) -> Case:
    return case(
        parcel(
            items=[
                {
                    "description": description,
                    "amount": amount,
                    "unit_price": amount,
                    "quantity": quantity,
                    "volume_ml": volume_ml,
                }
            ],
            **changes,
        )
    )


@pytest.mark.parametrize(
    ("subject", "relief"),
    [
        pytest.param(sent("150.00"), "SMALL_VALUE", id="150.00"),
        pytest.param(sent("150.0001"), "NONE", id="the smallest amount above: all of it is taxed"),
        pytest.param(sent("150.00", purpose="GIFT"), "SMALL_VALUE", id="a gift"),
        pytest.param(sent("150.00", purpose="SAMPLE", consignee=COMPANY), "SMALL_VALUE", id="a sample for a company"),
        pytest.param(sent("200.00", consignor=US), "SMALL_VALUE", id="200.00 from the United States on the list"),
        pytest.param(sent("200.01", consignor=US), "NONE", id="200.01 from there"),
        pytest.param(sent("150.01", consignor=US, mode="POST"), "NONE", id="150.01 from there by post"),
        pytest.param(sent("150.01", "vitamin C", consignor=US), "NONE", id="150.01 from there with excluded goods"),
        pytest.param(
            sent("150.00", "vitamin C", consignor=US), "SMALL_VALUE", id="150.00 from there with excluded goods"
        ),
        pytest.param(
            sent("150.01", consignor=US, order={"platform": "suspended"}),
            "NONE",
            id="150.01 from there, kept from the list by its operator",
        ),
        pytest.param(sent("150.00", "vitamin C"), "SMALL_VALUE", id="excluded from the list and still exempt"),
        pytest.param(sent("5", "crocodile bag"), "SMALL_VALUE", id="declared in general and still exempt"),
        pytest.param(sent("5", "stun gun"), "NONE", id="prohibited"),
        pytest.param(sent("5", purpose="COMMERCIAL"), "NONE", id="commercial goods"),
        pytest.param(sent("5", consignee=COMPANY), "NONE", id="a company's own use"),
        pytest.param(case(parcel(items=[{"quantity": 31}])), "NONE", id="more units than a person uses"),
        pytest.param(
            case(is_correction=True), "SMALL_VALUE", id="a house bill that a correction adds must be declared, no more"
        ),
        pytest.param(holding("vitamin C", quantity=6), "SMALL_VALUE", id="six bottles of vitamins"),
        pytest.param(holding("vitamin C", quantity=7), "NONE", id="seven"),
        pytest.param(holding("perfume", volume_ml=60), "SMALL_VALUE", id="60 ml of perfume"),
        pytest.param(holding("perfume", volume_ml=61), "NONE", id="61 ml of perfume"),
        pytest.param(holding("whisky", volume_ml=1000), "DUTY", id="a litre of whisky: of duty alone"),
        pytest.param(holding("whisky", volume_ml=1000, amount="150.00"), "DUTY", id="a litre for 150.00"),
        pytest.param(holding("whisky", volume_ml=1000, amount="150.01"), "NONE", id="a litre for 150.01"),
        pytest.param(
            holding("whisky", volume_ml=1000, amount="150.01", consignor=US),
            "NONE",
            id="a litre for 150.01 from the United States",
        ),
        pytest.param(holding("whisky", volume_ml=1001), "NONE", id="more than a litre"),
        pytest.param(holding("whisky", volume_ml=10, quantity=2), "NONE", id="two bottles"),
        pytest.param(sent("140", "whisky"), "DUTY", id="a bottle beside other goods"),
        pytest.param(sent("five"), "NONE", id="no price"),
        pytest.param(sent("5", currency="JPY"), "NONE", id="no rate"),
        pytest.param(export_case(), "EXPORT", id="an export"),
        pytest.param(
            export_case(export_parcel(purpose="COMMERCIAL", items=[{"amount": "9999"}])),
            "EXPORT",
            id="a dear commercial export",
        ),
        pytest.param(export_case(export_parcel(currency="JPY")), "EXPORT", id="an export without a rate"),
    ],
)
def test_exemption(subject: Case, relief: Relief) -> None:
    acted = judged(subject)
    assert relief_of(subject, route_of(subject, acted), acted) == relief


@pytest.mark.parametrize("name", [name for (_, name), rule in ACTIONS.items() if rule.taxes])
def test_one_rule_ends_the_exemption_of_all(name: str) -> None:
    for other in ([], ["address_is_plausible"], ["rate_exists", "goods_may_use_the_list"]):
        assert relief_of(case(), "LIST", rules(*other, name)) == "NONE"
        assert relief_of(case(), "LIST", rules(name, *other)) == "NONE"
        assert relief_of(case(), "LIST", rules(*other)) == "SMALL_VALUE"


# Who hears of it


def test_desks_hear_their_own_findings() -> None:
    desks = desks_of(
        map(
            found,
            [
                "address_is_plausible",
                "price_is_within_list_limit",
                "no_narcotics",
                "no_weapons",
                "receives_too_much",
                "code_is_not_shared",
                "bill_is_not_split",
            ],
        )
    )
    assert {desk: [finding.code for finding in findings] for desk, findings in desks.items()} == {
        "INSPECTION": ["FMT-06"],
        "INVESTIGATION": ["RG-02", "RG-03", "XP-06"],
        "HOLD": ["XP-05"],
        "REFERRAL": ["XP-02"],
    }
    assert set(desks) <= set(SECURITY_OF_DESK)


def test_what_is_silent() -> None:
    silent = {
        "prohibited_goods_use_no_list",
        "text_hides_nothing",
        "no_prohibited_articles",
        "no_narcotics",
        "no_weapons",
        "code_is_not_shared",
        "no_party_is_sanctioned",
    }
    covert = {
        "no_party_resembles_a_listed_one",
        "no_intelligence_target",
        "risk_is_below_cutoff",
        "not_sampled_at_random",
    } | {rule.id for rule in LINK_RULES}
    assert {name for _, name in ACTIONS if is_silent(found(name))} == silent | covert
    assert {name for _, name in ACTIONS if is_covert(found(name))} == covert


@pytest.mark.parametrize(
    ("severity", "phase", "silent"),
    [
        pytest.param("INFO", "OBSERVE", True, id="watched"),
        pytest.param("INFO", "ENFORCE", False, id="told"),
        pytest.param("WARN", "WARN", False, id="a warning before its time"),
        pytest.param("ACT", "ENFORCE", False, id="in force"),
    ],
)
def test_what_is_only_watched_is_silent(severity: Severity, phase: Phase, *, silent: bool) -> None:
    assert is_silent(found("address_is_plausible", severity, phase)) is silent


def test_every_route_has_an_outcome_and_a_topic() -> None:
    assert set(OF_ROUTE) == set(CLEARANCE_OF_ROUTE)
    assert set(OF_ROUTE.values()) <= set(PRECEDENCE)

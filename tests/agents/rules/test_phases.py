"""A rule's phases: not asked, watched, told, in force, and the day on which one becomes the next."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final

import pytest

from agents.law.entries import RulePhase
from agents.rules import PARCEL_RULES, SCREENING_RULES
from agents.rules.outcome import is_silent
from agents.rules.phases import active_rules, is_observed
from agents.rules.rule import Found, Rule
from schemas import limits, topics
from schemas.decision import Finding, Severity
from streams.kafka.record import StoredRecord
from tests.flow import Flow, Json, decisions, decoded, processor_of, receipt
from tests.parcels import TODAY, manifest
from tests.reference import LONG_AGO, phased


def finds(_: object) -> Iterator[Found]:
    """Nothing is right."""
    yield Found("/x", "RANDOM_DRAW", {"figure": "1"})


def row(severity: Severity, *, silent: bool = False) -> Rule:
    return Rule("XX-01", "finds", finds, severity, "made up", silent=silent)


def said(rule: Rule, phase: RulePhase) -> list[Finding]:
    """What a rule says in a phase."""
    law = phased({"XX-01": phase}).on(TODAY)
    return [
        asking.finding(found, "/parcels/0") for asking in active_rules((rule,), law) for found in asking.check(None)
    ]


@pytest.mark.parametrize(
    ("severity", "phase", "becomes"),
    [
        pytest.param("REJECT", "ENFORCE", "REJECT", id="a refusal in force"),
        pytest.param("REJECT", "WARN", "WARN", id="a refusal as a warning"),
        pytest.param("REJECT", "OBSERVE", "INFO", id="a refusal, watched"),
        pytest.param("ACT", "ENFORCE", "ACT", id="an action in force"),
        pytest.param("ACT", "WARN", "WARN", id="an action as a warning"),
        pytest.param("ACT", "OBSERVE", "INFO", id="an action, watched"),
        pytest.param("WARN", "WARN", "WARN", id="a warning stays one"),
        pytest.param("WARN", "OBSERVE", "INFO", id="a warning, watched"),
        pytest.param("INFO", "WARN", "INFO", id="an explanation stays one"),
    ],
)
def test_what_becomes_of_a_finding(severity: Severity, phase: RulePhase, becomes: Severity) -> None:
    (finding,) = said(row(severity), phase)
    assert (finding.code, finding.rule, finding.path, finding.severity) == ("XX-01", "finds", "/parcels/0/x", becomes)
    assert (finding.evidence, finding.phase) == ({"figure": "1"}, phase)
    assert is_observed(finding) is (phase == "OBSERVE")


def test_a_rule_that_is_off_is_not_asked() -> None:
    assert said(row("REJECT"), "OFF") == []


def test_what_must_not_be_told_is_only_watched_where_others_warn() -> None:
    (finding,) = said(row("ACT", silent=True), "WARN")
    assert (finding.severity, finding.phase, is_silent(finding)) == ("INFO", "OBSERVE", True)


def names(rules: Iterable[Any]) -> list[tuple[str, str]]:
    return [(rule.code, rule.id) for rule in rules]


def test_all_rules_are_asked_in_their_order_when_nothing_is_said_of_phases() -> None:
    assert names(active_rules(PARCEL_RULES, phased({}).on(TODAY))) == names(PARCEL_RULES)


@pytest.mark.parametrize(
    ("phases", "off"),
    [
        pytest.param(
            {"XF-07": "OFF"},
            {"purpose_is_private", "receiver_is_a_person", "quantity_looks_private"},
            id="a code with all its rules",
        ),
        pytest.param({"XF-07.purpose_is_private": "OFF"}, {"purpose_is_private"}, id="one of them"),
        pytest.param(
            {"XF-07": "OFF", "XF-07.purpose_is_private": "ENFORCE"},
            {"receiver_is_a_person", "quantity_looks_private"},
            id="all but one",
        ),
        pytest.param({"XX-99": "OFF", "purpose_is_private": "OFF"}, set(), id="nobody's name"),
    ],
)
def test_which_rules_are_meant(phases: Mapping[str, RulePhase], off: set[str]) -> None:
    asking = names(active_rules(PARCEL_RULES, phased(phases).on(TODAY)))
    assert {name for code, name in names(PARCEL_RULES) if (code, name) not in asking} == off


BY_DAY: Final = phased(
    {
        "XF-07": {
            LONG_AGO: "OFF",
            date(2026, 11, 23): "OBSERVE",
            date(2026, 11, 24): "WARN",
            date(2026, 11, 25): "ENFORCE",
        }
    }
)


@pytest.mark.parametrize(
    ("day", "outcome", "found", "on_receipt"),
    [
        pytest.param(date(2026, 11, 22), "RELEASE", [], [], id="off on the eve"),
        pytest.param(date(2026, 11, 23), "RELEASE", ["INFO"], [], id="watched from the day on"),
        pytest.param(date(2026, 11, 24), "RELEASE", ["WARN"], ["WARN"], id="told on the next"),
        pytest.param(date(2026, 11, 25), "DECLARE", ["ACT"], [], id="in force on the last"),
    ],
)
def test_the_eve_and_the_day_of_a_change(day: date, outcome: str, found: list[str], on_receipt: list[str]) -> None:
    """By the day of lodging. What is in force shows on the decision and, alone, on no receipt."""
    outputs = Flow(processor=processor_of(reference=BY_DAY)).send(
        manifest({"purpose": "COMMERCIAL"}, lodged_at=f"{day}T09:00:00+09:00")
    )
    (decision,) = decisions(outputs)
    assert (decision["outcome"], [finding["severity"] for finding in decision["findings"]]) == (outcome, found)
    assert [
        finding["severity"] for answer in receipt(outputs)["parcels"] for finding in answer["findings"]
    ] == on_receipt


def sent(phases: Mapping[str, RulePhase], *parcels: Json, **changes: Any) -> list[StoredRecord]:  # noqa: ANN401 - whatever a header may hold
    """What a manifest brings with rules in other phases."""
    return Flow(processor=processor_of(reference=phased(phases))).send(manifest(*parcels, **changes))


def beside_decision(outputs: Iterable[StoredRecord]) -> list[str]:
    """The topics of what else is written: cases and notices."""
    return [
        record.topic
        for record in outputs
        if record.topic not in topics.CLEARANCE
        and record.topic != topics.CHECKED
        and decoded(record).get("kind") != "ANSWER"
    ]


PARCELS: Final[dict[str, tuple[str, Json]]] = {
    "a refusal": ("FMT-08", {"pieces": 0}),
    "a refusal of the header": ("FMT-09", {}),
    "a procedure closed": ("XF-07", {"purpose": "COMMERCIAL"}),
    "an exemption ended": (
        "RG-09",
        {"items": [{"description": "perfume", "volume_ml": 61, "quantity": 1, "amount": "20", "unit_price": "20"}]},
    ),
    "an inspection": ("FMT-06", {"consignee": {"address": "somewhere"}}),
    "prohibited goods": ("RG-03", {"items": [{"description": "stun gun"}]}),
}
HEADERS: Final[dict[str, Json]] = {"a refusal of the header": {"containers": ["X"]}}
SILENT_TOO: Final[dict[str, RulePhase]] = {"XF-05.prohibited_goods_use_no_list": "OFF"}
"""The other rule that speaks of prohibited goods."""


@pytest.mark.parametrize("name", PARCELS)
@pytest.mark.parametrize("phase", ["OFF", "OBSERVE", "WARN"])
def test_what_is_not_in_force_changes_nothing(name: str, phase: RulePhase) -> None:
    """Neither outcome nor route, tax, desk or notice; in force each of them does."""
    code, parcel = PARCELS[name]
    header = HEADERS.get(name, {})
    effects: list[tuple[object, ...]] = []
    for tried in (phase, "OFF", "ENFORCE"):
        outputs = sent({**SILENT_TOO, code: tried}, parcel, **header)
        (decision,) = decisions(outputs)
        effects.append(
            (
                decision["outcome"],
                decision["route"],
                decision["tax"],
                receipt(outputs)["status"],
                beside_decision(outputs),
            )
        )
    assert effects[0] == effects[1] != effects[2]
    assert effects[0][0] == "RELEASE"


@pytest.mark.parametrize("name", PARCELS)
def test_what_is_watched_shows_to_customs_alone(name: str) -> None:
    code, parcel = PARCELS[name]
    header = HEADERS.get(name, {})
    watched, off = (sent({**SILENT_TOO, code: phase}, parcel, **header) for phase in ("OBSERVE", "OFF"))
    assert receipt(watched) == receipt(off)
    if name not in HEADERS:
        assert [
            (finding["code"], finding["severity"], finding["phase"]) for finding in decisions(watched)[0]["findings"]
        ] == [(code, "INFO", "OBSERVE")]


@pytest.mark.parametrize("name", [name for name in PARCELS if name not in HEADERS])
def test_what_is_told_stands_on_the_receipt_unless_it_is_silent(name: str) -> None:
    code, parcel = PARCELS[name]
    told = [
        (finding["code"], finding["severity"])
        for answer in receipt(sent({**SILENT_TOO, code: "WARN"}, parcel))["parcels"]
        for finding in answer["findings"]
    ]
    assert told == ([] if name == "prohibited goods" else [(code, "WARN")])


def test_what_is_watched_hides_nothing_that_acts() -> None:
    """A hundred lines that are only watched, and behind them what holds the parcel."""
    lines = [{"quantity": 31, "description": "cotton shirt"}] * (limits.ITEMS_PER_PARCEL_MAX - 1) + [
        {"quantity": 31, "description": "stun gun"}
    ]
    (decision,) = decisions(
        sent({"XF-07.quantity_looks_private": "OBSERVE"}, {"items": lines, "gross_weight_g": 90_000})
    )
    assert decision["outcome"] == "HOLD"
    assert {"XF-05", "RG-03"} <= {finding["code"] for finding in decision["findings"]}


@pytest.mark.parametrize(
    ("phase", "outcomes", "found"),
    [
        pytest.param("OFF", ["RELEASE", "RELEASE"], [], id="off"),
        pytest.param("OBSERVE", ["RELEASE", "RELEASE"], ["INFO"], id="watched"),
        pytest.param("WARN", ["RELEASE", "RELEASE"], ["WARN"], id="told"),
        pytest.param("ENFORCE", ["RELEASE", "DECLARE"], ["ACT"], id="in force"),
    ],
)
def test_a_rule_of_screening_has_phases_too(phase: RulePhase, outcomes: list[str], found: list[str]) -> None:
    of_a_hundred = {"items": [{"amount": "100"}]}
    outputs = sent(
        {"XP-02": phase},
        {"house_bill": "A", **of_a_hundred},
        {"house_bill": "B", "order": {"purchased_on": "2026-11-17"}, **of_a_hundred},
    )
    assert [decision["outcome"] for decision in decisions(outputs)] == outcomes
    assert [finding["severity"] for finding in decisions(outputs)[1]["findings"]] == found
    assert [decision["tax"]["total"] > 0 for decision in decisions(outputs)] == [False, phase == "ENFORCE"]
    assert bool(beside_decision(outputs)) is (phase == "ENFORCE")


def test_codes_of_screening_name_one_rule_each() -> None:
    """A control of the table above: a phase by code alone means that rule."""
    assert len({rule.code for rule in SCREENING_RULES}) == len(SCREENING_RULES)

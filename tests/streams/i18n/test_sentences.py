"""Each rule has its sentence in both languages, and the English one is the rule's own."""

from typing import Any

import pytest

from agents.rules import POLICY
from streams.i18n import rows, sentence


def finding(code: str, rule: str, path: str) -> dict[str, Any]:
    return {"code": code, "rule": rule, "path": path}


def test_the_sentences_are_those_of_the_policy_in_its_order() -> None:
    """A docstring that was changed has to be changed in streams/i18n/sentences.csv too, and its Korean looked at."""
    published = [(of, rule.code, rule.id, rule.sentence) for of, rules in POLICY.items() for rule in rules]
    assert [(row.of, row.code, row.rule, row.en) for row in rows() if row.of != "intake"] == published


def test_what_intake_itself_finds_has_its_sentences() -> None:
    assert [(row.code, row.rule) for row in rows() if row.of == "intake"] == [("FMT-01", ""), ("XP-01", "")]


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.of} {row.code} {row.rule}")
def test_each_has_its_korean(row: Any) -> None:  # noqa: ANN401 - a row
    assert row.ko.endswith("니다.")


@pytest.mark.parametrize(
    ("rule", "begins"),
    [
        pytest.param("manifest_text_is_one_line", "Numbers, ports", id="the manifest's of two with one code"),
        pytest.param("text_is_one_line", "Names, addresses", id="the parcel's"),
        pytest.param("nobodys", "", id="a rule of another version"),
    ],
)
def test_a_rule_is_found_by_its_id(rule: str, begins: str) -> None:
    found = sentence(finding("FMT-07", rule, ""), "en")
    assert found.startswith(begins)
    assert bool(found) == bool(begins)


def test_a_rule_of_screening_needs_no_place() -> None:
    assert sentence(finding("XP-02", "bill_is_not_split", ""), "ko").startswith("한 수하인이")

"""The published sentence of each rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from streams.i18n.tables import Lang, read


@dataclass(frozen=True, slots=True)
class Sentence:
    """A rule in words.

    `of`: manifest, parcel, consignee or links, whose rule it is; intake for what no row of the policy has.
    """

    of: str
    code: str
    rule: str
    en: str
    ko: str


@cache
def rows() -> tuple[Sentence, ...]:
    """Every rule, in the order of the policy."""
    return tuple(Sentence(**row) for row in read("sentences"))


@cache
def _by_rule() -> dict[tuple[str, str], Sentence]:
    return {(row.code, row.rule): row for row in rows()}


def sentence(finding: Mapping[str, Any], lang: Lang) -> str:
    """The rule behind a finding in words; empty when the finding is of a rule that is not known here."""
    row = _by_rule().get((finding["code"], finding.get("rule", "")))
    if row is None:
        return ""
    return row.ko if lang == "ko" else row.en

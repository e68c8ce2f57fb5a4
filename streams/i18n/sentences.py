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
def _of(code: str, rule: str) -> tuple[Sentence, ...]:
    return tuple(row for row in rows() if (row.code, row.rule) == (code, rule))


def sentence(finding: Mapping[str, Any], lang: Lang) -> str:
    """The rule behind a finding in words; empty when the finding is of a rule that is not known here.

    Two rules may share code and name, one of manifests and one of parcels: the finding's place tells them apart.
    """
    same_name = _of(finding["code"], finding.get("rule", ""))
    of_manifest = not finding["path"].startswith("/parcels/")
    for row in same_name:
        if len(same_name) == 1 or (row.of == "manifest") == of_manifest:
            return row.ko if lang == "ko" else row.en
    return ""

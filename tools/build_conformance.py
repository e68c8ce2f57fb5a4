"""Prints what the corpus derives from the code.

Each file's sentences and basis from the policy, and the counts in `docs/conformance.md`.

Run it after a rule or a case has changed; a test says when something is stale.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from agents.rules import RULES
from streams.conformance import cases

ROOT: Final = Path(__file__).resolve().parents[1]
FOLDER: Final = ROOT / "conformance"
PAGE: Final = ROOT / "docs" / "conformance.md"

_LIST: Final = r"(?m)^{name} = \[(?:\n(?: .*\n)*)?\]$"
_COUNTS: Final = re.compile(
    r"(<!-- counts: printed by tools/build_conformance\.py -->\n).*?(<!-- end of counts -->)", re.DOTALL
)


def files() -> list[Path]:
    """Every file of cases, in the order of their codes."""
    return sorted(FOLDER.glob("*.toml"))


def with_policy(text: str, code: str) -> str:
    """A file of cases with the policy's sentences and their basis; unchanged when no row of the policy has its code."""
    rows = [rule for rule in RULES if rule.code == code]
    if not rows:
        return text
    for name, values in (("sentences", [rule.sentence for rule in rows]), ("basis", [rule.basis for rule in rows])):
        text = re.sub(_LIST.format(name=name), lambda _, name=name, values=values: _list(name, values), text, count=1)  # type: ignore[misc]  # mypy takes defaults for parameters
    return text


def _list(name: str, values: Iterable[str]) -> str:
    lines = "".join(f"    {json.dumps(value, ensure_ascii=False)},\n" for value in values)
    return f"{name} = [\n{lines}]"


def counts() -> str:
    """Cases by rule and kind, as a Markdown table."""
    read = [cases.read(path) for path in files()]
    kinds = ("positive", "negative", "boundary")
    numbers = [
        [*(cases.count(file, kind) for kind in kinds), len(file.cases), sum(bool(case.pending) for case in file.cases)]
        for file in read
    ]
    lines = [
        ["rule", *kinds, "cases", "pending"],
        ["---", "--:", "--:", "--:", "--:", "--:"],
        *([file.head.rule, *map(str, row)] for file, row in zip(read, numbers, strict=True)),
        ["all", *(str(sum(column)) for column in zip(*numbers, strict=True))],
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page() -> str:
    """The page with the counts of today."""
    return _COUNTS.sub(lambda match: f"{match[1]}\n{counts()}\n\n{match[2]}", PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    for path in files():
        path.write_text(with_policy(path.read_text(encoding="utf-8"), path.stem), encoding="utf-8")
    PAGE.write_text(page(), encoding="utf-8")

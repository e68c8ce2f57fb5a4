"""Prints the derived pages of this folder from the code: `make docs`; a test says when one is stale."""

import ast
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from agents.rules import MANIFEST_RULES, PARCEL_RULES, RULE_SET, SCREENING_RULES  # noqa: E402 - the checkout comes first
from agents.rules.rule import Rule  # noqa: E402
from schemas.topics import TOPICS  # noqa: E402
from streams.settings import Settings, variable  # noqa: E402

MIB: Final = 1024 * 1024


RULES_HEAD: Final = """\
# Rules

Rule set `{rule_set}`, pinned into every decision.
REJECT refuses the parcel, ACT changes route or outcome, WARN tells the carrier, INFO only explains.
FMT-01 is also what `agents/shape.py` finds: a field missing, of the wrong type, too long, or known to nobody (INFO).
XP-01 is what `agents/intake.py` finds: the same version with other content, a house bill in force in another manifest
or twice in one, an amendment or cancellation that fits nothing."""

TOPICS_HEAD: Final = """\
# Topics

Keys go to the partition `crc32(key) mod partitions`, librdkafka's `consistent` partitioner.
Values are Avro in Confluent framing (0, four bytes of schema id); the ids are in `schemas/ids.json`."""

LIMITS_HEAD: Final = """\
# Limits

Everything has a limit, and the limit has a name (`schemas/limits.py`)."""

DEAD_LETTERS_HEAD: Final = """\
# Dead letters

A record that can't be read is kept whole on `dead-letters`: value, key and headers untouched, and headers that say
where it came from and why.
`tonggwan dead-letters list`, `show` and `replay` work on them."""

SETTINGS_HEAD: Final = """\
# Settings

Read once from the environment; an unknown `INTAKE_` name or a bad value stops the start."""


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    heads = list(heads)
    lines = [heads, ["---"] * len(heads), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def rules() -> str:
    """Every rule: code, sentence, what it does, basis."""

    def row(rule: Rule) -> tuple[str, ...]:
        outcome = rule.outcome or ("route" if rule.severity == "ACT" else "")
        desk = f"→ {rule.desk.lower()} desk" if rule.desk else ""
        act = " ".join(filter(None, (outcome, desk, "(silent)" if rule.silent else "")))
        return rule.code, rule.sentence, rule.severity, act, rule.basis

    heads = ("code", "sentence", "severity", "acts", "basis")
    return "\n\n".join(
        (
            RULES_HEAD.format(rule_set=RULE_SET),
            "## Of a manifest\n\nA REJECT refuses all its parcels.\n\n" + table(heads, map(row, MANIFEST_RULES)),
            "## Of a parcel\n\n" + table(heads, map(row, PARCEL_RULES)),
            "## Of a consignee's parcels\n\n" + table(heads, map(row, SCREENING_RULES)),
        ),
    )


def topics() -> str:
    """Every topic."""
    rows = (
        (
            f"`{topic.name}{'<carrier>' if topic.name.endswith('.') else ''}`",
            topic.carries,
            topic.key,
            topic.written_by,
            topic.read_by,
            topic.partitions,
            "for ever, compacted" if topic.retention_days is None else f"{topic.retention_days} days",
            f"{topic.record_bytes_max / MIB:.1f} MiB",
        )
        for topic in TOPICS
    )
    return f"{TOPICS_HEAD}\n\n{table(('topic', 'carries', 'key', 'written by', 'read by', 'partitions', 'kept', 'record at most'), rows)}"


def constants(module: str) -> list[tuple[str, str, str]]:
    """Constants of a module with the text below each: name, value, text."""
    body = ast.parse((ROOT / module).read_text(encoding="utf-8")).body
    found = []
    for statement, after in pairwise(body):
        if isinstance(statement, ast.AnnAssign) and statement.value and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            value = eval(compile(ast.Expression(statement.value), module, "eval"))  # noqa: S307 - a constant expression of our own module
            found.append((ast.unparse(statement.target), f"{value:,}" if isinstance(value, int) else str(value), " ".join(str(after.value.value).split())))
    return found


def limits() -> str:
    """Every limit on what a carrier may send."""
    rows = ((f"`{name}`", value, text) for name, value, text in constants("schemas/limits.py"))
    return f"{LIMITS_HEAD}\n\n{table(('limit', 'value', 'what happens'), rows)}"


def dead_letters() -> str:
    """Why a record is set aside."""
    rows = ((f"`{value}`", text) for _, value, text in constants("schemas/unreadable.py"))
    return f"{DEAD_LETTERS_HEAD}\n\n{table(('x-error-code', 'meaning'), rows)}"


def settings() -> str:
    """Every setting."""
    described = _described(ROOT / "streams" / "settings.py", "Settings")
    rows = ((f"`{variable(field.name)}`", _default(field.default), described[field.name]) for field in fields(Settings))
    return f"{SETTINGS_HEAD}\n\n{table(('variable', 'default', 'what it sets'), rows)}"


def _default(value: object) -> str:
    if isinstance(value, Path):
        return f"`{value.relative_to(ROOT)}`" if value.is_relative_to(ROOT) else f"`{value}`"
    return f"`{value}`" if value not in ("", ()) else ""


def _described(path: Path, name: str) -> dict[str, str]:
    """The text below each field of a class."""
    (body,) = (node.body for node in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(node, ast.ClassDef) and node.name == name)
    return {
        ast.unparse(statement.target): " ".join(str(after.value.value).split())
        for statement, after in pairwise(body)
        if isinstance(statement, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    }


PAGES: Final[dict[str, Callable[[], str]]] = {
    "rules.md": rules,
    "topics.md": topics,
    "limits.md": limits,
    "dead-letters.md": dead_letters,
    "settings.md": settings,
}
"""Each derived page and what prints it."""


def page(name: str) -> str:
    """A derived page."""
    return f"<!-- Printed by docs/build.py from the code: change it there. -->\n\n{PAGES[name]()}\n"


if __name__ == "__main__":
    for each in PAGES:
        (ROOT / "docs" / each).write_text(page(each), encoding="utf-8")

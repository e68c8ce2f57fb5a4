"""What decides has a version, pinned into every decision: a change of it needs another."""

import ast
from hashlib import sha256
from pathlib import Path

from agents.rules import RULE_SET

ROOT = Path(__file__).resolve().parents[3]
RECORD = Path(__file__).with_name("rule_set.txt")
"""The version and the fingerprint of the code it stands for."""


def fingerprint() -> str:
    """What the code of `agents/` says, whatever its layout and comments."""
    digest = sha256()
    for path in sorted((ROOT / "agents").rglob("*.py")):
        digest.update(path.relative_to(ROOT).as_posix().encode())
        digest.update(_said(ast.parse(path.read_text(encoding="utf-8"))).encode())
    return digest.hexdigest()


def _said(node: object) -> str:
    """Code as every Python reads it: what `ast` itself prints differs from one version to the next."""
    if isinstance(node, ast.AST):
        parts = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
        return f"{type(node).__name__}({','.join(f'{name}={_said(value)}' for name, value in parts)})"
    return f"[{','.join(map(_said, node))}]" if isinstance(node, list) else repr(node)


def test_a_change_of_what_decides_raises_the_version() -> None:
    version, recorded = RECORD.read_text(encoding="ascii").split()
    said = (
        "agents/ has changed: raise RULE_SET in agents/rules/__init__.py if a decision can come out "
        f"differently, then write `{RULE_SET} {fingerprint()}` into {RECORD.name}"
    )
    assert (version, recorded) == (RULE_SET, fingerprint()), said

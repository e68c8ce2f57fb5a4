"""How the tables of the rules read: a rule, a case, and the paths where it finds something."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from agents.rules.rule import Found

Check = Callable[[Any], Iterator[Found]]
Row = tuple[Check, Any, Sequence[str]]


def paths(check: Check, case: object) -> list[str]:
    """Where a rule finds something."""
    return [found.path for found in check(case)]

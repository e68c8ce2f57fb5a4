"""What a reader has to hold in mind at once is bounded: lines of a module, a class, a function."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from streams.settings import CHECKOUT

PACKAGES: Final = ("agents", "schemas", "streams", "tools")
MODULE_LINES_MAX: Final = 400
LONGER_MODULES_MAX: Final = 3
REASON: Final = "Longer than 400 lines"
"""Begins the sentence of a longer module's docstring that says why."""
CLASS_LINES_MAX: Final = 250
FUNCTION_LINES_MAX: Final = 70


def sources(checkout: Path) -> Iterator[tuple[str, str]]:
    """Name and text of every module that is not a test."""
    for package in PACKAGES:
        for path in sorted((checkout / package).rglob("*.py")):
            yield str(path.relative_to(checkout)), path.read_text(encoding="utf-8")


def longer(modules: Iterator[tuple[str, str]]) -> tuple[list[str], list[str]]:
    """Modules that are longer and say why, and those that do not."""
    with_reason: list[str] = []
    without: list[str] = []
    for name, text in modules:
        if len(text.splitlines()) > MODULE_LINES_MAX:
            reason = REASON in (ast.get_docstring(ast.parse(text)) or "")
            (with_reason if reason else without).append(name)
    return with_reason, without


def too_long(modules: Iterator[tuple[str, str]]) -> list[str]:
    """Classes and functions above their limit: module, name, lines."""
    limits: dict[type[ast.stmt], int] = {
        ast.ClassDef: CLASS_LINES_MAX,
        ast.FunctionDef: FUNCTION_LINES_MAX,
        ast.AsyncFunctionDef: FUNCTION_LINES_MAX,
    }
    found = []
    for name, text in modules:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > limits[type(node)]:
                    found.append(f"{name} {node.name} {lines}")
    return found


def test_a_longer_module_says_why_and_there_are_few() -> None:
    with_reason, without = longer(sources(CHECKOUT))
    assert without == []
    assert len(with_reason) <= LONGER_MODULES_MAX


def test_no_class_and_no_function_is_too_long() -> None:
    assert too_long(sources(CHECKOUT)) == []


@pytest.mark.parametrize(
    ("text", "is_without"),
    [
        pytest.param('"""A module."""\n' + "\n" * 400, True, id="a longer module without a reason"),
        pytest.param(f'"""A module.\n\n{REASON}: a table."""\n' + "\n" * 400, False, id="one with a reason"),
        pytest.param('"""A module."""\n' + "\n" * 399, False, id="one at the limit"),
    ],
)
def test_longer_modules_are_found(text: str, *, is_without: bool) -> None:
    assert longer(iter([("a.py", text)]))[1] == (["a.py"] if is_without else [])


def test_long_functions_and_classes_are_found() -> None:
    text = "def long() -> None:\n" + "    pass\n" * 70 + "class Long:\n" + "    a = 1\n" * 250
    assert too_long(iter([("a.py", text)])) == ["a.py long 71", "a.py Long 251"]

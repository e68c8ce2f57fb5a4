"""Imports point one way: streams to agents to schemas; and what decides can't reach clock, disk, network or chance."""

import ast
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from streams.settings import CHECKOUT

BELOW: Final = {"streams": {"streams", "agents", "schemas"}, "agents": {"agents", "schemas"}, "schemas": {"schemas"}}
"""What each package may import of ours."""
OURS: Final = {*BELOW, "tests", "reference"}

OUTSIDE: Final = {
    *("asyncio", "aiokafka", "concurrent", "ctypes", "faust", "glob", "http", "io", "locale", "logging", "mode", "multiprocessing", "os"),
    *("pathlib", "random", "secrets", "selectors", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
}
"""Whatever knows of the world; streams hands it in."""
ALLOWED: Final = {"schemas": {"pathlib"}}
"""Schemas read their own files."""
CALLS: Final = {"open", "input", "print", "now", "today", "utcnow", "import_module", "__import__"}
"""Ways around an import."""


def modules(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every module a file imports, wherever in it, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, "." * node.level + (node.module or "")


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Every name that is called, with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            yield node.lineno, called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""


@cache
def wrong_in(package: str, source: bytes) -> tuple[tuple[int, str], ...]:
    """Lines and names that a file of a package must not have."""
    tree = ast.parse(source)
    barred = OURS - BELOW[package]
    if package == "streams":
        return tuple((line, name) for line, name in modules(tree) if name.startswith(".") or name.split(".")[0] in barred)
    barred |= OUTSIDE - ALLOWED.get(package, set())
    return (
        *((line, name) for line, name in modules(tree) if name.startswith(".") or name.split(".")[0] in barred),
        *((line, f"{name}()") for line, name in calls(tree) if name in CALLS),
    )


def wrong(checkout: Path) -> list[str]:
    """Imports and calls that a package must not have: file, line, name."""
    files = [(package, file) for package in BELOW for file in sorted((checkout / package).rglob("*.py"))]
    return [f"{file.relative_to(checkout)}:{line} {name}" for package, file in files for line, name in wrong_in(package, file.read_bytes())]


def test_imports_point_one_way_and_what_decides_sees_nothing_but_its_arguments() -> None:
    assert wrong(CHECKOUT) == []


def test_there_is_something_to_look_at() -> None:
    for package in BELOW:
        assert len(list((CHECKOUT / package).rglob("*.py"))) >= 5, package


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy to break."""
    folder = tmp_path_factory.mktemp("checkout")
    for package in BELOW:
        shutil.copytree(CHECKOUT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("agents/rules/goods.py", "import time", "time"),
        ("agents/rules/goods.py", "import os.path", "os.path"),
        ("agents/rules/goods.py", "from pathlib import Path", "pathlib"),
        ("agents/intake/manifest.py", "from streams.settings import Settings", "streams.settings"),
        ("agents/intake/manifest.py", "from tests.parcels import case", "tests.parcels"),
        ("agents/intake/manifest.py", "from .memory import CarrierMemory", ".memory"),
        ("agents/read/json.py", "def later() -> None:\n    import asyncio", "asyncio"),
        ("agents/values/clock.py", "NOW = datetime.now(timezone.utc)", "now()"),
        ("agents/values/clock.py", "TODAY = date.today()", "today()"),
        ("agents/reference.py", "LIST = open('list.csv')", "open()"),
        ("agents/reference.py", "faust = importlib.import_module('faust')", "import_module()"),
        ("schemas/topics.py", "from agents import clock", "agents"),
        ("schemas/topics.py", "import logging", "logging"),
        ("streams/worker/processor.py", "from tests.flow import Flow", "tests.flow"),
    ],
)
def test_a_wrong_import_is_found(copy: Path, file: str, line: str, named: str) -> None:
    """And named with its file and line."""
    path = copy / file
    good = path.read_text(encoding="utf-8")
    path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    try:
        assert wrong(copy) == [f"{file}:{len(good.splitlines()) + 2 + len(line.splitlines())} {named}"]
    finally:
        path.write_text(good, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "line"), [("schemas/topics.py", "from pathlib import Path"), ("streams/worker/processor.py", "import time"), ("agents/values/clock.py", "from schemas import topics")]
)
def test_what_is_allowed_is_not_named(copy: Path, file: str, line: str) -> None:
    path = copy / file
    good = path.read_text(encoding="utf-8")
    path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    try:
        assert wrong(copy) == []
    finally:
        path.write_text(good, encoding="utf-8")

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
OURS: Final = {*BELOW, "tests", "tools"}

FLOORS: Final[dict[str, tuple[frozenset[str], ...]]] = {
    "agents": (
        frozenset({"identifiers", "law", "output", "read", "values", "watchlist"}),
        frozenset({"goods", "importers", "tax"}),
        frozenset({"reference", "state"}),
        frozenset({"parcel"}),
        frozenset({"risk", "rules"}),
        frozenset({"intake", "linking", "screening"}),
    ),
    "streams": (
        frozenset({"errors", "i18n", "prepared"}),
        frozenset({"kafka", "manifest_files", "risk", "settings"}),
        frozenset({"reference"}),
        frozenset({"importer_verifier", "simulation", "watchlists", "worker"}),
        frozenset({"audit", "conformance", "local"}),
        frozenset({"load"}),
        frozenset({"cli"}),
        frozenset({"__main__", "bench"}),
    ),
}
"""The rooms of a package, from the ground up: each imports only rooms of lower floors, so there are no circles."""
KAFKA_KNOWS: Final = frozenset({"limits", "topics", "avro_primitives"})
"""Modules of `schemas/` that Kafka's own matters may know: the names and sizes of topics, nothing of customs."""

OUTSIDE: Final = {
    *(
        "asyncio",
        "aiokafka",
        "concurrent",
        "ctypes",
        "faust",
        "glob",
        "http",
        "io",
        "locale",
        "logging",
        "mode",
        "multiprocessing",
        "os",
    ),
    *(
        "pathlib",
        "random",
        "secrets",
        "selectors",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "ssl",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    ),
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
            yield (
                node.lineno,
                called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else "",
            )


@cache
def wrong_in(package: str, source: bytes) -> tuple[tuple[int, str], ...]:
    """Lines and names that a file of a package must not have."""
    tree = ast.parse(source)
    barred = OURS - BELOW[package]
    if package == "streams":
        return tuple(
            (line, name) for line, name in modules(tree) if name.startswith(".") or name.split(".")[0] in barred
        )
    barred |= OUTSIDE - ALLOWED.get(package, set())
    return (
        *((line, name) for line, name in modules(tree) if name.startswith(".") or name.split(".")[0] in barred),
        *((line, f"{name}()") for line, name in calls(tree) if name in CALLS),
    )


def wrong(checkout: Path) -> list[str]:
    """Imports and calls that a package must not have: file, line, name."""
    files = [(package, file) for package in BELOW for file in sorted((checkout / package).rglob("*.py"))]
    return [
        f"{file.relative_to(checkout)}:{line} {name}"
        for package, file in files
        for line, name in wrong_in(package, file.read_bytes())
    ]


def test_imports_point_one_way_and_what_decides_sees_nothing_but_its_arguments() -> None:
    assert wrong(CHECKOUT) == []


def room(name: str) -> tuple[str, str]:
    """Package and room of a module."""
    package, _, rest = name.partition(".")
    return package, rest.partition(".")[0]


def upward(checkout: Path) -> list[str]:
    """Imports from one room of a package to another that does not lie below it: file, line, name."""
    found = []
    for package, floors in FLOORS.items():
        floor_of = {name: number for number, names in enumerate(floors) for name in names}
        for file in sorted((checkout / package).rglob("*.py")):
            parts = file.relative_to(checkout / package).with_suffix("").parts
            here = parts[0]
            if here == "__init__":
                continue
            for line, name in from_imports(file.read_bytes()):
                to_package, to_room = room(name)
                if to_package == package and to_room != here and floor_of.get(to_room, -1) >= floor_of[here]:
                    found.append(f"{file.relative_to(checkout)}:{line} {name}")
                if (package, here) == ("streams", "kafka") and (
                    to_package == "agents" or (to_package == "schemas" and to_room not in KAFKA_KNOWS)
                ):
                    found.append(f"{file.relative_to(checkout)}:{line} {name}")
    return found


@cache
def from_imports(source: bytes) -> tuple[tuple[int, str], ...]:
    """Every name a file imports, with the line: `agents.rules.form` for `from agents.rules import form`."""
    tree = ast.parse(source)
    return tuple(
        (node.lineno, f"{node.module}.{alias.name}" if isinstance(node, ast.ImportFrom) else alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    )


def test_no_import_runs_back_up_between_rooms() -> None:
    assert upward(CHECKOUT) == []


def test_every_room_has_a_floor() -> None:
    for package, floors in FLOORS.items():
        rooms = {
            path.stem
            for path in (CHECKOUT / package).iterdir()
            if path.suffix == ".py" or (path / "__init__.py").exists()
        }
        assert rooms - {"__init__"} == frozenset().union(*floors), package


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
        ("agents/intake/manifest.py", "from .memory import CarrierState", ".memory"),
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
    ("file", "line", "named"),
    [
        ("agents/values/clock.py", "from agents.law.dated import Dated", "agents.law.dated.Dated"),
        ("agents/law/dated.py", "from agents import reference", "agents.reference"),
        ("agents/rules/rule.py", "from agents.intake.manifest import take", "agents.intake.manifest.take"),
        ("streams/worker/unit.py", "import streams.cli.console", "streams.cli.console"),
        ("streams/kafka/record.py", "from agents.values import money", "agents.values.money"),
        ("streams/kafka/record.py", "from schemas.decision import Finding", "schemas.decision.Finding"),
    ],
)
def test_an_import_that_runs_back_up_is_found(copy: Path, file: str, line: str, named: str) -> None:
    path = copy / file
    good = path.read_text(encoding="utf-8")
    path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    try:
        assert upward(copy) == [f"{file}:{len(good.splitlines()) + 3} {named}"]
    finally:
        path.write_text(good, encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("schemas/topics.py", "from pathlib import Path"),
        ("streams/worker/processor.py", "import time"),
        ("agents/values/clock.py", "from schemas import topics"),
    ],
)
def test_what_is_allowed_is_not_named(copy: Path, file: str, line: str) -> None:
    path = copy / file
    good = path.read_text(encoding="utf-8")
    path.write_text(f"{good}\n\n{line}\n", encoding="utf-8")
    try:
        assert wrong(copy) == []
    finally:
        path.write_text(good, encoding="utf-8")

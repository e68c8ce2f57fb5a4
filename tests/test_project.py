"""The checkout itself: whose modules are imported, what is installed, and that the launcher works from anywhere."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import agents
import schemas
import streams
from streams.settings import CHECKOUT

REQUIREMENTS: Final = ["requirements.txt", "requirements-build.txt", "requirements-dev.txt"]
TELLS: Final = "import os, schemas, sys; print(os.getcwd(), schemas.__file__, *sys.argv[1:], sep='|')\n"


@pytest.mark.parametrize("package", [agents, schemas, streams], ids=lambda package: package.__name__)
def test_generic_names_are_ours(package: object) -> None:
    """Others publish packages of these names too."""
    assert Path(str(vars(package)["__file__"])).parent.parent == CHECKOUT


def wanted(name: str) -> list[str]:
    """What the file asks for that a lock is made of, without what it includes."""
    text = (CHECKOUT / name).with_suffix(".in").read_text()
    return [line for line in text.splitlines() if line and line[0] not in "#-"]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_each_package_is_pinned_with_hashes_and_without_addresses(name: str) -> None:
    text = (CHECKOUT / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    entries = text.replace("\\\n", " ").splitlines()
    assert len(entries) >= len(wanted(name))
    for entry in entries:
        assert re.fullmatch(r"[a-z0-9-]+==[^ ]+( ; [^-]+)?(\s+--hash=sha256:[0-9a-f]{64})+", entry), entry[:80]


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_what_is_asked_for_is_what_is_pinned(name: str) -> None:
    pinned = (CHECKOUT / name).read_text()
    assert wanted(name)
    for each in wanted(name):
        assert re.search(rf"^{re.escape(each)} ", pinned, re.MULTILINE), each


def test_testing_adds_to_what_runs_and_changes_nothing() -> None:
    *others, tests = (set((CHECKOUT / name).read_text().splitlines()) for name in REQUIREMENTS)
    for needed in others:
        assert needed <= tests


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The launcher in a checkout of its own, with a Python and a program that tells how it was called."""
    folder = tmp_path / "check out"
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / "streams").mkdir()
    (folder / "schemas").mkdir()
    (folder / "tonggwan").write_text((CHECKOUT / "tonggwan").read_text())
    (folder / "tonggwan").chmod(0o755)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / "streams" / "__main__.py").write_text(TELLS)
    (folder / "schemas" / "__init__.py").touch()
    return folder


@pytest.mark.parametrize("link", [None, "absolute", "relative", "twice"])
def test_the_launcher_finds_its_checkout_and_keeps_the_callers_folder(
    checkout: Path, tmp_path: Path, link: str | None
) -> None:
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    (elsewhere / "schemas.py").write_text("raise SystemExit('not ours')")
    called = checkout / "tonggwan"
    if link:
        called = elsewhere / "tonggwan"
        called.symlink_to("../check out/tonggwan" if link == "relative" else checkout / "tonggwan")
    if link == "twice":
        (elsewhere / "again").symlink_to("tonggwan")
        called = elsewhere / "again"
    done = subprocess.run(
        [called, "publish", "a file.json"], cwd=elsewhere, capture_output=True, text=True, check=False
    )
    assert done.stdout == f"{elsewhere}|{checkout / 'schemas' / '__init__.py'}|publish|a file.json\n", done.stderr


def test_the_launcher_says_what_is_missing(checkout: Path) -> None:
    (checkout / ".venv" / "bin" / "python").unlink()
    done = subprocess.run([checkout / "tonggwan"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, f"tonggwan: not installed yet; run make install in {checkout}\n")

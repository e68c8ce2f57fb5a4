"""What is printed from the code is fresh; what is written by hand points at things that exist."""

import re
from pathlib import Path

import pytest

from tools.build_docs import PAGES, ROOT, page

BY_HAND = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    path for path in (ROOT / "docs").rglob("*.md") if path.name not in PAGES
)


@pytest.mark.parametrize("name", PAGES)
def test_a_derived_page_is_fresh(name: str) -> None:
    found = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert found == page(name), "stale: run `make docs`"


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_are_named_exist(path: Path) -> None:
    named = re.findall(
        r"(?<![\w./])((?:agents|schemas|streams|tests|docs|reference)/[\w./-]*\w)", path.read_text(encoding="utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []

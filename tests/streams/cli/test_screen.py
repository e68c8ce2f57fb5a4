"""`tonggwan screen`: names of a file against lists of one's own and those that are shipped, pairs against each other.

What is wrong ends in a sentence.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from streams.cli import tonggwan

LIST = """id,name,type,country,birth_date
X-1,Zbigniew Kowalczykowski,person,PL,1961-04-02
X-2,Greenfield Orbital Shipping Co. Ltd.,organisation,CY,
"""


def screened(*said: str) -> Result:
    return CliRunner().invoke(tonggwan, ["screen", *said])


def answers(*said: str) -> list[dict[str, Any]]:
    done = screened(*said, "--json")
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    (folder / "own.csv").write_text(LIST, encoding="utf-8")
    return folder


def names(folder: Path, *rows: str, columns: str = "name,type") -> str:
    made = folder / "names.csv"
    made.write_text("\n".join((columns, *rows)) + "\n", encoding="utf-8")
    return str(made)


@pytest.mark.parametrize(
    ("row", "entity"),
    [
        pytest.param("Zbigniew Kowalczykowski,person", "X-1", id="as it is listed"),
        pytest.param("KOWALCZYKOWSKI ZBIGNIEW,person", "X-1", id="in another order and case"),
        pytest.param("Zbigniew Kowalcykowski,person", "X-1", id="with a letter left out"),
        pytest.param("Greenfield Orbital Shipping Limited,organisation", "X-2", id="with another suffix of a company"),
        pytest.param("Zofia Nowak,person", None, id="another person"),
        pytest.param("홍길동,person", None, id="an ordinary name in Hangul"),
        pytest.param(",person", None, id="no name at all"),
    ],
)
def test_a_row_alarms_by_the_lists_that_are_named(tmp_path: Path, lists: Path, row: str, entity: str | None) -> None:
    (answer,) = answers(names(tmp_path, row), "--lists", str(lists))
    assert answer["row"] == 1
    assert answer["alarm"] is (entity is not None)
    if entity is not None:
        best = answer["hits"][0]
        assert (best["entity"], best["alarm"]) == (entity, True)
        assert best["score"] == answer["score"]
        assert best["reasons"]


def test_each_row_is_answered_in_its_order(tmp_path: Path, lists: Path) -> None:
    found = answers(
        names(tmp_path, "Zofia Nowak,person", "Zbigniew Kowalczykowski,person", "Zofia Nowak,person"),
        "--lists",
        str(lists),
    )
    assert [(each["row"], each["alarm"]) for each in found] == [(1, False), (2, True), (3, False)]


def test_pairs_are_scored_on_every_row(tmp_path: Path) -> None:
    same, other = answers(
        names(tmp_path, "Jon Smith,Smith Jon", "Jon Smith,Maria Gonzalez", columns="name1,name2"), "--pairs"
    )
    assert same["alarm"]
    assert not other["alarm"]
    assert same["score"] > other["score"]


def test_a_person_is_told_who_alarms_and_why(tmp_path: Path, lists: Path) -> None:
    done = screened(names(tmp_path, "Zbigniew Kowalczykowski,person", "Zofia Nowak,person"), "--lists", str(lists))
    assert done.exit_code == 0
    assert "ALARM" in done.output
    assert "X-1" in done.output
    assert "2 names screened, 1 alarm." in done.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"who\nJon Smith\n", "has no column name", id="no column of names"),
        pytest.param(b"", "is empty", id="an empty file"),
        pytest.param(b"name\n\xff\xfe\n", "is not UTF-8", id="another encoding"),
    ],
)
def test_what_cannot_be_read_is_said_and_what_to_do(tmp_path: Path, lists: Path, content: bytes, said: str) -> None:
    file = tmp_path / "names.csv"
    file.write_bytes(content)
    done = screened(str(file), "--lists", str(lists))
    assert done.exit_code != 0
    assert said in str(done.exception) + done.output

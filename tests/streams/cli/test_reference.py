"""`tonggwan reference`: loading, showing, comparing and validating reference data, as people call it."""

import asyncio
import csv
import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.kafka.admin import create_topics
from streams.local.broker import Broker
from streams.reference import FOLDER, tables_of
from streams.reference.tables import TABLES
from tests.streams.cli.command import Done, lines, tonggwan, tonggwan_anew

BASE = tables_of("")


def write(folder: Path, table: str, *rows: str) -> Path:
    """A table's file with these rows."""
    path = folder / f"{table}.csv"
    path.write_text("\n".join([",".join(TABLES[path.name].columns), *rows]) + "\n", encoding="utf-8")
    return path


def figure(folder: Path, *rows: str) -> Path:
    """Figures of law: name, day, value."""
    return write(folder, "thresholds", *(f"{row},USD,a test" for row in rows))


# validate


def test_the_shipped_tables_have_no_mistake() -> None:
    done = tonggwan_anew("reference", "validate")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith("No mistakes: ")
    assert BASE.version in done.stderr


def test_every_mistake_of_some_files_is_told_at_once(tmp_path: Path) -> None:
    done = tonggwan(
        "reference",
        "validate",
        figure(tmp_path, "list_limit_usd,2026-13-01,1", "list_limit,2026-12-01,1", "list_limit_usd,2026-12-01,100"),
        write(tmp_path, "countries", "xx,No,x"),
    )
    assert done.returncode == 1
    assert done.stdout == ""
    found = done.stderr.splitlines()
    assert found[0].startswith("tonggwan: countries.csv, line 2: code is 'xx', expected two capital letters.")
    assert found[1].startswith("tonggwan: thresholds.csv, line 2: from is '2026-13-01', expected a day")
    assert found[2].startswith("tonggwan: thresholds.csv, line 3: name is 'list_limit', expected one of")
    assert found[3:] == ["3 mistakes."]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            ["list_limit_usd,2026-12-01"],
            "thresholds.csv, line 2: 4 cells, expected 5",
            id="cell missing",
        ),
        pytest.param(
            ["list_limit_usd,2026-12-01,1", "list_limit_usd,2026-12-01,2"],
            "line 3: list_limit_usd 2026-12-01 is already in line 2",
            id="row twice",
        ),
        pytest.param(
            ["list_limit_usd,2026-12-01,\x1b[2J"], "value is '\\x1b[2J', expected a number", id="escape sequence"
        ),
    ],
)
def test_a_mistake_is_a_sentence(tmp_path: Path, rows: list[str], said: str) -> None:
    done = tonggwan("reference", "validate", figure(tmp_path, *rows))
    assert done.returncode == 1
    assert said in done.stderr
    assert "\x1b" not in done.stderr


def test_a_folder_is_validated_whole(tmp_path: Path) -> None:
    for path in FOLDER.glob("*.csv"):
        shutil.copy(path, tmp_path)
    assert tonggwan("reference", "validate", tmp_path).stderr.endswith(f"version {BASE.version}.\n")
    (tmp_path / "countries.csv").unlink()
    figure(tmp_path, "list_limit_usd,2000-01-01,much")
    (tmp_path / "operators.csv").write_bytes(b"\xff")
    done = tonggwan("reference", "validate", tmp_path)
    assert done.returncode == 1
    assert [line.split(":")[1].strip().split(",")[0] for line in done.stderr.splitlines()[:-1]] == [
        "countries.csv",
        "operators.csv",
        "thresholds.csv",
    ]


def test_rows_alone_are_put_in_and_with_replace_they_are_the_table(tmp_path: Path) -> None:
    file = figure(tmp_path, "list_limit_usd,2026-12-01,100")
    assert tonggwan("reference", "validate", file).stderr.startswith("No mistakes: 1 row other than those in force")
    done = tonggwan("reference", "validate", file, "--replace")
    assert done.returncode == 1
    assert "is missing, give it a value from 2026-12-01 on" in done.stderr


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["load"], id="nothing to load"),
        pytest.param(["load", "thresholds.csv"], id="no reason"),
        pytest.param(["load", "rates.csv", "--why", "w"], id="no such table"),
        pytest.param(["load", "thresholds.csv", "thresholds.csv", "--why", "w"], id="a table twice"),
        pytest.param(["load", "thresholds.csv", "--why", "w" * 501], id="a reason too long"),
        pytest.param(["load", "--dir", "empty", "--why", "w"], id="a folder without tables"),
        pytest.param(["show", "nothing"], id="a table that is none"),
        pytest.param(["show", "thresholds", "--day", "1.12.2026"], id="a day that is none"),
        pytest.param(["show", "--at", "yesterday"], id="a time that is none"),
        pytest.param(["diff", "--dir", ".", "--since", "x"], id="two questions"),
        pytest.param(["validate", ".", "thresholds.csv"], id="folder and file"),
    ],
)
def test_a_wrong_call_ends_with_2(tmp_path: Path, args: list[str]) -> None:
    figure(tmp_path)
    (tmp_path / "rates.csv").touch()
    (tmp_path / "empty").mkdir()
    done = tonggwan(
        "reference",
        *args,
        "--bootstrap" if args[0] != "validate" else "--replace",
        *(["127.0.0.1:1"] if args[0] != "validate" else []),
        folder=tmp_path,
    )
    assert done.returncode == 2, done.stderr
    assert not done.stdout


# with Kafka


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Kafka whose reference data nobody else changes."""
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    asyncio.run(broker.start())
    asyncio.run(create_topics(broker.bootstrap, [], replication=1))
    yield broker.bootstrap
    asyncio.run(broker.stop())


def rows_of(done: Done) -> list[dict[str, str]]:
    """A table as it is printed where nobody looks."""
    return list(csv.DictReader(io.StringIO(done.stdout), delimiter="\t"))


@pytest.mark.broker
def test_a_change_from_its_file_to_its_undoing(address: str, tmp_path: Path) -> None:
    def call(*args: object) -> Done:
        return tonggwan("reference", *args, "--bootstrap", address)

    shipped = call("show", "--json")
    assert [row["table"] + ".csv" for row in lines(shipped)[:-1]] == list(TABLES)
    assert lines(shipped)[-1] == {"version": BASE.version, "changes": 0, "from": None}
    assert (call("diff").returncode, call("diff", "--dir", FOLDER).returncode) == (0, 0)

    file = figure(tmp_path, "list_limit_usd,2026-12-01,100", "list_limit_usd,2000-01-01,150.0")
    dry = call("load", file, "--dry-run")
    assert dry.returncode == 0
    assert [
        (row["row"], row["what"], row["column"], row["before"], row["after"])
        for row in rows_of(dry)
        if row["column"] == "value"
    ] == [
        ("list_limit_usd 2000-01-01", "changed", "value", "150", "150.0"),
        ("list_limit_usd 2026-12-01", "added", "value", "", "100"),
    ]
    assert call("show", "--changes").stdout.count("\n") == 1, "nothing was changed"

    (tmp_path / "wrong").mkdir()
    wrong = call("load", figure(tmp_path / "wrong", "list_limit_usd,2026-12-01,much"), "--why", "w")
    assert wrong.returncode == 1
    assert "thresholds.csv, line 2: value is 'much'" in wrong.stderr
    assert call("show", "--changes").stdout.count("\n") == 1

    done = call(
        "load",
        figure(tmp_path, "list_limit_usd,2026-12-01,100"),
        write(tmp_path, "operators", "newmall,New mall,2026-01-01,,,a test"),
        "--why",
        "Notice 2026-99",
        "--author",
        "Kim",
    )
    assert done.returncode == 0, done.stderr
    assert "Loaded 1 row of operators, 1 row of thresholds; it applies to manifests that arrive from 20" in done.stderr
    [change] = lines(call("show", "--changes", "--json"))
    assert (change["author"], change["why"], change["rows"]) == (
        "Kim",
        "Notice 2026-99",
        {"operators": 1, "thresholds": 1},
    )
    assert done.stdout.split() == ["change", change["change"], "version", change["version"], "from", change["from"]]

    file = figure(tmp_path, "list_limit_usd,2026-12-01,100", "list_limit_usd,2000-01-01,150.0")
    again = call("load", file, "--why", "again")
    assert "thresholds" in again.stderr, "150.0 is another text than 150"
    assert call("load", file, "--why", "again").stderr.startswith("Everything is already in force")

    def limit(*args: str) -> list[str]:
        return [row["value"] for row in lines(call("show", "thresholds", "--grep", "LIST_limit_usd", "--json", *args))]

    assert limit() == ["150.0", "100"]
    assert limit("--day", "2026-11-30") == ["150.0"]
    assert limit("--day", "2026-12-01") == ["100"]
    assert limit("--at", "2020-01-01T00:00:00Z") == ["150"]
    assert [
        row["code"]
        for row in rows_of(call("show", "operators", "--day", "2026-11-23"))
        if row["code"] in ("oldmall", "newmall", "examplemall")
    ] == ["examplemall", "newmall"]
    assert {row["currency"] for row in lines(call("show", "exchange_rates", "--day", "2026-11-23", "--json"))} == {
        row["currency"] for row in BASE.rows("exchange_rates.csv")
    }
    assert lines(call("show", "exchange_rates", "--day", "2046-11-23", "--json")) == [], "rates hold for a week"

    since = call("diff", "--since", change["change"], "--json")
    assert since.returncode == 1
    assert lines(since) == [
        {
            "table": "thresholds",
            "row": ["list_limit_usd", "2000-01-01"],
            "what": "changed",
            "before": lines(since)[0]["before"],
            "after": lines(since)[0]["after"],
        }
    ]
    assert {row["row"] for row in rows_of(call("diff"))} == {
        "newmall",
        "list_limit_usd 2000-01-01",
        "list_limit_usd 2026-12-01",
    }
    assert call("diff", "--since", "2126-01-01T00:00:00Z").returncode == 0
    assert call("diff", "--since", "no-change").returncode == 2

    back = call("load", "--dir", FOLDER, "--replace", "--why", "back to the shipped tables")
    assert f"version {BASE.version}" in back.stdout
    assert call("diff").returncode == 0
    assert lines(call("show", "--json"))[-1]["changes"] == 3

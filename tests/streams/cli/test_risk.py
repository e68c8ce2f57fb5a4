"""`tonggwan risk`: train, measure, scores per row; what is wrong ends in a sentence."""

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from streams.cli import tonggwan
from tests.streams.risk.test_declarations import GOOD, file
from tests.streams.risk.test_train import ALL, LEARNED


def written(path: Path, numbers: range) -> Path:
    rows = [
        GOOD
        | {
            "Declaration ID": each.identity,
            "Date": str(each.day),
            "HS6 Code": each.row[0],
            "Country of Origin": each.row[1],
            "Country of Departure": each.row[2],
            "Net Mass": str(2.0 ** each.row[4] / 1000),
            "Item Price": str(2 ** each.row[5]),
            "Fraud": str(int(each.fraud or 0)),
            "Critical Fraud": str(int(each.fraud or 0) + int(each.critical or 0)),
        }
        for each in (ALL[number] for number in numbers)
    ]
    return file(path, *rows)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("risk")
    earlier = written(made / "earlier.csv", range(LEARNED))
    later = written(made / "later.csv", range(LEARNED, len(ALL)))
    later.write_text(
        later.read_text()
        + later.read_text().splitlines()[-1].replace(GOOD["Tax Type"], "").replace(",1,", ",x,").replace(",0,", ",x,")
        + "\n"
    )
    done = CliRunner().invoke(tonggwan, ["risk", "train", str(earlier), "--model", str(made / "model"), "--json"])
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["declarations"] == LEARNED
    assert said["version"].startswith(said["last_day"])
    return made


def test_a_model_is_measured_and_each_row_scored(folder: Path) -> None:
    done = CliRunner().invoke(
        tonggwan,
        [
            "risk",
            "evaluate",
            str(folder / "later.csv"),
            "--model",
            str(folder / "model"),
            "--scores",
            str(folder / "scores.csv"),
            "--json",
        ],
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert said["rows"] == len(ALL) - LEARNED + 1
    assert said["measured"] == said["rows"] - 1
    assert [at["rate"] for at in said["fraud"]["at"]] == [0.01, 0.05, 0.1]
    assert said["fraud"]["auc"] > 0.75
    assert said["drift"].keys() >= {"chapter", "score"}
    assert "Fraud" in done.stderr
    with (folder / "scores.csv").open(newline="") as opened:
        rows = list(csv.DictReader(opened))
    assert [row["row"] for row in rows] == [str(number) for number in range(1, said["rows"] + 1)]
    assert all(0 <= float(row[name]) <= 1 for row in rows for name in ("fraud", "critical"))


def test_people_get_tables(folder: Path) -> None:
    done = CliRunner().invoke(
        tonggwan, ["risk", "evaluate", str(folder / "later.csv"), "--model", str(folder / "model")]
    )
    assert done.exit_code == 0, done.output
    for said in ("AUC", "precision", "revenue KRW", "Critical fraud", "Calibration", "Drift"):
        assert said in done.stdout


@pytest.mark.parametrize(
    ("call", "status", "said"),
    [
        (["risk", "evaluate", "{folder}/later.csv", "--model", "{folder}/nothing"], 1, "there is no risk model in"),
        (["risk", "train", "{folder}/scores.txt", "--model", "{folder}/new"], 1, "has no column"),
        (["risk", "train", "{folder}/nowhere.csv"], 2, "does not exist"),
        (
            ["risk", "evaluate", "{folder}/later.csv", "--model", "{folder}/model", "--scores", "{folder}/no/such.csv"],
            1,
            "the scores can't be written",
        ),
    ],
    ids=["no model", "no declarations", "no file", "no folder for the scores"],
)
def test_what_is_wrong_is_a_sentence(folder: Path, call: list[str], status: int, said: str) -> None:
    (folder / "scores.txt").write_text("row,score\n1,2\n")
    done = CliRunner().invoke(tonggwan, [part.format(folder=folder) for part in call])
    assert done.exit_code == status
    assert said in done.output
    assert "Traceback" not in done.output

"""`tonggwan scenarios`, as a shell calls it."""

import json
from pathlib import Path

import pytest

from streams.simulation.scenarios import truth
from tests.streams.cli.command import lines, tonggwan, tonggwan_anew

SMALL = ("--days", 1, "--parcels", 200, "--scale", 0.01)


def test_days_and_truth_are_written_to_be_published(tmp_path: Path) -> None:
    done = tonggwan("scenarios", "generate", tmp_path / "days", *SMALL)
    assert done.returncode == 0, done.stderr
    truths = truth.read(tmp_path / "days" / "truth.csv")
    sent = {
        f"{file.stem}/{parcel.get('house_bill')}"
        for file in (tmp_path / "days").glob("*.jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
        for parcel in json.loads(line)["parcels"]
    }
    assert {row.bill for row in truths if row.kind != "MISTAKE"} < sent
    assert done.stdout.startswith(f"{len(sent):,} parcels of ")


def test_a_run_says_what_was_found_and_ends_with_no_when_something_was_not(tmp_path: Path) -> None:
    done = tonggwan("scenarios", "run", *SMALL, "--json", "--report", tmp_path / "net.md")
    (report,) = lines(done)
    assert done.returncode == (0 if report["well"] else 1), done.stderr
    assert report["planted"] == sum(scenario["parcels"] for scenario in report["scenarios"]) > 0
    assert (tmp_path / "net.md").exists()
    assert (tmp_path / "net" / "curve.svg").exists()


def test_people_read_a_table_and_sentences() -> None:
    done = tonggwan("scenarios", "run", *SMALL)
    assert "A purchase split under one master bill" in done.stdout
    assert "the goal is 80 %" in done.stdout


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(("run", "--parcels", 5), 2, "--parcels", id="too few parcels"),
        pytest.param(("run", "--scale", 2), 2, "--scale", id="more than was reported"),
        pytest.param(("run", "--figures", __file__), 1, "can't be read as scenarios", id="figures that are none"),
        pytest.param(
            ("judge", __file__, "--bootstrap", "127.0.0.1:1"), 1, "no truth of scenarios", id="truth that is none"
        ),
        pytest.param(("generate", f"{__file__}/days"), 1, "cannot be written", id="a folder that can't be"),
    ],
)
def test_a_wrong_call_is_one_sentence(words: tuple[object, ...], status: int, said: str) -> None:
    done = tonggwan_anew("scenarios", *words)
    assert done.returncode == status
    assert said in done.stderr
    assert "Traceback" not in done.stderr

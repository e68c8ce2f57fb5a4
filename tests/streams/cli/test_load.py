"""`tonggwan load`, called as a person would."""

import io
from pathlib import Path

import msgspec
import orjson
import pytest
from rich.console import Console

from streams.cli.load_view import Screen, line, sparkline
from streams.load.percentiles import percentiles
from streams.load.profiles import PROFILES
from streams.load.result import LoadReport
from streams.load.run import Progress
from tests.streams.cli.command import tonggwan
from tests.streams.load.loads import sample


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param(["--knee", "--profile", "dump"], "--knee raises a steady rate", id="the knee of a dump"),
        pytest.param(["--embedded", "--bootstrap", "kafka:9092"], "leave --bootstrap out", id="two Kafkas"),
        pytest.param(["--workers", "3"], "--workers counts those of --embedded", id="workers of another Kafka"),
        pytest.param(["--seconds", "5", "--warm-up", "5"], "leaves nothing of 5 seconds", id="nothing to measure"),
        pytest.param(["--process", "4711"], "write NAME=PID", id="a process without a name"),
        pytest.param(["--profile", "wild"], "'wild' is not one of", id="an unknown profile"),
        pytest.param(["--rate", "0"], "--rate", id="no rate"),
    ],
)
def test_a_wrong_call_ends_with_2_and_says_what_is_wrong(call: list[str], said: str) -> None:
    done = tonggwan("load", *call)
    assert done.returncode == 2
    assert said in done.stderr


def test_a_carrier_that_can_be_none_is_refused() -> None:
    done = tonggwan("load", "--carrier", "K X")
    assert done.returncode == 1
    assert "'K X' is not a carrier code" in done.stderr


def test_profiles_are_told() -> None:
    done = tonggwan("load", "--profiles")
    assert done.returncode == 0
    assert [text.split()[0] for text in done.stdout.splitlines()] == [*PROFILES]


def test_a_folder_that_cannot_be_written_is_told_before_anything_is_started(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = tonggwan("load", "--embedded", "--out", tmp_path / "file" / "out")
    assert done.returncode == 1
    assert "name another folder with --out" in done.stderr


def test_a_line_tells_how_far_it_is() -> None:
    progress = Progress(12.3, 60.0, 6_000, sample(12.3, 1_200, 1_150), percentiles([0.1, 0.3]), 3, {})
    assert line(progress) == "  12 s  1,150 of 6,000 parcels decided, 50 undecided, p50 100 ms, p99 300 ms"
    quiet = msgspec.structs.replace(progress, recent=percentiles([]))
    assert line(quiet).endswith("p50 -, p99 -")


def test_the_panel_shows_what_is_decided_and_waits_and_what_it_costs() -> None:
    screen = Screen("tonggwan load: steady")
    seen = [
        Progress(
            at, 60.0, 6_000, sample(at, int(at * 100), int(at * 90)), percentiles([at / 10]), 3, {"worker-1": 0.25}
        )
        for at in (1.0, 2.0, 3.0)
    ]
    for progress in seen:
        screen.show(progress)
    written = io.StringIO()
    Console(file=written, width=100).print(screen.panel(seen[-1]))
    for said in ("load: steady", " 3 of 60 s", "270 of 6,000", "300 ms", "▃▆█", "manifests, lag", "worker-1", "0.25"):
        assert said in written.getvalue(), said


def test_a_sparkline_of_nothing_is_flat() -> None:
    assert (sparkline([]), sparkline([0.0, 0.0])) == ("", "▁▁")


@pytest.mark.broker
def test_an_embedded_run_answers_every_parcel_and_writes_its_report(tmp_path: Path) -> None:
    """A little of everything: ordinary parcels, mistakes, records nobody can read."""
    call = ["--embedded", "--profile", "hostile", "--rate", "100", "--seconds", "6", "--warm-up", "1"]
    folder = tmp_path / "out"
    done = tonggwan("load", *call, "--parcels-per-manifest", 5, "--seed", 11, "--out", folder)
    assert done.returncode == 0, done.stderr
    assert "Every parcel was answered exactly once." in done.stdout
    assert {path.name for path in folder.iterdir()} == {
        "load.html",
        "load.json",
        "load.png",
        "load.hlog",
        "load.hgrm",
    }
    report = orjson.loads((folder / "load.json").read_bytes())
    found = msgspec.convert(report, LoadReport)
    assert (found.verdict.parcels, found.verdict.decided) == (600, 600)
    assert found.verdict.set_aside > 0
    assert found.decisions.count == 500
    assert set(found.by_carrier) == {"kx", "bw", "ys", "ep", "nj", "ox", "rx", "hs"}
    assert {"worker-1", "worker-2", "broker", "generator"} <= set(found.samples[-1].processes)
    assert found.samples[-1].lag["manifests"] == 0

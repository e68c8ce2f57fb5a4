"""What keeps broker and workers running: pauses, keys, and what it says when something never starts. No broker here."""

import asyncio
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from streams.local import supervisor
from streams.local.supervisor import Pauses, Supervisor, SupervisorError, key_file, last_line
from streams.settings import Settings
from streams.worker import readiness


def test_pauses_double_up_to_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.local.supervisor.time.monotonic", lambda: 0.0)
    pauses = Pauses()
    assert [pauses.next() for _ in range(7)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_half_a_minute_of_health_forgets_the_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 2.0, 3.0, 40.0])
    monkeypatch.setattr("streams.local.supervisor.time.monotonic", lambda: next(clock))
    pauses = Pauses()
    assert [pauses.next(), pauses.next()] == [0.2, 0.4]
    pauses.began()
    assert pauses.next() == 0.2


def test_a_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    path = key_file(tmp_path)
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert key_file(tmp_path).read_text() == first
    assert [each.name for each in tmp_path.iterdir()] == ["token_keys"]
    assert Settings.read({"INTAKE_TOKEN_KEYS_FILE": str(path)}).token_keys[0].kid == "k1"


@pytest.mark.parametrize(
    ("log", "said"),
    [
        pytest.param("first\ntonggwan: the table is missing.\n\n", "the table is missing", id="a sentence"),
        pytest.param("", "no output", id="empty"),
        pytest.param("x" * 10_000, "x" * 300, id="long"),
    ],
)
def test_the_last_line_of_a_log(log: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "log").write_text(log)
    assert last_line(tmp_path / "log") == said


def test_a_share_is_told_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "worker-1.ready"
    monkeypatch.setenv(readiness.FILE, str(file))
    readiness.write(7, [("manifests.kx", 0)])
    share = readiness.read(file)
    assert share is not None
    assert (share.generation, share.partitions) == (7, frozenset({("manifests.kx", 0)}))
    file.write_bytes(b'{"pid": 1')
    assert readiness.read(file) is None


async def test_a_worker_that_never_starts_stops_everything_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its interpreter is a program that says a sentence and ends with 1."""
    program = tmp_path / "python"
    program.write_text(f"#!{sys.executable}\nprint('tonggwan: the topics are missing.')\nraise SystemExit(1)\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setattr(supervisor, "PAUSE_S", 0.0)
    said: list[str] = []
    settings = replace(Settings(), brokers="127.0.0.1:1", workers=1, data_dir=tmp_path)
    async with Supervisor(settings, said.append) as owner:
        with pytest.raises(
            SupervisorError, match=r"worker-1 failed to start \(the topics are missing\): read .*worker-1\.log\."
        ):
            await asyncio.wait_for(owner._workers[0].keep(), 30)
    assert said == [f"worker-1 exited with status 1; restarting it. Log: {tmp_path}/worker-1.log"] * 4

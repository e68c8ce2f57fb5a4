"""The command as a whole: its help, its errors, its exit statuses. No broker here."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from streams.cli import COMMANDS, tonggwan
from streams.cli.console import plural, printable
from tests.streams.cli import command
from tests.streams.cli.command import EXAMPLES, environ

NOBODY = "127.0.0.1:1"
TALKING = [
    ["topics"],
    ["publish", EXAMPLES / "import_post.json", "--carrier", "ep"],
    ["decisions"],
    ["explain", "KX1"],
    ["reconcile"],
    ["dead-letters", "list"],
]


def test_help_lists_every_command() -> None:
    done = command.tonggwan_anew("--help")
    assert done.returncode == 0
    for name, sentence in COMMANDS.items():
        assert re.search(rf"^  {name} +{sentence.split()[0]}", done.stdout, re.MULTILINE), name


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_of_its_own(name: str) -> None:
    context = click.Context(tonggwan)
    found = tonggwan.get_command(context, name)
    assert found is not None
    assert found.help
    assert all(option.help for option in found.params if isinstance(option, click.Option))


def test_the_table_names_every_module_that_has_a_command() -> None:
    folder = Path(tonggwan.callback.__code__.co_filename).parent if tonggwan.callback else Path()
    there = {
        path.stem for path in folder.glob("*.py") if re.search(rf"^def {path.stem}\(", path.read_text(), re.MULTILINE)
    }
    assert {name.replace("-", "_") for name in COMMANDS} == there


@pytest.mark.parametrize(
    "args",
    [
        ["nothing"],
        ["check"],
        ["publish", "x.json"],
        ["up", "--port", "70000"],
        ["decisions", "--bootstrap", "here"],
        ["dead-letters", "replay"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2(args: list[str], tmp_path: Path) -> None:
    done = command.tonggwan(*args, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: tonggwan")
    assert not done.stdout


@pytest.mark.parametrize("args", TALKING, ids=lambda args: args[0])
def test_a_kafka_that_isnt_there_is_named_in_one_sentence(args: list[str]) -> None:
    done = command.tonggwan_anew(*args, "--bootstrap", NOBODY)
    assert done.returncode == 1
    assert (
        done.stderr
        == f"tonggwan: no Kafka answers on {NOBODY} (connection refused): start one with `tonggwan up`, or set "
        "INTAKE_BROKERS to another one.\n"
    )
    assert not done.stdout


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param(
            {"INTAKE_BROKR": "x"}, "no such setting: INTAKE_BROKR; did you mean INTAKE_BROKERS?", id="unknown"
        ),
        pytest.param(
            {"INTAKE_WORKERS": "many"}, "INTAKE_WORKERS is 'many': set a whole number from 1 to 64.", id="no number"
        ),
        pytest.param(
            {"INTAKE_REFERENCE_DIR": "/nowhere"}, "agreements.csv: cannot be read in /nowhere", id="no reference data"
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_in_one_sentence(settings: dict[str, str], said: str) -> None:
    done = command.tonggwan("check", EXAMPLES / "import_post.json", env=environ(**settings))
    assert done.returncode == 1
    assert done.stderr.startswith(f"tonggwan: {said}")
    assert done.stderr.count("\n") == 1


def test_an_address_of_the_settings_is_the_default() -> None:
    done = command.tonggwan("decisions", env=environ(INTAKE_BROKERS=NOBODY))
    assert f"no Kafka answers on {NOBODY}" in done.stderr


def test_what_up_has_started_is_the_default(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("127.0.0.1:2\n")
    done = command.tonggwan("decisions", env=environ(INTAKE_DATA_DIR=str(tmp_path)))
    assert "no Kafka answers on 127.0.0.1:2 " in done.stderr


def test_a_port_of_the_settings_comes_before_what_up_has_started(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("127.0.0.1:2\n")
    done = command.tonggwan("decisions", env=environ(INTAKE_DATA_DIR=str(tmp_path), INTAKE_KAFKA_PORT="3"))
    assert "no Kafka answers on 127.0.0.1:3 " in done.stderr


def test_a_worker_without_keys_says_which_setting_is_missing() -> None:
    """It looks for Kafka first, so one that is named but not there would have it wait.

    The keys are told by `up` as well.
    """
    done = command.tonggwan("up", "--port", "0", "--data", "/proc/nowhere")
    assert done.returncode == 1
    assert (
        done.stderr
        == "tonggwan: /proc/nowhere can't be written (No such file or directory): choose another folder with --data.\n"
    )


def test_a_reader_that_goes_away_is_no_reason_to_complain() -> None:
    words = f"{sys.executable} -m streams check --json {EXAMPLES}/*.json | true"
    done = subprocess.run(["bash", "-c", words], capture_output=True, text=True, check=False, env=environ(), timeout=60)
    assert done.stderr == ""


def test_an_interrupt_ends_with_130_and_without_a_traceback() -> None:
    running = subprocess.Popen(
        [sys.executable, "-m", "streams", "check", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environ(),
    )
    assert running.stdin
    assert running.stdout
    running.stdin.write('{"no": "manifest"}\n' * 2000)
    running.stdin.flush()
    running.stdout.readline()  # it is at work now
    os.kill(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        pytest.param("KX1\x1b[2J", "KX1\\x1b[2J", id="escape sequence"),
        pytest.param("a\tb\nc", "a\\tb\\nc", id="tab and line break"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="right-to-left override"),
        pytest.param("김민서", "김민서", id="Hangul"),
        pytest.param(None, "", id="nothing"),
    ],
)
def test_what_comes_from_outside_cant_touch_the_terminal(text: str | None, safe: str) -> None:
    assert printable(text) == safe


def test_one_is_not_many() -> None:
    assert [plural(number, "parcel") for number in (0, 1, 1234)] == ["0 parcels", "1 parcel", "1,234 parcels"]

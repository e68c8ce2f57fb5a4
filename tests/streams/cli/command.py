"""Calls the command as a shell would."""

import atexit
import functools
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

import orjson

from streams.settings import CHECKOUT

EXAMPLES = CHECKOUT / "schemas" / "examples" / "manifest.v1"
AT = "2026-11-23T14:03:00+09:00"
SECONDS = 120
SCREEN: Final = frozenset({"COLUMNS", "LINES"})
"""How large somebody else's terminal is: processes of pytest-xdist have them."""
STREAMS: Final = ("stdin", "stdout", "stderr")

Done = subprocess.CompletedProcess[str]


def environ(**changes: str) -> dict[str, str]:
    """The environment without anybody's settings, but for these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("INTAKE_", "LC_", "LANG")) and name not in SCREEN
    }
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(CHECKOUT), "INTAKE_DATA_DIR": "/nowhere", **changes}


def tonggwan(*args: object, text: str = "", env: dict[str, str] | None = None, folder: Path | None = None) -> Done:
    """Run a command to its end, in a process of its own that begins where `started.py` has come to.

    Starting takes longer than most calls.
    """
    words = [*map(str, args)]
    with tempfile.TemporaryDirectory(prefix="tonggwan-call-") as name:
        files = [Path(name, stream) for stream in STREAMS]
        for file in files:
            file.write_text(text if file.name == "stdin" else "", encoding="utf-8")
        call = {
            "words": words,
            "environ": env or environ(),
            "folder": str(folder or Path.cwd()),
            "streams": [*map(str, files)],
            "seconds": SECONDS,
        }
        started = _started()
        assert started.stdin
        assert started.stdout
        started.stdin.write(orjson.dumps(call) + b"\n")
        started.stdin.flush()
        status = int(started.stdout.readline())
        _, said, complained = (file.read_text(encoding="utf-8") for file in files)
    return Done(words, status, said, complained)


def tonggwan_anew(*args: object, env: dict[str, str] | None = None) -> Done:
    """Run a command to its end from the very start, as a shell does."""
    words = [sys.executable, "-m", "streams", *map(str, args)]
    return subprocess.run(
        words, input="", capture_output=True, text=True, check=False, timeout=SECONDS, env=env or environ()
    )


@functools.cache
def _started() -> subprocess.Popen[bytes]:
    """The process that calls begin from; it ends with ours. A session of its own: a Ctrl-C is for pytest."""
    begun = subprocess.Popen(
        [sys.executable, "-m", "tests.streams.cli.started"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=CHECKOUT,
        env=environ(),
        start_new_session=True,
    )
    atexit.register(begun.communicate)
    return begun


def lines(done: Done) -> list[dict[str, Any]]:
    """What it printed, as JSON lines."""
    return [orjson.loads(line) for line in done.stdout.splitlines()]

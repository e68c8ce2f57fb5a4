"""Calls the command as a shell would."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson

from streams.settings import CHECKOUT

EXAMPLES = CHECKOUT / "schemas" / "examples" / "manifest.v1"
AT = "2026-11-23T14:03:00+09:00"
SECONDS = 120

Done = subprocess.CompletedProcess[str]


def environ(**changes: str) -> dict[str, str]:
    """The environment without anybody's settings, but for these."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTAKE_", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8", "PYTHONPATH": str(CHECKOUT), "INTAKE_DATA_DIR": "/nowhere", **changes}


def tonggwan(*args: object, text: str = "", env: dict[str, str] | None = None, folder: Path | None = None) -> Done:
    """Run a command to its end."""
    words = [sys.executable, "-m", "streams", *map(str, args)]
    return subprocess.run(words, input=text, capture_output=True, text=True, check=False, timeout=SECONDS, env=env or environ(), cwd=folder)


def lines(done: Done) -> list[dict[str, Any]]:
    """What it printed, as JSON lines."""
    return [orjson.loads(line) for line in done.stdout.splitlines()]

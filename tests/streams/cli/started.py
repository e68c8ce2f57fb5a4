"""A process in which the command has been started.

Every command is imported, the shipped watch-list indexed, the risk model read.

Each call is a copy of it, so nothing that one call does is there for another. `tests/streams/cli/command.py` talks
to it.
"""

import os
import signal
import sys
import traceback
from importlib import import_module
from typing import Any, NoReturn

import orjson

from streams.cli import COMMANDS, tonggwan
from streams.reference import load
from streams.risk.serve import scorer_of
from streams.settings import Settings


def begin() -> None:
    """What every start does, once."""
    for name in COMMANDS:
        import_module(f"{tonggwan.__module__}.{name.replace('-', '_')}")
    load().watchlist.prepare()
    scorer_of(Settings.read({}).risk_model_dir, Settings.read({}).cache_dir)


def run(call: dict[str, Any]) -> NoReturn:
    """One call, as `python -m streams` makes it, and the end of this copy."""
    status: object = 1
    try:
        signal.alarm(call["seconds"])
        for number, path in enumerate(call["streams"]):
            os.dup2(os.open(path, os.O_RDWR), number)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, encoding="utf-8", closefd=False) for number, mode in enumerate("rww")
        )
        os.environ.clear()
        os.environ.update(call["environ"])
        os.chdir(call["folder"])
        tonggwan(call["words"], prog_name="tonggwan")
    except SystemExit as end:
        status = end.code or 0
    except BaseException:  # noqa: BLE001 - as Python ends with whatever nobody has caught
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 1)


def serve() -> None:
    """A call a line, the exit status of each as answer, until nobody can call any more."""
    for line in sys.stdin.buffer:
        copy = os.fork() or run(orjson.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]), flush=True)  # noqa: T201 - the answer


if __name__ == "__main__":
    begin()
    serve()

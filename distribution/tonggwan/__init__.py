"""Tonggwan, installed: the command, and the application in `app/` beside this file.

The application's packages are called agents, schemas and streams, names that others use too. So they are never
installed at the top level: the command puts `app/` first on the path, for itself and for the workers it starts.
"""

import os
import sys
from pathlib import Path

APP = Path(__file__).resolve().parent / "app"


def main() -> None:
    """Run the command `tonggwan`."""
    sys.path.insert(0, str(APP))
    paths = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path and path != str(APP)]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(APP), *paths])
    from streams.cli import tonggwan  # noqa: PLC0415 - only now is it on the path

    tonggwan(prog_name="tonggwan")

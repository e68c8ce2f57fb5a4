"""Measure, and write the pages and pictures: `make figures`, or `make figures ARGS="screening"` for some of them."""

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Final

from tools import figures

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs"


def names() -> list[str]:
    """The parts there are."""
    return sorted(module.name for module in pkgutil.iter_modules(figures.__path__) if not module.name.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run the parts that are wanted, all when none is named; exit status."""
    unknown = sorted(set(wanted) - set(names()))
    if unknown:
        sys.stderr.write(f"No figures called {', '.join(unknown)}: there are {', '.join(names())}.\n")
        return 2
    for name in wanted or names():
        importlib.import_module(f"tools.figures.{name}").write(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

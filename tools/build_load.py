"""Measure this machine with `tonggwan load` and write the reports of docs/: `make load` (about five minutes)."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec

from streams.load.page import ms
from streams.load.result import LoadReport
from streams.settings import CHECKOUT

DOCS: Final = CHECKOUT / "docs"
RUNS: Final[Mapping[str, tuple[str, ...]]] = {
    "steady": ("--profile", "steady", "--rate", "1000"),
    "dump": ("--profile", "dump", "--dump", "50000", "--rate", "100"),
    "hostile": ("--profile", "hostile", "--rate", "500"),
}
"""What is measured, by the name of its files in docs/load/."""
BEGIN: Final = "<!-- written by make load -->"
END: Final = "<!-- until here -->"
KEPT: Final = ("load.html", "load.png")
"""Of each report."""


def section(reports: Mapping[str, LoadReport]) -> Iterator[str]:
    """The figures as Markdown."""
    conditions = next(iter(reports.values())).conditions
    busy = max(report.conditions.busy for report in reports.values())
    yield (
        f"Measured {conditions.began_at[:10]} on {conditions.cores} cores of {conditions.processor}, Python "
        f"{conditions.python}; {conditions.kafka}, and the generator on the same cores, which had other work "
        f"besides (load average before a run up to {busy:g}). The figures say how these cores behave, not what the "
        "program can do."
    )
    yield ""
    yield "| run | parcels | decided/s | p50 | p90 | p99 | slowest | all answered after | exactly once |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for name, report in reports.items():
        found = report.decisions
        yield (
            f"| [{name}](load/{name}.html) | {report.verdict.decided:,} | {report.decided_per_s:,.0f} | "
            f"{ms(found.p50)} | {ms(found.p90)} | {ms(found.p99)} | {ms(found.max)} | {ms(report.drained_s * 1000)} | "
            f"{'yes' if report.verdict.holds else 'NO'} |"
        )
    for name, report in reports.items():
        yield ""
        yield f"**{name}**: {report.conditions.about} {_size(report)}"
        yield ""
        yield f"![Load report of {name}](load/{name}.png)"


def _size(report: LoadReport) -> str:
    conditions = report.conditions
    late = f" The generator itself was late by {ms(report.late.p99)} (p99)." if report.is_late else ""
    return (
        f"{conditions.rate:,.0f} parcels a second for {conditions.seconds:g} s, "
        f"{conditions.parcels_per_manifest} a manifest.{late}"
    )


def replaced(page: str, lines: Sequence[str]) -> str:
    """A page with its measured part renewed."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, "", *lines, "", END]) + after


def main() -> int:
    """Measure everything, and write it; exit status."""
    kept = DOCS / "load"
    kept.mkdir(exist_ok=True)
    reports = {}
    for name, options in RUNS.items():
        with TemporaryDirectory(prefix="tonggwan-load-") as folder:
            command = [sys.executable, "-m", "streams", "load", "--embedded", *options, "--out", folder]
            done = subprocess.run(command, cwd=CHECKOUT, check=False)  # noqa: S603 - our own program
            if done.returncode:
                return done.returncode
            for file in KEPT:
                (kept / file.replace("load", name)).write_bytes(Path(folder, file).read_bytes())
            reports[name] = msgspec.json.decode(Path(folder, "load.json").read_bytes(), type=LoadReport)
    page = DOCS / "load.md"
    page.write_text(replaced(page.read_text(encoding="utf-8"), list(section(reports))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

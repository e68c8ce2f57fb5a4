"""Who answers the cases: the pipeline in memory, under the tables beside the file."""

import csv
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from agents.reference import Reference
from streams.conformance import cases
from streams.errors import OperatorError
from streams.importer_verifier import tokenise
from streams.manifest_files import FileRecord
from streams.reference import FOLDER, load
from streams.settings import Settings
from streams.worker.checker import KEY, Checker, PipelineResult

REFERENCE_ALTERED: Final = "tonggwan-reference-"
IMPORTERS: Final = "importers.clear.csv"
"""Of the tables beside cases the one in clear text: its people are invented, and the register holds nobody so."""


def tables_folder(settings: Settings) -> Path | None:
    """The folder of reference tables that the settings name; None for those shipped."""
    return Path(settings.reference_dir) if settings.reference_dir else None


# the conformance corpus


def judge_of(file: cases.CaseFile, settings: Settings) -> cases.Evaluator:
    """Who answers the cases of a file: the work of a worker with nothing remembered, and the tables beside the file."""
    references: dict[tuple[tuple[str, str], ...], Reference] = {}

    def judge(sent: Sequence[cases.SentManifest], figures: Mapping[str, str]) -> list[PipelineResult]:
        key = tuple(sorted(figures.items()))
        if key not in references:
            references[key] = altered_reference(tables_folder(settings) or FOLDER, file.reference, figures)
        checker = Checker(settings, references[key])
        return [checker.take(FileRecord(file.path.name, "", each.value), each.carrier, each.at_ms) for each in sent]

    return judge


def altered_reference(tables: Path, instead: Path, figures: Mapping[str, str]) -> Reference:
    """Reference data with a folder's tables in place of those of the same names, and figures of law for all days."""
    with tempfile.TemporaryDirectory(prefix=REFERENCE_ALTERED) as name:
        folder = Path(name)
        for table in (*tables.glob("*.csv"), *instead.glob("*.csv")):
            if table.name != IMPORTERS:
                shutil.copyfile(table, folder / table.name)
        if (instead / IMPORTERS).exists():
            _tokenise(instead / IMPORTERS, folder / "importers.csv")
        if figures:
            _replace(folder / "thresholds.csv", figures)
        return load(folder)


def _tokenise(clear: Path, table: Path) -> None:
    """The register of importers, from invented people in clear text."""
    with clear.open(encoding="utf-8", newline="") as opened, table.open("w", encoding="utf-8", newline="") as written:
        tokenise.write(tokenise.tokenised(opened, KEY, "Invented for the corpus"), written)


def _replace(thresholds: Path, figures: Mapping[str, str]) -> None:
    """Give figures another value, on all days."""
    with thresholds.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    if unknown := figures.keys() - {row["name"] for row in rows}:
        raise OperatorError(
            f"{', '.join(sorted(unknown))}: no such figure in thresholds.csv; a case can change one that stands there."
        )
    with thresholds.open("w", encoding="utf-8", newline="") as opened:
        written = csv.DictWriter(opened, rows[0].keys())
        written.writeheader()
        written.writerows(row | {"value": figures.get(row["name"], row["value"])} for row in rows)

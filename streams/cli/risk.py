"""`tonggwan risk`: train the risk model, and measure one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import click

from streams.cli.console import as_json, columns, counting, note, on_terminal, out, paragraph, plural, print_line
from streams.errors import OperatorError
from streams.risk.declarations import Declarations, read_declarations
from streams.settings import Settings, variable

SHIFTED: Final = 0.25
"""A higher population stability index is reported as drift; workers ask the dated figure `risk_drift_index`."""

declarations_argument = click.argument(
    "file", metavar="DECLARATIONS.csv", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
)
model_option = click.option(
    "--model",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of the model. Default: the folder that workers use.",
)
json_option = click.option("--json", "for_machines", is_flag=True, help="Print one JSON object.")


@contextmanager
def _training_libraries() -> Iterator[None]:
    """Say how to get the libraries that only training and measuring need."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise OperatorError(
            f"{error.name} is not installed: training and measuring need it; run pip install 'tonggwan[train]'."
        ) from error


@click.group
def risk() -> None:
    """The learned risk score: see docs/risk.md."""


@risk.command
@declarations_argument
@model_option
@json_option
def train(file: Path, folder: Path | None, *, for_machines: bool) -> None:
    """Train the risk model on labelled declarations.

    The file has the columns of customs' declaration data (docs/risk.md). The same declarations give the same model,
    byte for byte. Workers use the new model after a restart.
    """
    folder = folder or Settings.read(os.environ).risk_model_dir
    read = _read(file)
    with counting("Training", "steps") as bar:
        with _training_libraries():  # they take a second to import: after the file was looked at
            from streams.risk.artefact import write_model  # noqa: PLC0415 - see above
            from streams.risk.train import STEPS, train  # noqa: PLC0415 - see above

        bar.total(STEPS)
        done = 0

        def progress(_: str) -> None:
            nonlocal done
            bar.at(done)
            done += 1

        trained = train(read.all, progress)
        bar.at(STEPS)
    try:
        version = write_model(trained, folder)
    except OSError as error:
        raise OperatorError(f"the model can't be written to {folder}: {error.strerror}.") from error
    if for_machines:
        as_json(
            {
                "version": version,
                "model": str(folder),
                "rows": len(read.all),
                "declarations": trained.rows,
                "frauds": trained.frauds,
                "criticals": trained.criticals,
                "first_day": trained.first_day.isoformat(),
                "last_day": trained.last_day.isoformat(),
                "bad_cells": dict(read.bad_cells),
            },
        )
        return
    print_line(f"Model {version} in {folder}", bold=True)
    print_line(
        f"Trained on {plural(trained.rows, 'declaration')} from {trained.first_day} to {trained.last_day}: "
        f"{trained.frauds:,} fraud, {trained.criticals:,} of it critical."
    )


@risk.command
@declarations_argument
@model_option
@click.option(
    "--scores",
    "scores_file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write a score per row for fraud and for critical fraud, as CSV.",
)
@json_option
def evaluate(file: Path, folder: Path | None, scores_file: Path | None, *, for_machines: bool) -> None:
    """Evaluate a risk model on labelled declarations, which should be later than those it was trained on."""
    with _training_libraries():
        from streams.risk.artefact import read_model  # noqa: PLC0415 - numpy is for this command alone
        from streams.risk.evaluate import evaluate, score, write_scores  # noqa: PLC0415 - the same

    folder = folder or Settings.read(os.environ).risk_model_dir
    model = read_model(folder)
    if model is None:
        raise OperatorError(
            f"there is no risk model in {folder}: train one with `tonggwan risk train`, or give its folder with "
            f"--model or {variable('risk_model_dir')}."
        )
    read = _read(file)
    if not read.labelled:
        raise OperatorError(f"{file} has no row with a day and both labels: there is nothing to measure.")
    with counting("Scoring", "declarations") as bar:
        bar.total(len(read.all))
        scores = score(read.all, model, bar.at)
    if scores_file is not None:
        try:
            write_scores(scores_file, read.all, scores, model)
        except OSError as error:
            raise OperatorError(f"the scores can't be written to {scores_file}: {error.strerror}.") from error
    evaluation = evaluate(read.all, scores, model)
    days = [each.day for each in read.labelled if each.day is not None]
    result: dict[str, Any] = {
        "version": model.version,
        "rows": len(read.all),
        "measured": len(read.labelled),
        "first_day": min(days).isoformat(),
        "last_day": max(days).isoformat(),
        "bad_cells": dict(read.bad_cells),
        "fraud": evaluation.fraud.as_json(),
        "critical": evaluation.critical.as_json(),
        "calibration": [
            {"declarations": rows, "probability": mean, "share": share} for rows, mean, share in evaluation.bins
        ],
        "drift": evaluation.drift,
    }
    if for_machines:
        as_json(result)
        return
    _show(result, str(file))


def _read(file: Path) -> Declarations:
    """Declarations, with a word on what could not be read of them."""
    read = read_declarations(file)
    if read.bad_cells:
        cells = ", ".join(f"{count:,} of {column!r}" for column, count in sorted(read.bad_cells.items()))
        left = len(read.all) - len(read.labelled)
        note(
            f"Unreadable cells: {cells}. They count as missing; {plural(left, 'row')} without day or label "
            f"{'is' if left == 1 else 'are'} left out."
        )
    return read


def _show(result: dict[str, Any], file: str) -> None:
    print_line(
        f"Model {result['version']} on {plural(result['measured'], 'declaration')} of {file}, {result['first_day']} "
        f"to {result['last_day']}",
        bold=True,
    )
    for name in ("fraud", "critical"):
        measure = result[name]
        print_line()
        print_line(
            f"{'Fraud' if name == 'fraud' else 'Critical fraud'}: {measure['positives']:,} of {measure['rows']:,}",
            bold=True,
        )
        print_line(
            f"  AUC {_figure(measure['auc'])}, average precision {_figure(measure['average_precision'])}, Brier "
            f"score {_figure(measure['brier'])}"
        )
        rows = [
            (
                f"{at['rate']:.0%}",
                f"{at['inspected']:,}",
                f"{at['precision']:.3f}",
                f"{at['recall']:.3f}",
                f"{at['revenue_krw']:,}",
                f"{at['revenue']:.3f}",
            )
            for at in measure["at"]
        ]
        columns(
            ("inspected", "declarations", "precision", "recall", "revenue KRW", "of all at stake"),
            rows,
            indent=2,
            right=frozenset(range(6)),
        )
    print_line()
    print_line("Calibration of fraud, in ten equal parts by score", bold=True)
    parts = [
        (f"{part['declarations']:,}", f"{part['probability']:.3f}", f"{part['share']:.3f}")
        for part in result["calibration"]
    ]
    columns(("declarations", "mean score", "share of fraud"), parts, indent=2, right=frozenset(range(3)))
    print_line()
    print_line("Drift against the training data (population stability index)", bold=True)
    columns(
        ("feature", "index", ""),
        [
            (feature, f"{index:.3f}", "another population" if index > SHIFTED else "")
            for feature, index in result["drift"].items()
        ],
        indent=2,
        right=frozenset({1}),
    )
    if on_terminal():
        out().print()
    paragraph(
        "Revenue is item price x tax rate of the fraud that is inspected. For what these figures do not show, see "
        "docs/risk.md."
    )


def _figure(value: float | None) -> str:
    return "unknown (only one kind)" if value is None else f"{value:.4f}"

"""`tonggwan scenarios`: known patterns hidden in ordinary days, and what the pipeline finds of them."""

import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

import click
import msgspec
from aiokafka import ConsumerRecord

from schemas import avro
from schemas.topics import CLEARANCE, SECURITY_OF_DESK
from streams.cli.console import as_json, columns, counting, logs, note, plural, print_line
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.errors import OperatorError
from streams.manifest_files import FileRecord
from streams.reference import FOLDER, load
from streams.settings import Settings
from streams.simulation.scenarios import page, sites, truth
from streams.simulation.scenarios.horizon import PARCELS_MIN, SEED, Horizon
from streams.simulation.scenarios.patterns import FILE, catalogue
from streams.simulation.scenarios.report import Report, report_of
from streams.simulation.scenarios.verdicts import Verdicts
from streams.worker.checker import Checker

TRUTH: Final = "truth.csv"
SIZES: Final = tuple(catalogue().sizes)
SECURITY: Final = tuple(SECURITY_OF_DESK.values())
DAYS_MAX: Final = 366
"""The sample's rates reach no further."""
FIGURES: Final = click.Path(exists=True, dir_okay=False, path_type=Path)
REPORT: Final = click.Path(dir_okay=False, path_type=Path)
PERCENT: Final = 2.0
"""Inspection rate that the sites of a measurement have room for."""
Options = Mapping[str, Any]


def _sized(command: Any) -> Any:  # noqa: ANN401 - click's decorators take and give any command
    for option in (
        click.option(
            "--figures",
            metavar="FILE",
            type=FIGURES,
            default=FILE,
            help="Figures of the patterns. Default: those shipped.",
        ),
        click.option("--scale", type=click.FloatRange(0, 1), help="Scale of the planted patterns; 1 is as reported."),
        click.option("--parcels", type=click.IntRange(PARCELS_MIN), help="Ordinary parcels a day."),
        click.option("--days", type=click.IntRange(1, DAYS_MAX), help="Days."),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**31),
            default=SEED,
            show_default=True,
            help="The same seed gives the same bytes.",
        ),
        click.option(
            "--size",
            type=click.Choice(SIZES),
            default="day",
            show_default=True,
            help="Overall size; the options below change parts of it.",
        ),
    ):
        command = option(command)
    return command


report_option = click.option(
    "--report",
    "report_to",
    metavar="FILE",
    type=REPORT,
    help="Write the report to this file as Markdown, with its plots beside it.",
)
json_option = click.option("--json", "json_", is_flag=True, help="Print the report as one JSON object.")


@click.group()
def scenarios() -> None:
    """Hide smuggling, splitting, identity theft and counterfeits in ordinary days, and report what is found."""


@scenarios.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@_sized
def generate(folder: Path, **options: Any) -> None:  # noqa: ANN401 - click's
    """Write the days as files to publish, one a carrier, and the truth.

    `tonggwan publish DIR/kx.jsonl --carrier kx` sends one of them, and `tonggwan scenarios judge DIR/truth.csv`
    reports what was found.
    """
    horizon = _horizon(options)
    written = 0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack, counting("Writing", "parcels") as counter:
            counter.total(horizon.days * horizon.parcels)
            files: dict[str, IO[bytes]] = {}
            for sent in horizon:
                if sent.carrier not in files:
                    files[sent.carrier] = stack.enter_context((folder / f"{sent.carrier}.jsonl").open("wb"))
                files[sent.carrier].write(sent.value + b"\n")
                written += len(sent.manifest["parcels"])
                counter.at(written)
        truth.write(horizon.truths, folder / TRUTH)
    except OSError as error:
        raise OperatorError(f"{folder} cannot be written ({error.strerror}): choose another folder.") from error
    print_line(
        f"{plural(written, 'parcel')} of {plural(len(files), 'carrier')} in {folder}, the truth of "
        f"{plural(len(horizon.truths), 'parcel')} in {folder / TRUTH}."
    )


@scenarios.command("run")
@_sized
@click.option(
    "--inspected",
    "percent",
    type=click.FloatRange(0, 100),
    default=PERCENT,
    show_default=True,
    help="Room that inspection sites have, in percent of the ordinary parcels.",
)
@report_option
@json_option
def run_(percent: float, report_to: Path | None, json_: bool, **options: Any) -> None:  # noqa: ANN401, FBT001 - click's
    """Hide the patterns and look for them in this process, without a broker, with a worker's code and reference data.

    Exit status 1 when a scenario is not found, or too few planted parcels are selected at an inspection rate of 2 %.
    """
    logs()
    horizon = _horizon(options)
    report = measure(horizon, Settings.read(os.environ), percent)
    _answer(report, report_to, json_=json_, how=how_of(horizon, percent))


@scenarios.command()
@click.argument("truth_file", metavar="TRUTH", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@report_option
@json_option
@bootstrap_option
def judge(truth_file: Path, report_to: Path | None, json_: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Compare the truth with the decisions and security cases on Kafka.

    All parcels on Kafka that the truth does not name count as innocent. Exit status as for `run`.
    """
    truths = truth.read(truth_file)
    verdicts = Verdicts()
    run(bootstrap, _heard(bootstrap, verdicts))
    report = report_of(truths, verdicts, catalogue())
    _answer(
        report,
        report_to,
        json_=json_,
        how=f"Measured on what the clearance and security topics hold of {plural(report.parcels, 'parcel')}.",
    )


async def _heard(bootstrap: str, verdicts: Verdicts) -> None:
    def take(record: ConsumerRecord) -> None:
        if record.value is None:
            return
        if record.topic in SECURITY:
            verdicts.case(avro.decode(avro.SECURITY_CASE, record.value))
        else:
            verdicts.decision(avro.decode(avro.DECISION, record.value))

    tps = await partitions_with(bootstrap, (*CLEARANCE, *SECURITY))
    with counting("Reading", "records") as counter:
        await read(bootstrap, tps, take, counter)


def _horizon(options: Options) -> Horizon:
    figures = catalogue(options["figures"])
    if options["size"] not in figures.sizes:
        raise OperatorError(
            f"{options['figures']} has no size {options['size']}: choose one of {', '.join(figures.sizes)}."
        )
    size = figures.sizes[options["size"]]
    changes = {name: options[name] for name in ("days", "parcels", "scale") if options[name] is not None}
    size = msgspec.structs.replace(size, **changes)
    return Horizon(seed=options["seed"], days=size.days, parcels=size.parcels, scale=size.scale, catalogue=figures)


def measure(horizon: Horizon, settings: Settings, percent: float = PERCENT) -> Report:
    """Take a horizon through intake, screening and what comes behind, in this process.

    What was found with room to inspect so many percent.
    """
    with tempfile.TemporaryDirectory(prefix="tonggwan-scenarios-") as folder:
        sites.sized(Path(settings.reference_dir or FOLDER), Path(folder), horizon.parcels, percent)
        checker = Checker(settings, load(Path(folder)))
    verdicts = Verdicts()
    with counting("Parcels", "parcels") as counter:
        counter.total(horizon.days * horizon.parcels)
        for sent in horizon:
            answer = checker.take(
                FileRecord("scenarios", sent.manifest["manifest_id"], sent.value), sent.carrier, sent.at_ms
            )
            for decision in answer.decisions:
                verdicts.decision(decision)
            for case in answer.cases:
                verdicts.case(case)
            counter.at(len(verdicts.of))
    return report_of(horizon.truths, verdicts, horizon.catalogue)


def how_of(horizon: Horizon, percent: float = PERCENT) -> str:
    """What was measured, in words."""
    return (
        f"{plural(horizon.days, 'day')} of {horizon.parcels:,} ordinary parcels, the planted figures at "
        f"{horizon.scale * 100:g} % of what was reported, seed {horizon.seed}.\n"
        f"Inspection sites have room for {percent:g} % of the parcels; cases that a rule opens come on top.\n"
        "All of it is invented, and an invented day is tidier than a real one."
    )


def _answer(report: Report, report_to: Path | None, *, json_: bool, how: str) -> None:
    if report_to is not None:
        page.write(report, report_to, how)
        note(f"Report in {report_to}, its plots in {report_to.with_suffix('')}.")
    if json_:
        as_json(
            msgspec.to_builtins(report)
            | {"rate": report.rate, "recall": report.recall, "precision": report.precision, "well": report.well}
        )
    else:
        _show(report)
    if not report.well:
        raise SystemExit(1)


def _show(report: Report) -> None:
    heads = ("scenario", "groups found", "parcels", "selected", "refused", "first at", "by")
    rows = [
        (
            each.title,
            f"{each.rings_found} of {each.rings}",
            each.parcels,
            each.selected,
            each.refused,
            each.first,
            " ".join(each.codes) or "nothing",
        )
        for each in report.scenarios
    ]
    columns(heads, rows, right=frozenset({2, 3, 4, 5}))
    print_line()
    columns(
        ("look-alike", "parcels", "selected", "by"),
        [(each.title, each.parcels, each.selected, " ".join(each.codes)) for each in report.lookalikes],
        right=frozenset({1, 2}),
    )
    print_line()
    for line in page.summary(report):
        print_line(line)

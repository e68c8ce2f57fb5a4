"""`tonggwan load`: an open-loop load, its latencies, and whether every parcel was answered exactly once."""

import asyncio
import logging
import os
import secrets
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import click
from click.core import ParameterSource

from streams.cli.console import logs, note, plural, print_line
from streams.cli.kafka import bootstrap_option, default_address, run
from streams.cli.load_view import Screen, show_report
from streams.errors import OperatorError
from streams.kafka.admin import check_carrier
from streams.load import files, knee
from streams.load.knee import KneeReport, Step
from streams.load.probes import Processes
from streams.load.profiles import PARCELS_PER_MANIFEST, PROFILES, Size
from streams.load.records import PARCELS_MAX, SEED_LIMIT, sample_carriers
from streams.load.result import LoadReport, Measured
from streams.load.run import Job, measure
from streams.local.supervisor import Supervisor
from streams.settings import Settings
from streams.worker import readiness

GENERATOR: Final = "generator"
WARM_UP_S: Final = 5.0
SECONDS: Final = 60.0
KNEE_SECONDS: Final = 20.0
"""Of each step."""
STALL_S: Final = 60.0
P99_MS_MAX: Final = 1_000.0
DUMP: Final = 50_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the call asks for."""

    job: Job
    knee: bool
    p99_ms_max: float
    processes: Mapping[str, int]
    out: Path


Played = Callable[[Job, Processes], Awaitable[bool]]


def _named(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for value in values:
        name, _equals, pid = value.rpartition("=")
        if not name or not pid.isdecimal():
            raise click.BadParameter(f"{value!r} names no process: write NAME=PID, such as worker-1=4711.")
        found[name] = int(pid)
    return found


@click.command
@click.option(
    "--profile",
    type=click.Choice(tuple(PROFILES)),
    default="steady",
    show_default=True,
    help="What kind of load; tonggwan load --profiles says what each is.",
)
@click.option("--profiles", "list_profiles", is_flag=True, help="Say what each profile is, and end.")
@click.option(
    "--rate",
    type=click.FloatRange(0, 1_000_000, min_open=True),
    metavar="N",
    help="Parcels a second. Default: the profile's own.",
)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 86_400),
    metavar="S",
    help=f"How long records are due. Default: {SECONDS:g}, with --knee {KNEE_SECONDS:g} a step.",
)
@click.option(
    "--parcels-per-manifest",
    type=click.IntRange(1, 5_000),
    default=PARCELS_PER_MANIFEST,
    show_default=True,
    metavar="N",
    help="Parcels in one manifest. The profile singles has one.",
)
@click.option(
    "--dump",
    type=click.IntRange(1, PARCELS_MAX),
    default=DUMP,
    show_default=True,
    metavar="N",
    help="Parcels of the flight, in the profile dump.",
)
@click.option(
    "--carrier",
    "carriers",
    multiple=True,
    metavar="ID",
    help="Send as this carrier; may be given several times. Default: those of the sample.",
)
@click.option(
    "--warm-up",
    type=click.FloatRange(0, 3_600),
    default=WARM_UP_S,
    show_default=True,
    metavar="S",
    help="What is due before is checked, but left out of the figures.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, SEED_LIMIT - 1),
    metavar="N",
    help="The same parcels again; on one Kafka only once. Default: drawn.",
)
@click.option("--knee", "find_knee", is_flag=True, help="Raise a steady rate step by step until it is too much.")
@click.option(
    "--p99",
    "p99_ms_max",
    type=click.FloatRange(1),
    default=P99_MS_MAX,
    show_default=True,
    metavar="MS",
    help="With --knee: what 99 of 100 decisions must keep.",
)
@click.option("--embedded", is_flag=True, help="Start a Kafka and workers for the run, and stop them afterwards.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="With --embedded: worker processes. Default: INTAKE_WORKERS, else 2.",
)
@click.option(
    "--process",
    "processes",
    multiple=True,
    callback=_named,
    metavar="NAME=PID",
    help="Also watch this process of this machine; may be given several times.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder for the report. Default: load/ in INTAKE_DATA_DIR, a folder for each run.",
)
@bootstrap_option
@click.pass_context
def load(  # noqa: PLR0913, PLR0917 - click's
    ctx: click.Context,
    profile: str,
    list_profiles: bool,  # noqa: FBT001 - click's
    rate: float | None,
    seconds: float | None,
    parcels_per_manifest: int,
    dump: int,
    carriers: tuple[str, ...],
    warm_up: float,
    seed: int | None,
    find_knee: bool,  # noqa: FBT001 - click's
    p99_ms_max: float,
    embedded: bool,  # noqa: FBT001 - click's
    workers: int | None,
    processes: dict[str, int],
    out: Path | None,
    bootstrap: str,
) -> None:
    """Send parcels at set times, whatever the system does, and measure how long each decision takes.

    Latency counts from when a manifest was due, so a system that falls behind can't hide it, to when a read_committed
    consumer had the decision. Every parcel is checked to be answered exactly once; if one is not, it is named and the
    exit status is 1. Writes load.html, load.json and, with the extra tonggwan[load], load.png, load.hlog and load.hgrm.
    """
    if list_profiles:
        for name, each in PROFILES.items():
            print_line(f"{name:<10} {each.about} Without --rate: {each.rate:,.0f} parcels a second.")
        return
    _check_together(ctx, profile=profile, find_knee=find_knee, embedded=embedded, workers=workers)
    settings = Settings.read(os.environ)
    seconds = seconds or (KNEE_SECONDS if find_knee else SECONDS)
    if warm_up >= seconds:
        raise click.UsageError(f"--warm-up {warm_up:g} leaves nothing of {seconds:g} seconds to measure: shorten it.")
    wanted = Wanted(
        Job(
            profile=profile,
            size=Size(
                rate=rate or PROFILES[profile].rate,
                seconds=seconds,
                parcels_per_manifest=parcels_per_manifest,
                dump=dump,
            ),
            carriers=tuple(map(check_carrier, carriers)) or sample_carriers(),
            seed=secrets.randbelow(SEED_LIMIT) if seed is None else seed,
            bootstrap=bootstrap,
            group=settings.group,
            kafka=f"Kafka on {bootstrap}",
            warm_up_s=warm_up,
            stall_s=STALL_S,
        ),
        find_knee,
        p99_ms_max,
        processes,
        out or settings.data_dir / "load" / f"{'knee' if find_knee else profile}-{time.strftime('%Y%m%d-%H%M%S')}",
    )
    files.make_folder(wanted.out)
    if hint := files.missing_extra():
        note(hint)
    if embedded:
        well = _embedded(wanted, replace(settings, workers=workers or settings.workers))
    else:
        well = run(bootstrap, _play(wanted, wanted.job, _around(settings, bootstrap, processes)))
    if not well:
        ctx.exit(1)


def _check_together(ctx: click.Context, *, profile: str, find_knee: bool, embedded: bool, workers: int | None) -> None:
    """Refuse options that contradict each other."""
    if find_knee and profile != "steady":
        raise click.UsageError("--knee raises a steady rate: leave --profile out.")
    if embedded and ctx.get_parameter_source("bootstrap") is ParameterSource.COMMANDLINE:
        raise click.UsageError("--embedded starts a Kafka of its own: leave --bootstrap out.")
    if workers is not None and not embedded:
        raise click.UsageError("--workers counts those of --embedded: add it, or leave --workers out.")


def _around(settings: Settings, bootstrap: str, named: Mapping[str, int]) -> Processes:
    """The workers that `tonggwan up` runs on this machine, those that were named, and ourselves."""
    folder = settings.data_dir if bootstrap == default_address(settings) and not settings.brokers else None

    def processes() -> dict[str, int]:
        ready = sorted(folder.glob("worker-*.ready")) if folder is not None else []
        workers = {path.stem: share.pid for path in ready if (share := readiness.read(path)) is not None}
        return {**workers, **named, GENERATOR: os.getpid()}

    return processes


def _embedded(wanted: Wanted, settings: Settings) -> bool:
    """Everything in a folder that goes away."""
    logs(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="tonggwan-load-", ignore_cleanup_errors=True) as folder:
        own = replace(settings, brokers="", kafka_port=0, data_dir=Path(folder))
        try:
            return asyncio.run(_with_supervisor(wanted, own))
        except asyncio.CancelledError:  # SIGTERM: what was started is stopped, as after a Ctrl-C
            raise KeyboardInterrupt from None


async def _with_supervisor(wanted: Wanted, settings: Settings) -> bool:
    if (task := asyncio.current_task()) is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with Supervisor(settings, note) as supervisor:
        note(f"Starting Kafka and {plural(settings.workers, 'worker')} …")
        await supervisor.start()
        job = replace(
            wanted.job,
            bootstrap=supervisor.bootstrap,
            kafka=f"embedded Kafka, {plural(settings.workers, 'worker')}",
        )
        well = await _play(wanted, job, lambda: {**supervisor.processes(), **wanted.processes, GENERATOR: os.getpid()})
        if supervisor.restarts:
            note(f"{plural(supervisor.restarts, 'restart')} while the load ran: the figures are those of a crash.")
        return well


async def _play(wanted: Wanted, job: Job, processes: Processes) -> bool:
    """Run it, write the report, say what came out; whether all is well."""
    if wanted.knee:
        return await _find_knee(wanted, job, processes)
    measured = await _measure(job, processes, f"tonggwan load: {job.profile}")
    written = files.write(wanted.out, measured)
    show_report(measured.report)
    _say_written(written)
    return measured.report.verdict.holds


async def _measure(job: Job, processes: Processes, title: str) -> Measured:
    note(f"Making the load of {job.profile}, {job.size.rate:,.0f} parcels a second for {job.size.seconds:g} s …")
    with Screen(title) as screen:
        return await measure(job, processes, screen.show)


async def _find_knee(wanted: Wanted, job: Job, processes: Processes) -> bool:
    """Step by step, each with parcels of its own; the first whose answers don't balance ends it."""
    reports: list[LoadReport] = []

    async def step(rate: float) -> Step:
        again = replace(job, size=replace(job.size, rate=rate), seed=(job.seed + len(reports)) % SEED_LIMIT)
        measured = await _measure(again, processes, f"tonggwan load: the knee, step {len(reports) + 1}")
        reports.append(measured.report)
        if not measured.report.verdict.holds:
            show_report(measured.report)
            raise OperatorError(f"at {rate:,.0f} parcels a second, not every parcel was answered exactly once.")
        found = knee.step_of(measured.report, wanted.p99_ms_max)
        note(f"{rate:,.0f} parcels a second: {found.why or f'holds, p99 {found.p99_ms:,.0f} ms'}")
        return found

    steps = await knee.find(job.size.rate, PARCELS_MAX / job.size.seconds, step)
    report: KneeReport = knee.knee_of(steps, reports[-1].conditions, wanted.p99_ms_max)
    written = files.write_knee(wanted.out, report)
    print_line(knee.sentence(report))
    _say_written(written)
    return True


def _say_written(written: list[Path]) -> None:
    note("Written:")
    for path in written:
        note(f"  {path}")

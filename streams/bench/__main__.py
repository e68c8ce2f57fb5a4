"""`python -m streams.bench`: every part, or those named."""

import asyncio
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any, Final

import click
import msgspec

from streams.bench import latency, report, stages, state
from streams.bench.loads import FORMS, Form, Load, load
from streams.bench.rig import WORKERS
from streams.bench.throughput import Drain, drain
from streams.cli import console
from streams.cli.console import Counter
from streams.errors import OperatorError

ROUNDS: Final = 7
STAGES_PARCELS: Final = 2_000
PIPELINE_PARCELS: Final = 60_000
SMALL_PARCELS: Final = 20_000
CARRIERS_PARCELS: Final = 40_000
FEW: Final = 2
MANY: Final = 30
RATES: Final = (1_000, 3_000)
CONSIGNEES: Final = 1_000_000

Part = Callable[[int | None, int, int], object]
"""Takes parcels (of state: consignees), repeats and seconds; measures, shows, and returns the numbers."""


def _stages(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001 - all parts are called alike
    with console.counting("stages", "rounds") as bar:
        bar.total(ROUNDS)
        found = stages.measure(parcels or STAGES_PARCELS, ROUNDS, bar.at)
    report.show_stages(found)
    return found


def _pipeline(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001
    loads = {f"manifests of 200, {form}": load(parcels or PIPELINE_PARCELS, form) for form in FORMS}
    return _drained(f"{WORKERS} workers, {FEW} carriers", loads, repeats)


def _small(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001
    loads = {f"manifests of 1, {form}": load(parcels or SMALL_PARCELS, form, parcels_per_manifest=1) for form in FORMS}
    return _drained(f"{WORKERS} workers, {FEW} carriers, a manifest for each parcel", loads, repeats)


def _carriers(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001
    form: Form = "JSON"
    loads = {
        f"{count} carriers, {2 * count} source partitions": load(parcels or CARRIERS_PARCELS, form, carriers=count)
        for count in (FEW, MANY)
    }
    found = _drained(f"{WORKERS} workers, manifests of 200, few and many carriers in turn", loads, repeats)
    few, many = (median(drain.rate for drain in drains) for drains in found.values())
    console.print_line(f"{MANY} carriers are decided at {many / few:.2f} times the rate of {FEW}")
    return {"runs": found, "ratio": many / few}


def _latency(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001
    found = []
    for rate in RATES:
        with console.counting(f"{rate:,} parcels/s", "parcels") as bar:
            bar.total(rate * (seconds + latency.WARM_UP_S))
            found.append(asyncio.run(latency.measure(rate, seconds, bar.at)))
    report.show_latency(found)
    return found


def _state(parcels: int | None, repeats: int, seconds: int) -> object:  # noqa: ARG001
    found = {}
    for name, mix in state.PARCELS.items():
        with console.counting(f"filling the changelog, {name}", "consignees") as bar:
            bar.total(parcels or CONSIGNEES)
            found[name] = asyncio.run(state.measure(parcels or CONSIGNEES, mix, bar.at))
    report.show_state(found)
    return found


PARTS: Final[Mapping[str, Part]] = {
    "stages": _stages,
    "pipeline": _pipeline,
    "small": _small,
    "carriers": _carriers,
    "latency": _latency,
    "state": _state,
}


def _drained(title: str, loads: Mapping[str, Load], repeats: int) -> dict[str, list[Drain]]:
    """Drain loads in turn, so that a slow moment of the machine hits all of them."""
    found: dict[str, list[Drain]] = {name: [] for name in loads}
    for number in range(repeats):
        for name, each in loads.items():
            with console.counting(f"{name}, run {number + 1} of {repeats}", "parcels") as bar:
                found[name].append(_drain(each, bar))
    report.show_drains(title, found)
    return found


def _drain(given: Load, bar: Counter) -> Drain:
    bar.total(given.parcels)
    return asyncio.run(drain(given, bar.at))


def machine() -> dict[str, Any]:
    """Where this was measured."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("parts", nargs=-1, type=click.Choice(tuple(PARTS)))
@click.option(
    "--parcels",
    type=click.IntRange(min=50),
    help="How many parcels; each part has its own number otherwise. For state: how many consignees. Of no effect "
    "on latency.",
)
@click.option(
    "--repeats",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="How often pipeline, small and carriers run.",
)
@click.option(
    "--seconds", type=click.IntRange(min=1), default=30, show_default=True, help="How long each rate of latency lasts."
)
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Also write all numbers to this file."
)
def bench(parts: tuple[str, ...], parcels: int | None, repeats: int, seconds: int, json_file: Path | None) -> None:
    """Measure Tonggwan on this machine.

    \b stages    CPU time of each stage of a parcel's way, in process pipeline  parcels a second through Kafka and two
    workers, manifests of 200 small     the same with a manifest for each parcel carriers  the same with 2 and with 30
    carriers latency   from a manifest to its decisions, at 1,000 and 3,000 parcels a second, and whether times tell who
    is selected state     memory of consignees, and how long two workers restore them

    All of them when none is named. Settings are taken from the environment, so that what they bring can be measured:
    INTAKE_COMMIT_INTERVAL_MS=50 make bench ARGS=latency
    """  # noqa: D301 - click's mark for lines that are to be left as they are
    console.logs()
    numbers: dict[str, object] = {"machine": machine()}
    for name in parts or PARTS:
        numbers[name] = PARTS[name](parcels, repeats, seconds)
        console.print_line()
        if json_file is not None:
            json_file.write_bytes(msgspec.json.format(msgspec.json.encode(numbers)))


def main() -> None:
    """Run; what an operator can mend is one sentence."""
    try:
        bench()
    except OperatorError as error:
        raise SystemExit(f"bench: {error}") from error


if __name__ == "__main__":
    main()

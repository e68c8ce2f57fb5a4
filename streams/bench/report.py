"""What was measured, for people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from streams.bench import stages
from streams.bench.latency import Latency, Measured
from streams.bench.stages import Cost, Costs
from streams.bench.state import State
from streams.bench.throughput import Drain, spread
from streams.cli import console

BAR_CHARS: Final = 40
MB: Final = 1_000_000


def show_stages(found: Mapping[str, Costs]) -> None:
    """Stages down, loads across."""
    table = [[stage, *(_cost(costs.stages[stage]) for costs in found.values())] for stage in stages.PARTS]
    table.append(["sum of the stages", *(_cost(costs.total) for costs in found.values())])
    table.append(["whole, measured at once", *(_cost(costs.whole) for costs in found.values())])
    table += [[f"({stage})", *(_cost(costs.beside.get(stage)) for costs in found.values())] for stage in stages.BESIDE]
    console.table(
        ["stage", *found],
        table,
        title="CPU µs a parcel in process: best (median) of the rounds; dirty: every parcel has a mistake",
    )
    console.print_line()
    dearest = list(next(iter(found.values())).rules)[: stages.DEAREST]
    console.table(
        ["rule", *found],
        [[rule, *(_cost(costs.rules[rule]) for costs in found.values())] for rule in dearest],
        title="The dearest rules",
    )


def _cost(cost: Cost | None) -> str:
    return "" if cost is None else f"{cost.best:.2f} ({cost.middle:.2f})"


def show_drains(title: str, found: Mapping[str, Sequence[Drain]]) -> None:
    """One line for each kind of load: least, middle and most of its runs."""
    columns = [
        "load",
        "parcels/s",
        "CPU µs: workers",
        "CPU µs: broker",
        "transactions/s",
        "parcels a transaction",
        "runs",
    ]
    console.table(columns, [_drained(name, drains) for name, drains in found.items()], title=title)


def _drained(name: str, drains: Sequence[Drain]) -> list[str]:
    return [
        name,
        _spread((drain.rate for drain in drains), 0),
        _spread((drain.cpu_us_workers for drain in drains), 1),
        _spread((drain.cpu_us_broker for drain in drains), 1),
        _spread((drain.transactions_a_second for drain in drains), 1),
        _spread((drain.decided / max(1, drain.transactions) for drain in drains), 0),
        str(len(drains)),
    ]


def _spread(values: Iterable[float], places: int) -> str:
    found = spread(list(values))
    return f"{found['median']:,.{places}f} ({found['min']:,.{places}f} to {found['max']:,.{places}f})"


def show_latency(found: Iterable[Measured]) -> None:
    """Percentiles, then a histogram each."""
    measured = list(found)
    columns = [
        "parcels/s",
        "of",
        "count",
        "median ms",
        "p90",
        "p99",
        "max",
        "sent late by ms",
        "CPU µs: workers",
        "CPU µs: broker",
    ]
    console.table(
        columns,
        [
            row
            for each in measured
            for row in (_waited(each, "decisions", each.decisions), _waited(each, "receipts", each.receipts))
        ],
        title="From when a manifest was due to a committed reader",
    )
    console.print_line()
    console.table(
        ["parcels/s", "released", "count", "median ms", "p90", "p99", "max", "pairs", "selected takes longer in"],
        [
            row
            for each in measured
            for row in (
                _silent(each, "selected in silence", each.silence.selected),
                _silent(each, "not selected", each.silence.others),
            )
        ],
        title="Whether times tell who is selected: a half of all pairs of one manifest, where they tell nothing",
    )
    for each in measured:
        console.print_line(f"\nDecisions at {each.rate:,} parcels/s, ms", bold=True)
        most = max(each.decisions.histogram.values())
        for bar, count in each.decisions.histogram.items():
            console.print_line(f"{bar:>14} {'#' * -(-count * BAR_CHARS // most)} {count:,}")


def _waited(measured: Measured, of: str, latency: Latency) -> list[str]:
    return [
        *_percentiles(measured, of, latency),
        f"{measured.late_ms:.0f}",
        f"{measured.cpu_us_workers:.0f}",
        f"{measured.cpu_us_broker:.0f}",
    ]


def _silent(measured: Measured, of: str, latency: Latency) -> list[str]:
    return [*_percentiles(measured, of, latency), f"{measured.silence.pairs:,}", f"{measured.silence.longer:.3f}"]


def _percentiles(measured: Measured, of: str, latency: Latency) -> list[str]:
    return [
        f"{measured.rate:,}",
        of,
        f"{latency.count:,}",
        *(f"{value:,.0f}" for value in (latency.median, latency.p90, latency.p99, latency.most)),
    ]


def show_state(found: Mapping[str, State]) -> None:
    """One line for each kind of consignees."""
    columns = [
        "consignees",
        "how many",
        "MB, all workers",
        "bytes each",
        "changelog MB",
        "restored in s",
        "CPU s: workers",
        "CPU s: broker",
        "filled in s",
    ]
    console.table(
        columns,
        [_state(name, state) for name, state in found.items()],
        title="Consignees restored by two workers at once; MB resident, all that a worker has loaded included",
    )


def _state(name: str, state: State) -> list[str]:
    return [
        name,
        f"{state.consignees:,}",
        f"{state.bytes_after / MB:,.0f}",
        f"{state.bytes_each:.0f}",
        f"{state.log_bytes / MB:,.0f}",
        f"{state.seconds:.1f}",
        f"{sum(each.cpu_seconds for each in state.processes):.1f}",
        f"{state.broker_cpu_seconds:.1f}",
        f"{state.fill_seconds:.0f}",
    ]

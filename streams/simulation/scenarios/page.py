"""A report as a page in Markdown, with its plots beside it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from streams.errors import OperatorError
from streams.simulation.scenarios.costs import PER, InnocentCost, share
from streams.simulation.scenarios.plots import bars, curve, percent
from streams.simulation.scenarios.report import GOAL_RATE, GOAL_SHARE, Report, Scenario

CODES_SHOWN: Final = 4
AXES: Final = ("share of all parcels inspected", "share of planted parcels selected")


def write(report: Report, path: Path, how: str) -> None:
    """Write the page to `path`, its plots into the folder of the same name beside it; `how` says what was measured."""
    folder = path.with_suffix("")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, plot in plots_of(report).items():
            (folder / f"{name}.svg").write_text(plot, encoding="utf-8")
        path.write_text("\n".join(page_of(report, folder.name, how)), encoding="utf-8")
    except OSError as error:
        raise OperatorError(f"{path} can't be written ({error.strerror}): name another file.") from error


def plots_of(report: Report) -> dict[str, str]:
    """Plots by name, as SVG."""
    points = [(point.rate, point.selected) for point in report.curve]
    alarms = list(report.alarms.items())
    return {
        "curve": curve("Planted parcels selected, by inspection rate", points, (GOAL_RATE, GOAL_SHARE), AXES),
        "scenarios": bars(
            "Planted parcels caught, by scenario",
            [
                (each.title, share(each.caught, each.parcels), f"{each.caught:,} of {each.parcels:,}")
                for each in report.scenarios
            ],
            1.0,
        ),
        "alarms": bars(
            f"Innocent parcels selected, of {PER:,}, by code",
            [(code, rate, f"{rate:.1f}") for code, rate in alarms],
            max([rate for _, rate in alarms], default=1.0),
        ),
        "look-alikes": bars(
            "Look-alikes selected",
            [
                (each.title, share(each.selected, each.parcels), f"{each.selected:,} of {each.parcels:,}")
                for each in report.lookalikes
            ],
            1.0,
        ),
    }


def page_of(report: Report, folder: str, how: str) -> Iterator[str]:
    """The lines of the page; `folder` has the plots."""
    yield from ("# The safety net, measured", "", how, "")
    yield from summary(report)
    yield from ("", f"![Planted parcels selected, by inspection rate]({folder}/curve.svg)", "")
    rows = [(percent(each.rate), percent(each.selected), percent(each.precision)) for each in report.curve]
    yield from _table(("inspection rate", "planted parcels selected", "planted among the inspected"), rows)
    yield from (
        "",
        (
            "When there is less capacity than cases, investigations come first, then holds, inspections and referrals, "
            "then what was chosen for its risk."
        ),
        "What is left goes to the highest risk of the rest.",
        "Of parcels with the same priority a random part is counted.",
        "",
        "## Scenarios",
        "",
        (
            "A group counts as found when a finding that should name it does so with evidence: other parcels of the "
            "group, what was counted, or what was met."
        ),
        "A scenario is found when at least half of its groups are; a refused parcel is caught without an inspection.",
        "",
        f"![Planted parcels caught, by scenario]({folder}/scenarios.svg)",
        "",
    )
    yield from _table(
        ("scenario", "groups found", "parcels", "selected", "refused", "named", "first at", "by", "went through"),
        [_row(each) for each in report.scenarios],
    )
    yield from (
        "",
        (
            "*named*: selected, refused, or evidence in another parcel's case. *first at*: which parcel of a group was "
            "the first to be caught, the middle one of the groups."
        ),
        "",
        "## What it costs the innocent",
        "",
    )
    costs = [_cost("parcels without fault", report.innocent), _cost("parcels with an honest mistake", report.mistaken)]
    yield from _table(("each once, by the heaviest", *InnocentCost.__struct_fields__), costs)
    yield from (
        "",
        "*routine*: only to the agency that such goods always go to, which is no selection. *asked*: for documents.",
        "",
        f"![Innocent parcels selected by code]({folder}/alarms.svg)",
        "",
        "## Look-alikes",
        "",
        f"![Look-alikes selected]({folder}/look-alikes.svg)",
        "",
    )
    alike = [
        (each.title, f"{each.parcels:,}", f"{each.selected:,}", f"{each.held:,}", _codes(each.codes))
        for each in report.lookalikes
    ]
    yield from _table(("look-alike", "parcels", "selected", "held", "by"), alike)
    yield ""


def summary(report: Report) -> Iterator[str]:
    """The whole in a few sentences."""
    found = sum(each.found for each in report.scenarios)
    groups, groups_found = (
        sum(getattr(each, field) for each in report.scenarios) for field in ("rings", "rings_found")
    )
    yield (
        f"{found} of {len(report.scenarios)} scenarios were found with evidence, {groups_found:,} of their "
        f"{groups:,} groups."
    )
    yield (
        f"Of {report.parcels:,} parcels {report.planted:,} were planted; {report.refused_planted:,} of these "
        "were refused at once."
    )
    yield f"{report.selected:,} parcels were selected, an inspection rate of {percent(report.rate)}."
    yield (
        f"That is {percent(report.recall)} of the planted parcels; {percent(report.precision)} of the selected "
        "were planted."
    )
    yield (
        f"At an inspection rate of {percent(GOAL_RATE)}, {percent(report.at_goal)} of the planted parcels are "
        f"selected; the goal is {percent(GOAL_SHARE)}."
    )
    named = percent(share(report.named_planted, report.planted))
    yield f"With those in the evidence of a later parcel's case, {named} of the planted parcels are named."
    innocent = report.innocent
    rate = share(innocent.selected * PER, innocent.parcels)
    yield f"Of {innocent.parcels:,} parcels without fault {innocent.selected:,} were selected ({rate:.1f} of {PER:,})."
    if report.unanswered:
        yield f"Of {report.unanswered:,} planted parcels nothing was heard."


def _row(each: Scenario) -> Sequence[str]:
    missed = ", ".join(f"{role} {count:,}" for role, count in each.missed.items())
    counts = (f"{count:,}" for count in (each.parcels, each.selected, each.refused, each.named))
    return (
        each.title,
        f"{each.rings_found:,} of {each.rings:,}",
        *counts,
        "" if each.first is None else f"{each.first:,}",
        _codes(each.codes),
        missed,
    )


def _codes(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{code} {count:,}" for code, count in list(codes.items())[:CODES_SHOWN])


def _cost(name: str, cost: InnocentCost) -> Sequence[str]:
    return (name, *(f"{getattr(cost, field):,}" for field in InnocentCost.__struct_fields__))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"

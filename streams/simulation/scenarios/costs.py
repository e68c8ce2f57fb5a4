"""What finding costs the innocent, and what is found at which inspection rate."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from streams.simulation.scenarios.verdicts import BY_CHANCE, BY_RISK, Verdict

RATES: Final = (0.0025, 0.005, 0.01, 0.02, 0.03, 0.05)
"""Inspection rates of the curve, as shares of all parcels."""
PER: Final = 10_000
"""Alarms are counted per so many innocent parcels."""
SELECTING: Final = frozenset({"INSPECT", "HOLD"})
TIERS: Final = ("INVESTIGATION", "HOLD", "INSPECTION", "REFERRAL")
"""Desks by whose work comes first when there is less capacity than cases."""
CHOSEN: Final = frozenset({BY_RISK, BY_CHANCE})
"""Codes of selection itself: no rule has found anything."""


class Point(msgspec.Struct, frozen=True):
    """The curve at one inspection rate: shares."""

    rate: float
    selected: float
    """Of the planted parcels that were not refused."""
    precision: float
    """Of those inspected, how many are planted."""


class InnocentCost(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to parcels that nobody planted, in numbers of parcels."""

    parcels: int = 0
    held: int = 0
    inspected: int = 0
    """By the inspection desk, openly or silently, and not held."""
    referred: int = 0
    """To investigators or partner agencies, and neither held nor inspected."""
    asked: int = 0
    """For documents."""
    routine: int = 0
    """To the agency that such goods always go to."""
    refused: int = 0

    @property
    def selected(self) -> int:
        """All that were selected."""
        return self.held + self.inspected + self.referred


def share(part: float, whole: float) -> float:
    """A share, 0 of nothing."""
    return part / whole if whole else 0.0


def is_selected(verdict: Verdict, routine: frozenset[str]) -> bool:
    """Whether a parcel was selected; a refused one never is."""
    return verdict.outcome != "REJECT" and (
        verdict.outcome in SELECTING or any(code not in routine for code in verdict.cases)
    )


def priority(verdict: Verdict, routine: frozenset[str]) -> tuple[int, float]:
    """What is inspected first when not all can be: what a rule has found, by desk; then what was chosen for its risk.

    The rest, random checks among it, by learned risk.
    """
    if not is_selected(verdict, routine):
        return 0, verdict.score
    if (
        verdict.cases
        and all(code in routine or code in CHOSEN for code in verdict.cases)
        and verdict.outcome not in SELECTING
    ):
        return (1, verdict.priority) if BY_RISK in verdict.cases else (0, verdict.score)
    return max(
        [1 + len(TIERS) - TIERS.index(desk) for desk in verdict.desks if desk in TIERS], default=2
    ), verdict.score


def curve_of(
    verdicts: Mapping[str, Verdict], targets: frozenset[str], routine: frozenset[str], rates: Sequence[float] = RATES
) -> tuple[Point, ...]:
    """How many of the targets would be inspected at each rate, the most pressing first.

    Parcels of equal priority are drawn by chance: of a group that has room for a part only, that part of its targets
    counts.
    """
    groups: dict[tuple[int, float], list[int]] = defaultdict(lambda: [0, 0])
    for bill, verdict in verdicts.items():
        if verdict.outcome != "REJECT":
            group = groups[priority(verdict, routine)]
            group[0] += 1
            group[1] += bill in targets
    points = []
    for rate in rates:
        room = capacity = rate * len(verdicts)
        hits = 0.0
        for key in sorted(groups, reverse=True):
            size, hit = groups[key]
            taken = min(size, room)
            hits += hit * taken / size
            room -= taken
            if room <= 0:
                break
        points.append(Point(rate, share(hits, len(targets)), share(hits, capacity - room)))
    return tuple(points)


def alarms_of(verdicts: Iterable[Verdict], routine: frozenset[str]) -> dict[str, float]:
    """Selected parcels by code, for every `PER` parcels, the most frequent first."""
    parcels = 0
    counts: Counter[str] = Counter()
    for verdict in verdicts:
        parcels += 1
        if is_selected(verdict, routine):
            counts.update(code for code in verdict.cases or verdict.codes if code not in routine)
    return {code: share(count * PER, parcels) for code, count in counts.most_common()}


def cost_of(verdicts: Iterable[Verdict], routine: frozenset[str]) -> InnocentCost:
    """What was done to parcels, each counted once, by the heaviest of it."""
    counts: Counter[str] = Counter()
    for verdict in verdicts:
        counts["parcels"] += 1
        counts[_burden(verdict, routine)] += 1
    return InnocentCost(**{name: counts[name] for name in InnocentCost.__struct_fields__})


def _burden(verdict: Verdict, routine: frozenset[str]) -> str:
    if verdict.outcome == "REJECT":
        return "refused"
    if not is_selected(verdict, routine):
        return "routine" if verdict.cases else "asked" if verdict.outcome == "DOC_CHECK" else "none"
    if verdict.outcome == "HOLD" or "HOLD" in verdict.desks:
        return "held"
    return "inspected" if verdict.outcome == "INSPECT" or "INSPECTION" in verdict.desks else "referred"

"""What was found, at which inspection rate, and what it cost the innocent: arithmetic over truth and verdicts.

A parcel is *selected* when a desk has a case of it, or it is inspected, held or referred; a case that such goods always
bring (`routine`, quarantine say) selects nobody. A refused parcel needs no inspection and is counted apart. The
*inspection rate* is the share of all parcels that are selected.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median_low
from typing import Final

import msgspec

from streams.simulation.scenarios.costs import InnocentCost, Point, alarms_of, cost_of, curve_of, is_selected, share
from streams.simulation.scenarios.patterns import INNOCENT, PLANTED, Catalogue
from streams.simulation.scenarios.truth import Truth
from streams.simulation.scenarios.verdicts import Verdict, Verdicts

GOAL_RATE: Final = 0.02
GOAL_SHARE: Final = 0.8
"""At an inspection rate of 2 % at least 80 % of the planted parcels are selected."""
NOBODY: Final = Verdict()


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one scenario."""

    name: str
    title: str
    source: str
    expected: tuple[str, ...]
    """Codes that should name it."""
    rings: int
    rings_found: int
    """Those of which at least one parcel was named by an expected code, with evidence."""
    parcels: int
    selected: int
    refused: int
    named: int
    """Parcels that are selected, refused, or stand as evidence in a case of another."""
    first: int | None
    """The how-manyth of a group's parcels is the first to be selected or refused: the lower median of the groups;
    None when none was.
    """
    first_of_all: int | None
    """How many parcels of all there had been then, in the group that was found first."""
    linked: int
    """Selected parcels whose cases name others of the group."""
    strangers: int
    """Parcels of nobody's group that those cases name beside."""
    codes: dict[str, int]
    """Selected or refused parcels by code, the most frequent first."""
    missed: dict[str, int]
    """Parcels by role that went through."""

    @property
    def found(self) -> bool:
        """Whether at least half of its groups were."""
        return 0 < self.rings <= 2 * self.rings_found

    @property
    def caught(self) -> int:
        """Selected or refused."""
        return self.selected + self.refused


class Lookalike(msgspec.Struct, frozen=True, kw_only=True):
    """What became of innocent people who look a little like others."""

    name: str
    title: str
    parcels: int
    selected: int
    held: int
    codes: dict[str, int]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The whole."""

    parcels: int
    planted: int
    cover: int
    selected: int
    selected_planted: int
    refused_planted: int
    named_planted: int
    """Selected, refused, or evidence in another parcel's case."""
    unanswered: int
    """Planted parcels of which nothing was heard."""
    curve: tuple[Point, ...]
    scenarios: tuple[Scenario, ...]
    lookalikes: tuple[Lookalike, ...]
    alarms: dict[str, float]
    """Innocent parcels selected by each code, for every `PER` innocent ones."""
    innocent: InnocentCost
    """Ordinary parcels without mistakes, and look-alikes."""
    mistaken: InnocentCost
    """Ordinary parcels with an honest mistake."""

    @property
    def rate(self) -> float:
        """The inspection rate: the share of all parcels that were selected."""
        return share(self.selected, self.parcels)

    @property
    def recall(self) -> float:
        """Share of the planted parcels, those refused aside, that were selected."""
        return share(self.selected_planted, self.planted - self.refused_planted)

    @property
    def precision(self) -> float:
        """Share of the selected parcels that were planted."""
        return share(self.selected_planted, self.selected)

    @property
    def at_goal(self) -> float:
        """Share of the planted parcels selected at the inspection rate of the goal."""
        return next(point.selected for point in self.curve if point.rate == GOAL_RATE)

    @property
    def well(self) -> bool:
        """Whether every scenario is found, and enough is selected at the rate of the goal."""
        return all(scenario.found for scenario in self.scenarios) and self.at_goal >= GOAL_SHARE


def report_of(truths: Iterable[Truth], verdicts: Verdicts, catalogue: Catalogue) -> Report:
    """Compare what was said with the truth."""
    routine = frozenset(catalogue.judged.routine)
    truth_of = {truth.bill: truth for truth in truths}
    order = {bill: at for at, bill in enumerate(sorted(verdicts.of, key=lambda bill: verdicts.of[bill].decided_at))}
    planted: dict[str, list[Truth]] = defaultdict(list)
    innocent: dict[str, list[Truth]] = defaultdict(list)
    for truth in truth_of.values():
        if truth.kind == "PLANTED":
            planted[truth.scenario].append(truth)
        elif truth.kind == "INNOCENT":
            innocent[truth.scenario].append(truth)
    targets = [truth.bill for of_scenario in planted.values() for truth in of_scenario]
    refused = [bill for bill in targets if _verdict(verdicts, bill).outcome == "REJECT"]
    blameless = {
        bill: verdict
        for bill, verdict in verdicts.of.items()
        if bill not in truth_of or truth_of[bill].kind == "INNOCENT"
    }
    mistaken = [
        verdict for bill, verdict in verdicts.of.items() if bill in truth_of and truth_of[bill].kind == "MISTAKE"
    ]
    judge = _Judge(verdicts, routine, order, truth_of)
    scenarios = tuple(
        [judge.scenario(pattern.name, catalogue, planted[pattern.name]) for pattern in PLANTED if planted[pattern.name]]
    )
    return Report(
        parcels=len(verdicts.of),
        planted=len(targets),
        cover=sum(truth.kind == "COVER" for truth in truth_of.values()),
        selected=sum(is_selected(verdict, routine) for verdict in verdicts.of.values()),
        selected_planted=sum(is_selected(_verdict(verdicts, bill), routine) for bill in targets),
        refused_planted=len(refused),
        named_planted=sum(scenario.named for scenario in scenarios),
        unanswered=sum(bill not in verdicts.of for bill in targets),
        curve=curve_of(verdicts.of, frozenset(targets) - frozenset(refused), routine),
        scenarios=scenarios,
        lookalikes=tuple(
            [
                judge.lookalike(pattern.name, catalogue, innocent[pattern.name])
                for pattern in INNOCENT
                if innocent[pattern.name]
            ]
        ),
        alarms=alarms_of(blameless.values(), routine),
        innocent=cost_of(blameless.values(), routine),
        mistaken=cost_of(mistaken, routine),
    )


def _verdict(verdicts: Verdicts, bill: str) -> Verdict:
    return verdicts.of.get(bill, NOBODY)


class _Judge:
    """Judges scenarios one by one."""

    def __init__(
        self, verdicts: Verdicts, routine: frozenset[str], order: Mapping[str, int], truth_of: Mapping[str, Truth]
    ) -> None:
        self._verdicts, self._routine, self._order = verdicts, routine, order
        self._group_of = {
            truth.house_bill: (truth.scenario, truth.ring)
            for truth in truth_of.values()
            if truth.kind in {"PLANTED", "COVER"}
        }
        self._in_evidence = {other for verdict in verdicts.of.values() for other in verdict.others}

    def _is_caught(self, truth: Truth) -> bool:
        verdict = _verdict(self._verdicts, truth.bill)
        if verdict.outcome == "REJECT":
            return not truth.names or any(code in truth.names for code in verdict.codes)
        return is_selected(verdict, self._routine)

    def _is_named(self, truth: Truth) -> bool:
        """Whether an expected code names the parcel, with evidence.

        Other parcels of the group, or what was counted or met.
        """
        verdict = _verdict(self._verdicts, truth.bill)
        if verdict.outcome == "REJECT":  # a refusal's evidence is the place in the manifest
            return any(code in truth.names for code in verdict.codes)
        if not is_selected(verdict, self._routine):
            return False
        expected = [code for code in (*verdict.cases, *verdict.codes) if code in truth.names]
        return bool(expected) and (any(code in verdict.shown for code in expected) or self._linked(truth) > 0)

    def _linked(self, truth: Truth) -> int:
        group = (truth.scenario, truth.ring)
        return sum(self._group_of.get(other) == group for other in _verdict(self._verdicts, truth.bill).others)

    def scenario(self, name: str, catalogue: Catalogue, truths: Sequence[Truth]) -> Scenario:
        figures = catalogue.figures[name]
        caught = [truth for truth in truths if self._is_caught(truth)]
        rings: dict[int, list[Truth]] = defaultdict(list)
        for truth in sorted(truths, key=lambda truth: self._order.get(truth.bill, 0)):
            rings[truth.ring].append(truth)
        firsts = [
            next(
                (
                    (number, self._order[truth.bill] + 1)
                    for number, truth in enumerate(of_ring, 1)
                    if self._is_caught(truth)
                ),
                None,
            )
            for of_ring in rings.values()
        ]
        reached = [first for first in firsts if first is not None]
        refused = sum(_verdict(self._verdicts, truth.bill).outcome == "REJECT" for truth in caught)
        codes = Counter(code for truth in caught for code in self._codes_of(truth))
        linked = [truth for truth in caught if self._linked(truth)]
        return Scenario(
            name=name,
            title=figures.title,
            source=figures.source,
            expected=figures.names,
            rings=len(rings),
            rings_found=sum(any(self._is_named(truth) for truth in of_ring) for of_ring in rings.values()),
            parcels=len(truths),
            selected=len(caught) - refused,
            refused=refused,
            named=sum(self._is_caught(truth) or truth.house_bill in self._in_evidence for truth in truths),
            first=median_low([number for number, _ in reached]) if reached else None,
            first_of_all=min((at for _, at in reached), default=None),
            linked=len(linked),
            strangers=len(
                {
                    other
                    for truth in linked
                    for other in _verdict(self._verdicts, truth.bill).others
                    if other not in self._group_of
                }
            ),
            codes=dict(codes.most_common()),
            missed=dict(Counter(truth.role for truth in truths if not self._is_caught(truth)).most_common()),
        )

    def _codes_of(self, truth: Truth) -> Sequence[str]:
        verdict = _verdict(self._verdicts, truth.bill)
        return (
            verdict.codes
            if verdict.outcome == "REJECT"
            else [code for code in verdict.cases or verdict.codes if code not in self._routine]
        )

    def lookalike(self, name: str, catalogue: Catalogue, truths: Sequence[Truth]) -> Lookalike:
        verdicts = [_verdict(self._verdicts, truth.bill) for truth in truths]
        selected = [verdict for verdict in verdicts if is_selected(verdict, self._routine)]
        codes = Counter(
            code for verdict in selected for code in verdict.cases or verdict.codes if code not in self._routine
        )
        held = sum(verdict.outcome == "HOLD" for verdict in selected)
        return Lookalike(
            name=name,
            title=catalogue.figures[name].title,
            parcels=len(truths),
            selected=len(selected),
            held=held,
            codes=dict(codes.most_common()),
        )

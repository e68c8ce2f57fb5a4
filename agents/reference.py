"""Figures and lists that the law or an office changes on known days, as one frozen snapshot.

The agents are handed a `Reference`; `streams.reference` loads it from the files in `reference/`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from agents.goods.knowledge import GoodsKnowledge
from agents.importers.register import Checks, Register
from agents.law.dated import Dated, NotInForceError, T
from agents.law.entries import UNRATED, Category, Registration, RulePhase, SelfUseLimit, Target, TargetKind, Unit, Week
from agents.law.inspection import Rates, Site
from agents.law.thresholds import Thresholds
from agents.tax.tables import TaxLaw, TaxTables
from agents.values.money import E4
from agents.values.text import folded
from agents.watchlist.screen import Watchlist
from schemas.officer_action import Assessment

K = TypeVar("K")

DAYS_A_WEEK: Final = 7
DAYS_REMEMBERED_MAX: Final = 400
"""Laws of so many days are kept at hand."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What is in force on one day."""

    day: date
    figures: Thresholds[int]
    """Each figure in ten-thousandths of its unit; 0, the most careful, before its first day."""
    week: Week | None
    """Exchange rates of the day; None when reference data has none."""
    phases: Mapping[str, RulePhase]
    """By code, or by code and name of a rule's function; a rule that stands in neither is in full force."""
    limits: Mapping[str, tuple[SelfUseLimit, ...]]
    """Self-use limits by category of goods."""
    categories: Mapping[str, Category]
    """Kinds of goods by name, with the flags of the day."""
    taxes: TaxLaw
    importer_checks: Checks | None
    """What is compared of an importer; None before the first day that is known."""
    sites: Mapping[tuple[str, str], Site]
    """Where parcels are looked at, by port and mode; port * for all others."""
    rates: Mapping[str, Rates]
    """How often parcels are looked at, by rating."""
    ratings: Mapping[str, str]
    """Ratings by carrier."""
    signals: Mapping[str, int]
    """What findings add to a priority, in millionths, by code or by code and name of a rule's function."""
    targets: Mapping[TargetKind, Mapping[str, Target]]
    """What intelligence has named, by kind and value."""
    assessments: Mapping[str, Assessment]
    """What air cargo is told before loading, by the rule that finds something."""
    embargoes: Mapping[str, str] = field(default_factory=dict)
    """Sources of the embargoes by country."""

    def site(self, port: str, mode: str) -> Site | None:
        """Where parcels of a port and mode are looked at."""
        return self.sites.get((port, mode)) or self.sites.get(("*", mode))

    def rates_of(self, carrier: str) -> Rates | None:
        """How often parcels of a carrier are looked at; None before the first day with rates."""
        return self.rates.get(self.ratings.get(carrier, UNRATED)) or self.rates.get(UNRATED)

    def phase(self, code: str, name: str) -> RulePhase:
        """How far a rule goes on the day."""
        return self.phases.get(f"{code}.{name}") or self.phases.get(code) or "ENFORCE"


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data, frozen."""

    version: str
    """Content of all files: the first 12 hexadecimal digits of a SHA-256."""
    tariff_edition: str
    thresholds: Thresholds[Dated[Decimal]]
    weeks: Dated[Week]
    countries: frozenset[str]
    currencies: frozenset[str]
    hs_codes: frozenset[str]
    """HS subheadings (6 digits) of the edition."""
    carriers: Mapping[str, Registration]
    operators: Mapping[str, Registration]
    airline_prefixes: frozenset[str]
    vague: frozenset[str]
    """Folded descriptions that say nothing."""
    goods: GoodsKnowledge
    phases: Mapping[str, Dated[RulePhase]] = field(default_factory=dict)
    """By code, or by code and name of a rule's function."""
    self_use: Mapping[tuple[str, Unit], Dated[SelfUseLimit]] = field(default_factory=dict)
    """By category and what is counted."""
    taxes: TaxTables = field(default_factory=TaxTables)
    importers: Register = field(default_factory=Register)
    importer_checks: Dated[Checks] | None = None
    sites: Mapping[tuple[str, str], Dated[Site]] = field(default_factory=dict)
    """By port and mode."""
    rates: Mapping[str, Dated[Rates]] = field(default_factory=dict)
    """By rating."""
    ratings: Mapping[str, Dated[str]] = field(default_factory=dict)
    """By carrier."""
    signals: Mapping[str, Dated[int]] = field(default_factory=dict)
    """By code, or by code and name of a rule's function."""
    targets: tuple[Target, ...] = ()
    assessments: Mapping[str, Dated[Assessment]] = field(default_factory=dict)
    """By code, or by code and name of a rule's function."""
    watchlist: Watchlist = field(default_factory=lambda: Watchlist.of(()))
    embargoes: Mapping[str, Dated[str]] = field(default_factory=dict)
    """Source of the embargo by country and day; empty where it has ended."""
    first_day: date = field(init=False, repr=False, compare=False)
    """The first day on which every threshold is known."""
    _laws: dict[date, Law] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The laws of days that were asked for."""

    def __post_init__(self) -> None:
        figures: list[Dated[Decimal]] = [getattr(self.thresholds, row.name) for row in fields(Thresholds)]
        object.__setattr__(self, "first_day", max(figure.first_day for figure in figures))  # the dataclass is frozen

    def on(self, day: date) -> Law:
        """What is in force on a day."""
        law = self._laws.get(day)
        if law is None:
            if len(self._laws) >= DAYS_REMEMBERED_MAX:
                self._laws.clear()
            law = self._laws[day] = self._law(day)
        return law

    def _law(self, day: date) -> Law:
        figures: Thresholds[int] = Thresholds(
            **{row.name: _e4(getattr(self.thresholds, row.name), day) for row in fields(Thresholds)}
        )
        limits: dict[str, tuple[SelfUseLimit, ...]] = {}
        for (category, _), limit in _in_force(self.self_use, day).items():
            limits[category] = (*limits.get(category, ()), limit)
        checks = (
            self.importer_checks.on(day)
            if self.importer_checks is not None and self.importer_checks.first_day <= day
            else None
        )
        targets: dict[TargetKind, dict[str, Target]] = {}
        for target in self.targets:
            if target.valid_from <= day and (target.valid_until is None or day <= target.valid_until):
                targets.setdefault(target.kind, {})[target.value] = target
        return Law(
            day=day,
            figures=figures,
            week=_week(self.weeks, day),
            phases=_in_force(self.phases, day),
            limits=limits,
            categories=self.goods.categories_on(day),
            taxes=self.taxes.on(day, figures),
            importer_checks=checks,
            sites=_in_force(self.sites, day),
            rates=_in_force(self.rates, day),
            ratings=_in_force(self.ratings, day),
            signals=_in_force(self.signals, day),
            targets=targets,
            assessments=_in_force(self.assessments, day),
            embargoes={country: source for country, source in _in_force(self.embargoes, day).items() if source},
        )

    def operator(self, platform: str) -> Registration | None:
        """The registration of an e-commerce platform, however its name is written."""
        return self.operators.get(platform) or self.operators.get(folded(platform))


def _e4(figure: Dated[Decimal], day: date) -> int:
    try:
        return int(figure.on(day) * E4)
    except NotInForceError:
        return 0


def _week(weeks: Dated[Week], day: date) -> Week | None:
    try:
        week = weeks.on(day)
    except NotInForceError:
        return None
    return week if (day - date.fromisoformat(week.week_id)).days < DAYS_A_WEEK else None


def _in_force(tables: Mapping[K, Dated[T]], day: date) -> dict[K, T]:
    """Of each entry what is in force on a day; entries that begin later are left out."""
    return {name: dated.on(day) for name, dated in tables.items() if dated.first_day <= day}

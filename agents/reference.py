"""Figures and lists that the law or an office changes on known days, as one frozen snapshot.

The agents are handed a `Reference`; `streams.reference` loads it from the files in `reference/`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Final, Generic, Literal, TypeVar

from agents.actions import Assessment
from agents.goods.knowledge import GoodsKnowledge
from agents.importers import Checks, Register
from agents.money import E4
from agents.selection import Rates, Site
from agents.tax import TaxLaw, TaxTables
from agents.text import folded
from agents.watchlist.screen import Watchlist
from schemas.decision import Lane

T = TypeVar("T")
K = TypeVar("K")

DAYS_A_WEEK: Final = 7
DAYS_REMEMBERED_MAX: Final = 400
"""Laws of so many days are kept at hand."""


class NotInForceError(LookupError):
    """No value of a dated figure was in force on the day asked for: the reference data has a hole."""


class Dated(Generic[T]):
    """A value by the day it came into force.

    >>> limit = Dated({date(2010, 1, 1): 100, date(2016, 1, 1): 150})
    >>> limit.on(date(2015, 12, 31)), limit.on(date(2016, 1, 1))
    (100, 150)
    """

    __slots__ = ("_days", "_values")

    def __init__(self, by_day: Mapping[date, T]) -> None:
        days = sorted(by_day)
        self._days = tuple(days)
        self._values = tuple(by_day[day] for day in days)

    def on(self, day: date) -> T:
        """The value in force on a day."""
        at = bisect_right(self._days, day) - 1
        if at < 0:
            first = self._days[0] if self._days else "never"
            raise NotInForceError(f"no value on {day}: the first is from {first}")
        return self._values[at]

    @property
    def first_day(self) -> date:
        """The first day with a value."""
        return self._days[0]

    def items(self) -> Iterator[tuple[date, T]]:
        """Every value with the day it came into force, oldest first."""
        return zip(self._days, self._values, strict=True)


@dataclass(frozen=True, slots=True)
class Thresholds(Generic[T]):
    """Figures of law; the field's name is the row's name in `reference/thresholds.csv`.

    As `Thresholds[Dated[Decimal]]` each by day, as `Thresholds[int]` those of one day in ten-thousandths (`Law.figures`).
    """

    list_limit_usd: T
    """List clearance up to this goods price."""
    list_limit_us_express_usd: T
    """The same for express goods dispatched from the United States."""
    simplified_limit_usd: T
    """Simplified declaration up to this goods price, express."""
    simplified_limit_post_usd: T
    """The same by post."""
    export_list_limit_krw: T
    """List export up to this FOB value in won."""
    auth_number_required: T
    """1 when import e-commerce parcels need a one-time authentication number."""
    velocity_parcels_1d: T
    """Parcels of one consignee in 24 hours above which the next is held."""
    velocity_parcels_7d: T
    """The same in 7 days."""
    velocity_parcels_30d: T
    """The same in 30 days."""
    velocity_usd_7d: T
    """Dollars of one consignee in 7 days above which the next is held."""
    lodging_air_minutes: T
    """Minutes before arrival by which the list of an air express parcel is due."""
    lodging_sea_hours: T
    """Hours before departure by which the list of a sea express parcel is due; 0: by departure."""
    lodging_clock_hours: T
    """Hours by which the carrier's time of lodging may differ from customs' own clock."""
    lodging_clock_binds: T
    """1 when beyond that the law of the day of receipt decides, and not that of a day the carrier chose."""
    amount_tolerance_percent: T
    """By how much of a line's amount quantity times unit price may differ from it."""
    weight_tolerance_percent: T
    """By how much the net weights together may exceed the gross weight."""
    paid_tolerance_percent: T
    """By how much what was paid may differ from what is declared."""
    value_per_kg_usd_min: T
    """A line worth less for a kilogram is not plausible."""
    value_per_kg_usd_max: T
    """A line worth more for a kilogram is not plausible."""
    hs_suggestion_percent: T
    """How sure, in percent, another commodity code must be to be suggested."""
    self_use_units_of_a_line: T
    """Units of one line above which a parcel no longer looks like self-use."""
    alcohol_exempt_usd: T
    """Up to this goods price alcohol for self-use is free of duty."""
    brand_unit_usd_min: T
    """A piece of a brand at risk below this price raises doubt."""
    combine_needs_same_supplier: T
    """1 when parcels of one master bill are combined only if they come from the same supplier."""
    code_addresses_30d: T
    """Different addresses, or phones, of one clearance code in 30 days from which on it is held."""
    link_address_parcels_7d: T
    """Parcels to one address in 7 days, over several clearance codes, above which the next is looked at."""
    link_phone_parcels_7d: T
    """The same of one phone."""
    link_parcels_a_phone: T
    """Fewer parcels for each phone at an address are those of a pick-up point."""
    link_split_codes_1d: T
    """Clearance codes over which one seller's goods for one address in a day are split."""
    link_address_codes_30d: T
    """Clearance codes with the same goods at one address in 30 days from which on they are looked at."""
    link_phone_codes_30d: T
    """The same of one phone."""
    link_same_goods_percent: T
    """Share of these goods in all parcels there, in percent, below which the place is shared by many."""
    link_seller_codes_30d: T
    """Clearance codes with the same goods of one seller from which on their receivers are counted."""
    link_seller_codes_a_receiver: T
    """Clearance codes for each address, or each phone, from which on they are looked at."""
    link_seller_parcels_a_code: T
    """Parcels with the same goods of one seller for each clearance code from which on they are looked at."""
    link_near_percent: T
    """Percent below the limit of exemption within which a price is near it."""
    link_near_parcels_30d: T
    """Parcels of one seller near the limit in 30 days from which on they are looked at."""
    link_near_share_percent: T
    """Their share in the seller's parcels, in percent."""
    link_near_prices: T
    """How many prices they have at least: one article at one price is no pattern."""
    link_seller_sample: T
    """Parcels of one seller with the same goods that make a price band."""
    link_goods_sample: T
    """Parcels with the same goods that make a price band."""
    link_band_per_mille: T
    """Of a thousand parcels of such a band so many may be as cheap."""
    link_band_factor: T
    """How many times the price is compared with the band."""
    link_kind_sample: T
    """Parcels with goods of the same name and brand that make a price band."""
    link_kind_per_mille: T
    """Of a thousand parcels of such a band, or of the seller's own, so many may be as cheap."""
    link_low_factor: T
    """How many times the price half of the band costs, when one seller's parcels are counted that lie below it."""
    link_lowest_factor: T
    """How many times the price nearly all of the band costs then."""
    link_low_parcels_30d: T
    """How many such parcels of one seller in 30 days are looked at."""
    link_low_share_percent: T
    """Their share in those of the seller's parcels that can be compared, in percent."""
    post_simplified_rates: T
    """1 when mail on the simplified route is taxed at simplified rates."""
    importer_asks_customs: T
    """1 when an importer is verified with customs itself, and a parcel waits for its answer."""
    importer_answer_hours: T
    """How long an answer of customs about an importer holds; more than a verifier remembers it (`INTAKE_IMPORTER_ANSWER_HOURS`)."""
    importer_register_complete: T
    """1 when a clearance code that the register does not know is held until it is verified."""
    screening_alarm: T
    """How alike a party and a listed name are, 0 to 1, from which on it is a finding."""
    screening_review: T
    """The same from which on `tonggwan screen` tells it."""
    screening_hold: T
    """The same from which on the parcel is held."""
    screening_pair_alarm: T
    """The same from which on two names that are held to be one pass as one."""
    collection_floor_krw: T
    """Less than this is not collected."""
    collection_floor_per_tax: T
    """1 when the floor is asked of each tax instead of all together."""
    tax_truncation_krw: T
    """Each tax of a declaration is cut to a multiple of this."""
    selection_warm_up_parcels: T
    """Before a partition has seen so many parcels of a site, none is selected for its risk: nobody knows yet what is high."""
    simplified_piece_krw_max: T
    """A piece worth more is taxed at general rates."""
    risk_drift_index: T
    """Population stability index above which what comes is told to differ from what the risk model was trained on."""
    risk_drift_parcels: T
    """So many parcels of late are compared for that."""


Unit = Literal["BOTTLES", "ML", "G", "UNITS", "STICKS"]
"""What self-use is counted in: containers, millilitres, grams, pieces, cigarettes."""


@dataclass(frozen=True, slots=True)
class SelfUseLimit:
    """How much of a kind of goods counts as self-use (Import notice annex 11)."""

    category: str
    unit: Unit
    most: int
    source: str


@dataclass(frozen=True, slots=True)
class Week:
    """Customs exchange rates of one week, Sunday to Saturday."""

    week_id: str
    """Its first day, such as 2026-11-22."""
    krw_e4: Mapping[str, int]
    """Ten-thousandths of a won for one unit of the currency."""


@dataclass(frozen=True, slots=True)
class Registration:
    """An entry of a register of carriers or operators."""

    name: str
    valid_from: date
    valid_until: date | None
    suspended_from: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether the entry is in force on a day, suspensions left out."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def suspended_on(self, day: date) -> bool:
        """Whether the entry is suspended on a day."""
        return self.suspended_from is not None and day >= self.suspended_from

    def in_force_on(self, day: date) -> bool:
        """Whether the entry is valid on a day, and not suspended."""
        return self.valid_on(day) and not self.suspended_on(day)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of goods that the law treats apart."""

    name: str
    list_excluded: bool
    """List clearance is not open to it."""
    simplified_excluded: bool
    """Neither is the simplified declaration."""
    prohibited: str | None
    """NARCOTIC, WEAPON or ARTICLE_234 (money, morals, the state): must never pass."""
    source: str
    agency: str = ""
    """Whose confirmation the goods need, if anyone's."""
    rank: int = 0
    """The lowest leads where goods are of several categories."""
    in_ingredients: bool = False
    """An ingredient alone gives it."""


TargetKind = Literal["CARRIER", "CONVEYANCE", "MASTER_BILL", "SENDER", "SELLER", "ORIGIN", "HS"]
"""What intelligence may name: by code, number, name, country or the beginning of a commodity code."""
UNRATED: Final = "UNRATED"


@dataclass(frozen=True, slots=True)
class Target:
    """What intelligence has named: everything it fits is looked at."""

    kind: TargetKind
    value: str
    """Folded."""
    valid_from: date
    valid_until: date | None
    lane: Lane
    entry: str


Phase = Literal["OFF", "OBSERVE", "WARN", "ENFORCE"]
"""How far a rule goes: not asked, noted for customs alone, told to the carrier, in full force."""


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """What is in force on one day."""

    day: date
    figures: Thresholds[int]
    """Each figure in ten-thousandths of its unit; 0, the most careful, before its first day."""
    week: Week | None
    """Exchange rates of the day; None when reference data has none."""
    phases: Mapping[str, Phase]
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

    def phase(self, code: str, name: str) -> Phase:
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
    phases: Mapping[str, Dated[Phase]] = field(default_factory=dict)
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
        figures: Thresholds[int] = Thresholds(**{row.name: _e4(getattr(self.thresholds, row.name), day) for row in fields(Thresholds)})
        limits: dict[str, tuple[SelfUseLimit, ...]] = {}
        for (category, _), limit in _in_force(self.self_use, day).items():
            limits[category] = (*limits.get(category, ()), limit)
        checks = self.importer_checks.on(day) if self.importer_checks is not None and self.importer_checks.first_day <= day else None
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

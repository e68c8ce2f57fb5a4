"""Figures and lists that the law or an office changes on known days, as one frozen snapshot.

The agents are handed a `Reference`; `streams.reference` loads it from the files in `reference/`.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick

T = TypeVar("T")


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
class Thresholds:
    """Figures of law, each by day; the field's name is the row's name in `reference/thresholds.csv`."""

    list_limit_usd: Dated[Decimal]
    """List clearance up to this goods price."""
    list_limit_us_express_usd: Dated[Decimal]
    """The same for express goods dispatched from the United States."""
    simplified_limit_usd: Dated[Decimal]
    """Simplified declaration up to this goods price, express."""
    simplified_limit_post_usd: Dated[Decimal]
    """The same by post."""
    export_list_limit_krw: Dated[Decimal]
    """List export up to this FOB value in won."""
    auth_number_required: Dated[Decimal]
    """1 when import e-commerce parcels need a one-time authentication number."""
    velocity_parcels_1d: Dated[Decimal]
    """Parcels of one consignee in 24 hours above which the next is held."""
    velocity_parcels_7d: Dated[Decimal]
    """The same in 7 days."""
    velocity_parcels_30d: Dated[Decimal]
    """The same in 30 days."""
    velocity_usd_7d: Dated[Decimal]
    """Dollars of one consignee in 7 days above which the next is held."""


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


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of goods that the law treats apart."""

    name: str
    list_excluded: bool
    """List clearance is not open to it."""
    simplified_excluded: bool
    """Neither is the simplified declaration."""
    prohibited: str | None
    """NARCOTIC or WEAPON: must never pass."""
    source: str


class GoodsTerms:
    """Words and commodity codes that give goods a category, found in one pass over a text.

    `terms` maps a folded term to its category; a Latin term has to stand as whole words, others may stand anywhere.
    `hs_prefixes` maps the first digits of a commodity code to its category.
    """

    __slots__ = ("_automaton", "_categories", "_hs_prefixes", "_prefix_lengths", "_terms", "_whole_word")

    def __init__(self, terms: Mapping[str, Category], hs_prefixes: Mapping[str, Category]) -> None:
        self._terms = tuple(terms)
        self._categories = tuple(terms.values())
        self._whole_word = tuple(term.isascii() for term in self._terms)
        self._automaton = AhoCorasick(self._terms) if terms else None
        self._hs_prefixes = dict(hs_prefixes)
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in hs_prefixes}, reverse=True))

    def by_code(self, hs_code: str) -> Category | None:
        """The category of a commodity code, by its longest known beginning."""
        for length in self._prefix_lengths:
            if category := self._hs_prefixes.get(hs_code[:length]):
                return category
        return None

    def by_text(self, folded: str) -> Iterator[tuple[str, Category]]:
        """Every term in a folded text with its category, in order of appearance."""
        if self._automaton is None:
            return
        for index, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if self._whole_word[index] and (_is_latin(folded[start - 1 : start]) or _is_latin(folded[end : end + 1])):
                continue
            yield self._terms[index], self._categories[index]


def _is_latin(char: str) -> bool:
    """Whether a character goes on with a Latin word; Hangul does not: it follows foreign words without a space."""
    return char.isascii() and char.isalnum()


@dataclass(frozen=True, slots=True)
class Reference:
    """All reference data, frozen."""

    version: str
    """Content of all files: the first 12 hexadecimal digits of a SHA-256."""
    tariff_edition: str
    thresholds: Thresholds
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
    goods: GoodsTerms
    categories: Mapping[str, Category] = field(default_factory=dict)

    @property
    def first_day(self) -> date:
        """The first day on which every threshold is known."""
        figures: list[Dated[Decimal]] = [getattr(self.thresholds, row.name) for row in fields(Thresholds)]
        return max(figure.first_day for figure in figures)

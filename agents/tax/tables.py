"""Dated rates of duties and taxes, and the tables that hold them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Generic, Literal, TypeVar

import msgspec

from agents.law.thresholds import Thresholds
from agents.values.money import E4

V = TypeVar("V")
K = TypeVar("K")
Measure = Literal["", "l", "kg", "piece"]
"""What a rate in won is counted by; empty when the rate is a percentage alone."""
Excise = Literal["consumption", "liquor"]

SUBHEADING: Final = 6
"""Digits that parcels are declared with; the tariff has ten."""
PER_MEASURE: Final[Mapping[Measure, int]] = {"": 1, "l": 1000, "kg": 1000, "piece": 1}
"""Millilitres in a litre, grams in a kilogram."""


class Rate(msgspec.Struct, frozen=True, gc=False):
    """A percentage, an amount in won for each unit of quantity, or whichever of both comes to more."""

    rate_e6: int
    """Millionths of the base."""
    source: str
    krw_e4: int = 0
    """Ten-thousandths of a won for one `measure`."""
    measure: Measure = ""
    text: str = ""
    """How decisions show it."""

    @classmethod
    def of(cls, rate_e6: int | None, source: str, krw_e4: int = 0, measure: Measure = "") -> "Rate":
        """A rate with its text.

        >>> (Rate.of(65_000, "").text, Rate.of(None, "", 8_857_000, "l").text,
        ... Rate.of(270_000, "", 18_300_000, "kg").text)
        ('6.5 %', '885.7 KRW/l', '27 % or 1830 KRW/kg, the greater')
        """
        specific = f"{show_rate(krw_e4, E4)} KRW/{measure}"
        percent = f"{show_rate(rate_e6 or 0, E4)} %"
        text = percent if not measure else specific if rate_e6 is None else f"{percent} or {specific}, the greater"
        return cls(rate_e6 or 0, source, krw_e4, measure, text)


class ExciseRate(msgspec.Struct, frozen=True, gc=False):
    """A tax on certain goods: individual consumption tax or liquor tax, and what is charged on top of it."""

    tax: Excise
    rate: Rate
    above_krw: int
    """Only the part of a piece's value and duty above this is taxed; 0: all of it."""
    education: Rate
    """Of the tax itself."""
    rural: Rate
    """Of the tax itself."""
    text: str


class Bracket(msgspec.Struct, frozen=True, gc=False):
    """A bundled rate for pieces worth more than so many won; None when the goods have no bundled rate."""

    above_krw: int
    rate: Rate | None


class RateRow(msgspec.Struct, Generic[V], frozen=True):
    """What holds for some goods from one day to another, both included; `last` None: until further notice.

    `goods` are the first digits of a commodity code, the name of a category, or nothing: all other goods.
    """

    goods: str
    first: date
    last: date | None
    value: V


class ByGoods(Generic[V]):
    """Values by goods, in force on one day: the longest beginning of the code wins, then a category, then the rest."""

    __slots__ = ("_by_category", "_by_prefix", "_lengths", "_rest")

    def __init__(self, values: Mapping[str, V], rest: V) -> None:
        self._by_prefix = {goods: value for goods, value in values.items() if goods.isdigit()}
        self._by_category = {goods: value for goods, value in values.items() if goods and goods not in self._by_prefix}
        self._lengths = tuple(sorted({len(prefix) for prefix in self._by_prefix}, reverse=True))
        self._rest = values.get("", rest)

    def of(self, hs_code: str, categories: tuple[str, ...] = ()) -> V:
        """What holds for goods of a code and these categories."""
        by_prefix = self._by_prefix
        for length in self._lengths:
            if (value := by_prefix.get(hs_code[:length])) is not None:
                return value
        if self._by_category:
            for category in categories:
                if (value := self._by_category.get(category)) is not None:
                    return value
        return self._rest


@dataclass(frozen=True, slots=True, eq=False)
class TaxLaw:
    """The rates and figures of one day."""

    duty: ByGoods[Rate]
    preferences: Mapping[str, tuple[frozenset[str], ByGoods[Rate | None]]]
    """By agreement: the countries of origin it is open to, and its rates."""
    excise: ByGoods[ExciseRate | None]
    simplified: ByGoods[tuple[Bracket, ...]]
    """Brackets of the goods, the highest first."""
    vat: ByGoods[Rate]
    floor_krw: int
    """Less than this is not collected."""
    floor_per_tax: bool
    """Whether the floor is asked of each tax instead of their sum."""
    cut_krw: int
    """Each tax is cut to a multiple of this."""
    simplified_piece_krw_max: int
    """No bundled rate for a piece worth more."""


@dataclass(frozen=True, slots=True, eq=False)
class TaxTables:
    """Every rate of every day. Of two rows in force for the same goods the one that began later holds."""

    duties: tuple[RateRow[Rate], ...] = ()
    agreements: Mapping[str, tuple[RateRow[None], ...]] = field(default_factory=dict)
    """By agreement, its members: the row's goods are a country of origin."""
    preferences: Mapping[str, tuple[RateRow[Rate], ...]] = field(default_factory=dict)
    """By agreement."""
    excises: tuple[RateRow[ExciseRate], ...] = ()
    simplified: tuple[RateRow[Bracket], ...] = ()
    vat: tuple[RateRow[Rate], ...] = ()

    def on(self, day: date, figures: Thresholds[int]) -> TaxLaw:
        """The law of one day, with the day's figures in ten-thousandths (`agents.reference.Law.figures`).

        Walks over every row: some milliseconds with the full tariff, so the caller keeps it for the day.
        """
        unknown = Rate.of(0, f"no rate in force on {day}")
        excise: dict[str, ExciseRate] = _in_force(self.excises, day)
        return TaxLaw(
            duty=ByGoods(_for_subheadings(_in_force(self.duties, day)), unknown),
            preferences={
                name: (frozenset(_in_force(self.agreements.get(name, ()), day)), _preference_rates(rows, day))
                for name, rows in self.preferences.items()
            },
            excise=ByGoods[ExciseRate | None](excise, None),
            simplified=ByGoods(_brackets(self.simplified, day), ()),
            vat=ByGoods(_in_force(self.vat, day), unknown),
            floor_krw=figures.collection_floor_krw // E4,
            floor_per_tax=figures.collection_floor_per_tax > 0,
            cut_krw=max(figures.tax_truncation_krw // E4, 1),
            simplified_piece_krw_max=figures.simplified_piece_krw_max // E4,
        )


def _in_force(rows: Iterable[RateRow[V]], day: date) -> dict[str, V]:
    """Of each goods the value of a day; once a row with a last day is over, the row before it holds again."""
    return {goods: row.value for goods, row in _latest(((row.goods, row) for row in rows), day).items()}


def _latest(rows: Iterable[tuple[K, RateRow[V]]], day: date) -> dict[K, RateRow[V]]:
    """Of each key the row that began last among those in force."""
    found: dict[K, RateRow[V]] = {}
    for key, row in rows:
        if row.first <= day and (row.last is None or day <= row.last):
            other = found.get(key)
            if other is None or other.first < row.first:
                found[key] = row
    return found


def _preference_rates(rows: Iterable[RateRow[Rate]], day: date) -> ByGoods[Rate | None]:
    return ByGoods[Rate | None](_for_subheadings(_in_force(rows, day)), None)


def _brackets(rows: Iterable[RateRow[Bracket]], day: date) -> dict[str, tuple[Bracket, ...]]:
    """The brackets of each goods, the highest first."""
    found: dict[str, list[Bracket]] = {}
    for (goods, _), row in _latest((((row.goods, row.value.above_krw), row) for row in rows), day).items():
        found.setdefault(goods, []).append(row.value)
    return {goods: tuple(sorted(brackets, key=_above, reverse=True)) for goods, brackets in found.items()}


def _above(bracket: Bracket) -> int:
    return bracket.above_krw


def _for_subheadings(rates: Mapping[str, Rate]) -> dict[str, Rate]:
    """The rates with one more for each subheading that is split further: the highest that its goods may come under.

    Parcels are declared with six digits, the tariff has ten; which of the ten-digit codes it is, nobody has said.
    """
    below: dict[str, list[Rate]] = {}
    for goods, rate in rates.items():
        if len(goods) > SUBHEADING and goods.isdigit() and goods[:SUBHEADING] not in rates:
            below.setdefault(goods[:SUBHEADING], []).append(rate)
    wide = dict(rates)
    for subheading, candidates in below.items():
        above = next(
            (rates[subheading[:length]] for length in range(SUBHEADING - 1, 0, -1) if subheading[:length] in rates),
            None,
        )
        wide[subheading] = max([*candidates, above] if above is not None else candidates, key=_height)
    return wide


def _height(rate: Rate) -> tuple[int, int]:
    return rate.rate_e6, rate.krw_e4


def show_rate(value: int, scale: int) -> str:
    """A fixed-point number without needless zeros."""
    whole, rest = divmod(value, scale)
    return f"{whole}.{rest:0{len(str(scale)) - 1}d}".rstrip("0") if rest else str(whole)

"""Duties and taxes of one parcel, exact to the won, each amount with its base, its rate and the rate's source.

The readings that the law leaves open are settled so: freight, insurance and charges are apportioned by amount; the
customs value of a line is floored to the won and the last line takes what that leaves; a tax inside another's base is
floored to the won; each tax is cut to ten won once, over the whole declaration; what then comes to less than the
collection floor is not collected.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeVar

import msgspec

from agents.money import E4, E6
from schemas.decision import Tax, TaxLine

if TYPE_CHECKING:
    from agents.reference import Thresholds

V = TypeVar("V")
K = TypeVar("K")

Mode = Literal["GENERAL", "SIMPLIFIED"]
"""Each tax on its own, or one bundled rate in place of all (Customs Act Art. 81)."""
Relief = Literal["NONE", "DUTY", "ALL"]
"""What is waived: nothing, customs duty alone (alcohol for self-use), or everything."""
Measure = Literal["", "l", "kg", "piece"]
"""What a rate in won is counted by; empty when the rate is a percentage alone."""
Excise = Literal["consumption", "liquor"]

BELOW_FLOOR: Final = "BELOW_COLLECTION_FLOOR"
"""Reason: all taxes together are too little to be collected."""
FREE: Final = "FREE_OF_TAX"
"""Reason: every rate on these goods is nothing."""

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

        >>> Rate.of(65_000, "").text, Rate.of(None, "", 8_857_000, "l").text, Rate.of(270_000, "", 18_300_000, "kg").text
        ('6.5 %', '885.7 KRW/l', '27 % or 1830 KRW/kg, the greater')
        """
        specific = f"{_show(krw_e4, E4)} KRW/{measure}"
        percent = f"{_show(rate_e6 or 0, E4)} %"
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


class Row(msgspec.Struct, Generic[V], frozen=True):
    """What holds for some goods from one day to another, both included; `last` None: until further notice.

    `goods` are the first digits of a commodity code, the name of a category, or nothing: all other goods.
    """

    goods: str
    first: date
    last: date | None
    value: V


class TaxableLine(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One item. `amount_e4` and `net_weight_g` are the line's, `volume_ml` one piece's."""

    hs_code: str
    amount_e4: int
    """Ten-thousandths of the parcel's currency."""
    quantity: int = 1
    categories: tuple[str, ...] = ()
    """Names of its categories of goods."""
    origin: str = ""
    volume_ml: int | None = None
    net_weight_g: int = 0
    preference: str | None = None
    """The agreement whose rate is claimed."""
    relief: Relief | None = None
    """When it is not the parcel's: a shirt beside a bottle."""


class Taxable(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the taxes of a parcel depend on. Amounts are ten-thousandths of the parcel's currency."""

    lines: tuple[TaxableLine, ...]
    rate_krw_e4: int
    """Ten-thousandths of a won for one unit of the currency."""
    local_charges_e4: int = 0
    freight_e4: int = 0
    insurance_e4: int = 0
    mode: Mode = "GENERAL"
    relief: Relief = "NONE"
    reason: str | None = None
    """Why there is relief; stands in `Tax.exempt`."""
    has_purchase_proof: bool = False
    """A receipt that proves the purchase: without it no agreement's rate applies (Express notice Art. 10(4))."""


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

    duties: tuple[Row[Rate], ...] = ()
    agreements: Mapping[str, tuple[Row[None], ...]] = field(default_factory=dict)
    """By agreement, its members: the row's goods are a country of origin."""
    preferences: Mapping[str, tuple[Row[Rate], ...]] = field(default_factory=dict)
    """By agreement."""
    excises: tuple[Row[ExciseRate], ...] = ()
    simplified: tuple[Row[Bracket], ...] = ()
    vat: tuple[Row[Rate], ...] = ()

    def on(self, day: date, figures: "Thresholds[int]") -> TaxLaw:
        """The law of one day, with the day's figures in ten-thousandths (`agents.reference.Law.figures`).

        Walks over every row: some milliseconds with the full tariff, so the caller keeps it for the day.
        """
        unknown = Rate.of(0, f"no rate in force on {day}")
        excise: dict[str, ExciseRate] = _in_force(self.excises, day)
        return TaxLaw(
            duty=ByGoods(_for_subheadings(_in_force(self.duties, day)), unknown),
            preferences={name: (frozenset(_in_force(self.agreements.get(name, ()), day)), _preference_rates(rows, day)) for name, rows in self.preferences.items()},
            excise=ByGoods[ExciseRate | None](excise, None),
            simplified=ByGoods(_brackets(self.simplified, day), ()),
            vat=ByGoods(_in_force(self.vat, day), unknown),
            floor_krw=figures.collection_floor_krw // E4,
            floor_per_tax=figures.collection_floor_per_tax > 0,
            cut_krw=max(figures.tax_truncation_krw // E4, 1),
            simplified_piece_krw_max=figures.simplified_piece_krw_max // E4,
        )


def _in_force(rows: Iterable[Row[V]], day: date) -> dict[str, V]:
    """Of each goods the value of a day; once a row with a last day is over, the row before it holds again."""
    return {goods: row.value for goods, row in _latest(((row.goods, row) for row in rows), day).items()}


def _latest(rows: Iterable[tuple[K, Row[V]]], day: date) -> dict[K, Row[V]]:
    """Of each key the row that began last among those in force."""
    found: dict[K, Row[V]] = {}
    for key, row in rows:
        if row.first <= day and (row.last is None or day <= row.last):
            other = found.get(key)
            if other is None or other.first < row.first:
                found[key] = row
    return found


def _preference_rates(rows: Iterable[Row[Rate]], day: date) -> ByGoods[Rate | None]:
    return ByGoods[Rate | None](_for_subheadings(_in_force(rows, day)), None)


def _brackets(rows: Iterable[Row[Bracket]], day: date) -> dict[str, tuple[Bracket, ...]]:
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
        above = next((rates[subheading[:length]] for length in range(SUBHEADING - 1, 0, -1) if subheading[:length] in rates), None)
        wide[subheading] = max([*candidates, above] if above is not None else candidates, key=_height)
    return wide


def _height(rate: Rate) -> tuple[int, int]:
    return rate.rate_e6, rate.krw_e4


def assess(taxable: Taxable, law: TaxLaw) -> Tax:
    """What is to be paid on a parcel, and how it came about.

    `Tax.lines` hold each amount before it is cut to ten won; they stay when nothing is collected after all.
    A bundled rate stands in `Tax.duty`.
    """
    if taxable.relief == "ALL":
        for line in taxable.lines:
            if line.relief is not None:
                break
        else:
            return _nothing(taxable.reason, taxable.rate_krw_e4)
    lines = tuple(_lines(taxable, law))
    due = {"duty": 0, "simplified": 0, "consumption": 0, "liquor": 0, "education": 0, "rural": 0, "vat": 0}
    for charged in lines:
        due[charged.tax] += charged.amount
    arose = any(due.values())
    due["duty"] += due.pop("simplified")
    duty, consumption, liquor, education, rural, vat = _collected(due.values(), law)
    total = duty + consumption + liquor + education + rural + vat
    exempt = taxable.reason if total else BELOW_FLOOR if arose else taxable.reason or FREE
    return Tax(duty, consumption, liquor, education, rural, vat, total, exempt, exchange_rate(taxable.rate_krw_e4), lines)


@lru_cache(maxsize=1024)  # most parcels are exempt, for few reasons and at the rates of a few currencies
def _nothing(reason: str | None, rate_krw_e4: int) -> Tax:
    return Tax(0, 0, 0, 0, 0, 0, 0, reason or FREE, exchange_rate(rate_krw_e4))


def _collected(due: Iterable[int], law: TaxLaw) -> list[int]:
    """Each tax cut to ten won, or nothing where the floor is not reached."""
    cut = law.cut_krw
    payable = [amount - amount % cut for amount in due]
    if law.floor_per_tax:
        return [amount if amount >= law.floor_krw else 0 for amount in payable]
    return payable if sum(payable) >= law.floor_krw else [0] * len(payable)


@lru_cache(maxsize=1024)
def exchange_rate(rate_krw_e4: int) -> str:
    """Won for one unit of a currency as a decimal string.

    >>> exchange_rate(13_571_400), exchange_rate(14_000_000)
    ('1357.14', '1400')
    """
    return _show(rate_krw_e4, E4)


def _show(value: int, scale: int) -> str:
    """A fixed-point number without needless zeros."""
    whole, rest = divmod(value, scale)
    return f"{whole}.{rest:0{len(str(scale)) - 1}d}".rstrip("0") if rest else str(whole)


def customs_values(taxable: Taxable) -> list[int]:
    """The customs value of each line in won: its price and its share of the charges, freight and insurance.

    They sum to the customs value of the parcel, which is floored once.
    """
    goods_e4 = sum([line.amount_e4 for line in taxable.lines])
    whole_e4 = goods_e4 + taxable.local_charges_e4 + taxable.freight_e4 + taxable.insurance_e4
    whole_krw = whole_e4 * taxable.rate_krw_e4 // (E4 * E4)
    if len(taxable.lines) == 1:
        return [whole_krw]
    numerator, divisor = whole_e4 * taxable.rate_krw_e4, max(goods_e4, 1) * E4 * E4
    values = [line.amount_e4 * numerator // divisor for line in taxable.lines[:-1]]
    return [*values, whole_krw - sum(values)] if taxable.lines else []


def _lines(taxable: Taxable, law: TaxLaw) -> Iterator[TaxLine]:
    """Each tax on each item, in the order in which one enters the base of the next."""
    for item, (line, value) in enumerate(zip(taxable.lines, customs_values(taxable), strict=True)):
        relief = line.relief or taxable.relief
        if relief == "ALL":
            continue
        preference = _preference(line, law) if line.preference is not None and taxable.has_purchase_proof else None
        bundled = simplified_rate(line, value, law) if taxable.mode == "SIMPLIFIED" and relief == "NONE" and preference is None else None
        if bundled is not None:
            yield TaxLine(item, "simplified", value, bundled.text, value * bundled.rate_e6 // E6, bundled.source)
            continue
        rate = preference or law.duty.of(line.hs_code, line.categories)
        duty = _duty(item, rate, line, value)
        if relief == "DUTY":
            duty = TaxLine(item, "duty", value, f"{rate.text}, waived", 0, rate.source)
        yield duty
        dutied = value + duty.amount
        excise = law.excise.of(line.hs_code, line.categories)
        if excise is not None:
            for tax in _excises(item, excise, line, dutied):
                dutied += tax.amount
                yield tax
        vat = law.vat.of(line.hs_code, line.categories)
        yield TaxLine(item, "vat", dutied, vat.text, dutied * vat.rate_e6 // E6, vat.source)


def _preference(line: TaxableLine, law: TaxLaw) -> Rate | None:
    """The rate of the agreement that the line claims, None when it has none for these goods or this origin."""
    agreement = law.preferences.get(line.preference or "")
    if agreement is None or line.origin not in agreement[0]:
        return None
    return agreement[1].of(line.hs_code, line.categories)


def _duty(item: int, rate: Rate, line: TaxableLine, value: int) -> TaxLine:
    amount = value * rate.rate_e6 // E6
    if not rate.measure:
        return TaxLine(item, "duty", value, rate.text, amount, rate.source)
    return TaxLine(item, "duty", value if rate.rate_e6 else 0, f"{rate.text}, {_quantity(rate, line)}", max(amount, _specific(rate, line)), rate.source)


def _excises(item: int, excise: ExciseRate, line: TaxableLine, dutied: int) -> Iterator[TaxLine]:
    """Consumption or liquor tax of a line and the taxes on it; `dutied` is its value and duty.

    A tax by quantity has no base in won: it stands as 0, and the rate names the quantity.
    """
    rate = excise.rate
    base = dutied - excise.above_krw * _pieces(line) if excise.above_krw else dutied
    if base <= 0 and not rate.measure:
        return
    tax = base * rate.rate_e6 // E6
    if rate.measure:
        tax = max(tax, _specific(rate, line))
        yield TaxLine(item, excise.tax, base if rate.rate_e6 else 0, f"{excise.text}, {_quantity(rate, line)}", tax, rate.source)
    else:
        yield TaxLine(item, excise.tax, base, excise.text, tax, rate.source)
    if excise.education.rate_e6:
        yield TaxLine(item, "education", tax, excise.education.text, tax * excise.education.rate_e6 // E6, excise.education.source)
    if excise.rural.rate_e6:
        yield TaxLine(item, "rural", tax, excise.rural.text, tax * excise.rural.rate_e6 // E6, excise.rural.source)


def simplified_rate(line: TaxableLine, value_krw: int, law: TaxLaw) -> Rate | None:
    """The bundled rate of a line, None when the general rates apply to it.

    They do (Import notice Art. 55) to goods free of duty or taxed by quantity, to goods without a bundled rate such as
    alcohol, and when a piece is worth more than the limit. Commercial goods are for the caller: `Taxable.mode`.
    """
    pieces = _pieces(line)
    duty = law.duty.of(line.hs_code, line.categories)
    if value_krw > law.simplified_piece_krw_max * pieces or duty.measure or not duty.rate_e6:
        return None
    for bracket in law.simplified.of(line.hs_code, line.categories):
        if value_krw > bracket.above_krw * pieces or not bracket.above_krw:
            return bracket.rate
    return None


def _pieces(line: TaxableLine) -> int:
    """Pieces of a line; a quantity that can't be counts as one."""
    return max(line.quantity, 1)


def _measured(rate: Rate, line: TaxableLine) -> int:
    """Millilitres, grams or pieces of a line; an unknown volume or weight counts as one litre or kilogram a piece."""
    pieces = _pieces(line)
    if rate.measure == "l":
        return pieces * line.volume_ml if line.volume_ml is not None and line.volume_ml > 0 else pieces * PER_MEASURE["l"]
    if rate.measure == "kg":
        return line.net_weight_g if line.net_weight_g > 0 else pieces * PER_MEASURE["kg"]
    return pieces


def _specific(rate: Rate, line: TaxableLine) -> int:
    """Won by quantity."""
    return _measured(rate, line) * rate.krw_e4 // (PER_MEASURE[rate.measure] * E4)


def _quantity(rate: Rate, line: TaxableLine) -> str:
    """The quantity that a rate was applied to."""
    unknown = (rate.measure == "l" and (line.volume_ml or 0) <= 0) or (rate.measure == "kg" and line.net_weight_g <= 0)
    return f"{_show(_measured(rate, line), PER_MEASURE[rate.measure])} {rate.measure}{' assumed' if unknown else ''}"

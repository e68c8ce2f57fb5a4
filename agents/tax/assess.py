"""Duties and taxes of one parcel, exact to the won, each amount with its base, its rate and the rate's source.

The readings that the law leaves open are settled so: freight, insurance and charges are apportioned by amount; the
customs value of a line is floored to the won and the last line takes what that leaves; a tax inside another's base is
floored to the won; each tax is cut to ten won once, over the whole declaration; what then comes to less than the
collection floor is not collected.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final, Literal

import msgspec

from agents.tax.tables import PER_MEASURE, ExciseRate, Rate, TaxLaw, show_rate
from agents.values.money import E4, E6
from schemas.decision import Tax, TaxLine

Mode = Literal["GENERAL", "SIMPLIFIED"]
"""Each tax on its own, or one bundled rate in place of all (Customs Act Art. 81)."""
Relief = Literal["NONE", "DUTY", "ALL"]
"""What is waived: nothing, customs duty alone (alcohol for self-use), or everything."""

BELOW_FLOOR: Final = "BELOW_COLLECTION_FLOOR"
"""Reason: all taxes together are too little to be collected."""
FREE: Final = "FREE_OF_TAX"
"""Reason: every rate on these goods is nothing."""


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
    return Tax(
        duty, consumption, liquor, education, rural, vat, total, exempt, exchange_rate(taxable.rate_krw_e4), lines
    )


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
    return show_rate(rate_krw_e4, E4)


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
        bundled = (
            simplified_rate(line, value, law)
            if taxable.mode == "SIMPLIFIED" and relief == "NONE" and preference is None
            else None
        )
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
    return TaxLine(
        item,
        "duty",
        value if rate.rate_e6 else 0,
        f"{rate.text}, {_quantity(rate, line)}",
        max(amount, _specific(rate, line)),
        rate.source,
    )


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
        yield TaxLine(
            item, excise.tax, base if rate.rate_e6 else 0, f"{excise.text}, {_quantity(rate, line)}", tax, rate.source
        )
    else:
        yield TaxLine(item, excise.tax, base, excise.text, tax, rate.source)
    if excise.education.rate_e6:
        yield TaxLine(
            item, "education", tax, excise.education.text, tax * excise.education.rate_e6 // E6, excise.education.source
        )
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
        return (
            pieces * line.volume_ml if line.volume_ml is not None and line.volume_ml > 0 else pieces * PER_MEASURE["l"]
        )
    if rate.measure == "kg":
        return line.net_weight_g if line.net_weight_g > 0 else pieces * PER_MEASURE["kg"]
    return pieces


def _specific(rate: Rate, line: TaxableLine) -> int:
    """Won by quantity."""
    return _measured(rate, line) * rate.krw_e4 // (PER_MEASURE[rate.measure] * E4)


def _quantity(rate: Rate, line: TaxableLine) -> str:
    """The quantity that a rate was applied to."""
    unknown = (rate.measure == "l" and (line.volume_ml or 0) <= 0) or (rate.measure == "kg" and line.net_weight_g <= 0)
    return (
        f"{show_rate(_measured(rate, line), PER_MEASURE[rate.measure])} {rate.measure}{' assumed' if unknown else ''}"
    )

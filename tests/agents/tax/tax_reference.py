"""The taxes of a parcel worked out a second time, slowly, from the law's own words.

What `agents.tax.assess` is compared with.

It shares nothing with the engine: its own rates, decimals in place of whole numbers, column by column in place of line
by line. A parcel is a plain dictionary, amounts are decimals of its currency.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Context, Decimal, localcontext
from typing import Final

WON: Final = Decimal(1)
LONG_AGO: Final = date(2000, 1, 1)

DUTY: Final = """
36: 0406 | 20: 0409 | 40: 0902 1901 24 | 8: 1905 2106
30: 2203 2207 | 15: 2204 2205 2206 | 20: 2208
8: 3303 | 6.5: 3304 3305 3306 3307 3401
8: 4202 4304 | 13: 4203 | 16: 4303
0: 4901 4902 4903
13: 61 62 6306 64 6601 | 8: 6116 6213 6216 6406
8: 7113 8518 9004 9101 9102 9503 | 0: 8471 8517 8523 9403 950450
"""
"""Per cent by the first digits of the commodity code; 8 for all other goods."""

EU: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
FREE_UNDER_AGREEMENT: Final = ("2204", "3303", "3304", "3305", "3307", "4202", "61", "62", "64", "9101", "9102", "9503")

NO_VAT: Final = ("4901", "4902", "4903")

LUXURY: Final = {
    **dict.fromkeys(("4202", "9101", "9102"), ((LONG_AGO, 2_000_000),)),
    **dict.fromkeys(
        ("7101", "7102", "7103", "7104", "7113", "7114", "7116", "4302", "4303"),
        ((LONG_AGO, 2_000_000), (date(2016, 2, 5), 5_000_000)),
    ),
    **dict.fromkeys(("9401", "9403"), ((date(2016, 2, 5), 5_000_000),)),
}
"""Consumption tax of 20 % falls on the part of a piece above so many won."""
RURAL_TOO: Final = ("4302", "4303", "9401", "9403")

BEER: Final = (
    (date(2020, 1, 1), "830.3"),
    (date(2021, 3, 1), "834.4"),
    (date(2022, 4, 1), "855.2"),
    (date(2023, 4, 1), "885.7"),
)
MAKGEOLLI: Final = (
    (date(2020, 1, 1), "41.7"),
    (date(2021, 3, 1), "41.9"),
    (date(2022, 4, 1), "42.9"),
    (date(2023, 4, 1), "44.4"),
)


@dataclass
class Column:
    """One item's way through the taxes, filled in from left to right."""

    code: str
    pieces: Decimal
    litres: Decimal
    origin: str
    claims: str | None
    proof: bool
    relief: str
    value: Decimal
    charged: dict[str, Decimal] = field(default_factory=dict)

    def sum(self, *names: str) -> Decimal:
        return self.value + sum((self.charged.get(name, Decimal(0)) for name in names), Decimal(0))


def floor(amount: Decimal, unit: Decimal = WON) -> Decimal:
    return (amount / unit).to_integral_value(ROUND_FLOOR) * unit


def percent(base: Decimal, rate: Decimal | str | int) -> Decimal:
    return floor(base * Decimal(rate) / 100)


def starts(code: str, beginnings: tuple[str, ...]) -> bool:
    return any(code.startswith(beginning) for beginning in beginnings)


def duty_percent(code: str) -> Decimal:
    found, length = Decimal(8), 0
    for part in DUTY.replace("\n", "|").split("|"):
        if part.strip():
            rate, beginnings = part.split(":")
            for beginning in beginnings.split():
                if code.startswith(beginning) and len(beginning) > length:
                    found, length = Decimal(rate.strip()), len(beginning)
    return found


def agreement_member(claims: str, origin: str, day: date) -> bool:
    if claims == "KOR_US":
        return origin == "US" and day >= date(2021, 1, 1)
    if claims == "KOR_UK":
        return origin == "GB" and day >= date(2021, 1, 1)
    if claims == "KOR_EU":
        return day >= date(2018, 7, 1) and (origin in EU.split() or (origin == "GB" and day <= date(2020, 12, 31)))
    return False


def preferred(column: Column, day: date) -> bool:
    return (
        column.proof
        and column.claims is not None
        and agreement_member(column.claims, column.origin, day)
        and starts(column.code, FREE_UNDER_AGREEMENT)
    )


def since(steps: tuple[tuple[date, object], ...], day: date) -> object | None:
    return next((value for first, value in reversed(steps) if first <= day), None)


def luxury_threshold(code: str, day: date) -> Decimal | None:
    for beginning, steps in LUXURY.items():
        if code.startswith(beginning):
            found = since(steps, day)
            return None if found is None else Decimal(str(found))
    return None


def bundled_percent(column: Column) -> Decimal | None:
    """Customs Act Art. 81: nothing for liquor, tobacco, free goods and pieces above ten million won."""
    if starts(column.code, ("2203", "2204", "2205", "2206", "2207", "2208", "24")) or not duty_percent(column.code):
        return None
    a_piece = column.value / column.pieces
    if a_piece > 10_000_000:
        return None
    luxury = {
        "4202": 2_000_000,
        "9101": 2_000_000,
        "9102": 2_000_000,
        "7113": 5_000_000,
        "7114": 5_000_000,
        "7116": 5_000_000,
        "4303": 5_000_000,
    }
    if a_piece > luxury.get(column.code[:4], 10_000_000):
        return Decimal(20)
    return (
        Decimal(19)
        if column.code.startswith("4303")
        else Decimal(18)
        if starts(column.code, ("4203", "61", "62", "64"))
        else Decimal(15)
    )


def liquor_tax(column: Column, day: date) -> tuple[Decimal, int]:  # noqa: PLR0911  # one sentence of the law each
    """The tax and the per cent of education tax on it."""
    price = column.sum("duty")
    code = column.code
    if code.startswith("2203"):
        krw = since(BEER, day)
        return (percent(price, 72) if krw is None else floor(Decimal(str(krw)) * column.litres)), 30
    if code.startswith("2206002030"):
        krw = since(MAKGEOLLI, day)
        return (percent(price, 5) if krw is None else floor(Decimal(str(krw)) * column.litres)), 0
    if code.startswith("2206002020"):
        return percent(price, 30), 0
    if starts(code, ("2204", "2205", "2206")):
        return percent(price, 30), 10
    if code.startswith("220710"):
        return floor(Decimal(57) * column.litres), 0
    if code.startswith("2208"):
        return percent(price, 72), 30
    return Decimal(0), 0


def columns(parcel: dict) -> list[Column]:  # type: ignore[type-arg]  # a parcel is whatever the table of cases says
    """Prices in won with their share of charges, freight and insurance; what flooring leaves goes to the last."""
    items, fx = parcel["items"], Decimal(parcel["fx"])
    goods = sum((Decimal(item["amount"]) for item in items), Decimal(0))
    extras = sum((Decimal(parcel[name]) for name in ("charges", "freight", "insurance")), Decimal(0))
    made, left = [], floor((goods + extras) * fx)
    for number, item in enumerate(items):
        amount = Decimal(item["amount"])
        value = (
            left
            if number == len(items) - 1
            else floor((amount * goods + extras * amount) * fx / goods)
            if goods
            else Decimal(0)
        )
        left -= value
        pieces = Decimal(max(item["quantity"], 1))
        volume_ml = item["volume_ml"] if item["volume_ml"] is not None and item["volume_ml"] > 0 else 1000
        litres = pieces * volume_ml / 1000
        made.append(
            Column(
                item["code"],
                pieces,
                litres,
                item["origin"],
                item["claims"],
                parcel["proof"],
                item["relief"] or parcel["relief"],
                value,
            )
        )
    return made


def taxes(parcel: dict, day: date, *, to: int = 10, least: int = 10_000, each: bool = False) -> dict[str, int]:  # type: ignore[type-arg]  # as above
    """What is to be paid of each tax, cut to `to` won.

    Nothing when all come to less than `least`, or (`each`) one by one.
    """
    with localcontext(Context(prec=120)):
        rows = [row for row in columns(parcel) if row.relief != "ALL"]
        general = []
        for row in rows:
            bundled = None
            if parcel["mode"] == "SIMPLIFIED" and row.relief == "NONE" and not preferred(row, day):
                bundled = bundled_percent(row)
            if bundled is None:
                general.append(row)
            else:
                row.charged["bundled"] = percent(row.value, bundled)
        for row in general:
            free = row.relief == "DUTY" or preferred(row, day)
            row.charged["duty"] = Decimal(0) if free else percent(row.value, duty_percent(row.code))
        for row in general:
            row.charged["liquor"], rate = liquor_tax(row, day)
            row.charged["on_liquor"] = percent(row.charged["liquor"], rate)
        for row in general:
            threshold = luxury_threshold(row.code, day)
            excess = Decimal(0) if threshold is None else max(row.sum("duty") - threshold * row.pieces, Decimal(0))
            row.charged["consumption"] = percent(excess, 20)
            row.charged["on_consumption"] = percent(row.charged["consumption"], 30)
            row.charged["rural"] = (
                percent(row.charged["consumption"], 10) if starts(row.code, RURAL_TOO) else Decimal(0)
            )
        for row in general:
            base = row.sum("duty", "liquor", "on_liquor", "consumption", "on_consumption", "rural")
            row.charged["vat"] = Decimal(0) if starts(row.code, NO_VAT) else percent(base, 10)
        made_of = {
            "duty": ("duty", "bundled"),
            "consumption": ("consumption",),
            "liquor": ("liquor",),
            "education": ("on_liquor", "on_consumption"),
            "rural": ("rural",),
            "vat": ("vat",),
        }
        due = {
            tax: floor(
                sum((row.charged.get(name, Decimal(0)) for row in rows for name in names), Decimal(0)), Decimal(to)
            )
            for tax, names in made_of.items()
        }
        if each:
            due = {tax: amount if amount >= least else Decimal(0) for tax, amount in due.items()}
        elif sum(due.values()) < least:
            due = dict.fromkeys(due, Decimal(0))
        return {**{tax: int(amount) for tax, amount in due.items()}, "total": int(sum(due.values()))}

"""What the model looks at of one line of goods: what a parcel has, in coarse classes.

| part | of a declaration (columns of the data) | of a parcel |
| --- | --- | --- |
| goods | HS6 Code | first six digits of the item's code, else the heading that fits its words |
| origin | Country of Origin | the item's origin |
| departure | Country of Departure | country of the port of departure, else of the consignor |
| preference | Tax Type: an agreement or none | whether an agreement is claimed |
| mass | Net Mass, in doublings of a gram | the item's net weight |
| value | Item Price, in doublings of a won | the item's amount in won |

What a declaration has besides (office, process, import type and use, payment, indicator of origin, parties) a parcel
has not, or it says nothing (docs/risk.md). Mass and value are never set against each other, and only their order of
magnitude counts: in the data their ratio is a fingerprint of how it was made.
"""

from functools import lru_cache
from typing import Final

from agents.goods import Understood
from agents.parcel.case import Case
from agents.values.money import E4, parse_e4

Row = tuple[str, str, str, str, int, int]
"""Goods, origin, departure, preference, class of mass, class of value. Missing is a value: an empty text, a class of
-1.
"""
Key = str | tuple[str | int, ...]
"""What a family counts by."""

FAMILIES: Final = (
    "heading",
    "goods",
    "origin",
    "goods_origin",
    "goods_departure",
    "goods_route",
    "goods_preference",
    "goods_route_preference",
    "goods_mass",
    "goods_route_mass",
    "goods_value",
    "goods_route_value",
)
"""What the past is counted by: each family is one feature, and one possible reason. A route is origin and departure
together.
"""
HS6_CHARS: Final = 6
COUNTRY_CHARS: Final = 2
PREFERRED: Final = "F"
"""An agreement gives the rate; the data's tax types of agreements begin with it."""
ORDINARY: Final = "N"
MISSING: Final = -1
E8: Final = E4 * E4


def keys_of(row: Row) -> tuple[Key, ...]:
    """What each of `FAMILIES` counts a line by."""
    goods, origin, departure, preference, mass, value = row
    return (
        goods[:4],
        goods,
        origin,
        (goods, origin),
        (goods, departure),
        (goods, origin, departure),
        (goods, preference),
        (goods, origin, departure, preference),
        (goods, mass),
        (goods, origin, departure, mass),
        (goods, value),
        (goods, origin, departure, value),
    )


def size_class(whole: int) -> int:
    """The order of magnitude of grams or won: how often one can be doubled to reach it.

    >>> size_class(0), size_class(1), size_class(1000), size_class(1005), size_class(-5)
    (0, 1, 10, 10, -1)
    """
    return whole.bit_length() if whole >= 0 else MISSING


def rows_of(case: Case) -> list[Row]:
    """A parcel's lines as the model sees them."""
    parcel, port = case.parcel, case.header.departure_port
    departure = port[:COUNTRY_CHARS] if len(port) > COUNTRY_CHARS else parcel.consignor.country
    rate_krw_e4 = 0 if case.price is None else case.price.rate_krw_e4
    rows: list[Row] = []
    for item, understood in zip(parcel.items, case.goods, strict=True):
        amount_e4, mass_g = parse_e4(item.amount) if rate_krw_e4 else None, item.net_weight_g
        rows.append(
            (
                _six_digits(item.hs_code) or _heading(understood),
                item.origin,
                departure,
                PREFERRED if item.preference else ORDINARY,
                mass_g.bit_length() if mass_g > 0 else MISSING,
                MISSING if amount_e4 is None else (amount_e4 * rate_krw_e4 // E8).bit_length(),
            )
        )
    return rows


@lru_cache(maxsize=4096)
def _six_digits(code: str) -> str:
    """The first six digits of a commodity code; empty when it has none."""
    six = code[:HS6_CHARS]
    return six if len(six) == HS6_CHARS and six.isascii() and six.isdecimal() else ""


def _heading(understood: Understood) -> str:
    """The heading that fits the words; empty when none does."""
    return understood.suggestions[0].code[:HS6_CHARS] if understood.suggestions else ""

"""How much a parcel holds of goods whose self-use is limited, and which limit that meets."""

from collections.abc import Iterable, Sequence
from typing import Final

from agents.goods import CategoryHit, Understood
from agents.law.entries import SelfUseLimit
from agents.reference import Law
from schemas.manifest import Item

POURED: Final = frozenset({"ALCOHOL"})
"""Goods that come in nothing but containers: their pieces are bottles or cans."""
PACKS: Final = frozenset({"BX", "BOX", "CT", "CTN", "PA", "PK", "PACK", "SET", "ST"})
"""Units that hold as many containers as the description says."""
STICKS_OF_UNIT: Final = {"CT": 200, "CTN": 200, "BX": 200, "PK": 20, "PA": 20, "PACK": 20}
"""Cigarettes in a carton and in a packet, when the description does not say (UN/ECE recommendation 21 codes and what
carriers write).
"""


def limit_of(law: Law, kind: str) -> SelfUseLimit | None:
    """The limit of a kind of use such as ALCOHOL/ML; None when there is none on the day."""
    category, _, unit = kind.partition("/")
    return next((limit for limit in law.limits.get(category, ()) if limit.unit == unit), None)


def uses_of(
    items: Sequence[Item], goods: Sequence[Understood], categories: Iterable[CategoryHit], law: Law
) -> dict[str, int]:
    """How much a parcel holds, by category and unit such as ALCOHOL/ML: all its lines of a category together."""
    uses: dict[str, int] = {}
    for index, category, _ in categories:
        for limit in law.limits.get(category.name, ()):
            kind = f"{category.name}/{limit.unit}"
            uses[kind] = uses.get(kind, 0) + _amount(items[index], goods[index], limit)
    return uses


def _amount(item: Item, understood: Understood, limit: SelfUseLimit) -> int:
    """How much a line holds.

    Where the carrier left it out, or said less than the description does, the description counts.
    """
    quantity = max(item.quantity, 0)
    stated = understood.containers or 0
    containers = quantity * max(stated, 1) if item.unit.upper() in PACKS else max(quantity, stated)
    match limit.unit:
        case "BOTTLES":
            return max(containers, understood.pieces or 0) if limit.category in POURED else containers
        case "UNITS":
            return quantity
        case "STICKS":
            return quantity * (understood.pieces or understood.containers or STICKS_OF_UNIT.get(item.unit.upper(), 1))
        case "ML":
            return max((item.volume_ml or 0) * quantity, (understood.volume_ml_stated or 0) * containers)
        case "G":
            return max(item.net_weight_g, 0)

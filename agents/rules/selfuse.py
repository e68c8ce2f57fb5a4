"""RG-05, RG-09: goods that a person may bring in small quantities only."""

from collections.abc import Iterator
from typing import Final

from agents.law.entries import SelfUseLimit
from agents.parcel.case import Case
from agents.parcel.selfuse import limit_of
from agents.rules.rule import Found

HEALTH: Final = frozenset({"SUPPLEMENT", "MEDICINE", "MISUSE_MEDICINE"})
"""Categories that the food and drug agency watches."""


def health_goods_are_for_self_use(case: Case) -> Iterator[Found]:
    """Health supplements and medicines in an imported parcel are within the quantity of self-use.

    So they pass without the agency's approval.
    """
    for limit, amount in _met(case):
        if limit.category in HEALTH and amount <= limit.most:
            yield Found("/items", "SELF_USE_WITHIN", _evidence(limit, amount))


def health_goods_are_few(case: Case) -> Iterator[Found]:
    """An imported parcel holds no more bottles of health supplements or medicines than self-use allows.

    More needs the agency's approval and is never exempt.
    """
    for limit, amount in _met(case):
        if limit.category in HEALTH and amount > limit.most:
            yield Found("/items", "SELF_USE_EXCEEDED_APPROVAL", _evidence(limit, amount))


def limited_goods_are_few(case: Case) -> Iterator[Found]:
    """Alcohol, tobacco, perfume, radio goods, herbs and farm produce in an imported parcel are within self-use.

    More is never exempt and must be declared.
    """
    for limit, amount in _met(case):
        if limit.category not in HEALTH and amount > limit.most:
            yield Found("/items", "SELF_USE_EXCEEDED", _evidence(limit, amount))


def _met(case: Case) -> Iterator[tuple[SelfUseLimit, int]]:
    """The limits that the parcel's goods have, each with how much there is."""
    for kind, amount in case.uses.items():
        limit = limit_of(case.law, kind)
        if limit is not None:
            yield limit, amount


def _evidence(limit: SelfUseLimit, amount: int) -> dict[str, str]:
    return {
        "category": limit.category,
        "found": str(amount),
        "limit": str(limit.most),
        "unit": limit.unit,
        "source": limit.source,
    }

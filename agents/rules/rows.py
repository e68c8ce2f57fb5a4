"""Rows of the policy whose rules look at something else than one parcel.

A manifest's header, a consignee's memory, parcels that share a mark.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.parcel.case import ManifestCase
from agents.rules.assessment import ActionCase
from agents.rules.consignee import ScreenCase
from agents.rules.link_prices import LinkCase
from agents.rules.links import Linked
from agents.rules.rule import Found, Rule
from agents.rules.selection import SelectionCase
from schemas.decision import Outcome


@dataclass(frozen=True, slots=True, eq=False)
class ManifestRule(Rule):
    """A rule of the header: its REJECT refuses all parcels, its paths start at the manifest."""

    check: Callable[[ManifestCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case


@dataclass(frozen=True, slots=True, eq=False)
class ScreeningRule(Rule):
    """A rule of screening, asked about a parcel among the others of its consignee."""

    check: Callable[[ScreenCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case


@dataclass(frozen=True, slots=True, eq=False)
class LinkRule(Rule):
    """A rule of linking, asked about a parcel among those that share marks of some kinds.

    It opens a case and changes no decision.
    """

    check: Callable[[LinkCase], Iterator[Linked]]  # type: ignore[assignment]  # the same row, asked about another case
    kinds: int = 0
    """Which marks, as bits (`schemas.parcel_links`)."""
    asks: Outcome = "INSPECT"
    """What its desk is asked to do."""


@dataclass(frozen=True, slots=True, eq=False)
class SelectionRule(Rule):
    """A rule of selection, asked about a parcel that its site has chosen."""

    check: Callable[[SelectionCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case


@dataclass(frozen=True, slots=True, eq=False)
class ActionRule(Rule):
    """A rule of what an officer does, and of what is still open of it."""

    check: Callable[[ActionCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case

"""Rows of the policy whose rules look at something else than one parcel: a manifest's header, a consignee's memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.case import ManifestCase
from agents.rules.consignee import ScreenCase
from agents.rules.rule import Found, Rule
from agents.rules.selection import SelectionCase


@dataclass(frozen=True, slots=True, eq=False)
class ManifestRule(Rule):
    """A rule of the header: its REJECT refuses all parcels, its paths start at the manifest."""

    check: Callable[[ManifestCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case


@dataclass(frozen=True, slots=True, eq=False)
class ScreeningRule(Rule):
    """A rule of screening, asked about a parcel among the others of its consignee."""

    check: Callable[[ScreenCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case


@dataclass(frozen=True, slots=True, eq=False)
class SelectionRule(Rule):
    """A rule of selection, asked about a parcel that its site has chosen."""

    check: Callable[[SelectionCase], Iterator[Found]]  # type: ignore[assignment]  # the same row, asked about another case

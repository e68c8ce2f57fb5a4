"""Entries of dated lists: limits, weeks of exchange rates, registrations, categories, targets and phases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from schemas.decision import Lane

Unit = Literal["BOTTLES", "ML", "G", "UNITS", "STICKS"]
"""What self-use is counted in: containers, millilitres, grams, pieces, cigarettes."""


@dataclass(frozen=True, slots=True)
class SelfUseLimit:
    """How much of a kind of goods counts as self-use (Import notice annex 11)."""

    category: str
    unit: Unit
    most: int
    source: str


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

    def in_force_on(self, day: date) -> bool:
        """Whether the entry is valid on a day, and not suspended."""
        return self.valid_on(day) and not self.suspended_on(day)


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of goods that the law treats apart."""

    name: str
    list_excluded: bool
    """List clearance is not open to it."""
    simplified_excluded: bool
    """Neither is the simplified declaration."""
    prohibited: str | None
    """NARCOTIC, WEAPON or ARTICLE_234 (money, morals, the state): must never pass."""
    source: str
    agency: str = ""
    """Whose confirmation the goods need, if anyone's."""
    rank: int = 0
    """The lowest leads where goods are of several categories."""
    in_ingredients: bool = False
    """An ingredient alone gives it."""


TargetKind = Literal["CARRIER", "CONVEYANCE", "MASTER_BILL", "SENDER", "SELLER", "ORIGIN", "HS"]
"""What intelligence may name: by code, number, name, country or the beginning of a commodity code."""
UNRATED: Final = "UNRATED"


@dataclass(frozen=True, slots=True)
class Target:
    """What intelligence has named: everything it fits is looked at."""

    kind: TargetKind
    value: str
    """Folded."""
    valid_from: date
    valid_until: date | None
    lane: Lane
    entry: str


RulePhase = Literal["OFF", "OBSERVE", "WARN", "ENFORCE"]
"""How far a rule goes: not asked, noted for customs alone, told to the carrier, in full force."""

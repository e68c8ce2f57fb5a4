"""The model: points for each family, a curve from points to probability, and the reasons that add up.

Trees are boosted so that each looks at one family alone (`streams/risk/train.py`); what they say of a family is then a
table, and a score the sum of its tables: whole millionths of a logit, the same on every worker and in every batch.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from agents.risk.features import FAMILIES, Key, Row, keys_of
from schemas import avro
from schemas.decision import Reason, Risk

E6: Final = 1_000_000
E3: Final = 1_000
REASONS_MAX: Final = 4
"""Families named as reasons; the rest together is one more, and where every parcel begins another."""
BASE: Final = "base"
"""Where every parcel begins: the declaration of which everything is average."""
OTHER: Final = "other"
"""All families that are not named."""
RISKS_REMEMBERED_MAX: Final = 32_768
"""Different lines whose score is kept at hand."""


class _Scored(msgspec.Struct, frozen=True):
    """The one field of a decision that is written ahead."""

    risk: Risk | None


_write = avro.writer(avro.DECISION, ("risk",))
NOT_SCORED: Final = _write(_Scored(None))
"""The field `risk` of a decision nobody has scored, in Avro."""


class Curve(msgspec.Struct, frozen=True, gc=False):
    """From points (millionths of a logit) to probability in thousand-millionths: straight between equal steps, never falling."""

    first: int
    """Points of the first value."""
    step: int
    """Points from one value to the next."""
    values_e9: tuple[int, ...]

    def at(self, points: int) -> int:
        """The probability, in thousand-millionths."""
        index, rest = divmod(points - self.first, self.step)
        if index < 0:
            return self.values_e9[0]
        if index >= len(self.values_e9) - 1:
            return self.values_e9[-1]
        low = self.values_e9[index]
        return low + (self.values_e9[index + 1] - low) * rest // self.step


class Card(msgspec.Struct, frozen=True):
    """One score: of fraud, or of critical fraud."""

    base: int
    """Points of the average declaration."""
    unseen: tuple[int, ...]
    """Points of each family for what the past has not seen."""
    points: tuple[Mapping[Key, int], ...]
    """Points of each family for what it has."""
    curve: Curve

    def contributions(self, row: Row) -> list[int]:
        """Points of each of `FAMILIES`."""
        return [table.get(key, unseen) for table, key, unseen in zip(self.points, keys_of(row), self.unseen, strict=True)]

    def total(self, row: Row) -> int:
        """All points: what ranks."""
        return self.base + sum(self.contributions(row))


class Profile(msgspec.Struct, frozen=True, gc=False):
    """How one thing was spread when the model was trained."""

    feature: str
    bins: tuple[str, ...]
    """The last one stands for everything else."""
    counts: tuple[int, ...]


class Model(msgspec.Struct, frozen=True):
    """A trained model, as read from its files."""

    version: str
    fraud: Card
    critical: Card
    profiles: tuple[Profile, ...] = ()
    score_edges: tuple[int, ...] = ()
    """Points at which the training scores fall into equal parts."""


class Risked(msgspec.Struct, frozen=True):
    """One line, scored."""

    points: int
    risk: Risk
    written: bytes
    """`risk` as the decision has it, in Avro."""


class Scorer:
    """Scores lines by a model. What it remembers only spares work: the score of a line never depends on it."""

    __slots__ = ("_known", "model", "seen")

    def __init__(self, model: Model) -> None:
        self.model = model
        self._known: dict[Row, Risked] = {}
        self.seen: dict[Row, int] = {}
        """How often each line was the one a parcel was scored by, since whoever watches for drift has last taken it."""

    def of_line(self, row: Row) -> Risked:
        """The score of one line of goods."""
        known = self._known.get(row)
        if known is None:
            if len(self._known) >= RISKS_REMEMBERED_MAX:
                self._known.clear()
            known = self._known[row] = risked(self.model, row)
        return known

    def of_parcel(self, rows: Sequence[Row]) -> bytes:
        """The score of a parcel, that of its riskiest line, in Avro. Nothing is hidden among harmless lines."""
        if not rows:
            return NOT_SCORED
        worst_row, worst = rows[0], self.of_line(rows[0])
        for row in rows[1:]:
            other = self.of_line(row)
            if other.points > worst.points:
                worst_row, worst = row, other
        self.seen[worst_row] = self.seen.get(worst_row, 0) + 1
        return worst.written


def risked(model: Model, row: Row) -> Risked:
    """A line's score and reasons."""
    card = model.fraud
    contributions = card.contributions(row)
    points = card.base + sum(contributions)
    critical = model.critical.curve.at(model.critical.total(row)) // E3
    risk = Risk(card.curve.at(points) // E3 / E6, reasons_of(card, contributions), critical / E6)
    return Risked(points, risk, _write(_Scored(risk)))


def reasons_of(card: Card, contributions: Sequence[int]) -> tuple[Reason, ...]:
    """What each family adds to the probability, in millionths: one is put after the other, the heaviest first, and what each step changes is its share.

    The shares are whole millionths and add up to the score. Families that change nothing are left out.
    """
    curve = card.curve
    order = sorted(range(len(contributions)), key=lambda index: (-abs(contributions[index]), index))
    points, reached = card.base, curve.at(card.base) // E3
    shares = [Reason(BASE, reached / E6)]
    for index in order[:REASONS_MAX]:
        points += contributions[index]
        before, reached = reached, curve.at(points) // E3
        if reached != before:
            shares.append(Reason(FAMILIES[index], (reached - before) / E6))
    rest = curve.at(points + sum(contributions[index] for index in order[REASONS_MAX:])) // E3 - reached
    if rest:
        shares.append(Reason(OTHER, rest / E6))
    return tuple(shares)

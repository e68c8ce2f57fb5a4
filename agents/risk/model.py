"""The model: points for each family, a curve from points to probability, and the reasons that add up.

Trees are boosted so that each looks at one family alone (`streams/risk/train.py`); what they say of a family is then a
table, and a score the sum of its tables: whole millionths of a logit, the same on every worker and in every batch.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from agents.risk.features import FAMILIES, Key, Row, keys_of
from schemas.decision import Reason, Risk
from schemas.decision_encoding import NO_RISK, encode_risk

E6: Final = 1_000_000
E3: Final = 1_000
REASONS_MAX: Final = 4
"""Families named as reasons; the rest together is one more, and where every parcel begins another."""
BASE: Final = "base"
"""Where every parcel begins: the declaration of which everything is average."""
OTHER: Final = "other"
"""All families that are not named."""
SAMPLE: Final = 8
"""Drift is watched on one parcel in so many."""
ROUTE: Final = slice(0, 6)
PREFERENCE: Final = slice(6, 8)
MASS: Final = slice(8, 10)
VALUE: Final = slice(10, 12)
"""Which of the families look at route, preference, mass and value."""
RISKS_REMEMBERED_MAX: Final = 32_768
"""Different lines whose score is kept at hand."""


_NAMES: Final = (*FAMILIES, BASE, OTHER)
_BASE: Final = len(FAMILIES)
_OTHER: Final = _BASE + 1
NO_KEY: Final[Key] = ()
"""What no past has seen."""
_PLACES: Final = range(_BASE)
_Pair = tuple[tuple[int, ...], int]
"""Points of fraud of some families, and the sum of their points of critical fraud."""
Share = tuple[int, int]
"""Place among the families, base and other after them; what it adds to the probability, in millionths."""


class Curve(msgspec.Struct, frozen=True, gc=False):
    """From points (millionths of a logit) to probability in thousand-millionths.

    Straight between equal steps, never falling.
    """

    first: int
    """Points of the first value."""
    shift: int
    """From one value to the next it is two to the power of this."""
    values_e9: tuple[int, ...]

    def at(self, points: int) -> int:
        """The probability, in thousand-millionths."""
        beyond = points - self.first
        index = beyond >> self.shift
        values = self.values_e9
        if 0 <= index < len(values) - 1:
            low = values[index]
            return low + ((values[index + 1] - low) * (beyond - (index << self.shift)) >> self.shift)
        return values[0 if index < 0 else -1]


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
        return [
            table.get(key, unseen) for table, key, unseen in zip(self.points, keys_of(row), self.unseen, strict=True)
        ]

    def total(self, row: Row) -> int:
        """All points: what ranks."""
        return self.base + sum(self.contributions(row))


class RiskProfile(msgspec.Struct, frozen=True, gc=False):
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
    profiles: tuple[RiskProfile, ...] = ()
    score_edges: tuple[int, ...] = ()
    """Points at which the training scores fall into equal parts."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One line of goods, scored."""

    points: int
    """Of fraud; what ranks."""
    score_ppm: int
    """Probability of fraud in millionths."""
    encoded: bytes
    """`risk` of the decision, in Avro."""


NOT_SCORED: Final = Line(0, 0, NO_RISK)
"""Of a parcel without goods."""
NO_MODEL: Final = Line(0, 0, b"")
"""Of a parcel that no model looks at."""


class Scorer:
    """Scores lines by a model. What it remembers only spares work: the score of a line never depends on it."""

    __slots__ = ("_known", "_masses", "_model", "_preferences", "_routes", "_sample", "_unseen", "_values", "scored")

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: dict[Row, Line] = {}
        # What a line's families say together: four look-ups in place of twenty-four, eight for what the past has not
        # seen.
        self._routes = {
            key: _both(model, ROUTE, (key[0][:4], key[0], key[1], key[:2], (key[0], key[2]), key))
            for key in _keys(model, ROUTE.stop - 1)
        }
        self._preferences, self._masses, self._values = (_merged(model, part) for part in (PREFERENCE, MASS, VALUE))
        self._unseen = tuple(_both(model, part, (NO_KEY, NO_KEY)) for part in (PREFERENCE, MASS, VALUE))
        self.scored = 0
        """Parcels since the sample was taken."""
        self._sample: dict[Row, int] = {}

    @property
    def model(self) -> Model:
        """What it scores by."""
        return self._model

    def take_sample(self) -> Mapping[Row, int]:
        """How often each line was the riskiest of a parcel, of one parcel in `SAMPLE`, since this was last asked."""
        sample, self._sample, self.scored = self._sample, {}, 0
        return sample

    def of_parcel(self, rows: Sequence[Row]) -> Line:
        """The score of a parcel, that of its riskiest line. Nothing is hidden among harmless lines."""
        if not rows:
            return NOT_SCORED
        worst_row, worst = rows[0], self.of_line(rows[0])
        for row in rows[1:]:
            other = self.of_line(row)
            if other.points > worst.points:
                worst_row, worst = row, other
        self.scored += 1
        if self.scored % SAMPLE == 0:
            self._sample[worst_row] = self._sample.get(worst_row, 0) + 1
        return worst

    def of_line(self, row: Row) -> Line:
        """The score of one line."""
        known = self._known.get(row)
        if known is None:
            if len(self._known) >= RISKS_REMEMBERED_MAX:
                self._known.clear()
            known = self._known[row] = self._line(row)
        return known

    def _line(self, row: Row) -> Line:
        contributions, critical = self.contributions(row)
        score, shares = shares_of(self._model.fraud, contributions)
        return Line(
            self._model.fraud.base + sum(contributions),
            score,
            encode_risk(
                score,
                [(_NAMES[index], share) for index, share in shares],
                self._model.critical.curve.at(critical) // E3,
            ),
        )

    def contributions(self, row: Row) -> tuple[list[int], int]:
        """Points of fraud of each family, and all points of critical fraud; the same that the cards say."""
        goods, origin, departure, preference, mass, value = row
        unseen, preferences, masses, values = self._unseen, self._preferences, self._masses, self._values
        route = self._routes.get((goods, origin, departure)) or _both(self._model, ROUTE, keys_of(row)[ROUTE])
        preferred = preferences.get((goods, origin, departure, preference)) or preferences.get(
            (goods, preference), unseen[0]
        )
        massive = masses.get((goods, origin, departure, mass)) or masses.get((goods, mass), unseen[1])
        valued = values.get((goods, origin, departure, value)) or values.get((goods, value), unseen[2])
        return [*route[0], *preferred[0], *massive[0], *valued[0]], self._model.critical.base + route[1] + preferred[
            1
        ] + massive[1] + valued[1]


def _merged(model: Model, part: slice) -> dict[Key, _Pair]:
    """Two families that count the same, once by goods and once by goods and route.

    What they say together, by either key.
    """
    wide, narrow = part.start, part.stop - 1
    return {key: _both(model, part, (key, NO_KEY)) for key in _keys(model, wide)} | {
        key: _both(model, part, ((key[0], key[3]), key)) for key in _keys(model, narrow)
    }


def _keys(model: Model, family: int) -> Iterable[Any]:
    """Everything one family has seen, in either score."""
    return model.fraud.points[family].keys() | model.critical.points[family].keys()


def _both(model: Model, part: slice, keys: Sequence[Key]) -> _Pair:
    """Points of fraud of some families, and the sum of their points of critical fraud."""
    fraud, critical = model.fraud, model.critical
    return (
        tuple(
            [
                table.get(key, unseen)
                for table, key, unseen in zip(fraud.points[part], keys, fraud.unseen[part], strict=True)
            ]
        ),
        sum(
            [
                table.get(key, unseen)
                for table, key, unseen in zip(critical.points[part], keys, critical.unseen[part], strict=True)
            ]
        ),
    )


def shares_of(card: Card, contributions: Sequence[int]) -> tuple[int, list[Share]]:
    """The score in millionths, and what each family adds to it.

    One is put after the other, the heaviest first, and what each step changes is its share.

    Shares are whole millionths and add up to the score. The lightest are one share together; those that change
    nothing are left out.
    """
    at = card.curve.at
    points = card.base
    score = at(points + sum(contributions)) // E3
    reached = at(points) // E3
    shares = [(_BASE, reached)]
    weights = [-abs(each) for each in contributions]
    for index in sorted(_PLACES, key=weights.__getitem__)[:REASONS_MAX]:
        points += contributions[index]
        now = at(points) // E3
        if now != reached:
            shares.append((index, now - reached))
            reached = now
    if score != reached:
        shares.append((_OTHER, score - reached))
    return score, shares


def risk_of(model: Model, row: Row) -> Risk:
    """A line's score and reasons, as values."""
    score, shares = shares_of(model.fraud, model.fraud.contributions(row))
    return Risk(
        score / E6,
        tuple(Reason(_NAMES[index], share / E6) for index, share in shares),
        model.critical.curve.at(model.critical.total(row)) // E3 / E6,
    )

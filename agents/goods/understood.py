"""What was understood of one item's words and code."""

from typing import Final, Literal

import msgspec

from schemas.decision import Suggestion

How = Literal["CODE", "WORDS", "HIDDEN"]
"""By the commodity code; by words as they stand; by words that only show when a disguise is taken off."""

Disguise = Literal[
    "invisible characters",
    "look-alike letters",
    "mixed scripts",
    "spaced letters",
    "digits for letters",
    "stacked marks",
    "stuffed with terms",
    "too much to read",
]
"""How a text hides what it says. The last two say that the rest of the text was left unread."""


class TermHit(msgspec.Struct, frozen=True, gc=False):
    """A category and what gave it: a term of the vocabulary, or the declared code."""

    category: str
    term: str
    how: How


class Understood(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One item, understood. Amounts are those said in the description, of one container where it says so."""

    hits: tuple[TermHit, ...] = ()
    """Each category once: by the code first, then in order of appearance."""
    category: str | None = None
    """The strictest of them: the one that stands first in the table of categories."""
    disguises: tuple[Disguise, ...] = ()
    containers: int | None = None
    """Bottles, packs, boxes."""
    pieces: int | None = None
    """Of whatever it is: sixty pieces may be bottles or tablets."""
    volume_ml_stated: int | None = None
    doses: int | None = None
    """Tablets, capsules, sachets in one container."""
    grams_stated: int | None = None
    brand: str | None = None
    """A mark that is often imitated."""
    cites: str | None = None
    """Species or group whose trade needs a permit."""
    suggestions: tuple[Suggestion, ...] = ()
    """Headings (4 digits) that fit the words, when the declared code does not; the score is the share right when
    measured.
    """


NOTHING: Final = Understood()

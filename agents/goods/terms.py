"""Words that say what goods are, found in one pass over a text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

import msgspec
from ahocorasick_rs import AhoCorasick

MATCHES_MAX: Final = 48
"""Matches looked at in one text; real descriptions have ten."""
MASKS_MAX: Final = 16
PIECE_CHARS: Final = 512
"""A longer text is searched piece by piece, so that the search can stop."""
SQUEEZED_LATIN_MIN: Final = 5
SQUEEZED_OTHER_MIN: Final = 3
"""Shorter terms come about by chance when letters are brought together."""

_WORD_CHARS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")


class Term(msgspec.Struct, frozen=True, gc=False):
    """A folded word or phrase of a category."""

    text: str
    category: str
    weak: bool = False
    """Counts only where the declared code does not speak against it: "honey" is also a colour."""
    species: str | None = None
    """Of a term that names an endangered species or what is made of it."""


class Brand(msgspec.Struct, frozen=True, gc=False):
    """A way in which a mark is written."""

    text: str
    name: str
    field_only: bool = False
    """Found in the brand field alone: in a description it is an everyday word."""


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the tables say about words, each text folded."""

    terms: Sequence[Term] = ()
    innocent: Sequence[str] = ()
    """Phrases within which a term means something else."""
    brands: Sequence[Brand] = ()
    words: Mapping[str, Sequence[tuple[str, int]]] = {}
    """Words and pairs of words that point to headings, with the weight in tenths of a bit."""


Match = tuple[int, int, int]
"""Where a pattern stands: beginning, end, number of the pattern."""


class Patterns:
    """Patterns searched for together. Latin ones stand as whole words, a plural s apart; others stand anywhere."""

    __slots__ = ("_automaton", "_latin", "_overlap")

    def __init__(self, patterns: Sequence[str]) -> None:
        self._automaton = AhoCorasick(patterns) if patterns else None
        self._latin = tuple(pattern.isascii() for pattern in patterns)
        self._overlap = max(map(len, patterns), default=1) - 1

    def find(self, text: str) -> tuple[list[Match], bool]:
        """Every pattern in a plain text, and whether there were too many to look at them all."""
        if self._automaton is None:
            return [], False
        if len(text) <= PIECE_CHARS:
            matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
            return (
                (self._standing(text, matches[:MATCHES_MAX], 0), len(matches) > MATCHES_MAX) if matches else ([], False)
            )
        return self._find_piecewise(self._automaton, text)

    def _find_piecewise(self, automaton: AhoCorasick, text: str) -> tuple[list[Match], bool]:
        found: list[Match] = []
        seen, before = 0, 0
        for begin in range(0, len(text), PIECE_CHARS):
            at = max(0, begin - self._overlap)
            matches = [
                match
                for match in automaton.find_matches_as_indexes(text[at : begin + PIECE_CHARS], overlapping=True)
                if at + match[2] > before
            ]
            before = begin + PIECE_CHARS
            found += self._standing(text, matches[: MATCHES_MAX - seen], at)
            seen += len(matches)
            if seen > MATCHES_MAX:
                return found, True
        return found, False

    def _standing(self, text: str, matches: Iterable[tuple[int, int, int]], at: int) -> list[Match]:
        latin, size = self._latin, len(text)
        found = []
        for index, start, end in matches:
            begin, stop = start + at, end + at
            if latin[index]:
                if begin and text[begin - 1] in _WORD_CHARS:
                    continue
                if (
                    stop < size
                    and text[stop] in _WORD_CHARS
                    and (text[stop] != "s" or (stop + 1 < size and text[stop + 1] in _WORD_CHARS))
                ):
                    continue
            found.append((begin, stop, index))
        return found


def outside(found: list[Match], masks: Iterable[Match]) -> Iterator[Match]:
    """What does not lie within a mask."""
    spans = [(begin, stop) for begin, stop, _ in islice(masks, MASKS_MAX)]
    for match in found:
        if not any(begin <= match[0] and match[1] <= stop for begin, stop in spans):
            yield match


def squeezable(text: str) -> str | None:
    """A term without what may stand between its letters, if it is long enough to be looked for that way."""
    letters = "".join(char for char in text if char.isalnum())
    if not letters:
        return None
    return letters if len(letters) >= (SQUEEZED_LATIN_MIN if letters.isascii() else SQUEEZED_OTHER_MIN) else None

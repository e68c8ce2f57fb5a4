"""Which heading of the Harmonized System a description's words point to, set against the declared code."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from schemas.decision import Suggestion

SUBHEADING: Final = 6
HEADING: Final = 4
CHAPTER: Final = 2
WORDS_MAX: Final = 12
CHARS_MAX: Final = 160
"""Words of a description that are weighed: the last ones, where the name of the goods stands."""
SUGGESTIONS_MAX: Final = 1

_WORD: Final = re.compile("[a-z]{2,}")

Weights = Mapping[str, Sequence[tuple[str, int]]]
"""Word, or pair of words, to headings with their weight in tenths of a bit."""


class HeadingIndex:
    """Weighs words for headings.

    `margins` maps a lead over the next heading to the share (hundredths) right at that lead when measured.
    """

    __slots__ = ("_leads", "_shares", "_weights")

    def __init__(self, weights: Weights, margins: Mapping[int, int]) -> None:
        self._weights = weights
        self._leads = tuple(sorted(margins))
        self._shares = tuple(margins[lead] for lead in self._leads)

    def weigh(self, plain: str, found: Iterable[str] = ()) -> dict[str, int]:
        """Weight of each heading the words speak for; `found` are words of scripts without spaces, in their order."""
        words = [stem(word) for word in _WORD.findall(plain[-CHARS_MAX:])[-WORDS_MAX:]]
        total: dict[str, int] = {}
        self._add(total, words)
        if found:
            self._add(total, list(found))
        return total

    def _add(self, total: dict[str, int], words: list[str]) -> None:
        weights = self._weights
        last = next((word for word in reversed(words) if word in weights), None)
        before = ""
        for word in words:
            for heading, weight in weights.get(word, ()):
                # The name of the goods stands last in all three languages: "cotton dress shirt" is a shirt.
                total[heading] = total.get(heading, 0) + (weight * 3 // 2 if word == last else weight)
            if before:
                for heading, weight in weights.get(f"{before} {word}", ()):
                    total[heading] = total.get(heading, 0) + weight
            before = word

    def suggest(self, declared: str, total: Mapping[str, int]) -> tuple[Suggestion, ...]:
        """The heading the words point to, if it leads clearly and is of another chapter than the declared code.

        Within a chapter the words rarely tell: knitted or woven, of plastics or of rubber is what descriptions leave
        out.
        """
        if not total or not self._leads:
            return ()
        best, weight = max(total.items(), key=_by_weight)
        lead = weight - max((other for heading, other in total.items() if heading != best), default=0)
        if (
            lead < self._leads[0]
            or best[:CHAPTER] == declared[:CHAPTER]
            or total.get(declared[:HEADING], 0) * 2 >= weight
        ):
            return ()
        share = self._shares[bisect_right(self._leads, lead) - 1]
        return (Suggestion(best, round(share / 100, 2)),)


def _by_weight(entry: tuple[str, int]) -> tuple[int, str]:
    return entry[1], entry[0]


def stem(word: str) -> str:
    """A word without the s of the plural.

    >>> stem("batteries"), stem("dresses"), stem("socks"), stem("glass")
    ('battery', 'dress', 'sock', 'glass')
    """
    if word[-1] != "s" or len(word) <= 3:  # noqa: PLR2004 - "gas", "bus"
        return word
    if len(word) > 4:  # noqa: PLR2004 - "ties"
        if word.endswith("ies"):
            return word[:-3] + "y"
        if word.endswith(("sses", "shes", "ches", "xes")):
            return word[:-2]
    return word if word.endswith(("ss", "us", "is")) else word[:-1]

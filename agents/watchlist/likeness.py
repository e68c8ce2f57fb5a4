"""How alike two words or two names are, letter by letter, and the figures that decide it."""

from functools import lru_cache
from typing import Final

import msgspec
from rapidfuzz.distance import OSA

from agents.watchlist.knowledge import sound

FULL: Final = 1000
"""Permille: the same name."""

# Likeness of two words, percent.
SAME: Final = 100
SPELLING: Final = 95
"""Known spellings of one name."""
DOUBLED: Final = 94
"""A letter said twice."""
SOUND: Final = 84
SOUND_LONG: Final = 90
"""Alike in sound, apart in letters; the same with four consonants or more."""
BARE: Final = 92
BARE_SHORT: Final = 80
BARE_NEAR: Final = 76
"""Alike in their consonants, where one is written without vowels."""
WORD_MIN: Final = 66
"""Less alike, two words are different words."""
CHANGE_PERCENT: Final = 62
"""What a changed letter takes, of its share of a word."""
FIRST_PERCENT: Final = 135
"""The first letter is seldom the wrong one."""

LETTER_PERCENT: Final = 70
"""What a changed letter takes of its share of the whole."""
BEGUN: Final = 900
BEGUN_PERCENT: Final = 70
BEGUN_CHARS_MIN: Final = 12
LETTERS_MIN: Final = 5
LONG: Final = 16
"""Letters from which on a changed word that is ordinary people's is no other name, when the rest agrees."""
CACHED: Final = 32_768
SHORT: Final = 2
THREE: Final = 3


class MatchReason(msgspec.Struct, frozen=True, gc=False):
    """A feature of the comparison, and the permille that it gave or took."""

    feature: str
    permille: int


class ComparedNames(msgspec.Struct, frozen=True, gc=False):
    """How alike two names are, 0 to 1000, and why: the reasons add up to it, within these bounds."""

    permille: int
    reasons: tuple[MatchReason, ...]


def _changes_max(size: int) -> int:
    """Letters that may be changed in a word."""
    return 1 if size < 6 else 2 if size < 10 else 3  # noqa: PLR2004 - by measurement


def _doubled(short: str, long: str) -> bool:
    """Whether the longer word says one letter twice."""
    return len(long) == len(short) + 1 and any(
        long[at] == long[at + 1] and long[:at] + long[at + 1 :] == short for at in range(len(long) - 1)
    )


@lru_cache(maxsize=CACHED)
def words_alike(one: str, other: str) -> int:
    """How alike two words are by letters and sound, 0 to 100."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) <= SHORT or short.isdigit() or long.isdigit():
        return 0
    size = len(long)
    return likeness_of(one, other, OSA.distance(one, other, score_cutoff=max(_changes_max(size), SHORT, size // THREE)))


def likeness_of(one: str, other: str, apart: int) -> int:
    """The same of two words of three letters or more, so many letters apart."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    size = len(long)
    most = _changes_max(size)
    near = max(SHORT, size // THREE)
    found = 0
    if apart <= most and not (len(short) == len(long) == THREE):
        found = SAME - 2 * CHANGE_PERCENT * apart * (SAME if one[0] == other[0] else FIRST_PERCENT) // (
            SAME * (len(one) + size)
        )
        if apart == 1 and len(short) > THREE and _doubled(short, long):
            found = max(found, DOUBLED)
    if found < SOUND_LONG and len(short) > THREE and apart <= near:
        code = sound(one)
        if len(code) > SHORT and code == sound(other):
            found = max(found, SOUND_LONG if len(code) > THREE else SOUND)
    return found


@lru_cache(maxsize=CACHED)
def bare_alike(one: str, other: str) -> int:
    """How alike two words are when one is written without vowels, 0 to 100."""
    x, y = sound(one).lstrip("a"), sound(other).lstrip("a")
    if not x or not y:
        return 0
    if x == y:
        return BARE if len(x) > 1 else BARE_SHORT
    return BARE_NEAR if min(len(x), len(y)) >= THREE and OSA.distance(x, y, score_cutoff=1) == 1 else 0

"""Two names compared word by word and letter by letter: how alike they are, and why."""

from collections.abc import Sequence
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import OSA

from agents.watchlist.knowledge import INITIAL_WEIGHT, PARTICLE_WEIGHT, NameKnowledge
from agents.watchlist.likeness import (
    BARE,
    BEGUN,
    BEGUN_CHARS_MIN,
    BEGUN_PERCENT,
    FULL,
    LETTER_PERCENT,
    LETTERS_MIN,
    LONG,
    SAME,
    SHORT,
    SPELLING,
    THREE,
    WORD_MIN,
    ComparedNames,
    MatchReason,
    bare_alike,
    likeness_of,
    words_alike,
)
from agents.watchlist.names import ABJAD, Kind, Name

INITIAL: Final = 74
CUT: Final = 88
"""The beginning of the word."""
JOINED: Final = 97
JOINED_LESS: Final = 6
JOINED_MIN: Final = 75
ORDINARY_PERCENT: Final = 85
ORDINARY_BOTH_PERCENT: Final = 40
"""What is left of the likeness of words that are ordinary people's as they stand: they are other names, not
misspellings.
"""

# What the words that only one has weigh against those in common, percent.
CONFLICT: Final = 150
"""Words that stand against each other."""
MORE_PERCENT: Final = 62
"""Words that the query has besides."""
LESS_PERCENT: Final = 48
"""Words that only the listed name has."""
JOINED_WEIGHT_MAX: Final = 130

# Permille taken.
ONE_WORD: Final = 200
ONE_WORD_COMPANY: Final = 120
FIRST_WORD_COMPANY: Final = 20
LEGAL_DIFFERS: Final = 120
LEGAL_MISSING: Final = 10
FEW_WORDS: Final = 3
ORDINARY_CACHED: Final = 20_000


class NameWords:
    """Compares words with what is known of names."""

    def __init__(self, known: NameKnowledge, *, misspells_names: bool = False) -> None:
        """`misspells_names`: an ordinary word may still be a misspelling, as when two names are held to be one."""
        self.misspells_names = misspells_names
        self.known: Final = known
        self.spellings: Final = known.spellings
        self._ordinary: dict[str, bool] = {}
        self._none: Final[frozenset[str]] = frozenset()

    def ordinary(self, word: str) -> bool:
        """Whether a word is ordinary people's as it stands."""
        found = self._ordinary.get(word)
        if found is None:
            if len(self._ordinary) >= ORDINARY_CACHED:
                self._ordinary.clear()
            found = self._ordinary[word] = not self.misspells_names and self.known.is_ordinary(word)
        return found

    def alike(self, one: str, other: str) -> int:
        """How alike a query's word and a listed one are, 0 to 100; 0 below `WORD_MIN`."""
        if one == other:
            return SAME
        groups = self.spellings.get(one)
        if groups is not None and not groups.isdisjoint(self.spellings.get(other, self._none)):
            return SPELLING
        found = words_alike(one, other)
        if found >= WORD_MIN and self.ordinary(one):
            found = found * (ORDINARY_BOTH_PERCENT if self.ordinary(other) else ORDINARY_PERCENT) // 100
        return found if found >= WORD_MIN else 0

    def near(self, word: str, others: Sequence[str]) -> list[str]:
        """Those of some listed words that are `alike`, but for known spellings of one name; in their order."""
        if len(word) <= SHORT or word.isdigit():
            return [word] if word in others else []
        ordinary = self.ordinary(word)
        kept: list[int] = []
        # More letters apart than half of the word they are alike by nothing; one call for all costs a third.
        for other, apart, at in process.extract(
            word, others, scorer=OSA.distance, score_cutoff=max(THREE, len(word) // 2), limit=None
        ):
            if not apart:
                kept.append(at)
            elif len(other) > SHORT and not other.isdigit():
                found = likeness_of(word, other, apart)
                if found >= WORD_MIN and (
                    not ordinary or (found * ORDINARY_PERCENT // 100 >= WORD_MIN and not self.ordinary(other))
                ):
                    kept.append(at)
        return [others[at] for at in sorted(kept)]


class _Match:
    """The words of two names as they are matched."""

    def __init__(self, query: Name, listed: Name, words: NameWords) -> None:
        self.a, self.b = query.words, listed.words
        self.wa, self.wb = query.weights, listed.weights
        self.free_a, self.free_b = [True] * len(self.a), [True] * len(self.b)
        self.words = words
        self.abjad = ABJAD in (query.script, listed.script)
        self.both2 = 0
        """Twice the weight of what matched."""
        self.got2 = 0
        """Twice the same times its likeness."""
        self.strong = 0
        """Telling words that matched."""
        self.features: dict[str, int] = {}

    def take(  # noqa: PLR0913, PLR0917 - what a match is
        self,
        mine: Sequence[int],
        theirs: Sequence[int],
        alike: int,
        feature: str,
        strong: int,
        weight2: int | None = None,
    ) -> None:
        """Match some words with some others."""
        for i in mine:
            self.free_a[i] = False
        for j in theirs:
            self.free_b[j] = False
        both2 = sum([self.wa[i] for i in mine]) + sum([self.wb[j] for j in theirs]) if weight2 is None else weight2
        self.both2 += both2
        self.got2 += both2 * alike
        self.strong += strong
        if feature:
            self.features[feature] = self.features.get(feature, 0) + 1

    def same(self) -> None:
        """The same words, in whatever order."""
        for i, word in enumerate(self.a):
            for j, other in enumerate(self.b):
                if word == other and self.free_b[j]:
                    self.take((i,), (j,), SAME, "", int(self.wa[i] > INITIAL_WEIGHT))
                    break

    def joined(self) -> None:
        """One word for several, on either side."""
        for turned, x, y in ((False, self.a, self.b), (True, self.b, self.a)):
            for i, word in enumerate(x):
                if len(word) <= THREE:
                    continue
                for j in range(len(y) - 1):
                    mine, theirs = (self.free_b, self.free_a) if turned else (self.free_a, self.free_b)
                    if not mine[i]:
                        break
                    if theirs[j] and (word[0] == y[j][0] or word[-1] == y[j][-1]):
                        self._join(i, j, word, y, turned=turned)

    def _join(self, i: int, j: int, word: str, others: tuple[str, ...], *, turned: bool) -> None:
        theirs = self.free_a if turned else self.free_b
        text = others[j]
        for k in range(j + 1, min(j + 4, len(others))):
            text += others[k]
            if not theirs[k] or len(text) > len(word) + SHORT:
                return
            if len(word) - len(text) > SHORT:
                continue
            alike = JOINED if text == word else words_alike(text, word) - JOINED_LESS
            if alike > JOINED_MIN:
                strong = 2 if len(word) > 2 * THREE else 1
                several = range(j, k + 1)
                self.take(several if turned else (i,), (i,) if turned else several, alike, "joined", strong)
                return

    def near(self) -> None:
        """Words alike, the most alike first."""
        pairs: list[tuple[int, int, int]] = []
        for i, word in enumerate(self.a):
            if self.free_a[i]:
                for j, other in enumerate(self.b):
                    if self.free_b[j]:
                        alike = self.words.alike(word, other)
                        if self.abjad and alike < BARE:
                            alike = max(alike, bare_alike(word, other))
                        if alike:
                            pairs.append((-alike, i, j))
        pairs.sort()
        for minus, i, j in pairs:
            if self.free_a[i] and self.free_b[j]:
                self.take((i,), (j,), -minus, "spelling" if -minus == SPELLING else "alike", 1)

    def short(self) -> None:
        """Initials, and a last word cut short."""
        last = len(self.a) - 1
        for i, word in enumerate(self.a):
            for j, other in enumerate(self.b):
                if not self.free_a[i] or not self.free_b[j]:
                    continue
                if (len(word) == 1 or len(other) == 1) and word[0] == other[0]:
                    self.take((i,), (j,), INITIAL, "initials", 0, 2 * (min(self.wa[i], self.wb[j]) + 15))
                elif (
                    i == last and len(word) >= THREE and other.startswith(word) and len(other) - len(word) <= 2 * SHORT
                ):
                    self.take(
                        (i,),
                        (j,),
                        CUT,
                        "cut",
                        int(len(word) * 2 > len(other)),
                        (self.wa[i] + self.wb[j]) * len(word) // len(other),
                    )
            if self.free_a[i] and SHORT <= len(word) <= 2 * SHORT:
                for j in range(len(self.b) - len(word) + 1):
                    if all(self.free_b[j + n] and self.b[j + n][0] == char for n, char in enumerate(word)):
                        strong = int(len(word) > SHORT and len(self.a) == 1)
                        self.take((i,), range(j, j + len(word)), INITIAL, "initials", strong, 60 * len(word))
                        break

    def left(self) -> tuple[int, int]:
        """Weight of the words that only one name has; a word said twice is one."""
        mine = sum([weight for i, weight in enumerate(self.wa) if self.free_a[i] and self.a[i] not in self.a[:i]])
        theirs = sum([weight for j, weight in enumerate(self.wb) if self.free_b[j] and self.b[j] not in self.b[:j]])
        return mine, theirs


def compare(query: Name, listed: Name, words: NameWords, kind: Kind = "") -> ComparedNames:
    """How alike two names are: the query as it came, the listed one as the list has it; `kind` of the listed one."""
    if not query.words or not listed.words:
        return ComparedNames(0, ())
    match = _Match(query, listed, words)
    match.same()
    if True in match.free_a and True in match.free_b:
        match.joined()
        match.near()
        match.short()
    more, less = match.left()
    both, got = match.both2, match.got2
    conflict = min(more, less)
    against = 2 * (conflict * CONFLICT + (more - conflict) * MORE_PERCENT + (less - conflict) * LESS_PERCENT)
    permille = got * FULL // (both * SAME + against) if both else 0
    reasons = [MatchReason("words", permille)]
    if match.strong < 2 and (more > PARTICLE_WEIGHT or less > PARTICLE_WEIGHT):  # noqa: PLR2004 - one word is little to go by
        first = (
            kind == "ORGANISATION"
            and not more
            and len(query.words) == 1
            and query.weights[0] >= 100  # noqa: PLR2004 - a rare word
            and not match.free_b[0]
        )
        take = FIRST_WORD_COMPANY if first else ONE_WORD_COMPANY if kind == "ORGANISATION" else ONE_WORD
        permille -= take
        reasons.append(MatchReason("one-word", -take))
    up = letters(query, listed, words) - permille
    if up > 0:
        permille += up
        reasons.append(MatchReason("letters", up))
    if query.legal and listed.legal:
        if frozenset(query.legal).isdisjoint(listed.legal):
            permille -= LEGAL_DIFFERS
            reasons.append(MatchReason("legal-form", -LEGAL_DIFFERS))
    elif query.legal or listed.legal:
        permille -= LEGAL_MISSING
        reasons.append(MatchReason("legal-form-missing", -LEGAL_MISSING))
    reasons += [MatchReason(feature, 0) for feature in match.features]
    return ComparedNames(max(0, min(FULL, permille)), tuple(reasons))


def letters(query: Name, listed: Name, words: NameWords) -> int:  # noqa: PLR0911 - one for each way to be alike
    """How alike two names are letter by letter, in permille: as they stand, and with their words in order.

    0 when a word of ordinary people tells them apart: a misspelling is nobody's name as a rule.
    """
    a, b = query.raw, listed.raw
    one, other = "".join(a), "".join(b)
    size = max(len(one), len(other))
    if min(len(one), len(other)) < LETTERS_MIN - 1 or size < LETTERS_MIN:
        return 0
    if LETTERS_MIN <= len(one) < len(other) and len(one) * 100 >= len(other) * BEGUN_PERCENT and other.startswith(one):
        last = a[-1]
        if len(a) == 1 or len(one) >= BEGUN_CHARS_MIN or last in b or not words.ordinary(last):
            return BEGUN
    most = 1 if size < 9 else 2 if size < 14 else 3 if size < 20 else 2 + size // 12  # noqa: PLR2004 - by measurement
    if abs(len(one) - len(other)) > most:
        return 0
    apart = _apart(a, b, one, other, most)
    if apart > most:
        return 0
    if apart and words.misspells_names and _is_other_word(a, b, apart):
        return 0
    if apart and (len(a) < FEW_WORDS or size < LONG):
        for word in a:
            if len(word) > SHORT and word not in b and words.ordinary(word):
                return 0
    return FULL - FULL * apart * LETTER_PERCENT // (100 * size)


def _is_other_word(a: tuple[str, ...], b: tuple[str, ...], apart: int) -> bool:
    """Whether more than half of the words' letters that are not in common was changed: that is another word."""
    mine, theirs = sum([len(word) for word in a if word not in b]), sum([len(word) for word in b if word not in a])
    return 0 < min(mine, theirs) < 2 * apart


def _apart(a: tuple[str, ...], b: tuple[str, ...], one: str, other: str, most: int) -> int:
    """Letters changed between two names, more than `most` when there are too many."""
    apart = OSA.distance(one, other, score_cutoff=most)
    if apart <= most:
        return apart
    if len(a) == 1:  # joined, the family name last
        return min(apart, OSA.distance(one, "".join((*b[1:], b[0])), score_cutoff=most))
    apart = OSA.distance("".join(sorted(a)), "".join(sorted(b)), score_cutoff=most)
    if apart <= most:
        return apart
    rest_a, rest_b = list(a), list(b)
    for word in a:
        if word in rest_b:
            rest_b.remove(word)
            rest_a.remove(word)
    if not rest_a or not rest_b or len(rest_a) == len(a):
        return most + 1
    return OSA.distance("".join(rest_a), "".join(rest_b), score_cutoff=most)

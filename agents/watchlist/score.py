"""Two names compared word by word: how alike they are, and why."""

from functools import lru_cache
from typing import Final

import msgspec
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio

from agents.watchlist.knowledge import INITIAL_WEIGHT, PARTICLE_WEIGHT, NameKnowledge, sound
from agents.watchlist.names import ABJAD, LATIN, Kind, Name

FULL: Final = 1000
"""Permille: the same name."""
SAME: Final = 100
SPELLING: Final = 95
"""Known spellings of one name."""
SOUND: Final = 84
"""Alike in sound, apart in letters."""
ABJAD_SOUND: Final = 92
INITIAL: Final = 74
CUT: Final = 88
"""The beginning of the word."""
JOINED: Final = 97
WORD_MIN: Final = 66
"""Less alike, two words are different words."""


class Reason(msgspec.Struct, frozen=True, gc=False):
    """A feature of the comparison and the permille it gave or took."""

    feature: str
    permille: int


class Compared(msgspec.Struct, frozen=True, gc=False):
    """How alike two names are, 0 to 1000, and why."""

    permille: int
    reasons: tuple[Reason, ...]
    matched: int = 0
    """Weight of the words that both names have."""


class P:  # tuning
    CONFLICT = 150
    EXTRA_Q = 62
    EXTRA_L = 48
    ONE_WORD = 200
    LEGAL_DIFFERS = 90
    LEGAL_MISSING = 10
    NUMBER = 40
    FEW = 120
    STRANGER = 0
    SIM_POW = 1.0
    WMIN = 66
    BOTH_ORD = 40
    Q_ORD = 85
    LET = 70
    PREF = 900


@lru_cache(maxsize=32_768)
def _alike(one: str, other: str) -> int:
    """How alike two words are, 0 to 100, by their letters and sound."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    if len(short) <= 2:
        return 0
    if short.isdigit() or long.isdigit():
        return 0
    apart = OSA.distance(one, other, score_cutoff=3)
    size = len(long)
    allowed = 1 if size < 6 else 2 if size < 10 else 3
    found = 0
    if apart <= allowed and not (len(short) <= 3 and apart == 1 and len(short) == len(long)):
        found = 100 - round(100 * apart * (1.0 if one[0] == other[0] else 1.35) / (len(one) + len(other)) * 2 * 0.62)
        if apart == 1 and len(short)>=4 and any(one[i:i+2] == one[i]*2 and one[:i]+one[i+1:] == other for i in range(len(one)-1)):
            found = max(found, 94)
    if found < SOUND and len(short) > 3:
        code, code2 = sound(one), sound(other)
        if code == code2 and len(code) > 2 and abs(len(one) - len(other)) <= 3:
            found = max(found, SOUND + (6 if len(code) > 3 else 0))
    return found


class Words:
    """Compares words with what is known of names."""

    def __init__(self, known: NameKnowledge) -> None:
        self.spellings = known.spellings
        self.known = known
        self._ordinary: dict[str, bool] = {}
        self._none: frozenset[str] = frozenset()

    def ordinary(self, word: str) -> bool:
        """Whether a word is ordinary people's as it stands."""
        found = self._ordinary.get(word)
        if found is None:
            if len(self._ordinary) > 20000:
                self._ordinary.clear()
            found = self._ordinary[word] = self.known.is_ordinary(word)
        return found

    def alike(self, one: str, other: str) -> int:
        """How alike two words are, 0 to 100; 0 below `WORD_MIN`."""
        if one == other:
            return SAME
        groups = self.spellings.get(one)
        if groups is not None and not groups.isdisjoint(self.spellings.get(other, self._none)):
            return SPELLING
        found = _alike(one, other)
        if found < P.WMIN:
            return 0
        if self.ordinary(one):
            found = found * (P.BOTH_ORD if self.ordinary(other) else P.Q_ORD) // 100
        return found if found >= P.WMIN else 0


def compare(query: Name, listed: Name, words: Words, kind: Kind = "") -> Compared:  # noqa: C901, PLR0912, PLR0914, PLR0915 - one pass over both names
    """How alike two names are: the query as it came, the listed one as the list has it."""
    a, b = query.words, listed.words
    if not a or not b:
        return Compared(0, ())
    wa, wb = query.weights, listed.weights
    reasons: list[Reason] = []
    left_a = [True] * len(a)
    left_b = [True] * len(b)
    mine = theirs = 0  # weight of what matched, of each
    got = 0.0  # weighted likeness
    strong = 0
    moved = False
    fuzzy = spelt = initials = joined = cut = 0
    # the same words
    if a == b:
        mine = theirs = sum(wa)
        got = mine * 100
        strong = len(a)
        left_a = []
        left_b = []
    else:
        for i, word in enumerate(a):
            for j, other in enumerate(b):
                if left_b[j] and word == other:
                    left_a[i] = left_b[j] = False
                    mine += wa[i]
                    theirs += wb[j]
                    got += (wa[i] + wb[j]) * 50
                    strong += wa[i] > INITIAL_WEIGHT
                    moved |= i != j
                    break
        abjad = query.script == ABJAD or listed.script == ABJAD
        # words joined or split
        if any(left_a) and any(left_b):
            for x, y, lx, ly, wx, wy in ((a, b, left_a, left_b, wa, wb), (b, a, left_b, left_a, wb, wa)):
                for i, word in enumerate(x):
                    if not lx[i] or len(word) < 4:
                        continue
                    for j in range(len(y) - 1):
                        if not ly[j] or not (word[0] == y[j][0] or word[-1] == y[j][-1]):
                            continue
                        text = y[j]
                        for k in range(j + 1, min(j + 4, len(y))):
                            if not ly[k]:
                                break
                            text += y[k]
                            if len(text) > len(word) + 2:
                                break
                            if abs(len(text) - len(word)) > 2:
                                continue
                            sim = JOINED if text == word else _alike(text, word) - 6
                            if sim > 75:
                                lx[i] = False
                                for n in range(j, k + 1):
                                    ly[n] = False
                                w1, w2 = wx[i], min(sum(wy[j : k + 1]), 130)
                                if x is a:
                                    mine += w1
                                    theirs += sum(wy[j:k+1])
                                else:
                                    mine += sum(wy[j:k+1])
                                    theirs += w1
                                got += (w1 + sum(wy[j:k+1])) * sim / 2
                                strong += 2 if k > j and len(word) > 6 else 1
                                joined += 1
                                break
                        if not lx[i]:
                            break
        # words alike
        rest_a = [i for i, free in enumerate(left_a) if free]
        rest_b = [j for j, free in enumerate(left_b) if free]
        if rest_a and rest_b:
            pairs: list[tuple[int, int, int]] = []
            for i in rest_a:
                word = a[i]
                for j in rest_b:
                    sim = words.alike(word, b[j])
                    if abjad and sim < ABJAD_SOUND:
                        sim = max(sim, _bare(word, b[j]))
                    if sim:
                        pairs.append((-sim, i, j))
            if pairs:
                pairs.sort()
                for minus, i, j in pairs:
                    if left_a[i] and left_b[j]:
                        left_a[i] = left_b[j] = False
                        mine += wa[i]
                        theirs += wb[j]
                        got += (wa[i] + wb[j]) * -minus / 2
                        strong += 1
                        if minus == -SPELLING:
                            spelt += 1
                        else:
                            fuzzy += 1
            for i in rest_a:
                if not left_a[i]:
                    continue
                word = a[i]
                for j in rest_b:
                    if not left_b[j]:
                        continue
                    other = b[j]
                    if (len(word) == 1 or len(other) == 1) and word[0] == other[0]:
                        sim = INITIAL
                        initials += 1
                        w = min(wa[i], wb[j]) + 15
                        mine += w; theirs += w
                        got += w * sim
                        left_a[i] = left_b[j] = False
                        break
                    if len(word) >= 3 and i == len(a) - 1 and other.startswith(word) and len(other) - len(word) <= 5:
                        w = (wa[i] + wb[j]) // 2 * len(word) // len(other)
                        mine += w; theirs += w
                        got += w * CUT
                        cut += 1
                        strong += len(word) * 2 > len(other)
                        left_a[i] = left_b[j] = False
                        break
            # several initials in one word: JC
            for i in rest_a:
                word = a[i]
                if left_a[i] and 2 <= len(word) <= 4:
                    for j in range(len(b) - len(word) + 1):
                        if all(left_b[j + n] and b[j + n][0] == word[n] for n in range(len(word))):
                            for n in range(len(word)):
                                left_b[j + n] = False
                            left_a[i] = False
                            w = 30 * len(word)
                            mine += w; theirs += w
                            got += w * INITIAL
                            initials += 1
                            strong += len(word) > 2 and len(a) == 1
                            break
    uq = sum([wa[i] for i, free in enumerate(left_a) if free])
    ul = sum([wb[j] for j, free in enumerate(left_b) if free])
    # a word said twice is one
    if uq:
        for i, free in enumerate(left_a):
            if free and a[i] in a[:i]:
                uq -= wa[i]
    if ul:
        for j, free in enumerate(left_b):
            if free and b[j] in b[:j]:
                ul -= wb[j]
    both = (mine + theirs) / 2
    conflict = min(uq, ul)
    if both <= 0:
        base = 0.0
    else:
        sim = got / both / 100
        base = both * sim / (both + conflict * P.CONFLICT / 100 + max(uq - ul, 0) * P.EXTRA_Q / 100 + max(ul - uq, 0) * P.EXTRA_L / 100)
    permille = round(1000 * base)
    reasons.append(Reason("words", permille))
    # few words in common while there are others
    if strong < 2 and (len(a) > 1 or len(b) > 1) and (uq > PARTICLE_WEIGHT or ul > PARTICLE_WEIGHT):
        take = P.ONE_WORD if kind != "ORGANISATION" else P.FEW
        permille -= take
        reasons.append(Reason("one-word", -take))
    up = letters(query, listed, words) - permille
    if up > 0:
        permille += up
        reasons.append(Reason("letters", up))
    if query.legal or listed.legal:
        if query.legal and listed.legal:
            if set(query.legal).isdisjoint(listed.legal):
                permille -= P.LEGAL_DIFFERS
                reasons.append(Reason("legal-form", -P.LEGAL_DIFFERS))
        else:
            permille -= P.LEGAL_MISSING
            reasons.append(Reason("legal-form-missing", -P.LEGAL_MISSING))
    for feature, count in (("alike", fuzzy), ("spelling", spelt), ("initials", initials), ("joined", joined), ("cut", cut)):
        if count:
            reasons.append(Reason(feature, 0))
    return Compared(max(0, min(FULL, permille)), tuple(reasons), round(both))


def letters(query: Name, listed: Name, words: Words) -> int:
    """How alike two names are letter by letter, in permille: as they stand and with their words in order; 0 when words of ordinary people tell them apart."""
    a, b = query.raw, listed.raw
    one, other = "".join(a), "".join(b)
    size = max(len(one), len(other))
    if size < 5:
        return 0
    most = 1 if size < 9 else 2 if size < 14 else 3 if size < 20 else 2 + size // 12
    if len(one) >= 5 and len(one) < len(other) and other.startswith(one) and len(one) * 100 >= len(other) * 76:
        last = a[-1]
        if last in b or not words.ordinary(last) or len(a)<=1:
            return P.PREF
    if abs(len(one) - len(other)) > most:
        return 0
    apart = OSA.distance(one, other, score_cutoff=most)
    if apart > most and len(a) > 1:
        one, other = "".join(sorted(a)), "".join(sorted(b))
        apart = OSA.distance(one, other, score_cutoff=most)
    if apart > most:
        # words in another order, one of them changed
        rest_a, rest_b = list(a), list(b)
        for word in a:
            if word in rest_b:
                rest_b.remove(word); rest_a.remove(word)
        if not rest_a or not rest_b or len(rest_a) == len(a):
            return 0
        apart = OSA.distance("".join(rest_a), "".join(rest_b), score_cutoff=most)
        if apart > most:
            return 0
    if apart:
        for word in a:
            if word not in b and words.ordinary(word) and len(word) > 2:
                if one != other or True:
                    return 0
    return FULL - FULL * apart * P.LET // (100 * size)


@lru_cache(maxsize=16_384)
def _bare(one: str, other: str) -> int:
    """How alike two words are when one is written without vowels."""
    x, y = sound(one), sound(other)
    x, y = x.replace("u", "").lstrip("a"), y.replace("u", "").lstrip("a")
    if not x or not y:
        return 0
    if x == y:
        return ABJAD_SOUND if len(x) > 1 else 80
    if min(len(x), len(y)) >= 3 and OSA.distance(x, y) == 1:
        return 76
    return 0

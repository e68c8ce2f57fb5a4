"""Finds the few listed names that a name may be.

By its words, near spellings and sounds of them, and all of them joined.

Whether a listed name is found depends on the two names and on what is known of words alone, never on what else is
listed: an index in two parts finds what one in one part does.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, TypeVar

from rapidfuzz import process
from rapidfuzz.fuzz import ratio

from agents.watchlist.knowledge import PARTICLE_WEIGHT, WEIGHT, sound, sounds
from agents.watchlist.names import Name
from agents.watchlist.score import NameWords
from schemas import limits

T = TypeVar("T")

NEAR_CHARS_MIN: Final = 4
NEAR_CHARS_MAX: Final = 16
SOUND_MIN: Final = 3
"""Consonants of a sound that is looked up."""
WHOLE_SOUND_MIN: Final = 4
WHOLE_CHARS_MIN: Final = 5
WHOLE_CHARS_MAX: Final = 12
"""Letters of a name that is also found with one of them changed, wherever its words end."""
SOUNDED_WORDS_MAX: Final = 3
BEGIN_CHARS: Final = 8
"""Letters of a beginning that most names have for themselves."""
BEGUN_PERCENT: Final = 70
"""How much of a listed name its beginning has to be."""
SHARE_PERCENT: Final = 42
"""What is found in common has to be so much of both names."""
RATIO_MIN: Final = 74
"""Of all letters, when one rare word alone is in common."""


def _without_one(word: str) -> list[str]:
    """The word less one letter, each."""
    return [word[:at] + word[at + 1 :] for at in range(len(word)) if not at or word[at] != word[at - 1]]


def _wholes(words: Sequence[str]) -> tuple[str, ...]:
    """All words in one, as they stand and with the last one first."""
    if len(words) == 1:
        return (words[0],)
    return ("".join(words), words[-1] + "".join(words[:-1]), "".join(words[1:]) + words[0])


def _put(one: tuple[T], keys: Iterable[str], found: dict[str, tuple[T, ...]]) -> None:
    """Adds one under each of several keys.

    Most keys have one alone and share its tuple, which the garbage collector need not look through again.
    """
    for key in keys:
        if found.setdefault(key, one) is not one:
            found[key] += one


class Index:
    """Listed names by number, ready to be found. Only grows its caches."""

    def __init__(self, names: Iterable[Name], words: NameWords) -> None:
        self.names: Final = tuple(names)
        self._words = words
        self._known = words.known
        self._sorted: list[str] = []
        self._weights: list[int] = []
        numbers: dict[str, list[int]] = {}
        for number, name in enumerate(self.names):
            for word in dict.fromkeys(name.raw):
                if word in numbers:
                    numbers[word].append(number)
                else:
                    numbers[word] = [number]
            weighed = self._weighed(name).values()
            telling = [weight for weight in weighed if weight > PARTICLE_WEIGHT] or weighed
            self._weights.append(sum(telling))
            self._sorted.append("".join(sorted(name.raw)))
        self._numbers = numbers
        joined = ["".join(name.raw) for name in self.names]
        self._whole, self._less = self._joined_names(joined)
        both = {key: found for key, found in self._whole.items() if WHOLE_CHARS_MIN - 2 <= len(key) <= WHOLE_CHARS_MAX}
        self._changed = both | {key: found + both.get(key, ()) for key, found in self._less.items()}
        self._joined = sorted(zip(joined, range(len(joined)), strict=True))
        self._begin: dict[str, int] = {}
        for at, (whole, _) in enumerate(self._joined):
            self._begin.setdefault(whole[:BEGIN_CHARS], at)
        self._near = self._near_words(sorted(numbers))
        self._found: dict[str, frozenset[int]] = {}
        self._kept = 0

    def _joined_names(self, joined: Sequence[str]) -> tuple[dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
        """Names of several words by all of them in one and by the sound of that, and by it less one letter."""
        several = [
            number for number, name in enumerate(self.names) if 1 < len(name.raw) <= limits.NAME_WORDS_JOINED_MAX
        ]
        sounded = [number for number in several if len(self.names[number].raw) <= SOUNDED_WORDS_MAX]
        code_of = dict(zip(sounded, sounds([joined[number] for number in sounded]), strict=True))
        whole: dict[str, tuple[int, ...]] = {}
        less: dict[str, tuple[int, ...]] = {}
        for number in several:
            keys = list(dict.fromkeys(_wholes(self.names[number].raw)))
            if len(code := code_of.get(number, "")) >= WHOLE_SOUND_MIN:
                keys.append("~" + code)
            _put((number,), keys, whole)
            if WHOLE_CHARS_MIN <= len(joined[number]) <= WHOLE_CHARS_MAX:
                _put((number,), _without_one(joined[number]), less)
        most = limits.WATCHLIST_CANDIDATES_MAX
        for found in (whole, less):
            found |= {key: each[:most] for key, each in found.items() if len(each) > most}
        return whole, less

    def _near_words(self, words: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Words, in their order, by all that a word alike has in common with them."""
        spellings = self._words.spellings
        near: dict[str, tuple[str, ...]] = {}
        for word, code in zip(words, sounds(words), strict=True):
            keys = [word]
            if NEAR_CHARS_MIN <= len(word) <= NEAR_CHARS_MAX and not word.isdigit():
                keys += _without_one(word)
            if len(code) >= SOUND_MIN:
                keys.append("~" + code)
            if word in spellings:
                keys += ["=" + group for group in spellings[word]]
            _put((word,), keys, near)
        return near

    def _weighed(self, name: Name) -> dict[str, int]:
        """Every word as it stood with what it tells; legal forms tell nothing."""
        known = self._known
        if name.raw == name.words:
            return dict(zip(name.words, name.weights))  # noqa: B905 - as long as each other by construction
        return {
            word: PARTICLE_WEIGHT + 6 if word in known.legal_words else known.weight(known.symbols.get((word,), word))
            for word in name.raw
        }

    def find(self, name: Name) -> list[int]:
        """Numbers of the names that it may be, in their order."""
        weight_of = self._weighed(name)
        words = [word for word, weight in weight_of.items() if weight > PARTICLE_WEIGHT and len(word) > 1] or list(
            weight_of
        )
        found: set[int] = set()
        joined = "".join(name.raw)
        if 1 <= len(name.raw) <= limits.NAME_WORDS_JOINED_MAX:
            self._add_joined(name.raw, joined, found)
        self._begun(joined, found)
        if not words:
            return sorted(found)
        if len(words) > limits.NAME_WORDS_SEARCHED_MAX:
            words = sorted(words, key=lambda word: (-weight_of[word], word))[: limits.NAME_WORDS_SEARCHED_MAX]
        known = self._found
        sets = [known[word] if word in known else self._of(word) for word in words]
        if not any(sets) and len(words) > 1:
            return sorted(found)
        if WHOLE_CHARS_MIN - 1 <= len(joined) <= WHOLE_CHARS_MAX + 1:
            self._add_changed(joined, found)
        weights = [weight_of[word] for word in words]
        if len(words) == 1:
            heaviest = weights[0] * 100 // SHARE_PERCENT
            light = [number for number in sets[0] if self._weights[number] <= heaviest]
            found.update(light[: limits.WATCHLIST_CANDIDATES_MAX])
            return sorted(found)
        self._add_sharing(weights, sets, found)
        self._add_alike(name.raw, weights, sets, found)
        return sorted(found)

    def _add_joined(self, words: Sequence[str], joined: str, found: set[int]) -> None:
        """Names that are the same written in one, with the last word first, or by sound."""
        whole = self._whole
        if joined in whole:
            found.update(whole[joined])
        if len(words) > 1:
            turned = words[-1] + "".join(words[:-1])
            if turned in whole:
                found.update(whole[turned])
        else:
            code = "~" + sound(joined)
            if code in whole and len(code) > WHOLE_SOUND_MIN:
                found.update([number for number in whole[code] if ratio(joined, self.names[number].joined) > RATIO_MIN])

    def _add_changed(self, joined: str, found: set[int]) -> None:
        """Names that differ by one letter when written in one."""
        if joined in self._less:
            found.update(self._less[joined])
        changed = self._changed
        for at in range(len(joined)):
            key = joined[:at] + joined[at + 1 :]
            if key in changed:
                found.update(changed[key])

    def _add_sharing(self, weights: Sequence[int], sets: Sequence[frozenset[int]], found: set[int]) -> None:
        """Names that share words which are a good part of both."""
        total = sum(weights)
        if len(sets) == 2:  # noqa: PLR2004 - nearly all names have two or three words
            both = sets[0] & sets[1]
            if both:
                heaviest = total * 100 // SHARE_PERCENT
                found.update([number for number in both if self._weights[number] <= heaviest])
            return
        pairs: set[int] = set()
        for one, other in combinations(filter(None, sets), 2):
            if not one.isdisjoint(other):
                pairs |= one & other
        for number in pairs:
            share = 0
            for weight, one in zip(weights, sets, strict=True):
                if number in one:
                    share += weight
            if share * 100 >= total * SHARE_PERCENT and share * 100 >= self._weights[number] * SHARE_PERCENT:
                found.add(number)

    def _add_alike(
        self, words: Sequence[str], weights: Sequence[int], sets: Sequence[frozenset[int]], found: set[int]
    ) -> None:
        """Names that share one rare word and nearly all letters."""
        text, texts, most = "", self._sorted, limits.WATCHLIST_CANDIDATES_MAX
        for weight, one in zip(weights, sets, strict=True):
            if one and weight >= WEIGHT and not one <= found:
                text = text or "".join(sorted(words))
                numbers = list(one) if len(one) <= most else sorted(one)[:most]
                alike = process.extract(
                    text, [texts[number] for number in numbers], scorer=ratio, score_cutoff=RATIO_MIN, limit=None
                )
                found.update([numbers[at] for _, _, at in alike])

    def _of(self, word: str) -> frozenset[int]:
        """Names with the word, or one alike."""
        found = self._found.get(word)
        if found is None:
            found = self._found[word] = frozenset(
                [number for near in self.words_alike(word) for number in self._numbers[near]]
            )
            self._keep(len(found))
        return found

    def _begun(self, joined: str, found: set[int]) -> None:
        """Adds names that begin so and go on a little."""
        if len(joined) < WHOLE_CHARS_MIN:
            return
        whole = self._joined
        first = self._begin.get(joined[:BEGIN_CHARS]) if len(joined) >= BEGIN_CHARS else 0
        if first is None:
            return
        at = bisect_left(whole, (joined, 0), first)
        end = min(len(whole), at + limits.WATCHLIST_CANDIDATES_MAX)
        while at < end and whole[at][0].startswith(joined):
            if len(joined) * 100 >= len(whole[at][0]) * BEGUN_PERCENT:
                found.add(whole[at][1])
            at += 1

    def _keep(self, count: int) -> None:
        """Bounds what is remembered."""
        self._kept += count + 1
        if self._kept > limits.WATCHLIST_FOUND_MAX:
            self._found.clear()
            self._kept = 0

    def words_alike(self, word: str) -> list[str]:
        """Listed words that are alike."""
        near = self._near
        found: dict[str, None] = {}  # not a set: texts stand in a set in another order in every process
        if word in self._numbers:
            found[word] = None
        if NEAR_CHARS_MIN - 1 <= len(word) <= NEAR_CHARS_MAX + 1 and not word.isdigit():
            for key in (word, *_without_one(word)):
                if key in near:
                    for other in near[key]:
                        found[other] = None
        code = sound(word)
        if len(code) >= SOUND_MIN:
            for other in near.get("~" + code, ()):
                found[other] = None
        kept = self._words.near(word, list(found)) if found else []
        groups = self._words.spellings.get(word)
        if groups:
            for group in groups:
                kept += near.get("=" + group, ())
        return kept

"""What is known of names.

Letters of other scripts, legal forms, words of companies, titles, spellings, and how common words are.

It is reference data (`reference/name_words.csv`), so a version of it belongs to every answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

Phrase = tuple[str, ...]

WEIGHT: Final = 100
"""Of a word that nobody's name usually holds."""
PARTICLE_WEIGHT: Final = 14
NUMBER_WEIGHT: Final = 25
INITIAL_WEIGHT: Final = 20
SYLLABLE_CHARS_MAX: Final = 6

_L: Final = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_V: Final = (
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
)
_T: Final = (
    *(
        "",
        "k",
        "k",
        "k",
        "n",
        "n",
        "n",
        "t",
        "l",
        "k",
        "m",
        "l",
        "l",
        "l",
        "p",
        "l",
        "m",
        "p",
        "p",
        "t",
        "t",
        "ng",
        "t",
        "t",
        "k",
        "t",
        "p",
        "t",
    ),
)
"""Revised Romanisation, sound by sound."""
HANGUL_FIRST: Final = 0xAC00
HANGUL_LAST: Final = 0xD7A3
VOWELS_TAILS: Final = 588
TAILS: Final = 28
_MARKS: Final = dict.fromkeys(
    code
    for code in range(0x10000)
    if unicodedata.combining(chr(code)) or unicodedata.category(chr(code)) in {"Cf", "Mn", "Me"}
)


def syllable(char: str) -> str:
    """A Hangul syllable in Latin letters.

    >>> syllable("김"), syllable("정"), syllable("은")
    ('gim', 'jeong', 'eun')
    """
    code = ord(char) - HANGUL_FIRST
    return _L[code // VOWELS_TAILS] + _V[code % VOWELS_TAILS // TAILS] + _T[code % TAILS]


@dataclass(frozen=True, eq=False)
class NameKnowledge:
    """Everything known of names; empty, names are compared by their letters alone."""

    letters: Mapping[str, str] = field(default_factory=dict)
    """Latin letters of a character of another script."""
    legal: Mapping[Phrase, str] = field(default_factory=dict)
    """Class of a legal form, such as LLC, by its words."""
    symbols: Mapping[Phrase, str] = field(default_factory=dict)
    """The one word that stands for all words of a meaning in the names of companies."""
    titles: frozenset[Phrase] = frozenset()
    """What stands before a person's name."""
    particles: frozenset[str] = frozenset()
    """Words that tell nobody apart: al, bin, de."""
    numbers: Mapping[str, int] = field(default_factory=dict)
    spellings: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Groups of spellings of one name that a word belongs to."""
    ordinary: frozenset[str] = frozenset()
    """Words of ordinary people's names: one that is another's is no misspelling."""
    syllables: frozenset[str] = frozenset()
    """Spellings of the syllables of Korean names."""
    weights: Mapping[str, int] = field(default_factory=dict)
    """How much a common word tells, less than `WEIGHT`."""

    @cached_property
    def table(self) -> Mapping[int, str | None]:
        """For `str.translate`: letters of other scripts, marks gone."""
        return {**_MARKS, **{ord(char): latin for char, latin in self.letters.items()}}

    @cached_property
    def legal_of_first(self) -> Mapping[str, tuple[Phrase, ...]]:
        """Legal forms by their first word, long ones first."""
        return _by_first(self.legal)

    @cached_property
    def legal_words(self) -> frozenset[str]:
        """Every word of a legal form."""
        return frozenset(word for phrase in self.legal for word in phrase)

    @cached_property
    def symbols_of_first(self) -> Mapping[str, tuple[Phrase, ...]]:
        """Words of companies likewise."""
        return _by_first(self.symbols)

    @cached_property
    def titles_of_first(self) -> Mapping[str, tuple[Phrase, ...]]:
        """Titles likewise."""
        return _by_first(self.titles)

    @cached_property
    def first_words(self) -> frozenset[str]:
        """Words that a legal form, a word of companies, a title or a number begins with.

        A name without any is read as it stands.
        """
        return frozenset([*self.legal_of_first, *self.symbols_of_first, *self.titles_of_first, *self.numbers])

    def is_ordinary(self, word: str) -> bool:
        """Whether a word is ordinary people's as it stands, Korean given names in one word among them."""
        return (
            word in self.ordinary
            or word in self.syllables
            or any(
                word[:at] in self.syllables and word[at:] in self.syllables
                for at in range(1, min(len(word), SYLLABLE_CHARS_MAX + 1))
            )
        )

    def weight(self, word: str) -> int:
        """How much a word tells of whom a name belongs to."""
        found = self._weights.get(word)
        if found is not None:
            return found
        return NUMBER_WEIGHT if word.isdigit() else INITIAL_WEIGHT if len(word) == 1 else WEIGHT

    @cached_property
    def _weights(self) -> Mapping[str, int]:
        return {**self.weights, **dict.fromkeys(self.particles, PARTICLE_WEIGHT)}


def _by_first(phrases: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    found: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(sorted(each, key=lambda phrase: (-len(phrase), phrase))) for first, each in found.items()}


_DIGRAPHS: Final = tuple(
    pair.split(":")
    for pair in [
        "tsch:j",
        "tch:j",
        "dzh:j",
        "dj:j",
        "zh:j",
        "sch:s",
        "sh:s",
        "ch:j",
        "kh:k",
        "ck:k",
        "gh:k",
        "ph:f",
        "th:t",
        "dh:d",
        "ts:s",
        "tz:s",
        "ce:se",
        "ci:si",
        "cy:si",
        "x:ks",
    ]
)
_ONE: Final = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f", "g": "k", "y": "i", "w": "u", "d": "t", "b": "p"})
_VOWELS: Final = dict.fromkeys(map(ord, "aeiou"))
_TWICE: Final = re.compile(r"(.)\1+")
_FIRST_X: Final = re.compile("^x", re.MULTILINE)
_LAST_H: Final = re.compile("(?<=.)h$", re.MULTILINE)


@lru_cache(maxsize=32_768)
def sound(word: str) -> str:
    """The consonants of a word, those that scripts and languages confuse taken for one.

    >>> sound("mohammed"), sound("muhammad"), sound("kadhafi"), sound("qaddafi"), sound("sergey"), sound("sergei")
    ('mhmt', 'mhmt', 'ktf', 'ktf', 'srk', 'srk')
    """
    return _voiced(word, _consonants(word))


def sounds(words: Sequence[str]) -> list[str]:
    """The same of each word: one pass over all of them costs a tenth.

    >>> sounds(["mohammed", "asad"])
    ['mhmt', 'ast']
    """
    return list(map(_voiced, words, _consonants("\n".join(words)).split("\n"))) if words else []


def _voiced(word: str, consonants: str) -> str:
    """Consonants, and whether the word begins with a vowel."""
    return "a" + consonants if word[:1] in "aeiou" else consonants


def _consonants(said: str) -> str:
    """The consonants of words, each on a line of its own."""
    said = _FIRST_X.sub("s", said) if "x" in said else said
    if "h" in said or "c" in said or "x" in said or "t" in said or "dj" in said:
        for pair, plain in _DIGRAPHS:
            said = said.replace(pair, plain)
    bare = _TWICE.sub(r"\1", said.translate(_ONE)).translate(_VOWELS)
    return _TWICE.sub(r"\1", _LAST_H.sub("", bare) if "h" in bare else bare)

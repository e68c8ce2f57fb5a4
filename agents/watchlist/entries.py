"""Entries of watch-lists, hits and exemptions, and the keys by which they are looked up."""

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from agents.watchlist.knowledge import NameKnowledge
from agents.watchlist.likeness import FULL, MatchReason
from agents.watchlist.names import Kind, latin, read
from schemas import limits

ADDRESS_WORDS_MIN: Final = 3
ADDRESS_CHARS_MIN: Final = 14
"""A shorter address stands for too many people."""
ADDRESS_WORDS: Final = {
    "st": "street",
    "str": "street",
    "rd": "road",
    "ave": "avenue",
    "av": "avenue",
    "blvd": "boulevard",
    "bldg": "building",
    "fl": "floor",
    "no": "",
    "number": "",
    "the": "",
    "apt": "apartment",
    "ste": "suite",
    "ln": "lane",
    "dr": "drive",
    "p": "",
    "o": "",
    "box": "box",
}


class ListedEntry(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """An entry of a list."""

    entry_id: str
    """Unique over all lists, such as OFAC-12345."""
    source: str
    """The list that it comes from."""
    kind: Kind = ""
    names: tuple[str, ...]
    """The name and its good aliases, in any script."""
    weak: tuple[str, ...] = ()
    """Aliases of low quality."""
    countries: tuple[str, ...] = ()
    """ISO 3166 codes of nationality and residence."""
    born: tuple[str, ...] = ()
    """Years or days, as ISO 8601."""
    addresses: tuple[str, ...] = ()


class ListHit(msgspec.Struct, frozen=True, gc=False):
    """An entry that a party resembles. Holds nothing of the party."""

    entry_id: str
    source: str
    listed: str
    """The listed name, or the word `address`."""
    permille: int
    alarm: bool
    reasons: tuple[MatchReason, ...]
    excepted: str = ""
    """Why it does not alarm although the score would."""

    @property
    def score(self) -> float:
        """0 to 1, for people outside."""
        return self.permille / FULL


class Exemption(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A party that is not the entry it resembles: who said so, when, why and until when."""

    name: str
    """As `name_key` has it, or its digest, so that no person's name has to stand in a table."""
    entry_id: str
    who: str
    since: date
    until: date
    why: str

    def counts_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.since <= day <= self.until


class ScreeningFigures(msgspec.Struct, frozen=True, gc=False):
    """From which permille on a hit alarms, and from which it is told."""

    alarm: int = 850
    review: int = 750


def exemptions_by_pair(exemptions: Iterable[Exemption]) -> dict[tuple[str, str], tuple[Exemption, ...]]:
    """Exemptions by the pair of names they hold for."""
    found: dict[tuple[str, str], tuple[Exemption, ...]] = {}
    for each in exemptions:
        found[each.name, each.entry_id] = (*found.get((each.name, each.entry_id), ()), each)
    return found


def name_key(name: str, known: NameKnowledge) -> str:
    """A name's words in order, by which an exemption knows it."""
    return " ".join(sorted(read(name, "", known).raw))


def address_words(address: str, known: NameKnowledge) -> frozenset[str]:
    """The words of an address, those that say nothing left out."""
    words = latin(address[: limits.ADDRESS_CHARS_MAX], known).split()
    return frozenset(word for word in (ADDRESS_WORDS.get(word, word) for word in words) if word)


def is_distinctive(words: frozenset[str]) -> bool:
    """Whether an address says enough to stand for few people: a number, and words enough."""
    return (
        len(words) >= ADDRESS_WORDS_MIN
        and sum(map(len, words)) >= ADDRESS_CHARS_MIN
        and any(any(char.isdigit() for char in word) for word in words)
    )

"""A party against every list: the entries it resembles, why, and whether that is an alarm.

A `Watchlist` is frozen. `changed` makes another one, which shares what did not change: its index stays, the changed
entries stand in a small one beside it. What is found does not depend on how the lists are parted.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import Final

import msgspec

from agents.watchlist.entries import (
    Exemption,
    ListedEntry,
    ListHit,
    ScreeningFigures,
    address_words,
    exemptions_by_pair,
    is_distinctive,
    name_key,
)
from agents.watchlist.index import Index
from agents.watchlist.knowledge import NameKnowledge
from agents.watchlist.likeness import FULL, ComparedNames, MatchReason
from agents.watchlist.names import Kind, Name, read
from agents.watchlist.score import NameWords, compare
from schemas import limits

WEAK: Final = 60
"""Permille that an alias of low quality takes."""
OTHER_KIND: Final = 150
"""A person is no company and no ship."""
BORN_SAME: Final = 40
BORN_APART: Final = 200
BORN_NEAR_YEARS: Final = 1
BORN_DOUBT_YEARS: Final = 3
BORN_DOUBT: Final = 60
COUNTRY_SAME: Final = 10
COUNTRY_OTHER: Final = 30
YEAR_CHARS: Final = 4
OVERLAY_PERCENT: Final = 20
"""When so much has changed, all is indexed anew."""
DIGEST: Final = "sha256:"


class _Segment:
    """Entries with their index, made when first asked."""

    def __init__(self, entries: Iterable[ListedEntry], words: NameWords) -> None:
        self.entries: Final = {entry.entry_id: entry for entry in entries}
        self._words = words

    @cached_property
    def _listed(self) -> tuple[list[tuple[str, str, bool]], Index]:
        known = self._words.known
        owners: list[tuple[str, str, bool]] = []
        names: list[Name] = []
        for entry in self.entries.values():
            for weak, texts in ((False, entry.names), (True, entry.weak)):
                for text in texts:
                    name = read(text, entry.kind, known)
                    if name.words:
                        owners.append((entry.entry_id, text, weak))
                        names.append(name)
        return owners, Index(names, self._words)

    def prepare(self) -> None:
        """Make the index now."""
        assert self._listed  # noqa: S101 - made by being asked for
        assert self._addresses is not None  # noqa: S101 - the same

    @cached_property
    def _addresses(self) -> dict[str, list[tuple[frozenset[str], str]]]:
        """Distinctive addresses by their longest word."""
        found: dict[str, list[tuple[frozenset[str], str]]] = {}
        for entry in self.entries.values():
            for address in entry.addresses:
                words = address_words(address, self._words.known)
                if is_distinctive(words):
                    at = found.setdefault(max(words, key=lambda word: (len(word), word)), [])
                    if len(at) < limits.WATCHLIST_CANDIDATES_MAX:
                        at.append((words, entry.entry_id))
        return found

    def scored(self, name: Name, kind: Kind, gone: frozenset[str]) -> dict[str, tuple[ComparedNames, str, bool]]:
        """Of each entry the name that is most alike."""
        owners, index = self._listed
        best: dict[str, tuple[ComparedNames, str, bool]] = {}
        for number in index.find(name):
            owner, text, weak = owners[number]
            if owner in gone:
                continue
            listed = self.entries[owner].kind
            compared = compare(name, index.names[number], self._words, listed)
            if kind and listed and kind != listed:
                compared = _shifted(compared, "other-kind", -OTHER_KIND)
            if weak:
                compared = _shifted(compared, "weak-alias", -WEAK)
            known = best.get(owner)
            if known is None or compared.permille > known[0].permille:
                best[owner] = (compared, text, weak)
        return best

    def at_address(self, words: frozenset[str], gone: frozenset[str]) -> list[str]:
        """Entries with an address whose words all stand in this one."""
        by_word = self._addresses
        return [
            owner
            for word in sorted(words)
            if word in by_word
            for listed, owner in by_word[word]
            if listed <= words and owner not in gone
        ]


class Watchlist:
    """Every listed party, ready to be compared with. Frozen, but for what it remembers."""

    def __init__(  # noqa: PLR0913, PLR0917 - what a list consists of
        self,
        base: _Segment,
        words: NameWords,
        later: _Segment | None = None,
        gone: frozenset[str] = frozenset(),
        exemptions: Mapping[tuple[str, str], tuple[Exemption, ...]] | None = None,
        version: str = "",
    ) -> None:
        self._base, self._words, self._later, self._gone = base, words, later, gone
        self._exemptions = exemptions or {}
        self.version: Final = version
        self._seen: dict[tuple[str, Kind, str, str, int, int], tuple[ListHit, ...]] = {}
        self._seen_addresses: dict[str, tuple[ListHit, ...]] = {}

    @classmethod
    def of(
        cls,
        entries: Iterable[ListedEntry],
        known: NameKnowledge | None = None,
        exemptions: Iterable[Exemption] = (),
        version: str = "",
    ) -> "Watchlist":
        """A list of its own. The index is made at the first question, or by `prepare`."""
        words = NameWords(known or NameKnowledge())
        return cls(_Segment(entries, words), words, exemptions=exemptions_by_pair(exemptions), version=version)

    def changed(
        self,
        entries: Mapping[str, ListedEntry | None],
        exemptions: Iterable[Exemption] | None = None,
        version: str = "",
    ) -> "Watchlist":
        """Another one with entries put in and (None) others withdrawn; this one stays as it is."""
        later: dict[str, ListedEntry] = dict(self._later.entries) if self._later is not None else {}
        for entry_id, entry in entries.items():
            later.pop(entry_id, None)
            if entry is not None:
                later[entry_id] = entry
        gone = self._gone | (entries.keys() & self._base.entries.keys())
        exempt = self._exemptions if exemptions is None else exemptions_by_pair(exemptions)
        if (len(later) + len(gone)) * 100 > len(self._base.entries) * OVERLAY_PERCENT:
            every = {
                **{entry_id: entry for entry_id, entry in self._base.entries.items() if entry_id not in gone},
                **later,
            }
            return Watchlist(_Segment(every.values(), self._words), self._words, exemptions=exempt, version=version)
        return Watchlist(
            self._base,
            self._words,
            _Segment(later.values(), self._words) if later else None,
            frozenset(gone),
            exempt,
            version,
        )

    def __len__(self) -> int:
        return len(self._base.entries) - len(self._gone) + (len(self._later.entries) if self._later is not None else 0)

    @property
    def entries(self) -> dict[str, ListedEntry]:
        """Every entry by its id."""
        base = {entry_id: entry for entry_id, entry in self._base.entries.items() if entry_id not in self._gone}
        return base | (self._later.entries if self._later is not None else {})

    def prepare(self) -> None:
        """Make the index now, so that no parcel waits for it."""
        for segment in (self._base, self._later):
            if segment is not None:
                segment.prepare()

    def screen(  # noqa: PLR0913, PLR0917 - what a name is compared by
        self,
        name: str,
        kind: Kind = "",
        country: str = "",
        birth_date: str = "",
        figures: ScreeningFigures = ScreeningFigures(),  # noqa: B008 - frozen; a party's particulars
        day: date | None = None,
    ) -> tuple[ListHit, ...]:
        """Entries that a party resembles, the most alike first; at most `WATCHLIST_HITS_MAX`.

        Exemptions count on `day`.
        """
        key = (name, kind, country, birth_date, figures.alarm, figures.review)
        hits = self._seen.get(key)
        if hits is None:
            if len(self._seen) >= limits.WATCHLIST_NAMES_CACHED_MAX:
                self._seen.clear()
            hits = self._seen[key] = self._screened(name, kind, country, birth_date, figures)
        if hits and self._exemptions and day is not None:
            return self._excepted(name, hits, day)
        return hits

    def _screened(
        self, text: str, kind: Kind, country: str, birth_date: str, figures: ScreeningFigures
    ) -> tuple[ListHit, ...]:
        name = read(text, kind, self._words.known)
        if not name.words:
            return ()
        best = self._base.scored(name, kind, self._gone)
        if self._later is not None:
            best |= self._later.scored(name, kind, frozenset())
        hits: list[ListHit] = []
        for entry_id, (by_name, listed, _) in best.items():
            compared = by_name
            if compared.permille < figures.review - BORN_SAME - COUNTRY_SAME:
                continue
            entry = self._entry(entry_id)
            if birth_date:
                compared = _born(compared, birth_date, entry.born)
            if country and entry.countries:
                compared = (
                    _shifted(compared, "country", COUNTRY_SAME)
                    if country in entry.countries
                    else _shifted(compared, "other-country", -COUNTRY_OTHER)
                )
            if compared.permille >= figures.review:
                hits.append(
                    ListHit(
                        entry_id,
                        entry.source,
                        listed,
                        compared.permille,
                        compared.permille >= figures.alarm,
                        compared.reasons,
                    )
                )
        hits.sort(key=lambda hit: (-hit.permille, hit.entry_id))
        return tuple(hits[: limits.WATCHLIST_HITS_MAX])

    def _entry(self, entry_id: str) -> ListedEntry:
        if self._later is not None and entry_id in self._later.entries:
            return self._later.entries[entry_id]
        return self._base.entries[entry_id]

    def _excepted(self, name: str, hits: tuple[ListHit, ...], day: date) -> tuple[ListHit, ...]:
        key = name_key(name, self._words.known)
        digest = DIGEST + hashlib.sha256(key.encode()).hexdigest()
        hits_shown: list[ListHit] = []
        for hit in hits:
            found = [
                each
                for who in (key, digest)
                for each in self._exemptions.get((who, hit.entry_id), ())
                if each.counts_on(day)
            ]
            hits_shown.append(
                msgspec.structs.replace(
                    hit, alarm=False, excepted=f"{found[0].who} until {found[0].until}: {found[0].why}"
                )
                if found and hit.alarm
                else hit
            )
        return tuple(hits_shown)

    def at_address(self, address: str) -> tuple[ListHit, ...]:
        """Entries with a distinctive address that this one holds, word for word; each is an alarm."""
        hits = self._seen_addresses.get(address)
        if hits is None:
            if len(self._seen_addresses) >= limits.WATCHLIST_NAMES_CACHED_MAX:
                self._seen_addresses.clear()
            hits = self._seen_addresses[address] = self._at_address(address)
        return hits

    def _at_address(self, address: str) -> tuple[ListHit, ...]:
        words = address_words(address, self._words.known)
        if not is_distinctive(words):
            return ()
        found = self._base.at_address(words, self._gone) + (
            self._later.at_address(words, frozenset()) if self._later is not None else []
        )
        reasons = (MatchReason("address", FULL),)
        owners = sorted(set(found))[: limits.WATCHLIST_HITS_MAX]
        return tuple(
            [
                ListHit(owner, self._entry(owner).source, "address", FULL, alarm=True, reasons=reasons)
                for owner in owners
            ]
        )


def _shifted(compared: ComparedNames, feature: str, permille: int) -> ComparedNames:
    return ComparedNames(
        max(0, min(FULL, compared.permille + permille)), (*compared.reasons, MatchReason(feature, permille))
    )


def _born(compared: ComparedNames, birth_date: str, born: tuple[str, ...]) -> ComparedNames:
    """The day of birth for or against it; a year alone counts as a year."""
    year = birth_date[:YEAR_CHARS]
    years = [int(each[:YEAR_CHARS]) for each in born if each[:YEAR_CHARS].isdecimal()]
    if not years or not (year.isascii() and year.isdecimal() and len(year) == YEAR_CHARS):
        return compared
    apart = min(abs(int(year) - each) for each in years)
    if apart <= BORN_NEAR_YEARS:
        return _shifted(compared, "born", BORN_SAME if apart == 0 else 0)
    return _shifted(compared, "born-apart", -(BORN_DOUBT if apart <= BORN_DOUBT_YEARS else BORN_APART))

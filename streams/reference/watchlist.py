"""The watch-lists, the words of names, exceptions and embargoes.

A worker keeps the last list it made: of a change only the changed entries are indexed, the rest stays.
"""

from typing import TYPE_CHECKING, Final, cast, get_args

from agents.law.dated import Dated
from agents.watchlist.entries import Exemption, ListedEntry, name_key
from agents.watchlist.knowledge import NameKnowledge, Phrase
from agents.watchlist.names import Kind
from agents.watchlist.screen import Watchlist
from streams.reference.tables import Key, Row, Tables, put

if TYPE_CHECKING:
    from datetime import date

SEPARATOR: Final = "|"
KINDS: Final[tuple[str, ...]] = get_args(Kind)
WORDS: Final = (
    "LEGAL",
    "LETTERS",
    "NUMBER",
    "ORDINARY",
    "PARTICLE",
    "SPELLING",
    "SYLLABLE",
    "SYMBOL",
    "TITLE",
    "WEIGHT",
)
TABLES: Final = ("name_words.csv", "watchlist.csv", "watchlist_exceptions.csv")
VERSION_CHARS: Final = 12
_KEPT: Final[list[tuple[Tables, NameKnowledge, Watchlist]]] = []
"""The last one that was made."""


def watchlist(tables: Tables) -> Watchlist:
    """All lists together."""
    if _KEPT and all(_KEPT[0][0].digest(file) == tables.digest(file) for file in TABLES):
        return _KEPT[0][2]
    if _KEPT and _KEPT[0][0].digest("name_words.csv") == tables.digest("name_words.csv"):
        before, known, made = _KEPT[0]
        there, wanted = before.by_key("watchlist.csv"), tables.by_key("watchlist.csv")
        changes: dict[Key, Row | None] = {
            key: row for key, row in wanted.items() if key not in there or there[key].cells != row.cells
        }
        changes |= dict.fromkeys(there.keys() - wanted.keys())
        entries = {key[0]: None if row is None else _entry(row) for key, row in sorted(changes.items())}
        found = made.changed(entries, _exemptions(tables, known), _version(tables))
    else:
        known = knowledge(tables)
        found = Watchlist.of(
            [_entry(row) for row in tables.rows("watchlist.csv")], known, _exemptions(tables, known), _version(tables)
        )
    _KEPT[:] = [(tables, known, found)]
    return found


def _version(tables: Tables) -> str:
    return b"".join(tables.digest(file)[:2] for file in TABLES).hex()[:VERSION_CHARS]


def _entry(row: Row) -> ListedEntry:
    """One listed party."""
    if not row["source"].strip():
        raise row.wrong("source", "where the row comes from")
    kind = row["kind"]
    if kind not in KINDS:
        raise row.wrong("kind", "PERSON, ORGANISATION, VESSEL or empty")
    names, weak = _cells(row["names"]), _cells(row["weak"])
    if not row["entry"] or not (names or weak):
        raise row.wrong("names", f"at least one name; several are separated by {SEPARATOR}")
    return ListedEntry(
        entry_id=row["entry"],
        source=row["list"],
        kind=cast("Kind", kind),
        names=names,
        weak=weak,
        countries=_cells(row["countries"]),
        born=_cells(row["born"]),
        addresses=_cells(row["addresses"]),
    )


def _cells(text: str) -> tuple[str, ...]:
    return tuple(part for each in text.split(SEPARATOR) if (part := each.strip())) if text else ()


def _exemptions(tables: Tables, known: NameKnowledge) -> list[Exemption]:
    """Parties that are not the entries they resemble."""
    found: list[Exemption] = []
    for row in tables.rows("watchlist_exceptions.csv"):
        since, until = row.day("since"), row.day("until")
        if until < since:
            raise row.wrong("until", f"a day from {since} on")
        for column in ("name", "entry", "who", "why"):
            if not row[column].strip():
                raise row.wrong(column, "filled in: who decided it, and why, belongs to an exception")
        name = row["name"] if row["name"].startswith("sha256:") else name_key(row["name"], known)
        found.append(
            Exemption(name=name, entry_id=row["entry"], who=row["who"], since=since, until=until, why=row["why"])
        )
    return found


def knowledge(tables: Tables) -> NameKnowledge:
    """Words of names."""
    by_kind: dict[str, dict[str, str]] = {kind: {} for kind in WORDS}
    for row in tables.rows("name_words.csv"):
        if row["kind"] not in by_kind:
            raise row.wrong("kind", f"one of {', '.join(WORDS)}")
        if not row["word"].strip():
            raise row.wrong("word", "a word")
        if row["kind"] in ("NUMBER", "WEIGHT"):
            row.matching("reads", r"\d{1,4}", "a whole number")
        put(by_kind[row["kind"]], row["word"], row["reads"], row)
    numbers = {word: int(reads) for word, reads in by_kind["NUMBER"].items()}
    return NameKnowledge(
        letters={char: reads for chars, reads in by_kind["LETTERS"].items() for char in chars},
        legal=_phrases(by_kind["LEGAL"]),
        symbols=_phrases(by_kind["SYMBOL"]),
        titles=frozenset(_phrases(by_kind["TITLE"])),
        particles=frozenset(by_kind["PARTICLE"]),
        numbers=numbers,
        spellings={word: frozenset(reads.split()) for word, reads in by_kind["SPELLING"].items()},
        ordinary=frozenset(by_kind["ORDINARY"]),
        syllables=frozenset(by_kind["SYLLABLE"]),
        weights={word: int(reads) for word, reads in by_kind["WEIGHT"].items()},
    )


def _phrases(words: dict[str, str]) -> dict[Phrase, str]:
    return {tuple(word.split()): reads for word, reads in words.items()}


def embargoes(tables: Tables, countries: frozenset[str]) -> dict[str, Dated[str]]:
    """The source of an embargo by country and day, empty from the day on that it ends."""
    found: dict[str, dict[date, str]] = {}
    for row in tables.rows("embargoes.csv"):
        if row["country"] not in countries:
            raise row.wrong("country", "a code of countries.csv")
        days, day = found.setdefault(row["country"], {}), row.day("from")
        if day in days:
            raise row.refused(f"{row['country']} from {day} is already in the table: keep one row")
        days[day] = row["source"] if row.yes("in_force") else ""
    return {country: Dated(days) for country, days in found.items()}

"""The consolidated list of the Security Council.

XML with the root CONSOLIDATED_LIST, original scripts and quality of aliases.

Read as it streams, within bounds; a document type is refused, and with it every entity.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from xml.parsers import expat

from agents.watchlist.entries import ListedEntry
from agents.watchlist.names import Kind
from streams.errors import OperatorError
from streams.watchlists.text import country, years

SOURCE: Final = "UN"
ROOT: Final = "CONSOLIDATED_LIST"
KINDS: Final[dict[str, Kind]] = {"INDIVIDUAL": "PERSON", "ENTITY": "ORGANISATION"}
DEPTH_MAX: Final = 12
TEXT_CHARS_MAX: Final = 20_000
PARTS: Final = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
HEAD_BYTES: Final = 2_000


def reads(path: Path) -> bool:
    """Whether the file is of this layout."""
    if path.suffix.lower() != ".xml":
        return False
    with path.open("rb") as opened:
        return ROOT.encode() in opened.read(HEAD_BYTES)


def read(paths: Sequence[Path]) -> Iterator[ListedEntry]:
    """What the files say."""
    for path in paths:
        reader = _Reader(path)
        reader.parse()
        yield from reader.entries


class _Reader:
    """Entries of one file."""

    def __init__(self, path: Path) -> None:
        self.entries: list[ListedEntry] = []
        self._path = path
        self._way: list[str] = []
        self._text: list[str] = []
        self._chars = 0
        self._fields: dict[str, list[str]] = {}
        self._alias: dict[str, str] = {}
        self._names: list[str] = []
        self._weak: list[str] = []

    def parse(self) -> None:
        """Read all of it."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._said
        try:
            with self._path.open("rb") as opened:
                parser.ParseFile(opened)
        except expat.ExpatError as error:
            raise OperatorError(f"{self._path} is no readable XML ({error}): fetch the list again.") from None

    def _doctype(self, *_: object) -> None:
        raise OperatorError(f"{self._path} has a document type, which the list has not: it is refused.")

    def _start(self, name: str, _: object) -> None:
        self._way.append(name)
        if len(self._way) > DEPTH_MAX:
            raise OperatorError(f"{self._path} is nested deeper than the list is: it is refused.")
        self._text, self._chars = [], 0
        if name in KINDS:
            self._fields, self._names, self._weak = {}, [], []
        if name.endswith("_ALIAS"):
            self._alias = {}

    def _said(self, text: str) -> None:
        self._chars += len(text)
        if self._chars <= TEXT_CHARS_MAX:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._way.pop()
        text = " ".join("".join(self._text).split())
        self._text = []
        above = self._way[-1] if self._way else ""
        if above.endswith("_ALIAS") and text:
            self._alias[name] = text
        elif text:
            self._fields.setdefault(f"{above}/{name}", []).append(text)
        if name.endswith("_ALIAS") and (alias := self._alias.get("ALIAS_NAME")):
            (self._weak if self._alias.get("QUALITY", "").lower() == "low" else self._names).extend(_several(alias))
        if name in KINDS:
            self._take(name)

    def _all(self, *places: str) -> list[str]:
        return [text for place in places for text in self._fields.get(place, ())]

    def _take(self, name: str) -> None:
        number = "".join(self._all(f"{name}/DATAID")[:1])
        main = " ".join(self._all(*(f"{name}/{part}" for part in PARTS)))
        if not number or not main:
            return
        where = [
            code
            for said in self._all("NATIONALITY/VALUE", "INDIVIDUAL_ADDRESS/COUNTRY", "ENTITY_ADDRESS/COUNTRY")
            for code in country(said)
        ]
        born = [
            year
            for said in self._all(
                "INDIVIDUAL_DATE_OF_BIRTH/DATE", "INDIVIDUAL_DATE_OF_BIRTH/YEAR", "INDIVIDUAL_DATE_OF_BIRTH/FROM_YEAR"
            )
            for year in years(said)
        ]
        names = (main, *self._all(f"{name}/NAME_ORIGINAL_SCRIPT"), *self._names)
        streets = tuple(self._all("INDIVIDUAL_ADDRESS/STREET", "ENTITY_ADDRESS/STREET"))
        self.entries.append(
            ListedEntry(
                entry_id=f"UN-{number}",
                source=SOURCE,
                kind=KINDS[name],
                names=tuple(dict.fromkeys(names)),
                weak=tuple(dict.fromkeys(self._weak)),
                countries=tuple(dict.fromkeys(where)),
                born=tuple(dict.fromkeys(born)),
                addresses=streets,
            )
        )


def _several(alias: str) -> list[str]:
    """Aliases that stand in one cell."""
    return [part for each in alias.split(";") if (part := each.strip())]

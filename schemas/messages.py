"""What findings say: every message by its id, in English, with typed parameters.

`messages.csv` beside this module has a row for each message: its id, what was found, and what to do about it (empty
where nothing has to be done). A parameter stands in braces with its kind after a colon, `{limit_usd:money}`; without a
kind it is shown as it is. A finding carries id and parameters beside the English text, so that other languages and
programs need not read prose. An id never changes its meaning and is never used again.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from string import Formatter
from typing import Final, Literal, TypeGuard, get_args

ParameterKind = Literal[
    "text",
    "quote",
    "plain",
    "number",
    "money",
    "day",
    "time",
    "agency",
    "assessment",
    "category",
    "disguise",
    "kind",
    "port",
    "purpose",
    "target",
    "unit",
    "value",
]
"""What a parameter holds: text as it is shown, often in quotes; text to be put in quotes; a number that is never
divided; a number; an amount without its currency; a day; an RFC 3339 time; and below those, one or more words of this
system, separated by a comma and a blank."""

FILE: Final = Path(__file__).parent / "messages.csv"
CENT_PLACES: Final = 2
"""Places of an amount that are always shown."""

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "kind": {
        "TEXT": "text",
        "TEXT_OR_NULL": "text or null",
        "TEXT_AT_MOST": "text of at most {limit:number} characters",
        "TEXT_AT_LEAST": "text of at least {limit:number} characters",
        "INTEGER": "a whole number",
        "INTEGER_OR_NULL": "a whole number or null",
        "INTEGER_AT_MOST": "a whole number of at most {limit:number}",
        "INTEGER_AT_LEAST": "a whole number of at least {limit:number}",
        "LIST": "a list",
        "LIST_OR_NULL": "a list or null",
        "LIST_AT_MOST": "a list of at most {limit:number}",
        "OBJECT": "an object",
        "OBJECT_OR_NULL": "an object or null",
        "BOOLEAN": "true or false",
    },
    "value": {
        "NULL": "null",
        "BOOLEAN": "true or false",
        "TEXT": "text of {length:number} characters",
        "NUMBER": "a number",
        "LIST": "a list of {length:number}",
        "OBJECT": "an object",
    },
    "port": {"departure_port": "departure port", "arrival_port": "arrival port"},
    "target": {
        "CARRIER": "carrier",
        "CONVEYANCE": "flight or ship",
        "MASTER_BILL": "master bill",
        "SENDER": "sender",
        "SELLER": "seller",
        "ORIGIN": "origin",
        "HS": "commodity code",
    },
}
"""English for the words of a kind whose codes a reader would stumble over. They may have parameters of their own."""


def grouped(number: str) -> str:
    """A number with its thousands divided; what is no number stays as it is.

    >>> grouped("5000"), grouped("-12"), grouped("393.5")
    ('5,000', '-12', '393.5')
    """
    whole, point, places = number.partition(".")
    if len(whole) <= len("999") or not whole.removeprefix("-").isdecimal():
        return number
    return f"{int(whole):,}{point}{places}"


def money(amount: str) -> str:
    """An amount with its thousands divided and two places, or more where it has them.

    >>> money("393.500000"), money("1000.000714"), money("200000"), money("64.9")
    ('393.50', '1,000.000714', '200,000.00', '64.90')
    """
    whole, _, places = amount.partition(".")
    return f"{grouped(whole)}.{places.rstrip('0').ljust(CENT_PLACES, '0')}"


def quote(text: str) -> str:
    """A text in double quotes."""
    return f'"{text}"'


Format = Callable[[str], str]
FORMATS: Final[Mapping[ParameterKind, Format]] = {
    "number": grouped,
    "money": money,
    "quote": quote,
    "unit": str.lower,
}
"""How a kind is written in English; others as they are, or by `WORDS`."""


def _is_kind(word: str) -> TypeGuard[ParameterKind]:
    return word in get_args(ParameterKind)


def holes_of(text: str) -> dict[str, ParameterKind]:
    """The parameters of a text with their kinds, in their order.

    Raises ValueError for a kind that nobody knows.

    >>> holes_of("version {version:plain} is {found}")
    {'version': 'plain', 'found': 'text'}
    """
    holes: dict[str, ParameterKind] = {}
    for _, name, spec, _ in Formatter().parse(text):
        if name is not None:
            kind = spec or "text"
            if not _is_kind(kind):
                raise ValueError(f"parameter {name!r} of {text!r} is of kind {kind!r}; use one of ParameterKind")
            holes[name] = kind
    return holes


@lru_cache(maxsize=256)
def template(text: str) -> tuple[str, tuple[str, ...]]:
    """A text with its parameters as places to be filled in turn, and their names.

    >>> template("{found:number} {unit:unit} of {category:category}")
    ('{} {} of {}', ('found', 'unit', 'category'))
    """
    pieces = [(literal, name) for literal, name, _, _ in Formatter().parse(text)]
    return "".join(
        literal.replace("{", "{{").replace("}", "}}") + ("" if name is None else "{}") for literal, name in pieces
    ), tuple(name for _, name in pieces if name is not None)


@dataclass(frozen=True)
class Message:
    """A message: what was found, and what to do; `remedy` is empty where nothing has to be done."""

    finding: str
    remedy: str

    @cached_property
    def text(self) -> str:
        """Both parts as one line."""
        return f"{self.finding}; {self.remedy}" if self.remedy else self.finding

    @cached_property
    def holes(self) -> Mapping[str, ParameterKind]:
        """The parameters by name, without those of the words that fill them."""
        return holes_of(self.text)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of all values that the text may show: its own and those of the words that may fill it."""
        of_words = [
            name for kind in self.holes.values() for word in WORDS.get(kind, {}).values() for name in holes_of(word)
        ]
        return tuple(dict.fromkeys((*self.holes, *of_words)))

    @cached_property
    def _template(self) -> tuple[str, tuple[tuple[str, ParameterKind, Format | None], ...]]:
        text, names = template(self.text)
        return text, tuple(
            (name, self.holes[name], None if self.holes[name] in WORDS else FORMATS.get(self.holes[name], str))
            for name in names
        )

    def render(self, parameters: Mapping[str, str]) -> str:
        """The English text with its parameters.

        Raises KeyError when one is missing.
        """
        text, holes = self._template
        return text.format(
            *[
                _in_words(kind, parameters[name], parameters) if write is None else write(parameters[name])
                for name, kind, write in holes
            ]
        )


def _in_words(kind: ParameterKind, word: str, parameters: Mapping[str, str]) -> str:
    text, names = template(WORDS[kind].get(word, word))
    return text.format(*[grouped(parameters[name]) for name in names])


def _read() -> dict[str, Message]:
    rows = csv.DictReader(FILE.read_text(encoding="utf-8").splitlines())
    return {row["id"]: Message(row["finding"], row["remedy"]) for row in rows}


MESSAGES: Final[Mapping[str, Message]] = _read()


def english(message_id: str, parameters: Mapping[str, str]) -> str:
    """A message in English.

    Raises KeyError for an unknown id, and for a parameter that is missing.

    >>> english("PRICE_ABOVE_LIST_LIMIT", {"goods_price_usd": "393.500000", "limit_usd": "150.00"})
    'the goods price of USD 393.50 is above the list clearance limit of USD 150.00; the parcel must be declared'
    """
    return MESSAGES[message_id].render(parameters)


def shown(message_id: str, values: Mapping[str, str]) -> dict[str, str]:
    """Of some values those that a message shows: what its reader learns anyway."""
    return {name: values[name] for name in MESSAGES[message_id].parameters if name in values}

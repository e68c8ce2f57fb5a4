"""What a finding says, in Korean: its English message is one of the templates in `messages.csv`, with the holes filled.

Messages quote what carriers wrote, so every hole is bounded and nothing in a pattern repeats a repetition: a message
that is made to stall this costs no more than another.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from streams.i18n.tables import Lang, read
from streams.i18n.vocabulary import words_of

Said = Mapping[str, Any]
"""A finding with the names of its schema; those on receipts have no `rule`."""

MESSAGE_CHARS_MAX: Final = 2_000
"""A longer message is none of ours."""

_QUOTED: Final = r'"[\s\S]{0,118}"'
_NUMBER: Final = r"-?[0-9][0-9.]{0,30}"
_TIME: Final = r"[0-9T:.+Z-]{10,40}"
_CODE: Final = r"[A-Z0-9_]{1,60}"

PATTERNS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("found", "topic"), _QUOTED),
    **dict.fromkeys(
        ("number", "most", "digit", "digits", "usd", "limit", "price", "product", "amount", "days", "latest", "next"),
        _NUMBER,
    ),
    **dict.fromkeys(("time", "due"), _TIME),
    "day": r"[0-9-]{10}",
    "currency": r"[A-Z]{3}",
    "heading": r"[\s\S]{0,10}",
    "edition": r"[^\n]{1,60}",
    "entry": r"[^\n]{1,60}",
    "list": r"[^\n;]{1,60}",
    "port": "departure_port|arrival_port",
    "brand": r"[^\n]{1,200}",
    "names": r'"[\s\S]{0,400}"',
    "manifest": r"""['"][\s\S]{0,700}['"]""",
}
"""What a hole may hold that stays as it is."""
CODES: Final[Mapping[str, tuple[str, str]]] = {
    "assessment": ("assessment", _CODE),
    "category": ("category", _CODE),
    "unit": ("unit", _CODE),
    "agency": ("agency", _CODE),
    "purpose": ("purpose", _CODE),
    "disguises": ("disguise", r"[a-z, -]{1,300}"),
}
"""Holes that hold words of ours: the kind of word, and the form of one that is not in `words.csv`."""
PHRASES: Final = ("value", "kind")
"""Holes that hold one of the phrases of their kind, which have holes of their own."""

_HOLE: Final = re.compile(r"\{([a-z_]+)\}")
_FILLED: Final = re.compile(r"\{([a-z_]+)\}(이\(가\)|은\(는\)|을\(를\)|\(으\)로)?")

HANGUL_FIRST: Final = ord("가")
FINALS: Final = 28
"""Hangul syllables of one beginning, by their final consonant; the first has none."""
RIEUL: Final = 8
"""ㄹ, which takes 로 as a vowel does."""
PARTICLES: Final[Mapping[str, tuple[str, str]]] = {
    "이(가)": ("이", "가"),
    "은(는)": ("은", "는"),
    "을(를)": ("을", "를"),
    "(으)로": ("으로", "로"),
}
"""Particles after a consonant and after a vowel."""
_FINALS: Final[Mapping[str, int]] = {
    "0": 21,
    "1": RIEUL,
    "2": 0,
    "3": 16,
    "4": 0,
    "5": 0,
    "6": 1,
    "7": RIEUL,
    "8": RIEUL,
    "9": 0,
}
"""The final consonant of each digit as it is read."""


class Told(NamedTuple):
    """A message in its two parts: what was found, and what would be right or comes next.

    That is empty where nothing has to be done.
    """

    found: str
    right: str


@dataclass(frozen=True)
class Template:
    """A message in both languages."""

    codes: tuple[str, ...]
    rules: tuple[str, ...]
    en: str
    ko: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What the English message looks like."""
        return re.compile(_pattern(self.en, named=True))

    def holes(self, message: str) -> Mapping[str, str] | None:
        """What stands in the holes; None when the message is another."""
        match = self.pattern.fullmatch(message)
        return None if match is None else match.groupdict()

    def split(self, lang: Lang) -> Told:
        """The two parts of the template: they meet at a semicolon in English, and at a full stop in Korean."""
        if "; " not in self.en:
            return Told(self.ko if lang == "ko" else self.en, "")
        found, joint, right = self.ko.partition(". ") if lang == "ko" else self.en.partition("; ")
        return Told(found + joint.rstrip(" ;"), right)


def hole_names(text: str) -> list[str]:
    """The holes of a template, in their order."""
    return _HOLE.findall(text)


def _pattern(text: str, *, named: bool) -> str:
    parts = _HOLE.split(text)
    return "".join(
        re.escape(part) if index % 2 == 0 else f"(?{f'P<{part}>' if named else ':'}{_hole(part)})"
        for index, part in enumerate(parts)
    )


def _hole(hole: str) -> str:
    if hole in PHRASES:
        return "|".join(_pattern(phrase.en, named=False) for phrase in phrases(hole))
    return CODES[hole][1] if hole in CODES else PATTERNS[hole]


@cache
def phrases(kind: str) -> tuple[Template, ...]:
    """The phrases of a kind."""
    return tuple(Template((), (), english, korean) for english, korean in words_of(kind).items())


@cache
def templates() -> tuple[Template, ...]:
    """Every message that a rule or intake can give."""
    return tuple(
        Template(tuple(row["code"].split()), tuple(row["rule"].split()) or ("",), row["en"], row["ko"])
        for row in read("messages")
    )


@cache
def _by_code(code: str, rule: str | None) -> tuple[Template, ...]:
    return tuple(
        template for template in templates() if code in template.codes and (rule is None or rule in template.rules)
    )


def fitting(finding: Said) -> Iterator[tuple[Template, Mapping[str, str]]]:
    """Templates that a finding's message fits, each with what stands in its holes.

    Those of its rule, or of its code where it names none.
    """
    message = finding["message"]
    if len(message) <= MESSAGE_CHARS_MAX:
        for template in _by_code(finding["code"], finding.get("rule")):
            if (holes := template.holes(message)) is not None:
                yield template, holes


def told(finding: Said, lang: Lang) -> Told:
    """What a finding says, in two parts; a message that fits no template stays as it is."""
    for template, holes in fitting(finding):
        filled = {hole: _korean(hole, value) for hole, value in holes.items()} if lang == "ko" else holes
        found, right = template.split(lang)
        return Told(_filled(found, filled), _filled(right, filled))
    return Told(finding["message"], "")


def message(finding: Said, lang: Lang) -> str:
    """What a finding says."""
    return finding["message"] if lang == "en" else " ".join(filter(None, told(finding, lang)))


def korean(finding: Said) -> str:
    """What a finding says in Korean; its English message when that fits no template.

    Never raises, whatever the message quotes.

    >>> korean({"code": "XF-02", "path": "/items", "message": "a goods price of 160.00 USD is above the list limit of
    150.00 USD; a declaration is right"}) '물품가격 미화 160.00달러가 목록통관 한도 미화 150.00달러를 초과합니다. 수입신고를 하여야 합니다.'
    """
    return message(finding, "ko")


def _filled(text: str, holes: Mapping[str, str]) -> str:
    """A template with its holes filled, each with the particle that follows from how its last letter or digit is read."""
    return _FILLED.sub(lambda hole: holes[hole[1]] + _particle(holes[hole[1]], hole[2] or ""), text)


def _particle(word: str, particle: str) -> str:
    """Of 이(가) and its like the one that fits; both where the word's end could be read either way.

    >>> _particle("주류", "이(가)"), _particle("3", "(으)로"), _particle("1", "(으)로"), _particle("USD", "은(는)")
    ('가', '으로', '로', '은(는)')
    """
    if not particle or not word:
        return particle
    final = (
        _FINALS.get(word[-1])
        if word[-1].isascii()
        else (ord(word[-1]) - HANGUL_FIRST) % FINALS
        if "가" <= word[-1] <= "힣"
        else None
    )
    if final is None:
        return particle
    closed, opened = PARTICLES[particle]
    return opened if not final or (particle == "(으)로" and final == RIEUL) else closed


def _korean(hole: str, value: str) -> str:
    """What stands in a hole: words of ours in Korean, the rest as it is."""
    if hole in CODES:
        words = words_of(CODES[hole][0])
        return ", ".join(words.get(word, word) for word in value.split(", "))
    if hole in PHRASES:
        for phrase in phrases(hole):
            if (holes := phrase.holes(value)) is not None:
                return _filled(phrase.ko, holes)
    return value

"""Single words of ours, explained in English and Korean, and the lines that commands print."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from streams.i18n.tables import Lang, read

TEXT: Final = "text"
"""Kind of a line that a command prints."""
RATE: Final = "rate"
"""Kind of a part of a rate of tax."""


@cache
def words_of(kind: str) -> Mapping[str, str]:
    """Korean by word of the wire, or by the English where there is none, of one kind such as `category`."""
    return {row["word"] or row["en"]: row["ko"] for row in read("words") if row["kind"] == kind}


@cache
def _english(kind: str) -> Mapping[str, str]:
    return {row["word"]: row["en"] for row in read("words") if row["kind"] == kind}


def describe(kind: str, word: str, lang: Lang) -> str:
    """What a word of the wire means; empty when nobody has said.

    >>> describe("outcome", "HOLD", "ko"), describe("event", "AMEND", "en"), describe("category", "NEW", "ko")
    ('통관보류', 'an amendment', '')
    """
    return (words_of if lang == "ko" else _english)(kind).get(word, "")


def label(kind: str, word: str, lang: Lang) -> str:
    """A word of the wire as people read it: itself in English, what it means in Korean.

    >>> label("outcome", "HOLD", "ko"), label("outcome", "HOLD", "en"), label("category", "NEW", "ko")
    ('통관보류', 'HOLD', 'NEW')
    """
    return (describe(kind, word, lang) if lang == "ko" else "") or word


def translate(lang: Lang, text: str, /, **holes: object) -> str:
    """A line that a command prints, its holes filled.

    >>> translate("en", "decided"), translate("ko", "decided")
    ('decided', '결정 일시')
    """
    return (words_of(TEXT).get(text, text) if lang == "ko" else text).format_map(holes)


def basis(law: str, lang: Lang) -> str:
    """The law behind a rule as the policy cites it.

    >>> basis("Customs Act Art. 234-2; E-commerce notice Art. 25", "ko")
    '관세법 제234조의2; 전자상거래물품의 특별통관에 관한 고시 제25조'
    """
    return words_of("basis").get(law, law) if lang == "ko" else law

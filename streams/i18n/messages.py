"""What a finding says, in Korean: `messages.csv` has each message of schemas/messages.py by its id.

A finding carries the id and the parameters of its message, so nothing is read out of English text. Parameters are
shown as a Korean reader expects them: thousands divided, two places of money, days and times in Korea's own, words of
this system by `words.csv`, and after each the particle that follows from how it is read.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from functools import cache
from typing import Any, Final, NamedTuple

from schemas.messages import MESSAGES, Message, ParameterKind, grouped, money, quote
from streams.i18n.tables import Lang, read
from streams.i18n.vocabulary import words_of

Finding = Mapping[str, Any]
"""A finding with the names of its schema; those of receipts have `parameters`, the others `evidence`."""

KOREA: Final = timezone(timedelta(hours=9))

_HOLE: Final = re.compile(r"\{([a-z_]+)\}(이\(가\)|은\(는\)|을\(를\)|\(으\)로)?")

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
    "3": 16,
    "6": 1,
    "7": RIEUL,
    "8": RIEUL,
    "l": RIEUL,
    "m": 16,
    "n": 4,
    "r": RIEUL,
}
"""The final consonant of digits and Latin letters as they are read; the others end in a vowel."""


class MessageParts(NamedTuple):
    """A message in its two parts: what was found, and what to do. `remedy` is empty where nothing has to be done."""

    finding: str
    remedy: str


def korean_day(day: str) -> str:
    """A day as Korean offices write it; what is no day stays as it is.

    >>> korean_day("2026-11-23"), korean_day("never")
    ('2026. 11. 23.', 'never')
    """
    try:
        read_day = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{read_day.year}. {read_day.month}. {read_day.day}."


def korean_time(time: str) -> str:
    """A time in Korea as Korean offices write it; what is no time stays as it is.

    >>> korean_time("2026-11-23T05:10:00+00:00"), korean_time("2026-11-23T12:40:00.5+08:00"), korean_time("never")
    ('2026. 11. 23. 14:10:00', '2026. 11. 23. 13:40:00', 'never')
    """
    try:
        moment = datetime.fromisoformat(time)
        local = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(KOREA)
    except (ValueError, OverflowError):
        return time
    return f"{local.year}. {local.month}. {local.day}. {local:%H:%M:%S}"


FORMATS: Final[Mapping[ParameterKind, Callable[[str], str]]] = {
    "text": str,
    "plain": str,
    "number": grouped,
    "money": money,
    "quote": quote,
    "day": korean_day,
    "time": korean_time,
}
"""How a kind is written that holds no words of this system: those are in `words.csv`."""


@cache
def korean_messages() -> Mapping[str, Message]:
    """The Korean of each message by its id. Parameters have no kinds here: those of the English hold."""
    return {row["id"]: Message(row["finding"], row["remedy"]) for row in read("messages")}


def message_parts(finding: Finding, lang: Lang) -> MessageParts:
    """What a finding says, in two parts.

    A record of before messages had ids has its English text alone, and so has a message that this version does not
    know.
    """
    message_id = finding.get("message_id", "")
    parameters = finding.get("parameters") or finding.get("evidence") or {}
    texts = korean_messages() if lang == "ko" else MESSAGES
    if message_id not in texts or not MESSAGES[message_id].holes.keys() <= parameters.keys():
        return MessageParts(finding["message"], "")
    text = texts[message_id]
    if lang == "en":
        # The record is shown in the words it was written with, which may be those of an earlier version.
        finding_text = Message(text.finding, "").render(parameters)
        remedy = finding["message"].removeprefix(f"{finding_text}; ")
        return MessageParts(finding_text, remedy) if remedy != finding["message"] else MessageParts(remedy, "")
    kinds = MESSAGES[message_id].holes
    return MessageParts(_filled(text.finding, parameters, kinds), _filled(text.remedy, parameters, kinds))


def message(finding: Finding, lang: Lang) -> str:
    """What a finding says, in one line.

    >>> message({"message_id": "PRICE_ABOVE_LIST_LIMIT", "message": "...",
    ...     "evidence": {"goods_price_usd": "393.500000", "limit_usd": "150.00"}}, "ko")
    '물품가격 미화 393.50달러가 목록통관 한도 미화 150.00달러를 초과합니다. 수입신고를 해야 합니다.'
    """
    return finding["message"] if lang == "en" else " ".join(filter(None, message_parts(finding, lang)))


def _filled(text: str, parameters: Mapping[str, str], kinds: Mapping[str, ParameterKind]) -> str:
    """A text with its parameters, each with the particle that fits."""

    def fill(hole: re.Match[str]) -> str:
        name = hole[1]
        shown = _in_korean(kinds.get(name, "number"), parameters.get(name, ""), parameters)
        return shown + _particle(shown, hole[2] or "")

    return _HOLE.sub(fill, text)


def _in_korean(kind: ParameterKind, value: str, parameters: Mapping[str, str]) -> str:
    """A parameter as it is shown. Words may have parameters of their own, which are numbers."""
    if kind in FORMATS:
        return FORMATS[kind](value)
    words = words_of(kind)
    return ", ".join(_filled(words[word], parameters, {}) if word in words else word for word in value.split(", "))


def _particle(word: str, particle: str) -> str:
    """Of 이(가) and its like the one that fits.

    >>> _particle("주류", "이(가)"), _particle("3", "(으)로"), _particle("1", "(으)로"), _particle("SEOUL", "은(는)")
    ('가', '으로', '로', '은')
    """
    if not particle or not word:
        return ""
    last = word[-1].lower()
    final = (ord(last) - HANGUL_FIRST) % FINALS if "가" <= last <= "힣" else _FINALS.get(last, 0)
    closed, opened = PARTICLES[particle]
    return opened if not final or (particle == "(으)로" and final == RIEUL) else closed

"""Where something is: the JSON pointers of findings, and the positions in records that nobody can read."""

import re
from typing import Final

from streams.i18n.tables import Lang
from streams.i18n.vocabulary import translate, words_of

_NUMBERED: Final = {"parcels": "{number}번째 화물", "items": "{number}번 품목", "containers": "{number}번째 컨테이너"}
"""Members of lists, counted from one."""
_POSITIONS: Final = (
    (re.compile(r"line (\d+) column (\d+)"), r"\1행 \2열"),
    (re.compile(r"byte (\d+)"), r"\1바이트 위치"),
)
_IN_FILES: Final = (
    (re.compile(r"^standard input(?=, |$)"), "표준 입력"),
    (re.compile(r", line (\d+)$"), r", \1행"),
    (re.compile(r", manifest (\d+)$"), r", \1번째 적재화물목록"),
)


def place(path: str, lang: Lang) -> str:
    """A place in what a carrier sent: the JSON pointer in English, its fields by name in Korean.

    >>> place("/parcels/0/items/1/hs_code", "ko"), place("/parcels/0", "en"), place("", "ko")
    ('1번째 화물, 2번 품목, 품목번호', '/parcels/0', '화물 전체')
    """
    if not path:
        return translate(lang, "the whole parcel")
    if lang == "en":
        return path
    fields = words_of("field")
    shown: list[str] = []
    steps = path.removeprefix("/").split("/")
    for index, step in enumerate(steps):
        before = steps[index - 1] if index else ""
        if step.isdecimal() and before in _NUMBERED:
            shown[-1] = _NUMBERED[before].format(number=int(step) + 1)
        else:
            shown.append(fields.get(step, step))
    return ", ".join(shown)


def position(path: str, lang: Lang) -> str:
    """Where a record could not be read: a place in it, or a line or byte of its text.

    >>> position("line 1 column 6", "ko"), position("/parcels", "ko"), position("byte 0", "en")
    ('1행 6열', '화물', 'byte 0')
    """
    if lang == "ko":
        for pattern, korean in _POSITIONS:
            if match := pattern.fullmatch(path):
                return match.expand(korean)
    return place(path, lang)


def file_place(text: str, lang: Lang) -> str:
    """A file and the place in it where a manifest was read.

    >>> file_place("standard input, line 3", "ko"), file_place("day.json, manifest 2", "ko"), file_place("a", "en")
    ('표준 입력, 3행', 'day.json, 2번째 적재화물목록', 'a')
    """
    for pattern, korean in _IN_FILES if lang == "ko" else ():
        text = pattern.sub(korean, text)
    return text

"""Text that only fills a field.

What the Canadian PACT guide, section 6.1, refuses in names, addresses and descriptions.
"""

import re
from collections.abc import Callable
from typing import Final

from agents.values.text import fold

IDENTICAL_MIN: Final = 3
"""From so many characters on, text of one repeated character says nothing; shorter may be a name."""

EXTENSIONS: Final = frozenset(
    {"csv", "doc", "docx", "gif", "jpeg", "jpg", "pdf", "png", "txt", "xls", "xlsx", "xml", "zip"}
)

_EXTENSION: Final = re.compile(r"\.[a-z0-9]{1,5}")
_FILLERS: Final = dict.fromkeys(map(ord, "\u115f\u1160\u3164\uffa0"))
"""Hangul fillers: letters to Unicode, and yet invisible."""

HAS_LETTERS: Final = re.compile(r"([가-힣一-鿿ぁ-ヺ])(?!\1)[가-힣一-鿿ぁ-ヺ]|([A-Za-z])(?!(?i:\2))[A-Za-z].{4}")
"""Two different letters side by side, for Latin ones with enough behind them to be no file extension: never a
placeholder.
"""


def is_placeholder(text: str, folding: Callable[[str], str] = fold) -> bool:
    """Whether a text has no letter, is one character three or more times, or a mere file extension; empty text is none.

    `folding` is `folded` where the text may be remembered.

    >>> [is_placeholder(text) for text in ("김민", "이이", "Li", "88 Wensan Rd", "")]
    [False, False, False, False, False]
    >>> [is_placeholder(text) for text in ("...", "12-34", "xxx", "ㅋㅋㅋ", ".pdf", "jpg", "   ")]
    [True, True, True, True, True, True, True]
    """
    return HAS_LETTERS.search(text) is None and text != "" and _says_nothing(folding(text))


def _says_nothing(folded: str) -> bool:
    plain = folded.translate(_FILLERS)
    if not any(map(str.isalpha, plain)):
        return True
    body = plain.replace(" ", "")
    return (
        (len(body) >= IDENTICAL_MIN and len(set(body)) == 1)
        or plain in EXTENSIONS
        or _EXTENSION.fullmatch(plain) is not None
    )

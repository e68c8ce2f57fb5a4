"""The words that name the goods of a description: pieces of the same name are compared by price."""

import re
from typing import Final

from agents.goods.headings import stem
from agents.values.text import fold

NAME_CHARS: Final = 80
"""Of a description so much is read for its name."""
NAME_WORDS: Final = 2
"""So many of its last words: "graphics card" and "card holder" are different goods."""

_END: Final = re.compile("[,;:/|()\\[\\]{}，、；：（）【】。]| (?:for|with|from|in|by) ")
"""What comes behind says more of the goods, not what they are."""
_WORD: Final = re.compile("(?<!\\w)[^\\W\\d_]{2,}(?!\\w)")
"""Words with digits are sizes and models."""


def name_of(description: str) -> str:
    """The name of the goods, which stands last in English, Korean and Chinese; empty where there is no word.

    >>> (name_of("Graphics cards, 12 GB"), name_of("2026 NEW mini tablet computer 11in for kids"),
    ... name_of("에어프라이어 5리터"), name_of("500 ml"))
    ('graphics card', 'tablet computer', '에어프라이어', 'ml')
    """
    for part in _END.split(fold(description[:NAME_CHARS])):
        if words := _WORD.findall(part):
            return " ".join([*words[-NAME_WORDS:-1], stem(words[-1])])
    return ""

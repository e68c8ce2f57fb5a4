"""Text as people write it, folded so that the same words compare equal."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

MARKS_MAX: Final = 4
"""Combining marks on one letter; no script needs more, and putting long runs of them in order takes the square of
their number.
"""


def _is_invisible(char: str) -> bool:
    return not char.isspace() and (unicodedata.category(char) in {"Cf", "Cc"} or "\ufe00" <= char <= "\ufe0f")


def _stack(marks: str) -> re.Pattern[str]:
    """More combining marks on one letter than there may be."""
    return re.compile(f"([{marks}]{{{MARKS_MAX}}})[{marks}]+")


# Classes with characters above the first plane are searched one by one, so texts without them, nearly all, have classes
# of their own.
_FIRST_PLANE: Final = tuple(map(chr, range(0x10000)))
_ABOVE: Final = tuple(map(chr, (*range(0x10000, 0x20000), *range(0xE0000, 0xE0200))))
_MARKS: Final = "".join(filter(unicodedata.combining, _FIRST_PLANE))
_UNSEEN: Final = "".join(filter(_is_invisible, _FIRST_PLANE))
"""Format and control characters, variation selectors."""
_STACK: Final = _stack(_MARKS)
_STACK_WIDE: Final = _stack(_MARKS + "".join(filter(unicodedata.combining, _ABOVE)))
_INVISIBLE: Final = re.compile(f"[{re.escape(_UNSEEN)}]+")
_INVISIBLE_WIDE: Final = dict.fromkeys(map(ord, (*_UNSEEN, *filter(_is_invisible, _ABOVE))))
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_PLAIN: Final = re.compile("[ -~가-힣一-鿿ぁ-んァ-ヶー]*")
"""Printable ASCII, Hangul syllables, Han and kana: their compatibility form is what they are."""


def is_plain(text: str) -> bool:
    """Whether a text is all printable ASCII, Hangul syllables, Han and kana, and so is quickly read."""
    return _PLAIN.fullmatch(text) is not None


def fold(text: str) -> str:
    """Compatibility form, lower case, invisible characters gone, runs of white space one space.

    >>> fold("  Ｖape\u200b  Liquid ")
    'vape liquid'
    """
    if _PLAIN.fullmatch(text):
        return " ".join(text.lower().split())
    if max(text) > "\uffff":
        few = _STACK_WIDE.sub(r"\1", text) if any(map(unicodedata.combining, text)) else text
        plain = unicodedata.normalize("NFKC", few).translate(_INVISIBLE_WIDE)
    else:
        plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", _STACK.sub(r"\1", text)))
    return " ".join(unicodedata.normalize("NFKC", plain.casefold()).split())


def has_control_character(text: str) -> bool:
    """Whether a text holds a control character: NUL, line feed, escape and their like."""
    return not text.isprintable() and _CONTROL.search(text) is not None


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """`fold`, remembered: descriptions repeat."""
    return fold(text)

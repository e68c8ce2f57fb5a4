"""Text as people write it, folded so that the same words compare equal."""

import unicodedata
from functools import lru_cache


def _dropped(char: str) -> bool:
    """Whether a character is invisible: format and control characters, variation selectors."""
    return unicodedata.category(char) in ("Cf", "Cc") or "\ufe00" <= char <= "\ufe0f"


def fold(text: str) -> str:
    """Compatibility form, lower case, invisible characters gone, runs of white space one space.

    >>> fold("  Ｖape\u200b  Liquid ")
    'vape liquid'
    """
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKC", text)
    visible = "".join(" " if char.isspace() else char for char in plain if char.isspace() or not _dropped(char))
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())


def has_control_character(text: str) -> bool:
    """Whether a text holds a control character: NUL, line feed, escape and their like."""
    return not text.isprintable() and any(unicodedata.category(char) == "Cc" for char in text)


@lru_cache(maxsize=65_536)
def folded(text: str) -> str:
    """`fold`, remembered: descriptions repeat."""
    return fold(text)

"""What a text says of itself: asked by rules, and before them by traits, so that both mean the same."""

import re
from collections.abc import Set as AbstractSet
from datetime import date
from functools import lru_cache
from typing import Final

from agents.identifiers import resident_number
from agents.rules.placeholder import is_placeholder
from agents.values.clock import parse_rfc3339
from agents.values.text import folded
from schemas import limits

ADDRESS_CHARS_MIN: Final = 5
"""A shorter address names no house."""
VAGUE_CHARS_MAX: Final = 100
"""A longer description says something."""
EDGES: Final = " .,;:!?-_*#/\"'()[]"
"""Signs around a description that add nothing to it."""
CONSOLIDATED: Final = frozenset(
    {
        "consol",
        "consolidated",
        "consolidation",
        "consolidated cargo",
        "consolidated shipment",
        "consol cargo",
        "as per attached list",
        "혼재화물",
        "혼재",
    }
)
"""Words that say that there are goods, and not which."""
_CONSOLIDATED_CHARS_MAX: Final = 2 * max(map(len, CONSOLIDATED))
_UNSPACED_CHARS_MIN: Final = 5
_TWO_WORDS: Final = re.compile(r"\w[^\w]+\w")
"""An address names a place with two words at least."""
_DIGIT: Final = re.compile(r"\d")
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=65_536)
def repeated_placeholder(text: str) -> bool:
    """Whether a sender's text or a description only fills its field.

    Those repeat; receivers are never kept in a memory.
    """
    return is_placeholder(text, folded)


@lru_cache(maxsize=65_536)
def holds_resident_number(text: str) -> bool:
    """Whether a resident number stands in a text about goods."""
    return len(_DIGIT.findall(text)) >= resident_number.DIGITS and resident_number.contains(folded(text))


def has_digit(text: str) -> bool:
    """Whether a text has a digit; most addresses have a 1 or a 2, and that is found without a regular expression."""
    return "1" in text or "2" in text or _DIGIT.search(text) is not None


def is_visible(text: str) -> bool:
    """Whether a text is 1 to 64 characters that can be seen."""
    return (
        text.isascii()
        and (text.isalnum() or (text.isprintable() and " " not in text))
        and 0 < len(text) <= limits.ID_CHARS_MAX
    )


@lru_cache(maxsize=4096)
def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar, written YYYY-MM-DD."""
    if _ISO_DAY.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_vague(description: str, vague: AbstractSet[str]) -> bool:
    """Whether a description is nothing but a vague word; `vague` are those, folded."""
    if len(description) > VAGUE_CHARS_MAX:
        return False
    plain = folded(description)
    return plain in vague or plain.strip(EDGES) in vague


def is_consolidated(description: str) -> bool:
    """Whether a description names a consolidation and no goods."""
    return len(description) <= _CONSOLIDATED_CHARS_MAX and folded(description) in CONSOLIDATED


@lru_cache(maxsize=4096)
def names_a_place(address: str) -> bool:
    """Whether an address is more than one word; Chinese and Japanese ones have no spaces."""
    return _TWO_WORDS.search(address) is not None or (not address.isascii() and len(address) >= _UNSPACED_CHARS_MIN)


@lru_cache(maxsize=4096)
def is_before(lodged_at: str, departs_at: str) -> bool:
    """Whether a list was lodged before departure; where that is not said, it counts as loaded."""
    lodged, departs = parse_rfc3339(lodged_at), parse_rfc3339(departs_at)
    return lodged is not None and departs is not None and lodged < departs

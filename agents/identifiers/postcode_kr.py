"""Postcode of Korea: five digits since 2015-08-01, the first two from 01 (Seoul) to 63 (Jeju).

Given out by Korea Post. Source: Korea Post's areas, from memory.

>>> is_valid("06236"), is_valid("63644"), is_valid("135-080"), is_valid("00000"), is_valid("64000")
(True, True, False, False, False)
"""

from typing import Final

CHARS: Final = 5


def is_valid(text: str) -> bool:
    """Whether a text is written as a Korean postcode."""
    return len(text) == CHARS and text.isascii() and text.isdigit() and "01" <= text[:2] <= "63"

"""Personal clearance code (PCCC): P and twelve digits.

Issued by the Korea Customs Service to an importing person. Its last character is a check character whose algorithm is
not public, so only the form is checked. Source: clearance code notice, KCS 2025-32.

>>> is_valid("P123456789012"), is_valid("P12345678901"), is_valid("p123456789012"), is_valid("P12345678901\u0662")
(True, False, False, False)
"""

from typing import Final

CHARS: Final = 13


def is_valid(text: str) -> bool:
    """Whether a text is written as a personal clearance code."""
    return len(text) == CHARS and text[0] == "P" and text.isascii() and text[1:].isdigit()

"""Serial shipping container code (SSCC).

Seventeen digits and a check digit, modulus 10 with the weights 3 and 1 from the right.

Given to a package by whoever packs it, under a company prefix of GS1. On a label the digits 00 stand before it: they
are no part of it. Source: GS1 General Specifications, check digit; the same sum as in python-stdnum `ean`.

>>> (is_valid("106141412345678908"), is_valid("106141412345678907"), is_valid("00106141412345678908"),
... is_valid("10614141234567890\u0668"))
(True, False, False, False)
"""

from typing import Final

CHARS: Final = 18


def is_valid(text: str) -> bool:
    """Whether a text is a shipping container code with the right check digit."""
    return len(text) == CHARS and text.isascii() and text.isdigit() and _weighted_sum(text) % 10 == 0


def _weighted_sum(digits: str) -> int:
    """Of all eighteen: the check digit makes it a multiple of ten."""
    return 3 * sum(map(int, digits[::2])) + sum(map(int, digits[1::2]))

"""Freight container number, ISO 6346: three letters of the owner, U, J or Z, six digits and a check digit.

Issued by owners under a prefix of the Bureau International des Containers. Source: ISO 6346 as in python-stdnum
`iso6346`.

>>> is_valid("CSQU3054383"), is_valid("CSQU3054384"), is_valid("CSQA3054383"), is_valid("csqu3054383")
(True, False, False, False)
"""

from typing import Final

CHARS: Final = 11
KINDS: Final = "UJZ"
LETTERS: Final = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", (n for n in range(10, 39) if n % 11), strict=True))
"""A letter's value; multiples of 11 are left out."""


def is_valid(text: str) -> bool:
    """Whether a text is a container number with the right check digit."""
    return _has_form(text) and int(text[10]) == _check_digit(text)


def _has_form(text: str) -> bool:
    return (
        len(text) == CHARS
        and text.isascii()
        and text[:4].isalpha()
        and text[:4].isupper()
        and text[3] in KINDS
        and text[4:].isdigit()
    )


def _check_digit(text: str) -> int:
    values = [LETTERS[char] for char in text[:4]] + [int(digit) for digit in text[4:10]]
    return sum(value << place for place, value in enumerate(values)) % 11 % 10

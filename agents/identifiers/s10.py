"""Postal item number, UPU standard S10.

Two letters of the service, eight digits, a check digit, two letters of the country.

Issued by postal operators; service letters beginning with J, K, S, T or W are reserved. Source: UPU S10 and its public
implementations.

>>> is_valid("RR473124829GB"), is_valid("EE471108151FR"), is_valid("EB000717595HK"), is_valid("EB000717594HK")
(True, True, True, False)
>>> is_valid("RR100000140KR"), is_valid("RR100000025KR"), is_valid("SR473124829GB")
(True, True, False)
"""

from typing import Final

CHARS: Final = 13
RESERVED: Final = "JKSTW"
WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)


def is_valid(text: str) -> bool:
    """Whether a text is a postal item number that an operator may issue, with the right check digit."""
    return _has_form(text) and text[0] not in RESERVED and int(text[10]) == _check_digit(text[2:10])


def country(text: str) -> str:
    """The two letters of the country whose post issued a number."""
    return text[11:]


def _has_form(text: str) -> bool:
    letters = text[:2] + text[11:]
    return len(text) == CHARS and text.isascii() and letters.isalpha() and letters.isupper() and text[2:11].isdigit()


def _check_digit(serial: str) -> int:
    rest = 11 - sum(weight * int(digit) for weight, digit in zip(WEIGHTS, serial, strict=True)) % 11
    return {10: 0, 11: 5}.get(rest, rest)

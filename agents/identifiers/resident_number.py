"""Resident registration number (RRN) of Korea.

Birth date as YYMMDD, an optional dash, a digit 1 to 8 and six more digits.

Issued by the state to residents and foreigners. It must never be sent here, so it is detected, not checked: numbers
given since October 2020 have no check digit. Source: the form in python-stdnum `kr.rrn`; that newer numbers have none:
from memory.

>>> is_valid("900101-1234567"), is_valid("9001011234567"), is_valid("901301-1234567"), is_valid("900101-9234567")
(True, True, False, False)

Anywhere in a text, but not within a longer number, and not when thirteen digits without a dash are a correct barcode:

>>> (contains("ID: 900101-1234567."), contains("no 9001011234567"), contains("order 19001011234567"),
... contains("EAN 6901234567892"))
(True, True, False, False)
"""

import re
from typing import Final

DIGITS: Final = 13
DASHED_CHARS: Final = 14

_BIRTH: Final = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_FORM: Final = re.compile(r"[0-9]{6}-?[1-8][0-9]{6}")
_NUMBER: Final = re.compile(rf"(?<![0-9]){_BIRTH}(?P<dash>-?)[1-8][0-9]{{6}}(?![0-9])")
_DASHED: Final = re.compile(rf"-(?<=(?<![0-9]){_BIRTH}-)[1-8][0-9]{{6}}(?![0-9])")
"""Begins with its dash, so that a text without one is done with at once."""


def has_form(text: str) -> bool:
    """Whether a text is written as a resident number, whatever its day.

    For the field of a code, where no other long number belongs.

    >>> has_form("901301-1234567"), has_form("901301-9234567"), has_form("no 901301-1234567")
    (True, False, False)
    """
    return _FORM.fullmatch(text) is not None


def is_valid(text: str) -> bool:
    """Whether a text is written as a resident number, with a day that can be a birthday."""
    return _NUMBER.fullmatch(text) is not None


def contains(text: str) -> bool:
    """Whether a resident number stands in prose, with or without its dash."""
    return any(match["dash"] or not _is_barcode(match[0]) for match in _NUMBER.finditer(text))


def contains_dashed(text: str) -> bool:
    """Whether a resident number stands in a text with its dash; for fields where bare long numbers are the rule."""
    return _DASHED.search(text) is not None


def _is_barcode(digits: str) -> bool:
    """Whether thirteen digits are a correct EAN-13: China's and Korea's often begin like a birth date."""
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return (odd + 3 * even) % 10 == 0

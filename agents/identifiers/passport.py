"""Passport number as most states write it.

One or two letters and seven or eight digits, or Korea's letter among the digits.

Issued by states to travellers. It must never stand in for a clearance code, so it is detected, not checked.
Source: Korean passports before and since 2021-12-21, from memory.

>>> (is_valid("M12345678"), is_valid("M123A4567"), is_valid("EA1234567"), is_valid("P12345678"),
... is_valid("P123456789012"))
(True, True, True, False, False)
"""

import re
from typing import Final

_NUMBER: Final = re.compile(r"(?!P[0-9])(?:[A-Z]{1,2}[0-9]{7,8}|[A-Z][0-9]{3}[A-Z][0-9]{4})")


def is_valid(text: str) -> bool:
    """Whether a text is written as a passport number; P and digits is a clearance code cut short."""
    return _NUMBER.fullmatch(text) is not None

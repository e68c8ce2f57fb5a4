"""Telephone number of Korea, national or with the country code 82.

Dashes, dots and spaces between the groups may be left out.

Given out by the operators under the state's numbering plan: mobile 010 and the old 01x, landlines by area, 050x and 070
numbers, 080, and the eight-digit company numbers 15xx, 16xx and 18xx. Source: the numbering plan, from memory.

>>> (is_valid("010-1234-5678"), is_valid("+82 10-1234-5678"), is_valid("02-312-3456"),
... is_valid("0505-1234-5678"), is_valid("1588-1234"))
(True, True, True, True, True)
>>> (is_valid("010-123-5678"), is_valid("+8657112345678"), is_valid("010-0000-0000"),
... is_valid("02-000-0000"), is_valid("010-1234-567\u0668"))
(False, False, False, False, False)
"""

import re
from typing import Final

MOBILE_CHARS: Final = 13

_SEPARATOR: Final = "[-. ]?"
_SUBSCRIBER: Final = rf"{_SEPARATOR}(?!0{{3,4}}{_SEPARATOR}0000$)"
"""Before the exchange: an exchange and a number of zeros alone are nobody's."""
_MOBILE: Final = rf"10{_SUBSCRIBER}[0-9]{{4}}{_SEPARATOR}[0-9]{{4}}"
_SAFE: Final = rf"50{_SUBSCRIBER}[0-9]{{4}}{_SEPARATOR}[0-9]{{4}}"
_OTHER: Final = (
    rf"(?:2|3[1-3]|4[1-4]|5[1-5]|6[1-4]|1[16-9]|70|80|50[0-9])\)?{_SUBSCRIBER}[0-9]{{3,4}}{_SEPARATOR}[0-9]{{4}}"
)
_COMPANY: Final = rf"1[568][0-9]{{2}}{_SEPARATOR}[0-9]{{4}}"
_COUNTRY: Final = rf"\+?82{_SEPARATOR}(?:\(0\)|0)?"
_NUMBER: Final = re.compile(rf"(?:{_COUNTRY}|\(?0)(?:{_MOBILE}|{_SAFE}|{_OTHER})|{_COMPANY}")


def is_valid(text: str) -> bool:
    """Whether a text is a Korean telephone number; one of zeros after its area is nobody's."""
    return _is_plain_mobile(text) or _NUMBER.fullmatch(text) is not None


def _is_plain_mobile(text: str) -> bool:
    """Whether a number is a mobile one in its usual form: most are, and this is quicker than the whole plan."""
    return (
        len(text) == MOBILE_CHARS
        and text[:4] == "010-"
        and text[8] == "-"
        and text.isascii()
        and text[4:8].isdigit()
        and text[9:].isdigit()
        and text[4:8] != "0000"
    )

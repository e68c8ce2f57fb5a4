"""Air waybill number: three digits of the airline, a dash, seven digits and a check digit, modulus 7.

Issued by the airline; the prefix is IATA's. Source: IATA air waybill numbering as used by the Canadian PACT guide v1.9.

>>> is_valid("020-12345675"), is_valid("020-12345676"), is_valid("02012345675")
(True, False, False)
"""

from typing import Final

CHARS: Final = 12
MODULUS: Final = 7


def has_form(text: str) -> bool:
    """Whether a text is written as an air waybill number, its check digit aside."""
    return len(text) == CHARS and text.isascii() and text[3] == "-" and text[:3].isdigit() and text[4:].isdigit()


def is_valid(text: str) -> bool:
    """Whether a text is an air waybill number with the right check digit."""
    return has_form(text) and text[-1] == check_digit(text)


def check_digit(text: str) -> str:
    """The last digit that a number of the right form must have."""
    return str(int(text[4:11]) % MODULUS)


def prefix(text: str) -> str:
    """The airline's three digits."""
    return text[:3]

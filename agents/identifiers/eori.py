"""Economic operators registration and identification number (EORI).

Two letters of the country, 1 to 15 letters and digits.

Given by customs of the European Union, of the United Kingdom (GB) or of Northern Ireland (XI, which is no code of ISO
3166). Each country has a form of its own and there is no common check digit, so only the common form is checked.
Source: Union Customs Code, data element of 17 characters.

>>> (is_valid("DE123456789012345"), is_valid("FR1"), is_valid("XI123456789000"),
... is_valid("DE1234567890123456"), is_valid("de12345"), is_valid("DE"))
(True, True, True, False, False, False)
"""

from typing import Final

COUNTRY_CHARS: Final = 2
CHARS_MAX: Final = 17
NORTHERN_IRELAND: Final = "XI"


def is_valid(text: str) -> bool:
    """Whether a text is written as an EORI number, whatever country its letters name."""
    return (
        COUNTRY_CHARS < len(text) <= CHARS_MAX
        and text.isascii()
        and text.isalnum()
        and text.isupper()
        and text[:COUNTRY_CHARS].isalpha()
    )


def country(text: str) -> str:
    """The two letters of the country that gave it."""
    return text[:COUNTRY_CHARS]

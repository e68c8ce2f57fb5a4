"""Names, phones and codes in the form in which they are compared."""

import re
from typing import Final
from unicodedata import combining, normalize

from agents.identifiers.phone_kr import MOBILE_CHARS
from agents.values.text import fold

COMPANY_DIGITS: Final = 8
"""Numbers such as 1588-1234 stand without a leading zero."""

_COUNTRY: Final = re.compile(r"^(?:00|\+)?82(?=[0-9(]{8})")
_LATIN_END: Final = "\u0250"
_LATIN_MORE: Final = ("\u1e00", "\u1eff")


# one way of writing for all


def plain_name(text: str) -> str:
    """A name without spaces, signs, case and, in Latin letters, accents and order of its parts.

    A name in Latin letters is read as a ring, begun where it comes first in the alphabet: passports, shops and forms
    disagree on which part leads and on the hyphen in the middle.

    >>> plain_name("김 민서")
    '김민서'
    >>> plain_name("KIM, Min-Seo") == plain_name("minseo kim") == plain_name("Min Seo Kim")
    True
    """
    if is_hangul(text):
        return text
    folded = fold(text)
    if not is_latin(folded):
        return "".join(filter(str.isalnum, folded))
    letters = "".join(
        [
            char
            for char in (folded if folded.isascii() else normalize("NFKD", folded))
            if char.isalnum() and not combining(char)
        ]
    )
    first = min(letters)
    return min([letters[at:] + letters[:at] for at, char in enumerate(letters) if char == first])


def is_latin(folded: str) -> bool:
    """Whether all letters of a folded text are Latin, and there is one."""
    if folded.isascii():
        return any(map(str.isalpha, folded))
    if is_hangul(folded):
        return False
    letters = list(filter(str.isalpha, folded))
    return bool(letters) and all(char < _LATIN_END or _LATIN_MORE[0] <= char <= _LATIN_MORE[1] for char in letters)


def is_hangul(text: str) -> bool:
    """Whether a text is nothing but Hangul syllables, as most names are: they are plain as they stand."""
    return bool(text) and min(text) >= "\uac00" and max(text) <= "\ud7a3"


def plain_phone(text: str) -> str:
    """Digits of a number without country code and leading zeros.

    >>> (plain_phone("+82 (0)10-1234-5678") == plain_phone("010-1234-5678") == plain_phone("0082 10 1234 5678")
    ... == "1012345678")
    True
    """
    if (
        len(text) == MOBILE_CHARS
        and text[:4] == "010-"
        and text[8] == "-"
        and (digits := text[4:8] + text[9:]).isascii()
        and digits.isdigit()
    ):
        return f"10{digits}"
    plain = "".join([char for char in fold(text) if char in "+0123456789("])
    return "".join([char for char in _COUNTRY.sub("", plain) if char in "0123456789"]).lstrip("0")


def plain_code(text: str) -> str:
    """Letters and digits, in capitals.

    >>> plain_code(" 135-080 ")
    '135080'
    """
    return text if text.isascii() and text.isdigit() else "".join(filter(str.isalnum, fold(text))).upper()

"""Business registration number of Korea: three, two and five digits, the last a check digit; dashes may be left out.

Issued by the National Tax Service. Source: form and ranges in python-stdnum `kr.brn`; check digit verified on published
numbers.

>>> (is_valid("116-82-00276"), is_valid("1348672683"), is_valid("124-81-00998"), is_valid("116-82-00277"),
... is_valid("000-00-00000"))
(True, True, True, False, False)
"""

from typing import Final

DIGITS: Final = 10
DASHED_CHARS: Final = 12
WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)
PREFIX_MIN: Final = "101"


def is_valid(text: str) -> bool:
    """Whether a text is a business number in an issued range, with the right check digit."""
    digits = text[:3] + text[4:6] + text[7:] if len(text) == DASHED_CHARS and text[3] == text[6] == "-" else text
    return (
        len(digits) == DIGITS
        and digits.isascii()
        and digits.isdigit()
        and _in_range(digits)
        and int(digits[9]) == _check_digit(digits)
    )


def _in_range(digits: str) -> bool:
    return digits[:3] >= PREFIX_MIN and digits[3:5] != "00" and digits[5:9] != "0000"


def _check_digit(digits: str) -> int:
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, digits[:9], strict=True))
    return -(total + int(digits[8]) * 5 // 10) % 10

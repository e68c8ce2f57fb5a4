"""Amounts as exact integers: ten-thousandths of a unit of their currency (`_e4`), millionths of a dollar (`_e6`)."""

import re
from functools import lru_cache

from schemas import limits

_AMOUNT = re.compile(rf"[0-9]{{1,{limits.AMOUNT_DIGITS_MAX}}}(?:\.([0-9]{{1,{limits.AMOUNT_SCALE_MAX}}}))?", re.ASCII)

E2 = 100
"""From ten-thousandths to millionths."""
E4 = 10_000
E6 = 1_000_000


@lru_cache(maxsize=16_384)  # several look at each amount, and prices repeat
def parse_e4(text: str) -> int | None:
    """A decimal string such as "59.90" in ten-thousandths; None when it is no amount.

    >>> parse_e4("59.90"), parse_e4("5"), parse_e4("1e3"), parse_e4("-1")
    (599000, 50000, None, None)
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    fraction = match[1]
    if fraction is None:
        return int(text) * E4
    return int(text.replace(".", "", 1) + "0" * (limits.AMOUNT_SCALE_MAX - len(fraction)))


def usd_e6(amount_e4: int, rate_krw_e4: int, usd_krw_e4: int) -> int:
    """An amount of a currency in millionths of a dollar, by the won rates of both, rounded down."""
    return amount_e4 * rate_krw_e4 * (E6 // E4) // usd_krw_e4


def above_usd(amount_e4: int, rate_krw_e4: int, usd_krw_e4: int, limit_usd_e4: int) -> bool:
    """Whether an amount exceeds a dollar limit, exactly: nothing is rounded before the comparison."""
    return amount_e4 * rate_krw_e4 > limit_usd_e4 * usd_krw_e4


def parse_e6(text: str) -> int:
    """What `show_e6` wrote, as a number again."""
    return int(text.replace(".", ""))


def show_e6(value_e6: int) -> str:
    """Millionths as a decimal string with six places."""
    return f"{value_e6 // E6}.{value_e6 % E6:06d}"

"""How a finding quotes what a carrier wrote: short, on one line, and with long numbers masked.

Never used on a consignee's values.
"""

import re

from schemas import limits

_LONG_NUMBER = re.compile(r"\d{6,}|\d{2,4}\)?[-. ]?\d{3,4}[-. ]\d{4}(?!\d)")
"""Runs of digits, and telephone numbers with their dashes."""


def quoted(text: str) -> str:
    """A text in double quotes, cut to the limit, runs of six or more digits and telephone numbers masked.

    >>> quoted("call 01012345678 now"), quoted("010-1234-5678"), quoted("2026-13-45"), quoted("6109.10.1000")
    ('"call *********** now"', '"*************"', '"2026-13-45"', '"6109.10.1000"')
    """
    masked = _LONG_NUMBER.sub(lambda run: "*" * len(run[0]), text)
    line = "".join(char if char.isprintable() else " " for char in masked[: limits.EVIDENCE_CHARS_MAX + 1])
    most = limits.EVIDENCE_CHARS_MAX - len('""')
    return f'"{line}"' if len(line) <= most else f'"{line[: most - 1]}…"'


def shown_term(term: str) -> str:
    """What gave goods their category: a term of the reference data, or of a carrier's commodity code the subheading.

    >>> shown_term("vape liquid"), shown_term("9304001234")
    ('vape liquid', '9304.00')
    """
    return subheading(term) if term[:4].isdigit() else term


def subheading(hs_code: str) -> str:
    """The first six digits of a commodity code, as the tariff writes them."""
    return f"{hs_code[:4]}.{hs_code[4:6]}"

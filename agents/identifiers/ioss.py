"""Number of the import one-stop shop (IOSS): IM, three digits of the member state, seven digits.

Given by a tax authority of the European Union to who sells goods to its consumers. Numbers that begin with IN are the
intermediary's and those that begin with EU are of another scheme. The last digit is a check digit whose algorithm is
not public, so only the form is checked. Source: form and member states in python-stdnum `eu.oss`; the states by their
ISO 3166-1 numbers, 900 for Northern Ireland.

>>> (is_valid("IM3720000224"), is_valid("IM9000000001"), is_valid("IN3720000224"), is_valid("IM8260000224"),
... is_valid("IM372000022\u0664"))
(True, True, False, False, False)
"""

from typing import Final

CHARS: Final = 12
MEMBER_STATES: Final = {
    "040": "AT",
    "056": "BE",
    "100": "BG",
    "191": "HR",
    "196": "CY",
    "203": "CZ",
    "208": "DK",
    "233": "EE",
    "246": "FI",
    "250": "FR",
    "276": "DE",
    "300": "GR",
    "348": "HU",
    "372": "IE",
    "380": "IT",
    "428": "LV",
    "440": "LT",
    "442": "LU",
    "470": "MT",
    "528": "NL",
    "616": "PL",
    "620": "PT",
    "642": "RO",
    "703": "SK",
    "705": "SI",
    "724": "ES",
    "752": "SE",
    "900": "XI",
}


def is_valid(text: str) -> bool:
    """Whether a text is written as a number of the import one-stop shop."""
    return (
        len(text) == CHARS and text[:2] == "IM" and text[2:5] in MEMBER_STATES and text.isascii() and text[5:].isdigit()
    )

"""Avro's numbers and strings as bytes."""

from functools import lru_cache
from typing import Final

CONTINUES = 0x80


_LAST: Final = tuple(
    bytes([bits]) if bits < CONTINUES else bytes([bits & 0x7F | CONTINUES, bits >> 7]) for bits in range(1 << 14)
)
"""The last bits of a number, up to fourteen."""
_MORE: Final = tuple(bytes([bits & 0x7F | CONTINUES, bits >> 7 | CONTINUES]) for bits in range(1 << 14))
"""Fourteen bits that more follow."""


def zigzag(value: int) -> bytes:
    """A long as Avro writes it."""
    raw = (value << 1) ^ (value >> 63)
    if raw >= 1 << 64:
        raise OverflowError(f"{value} is longer than 64 bits")
    out = b""
    while raw >= 1 << 14:
        out += _MORE[raw & 0x3FFF]
        raw >>= 14
    return out + _LAST[raw]


SMALL: Final = tuple(zigzag(value) for value in range(4096))
"""Lengths and small numbers, written once."""


def long(value: int) -> bytes:
    """An int or long as Avro writes it."""
    return SMALL[value] if 0 <= value < len(SMALL) else zigzag(value)


def string(text: str) -> bytes:
    """A string as Avro writes it."""
    raw = text.encode()
    return long(len(raw)) + raw


word: Final = lru_cache(maxsize=4096)(string)
"""A string of these fields, or the name of a value in a map, as Avro writes it."""

"""Valid identifiers for sample parcels, with their check digits."""

from typing import Final

# Numbers with check digits

S10_WEIGHTS: Final = (8, 6, 4, 2, 3, 5, 9, 7)
BUSINESS_WEIGHTS: Final = (1, 3, 7, 1, 3, 7, 1, 3, 5)


def s10(service: str, serial: int, country: str) -> str:
    """A postal item identifier.

    >>> s10("RR", 47312482, "GB")
    'RR473124829GB'
    """
    digits = f"{serial:08d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(digits, S10_WEIGHTS, strict=True)) % 11
    return f"{service}{digits}{ {10: 0, 11: 5}.get(rest, rest) }{country}"


def air_waybill(prefix: str, serial: int) -> str:
    """A master air waybill.

    >>> air_waybill("020", 1234567)
    '020-12345675'
    """
    return f"{prefix}-{serial:07d}{serial % 7}"


def business_number(serial: int) -> str:
    """A Korean business registration number.

    >>> business_number(116820027)
    '1168200276'
    """
    digits = [int(digit) for digit in f"{serial:09d}"]
    total = sum(digit * weight for digit, weight in zip(digits, BUSINESS_WEIGHTS, strict=True)) + digits[8] * 5 // 10
    return f"{serial:09d}{-total % 10}"


def container(serial: int) -> str:
    """An ISO 6346 container number.

    >>> container(305438)
    'CSQU3054383'
    """
    values = (13, 30, 28, 32)  # C, S, Q, U: letters count from 10 and skip the multiples of 11
    parts = (*values, *(int(digit) for digit in f"{serial:06d}"))
    return f"CSQU{serial:06d}{sum(value << place for place, value in enumerate(parts)) % 11 % 10}"

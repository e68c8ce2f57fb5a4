"""Mistakes that carriers make, put into sample parcels on purpose."""

import random
from collections.abc import Callable, Mapping
from typing import Final

from streams.simulation.sample.profiles import CarrierProfile, Json

# What carriers get wrong

Spoil = Callable[[random.Random, Json], None]
"""Makes one mistake in a clean import parcel."""

VAGUE: Final = ("accessories", "gift", "daily necessities", "parts", "기타", "생활용품", "样品", "日用品")
PLACEHOLDERS: Final = ("xxxxx", "-", "...", "12345", "***", "aaaa")


def _missing_field(rng: random.Random, parcel: Json) -> None:
    part, name = rng.choice(
        (
            ("consignee", "phone"),
            ("consignee", "address"),
            ("consignor", "country"),
            ("consignor", "name"),
            ("consignee", "clearance_code"),
        )
    )
    del parcel[part][name]


def _wrong_type(rng: random.Random, parcel: Json) -> None:
    if rng.random() < 0.5:  # noqa: PLR2004 - either is as likely
        parcel["items"][0]["quantity"] = "two"
    else:
        parcel["gross_weight_g"] = {"kg": 1}


def _vague(rng: random.Random, parcel: Json) -> None:
    parcel["items"][0]["description"] = rng.choice(VAGUE)


def _unknown_currency(rng: random.Random, parcel: Json) -> None:
    parcel["currency"] = rng.choice(("RMB", "ZZZ", "US$"))


def _resident_number(rng: random.Random, parcel: Json) -> None:
    parcel["consignee"]["clearance_code"] = (
        f"{rng.randint(70, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        f"-{rng.choice('12')}{rng.randrange(10**6):06d}"
    )


def _placeholder_name(rng: random.Random, parcel: Json) -> None:
    parcel["consignee"]["name"] = rng.choice(PLACEHOLDERS)


def _bad_date(rng: random.Random, parcel: Json) -> None:
    order = parcel["order"] or {"platform": None, "url": None, "order_number": None, "paid": None, "seller_id": None}
    parcel["order"] = {**order, "purchased_on": rng.choice(("2026-13-45", "18/11/2026", "yesterday"))}


def _bad_code(rng: random.Random, parcel: Json) -> None:
    parcel["items"][0]["hs_code"] = rng.choice(("999999", "61", "ABCDEF", ""))


def _bad_postcode(rng: random.Random, parcel: Json) -> None:
    parcel["consignee"]["postcode"] = rng.choice(("0623", "135-080", "ABCDE"))


def _negative_weight(rng: random.Random, parcel: Json) -> None:
    parcel["gross_weight_g"] = -rng.randint(1, 500)


def _no_auth_number(_rng: random.Random, parcel: Json) -> None:
    parcel["ecommerce"] = True
    parcel["consignee"]["auth_number"] = None


def _wrong_sum(rng: random.Random, parcel: Json) -> None:
    parcel["items"][0]["amount"] = f"{rng.randint(1, 9)}999"


def _bad_clearance_code(rng: random.Random, parcel: Json) -> None:
    parcel["consignee"]["clearance_code"] = f"P{rng.randrange(10**10):010d}"


def _unknown_field(_rng: random.Random, parcel: Json) -> None:
    parcel["locker_code"] = "A-17"


def _bad_check_digit(_rng: random.Random, parcel: Json) -> None:
    identifier = parcel["house_bill"]
    parcel["house_bill"] = f"{identifier[:10]}{(int(identifier[10]) + 1) % 10}{identifier[11:]}"


MISTAKES: Final[Mapping[str, Spoil]] = {
    "missing_field": _missing_field,
    "wrong_type": _wrong_type,
    "vague_description": _vague,
    "unknown_currency": _unknown_currency,
    "resident_number": _resident_number,
    "placeholder_name": _placeholder_name,
    "bad_date": _bad_date,
    "bad_code": _bad_code,
    "bad_postcode": _bad_postcode,
    "negative_weight": _negative_weight,
    "no_auth_number": _no_auth_number,
    "wrong_sum": _wrong_sum,
    "bad_clearance_code": _bad_clearance_code,
    "unknown_field": _unknown_field,
}
"""What can go wrong with any import parcel, by name."""

EXPORT_SPOILS: Final = (
    "wrong_type",
    "vague_description",
    "unknown_currency",
    "bad_code",
    "negative_weight",
    "unknown_field",
)


def add_mistake(rng: random.Random, profile: CarrierProfile, parcel: Json) -> str:
    """One mistake in a parcel; says which."""
    if profile.mode == "POST" and rng.random() < 0.2:  # noqa: PLR2004 - only here the house bill has a check digit
        _bad_check_digit(rng, parcel)
        return "bad_check_digit"
    name = rng.choice(tuple(MISTAKES) if profile.direction == "IMPORT" else EXPORT_SPOILS)
    MISTAKES[name](rng, parcel)
    return name

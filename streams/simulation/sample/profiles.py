"""The sample carriers and their word lists."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from functools import lru_cache
from typing import Any, Final, NamedTuple

from streams.reference import FOLDER

Json = dict[str, Any]
"""A manifest, or a part of it, ready for `json.dumps`."""

WORDS: Final = FOLDER / "sample"
SCHEMA: Final = FOLDER.parent / "schemas" / "manifest.v1.avsc"
SCHEMA_ID: Final = 1
KOREA: Final = timezone(timedelta(hours=9))


# What a carrier is like


@dataclass(frozen=True, slots=True)
class CarrierProfile:
    """One carrier's habits. Codes and platforms stand in the sample registers of `reference/`."""

    carrier: str
    weight: int
    """Its share of the manifests, in parts."""
    country: str
    departure_port: str
    arrival_port: str
    conveyance: str
    utc_offset_h: int
    """Of the place of departure."""
    hours: int
    """Under way."""
    currency: str
    usd_e4: int
    """Ten-thousandths of a dollar for one unit of the currency, about."""
    minor: int
    """Smallest units in one unit of the currency."""
    platforms: tuple[str, ...]
    mode: str = "AIR_EXPRESS"
    direction: str = "IMPORT"
    airline: str = ""
    """Air waybill prefix; without one the master bill is a bill of lading."""


PROFILES: Final = (
    CarrierProfile(
        "kx",
        26,
        "CN",
        "CNPVG",
        "KRICN",
        "KX0853",
        8,
        2,
        "USD",
        10_000,
        100,
        ("examplemall", "haitao-direct", "silkroad-shop"),
        airline="180",
    ),
    CarrierProfile(
        "bw", 16, "US", "USLAX", "KRICN", "BW0201", -8, 13, "USD", 10_000, 100, ("bluecart", "vitabay"), airline="406"
    ),
    CarrierProfile(
        "ys",
        22,
        "CN",
        "CNWEI",
        "KRPTK",
        "YELLOW PEARL 0412E",
        8,
        15,
        "CNY",
        1_403,
        100,
        ("haitao-direct", "silkroad-shop"),
        mode="SEA_EXPRESS",
    ),
    CarrierProfile(
        "ep",
        10,
        "CN",
        "CNPEK",
        "KRICN",
        "CA0131",
        8,
        2,
        "USD",
        10_000,
        100,
        ("silkroad-shop", "examplemall"),
        mode="POST",
        airline="999",
    ),
    CarrierProfile("nj", 9, "JP", "JPNRT", "KRICN", "NJ0712", 9, 3, "JPY", 66, 1, ("sakura-ichiba",), airline="131"),
    CarrierProfile(
        "ox",
        7,
        "KR",
        "KRICN",
        "USLAX",
        "OX0202",
        9,
        11,
        "USD",
        10_000,
        100,
        ("hanryu-market",),
        direction="EXPORT",
        airline="988",
    ),
    CarrierProfile(
        "rx", 6, "DE", "DEFRA", "KRICN", "RX8380", 1, 11, "EUR", 11_589, 100, ("kaufhaus-online",), airline="020"
    ),
    CarrierProfile(
        "hs",
        4,
        "CN",
        "CNTAO",
        "KRINC",
        "GOLDEN TERN 1130E",
        8,
        17,
        "USD",
        10_000,
        100,
        ("haitao-direct",),
        mode="SEA_EXPRESS",
    ),
)
"""The carriers of the day, the busiest first."""


# Words


class SampleGoods(NamedTuple):
    """Something people order."""

    description: str
    hs_code: str
    price_usd: int
    weight_g: int
    volume_ml: int | None
    ingredients: str | None


class Party(NamedTuple):
    """A seller abroad, or a buyer abroad of an export."""

    name: str
    address: str
    country: str
    phone: str
    postcode: str
    number: int
    """Its place in the list, for identifiers."""


@dataclass(frozen=True, slots=True)
class SampleWords:
    """Everything of `reference/sample/`."""

    goods: Mapping[str, tuple[SampleGoods, ...]]
    """By kind."""
    names: tuple[tuple[str, str], ...]
    suppliers: Mapping[str, tuple[Party, ...]]
    """By country."""
    buyers: tuple[Party, ...]
    places: tuple[tuple[str, str], ...]
    """Address up to the road, and the first digits of its postcode."""


def _rows(name: str) -> list[dict[str, str]]:
    """One word list."""
    with (WORDS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _parties(rows: list[dict[str, str]]) -> dict[str, tuple[Party, ...]]:
    """Parties by country."""
    found: dict[str, list[Party]] = {}
    for number, row in enumerate(rows, 1):
        found.setdefault(row["country"], []).append(
            Party(row["name"], row["address"], row["country"], row["phone"], row.get("postcode", ""), number)
        )
    return {country: tuple(parties) for country, parties in found.items()}


REAL_PRICE_USD: Final = 19
REAL_WEIGHT_G: Final = 320
"""The real descriptions come without price and weight."""


@lru_cache(maxsize=1)
def words() -> SampleWords:
    """The word lists, read once."""
    goods: dict[str, list[SampleGoods]] = {}
    for row in _rows("catalogue.csv"):
        volume_ml = int(row["volume_ml"]) if row["volume_ml"] else None
        entry = SampleGoods(
            row["description"],
            row["hs_code"],
            int(row["price_usd"]),
            int(row["weight_g"]),
            volume_ml,
            row["ingredients"] or None,
        )
        goods.setdefault(row["kind"], []).append(entry)
    goods["REAL"] = [
        SampleGoods(row["description"], row["hs_code"], REAL_PRICE_USD, REAL_WEIGHT_G, None, None)
        for row in _rows("goods.csv")
    ]
    buyers = _parties(_rows("buyers.csv"))
    return SampleWords(
        goods={kind: tuple(entries) for kind, entries in goods.items()},
        names=tuple((row["name"], row["name_en"]) for row in _rows("consignees.csv")),
        suppliers=_parties(_rows("suppliers.csv")),
        buyers=tuple(party for parties in buyers.values() for party in parties),
        places=tuple(
            (" ".join(f"{row['province']} {row['district']} {row['road']}".split()), row["postcode"])
            for row in _rows("places.csv")
        ),
    )

"""A plausible day of manifests, invented from a seed, and a shelf of records nobody can read.

For the demonstration, for load and for tests. The same seed gives the same bytes on every machine: no clock, no
environment, one `random.Random`. All people, companies and parcels are invented from the words in `reference/sample/`.
"""

import copy
import csv
import io
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final, NamedTuple

import fastavro

from schemas import limits
from streams.reference import FOLDER

Json = dict[str, Any]
"""A manifest, or a part of it, ready for `json.dumps`."""

WORDS: Final = FOLDER / "sample"
SCHEMA: Final = FOLDER.parent / "schemas" / "manifest.v1.avsc"
SCHEMA_ID: Final = 1
KOREA: Final = timezone(timedelta(hours=9))


# What a carrier is like


@dataclass(frozen=True, slots=True)
class Profile:
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
    Profile("kx", 26, "CN", "CNPVG", "KRICN", "KX0853", 8, 2, "USD", 10_000, 100, ("examplemall", "haitao-direct", "silkroad-shop"), airline="180"),
    Profile("bw", 16, "US", "USLAX", "KRICN", "BW0201", -8, 13, "USD", 10_000, 100, ("bluecart", "vitabay"), airline="406"),
    Profile("ys", 22, "CN", "CNWEI", "KRPTK", "YELLOW PEARL 0412E", 8, 15, "CNY", 1_403, 100, ("haitao-direct", "silkroad-shop"), mode="SEA_EXPRESS"),
    Profile("ep", 10, "CN", "CNPEK", "KRICN", "CA0131", 8, 2, "USD", 10_000, 100, ("silkroad-shop", "examplemall"), mode="POST", airline="999"),
    Profile("nj", 9, "JP", "JPNRT", "KRICN", "NJ0712", 9, 3, "JPY", 66, 1, ("sakura-ichiba",), airline="131"),
    Profile("ox", 7, "KR", "KRICN", "USLAX", "OX0202", 9, 11, "USD", 10_000, 100, ("hanryu-market",), direction="EXPORT", airline="988"),
    Profile("rx", 6, "DE", "DEFRA", "KRICN", "RX8380", 1, 11, "EUR", 11_589, 100, ("kaufhaus-online",), airline="020"),
    Profile("hs", 4, "CN", "CNTAO", "KRINC", "GOLDEN TERN 1130E", 8, 17, "USD", 10_000, 100, ("haitao-direct",), mode="SEA_EXPRESS"),
)
"""The carriers of the day, the busiest first."""


# Words


class Goods(NamedTuple):
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
class Words:
    """Everything of `reference/sample/`."""

    goods: Mapping[str, tuple[Goods, ...]]
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
        found.setdefault(row["country"], []).append(Party(row["name"], row["address"], row["country"], row["phone"], row.get("postcode", ""), number))
    return {country: tuple(parties) for country, parties in found.items()}


REAL_PRICE_USD: Final = 19
REAL_WEIGHT_G: Final = 320
"""The real descriptions come without price and weight."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The word lists, read once."""
    goods: dict[str, list[Goods]] = {}
    for row in _rows("catalogue.csv"):
        volume_ml = int(row["volume_ml"]) if row["volume_ml"] else None
        entry = Goods(row["description"], row["hs_code"], int(row["price_usd"]), int(row["weight_g"]), volume_ml, row["ingredients"] or None)
        goods.setdefault(row["kind"], []).append(entry)
    goods["REAL"] = [Goods(row["description"], row["hs_code"], REAL_PRICE_USD, REAL_WEIGHT_G, None, None) for row in _rows("goods.csv")]
    buyers = _parties(_rows("buyers.csv"))
    return Words(
        goods={kind: tuple(entries) for kind, entries in goods.items()},
        names=tuple((row["name"], row["name_en"]) for row in _rows("consignees.csv")),
        suppliers=_parties(_rows("suppliers.csv")),
        buyers=tuple(party for parties in buyers.values() for party in parties),
        places=tuple((" ".join(f"{row['province']} {row['district']} {row['road']}".split()), row["postcode"]) for row in _rows("places.csv")),
    )


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


# One parcel


@dataclass(slots=True)
class Person:
    """A consignee in Korea."""

    consignee: Json
    orders: int = 0


class Amounts(NamedTuple):
    """Money of one currency in its smallest unit."""

    minor: int
    usd_e4: int

    def of_usd(self, usd: float) -> int:
        """A dollar amount in smallest units, at least one."""
        return max(1, round(usd * 10_000 / self.usd_e4 * self.minor))

    def show(self, amount: int) -> str:
        """As a decimal string."""
        return str(amount) if self.minor == 1 else f"{amount // 100}.{amount % 100:02d}"


KINDS: Final = (("COMMON", 620), ("REAL", 240), ("SUPPLEMENT", 45), ("FOOD", 30), ("PERFUME", 12), ("ALCOHOL", 8), ("MEDICAL", 10), ("DEAR", 35))
US_KINDS: Final = (("COMMON", 500), ("REAL", 200), ("SUPPLEMENT", 140), ("FOOD", 25), ("PERFUME", 12), ("ALCOHOL", 8), ("MEDICAL", 10), ("DEAR", 35), ("US_MID", 70))
EXPORT_KINDS: Final = (("EXPORT", 1),)
SINGLE_KINDS: Final = frozenset({"ALCOHOL", "DEAR", "LUXURY", "US_MID", "NARCOTIC", "WEAPON", "MEDICAL", "PERFUME"})
"""Ordered one at a time, and at about their price."""

RETURNING_SHARE: Final = 0.2
GIFT_SHARE: Final = 0.01
HEAVY_PARCELS: Final = 14
"""Parcels of a consignee who orders too often: above the limit of a day."""
PEOPLE_BEFORE_RETURNS: Final = 40


class Maker:
    """Makes parcels for one day; holds the random numbers, the consignees so far and what was counted."""

    def __init__(self, seed: int, on: date, people: list[Person] | None = None) -> None:
        """`people` are those who have ordered on earlier days; who comes new is added."""
        self.random = random.Random(seed)  # noqa: S311 - has to be the same again, not secret
        self.words = words()
        self.on = on
        self.tag = f"{seed % 100_000:05d}"
        """Keeps the numbers of two seeds apart."""
        self.counts: dict[str, int] = {}
        self.people: list[Person] = [] if people is None else people
        self.phones: set[int] = set()
        self.first_serial = self.random.randrange(10**8)

    def count(self, what: str) -> int:
        """The next number of a series, from 1."""
        self.counts[what] = self.counts.get(what, 0) + 1
        return self.counts[what]

    def digits(self, length: int) -> str:
        """Random digits."""
        return f"{self.random.randrange(10**length):0{length}d}"

    def person(self) -> Person:
        """Somebody new."""
        rng = self.random
        name, name_en = rng.choice(self.words.names)
        road, postcode = rng.choice(self.words.places)
        phone = rng.randrange(20_000_000, 99_999_999)
        while phone in self.phones:
            phone = rng.randrange(20_000_000, 99_999_999)
        self.phones.add(phone)
        consignee = {
            "name": name,
            "name_en": name_en,
            "clearance_code": f"P{self.digits(12)}",
            "auth_number": None,
            "phone": f"010-{phone // 10_000}-{phone % 10_000:04d}",
            "postcode": postcode + self.digits(5 - len(postcode)),
            "address": f"{road} {rng.randint(3, 480)}, {rng.randint(101, 135)}동 {rng.randint(1, 25)}{rng.randint(1, 8):02d}호",
        }
        return Person(consignee)

    def consignee(self) -> Person:
        """Somebody new, or somebody who has ordered before."""
        if len(self.people) > PEOPLE_BEFORE_RETURNS and self.random.random() < RETURNING_SHARE:
            return self.random.choice(self.people)
        person = self.person()
        self.people.append(person)
        return person

    def house_bill(self, profile: Profile) -> str:
        """The next house bill of a carrier; by post an item identifier."""
        number = self.count(f"house {profile.carrier}")
        if profile.mode == "POST":
            return s10("LX", (self.first_serial + number) % 10**8, profile.country)
        return f"{profile.carrier.upper()}8{self.tag}{number:07d}"

    def item(self, goods: Goods, profile: Profile, amounts: Amounts, *, single: bool) -> tuple[Json, int]:
        """One line of goods, and its amount."""
        rng = self.random
        quantity = 1 if single or rng.random() < 0.7 else rng.randint(2, 3)  # noqa: PLR2004 - most buy one
        unit_price = amounts.of_usd(goods.price_usd * (rng.uniform(0.93, 1.07) if single else rng.lognormvariate(0.0, 0.45)))
        item = {
            "description": goods.description,
            "hs_code": goods.hs_code,
            "quantity": quantity,
            "unit": "EA",
            "net_weight_g": round(goods.weight_g * rng.uniform(0.92, 1.08)) * quantity,
            "unit_price": amounts.show(unit_price),
            "amount": amounts.show(unit_price * quantity),
            "origin": profile.country,
            "brand": None,
            "ingredients": goods.ingredients,
            "volume_ml": goods.volume_ml,
            "url": None,
        }
        return item, unit_price * quantity

    def items(self, kind: str, profile: Profile, amounts: Amounts) -> tuple[list[Json], int]:
        """The lines of one parcel, and their sum."""
        rng = self.random
        single = kind in SINGLE_KINDS
        lines = 1 if single or rng.random() < 0.75 else rng.randint(2, 3)  # noqa: PLR2004 - most parcels hold one thing
        chosen = self.words.goods[kind]
        made = [self.item(goods, profile, amounts, single=single) for goods in rng.sample(chosen, min(lines, len(chosen)))]
        return [item for item, _ in made], sum(amount for _, amount in made)

    def parcel(self, profile: Profile, kind: str, person: Person | None) -> Json:
        """A clean parcel."""
        rng = self.random
        amounts = Amounts(profile.minor, profile.usd_e4)
        items, goods_amount = self.items(kind, profile, amounts)
        freight = amounts.of_usd(rng.uniform(2.5, 9.0))
        local = amounts.of_usd(rng.uniform(1.0, 6.0)) if rng.random() < 0.1 else 0  # noqa: PLR2004 - one in ten pays carriage to the warehouse
        supplier = rng.choice(self.words.suppliers[profile.country])
        is_import = profile.direction == "IMPORT"
        gift = is_import and person is None and rng.random() < GIFT_SHARE
        return {
            "house_bill": self.house_bill(profile),
            "ecommerce": not gift,
            "purpose": "GIFT" if gift else "SELF_USE" if is_import else "COMMERCIAL",
            "pieces": 1,
            "gross_weight_g": sum(item["net_weight_g"] for item in items) + rng.randint(30, 220),
            "freight": amounts.show(freight),
            "insurance": None,
            "local_charges": amounts.show(local),
            "currency": profile.currency,
            "consignor": self.consignor(supplier, is_import=is_import),
            "consignee": self.imports_consignee(person, gift=gift) if is_import else self.exports_consignee(),
            "order": None if gift else self.order(profile, supplier, amounts.show(goods_amount + freight + local)),
            "items": items,
        }

    def consignor(self, supplier: Party, *, is_import: bool) -> Json:
        """The sender; a Korean seller names its business number."""
        consignor: Json = {"name": supplier.name, "address": supplier.address, "country": supplier.country, "phone": supplier.phone, "supplier_code": None}
        if not is_import:
            consignor["business_number"] = business_number(116_810_000 + supplier.number * 37)
        return consignor

    def imports_consignee(self, person: Person | None, *, gift: bool) -> Json:
        """A consignee in Korea with the number that customs gave for this order."""
        person = person or self.consignee()
        person.orders += 1
        return {**person.consignee, "auth_number": None if gift else self.digits(12)}

    def exports_consignee(self) -> Json:
        """A buyer abroad."""
        buyer = self.random.choice(self.words.buyers)
        return {
            "name": buyer.name,
            "name_en": buyer.name,
            "clearance_code": None,
            "auth_number": None,
            "phone": buyer.phone,
            "postcode": buyer.postcode,
            "address": buyer.address,
            "country": buyer.country,
        }

    def order(self, profile: Profile, supplier: Party, paid: str) -> Json:
        """The transaction behind a parcel."""
        rng = self.random
        platform = rng.choice(profile.platforms)
        number = f"{self.tag}{self.count('order'):08d}"
        return {
            "platform": platform,
            "url": f"https://{platform}.example/o/{number}",
            "order_number": number,
            "purchased_on": (self.on - timedelta(days=rng.randint(2, 12))).isoformat(),
            "paid": paid,
            "seller_id": f"s-{4400 + supplier.number}",
        }

    def manifest(self, profile: Profile, lodged_at: datetime, parcels: list[Json]) -> Json:
        """A manifest around its parcels."""
        number = self.count(f"manifest {profile.carrier}")
        departs_at = lodged_at + timedelta(minutes=self.random.randint(90, 240))
        bill_of_lading = f"{profile.carrier.upper()}LU{self.on:%y%m%d}{self.tag}{number:04d}"
        departure = timezone(timedelta(hours=profile.utc_offset_h))
        arrival = departure if profile.direction == "EXPORT" else KOREA
        manifest: Json = {
            "manifest_id": f"{profile.carrier.upper()}-{self.on}-{self.tag}-{number:04d}",
            "version": 1,
            "function": "ORIGINAL",
            "direction": profile.direction,
            "carrier": profile.carrier,
            "mode": profile.mode,
            "master_bill": air_waybill(profile.airline, int(self.digits(7))) if profile.airline else bill_of_lading,
            "conveyance": profile.conveyance,
            "departure_port": profile.departure_port,
            "arrival_port": profile.arrival_port,
            "departs_at": departs_at.astimezone(departure).isoformat(),
            "arrives_at": (departs_at + timedelta(hours=profile.hours)).astimezone(arrival).isoformat(),
            "lodged_at": lodged_at.isoformat(),
            "parcels": parcels,
        }
        if profile.mode == "SEA_EXPRESS":
            manifest["containers"] = [container(int(self.digits(6)))]
        return manifest


# What carriers get wrong

Spoil = Callable[[random.Random, Json], None]
"""Makes one mistake in a clean import parcel."""

VAGUE: Final = ("accessories", "gift", "daily necessities", "parts", "기타", "생활용품", "样品", "日用品")
PLACEHOLDERS: Final = ("xxxxx", "-", "...", "12345", "***", "aaaa")


def _missing_field(rng: random.Random, parcel: Json) -> None:
    part, name = rng.choice((("consignee", "phone"), ("consignee", "address"), ("consignor", "country"), ("consignor", "name"), ("consignee", "clearance_code")))
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
    parcel["consignee"]["clearance_code"] = f"{rng.randint(70, 99)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}-{rng.choice('12')}{rng.randrange(10**6):06d}"


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


SPOILS: Final[Mapping[str, Spoil]] = {
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

EXPORT_SPOILS: Final = ("wrong_type", "vague_description", "unknown_currency", "bad_code", "negative_weight", "unknown_field")


def _spoil(rng: random.Random, profile: Profile, parcel: Json) -> str:
    """One mistake in a parcel; says which."""
    if profile.mode == "POST" and rng.random() < 0.2:  # noqa: PLR2004 - only here the house bill has a check digit
        _bad_check_digit(rng, parcel)
        return "bad_check_digit"
    name = rng.choice(tuple(SPOILS) if profile.direction == "IMPORT" else EXPORT_SPOILS)
    SPOILS[name](rng, parcel)
    return name


# The day


class Made(NamedTuple):
    """One record of the day with what was put into it on purpose."""

    carrier: str
    """Whose topic it goes to."""
    manifest: Json
    event: str = "ORIGINAL"
    """What the record is: `ORIGINAL`, or one of `EVENTS`."""
    dirty: Mapping[int, str] = {}
    """Which mistake, by the parcel's place."""
    planted: Mapping[int, str] = {}
    """What a clean parcel is there for, by its place: NARCOTIC, WEAPON, LUXURY, VELOCITY."""


Follow = Callable[[Maker, Made], list[Made]]
"""What a carrier sends after an original."""


def _version(made: Made, version: int, function: str, parcels: list[Json], event: str) -> Made:
    """A further record on a manifest, lodged a little later."""
    lodged_at = datetime.fromisoformat(made.manifest["lodged_at"]) + timedelta(minutes=7 * (version - 1))
    manifest = {**made.manifest, "version": version, "function": function, "lodged_at": lodged_at.isoformat(), "parcels": parcels}
    return Made(made.carrier, manifest, event)


def _clean(made: Made, count: int) -> list[Json]:
    """Copies of the first clean parcels of an original."""
    places = [place for place in range(len(made.manifest["parcels"])) if place not in made.dirty and place not in made.planted]
    return [copy.deepcopy(made.manifest["parcels"][place]) for place in places[:count]]


def _heavier(parcel: Json, grams: int) -> Json:
    """The same parcel, weighed again."""
    return {**parcel, "gross_weight_g": parcel["gross_weight_g"] + grams}


def _amend(maker: Maker, made: Made) -> list[Made]:
    """Some parcels weighed again, one of them for another consignee."""
    parcels = [_heavier(parcel, 60) for parcel in _clean(made, 3)]
    if not parcels:
        return []
    if made.manifest["direction"] == "IMPORT":
        number = parcels[-1]["consignee"]["auth_number"]
        parcels[-1] = {**parcels[-1], "consignee": {**maker.person().consignee, "auth_number": number}}
    return [_version(made, 2, "AMEND", parcels, "AMEND")]


def _amend_out_of_order(_maker: Maker, made: Made) -> list[Made]:
    """Version 3 overtakes version 2."""
    parcels = _clean(made, 2)
    second = _version(made, 2, "AMEND", [_heavier(parcel, 15) for parcel in parcels], "OUT_OF_ORDER")
    third = _version(made, 3, "AMEND", [_heavier(parcel, 25) for parcel in parcels], "OUT_OF_ORDER")
    return [third, second]


def _cancel_some(_maker: Maker, made: Made) -> list[Made]:
    """Two parcels that stay behind."""
    parcels = _clean(made, 2)  # none would mean all
    return [_version(made, 2, "CANCEL", parcels, "CANCEL_SOME")] if parcels else []


def _cancel_all(_maker: Maker, made: Made) -> list[Made]:
    """A master bill that stays behind."""
    return [_version(made, 2, "CANCEL", [], "CANCEL_ALL")]


def _duplicate(_maker: Maker, made: Made) -> list[Made]:
    """The same record again."""
    return [made._replace(event="DUPLICATE")]


def _conflict(_maker: Maker, made: Made) -> list[Made]:
    """The same number and version with other content."""
    parcels = copy.deepcopy(made.manifest["parcels"])
    parcels[0] = _heavier(parcels[0], 500) if isinstance(parcels[0].get("gross_weight_g"), int) else {**parcels[0], "pieces": 2}
    return [made._replace(manifest={**made.manifest, "parcels": parcels}, event="CONFLICT")]


EVENTS: Final[Mapping[str, Follow]] = {
    "AMEND": _amend,
    "DUPLICATE": _duplicate,
    "CANCEL_SOME": _cancel_some,
    "OUT_OF_ORDER": _amend_out_of_order,
    "CONFLICT": _conflict,
    "CANCEL_ALL": _cancel_all,
}
"""What follows an original, by name."""

WRONG_CARRIER: Final = "WRONG_CARRIER"
"""An original whose payload names another carrier than its topic."""

FIRST_MINUTE: Final = 10
LAST_MINUTE: Final = 23 * 60 + 30
EVENTS_FROM: Final = 3
"""A shorter day has no room for events."""
FOLLOWS_AFTER: Final = 2
"""How many manifests later an amendment or a cancellation comes."""


@dataclass(slots=True)
class Plan:
    """Who and what appears where in the day, drawn beforehand."""

    profiles: list[Profile]
    """By manifest."""
    events: dict[int, str]
    """By manifest."""
    planted: dict[int, str]
    """By parcel of the day."""
    heavy: list[Person]
    dirty: float
    """Share of parcels with a mistake."""


def _plan(maker: Maker, profiles: tuple[Profile, ...], parcels: int, parcels_per_manifest: int, dirty: float) -> Plan:
    """Draws the day's carriers, events and planted parcels."""
    rng = maker.random
    manifests = -(-parcels // parcels_per_manifest)
    drawn = [*profiles, *rng.choices(profiles, [profile.weight for profile in profiles], k=manifests)][:manifests]
    names = [*EVENTS, WRONG_CARRIER] if manifests >= EVENTS_FROM else []
    events = dict(zip(rng.sample(range(manifests), min(len(names), manifests)), names, strict=False))
    per_5000 = max(1, parcels // 5_000)
    wanted = ["NARCOTIC"] * per_5000 + ["WEAPON"] * per_5000 + ["LUXURY"] * (2 * per_5000)
    heavy = [maker.person() for _ in range(per_5000)]
    wanted += ["VELOCITY"] * (HEAVY_PARCELS * len(heavy))
    planted: dict[int, str] = {}
    if parcels >= 10 * len(wanted):
        imports = [place for place in range(parcels) if drawn[place // parcels_per_manifest].direction == "IMPORT"]
        planted = dict(zip(sorted(rng.sample(imports, min(len(wanted), len(imports)))), rng.sample(wanted, len(wanted)), strict=False))
    return Plan(drawn, events, planted, heavy, dirty)


def _kind(rng: random.Random, profile: Profile) -> str:
    """What an ordinary parcel of a carrier holds."""
    kinds = EXPORT_KINDS if profile.direction == "EXPORT" else US_KINDS if profile.country == "US" and profile.mode != "POST" else KINDS
    return rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]


def _original(maker: Maker, plan: Plan, number: int, places: range, lodged_at: datetime) -> Made:
    """One original manifest."""
    rng, profile = maker.random, plan.profiles[number]
    parcels: list[Json] = []
    dirty: dict[int, str] = {}
    planted: dict[int, str] = {}
    for at, place in enumerate(places):
        what = plan.planted.get(place)
        person = plan.heavy[min(range(len(plan.heavy)), key=lambda who: plan.heavy[who].orders)] if what == "VELOCITY" else None
        kind = what if what and what != "VELOCITY" else _kind(rng, profile)
        parcel = maker.parcel(profile, kind, person)
        if what:
            planted[at] = what
        elif rng.random() < plan.dirty:
            dirty[at] = _spoil(rng, profile, parcel)
        parcels.append(parcel)
    made = Made(profile.carrier, maker.manifest(profile, lodged_at, parcels), "ORIGINAL", dirty, planted)
    if plan.events.get(number) == WRONG_CARRIER:
        made.manifest["carrier"] = "gd" if profile.carrier == "kx" else "kx"
        made = made._replace(event=WRONG_CARRIER)
    return made


def records(  # noqa: PLR0913 - each is something a test or a load run has to vary
    seed: int = 20261123,
    parcels: int = 20_000,
    carriers: int | None = None,
    parcels_per_manifest: int = 200,
    dirty: float = 0.03,
    *,
    on: date = date(2026, 11, 23),
    events: bool = True,
    planted: bool = True,
    people: list[Person] | None = None,
) -> Iterator[Made]:
    """The day with its answers: every record in the order of arrival and what was put into it on purpose.

    `parcels` counts those of the original manifests; what follows on them (amendments, cancellations, repetitions)
    comes on top, `FOLLOWS_AFTER` manifests later. `carriers` takes only the first of `PROFILES`, `dirty` is the share of parcels
    with a mistake, and without `events` there are originals only. Without `planted` nothing is prohibited and nobody
    orders too much. `people` are the consignees of earlier days, some of whom order again; those who come new are added.
    """
    if carriers is not None and not 1 <= carriers <= len(PROFILES):
        raise ValueError(f"carriers is {carriers}, the sample knows 1 to {len(PROFILES)}")
    if not 1 <= parcels_per_manifest <= limits.PARCELS_PER_MANIFEST_MAX:
        raise ValueError(f"parcels_per_manifest is {parcels_per_manifest}, a manifest holds 1 to {limits.PARCELS_PER_MANIFEST_MAX}")
    maker = Maker(seed, on, people)
    plan = _plan(maker, PROFILES[:carriers], parcels, parcels_per_manifest, dirty)
    if not events:
        plan.events.clear()
    if not planted:
        plan.planted.clear()
    midnight = datetime(on.year, on.month, on.day, tzinfo=KOREA)
    waiting: list[tuple[int, Made]] = []
    for number in range(len(plan.profiles)):
        minutes = FIRST_MINUTE + (LAST_MINUTE - FIRST_MINUTE) * number / len(plan.profiles)
        lodged_at = (midnight + timedelta(minutes=minutes)).replace(microsecond=0)
        made = _original(maker, plan, number, range(number * parcels_per_manifest, min(parcels, (number + 1) * parcels_per_manifest)), lodged_at)
        yield made
        if follow := EVENTS.get(plan.events.get(number, "")):
            waiting.extend((number + FOLLOWS_AFTER, further) for further in follow(maker, made))
        while waiting and waiting[0][0] <= number:
            yield waiting.pop(0)[1]
    for _, made in waiting:
        yield made


def day(  # noqa: PLR0913 - those of `records`
    seed: int = 20261123,
    parcels: int = 20_000,
    carriers: int | None = None,
    parcels_per_manifest: int = 200,
    dirty: float = 0.03,
    *,
    on: date = date(2026, 11, 23),
    events: bool = True,
) -> Iterator[tuple[str, Json]]:
    """The day as carriers send it: carrier and manifest. See `records` for what the parameters do."""
    for made in records(seed, parcels, carriers, parcels_per_manifest, dirty, on=on, events=events):
        yield made.carrier, made.manifest


# Records nobody can read


def framed(manifest: Json, schema_id: int = SCHEMA_ID) -> bytes:
    """A manifest as Avro in Confluent framing."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, _schema(), manifest)
    return b"\x00" + schema_id.to_bytes(4, "big") + body.getvalue()


@lru_cache(maxsize=1)
def _schema() -> Any:  # noqa: ANN401 - the library has no type for a parsed schema
    """The manifest's Avro schema."""
    return fastavro.parse_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))


def hostile() -> Iterator[tuple[str, bytes]]:
    """Records that are broken or nasty: a name and the raw value of each.

    Some can be read and then draw findings, most can't and are set aside; none may stop a worker.
    """
    _, manifest = next(day(parcels=2, parcels_per_manifest=2, dirty=0.0, events=False))
    plain = json.dumps(manifest, ensure_ascii=False).encode()
    yield from _hostile_json(manifest, plain)
    yield from _hostile_avro(manifest)


def _with(plain: bytes, old: bytes, new: bytes) -> bytes:
    """A JSON record with one place changed."""
    if old not in plain:
        raise LookupError(f"{old!r} doesn't stand in the sample record")
    return plain.replace(old, new, 1)


def _hostile_json(manifest: Json, plain: bytes) -> Iterator[tuple[str, bytes]]:
    """Nasty text."""
    depth = 100_000
    yield "empty", b""
    yield "white space", b" \n\t "
    yield "null", b"null"
    yield "a number", b"42"
    yield "a string", b'"manifest"'
    yield "an array", b"[" + plain + b"]"
    yield "an empty object", b"{}"
    yield "truncated JSON", plain[: len(plain) // 2]
    yield "two JSON values", plain + plain
    yield "text after JSON", plain + b" ok?"
    yield "byte order mark", b"\xef\xbb\xbf" + plain
    yield "UTF-16", plain.decode().encode("utf-16")
    yield "invalid UTF-8", _with(plain, b'"KRICN"', b'"KR\xff\xfeN"')
    yield "Korean in EUC-KR", plain.decode().encode("euc-kr", errors="replace")
    yield "lone surrogate", _with(plain, b'"KRICN"', b'"KR\\ud800N"')
    yield "NUL in a string", _with(plain, b'"KRICN"', b'"KR\\u0000N"')
    yield "raw control character in a string", _with(plain, b'"KRICN"', b'"KR\x01N"')
    yield "deep arrays", b"[" * depth + b"]" * depth
    yield "deep objects", b'{"a":' * depth + b"1" + b"}" * depth
    yield "deep unknown field", _with(plain, b'"version": 1', b'"version": 1, "x": ' + b"[" * depth + b"]" * depth)
    yield "duplicate keys", _with(plain, b'"version": 1', b'"version": 1, "version": 2')
    yield "huge integer", _with(plain, b'"version": 1', b'"version": ' + b"9" * 5_000)
    yield "huge exponent", _with(plain, b'"version": 1', b'"version": 1e999999999')
    yield "NaN", _with(plain, b'"version": 1', b'"version": NaN')
    yield "Infinity", _with(plain, b'"version": 1', b'"version": -Infinity')
    yield "version as text", _with(plain, b'"version": 1', b'"version": "1"')
    yield "version zero", _with(plain, b'"version": 1', b'"version": 0')
    yield "no manifest id", json.dumps({key: value for key, value in manifest.items() if key != "manifest_id"}).encode()
    yield "empty manifest id", json.dumps({**manifest, "manifest_id": ""}).encode()
    yield "long manifest id", json.dumps({**manifest, "manifest_id": "M" * 1_000_000}).encode()
    yield "parcels as an object", json.dumps({**manifest, "parcels": {"0": manifest["parcels"][0]}}).encode()
    yield "parcels of other kinds", json.dumps({**manifest, "parcels": [None, 7, "parcel", [], {}, manifest["parcels"][0]]}).encode()
    yield "too many parcels", json.dumps({**manifest, "parcels": [{}] * (limits.PARCELS_PER_MANIFEST_MAX + 1)}).encode()
    yield "gzip", b"\x1f\x8b\x08\x00" + plain[:64]
    yield "XML", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    yield "CSV", b"house_bill,name\r\nKX1,Kim\r\n"


def _hostile_avro(manifest: Json) -> Iterator[tuple[str, bytes]]:
    """Nasty Avro."""
    whole = framed(manifest)
    text_of_2_gib = b"\xfe\xff\xff\xff\x0f"  # the length of a string, which then isn't there
    yield "magic byte alone", b"\x00"
    yield "magic byte and 3 bytes", b"\x00\x00\x00\x01"
    yield "frame without a body", b"\x00\x00\x00\x00\x01"
    yield "unknown schema id", framed(manifest, 987_654_321)
    yield "schema of another topic", framed(manifest, 2)
    yield "truncated Avro", whole[: len(whole) // 2]
    yield "bytes after Avro", whole + b"\x00\x01\x02"
    yield "Avro string longer than the record", whole[:5] + text_of_2_gib + b"KX"
    yield "Avro string of negative length", whole[:5] + b"\x03" + b"KX"
    yield "Avro integer without an end", whole[:5] + b"\xff" * 32
    yield "Avro with invalid UTF-8", whole.replace(b"KRICN", b"KR\xff\xfeN", 1)
    yield "Avro noise", whole[:5] + bytes(range(256))
    yield "JSON in an Avro frame", whole[:5] + json.dumps(manifest).encode()
    yield "another magic byte", b"\x01" + whole[1:]
    yield "Avro container file", b"Obj\x01" + whole[5:]

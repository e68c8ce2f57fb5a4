"""What every pattern is made with: invented people, sellers, addresses and parcels, all from one seed.

A pattern is a function that takes a `Scene` and its figures and yields what it hides. It knows nothing of rules:
it does what the people in the reports did.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec

from streams.simulation.sample.parcels import CurrencyAmounts, ManifestGenerator
from streams.simulation.sample.profiles import PROFILES, CarrierProfile, Json
from streams.simulation.scenarios.truth import Kind, Truth

PROFILE_OF: Final = {profile.carrier: profile for profile in PROFILES}
ORDERED_DAYS: Final = (2, 12)
"""How long before it is lodged a parcel was ordered, from and to."""


class PatternFigures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every scenario says of itself in `scenarios.toml`; a pattern's own figures come on top."""

    title: str
    source: str
    """Where it was seen, or why it is here."""
    names: tuple[str, ...] = ()
    """Codes of the findings that should name it; one of them is enough."""


class OrderLine(NamedTuple):
    """Goods of one line: one piece's price and weight."""

    description: str
    hs_code: str
    usd: float
    weight_g: int
    quantity: int = 1
    volume_ml: int | None = None
    brand: str | None = None
    ingredients: str | None = None


class SceneSeller(NamedTuple):
    """Who sends, and on which platform the goods were sold."""

    name: str
    address: str
    country: str
    phone: str
    seller_id: str
    platform: str


class Planted(NamedTuple):
    """A parcel to be hidden in a manifest of a carrier on a day of the horizon."""

    parcel: Json
    truth: Truth
    chunk_records: str = ""
    """Parcels with the same word travel under one master bill."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days in which things are hidden."""

    first: date
    days: int
    scale: float
    """Share of the planted figures in full size."""
    volume: float
    """Share of the look-alikes in full size: they grow with the ordinary parcels."""


CITIES: Final = {
    "CN": (
        ("Shenzhen", "Bao'an Ave"),
        ("Yiwu", "Futian Rd"),
        ("Guangzhou", "Zhanxi Rd"),
        ("Weihai", "Tongyi Rd"),
        ("Hangzhou", "Yuhang Rd"),
    ),
    "US": (
        ("Los Angeles, CA 90058", "E Vernon Ave"),
        ("Portland, OR 97209", "NW Front Ave"),
        ("Newark, DE 19702", "Pencader Dr"),
    ),
    "DE": (("20539 Hamburg", "Ausschläger Weg"), ("60549 Frankfurt am Main", "Cargo City Süd")),
    "JP": (("Osaka 550-0012", "Itachibori, Nishi-ku"), ("Tokyo 130-0015", "Yokoami, Sumida-ku")),
}
FIRST: Final = (
    "Jia",
    "Hong",
    "Sheng",
    "Mei",
    "Long",
    "Xin",
    "Tai",
    "Rui",
    "Fu",
    "Yuan",
    "Nova",
    "Sun",
    "Kirin",
    "Delta",
    "Luna",
    "Orion",
)
SECOND: Final = (
    "hua",
    "da",
    "feng",
    "tong",
    "li",
    "xing",
    "bao",
    "cheng",
    "light",
    "way",
    "peak",
    "mart",
    "line",
    "star",
)
TRADES: Final = {"CN": "Trading Co Ltd", "US": "Supply LLC", "DE": "Handels GmbH", "JP": "Shoji Co Ltd"}
PLATFORMS: Final = {
    "CN": ("examplemall", "haitao-direct", "silkroad-shop"),
    "US": ("bluecart", "vitabay"),
    "DE": ("kaufhaus-online",),
    "JP": ("sakura-ichiba",),
}
DIALLING: Final = {"CN": "+8675536", "US": "+1213556", "DE": "+4940556", "JP": "+8166556"}
SHORT: Final = (
    ("서울특별시", "서울시"),
    ("서울특별시", "서울"),
    ("인천광역시", "인천"),
    ("부산광역시", "부산시"),
    ("경기도 ", "경기 "),
    ("광역시", "시"),
)
LEFT_AT: Final = ("문앞", "경비실 맡김", "부재시 문 앞", "택배함", "1층 사무실")


def respelt(address: str, rng: random.Random) -> str:
    """The same Korean address in another spelling, as several hands would write it.

    >>> respelt("서울특별시 강남구 테헤란로 123, 101동 202호", random.Random(3)) != respelt(
    ...     "서울특별시 강남구 테헤란로 123, 101동 202호",
    random.Random(4)) True
    """
    long, short = rng.choice(SHORT)
    if rng.random() < 0.5:  # noqa: PLR2004 - half the hands shorten
        address = address.replace(long, short, 1)
    road, comma, rest = address.partition(", ")
    way = rng.randrange(5)
    if way == 0:
        address = f"{road} {rest}"
    elif way == 1:
        address = f"{road}{comma}{rest.replace('동 ', '-').replace('호', '')}"
    elif way == 2:  # noqa: PLR2004 - one of five ways
        address = f"{road.replace('로 ', '로')}{comma}{rest}"
    elif way == 3:  # noqa: PLR2004 - one of five ways
        address = f"{address} ({rng.choice(LEFT_AT)})"
    return address


def rewritten(phone: str, rng: random.Random) -> str:
    """The same Korean phone number, written in another way."""
    digits = phone.replace("-", "")
    return rng.choice(
        (
            phone,
            phone,
            digits,
            f"+82-{digits[1:3]}-{digits[3:7]}-{digits[7:]}",
            f"{digits[:3]} {digits[3:7]} {digits[7:]}",
        )
    )


@dataclass(slots=True)
class Scene:
    """Makes what a pattern hides; two scenes with the same seed, number and name make the same."""

    seed: int
    number: int
    """Keeps the numbers of the scenarios apart."""
    name: str
    figures: PatternFigures
    span: Span
    kind: Kind = "PLANTED"
    rng: random.Random = field(init=False)
    maker: ManifestGenerator = field(init=False)
    ring: int = field(init=False, default=0)
    """The group that is being made."""

    def __post_init__(self) -> None:
        self.rng = random.Random(crc32(f"{self.seed}/{self.name}".encode()))  # noqa: S311 - has to be the same again, not secret
        self.maker = ManifestGenerator(self.rng.randrange(10**9), self.span.first)
        self.maker.tag = f"{(self.seed + 50_000 + self.number) % 100_000:05d}"

    # how much

    def planted(self, full: int, least: int = 1) -> int:
        """A figure of a planted pattern, scaled."""
        return max(least, round(full * self.span.scale))

    def around(self, full: int, least: int = 1) -> int:
        """A figure of a look-alike, scaled."""
        return max(least, round(full * self.span.volume))

    def rings(self, count: int) -> Iterator[int]:
        """So many groups, one after the other; what is hidden meanwhile belongs to it."""
        for self.ring in range(1, count + 1):
            yield self.ring

    def any_day(self, first: int = 0, days: int | None = None) -> int:
        """A day of the horizon, from 0; within so many from the first, if they fit."""
        last = self.span.days if days is None else min(self.span.days, first + days)
        return self.rng.randrange(min(first, last - 1), last)

    def start(self, days: int) -> int:
        """A first day that leaves room for so many, as far as there is room."""
        return self.rng.randrange(max(1, self.span.days - days + 1))

    # who

    def person(self) -> Json:
        """Somebody with a clearance code, a phone and an address of their own."""
        return self.maker.person().consignee

    def people(self, count: int) -> list[Json]:
        """Several."""
        return [self.person() for _ in range(count)]

    def at(self, person: Json, place: Json, *, phone: Json | None = None, spelt: bool = True) -> Json:
        """A person's name and code, delivered to another's address, and with another's phone if one is given."""
        address = respelt(place["address"], self.rng) if spelt else place["address"]
        called = {} if phone is None else {"phone": rewritten(phone["phone"], self.rng)}
        return {**person, "address": address, "postcode": place["postcode"], **called}

    def seller(self, country: str) -> SceneSeller:
        """A seller that nobody has heard of."""
        rng = self.rng
        city, road = rng.choice(CITIES[country])
        name = f"{rng.choice(FIRST)}{rng.choice(SECOND)} {TRADES[country]}"
        code = f"s-{rng.randint(10_000, 99_999)}"
        return SceneSeller(
            name,
            f"{rng.randint(1, 990)} {road}, {city}",
            country,
            f"{DIALLING[country]}{rng.randrange(10**4):04d}",
            code,
            rng.choice(PLATFORMS[country]),
        )

    # what

    def parcel(
        self,
        carrier: str,
        consignee: Json,
        lines: Sequence[OrderLine],
        seller: SceneSeller,
        **changes: Any,  # noqa: ANN401 - any field of a parcel
    ) -> Json:
        """A parcel as a carrier declares it, valid in form; `changes` replace whole fields."""
        profile, rng = PROFILE_OF[carrier], self.rng
        amounts = CurrencyAmounts(profile.minor, profile.usd_e4)
        items, total = [], 0
        for line in lines:
            unit_price = amounts.of_usd(line.usd)
            total += unit_price * line.quantity
            items.append(self._item(line, amounts.show(unit_price), amounts.show(unit_price * line.quantity), profile))
        freight = amounts.of_usd(rng.uniform(2.5, 9.0))
        parcel = {
            "house_bill": self.maker.house_bill(profile),
            "ecommerce": True,
            "purpose": "SELF_USE",
            "pieces": 1,
            "gross_weight_g": sum(item["net_weight_g"] for item in items) + rng.randint(30, 220),
            "freight": amounts.show(freight),
            "insurance": None,
            "local_charges": amounts.show(0),
            "currency": profile.currency,
            "consignor": {
                "name": seller.name,
                "address": seller.address,
                "country": seller.country,
                "phone": seller.phone,
                "supplier_code": None,
            },
            "consignee": {**consignee, "auth_number": self.maker.digits(12)},
            "order": self._order(seller, amounts.show(total + freight)),
            "items": items,
        }
        return {**parcel, **changes}

    def _item(self, line: OrderLine, unit_price: str, amount: str, profile: CarrierProfile) -> Json:
        return {
            "description": line.description,
            "hs_code": line.hs_code,
            "quantity": line.quantity,
            "unit": "EA",
            "net_weight_g": max(1, round(line.weight_g * self.rng.uniform(0.94, 1.06))) * line.quantity,
            "unit_price": unit_price,
            "amount": amount,
            "origin": profile.country,
            "brand": line.brand,
            "ingredients": line.ingredients,
            "volume_ml": line.volume_ml,
            "url": None,
        }

    def _order(self, seller: SceneSeller, paid: str) -> Json:
        number = f"{self.maker.tag}{self.maker.count('order'):08d}"
        return {
            "platform": seller.platform,
            "url": f"https://{seller.platform}.example/o/{number}",
            "order_number": number,
            "purchased_on": None,  # set when the day is known
            "paid": paid,
            "seller_id": seller.seller_id,
        }

    def hide(  # noqa: PLR0913 - what truth records
        self,
        day: int,
        carrier: str,
        parcel: Json,
        role: str,
        *,
        kind: Kind | None = None,
        chunk_records: str = "",
        purchased: date | None = None,
    ) -> Planted:
        """A parcel with its truth, on a day of the horizon counted from 0."""
        if parcel["order"] is not None and parcel["order"]["purchased_on"] is None:
            ordered = purchased or self.span.first + timedelta(days=day - self.rng.randint(*ORDERED_DAYS))
            parcel = {**parcel, "order": {**parcel["order"], "purchased_on": ordered.isoformat()}}
        kind = kind or self.kind
        named = self.figures.names if kind == "PLANTED" else ()
        truth = Truth(carrier, parcel["house_bill"], kind, self.name, self.ring, role, day + 1, named)
        return Planted(parcel, truth, chunk_records)

"""Sample people, goods and parcels."""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final, NamedTuple

from streams.simulation.sample.identifiers import air_waybill, business_number, container, s10
from streams.simulation.sample.profiles import KOREA, CarrierProfile, Json, Party, SampleGoods, words

# One parcel


@dataclass(slots=True)
class Person:
    """A consignee in Korea."""

    consignee: Json
    orders: int = 0


class CurrencyAmounts(NamedTuple):
    """Money of one currency in its smallest unit."""

    minor: int
    usd_e4: int

    def of_usd(self, usd: float) -> int:
        """A dollar amount in smallest units, at least one."""
        return max(1, round(usd * 10_000 / self.usd_e4 * self.minor))

    def show(self, amount: int) -> str:
        """As a decimal string."""
        return str(amount) if self.minor == 1 else f"{amount // 100}.{amount % 100:02d}"


KINDS: Final = (
    ("COMMON", 620),
    ("REAL", 240),
    ("SUPPLEMENT", 45),
    ("FOOD", 30),
    ("PERFUME", 12),
    ("ALCOHOL", 8),
    ("MEDICAL", 10),
    ("DEAR", 35),
)
US_KINDS: Final = (
    ("COMMON", 500),
    ("REAL", 200),
    ("SUPPLEMENT", 140),
    ("FOOD", 25),
    ("PERFUME", 12),
    ("ALCOHOL", 8),
    ("MEDICAL", 10),
    ("DEAR", 35),
    ("US_MID", 70),
)
EXPORT_KINDS: Final = (("EXPORT", 1),)
SINGLE_KINDS: Final = frozenset({"ALCOHOL", "DEAR", "LUXURY", "US_MID", "NARCOTIC", "WEAPON", "MEDICAL", "PERFUME"})
"""Ordered one at a time, and at about their price."""

RETURNING_SHARE: Final = 0.2
GIFT_SHARE: Final = 0.01
HEAVY_PARCELS: Final = 14
"""Parcels of a consignee who orders too often: above the limit of a day."""
PEOPLE_BEFORE_RETURNS: Final = 40


class ManifestGenerator:
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
            "address": f"{road} {rng.randint(3, 480)}, {rng.randint(101, 135)}동 "
            f"{rng.randint(1, 25)}{rng.randint(1, 8):02d}호",
        }
        return Person(consignee)

    def consignee(self) -> Person:
        """Somebody new, or somebody who has ordered before."""
        if len(self.people) > PEOPLE_BEFORE_RETURNS and self.random.random() < RETURNING_SHARE:
            return self.random.choice(self.people)
        person = self.person()
        self.people.append(person)
        return person

    def house_bill(self, profile: CarrierProfile) -> str:
        """The next house bill of a carrier; by post an item identifier."""
        number = self.count(f"house {profile.carrier}")
        if profile.mode == "POST":
            return s10("LX", (self.first_serial + number) % 10**8, profile.country)
        return f"{profile.carrier.upper()}8{self.tag}{number:07d}"

    def item(
        self, goods: SampleGoods, profile: CarrierProfile, amounts: CurrencyAmounts, *, single: bool
    ) -> tuple[Json, int]:
        """One line of goods, and its amount."""
        rng = self.random
        quantity = 1 if single or rng.random() < 0.7 else rng.randint(2, 3)  # noqa: PLR2004 - most buy one
        unit_price = amounts.of_usd(
            goods.price_usd * (rng.uniform(0.93, 1.07) if single else rng.lognormvariate(0.0, 0.45))
        )
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

    def items(self, kind: str, profile: CarrierProfile, amounts: CurrencyAmounts) -> tuple[list[Json], int]:
        """The lines of one parcel, and their sum."""
        rng = self.random
        single = kind in SINGLE_KINDS
        lines = 1 if single or rng.random() < 0.75 else rng.randint(2, 3)  # noqa: PLR2004 - most parcels hold one thing
        chosen = self.words.goods[kind]
        made = [
            self.item(goods, profile, amounts, single=single) for goods in rng.sample(chosen, min(lines, len(chosen)))
        ]
        return [item for item, _ in made], sum(amount for _, amount in made)

    def parcel(self, profile: CarrierProfile, kind: str, person: Person | None) -> Json:
        """A clean parcel."""
        rng = self.random
        amounts = CurrencyAmounts(profile.minor, profile.usd_e4)
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
        consignor: Json = {
            "name": supplier.name,
            "address": supplier.address,
            "country": supplier.country,
            "phone": supplier.phone,
            "supplier_code": None,
        }
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

    def order(self, profile: CarrierProfile, supplier: Party, paid: str) -> Json:
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

    def manifest(self, profile: CarrierProfile, lodged_at: datetime, parcels: list[Json]) -> Json:
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

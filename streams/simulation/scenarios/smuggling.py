"""Goods for sale that come in as the self-use of many: codes are collected, the goods end in few hands."""

from collections.abc import Iterator
from typing import Final

from streams.simulation.scenarios.scene import OrderLine, PatternFigures, Planted, Scene

APPLIANCES: Final = (
    OrderLine("air fryer, 5 L, 1500 W", "851660", 68, 4_300),
    OrderLine("rice cooker, 1.8 L", "851660", 74, 3_900),
    OrderLine("electric kettle, stainless steel, 1.7 L", "851679", 31, 1_100),
    OrderLine("hand blender set, 800 W", "850940", 42, 1_500),
    OrderLine("에어프라이어 5리터", "851660", 66, 4_300),
    OrderLine("电热水壶 1.7升", "851679", 27, 1_100),
    OrderLine("handheld garment steamer, 1200 W", "851679", 38, 1_200),
)
PERFUMES: Final = (
    OrderLine("eau de parfum for women, spray", "330300", 27, 120, volume_ml=30, brand="Chanel"),
    OrderLine("eau de parfum, Dior type, spray", "330300", 18, 120, volume_ml=30),
    OrderLine("eau de toilette for men, spray", "330300", 16, 120, volume_ml=30, brand="Tom Ford"),
    OrderLine("女士香水 喷雾", "330300", 14, 110, volume_ml=30, brand="Jo Malone"),
    OrderLine("perfume spray, floral", "330300", 15, 120, volume_ml=30),
)
CREAMS: Final = (
    OrderLine("skin cream for tattoo care, 10 g", "330499", 3.9, 16),
    OrderLine("face and body cream, tube 10 g", "330499", 3.6, 16),
    OrderLine("tattoo numbing cream, 10 g", "330499", 4.1, 16),
    OrderLine("타투 크림 10g", "330499", 3.8, 16),
    OrderLine("moisturising cream, small tube", "330499", 3.7, 16),
)
ORDINARY: Final = (
    OrderLine("women's knitted acrylic cardigan, beige", "611030", 26, 380),
    OrderLine("ceramic coffee mug with lid, 350 ml", "691200", 11, 420),
    OrderLine("building blocks toy set, 480 pieces", "950300", 27, 850),
    OrderLine("USB-C charging cable, braided, 2 m", "854442", 8, 60),
)


class Appliances(PatternFigures, frozen=True, kw_only=True):
    """Case A."""

    codes: int
    parcels: int
    codes_a_drop: int
    sellers: int
    own_phone_share: float
    cover_share: float


def appliances(scene: Scene, figures: Appliances) -> Iterator[Planted]:
    """Collected codes, one appliance under each at a time, all of it to a few warehouses."""
    scene.ring, rng = 1, scene.rng
    codes = scene.people(scene.planted(figures.codes, 20))
    drops = scene.people(max(2, len(codes) // figures.codes_a_drop))
    phones = scene.people(2 * len(drops))
    sellers = [scene.seller("CN") for _ in range(figures.sellers)]
    for number in range(scene.planted(figures.parcels, 30)):
        person, drop = codes[number % len(codes)], drops[number % len(codes) % len(drops)]
        line = rng.choice(APPLIANCES)
        phone = None if rng.random() < figures.own_phone_share else rng.choice(phones)
        carrier = rng.choice(("kx", "ys", "hs"))
        parcel = scene.parcel(
            carrier,
            scene.at(person, drop, phone=phone),
            [line._replace(usd=line.usd * rng.uniform(0.9, 1.1))],
            rng.choice(sellers),
        )
        yield scene.hide(scene.any_day(), carrier, parcel, "collected code")
    for _ in range(round(len(codes) * figures.cover_share)):
        person = rng.choice(codes)
        yield scene.hide(
            scene.any_day(),
            "kx",
            scene.parcel("kx", person, [rng.choice(ORDINARY)], scene.seller("CN")),
            "own order of the holder",
            kind="COVER",
        )


class Perfumes(PatternFigures, frozen=True, kw_only=True):
    """Case B."""

    codes: int
    pieces: int
    pieces_a_parcel: int
    codes_a_drop: int
    sellers: int
    own_phone_share: float


def perfumes(scene: Scene, figures: Perfumes) -> Iterator[Planted]:
    """Counterfeit perfumes in small bottles, two to a parcel, under collected codes."""
    scene.ring, rng = 1, scene.rng
    codes = scene.people(scene.planted(figures.codes, 10))
    drops = scene.people(max(2, len(codes) // figures.codes_a_drop))
    sellers = [scene.seller("CN") for _ in range(figures.sellers)]
    for number in range(max(20, scene.planted(figures.pieces) // figures.pieces_a_parcel)):
        person, drop = codes[number % len(codes)], drops[number % len(codes) % len(drops)]
        phone = None if rng.random() < figures.own_phone_share else drop
        line = rng.choice(PERFUMES)._replace(quantity=figures.pieces_a_parcel)
        carrier = rng.choice(("kx", "ys", "ep"))
        parcel = scene.parcel(
            carrier,
            scene.at(person, drop, phone=phone),
            [line._replace(usd=line.usd * rng.uniform(0.85, 1.15))],
            rng.choice(sellers),
        )
        yield scene.hide(scene.any_day(), carrier, parcel, "collected code")


class Creams(PatternFigures, frozen=True, kw_only=True):
    """Case C."""

    codes: int
    pieces: int
    pieces_a_parcel: int
    codes_a_shop: int
    home_share: float


def creams(scene: Scene, figures: Creams) -> Iterator[Planted]:
    """Tattoo creams by the box under the codes of acquaintances, some to their homes, the rest to the shops."""
    scene.ring, rng = 1, scene.rng
    codes = scene.people(scene.planted(figures.codes, 6))
    shops = scene.people(max(1, len(codes) // figures.codes_a_shop))
    seller = scene.seller("CN")
    for number in range(max(24, scene.planted(figures.pieces) // figures.pieces_a_parcel)):
        person = codes[number % len(codes)]
        shop = shops[number % len(codes) % len(shops)]
        home = rng.random() < figures.home_share
        consignee = person if home else scene.at(person, shop, phone=shop)
        carrier = rng.choice(("kx", "ys", "ep"))
        pieces = figures.pieces_a_parcel - rng.randrange(6)
        parcel = scene.parcel(carrier, consignee, [rng.choice(CREAMS)._replace(quantity=pieces)], seller)
        yield scene.hide(
            scene.any_day(), carrier, parcel, "acquaintance at home" if home else "acquaintance, to the shop"
        )


class Drop(PatternFigures, frozen=True, kw_only=True):
    """Many parcels to one address."""

    rings: int
    parcels: int
    codes: int


def drop_address(scene: Scene, figures: Drop) -> Iterator[Planted]:
    """A flat that takes parcels for people who do not live there, dozens within a day."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        flat, codes, day = scene.person(), scene.people(figures.codes), scene.start(2)
        for number in range(figures.parcels):
            carrier = rng.choice(("kx", "ys", "bw"))
            consignee = scene.at(codes[number % len(codes)], flat, phone=flat if number % 3 else None)
            line = rng.choice((*APPLIANCES, *ORDINARY))
            yield scene.hide(
                scene.any_day(day, 1),
                carrier,
                scene.parcel(carrier, consignee, [line], scene.seller("US" if carrier == "bw" else "CN")),
                "to the flat",
            )

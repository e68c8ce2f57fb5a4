"""Look-alikes: people and companies who do nothing wrong and look a little like those who do."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from streams.simulation.sample.identifiers import business_number
from streams.simulation.scenarios.scene import OrderLine, PatternFigures, Planted, Scene
from streams.simulation.scenarios.smuggling import APPLIANCES, ORDINARY
from streams.simulation.scenarios.splitting import DEAR

SALE: Final = (
    OrderLine("noise-cancelling over-ear headphones", "851830", 146, 420),
    OrderLine("women's wool coat, long, size M", "620220", 143, 1_500),
    OrderLine("hiking boots with leather uppers, 270 mm", "640391", 139, 1_400),
    OrderLine("cordless vacuum cleaner, handheld", "850860", 148, 2_100),
    OrderLine("running shoes with textile uppers", "640411", 92, 800),
)
POPULAR: Final = OrderLine("stainless steel vacuum flask, 500 ml", "961700", 18, 340)
AGAIN: Final = (
    OrderLine("baby nappies, size 4, 108 pieces", "961900", 39, 4_200),
    OrderLine("dry dog food with salmon, 2 kg", "230910", 24, 2_150),
    OrderLine(
        "multivitamin tablets for adults, 90 tablets",
        "210690",
        21,
        180,
        ingredients="vitamin A, vitamin C, vitamin D3, zinc oxide",
    ),
)
"""What is used up within weeks and bought again."""
ACCESSORIES: Final = (
    OrderLine("tablet computer stand, aluminium", "847330", 17, 560),
    OrderLine("graphics card support bracket", "847330", 12, 240),
    OrderLine("foldable laptop stand with cooling fan", "847330", 26, 1_350),
    OrderLine("memory module, 16 GB", "847330", 49, 40),
    OrderLine("digital sports watch, silicone strap", "910212", 9, 55),
    OrderLine("digital wrist watch with steel band", "910212", 14, 170),
    OrderLine("car vacuum cleaner, 12 V", "850860", 23, 950),
    OrderLine("learning tablet for children, 7 inch", "847130", 58, 480),
)
"""Cheap goods that are classified with dear ones, some as heavy as they."""


class Groups(PatternFigures, frozen=True, kw_only=True):
    """So many groups of so many people."""

    rings: int
    people: int
    parcels_a_person: int


def family(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """A family at one address that gives one phone for all."""
    yield from _household(scene, figures, one_phone=True)


def dormitory(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """A student house: one address without room numbers, everybody with a phone of their own."""
    yield from _household(scene, figures, one_phone=False)


def _household(scene: Scene, figures: Groups, *, one_phone: bool) -> Iterator[Planted]:
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        home = scene.person()
        for person in scene.people(figures.people):
            for _ in range(rng.randint(1, figures.parcels_a_person)):
                carrier = rng.choice(("kx", "ys", "bw"))
                consignee = scene.at(person, home, phone=home if one_phone else None, spelt=rng.random() < 0.3)  # noqa: PLR2004 - most copy their address
                parcel = scene.parcel(
                    carrier, consignee, [rng.choice(ORDINARY)], scene.seller("US" if carrier == "bw" else "CN")
                )
                yield scene.hide(scene.any_day(), carrier, parcel, "lives there")


def office(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """An office building whose people have their own orders sent to work, floor and company behind the address."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        building = scene.person()
        street = building["address"].partition(", ")[0]
        for person in scene.people(figures.people):
            place = {
                **building,
                "address": f"{street}, {rng.randint(2, 20)}층 {rng.choice(('기획팀', '영업부', '총무과', '연구소'))}",
            }
            for _ in range(rng.randint(1, figures.parcels_a_person)):
                carrier = rng.choice(("kx", "ys"))
                parcel = scene.parcel(
                    carrier, scene.at(person, place, spelt=False), [rng.choice(ORDINARY)], scene.seller("CN")
                )
                yield scene.hide(scene.any_day(), carrier, parcel, "works there")


def pickup_point(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """A shop that keeps parcels for its neighbours: one address, and each with their own phone."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        shop = scene.person()
        place = {**shop, "address": f"{shop['address'].partition(', ')[0]}, 1층 편의점 픽업"}
        for person in scene.people(figures.people):
            for _ in range(rng.randint(1, figures.parcels_a_person)):
                carrier = rng.choice(("kx", "ys"))
                parcel = scene.parcel(
                    carrier, scene.at(person, place, spelt=False), [rng.choice(ORDINARY)], scene.seller("CN")
                )
                yield scene.hide(scene.any_day(), carrier, parcel, "picks up there")


class Sellers(PatternFigures, frozen=True, kw_only=True):
    """So many sellers with so many parcels."""

    rings: int
    parcels: int


def popular_seller(scene: Scene, figures: Sellers) -> Iterator[Planted]:
    """A seller whose one product everybody wants."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            carrier = rng.choice(("kx", "ys"))
            parcel = scene.parcel(
                carrier, scene.person(), [POPULAR._replace(usd=POPULAR.usd * rng.uniform(0.95, 1.05))], seller
            )
            yield scene.hide(scene.any_day(), carrier, parcel, "a customer")


def sale_day(scene: Scene, figures: Sellers) -> Iterator[Planted]:
    """A sale on one day: many sellers' true prices end just under the limit."""
    rng = scene.rng
    day = scene.any_day()
    for _ in scene.rings(scene.around(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            line = rng.choice(SALE)
            parcel = scene.parcel(
                "kx", scene.person(), [line._replace(usd=min(149.5, line.usd * rng.uniform(0.9, 1.03)))], seller
            )
            yield scene.hide(
                day, "kx", parcel, "a customer of the sale", purchased=scene.span.first + timedelta(days=day - 4)
            )


def company(scene: Scene, figures: Sellers) -> Iterator[Planted]:
    """A company that imports for resale and says so."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        seller, owner = scene.seller("CN"), scene.person()
        firm = {
            **owner,
            "name": f"주식회사 {owner['name'][0]}원상사",
            "name_en": "Wonsangsa Co., Ltd.",
            "clearance_code": None,
        }
        firm["business_number"] = business_number(120_810_000 + scene.ring * 37)
        for _ in range(figures.parcels):
            carrier = rng.choice(("kx", "ys"))
            parcel = scene.parcel(
                carrier,
                firm,
                [rng.choice(APPLIANCES)._replace(quantity=rng.randint(4, 12))],
                seller,
                purpose="COMMERCIAL",
                ecommerce=False,
                order=None,
            )
            yield scene.hide(
                scene.any_day(),
                carrier,
                {**parcel, "consignee": {**parcel["consignee"], "auth_number": None}},
                "declared for resale",
            )


def moved_house(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """Somebody who moves house and takes a new phone, and orders furnishings before and after."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        person, new = scene.person(), scene.person()
        for number in range(figures.parcels_a_person):
            consignee = (
                person if number < figures.parcels_a_person // 2 else scene.at(person, new, phone=new, spelt=False)
            )
            yield scene.hide(
                scene.any_day(),
                "kx",
                scene.parcel("kx", consignee, [rng.choice(ORDINARY)], scene.seller("CN")),
                "old home" if consignee is person else "new home",
            )


def gifts(scene: Scene, figures: Groups) -> Iterator[Planted]:
    """Somebody who has presents sent to relatives under their own code: to two addresses beside their own."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        person, *relatives = scene.people(1 + figures.people)
        for receiver in (person, *relatives):
            consignee = {
                **receiver,
                "clearance_code": person["clearance_code"],
                "name": person["name"],
                "name_en": person["name_en"],
            }
            yield scene.hide(
                scene.any_day(),
                "kx",
                scene.parcel("kx", consignee, [rng.choice(ORDINARY)], scene.seller("CN")),
                "a present",
            )


class Loyal(PatternFigures, frozen=True, kw_only=True):
    """Customers who order again every so many days, from and to."""

    rings: int
    people: int
    days_from: int
    days_to: int


def loyal_customers(scene: Scene, figures: Loyal) -> Iterator[Planted]:
    """A seller of what is used up.

    Its customers order it again and again, each to their own home and in their own time.
    """
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        line = rng.choice(AGAIN)
        carrier = "bw" if line.ingredients else rng.choice(("kx", "ys"))
        seller = scene.seller("US" if carrier == "bw" else "CN")
        for person in scene.people(figures.people):
            lasts = rng.randint(figures.days_from, figures.days_to)
            for day in range(rng.randrange(lasts), scene.span.days, lasts):
                parcel = scene.parcel(carrier, person, [line._replace(usd=line.usd * rng.uniform(0.95, 1.05))], seller)
                yield scene.hide(day, carrier, parcel, "orders again")


class Cheaper(Sellers, frozen=True, kw_only=True):
    """Sellers who take a share of the price."""

    share_from: float
    share_to: float


def clearance(scene: Scene, figures: Cheaper) -> Iterator[Planted]:
    """A seller who clears the stock: dear goods, every one at a share of its price."""
    yield from _cheaper(scene, figures, "a bargain")


def refurbished(scene: Scene, figures: Cheaper) -> Iterator[Planted]:
    """A seller of used devices made good again, who says so."""
    yield from _cheaper(scene, figures, "used", "refurbished ")


def _cheaper(scene: Scene, figures: Cheaper, role: str, said: str = "") -> Iterator[Planted]:
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            line, part, carrier = (
                rng.choice(DEAR),
                rng.uniform(figures.share_from, figures.share_to),
                rng.choice(("kx", "ys")),
            )
            parcel = scene.parcel(
                carrier,
                scene.person(),
                [line._replace(description=said + line.description, usd=line.usd * part)],
                seller,
            )
            yield scene.hide(scene.any_day(), carrier, parcel, role)


def accessories(scene: Scene, figures: Sellers) -> Iterator[Planted]:
    """A seller of cheap goods that are classified with dear ones."""
    rng = scene.rng
    for _ in scene.rings(scene.around(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            line, carrier = rng.choice(ACCESSORIES), rng.choice(("kx", "ys"))
            parcel = scene.parcel(
                carrier, scene.person(), [line._replace(usd=line.usd * rng.uniform(0.8, 1.25))], seller
            )
            yield scene.hide(scene.any_day(), carrier, parcel, "a customer")

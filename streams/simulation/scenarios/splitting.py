"""Purchases cut into parcels, prices set just under a limit, values that are a fraction of the truth."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from streams.simulation.scenarios.scene import OrderLine, PatternFigures, Planted, Scene

CLOTHES: Final = (
    OrderLine("women's wool coat, long, size M", "620220", 132, 1_500),
    OrderLine("men's down jacket, size L", "620140", 118, 900),
    OrderLine("leather ankle boots for women, 245 mm", "640391", 109, 1_300),
    OrderLine("women's leather handbag, black", "420221", 126, 800),
)
HEALTH: Final = (
    OrderLine(
        "multivitamin tablets for adults, 90 tablets",
        "210690",
        21,
        180,
        quantity=3,
        ingredients="vitamin A, vitamin C, vitamin D3, zinc oxide",
    ),
    OrderLine(
        "omega-3 fish oil capsules, 1000 mg, 120 capsules",
        "210690",
        26,
        260,
        quantity=3,
        ingredients="fish oil, gelatin, glycerin",
    ),
)
DEAR: Final = (
    OrderLine("tablet computer, 11 inch, 128 GB", "847130", 420, 620),
    OrderLine("graphics card, 12 GB", "847330", 590, 1_400),
    OrderLine("smart watch with GPS", "910212", 268, 180),
    OrderLine("robot vacuum cleaner with docking station", "850860", 389, 4_600),
)
TENTH: Final = 0.1


class Bill(PatternFigures, frozen=True, kw_only=True):
    """A purchase cut into parcels."""

    rings: int
    parcels: int


def split_bill(scene: Scene, figures: Bill) -> Iterator[Planted]:
    """One purchase above the limit, cut into parcels below it, under one master bill."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        person, seller, day = scene.person(), scene.seller("CN"), scene.any_day()
        for _ in range(figures.parcels):
            line = rng.choice(CLOTHES)
            parcel = scene.parcel("kx", person, [line._replace(usd=line.usd * rng.uniform(0.9, 1.1))], seller)
            yield scene.hide(day, "kx", parcel, "part of a purchase", chunk_records=f"{scene.ring}")


def split_purchase(scene: Scene, figures: Bill) -> Iterator[Planted]:
    """One day's purchase of one seller, cut into parcels below the limit that come on several days and carriers."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        person, seller, start = scene.person(), scene.seller("CN"), scene.start(3)
        ordered = scene.span.first + timedelta(days=start - 5)
        for number in range(figures.parcels):
            carrier = ("kx", "ys", "hs")[number % 3]
            line = rng.choice(CLOTHES)
            parcel = scene.parcel(carrier, person, [line._replace(usd=line.usd * rng.uniform(0.9, 1.1))], seller)
            yield scene.hide(scene.any_day(start, 3), carrier, parcel, "part of a purchase", purchased=ordered)


class Reseller(PatternFigures, frozen=True, kw_only=True):
    """One person buys for resale."""

    rings: int
    parcels: int
    within_days: int


def reseller(scene: Scene, figures: Reseller) -> Iterator[Planted]:
    """A person who buys day after day from many sellers, each parcel harmless, all of them a shop's."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        person, start = scene.person(), scene.start(figures.within_days)
        for _ in range(figures.parcels):
            carrier = rng.choice(("bw", "kx"))
            country, goods = ("US", HEALTH) if carrier == "bw" else ("CN", CLOTHES)
            parcel = scene.parcel(carrier, person, [rng.choice(goods)], scene.seller(country))
            yield scene.hide(scene.any_day(start, figures.within_days), carrier, parcel, "bought for resale")


class NearLimit(PatternFigures, frozen=True, kw_only=True):
    """A seller under the limit."""

    rings: int
    parcels: int
    within_days: int
    usd_from: float
    usd_to: float
    decoy_share: float


def near_limit(scene: Scene, figures: NearLimit) -> Iterator[Planted]:
    """A seller who writes just under the limit whatever the goods cost, now and then a true price between."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        seller, start = scene.seller("CN"), scene.start(figures.within_days)
        for _ in range(figures.parcels):
            carrier = rng.choice(("kx", "hs"))
            if decoy := rng.random() < figures.decoy_share:
                line = OrderLine("women's leather wallet, red", "420231", rng.uniform(20, 60), 150)
            else:
                line = rng.choice(DEAR)._replace(usd=rng.uniform(figures.usd_from, figures.usd_to))
            parcel = scene.parcel(carrier, scene.person(), [line], seller)
            role = "true price" if decoy else "just under the limit"
            yield scene.hide(
                scene.any_day(start, figures.within_days), carrier, parcel, role, kind="COVER" if decoy else None
            )


class Undervalued(PatternFigures, frozen=True, kw_only=True):
    """A seller far below the price."""

    rings: int
    parcels: int
    share_from: float
    share_to: float


def undervalued(scene: Scene, figures: Undervalued) -> Iterator[Planted]:
    """A seller who declares dear goods at a fraction of what they cost, to people who don't know each other."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            carrier = rng.choice(("kx", "ys"))
            line, part = rng.choice(DEAR), rng.uniform(figures.share_from, figures.share_to)
            parcel = scene.parcel(carrier, scene.person(), [line._replace(usd=line.usd * part)], seller)
            yield scene.hide(
                scene.any_day(),
                carrier,
                parcel,
                "a tenth of the price or less" if part <= TENTH else "up to a quarter of the price",
            )

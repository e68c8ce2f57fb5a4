"""What must not come in, or is not what it says it is: drugs, arms, counterfeits, and manifests that leave it open."""

from collections.abc import Iterator
from typing import Any, Final

from streams.simulation.scenarios.scene import OrderLine, PatternFigures, Planted, Scene

NAMED: Final = (
    OrderLine("THC gummies, 20 pieces", "170490", 44, 160),
    OrderLine("대마오일 30ml", "330129", 58, 70, volume_ml=30),
    OrderLine("大麻软糖 30粒", "170490", 33, 180),
    OrderLine("magic mushroom spores, psilocybe cubensis", "121190", 36, 25),
    OrderLine("kratom powder, 100 g", "121190", 29, 130),
)
DISGUISED: Final = (
    OrderLine("ｃannab\u200bis gummies, mixed", "170490", 38, 160),
    OrderLine("k r a t o m powder, 100 g", "121190", 29, 130),
    OrderLine("СBD оil drops, full spectrum", "330129", 62, 90, volume_ml=30),  # Cyrillic С and о
    OrderLine("m\u200bd\u200bm\u200ba reference tablets", "293299", 85, 40),
)
DECOYS: Final = (
    OrderLine("herbal bath salts, lavender", "330730", 240, 90),
    OrderLine("vitamin chewing gum, 20 pieces", "210690", 175, 60, ingredients="xylitol, vitamin C"),
    OrderLine("scented candle in glass, 200 g", "340600", 13, 2_900),
    OrderLine("picture book for children", "490300", 9, 2_600),
)
ARMS: Final = (
    OrderLine("stun gun with flashlight", "851310", 34, 260),
    OrderLine("switchblade knife, 9 cm blade", "821193", 29, 140),
    OrderLine("호신용 전기충격기", "930400", 39, 240),
    OrderLine("弹簧刀 折叠", "821193", 16, 130),
    OrderLine("9mm ammunition, 50 rounds", "930630", 45, 640),
    OrderLine("counterfeit banknotes, 50 sheets", "490700", 25, 60),
)
FAKES: Final = (
    OrderLine("shoulder bag, leather", "420221", 17, 700, brand="Louis Vuitton"),
    OrderLine("구찌 벨트, 가죽", "420330", 12, 200),
    OrderLine("运动鞋 42码", "640411", 15, 800, brand="Nike"),
    OrderLine("wrist watch, steel, automatic", "910221", 19, 150, brand="Rolex"),
    OrderLine("sunglasses with plastic frame", "900410", 9, 60, brand="Ray-Ban"),
    OrderLine("down jacket, black, size L", "620140", 18, 900, brand="Moncler"),
)
NEARLY: Final = (
    OrderLine("sports shoes N1KE style, size 270", "640411", 16, 800),
    OrderLine("bag, Loius Vuitton pattern", "420222", 17, 650),
    OrderLine("watch, R0LEX look, automatic", "910221", 18, 150),
)
VAGUE: Final = ("gift", "parts", "consolidated cargo", "daily necessities", "생활용품", "样品")


class Drugs(PatternFigures, frozen=True, kw_only=True):
    """Drugs by mail and express."""

    parcels: int
    decoy_share: float
    disguised_share: float


def drugs(scene: Scene, figures: Drugs) -> Iterator[Planted]:
    """Drugs to single buyers by mail and express.

    By name or in slang, with letters that hide the word, or under a decoy that weighs or costs too much.
    """
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.parcels, 6)):
        drawn = rng.random()
        role, lines = (
            ("decoy", DECOYS)
            if drawn < figures.decoy_share
            else ("disguised", DISGUISED)
            if drawn < figures.decoy_share + figures.disguised_share
            else ("named", NAMED)
        )
        carrier = rng.choice(("ep", "bw", "rx", "ep"))
        country = {"ep": "CN", "bw": "US", "rx": "DE"}[carrier]
        line = rng.choice(lines)
        yield scene.hide(
            scene.any_day(), carrier, scene.parcel(carrier, scene.person(), [line], scene.seller(country)), role
        )


class Single(PatternFigures, frozen=True, kw_only=True):
    """Single parcels."""

    parcels: int


def arms(scene: Scene, figures: Single) -> Iterator[Planted]:
    """Arms and other prohibited articles to single buyers."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.parcels, 3)):
        carrier = rng.choice(("kx", "bw", "ys"))
        yield scene.hide(
            scene.any_day(),
            carrier,
            scene.parcel(carrier, scene.person(), [rng.choice(ARMS)], scene.seller("US" if carrier == "bw" else "CN")),
            "prohibited",
        )


class Fakes(PatternFigures, frozen=True, kw_only=True):
    """Counterfeits."""

    rings: int
    parcels: int
    misspelt_share: float


def counterfeits(scene: Scene, figures: Fakes) -> Iterator[Planted]:
    """A seller of counterfeit brands to single buyers, some with the brand misspelt."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        seller = scene.seller("CN")
        for _ in range(figures.parcels):
            misspelt = rng.random() < figures.misspelt_share
            line = rng.choice(NEARLY if misspelt else FAKES)
            carrier = rng.choice(("kx", "ys"))
            parcel = scene.parcel(
                carrier, scene.person(), [line._replace(usd=line.usd * rng.uniform(0.8, 1.0))], seller
            )
            yield scene.hide(scene.any_day(), carrier, parcel, "brand misspelt" if misspelt else "brand named")


def preloading(scene: Scene, figures: Single) -> Iterator[Planted]:
    """Air parcels whose data for the check before loading have gaps.

    A sender without address, goods that could be anything, no pieces or weight.
    """
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.parcels, 4)):
        parcel = scene.parcel(
            "kx", scene.person(), [OrderLine("optical computer mouse, wireless", "847160", 16, 110)], scene.seller("CN")
        )
        role = ("no address of the sender", "goods said vaguely", "no weight", "no address of the receiver")[
            scene.ring % 4
        ]
        changes: dict[str, dict[str, Any]] = {
            "no address of the sender": {"consignor": {**parcel["consignor"], "address": ""}},
            "goods said vaguely": {"items": [{**parcel["items"][0], "description": rng.choice(VAGUE)}]},
            "no weight": {"gross_weight_g": 0},
            "no address of the receiver": {"consignee": {**parcel["consignee"], "address": "-"}},
        }
        yield scene.hide(scene.any_day(), "kx", {**parcel, **changes[role]}, role)

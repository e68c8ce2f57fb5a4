"""Listed parties whose names are written so that a plain comparison passes them by."""

from collections.abc import Iterator

import msgspec

from streams.simulation.scenarios.scene import OrderLine, PatternFigures, Planted, Scene

PARTS = (
    OrderLine("servo motor drive, 750 W", "850152", 210, 1_900),
    OrderLine("pressure transducer, stainless steel", "902620", 118, 240),
    OrderLine("carbon fibre sheet, 3 mm", "681511", 96, 900),
    OrderLine("bearing set, 12 pieces", "848210", 54, 1_100),
)


class ListedName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An entry of a public list and how it might be written on a parcel."""

    name: str
    misspelt: tuple[str, ...]
    shortened: tuple[str, ...] = ()
    another_script: tuple[str, ...] = ()

    @property
    def written(self) -> tuple[tuple[str, str], ...]:
        """How, and what comes of it."""
        ways = (("misspelt", self.misspelt), ("shortened", self.shortened), ("in another script", self.another_script))
        return tuple((way, name) for way, names in ways for name in names)


class Parties(PatternFigures, frozen=True, kw_only=True):
    """Senders on a list."""

    parcels: int
    listed: tuple[ListedName, ...]


def listed_party(scene: Scene, figures: Parties) -> Iterator[Planted]:
    """Senders on a public list, the name misspelt, cut short, in another order or another script."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.parcels, min(4, len(figures.listed)))):
        entry = figures.listed[scene.ring % len(figures.listed)]
        carrier = rng.choice(("kx", "ys"))
        way, name = rng.choice(entry.written)
        seller = scene.seller("CN")._replace(name=name)
        yield scene.hide(
            scene.any_day(), carrier, scene.parcel(carrier, scene.person(), [rng.choice(PARTS)], seller), way
        )

"""Clearance codes used by others than their holders."""

from collections.abc import Iterator

from streams.simulation.scenarios.scene import PatternFigures, Planted, Scene
from streams.simulation.scenarios.smuggling import APPLIANCES, ORDINARY


class Stolen(PatternFigures, frozen=True, kw_only=True):
    """A ring with stolen codes."""

    rings: int
    codes: int
    drops: int
    phones: int
    parcels_a_code: float
    victims_share: float


def stolen_codes(scene: Scene, figures: Stolen) -> Iterator[Planted]:
    """Codes from a leak, each used once or twice with its holder's name, sent to a few addresses of the ring.

    Some holders order for themselves meanwhile.
    """
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        codes, drops, phones = scene.people(figures.codes), scene.people(figures.drops), scene.people(figures.phones)
        sellers, start = [scene.seller("CN") for _ in range(3)], scene.start(7)
        for person in codes:
            drop = rng.choice(drops)
            for _ in range(1 + (rng.random() < figures.parcels_a_code - 1)):
                carrier = rng.choice(("kx", "ys", "ep"))
                consignee = scene.at(person, drop, phone=rng.choice(phones))
                yield scene.hide(
                    scene.any_day(start, 7),
                    carrier,
                    scene.parcel(carrier, consignee, [rng.choice(APPLIANCES)], rng.choice(sellers)),
                    "under a stolen code",
                )
            if rng.random() < figures.victims_share:
                yield scene.hide(
                    scene.any_day(),
                    "kx",
                    scene.parcel("kx", person, [rng.choice(ORDINARY)], scene.seller("CN")),
                    "the holder's own order",
                    kind="INNOCENT",
                )


class Shared(PatternFigures, frozen=True, kw_only=True):
    """One code for all."""

    rings: int
    receivers: int


def shared_code(scene: Scene, figures: Shared) -> Iterator[Planted]:
    """A purchasing agent who puts one code, his own or a stolen one, on the parcels of all his customers."""
    rng = scene.rng
    for _ in scene.rings(scene.planted(figures.rings)):
        holder = scene.person()
        for _ in range(figures.receivers):
            receiver = scene.person()
            carrier = rng.choice(("kx", "ys"))
            consignee = {**receiver, "clearance_code": holder["clearance_code"]}
            yield scene.hide(
                scene.any_day(),
                carrier,
                scene.parcel(carrier, consignee, [rng.choice(ORDINARY)], scene.seller("CN")),
                "a customer of the agent",
            )

"""What kinds of load there are: each a few streams of manifests side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from streams.load import shapes
from streams.load.shapes import Shape

PARCELS_PER_MANIFEST: Final = 50
PARCELS_PER_DUMPED_MANIFEST: Final = 500
DUMP_SECONDS: Final = 5.0
"""A flight's manifests come within so many seconds."""
DUMP_BEGINS: Final = 1 / 6
"""Of the time, so that the quiet before can be seen."""
FLOOD_TIMES: Final = 10
"""The flooding carrier sends so many times what all others send together."""
RAMP_FROM: Final = 0.1
"""Share of the last rate at which a ramp begins."""
DIRTY: Final = 0.03
"""Share of parcels with a mistake on an ordinary day, that of the sample."""
HOSTILE_DIRTY: Final = 0.3
HOSTILE_SHARE: Final = 0.1
"""Of the records: those nobody can read, or that are made to hurt."""
DAY: Final = (18, 12, 8, 6, 6, 8, 14, 26, 42, 58, 70, 76, 72, 78, 88, 96, 100, 92, 78, 64, 52, 42, 34, 26)
"""How busy each hour is, the busiest at 100; invented: afternoon flights to Korea lodge before they depart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a person can turn."""

    rate: float
    """Parcels a second: of the whole at its highest, or of what flows beside a dump or a flood."""
    seconds: float
    parcels_per_manifest: int = PARCELS_PER_MANIFEST
    dump: int = 50_000
    """Parcels of the flight's dump."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """Manifests of one kind at one rate."""

    shape: Shape
    parcels_per_manifest: int
    alone: bool = False
    """Of one carrier, the first, instead of all."""
    dirty: float = DIRTY
    hostile: float = 0.0
    """Share of records nobody can read, on top."""


def _steady(size: Size) -> tuple[Stream, ...]:
    return (_ordinary(size, shapes.steady(size.rate, size.seconds)),)


def _ramp(size: Size) -> tuple[Stream, ...]:
    return (_ordinary(size, shapes.ramp(size.rate * RAMP_FROM, size.rate, size.seconds)),)


def _peak_day(size: Size) -> tuple[Stream, ...]:
    return (_ordinary(size, shapes.day(DAY, size.rate, size.seconds)),)


def _dump(size: Size) -> tuple[Stream, ...]:
    falls = shapes.steady(size.dump / DUMP_SECONDS, DUMP_SECONDS, size.seconds * DUMP_BEGINS)
    return (
        *_steady(size),
        Stream(
            shape=falls,
            parcels_per_manifest=max(size.parcels_per_manifest, PARCELS_PER_DUMPED_MANIFEST),
            alone=True,
        ),
    )


def _singles(size: Size) -> tuple[Stream, ...]:
    return (Stream(shape=shapes.steady(size.rate, size.seconds), parcels_per_manifest=1),)


def _hostile(size: Size) -> tuple[Stream, ...]:
    return (
        Stream(
            shape=shapes.steady(size.rate, size.seconds),
            parcels_per_manifest=size.parcels_per_manifest,
            dirty=HOSTILE_DIRTY,
            hostile=HOSTILE_SHARE,
        ),
    )


def _flood(size: Size) -> tuple[Stream, ...]:
    third = size.seconds / 3
    flood = shapes.steady(size.rate * FLOOD_TIMES, third, third)
    return (*_steady(size), Stream(shape=flood, parcels_per_manifest=size.parcels_per_manifest, alone=True))


def _ordinary(size: Size, shape: Shape) -> Stream:
    return Stream(shape=shape, parcels_per_manifest=size.parcels_per_manifest)


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of load."""

    about: str
    """What it asks, in a sentence."""
    rate: float
    """Parcels a second when none are named."""
    streams: Callable[[Size], tuple[Stream, ...]]


PROFILES: Final[Mapping[str, Profile]] = {
    "steady": Profile("The same rate all the time, of all carriers.", 1_000, _steady),
    "ramp": Profile("From a tenth of the rate up to it.", 2_000, _ramp),
    "peak-day": Profile(
        "A day with its quiet night and its busiest hour at the rate, pressed together.", 1_000, _peak_day
    ),
    "dump": Profile("One flight's parcels within five seconds, beside a quiet flow of all carriers.", 100, _dump),
    "singles": Profile("A manifest for each parcel, at a steady rate.", 200, _singles),
    "hostile": Profile("Three parcels in ten with a mistake, one record in ten that nobody can read.", 500, _hostile),
    "flood": Profile("One carrier sends ten times what all send together, in the middle third.", 200, _flood),
}
"""Every kind, by the name it has on the command line."""

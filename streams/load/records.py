"""The records of a load, made before the first is sent: making them costs more than sending them."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import Final

import msgspec
import orjson

from streams.errors import OperatorError
from streams.load.profiles import Stream
from streams.simulation.sample import day, hostile, profiles

PARCELS_MAX: Final = 1_000_000
"""A load is kept in memory, about 1.3 kB a parcel."""
SEED_LIMIT: Final = 100_000
"""The sample writes a seed's last five digits into its numbers: loads of two seeds never share a house bill."""
SEED_STEP: Final = 7_919
"""Streams of one load have seeds of their own."""


class LoadTooLargeError(OperatorError):
    """A load that doesn't fit into memory."""


class PlannedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record and when it is due."""

    due_s: float
    """Seconds after the beginning of the run."""
    carrier: str
    name: str
    """The manifest's number; of a hostile record what is wrong with it."""
    key: bytes
    value: bytes
    house_bills: tuple[str, ...]
    """Its parcels; none of a hostile record."""
    is_hostile: bool = False


def sample_carriers() -> tuple[str, ...]:
    """Those of the sample day."""
    return tuple(profile.carrier for profile in profiles.PROFILES)


def plan(streams: Sequence[Stream], carriers: Sequence[str], seed: int) -> list[PlannedRecord]:
    """All records in the order they are due."""
    parcels = sum(stream.shape.parcels for stream in streams)
    if parcels > PARCELS_MAX:
        raise LoadTooLargeError(
            f"{parcels:,} parcels are more than the {PARCELS_MAX:,} that are kept in memory: "
            "name a lower --rate or fewer --seconds, or start it several times."
        )
    planned = [
        record
        for number, stream in enumerate(streams)
        for record in _records(stream, carriers, (seed + number * SEED_STEP) % SEED_LIMIT)
    ]
    return sorted(planned, key=lambda record: record.due_s)


def _records(stream: Stream, carriers: Sequence[str], seed: int) -> Iterator[PlannedRecord]:
    nasty = cycle(hostile.hostile())
    owed = 0.0
    made = day.records(
        seed,
        stream.shape.parcels,
        1 if stream.alone else None,
        stream.parcels_per_manifest,
        stream.dirty,
        events=False,
    )
    for number, ((due_s, _), each) in enumerate(zip(stream.shape.dues(stream.parcels_per_manifest), made, strict=True)):
        carrier = carriers[0] if stream.alone else _dealt(each.carrier, number, carriers)
        manifest = {**each.manifest, "carrier": carrier}
        yield PlannedRecord(
            due_s,
            carrier,
            manifest["manifest_id"],
            manifest["master_bill"].encode(),
            orjson.dumps(manifest),
            tuple(parcel["house_bill"] for parcel in manifest["parcels"]),
        )
        owed += stream.hostile
        if owed > 1 - 1e-9:  # tenths add to a whole one but for a last digit
            owed -= 1
            name, value = next(nasty)
            yield PlannedRecord(due_s, carrier, f"hostile: {name}", name.encode(), value, (), is_hostile=True)


def _dealt(carrier: str, number: int, carriers: Sequence[str]) -> str:
    """A manifest's own carrier if it takes part, else all in turn."""
    return carrier if carrier in carriers else carriers[number % len(carriers)]

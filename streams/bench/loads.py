"""What is measured with: the sample day, written as carriers would send it."""

from collections.abc import Iterator
from typing import Final, Literal

import msgspec
import orjson

from schemas import topics
from streams.kafka import partitioner
from streams.simulation.sample import day, events, framing, profiles

Form = Literal["JSON", "Avro"]
FORMS: Final[tuple[Form, ...]] = ("JSON", "Avro")
NOT_IN_AVRO: Final = frozenset({"missing_field", "wrong_type"})
"""Mistakes that an Avro writer would not let through; such parcels stay out of a load in Avro."""
SEED: Final = 20261123


class SentRecord(msgspec.Struct, frozen=True, gc=False):
    """One manifest, ready to publish."""

    topic: str
    partition: int
    key: bytes
    value: bytes
    manifest_id: str
    house_bills: tuple[str, ...]


class Load(msgspec.Struct, frozen=True):
    """Manifests of one kind."""

    carriers: tuple[str, ...]
    manifests: tuple[SentRecord, ...]

    @property
    def parcels(self) -> int:
        """Parcels of all manifests."""
        return sum(len(sent.house_bills) for sent in self.manifests)

    def split(self, first: int) -> tuple["Load", "Load"]:
        """The first manifests, and the others."""
        return Load(self.carriers, self.manifests[:first]), Load(self.carriers, self.manifests[first:])


MIX: Final = 2
"""Kinds of carriers whose parcels make up a load, however many it is dealt out to: loads differ in nothing else."""


def codes(count: int) -> tuple[str, ...]:
    """So many carriers: those of the sample first, then invented ones."""
    known = [profile.carrier for profile in profiles.PROFILES]
    return tuple((*known, *(f"c{number:02d}" for number in range(count)))[:count])


def load(  # noqa: PLR0913 - what a load is varied by
    parcels: int,
    form: Form,
    *,
    carriers: int = 2,
    parcels_per_manifest: int = 200,
    dirty: float = 0.03,
    seed: int = SEED,
) -> Load:
    """The originals of a sample day, dealt out to the carriers in turn, so that each has the same to do."""
    names = codes(carriers)
    made = day.records(seed, parcels, MIX, parcels_per_manifest, dirty, events=False)
    return Load(names, tuple(_sent(record, names[number % carriers], form) for number, record in enumerate(made)))


def _sent(made: events.GeneratedManifest, carrier: str, form: Form) -> SentRecord:
    parcels = list(_written(made, form))
    manifest = {**made.manifest, "carrier": carrier, "parcels": parcels}
    topic, key = topics.MANIFESTS + carrier, manifest["master_bill"].encode()
    value = orjson.dumps(manifest) if form == "JSON" else framing.framed(manifest)
    return SentRecord(
        topic,
        partitioner.of(topic, key),
        key,
        value,
        manifest["manifest_id"],
        tuple(parcel["house_bill"] for parcel in parcels),
    )


def _written(made: events.GeneratedManifest, form: Form) -> Iterator[profiles.Json]:
    for place, parcel in enumerate(made.manifest["parcels"]):
        if form == "JSON" or made.dirty.get(place) not in NOT_IN_AVRO:
            yield parcel

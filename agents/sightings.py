"""What intake tells linking of the parcels of one manifest version: by which marks they go, and by which they no longer do.

Intake alone says so, exactly once for each version of a parcel; an amendment takes back what the version before it said.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final

import msgspec

from schemas.sightings import ADDRESS, PHONE, SELLER, Gone, Sighting, Sightings, partition_of
from schemas.topics import LINKS_PARTITIONS

_MARKS: Final = Struct(">QQQQ")
_PACK: Final = msgspec.msgpack.Encoder().encode


class Told:
    """Collects what one manifest version says to each partition."""

    __slots__ = ("_carrier", "_gone", "_seen")

    def __init__(self, carrier: str) -> None:
        self._carrier = carrier
        self._gone: dict[int, list[Gone]] = {}
        self._seen: dict[int, list[tuple[int, msgspec.Raw]]] = {}

    def seen(self, sighting: Sighting, before: bytes) -> bytes:
        """Tell of a parcel that is in force now, `before` the marks it had; the marks it has."""
        kinds: dict[int, int] = {}
        for kind, mark in ((ADDRESS, sighting.address), (PHONE, sighting.phone), (SELLER, sighting.seller)):
            if mark:
                number = partition_of(mark, LINKS_PARTITIONS)
                kinds[number] = kinds.get(number, 0) | kind
        packed = msgspec.Raw(_PACK(sighting))
        seen = self._seen
        for number, bits in kinds.items():
            if number in seen:
                seen[number].append((bits, packed))
            else:
                seen[number] = [(bits, packed)]
        marks = _MARKS.pack(sighting.address, sighting.phone, sighting.seller, sighting.since_ms)
        if before and before != marks:
            self._take_back(sighting.name, before, (sighting.address, sighting.phone, sighting.seller))
        return marks

    def gone(self, name: str, before: bytes) -> None:
        """Tell of a parcel that goes by no mark any more."""
        if before:
            self._take_back(name, before, (0, 0, 0))

    def _take_back(self, name: str, before: bytes, now: tuple[int, int, int]) -> None:
        address, phone, seller, _ = _MARKS.unpack(before)
        kinds: dict[int, int] = {}
        for kind, mark, new in zip((ADDRESS, PHONE, SELLER), (address, phone, seller), now, strict=True):
            if mark and mark != new:
                number = partition_of(mark, LINKS_PARTITIONS)
                kinds[number] = kinds.get(number, 0) | kind
        for number, bits in kinds.items():
            self._gone.setdefault(number, []).append(Gone(name, bits, address, phone, seller))

    def by_partition(self, manifest_id: str, version: int, master_bill: str, key_id: str, received_at_ms: int) -> Mapping[int, Sightings]:
        """What each partition is told; partitions that nothing is said to are left out."""
        return {
            number: Sightings(self._carrier, manifest_id, version, master_bill, key_id, received_at_ms, tuple(self._gone.get(number, ())), tuple(self._seen.get(number, ())))
            for number in sorted(self._gone.keys() | self._seen.keys())
        }


def since_of(marks: bytes) -> int | None:
    """When a parcel was first told of; None when it was not."""
    since_ms: int | None = _MARKS.unpack(marks)[3] if marks else None
    return since_ms

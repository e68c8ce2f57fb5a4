"""What intake tells linking of the parcels of one manifest version.

By which marks they go, and by which they no longer do.

Intake alone says so, exactly once for each version of a parcel; an amendment takes back what the version before it
said.
"""

from collections.abc import Mapping
from struct import Struct
from typing import Final

import msgspec

from schemas.parcel_links import ADDRESS, PHONE, SELLER, LinkMessage, ParcelLink, Retraction, partition_of
from schemas.topics import LINKS_PARTITIONS

_MARKS: Final = Struct(">QQQQ")
_PACK: Final = msgspec.msgpack.Encoder().encode


class LinkMessageBuilder:
    """Collects what one manifest version says to each partition."""

    __slots__ = ("_carrier", "_gone", "_seen")

    def __init__(self, carrier: str) -> None:
        self._carrier = carrier
        self._gone: dict[int, list[Retraction]] = {}
        self._seen: list[list[tuple[int, msgspec.Raw]]] = [[] for _ in range(LINKS_PARTITIONS)]

    def add(self, parcel_link: ParcelLink, before: bytes) -> bytes:
        """Tell of a parcel that is in force now, `before` the marks it had; the marks it has."""
        address, phone, seller = parcel_link.address, parcel_link.phone, parcel_link.seller
        packed = msgspec.Raw(_PACK(parcel_link))
        of_address = partition_of(address, LINKS_PARTITIONS) if address else -1
        of_phone = partition_of(phone, LINKS_PARTITIONS) if phone else -1
        of_seller = partition_of(seller, LINKS_PARTITIONS) if seller else -1
        if address:
            self._seen[of_address].append(
                (
                    ADDRESS | (PHONE if of_phone == of_address else 0) | (SELLER if of_seller == of_address else 0),
                    packed,
                )
            )
        if phone and of_phone != of_address:
            self._seen[of_phone].append((PHONE | (SELLER if of_seller == of_phone else 0), packed))
        if seller and of_seller not in (of_address, of_phone):
            self._seen[of_seller].append((SELLER, packed))
        marks = _MARKS.pack(address, phone, seller, parcel_link.since_ms)
        if before and before != marks:
            self._take_back(parcel_link.name, before, (address, phone, seller))
        return marks

    def retract(self, name: str, before: bytes) -> None:
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
            self._gone.setdefault(number, []).append(Retraction(name, bits, address, phone, seller))

    def by_partition(
        self, manifest_id: str, version: int, master_bill: str, key_id: str, received_at_ms: int
    ) -> Mapping[int, LinkMessage]:
        """What each partition is told; partitions that nothing is said to are left out."""
        return {
            number: LinkMessage(
                self._carrier,
                manifest_id,
                version,
                master_bill,
                key_id,
                received_at_ms,
                tuple(self._gone.get(number, ())),
                tuple(seen),
            )
            for number, seen in enumerate(self._seen)
            if seen or number in self._gone
        }


def since_of(marks: bytes) -> int | None:
    """When a parcel was first told of; None when it was not."""
    since_ms: int | None = _MARKS.unpack(marks)[3] if marks else None
    return since_ms

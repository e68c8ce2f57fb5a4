"""What intake tells linking: by which address, phone and seller a parcel goes, on the internal topic `parcels.links`.

Marks have 48 bits, keyed where they are personal, 0 where nothing was said. A mark's partition is `partition_of`.
"""

from typing import Final

import msgspec

ADDRESS: Final = 1
PHONE: Final = 2
SELLER: Final = 4
"""Kinds of marks, as bits: one record says of a parcel only those that belong to its partition."""
CONSIGNEE_BYTES: Final = 16
"""Of a consignee token, without the id of its key."""


def partition_of(mark: int, partitions: int) -> int:
    """The partition that keeps a mark."""
    return mark % partitions


class ParcelLink(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parcel version as linking remembers it. Prices are whole US cents."""

    name: str
    """Carrier and house bill."""
    since_ms: int
    """When the house bill was first filed; an amendment keeps that."""
    sequence: int
    """Of the decision that intake announced; further ones for later events are not counted."""
    consignee: bytes
    """The digits of the consignee token."""
    address: int
    """Of the dwelling or office, keyed."""
    phone: int
    """Keyed."""
    seller: int
    commodity: int
    """Of HS subheading, unit and weight of a piece to a factor of two; 0 where the parcel has no one price for a
    piece.
    """
    goods: str
    """HS heading of the first line, four digits."""
    price_cents: int
    limit_cents: int
    """Limit of exemption for the parcel."""
    piece_cents: int
    """What one piece of the first line costs."""
    kind: int = 0
    """Of goods more alike than those of the commodity: of the same name and brand; 0 where the commodity is, or
    nobody said.
    """

    @property
    def house_bill(self) -> str:
        """House bill without its carrier."""
        return self.name.partition("/")[2]


class Retraction(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parcel that no longer goes by these marks: cancelled, or amended to others."""

    name: str
    kinds: int
    address: int
    phone: int
    seller: int


class LinkMessage(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one manifest version says to one partition; what is gone comes first."""

    carrier: str
    manifest_id: str
    manifest_version: int
    master_bill: str
    key_id: str
    """Of the consignee tokens."""
    received_at_ms: int
    gone: tuple[Retraction, ...]
    seen: tuple[tuple[int, msgspec.Raw], ...]
    """Kinds of marks and the packed `ParcelLink`."""

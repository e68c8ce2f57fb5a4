"""What is remembered of a parcel of a consignee."""

from collections.abc import Mapping
from typing import Final

import msgspec

from schemas.decision import Route


class PastParcel(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parcel in a consignee's memory. Marks are keyed or plain hashes of 48 bits, 0 where nothing was said."""

    received_at_ms: int
    usd_e6: int
    route: Route
    master: int = 0
    """Mark of carrier and master bill."""
    supplier: int = 0
    """Mark of the overseas supplier."""
    purchased_on: int = 0
    """Day of purchase as a proleptic Gregorian ordinal."""
    arrives_on: int = 0
    """Day of arrival in Korea, likewise."""
    address: int = 0
    phone: int = 0
    uses: Mapping[str, int] = {}
    """How much it holds of goods whose self-use is limited, by category and unit."""
    in_force: int = 1
    """Sequence of the decision in force; 0 when the parcel is cancelled and only its numbers are remembered."""
    latest: int = 1
    """Sequence of the latest decision."""
    further: int = 0
    """How many of them screening added of itself, for later events."""
    content: bytes = b""
    """The checked parcel, while customs has still to say who the importer is."""
    limit_usd_e4: int = 0
    """Limit of exemption for the parcel; 0 in memories that are older than this field."""


WINDOW_DAYS: Final = 30
"""Nothing older than this counts."""

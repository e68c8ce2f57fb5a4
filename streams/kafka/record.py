"""A record as Kafka stores it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import msgspec

Header = tuple[str, bytes | None]
"""Name and value. A name may be any bytes: those that are no UTF-8 stand in it as Python's `surrogateescape` has them,
so that they can be written as they came.
"""


class FetchedRecord(Protocol):
    """What is read of a record, whether it was fetched, or a `StoredRecord` holds it."""

    @property
    def topic(self) -> str:
        """Topic."""

    @property
    def partition(self) -> int:
        """Partition."""

    @property
    def offset(self) -> int:
        """Offset."""

    @property
    def timestamp(self) -> int:
        """Unix milliseconds."""

    @property
    def key(self) -> bytes | None:
        """Key."""

    @property
    def value(self) -> bytes | None:
        """Value; None is a tombstone."""

    @property
    def headers(self) -> Iterable[Header]:
        """Headers."""


class ConsumedRecord(msgspec.Struct, gc=False):
    """A record out of a fetched batch; makes a consumer of aiokafka's faster than a `ConsumerRecord` does."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    """0: its sender's clock, 1: the broker's."""
    key: bytes | None
    value: bytes | None
    headers: tuple[Header, ...]


class RefusedRecord(ConsumedRecord, gc=False, kw_only=True):
    """A record whose headers are beyond the limits: they are not built, and it is to be set aside."""

    raw_headers: bytes
    """Their count, and they, as Kafka stores them."""
    why: str


class RefusedBatch(ConsumedRecord, gc=False, kw_only=True):
    """Stands for all records of a batch that can't be unpacked.

    It has the batch's last offset: what is committed then lies behind all of them.
    """

    first_offset: int
    records: int
    """How many the batch says it has."""
    batch: bytes
    """As the broker stored it."""
    why: str
    is_too_large: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record in memory, with the fields of one that was fetched."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    """Unix milliseconds."""
    headers: tuple[Header, ...] = ()

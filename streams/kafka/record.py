"""A record as Kafka stores it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


class FetchedRecord(Protocol):
    """What is read of a record, whether the Kafka client hands it over or a `StoredRecord` holds it."""

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
    def headers(self) -> Iterable[tuple[str, bytes]]:
        """Headers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A record in memory, with the fields of one that the Kafka client hands over."""

    topic: str
    value: bytes | None
    key: bytes | None = None
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    """Unix milliseconds."""
    headers: tuple[tuple[str, bytes], ...] = ()

"""A record as the Kafka client hands it over."""

from collections.abc import Iterable
from typing import Protocol


class StoredRecord(Protocol):
    """A record as the client hands it over."""

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

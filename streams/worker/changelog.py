"""State as the changelog has it: keys, packed values and restoring."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from agents.state.carriers import CarrierState, HouseBillState, ManifestState
from agents.state.consignee_encoding import token_of
from agents.state.consignees import ConsigneeStore
from agents.state.inspections import Selection, SiteStatistics
from agents.state.links import LinkStore
from schemas import topics
from schemas.officer_action import Assessment
from streams.kafka import partitioner

pack: Final = msgspec.msgpack.Encoder().encode
_FILING: Final = msgspec.msgpack.Decoder(ManifestState).decode
_BILL: Final = msgspec.msgpack.Decoder(HouseBillState).decode
_ASSESSMENT: Final = msgspec.msgpack.Decoder(Assessment).decode
_BOOK: Final = msgspec.msgpack.Decoder(SiteStatistics).decode
_CHOSEN: Final = msgspec.msgpack.Decoder(dict[int, Selection]).decode
CHECKED_PARTITIONS: Final = partitioner.count(topics.CHECKED)
_SEPARATOR: Final = "\x1f"
_ASSESSED: Final = "assessed"
_SITES: Final = "sites"
"""Begin the keys of what is no consignee: those begin with a key id and a dot, or a dot."""
_ASSESSED_KEY: Final = f"{_ASSESSED}{_SEPARATOR}".encode()
_BOOK_KEY: Final = f"{_SITES}{_SEPARATOR}".encode()
_FILINGS: Final = "m"
_BILLS: Final = "b"


@dataclass(slots=True)
class DirtyKeys:
    """What changed of a carrier since the last unit."""

    manifests: set[str] = field(default_factory=set)
    bills: set[str] = field(default_factory=set)


def _packed(value: object) -> bytes | None:
    """A value as the changelog has it; None, a tombstone, when it is forgotten."""
    return None if value is None else pack(value)


def _assessed_key(name: str) -> bytes:
    return _SEPARATOR.join((_ASSESSED, name)).encode()


def _book_key(site: str, shift: int | None) -> bytes:
    return _SEPARATOR.join((_SITES, site, *([] if shift is None else [str(shift)]))).encode()


def intake_state_partition(carrier: str) -> int:
    """The partition of `state.intake` that has a carrier's state."""
    return partitioner.of(topics.INTAKE_STATE, carrier.encode())


class WorkerState:
    """What a worker remembers of the carriers and partitions it has."""

    def __init__(self, memory_days: int) -> None:
        self._memory_days = memory_days
        self._dirty: dict[str, DirtyKeys] = {}
        """By carrier."""
        self.carriers: dict[str, CarrierState] = {}
        self.partitions: dict[int, ConsigneeStore] = {}
        """By partition of `parcels.checked`."""
        self.links: dict[int, LinkStore] = {}
        """By partition of `parcels.links`."""

    def assign(
        self, carriers: Iterable[str], numbers: Iterable[int], links: Iterable[int] = range(topics.LINKS_PARTITIONS)
    ) -> tuple[set[str], set[int], set[int]]:
        """Keep exactly these carriers, partitions of `parcels.checked` and of `parcels.links`.

        Returns those that are new: they are empty and to be restored.
        """
        wanted, wanted_numbers = set(carriers), set(numbers)
        new, new_numbers = wanted - self.carriers.keys(), wanted_numbers - self.partitions.keys()
        self.carriers = {carrier: self.carriers.get(carrier) or CarrierState(self._memory_days) for carrier in wanted}
        self.partitions = {
            number: self.partitions.get(number) or ConsigneeStore(number, CHECKED_PARTITIONS)
            for number in wanted_numbers
        }
        wanted_links = set(links)
        new_links = wanted_links - self.links.keys()
        self.links = {number: self.links.get(number) or LinkStore() for number in wanted_links}
        return new, new_numbers, new_links

    def restore_intake(self, carriers: set[str], key: bytes, value: bytes | None) -> None:
        """Take a record of `state.intake`, if it is one of these carriers'."""
        carrier, kind, name = key.decode().split(_SEPARATOR, 2)
        if carrier not in carriers:
            return
        if kind == _FILINGS:
            self.carriers[carrier].put_filing(name, None if value is None else _FILING(value))
        else:
            self.carriers[carrier].put_bill(name, None if value is None else _BILL(value))

    def restore_screening(self, number: int, key: bytes, value: bytes | None) -> None:
        """Take a record of `state.screening`."""
        partition = self.partitions[number]
        if key.startswith(_ASSESSED_KEY):
            partition.restore_assessed(
                key.decode().partition(_SEPARATOR)[2], None if value is None else _ASSESSMENT(value)
            )
            return
        if not key.startswith(_BOOK_KEY):
            partition.restore(key, value)
            return
        _, site, *shift = key.decode().split(_SEPARATOR, 2)
        if shift and shift[0]:
            partition.books.restore_shift(site, int(shift[0]), None if value is None else _CHOSEN(value))
        elif value is not None:
            partition.books.restore_site(site, _BOOK(value))

    def changes(self) -> Iterator[tuple[bytes, bytes | None, str, int]]:
        """State changed since the last unit: key, value (None: forgotten), topic, partition."""
        for carrier, dirty in self._dirty.items():
            memory, partition = self.carriers[carrier], intake_state_partition(carrier)
            remembered: tuple[tuple[str, set[str], Mapping[str, object]], ...] = (
                (_FILINGS, dirty.manifests, memory.filings),
                (_BILLS, dirty.bills, memory.bills),
            )
            for kind, names, entries in remembered:
                begun = f"{carrier}{_SEPARATOR}{kind}{_SEPARATOR}"
                for name in sorted(names):
                    yield (begun + name).encode(), _packed(entries.get(name)), topics.INTAKE_STATE, partition
        for number, kept in self.partitions.items():
            for key, packed in kept.changes():
                yield key, packed, topics.SCREENING_STATE, number
            for name in sorted(kept.assessed_dirty):
                yield _assessed_key(name), _packed(kept.assessed.get(name)), topics.SCREENING_STATE, number
            kept.assessed_dirty.clear()
            for site, shift, book in kept.books.changes():
                yield _book_key(site, shift), _packed(book), topics.SCREENING_STATE, number


def state_of(partition: ConsigneeStore) -> dict[bytes, bytes]:
    """Consignees and sites as `state.screening` has them: what a replay is compared with."""
    assessed = {_assessed_key(name): pack(assessment) for name, assessment in partition.assessed.items()}
    return {
        **partition.packed(),
        **assessed,
        **{_book_key(site, shift): pack(book) for site, shift, book in partition.books.kept()},
    }


def key_shown(key: bytes) -> str:
    """A key of `state.screening` as people read it: a consignee's token, or a site or parcel."""
    return key.decode() if key.startswith((_BOOK_KEY, _ASSESSED_KEY)) else token_of(key)

"""State as the changelog has it: keys, packed values and restoring."""

from dataclasses import dataclass, field
from typing import Final

import msgspec

from agents.state.carriers import HouseBillState, ManifestState
from agents.state.consignee_encoding import token_of
from agents.state.consignees import ConsigneeStore
from agents.state.inspections import Selection, SiteStatistics
from schemas import topics
from schemas.officer_action import Assessment
from streams.kafka import partitioner

_PACK: Final = msgspec.msgpack.Encoder().encode
_FILING: Final = msgspec.msgpack.Decoder(ManifestState).decode
_BILL: Final = msgspec.msgpack.Decoder(HouseBillState).decode
_ASSESSMENT: Final = msgspec.msgpack.Decoder(Assessment).decode
_BOOK: Final = msgspec.msgpack.Decoder(SiteStatistics).decode
_CHOSEN: Final = msgspec.msgpack.Decoder(dict[int, Selection]).decode
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
    return None if value is None else _PACK(value)


def _assessed_key(name: str) -> bytes:
    return _SEPARATOR.join((_ASSESSED, name)).encode()


def _book_key(site: str, shift: int | None) -> bytes:
    return _SEPARATOR.join((_SITES, site, *([] if shift is None else [str(shift)]))).encode()


def intake_state_partition(carrier: str) -> int:
    """The partition of `state.intake` that has a carrier's state."""
    return partitioner.of(topics.INTAKE_STATE, carrier.encode())


def state_of(partition: ConsigneeStore) -> dict[bytes, bytes]:
    """Consignees and sites as `state.screening` has them: what a replay is compared with."""
    assessed = {_assessed_key(name): _PACK(assessment) for name, assessment in partition.assessed.items()}
    return {
        **partition.packed(),
        **assessed,
        **{_book_key(site, shift): _PACK(book) for site, shift, book in partition.books.kept()},
    }


def key_shown(key: bytes) -> str:
    """A key of `state.screening` as people read it: a consignee's token, or a site or parcel."""
    return key.decode() if key.startswith((_BOOK_KEY, _ASSESSED_KEY)) else token_of(key)

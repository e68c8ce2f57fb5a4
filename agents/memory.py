"""What intake remembers of one carrier: manifests answered and house bills decided."""

from collections import OrderedDict
from collections.abc import Iterator

import msgspec

from agents.clock import DAY_MS


class Bill(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A house bill: how many decisions it has, and which consignees it went through."""

    manifest_id: str
    sequence: int
    """Of the latest decision, refused ones included."""
    in_force: int | None
    """Sequence of the decision in force; None when every one was refused, or the parcel is cancelled."""
    path: tuple[str, ...]
    """Consignee tokens, first to current; empty while nothing was accepted."""


class Filing(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A manifest: its versions and their content, by fingerprint."""

    latest: int
    answers: dict[int, bytes]
    touched_ms: int


class Change(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one manifest version changes in the memory; a key of the changelog and its value."""

    manifest_id: str
    filing: Filing
    bills: dict[str, Bill]


class CarrierMemory:
    """Manifests and house bills of one carrier within the memory's reach.

    Only `apply` changes it, all at once: a manifest that fails half-way leaves no trace.
    """

    __slots__ = ("_days", "bills", "filings", "names")

    def __init__(self, days: int) -> None:
        self._days = days
        self.filings: OrderedDict[str, Filing] = OrderedDict()
        """By manifest number, least recently touched first."""
        self.bills: dict[str, Bill] = {}
        self.names: dict[str, tuple[str, ...]] = {}
        """House bills of each manifest."""

    def apply(self, change: Change) -> None:
        """Remember what a manifest version changed."""
        self.filings[change.manifest_id] = change.filing
        self.filings.move_to_end(change.manifest_id)
        self.bills.update(change.bills)
        known = self.names.get(change.manifest_id, ())
        self.names[change.manifest_id] = tuple(dict.fromkeys((*known, *change.bills)))

    def bills_of(self, manifest_id: str) -> Iterator[tuple[str, Bill]]:
        """The house bills that belong to a manifest now."""
        for name in self.names.get(manifest_id, ()):
            bill = self.bills.get(name)
            if bill is not None and bill.manifest_id == manifest_id:
                yield name, bill

    def whole(self, manifest_id: str) -> Change:
        """Everything known of a manifest: what a changelog needs to restore it."""
        return Change(manifest_id, self.filings[manifest_id], dict(self.bills_of(manifest_id)))

    def forget(self, manifest_id: str) -> None:
        """Drop a manifest and its house bills."""
        for name, _ in tuple(self.bills_of(manifest_id)):
            del self.bills[name]
        self.filings.pop(manifest_id, None)
        self.names.pop(manifest_id, None)

    def expire(self, now_ms: int) -> Iterator[str]:
        """Drop manifests that nobody touched within the memory's days; each one's number."""
        while self.filings:
            manifest_id = next(iter(self.filings))
            if self.filings[manifest_id].touched_ms > now_ms - self._days * DAY_MS:
                return
            self.forget(manifest_id)
            yield manifest_id

"""What intake remembers of one carrier: manifests answered and house bills decided."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

import msgspec

from agents.clock import DAY_MS

VERSIONS_REMEMBERED_MAX: Final = 100
"""Latest versions of one manifest whose content is remembered; one older than these is superseded, whatever it says."""
CONFLICTS_REMEMBERED_MAX: Final = 16
"""Latest contents that one manifest was refused because their version was answered before."""


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
    refused: tuple[bytes, ...] = ()
    """Contents refused because their version was answered before with another."""


class Change(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one manifest version changes in the memory; a key of the changelog and its value."""

    manifest_id: str
    filing: Filing
    bills: dict[str, Bill]


class CarrierMemory:
    """Manifests and house bills of one carrier within the memory's reach.

    Only `apply` changes it, all at once: a manifest that fails half-way leaves no trace.
    """

    __slots__ = ("_by_touch", "_days", "bills", "filings", "names")

    def __init__(self, days: int) -> None:
        self._days = days
        self._by_touch: list[tuple[int, str]] = []
        """A heap of when each manifest was touched; entries that a later touch or `forget` outdated may remain."""
        self.filings: dict[str, Filing] = {}
        """By manifest number."""
        self.bills: dict[str, Bill] = {}
        self.names: dict[str, dict[str, None]] = {}
        """House bills that belong to each manifest now, in order."""

    def apply(self, change: Change) -> None:
        """Remember what a manifest version changed."""
        self.filings[change.manifest_id] = change.filing
        heappush(self._by_touch, (change.filing.touched_ms, change.manifest_id))
        for name, bill in change.bills.items():
            before = self.bills.get(name)
            if before is not None and before.manifest_id != bill.manifest_id:
                self.names[before.manifest_id].pop(name, None)
            self.bills[name] = bill
            self.names.setdefault(bill.manifest_id, {})[name] = None

    def bills_of(self, manifest_id: str) -> Iterator[tuple[str, Bill]]:
        """The house bills that belong to a manifest now."""
        for name in self.names.get(manifest_id, ()):
            yield name, self.bills[name]

    def whole(self, manifest_id: str) -> Change:
        """Everything known of a manifest: what a changelog needs to restore it."""
        return Change(manifest_id, self.filings[manifest_id], dict(sorted(self.bills_of(manifest_id))))

    def forget(self, manifest_id: str) -> None:
        """Drop a manifest and its house bills."""
        for name in self.names.pop(manifest_id, ()):
            del self.bills[name]
        self.filings.pop(manifest_id, None)

    def expire(self, now_ms: int) -> Iterator[str]:
        """Drop manifests that nobody touched within the memory's days; each one's number."""
        until_ms = now_ms - self._days * DAY_MS
        while self._by_touch and self._by_touch[0][0] <= until_ms:
            touched_ms, manifest_id = heappop(self._by_touch)
            filing = self.filings.get(manifest_id)
            if filing is not None and filing.touched_ms == touched_ms:
                self.forget(manifest_id)
                yield manifest_id

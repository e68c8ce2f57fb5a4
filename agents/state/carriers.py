"""What intake remembers of one carrier: manifests answered and house bills decided."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final

import msgspec

from agents.values.clock import DAY_MS

VERSIONS_REMEMBERED_MAX: Final = 100
"""Latest versions of one manifest whose content is remembered; one older than these is superseded, whatever it says."""
CONFLICTS_REMEMBERED_MAX: Final = 16
"""Latest contents that one manifest was refused because their version was answered before."""


class HouseBillState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A house bill: how many decisions it has, and which consignees it went through."""

    manifest_id: str
    sequence: int
    """Of the latest decision, refused ones included."""
    in_force: int | None
    """Sequence of the decision in force; None when every one was refused, or the parcel is cancelled."""
    path: tuple[str, ...]
    """Consignee tokens, first to current; empty while nothing was accepted."""
    corrected: bool = False
    """Whether an amendment added it to a manifest that was answered before."""
    marks: bytes = b""
    """By which marks linking knows the parcel in force, and since when (`agents.intake.link_messages`); empty where
    it knows none.
    """


class ManifestState(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A manifest: its versions and their content, by fingerprint."""

    latest: int
    answers: dict[int, bytes]
    touched_ms: int
    refused: tuple[bytes, ...] = ()
    """Contents refused because their version was answered before with another."""


class StateChange(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one manifest version changes in the memory."""

    manifest_id: str
    filing: ManifestState
    bills: dict[str, HouseBillState]


class CarrierState:
    """Manifests and house bills of one carrier within the memory's reach.

    Only `apply` changes it, all at once: a manifest that fails half-way leaves no trace.
    """

    __slots__ = ("_by_touch", "_days", "bills", "filings", "names")

    def __init__(self, days: int) -> None:
        self._days = days
        self._by_touch: list[tuple[int, str]] = []
        """A heap of when each manifest was touched; entries that a later touch outdated may remain."""
        self.filings: dict[str, ManifestState] = {}
        """By manifest number."""
        self.bills: dict[str, HouseBillState] = {}
        self.names: dict[str, dict[str, None]] = {}
        """House bills that belong to each manifest now, in order."""

    def apply(self, change: StateChange) -> None:
        """Remember what a manifest version changed."""
        self.put_filing(change.manifest_id, change.filing)
        for name, bill in change.bills.items():
            self.put_bill(name, bill)

    def put_filing(self, manifest_id: str, filing: ManifestState | None) -> None:
        """Remember a manifest, or with None forget it."""
        if filing is None:
            self.filings.pop(manifest_id, None)
        else:
            self.filings[manifest_id] = filing
            heappush(self._by_touch, (filing.touched_ms, manifest_id))

    def put_bill(self, name: str, bill: HouseBillState | None) -> None:
        """Remember a house bill, or with None forget it."""
        before = self.bills.pop(name, None)
        if before is not None and (bill is None or before.manifest_id != bill.manifest_id):
            names = self.names[before.manifest_id]
            del names[name]
            if not names:
                del self.names[before.manifest_id]
        if bill is not None:
            self.bills[name] = bill
            self.names.setdefault(bill.manifest_id, {})[name] = None

    def bills_of(self, manifest_id: str) -> Iterator[tuple[str, HouseBillState]]:
        """The house bills that belong to a manifest now."""
        for name in self.names.get(manifest_id, ()):
            yield name, self.bills[name]

    def expire(self, now_ms: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Forget manifests that nobody touched within the memory's days; each one's number and house bills."""
        until_ms = now_ms - self._days * DAY_MS
        while self._by_touch and self._by_touch[0][0] <= until_ms:
            touched_ms, manifest_id = heappop(self._by_touch)
            filing = self.filings.get(manifest_id)
            if filing is not None and filing.touched_ms == touched_ms:
                names = tuple(self.names.get(manifest_id, ()))
                for name in names:
                    self.put_bill(name, None)
                self.put_filing(manifest_id, None)
                yield manifest_id, names

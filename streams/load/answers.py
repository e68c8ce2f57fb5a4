"""Whether every parcel was answered exactly once, and after how long: a ledger of what was sent and what came.

Answers are matched with records by the place that Kafka gave the record, which stands in each answer. An answer may be
read before the producer hears of the place, so both sides fill the same entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import msgspec

from agents.screening.notices import FOLLOW_UP_EVENTS
from streams.load.records import PlannedRecord

Place = tuple[str, int, int]
"""Topic, partition, offset of a carrier's record."""

UNDECIDED: Final = frozenset({"DUPLICATE", "SUPERSEDED"})
"""Answers that bring no decision."""
SET_ASIDE: Final = "SET_ASIDE"
"""What a carrier hears of a dead letter; the dead letter is the answer that counts."""


class Decided(msgspec.Struct, frozen=True, gc=False):
    """What has to be known of one decision."""

    place: Place
    house_bill: str
    decision_id: str
    event: str | None
    """What a further decision comes from."""


class Verdict(msgspec.Struct, frozen=True):
    """What became of everything that was sent."""

    manifests: int
    """Records sent, hostile ones included."""
    parcels: int
    """In them; those of hostile records are not counted, only checked."""
    decided: int
    """Parcels with their decision."""
    set_aside: int
    """Records on `dead-letters`."""
    follow_ups: int
    """Further decisions, each from a named event: they are no part of the balance."""
    missing: tuple[str, ...]
    """What was not answered, by name."""
    doubled: tuple[str, ...]
    """What was answered more than once, or without having been asked."""

    @property
    def holds(self) -> bool:
        """Whether everything was answered exactly once."""
        return not self.missing and not self.doubled


@dataclass(slots=True)
class Entry:
    """One record and its answers."""

    planned: PlannedRecord | None = None
    """None while the producer has not heard where the record lies, and for ever of somebody else's."""
    receipts: int = 0
    letters: int = 0
    status: str = ""
    received: int = 0
    """Parcels that the receipt counts."""
    answered_at: float = 0.0
    """When the first receipt or dead letter was read."""
    decided_at: dict[str, float] = field(default_factory=dict)
    """When the first decision on each house bill was read."""
    repeated: list[str] = field(default_factory=list)
    """House bills decided once more."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing more is to come."""
        if self.letters:
            return True
        if not self.receipts:
            return False
        return self.status in UNDECIDED or len(self.decided_at) >= self.received


class Answers:
    """What was sent, and what committed readers have seen of the answers."""

    def __init__(self, planned: int) -> None:
        """`planned` records are going to be sent."""
        self.entries: dict[Place, Entry] = {}
        self.decided = 0
        """Parcels of ours decided so far."""
        self.follow_ups = 0
        self._planned = planned
        self._complete = 0

    @property
    def is_complete(self) -> bool:
        """Whether everything that was planned is sent and answered."""
        return self._complete == self._planned

    @property
    def open(self) -> int:
        """Records that are not sent, or not answered in full."""
        return self._planned - self._complete

    def sent(self, place: Place, planned: PlannedRecord) -> None:
        """Kafka has a record."""
        entry = self._entry(place)
        before = self._is_counted(entry)
        entry.planned = planned
        self.decided += 0 if planned.is_hostile else len(entry.decided_at)
        self._count(entry, before=before)

    def receipt(self, place: Place, status: str, received: int, at: float) -> None:
        """A carrier was answered."""
        if status == SET_ASIDE:
            return
        entry = self._entry(place)
        before = self._is_counted(entry)
        entry.receipts += 1
        entry.status, entry.received = status, received
        entry.answered_at = entry.answered_at or at
        self._count(entry, before=before)

    def letter(self, place: Place, at: float) -> None:
        """A record was set aside."""
        entry = self._entry(place)
        before = self._is_counted(entry)
        entry.letters += 1
        entry.answered_at = entry.answered_at or at
        self._count(entry, before=before)

    def decision(self, decided: Decided, at: float) -> PlannedRecord | None:
        """A parcel was decided; its record, if this is the first answer to a parcel of ours."""
        entry = self._entry(decided.place)
        if decided.event in FOLLOW_UP_EVENTS:
            self.follow_ups += entry.planned is not None
            return None
        name = decided.house_bill or decided.decision_id
        if name in entry.decided_at:
            entry.repeated.append(name)
            return None
        before = self._is_counted(entry)
        entry.decided_at[name] = at
        self._count(entry, before=before)
        if entry.planned is None or entry.planned.is_hostile:
            return None
        self.decided += 1
        return entry.planned

    def _entry(self, place: Place) -> Entry:
        entry = self.entries.get(place)
        if entry is None:
            entry = self.entries[place] = Entry()
        return entry

    @staticmethod
    def _is_counted(entry: Entry) -> bool:
        return entry.planned is not None and entry.is_complete

    def _count(self, entry: Entry, *, before: bool) -> None:
        self._complete += self._is_counted(entry) - before

    def ours(self) -> Iterator[tuple[Place, Entry, PlannedRecord]]:
        """Every record of this load, whoever else uses the same Kafka."""
        for place, entry in self.entries.items():
            if entry.planned is not None:
                yield place, entry, entry.planned

    def verdict(self) -> Verdict:
        """The balance, as far as answers have come."""
        missing: list[str] = []
        doubled: list[str] = []
        manifests = parcels = set_aside = 0
        for place, entry, planned in self.ours():
            manifests += 1
            parcels += len(planned.house_bills)
            set_aside += entry.letters > 0
            missing += (f"{what} ({show(place)})" for what in _missing(entry, planned))
            doubled += (f"{what} ({show(place)})" for what in _doubled(entry, planned))
        if manifests < self._planned:
            missing.append(f"{self._planned - manifests:,} records were never acknowledged by Kafka")
        return Verdict(manifests, parcels, self.decided, set_aside, self.follow_ups, tuple(missing), tuple(doubled))


def _missing(entry: Entry, planned: PlannedRecord) -> Iterator[str]:
    if not entry.receipts and not entry.letters:
        yield f"{planned.name}: no receipt and no dead letter"
    if entry.status in UNDECIDED and not planned.is_hostile:
        yield f"{planned.name}: answered {entry.status}, so it was sent before: name another --seed"
        return
    if entry.letters:
        return  # set aside whole: its parcels are answered with it
    for house_bill in planned.house_bills:
        if house_bill not in entry.decided_at:
            yield f"parcel {house_bill} of {planned.name}: no decision"
    if planned.is_hostile and entry.status not in UNDECIDED and len(entry.decided_at) < entry.received:
        yield f"{planned.name}: {len(entry.decided_at)} decisions on {entry.received} parcels"


def _doubled(entry: Entry, planned: PlannedRecord) -> Iterator[str]:
    if entry.receipts > 1:
        yield f"{planned.name}: {entry.receipts} receipts"
    if entry.letters > 1:
        yield f"{planned.name}: {entry.letters} dead letters"
    if entry.receipts and entry.letters:
        yield f"{planned.name}: a receipt and a dead letter"
    if entry.letters and entry.decided_at:
        yield f"{planned.name}: a dead letter, and decisions on {len(entry.decided_at)} parcels"
    for house_bill in entry.repeated:
        yield f"parcel {house_bill} of {planned.name}: decided again"
    if not planned.is_hostile:
        for house_bill in entry.decided_at.keys() - planned.house_bills:
            yield f"parcel {house_bill}: decided under {planned.name}, which does not have it"


def show(place: Place) -> str:
    """A place in words."""
    return f"{place[0]}-{place[1]}@{place[2]}"

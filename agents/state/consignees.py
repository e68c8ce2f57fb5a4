"""What screening remembers of consignees: one `ConsigneeStore` for each partition of `parcels.checked`.

Most consignees are touched once a month, so each is kept as the very bytes the changelog has of it, and unpacked while
it is looked at. Bytes and keys are values alone: the garbage collector passes them by, however many there are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from agents.state.consignee_encoding import (
    DAY_BYTES,
    DAY_MAX,
    FORMS,
    ConsigneeState,
    RecordedAnswer,
    key_of,
    last_day,
    pack,
    token_of,
    unpack,
)
from agents.state.inspections import InspectionCapacity
from agents.state.parcels import WINDOW_DAYS, PastParcel
from agents.values.clock import DAY_MS
from schemas import limits
from schemas.importer_answer import Answer
from schemas.officer_action import Assessment

OPEN_MAX: Final = 2_000
"""Consignees of a partition that stay unpacked between two commits."""


# A partition


class _Unpacked(msgspec.Struct, gc=False):
    """A consignee that is looked at."""

    key: bytes
    kept: ConsigneeState
    known: bool
    """Whether anything is remembered: looking at nobody leaves nothing behind."""


class ConsigneeStore:
    """What screening remembers of the consignees of one partition.

    A consignee's parcels are dicts by carrier and house bill.
    """

    __slots__ = ("_by_day", "_day", "_open", "_packed", "assessed", "assessed_dirty", "books", "dirty")

    def __init__(self, number: int = 0, of: int = 1) -> None:
        """Partition `number` of `of`: its part of what inspectors can do."""
        self.books = InspectionCapacity(number, of)
        """What was selected for inspection, by site."""
        self.assessed: dict[str, Assessment] = {}
        """What carriers were told before loading and nobody has ended, by carrier and house bill; kept until then,
        whatever is sent anew.
        """
        self.assessed_dirty: set[str] = set()
        self.dirty: set[str] = set()
        """Consignees changed since the last commit, for the changelog."""
        self._packed: dict[bytes, bytes] = {}
        self._open: dict[str, _Unpacked] = {}
        """Unpacked consignees; they count before what is packed."""
        self._by_day: defaultdict[bytes, defaultdict[int, bytearray]] = defaultdict(lambda: defaultdict(bytearray))
        """Keys of the consignees by last day, those of one length one after the other. One may stand on several
        days: that of its bytes counts.
        """
        self._day = 0

    @property
    def consignees(self) -> "Consignees":
        """Every consignee's parcels."""
        return Consignees(self)

    # as the changelog has it

    def packed(self) -> Mapping[bytes, bytes]:
        """Every consignee as the changelog has it, by key."""
        for opened in self._open.values():
            self._close(opened)
        return self._packed

    def changes(self) -> Iterator[tuple[bytes, bytes | None]]:
        """Key and bytes of every consignee changed since this was last asked; None when it is forgotten."""
        for token in sorted(self.dirty):
            opened = self._open.get(token)
            if opened is not None:
                self._close(opened)
            key = key_of(token) if opened is None else opened.key
            yield key, self._packed.get(key)
        self.dirty.clear()
        if len(self._open) > OPEN_MAX:
            self._open.clear()

    def restore(self, key: bytes, packed: bytes | None) -> None:
        """Take a consignee from the changelog; None, a tombstone, when it is forgotten.

        Before anything else is done with the partition.
        """
        if packed is None:
            self._packed.pop(key, None)
        elif packed[:1] not in FORMS:
            raise ValueError(
                f"the changelog has a consignee in no form that is known, {packed[:1]!r}: another version wrote it"
            )
        else:
            self._keep(key, packed)

    def _close(self, opened: _Unpacked) -> None:
        """Pack a consignee; it may stay open."""
        if opened.known:
            self._keep(opened.key, pack(opened.kept))

    def _keep(self, key: bytes, packed: bytes) -> None:
        """Keep bytes, and note the last day.

        With what is remembered alone, so that a restored partition forgets on the same day.
        """
        before = self._packed.get(key)
        self._packed[key] = packed
        day = packed[DAY_BYTES]
        if before is None or before[DAY_BYTES] != day:
            self._by_day[day][len(key)] += key

    def _find(self, token: str) -> _Unpacked:
        """A consignee, opened."""
        opened = self._open.get(token)
        if opened is None:
            key = key_of(token)
            packed = self._packed.get(key)
            opened = self._open[token] = (
                _Unpacked(key, ConsigneeState({}, {}), known=False)
                if packed is None
                else _Unpacked(key, unpack(packed), known=True)
            )
        return opened

    # as screening has it

    def parcels(self, token: str) -> Mapping[str, PastParcel]:
        """A consignee's parcels; none of one that is not remembered."""
        return self._find(token).kept.parcels

    def record_answer(self, token: str, answer: Answer, at_ms: int) -> None:
        """Remember what customs said of a consignee; it may come before the parcel."""
        opened = self._find(token)
        opened.known = True
        answers = opened.kept.answers
        answers.pop(answer.particulars, None)
        answers[answer.particulars] = RecordedAnswer(answer, at_ms)
        if len(answers) > limits.CONSIGNEE_ANSWERS_MAX:
            del answers[next(iter(answers))]
        self.dirty.add(token)

    def assess(self, name: str, assessment: Assessment | None) -> None:
        """Note what a carrier was told before loading, or (None) that it is ended."""
        if self.assessed.get(name) != assessment:
            self.assessed_dirty.add(name)
            if assessment is None:
                del self.assessed[name]
            else:
                self.assessed[name] = assessment

    def restore_assessed(self, name: str, assessment: Assessment | None) -> None:
        """Take what a carrier was told before loading from the changelog."""
        self.assess(name, assessment)
        self.assessed_dirty.discard(name)

    def answer(self, token: str, particulars: str, since_ms: int) -> Answer | None:
        """What customs said of a consignee, no longer ago, when it was asked about these particulars."""
        heard = self._find(token).kept.answers.get(particulars)
        return None if heard is None or heard.at_ms < since_ms else heard.answer

    def put(self, token: str, name: str, seen: PastParcel) -> None:
        """Remember a parcel of a consignee; an amendment keeps the time of the first filing."""
        opened = self._find(token)
        opened.known = True
        parcels = opened.kept.parcels
        before = parcels.get(name)
        parcels[name] = seen if before is None else msgspec.structs.replace(seen, received_at_ms=before.received_at_ms)
        if len(parcels) > limits.CONSIGNEE_PARCELS_MAX:
            del parcels[next((other for other, kept in parcels.items() if not kept.content), name)]
        self.dirty.add(token)

    def get(self, token: str, name: str) -> PastParcel | None:
        """A parcel of a consignee, None when it is not remembered."""
        return self._find(token).kept.parcels.get(name)

    def drop(self, token: str, name: str) -> None:
        """Forget a parcel of a consignee."""
        opened = self._find(token)
        if opened.kept.parcels.pop(name, None) is None:
            return
        if last_day(opened.kept) < self._day - WINDOW_DAYS - 1:
            self._forget(opened)
        self.dirty.add(token)

    def others(self, token: str, name: str, now_ms: int) -> dict[str, PastParcel]:
        """The consignee's other parcels within the window."""
        parcels = self._find(token).kept.parcels
        if not parcels:
            return {}
        since_ms = now_ms - WINDOW_DAYS * DAY_MS
        return {
            other: seen
            for other, seen in parcels.items()
            if other != name and seen.received_at_ms > since_ms and seen.in_force
        }

    def waiting_bytes(self, token: str, name: str) -> int:
        """How much is kept of the consignee's other parcels until customs answers."""
        return sum([len(seen.content) for other, seen in self._find(token).kept.parcels.items() if other != name])

    def expire(self, now_ms: int) -> None:
        """Forget consignees whose last parcel is older than the window; once for each new day of the log."""
        day = now_ms // DAY_MS
        if day <= self._day:
            return
        self._day = day
        packed = self.packed()
        horizon = min(max(day - WINDOW_DAYS - 1, 0), DAY_MAX).to_bytes(3)  # bytes in the order of the days
        for old in [noted for noted in self._by_day if noted < horizon]:
            for key in _keys(self._by_day.pop(old)):
                kept = packed.get(key)
                if kept is not None and kept[DAY_BYTES] < horizon:
                    del self._packed[key]
                    token = token_of(key)
                    self._open.pop(token, None)
                    self.dirty.add(token)

    def _forget(self, opened: _Unpacked) -> None:
        self._packed.pop(opened.key, None)
        opened.kept = ConsigneeState({}, {})
        opened.known = False


def _keys(by_length: Mapping[int, bytearray]) -> Iterable[bytes]:
    """The keys noted on one day."""
    for length, keys in by_length.items():
        for at in range(0, len(keys), length):
            yield bytes(keys[at : at + length])


class Consignees(Mapping[str, Mapping[str, PastParcel]]):
    """Parcels by consignee, for those who look at all of them."""

    __slots__ = ("_partition",)

    def __init__(self, partition: ConsigneeStore) -> None:
        self._partition = partition

    def __getitem__(self, token: str) -> Mapping[str, PastParcel]:
        return unpack(self._partition.packed()[key_of(token)]).parcels

    def __iter__(self) -> Iterator[str]:
        return map(token_of, list(self._partition.packed()))

    def __len__(self) -> int:
        return len(self._partition.packed())

"""Which reference data decides a record: the shipped tables, then change sets in the order of the log.

A change set counts for every manifest that the broker stored `REFERENCE_LEAD_MS` or more after its closing record. So
the answer rests on the two logs alone, and is the same on every worker and in every replay. Nothing here knows a clock.
"""

from bisect import bisect_right
from threading import RLock
from typing import Final, Protocol

from agents.reference import Reference
from schemas import limits
from streams.reference import ReferenceDataError, Tables, reference_of
from streams.reference.changes import ChangeSet

KEPT_MAX: Final = 4
"""So many states of reference data are kept at hand; those before are built again when a replay asks for them."""
NEVER_MS: Final = 2**63
ALWAYS_MS: Final = -NEVER_MS


class References(Protocol):
    """Reference data by time."""

    def at(self, time_ms: int) -> Reference:
        """What decides a manifest that the broker stored at this time, Unix milliseconds."""


class StaticReference:
    """Reference data that never changes."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def at(self, time_ms: int) -> Reference:  # noqa: ARG002 - the same at any time
        """The same at any time."""
        return self._reference


class ReferenceHistory:
    """All reference data that ever decided, and decides.

    `add` and `at` are one thread's; `state` may be called from another, to build what will be asked for.
    A state whose rows can't be used, whoever put them there, is passed over: the last good one before it stays in force
    until a later change repairs it, and `faults` says so.
    """

    def __init__(self, base: Tables, lead_ms: int = limits.REFERENCE_LEAD_MS) -> None:
        """`base` is what holds without any change; ReferenceDataError says what is wrong with it."""
        self.changes: list[ChangeSet] = []
        """Those taken, in the order of the log."""
        self.faults: dict[str, str] = {}
        """Changes after which the tables can't be used, and the mistake, as far as they were asked for."""
        self._base = base
        self._lead_ms = lead_ms
        self._from_ms: list[int] = []
        self._lock = RLock()
        self._made: dict[int, Reference] = {0: reference_of(base)}
        self._cursor = (0, base)
        self._now: tuple[int, int, Reference] = (ALWAYS_MS, NEVER_MS, self._made[0])

    def add(self, change: ChangeSet) -> int:
        """Take the next change set; from when it counts, Unix milliseconds.

        Never before the one that precedes it in the log, whatever the brokers' clocks said.
        """
        from_ms = max([change.stored_at_ms + self._lead_ms, *self._from_ms[-1:]])
        self.changes.append(change)
        self._from_ms.append(from_ms)
        self._now = (NEVER_MS, NEVER_MS, self._now[2])
        return from_ms

    def at(self, time_ms: int) -> Reference:
        """What decides a manifest that the broker stored at this time."""
        from_ms, until_ms, reference = self._now
        if from_ms <= time_ms < until_ms:
            return reference
        number = self.number_at(time_ms)
        reference = self.state(number)
        from_ms = self._from_ms[number - 1] if number else ALWAYS_MS
        until_ms = self._from_ms[number] if number < len(self._from_ms) else NEVER_MS
        self._now = (from_ms, until_ms, reference)
        return reference

    def number_at(self, time_ms: int) -> int:
        """How many change sets count at a time."""
        return bisect_right(self._from_ms, time_ms)

    def from_ms(self, number: int) -> int:
        """From when a change set, counted from 1, counts."""
        return self._from_ms[number - 1]

    def is_cached(self, time_ms: int) -> bool:
        """Whether `at` answers without building anything."""
        return self.number_at(time_ms) in self._made

    def state(self, number: int | None = None) -> Reference:
        """Reference data after so many change sets; after all, when none is named."""
        number = len(self.changes) if number is None else number
        with self._lock:
            for each in range(number, -1, -1):
                made = self._built(each)
                if made is not None:
                    self._keep(number, made)
                    return made
        raise AssertionError("the base was built when the history began")

    def _built(self, number: int) -> Reference | None:
        """A state; None when its rows can't be used."""
        if number in self._made:
            return self._made[number]
        if self.changes[number - 1].change_id in self.faults:
            return None
        tables = self.tables(number)
        same = next((made for made in self._made.values() if made.version == tables.version), None)
        if same is not None:
            return same
        try:
            return reference_of(tables)
        except ReferenceDataError as error:
            fault = str(error)
        except Exception as error:  # noqa: BLE001 - rows that slipped in past the loader may be anything; manifests go on all the same
            fault = f"internal error: {error!r}"
        self.faults[self.changes[number - 1].change_id] = fault
        return None

    def _keep(self, number: int, made: Reference) -> None:
        """The base is always kept: it is what everything falls back to."""
        self._made.pop(number, None)
        self._made[number] = made
        if len(self._made) > KEPT_MAX:
            del self._made[next(each for each in self._made if each)]

    def tables(self, number: int | None = None) -> Tables:
        """The rows after so many change sets, good or not; after all, when none is named."""
        number = len(self.changes) if number is None else number
        with self._lock:
            done, tables = self._cursor if self._cursor[0] <= number else (0, self._base)
            for change in self.changes[done:number]:
                tables = tables.changed(change.rows)
            self._cursor = (number, tables)
            return tables

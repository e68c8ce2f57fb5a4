"""Follows the topics of reference data: no manifest is decided before every change that may count for it is known.

The bound: a closing record is on all copies within `CLOSING_MS_MAX` of its time, else its author gives it up; a worker
has looked for changes within `FRESH_MS` before it was handed a record. Both together are less than the lead by which a
change counts later; what is left is how far the brokers' clocks may differ.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from agents.values.clock import show_ms
from schemas import limits, topics
from streams.kafka import partitioner
from streams.kafka.admin import partitions_of
from streams.kafka.reading import ReadStalledError, read_between
from streams.kafka.record import FetchedRecord
from streams.reference import Tables
from streams.reference.changes import ChangeLog, ChangeSet
from streams.reference.history import ReferenceHistory

log = logging.getLogger(__name__)

FRESH_MS: Final = limits.REFERENCE_LEAD_MS // 2
CLOSING_MS_MAX: Final = limits.REFERENCE_LEAD_MS // 5
POLL_S: Final = 0.5
REQUEST_TIMEOUT_MS: Final = 10_000
ROUND_SECONDS: Final = 15.0
"""Longer than an abandoned transaction keeps readers waiting, as a rule."""
LOG_INTERVAL_S: Final = 10.0

CHANGES: Final = (TopicPartition(topics.REFERENCE_CHANGES, 0),)
ROWS: Final = tuple(
    TopicPartition(name, number) for name in topics.REFERENCE_ROWS for number in range(partitioner.count(name))
)


class Reader:
    """Reads change sets into a history, each once, as far as they are committed."""

    def __init__(self, bootstrap: str, history: ReferenceHistory) -> None:
        self.history = history
        self._bootstrap = bootstrap
        self._log = ChangeLog()
        self._closings: deque[FetchedRecord] = deque()
        """Read, and not yet taken: their rows are still to be read."""
        self._read_to: dict[TopicPartition, int] = {}
        self._asking: AIOKafkaConsumer | None = None

    async def read(self) -> int:
        """Take every change set that was closed before this call; how many came.

        What they are made of lies below the ends that are asked for after their closing records have been read: all of
        a transaction is stored before its end is, though its partitions show it one after the other.
        """
        self._closings += await self._records(CHANGES)
        count = len(self._closings)
        if count:
            for record in await self._records(ROWS):
                self._log.take_row(record)
        taken: list[tuple[ChangeSet, int]] = []
        while self._closings:
            change = self._log.close(self._closings[0])
            if isinstance(change, ChangeSet):
                taken.append((change, self.history.add(change)))
            else:
                log.error("reference data: change %s is rejected and not applied: %s", change.change_id, change.why)
            self._closings.popleft()  # only now: one that failed with an internal error must not be skipped
            self._log.forget(change.change_id)
        for change, from_ms in taken:
            counts = ", ".join(f"{count} of {table}" for table, count in change.counts.items())
            log.info(
                "reference data: change %s by %s (%s): %s; in force from %s",
                change.change_id,
                change.author,
                change.why,
                counts,
                show_ms(from_ms),
            )
        if taken:
            await self._build(taken[-1][0])
        return count

    async def _records(self, tps: Iterable[TopicPartition]) -> list[FetchedRecord]:
        """Records that some partitions have below their present ends; each is handed over once."""
        ends = {tp: end for tp, end in (await self._ends(tps)).items() if end > self._read_to.get(tp, 0)}
        found: list[FetchedRecord] = []

        def apply(record: FetchedRecord) -> None:
            if record.offset < ends[TopicPartition(record.topic, record.partition)]:
                found.append(record)

        if ends:
            await read_between(
                self._bootstrap,
                {tp: self._read_to[tp] for tp in ends if tp in self._read_to},
                ends,
                apply,
                seconds=ROUND_SECONDS,
            )
            self._read_to |= ends
        return found

    async def _ends(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """High watermarks: where open transactions end, which `read_between` then waits for."""
        if self._asking is None:
            asking = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap, enable_auto_commit=False, request_timeout_ms=REQUEST_TIMEOUT_MS
            )
            try:
                await asking.start()
            except BaseException:
                await asking.stop()
                raise
            asking.assign([*CHANGES, *ROWS])
            asking.pause(*CHANGES, *ROWS)
            self._asking = asking
        return {tp: int(end) for tp, end in (await self._asking.end_offsets(list(tps))).items()}

    async def _build(self, last: ChangeSet) -> None:
        """Build what will be asked for soon, the state after the last change.

        Those before are built if a record asks for them.
        """
        reference = await asyncio.to_thread(self.history.state, len(self.history.changes))
        await asyncio.to_thread(reference.watchlist.prepare)
        if (fault := self.history.faults.get(last.change_id)) is not None:
            log.error(
                "reference data: change %s makes the tables invalid; version %s stays in force until this is fixed: %s",
                last.change_id,
                reference.version,
                fault,
            )
        elif reference.version != last.version:
            log.warning(
                "reference data: change %s was made on other tables: it announces version %s, but here it results in "
                "%s",
                last.change_id,
                last.version,
                reference.version,
            )
        else:
            log.info("reference data: version %s is ready", reference.version)

    async def close(self) -> None:
        """Close the connection."""
        if self._asking is not None:
            asking, self._asking = self._asking, None
            await asking.stop()


class Follower:
    """A worker's reader, which goes on reading."""

    def __init__(self, bootstrap: str, history: ReferenceHistory) -> None:
        self.history = history
        self._bootstrap = bootstrap
        self._reader = Reader(bootstrap, history)
        self._task: asyncio.Task[None] | None = None
        self._read = asyncio.Event()
        self._known_s = float("-inf")
        """When the last reading that came to its end began, by this process's clock."""
        self._tell_at = 0.0

    def knows(self, handed_s: float) -> bool:
        """Whether every change is known that may count for records handed over at `time.monotonic()` = `handed_s`."""
        return self._known_s > handed_s - FRESH_MS / 1000

    async def start(self) -> None:
        """Begin, unless it has begun; returns when all that there is has been read once."""
        if self._task is None:
            self._task = asyncio.create_task(self._follow())
        while self._known_s == float("-inf"):
            await self.wait(POLL_S)

    async def wait(self, seconds: float) -> None:
        """Return after the next reading, or after some seconds."""
        self._read.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._read.wait(), seconds)

    async def stop(self) -> None:
        """Stop reading."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    async def _follow(self) -> None:
        try:
            while True:
                await self._once()
                await asyncio.sleep(POLL_S)
        finally:
            await self._reader.close()

    async def _once(self) -> None:
        began = time.monotonic()
        try:
            await self._reader.read()
        except (KafkaError, ReadStalledError, OSError, TimeoutError) as error:
            self._tell(
                f"cannot read the reference topics; intake is paused until it can ({error!s:.200} "
                f"{type(error).__name__})"
            )
        except Exception:  # whatever it is, the next reading may do better, and no manifest is decided before one does
            log.exception("reading reference data failed with an internal error; intake is paused")
        else:
            self._known_s = began
            self._read.set()

    def _tell(self, text: str) -> None:
        if time.monotonic() >= self._tell_at:
            log.warning("%s", text)
            self._tell_at = time.monotonic() + LOG_INTERVAL_S


async def read_history(bootstrap: str, base: Tables) -> ReferenceHistory:
    """All change sets there are, on top of `base`."""
    history = ReferenceHistory(base)
    if topics.REFERENCE_CHANGES not in await partitions_of(bootstrap):
        return history
    reader = Reader(bootstrap, history)
    try:
        await reader.read()
    finally:
        await reader.close()
    return history

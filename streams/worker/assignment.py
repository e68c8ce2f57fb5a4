"""A worker's present assignment, its capacity, and when it commits."""

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn, TypeVar

from aiokafka.client import AIOKafkaClient
from aiokafka.structs import TopicPartition
from faust.types import TP

from schemas import topics
from streams.kafka.record import FetchedRecord
from streams.kafka.transactions import (
    ConsumerGroupMetadata,
    TransactionalProducer,
    TransactionRefusedError,
    TransactionUnknownError,
    stable_offsets,
)
from streams.reference.follow import Follower
from streams.settings import Settings
from streams.worker.one_by_one import OneByOne
from streams.worker.processor import RecordProcessor
from streams.worker.restore import restore

log = logging.getLogger(__name__)
IDLE_S: Final = 0.05
BUSY_SHARE: Final = 0.6
BUSY_INTERVALS_MAX: Final = 4
"""A worker that computes for such a share of each interval goes on for so many before it commits: whoever waits in a
queue gains more by a transaction less than by one sooner.
"""
RESTORE_SECONDS: Final = 600
QUEUED_BYTES_MAX: Final = 16 * 1024 * 1024
"""Bytes of records that wait for their agents; above it no more are taken from the client, whatever they unpack to."""
NO_GENERATION: Final = -2
"""The one after it is no generation either."""
CHUNK_RECORDS_MAX: Final = 64
CHUNK_BYTES_MAX: Final = 65_536
"""Records that are processed together, and their bytes: each step for all of them before the next, which takes less
time, and not so many that others wait.
"""
YIELD_INTERVAL_S: Final = 0.002
"""How long an agent may compute before the others and the commit have their turn."""
LOG_INTERVAL_S: Final = 10.0
"""How often a worker logs what it has done."""
COMMITTED_PATTERN: Final = re.compile(r"committed (\d+) transactions")
"""How that line begins."""


R = TypeVar("R", bound=FetchedRecord)


@dataclass(slots=True)
class RecordRun:
    """Consecutive records of one partition, fetched under one assignment."""

    records: Sequence[FetchedRecord]
    assignment: "Assignment"
    polled_at: float
    """When the client handed them over, by this process's clock."""
    bytes: int


@dataclass(slots=True)
class Assignment:
    """The time between an assignment and its end: who we were in the group, and whether it still lasts."""

    membership: ConsumerGroupMetadata
    rewinds: int
    """Which rewind of the client began it."""
    lasts: bool = True
    queued_bytes: int = 0
    """Of runs that wait or are being processed."""


def chunk_records(records: Sequence[R]) -> Iterator[Sequence[R]]:
    """Records in runs that are processed together; a large one is a run of its own."""
    begun = size = 0
    for index, record in enumerate(records):
        record_bytes = len(record.value or b"")
        if index > begun and (size + record_bytes > CHUNK_BYTES_MAX or index - begun >= CHUNK_RECORDS_MAX):
            yield records[begun:index]
            begun, size = index, 0
        size += record_bytes
    if begun < len(records):
        yield records[begun:]


class WorkerSession:
    """What the parts of one worker share: processor, settings, producer, present assignment."""

    def __init__(  # noqa: PLR0913, PLR0917 - what they share
        self,
        processor: RecordProcessor,
        settings: Settings,
        bootstrap: str,
        transactional_id: str,
        start_anew: Callable[[str], NoReturn],
        follower: Follower,
    ) -> None:
        self.processor = processor
        self.follower = follower
        self.settings = settings
        self.bootstrap = bootstrap
        self.transactional_id = transactional_id
        self.start_anew = start_anew
        self.assignment: Assignment | None = None
        self.producer: TransactionalProducer | None = None
        self._generation = NO_GENERATION
        self._committing = asyncio.Lock()
        self._alone = asyncio.Lock()
        """Held by the agent whose record is committed alone."""
        self.one_by_one = OneByOne.inherited()
        processor.refused = self.one_by_one.refused
        self.has_capacity = asyncio.Event()
        self.has_capacity.set()
        self._log_at = 0.0

    @property
    def has_room(self) -> bool:
        """Whether there is an assignment, and further records may be taken from the client."""
        return self.assignment is not None and self.assignment.queued_bytes < QUEUED_BYTES_MAX

    async def handle(self, run: RecordRun) -> None:
        """Process a run of records in chunks, while its assignment lasts and the open unit has capacity.

        Gives way to other agents and the commit every `YIELD_INTERVAL_S`.
        """
        try:
            await self._handle(run)
        finally:
            run.assignment.queued_bytes -= run.bytes

    async def _handle(self, run: RecordRun) -> None:
        await asyncio.sleep(0)
        await self._await_reference_data(run)
        turn_ends = time.monotonic() + YIELD_INTERVAL_S
        for records in chunk_records(run.records):
            if not run.assignment.lasts:
                return
            if self.one_by_one.records:
                await self._commit_each(records, run.assignment)
            else:
                self.processor.process(*records)
            if self._full():
                self.has_capacity.clear()
                await self.has_capacity.wait()
            elif time.monotonic() > turn_ends:
                await asyncio.sleep(0)
                turn_ends = time.monotonic() + YIELD_INTERVAL_S

    async def _commit_each(self, records: Sequence[FetchedRecord], assignment: Assignment) -> None:
        """Process records one by one, each in a transaction of its own: one of them brings what the broker refuses."""
        for record in records:
            async with self._alone:
                if not assignment.lasts:
                    return
                self.processor.process(record)
                await self.commit()

    async def _await_reference_data(self, run: RecordRun) -> None:
        """Wait, while the assignment lasts, until the reference data of a run's time is complete and built."""
        while run.assignment.lasts and not self.follower.knows(run.polled_at):
            await self.follower.wait(IDLE_S)
        history = self.follower.history
        for time_ms in (run.records[0].timestamp, run.records[-1].timestamp):
            if not history.is_cached(time_ms):
                await asyncio.to_thread(history.state, history.number_at(time_ms))

    def _full(self) -> bool:
        buffer = self.processor.open_unit.buffer
        return buffer.bytes >= self.settings.unit_bytes_max or buffer.records >= self.settings.unit_records_max

    async def commit(self) -> None:
        """Commit what has been processed, under the assignment it was processed in."""
        async with self._committing:
            assignment, producer = self.assignment, self.producer
            if assignment is None or producer is None:
                return
            unit = self.processor.close_unit()
            self.has_capacity.set()
            if unit is None:
                return
            try:
                await producer.commit(unit.buffer, unit.offsets, assignment.membership)
            except TransactionRefusedError as error:
                self.start_anew(f"{error}: {self.one_by_one.note_refused(unit, error)}")
            except TransactionUnknownError as error:
                self.start_anew(str(error))
            self.one_by_one.note_committed(unit)
            self.processor.counters.transactions += 1
        if time.monotonic() >= self._log_at:
            self._log_progress()

    def _log_progress(self) -> None:
        did = self.processor.counters
        log.info(
            "committed %d transactions: %d manifests, %d parcels, %d decisions, %d set aside",
            did.transactions,
            did.manifests,
            did.parcels,
            did.decisions,
            did.set_aside,
        )
        self._log_at = time.monotonic() + LOG_INTERVAL_S

    async def prepare(
        self, membership: ConsumerGroupMetadata, assigned: Iterable[TP]
    ) -> dict[TopicPartition, int | None]:
        """Before an assignment: wait for pending transactions and restore state; returns where to read on.

        State of an earlier assignment still holds only if this generation is the next one: in one between, another
        worker may have had the same carriers.
        """
        await self.follower.start()
        if membership.generation != self._generation + 1:
            self.processor.assign((), (), ())
        self._generation = NO_GENERATION
        tps = [TopicPartition(tp.topic, tp.partition) for tp in assigned]
        client = AIOKafkaClient(bootstrap_servers=self.bootstrap, client_id=self.transactional_id)
        await client.bootstrap()
        try:
            offsets = await stable_offsets(client, membership.group, tps)
        finally:
            await client.close()
        carriers = {tp.topic.removeprefix(topics.MANIFESTS) for tp in tps if tp.topic.startswith(topics.MANIFESTS)}
        numbers = {tp.partition for tp in tps if tp.topic == topics.CHECKED}
        links = {tp.partition: offsets.get(tp) or 0 for tp in tps if tp.topic == topics.LINKS}
        new, new_numbers, new_links = self.processor.assign(carriers, numbers, links)
        records = await restore(
            self.bootstrap,
            self.processor,
            new,
            new_numbers,
            {number: links[number] for number in new_links},
            seconds=RESTORE_SECONDS,
        )
        log.info(
            "generation %d: %d carriers, %d partitions of %s; state restored from %d records",
            membership.generation,
            len(carriers),
            len(numbers),
            topics.CHECKED,
            records,
        )
        return offsets

    def start_assignment(self, membership: ConsumerGroupMetadata, rewinds: int) -> Assignment:
        """Start an assignment."""
        self._generation = membership.generation
        self.assignment = Assignment(membership, rewinds)
        return self.assignment

    async def revoke_assignment(self) -> None:
        """End the assignment: what is processed is committed, what is queued is dropped."""
        if self.assignment is not None:
            self.assignment.lasts = False
            await self.commit()
            self.assignment = None
            self._log_progress()


class CommitSchedule:
    """When to commit, asked once an interval."""

    __slots__ = ("_put_off",)

    def __init__(self) -> None:
        self._put_off = 0

    def is_due(self, computed_share: float, *, has_room: bool) -> bool:
        """Whether to commit after an interval in which the worker computed for such a share of the time.

        A full unit is never put off.
        """
        self._put_off += 1
        if computed_share > BUSY_SHARE and has_room and self._put_off < BUSY_INTERVALS_MAX:
            return False
        self._put_off = 0
        return True

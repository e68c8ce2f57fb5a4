"""What a worker has at present: partitions, capacity and when to commit."""

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
from streams.kafka.record import StoredRecord
from streams.kafka.transactions import GivenUpError, Membership, TransactionalProducer, stable_offsets
from streams.reference.follow import Follower
from streams.settings import Settings
from streams.worker.processor import Work
from streams.worker.restore import restore

log = logging.getLogger(__name__)
IDLE_S: Final = 0.05
BUSY_SHARE: Final = 0.6
BUSY_INTERVALS_MAX: Final = 4
"""A worker that computes for such a share of each interval goes on for so many before it commits: whoever waits in a queue gains more by a transaction less than by one sooner."""
RESTORE_SECONDS: Final = 600
NO_GENERATION: Final = -2
"""The next one to this is no generation either."""
TOGETHER_MAX: Final = 64
TOGETHER_BYTES_MAX: Final = 65_536
"""Records that are processed together, and their bytes: each step for all of them before the next, which takes less time, and not so many that others wait."""
TURN_S: Final = 0.002
"""How long an agent may go on before the others and the commit have their turn."""
TELL_SECONDS: Final = 10.0
"""How often a worker says what it has done."""
DID: Final = re.compile(r"committed (\d+) transactions")
"""How it begins to say it."""


R = TypeVar("R", bound=StoredRecord)


@dataclass(slots=True)
class Batch:
    """Consecutive records of one partition, fetched under one assignment."""

    records: Sequence[StoredRecord]
    tenure: "Tenure"
    handed_s: float
    """When the client handed them over, by this process's clock."""


@dataclass(slots=True)
class Tenure:
    """The time between an assignment and its end: who we were in the group, and whether it still lasts."""

    membership: Membership
    rewinds: int
    """Which rewind of the client began it."""
    lasts: bool = True


def together(records: Sequence[R]) -> Iterator[Sequence[R]]:
    """Records in runs that are processed together; a large one is a run of its own."""
    begun = size = 0
    for index, record in enumerate(records):
        said = len(record.value or b"")
        if index > begun and (size + said > TOGETHER_BYTES_MAX or index - begun >= TOGETHER_MAX):
            yield records[begun:index]
            begun, size = index, 0
        size += said
    if begun < len(records):
        yield records[begun:]


class Desk:
    """What the parts of one worker share: its work, its settings, its present tenure."""

    def __init__(self, work: Work, settings: Settings, bootstrap: str, transactional_id: str, start_anew: Callable[[str], NoReturn], follower: Follower) -> None:  # noqa: PLR0913, PLR0917 - what they share
        self.work = work
        self.follower = follower
        self.settings = settings
        self.bootstrap = bootstrap
        self.transactional_id = transactional_id
        self.start_anew = start_anew
        self.tenure: Tenure | None = None
        self.producer: TransactionalProducer | None = None
        self._generation = NO_GENERATION
        self._committing = asyncio.Lock()
        self.room = asyncio.Event()
        self.room.set()
        self._tell_at = 0.0

    @property
    def at_work(self) -> bool:
        """Whether a tenure lasts."""
        return self.tenure is not None

    async def handle(self, batch: Batch) -> None:
        """An agent's work: process a run of records, while its tenure lasts and there is room; in turns with everything else."""
        await asyncio.sleep(0)
        await self._know_the_law(batch)
        turn_ends = time.monotonic() + TURN_S
        for records in together(batch.records):
            if not batch.tenure.lasts:
                return
            self.work.process(*records)
            if self._full():
                self.room.clear()
                await self.room.wait()
            elif time.monotonic() > turn_ends:
                await asyncio.sleep(0)
                turn_ends = time.monotonic() + TURN_S

    async def _know_the_law(self, batch: Batch) -> None:
        """Wait, while the tenure lasts, until every change of reference data is known that may count for a batch, and what it makes is at hand."""
        while batch.tenure.lasts and not self.follower.knows(batch.handed_s):
            await self.follower.wait(IDLE_S)
        history = self.follower.history
        for time_ms in (batch.records[0].timestamp, batch.records[-1].timestamp):
            if not history.at_hand(time_ms):
                await asyncio.to_thread(history.state, history.number_at(time_ms))

    def _full(self) -> bool:
        outbox = self.work.waiting.outbox
        return outbox.bytes >= self.settings.unit_bytes_max or outbox.records >= self.settings.unit_records_max

    async def commit(self) -> None:
        """Commit what has been processed, under the tenure it was processed in."""
        async with self._committing:
            tenure, producer = self.tenure, self.producer
            if tenure is None or producer is None:
                return
            unit = self.work.close_unit()
            self.room.set()
            if unit is None:
                return
            try:
                await producer.commit(unit.outbox, unit.offsets, tenure.membership)
            except GivenUpError as error:
                self.start_anew(str(error))
            self.work.counters.transactions += 1
        if time.monotonic() >= self._tell_at:
            self._tell()

    def _tell(self) -> None:
        did = self.work.counters
        log.info("committed %d transactions: %d manifests, %d parcels, %d decisions, %d set aside", did.transactions, did.manifests, did.parcels, did.decisions, did.set_aside)
        self._tell_at = time.monotonic() + TELL_SECONDS

    async def prepare(self, membership: Membership, assigned: Iterable[TP]) -> dict[TopicPartition, int | None]:
        """Before a tenure: wait for pending transactions, restore state; where to read on.

        What is remembered of an earlier tenure still holds only if this generation is the next one: in one between,
        somebody else may have had the same carriers.
        """
        await self.follower.start()
        if membership.generation != self._generation + 1:
            self.work.assign((), (), ())
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
        new, new_numbers, new_links = self.work.assign(carriers, numbers, links)
        records = await restore(self.bootstrap, self.work, new, new_numbers, {number: links[number] for number in new_links}, seconds=RESTORE_SECONDS)
        log.info("generation %d: %d carriers, %d partitions of %s; state restored from %d records", membership.generation, len(carriers), len(numbers), topics.CHECKED, records)
        return offsets

    def begin(self, membership: Membership, rewinds: int) -> Tenure:
        """Begin a tenure."""
        self._generation = membership.generation
        self.tenure = Tenure(membership, rewinds)
        return self.tenure

    async def lay_down(self) -> None:
        """End a tenure: what is processed is committed, what is queued is dropped."""
        if self.tenure is not None:
            self.tenure.lasts = False
            await self.commit()
            self.tenure = None
            self._tell()


class Pace:
    """When to commit, asked once an interval."""

    __slots__ = ("_put_off",)

    def __init__(self) -> None:
        self._put_off = 0

    def is_due(self, computed_share: float, *, has_room: bool) -> bool:
        """Whether to commit now, after an interval of which the worker computed such a share; never put off when its unit is full."""
        self._put_off += 1
        if computed_share > BUSY_SHARE and has_room and self._put_off < BUSY_INTERVALS_MAX:
            return False
        self._put_off = 0
        return True

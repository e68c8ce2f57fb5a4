"""Faust's transport with exactly-once underneath: `faust.App(broker="exactly-once://host:port")`.

Faust keeps the app, the agents, the worker and the choreography of a rebalance; of its aiokafka driver these parts
are replaced, because stock Faust loses and doubles records (its own exactly-once included):

* a Faust message is a whole run of records of one partition (`RecordRun`), so that per-record costs vanish;
* acknowledging does nothing: offsets are committed by the transaction that holds what they led to, and by nothing else;
* everything still queued from an earlier assignment is dropped, and each assignment starts from committed offsets;
* a transaction that failed, or whose outcome is unknown, makes the whole worker restart (`start_anew`).
"""

import asyncio
import time
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from typing import Any, Final, cast

import aiokafka
import faust
from aiokafka.client import AIOKafkaClient
from aiokafka.structs import TopicPartition
from faust.transport import producer as faust_producer
from faust.transport.conductor import Conductor as FaustConductor
from faust.transport.drivers import TRANSPORTS
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, AppT, ConsumerMessage
from faust.types.tuples import Message, RecordMetadata
from mode import Service, ServiceT
from mode.utils.futures import notify

from streams.kafka.assignor import CarrierStickyAssignor
from streams.kafka.batch_reader import bytes_of
from streams.kafka.record import FetchedRecord
from streams.kafka.transactions import ConsumerGroupMetadata, TransactionalProducer, TransactionUnknownError
from streams.worker.assignment import IDLE_S, Assignment, CommitSchedule, RecordRun, WorkerSession

SCHEME: Final = "exactly-once"
METADATA_MS: Final = 5_000
"""A carrier's new topic is found within this time."""
FETCH_WAIT_MS: Final = 30
FETCH_BYTES_MIN: Final = 64 * 1024
"""A fetch names every partition, whether it has something or not: asking seldom costs the broker less."""
POLL_RECORDS_MAX: Final = 2_000
REQUEST_TIMEOUT_MS: Final = 15_000


class App(faust.App):
    """A Faust app with a worker's session."""

    session: WorkerSession


def session_of(app: AppT) -> WorkerSession:
    """The session of an app."""
    return cast("App", app).session


class ConsumerThread(driver.AIOKafkaConsumerThread):
    """The client in its own thread: heartbeats go on while the agents work."""

    rewinds = 0

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        settings = session_of(self.app).settings
        return aiokafka.AIOKafkaConsumer(
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            client_id=session_of(self.app).transactional_id,
            group_id=settings.group,
            # A worker with a name of its own that comes back at once takes its place again, instead of waiting for its
            # ghost's session to end.
            group_instance_id=settings.slot or None,
            partition_assignment_strategy=[CarrierStickyAssignor()],
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=FETCH_WAIT_MS,
            fetch_min_bytes=FETCH_BYTES_MIN,
            max_partition_fetch_bytes=settings.fetch_bytes_max,
            max_poll_records=POLL_RECORDS_MAX,
            max_poll_interval_ms=settings.max_poll_interval_ms,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_interval_ms,
            rebalance_timeout_ms=settings.session_timeout_ms * 2,
            request_timeout_ms=max(REQUEST_TIMEOUT_MS, settings.session_timeout_ms),
            metadata_max_age_ms=METADATA_MS,
        )

    async def subscribe(self, topics: Iterable[str]) -> None:  # noqa: ARG002 - the pattern, whatever the agents name
        """Read every topic that a step of the pipeline reads."""
        pattern = session_of(self.app).processor.pipeline.pattern
        await self.call_thread(self._ensure_consumer().subscribe, pattern=pattern, listener=self._rebalance_listener)

    async def fetch(self) -> tuple[int, Mapping[Any, Sequence[FetchedRecord]]]:
        """Fetched runs of records, and after how many rewinds they were fetched."""
        fetched: tuple[int, Mapping[Any, Sequence[FetchedRecord]]] = await self.call_thread(self._fetch)
        return fetched

    async def _fetch(self) -> tuple[int, Mapping[Any, Sequence[FetchedRecord]]]:
        # Counted in the same step as the records are taken, in the thread that also rewinds: records of the time
        # before a rewind carry its old number whenever they arrive, and those after it can't be mistaken for them.
        fetcher = self._ensure_consumer()._fetcher  # noqa: SLF001 - getmany() would not tell a closed consumer from an empty fetch
        with fetcher._subscriptions.fetch_context():  # noqa: SLF001
            records = await fetcher.fetched_records((), timeout=FETCH_WAIT_MS / 1000, max_records=POLL_RECORDS_MAX)
        return self.rewinds, records

    async def rewind(
        self, offsets: Mapping[TopicPartition, int | None], membership: ConsumerGroupMetadata
    ) -> int | None:
        """Go to these offsets, to the beginning where there is none.

        Returns how often this was done, None when the membership has ended.
        """
        rewinds: int | None = await self.call_thread(self._rewind, offsets, membership)
        return rewinds

    async def _rewind(
        self, offsets: Mapping[TopicPartition, int | None], membership: ConsumerGroupMetadata
    ) -> int | None:
        consumer = self._ensure_consumer()
        begins = await consumer.beginning_offsets([tp for tp, offset in offsets.items() if offset is None])
        # From here on nothing waits: all partitions move in one step, or none does.
        if membership.generation < 0 or self._present() != membership or set(offsets) != set(consumer.assignment()):
            return None
        for tp, offset in offsets.items():
            consumer.seek(tp, begins[tp] if offset is None else offset)
        self.rewinds += 1
        return self.rewinds

    async def membership(self) -> ConsumerGroupMetadata:
        """Who we are in the group at this moment."""
        membership: ConsumerGroupMetadata = await self.call_thread(self._membership)
        return membership

    async def _membership(self) -> ConsumerGroupMetadata:
        return self._present()

    def _present(self) -> ConsumerGroupMetadata:
        coordinator = self._ensure_consumer()._coordinator  # noqa: SLF001 - aiokafka has no public way to the generation
        return ConsumerGroupMetadata(coordinator.group_id, coordinator.generation, coordinator.member_id)


class Consumer(driver.Consumer):
    """Faust's consumer: delivers runs of records, acknowledges nothing, commits units."""

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Deliver one message for each run of fetched records, until the consumer or its fetcher stops."""
        thread = cast("ConsumerThread", self._thread)
        session = session_of(self.app)
        try:
            while not (self.should_stop or fetcher.should_stop):
                if not session.has_room:
                    await asyncio.sleep(IDLE_S)
                    continue
                rewinds, records = await thread.fetch()
                assignment = session.assignment
                if assignment is None or assignment.rewinds != rewinds:
                    continue  # fetched before the rewind that began this assignment: they are fetched again
                for run in records.values():
                    await self.callback(self._message(run, assignment))
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    def _message(self, run: Sequence[Any], assignment: Assignment) -> ConsumerMessage:
        first = run[0]
        tp = TP(first.topic, first.partition)
        size = sum(map(bytes_of, run))
        assignment.queued_bytes += size
        batch = cast(
            "bytes", RecordRun(run, assignment, time.monotonic(), size)
        )  # Faust hands a message's value on without a look: `PassThroughSchema`
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            first.offset,
            first.timestamp / 1000,
            first.timestamp_type,
            [],
            None,
            batch,
            None,
            0,
            0,
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def ack(self, message: Message) -> bool:
        """Note that an agent is through with a run of records; what is committed is in the unit."""
        message.acked = True
        self._unacked_messages.discard(message)
        notify(self._waiting_for_ack)
        return True

    async def commit(self, topics: object = None, start_new_transaction: bool = True) -> bool:  # noqa: ARG002, FBT001, FBT002 - Faust's signature
        """Commit the unit."""
        await session_of(self.app).commit()
        return True

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """End the assignment before anything else.

        Faust asks the client what is assigned and does nothing when that is nothing; but when a new carrier's topic
        widens the subscription, the client has already forgotten the assignment that ends.
        """
        await self.wait_empty()
        await super().on_partitions_revoked(revoked)

    async def wait_empty(self) -> None:
        """End the assignment: let the agents finish the record they are at, and commit."""
        session = session_of(self.app)
        if session.assignment is not None:
            session.assignment.lasts = False
            session.has_capacity.set()
        while self._unacked_messages:
            await self._wait_for_ack(timeout=1)
            self._clean_unacked_messages()
        await session.revoke_assignment()

    async def commit_and_end_transactions(self) -> None:
        """Commit the unit."""
        await self.commit()

    @Service.task
    async def _commit_handler(self) -> None:
        """Commit once an interval; less often while there is more to do than can be done."""
        session, pace = session_of(self.app), CommitSchedule()
        while not self.should_stop:
            began_s, computed_s = time.monotonic(), time.thread_time()
            await asyncio.sleep(session.settings.commit_interval_ms / 1000)
            computed_share = (time.thread_time() - computed_s) / (time.monotonic() - began_s)
            if pace.is_due(computed_share, has_room=session.has_capacity.is_set()):
                await self.commit()

    async def on_assigned(self) -> Assignment | None:
        """Start working with the present partitions; None when they are revoked already, and others follow.

        Called by Faust when a rebalance is complete.
        """
        thread, session = cast("ConsumerThread", self._thread), session_of(self.app)
        if session.assignment is not None and session.processor.open_unit.offsets:
            session.start_anew("a new assignment arrived while the previous one still had uncommitted work")
        membership = await thread.membership()
        try:
            offsets = await session.prepare(membership, self.assignment())
        except TransactionUnknownError as error:
            session.start_anew(str(error))
        rewinds = await thread.rewind(offsets, membership)
        return None if rewinds is None else session.start_assignment(membership, rewinds)

    async def perform_seek(self) -> None:
        """Nothing to do: the start of an assignment has rewound to what is committed."""

    async def verify_all_partitions_active(self) -> None:
        """Faust's watch over single records has nothing to see here."""

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Markers and aborted records leave gaps that mean nothing."""


class Producer(faust_producer.Producer):
    """Faust's producer: starts the transactional one. Nothing is sent but by a unit."""

    _client: AIOKafkaClient | None = None

    async def on_start(self) -> None:
        """Take the transactional id, which fences a forgotten twin."""
        await super().on_start()
        session = session_of(self.app)
        self._client = AIOKafkaClient(
            bootstrap_servers=session.bootstrap,
            client_id=session.transactional_id,
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            metadata_max_age_ms=METADATA_MS * 12,
        )
        await self._client.bootstrap()
        producer = TransactionalProducer(
            self._client, session.transactional_id, session.settings.transaction_timeout_ms
        )
        try:
            await producer.start()
        except TransactionUnknownError as error:
            session.start_anew(str(error))
        session.producer = producer

    async def on_stop(self) -> None:
        """Close the connection."""
        await super().on_stop()
        await session_of(self.app).follower.stop()
        if self._client is not None:
            await self._client.close()

    async def flush(self) -> None:
        """Nothing waits here: units are committed whole."""

    async def send(self, *_: object, **__: object) -> Awaitable[RecordMetadata]:
        """Refuse: what an agent sends outside its unit would not be in the transaction."""
        raise NotImplementedError("write into the unit of work: a record sent outside it is not in the transaction")

    async def send_and_wait(self, *_: object, **__: object) -> RecordMetadata:
        """Refuse, as `send` does."""
        raise NotImplementedError("write into the unit of work: a record sent outside it is not in the transaction")


class Conductor(FaustConductor):
    """Faust's conductor: each topic goes to the agent of the step that reads it."""

    def _update_tp_index(self, assigned: set[TP]) -> None:
        pipeline = session_of(self.app).processor.pipeline
        channels = {name: channel for channel in self._topics for name in channel.topics}
        for tp in assigned:
            self._tp_index[tp].add(channels[pipeline.step_of(tp.topic).name])


class Transport(driver.Transport):
    """The parts together."""

    Consumer = Consumer
    Producer = Producer
    Conductor = Conductor
    driver_version = f"aiokafka={aiokafka.__version__}, transactions by Tonggwan"


class PassThroughSchema(faust.Schema[None, RecordRun]):
    """Hands a run of records to the agent as it is."""

    def loads_key(self, app: AppT, message: Message, **_: object) -> None:
        """No key: a run has many."""

    def loads_value(self, app: AppT, message: Message, **_: object) -> RecordRun:  # noqa: ARG002 - Faust's signature
        """The run."""
        return cast("RecordRun", message.value)


TRANSPORTS.aliases[SCHEME] = f"{__name__}:Transport"

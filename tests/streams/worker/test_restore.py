"""State comes back from the changelog: all that was committed, only what is wanted, and the reader finds the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from schemas import topics
from streams.kafka.admin import create_topics
from streams.kafka.reading import ReadStalledError, read_to_end
from streams.kafka.record import StoredRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.kafka.transactions import TransactionalProducer
from streams.local.broker import Broker
from streams.simulation.sample.day import day
from streams.worker.changelog import intake_state_partition
from streams.worker.processor import RecordProcessor
from streams.worker.restore import restore
from tests.flow import Flow, processor_of
from tests.records import a_name, client_of, create, write

pytestmark = pytest.mark.broker

SECONDS = 60.0
TIMEOUT_MS = 60_000
ALL = set(range(8))


class Log:
    """One partition, and producers that write to it in transactions."""

    def __init__(self, bootstrap: str, stack: AsyncExitStack, topic: str) -> None:
        self.bootstrap = bootstrap
        self._stack = stack
        self.tp = TopicPartition(topic, 0)
        self.transactional_id = a_name("id")

    async def begin(self, *written: bytes, transactional_id: str = "") -> TransactionalProducer:
        """Records in a transaction that stays open."""
        client = await self._stack.enter_async_context(client_of(self.bootstrap))
        producer = TransactionalProducer(client, transactional_id or self.transactional_id, TIMEOUT_MS)
        await producer.start()
        buffer = TransactionBuffer()
        for value in written:
            buffer.add(self.tp.topic, self.tp.partition, value, value, 0)
        for batches in buffer.rounds(producer._producer_id, producer._epoch):
            await producer._produce(batches)
        return producer

    async def end(self, producer: TransactionalProducer) -> None:
        """Commit what was begun."""
        await producer._end()

    async def committed(self, *written: bytes) -> None:
        """Records in a transaction of their own."""
        await self.end(await self.begin(*written, transactional_id=a_name("id")))

    async def read(self, seconds: float = SECONDS) -> list[bytes | None]:
        """What a restoring worker reads."""
        found: list[bytes | None] = []
        read = await read_to_end(self.bootstrap, [self.tp], lambda record: found.append(record.value), seconds=seconds)
        assert read == len(found)
        return found


@pytest.fixture
async def log(kafka: Broker) -> AsyncIterator[Log]:
    async with AsyncExitStack() as stack:
        yield Log(kafka.bootstrap, stack, await create(kafka.bootstrap))


async def test_nothing_is_wanted(kafka: Broker) -> None:
    assert await read_to_end(kafka.bootstrap, [], lambda _: None, seconds=0) == 0


async def test_an_empty_partition(log: Log) -> None:
    assert await log.read() == []


async def test_the_last_record_is_the_marker_of_a_commit(log: Log) -> None:
    await log.committed(b"one", b"two")
    await log.committed(b"three")
    assert await log.read() == [b"one", b"two", b"three"]


async def test_the_last_record_is_no_marker(log: Log) -> None:
    await log.committed(b"one")
    await write(log.bootstrap, log.tp.topic, [{"value": b"two"}])
    assert await log.read() == [b"one", b"two"]


async def test_the_end_is_an_aborted_transaction(log: Log) -> None:
    """A successor's start has aborted it: records nobody may see, and the marker behind them."""
    await log.committed(b"one")
    await log.begin(b"lost", b"lost")
    await log.begin()
    assert await log.read() == [b"one"]


async def test_there_is_nothing_but_an_aborted_transaction(log: Log) -> None:
    await log.begin(b"lost")
    await log.begin()
    assert await log.read() == []


async def test_aborted_and_committed_transactions_in_turn(log: Log) -> None:
    for number in range(20):
        if number % 3:
            await log.committed(b"%d" % number)
        else:
            await log.begin(b"lost %d" % number)
    await log.begin()
    assert await log.read() == [b"%d" % number for number in range(20) if number % 3]


async def test_a_pending_transaction_is_waited_for(log: Log) -> None:
    """It was begun before the end was asked for: what it says may belong to an offset that is already read."""
    await log.committed(b"one")
    producer = await log.begin(b"pending")
    await log.committed(b"behind it")
    ended = False

    async def end() -> None:
        nonlocal ended
        await asyncio.sleep(0.5)
        ended = True
        await log.end(producer)

    ending = asyncio.create_task(end())
    assert await log.read() == [b"one", b"pending", b"behind it"]
    assert ended
    await ending


async def test_what_comes_after_is_not_waited_for(log: Log) -> None:
    """A log that never rests has an end all the same."""
    await log.committed(b"one")
    stop = asyncio.Event()

    async def go_on() -> None:
        while not stop.is_set():
            await write(log.bootstrap, log.tp.topic, [{"value": b"more"}])

    going_on = asyncio.create_task(go_on())
    assert (await log.read())[0] == b"one"
    stop.set()
    await going_on


async def test_a_transaction_that_nobody_ends_is_told(log: Log) -> None:
    await log.committed(b"one")
    await log.begin(b"pending")
    with pytest.raises(ReadStalledError, match=f"{log.tp.topic}-0 could not be read to the end"):
        await log.read(seconds=1)


async def test_records_that_retention_has_deleted_are_no_end_to_wait_for(kafka: Broker) -> None:
    """All of the first partition is gone, and only its offsets remain."""
    topic = await create(kafka.bootstrap, 2)
    await write(kafka.bootstrap, topic, [{"value": b"old", "partition": 0}, {"value": b"kept", "partition": 1}])
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=1)})
    await admin.close()
    found: list[bytes | None] = []
    assert (
        await read_to_end(
            kafka.bootstrap,
            [TopicPartition(topic, number) for number in (0, 1)],
            lambda record: found.append(record.value),
            seconds=SECONDS,
        )
        == 1
    )
    assert found == [b"kept"]


# the state itself


def flow(carrier: str, seed: int = 1) -> Flow:
    """A carrier's day, with amendments and cancellations, under a code that only this test has.

    A seed has its own consignees.
    """
    made = Flow(processor=processor_of([carrier]))
    for _, manifest in day(seed, parcels=120, carriers=1, parcels_per_manifest=20):
        made.send({**manifest, "carrier": carrier}, carrier=carrier)
    assert made.processor.carriers[carrier].filings
    return made


async def stored(bootstrap: str, records: list[StoredRecord]) -> None:
    """Write changelog records in one transaction, as a unit does."""
    async with client_of(bootstrap) as client:
        producer = TransactionalProducer(client, a_name("id"), TIMEOUT_MS)
        await producer.start()
        buffer = TransactionBuffer()
        for record in records:
            buffer.add(
                record.topic, record.partition, record.key, record.value, 0
            )  # the days of a flow are not those of the broker, which refuses what is of tomorrow
        for batches in buffer.rounds(producer._producer_id, producer._epoch):
            await producer._produce(batches)
        await producer._end()


def intake_of(processor: RecordProcessor, carrier: str) -> tuple[object, ...]:
    memory = processor.carriers[carrier]
    return memory.filings, memory.bills, {name: set(bills) for name, bills in memory.names.items()}


async def restored(bootstrap: str, carriers: set[str], numbers: set[int]) -> RecordProcessor:
    processor = processor_of(carriers)
    processor.assign(carriers, numbers)
    await restore(bootstrap, processor, carriers, numbers, seconds=SECONDS)
    return processor


async def test_a_worker_comes_back_as_it_was(kafka: Broker) -> None:
    """Both halves of the state, written as units write them."""
    await create_topics(kafka.bootstrap, [], replication=1)
    carrier = a_name("c")
    was = flow(carrier)
    await stored(kafka.bootstrap, was.state)
    now = await restored(kafka.bootstrap, {carrier}, ALL)
    assert intake_of(now, carrier) == intake_of(was.restored().processor, carrier)
    remembered = {number: kept.consignees for number, kept in was.processor.partitions.items()}
    assert any(remembered.values())
    for number, consignees in remembered.items():
        # Other tests' consignees are there too.
        assert {token: now.partitions[number].consignees.get(token) for token in consignees} == consignees


async def test_only_carriers_that_are_wanted(kafka: Broker) -> None:
    """Two carriers share a partition of the changelog."""
    await create_topics(kafka.bootstrap, [], replication=1)
    wanted = a_name("c")
    other = next(
        name for name in iter(lambda: a_name("c"), "") if intake_state_partition(name) == intake_state_partition(wanted)
    )
    for carrier in (wanted, other):
        await stored(kafka.bootstrap, flow(carrier).state)
    processor = processor_of([wanted, other])
    await restore(kafka.bootstrap, processor, {wanted}, set(), seconds=SECONDS)
    assert processor.carriers[wanted].filings
    assert not processor.carriers[other].filings
    assert not any(kept.consignees for kept in processor.partitions.values())


async def test_what_was_forgotten_stays_forgotten(kafka: Broker) -> None:
    """Two months later only the manifest of that day is remembered; tombstones say so of the others."""
    await create_topics(kafka.bootstrap, [], replication=1)
    carrier = a_name("c")
    was = flow(carrier, seed=2)
    old, tokens = (
        set(was.processor.carriers[carrier].filings),
        {token for kept in was.processor.partitions.values() for token in kept.consignees},
    )
    _, late = next(day(7, parcels=20, carriers=1, parcels_per_manifest=20, dirty=0.0, events=False))
    was.send({**late, "carrier": carrier, "manifest_id": "LATE"}, carrier=carrier, days=60)
    assert {record.topic for record in was.state if record.value is None} == {
        topics.INTAKE_STATE,
        topics.SCREENING_STATE,
    }
    await stored(kafka.bootstrap, was.state)
    now = await restored(kafka.bootstrap, {carrier}, ALL)
    assert set(now.carriers[carrier].filings) == {"LATE"}
    assert old
    assert intake_of(now, carrier) == intake_of(was.processor, carrier)
    forgotten = tokens - {token for kept in was.processor.partitions.values() for token in kept.consignees}
    assert forgotten
    assert not forgotten & {token for kept in now.partitions.values() for token in kept.consignees}

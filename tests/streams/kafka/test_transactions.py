"""Transactions against a real broker: all of one is seen, or nothing of it is, whatever happens to who began it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.api import Request, Response
from aiokafka.protocol.transaction import EndTxnRequest
from aiokafka.structs import TopicPartition

from streams.kafka.record_batch import BATCH_BYTES
from streams.kafka.requests import EndTxn, Produce, TxnOffsetCommit
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.kafka.transactions import (
    ConsumerGroupMetadata,
    TransactionalProducer,
    TransactionUnknownError,
    stable_offsets,
)
from streams.local.broker import Broker
from tests.records import a_name, client_of, create, seen, values

pytestmark = pytest.mark.broker

SMALL_COMMITS = 300
TIMEOUT_MS = 60_000
"""Longer than any test: what is aborted here is aborted by somebody, not by the broker's patience."""
CONCURRENT_TRANSACTIONS = 51
NOISE = random.Random(20261123)  # noqa: S311 - has to be the same again, not secret


class InMemoryPipeline:
    """A topic to write to, another that offsets are of, a group with one member."""

    def __init__(self, bootstrap: str, stack: AsyncExitStack) -> None:
        self.bootstrap = bootstrap
        self._stack = stack
        self.transactional_id = a_name("id")
        self.group = a_name("group")
        self.topic = self.source = ""
        self.membership = ConsumerGroupMetadata(self.group, -1, "")
        self.members: list[AIOKafkaConsumer] = []

    async def start(self) -> None:
        self.topic = await create(self.bootstrap, 4)
        self.source = await create(self.bootstrap, 2)
        self.membership = await self.join()

    async def join(self) -> ConsumerGroupMetadata:
        """One more member of the group; who it is."""
        member = AIOKafkaConsumer(
            self.source,
            bootstrap_servers=self.bootstrap,
            group_id=self.group,
            enable_auto_commit=False,
            heartbeat_interval_ms=100,
            max_poll_interval_ms=TIMEOUT_MS * 30,
        )
        await member.start()
        self._stack.push_async_callback(member.stop)
        self.members.append(member)
        return self.who(member)

    def who(self, member: AIOKafkaConsumer) -> ConsumerGroupMetadata:
        return ConsumerGroupMetadata(self.group, member._coordinator.generation, member._coordinator.member_id)

    async def producer(self, transactional_id: str = "") -> TransactionalProducer:
        """A started producer with a connection of its own, as each worker has it."""
        client = await self._stack.enter_async_context(client_of(self.bootstrap))
        producer = TransactionalProducer(client, transactional_id or self.transactional_id, TIMEOUT_MS)
        await producer.start()
        return producer

    def next_offset(self, offset: int) -> dict[TopicPartition, int]:
        return {TopicPartition(self.source, 0): offset}

    async def commit(self, producer: TransactionalProducer, buffer: TransactionBuffer, offset: int) -> None:
        await producer.commit(buffer, self.next_offset(offset), self.membership)

    async def begin(self, producer: TransactionalProducer, buffer: TransactionBuffer, offset: int) -> None:
        """All of a transaction but its end."""
        for batches in buffer.rounds(producer._producer_id, producer._epoch):
            await producer._produce(batches)
        await producer._commit_offsets(self.next_offset(offset), self.membership)

    async def end(self, producer: TransactionalProducer, epoch: int) -> int:
        """Commit by a request of our own; the broker's answer, once the transaction before is through."""
        client = producer._client
        node = await client.coordinator_lookup(CoordinationType.TRANSACTION, self.transactional_id)
        while True:
            answer = await client.send(
                node, EndTxn(self.transactional_id, producer._producer_id, epoch), group=ConnectionGroup.COORDINATION
            )
            if answer.error_code != CONCURRENT_TRANSACTIONS:
                return int(answer.error_code)
            await asyncio.sleep(0.01)

    async def committed(self) -> int | None:
        """The next offset that the group has stored."""
        async with client_of(self.bootstrap) as client:
            tp = TopicPartition(self.source, 0)
            return (await stable_offsets(client, self.group, [tp]))[tp]

    async def sees(self, *, committed: bool = True) -> list[bytes | None]:
        return await values(self.bootstrap, self.topic, 4, committed=committed)


@pytest.fixture
async def bench(kafka: Broker) -> AsyncIterator[InMemoryPipeline]:
    async with AsyncExitStack() as stack:
        bench = InMemoryPipeline(kafka.bootstrap, stack)
        await bench.start()
        yield bench


def outbox_of(topic: str, *written: bytes | None, partition: int = 0) -> TransactionBuffer:
    buffer = TransactionBuffer()
    for value in written:
        buffer.add(topic, partition, b"key", value, 1_700_000_000_000)
    return buffer


def numbered(numbers: Iterable[int]) -> list[bytes | None]:
    return [b"%d" % number for number in numbers]


async def test_what_is_committed_is_seen_with_its_offsets(bench: InMemoryPipeline) -> None:
    producer = await bench.producer()
    await bench.commit(producer, outbox_of(bench.topic, b"one", b"two"), 7)
    assert await bench.sees() == [b"one", b"two"]
    assert await bench.committed() == 7


async def test_offsets_alone_are_a_transaction_too(bench: InMemoryPipeline) -> None:
    """A unit whose records brought nothing still moves on."""
    producer = await bench.producer()
    await bench.commit(producer, TransactionBuffer(), 3)
    await bench.commit(producer, TransactionBuffer(), 4)
    assert await bench.committed() == 4


async def test_what_was_never_ended_is_not_seen(bench: InMemoryPipeline) -> None:
    producer = await bench.producer()
    await bench.commit(producer, outbox_of(bench.topic, b"before"), 1)
    await bench.begin(producer, outbox_of(bench.topic, b"open", b"open", partition=1), 2)
    assert await bench.sees() == [b"before"]
    assert await bench.sees(committed=False) == [b"before", b"open", b"open"]


async def test_an_abandoned_transaction_is_aborted_by_the_successor(bench: InMemoryPipeline) -> None:
    """Nobody waits for the timeout: the new producer's start ends it, and what comes after it is seen."""
    lost = await bench.producer()
    await bench.begin(lost, outbox_of(bench.topic, b"lost"), 9)
    other = await bench.producer(a_name("other"))
    await other.commit(outbox_of(bench.topic, b"behind it"), {TopicPartition(bench.source, 1): 1}, bench.membership)
    assert await bench.sees() == []
    assert await bench.sees(committed=False) == [b"lost", b"behind it"]
    successor = await bench.producer()
    assert await bench.sees() == [b"behind it"]
    assert await bench.committed() is None
    await bench.commit(successor, outbox_of(bench.topic, b"again"), 9)
    assert await bench.sees() == [b"behind it", b"again"]
    assert await bench.committed() == 9


async def test_many_batches_for_one_partition(bench: InMemoryPipeline) -> None:
    """More than three megabytes that nothing compresses, in rounds: in order, whole."""
    large: list[bytes | None] = [
        NOISE.randbytes(size) for size in (300_000, 10, 899_000, 950_000, 400_000, 400_000, 400_000, 1, 0)
    ]
    buffer = outbox_of(bench.topic, *large)
    assert buffer.bytes > 3_000_000
    assert buffer.records == len(large)
    assert len(buffer.rounds(1, 1)) > buffer.bytes // BATCH_BYTES
    producer = await bench.producer()
    await bench.commit(producer, outbox_of(bench.topic, *large), 1)
    await bench.commit(producer, outbox_of(bench.topic, b"and on"), 2)
    assert await bench.sees() == [*large, b"and on"]


async def test_many_partitions_at_once(bench: InMemoryPipeline) -> None:
    topics = [bench.topic, await create(bench.bootstrap, 30), await create(bench.bootstrap, 30)]
    producer = await bench.producer()
    for unit in range(3):
        buffer = TransactionBuffer()
        for topic, partitions in zip(topics, (4, 30, 30), strict=True):
            for number in range(partitions):
                for each in range(unit + 1):
                    buffer.add(topic, number, None, b"%d %d %d" % (number, unit, each), 0)
        await producer.commit(
            buffer, {TopicPartition(bench.source, number): unit for number in (0, 1)}, bench.membership
        )
    for topic, partitions in zip(topics, (4, 30, 30), strict=True):
        assert await values(bench.bootstrap, topic, partitions) == [
            b"%d %d %d" % (number, unit, each)
            for number in range(partitions)
            for unit in range(3)
            for each in range(unit + 1)
        ]
    assert await bench.committed() == 2


async def test_keys_tombstones_headers_and_times_arrive_as_they_are(bench: InMemoryPipeline) -> None:
    buffer = TransactionBuffer()
    buffer.add(bench.topic, 2, "소포".encode(), None, 1_700_000_000_123)
    buffer.add(bench.topic, 2, None, b"", 1_600_000_000_000, [("x", b"\xff\x00"), ("x", b""), ("한", b"1")])
    buffer.add(bench.topic, 2, b"", b"\x00", 0)
    await bench.commit(await bench.producer(), buffer, 1)
    found = [
        (record.key, record.value, record.timestamp, list(record.headers))
        for record in await seen(bench.bootstrap, bench.topic, 4)
    ]
    assert found == [
        ("소포".encode(), None, 1_700_000_000_123, []),
        (None, b"", 1_600_000_000_000, [("x", b"\xff\x00"), ("x", b""), ("한", b"1")]),
        (b"", b"\x00", 0, []),
    ]


@pytest.mark.parametrize("fits", [True, False], ids=["all fit", "one does not fit"])
async def test_a_record_over_the_topics_limit_fails_the_whole_transaction(
    bench: InMemoryPipeline, *, fits: bool
) -> None:
    """A client that goes on after a refused batch would commit the rest, offsets included, and lose the record."""
    narrow = await create(bench.bootstrap, max_message_bytes=5_000)
    producer = await bench.producer()
    buffer = outbox_of(bench.topic, b"beside it")
    buffer.add(narrow, 0, b"key", NOISE.randbytes(4_000 if fits else 6_000), 0)
    if fits:
        await bench.commit(producer, buffer, 5)
    else:
        with pytest.raises(TransactionUnknownError, match=r".*-0: too large"):
            await bench.commit(producer, buffer, 5)
    await bench.producer()
    assert await bench.sees() == ([b"beside it"] if fits else [])
    assert len(await values(bench.bootstrap, narrow)) == fits
    assert await bench.committed() == (5 if fits else None)


async def test_a_topic_that_is_not_there_fails_the_whole_transaction(
    bench: InMemoryPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.transactions.TRIES_MAX", 5)
    buffer = outbox_of(bench.topic, b"beside it")
    buffer.add(a_name("missing"), 0, b"key", b"value", 0)
    with pytest.raises(TransactionUnknownError, match="has no leader"):
        await bench.commit(await bench.producer(), buffer, 5)
    await bench.producer()
    assert await bench.sees() == []
    assert await bench.committed() is None


@pytest.mark.parametrize("written", [(b"late",), ()], ids=["with records", "offsets alone"])
async def test_a_twin_fences_the_first(bench: InMemoryPipeline, written: tuple[bytes, ...]) -> None:
    first = await bench.producer()
    await bench.commit(first, outbox_of(bench.topic, b"first"), 1)
    twin = await bench.producer()
    with pytest.raises(TransactionUnknownError, match=r"InvalidProducerEpoch|ProducerFenced"):
        await bench.commit(first, outbox_of(bench.topic, *written), 2)
    await bench.commit(twin, outbox_of(bench.topic, b"twin"), 3)
    assert await bench.sees() == [b"first", b"twin"]
    assert await bench.committed() == 3


async def test_a_twin_fences_the_first_in_the_middle_of_a_transaction(bench: InMemoryPipeline) -> None:
    first = await bench.producer()
    await bench.begin(first, outbox_of(bench.topic, b"first"), 1)
    twin = await bench.producer()
    assert await bench.end(first, first._epoch) != 0
    await bench.commit(twin, outbox_of(bench.topic, b"twin"), 1)
    assert await bench.end(first, first._epoch) != 0
    assert await bench.sees() == [b"twin"]


async def test_an_older_generation_is_refused(bench: InMemoryPipeline) -> None:
    """Who was in the group before somebody joined must not commit, though it is a member still."""
    before = bench.membership
    await bench.join()
    while bench.who(bench.members[0]).generation == before.generation:  # noqa: ASYNC110 - another task of the client's own
        await asyncio.sleep(0.05)
    assert bench.who(bench.members[0]).member == before.member
    producer = await bench.producer()
    with pytest.raises(TransactionUnknownError, match="committing offsets: IllegalGeneration"):
        await producer.commit(outbox_of(bench.topic, b"late"), bench.next_offset(4), before)
    await (await bench.producer()).commit(
        outbox_of(bench.topic, b"in time"), bench.next_offset(5), bench.who(bench.members[0])
    )
    assert await bench.sees() == [b"in time"]
    assert await bench.committed() == 5


@pytest.mark.parametrize(
    ("generation", "member", "why"),
    [
        pytest.param(None, "nobody", "UnknownMemberId", id="a member nobody knows"),
        pytest.param(None, "", "UnknownMemberId", id="no name"),
        pytest.param(-1, None, "IllegalGeneration|no member", id="no generation"),
        pytest.param(
            -1, "", "no member", id="neither: Kafka takes this for a client without group, and would accept it"
        ),
    ],
)
async def test_whoever_is_not_in_the_group_is_refused(
    bench: InMemoryPipeline, generation: int | None, member: str | None, why: str
) -> None:
    who = bench.membership
    who = replace(
        who,
        generation=who.generation if generation is None else generation,
        member=who.member if member is None else member,
    )
    with pytest.raises(TransactionUnknownError, match=why):
        await (await bench.producer()).commit(outbox_of(bench.topic, b"late"), bench.next_offset(4), who)
    await bench.producer()
    assert await bench.sees() == []
    assert await bench.committed() is None


async def test_a_stray_end_of_an_earlier_transaction_does_not_end_the_next(bench: InMemoryPipeline) -> None:
    """A request that was repeated, or was late on its way, comes when the next transaction has begun.

    Nothing is torn.
    """
    producer = await bench.producer()
    epoch = producer._epoch
    await bench.commit(producer, outbox_of(bench.topic, b"first"), 1)
    assert await bench.end(producer, epoch) == 0  # nothing has begun since: it is recognised and does no harm
    await bench.begin(producer, outbox_of(bench.topic, b"half of the second"), 2)
    assert await bench.end(producer, epoch) != 0
    assert await bench.sees() == [b"first"]
    await bench.commit(producer, TransactionBuffer(), 3)  # its sender knows nothing of it and goes on
    assert await bench.sees() == [b"first", b"half of the second"]
    assert await bench.committed() == 3


async def test_with_transactions_of_the_first_version_it_would(bench: InMemoryPipeline) -> None:
    """The control: the hazard is real, and a reader would see it."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bench.bootstrap, transactional_id=bench.transactional_id, transaction_timeout_ms=TIMEOUT_MS
    )
    await producer.start()
    try:
        async with producer.transaction():
            await producer.send_and_wait(bench.topic, b"first", partition=0)
        await producer.begin_transaction()
        await producer.send_and_wait(bench.topic, b"half of the second", partition=0)
        manager = producer._txn_manager
        node = await producer.client.coordinator_lookup(CoordinationType.TRANSACTION, bench.transactional_id)
        stray = EndTxnRequest(
            bench.transactional_id, manager.producer_id, manager.producer_epoch, transaction_result=True
        )
        answer = await producer.client.send(node, stray, group=ConnectionGroup.COORDINATION)
        assert answer.error_code == 0
        assert await bench.sees() == [b"first", b"half of the second"]
    finally:
        await producer.stop()


async def test_offsets_of_a_pending_transaction_are_waited_for(bench: InMemoryPipeline) -> None:
    producer = await bench.producer()
    await bench.commit(producer, TransactionBuffer(), 10)
    await bench.begin(producer, outbox_of(bench.topic, b"pending"), 20)
    # The control: whoever doesn't wait reads the older offset, and would do the records again.
    assert await bench.members[0].committed(TopicPartition(bench.source, 0)) == 10
    ended = False

    async def end() -> None:
        nonlocal ended
        await asyncio.sleep(0.5)
        ended = True
        assert await bench.end(producer, producer._epoch) == 0

    ending = asyncio.create_task(end())
    assert await bench.committed() == 20
    assert ended
    await ending


async def test_offsets_of_an_aborted_transaction_are_the_old_ones(bench: InMemoryPipeline) -> None:
    producer = await bench.producer()
    await bench.commit(producer, TransactionBuffer(), 10)
    await bench.begin(producer, TransactionBuffer(), 20)

    async def replace_it() -> None:
        await asyncio.sleep(0.3)
        await bench.producer()

    replacing = asyncio.create_task(replace_it())
    assert await bench.committed() == 10
    await replacing


async def test_where_nothing_was_committed_there_is_no_offset(bench: InMemoryPipeline) -> None:
    tps = [TopicPartition(bench.source, 0), TopicPartition(bench.source, 1), TopicPartition(a_name("missing"), 0)]
    async with client_of(bench.bootstrap) as client:
        assert await stable_offsets(client, a_name("nobody"), tps) == dict.fromkeys(tps)
        assert await stable_offsets(client, bench.group, []) == {}
        await bench.commit(await bench.producer(), TransactionBuffer(), 0)
        assert await stable_offsets(client, bench.group, tps[:2]) == {tps[0]: 0, tps[1]: None}


async def test_a_pending_transaction_that_nobody_ends_is_given_up(
    bench: InMemoryPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.kafka.transactions.TRIES_MAX", 10)
    await bench.begin(await bench.producer(), TransactionBuffer(), 20)
    with pytest.raises(TransactionUnknownError, match="reading committed offsets: gave up after 10 tries"):
        await bench.committed()


class Deaf(AIOKafkaClient):  # type: ignore[misc] # aiokafka brings no types
    """Sends a request of one kind, and loses the connection before the answer comes."""

    deaf_to: type[Request[Any]] | None = None

    async def send(self, node: int, request: Request[Any], **how: Any) -> Response:  # noqa: ANN401 - aiokafka's own
        answer: Response = await super().send(node, request, **how)
        if self.deaf_to is not None and isinstance(request, self.deaf_to):
            raise KafkaConnectionError
        return answer


@pytest.mark.parametrize(("request_", "done"), [(Produce, False), (TxnOffsetCommit, False), (EndTxn, True)])
async def test_when_an_answer_is_lost_nothing_is_repeated(
    bench: InMemoryPipeline, request_: type[Request[Any]], *, done: bool
) -> None:
    """The producer is given up.

    Its successor finds by the offsets whether the transaction was the last one that counts.
    """
    client = Deaf(bootstrap_servers=bench.bootstrap)
    await client.bootstrap()
    producer = TransactionalProducer(client, bench.transactional_id, TIMEOUT_MS)
    await producer.start()
    await bench.commit(producer, outbox_of(bench.topic, b"before"), 1)
    client.deaf_to = request_
    with pytest.raises(TransactionUnknownError, match="no response"):
        await bench.commit(producer, outbox_of(bench.topic, b"in doubt"), 2)
    await client.close()
    successor = await bench.producer()
    assert await bench.committed() == (2 if done else 1)
    if not done:
        await bench.commit(successor, outbox_of(bench.topic, b"in doubt"), 2)
    assert await bench.sees() == [b"before", b"in doubt"]


async def commits(bench: InMemoryPipeline, count: int, *, written: int) -> set[tuple[int, int]]:
    """Small transactions, the last of them with records; which producer ids and epochs they were of."""
    producer = await bench.producer()
    names = set()
    for number in range(count):
        names.add((producer._producer_id, producer._epoch))
        await bench.commit(
            producer, outbox_of(bench.topic, *([b"%d" % number] if number >= count - written else [])), number
        )
    return names


async def test_each_transaction_has_an_epoch_of_its_own(bench: InMemoryPipeline) -> None:
    assert len(await commits(bench, SMALL_COMMITS, written=SMALL_COMMITS)) == SMALL_COMMITS
    assert await bench.sees() == numbered(range(SMALL_COMMITS))
    assert await bench.committed() == SMALL_COMMITS - 1


@pytest.mark.faults
async def test_a_worker_outlives_its_epochs(bench: InMemoryPipeline) -> None:
    """After 32,767 transactions, less than an hour at ten a second, the broker hands out another producer id."""
    count = 2**15 + 100
    names = await commits(bench, count, written=200)
    assert len(names) == count
    assert len({producer_id for producer_id, _ in names}) == 2
    assert await bench.sees() == numbered(range(count - 200, count))
    assert await bench.committed() == count - 1

"""One worker's transactions: outputs, state and source offsets commit together, or none do.

The law of this file: what is known to have failed is repeated; what may or may not have happened is never repeated.
After a timeout, a lost connection or any unexpected answer the producer is given up with `TransactionUnknownError`,
and the whole worker restarts: its new producer fences the old one, aborts what it left open, and reads the
committed offsets.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import KafkaError, for_code
from aiokafka.protocol.api import Request, Response
from aiokafka.structs import TopicPartition

from streams.kafka.requests import EndTxn, InitProducerId, OffsetFetch, Produce, TxnOffsetCommit
from streams.kafka.transaction_buffer import TransactionBuffer

TRIES_MAX: Final = 400
PAUSE_S: Final = 0.01
PAUSE_S_MAX: Final = 0.25

OK: Final = 0
COORDINATOR_NOT_AVAILABLE: Final = 15
RETRIABLE_ERRORS: Final = {
    3: "unknown topic or partition",
    5: "leader not available",
    6: "not leader",
    14: "coordinator is loading",
    15: "coordinator not available",
    16: "not coordinator",
    19: "not enough replicas",
    20: "not enough replicas after append",
    51: "the previous transaction is not finished",
    88: "another transaction on these offsets is pending",
}
"""Answers that say for certain that nothing was done, or that doing it again is recognised: repeat."""
STALE_METADATA_ERRORS: Final = frozenset({3, 5, 6, 15, 16})
"""Answers after which leaders and coordinators have to be looked up again."""
DUPLICATE_SEQUENCE: Final = 46


REFUSED_ERRORS: Final = {
    2: "corrupt",
    10: "too large",
    18: "a batch larger than a segment",
    32: "a time out of range",
    87: "invalid",
}
"""Answers to a write that say for certain that nothing was written, and that it never will be: the bytes are to blame.
"""


class TransactionUnknownError(Exception):
    """The producer can't know what became of its transaction, or was fenced: restart."""


class TransactionRefusedError(TransactionUnknownError):
    """The broker refuses what the transaction writes, and would again: start anew without it."""

    def __init__(self, topic: str, partition: int, said: str) -> None:
        super().__init__(f"{topic}-{partition}: {said}")
        self.topic = topic


@dataclass(frozen=True, slots=True)
class ConsumerGroupMetadata:
    """Who commits: one member of one generation. Taken when partitions are assigned, never when they are committed."""

    group: str
    generation: int
    member: str


class Coordinators:
    """Who coordinates a transactional id or a group, looked up when needed."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self._client = client
        self._known: dict[tuple[int, str], int] = {}

    async def of(self, kind: int, name: str) -> int:
        """The node that coordinates."""
        node = self._known.get((kind, name))
        if node is None:
            node = self._known[kind, name] = await self._client.coordinator_lookup(kind, name)
        return node

    def forget(self) -> None:
        """Look everything up again."""
        self._known.clear()


class CoordinatorClient:
    """Sends requests to coordinators and leaders; repeats what certainly was not done."""

    def __init__(self, client: AIOKafkaClient) -> None:
        self.client = client
        self._coordinators = Coordinators(client)

    async def coordinator(
        self, kind: int, name: str, request: Request[Any], errors: Callable[[Response], Iterable[int]], what: str
    ) -> Response:
        """Ask a coordinator until it answers with something definite."""

        async def ask() -> tuple[Response | None, Iterable[int]]:
            try:
                node = await self._coordinators.of(kind, name)
            except KafkaError:  # asking who coordinates changes nothing
                return None, [COORDINATOR_NOT_AVAILABLE]
            response = await self.client.send(node, request, group=ConnectionGroup.COORDINATION)
            return response, errors(response)

        return await self._until_definite(ask, what)

    async def _until_definite(
        self, ask: Callable[[], Awaitable[tuple[Response | None, Iterable[int]]]], what: str
    ) -> Response:
        pause_s = PAUSE_S
        failed: set[int] = set()
        for _ in range(TRIES_MAX):
            try:
                response, errors = await ask()
            except (KafkaError, OSError, TimeoutError) as error:
                raise TransactionUnknownError(f"{what}: no response ({error!r})") from error
            failed = {error for error in errors if error != OK}
            if response is not None and not failed:
                return response
            raise_unless(RETRIABLE_ERRORS, failed, what)
            if failed & STALE_METADATA_ERRORS:
                self._coordinators.forget()
                await self.client.force_metadata_update()
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_S_MAX)
        raise TransactionUnknownError(
            f"{what}: gave up after {TRIES_MAX} tries (the last answer: "
            f"{', '.join(sorted(RETRIABLE_ERRORS[error] for error in failed)) or 'no coordinator'})"
        )


def raise_unless(known: Iterable[int], failed: Iterable[int], what: str) -> None:
    """Give up on any error that is not known to be harmless."""
    for error in sorted(set(failed) - set(known)):
        raise TransactionUnknownError(f"{what}: {for_code(error).__name__} ({error})")


class TransactionalProducer:
    """Commits one transaction after the other under one transactional id."""

    def __init__(self, client: AIOKafkaClient, transactional_id: str, timeout_ms: int) -> None:
        self._ask = CoordinatorClient(client)
        self._client = client
        self._transactional_id = transactional_id
        self._timeout_ms = timeout_ms
        self._producer_id = self._epoch = -1

    async def start(self) -> None:
        """Take the transactional id: whoever held it is fenced, what it left open is aborted."""
        request = InitProducerId(self._transactional_id, self._timeout_ms)
        response = await self._ask.coordinator(
            CoordinationType.TRANSACTION,
            self._transactional_id,
            request,
            lambda answer: [answer.error_code],
            "taking the transactional id",
        )
        self._producer_id, self._epoch = response.producer_id, response.producer_epoch

    async def commit(
        self, buffer: TransactionBuffer, offsets: Mapping[TopicPartition, int], membership: ConsumerGroupMetadata
    ) -> None:
        """Commit outputs and the next offsets of what they came from.

        Raises GivenUpError when that failed or when nobody can know; this producer is of no use then.
        """
        if (
            membership.generation < 0
        ):  # as aiokafka has it after it was thrown out; Kafka would take it for a client without a group, and accept
            raise TransactionUnknownError(f"no member of the group {membership.group}")
        await self.write(buffer)
        await self._commit_offsets(offsets, membership)
        await self._end()

    async def write(self, buffer: TransactionBuffer) -> None:
        """Write into the open transaction, each partition in one buffer alone; returns when all copies have it.

        GivenUpError as in `commit`.
        """
        for batches in buffer.rounds(self._producer_id, self._epoch):
            await self._produce(batches)

    async def end(self) -> None:
        """Commit what was written, which came from no source. GivenUpError as in `commit`."""
        await self._end()

    async def _end(self) -> None:
        """Commit; the answer names the epoch of the next transaction."""
        request = EndTxn(self._transactional_id, self._producer_id, self._epoch)
        response = await self._ask.coordinator(
            CoordinationType.TRANSACTION,
            self._transactional_id,
            request,
            lambda answer: [answer.error_code],
            "ending the transaction",
        )
        self._producer_id, self._epoch = response.producer_id, response.producer_epoch

    async def _commit_offsets(self, offsets: Mapping[TopicPartition, int], membership: ConsumerGroupMetadata) -> None:
        by_topic: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for tp, offset in offsets.items():
            by_topic[tp.topic].append((tp.partition, offset))
        producer = (self._transactional_id, self._producer_id, self._epoch)
        request = TxnOffsetCommit(producer, (membership.group, membership.generation, membership.member), by_topic)
        await self._ask.coordinator(
            CoordinationType.GROUP, membership.group, request, TxnOffsetCommit.errors, "committing offsets"
        )

    async def _produce(self, batches: dict[TopicPartition, bytes]) -> None:
        """Write one round of batches, each to its partition's leader."""
        pause_s = PAUSE_S
        for _ in range(TRIES_MAX):
            batches = await self._produce_once(batches)
            if not batches:
                return
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_S_MAX)
        raise TransactionUnknownError(f"writing to {min(batches)}: gave up after {TRIES_MAX} tries")

    async def _produce_once(self, batches: dict[TopicPartition, bytes]) -> dict[TopicPartition, bytes]:
        """Write batches; those that have to be sent again."""
        by_node: defaultdict[int, list[TopicPartition]] = defaultdict(list)
        for tp in batches:
            by_node[await self._leader(tp)].append(tp)
        again = await asyncio.gather(*(self._produce_to(node, tps, batches) for node, tps in by_node.items()))
        return {tp: batches[tp] for tps in again for tp in tps}

    async def _produce_to(
        self, node: int, tps: Iterable[TopicPartition], batches: Mapping[TopicPartition, bytes]
    ) -> list[TopicPartition]:
        by_topic: defaultdict[str, list[tuple[int, bytes]]] = defaultdict(list)
        for tp in tps:
            by_topic[tp.topic].append((tp.partition, batches[tp]))
        try:
            response = await self._client.send(node, Produce(self._transactional_id, self._timeout_ms, by_topic))
        except (KafkaError, OSError, TimeoutError) as error:
            raise TransactionUnknownError(f"writing to node {node}: no response ({error!r})") from error
        again = []
        for topic, partition, code, said in Produce.errors(response):
            if code in (OK, DUPLICATE_SEQUENCE):
                continue
            if code in REFUSED_ERRORS:
                raise TransactionRefusedError(topic, partition, said or REFUSED_ERRORS[code])
            raise_unless(RETRIABLE_ERRORS, [code], f"writing to {topic}-{partition}{f' ({said})' if said else ''}")
            again.append(TopicPartition(topic, partition))
            if code in STALE_METADATA_ERRORS:
                await self._client.force_metadata_update()
        return again

    async def _leader(self, tp: TopicPartition) -> int:
        """The node that leads a partition."""
        for _ in range(TRIES_MAX):
            node = self._client.cluster.leader_for_partition(tp)
            if node is not None and node >= 0:
                return int(node)
            self._client.add_topic(tp.topic)
            await self._client.force_metadata_update()
            await asyncio.sleep(PAUSE_S)
        raise TransactionUnknownError(f"{tp.topic}-{tp.partition} has no leader; was the topic created?")


async def stable_offsets(
    client: AIOKafkaClient, group: str, tps: Iterable[TopicPartition]
) -> dict[TopicPartition, int | None]:
    """Committed offsets, once no transaction on them is pending; None where nothing was committed."""
    by_topic: defaultdict[str, list[int]] = defaultdict(list)
    for tp in tps:
        by_topic[tp.topic].append(tp.partition)
    if not by_topic:
        return {}
    response = await CoordinatorClient(client).coordinator(
        CoordinationType.GROUP,
        group,
        OffsetFetch(group, by_topic),
        lambda answer: [answer.error_code, *(error for *_, error in OffsetFetch.offsets(answer))],
        "reading committed offsets",
    )
    return {
        TopicPartition(topic, partition): offset if offset >= 0 else None
        for topic, partition, offset, _ in OffsetFetch.offsets(response)
    }

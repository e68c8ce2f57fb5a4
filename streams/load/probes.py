"""What the machine and Kafka say while a load runs: processor time and memory of processes, and how far workers lag."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.structs import TopicPartition

from schemas import topics
from streams.kafka.reading import open_consumer
from streams.local.processes import cpu_seconds, resident_bytes

Processes = Callable[[], Mapping[str, int]]
"""Name and process id of what is watched, asked each time: a worker that is started again has another id."""
STEPS: Final = {topics.MANIFESTS: "manifests", topics.CHECKED: "parcels checked", topics.LINKS: "links"}
"""Topics between the steps, by the word for what waits there."""
ANSWER_SECONDS: Final = 2.0
"""A broker that is too busy to say how far the workers are is left alone for this time."""

log = logging.getLogger(__name__)


class ProcessFigures(msgspec.Struct, frozen=True):
    """One process at one moment."""

    cpu_s: float
    """Used since it began."""
    resident_bytes: int


class Sample(msgspec.Struct, frozen=True):
    """Everything at one moment."""

    at_s: float
    """Seconds after the beginning of the run."""
    due: int
    """Parcels due by then."""
    sent: int
    """Parcels handed over to the producer."""
    decided: int
    """Parcels whose decision a committed reader has."""
    lag: dict[str, int]
    """Records that wait before each step; empty where Kafka doesn't say."""
    processes: dict[str, ProcessFigures]


def look_at(processes: Mapping[str, int]) -> dict[str, ProcessFigures]:
    """Processor time and memory of each process; one that is gone is left out."""
    found = {name: ProcessFigures(cpu_seconds(pid), resident_bytes(pid)) for name, pid in processes.items()}
    return {name: figures for name, figures in found.items() if figures.resident_bytes}


class LagProbe:
    """Asks how many records a consumer group has still to read."""

    def __init__(
        self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str, tps: Iterable[TopicPartition]
    ) -> None:
        self._admin = admin
        self._consumer = consumer
        self._group = group
        self._tps = list(tps)

    async def ask(self) -> dict[str, int]:
        """Records before each step; nothing when Kafka doesn't answer in time or won't say."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                committed = await self._admin.list_consumer_group_offsets(self._group)
                ends = await self._consumer.end_offsets(self._tps)
        except (KafkaError, OSError) as error:  # TimeoutError is one too
            log.debug("no lag: %r", error)
            return {}
        waiting: defaultdict[str, int] = defaultdict(int)
        for tp in self._tps:
            # A group that never committed there has everything to read; where nothing was written that is nothing.
            taken = committed[tp].offset if tp in committed else 0
            waiting[step_of(tp.topic)] += max(ends[tp] - max(taken, 0), 0)
        return dict(waiting)


def step_of(topic: str) -> str:
    """The word for what waits on a topic; empty where no step reads it."""
    return STEPS.get(topics.MANIFESTS if topic.startswith(topics.MANIFESTS) else topic, "")


@asynccontextmanager
async def lag_probe(bootstrap: str, group: str, tps: Iterable[TopicPartition]) -> AsyncIterator[LagProbe]:
    """A probe with connections of its own."""
    wanted = [tp for tp in tps if step_of(tp.topic)]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap.split(","), client_id="tonggwan-load")
    async with open_consumer(bootstrap, isolation_level="read_uncommitted") as consumer:
        consumer.assign(wanted)
        consumer.pause(*wanted)
        try:
            await admin.start()
            yield LagProbe(admin, consumer, group, wanted)
        finally:
            await admin.close()

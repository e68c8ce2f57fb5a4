"""What commands that talk to Kafka share: its address, its topics, and reading them to the present end."""

import asyncio
import os
import re
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar
from zlib import crc32

import click
from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.structs import TopicPartition

from streams.cli import ADDRESS
from streams.cli.console import Counter, logs
from streams.errors import OperatorError
from streams.kafka.admin import partitions_of, wait_for_kafka
from streams.kafka.reading import Way
from streams.local.supervisor import HOST, address_file
from streams.settings import Settings, variable

POLL_MS: Final = 200
RECORDS_A_POLL: Final = 2_000
ANSWER_SECONDS: Final = 1.0
"""How long a command waits for a Kafka that doesn't answer."""
STALL_SECONDS: Final = 60.0
"""A partition that brings nothing for so long, before its end, has lost its broker; an open transaction lasts 10 s
at most.
"""

T = TypeVar("T")
Apply = Callable[[ConsumerRecord], None]


def default_address(settings: Settings) -> str:
    """The Kafka of the settings, else the one that `tonggwan up` started on this machine."""
    if settings.brokers:
        return settings.brokers
    if variable("kafka_port") not in os.environ:
        try:
            return address_file(settings.data_dir).read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            pass  # it isn't up, or was told another folder: the usual port then
    return f"{HOST}:{settings.kafka_port}"


def _address(ctx: click.Context, _: click.Parameter, value: str | None) -> str:
    if value is not None and not all(re.fullmatch(r"[^\s,]+:[0-9]{1,5}", each) for each in value.split(",")):
        raise click.BadParameter(f"{value!r} is no address: write host:port, several with commas between.")
    address = value or default_address(Settings.read(os.environ))
    ctx.meta[ADDRESS] = address
    return address


bootstrap_option = click.option(
    "--bootstrap",
    metavar="HOST:PORT",
    callback=_address,
    help="Kafka to talk to. Default: INTAKE_BROKERS, else what `tonggwan up` started.",
)


def run(bootstrap: str, work: Coroutine[Any, Any, T]) -> T:
    """Do something with a Kafka that answers."""

    async def when_there() -> T:
        try:
            await wait_for_kafka(bootstrap, ANSWER_SECONDS)
        except BaseException:
            work.close()
            raise
        return await work

    logs()
    return asyncio.run(when_there())


async def partitions_with(bootstrap: str, names: Iterable[str], key: bytes | None = None) -> list[TopicPartition]:
    """The partitions of some topics; with `key`, those that may have it.

    A name that ends in a dot stands for all that begin so.
    """
    there = await partitions_of(bootstrap)
    wanted = [
        topic
        for name in names
        for topic in sorted(there)
        if topic == name or (name.endswith(".") and topic.startswith(name))
    ]
    if not wanted:
        raise OperatorError(
            f"Kafka on {bootstrap} has no topic {' or '.join(names)}: create the topics with `tonggwan topics`, or name the right Kafka."
        )
    return [
        TopicPartition(topic, number)
        for topic in wanted
        for number in there[topic]
        if key is None or number == crc32(key) % len(there[topic])
    ]


async def ends_of(bootstrap: str, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
    """Where partitions end now, open transactions included."""
    async with consumer_of(bootstrap, isolation_level="read_uncommitted") as consumer:
        consumer.assign(tps)  # else it looks up one topic after the other, a tenth of a second each
        consumer.pause(*tps)
        ends = await consumer.end_offsets(tps)
        return {tp: int(ends[tp]) for tp in tps}


@asynccontextmanager
async def consumer_of(bootstrap: str, isolation_level: str = "read_committed") -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without group."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        isolation_level=isolation_level,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=POLL_MS,
        client_id="tonggwan-command",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def read(
    bootstrap: str, tps: list[TopicPartition], apply: Apply, counter: Counter | None = None, *, follow: bool = False
) -> None:
    """Hand over every committed record of some partitions up to where they end now, and with `follow` all that come after.

    The end counts open transactions: what a worker had begun to say when the command was called is waited for.
    """
    ends = await ends_of(bootstrap, tps)
    async with consumer_of(bootstrap) as consumer:
        begins = await consumer.beginning_offsets(tps)
        way = Way({tp: begins[tp] for tp in tps}, ends)
        wanted = tps if follow else sorted(way.left)
        consumer.assign(wanted)
        for tp in wanted:
            consumer.seek(tp, begins[tp])
        counter = counter or Counter()
        counter.total(way.length)
        while way.left or follow:
            for records in (await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_A_POLL)).values():
                for record in records:
                    apply(record)
            way.go({tp: await consumer.position(tp) for tp in way.left})
            counter.at(way.done)
            if way.left and time.monotonic() - way.moved_at > STALL_SECONDS:
                stuck = ", ".join(f"{tp.topic}-{tp.partition}" for tp in sorted(way.left))
                raise OperatorError(
                    f"{stuck} brings nothing for {STALL_SECONDS:.0f} s: see that every broker of {bootstrap} runs."
                )

"""What commands that talk to Kafka share: its address, its topics, and reading them to the present end."""

import asyncio
import os
import re
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, TypeVar
from zlib import crc32

import click
from aiokafka import ConsumerRecord
from aiokafka.structs import TopicPartition

from streams.cli import ADDRESS
from streams.cli.console import Counter, logs
from streams.errors import OperatorError
from streams.kafka.admin import partitions_of, wait_for_kafka
from streams.kafka.reading import end_offsets, read_between
from streams.local.supervisor import HOST, address_file
from streams.settings import Settings, variable

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
        raise click.BadParameter(f"{value!r} is not an address: write host:port, or several separated by commas.")
    address = value or default_address(Settings.read(os.environ))
    ctx.meta[ADDRESS] = address
    return address


bootstrap_option = click.option(
    "--bootstrap",
    metavar="HOST:PORT",
    callback=_address,
    help="Kafka to connect to. Default: INTAKE_BROKERS, else the one that `tonggwan up` started.",
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

    A name that ends in a dot means all topics that begin with it.
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
            f"Kafka on {bootstrap} has no topic {' or '.join(names)}: "
            "create the topics with `tonggwan topics`, or choose another Kafka with --bootstrap."
        )
    return [
        TopicPartition(topic, number)
        for topic in wanted
        for number in there[topic]
        if key is None or number == crc32(key) % len(there[topic])
    ]


async def read(
    bootstrap: str, tps: list[TopicPartition], apply: Apply, counter: Counter | None = None, *, follow: bool = False
) -> None:
    """Hand over every committed record of some partitions up to where they end now; with `follow`, all later ones too.

    The end counts open transactions: what a worker had begun to write when the command was called is waited for.
    """
    counter = counter or Counter()

    def show(done: int, total: int) -> None:
        counter.total(total)
        counter.at(done)

    ends = await end_offsets(bootstrap, tps)
    await read_between(bootstrap, {}, ends, apply, seconds=STALL_SECONDS, progress=show, follow=follow)

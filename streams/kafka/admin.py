"""Topics, created as `schemas.topics` says and compared with it; and waiting for a Kafka that answers."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    InvalidConfigurationError,
    InvalidReplicationFactorError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from schemas.topics import TOPICS, Topic
from streams.errors import OperatorError
from streams.kafka.broker_features import check_transactions, finalized_features

CARRIER: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}", re.ASCII)
ENVELOPE_BYTES_MAX: Final = 16 * 1024
"""What a record may have beside its value: key, headers, and its batch's own fields."""
DECOMPRESSED_BYTES_MAX: Final = "max.decompressed.message.bytes"
"""Newer than some Kafka still in use (4.4.0, 4.2.2): the only setting that a broker may lack."""
COMPACTED: Final = {"segment.ms": str(600_000), "min.cleanable.dirty.ratio": "0.1"}
"""Only closed segments are compacted; the defaults, a week and a half, would have a restart read back all of a
week's changes.
"""
LEADERS_SECONDS_MAX: Final = 20

log = logging.getLogger(__name__)


class KafkaUnavailableError(OperatorError):
    """Kafka doesn't answer, or refuses a topic."""


class InvalidCarrierError(OperatorError):
    """A carrier code that can't be part of a topic's name."""


def check_carrier(carrier: str) -> str:
    """Return the code if it may name a topic: short, lower case, and nothing that could be mistaken for another."""
    if not CARRIER.fullmatch(carrier):
        raise InvalidCarrierError(
            f"{carrier[:64]!r} is not a carrier code: use 1 to 32 of a-z, 0-9, hyphen and underscore, "
            "beginning with a letter or digit."
        )
    return carrier


def planned(carriers: Iterable[str]) -> dict[str, Topic]:
    """Every topic by its full name; those that end in a dot once for each carrier."""
    codes = [check_carrier(carrier) for carrier in carriers]
    return {
        name: topic
        for topic in TOPICS
        for name in ([topic.name + code for code in codes] if topic.name.endswith(".") else [topic.name])
    }


def configs(topic: Topic, *, replication: int) -> dict[str, str]:
    """Settings of a topic, as Kafka calls them."""
    found = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(_retention_ms(topic)),
        "max.message.bytes": str(topic.record_bytes_max + ENVELOPE_BYTES_MAX),
        # One copy may be away, never all but one: with three copies a write needs two.
        "min.insync.replicas": str(max(1, replication - 1)),
    }
    if topic.cleanup == "compact":
        found |= COMPACTED
    if topic.stamped_by_broker:
        found["message.timestamp.type"] = "LogAppendTime"
    if topic.from_outside:
        # For each record, not for a batch: `streams.kafka.decompression` bounds that, where it is unpacked.
        found[DECOMPRESSED_BYTES_MAX] = found["max.message.bytes"]
    return found


def _retention_ms(topic: Topic) -> int:
    """-1 for ever, as Kafka has it."""
    return -1 if topic.retention_days is None else timedelta(days=topic.retention_days) // timedelta(milliseconds=1)


async def create_topics(bootstrap: str, carriers: Iterable[str], *, replication: int) -> list[str]:
    """Create what is missing and name it; warn where what is there differs.

    May be called again, and by several at once.
    """
    wanted = planned(carriers)
    async with _admin(bootstrap) as admin:
        there = await _described(admin)
        missing = {name: topic for name, topic in wanted.items() if name not in there}
        created = await _create(admin, missing, replication)
        old = {name: topic for name, topic in wanted.items() if name not in created}
        if old:
            for difference in await _differences(admin, old, replication):
                log.warning("%s", difference)
        await _wait_for_leaders(admin, wanted)
    return created


async def partitions_of(bootstrap: str) -> dict[str, list[int]]:
    """Every topic there is, and its partitions."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        cluster = await client.fetch_all_metadata()
        return {topic: sorted(cluster.partitions_for_topic(topic) or ()) for topic in cluster.topics()}
    finally:
        await client.close()


async def wait_for_kafka(bootstrap: str, seconds: float) -> None:
    """Return when Kafka answers, within `seconds`; say in one sentence why it doesn't."""
    until = time.monotonic() + seconds
    while True:
        reason = await _why_not(bootstrap)
        if reason is None:
            return
        if time.monotonic() >= until:
            raise KafkaUnavailableError(
                f"no Kafka answers on {bootstrap} ({reason}): start one with `tonggwan up`, "
                "or set INTAKE_BROKERS to another one."
            )
        await asyncio.sleep(0.2)


async def _why_not(bootstrap: str) -> str | None:
    """None if Kafka answers, else why not; FeatureMissingError if it answers and is of no use."""
    reason = "no address given"
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        if not host or not port.isdecimal():
            raise KafkaUnavailableError(f"{address!r} is not a broker address: write it as host:port.")
        try:
            features = await finalized_features(host.strip("[]"), int(port))
            async with _admin(bootstrap) as admin:
                if not (await admin.describe_cluster())["brokers"]:
                    reason = "it has no brokers yet"
                    continue
        except (OSError, KafkaError, KafkaUnavailableError) as error:
            reason = _reason(error)
        else:
            check_transactions(features)
            return None
    return reason


def _reason(error: Exception) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "connection refused"
    if isinstance(error, TimeoutError):
        return "the request timed out"
    return (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__


@asynccontextmanager
async def _admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(
        bootstrap_servers=[each.strip() for each in bootstrap.split(",")], client_id="tonggwan-admin"
    )
    try:
        try:
            await admin.start()
        except (KafkaError, OSError) as error:
            raise KafkaUnavailableError(
                f"no Kafka answers on {bootstrap}: start one with `tonggwan up`, or set INTAKE_BROKERS to another one."
            ) from error
        yield admin
    finally:
        await admin.close()


async def _described(admin: AIOKafkaAdminClient) -> dict[str, list[dict[str, Any]]]:
    """Partitions of every topic there is."""
    return {topic["topic"]: topic["partitions"] for topic in await admin.describe_topics()}


async def _create(admin: AIOKafkaAdminClient, topics: Mapping[str, Topic], replication: int) -> list[str]:
    """Create these; one that another process created meanwhile counts as there."""
    new = {name: configs(topic, replication=replication) for name, topic in topics.items()}
    created, unknown = await _try_to_create(admin, topics, new, replication)
    if unknown:
        log.warning(
            "This Kafka does not support %s, so %s created without it, and a decompression bomb can reach a worker. "
            "Use Kafka 4.4.0 or 4.2.2.",
            DECOMPRESSED_BYTES_MAX,
            "topic" if len(unknown) == 1 else f"{len(unknown)} topics",
        )
        without = {
            name: {key: value for key, value in new[name].items() if key != DECOMPRESSED_BYTES_MAX} for name in unknown
        }
        created += (await _try_to_create(admin, topics, without, replication))[0]
    return created


async def _try_to_create(
    admin: AIOKafkaAdminClient, topics: Mapping[str, Topic], new: Mapping[str, dict[str, str]], replication: int
) -> tuple[list[str], list[str]]:
    """Create these with these settings.

    Returns those created, and those refused because the broker lacks `DECOMPRESSED_BYTES_MAX`.
    """
    if not new:
        return [], []
    answer = await admin.create_topics(
        [NewTopic(name, topics[name].partitions, replication, topic_configs=settings) for name, settings in new.items()]
    )
    created: list[str] = []
    unknown: list[str] = []
    for name, code, message in answer.topic_errors:
        error = for_code(code)
        if code == 0:
            created.append(name)
        elif (
            error is InvalidConfigurationError
            and DECOMPRESSED_BYTES_MAX in (message or "")
            and DECOMPRESSED_BYTES_MAX in new[name]
        ):
            unknown.append(name)
        elif error is InvalidReplicationFactorError:
            raise KafkaUnavailableError(
                f"Kafka can't keep {replication} copies of {name} ({message}): "
                "set INTAKE_REPLICATION to at most the number of brokers."
            )
        elif error is not TopicAlreadyExistsError:
            raise KafkaUnavailableError(f"Kafka refuses topic {name} ({error.__name__}: {message}).")
    return created, unknown


async def _differences(admin: AIOKafkaAdminClient, topics: Mapping[str, Topic], replication: int) -> list[str]:
    """What topics have that the table doesn't say, a sentence each."""
    there = await _described(admin)
    wanted = {name: configs(topic, replication=replication) for name, topic in topics.items()}
    answers = await admin.describe_configs(
        [ConfigResource(ConfigResourceType.TOPIC, name, wanted[name]) for name in topics]
    )
    found = {
        resource[3]: {entry[0]: entry[1] for entry in resource[4]}
        for answer in answers
        for resource in answer.resources
    }
    return [
        line
        for name, topic in topics.items()
        for line in _compared(name, topic, there.get(name, []), wanted[name], found.get(name, {}), replication)
    ]


def _compared(  # noqa: PLR0913, PLR0917 - what is there beside what should be
    name: str,
    topic: Topic,
    partitions: list[dict[str, Any]],
    wanted: dict[str, str],
    found: dict[str, str],
    replication: int,
) -> Iterator[str]:
    if len(partitions) != topic.partitions:
        yield (
            f"Topic {name} has {len(partitions)} partitions, the table says {topic.partitions}: "
            "changing the number would move keys to other partitions, so delete the topic and create it again."
        )
    copies = {len(partition["replicas"]) for partition in partitions}
    if copies - {replication}:
        yield f"Topic {name} has {', '.join(map(str, sorted(copies)))} copies, the settings say {replication}."
    for key, value in wanted.items():
        if found.get(key) != value:
            yield (
                f"Topic {name} has {key}={found.get(key, 'nothing')}, the table says {value}: "
                "set it with `kafka-configs.sh --alter`."
            )


async def _wait_for_leaders(admin: AIOKafkaAdminClient, topics: Mapping[str, Topic]) -> None:
    """Return when each partition has a leader, so that the first record sent isn't refused."""
    until = time.monotonic() + LEADERS_SECONDS_MAX
    while True:
        there = await _described(admin)
        late = [
            name for name in topics if not there.get(name) or any(partition["leader"] < 0 for partition in there[name])
        ]
        if not late:
            return
        if time.monotonic() > until:
            raise KafkaUnavailableError(
                f"topic {late[0]} has no leader after {LEADERS_SECONDS_MAX} s: read the brokers' logs."
            )
        await asyncio.sleep(0.05)

"""The verifier against a real Kafka and a server that speaks customs' XML.

Answers appear, none is lost, nobody is named.
"""

import asyncio
import logging
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from secrets import token_bytes
from typing import Any

import orjson
import pytest
from aiokafka.structs import TopicPartition

from agents.importers.customs_interface import questions_in
from agents.values.identity import TokenKeys
from schemas.importer_answer import Answer, read_answer
from schemas.topics import IMPORTER_ANSWERS, MANIFESTS
from streams.importer_verifier.api import Api, Pace
from streams.importer_verifier.breaker import Breaker
from streams.importer_verifier.verifier import GROUP, Verifier
from streams.kafka import partitioner
from streams.kafka.admin import create_topics
from streams.kafka.transactions import stable_offsets
from streams.local.broker import Broker
from streams.settings import Settings
from tests.importers_server import KEY, Server, saying, serving, slow, well
from tests.parcels import manifest
from tests.records import a_name, client_of, reader_of, write
from tests.streams.cli.command import environ
from tests.streams.importer_verifier.questions import personal_in, told

pytestmark = pytest.mark.broker

PACE = Pace(timeout_s=2.0, try_s=0.5, pause_s=0.02, pause_s_max=0.05, connections=2, per_second=1_000)
SECONDS = 60
DOWN = saying(b"", "503 Service Unavailable")


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(SECONDS):
        while not true():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)


@dataclass
class InMemoryPipeline:
    """A carrier of its own, and verifiers that start where the last one stopped."""

    kafka: Broker
    server: Server
    settings: Settings
    carrier: str
    keys: TokenKeys = field(default_factory=lambda: TokenKeys((("k1", token_bytes(32)),)))
    """Its own, so that no other test's answers are about the same particulars."""

    async def send(self, *values: dict[str, Any] | bytes, partition: int = 0) -> None:
        """Manifests of the carrier, in the order given."""
        records = [
            {"value": value if isinstance(value, bytes) else orjson.dumps(value), "partition": partition}
            for value in values
        ]
        await write(self.kafka.bootstrap, MANIFESTS + self.carrier, records)

    @asynccontextmanager
    async def verifying(self) -> AsyncIterator[Verifier]:
        """A verifier that is told to stop at the end."""
        stop = asyncio.Event()
        breaker = Breaker(failures_max=2, probe_s=0.1)
        async with Api(self.server.address, KEY, PACE, breaker) as api:
            verifier = Verifier(self.settings, self.kafka.bootstrap, self.keys, api, MANIFESTS + self.carrier)
            running = asyncio.create_task(verifier.run(stop))
            try:
                yield verifier
            finally:
                stop.set()
                await asyncio.wait_for(running, SECONDS)

    def particulars(self, *manifests: dict[str, Any]) -> set[str]:
        """What is asked about manifests."""
        return {question.particulars for each in manifests for question in questions_in(each, self.keys)}

    async def answers(self, most: int, *manifests: dict[str, Any]) -> list[Answer]:
        """Answers about manifests, once there are so many, in the order of their partition."""
        of = self.particulars(*manifests)
        tps = [TopicPartition(IMPORTER_ANSWERS, number) for number in range(partitioner.count(IMPORTER_ANSWERS))]
        found: list[Answer] = []
        async with asyncio.timeout(SECONDS), reader_of(self.kafka.bootstrap, tps) as consumer:
            while len(found) < most:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        assert personal_in((record.value + (record.key or b"")).decode()) == []
                        answer = read_answer(record.value)
                        assert record.key == answer.consignee.encode()
                        assert record.partition == partitioner.of(IMPORTER_ANSWERS, record.key)
                        found += [answer] if answer.particulars in of else []
        return found

    async def committed(self, partition: int = 0) -> int | None:
        """Where the next verifier begins."""
        tp = TopicPartition(MANIFESTS + self.carrier, partition)
        async with client_of(self.kafka.bootstrap) as client:
            return (await stable_offsets(client, self.settings.group + GROUP, [tp]))[tp]

    async def until_asked(self, times: int) -> None:
        """Wait until customs was asked so often."""
        await until(lambda: len(self.server.asked) >= times)


@pytest.fixture
async def bench(kafka: Broker) -> AsyncIterator[InMemoryPipeline]:
    carrier = a_name("v")[:20]
    await create_topics(kafka.bootstrap, [carrier], replication=1)
    async with serving() as server:
        settings = Settings(group=a_name("group"), importer_connections=2)
        yield InMemoryPipeline(kafka, server, settings, carrier)


def a_manifest(*phones: str) -> dict[str, Any]:
    """Parcels of one consignee, whose phone differs."""
    return manifest(*({"consignee": {"phone": phone}} for phone in phones), manifest_id=a_name("m"))


async def test_answers_appear_and_name_nobody(bench: InMemoryPipeline, caplog: pytest.LogCaptureFixture) -> None:
    """One question for parcels alike; what can't be read is passed over."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(
        logging.WARNING, "aiokafka"
    )  # below it the client prints the bytes it fetches; the command silences it
    good = a_manifest("010-1234-5678", "010-1234-5678", "010-1234-9999")
    await bench.send(b"no manifest", b"", b"{}", good, manifest(direction="EXPORT"), good)
    async with bench.verifying() as verifier:
        found = {answer.answer: answer for answer in await bench.answers(2, good)}
        await until(lambda: verifier.counters.manifests == 6)
    assert set(found) == {"MATCH", "MISMATCH"}
    assert found["MISMATCH"].differ == ("phone",)
    assert found["MATCH"].consignee == found["MISMATCH"].consignee
    assert found["MATCH"].asked_at <= found["MATCH"].answered_at
    assert len(bench.server.asked) == 2
    assert verifier.counters.unread == 2
    assert await bench.committed() == 6
    assert personal_in(told(caplog)) == []


async def test_an_answer_holds_for_its_time_and_then_no_longer(bench: InMemoryPipeline) -> None:
    good = a_manifest("010-1234-5678")
    async with bench.verifying() as verifier:
        await bench.send(good)
        await until(lambda: verifier.counters.matches == 1 and not verifier._open)
        await bench.send(good)
        await until(lambda: verifier.counters.remembered == 1)
        verifier._answers.update(dict.fromkeys(bench.particulars(good), 0))
        await bench.send(good)
        assert len(await bench.answers(2, good)) == 2
    assert len(bench.server.asked) == 2


async def test_no_answer_is_told_once_and_asked_again_until_there_is_one(bench: InMemoryPipeline) -> None:
    bench.server.behave = DOWN
    good = a_manifest("010-1234-5678", "010-1234-9999")
    await bench.send(good)
    async with bench.verifying():
        pending = await bench.answers(2, good)
        assert {answer.answer for answer in pending} == {"NO_ANSWER"}
        await bench.until_asked(5)
        assert await bench.committed() in (None, 0), "its record is kept"
        bench.server.behave = well
        found = await bench.answers(4, good)
    assert sorted(answer.answer for answer in found) == ["MATCH", "MISMATCH", "NO_ANSWER", "NO_ANSWER"]
    assert await bench.committed() == 1


async def test_a_restart_during_an_outage_loses_nothing(bench: InMemoryPipeline) -> None:
    """The first verifier answers one record, not the other; the next asks again about that one alone."""
    first, second = a_manifest("010-1234-5678"), a_manifest("010-1234-9999")
    async with bench.verifying():
        await bench.send(first)
        await bench.answers(1, first)
        bench.server.behave = DOWN
        await bench.send(second)
        await bench.answers(1, second)
    assert await bench.committed() == 1
    bench.server.behave = well
    bench.server.asked.clear()
    async with bench.verifying():
        found = await bench.answers(2, second)
    assert [answer.answer for answer in found] == ["NO_ANSWER", "MISMATCH"]
    assert {asked["cralTelno"] for asked in bench.server.asked} == {"01012349999"}
    assert await bench.committed() == 2


async def test_a_verifier_killed_while_customs_answers_is_made_up_for(bench: InMemoryPipeline) -> None:
    bench.server.behave = slow(5)
    good = a_manifest("010-1234-5678")
    await bench.send(good)
    async with Api(bench.server.address, KEY, PACE, Breaker(failures_max=99, probe_s=1)) as api:
        verifier = Verifier(bench.settings, bench.kafka.bootstrap, bench.keys, api, MANIFESTS + bench.carrier)
        running = asyncio.create_task(verifier.run(asyncio.Event()))
        await bench.until_asked(1)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await bench.committed() is None
    bench.server.behave = well
    async with bench.verifying():
        found = await bench.answers(1, good)
    assert [answer.answer for answer in found] == ["MATCH"]


async def test_a_verifier_that_is_told_to_stop_takes_the_answer_it_waits_for(bench: InMemoryPipeline) -> None:
    bench.server.behave = slow(0.3)
    good = a_manifest("010-1234-5678")
    await bench.send(good)
    async with bench.verifying():
        await bench.until_asked(1)
    assert [answer.answer for answer in await bench.answers(1, good)] == ["MATCH"]
    assert await bench.committed() == 1


async def test_a_second_verifier_takes_over_questions_that_are_open(bench: InMemoryPipeline) -> None:
    """It joins during an outage and gets one of the two partitions.

    What the first had open of it is asked by the second.
    """
    bench.server.behave = DOWN
    one, other = a_manifest("010-1234-0001"), a_manifest("010-1234-0002")
    await bench.send(one, partition=0)
    await bench.send(other, partition=1)
    async with bench.verifying() as first:
        await bench.answers(2, one, other)
        async with bench.verifying() as second:
            await until(lambda: bool(second._open) and len(first._consumer.assignment()) == 1)
            bench.server.behave = well
            await until(lambda: [verifier.counters.mismatches for verifier in (first, second)] == [1, 1])
    pending = first.counters.pending + second.counters.pending
    found = {
        answer.particulars for answer in await bench.answers(pending + 2, one, other) if answer.answer == "MISMATCH"
    }
    assert found == bench.particulars(one, other)
    assert (await bench.committed(0), await bench.committed(1)) == (1, 1)


async def test_no_more_questions_open_than_set(bench: InMemoryPipeline) -> None:
    """Above it nothing is read; when customs answers again, all of it is."""
    bench.settings = replace(bench.settings, importer_questions_open_max=100)
    bench.server.behave = DOWN
    many = [a_manifest(*(f"010-{number:04d}-{part:04d}" for part in range(60))) for number in range(1, 9)]
    await bench.send(*many)
    async with bench.verifying() as verifier:
        await bench.answers(60, many[0])
        await asyncio.sleep(1)
        assert len(verifier._open) <= 100 + 4 * 60, "a poll brings four records at most"
        assert verifier.counters.manifests < len(many)
        bench.server.behave = well
        await until(lambda: verifier.counters.manifests == len(many) and not verifier._open)
        everything = await bench.answers(480 + verifier.counters.pending, *many)
    assert {answer.particulars for answer in everything if answer.answer == "MISMATCH"} == bench.particulars(*many)
    assert await bench.committed() == len(many)


async def test_a_question_is_given_up_at_last(bench: InMemoryPipeline, caplog: pytest.LogCaptureFixture) -> None:
    """A person has to look; the records behind it go on."""
    bench.settings = replace(bench.settings, importer_give_up_hours=0)
    bench.server.behave = saying(b"<html>")
    good = a_manifest("010-1234-5678")
    await bench.send(good)
    async with bench.verifying() as verifier:
        await bench.answers(1, good)
        await until(lambda: verifier.counters.given_up > 0)
    assert await bench.committed() == 1
    assert "a person has to look" in told(caplog)
    assert personal_in(told(caplog)) == []


async def test_the_command_works_until_it_is_told_to_stop(bench: InMemoryPipeline) -> None:
    """As a process, with everything logged; it reads all carriers there are."""
    good = a_manifest("010-1234-5678", "010-1234-9999")
    (secret,) = (secret.hex() for _, secret in bench.keys.keys)
    env = environ(
        INTAKE_IMPORTER_API=bench.server.address,
        INTAKE_IMPORTER_API_KEY=KEY,
        INTAKE_TOKEN_KEYS=f"k1:{secret}",
        INTAKE_GROUP=bench.settings.group,
        INTAKE_IMPORTER_QUESTIONS_PER_S="1000",
        INTAKE_LOG_LEVEL="DEBUG",
    )
    words = [sys.executable, "-m", "streams", "verifier", "--bootstrap", bench.kafka.bootstrap]
    process = await asyncio.create_subprocess_exec(*words, env=env, stdout=PIPE, stderr=STDOUT)
    try:
        await bench.send(good)
        assert sorted(answer.answer for answer in await bench.answers(2, good)) == ["MATCH", "MISMATCH"]
        process.terminate()
        said, _ = await asyncio.wait_for(process.communicate(), SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, said.decode()
    assert "1 matches" in said.decode()
    assert personal_in(said.decode()) == []

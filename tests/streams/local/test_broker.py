"""The embedded Kafka: it starts, answers, stops, survives kill -9, and says in one sentence why it can't."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from streams.kafka.broker_features import FeatureMissingError, check_transactions, finalized_features
from streams.local import broker_folder
from streams.local.broker import Broker
from streams.local.broker_folder import escaped
from streams.local.jars import JarsError
from streams.local.processes import FREE_PORTS, HOST, BrokerError
from streams.settings import CHECKOUT, Settings

pytestmark = pytest.mark.broker

STARTS_A_BROKER = """
import asyncio, os, signal, sys
from pathlib import Path
from streams.local.broker import Broker

broker = Broker(Path(sys.argv[1]))
asyncio.run(broker.start())
print(broker.pid, broker.port, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def alive(pid: int) -> bool:
    """Whether there is such a process; one that ended and waits for its parent to look is not alive."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1][0] != "Z"
    return False


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


async def test_it_starts_answers_and_stops(tmp_path: Path) -> None:
    """In a folder whose name has what folders' names have."""
    broker = Broker(tmp_path / "통관 données #1 \U00020000")
    await broker.start()
    pid, port = broker.pid, broker.port
    assert pid is not None
    assert port in FREE_PORTS
    assert broker.bootstrap == f"{HOST}:{port}"
    await broker.start()  # again: nothing happens
    assert broker.pid == pid
    await broker.stop()
    assert not broker.running
    assert not alive(pid)
    assert not listens(port)
    await broker.stop()  # again: nothing happens
    assert "ERROR" not in broker.log_file.read_text()


async def test_it_has_the_transactions_that_the_workers_need(kafka: Broker) -> None:
    features = await finalized_features(HOST, kafka.port)
    assert features["transaction.version"] == 2
    assert features["group.version"] == 1
    check_transactions(features)


@pytest.mark.parametrize("features", [{}, {"transaction.version": 1}])
def test_older_transactions_are_refused(features: dict[str, int]) -> None:
    with pytest.raises(
        FeatureMissingError, match=r"transaction.version [01], exactly-once delivery needs 2: use Kafka 4.0 or newer"
    ):
        check_transactions(features)


async def test_kill_9_and_restart_keep_what_was_acknowledged(tmp_path: Path) -> None:
    async with Broker(tmp_path) as broker:
        before = broker.bootstrap
        await _create(before, "kept")
        await _send(before, "kept", [b"one", b"two"])
        broker.kill()
        assert not broker.running
        await broker.restart()
        assert broker.bootstrap == before
        await _send(before, "kept", [b"three"])
        assert await _read(before, "kept", 3) == [b"one", b"two", b"three"]


async def test_stop_kills_a_broker_that_hangs(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    pid = broker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await broker.stop(seconds=0.2)
    assert not alive(pid)


async def test_it_dies_with_its_parent_and_the_next_one_may_start_at_once(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTS_A_BROKER, str(tmp_path)]
    parent = await asyncio.to_thread(subprocess.run, command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert parent.returncode == -signal.SIGKILL, parent.stderr
    pid, port = map(int, parent.stdout.split())
    async with Broker(tmp_path, port=port):
        assert not alive(pid)


async def test_a_folder_is_for_one_broker(kafka: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker_folder, "LOCK_SECONDS_MAX", 0.1)
    with pytest.raises(
        BrokerError, match=re.escape(f"another broker is using {kafka.data}: stop it first, or choose another folder.")
    ):
        await Broker(kafka.data).start()


async def test_a_port_that_is_taken(kafka: Broker, tmp_path: Path) -> None:
    sentence = (
        f"port {kafka.port} on {HOST} can't be used (Address already in use): stop what listens there, or "
        "choose another port (0 picks a free one)."
    )
    with pytest.raises(BrokerError, match=re.escape(sentence)):
        await Broker(tmp_path, port=kafka.port).start()


async def test_a_broker_that_dies_says_why(tmp_path: Path) -> None:
    broker = Broker(tmp_path)
    await broker.start()
    await broker.stop()
    identity = tmp_path / "kafka" / "meta.properties"
    identity.write_text(identity.read_text().replace("node.id=1", "node.id=7"))
    started = time.monotonic()
    with pytest.raises(BrokerError, match=r"the broker died \(.*node id.*7.*\): read .*broker\.log"):
        await broker.start()
    assert time.monotonic() - started < 30
    assert not broker.running


async def test_no_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(JarsError, match="no java on the PATH: install Java 17 or newer"):
        await Broker(tmp_path).start()


async def test_a_folder_that_can_not_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        BrokerError, match=r"the broker can't write to .*file/data \(Not a directory\): choose another folder"
    ):
        await Broker(tmp_path / "file" / "data").start()
    with pytest.raises(BrokerError, match="because its name contains a comma"):
        await Broker(tmp_path / "a,b").start()


async def test_whatever_answers_that_is_no_kafka_is_not_taken_for_one() -> None:
    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(talk, HOST, 0) as server:
        with pytest.raises(ConnectionError, match="is not a Kafka broker"):
            await finalized_features(HOST, server.sockets[0].getsockname()[1])


def test_it_takes_its_settings() -> None:
    broker = Broker.of(Settings(data_dir=Path("/srv"), kafka_port=1234))
    assert (broker.data, broker.bootstrap, broker.pid, broker.running) == (
        Path("/srv/broker"),
        f"{HOST}:1234",
        None,
        False,
    )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("/tmp/a b", "/tmp/a b"),  # noqa: S108 - only a text
        ("C:\\data", "C:\\\\data"),
        ("é", "\\u00e9"),
        ("통", "\\ud1b5"),
        ("\U00020000", "\\ud840\\udc00"),
        ("a\nb", "a\\u000ab"),
    ],
)
def test_values_are_written_as_java_reads_them(value: str, written: str) -> None:
    assert escaped(value) == written


async def _create(bootstrap: str, topic: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, 1, 1)])
    await admin.close()


async def _send(bootstrap: str, topic: str, values: list[bytes]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for value in values:
            await producer.send_and_wait(topic, value)


async def _read(bootstrap: str, topic: str, count: int) -> list[bytes | None]:
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        async with asyncio.timeout(20):
            return [(await consumer.getone()).value for _ in range(count)]

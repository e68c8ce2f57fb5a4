"""The folder of an embedded broker: its settings, its lock, its data."""

import asyncio
import random
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from streams.local.processes import HOST, BrokerError, environment, free_port, is_locked

LOCK_SECONDS_MAX: Final = 5
"""A broker whose parent was killed needs about a second to stop; a new one waits that long for its folder."""

SERVER_SETTINGS: Final = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "CLIENTS",
    "listener.security.protocol.map": "CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "auto.create.topics.enable": "false",
    # One node: nothing can have a second copy.
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    # Two cores and a few clients: the defaults (50 partitions each, 128 MB for the cleaner) are for a data centre.
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "num.network.threads": "2",
    "num.io.threads": "2",
    "background.threads": "2",
    "group.coordinator.threads": "1",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
    # The first entry in a partition's index touches a fresh page of a mapped file (2.7 ms measured on a virtual
    # machine), twice:
    # with an entry every 4 KB, a hundred new partitions cost the workers half a second of broker time. Sparser costs a
    # short scan.
    "log.index.interval.bytes": str(256 * 1024),
    # Nobody waits for members that may come, and a broker that was killed is back after three seconds instead of nine.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # What a dead worker left open is aborted within a second of its timeout instead of ten.
    "transaction.max.timeout.ms": "60000",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "1000",
}
"""Everything but the addresses and the folder."""


class BrokerFolder:
    """What one broker keeps; it outlives the broker, and one broker at a time may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def properties(self) -> Path:
        """The broker's settings as Java reads them."""
        return self.path / "server.properties"

    @property
    def kafka(self) -> Path:
        """A folder of Kafka's own: it takes every folder within for a partition."""
        return self.path / "kafka"

    @property
    def output(self) -> Path:
        """What the Java machine itself says, of one start."""
        return self.path / "broker.out"

    def check(self, log_file: Path) -> None:
        """Make the folder and the log file; raises BrokerError where they can't be written."""
        if "," in str(self.path):
            raise BrokerError(
                f"Kafka can't keep its data in {self.path}, because its name contains a comma: choose another folder."
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            log_file.parent.mkdir(parents=True, exist_ok=True)
            log_file.open("a").close()
        except OSError as error:
            raise BrokerError(
                f"the broker can't write to {error.filename} ({error.strerror}): choose another folder."
            ) from error

    async def lock(self) -> IO[str]:
        """Take the folder's lock, which the child inherits and holds for as long as it lives."""
        lock = (self.path / "broker.lock").open("a+")
        until = time.monotonic() + LOCK_SECONDS_MAX
        while not is_locked(lock):
            if time.monotonic() > until:
                lock.close()
                raise BrokerError(f"another broker is using {self.path}: stop it first, or choose another folder.")
            await asyncio.sleep(0.1)
        return lock

    def write_properties(self, port: int) -> None:
        """Write the settings of a broker that serves clients on a port."""
        controller = free_port(but=port)
        addresses = f"CLIENTS://{HOST}:{port},CONTROLLER://{HOST}:{controller}"
        settings = {
            **SERVER_SETTINGS,
            "listeners": addresses,
            "advertised.listeners": addresses,
            "controller.quorum.bootstrap.servers": f"{HOST}:{controller}",
            "log.dirs": str(self.kafka),
        }
        self.properties.write_text(
            "".join(f"{name}={escaped(value)}\n" for name, value in settings.items()), encoding="ascii"
        )

    @property
    def is_formatted(self) -> bool:
        """Whether it has a cluster."""
        return (self.kafka / "meta.properties").exists()

    def is_of_cluster(self, cluster_id: str) -> bool:
        """Whether it is this cluster's."""
        return f"cluster.id={cluster_id}" in (self.kafka / "meta.properties").read_text()

    def format(self, java: Sequence[str]) -> None:
        """Give the folder a cluster of its own; features are finalised at the newest levels."""
        # What an interrupted format left behind has no meta.properties, and would be in the way of a second one.
        shutil.rmtree(self.kafka, ignore_errors=True)
        command = [
            *java,
            "kafka.tools.StorageTool",
            "format",
            "--standalone",
            "--cluster-id",
            _cluster_id(),
            "--config",
            str(self.properties),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())  # noqa: S603 - our own words and paths
        if done.returncode:
            last = next(reversed((done.stdout + done.stderr).strip().splitlines()), "no reason given")
            raise BrokerError(f"Kafka can't format {self.kafka} ({last[:300]}): choose another folder.")


def _cluster_id() -> str:
    """Kafka's way to write 16 random bytes; it refuses those that begin with a hyphen, so none does."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    return "".join(random.SystemRandom().choices(alphabet, k=21)) + "A"


def escaped(value: str) -> str:
    r"""Write a value as Java's properties want it: one byte a character, all others as \uXXXX, a backslash twice."""
    units = value.replace("\\", "\\\\").encode("utf-16-be")
    codes = (int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2))
    return "".join(chr(code) if 0x20 <= code < 0x7F else f"\\u{code:04x}" for code in codes)  # noqa: PLR2004 - printable ASCII

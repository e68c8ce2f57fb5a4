"""A real one-node Kafka as a child process: for `tonggwan up`, for `tonggwan demo` and for the tests."""

import asyncio
import logging
import os
import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.kafka.broker_features import check_transactions, finalized_features
from streams.local.broker_folder import BrokerFolder
from streams.local.jars import EMBEDDED, KAFKA_VERSION, fetch, find_java
from streams.local.processes import HOST, BrokerError, bind, dies_with_parent, environment, free_port
from streams.settings import STATE_DIR, Settings

KAFKA_DIR: Final = STATE_DIR / f"kafka-{KAFKA_VERSION}"
READY_SECONDS_MAX: Final = 90
STOP_SECONDS_MAX: Final = 20
EXIT_ON_SIGTERM: Final = 128 + signal.SIGTERM

log = logging.getLogger(__name__)


class Broker:
    """One Kafka node on 127.0.0.1, which dies with the process that started it.

    Start it from the main thread: Linux ties the child to the thread that made it.
    Its folder may be used by one broker at a time and outlives it: what was written is there after the next start.
    """

    def __init__(
        self, data: Path, *, port: int = 0, heap_mb: int = 512, log_file: Path | None = None, jars: Path = KAFKA_DIR
    ) -> None:
        """Name everything; nothing is touched before `start`. Port 0 picks a free one, which is then kept."""
        self._folder = BrokerFolder(data.absolute())
        self.log_file = (log_file or self._folder.path / "broker.log").absolute()
        self._port = port
        self._heap_mb = heap_mb
        self._jars = jars.absolute()
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The broker that the settings describe."""
        return cls(
            settings.data_dir / "broker",
            port=settings.kafka_port,
            heap_mb=settings.kafka_heap_mb,
            jars=settings.kafka_dir,
        )

    @property
    def data(self) -> Path:
        """Its folder."""
        return self._folder.path

    @property
    def port(self) -> int:
        """Port for clients; 0 before the first start, when it was left open."""
        return self._port

    @property
    def bootstrap(self) -> str:
        """`host:port` for clients."""
        return f"{HOST}:{self._port}"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process and self.running else None

    @property
    def running(self) -> bool:
        """Whether the process lives; that it answers is what `start` waits for."""
        return self._process is not None and self._process.poll() is None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Fetch and format what is missing, start, and return when Kafka answers."""
        if self.running:
            return
        java = find_java()
        jars = await asyncio.to_thread(fetch, self._jars)
        folder = self._folder
        folder.check(self.log_file)
        lock = await folder.lock()
        with lock:
            self._check_port()
            folder.write_properties(self._port)
            if not folder.is_formatted:
                await asyncio.to_thread(folder.format, [java, *self._options(jars)])
            self._process = self._spawn(
                [java, *self._options(jars, archive=True), "kafka.Kafka", str(folder.properties)], lock.fileno()
            )
        await self._wait_until_ready(self._process)

    async def stop(self, *, seconds: float = STOP_SECONDS_MAX) -> None:
        """SIGTERM, and SIGKILL if that takes too long."""
        process = self._process
        if process is None:
            return
        process.terminate()
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(0.02)
        if process.poll() is None:
            log.warning("The broker did not stop within %.0f s; killing it.", seconds)
            self.kill()
        self._process = None
        await asyncio.to_thread(self._keep_archive, process.returncode)

    def kill(self) -> None:
        """SIGKILL: what a power cut would leave behind."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def restart(self) -> None:
        """Start again on the same port and folder; stop first what still runs."""
        await self.stop()
        await self.start()

    # The process

    def _check_port(self) -> None:
        """Pick a free port, or refuse one that is taken."""
        self._port = self._port or free_port()
        try:
            bind(self._port)
        except OSError as error:
            raise BrokerError(
                f"port {self._port} on {HOST} can't be used ({error.strerror}): stop what listens there, or choose "
                "another port (0 picks a free one)."
            ) from error

    def _options(self, jars: tuple[Path, ...], *, archive: bool = False) -> list[str]:
        """Options of the Java machine, up to the class to run."""
        return [
            f"-Xmx{self._heap_mb}m",
            "-XX:+UseSerialGC",
            # Only the quick compiler: measured on two cores, the thorough one never earns back what it takes from the
            # workers
            # (5 against 8 microseconds of broker time a record after a million records, 20 against 36 in the first
            # seconds).
            "-XX:TieredStopAtLevel=1",
            *self._archive_options(writes=archive),
            "-Djava.awt.headless=true",
            f"-Dtonggwan.log={self.log_file}",
            f"-Dlog4j2.configurationFile={EMBEDDED / 'log4j2.properties'}",
            "-classpath",
            os.pathsep.join(map(str, jars)),
        ]

    def _archive_options(self, *, writes: bool) -> list[str]:
        """Load classes from an archive, if there is one, else write one at the end.

        It halves the time to start. The first broker to stop in peace writes it; Java ignores one that fits no more.
        """
        quiet = ["-Xlog:cds=off", "-Xlog:cds+dynamic=off"]
        if self._archive.exists():
            return [f"-XX:SharedArchiveFile={self._archive}", *quiet]
        return [f"-XX:ArchiveClassesAtExit={self._new_archive}", *quiet] if writes else []

    @property
    def _archive(self) -> Path:
        return self._jars / "broker.jsa"

    @property
    def _new_archive(self) -> Path:
        return self.data / "broker.jsa"

    def _keep_archive(self, exit_code: int) -> None:
        """Put a fresh archive beside the jars, at once for whoever looks."""
        if exit_code == EXIT_ON_SIGTERM and self._new_archive.exists():
            with suppress(OSError):  # an archive is a convenience: a read-only folder does without
                copy = self._jars / f".broker.{os.getpid()}.jsa"
                shutil.copyfile(self._new_archive, copy)
                copy.rename(self._archive)
        self._new_archive.unlink(missing_ok=True)

    def _spawn(self, command: list[str], lock: int) -> subprocess.Popen[bytes]:
        """Start Java in a session of its own, so that a Ctrl-C reaches the workers first."""
        self._logged_before = self.log_file.stat().st_size
        with self._folder.output.open("wb") as output:
            return subprocess.Popen(  # noqa: S603 - our own words and paths
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment(),
                pass_fds=(lock,),
                start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it calls one function of libc that was looked up before the fork
            )

    async def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Return when it answers; a broker that doesn't, or that nobody waits for any more, is killed."""
        try:
            async with asyncio.timeout(READY_SECONDS_MAX):
                while process.poll() is None and not await self._answers():  # noqa: ASYNC110 - another process sets no event here
                    await asyncio.sleep(0.05)
        except TimeoutError:
            self.kill()
            raise BrokerError(f"the broker doesn't answer after {READY_SECONDS_MAX} s: read {self.log_file}.") from None
        except BaseException:
            self.kill()
            raise
        if process.poll() is not None:
            raise BrokerError(self._why_it_died())

    async def _answers(self) -> bool:
        """Whether this very cluster answers clients, knows its node, and does transactions as the workers need them."""
        try:
            features = await finalized_features(HOST, self._port)
        except OSError:  # TimeoutError is one too
            return False
        if not features:
            return False
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            cluster = await admin.describe_cluster()
        except (KafkaError, OSError):
            return False
        finally:
            await admin.close()
        check_transactions(features)
        return bool(cluster["brokers"]) and self._folder.is_of_cluster(cluster["cluster_id"])

    def _why_it_died(self) -> str:
        printed = self._printed()
        if "Address already in use" in printed:
            return (
                f"port {self._port} on {HOST} was taken by another process while the broker started: try again, "
                "or choose another port."
            )
        causes = re.findall(r"^(?:Caused by: )?(?:\w+\.)+[\w$]*(?:Exception|Error): (.+)", printed, re.MULTILINE)
        errors = re.findall(r"^.*\b(?:ERROR|FATAL)\b.*", printed, re.MULTILINE)
        last = (causes[-1:] or errors[-1:] or printed.split("\n"))[0].strip()[:300] or "no output"
        return f"the broker died ({last}): read {self.log_file} and {self._folder.output.name} beside it."

    def _printed(self) -> str:
        """What this start wrote: Java's own words, then the log's, which may have been rolled over."""
        with self.log_file.open("rb") as lines:
            lines.seek(self._logged_before if self._logged_before <= self.log_file.stat().st_size else 0)
            return (self._folder.output.read_bytes() + b"\n" + lines.read()).decode(errors="replace")

"""Broker and workers on this machine, kept running until told to stop: for `tonggwan up` and `tonggwan demo`."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn, Self

from aiokafka.errors import KafkaError

from streams.errors import OperatorError
from streams.kafka.admin import create_topics, partitions_of, wait_for_kafka
from streams.local.broker import Broker
from streams.local.processes import HOST, BrokerError, dies_with_parent
from streams.reference.known_carriers import known
from streams.settings import CHECKOUT, KEY_FILE, Settings, variable
from streams.worker import readiness

__all__ = ["HOST", "Supervisor", "address_file"]

BROKER: Final = "broker"
"""Its name among the processes."""
PAUSE_S: Final = 0.2
PAUSE_S_MAX: Final = 5.0
HEALTHY_S: Final = 30.0
"""Who ran so long has its pauses forgotten."""
FAILURES_MAX: Final = 5
"""So many starts in a row that end in exit status 1, none of them ever ready, are no bad luck."""
POLL_S: Final = 0.1
KAFKA_SECONDS: Final = 30.0
WORKERS_STOP_S: Final = 8.0
BROKER_STOP_S: Final = 5.0
"""Together below the 15 seconds after which whoever stops us may lose patience."""
LOG_BYTES_MAX: Final = 16 * 1024 * 1024
"""A larger log is put aside when its worker starts."""

Say = Callable[[str], None]


class SupervisorError(OperatorError):
    """What was to be kept running can't be."""


def address_file(data_dir: Path) -> Path:
    """Where the address of the Kafka on this machine stands while it is up."""
    return data_dir / "address"


class Supervisor:
    """Starts everything, starts again what dies, and stops everything.

    Children die with the thread that started them: use it in the main thread.
    """

    def __init__(self, settings: Settings, say: Say) -> None:
        """`say` prints a line about each event."""
        self.settings = settings
        self.folder = settings.data_dir.absolute()
        self.restarts = 0
        self._say = say
        self._broker = None if settings.brokers else Broker.of(settings)
        self._workers = [Worker(self, number) for number in range(1, settings.workers + 1)]
        self._keepers: list[asyncio.Task[None]] = []
        self._environ: dict[str, str] = {}
        self._address = address_file(self.folder)
        self._announced = False

    @property
    def bootstrap(self) -> str:
        """`host:port` of the Kafka."""
        return self._broker.bootstrap if self._broker else self.settings.brokers

    @property
    def pids(self) -> list[int]:
        """Process ids of the workers that run."""
        return [pid for name, pid in self.processes().items() if name != BROKER]

    def processes(self) -> dict[str, int]:
        """Name and process id of everything that runs now."""
        running = {
            worker.slot: worker.process.pid
            for worker in self._workers
            if worker.process is not None and worker.process.poll() is None
        }
        broker = self._broker.pid if self._broker is not None else None
        return running if broker is None else {**running, BROKER: broker}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Broker, topics, workers; returns when manifests are taken."""
        self._prepare_folder()
        if self._broker is not None:
            await self._broker.start()
            self._address.write_text(f"{self.bootstrap}\n", encoding="ascii")
            self._announced = True
            self._keep(self._keep_broker(self._broker))
        else:
            await wait_for_kafka(self.bootstrap, KAFKA_SECONDS)
        self._say(f"Kafka answers on {self.bootstrap}; logs are in {self.folder}")
        await create_topics(
            self.bootstrap, await known(self.settings, self.bootstrap), replication=self.settings.replication
        )
        for worker in self._workers:
            self._keep(worker.keep())
        await self._all_ready()

    async def watch(self) -> NoReturn:
        """Keep everything running; raise when that can't be done any more."""
        done, _ = await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        for keeper in done:
            keeper.result()
        raise AssertionError("a supervising task ended unexpectedly")

    async def stop(self) -> None:
        """Workers first, so that they commit; then the broker."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        self._keepers.clear()
        await asyncio.gather(*(worker.stop() for worker in self._workers))
        if self._broker is not None:
            await self._broker.stop(seconds=BROKER_STOP_S)
        if self._announced:  # else it may be another's, in whose way we were
            self._address.unlink(missing_ok=True)

    def note(self, line: str) -> None:
        """Say that something was started again."""
        self.restarts += 1
        self._say(line)

    # beginning

    def _prepare_folder(self) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            keys = {} if self.settings.token_keys else {KEY_FILE: str(key_file(self.folder))}
        except OSError as error:
            raise SupervisorError(
                f"{error.filename or self.folder} can't be written ({error.strerror}): choose another folder "
                "with --data."
            ) from error
        self._environ = keys

    def environ(self, slot: str) -> dict[str, str]:
        """What a worker is started with."""
        ours = {
            variable("brokers"): self.bootstrap,
            variable("slot"): f"{self.settings.slot}{'-' if self.settings.slot else ''}{slot}",
        }
        paths = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
        return {
            **os.environ,
            **self._environ,
            **ours,
            readiness.FILE: str(self.folder / f"{slot}.ready"),
            "PYTHONPATH": paths,
            "PYTHONSAFEPATH": "1",
        }

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        self._keepers.append(asyncio.create_task(work))

    async def _all_ready(self) -> None:
        """Return when all partitions are shared out among workers of one generation; raise what ends a keeper."""
        while not (self._together() and await self._covered()):
            done, _ = await asyncio.wait(self._keepers, timeout=POLL_S, return_when=asyncio.FIRST_COMPLETED)
            for keeper in done:
                keeper.result()

    def _together(self) -> bool:
        shares = [worker.share() for worker in self._workers]
        return all(shares) and len({share.generation for share in shares if share}) == 1

    async def _covered(self) -> bool:
        had = {tp for worker in self._workers if (share := worker.share()) for tp in share.partitions}
        try:
            return await _sources(self.bootstrap) <= had
        except (KafkaError, OSError):
            return False  # the broker has just died; its keeper sees to that

    # keeping

    async def _keep_broker(self, broker: Broker) -> None:
        """Start the broker again whenever it dies; what was acknowledged is on the disk."""
        pauses = Pauses()
        while True:
            await asyncio.sleep(POLL_S)
            if broker.running:
                continue
            self.note(f"The broker died and is being restarted. Log: {broker.log_file}")
            await asyncio.sleep(pauses.next())
            try:
                await broker.start()
            except BrokerError:
                if pauses.row >= FAILURES_MAX:
                    raise
            else:
                pauses.began()


class Pauses:
    """How long to wait before the next start: longer each time, until something ran long enough."""

    def __init__(self) -> None:
        self.row = 0
        """Starts in a row that did not last."""
        self._since = time.monotonic()

    def began(self) -> None:
        """It runs now."""
        self._since = time.monotonic()

    def next(self) -> float:
        """It died: seconds to wait."""
        self.row = 1 if time.monotonic() - self._since > HEALTHY_S else self.row + 1
        return min(PAUSE_S * 2.0 ** (self.row - 1), PAUSE_S_MAX)


class Worker:
    """One worker process and its restarts."""

    def __init__(self, owner: Supervisor, number: int) -> None:
        self.slot = f"worker-{number}"
        self.process: subprocess.Popen[bytes] | None = None
        self._owner = owner
        self._log = owner.folder / f"{self.slot}.log"
        self._ready = owner.folder / f"{self.slot}.ready"

    def share(self) -> readiness.ReadyReport | None:
        """What it has, if it lives and works."""
        status_lines = readiness.read(self._ready)
        return (
            status_lines
            if status_lines is not None
            and self.process is not None
            and self.process.poll() is None
            and status_lines.pid == self.process.pid
            else None
        )

    async def keep(self) -> None:
        """Start it, and again whenever it ends, however it ends."""
        pauses, failures = Pauses(), 0
        while True:
            self._start()
            pauses.began()
            code = await self._ended()
            failures = failures + 1 if code == 1 and readiness.read(self._ready) is None else 0
            if failures >= FAILURES_MAX:
                raise SupervisorError(f"{self.slot} failed to start ({last_line(self._log)}): read {self._log}.")
            self._owner.note(f"{self.slot} {_how(code)}; restarting it. Log: {self._log}")
            await asyncio.sleep(pauses.next())

    async def stop(self) -> None:
        """SIGTERM, on which it commits; SIGKILL if that takes too long."""
        process = self.process
        if process is None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(WORKERS_STOP_S):
                await self._ended()
        except TimeoutError:
            process.kill()
            process.wait()
        self._ready.unlink(missing_ok=True)

    def _start(self) -> None:
        """In a session of its own, so that a Ctrl-C reaches it through us, in the right order."""
        self._ready.unlink(missing_ok=True)
        if self._log.exists() and self._log.stat().st_size > LOG_BYTES_MAX:
            self._log.replace(self._log.with_suffix(".log.1"))
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams", "worker"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._owner.environ(self.slot),
                start_new_session=True,
                preexec_fn=dies_with_parent(),  # noqa: PLW1509 - it calls one function of libc that was looked up before the fork
            )

    async def _ended(self) -> int:
        assert self.process is not None  # noqa: S101 - for the type checker: asked after a start only
        while (code := self.process.poll()) is None:  # noqa: ASYNC110 - another process sets no event here
            await asyncio.sleep(POLL_S)
        return code


def key_file(folder: Path) -> Path:
    """The file with a key for consignee tokens, made once: with another key, the same people would be others."""
    path = folder / "token_keys"
    with suppress(FileExistsError):
        half = folder / f".token_keys.{os.getpid()}"
        half.unlink(missing_ok=True)
        half.touch(0o600, exist_ok=False)
        half.write_text(f"k1:{secrets.token_hex(32)}\n", encoding="ascii")
        try:
            os.link(half, path)  # whole or not at all, and never over one that is there
        finally:
            half.unlink()
    return path


def last_line(log: Path) -> str:
    """What a log says last, shortened."""
    try:
        with log.open("rb") as lines:
            lines.seek(max(0, log.stat().st_size - 4096))
            log_lines = [line.strip() for line in lines.read().decode(errors="replace").splitlines() if line.strip()]
    except OSError:
        return "its log cannot be read"
    return log_lines[-1].removeprefix("tonggwan: ").rstrip(".")[:300] if log_lines else "no output"


def _how(code: int) -> str:
    if code < 0:
        return (
            f"was killed by {signal.Signals(-code).name}"
            if -code in set(signal.Signals)
            else f"was killed by signal {-code}"
        )
    return f"exited with status {code}"


async def _sources(bootstrap: str) -> set[tuple[str, int]]:
    """The partitions that workers read."""
    from streams.worker.pipeline import PIPELINE  # noqa: PLC0415 - it loads every rule; most commands need none of them

    there = await partitions_of(bootstrap)
    return {
        (name, number) for name, numbers in there.items() if PIPELINE.find_step(name) is not None for number in numbers
    }

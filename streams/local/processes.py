"""Ports, locks and processes of the local broker."""

import ctypes
import fcntl
import os
import random
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from streams.errors import OperatorError

HOST: Final = "127.0.0.1"
FREE_PORTS: Final = range(20_000, 32_000)
"""Below the ports the kernel gives to clients: otherwise a client that redials a stopped broker can get the broker's
own port and talk to itself.
"""


TICKS_A_SECOND: Final = os.sysconf("SC_CLK_TCK")
PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class BrokerError(OperatorError):
    """The embedded Kafka can't run."""


def is_locked(file: IO[str]) -> bool:
    """Try to take the lock; the process holds it until every copy of the open file is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def free_port(*, but: int = 0) -> int:
    """A port of the loopback address that nobody listens on, other than `but`."""
    for port in random.sample(FREE_PORTS, k=200):
        with suppress(OSError):
            if port != but:
                bind(port)
                return port
    raise BrokerError(f"no free port on {HOST} from {FREE_PORTS.start} to {FREE_PORTS.stop}: name one.")


def bind(port: int) -> None:
    """Fail with OSError if nobody could listen there."""
    with socket.socket() as probe:
        # As Java does: connections of an earlier broker that linger in TIME_WAIT don't count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((HOST, port))


def environment() -> dict[str, str]:
    """Ours, without what would add options to the Java machine, and with a locale in which it can name every folder."""
    unwanted = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"}
    return {name: value for name, value in os.environ.items() if name not in unwanted} | {"LC_ALL": "C.UTF-8"}


def dies_with_parent() -> Callable[[], None] | None:
    """What the child calls before it becomes Java: ask Linux for a SIGTERM when the parent ends, however it ends."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except AttributeError:
        return None  # not Linux
    parent = os.getpid()
    pr_set_pdeathsig = 1

    def ask() -> None:
        prctl(pr_set_pdeathsig, int(signal.SIGTERM))
        if os.getppid() != parent:  # it ended before we asked
            os._exit(1)

    return ask


def cpu_seconds(pid: int | None) -> float:
    """User and system time of a process with all its threads; 0 when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_A_SECOND


def resident_bytes(pid: int | None) -> int:
    """Memory that a process really has; 0 when it is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except OSError:
        return 0

"""What several tests share.

One real Kafka a session, for those marked `broker`, loggers as they were, and Ctrl-C as in a terminal.
"""

import asyncio
import logging
import signal
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from streams.local.broker import Broker
from streams.settings import CHECKOUT

BROKER: Final = "broker"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it runs in the background ignore Ctrl-C, and so would every command that a test starts and
    # interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@cache
def group(file: str) -> str:
    """What runs in one process when there are several (`pytest -n`).

    A file, or all the files in which a test needs a broker.
    """
    return BROKER if "pytest.mark.broker" in (CHECKOUT / file).read_text(encoding="utf-8") else file


class PeerComparison(LoadScopeScheduling):
    """Group by group: what needs a broker mostly waits, so the rest runs beside it."""

    def _split_scope(self, nodeid: str) -> str:
        return group(nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> PeerComparison:
    return PeerComparison(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest begins first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: group(item.location[0]) != BROKER)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A Kafka of its own, on a free port, in a folder that goes away; `.bootstrap` is its address.

    Tests share it, so each makes topics and groups under names of its own, and leaves it running;
    one that kills or fills a broker starts another: `async with Broker(tmp_path) as broker`.
    """
    broker = Broker(tmp_path_factory.mktemp("kafka"))
    asyncio.run(broker.start())
    yield broker
    asyncio.run(broker.stop())


@pytest.fixture(autouse=True)
def loggers_as_they_were() -> Iterator[None]:
    """A command sets how much is logged, for the whole process: no test may change what another one hears."""
    levels = {logger: logger.level for logger in map(logging.getLogger, ("", "streams", "aiokafka"))}
    yield
    for logger, level in levels.items():
        logger.setLevel(level)

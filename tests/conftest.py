"""What several tests share: one real Kafka a session, for those marked `broker`, loggers as they were, and Ctrl-C as in a terminal."""

import asyncio
import logging
import signal
from collections.abc import Iterator

import pytest

from streams.broker import Broker

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell has what it runs in the background ignore Ctrl-C, and so would every command that a test starts and interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)


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

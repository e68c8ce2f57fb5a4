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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In several processes (`pytest -n`), what needs a broker runs in one of them, begun first, for it mostly waits; the rest beside it, file by file."""
    if not hasattr(config, "workerinput"):
        return
    items.sort(key=lambda item: item.get_closest_marker("broker") is None)
    for item in items:
        item.add_marker(pytest.mark.xdist_group("broker" if item.get_closest_marker("broker") else item.location[0]))


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

"""No record is handed to the agents before every change that may count for it is known."""

import asyncio
import threading
import time
from typing import NoReturn

import pytest

from agents.reference import Reference
from schemas import topics
from streams.kafka.transactions import ConsumerGroupMetadata
from streams.reference import tables_of
from streams.reference.follow import FRESH_MS, Follower
from streams.reference.history import KEPT_MAX, ReferenceHistory
from streams.settings import Settings
from streams.worker.assignment import Assignment, RecordRun, WorkerSession
from tests.flow import NOW_MS, processor_of, stored
from tests.streams.reference.test_history import change, figure

BATCH = [stored(topics.MANIFESTS + "kx", value=b"{", offset=offset, timestamp=NOW_MS + offset) for offset in range(3)]


class Slow(Follower):
    """Knows nothing until it is told to."""

    def read_at(self, began_s: float) -> None:
        self._known_s = began_s
        self._read.set()


def start_anew(reason: str) -> NoReturn:
    raise AssertionError(reason)


@pytest.fixture
def session() -> WorkerSession:
    follower = Slow("nowhere:1", ReferenceHistory(tables_of("")))
    return WorkerSession(processor_of(), Settings(), "nowhere:1", "t", start_anew, follower)


async def handled(session: WorkerSession, batch: RecordRun, *told_s: float, until: int = 0) -> int:
    """How many records were taken of a batch after the follower has read at these times.

    As many as are waited for come however slow the machine is.
    """
    assert isinstance(session.follower, Slow)
    handling = asyncio.create_task(session.handle(batch))
    for began_s in told_s:
        await asyncio.sleep(0.1)
        session.follower.read_at(began_s)
    await asyncio.sleep(0.2)
    for _ in range(300):
        if session.processor.counters.set_aside >= until:
            break
        await asyncio.sleep(0.1)
    taken = session.processor.counters.set_aside
    batch.assignment.lasts = False
    await handling
    assert session.processor.counters.set_aside == taken, "when a tenure ends, nothing more is taken"
    return taken


def batch(polled_at: float) -> RecordRun:
    return RecordRun(BATCH, Assignment(ConsumerGroupMetadata("g", 1, "m"), 1), polled_at, 0)


@pytest.mark.parametrize(
    ("looked_s", "taken"),
    [
        pytest.param([], 0, id="nothing was read yet"),
        pytest.param([-FRESH_MS / 1000 - 0.001], 0, id="what was read is too old"),
        pytest.param([-FRESH_MS / 1000 + 0.001], 3, id="what was read is new enough"),
        pytest.param([-60.0, -30.0, 0.5], 3, id="the third time it is"),
    ],
)
async def test_a_batch_waits_until_what_is_known_is_new_enough(
    session: WorkerSession, looked_s: list[float], taken: int
) -> None:
    now_s = time.monotonic()
    assert await handled(session, batch(now_s), *(now_s + each for each in looked_s), until=taken) == taken


async def test_what_a_batch_needs_is_built_beside_the_loop(
    session: WorkerSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old records that come when many changes are known: what decides them is no longer at hand."""
    history = session.follower.history
    for number in range(2 * KEPT_MAX):
        history.add(change(figure(100 + number), NOW_MS - 50_000 + 10_000 * number))
        history.state(number + 1)
    assert not history.is_cached(NOW_MS)
    threads: list[str] = []
    state = history.state

    def noted(number: int | None = None) -> Reference:
        threads.append(threading.current_thread().name)
        return state(number)

    monkeypatch.setattr(history, "state", noted)
    now_s = time.monotonic()
    assert await handled(session, batch(now_s), now_s, until=len(BATCH)) == len(BATCH)
    assert threads
    assert threading.main_thread().name not in threads
    assert history.is_cached(NOW_MS)

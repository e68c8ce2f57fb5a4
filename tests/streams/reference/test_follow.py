"""Change sets on a real Kafka: all of one or nothing, never two at once, and a reader that knows when it knows."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from schemas import limits, topics
from streams.errors import OperatorError
from streams.kafka.admin import create_topics
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.kafka.transactions import TransactionalProducer, TransactionUnknownError
from streams.local.broker import Broker
from streams.reference import tables_of
from streams.reference.changes import ChangeSet, write
from streams.reference.follow import CLOSING_MS_MAX, FRESH_MS, Follower, Reader, read_history
from streams.reference.history import ReferenceHistory
from streams.reference.publish import TIMEOUT_MS, lodging
from streams.reference.tables import TABLES, Key, Row, parse
from tests.records import a_name, client_of, seen
from tests.records import write as write_records

pytestmark = pytest.mark.broker

BASE = tables_of("")
OPERATORS, THRESHOLDS = "operators.csv", "thresholds.csv"
Rows = Mapping[str, Mapping[Key, Row | None]]


def rows_of(file: str, *lines: str) -> dict[str, dict[Key, Row | None]]:
    """Rows of one table as a file has them."""
    rows = parse(file, "\n".join([",".join(TABLES[file].columns), *lines]).encode())
    return {file: {row.key: row for row in rows}}


def a_figure(value: object) -> dict[str, dict[Key, Row | None]]:
    return rows_of(THRESHOLDS, f"list_limit_usd,2000-01-01,{value},USD,a test")


def an_operator() -> dict[str, dict[Key, Row | None]]:
    return rows_of(OPERATORS, f"{a_name('mall')},New mall,2026-01-01,,,a test")


def change_of(history: ReferenceHistory, rows: Rows) -> ChangeSet:
    return ChangeSet(
        change_id=a_name("change"),
        author="a",
        why="w",
        version=history.tables().changed(rows).version,
        stored_at_ms=0,
        rows=rows,
    )


async def lodge(bootstrap: str, rows: Rows) -> tuple[ChangeSet, int]:
    """Publish a change; with from when it counts."""
    async with lodging(bootstrap, BASE) as lodged:
        change = change_of(lodged.history, rows)
        return change, await lodged.publish(change)


@pytest.fixture
async def kafka_address(kafka: Broker) -> str:
    """The shared Kafka, whose topics of reference data only this page writes to."""
    await create_topics(kafka.bootstrap, [], replication=1)
    return kafka.bootstrap


async def test_a_change_of_several_tables_is_read_as_it_was_published(kafka_address: str) -> None:
    change, from_ms = await lodge(kafka_address, {**a_figure(145), **an_operator()})
    history = await read_history(kafka_address, BASE)
    assert history.changes[-1].change_id == change.change_id
    assert history.changes[-1].rows.keys() == {OPERATORS, THRESHOLDS}
    assert history.state().version == change.version
    closing = (await seen(kafka_address, topics.REFERENCE_CHANGES))[-1]
    assert closing.timestamp_type == 1, "stamped by the broker"
    assert from_ms == closing.timestamp + limits.REFERENCE_LEAD_MS
    assert history.at(from_ms - 1).version != history.at(from_ms).version


async def test_a_reader_takes_each_change_once(kafka_address: str) -> None:
    reader = Reader(kafka_address, ReferenceHistory(BASE))
    await reader.read()
    before = len(reader.history.changes)
    assert await reader.read() == 0
    for count in (1, 2, 1):
        for _ in range(count):
            await lodge(kafka_address, an_operator())
        assert await reader.read() == count
    await reader.close()
    names = [change.change_id for change in reader.history.changes]
    assert names == [change.change_id for change in (await read_history(kafka_address, BASE)).changes]
    assert len(names) == before + 4


@asynccontextmanager
async def a_producer(bootstrap: str, name: str = "") -> AsyncIterator[TransactionalProducer]:
    async with client_of(bootstrap) as client:
        producer = TransactionalProducer(client, name or a_name("id"), TIMEOUT_MS)
        await producer.start()
        yield producer


def buffer(change: ChangeSet, *, rows: bool = True, closing: bool = True) -> TransactionBuffer:
    made = TransactionBuffer()
    entries, end = write(change)
    for record in (*(entries if rows else ()), *([end] if closing else ())):
        made.add(record.topic, 0, record.key, record.value, 0)
    return made


async def test_a_change_that_is_not_committed_is_waited_for(kafka_address: str) -> None:
    """Its closing record has its time already.

    Whoever went on without it would decide otherwise than those who know it.
    """
    async with a_producer(kafka_address) as producer:
        history = await read_history(kafka_address, BASE)
        change = change_of(history, {**a_figure(130), **an_operator()})
        await producer.write(buffer(change))
        reader = Reader(kafka_address, ReferenceHistory(BASE))
        reading = asyncio.create_task(reader.read())
        await asyncio.sleep(1)
        assert not reading.done()
        await producer.end()
        await reading
        await reader.close()
    assert reader.history.changes[-1].change_id == change.change_id


async def test_a_change_that_is_aborted_was_never_there(kafka_address: str) -> None:
    async with a_producer(kafka_address) as producer:
        history = await read_history(kafka_address, BASE)
        change = change_of(history, {**a_figure(131), **an_operator()})
        await producer.write(buffer(change))
        await producer.start()
    assert change.change_id not in [each.change_id for each in (await read_history(kafka_address, BASE)).changes]


async def test_of_two_who_load_at_the_same_time_the_later_wins(kafka_address: str) -> None:
    """The first validated what it made against data that is no longer the last."""
    async with lodging(kafka_address, BASE) as first, lodging(kafka_address, BASE) as second:
        mine, theirs = change_of(first.history, an_operator()), change_of(second.history, an_operator())
        await second.publish(theirs)
        with pytest.raises(OperatorError, match="nothing was changed"):
            await first.publish(mine)
    names = [change.change_id for change in (await read_history(kafka_address, BASE)).changes]
    assert names[-1] == theirs.change_id
    assert mine.change_id not in names


async def test_when_kafka_is_too_slow_for_the_lead_nothing_is_changed(
    kafka_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a worker might look for changes before the closing record can be seen, and decide without it."""
    monkeypatch.setattr("streams.reference.publish.CLOSING_MS_MAX", -1)
    async with lodging(kafka_address, BASE) as lodged:
        change = change_of(lodged.history, an_operator())
        with pytest.raises(OperatorError, match=r"Kafka took \d+ ms .* Nothing was changed; try again"):
            await lodged.publish(change)
    assert change.change_id not in [each.change_id for each in (await read_history(kafka_address, BASE)).changes]


@pytest.mark.parametrize("answered", [True, False], ids=["committed, the answer lost", "never asked"])
async def test_an_end_of_which_nobody_knows_is_looked_up(
    kafka_address: str, monkeypatch: pytest.MonkeyPatch, *, answered: bool
) -> None:
    end = TransactionalProducer.end

    async def lost(self: TransactionalProducer) -> None:
        if answered:
            await end(self)
        raise TransactionUnknownError("ending the transaction: no answer")

    async with lodging(kafka_address, BASE) as lodged:
        change = change_of(lodged.history, an_operator())
        monkeypatch.setattr(TransactionalProducer, "end", lost)
        if answered:
            assert await lodged.publish(change) > 0
        else:
            with pytest.raises(OperatorError, match="nothing was changed"):
                await lodged.publish(change)
    names = [each.change_id for each in (await read_history(kafka_address, BASE)).changes]
    assert (change.change_id in names) is answered


async def test_what_slips_in_by_other_means_is_refused_and_told(
    kafka_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A closing record without rows, rows without a closing record, no JSON at all: and the next good change counts."""
    before = await read_history(kafka_address, BASE)
    change = change_of(before, {**a_figure(132), **an_operator()})
    async with a_producer(kafka_address) as producer:
        await producer.write(buffer(change, rows=False))
        await producer.end()
        await producer.write(buffer(replace(change, change_id=a_name("open")), closing=False))
        await producer.end()
    await write_records(
        kafka_address,
        topics.REFERENCE_CHANGES,
        [{"key": b"junk", "value": b"\xff{"}, {"key": b"nothing", "value": None}],
    )
    await write_records(
        kafka_address, topics.REFERENCE_LAW, [{"key": b"junk", "value": b"[]"}, {"key": b"junk", "value": None}]
    )
    good, _ = await lodge(kafka_address, an_operator())
    with caplog.at_level(logging.INFO, "streams.reference.follow"):
        history = await read_history(kafka_address, BASE)
    assert [each.change_id for each in history.changes] == [
        *(each.change_id for each in before.changes),
        good.change_id,
    ]
    assert f"change {change.change_id} is rejected and not applied: it has rows {{}}" in caplog.text
    assert "change junk is rejected" in caplog.text


async def test_rows_that_cant_be_used_are_told_and_the_last_good_data_stays(
    kafka_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = await read_history(kafka_address, BASE)
    bad = change_of(before, a_figure("much"))
    async with a_producer(kafka_address) as producer:
        await producer.write(buffer(bad))
        await producer.end()
    with caplog.at_level(logging.INFO, "streams.reference.follow"):
        history = await read_history(kafka_address, BASE)
    assert history.state().version == before.state().version
    assert (
        f"change {bad.change_id} makes the tables invalid; version {before.state().version} stays in force "
        "until this is fixed" in caplog.text
    )
    assert f"thresholds.csv, row list_limit_usd 2000-01-01 of change {bad.change_id}: value is 'much'" in caplog.text
    repair, from_ms = await lodge(kafka_address, a_figure(133))
    assert (await read_history(kafka_address, BASE)).at(from_ms).version == repair.version


async def test_a_change_made_on_other_tables_is_told(kafka_address: str, caplog: pytest.LogCaptureFixture) -> None:
    """As when a newer program ships other tables."""
    async with lodging(kafka_address, BASE) as lodged:
        change = replace(change_of(lodged.history, an_operator()), version="f" * 12)
        await lodged.publish(change)
    assert f"change {change.change_id} was made on other tables: it announces version ffffffffffff" in caplog.text


async def test_a_follower_knows_what_was_stored_before_it_looked(kafka_address: str) -> None:
    follower = Follower(kafka_address, ReferenceHistory(BASE))
    assert not follower.knows(time.monotonic())
    try:
        await follower.start()
        assert follower.knows(time.monotonic())
        assert not follower.knows(time.monotonic() + FRESH_MS / 1000), "what is handed over later needs another look"
        change, _ = await lodge(kafka_address, an_operator())
        handed_s = time.monotonic() + FRESH_MS / 1000
        while not follower.knows(handed_s):
            await follower.wait(0.05)
        assert follower.history.changes[-1].change_id == change.change_id
    finally:
        await follower.stop()


async def test_while_nothing_can_be_read_nothing_is_known(
    kafka_address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A reading that fails, even through internal error, is no reading; the next one is."""
    monkeypatch.setattr("streams.reference.follow.POLL_S", 0.01)
    follower = Follower(kafka_address, ReferenceHistory(BASE))
    read, failures = Reader.read, 0

    async def fail(self: Reader) -> int:
        nonlocal failures
        failures += 1
        if failures < 5:
            raise OSError("no route") if failures % 2 else ZeroDivisionError
        return await read(self)

    monkeypatch.setattr(Reader, "read", fail)
    try:
        await follower.start()
    finally:
        await follower.stop()
    assert failures >= 5
    assert caplog.text.count("cannot read the reference topics; intake is paused until it can (no route OSError)") == 1
    assert "failed with an internal error" in caplog.text


def test_the_bounds_leave_room_for_brokers_clocks() -> None:
    assert FRESH_MS + CLOSING_MS_MAX + 1_000 <= limits.REFERENCE_LEAD_MS


async def test_a_kafka_without_the_topics_has_no_changes_and_takes_none(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async with AsyncExitStack() as stack:
        broker = await stack.enter_async_context(Broker(tmp_path_factory.mktemp("bare")))
        assert (await read_history(broker.bootstrap, BASE)).changes == []
        with pytest.raises(
            OperatorError, match=r"has no topic reference\.changes: create the topics with `tonggwan topics`"
        ):
            await stack.enter_async_context(lodging(broker.bootstrap, BASE))


async def test_many_rows_at_once(kafka_address: str) -> None:
    """A whole nomenclature in one change, and withdrawn in the next."""
    codes = {f"{number:06}" for number in range(100_000, 130_000)} - {key[0] for key in BASE.by_key("hs6.csv")}
    rows = rows_of("hs6.csv", *(f"{code},x,HS 2022,a test" for code in sorted(codes)))
    told: list[int] = []
    async with lodging(kafka_address, BASE) as lodged:
        await lodged.publish(change_of(lodged.history, rows), told.append)
    assert told == [len(codes)]
    history = await read_history(kafka_address, BASE)
    assert len(history.tables().by_key("hs6.csv")) == len(codes) + len(BASE.by_key("hs6.csv"))
    await lodge(kafka_address, {"hs6.csv": dict.fromkeys(rows["hs6.csv"])})
    assert (await read_history(kafka_address, BASE)).tables().digest("hs6.csv") == BASE.digest("hs6.csv")

"""Change sets written and put together again; whatever is not what was closed is refused whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import orjson
import pytest

from schemas import topics
from streams.kafka.record import StoredRecord
from streams.reference import tables_of
from streams.reference.changes import ChangeLog, ChangeSet, OutgoingRecord, Refused, write
from streams.reference.tables import TABLES, parse

BASE = tables_of("")
OPERATORS, RATES = "operators.csv", "exchange_rates.csv"


def a_change() -> ChangeSet:
    """Two tables: a row put in, one that is new, one withdrawn."""
    header = ",".join(TABLES[OPERATORS].columns)
    rows = parse(
        OPERATORS, f'{header}\nexamplemall,Other,2024-09-01,,,a test\nnewmall,신규 몰,2026-01-01,,,"a, test"\n'.encode()
    )
    return ChangeSet(
        change_id="c1",
        author="Kim",
        why="a test",
        version="0" * 12,
        stored_at_ms=7,
        rows={OPERATORS: {row.key: row for row in rows}, RATES: {("2026-11-22", "EUR"): None}},
    )


def stored(written: OutgoingRecord) -> StoredRecord:
    return StoredRecord(topic=written.topic, key=written.key, value=written.value, timestamp=7)


def taken(rows: list[OutgoingRecord], closing: OutgoingRecord) -> ChangeSet | Refused:
    """What a reader makes of it."""
    log = ChangeLog()
    for row in rows:
        log.take_row(stored(row))
    return log.close(stored(closing))


def test_what_was_written_is_what_is_read_in_any_order() -> None:
    rows, closing = write(a_change())
    for order in (rows, rows[::-1]):
        found = taken(order, closing)
        assert isinstance(found, ChangeSet)
        assert {
            file: {key: row and dict(row.cells) for key, row in each.items()} for file, each in found.rows.items()
        } == {
            file: {key: row and dict(row.cells) for key, row in each.items()} for file, each in a_change().rows.items()
        }
        assert replace(found, rows={}) == replace(a_change(), rows={})
        assert found.counts == {"operators": 2, "exchange_rates": 1}


def test_rows_lie_on_the_topic_of_their_table_under_keys_that_no_other_change_has() -> None:
    rows, closing = write(a_change())
    assert sorted((row.topic, row.key) for row in rows) == [
        (topics.REFERENCE_RATES, b'["exchange_rates","2026-11-22","EUR","c1"]'),
        (topics.REFERENCE_REGISTERS, b'["operators","examplemall","c1"]'),
        (topics.REFERENCE_REGISTERS, b'["operators","newmall","c1"]'),
    ]
    assert (closing.topic, closing.key) == (topics.REFERENCE_CHANGES, b"c1")


def test_every_table_has_a_topic_that_is_created() -> None:
    assert (
        {table.topic for table in TABLES.values()}
        <= topics.REFERENCE_ROWS.keys()
        <= {topic.name for topic in topics.TOPICS}
    )
    assert all(
        topic.stamped_by_broker and topic.cleanup == "compact" and topic.partitions == 1
        for topic in topics.TOPICS
        if topic.name.startswith(topics.REFERENCE)
    )


def edited(
    index: int,
    **changes: Any,  # noqa: ANN401 - whatever JSON may hold
) -> Callable[[list[OutgoingRecord], OutgoingRecord], tuple[list[OutgoingRecord], OutgoingRecord]]:
    """A record with other fields; -1 is the closing record."""

    def edit(rows: list[OutgoingRecord], closing: OutgoingRecord) -> tuple[list[OutgoingRecord], OutgoingRecord]:
        records = [*rows, closing]
        records[index] = replace(records[index], value=orjson.dumps(orjson.loads(records[index].value) | changes))
        return records[:-1], records[-1]

    return edit


def closed_again(
    **changes: Any,  # noqa: ANN401 - any field
) -> Callable[[list[OutgoingRecord], OutgoingRecord], tuple[list[OutgoingRecord], OutgoingRecord]]:
    """A forger who knows how a change is closed: the first row with other fields, and a closing record for it."""

    def edit(rows: list[OutgoingRecord], closing: OutgoingRecord) -> tuple[list[OutgoingRecord], OutgoingRecord]:
        import hashlib  # noqa: PLC0415 - the forger's own tool

        forged = replace(rows[0], value=orjson.dumps(orjson.loads(rows[0].value) | changes))
        said = orjson.loads(forged.value)
        digest = hashlib.sha256(
            orjson.dumps([said["table"], said["key"], said["row"]], option=orjson.OPT_SORT_KEYS)
        ).hexdigest()
        return [forged], replace(
            closing, value=orjson.dumps(orjson.loads(closing.value) | {"rows": {said["table"]: 1}, "digest": digest})
        )

    return edit


ROW = {
    "code": "examplemall",
    "name": "Other",
    "valid_from": "2024-09-01",
    "valid_until": "",
    "suspended_from": "",
    "source": "a test",
}


@pytest.mark.parametrize(
    ("tamper", "why"),
    [
        pytest.param(
            lambda rows, closing: (rows[1:], closing),
            "it has rows {'operators': 1, 'exchange_rates': 1}, its commit record says",
            id="a row is missing",
        ),
        pytest.param(
            lambda rows, closing: (rows, replace(closing, value=b"{")),
            "its commit record cannot be read",
            id="closing record broken",
        ),
        pytest.param(
            lambda rows, closing: (rows, replace(closing, value=b"")),
            "its commit record cannot be read",
            id="closing record empty",
        ),
        pytest.param(
            lambda rows, closing: ([replace(rows[0], value=b"\xff"), *rows[1:]], closing),
            "it has rows",
            id="row broken",
        ),
        pytest.param(
            edited(0, row=ROW | {"name": "Forged"}),
            "its rows do not match the digest in its commit record",
            id="row forged",
        ),
        pytest.param(edited(0, row=ROW | {"name": 7}), "it has rows", id="cell is no text"),
        pytest.param(edited(-1, rows={"operators": 3}), "it has rows", id="counts forged"),
        pytest.param(
            closed_again(table="nothing"),
            "it changes a table 'nothing' that this version does not know",
            id="table unknown",
        ),
        pytest.param(
            closed_again(row=ROW | {"colour": "red"}),
            "a row of operators.csv has a column 'colour' that this version does not know",
            id="column unknown",
        ),
        pytest.param(
            closed_again(row=ROW | {"code": "other"}),
            "a row of operators.csv is other and named examplemall",
            id="key of another row",
        ),
        pytest.param(
            closed_again(row=None, key=["a", "b"]),
            "a row of operators.csv is named by 2 cells, expected 1: code",
            id="withdrawn by a wrong key",
        ),
    ],
)
def test_what_is_not_what_was_closed_is_refused(
    tamper: Callable[[list[OutgoingRecord], OutgoingRecord], tuple[list[OutgoingRecord], OutgoingRecord]], why: str
) -> None:
    found = taken(*tamper(*write(a_change())))
    assert isinstance(found, Refused)
    assert found.change_id == "c1"
    assert found.why.startswith(why)


def test_a_column_that_the_table_did_not_have_then_is_empty() -> None:
    """An old stretch can still be read by a newer program."""
    without = {column: cell for column, cell in ROW.items() if column != "suspended_from"}
    found = taken(*closed_again(row=without)(*write(a_change())))
    assert isinstance(found, ChangeSet)
    row = found.rows[OPERATORS]["examplemall",]
    assert row is not None
    assert dict(row.cells) == ROW


def test_rows_of_a_change_that_is_still_open_are_kept_apart() -> None:
    log = ChangeLog()
    rows, closing = write(a_change())
    others, other_closing = write(replace(a_change(), change_id="c2"))
    for row in (*rows, *others[:-1]):
        log.take_row(stored(row))
    assert isinstance(log.close(stored(closing)), ChangeSet)
    log.take_row(stored(others[-1]))
    assert isinstance(log.close(stored(other_closing)), ChangeSet)


@pytest.mark.parametrize("cell", ["", "\x00", "\u2028", "'\",\n", "💥" * 1000, "\x1b[2J"], ids=repr)
def test_a_cell_may_hold_anything(cell: str) -> None:
    change = a_change()
    row = change.rows[OPERATORS]["newmall",]
    assert row is not None
    odd = replace(row, cells={**row.cells, "name": cell})
    found = taken(*write(replace(change, rows={OPERATORS: {odd.key: odd}})))
    assert isinstance(found, ChangeSet)
    read = found.rows[OPERATORS]["newmall",]
    assert read is not None
    assert read["name"] == cell

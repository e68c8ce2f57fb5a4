"""Batches of ours are Kafka's: aiokafka reads from them what went in, and the same from them as from its own."""

from typing import Any, Final

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from streams.kafka.record_batch import BATCH_BYTES, Batch
from streams.kafka.transaction_buffer import TransactionBuffer

Record = tuple[bytes | None, bytes | None, int, list[tuple[str, bytes]]]

NOW_MS: Final = 1_764_300_000_000
PRODUCER: Final = (7, 3, 11)
"""Producer, epoch, sequence."""
DATA: Final = st.none() | st.binary(max_size=64) | st.integers(4_090, 4_100).map(bytes)
RECORDS: Final = st.lists(
    st.tuples(
        DATA,
        DATA,
        st.integers(NOW_MS - 100_000, NOW_MS + 100_000),
        st.lists(st.tuples(st.text(max_size=8), st.binary(max_size=8)), max_size=3),
    ),
    min_size=1,
    max_size=20,
)
HEAD: Final = (
    "base_offset",
    "next_offset",
    "magic",
    "attributes",
    "timestamp_type",
    "first_timestamp",
    "max_timestamp",
    "is_transactional",
    "is_control_batch",
)
OF_PRODUCER: Final = ("producer_id", "producer_epoch", "base_sequence")


def ours(records: list[Record]) -> bytes:
    batch = Batch()
    for record in records:
        batch.append(*record)
    return batch.build(*PRODUCER)


def theirs(records: list[Record]) -> bytes:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=4,
        is_transactional=1,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    for offset, (key, value, time_ms, headers) in enumerate(records):
        builder.append(offset, time_ms, key, value, headers)
    builder.set_producer_state(*PRODUCER)
    return bytes(builder.build())


def read(batches: bytes) -> list[Any]:
    """The head of each batch, whether its checksum is right, and its records."""
    memory, found = MemoryRecords(batches), []
    while memory.has_next():
        batch = memory.next_batch()
        found.append(
            (
                {name: getattr(batch, name) for name in (*HEAD, *OF_PRODUCER)},
                batch.validate_crc(),
                [(each.offset, each.timestamp, each.key, each.value, list(each.headers)) for each in batch],
            )
        )
    return found


@given(RECORDS)
def test_what_is_read_is_what_went_in_and_what_the_client_writes(records: list[Record]) -> None:
    ((head, whole, found),) = read(ours(records))
    assert found == [
        (offset, time_ms, key, value, headers) for offset, (key, value, time_ms, headers) in enumerate(records)
    ]
    assert (head, whole, found) == read(theirs(records))[0]
    assert whole


@pytest.mark.parametrize(
    "at", [17, 21, 60, 61, -1], ids=["checksum", "attributes", "count", "first of the records", "last of the records"]
)
def test_a_changed_byte_shows_in_the_checksum(at: int) -> None:
    spoilt = bytearray(ours([(b"key", bytes(range(256)), NOW_MS, [])]))
    spoilt[at] ^= 1
    assert not MemoryRecords(bytes(spoilt)).next_batch().validate_crc()


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        pytest.param([BATCH_BYTES // 2, BATCH_BYTES // 2 - 100], [True, True], id="fits"),
        pytest.param([BATCH_BYTES // 2, BATCH_BYTES // 2 + 100], [True, False], id="the second one is too much"),
        pytest.param([2 * BATCH_BYTES, 1], [True, False], id="the first one may have any size"),
    ],
)
def test_a_full_batch_takes_no_more(sizes: list[int], kept: list[bool]) -> None:
    batch = Batch()
    assert [batch.append(None, bytes(size), NOW_MS) > 0 for size in sizes] == kept
    assert len(read(batch.build(*PRODUCER))[0][2]) == sum(kept)


def test_a_record_that_is_left_out_leaves_no_trace() -> None:
    batch, alone = Batch(), Batch()
    for each in (batch, alone):
        each.append(b"in", bytes(BATCH_BYTES), NOW_MS)
    assert batch.append(b"out", b"later", NOW_MS + 5) == 0
    assert batch.build(*PRODUCER) == alone.build(*PRODUCER)


def test_what_no_batch_holds_goes_on_in_the_next_round() -> None:
    buffer = TransactionBuffer()
    for number in range(5):
        buffer.add("big", 0, b"%d" % number, bytes(BATCH_BYTES // 2), NOW_MS)
    buffer.add("small", 3, b"alone", b"", NOW_MS)
    rounds = buffer.rounds(*PRODUCER[:2])
    assert [[(tp.topic, tp.partition) for tp in batches] for batches in rounds] == [
        [("big", 0), ("small", 3)],
        [("big", 0)],
        [("big", 0)],
        [("big", 0)],
        [("big", 0)],
    ]
    found = [read(batches[tp])[0] for batches in rounds for tp in batches if tp.topic == "big"]
    assert [head["base_sequence"] for head, *_ in found] == [0, 1, 2, 3, 4]
    assert [key for *_, records in found for _, _, key, _, _ in records] == [b"0", b"1", b"2", b"3", b"4"]
    assert buffer.records == 6

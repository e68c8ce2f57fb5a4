"""Fetched batches: whatever their bytes are, each record comes out as it is, or one in its place says why not."""

import random
from collections.abc import Sequence
from typing import Any, Final

import pytest
from aiokafka.consumer import fetcher
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.structs import TopicPartition

from schemas import limits
from schemas.avro_primitives import long
from streams.kafka import batch_reader
from streams.kafka.batch_reader import FetchedBatches, PartitionRecords, Record
from streams.kafka.decompression import GZIP, NONE
from streams.kafka.record import ConsumedRecord, RefusedBatch, RefusedRecord
from streams.kafka.transaction_buffer import TransactionBuffer
from tests.flow import records_of
from tests.hostile_batches import hostile_batch
from tests.raw_batches import BROKEN, FIRST_MS, LEGAL, batch, manifest_batch, record

TP: Final = TopicPartition("manifests.kx", 1)
BROKERS_TIME: Final = 1 << 3
VALUES: Final = [b'{"manifest_id":"M%d"}' % number * 20 for number in range(7)]


def fetched(*batches: bytes, begin: int = 0, aborted: Sequence[tuple[int, int]] = ()) -> PartitionRecords:
    """Fetched batches, from an offset on, as a consumer takes them."""
    check_crcs, isolation_level = True, 1
    return PartitionRecords(
        TP, FetchedBatches(b"".join(batches)), list(aborted), begin, None, None, check_crcs, isolation_level
    )


def read(*batches: bytes, begin: int = 0, aborted: Sequence[tuple[int, int]] = ()) -> list[Record]:
    """What a consumer gets of them."""
    return list(fetched(*batches, begin=begin, aborted=aborted))


def only(*batches: bytes) -> Any:  # noqa: ANN401 - whichever it is
    """The one record that comes out."""
    (found,) = read(*batches)
    assert (found.topic, found.partition) == TP
    return found


def test_every_consumer_of_the_process_reads_this_way() -> None:
    batch_reader.install()
    assert (fetcher.MemoryRecords, fetcher.PartitionRecords) == (FetchedBatches, PartitionRecords)


# What is legal


@pytest.mark.parametrize("framing", LEGAL)
def test_every_legal_framing_is_read(framing: str) -> None:
    found = read(manifest_batch(VALUES, framing, base_offset=40))
    assert [(record.offset, record.value) for record in found] == list(enumerate(VALUES, start=40))
    assert {(record.timestamp, record.timestamp_type) for record in found} == {(FIRST_MS, 0)}


@pytest.mark.parametrize("codec", [0, 1, 2, 3, 4])
def test_what_the_client_library_writes_is_read(codec: int) -> None:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=codec,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 30,
    )
    sent = [
        (1_000 + 7 * offset, key, value, headers)
        for offset, (key, value, headers) in enumerate(
            [(None, None, []), (b"", b"", [("a", b"")]), (b"k" * 300, b"v" * 70_000, [("ä", b"1"), ("n", None)])] * 30
        )
    ]
    for offset, (time_ms, key, value, headers) in enumerate(sent):
        builder.append(offset, time_ms, key, value, headers)
    found = read(bytes(builder.build()))
    assert [(each.timestamp, each.key, each.value, list(each.headers)) for each in found] == sent


HEADERS: Final = {
    "a null value": (b"h", None),
    "an empty value": (b"h", b""),
    "no name": (b"", b"v"),
    "a name that is no UTF-8": (b"\xff\xfe", b"v"),
    "a name cut off within a letter": ("h관".encode()[:-1], b"v"),
    "a name with a surrogate": (b"\xed\xa0\x80", b"v"),
    "a name with a NUL": (b"\0", b"\0"),
    "a name of ours": (b"x-original-topic", None),
    "a long name": (b"n" * 30_000, b"v" * 30_000),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_a_header_is_read_and_written_again_byte_by_byte(header: tuple[bytes, bytes | None]) -> None:
    (found,) = read(batch(record(0, b"v", headers=[header, (b"", b"")])))
    ((name, value), _) = found.headers
    assert (name.encode(errors="surrogateescape"), value) == header
    buffer = TransactionBuffer()
    buffer.add("dead-letters", 0, b"k", b"v", 0, found.headers)
    assert records_of(buffer)[0].headers == found.headers


@pytest.mark.parametrize("key", [None, b"", b"\xff\xfe", b"k" * 200_000])
@pytest.mark.parametrize("value", [None, b"", b"\0" * 300_000])
@pytest.mark.parametrize("since_ms", [0, -1, -FIRST_MS - 1, 2**62])
def test_every_key_size_and_time_is_read(key: bytes | None, value: bytes | None, since_ms: int) -> None:
    found = only(batch(record(0, value, key, since_ms=since_ms)))
    assert (found.key, found.value, found.timestamp) == (key, value, FIRST_MS + since_ms)


def test_the_brokers_time_is_that_of_all_records() -> None:
    found = only(batch(record(0, b"v", since_ms=-5), attributes=BROKERS_TIME, latest_ms=99))
    assert (found.timestamp, found.timestamp_type) == (99, 1)


def test_numbers_may_be_longer_than_they_need_be() -> None:
    body = b"\0" + b"\x80\x00" + b"\x80\x80\x00" + b"\x82\x00k" + b"\x82\x80\x80\x00v" + b"\x80\x00"
    found = only(batch(long(len(body)) + body))
    assert (found.key, found.value) == (b"k", b"v")


def test_a_compacted_batch_has_gaps_and_leads_behind_its_last_record() -> None:
    partition = fetched(batch(record(3, b"a") + record(8, b"b"), count=2, last=20))
    assert [found.offset for found in partition] == [3, 8]
    assert partition.next_fetch_offset == 21


def test_an_emptied_batch_is_passed_over() -> None:
    assert [each.offset for each in read(batch(b"", count=0, last=4), batch(record(0, b"v"), base_offset=5))] == [5]


def test_a_batch_is_read_from_within() -> None:
    assert [each.offset for each in read(manifest_batch(VALUES), begin=5)] == [5, 6]


def test_a_batch_that_the_fetch_cut_off_is_left_for_the_next_fetch() -> None:
    whole = manifest_batch(VALUES)
    for size in range(1, len(whole), 7):
        assert [each.offset for each in read(whole, batch(record(0, b"v"), base_offset=7)[:size])][-1] >= 6


# What is broken


@pytest.mark.parametrize("framing", BROKEN)
def test_a_broken_batch_is_one_record_that_says_what_it_held(framing: str) -> None:
    broken = manifest_batch(VALUES, framing, base_offset=7)
    before, found, after = read(
        batch(record(0, b"v"), base_offset=6), broken, batch(record(0, b"w"), base_offset=7 + len(VALUES))
    )
    assert (before.value, after.value) == (b"v", b"w")
    assert isinstance(found, RefusedBatch)
    assert (found.first_offset, found.offset, found.records) == (7, 6 + len(VALUES), len(VALUES))
    assert (found.batch, found.key, found.value, found.headers) == (broken, None, None, ())
    assert found.why
    assert not found.is_too_large


RECORD: Final = record(0, b"value", b"key", [(b"name", b"content")])
SPOILED: Final = {
    "a record too few": batch(RECORD, count=2),
    "a record too many": batch(RECORD + record(1, b"v"), count=1, last=1),
    "bytes behind": batch(RECORD + b"\0"),
    "no records": batch(b""),
    "a record cut off": batch(RECORD[:-1]),
    "a record that says it is longer": batch(long(len(RECORD) + 3) + RECORD[1:] + b"abcd"),
    "a record that says it is shorter": batch(long(2) + RECORD[1:]),
    "a record of a negative length": batch(long(-3) + RECORD[1:]),
    "a record of a huge length": batch(long(2**60) + RECORD[1:]),
    "a key of a huge length": batch(long(8) + b"\0\0\0" + long(2**31)),
    "a value beyond the record": batch(long(8) + b"\0\0\0\1" + long(300) + b"v\0"),
    "headers fewer than none": batch(record(0, b"v", header_bytes=long(-1))),
    "a header too few": batch(record(0, b"v", header_bytes=long(2) + b"\2a\2b")),
    "a header without a name": batch(record(0, b"v", header_bytes=long(1) + long(-1) + b"\2b")),
    "a header beyond the record": batch(record(0, b"v", header_bytes=long(1) + long(90) + b"a")),
    "a number without an end": batch(b"\xff" * 30),
    "a number of eleven bytes": batch(b"\x80" * 10 + b"\0" + RECORD),
    "an offset before the batch": batch(record(-1, b"v")),
    "an offset behind the batch": batch(record(1, b"v")),
    "an offset twice": batch(record(0, b"v") + record(0, b"w"), count=2),
    "offsets the wrong way round": batch(record(1, b"v") + record(0, b"w"), count=2),
    "a time beyond all": batch(record(0, b"v", since_ms=2**63 - 1)),
    "a wrong checksum": batch(RECORD, crc=1),
    "another format": batch(RECORD, magic=1),
    "a format to come": batch(RECORD, magic=3),
    "a head cut off": batch(RECORD)[:8] + (30).to_bytes(4) + batch(RECORD)[12:42],
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED.keys())
def test_a_spoiled_batch_is_refused_as_one(spoiled: bytes) -> None:
    found = read(spoiled, manifest_batch(VALUES, base_offset=40))
    assert isinstance(found[0], RefusedBatch)
    assert found[0].batch == spoiled
    assert [each.offset for each in found[1:]] == list(range(40, 47))


# Limits


def test_headers_at_the_limit_are_read_and_one_more_sets_the_record_aside_alone() -> None:
    most = limits.HEADERS_PER_RECORD_MAX
    sent = [(b"", b"")] * most
    data = record(0, b"a", headers=sent) + record(1, b"b", b"k", [*sent, (b"", b"")]) + record(2, b"c")
    first, refused, last = read(batch(data, count=3))
    assert len(first.headers) == most
    assert isinstance(last, ConsumedRecord)
    assert isinstance(refused, RefusedRecord)
    assert (refused.key, refused.value, refused.headers) == (b"k", b"b", ())
    assert refused.raw_headers == long(most + 1) + b"\0\0" * (most + 1)
    assert str(most + 1) in refused.why


def test_bytes_of_headers_at_the_limit_are_read_and_one_more_sets_the_record_aside() -> None:
    around = len(long(1)) + 4 + len(b"name") - 1
    at_limit = b"v" * (limits.HEADER_BYTES_MAX - around)
    (found,) = read(batch(record(0, b"v", headers=[(b"name", at_limit)])))
    assert not isinstance(found, RefusedRecord)
    (found,) = read(batch(record(0, b"v", headers=[(b"name", at_limit + b"v")])))
    assert isinstance(found, RefusedRecord)


def test_four_million_headers_are_not_built(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(*_: object) -> None:
        raise AssertionError("a header was built")

    monkeypatch.setattr(batch_reader, "_headers", build)
    codec, compress = LEGAL["zstd"]
    found = only(batch(compress(record(0, b"v", header_bytes=long(4_100_000) + b"\0\0" * 4_100_000)), codec))
    assert isinstance(found, RefusedRecord)


def test_headers_of_a_batch_at_the_limit_are_read_and_one_more_refuses_it() -> None:
    most = limits.HEADERS_PER_RECORD_MAX
    full = limits.BATCH_HEADERS_MAX // most
    data = b"".join(record(number, b"v", headers=[(b"", b"")] * most) for number in range(full))
    assert len(read(batch(data, count=full))) == full
    found = only(batch(data + record(full, b"v", headers=[(b"", b"")]), count=full + 1))
    assert (found.is_too_large, found.records) == (True, full + 1)


def test_records_at_the_limit_are_read_and_one_more_refuses_the_batch() -> None:
    most = limits.BATCH_RECORDS_MAX
    data = b"".join(record(number, None) for number in range(most))
    assert len(read(batch(data, count=most))) == most
    found = only(batch(data + record(most, None), count=most + 1))
    assert (found.is_too_large, found.records, found.first_offset, found.offset) == (True, most + 1, 0, most)


def test_a_bomb_is_refused_as_one_that_says_what_it_held() -> None:
    codec, compress = LEGAL["gzip"]
    data = b"".join(record(number, bytes(limits.BATCH_BYTES_MAX // 3)) for number in range(4))
    found = only(batch(compress(data), codec, count=4))
    assert (found.is_too_large, found.records) == (True, 4)
    assert found.why.endswith("send smaller batches")


# Transactions, which aiokafka sorts out by the fields of a batch


def test_what_was_aborted_is_left_out() -> None:
    sent = TransactionBuffer()
    sent.add("manifests.kx", 1, b"k", b"aborted", 0)
    ((_, raw),) = sent.rounds(producer_id=9, epoch=0)[0].items()
    marker_key = b"\0\0\0\0"
    control = batch(record(0, b"\0\0\0\0\0\0", marker_key), attributes=(1 << 4) | (1 << 5), base_offset=1)
    after = batch(record(0, b"committed"), base_offset=2)
    assert [each.value for each in read(raw, control, after, aborted=[(9, 0)])] == [b"committed"]
    assert [each.value for each in read(raw, control, after)] == [b"aborted", b"committed"]


# Any bytes


@pytest.mark.parametrize("seed", range(4))
def test_every_offset_of_hostile_batches_is_accounted_for(seed: int) -> None:
    """A few hundred of those that `make fuzz` writes at a worker."""
    chance = random.Random(seed)  # noqa: S311 - a seed, no secret
    for _ in range(150):
        raw, count = hostile_batch(chance, base_offset=1_000)
        found = read(raw)
        held = [
            offset
            for each in found
            for offset in (
                range(each.first_offset, each.offset + 1) if isinstance(each, RefusedBatch) else (each.offset,)
            )
        ]
        assert held == list(range(1_000, 1_000 + count))


@pytest.mark.parametrize("codec", [NONE, GZIP])
def test_a_fetch_of_changed_bytes_never_raises(codec: int) -> None:
    compress = {GZIP: LEGAL["gzip"][1], NONE: LEGAL["uncompressed"][1]}[codec]
    chance = random.Random(codec)  # noqa: S311 - a seed, no secret
    data = b"".join(record(number, b"value", b"k", [(b"h", b"v")], since_ms=300) for number in range(5))
    for _ in range(2_000):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        found = read(batch(compress(bytes(changed)), codec, count=chance.choice((5, 5, 5, 1, 6)), last=4))
        assert found

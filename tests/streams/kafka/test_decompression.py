"""Decompression bombs, in every codec that Kafka knows."""

from typing import Any

import pytest
import zstandard
from aiokafka.consumer import fetcher
from aiokafka.record._crecords import default_records
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.structs import TopicPartition

from schemas import limits
from streams.kafka import decompression
from streams.kafka.decompression import REFUSED_HEADER

CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def guarded() -> None:
    decompression.install_limits()


def batch(codec: str, count: int, size: int) -> bytes:
    """A batch of records of zeros."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=CODECS[codec],
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=1 << 40,
    )
    zeros = bytes(size)
    for offset in range(count):
        builder.append(offset, 1_000, None, zeros, [])
    return bytes(builder.build())


def unpacked(*batches: bytes) -> list[Any]:
    """What a consumer gets of fetched batches."""
    check_crcs, isolation_level = True, 1
    return list(
        fetcher.PartitionRecords(
            TopicPartition("manifests.kx", 0),
            MemoryRecords(b"".join(batches)),
            [],
            0,
            None,
            None,
            check_crcs,
            isolation_level,
        )
    )


@pytest.mark.parametrize("codec", CODECS)
def test_batches_within_the_limits_come_out_as_they_went_in(codec: str) -> None:
    records = unpacked(batch(codec, 3, 1_000))
    assert [(record.offset, record.value) for record in records] == [(offset, bytes(1_000)) for offset in range(3)]


@pytest.mark.parametrize("codec", [codec for codec in CODECS if codec != "none"])
@pytest.mark.parametrize(
    ("count", "size"),
    [
        pytest.param(limits.BATCH_BYTES_MAX // MIB + 1, MIB, id="more bytes than the limit"),
        pytest.param(limits.BATCH_RECORDS_MAX + 1, 0, id="more records than the limit"),
    ],
)
def test_a_bomb_comes_out_as_one_record_that_says_why(codec: str, count: int, size: int) -> None:
    (record,) = unpacked(batch(codec, count, size))
    assert (record.offset, record.key, record.value) == (count - 1, None, None)
    assert dict(record.headers)[REFUSED_HEADER].endswith(b"send smaller batches")


@pytest.mark.parametrize(
    "size",
    [
        pytest.param(limits.BATCH_BYTES_MAX - MIB, id="within the limit"),
        pytest.param(limits.BATCH_BYTES_MAX + MIB, id="a bomb"),
    ],
)
def test_zstd_that_does_not_say_its_size(size: int) -> None:
    """As Java's streams write it: nothing is believed of it, and no more of it unpacked than may be."""
    writer = zstandard.ZstdCompressor().compressobj()
    payload = writer.compress(bytes(size)) + writer.flush()
    assert zstandard.get_frame_parameters(payload).content_size == zstandard.CONTENTSIZE_UNKNOWN
    if size <= limits.BATCH_BYTES_MAX:
        assert default_records.zstd_decode(payload) == bytes(size)
    else:
        with pytest.raises(decompression.BombError):
            default_records.zstd_decode(payload)


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_just_below_the_limit_is_no_bomb(codec: str) -> None:
    records = unpacked(batch(codec, limits.BATCH_BYTES_MAX // MIB - 1, MIB))
    assert len(records) == limits.BATCH_BYTES_MAX // MIB - 1

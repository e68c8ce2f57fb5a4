"""Decompression bombs: a few kilobytes that unpack to gigabytes never reach a worker's memory.

aiokafka unpacks a batch whole and without limit. `install_limits` puts bounded decoders in place, for all readers
of this process; a batch beyond the limits comes out as one record without value, whose header says why, so that it is
set aside like any other record that can't be read. The broker's own limit holds for each record, not for a batch.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cramjam
import zstandard
from aiokafka import codec
from aiokafka.consumer import fetcher
from aiokafka.record._crecords import default_records

from schemas import limits

REFUSED_HEADER: Final = "x-refused"
"""Header of the record that replaces a refused batch; its value is a sentence."""
_FIRST_BYTES: Final = 64 * 1024
_GZIP: Final = 31
_XERIAL_HEADER: Final = 16


class BombError(ValueError):
    """A batch that unpacks beyond the limits."""


def install_limits() -> None:
    """Bound what every reader of this process unpacks; calling it again changes nothing."""
    default_records.zstd_decode = _unzstd
    default_records.lz4_decode = _unlz4
    default_records.gzip_decode = _gunzip
    default_records.snappy_decode = _unsnap
    fetcher.PartitionRecords = GuardedPartitionRecords


def _too_large() -> BombError:
    return BombError(f"the batch unpacks to more than {limits.BATCH_BYTES_MAX} bytes; send smaller batches")


_ZSTD: Final = zstandard.ZstdDecompressor(max_window_size=limits.BATCH_BYTES_MAX)


def _unzstd(payload: Any) -> bytes:  # noqa: ANN401 - whatever buffer the client has
    """A frame says how much it unpacks to, where its writer knew."""
    size = zstandard.get_frame_parameters(payload).content_size
    if size == zstandard.CONTENTSIZE_UNKNOWN:
        unpacked = bytearray()
        for part in _ZSTD.read_to_iter(payload):
            unpacked += part
            if len(unpacked) > limits.BATCH_BYTES_MAX:
                raise _too_large()
        return bytes(unpacked)
    if size > limits.BATCH_BYTES_MAX:
        raise _too_large()
    return _ZSTD.decompress(payload)


def _unlz4(payload: Any) -> bytes:  # noqa: ANN401 - any field
    """Tries buffers of growing size, up to the limit."""
    size = max(_FIRST_BYTES, 8 * len(payload))
    while True:
        buffer = bytearray(min(size, limits.BATCH_BYTES_MAX))
        try:
            return bytes(memoryview(buffer)[: cramjam.lz4.decompress_into(payload, buffer)])
        except cramjam.DecompressionError as error:
            if "write whole buffer" not in str(error) and "too small" not in str(error):
                raise
        if size >= limits.BATCH_BYTES_MAX:
            raise _too_large()
        size *= 4


def _gunzip(payload: Any) -> bytes:  # noqa: ANN401 - any field
    unpacked = zlib.decompressobj(_GZIP).decompress(payload, limits.BATCH_BYTES_MAX + 1)
    if len(unpacked) > limits.BATCH_BYTES_MAX:
        raise _too_large()
    return unpacked


def _unsnap(payload: Any) -> bytes:  # noqa: ANN401 - any field
    """Snappy says the size of each block before it."""
    blocks = _snappy_blocks(bytes(payload))
    if sum(cramjam.snappy.decompress_raw_len(block) for block in blocks) > limits.BATCH_BYTES_MAX:
        raise _too_large()
    return bytes(codec.snappy_decode(payload))


def _snappy_blocks(payload: bytes) -> list[bytes]:
    if not codec._detect_xerial_stream(payload):  # noqa: SLF001 - the same question the decoder asks
        return [payload]
    blocks = []
    at = _XERIAL_HEADER
    while at < len(payload):
        size = int.from_bytes(payload[at : at + 4], signed=True)
        if size <= 0:
            raise BombError("a Snappy block of no size; send a sound batch")
        blocks.append(payload[at + 4 : at + 4 + size])
        at += 4 + size
    return blocks


@dataclass(frozen=True, slots=True)
class RefusedRecord:
    """What replaces a refused batch."""

    offset: int
    timestamp: int
    timestamp_type: int
    headers: list[tuple[str, bytes]]
    key: None = None
    value: None = None
    checksum: None = None


class GuardedBatch:
    """A batch that gives one record in place of its own when they must not be unpacked."""

    def __init__(self, batch: Any) -> None:  # noqa: ANN401 - aiokafka's batch
        self._batch = batch

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any field
        return getattr(self._batch, name)

    def __next__(self) -> Any:  # noqa: ANN401 - aiokafka looks into control batches this way
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        batch = self._batch
        count = batch.next_offset - batch.base_offset
        if count > limits.BATCH_RECORDS_MAX:
            return self._refused(
                f"the batch has {count} records; {limits.BATCH_RECORDS_MAX} at most: send smaller batches"
            )
        try:
            return iter(batch)
        except BombError as error:
            return self._refused(str(error))

    def _refused(self, why: str) -> Iterator[RefusedRecord]:
        # At the batch's last offset: what is committed then lies behind the whole batch.
        return iter(
            [
                RefusedRecord(
                    self._batch.next_offset - 1,
                    self._batch.max_timestamp,
                    self._batch.timestamp_type,
                    [(REFUSED_HEADER, why.encode())],
                )
            ]
        )


class GuardedRecords:
    """Fetched batches behind the guard."""

    def __init__(self, records: Any) -> None:  # noqa: ANN401 - aiokafka's MemoryRecords
        self._records = records

    def has_next(self) -> bool:
        """Whether there is another batch."""
        return bool(self._records.has_next())

    def next_batch(self) -> GuardedBatch:
        """The next batch."""
        return GuardedBatch(self._records.next_batch())


class GuardedPartitionRecords(fetcher.PartitionRecords):
    """aiokafka's records of one fetched partition, behind the guard."""

    def __init__(self, tp: Any, records: Any, *rest: Any) -> None:  # noqa: ANN401 - any field
        super().__init__(tp, GuardedRecords(records), *rest)

"""Reads fetched batches, whatever their bytes are: records come out as they are, or one says why they don't.

aiokafka unpacks a batch whole and without limit, builds any number of headers, reads beyond the end of a batch whose
lengths are wrong, and what it can't read ends the consumer, again after every restart. `install` puts this reader in
its place, for all consumers of this process.

A batch is read whole before its first record is handed over: where one can't be read, nobody knows what the others
are, and the batch is set aside as one.
https://kafka.apache.org/documentation/#recordbatch
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

from schemas import limits, topics
from streams.kafka import decompression
from streams.kafka.decompression import RefusedError, TooLargeError
from streams.kafka.record import ConsumedRecord, Header, RefusedBatch, RefusedRecord

Record = ConsumedRecord | RefusedRecord | RefusedBatch

POLL_BYTES_MAX: Final = 4 * 1024 * 1024
"""Of one partition's records that are handed over at once: a fetch of a megabyte may unpack to gigabytes."""
RECORD_BYTES: Final = 200
"""Of a record or a header, beside what it says."""

_FRAME: Final = struct.Struct(">qi")
"""Base offset, bytes that follow."""
_MAGIC_AT: Final = 16
_MAGIC: Final = 2
_CRC: Final = struct.Struct(">I")
_CRC_AT: Final = 17
_HEAD: Final = struct.Struct(">hiqqqhii")
"""Attributes, last offset, first and latest time, producer, epoch, sequence, count; the checksum covers it and the
records.
"""
_HEAD_AT: Final = 21
_RECORDS_AT: Final = _HEAD_AT + _HEAD.size
_NO_HEAD: Final = (0,) * 8
_CODEC: Final = 0b111
_BROKERS_TIME: Final = 1 << 3
_TRANSACTIONAL: Final = 1 << 4
_CONTROL: Final = 1 << 5
_MORE: Final = 0x80
_VARINT_BITS_MAX: Final = 64
_TIME_MS: Final = 1 << 63
_ENDS_TOO_SOON: Final = "the batch ends within a record"


def install() -> None:
    """Have every consumer of this process read through `FetchedBatches`; calling it again changes nothing."""
    fetcher.MemoryRecords = FetchedBatches
    fetcher.PartitionRecords = PartitionRecords
    fetcher.FetchResult = FetchResult


class Place(NamedTuple):
    """Where records come from and when the broker stored them."""

    topic: str
    partition: int
    first_offset: int
    first_ms: int
    broker_ms: int | None
    """None: each record has its sender's time."""


class FetchedBatch:
    """One batch, with the fields by which aiokafka finds out which of them are committed."""

    def __init__(self, raw: memoryview, tp: TopicPartition) -> None:
        self._raw, self._tp = raw, tp
        self.base_offset: int = _FRAME.unpack_from(raw)[0]
        self._broken = _broken(raw)
        has_head = len(raw) >= _RECORDS_AT and raw[_MAGIC_AT] == _MAGIC
        attributes, last, self._first_ms, self.max_timestamp, producer_id, _, _, self._count = (
            _HEAD.unpack_from(raw, _HEAD_AT) if has_head else _NO_HEAD
        )
        # The broker goes by the last offset, whatever the checksum is: else the same batch would be fetched for ever.
        self.next_offset: int = self.base_offset + max(last, 0) + 1
        self._attributes: int = 0 if self._broken else attributes
        self.producer_id: int | None = None if self._broken else producer_id
        self.is_transactional = bool(self._attributes & _TRANSACTIONAL)
        self.is_control_batch = bool(self._attributes & _CONTROL)

    def validate_crc(self) -> bool:
        """A batch with a wrong checksum comes out as refused; for aiokafka it would be the end."""
        return True

    def __next__(self) -> Record:
        """The first record: aiokafka looks into control batches this way."""
        return self._records()[0]

    def __iter__(self) -> Iterator[Record]:
        try:
            return iter(self._records())
        except RefusedError as error:
            return iter((self._refused(error),))

    def _records(self) -> list[Record]:
        if self._broken:
            raise RefusedError(self._broken)
        if self._count > limits.BATCH_RECORDS_MAX:
            raise TooLargeError(
                f"the batch has {self._count} records; {limits.BATCH_RECORDS_MAX} at most: send smaller batches"
            )
        attributes = self._attributes
        data = decompression.unpack(attributes & _CODEC, self._raw[_RECORDS_AT:])
        place = Place(
            self._tp.topic,
            self._tp.partition,
            self.base_offset,
            self._first_ms,
            self.max_timestamp if attributes & _BROKERS_TIME else None,
        )
        try:
            return read_records(data, self._count, place, self.next_offset)
        except IndexError:
            raise RefusedError(_ENDS_TOO_SOON) from None

    def _refused(self, error: RefusedError) -> RefusedBatch:
        return RefusedBatch(
            self._tp.topic,
            self._tp.partition,
            self.next_offset - 1,
            self.max_timestamp,
            int(bool(self._attributes & _BROKERS_TIME)),
            None,
            None,
            (),
            first_offset=self.base_offset,
            records=max(self._count, 0) or self.next_offset - self.base_offset,
            batch=bytes(self._raw),
            why=str(error),
            is_too_large=error.is_too_large,
        )


def _broken(raw: memoryview) -> str:
    """What is wrong with a batch as such, before its records are looked at; empty where nothing is."""
    if len(raw) < _RECORDS_AT:
        return "the batch is shorter than its own head"
    if raw[_MAGIC_AT] != _MAGIC:
        return f"the batch has format {raw[_MAGIC_AT]}; this reads format {_MAGIC}, Kafka's since 0.11"
    if calc_crc32c(bytes(raw[_HEAD_AT:])) != _CRC.unpack_from(raw, _CRC_AT)[0]:
        return "the checksum of the batch is wrong"
    return ""


def read_records(data: bytes | bytearray, count: int, place: Place, next_offset: int) -> list[Record]:
    """All records of a batch; raises RefusedError where one is broken, IndexError where it ends too soon."""
    found: list[Record] = []
    topic, partition, first_offset, first_ms, broker_ms = place
    timestamp_type = 0 if broker_ms is None else 1
    at, offset_before = 0, first_offset - 1
    is_ours = topic == topics.DEAD_LETTERS  # what is there was within the limits when it came, ours beside it is not
    headers_left = len(data) if is_ours else limits.BATCH_HEADERS_MAX
    for _ in range(count):
        size, at = _varint(data, at)
        end = at + size
        since_ms, at = _varint(data, at + 1)  # behind the attributes, which are unused
        behind, at = _varint(data, at)
        key, at = _bytes(data, at)
        value, at = _bytes(data, at)
        offset = first_offset + behind
        timestamp = first_ms + since_ms if broker_ms is None else broker_ms
        header_count, headers_at = _varint(data, at)
        why = _beyond_limits(header_count, end - headers_at) if header_count and not is_ours else ""
        if why:
            record: Record = RefusedRecord(
                topic,
                partition,
                offset,
                timestamp,
                timestamp_type,
                key,
                value,
                (),
                raw_headers=bytes(data[at:end]),
                why=why,
            )
            at = max(headers_at, end)
        else:
            if header_count < 0:
                raise RefusedError("a record of the batch has fewer headers than none")
            headers_left -= header_count
            if headers_left < 0:
                raise TooLargeError(f"the batch has more than {limits.BATCH_HEADERS_MAX} headers; send smaller batches")
            headers, at = _headers(data, headers_at, header_count) if header_count else ((), headers_at)
            record = ConsumedRecord(topic, partition, offset, timestamp, timestamp_type, key, value, headers)
        if at != end or end > len(data):
            raise RefusedError("a record of the batch is not as long as it says")
        if not offset_before < offset < next_offset or not -_TIME_MS <= timestamp < _TIME_MS:
            raise RefusedError("a record of the batch has an offset or a time that can't be")
        offset_before = offset
        found.append(record)
    if at != len(data):
        raise RefusedError(f"the batch has {len(data) - at} bytes behind its {count} records")
    return found


def _beyond_limits(count: int, size: int) -> str:
    """What a record's headers are too many or too large for; empty where they are not."""
    if count > limits.HEADERS_PER_RECORD_MAX:
        return f"{count} headers; a record has {limits.HEADERS_PER_RECORD_MAX} at most"
    if size > limits.HEADER_BYTES_MAX:
        return f"{size} bytes of headers; a record has {limits.HEADER_BYTES_MAX} at most"
    return ""


def _headers(data: bytes | bytearray, at: int, count: int) -> tuple[tuple[Header, ...], int]:
    """The headers of a record, and where they end."""
    headers: list[Header] = []
    for _ in range(count):
        name, at = _bytes(data, at)
        if name is None:
            raise RefusedError("a header of the batch has no name")
        value, at = _bytes(data, at)
        headers.append((name.decode(errors="surrogateescape"), value))
    return tuple(headers), at


def _bytes(data: bytes | bytearray, at: int) -> tuple[bytes | None, int]:
    """Bytes with their length before them, and where they end; None where the length is negative."""
    size, at = _varint(data, at)
    if size < 0:
        return None, at
    end = at + size
    return bytes(data[at:end]), end


def _varint(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """A number of up to ten bytes, and where it ends."""
    number = data[at]
    if number >= _MORE:
        number &= ~_MORE
        shift = 7
        while True:
            at += 1
            byte = data[at]
            number |= (byte & ~_MORE) << shift
            if byte < _MORE:
                break
            shift += 7
            if shift >= _VARINT_BITS_MAX:
                raise RefusedError("a number of the batch has more than ten bytes")
    return number >> 1 ^ -(number & 1), at + 1


class FetchedBatches:
    """The batches of one fetched partition; a last one that was cut off by the fetch is left out."""

    def __init__(self, raw: bytes) -> None:
        self._raw, self._at = memoryview(raw or b""), 0
        self.tp = TopicPartition("", 0)

    def size_in_bytes(self) -> int:
        """Of all, the cut off one included."""
        return len(self._raw)

    def has_next(self) -> bool:
        """Whether there is another whole batch."""
        return self._end() <= len(self._raw)

    def next_batch(self) -> FetchedBatch:
        """The next batch."""
        begun, self._at = self._at, self._end()
        return FetchedBatch(self._raw[begun : self._at], self.tp)

    def _end(self) -> int:
        if len(self._raw) - self._at < _FRAME.size:
            return len(self._raw) + 1
        size: int = _FRAME.unpack_from(self._raw, self._at)[1]
        if size < 0:
            raise CorruptRecordException(f"{self.tp}: a batch of {size} bytes")
        return self._at + _FRAME.size + size


class PartitionRecords(fetcher.PartitionRecords):
    """aiokafka's records of one fetched partition: it leaves out what was aborted, and takes records as they are."""

    def __init__(self, tp: TopicPartition, records: FetchedBatches, *rest: Any) -> None:  # noqa: ANN401 - any field
        super().__init__(tp, records, *rest)
        records.tp = tp

    def _consumer_record(self, tp: TopicPartition, record: Record) -> Record:  # noqa: ARG002 - aiokafka's
        return record


class FetchResult(fetcher.FetchResult):
    """aiokafka's fetch of one partition, handed over by bytes and not only by records."""

    _partition_records: PartitionRecords | None

    def getall(self, max_records: int | None = None) -> list[Record]:
        """The next records."""
        records = self._partition_records if self.check_assignment(self._topic_partition) else None
        if records is None:
            return []
        taken: list[Record] = []
        size = 0
        for record in records:
            taken.append(record)
            size += bytes_of(record)
            if size >= POLL_BYTES_MAX or len(taken) == max_records:
                self._update_position()
                return taken
        self._update_position()
        self._partition_records = None
        return taken


def bytes_of(record: Record) -> int:
    """What a record holds in memory, about."""
    size = RECORD_BYTES + len(record.value or b"") + len(record.key or b"")
    if record.headers:
        size += sum(RECORD_BYTES + len(name) + len(value or b"") for name, value in record.headers)
    if isinstance(record, RefusedBatch):
        return size + len(record.batch)
    return size + len(record.raw_headers) if isinstance(record, RefusedRecord) else size

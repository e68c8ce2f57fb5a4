"""The requests of Kafka's protocol that exactly-once needs and aiokafka does not speak.

Transactions of the second version (KIP-890): the broker adds partitions and offsets to a transaction by itself, and
the end of each transaction raises the producer's epoch, so that a delayed request of an earlier one is fenced.
Offsets are committed with the group's generation (KIP-447) and read back only when no transaction is pending on them.
"""

from collections.abc import Iterable, Mapping, Sequence

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import (
    Boolean,
    CompactArray,
    CompactBytes,
    CompactString,
    Int16,
    Int32,
    Int64,
    Schema,
    TaggedFields,
)

TEXT = CompactString("utf-8")
TAGS = ("tags", TaggedFields)
NONE: dict[int, bytes] = {}

Error = int
"""A code of Kafka's protocol; 0 is none."""


class _InitProducerIdResponse(Response):
    API_KEY = 22
    API_VERSION = 4
    SCHEMA = Schema(
        ("throttle_time_ms", Int32), ("error_code", Int16), ("producer_id", Int64), ("producer_epoch", Int16), TAGS
    )


class _InitProducerIdStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 22
    API_VERSION = 4
    RESPONSE_TYPE = _InitProducerIdResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("transaction_timeout_ms", Int32),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        TAGS,
    )


class InitProducerId(Request[_InitProducerIdStruct]):
    """Ask for a producer id; aborts what an earlier holder of the transactional id left open, and fences it."""

    API_KEY = 22

    def __init__(self, transactional_id: str, timeout_ms: int) -> None:
        self._fields = (transactional_id, timeout_ms, -1, -1, NONE)

    def build(self, request_struct_class: type[_InitProducerIdStruct]) -> _InitProducerIdStruct:
        """The request of the negotiated version."""
        return request_struct_class(*self._fields)


class _ProduceResponse(Response):
    API_KEY = 0
    API_VERSION = 12
    SCHEMA = Schema(
        (
            "responses",
            CompactArray(
                ("name", TEXT),
                (
                    "partition_responses",
                    CompactArray(
                        ("index", Int32),
                        ("error_code", Int16),
                        ("base_offset", Int64),
                        ("log_append_time_ms", Int64),
                        ("log_start_offset", Int64),
                        ("record_errors", CompactArray(("batch_index", Int32), ("message", TEXT), TAGS)),
                        ("error_message", TEXT),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        ("throttle_time_ms", Int32),
        TAGS,
    )


class _ProduceStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 0
    API_VERSION = 12
    RESPONSE_TYPE = _ProduceResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("acks", Int16),
        ("timeout_ms", Int32),
        (
            "topics",
            CompactArray(
                ("name", TEXT), ("partitions", CompactArray(("index", Int32), ("records", CompactBytes), TAGS)), TAGS
            ),
        ),
        TAGS,
    )


class Produce(Request[_ProduceStruct]):
    """Write one batch to each of some partitions of one broker."""

    API_KEY = 0
    _ALL = -1

    def __init__(
        self, transactional_id: str | None, timeout_ms: int, batches: Mapping[str, Iterable[tuple[int, bytes]]]
    ) -> None:
        topics = [
            (topic, [(partition, batch, NONE) for partition, batch in partitions], NONE)
            for topic, partitions in batches.items()
        ]
        self._fields = (transactional_id, self._ALL, timeout_ms, topics, NONE)

    def build(self, request_struct_class: type[_ProduceStruct]) -> _ProduceStruct:
        """The request of the negotiated version."""
        return request_struct_class(*self._fields)

    @staticmethod
    def errors(response: Response) -> list[tuple[str, int, Error, str | None]]:
        """Per partition: topic, partition, error, what the broker says of it."""
        return [(name, part[0], part[1], part[6]) for name, parts, _ in response.responses for part in parts]


class _TxnOffsetCommitResponse(Response):
    API_KEY = 28
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("name", TEXT), ("partitions", CompactArray(("index", Int32), ("error_code", Int16), TAGS)), TAGS
            ),
        ),
        TAGS,
    )


class _TxnOffsetCommitStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 28
    API_VERSION = 5
    RESPONSE_TYPE = _TxnOffsetCommitResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT),
        ("group_id", TEXT),
        ("producer_id", Int64),
        ("producer_epoch", Int16),
        ("generation_id", Int32),
        ("member_id", TEXT),
        ("group_instance_id", TEXT),
        (
            "topics",
            CompactArray(
                ("name", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("index", Int32), ("offset", Int64), ("leader_epoch", Int32), ("metadata", TEXT), TAGS
                    ),
                ),
                TAGS,
            ),
        ),
        TAGS,
    )


class TxnOffsetCommit(Request[_TxnOffsetCommitStruct]):
    """Commit offsets within a transaction, in the name of one member of one generation of the group."""

    API_KEY = 28

    def __init__(
        self,
        producer: tuple[str, int, int],
        group: tuple[str, int, str],
        offsets: Mapping[str, Iterable[tuple[int, int]]],
    ) -> None:
        """`producer`: transactional id, producer id, epoch.

        `group`: group id, generation, member id. `offsets`: per topic partition and next offset.
        """
        transactional_id, producer_id, epoch = producer
        group_id, generation, member_id = group
        topics = [
            (topic, [(partition, offset, -1, "", NONE) for partition, offset in partitions], NONE)
            for topic, partitions in offsets.items()
        ]
        self._fields = (transactional_id, group_id, producer_id, epoch, generation, member_id, None, topics, NONE)

    def build(self, request_struct_class: type[_TxnOffsetCommitStruct]) -> _TxnOffsetCommitStruct:
        """The request of the negotiated version."""
        return request_struct_class(*self._fields)

    @staticmethod
    def errors(response: Response) -> list[Error]:
        """The error of each partition."""
        return [error for _, partitions, _ in response.topics for _, error, _ in partitions]


class _EndTxnResponse(Response):
    API_KEY = 26
    API_VERSION = 5
    SCHEMA = Schema(
        ("throttle_time_ms", Int32), ("error_code", Int16), ("producer_id", Int64), ("producer_epoch", Int16), TAGS
    )


class _EndTxnStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 26
    API_VERSION = 5
    RESPONSE_TYPE = _EndTxnResponse
    SCHEMA = Schema(
        ("transactional_id", TEXT), ("producer_id", Int64), ("producer_epoch", Int16), ("committed", Boolean), TAGS
    )


class EndTxn(Request[_EndTxnStruct]):
    """Commit the transaction.

    There is no abort: who can't commit gives the producer up, and its successor's start aborts.
    """

    API_KEY = 26

    def __init__(self, transactional_id: str, producer_id: int, epoch: int) -> None:
        self._fields = (transactional_id, producer_id, epoch, True, NONE)

    def build(self, request_struct_class: type[_EndTxnStruct]) -> _EndTxnStruct:
        """The request of the negotiated version."""
        return request_struct_class(*self._fields)


class _OffsetFetchResponse(Response):
    API_KEY = 9
    API_VERSION = 7
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "topics",
            CompactArray(
                ("name", TEXT),
                (
                    "partitions",
                    CompactArray(
                        ("index", Int32),
                        ("offset", Int64),
                        ("leader_epoch", Int32),
                        ("metadata", TEXT),
                        ("error_code", Int16),
                        TAGS,
                    ),
                ),
                TAGS,
            ),
        ),
        ("error_code", Int16),
        TAGS,
    )


class _OffsetFetchStruct(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 9
    API_VERSION = 7
    RESPONSE_TYPE = _OffsetFetchResponse
    SCHEMA = Schema(
        ("group_id", TEXT),
        ("topics", CompactArray(("name", TEXT), ("partitions", CompactArray(Int32)), TAGS)),
        ("require_stable", Boolean),
        TAGS,
    )


class OffsetFetch(Request[_OffsetFetchStruct]):
    """Read committed offsets, refused while a transaction on them is pending."""

    API_KEY = 9

    def __init__(self, group_id: str, partitions: Mapping[str, Sequence[int]]) -> None:
        self._fields = (group_id, [(topic, list(numbers), NONE) for topic, numbers in partitions.items()], True, NONE)

    def build(self, request_struct_class: type[_OffsetFetchStruct]) -> _OffsetFetchStruct:
        """The request of the negotiated version."""
        return request_struct_class(*self._fields)

    @staticmethod
    def offsets(response: Response) -> list[tuple[str, int, int, Error]]:
        """Per partition: topic, partition, next offset (-1: none committed), error."""
        return [(name, part[0], part[1], part[4]) for name, parts, _ in response.topics for part in parts]

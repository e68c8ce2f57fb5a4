"""The requests of exactly-once, byte for byte as Kafka's message definitions say."""

from io import BytesIO
from typing import Any

import pytest
from aiokafka.protocol.api import Request, RequestHeader_v2, RequestStruct, Response

from streams.kafka.requests import EndTxn, InitProducerId, OffsetFetch, Produce, TxnOffsetCommit

EPOCH = 2
PRODUCER = 0x0102030405060708

REQUESTS = [
    pytest.param(
        InitProducerId("ab", 10_000),
        (22, 4),
        "03 6162"  # transactional id: length + 1, text
        "00002710"  # timeout in ms
        "ffffffffffffffff ffff"  # producer id, epoch: none yet
        "00",  # no tagged fields
        id="InitProducerId",
    ),
    pytest.param(
        Produce("ab", 15_000, {"t": [(3, b"\xde\xad\xbe\xef"), (258, b"")], "long": [(0, bytes(200))]}),
        (0, 12),
        "03 6162"
        "ffff"  # acks: all
        "00003a98"
        "03"  # topics: count + 1
        "02 74 03"  # name; partitions: count + 1
        "00000003 05 deadbeef 00"  # partition, records: length + 1, no tagged fields
        "00000102 01 00"
        "00"
        "05 6c6f6e67 02"
        "00000000 c901" + "00" * 200 + "00"  # 201 takes two bytes
        "00"
        "00",
        id="Produce",
    ),
    pytest.param(
        TxnOffsetCommit(("ab", PRODUCER, EPOCH), ("g", 7, "m-1"), {"t": [(0, 5), (1, 2**40)]}),
        (28, 5),
        "03 6162"
        "02 67"  # group
        "0102030405060708 0002"  # producer id, epoch
        "00000007"  # generation
        "04 6d2d31"  # member
        "00"  # group instance: null
        "02 02 74 03"
        # partition, offset, leader epoch: none, metadata: empty, no tagged fields
        "00000000 0000000000000005 ffffffff 01 00"
        "00000001 0000010000000000 ffffffff 01 00"
        "00"
        "00",
        id="TxnOffsetCommit",
    ),
    pytest.param(EndTxn("ab", PRODUCER, EPOCH), (26, 5), "03 6162 0102030405060708 0002 01 00", id="EndTxn"),
    pytest.param(
        OffsetFetch("g", {"t": [0, 9]}),
        (9, 7),
        "02 67"
        "02 02 74 03 00000000 00000009 00"
        "01"  # only stable ones
        "00",
        id="OffsetFetch",
    ),
]


def built(request: Request[Any]) -> RequestStruct:
    """The request as it is sent to a broker that knows the newest version we speak."""
    [known] = request._CLASSES
    struct: RequestStruct = request.prepare({known.API_KEY: (0, known.API_VERSION + 1)})
    return struct


@pytest.mark.parametrize(("request_", "key_and_version", "expected"), REQUESTS)
def test_it_is_encoded_as_kafka_defines_it(
    request_: Request[Any], key_and_version: tuple[int, int], expected: str
) -> None:
    struct = built(request_)
    assert key_and_version == (struct.API_KEY, struct.API_VERSION)
    assert struct.encode().hex() == expected.replace(" ", "")


@pytest.mark.parametrize(("request_", "key_and_version", "expected"), REQUESTS)
def test_what_is_encoded_can_be_decoded(
    request_: Request[Any], key_and_version: tuple[int, int], expected: str
) -> None:
    struct = built(request_)
    raw = bytes.fromhex(expected)
    rest = BytesIO(raw)
    again = type(struct).decode(rest)
    assert again.encode() == raw
    assert rest.read() == b""
    assert key_and_version == (again.API_KEY, again.API_VERSION)


@pytest.mark.parametrize(("request_", "key_and_version", "expected"), REQUESTS)
def test_its_headers_are_flexible(request_: Request[Any], key_and_version: tuple[int, int], expected: str) -> None:
    struct = built(request_)
    header = struct.build_request_header(7, "me")
    assert isinstance(header, RequestHeader_v2)
    key, version = key_and_version
    # The client's id keeps its old form, with a length of two bytes; then no tagged fields.
    assert header.encode().hex() == f"{key:04x}{version:04x}00000007" + "00026d65" + "00"
    answer = BytesIO(bytes.fromhex("00000007 00") + b"rest")
    assert struct.parse_response_header(answer).correlation_id == 7
    assert answer.read() == b"rest"
    assert expected.endswith("00")


@pytest.mark.parametrize(("request_", "key_and_version", "expected"), REQUESTS)
def test_an_older_broker_is_refused(request_: Request[Any], key_and_version: tuple[int, int], expected: str) -> None:
    """Nothing falls back to the transactions of the first version."""
    key, version = key_and_version
    with pytest.raises(NotImplementedError):
        request_.prepare({key: (0, version - 1)})
    assert expected


def answered(request: Request[Any], raw: str) -> Response:
    """The answer to a request, from the wire; nothing is left over."""
    body = BytesIO(bytes.fromhex(raw))
    answer: Response = built(request).RESPONSE_TYPE.decode(body)
    assert body.read() == b""
    return answer


def test_the_answer_to_produce_tells_errors_by_partition() -> None:
    answer = answered(
        Produce("ab", 1, {}),
        "02 02 74 03"
        "00000003 0000 0000000000000010 ffffffffffffffff 0000000000000000 01 00 00"
        "00000102 000a ffffffffffffffff ffffffffffffffff ffffffffffffffff 02 00000001 03 6e6f 00 03 6261 00"
        "00"
        "00000000 00",
    )
    assert Produce.errors(answer) == [("t", 3, 0, None), ("t", 258, 10, "ba")]


def test_tagged_fields_of_a_newer_broker_are_skipped() -> None:
    """The leader that a partition has moved to (tag 0), and where that node is (tag 0 of the whole)."""
    answer = answered(
        Produce("ab", 1, {}),
        "02 02 74 0200000003 0006 ffffffffffffffff ffffffffffffffff ffffffffffffffff 01 00 01 00 09 00000002 "
        "00000005 000000000000 01 00 03 aabbcc",
    )
    assert Produce.errors(answer) == [("t", 3, 6, None)]


def test_the_answer_to_offsets_in_a_transaction() -> None:
    answer = answered(
        TxnOffsetCommit(("ab", 1, 1), ("g", 1, "m"), {}), "00000000 02 02 74 03 00000000 0000 00 00000001 0016 00 00 00"
    )
    assert TxnOffsetCommit.errors(answer) == [0, 22]


def test_the_answers_that_name_the_producer() -> None:
    started: Any = answered(InitProducerId("ab", 1), "00000000 0000 0102030405060708 0002 00")
    assert (started.error_code, started.producer_id, started.producer_epoch) == (0, PRODUCER, EPOCH)
    ended: Any = answered(EndTxn("ab", 1, 1), "00000000 0000 0102030405060708 0002 00")
    assert (ended.error_code, ended.producer_id, ended.producer_epoch) == (0, PRODUCER, EPOCH)


def test_the_answer_with_committed_offsets() -> None:
    answer: Any = answered(
        OffsetFetch("g", {}),
        "00000000 02 02 74 03 00000000 0000000000000005 ffffffff 01 0000 00 00000001 ffffffffffffffff ffffffff 00 "
        "0058 00 00 0000 00",
    )
    assert OffsetFetch.offsets(answer) == [("t", 0, 5, 0), ("t", 1, -1, 88)]
    assert answer.error_code == 0

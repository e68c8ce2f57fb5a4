"""Which features a Kafka cluster has switched on: one ApiVersions question, in the version that aiokafka doesn't speak.

The workers' producer needs `transaction.version` 2 (KIP-890): before it, a delayed request of an aborted transaction
can slip into the next one.
"""

import asyncio
import struct
from typing import Final

from streams.errors import OperatorError

TRANSACTION_VERSION_MIN: Final = 2
API_VERSIONS: Final = 18
FINALIZED_FEATURES: Final = 2
"""Tag of the field in the answer."""
ANSWER_BYTES_MAX: Final = 1024 * 1024


class FeatureMissingError(OperatorError):
    """The cluster can't do what exactly-once needs."""


async def finalized_features(host: str, port: int, *, seconds: float = 5) -> dict[str, int]:
    """Ask one broker for the level of each feature its cluster has finalised.

    Raises OSError or TimeoutError when it doesn't answer.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(_question())
            (size,) = struct.unpack(">i", await _exactly(reader, 4))
            if not 0 < size <= ANSWER_BYTES_MAX:
                raise ConnectionError(f"what listens on {host}:{port} is not a Kafka broker")
            return _finalized(_Bytes(await _exactly(reader, size)))
        finally:
            writer.close()


def check_transactions(features: dict[str, int]) -> None:
    """Refuse a cluster whose transactions are of the first version."""
    if (found := features.get("transaction.version", 0)) < TRANSACTION_VERSION_MIN:
        raise FeatureMissingError(
            f"this Kafka has transaction.version {found}, exactly-once delivery needs {TRANSACTION_VERSION_MIN}: "
            "use Kafka 4.0 or newer and run "
            f"`kafka-features.sh upgrade --feature transaction.version={TRANSACTION_VERSION_MIN}`."
        )


async def _exactly(reader: asyncio.StreamReader, size: int) -> bytes:
    try:
        return await reader.readexactly(size)
    except asyncio.IncompleteReadError as error:
        raise ConnectionError("the broker closed the connection") from error


def _question() -> bytes:
    """ApiVersions version 3: header version 2, then the client's name and version as compact strings."""
    client = b"tonggwan"
    header = struct.pack(">hhih", API_VERSIONS, 3, 1, len(client)) + client + b"\0"
    name = bytes([len(client) + 1]) + client
    body = name + b"\x021" + b"\0"
    return struct.pack(">i", len(header + body)) + header + body


class _Bytes:
    """A cursor over an answer; whatever is amiss in it raises ConnectionError."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._at = 0

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._raw):
            raise ConnectionError("the broker's answer is too short")
        taken, self._at = self._raw[self._at : end], end
        return taken

    def int16(self) -> int:
        return int.from_bytes(self.take(2), signed=True)

    def unsigned(self) -> int:
        """Kafka's varint: seven bits a byte, the lowest first."""
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:  # noqa: PLR2004 - the bit that says "more to come"
                return value

    def tags(self) -> dict[int, bytes]:
        return {self.unsigned(): self.take(self.unsigned()) for _ in range(self.unsigned())}


def _finalized(answer: _Bytes) -> dict[str, int]:
    """Walk the answer to its tagged fields: error code, versions of each request, throttle time, then the tags."""
    answer.take(4)  # correlation id
    if code := answer.int16():
        raise ConnectionError(f"the broker answers ApiVersions with error {code}")
    for _ in range(answer.unsigned() - 1):
        answer.take(6)
        answer.tags()
    answer.take(4)  # throttle time
    field = answer.tags().get(FINALIZED_FEATURES)
    if field is None:
        return {}
    features = _Bytes(field)
    return dict(_feature(features) for _ in range(features.unsigned() - 1))


def _feature(features: _Bytes) -> tuple[str, int]:
    name = features.take(features.unsigned() - 1).decode()
    most = features.int16()
    features.take(2)  # the least level in use
    features.tags()
    return name, most

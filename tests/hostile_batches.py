"""Seeded batches of every hostile kind: framings, headers, varints, lengths, checksums."""

import random
from functools import cache
from typing import Final

from schemas import limits
from schemas.avro_primitives import long
from tests.raw_batches import BROKEN, FIRST_MS, LEGAL, RawHeader, batch, flipped, record

KEYS: Final = (None, b"", b"key", b"\xff\xfe", b"k" * 3_000)
VALUES: Final = (None, b"", b"{}", b"{", b"\0\0\0\0\1", b"\xff" * 30, b'{"a":1,"a":2}', b"[" * 3_000, b" " * 20_000)
NAMES: Final = (b"", b"h", b"\xff\xfe", b"x-original-topic", b"x-error-code", b"x-batch-records", "머리".encode())
CONTENTS: Final = (None, b"", b"v", b"\xff" * 9, b"1000000")
TIMES: Final = (0, 1, -1, -FIRST_MS, 10**12, 2**40)
MIB: Final = 1024 * 1024
BOMBS: Final = ("gzip", "zstd", "zstd of no size", "lz4")
BOMB_RECORDS: Final = limits.BATCH_BYTES_MAX // MIB + 8
BOMB_SHARE: Final = 0.002


@cache
def bomb(framing: str) -> bytes:
    """The records of a batch that unpack beyond the limit, compressed."""
    zeros = bytes(MIB)
    return LEGAL[framing][1](b"".join(record(number, zeros) for number in range(BOMB_RECORDS)))


def hostile_batch(chance: random.Random, base_offset: int = 0) -> tuple[bytes, int]:
    """A batch, and how many offsets it takes."""
    if chance.random() < BOMB_SHARE:
        framing = chance.choice(BOMBS)
        raw = batch(bomb(framing), LEGAL[framing][0], count=BOMB_RECORDS, base_offset=base_offset)
        return raw, BOMB_RECORDS
    count = chance.choice((1, 1, 1, 2, 3, 9, 60))
    data = b"".join(_record(chance, number) for number in range(count))
    kind = chance.random()
    codec, compress = (LEGAL if kind < 0.5 else BROKEN)[chance.choice(tuple(LEGAL if kind < 0.5 else BROKEN))]
    if 0.3 < kind < 0.5:
        data = _spoiled(chance, data)
    payload = compress(data)
    if kind < 0.1:
        for _ in range(chance.randint(1, 3)):
            payload = flipped(payload, chance.randrange(len(payload)))
    crc = 1 if chance.random() < 0.02 else None
    return batch(payload, codec, count=count, base_offset=base_offset, crc=crc), count


def _record(chance: random.Random, number: int) -> bytes:
    if chance.random() < 0.02:
        headers = chance.choice((1_001, 5_000, 100_000, 1_000_000))
        return record(number, chance.choice(VALUES), header_bytes=long(headers) + b"\0\0" * headers)
    return record(
        number,
        chance.choice(VALUES),
        chance.choice(KEYS),
        _headers(chance),
        since_ms=chance.choice(TIMES),
    )


def _headers(chance: random.Random) -> list[RawHeader]:
    return [(chance.choice(NAMES), chance.choice(CONTENTS)) for _ in range(chance.choice((0, 0, 1, 2, 12)))]


def _spoiled(chance: random.Random, data: bytes) -> bytes:
    """Records with a wrong length or number in them."""
    at = chance.randrange(len(data))
    return chance.choice(
        (
            data[:at],
            data + b"\0",
            data[:at] + b"\xff" * chance.randint(1, 11) + data[at:],
            data[:at] + b"\x80\x00" + data[at + 1 :],
            flipped(data, at),
        )
    )

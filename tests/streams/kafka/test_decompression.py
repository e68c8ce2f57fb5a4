"""What is compressed comes out whole or is refused, and bombs don't come out at all, in every codec of Kafka's."""

import contextlib
import gzip
import random
import tracemalloc
from typing import Final

import pytest

from schemas import limits
from streams.kafka.decompression import GZIP, KEPT_BYTES_MAX, LZ4, SNAPPY, ZSTD, RefusedError, TooLargeError, unpack
from tests.raw_batches import (
    BROKEN,
    EMPTY_GZIP,
    EMPTY_ZSTD,
    LEGAL,
    XERIAL,
    lz4,
    snappy,
    xerial,
    zstd,
    zstd_of_no_size,
)

MIB: Final = 1024 * 1024
RANDOM: Final = random.Random(7)  # noqa: S311 - a seed, no secret
DATA: Final = b"".join(b"%d parcels, " % number for number in range(2_000)) + RANDOM.randbytes(3_000)
BOMBS: Final = {
    "gzip": (GZIP, gzip.compress),
    "zstd": (ZSTD, zstd),
    "zstd of no size": (ZSTD, zstd_of_no_size),
    "lz4": (LZ4, lz4),
    "bare snappy": (SNAPPY, snappy),
    "xerial": (SNAPPY, lambda data: xerial(data, MIB)),
}
SMALL_BOMBS: Final = {name: made for name, made in BOMBS.items() if name not in {"bare snappy", "xerial"}}
"""Those whose bytes are few."""


@pytest.mark.parametrize("name", LEGAL)
@pytest.mark.parametrize("data", [b"x", DATA, DATA * 40], ids=["a byte", "some", "more than a step"])
def test_a_legal_framing_comes_out_as_it_went_in(name: str, data: bytes) -> None:
    codec, compress = LEGAL[name]
    assert unpack(codec, memoryview(compress(data))) == data


@pytest.mark.parametrize("name", [name for name in BROKEN if not name.startswith("an unknown")])
@pytest.mark.parametrize("data", [DATA, DATA * 40], ids=["some", "more than a step"])
def test_a_broken_framing_is_refused(name: str, data: bytes) -> None:
    codec, compress = BROKEN[name]
    with pytest.raises(RefusedError) as caught:
        unpack(codec, memoryview(compress(data)))
    assert not caught.value.is_too_large


@pytest.mark.parametrize("codec", [5, 6, 7])
def test_a_codec_that_kafka_does_not_know_is_refused(codec: int) -> None:
    with pytest.raises(RefusedError):
        unpack(codec, memoryview(DATA))


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("size", [limits.BATCH_BYTES_MAX, KEPT_BYTES_MAX, KEPT_BYTES_MAX + 1])
def test_what_is_at_the_limit_is_read(name: str, size: int) -> None:
    codec, compress = BOMBS[name]
    assert unpack(codec, memoryview(compress(bytes(size)))) == bytes(size)


@pytest.mark.parametrize("name", BOMBS)
def test_a_byte_above_the_limit_is_refused(name: str) -> None:
    codec, compress = BOMBS[name]
    with pytest.raises(TooLargeError, match="send smaller batches"):
        unpack(codec, memoryview(compress(bytes(limits.BATCH_BYTES_MAX + 1))))


@pytest.mark.parametrize("name", SMALL_BOMBS)
def test_a_bomb_takes_no_more_memory_than_what_is_kept(name: str) -> None:
    codec, compress = SMALL_BOMBS[name]
    bomb = memoryview(compress(bytes(4 * limits.BATCH_BYTES_MAX)))
    tracemalloc.start()
    try:
        with pytest.raises(TooLargeError):
            unpack(codec, bomb)
        assert tracemalloc.get_traced_memory()[1] < 3 * KEPT_BYTES_MAX
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("codec", "pieces"),
    [
        pytest.param(GZIP, EMPTY_GZIP, id="members of gzip"),
        pytest.param(ZSTD, EMPTY_ZSTD, id="frames of zstd"),
        pytest.param(LZ4, lz4(b""), id="frames of lz4"),
        pytest.param(SNAPPY, XERIAL, id="streams of xerial"),
        pytest.param(SNAPPY, b"\0\0\0\1\0", id="blocks of xerial"),
    ],
)
def test_a_batch_in_more_pieces_than_the_limit_is_refused(codec: int, pieces: bytes) -> None:
    head = XERIAL if codec == SNAPPY and pieces != XERIAL else b""
    most = limits.BATCH_FRAMES_MAX - bool(head)
    assert unpack(codec, memoryview(head + pieces * most)) == b""
    with pytest.raises(TooLargeError, match="pieces"):
        unpack(codec, memoryview(head + pieces * (most + 1)))


@pytest.mark.parametrize("name", LEGAL)
def test_bytes_changed_anywhere_are_read_or_refused(name: str) -> None:
    codec, compress = LEGAL[name]
    packed = compress(DATA[:2_000] + DATA[-500:])
    chance = random.Random(name)  # noqa: S311 - a seed, no secret
    for _ in range(400):
        changed = bytearray(packed)
        for _ in range(chance.randint(1, 3)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        if chance.random() < 0.3:
            del changed[chance.randrange(len(changed)) :]
        with contextlib.suppress(RefusedError):
            unpack(codec, memoryview(bytes(changed)))

"""Record batches byte by byte, as clients in other languages write them, and as nobody should."""

import gzip
import struct
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import cramjam
import zstandard
from aiokafka.record.util import calc_crc32c

from schemas.avro_primitives import long
from streams.kafka.decompression import GZIP, LZ4, NONE, SNAPPY, ZSTD

BODY: Final = struct.Struct(">hiqqqhii")
FIRST_MS: Final = 1_795_410_131_000
XERIAL: Final = b"\x82SNAPPY\0\0\0\0\1\0\0\0\1"
EMPTY_GZIP: Final = gzip.compress(b"")
EMPTY_ZSTD: Final = zstandard.ZstdCompressor().compress(b"")
SKIPPABLE_ZSTD: Final = b"\x5e\x2a\x4d\x18" + struct.pack("<I", 5) + b"hello"
CODECS: Final = {"none": NONE, "gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}

RawHeader = tuple[bytes, bytes | None]


def sized(data: bytes | None) -> bytes:
    """Bytes with their length before them."""
    return long(-1) if data is None else long(len(data)) + data


def record(
    behind: int,
    value: bytes | None,
    key: bytes | None = None,
    headers: Iterable[RawHeader] = (),
    *,
    since_ms: int = 0,
    header_bytes: bytes | None = None,
) -> bytes:
    """One record; `header_bytes` are its headers in place of `headers`, their count included."""
    headers = list(headers)
    ended = (
        long(len(headers)) + b"".join(sized(name) + sized(content) for name, content in headers)
        if header_bytes is None
        else header_bytes
    )
    body = b"\0" + long(since_ms) + long(behind) + sized(key) + sized(value) + ended
    return long(len(body)) + body


def batch(
    payload: bytes,
    codec: int = NONE,
    *,
    count: int = 1,
    base_offset: int = 0,
    last: int | None = None,
    attributes: int = 0,
    latest_ms: int = FIRST_MS,
    crc: int | None = None,
    magic: int = 2,
) -> bytes:
    """A batch around its records, which are compressed already."""
    last = count - 1 if last is None else last
    body = BODY.pack(codec | attributes, last, FIRST_MS, latest_ms, -1, -1, -1, count) + payload
    crc = calc_crc32c(body) if crc is None else crc
    return struct.pack(">qiibI", base_offset, 9 + len(body), -1, magic, crc) + body


def in_parts(data: bytes, parts: int) -> list[bytes]:
    """Cut into so many parts, some of them perhaps empty."""
    size = -(-len(data) // parts)
    return [data[number * size : (number + 1) * size] for number in range(parts)]


def zstd(data: bytes) -> bytes:
    """One frame that says its size."""
    return zstandard.ZstdCompressor(level=3, write_checksum=True).compress(data)


def zstd_of_no_size(data: bytes) -> bytes:
    """One frame as Java's streams write it: they don't know the size when they begin."""
    writer = zstandard.ZstdCompressor().compressobj()
    return writer.compress(data) + writer.flush()


def lz4(data: bytes, *, checksum: bool = True) -> bytes:
    """One frame, whose blocks each stand for themselves."""
    compressor = cramjam.lz4.Compressor(level=1, content_checksum=checksum, block_linked=False)
    compressor.compress(data)
    return bytes(compressor.finish())


def snappy(data: bytes) -> bytes:
    """Bare, as librdkafka writes it."""
    return bytes(cramjam.snappy.compress_raw(data))


def xerial(data: bytes, block: int = 1024) -> bytes:
    """In blocks behind a header, as Kafka's Java client writes it."""
    blocks = [snappy(data[at : at + block]) for at in range(0, len(data), block)]
    return XERIAL + b"".join(struct.pack(">i", len(each)) + each for each in blocks)


LEGAL: Final[dict[str, tuple[int, Callable[[bytes], bytes]]]] = {
    "uncompressed": (NONE, lambda data: data),
    "gzip": (GZIP, gzip.compress),
    "gzip of two members": (GZIP, lambda data: b"".join(map(gzip.compress, in_parts(data, 2)))),
    "gzip of nine members": (GZIP, lambda data: b"".join(map(gzip.compress, in_parts(data, 9)))),
    "gzip with an empty member first": (GZIP, lambda data: EMPTY_GZIP + gzip.compress(data)),
    "gzip with an empty member last": (GZIP, lambda data: gzip.compress(data) + EMPTY_GZIP),
    "gzip with a name in its header": (
        GZIP,
        lambda data: (found := gzip.compress(data))[:3] + b"\x08" + found[4:10] + b"name\0" + found[10:],
    ),
    "zstd": (ZSTD, zstd),
    "zstd of no size": (ZSTD, zstd_of_no_size),
    "zstd of two frames": (ZSTD, lambda data: b"".join(map(zstd, in_parts(data, 2)))),
    "zstd of five frames of no size": (ZSTD, lambda data: b"".join(map(zstd_of_no_size, in_parts(data, 5)))),
    "zstd with an empty frame first": (ZSTD, lambda data: EMPTY_ZSTD + zstd(data)),
    "zstd with an empty frame last": (ZSTD, lambda data: zstd(data) + EMPTY_ZSTD),
    "zstd with a frame to skip first": (ZSTD, lambda data: SKIPPABLE_ZSTD + zstd(data)),
    "zstd with a frame to skip last": (ZSTD, lambda data: zstd_of_no_size(data) + SKIPPABLE_ZSTD),
    "lz4": (LZ4, lz4),
    "lz4 without a checksum": (LZ4, lambda data: lz4(data, checksum=False)),
    "lz4 of two frames": (LZ4, lambda data: b"".join(map(lz4, in_parts(data, 2)))),
    "lz4 with an empty frame first": (LZ4, lambda data: lz4(b"") + lz4(data)),
    "lz4 with an empty frame last": (LZ4, lambda data: lz4(data) + lz4(b"")),
    "bare snappy": (SNAPPY, snappy),
    "xerial": (SNAPPY, xerial),
    "xerial of small blocks": (SNAPPY, lambda data: xerial(data, 200)),
    "two streams of xerial": (SNAPPY, lambda data: b"".join(map(xerial, in_parts(data, 2)))),
    "xerial with an empty stream first": (SNAPPY, lambda data: XERIAL + xerial(data)),
    "xerial with an empty stream last": (SNAPPY, lambda data: xerial(data) + XERIAL),
}
"""Codec, and how it may be framed."""


def flipped(data: bytes, at: int) -> bytes:
    """With one byte changed."""
    at %= len(data)
    return data[:at] + bytes((data[at] ^ 0x55,)) + data[at + 1 :]


BROKEN: Final[dict[str, tuple[int, Callable[[bytes], bytes]]]] = {
    "gzip that ends too soon": (GZIP, lambda data: gzip.compress(data)[:-9]),
    "gzip without its checksum": (GZIP, lambda data: gzip.compress(data)[:-8]),
    "gzip without a byte of it": (GZIP, lambda data: gzip.compress(data)[:-1]),
    "gzip with a wrong checksum": (GZIP, lambda data: flipped(gzip.compress(data), -6)),
    "gzip with a wrong size": (GZIP, lambda data: flipped(gzip.compress(data), -2)),
    "gzip with junk behind": (GZIP, lambda data: gzip.compress(data) + b"junk behind it"),
    "gzip with half a member behind": (GZIP, lambda data: gzip.compress(data) + gzip.compress(data)[:12]),
    "no gzip": (GZIP, lambda data: data),
    "gzip of nothing": (GZIP, lambda _: b""),
    "zstd that ends too soon": (ZSTD, lambda data: zstd(data)[:-5]),
    "zstd without a byte of its checksum": (ZSTD, lambda data: zstd(data)[:-1]),
    "zstd of no size that ends too soon": (ZSTD, lambda data: zstd_of_no_size(data)[:-1]),
    "zstd with a wrong checksum": (ZSTD, lambda data: flipped(zstd(data), -2)),
    "zstd with junk behind": (ZSTD, lambda data: zstd(data) + b"junk behind it"),
    "zstd with half a frame behind": (ZSTD, lambda data: zstd(data) + zstd(data)[:7]),
    "zstd with half a frame to skip behind": (ZSTD, lambda data: zstd(data) + SKIPPABLE_ZSTD[:-1]),
    "no zstd": (ZSTD, lambda data: data),
    "zstd of nothing": (ZSTD, lambda _: b""),
    "lz4 that ends too soon": (LZ4, lambda data: lz4(data)[:-9]),
    "lz4 without its checksum": (LZ4, lambda data: lz4(data)[:-4]),
    "lz4 with a wrong checksum": (LZ4, lambda data: flipped(lz4(data), -1)),
    "lz4 with a wrong header": (LZ4, lambda data: flipped(lz4(data), 6)),
    "lz4 with junk behind": (LZ4, lambda data: lz4(data) + b"junk behind it"),
    "lz4 with half a frame behind": (LZ4, lambda data: lz4(data) + lz4(data)[:9]),
    "no lz4": (LZ4, lambda data: data),
    "lz4 of nothing": (LZ4, lambda _: b""),
    "snappy that ends too soon": (SNAPPY, lambda data: snappy(data)[:-1]),
    "snappy with junk behind": (SNAPPY, lambda data: snappy(data) + b"junk behind it"),
    "no snappy": (SNAPPY, lambda _: b"\xff" * 40),
    "snappy of nothing": (SNAPPY, lambda _: b""),
    "xerial that ends too soon": (SNAPPY, lambda data: xerial(data)[:-1]),
    "xerial with junk behind": (SNAPPY, lambda data: xerial(data) + b"junk behind it"),
    "xerial with a block of no size": (SNAPPY, lambda data: xerial(data) + bytes(4)),
    "xerial with a block of a negative size": (SNAPPY, lambda data: xerial(data) + b"\xff" * 4),
    "xerial with half a header behind": (SNAPPY, lambda data: xerial(data) + XERIAL[:9]),
    "an unknown codec": (5, lambda data: data),
}
"""Codec, and what nobody can read in it, or should."""


def manifest_batch(values: Sequence[bytes], framing: str = "uncompressed", *, base_offset: int = 0) -> bytes:
    """Records of these values in a framing of `LEGAL` or `BROKEN`."""
    codec, compress = LEGAL.get(framing) or BROKEN[framing]
    data = b"".join(record(behind, value, key=b"%d" % behind) for behind, value in enumerate(values))
    return batch(compress(data), codec, count=len(values), base_offset=base_offset)

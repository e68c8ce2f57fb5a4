"""Unpacks the records of a batch, in every codec of Kafka's, whole or not at all, within the limits of memory.

What Kafka's own consumers read is read: gzip of several members, zstd and LZ4 of several frames, Snappy bare and in
the frames of xerial, several streams one after the other. What is broken is refused, even where Kafka's own consumers
would not notice: truncated, with junk behind, with a checksum that is wrong. Broken bytes may be half a manifest.

A bomb is refused before it is unpacked where it says its size, else while it is unpacked; what was unpacked until then
is not kept beyond `KEPT_BYTES_MAX`.
"""

import contextlib
import threading
import zlib
from collections.abc import Callable, Iterator
from typing import Final

import cramjam
import zstandard

from schemas import limits

NONE: Final = 0
GZIP: Final = 1
SNAPPY: Final = 2
LZ4: Final = 3
ZSTD: Final = 4

KEPT_BYTES_MAX: Final = 8 * 1024 * 1024
"""What is unpacked of a batch that doesn't say its size, before it is counted to the end without being kept."""
_GZIP_HEADER: Final = 31
"""For zlib: the format with a header, in any window."""
_STEP_BYTES: Final = 16 * 1024
"""Compressed bytes handed to zlib at once: what follows a member is copied, and a batch may have many members."""
_XERIAL_MAGIC: Final = b"\x82SNAPPY\0"
_XERIAL_HEADER: Final = 16
_XERIAL_VERSION: Final = 1
_LZ4_MAGIC: Final = b"\x04\x22\x4d\x18"
_LZ4_BLOCK_BYTES: Final = {4: 1 << 16, 5: 1 << 18, 6: 1 << 20, 7: 1 << 22}
_LZ4_RATIO_MAX: Final = 255
"""Bytes that one byte of a block can stand for."""
_LZ4_HAS_DICTIONARY: Final = 1
_LZ4_HAS_CHECKSUM: Final = 1 << 2
_LZ4_HAS_SIZE: Final = 1 << 3
_LZ4_HAS_BLOCK_CHECKSUMS: Final = 1 << 4
_ZSTD_SKIPPABLE: Final = b"\x2a\x4d\x18"
"""Behind a byte from 0x50 to 0x5f."""
_ZSTD_SKIPPABLE_FIRST: Final = 0x50
_ZSTD_RLE: Final = 1
"""A block that is one byte, and how often."""
_PART_BYTES: Final = 1024 * 1024
"""What is unpacked at once."""


class RefusedError(ValueError):
    """A batch that is not unpacked, and why."""

    is_too_large = False


class TooLargeError(RefusedError):
    """A batch beyond the limits."""

    is_too_large = True


def unpack(codec: int, payload: memoryview) -> bytes | bytearray:
    """The records of a batch as they were before they were compressed. Raises RefusedError."""
    decoder = _DECODERS.get(codec)
    if decoder is None:
        raise RefusedError(f"compressed by codec {codec}, which Kafka doesn't know")
    return decoder(payload)


def _too_large() -> TooLargeError:
    return TooLargeError(f"the batch unpacks to more than {limits.BATCH_BYTES_MAX} bytes; send smaller batches")


def _too_many_frames() -> TooLargeError:
    return TooLargeError(f"the batch is compressed in more than {limits.BATCH_FRAMES_MAX} pieces; compress it in one")


def _join(parts: Callable[[], Iterator[bytes]]) -> bytes:
    """The parts of what is unpacked, together; they are unpacked again when they are large but within the limit."""
    kept: list[bytes] = []
    size = 0
    for part in parts():
        size += len(part)
        if size > limits.BATCH_BYTES_MAX:
            raise _too_large()
        if size <= KEPT_BYTES_MAX:
            kept.append(part)
        else:
            kept.clear()
    return b"".join(kept if size <= KEPT_BYTES_MAX else parts())


def _gunzip(payload: memoryview) -> bytes:
    return _join(lambda: _gzip_parts(payload))


def _gzip_parts(payload: memoryview) -> Iterator[bytes]:
    at = members = 0
    while at < len(payload) or not members:
        members += 1
        if members > limits.BATCH_FRAMES_MAX:
            raise _too_many_frames()
        member = zlib.decompressobj(_GZIP_HEADER)
        while not member.eof:
            step = member.unconsumed_tail
            if not step:
                step = bytes(payload[at : at + _STEP_BYTES])
                at += len(step)
            if not step:
                raise RefusedError("gzip that ends too soon")
            try:
                part = member.decompress(step, _PART_BYTES)
            except zlib.error as error:
                raise RefusedError(f"broken gzip: {error}") from None
            yield part
        at -= len(member.unused_data)


def _unsnap(payload: memoryview) -> bytes | bytearray:
    """Each block of Snappy says its size before it."""
    blocks = _xerial_blocks(payload) if _begins_xerial(payload) else [payload]
    try:
        sizes = [cramjam.snappy.decompress_raw_len(block) for block in blocks]
        if sum(sizes) > limits.BATCH_BYTES_MAX:
            raise _too_large()
        unpacked = bytearray(sum(sizes))
        at, room = 0, memoryview(unpacked)
        for block, size in zip(blocks, sizes, strict=True):
            if cramjam.snappy.decompress_raw_into(block, room[at : at + size]) != size:
                raise RefusedError("broken Snappy: a block of another size than it says")
            at += size
    except (cramjam.DecompressionError, OSError) as error:
        raise RefusedError(f"broken Snappy: {error}") from None
    return unpacked


def _begins_xerial(payload: memoryview) -> bool:
    return bytes(payload[: len(_XERIAL_MAGIC)]) == _XERIAL_MAGIC


def _xerial_blocks(payload: memoryview) -> list[memoryview]:
    """The blocks of one stream, or of several one after the other."""
    blocks: list[memoryview] = []
    at = streams = 0
    while at < len(payload):
        if _begins_xerial(payload[at:]):
            header = payload[at : at + _XERIAL_HEADER]
            if len(header) < _XERIAL_HEADER or int.from_bytes(header[12:]) > _XERIAL_VERSION:
                raise RefusedError("broken Snappy: a header of no known version")
            at += _XERIAL_HEADER
            streams += 1
        else:
            size = int.from_bytes(payload[at : at + 4], signed=True)
            block = payload[at + 4 : at + 4 + max(size, 0)]
            if size <= 0 or len(block) < size:
                raise RefusedError("broken Snappy: it ends within a block")
            blocks.append(block)
            at += 4 + size
        if streams + len(blocks) > limits.BATCH_FRAMES_MAX:
            raise _too_many_frames()
    return blocks


def _unlz4(payload: memoryview) -> bytes | bytearray:
    """All frames at once, into a buffer that has room for what their blocks may hold."""
    blocks = list(_lz4_blocks(payload))
    room = sum(bound for _, bound in blocks)
    if room > KEPT_BYTES_MAX:  # a writer may have ended its blocks early: count what they hold, without keeping it
        room = 0
        for block, bound in blocks:
            room += bound if bound == len(block) else _lz4_block_bytes(block, bound)
            if room > limits.BATCH_BYTES_MAX:
                raise _too_large()
    unpacked = bytearray(room)
    try:
        size = cramjam.lz4.decompress_into(payload, unpacked)
    except (cramjam.DecompressionError, OSError) as error:
        raise RefusedError(f"broken LZ4: {error}") from None
    del unpacked[size:]
    return unpacked


def _lz4_block_bytes(block: memoryview, bound: int) -> int:
    try:
        return len(cramjam.lz4.decompress_block(block, output_len=bound))
    except (cramjam.DecompressionError, OSError) as error:
        raise RefusedError(f"broken LZ4: {error}") from None


def _lz4_blocks(payload: memoryview) -> Iterator[tuple[memoryview, int]]:
    """The blocks of all frames, and how many bytes each may hold."""
    at = pieces = 0
    while at < len(payload) or not pieces:
        head = bytes(payload[at : at + 6])
        block_bytes_max = _LZ4_BLOCK_BYTES.get(head[5] >> 4 & 7) if len(head) > 5 else None  # noqa: PLR2004 - descriptor
        if head[:4] != _LZ4_MAGIC or block_bytes_max is None:
            raise RefusedError("broken LZ4: bytes that are no frame")
        flags = head[4]
        at += 7 + (8 if flags & _LZ4_HAS_SIZE else 0) + (4 if flags & _LZ4_HAS_DICTIONARY else 0)
        while True:
            pieces += 1
            if pieces > limits.BATCH_FRAMES_MAX:
                raise _too_many_frames()
            word = payload[at : at + 4]
            if len(word) < 4:  # noqa: PLR2004 - bytes of a block's size
                raise RefusedError("broken LZ4: it ends too soon")
            size = int.from_bytes(word, "little") & 0x7FFF_FFFF
            at += 4
            if not size:
                break
            block = payload[at : at + size]
            yield block, size if word[3] >> 7 else min(block_bytes_max, _LZ4_RATIO_MAX * size)
            at += size + (4 if flags & _LZ4_HAS_BLOCK_CHECKSUMS else 0)
        at += 4 if flags & _LZ4_HAS_CHECKSUM else 0


def _unzstd(payload: memoryview) -> bytes:
    """A frame says how much it unpacks to, where its writer knew."""
    size = _zstd_size(payload)
    if size > limits.BATCH_BYTES_MAX:
        raise _too_large()
    if size > 0:  # one frame, as nearly all are
        with contextlib.suppress(zstandard.ZstdError):
            return _zstd().decompress(payload, allow_extra_data=False)
    return _join(lambda: _zstd_parts(payload))


def _zstd_size(payload: memoryview) -> int:
    """Of a frame; 0 where it doesn't say."""
    try:
        size = zstandard.get_frame_parameters(payload).content_size
    except zstandard.ZstdError as error:
        raise RefusedError(f"broken zstd: {error}") from None
    return 0 if size == zstandard.CONTENTSIZE_UNKNOWN else int(size)


def _zstd_parts(payload: memoryview) -> Iterator[bytes]:
    for frame in _zstd_frames(payload):
        reader = _zstd().stream_reader(frame)
        try:
            while part := reader.read(_PART_BYTES):
                yield part
        except zstandard.ZstdError as error:
            raise RefusedError(f"broken zstd: {error}") from None


def _zstd_frames(payload: memoryview) -> Iterator[memoryview]:
    """The frames, by their blocks: the library doesn't tell a truncated frame from a whole one."""
    at = pieces = 0
    while at < len(payload) or not pieces:
        begun, magic = at, bytes(payload[at : at + 4])
        if magic[1:] == _ZSTD_SKIPPABLE and magic[0] & 0xF0 == _ZSTD_SKIPPABLE_FIRST:
            pieces += 1
            if pieces > limits.BATCH_FRAMES_MAX:
                raise _too_many_frames()
            at += 8 + int.from_bytes(payload[at + 4 : at + 8], "little")
        else:
            try:
                at += zstandard.frame_header_size(payload[at:])
                has_checksum = zstandard.get_frame_parameters(payload[begun:]).has_checksum
            except (zstandard.ZstdError, ValueError) as error:
                raise RefusedError(f"broken zstd: {error}") from None
            is_last = False
            while not is_last:
                pieces += 1
                if pieces > limits.BATCH_FRAMES_MAX:
                    raise _too_many_frames()
                head = int.from_bytes(payload[at : at + 3], "little")
                is_last, kind, size = bool(head & 1), head >> 1 & 3, head >> 3
                at += 3 + (1 if kind == _ZSTD_RLE else size)
                if at > len(payload):
                    break
            at += 4 if has_checksum else 0
            if at <= len(payload):
                yield payload[begun:at]
        if at > len(payload):
            raise RefusedError("broken zstd: it ends too soon")


def _zstd() -> zstandard.ZstdDecompressor:
    """One for each thread: it must not be used by two at once, and it unpacks without Python's lock."""
    decompressor: zstandard.ZstdDecompressor | None = getattr(_OF_THREAD, "zstd", None)
    if decompressor is None:
        decompressor = _OF_THREAD.zstd = zstandard.ZstdDecompressor(max_window_size=limits.BATCH_BYTES_MAX)
    return decompressor


_OF_THREAD: Final = threading.local()
_DECODERS: Final[dict[int, Callable[[memoryview], bytes | bytearray]]] = {
    NONE: bytes,
    GZIP: _gunzip,
    SNAPPY: _unsnap,
    LZ4: _unlz4,
    ZSTD: _unzstd,
}

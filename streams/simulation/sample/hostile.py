"""Records that nobody can read, or that are made to hurt."""

import json
from collections.abc import Iterator

from schemas import limits
from streams.simulation.sample.day import day
from streams.simulation.sample.framing import framed
from streams.simulation.sample.profiles import Json


def hostile() -> Iterator[tuple[str, bytes]]:
    """Records that are broken or nasty: a name and the raw value of each.

    Some can be read and then draw findings, most can't and are set aside; none may stop a worker.
    """
    _, manifest = next(day(parcels=2, parcels_per_manifest=2, dirty=0.0, events=False))
    plain = json.dumps(manifest, ensure_ascii=False).encode()
    yield from _hostile_json(manifest, plain)
    yield from _hostile_avro(manifest)


def _with(plain: bytes, old: bytes, new: bytes) -> bytes:
    """A JSON record with one place changed."""
    if old not in plain:
        raise LookupError(f"{old!r} doesn't stand in the sample record")
    return plain.replace(old, new, 1)


def _hostile_json(manifest: Json, plain: bytes) -> Iterator[tuple[str, bytes]]:
    """Nasty text."""
    depth = 100_000
    yield "empty", b""
    yield "white space", b" \n\t "
    yield "null", b"null"
    yield "a number", b"42"
    yield "a string", b'"manifest"'
    yield "an array", b"[" + plain + b"]"
    yield "an empty object", b"{}"
    yield "truncated JSON", plain[: len(plain) // 2]
    yield "two JSON values", plain + plain
    yield "text after JSON", plain + b" ok?"
    yield "byte order mark", b"\xef\xbb\xbf" + plain
    yield "UTF-16", plain.decode().encode("utf-16")
    yield "invalid UTF-8", _with(plain, b'"KRICN"', b'"KR\xff\xfeN"')
    yield "Korean in EUC-KR", plain.decode().encode("euc-kr", errors="replace")
    yield "lone surrogate", _with(plain, b'"KRICN"', b'"KR\\ud800N"')
    yield "NUL in a string", _with(plain, b'"KRICN"', b'"KR\\u0000N"')
    yield "raw control character in a string", _with(plain, b'"KRICN"', b'"KR\x01N"')
    yield "deep arrays", b"[" * depth + b"]" * depth
    yield "deep objects", b'{"a":' * depth + b"1" + b"}" * depth
    yield "deep unknown field", _with(plain, b'"version": 1', b'"version": 1, "x": ' + b"[" * depth + b"]" * depth)
    yield "duplicate keys", _with(plain, b'"version": 1', b'"version": 1, "version": 2')
    yield "huge integer", _with(plain, b'"version": 1', b'"version": ' + b"9" * 5_000)
    yield "huge exponent", _with(plain, b'"version": 1', b'"version": 1e999999999')
    yield "NaN", _with(plain, b'"version": 1', b'"version": NaN')
    yield "Infinity", _with(plain, b'"version": 1', b'"version": -Infinity')
    yield "version as text", _with(plain, b'"version": 1', b'"version": "1"')
    yield "version zero", _with(plain, b'"version": 1', b'"version": 0')
    yield "no manifest id", json.dumps({key: value for key, value in manifest.items() if key != "manifest_id"}).encode()
    yield "empty manifest id", json.dumps({**manifest, "manifest_id": ""}).encode()
    yield "long manifest id", json.dumps({**manifest, "manifest_id": "M" * 1_000_000}).encode()
    yield "parcels as an object", json.dumps({**manifest, "parcels": {"0": manifest["parcels"][0]}}).encode()
    yield (
        "parcels of other kinds",
        json.dumps({**manifest, "parcels": [None, 7, "parcel", [], {}, manifest["parcels"][0]]}).encode(),
    )
    yield "too many parcels", json.dumps({**manifest, "parcels": [{}] * (limits.PARCELS_PER_MANIFEST_MAX + 1)}).encode()
    yield "gzip", b"\x1f\x8b\x08\x00" + plain[:64]
    yield "XML", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    yield "CSV", b"house_bill,name\r\nKX1,Kim\r\n"


def _hostile_avro(manifest: Json) -> Iterator[tuple[str, bytes]]:
    """Nasty Avro."""
    whole = framed(manifest)
    text_of_2_gib = b"\xfe\xff\xff\xff\x0f"  # the length of a string, which then isn't there
    yield "magic byte alone", b"\x00"
    yield "magic byte and 3 bytes", b"\x00\x00\x00\x01"
    yield "frame without a body", b"\x00\x00\x00\x00\x01"
    yield "unknown schema id", framed(manifest, 987_654_321)
    yield "schema of another topic", framed(manifest, 2)
    yield "truncated Avro", whole[: len(whole) // 2]
    yield "bytes after Avro", whole + b"\x00\x01\x02"
    yield "Avro string longer than the record", whole[:5] + text_of_2_gib + b"KX"
    yield "Avro string of negative length", whole[:5] + b"\x03" + b"KX"
    yield "Avro integer without an end", whole[:5] + b"\xff" * 32
    yield "Avro with invalid UTF-8", whole.replace(b"KRICN", b"KR\xff\xfeN", 1)
    yield "Avro noise", whole[:5] + bytes(range(256))
    yield "JSON in an Avro frame", whole[:5] + json.dumps(manifest).encode()
    yield "another magic byte", b"\x01" + whole[1:]
    yield "Avro container file", b"Obj\x01" + whole[5:]

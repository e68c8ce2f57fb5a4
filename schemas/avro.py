"""Avro, strictly: readers and writers generated from the `.avsc` files beside this module.

The reader accepts the canonical encoding alone, in one pass and without a second look: every length is checked
against what is left, variable-length integers have no spare bytes, booleans are 0 or 1, text is UTF-8, no map names
a key twice, nothing trails. A general decoder trusts the bytes on all of these. Arrays may come in several blocks,
with or without their size: Go's serialisers write them so, and a block can't claim more items than there are bytes.
`lint` refuses schemas that could make reading unbounded. Each schema becomes one Python function by source
generation: about half the time of a general decoder in C.
"""

import json
import struct
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, cast

from schemas import dead_letter
from schemas.avro_codegen import FRAME_BYTES, CodeGenerator, Reader, Writer
from schemas.avro_lint import Schema, lint
from schemas.dead_letter import UnreadableError

MANIFEST: Final = 1
DECISION: Final = 5
SECURITY_CASE: Final = 6
RECEIPT: Final = 7
"""Schema ids of the layouts that are written now; earlier ones of the same name are still read."""

FOLDER: Final = Path(__file__).parent
MAGIC: Final = b"\x00"


def load(name: str) -> Schema:
    """The schema in a file of this folder, as JSON has it."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def file_of(schema_id: int) -> str:
    """The file a schema id stands for."""
    ids: Mapping[str, str] = load("ids.json")
    return ids[str(schema_id)]


@cache
def frame(schema_id: int) -> bytes:
    """The five bytes before a value in Confluent framing."""
    return MAGIC + struct.pack(">I", schema_id)


def schema_id_of(value: bytes) -> int:
    """The schema id in a framed value.

    Raises UnreadableError when the frame is cut short.
    """
    if len(value) < FRAME_BYTES:
        raise UnreadableError(
            dead_letter.BAD_AVRO, f"the frame has {len(value)} bytes; five are needed: 0 and a schema id"
        )
    return cast("int", struct.unpack_from(">I", value, 1)[0])


@cache
def earlier_ids(schema_id: int) -> frozenset[int]:
    """Ids of the layouts that a schema had before: files of the same name with another version."""
    name = file_of(schema_id).partition(".v")[0]
    ids: Mapping[str, str] = load("ids.json")
    return frozenset(int(other) for other, file in ids.items() if file.partition(".v")[0] == name) - {schema_id}


def decode(schema_id: int, value: bytes) -> dict[str, Any]:
    """A framed value of one expected schema, or of an earlier layout of it, as a dict with today's fields.

    Raises UnreadableError for another schema and for anything but the canonical encoding.
    """
    written_as = schema_id_of(value)
    if written_as == schema_id and value[:1] == MAGIC:
        return reader(schema_id)(value)
    if written_as in earlier_ids(schema_id) and value[:1] == MAGIC:
        schema = load(file_of(schema_id))
        resolved: dict[str, Any] = _with_defaults(schema, reader(written_as)(value), dict(_records(schema)))
        return resolved
    raise UnreadableError(
        dead_letter.UNKNOWN_SCHEMA, f"schema id {written_as} where {schema_id} ({file_of(schema_id)}) is expected"
    )


def _records(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The records that a schema defines, by name: it may name them again without their fields."""
    match schema:
        case {"type": "record", "name": name, "fields": fields}:
            yield name, schema
            for field in fields:
                yield from _records(field["type"])
        case {"type": "array", "items": items}:
            yield from _records(items)
        case [*branches]:
            for branch in branches:
                yield from _records(branch)


def _with_defaults(schema: Schema, value: Any, records: Mapping[str, Schema]) -> Any:  # noqa: ANN401 - any value of a schema
    """A value of an earlier layout with the fields that were added since, at their defaults."""
    match schema:
        case {"type": "record", "fields": fields}:
            return {
                field["name"]: _with_defaults(field["type"], value[field["name"]], records)
                if field["name"] in value
                else field["default"]
                for field in fields
            }
        case {"type": "array", "items": items}:
            return [_with_defaults(items, element, records) for element in value]
        case str() if schema in records:
            return _with_defaults(records[schema], value, records)
        case [*branches] if isinstance(value, dict):
            return _with_defaults(next(branch for branch in branches if branch != "null"), value, records)
        case _:
            return value


def encode(schema_id: int, value: Any) -> bytes:  # noqa: ANN401 - any struct with the schema's fields
    """A struct with the schema's fields as a framed value."""
    return frame(schema_id) + writer(schema_id)(value)


@cache
def reader(schema_id: int, fields: tuple[str, ...] | None = None) -> Reader:
    """The generated reader of a schema: framed value in, dict out.

    With `fields`, of a value that holds these fields only: an Avro record is nothing but its fields one after the
    other, so that parts can be written and read apart.
    """
    return CodeGenerator().reader(_part(schema_id, fields))


@cache
def writer(schema_id: int, fields: tuple[str, ...] | None = None) -> Writer:
    """The generated writer of a schema, unframed: struct in, bytes out. With `fields`, of these fields only."""
    return CodeGenerator().writer(_part(schema_id, fields))


def _part(schema_id: int, fields: tuple[str, ...] | None) -> Schema:
    schema = load(file_of(schema_id))
    lint(schema)
    if fields is not None:
        schema["fields"] = [field for field in schema["fields"] if field["name"] in fields]
    return schema

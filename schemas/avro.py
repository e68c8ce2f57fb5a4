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
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from schemas import dead_letter
from schemas.avro_codegen import FRAME_BYTES, CodeGenerator, Reader, Writer
from schemas.avro_lint import Schema, lint
from schemas.dead_letter import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping

MANIFEST: Final = 1
DECISION: Final = 2
SECURITY_CASE: Final = 3
RECEIPT: Final = 4

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


def decode(schema_id: int, value: bytes) -> dict[str, Any]:
    """A framed value of one expected schema as a dict.

    Raises UnreadableError for another schema and for anything but the canonical encoding.
    """
    found = schema_id_of(value)
    if found != schema_id or value[:1] != MAGIC:
        raise UnreadableError(
            dead_letter.UNKNOWN_SCHEMA, f"schema id {found} where {schema_id} ({file_of(schema_id)}) is expected"
        )
    return reader(schema_id)(value)


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

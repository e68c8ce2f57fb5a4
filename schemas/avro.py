"""Avro, strictly: readers and writers generated from the `.avsc` files beside this module.

The reader accepts the canonical encoding alone, in one pass and without a second look: every length is checked
against what is left, variable-length integers have no spare bytes, booleans are 0 or 1, text is UTF-8, no map names a
key twice, nothing trails. A general decoder trusts the bytes on all of these. Arrays may come in several blocks, with
or without their size: Go's serialisers write them so, and a block can't claim more items than there are bytes. `lint` refuses schemas that could make reading unbounded.
Each schema becomes one Python function by source generation: about half the time of a general decoder in C.
"""

import json
import struct
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, cast

from schemas import unreadable
from schemas.unreadable import UnreadableError

MANIFEST: Final = 1
DECISION: Final = 2
SECURITY_CASE: Final = 3
RECEIPT: Final = 4

FOLDER: Final = Path(__file__).parent
MAGIC: Final = b"\x00"
FRAME_BYTES: Final = 5
_FIELDS_MAX: Final = 100
_DEPTH_MAX: Final = 8

Schema = Any
"""A parsed `.avsc`: str, list or dict, as JSON has it."""
Reader = Callable[[bytes], dict[str, Any]]
Writer = Callable[[Any], bytes]


class SchemaError(Exception):
    """A schema of ours that could make reading unbounded or ambiguous: ours to repair before the start."""


def load(name: str) -> Schema:
    """The schema in a file of this folder, as JSON has it."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


@cache
def file_of(schema_id: int) -> str:
    """The file a schema id stands for."""
    ids = cast("Mapping[str, str]", load("ids.json"))
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
        raise UnreadableError(unreadable.BAD_AVRO, f"the frame has {len(value)} bytes; five are needed: 0 and a schema id")
    return cast("int", struct.unpack_from(">I", value, 1)[0])


def decode(schema_id: int, value: bytes) -> dict[str, Any]:
    """A framed value of one expected schema as a dict.

    Raises UnreadableError for another schema and for anything but the canonical encoding.
    """
    found = schema_id_of(value)
    if found != schema_id or value[:1] != MAGIC:
        raise UnreadableError(unreadable.UNKNOWN_SCHEMA, f"schema id {found} where {schema_id} ({file_of(schema_id)}) is expected")
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
    return _Generator().reader(_part(schema_id, fields))


@cache
def writer(schema_id: int, fields: tuple[str, ...] | None = None) -> Writer:
    """The generated writer of a schema, unframed: struct in, bytes out. With `fields`, of these fields only."""
    return _Generator().writer(_part(schema_id, fields))


def _part(schema_id: int, fields: tuple[str, ...] | None) -> Schema:
    schema = load(file_of(schema_id))
    lint(schema)
    if fields is not None:
        schema["fields"] = [field for field in schema["fields"] if field["name"] in fields]
    return schema


def lint(schema: Schema) -> None:
    """Refuse what makes reading unbounded: recursion, items without bytes, enums and decimals, too many fields."""
    _lint(schema, (), {})


def _lint(schema: Schema, inside: tuple[str, ...], known: dict[str, Schema]) -> int:  # noqa: C901, PLR0911, PLR0912 - one branch a type
    """Check a schema; its least number of bytes."""
    if len(inside) > _DEPTH_MAX:
        raise SchemaError(f"{'/'.join(inside)}: nested deeper than {_DEPTH_MAX}")
    match schema:
        case list():
            for branch in schema:
                _lint(branch, inside, known)
            return 1
        case "null":
            return 0
        case "boolean" | "int" | "long" | "string" | "bytes":
            return 1
        case "double":
            return 8
        case str():
            if schema in inside:
                raise SchemaError(f"{'/'.join(inside)}: {schema} contains itself")
            if schema not in known:
                raise SchemaError(f"{'/'.join(inside)}: {schema} is no type this project uses, nor one defined before")
            return _lint(known[schema], inside, known)
        case {"logicalType": logical}:
            raise SchemaError(f"{'/'.join(inside)}: logical type {logical}; say it in a string")
        case {"type": "record", "name": name, "fields": fields}:
            if known.setdefault(name, schema) is not schema:
                raise SchemaError(f"{name}: defined twice")
            if len(fields) > _FIELDS_MAX:
                raise SchemaError(f"{name}: {len(fields)} fields, {_FIELDS_MAX} at most")
            return sum(_lint(field["type"], (*inside, name), known) for field in fields)
        case {"type": "array", "items": items}:
            if _lint(items, (*inside, "array"), known) == 0:
                raise SchemaError(f"{'/'.join(inside)}: array of items that take no bytes")
            return 1
        case {"type": "map", "values": values}:
            _lint(values, (*inside, "map"), known)
            return 1
        case _:
            raise SchemaError(f"{'/'.join(inside)}: {schema!r} is not one of the types this project uses")


# What generated code calls when the short way is not enough.

_LONG_BYTES_MAX = 10
_CONTINUES = 0x80
_INT_MAX = 2**31


def _wide(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer of more than one byte, still zigzag, and the position behind it."""
    second = data[at + 1]
    if 0 < second < _CONTINUES:  # two bytes, as most: lengths of texts
        return data[at] & 0x7F | second << 7, at + 2
    value = shift = 0
    for index in range(_LONG_BYTES_MAX):
        byte = data[at + index]
        value |= (byte & 0x7F) << shift
        if byte < _CONTINUES:
            if byte == 0:
                raise UnreadableError(unreadable.BAD_AVRO, "an integer has spare bytes", f"byte {at}")
            if value >= 1 << 64:
                break
            return value, at + index + 1
        shift += 7
    raise UnreadableError(unreadable.BAD_AVRO, "an integer is longer than 64 bits", f"byte {at}")


def _int(value: int, at: int) -> int:
    if not -_INT_MAX <= value < _INT_MAX:
        raise UnreadableError(unreadable.BAD_AVRO, "an integer is longer than 32 bits", f"byte {at}")
    return value


def _bool(byte: int, at: int) -> bool:
    if byte > 1:
        raise UnreadableError(unreadable.BAD_AVRO, f"a boolean is {byte}; 0 or 1 is right", f"byte {at - 1}")
    return byte == 1


def _bad(what: str, at: int) -> UnreadableError:
    return UnreadableError(unreadable.BAD_AVRO, what, f"byte {at}")


def _not_text(reason: str) -> UnreadableError:
    return UnreadableError(unreadable.BAD_AVRO, f"text is not UTF-8: {reason}")


def _count(zigzag: int, data: bytes, at: int) -> tuple[int, int, int]:
    """Items in a block, position of the first, position where the block must end (-1: not said)."""
    if zigzag & 1:
        size = data[at]
        if size < _CONTINUES:
            at += 1
        else:
            size, at = _wide(data, at)
        count, ends = (zigzag + 1) >> 1, at + (size >> 1)
        if size & 1 or ends > len(data):
            raise _bad("a block is longer than the value", at)
    else:
        count, ends = zigzag >> 1, -1
    if count > len(data) - at:
        raise _bad(f"a block of {count} items in {len(data) - at} bytes", at)
    return count, at, ends


_LAST: Final = tuple(bytes([bits]) if bits < _CONTINUES else bytes([bits & 0x7F | _CONTINUES, bits >> 7]) for bits in range(1 << 14))
"""The last bits of a number, up to fourteen."""
_MORE: Final = tuple(bytes([bits & 0x7F | _CONTINUES, bits >> 7 | _CONTINUES]) for bits in range(1 << 14))
"""Fourteen bits that more follow."""


def _zigzag(value: int) -> bytes:
    """A long as Avro writes it."""
    raw = (value << 1) ^ (value >> 63)
    if raw >= 1 << 64:
        raise OverflowError(f"{value} is longer than 64 bits")
    out = b""
    while raw >= 1 << 14:
        out += _MORE[raw & 0x3FFF]
        raw >>= 14
    return out + _LAST[raw]


SMALL: Final = tuple(_zigzag(value) for value in range(4096))
"""Lengths and small numbers, written once."""


def long(value: int) -> bytes:
    """An int or long as Avro writes it."""
    return SMALL[value] if 0 <= value < len(SMALL) else _zigzag(value)


def string(text: str) -> bytes:
    """A string as Avro writes it."""
    raw = text.encode()
    return long(len(raw)) + raw


_REPEATED: Final = frozenset(
    {"event", "route", "outcome", "code", "severity", "rule", "category", "exempt", "exchange_rate", "tax", "rate", "decided_at", "answered_at", "opened_at"}
)
"""Text fields that say the same few words again and again."""
word: Final = lru_cache(maxsize=4096)(string)
"""A string of these fields, or the name of a value in a map, as Avro writes it."""


class _Generator:
    """Writes the Python source of one schema's reader or writer, and compiles it."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._functions: list[str] = []
        self._records: dict[str, Schema] = {}
        self._names = 0

    def reader(self, schema: Schema) -> Reader:
        """A function from a framed value to a dict."""
        self._record_reader(schema)
        self._emit(
            0,
            "def read(b):",
            "    try:",
            f"        v, i = read_{schema['name']}(b, {FRAME_BYTES}, len(b))",
            "    except IndexError:",
            "        raise bad('the value ends in the middle', len(b)) from None",
            "    except UnicodeDecodeError as error:",
            "        raise not_text(error.reason) from None",
            "    if i != len(b):",
            "        raise bad(f'{len(b) - i} bytes behind the value', i)",
            "    return v",
        )
        scope = {"wide": _wide, "to_int": _int, "to_bool": _bool, "bad": _bad, "not_text": _not_text, "block": _count, "double": struct.Struct("<d").unpack_from}
        return cast("Reader", self._compile(scope, "read"))

    def writer(self, schema: Schema) -> Writer:
        """A function from a struct to bytes."""
        self._record_writer(schema)
        self._emit(0, "def write(v):", "    o = bytearray()", f"    write_{schema['name']}(o, v)", "    return bytes(o)")
        scope = {"small": SMALL, "n_small": len(SMALL), "zigzag": _zigzag, "word": word, "double": struct.Struct("<d").pack}
        return cast("Writer", self._compile(scope, "write"))

    def _compile(self, scope: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - typed by the two callers
        exec(compile("\n".join(self._functions + self._lines), f"<generated {name}>", "exec"), scope)  # noqa: S102 - source is generated from our own schema files
        return scope[name]

    def _emit(self, depth: int, *lines: str) -> None:
        self._lines.extend("    " * depth + line for line in lines)

    def _name(self) -> str:
        self._names += 1
        return f"x{self._names}"

    # reading: every piece of code moves `i` and leaves its value in the variable it was given

    def _record_reader(self, schema: Schema) -> None:
        self._records[schema["name"]] = schema
        outer, self._lines = self._lines, []
        entries = []
        for field in schema["fields"]:
            name = self._name()
            self._read(field["type"], name, 1)
            entries.append(f"{field['name']!r}: {name}")
        self._functions += [f"def read_{schema['name']}(b, i, end):", *self._lines, f"    return {{{', '.join(entries)}}}, i"]
        self._lines = outer

    def _raw(self, name: str, depth: int) -> None:
        self._emit(depth, f"{name} = b[i]", f"if {name} < {_CONTINUES}:", "    i += 1", "else:", f"    {name}, i = wide(b, i)")

    def _read(self, schema: Schema, name: str, depth: int) -> None:  # noqa: C901 - one branch a type
        match schema:
            case "string" | "bytes":
                self._raw(name, depth)
                text = ".decode()" if schema == "string" else ""
                self._emit(depth, f"j = i + ({name} >> 1)", f"if j > end or {name} & 1:", "    raise bad('a length is beyond the end', i)", f"{name} = b[i:j]{text}", "i = j")
            case "int" | "long":
                self._raw(name, depth)
                self._emit(depth, f"{name} = ({name} >> 1) ^ -({name} & 1)")
                if schema == "int":
                    self._emit(depth, f"if not -{_INT_MAX} <= {name} < {_INT_MAX}:", f"    to_int({name}, i)")
            case "boolean":
                self._emit(depth, f"{name} = b[i]", "i += 1", f"{name} = to_bool({name}, i)")
            case "double":
                self._emit(depth, "if i + 8 > end:", "    raise bad('the value ends in the middle', i)", f"({name},) = double(b, i)", "i += 8")
            case ["null", other]:
                self._emit(depth, f"{name} = b[i]", "i += 1", f"if {name} == 0:", f"    {name} = None", f"elif {name} == 2:")
                self._read(other, name, depth + 1)
                self._emit(depth, "else:", f"    raise bad(f'a union has no branch with the mark {{{name}}}', i - 1)")
            case {"type": "array", "items": items}:
                item = self._name()
                self._blocks(name, depth, "[]", lambda inner: self._element(name, item, items, inner))
            case {"type": "map", "values": values}:
                key, value = self._name(), self._name()
                self._blocks(name, depth, "{}", lambda inner: self._entry(name, key, value, values, inner))
            case {"type": "record", "name": record}:
                if record not in self._records:
                    self._record_reader(schema)
                self._emit(depth, f"{name}, i = read_{record}(b, i, end)")
            case str():
                self._emit(depth, f"{name}, i = read_{schema}(b, i, end)")
            case _:
                raise SchemaError(f"no reader for {schema!r}")

    def _element(self, name: str, item: str, items: Schema, depth: int) -> None:
        self._read(items, item, depth)
        self._emit(depth, f"{name}.append({item})")

    def _entry(self, name: str, key: str, value: str, values: Schema, depth: int) -> None:
        self._read("string", key, depth)
        self._emit(depth, f"if {key} in {name}:", "    raise bad('a map names a key twice', i)")
        self._read(values, value, depth)
        self._emit(depth, f"{name}[{key}] = {value}")

    def _blocks(self, name: str, depth: int, empty: str, item: Callable[[int], object]) -> None:
        count, ends, index = self._name(), self._name(), self._name()
        self._emit(depth, f"{name} = {empty}", "while True:")
        self._raw(count, depth + 1)
        self._emit(depth + 1, f"if {count} == 0:", "    break", f"{count}, i, {ends} = block({count}, b, i)", f"for {index} in range({count}):")
        item(depth + 2)
        self._emit(depth + 1, f"if {ends} >= 0 and i != {ends}:", "    raise bad('a block is not as long as it says', i)")

    # writing: every piece of code appends the value of an expression to `o`

    def _record_writer(self, schema: Schema) -> None:
        self._records[schema["name"]] = schema
        outer, self._lines = self._lines, []
        for field in schema["fields"]:
            name = self._name()
            self._emit(1, f"{name} = v.{field['name']}")
            self._write(field["type"], name, 1, repeated=field["name"] in _REPEATED)
        self._functions += [f"def write_{schema['name']}(o, v):", *(self._lines or ["    pass"])]
        self._lines = outer

    def _number(self, name: str, depth: int) -> None:
        self._emit(depth, f"o += small[{name}] if 0 <= {name} < n_small else zigzag({name})")

    def _length(self, length: str, name: str, depth: int) -> None:
        self._emit(depth, f"{length} = len({name})", f"o += small[{length}] if {length} < n_small else zigzag({length})")

    def _write(self, schema: Schema, name: str, depth: int, *, repeated: bool = False) -> None:  # noqa: C901, PLR0912 - one branch a type
        match schema:
            case "string" if repeated:
                self._emit(depth, f"o += word({name})")
            case "string" | "bytes":
                if schema == "string":
                    self._emit(depth, f"{name} = {name}.encode()")
                self._length(self._name(), name, depth)
                self._emit(depth, f"o += {name}")
            case "int" | "long":
                self._number(name, depth)
            case "boolean":
                self._emit(depth, f"o.append(1 if {name} else 0)")
            case "double":
                self._emit(depth, f"o += double({name})")
            case ["null", other]:
                self._emit(depth, f"if {name} is None:", "    o.append(0)", "else:", "    o.append(2)")
                self._write(other, name, depth + 1, repeated=repeated)
            case {"type": "array", "items": items}:
                item = self._name()
                self._items(name, depth, f"for {item} in {name}:", lambda inner: self._write(items, item, inner))
            case {"type": "map", "values": values}:
                key, value = self._name(), self._name()
                self._items(name, depth, f"for {key}, {value} in {name}.items():", lambda inner: self._pair(key, value, values, inner))
            case {"type": "record", "name": record}:
                if record not in self._records:
                    self._record_writer(schema)
                self._emit(depth, f"write_{record}(o, {name})")
            case str():
                self._emit(depth, f"write_{schema}(o, {name})")
            case _:
                raise SchemaError(f"no writer for {schema!r}")

    def _pair(self, key: str, value: str, values: Schema, depth: int) -> None:
        self._write("string", key, depth, repeated=True)
        self._write(values, value, depth)

    def _items(self, name: str, depth: int, loop: str, item: Callable[[int], object]) -> None:
        self._emit(depth, f"if {name}:")
        self._length(self._name(), name, depth + 1)
        self._emit(depth + 1, loop)
        item(depth + 2)
        self._emit(depth, "o.append(0)")

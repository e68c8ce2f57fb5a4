"""Readers and writers generated from an Avro schema and the struct beside it."""

import struct
from collections.abc import Callable
from typing import Any, Final, cast

from schemas import dead_letter
from schemas.avro_lint import Schema, SchemaError
from schemas.avro_primitives import CONTINUES, SMALL, word, zigzag
from schemas.dead_letter import UnreadableError

FRAME_BYTES: Final = 5
Reader = Callable[[bytes], dict[str, Any]]
Writer = Callable[[Any], bytes]


# What generated code calls when the short way is not enough.

_LONG_BYTES_MAX = 10
_INT_MAX = 2**31


def _wide(data: bytes, at: int) -> tuple[int, int]:
    """A variable-length integer of more than one byte, still zigzag, and the position behind it."""
    second = data[at + 1]
    if 0 < second < CONTINUES:  # two bytes, as most: lengths of texts
        return data[at] & 0x7F | second << 7, at + 2
    value = shift = 0
    for index in range(_LONG_BYTES_MAX):
        byte = data[at + index]
        value |= (byte & 0x7F) << shift
        if byte < CONTINUES:
            if byte == 0:
                raise UnreadableError(dead_letter.BAD_AVRO, "an integer has spare bytes", f"byte {at}")
            if value >= 1 << 64:
                break
            return value, at + index + 1
        shift += 7
    raise UnreadableError(dead_letter.BAD_AVRO, "an integer is longer than 64 bits", f"byte {at}")


def _int(value: int, at: int) -> int:
    if not -_INT_MAX <= value < _INT_MAX:
        raise UnreadableError(dead_letter.BAD_AVRO, "an integer is longer than 32 bits", f"byte {at}")
    return value


def _bool(byte: int, at: int) -> bool:
    if byte > 1:
        raise UnreadableError(dead_letter.BAD_AVRO, f"a boolean is {byte}; 0 or 1 is right", f"byte {at - 1}")
    return byte == 1


def _bad(what: str, at: int) -> UnreadableError:
    return UnreadableError(dead_letter.BAD_AVRO, what, f"byte {at}")


def _not_text(reason: str) -> UnreadableError:
    return UnreadableError(dead_letter.BAD_AVRO, f"text is not UTF-8: {reason}")


def _count(zigzag: int, data: bytes, at: int) -> tuple[int, int, int]:
    """Items in a block, position of the first, position where the block must end (-1: not said)."""
    if zigzag & 1:
        size = data[at]
        if size < CONTINUES:
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


_REPEATED: Final = frozenset(
    {
        "event",
        "route",
        "outcome",
        "code",
        "severity",
        "rule",
        "category",
        "exempt",
        "exchange_rate",
        "tax",
        "rate",
        "decided_at",
        "answered_at",
        "opened_at",
    }
)
"""Text fields that say the same few words again and again."""


class CodeGenerator:
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
        scope = {
            "wide": _wide,
            "to_int": _int,
            "to_bool": _bool,
            "bad": _bad,
            "not_text": _not_text,
            "block": _count,
            "double": struct.Struct("<d").unpack_from,
        }
        return cast("Reader", self._compile(scope, "read"))

    def writer(self, schema: Schema) -> Writer:
        """A function from a struct to bytes."""
        self._record_writer(schema)
        self._emit(
            0, "def write(v):", "    o = bytearray()", f"    write_{schema['name']}(o, v)", "    return bytes(o)"
        )
        scope = {
            "small": SMALL,
            "n_small": len(SMALL),
            "zigzag": zigzag,
            "word": word,
            "double": struct.Struct("<d").pack,
        }
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
        self._functions += [
            f"def read_{schema['name']}(b, i, end):",
            *self._lines,
            f"    return {{{', '.join(entries)}}}, i",
        ]
        self._lines = outer

    def _raw(self, name: str, depth: int) -> None:
        self._emit(
            depth, f"{name} = b[i]", f"if {name} < {CONTINUES}:", "    i += 1", "else:", f"    {name}, i = wide(b, i)"
        )

    def _read(self, schema: Schema, name: str, depth: int) -> None:  # noqa: C901 - one branch a type
        match schema:
            case "string" | "bytes":
                self._raw(name, depth)
                text = ".decode()" if schema == "string" else ""
                self._emit(
                    depth,
                    f"j = i + ({name} >> 1)",
                    f"if j > end or {name} & 1:",
                    "    raise bad('a length is beyond the end', i)",
                    f"{name} = b[i:j]{text}",
                    "i = j",
                )
            case "int" | "long":
                self._raw(name, depth)
                self._emit(depth, f"{name} = ({name} >> 1) ^ -({name} & 1)")
                if schema == "int":
                    self._emit(depth, f"if not -{_INT_MAX} <= {name} < {_INT_MAX}:", f"    to_int({name}, i)")
            case "boolean":
                self._emit(depth, f"{name} = b[i]", "i += 1", f"{name} = to_bool({name}, i)")
            case "double":
                self._emit(
                    depth,
                    "if i + 8 > end:",
                    "    raise bad('the value ends in the middle', i)",
                    f"({name},) = double(b, i)",
                    "i += 8",
                )
            case ["null", other]:
                self._emit(
                    depth, f"{name} = b[i]", "i += 1", f"if {name} == 0:", f"    {name} = None", f"elif {name} == 2:"
                )
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
        self._emit(
            depth + 1,
            f"if {count} == 0:",
            "    break",
            f"{count}, i, {ends} = block({count}, b, i)",
            f"for {index} in range({count}):",
        )
        item(depth + 2)
        self._emit(
            depth + 1, f"if {ends} >= 0 and i != {ends}:", "    raise bad('a block is not as long as it says', i)"
        )

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
        self._emit(
            depth, f"{length} = len({name})", f"o += small[{length}] if {length} < n_small else zigzag({length})"
        )

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
                self._items(
                    name,
                    depth,
                    f"for {key}, {value} in {name}.items():",
                    lambda inner: self._pair(key, value, values, inner),
                )
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

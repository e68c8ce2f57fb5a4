"""What an Avro schema must keep to before a reader or writer is generated from it."""

from typing import Any, Final

_FIELDS_MAX: Final = 100
_DEPTH_MAX: Final = 8

Schema = Any
"""A parsed `.avsc`: str, list or dict, as JSON has it."""


class SchemaError(Exception):
    """A schema of ours that could make reading unbounded or ambiguous: ours to repair before the start."""


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

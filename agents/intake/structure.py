"""FMT-01: is a manifest built as the contract says? Fields present, of their type, within their limits.

The fast way is one conversion in C. Only when it fails is each field looked at on its own, so that every fault is
reported at once; both ways read the same definitions in `schemas.manifest`.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Generic, TypeGuard, TypeVar, get_args, get_origin

import msgspec
from msgspec import Meta
from msgspec.structs import FieldInfo, fields

from agents.rules.quote import quoted
from agents.rules.rule import Found
from schemas import limits
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel

S = TypeVar("S", bound=msgspec.Struct)
_ABSENT: Final = object()

_TYPES: Final = {"str": "TEXT", "int": "INTEGER", "bool": "BOOLEAN", "array": "LIST", "object": "OBJECT"}
"""The library's words for types of values, and those of messages."""
_BOUNDS: Final = {"<=": "AT_MOST", ">=": "AT_LEAST"}
_EXPECTED: Final = re.compile(r"Expected `([a-z| ]+)`(?: (?:of length )?(<=|>=) ([0-9]+))?")
"""The library's sentence, such as "Expected `str` of length <= 64 - at `$.a`"."""

_PARTS = (("consignor", Consignor), ("consignee", Consignee), ("order", Order))


class _Consignor(Consignor, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A sender of whom nothing is said that nobody knows."""


class _Consignee(Consignee, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """The same of a receiver."""


class _Order(Order, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """The same of an order."""


class _Item(Item, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """The same of a line."""


class StrictParcel(Parcel, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A parcel without a field that nobody knows: nearly every one, and known as such by the conversion itself."""

    consignor: _Consignor
    consignee: _Consignee
    order: _Order | None = None
    items: Annotated[tuple[_Item, ...], Meta(max_length=limits.ITEMS_PER_PARCEL_MAX)]


class ParseResult(msgspec.Struct, Generic[S], frozen=True, gc=False):
    """What could be made of an object: the value (None when it has faults) and the faults."""

    value: S | None
    faults: tuple[Found, ...] = ()


def convert_or_none(raw: object, kind: type[S]) -> S | None:
    """An object as a struct; None when it has faults."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError:
        return None


def parcel_or_none(raw: object) -> Parcel | None:
    """A parcel, plain where it can be; None when it has faults."""
    return convert_or_none(raw, StrictParcel) or convert_or_none(raw, Parcel)


def parse(raw: object, kind: type[S], path: str = "") -> ParseResult[S]:
    """An object as a struct, or every fault that keeps it from being one."""
    try:
        return ParseResult(msgspec.convert(raw, kind))
    except msgspec.ValidationError:
        return ParseResult(None, tuple(faults(raw, kind, path)))


def salvage(raw: object, kind: type[S]) -> S:
    """A struct of what is right in an object; the rest by default, or empty."""
    right: dict[str, Any] = {}
    for field in _fields(kind):
        value = raw.get(field.encode_name, _ABSENT) if isinstance(raw, dict) else _ABSENT
        try:
            right[field.name] = msgspec.convert(value, field.type)
        except msgspec.ValidationError:
            inner = _salvaged(value, field)
            if inner is not None:
                right[field.name] = inner
    return kind(**right)


def _salvaged(value: object, field: FieldInfo) -> object:
    """What is right inside a field, None when its default says enough."""
    struct, many = _struct_in(field.type)
    if struct is not None and many:
        return tuple(salvage(element, struct) for element in value) if _is_short_list(value) else ()
    if struct is not None and (field.required or isinstance(value, dict)):
        return salvage(value, struct)
    return "" if field.required else None


def _is_short_list(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list) and len(value) <= limits.ITEMS_PER_PARCEL_MAX


def unknown(raw: Mapping[str, Any], path: str = "") -> Iterator[Found]:
    """One INFO finding for each object of a parcel with fields that nobody knows."""
    if not _known(Parcel).issuperset(raw):
        yield from unknown_in(raw, Parcel, path)
    for name, kind in _PARTS:
        part = raw.get(name)
        if part is not None and not _known(kind).issuperset(part):
            yield from unknown_in(part, kind, f"{path}/{name}")
    for index, item in enumerate(raw["items"]):
        if not _known(Item).issuperset(item):
            yield from unknown_in(item, Item, f"{path}/items/{index}")


def unknown_in(raw: Mapping[str, Any], kind: type[msgspec.Struct], path: str = "") -> Iterator[Found]:
    """A finding when an object has fields that nobody knows."""
    known = _known(kind)
    if not known.issuperset(raw):
        names = sorted(set(raw) - known)
        named = ", ".join(quoted(name[: limits.ID_CHARS_MAX]) for name in names[: limits.UNKNOWN_FIELDS_NAMED_MAX])
        yield Found(path, "FIELDS_UNKNOWN", {"count": str(len(names)), "names": named})


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[FieldInfo, ...]:
    return fields(kind)


@cache
def _known(kind: type[msgspec.Struct]) -> frozenset[str]:
    more = {"parcels"} if kind is Header else set()
    return frozenset(kind.__struct_fields__) | more


def faults(raw: object, kind: type[msgspec.Struct], path: str) -> Iterator[Found]:
    """Every fault of an object, by field, found as they are asked for."""
    if not isinstance(raw, dict):
        yield Found(path, "FIELD_TYPE_WRONG", {**_value(raw), "kind": "OBJECT"})
        return
    for field in _fields(kind):
        where = f"{path}/{field.encode_name}"
        if field.encode_name not in raw:
            if field.required:
                yield Found(where, "FIELD_MISSING", _kind_of(field))
            continue
        value = raw[field.encode_name]
        try:
            msgspec.convert(value, field.type)
        except msgspec.ValidationError as error:
            yield from _inner(value, field, where, str(error))


def _inner(value: object, field: FieldInfo, path: str, error: str) -> Iterator[Found]:
    """The faults inside a field, or the field's own."""
    struct, many = _struct_in(field.type)
    if struct is not None and many and _is_short_list(value):
        for index, element in enumerate(value):
            if convert_or_none(element, struct) is None:
                yield from faults(element, struct, f"{path}/{index}")
    elif struct is not None and not many and isinstance(value, dict):
        yield from faults(value, struct, path)
    else:
        yield Found(path, "FIELD_TYPE_WRONG", {**_value(value), **_kind(error)})


@cache
def _struct_in(kind: object) -> tuple[type[msgspec.Struct] | None, bool]:
    """The struct that a field holds, if any, and whether it holds many."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind, False
    if get_origin(kind) is tuple:
        struct, _ = _struct_in(get_args(kind)[0])
        return struct, True
    if get_origin(kind) is UnionType or hasattr(kind, "__metadata__"):
        for part in get_args(kind):
            struct, many = _struct_in(part)
            if struct is not None:
                return struct, many
    return None, False


def _value(value: object) -> dict[str, str]:
    """What a value is, without saying its content, as parameters of a message."""
    match value:
        case None:
            return {"value": "NULL"}
        case bool():
            return {"value": "BOOLEAN"}
        case str():
            return {"value": "TEXT", "length": str(len(value))}
        case int() | float():
            return {"value": "NUMBER"}
        case list():
            return {"value": "LIST", "length": str(len(value))}
        case _:
            return {"value": "OBJECT"}


def _kind_of(field: FieldInfo) -> dict[str, str]:
    """What a field must be, as parameters of a message."""
    try:
        msgspec.convert(object(), field.type)
    except msgspec.ValidationError as error:
        return _kind(str(error))
    raise TypeError(f"field {field.name} takes any object: a message can't say what it must be")


def _kind(error: str) -> dict[str, str]:
    """What the library expected, as parameters of a message.

    Raises KeyError for a kind of field that has no word yet (schemas/messages.py).
    """
    expected = _EXPECTED.match(error)
    if expected is None:
        raise KeyError(error)
    types, bound, limit = expected.groups()
    word = _TYPES[types.removesuffix(" | null")]
    if bound is not None:
        return {"kind": f"{word}_{_BOUNDS[bound]}", "limit": limit}
    return {"kind": f"{word}_OR_NULL" if types.endswith(" | null") else word}

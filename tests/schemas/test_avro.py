"""Our Avro against fastavro as the reference.

The same bytes, the same values, and nothing but the strict encoding read.
"""

import contextlib
import io
import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, Final

import fastavro
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas import avro, avro_codegen, avro_lint, avro_primitives, dead_letter
from schemas.avro_lint import SchemaError
from schemas.dead_letter import UnreadableError
from tests.parcels import manifest

IDS: Final = (avro.MANIFEST, avro.DECISION, avro.SECURITY_CASE, avro.RECEIPT)
FRAME: Final = avro.frame(avro.MANIFEST)
PARSED: Final = {number: fastavro.parse_schema(avro.load(avro.file_of(number))) for number in IDS}

INTS: Final = st.integers(-(2**31), 2**31 - 1)
LONGS: Final = st.integers(-(2**63), 2**63 - 1)
PRIMITIVES: Final[dict[str, st.SearchStrategy[Any]]] = {
    "boolean": st.booleans(),
    "int": INTS,
    "long": LONGS | st.integers(-70, 70),
    "string": st.text(max_size=20) | st.just("ㄱ" * 5_000),
    "bytes": st.binary(max_size=20),
    "double": st.floats(allow_nan=False),
}


def values(schema: Any, known: dict[str, Any]) -> st.SearchStrategy[Any]:  # noqa: ANN401 - a parsed schema
    """Values of a schema, by reading the schema: our generator is not asked."""
    match schema:
        case ["null", other]:
            return st.none() | values(other, known)
        case {"type": "array", "items": items}:
            return st.lists(values(items, known), max_size=3)
        case {"type": "map", "values": inner}:
            return st.dictionaries(st.text(max_size=5), values(inner, known), max_size=3)
        case {"type": "record", "fields": fields, "name": name}:
            known[name] = schema
            return st.fixed_dictionaries({field["name"]: values(field["type"], known) for field in fields})
        case str() if schema in PRIMITIVES:
            return PRIMITIVES[schema]
    return values(known[schema], known)


VALUES: Final = {number: values(avro.load(avro.file_of(number)), {}) for number in IDS}
EARLIER: Final = {2: avro.DECISION, 3: avro.SECURITY_CASE, 4: avro.RECEIPT}
"""Ids of layouts that are no longer written, and today's."""
EARLIER_VALUES: Final = {number: values(avro.load(avro.file_of(number)), {}) for number in EARLIER}
ANY: Final = st.sampled_from(IDS).flatmap(lambda number: st.tuples(st.just(number), VALUES[number]))


def written(schema: Any, value: Any) -> bytes:  # noqa: ANN401 - whatever the schema describes
    """A value as fastavro writes it."""
    out = io.BytesIO()
    fastavro.schemaless_writer(out, schema, value)
    return out.getvalue()


def as_struct(value: Any) -> Any:  # noqa: ANN401 - whatever a schema describes
    """Dicts of text keys as objects with attributes, but for maps, which stay what they are."""
    if isinstance(value, list):
        return [as_struct(item) for item in value]
    return _Struct({name: as_struct(item) for name, item in value.items()}) if isinstance(value, dict) else value


class _Struct(SimpleNamespace):
    """Read by attribute as a record, by item as a map: the schema knows which it is."""

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__()
        self.__dict__.update(fields)

    def __len__(self) -> int:
        return len(self.__dict__)

    def items(self) -> Any:  # noqa: ANN401 - dict items
        return self.__dict__.items()


@settings(max_examples=120, deadline=None)
@given(ANY)
def test_what_is_written_is_what_fastavro_writes_and_comes_back(case: tuple[int, Any]) -> None:
    number, value = case
    ours = avro.encode(number, as_struct(value))
    assert ours == avro.frame(number) + written(PARSED[number], value)
    assert avro.decode(number, ours) == value == fastavro.schemaless_reader(io.BytesIO(ours[5:]), PARSED[number], None)


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1, 10**20], ids=["one too many", "one too few", "far too many"])
def test_a_number_beyond_64_bits_is_not_written(value: int) -> None:
    with pytest.raises(OverflowError):
        avro_primitives.long(value)


@pytest.mark.parametrize(
    "value", [0, -1, 1, 63, 64, -64, -65, 2047, 2048, 4095, 4096, 2**31, -(2**31), 2**63 - 1, -(2**63)]
)
def test_longs_at_the_edges(value: int) -> None:
    assert avro_primitives.long(value) == written("long", value)


# Bytes that nobody wrote honestly. A schema of one field says what each is about.


def read_of(field: Any) -> Callable[[bytes], Any]:  # noqa: ANN401 - a schema
    """A reader of a record with one field."""
    schema = {"type": "record", "name": "R", "fields": [{"name": "x", "type": field}]}
    avro_lint.lint(schema)
    read = avro_codegen.CodeGenerator().reader(schema)
    return lambda body: read(FRAME + body)["x"]


STRINGS: Final = {"type": "array", "items": "string"}
MAP: Final = {"type": "map", "values": "int"}
TWO_TO_40: Final = avro_primitives.long(2**40)
WHOLE: Final = {"long": 0, "string": "", "boolean": False, "double": 0.0}


@pytest.mark.parametrize(
    ("field", "body"),
    [
        pytest.param("long", b"", id="nothing where a number is"),
        pytest.param("long", b"\x80", id="a number that goes on behind the end"),
        pytest.param("long", b"\x80\x00", id="a number with a spare byte"),
        pytest.param("long", b"\xff" * 9 + b"\x02", id="a number of 65 bits"),
        pytest.param("long", b"\xff" * 10 + b"\x01", id="a number of 11 bytes"),
        pytest.param("long", b"\xff" * 100_000 + b"\x01", id="a number of 100,000 bytes"),
        pytest.param("int", avro_primitives.long(2**31), id="an int of 33 bits"),
        pytest.param("int", avro_primitives.long(-(2**31) - 1), id="an int of 33 bits below zero"),
        pytest.param("boolean", b"\x07", id="boolean 7"),
        pytest.param("boolean", b"\x02", id="boolean 2"),
        pytest.param("boolean", b"", id="no boolean"),
        pytest.param("double", b"\x00" * 7, id="seven bytes of a double"),
        pytest.param(["null", "int"], b"\x04\x02", id="union index 2"),
        pytest.param(["null", "int"], b"\x01\x02", id="union index -1"),
        pytest.param(["null", "int"], b"\x82\x00\x02", id="union index with a spare byte"),
        pytest.param("string", b"\x01", id="a string of length -1"),
        pytest.param("string", b"\x06ab", id="a string that ends too early"),
        pytest.param("string", avro_primitives.long(2**62) + b"ab", id="a string of 2^62 bytes"),
        pytest.param("string", b"\x02\xff", id="text that is not UTF-8"),
        pytest.param("string", b"\x06\xed\xa0\x80", id="a lone surrogate"),
        pytest.param("string", b"\x04\xc0\x80", id="an overlong letter"),
        pytest.param("bytes", b"\x06ab", id="bytes that end too early"),
        pytest.param(STRINGS, TWO_TO_40 + b"\x00", id="an array of 2^40 items"),
        pytest.param(STRINGS, b"\x08\x00\x00", id="an array of more items than bytes"),
        pytest.param(STRINGS, b"\x02\x00", id="an array without an end"),
        pytest.param(STRINGS, avro_primitives.long(-(2**63)) + b"\x02\x00\x00", id="a block of -2^63 items"),
        pytest.param(STRINGS, b"\x03" + avro_primitives.long(2**40) + b"\x00\x00\x00", id="a block of 2^40 bytes"),
        pytest.param(STRINGS, b"\x03\x03\x00\x00\x00", id="a block of -2 bytes"),
        pytest.param(STRINGS, b"\x03\x02\x00\x00\x00", id="a block shorter than its items"),
        pytest.param(STRINGS, b"\x01\x06\x02a\x00\x00", id="a block longer than its items"),
        pytest.param(STRINGS, b"\x01", id="a block without a size"),
        pytest.param(MAP, b"\x04\x02a\x02\x02a\x04\x00", id="a map with a key twice"),
        pytest.param(MAP, b"\x02\x02a\x02\x02\x02a\x04\x00", id="a map with a key twice in two blocks"),
        pytest.param("int", b"\x02\x00", id="a byte behind the value"),
    ],
)
def test_refused(field: Any, body: bytes) -> None:  # noqa: ANN401 - a schema
    with pytest.raises(UnreadableError) as caught:
        read_of(field)(body)
    assert caught.value.code == dead_letter.BAD_AVRO


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"\x04\x02a\x02b\x00", id="one block"),
        pytest.param(b"\x02\x02a\x02\x02b\x00", id="two blocks"),
        pytest.param(b"\x03\x08\x02a\x02b\x00", id="a block with its size, as Go writes it"),
        pytest.param(b"\x01\x04\x02a\x02\x02b\x00", id="one with, one without"),
    ],
)
def test_blocks_may_be_cut_as_the_writer_likes(body: bytes) -> None:
    assert read_of(STRINGS)(body) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(b"", dead_letter.BAD_AVRO, id="nothing"),
        pytest.param(b"\x00\x00\x00\x00", dead_letter.BAD_AVRO, id="four bytes of a frame"),
        pytest.param(FRAME, dead_letter.BAD_AVRO, id="a frame alone"),
        pytest.param(avro.frame(avro.DECISION) + b"\x00", dead_letter.UNKNOWN_SCHEMA, id="the frame of a decision"),
        pytest.param(avro.frame(0) + b"\x00", dead_letter.UNKNOWN_SCHEMA, id="schema 0"),
        pytest.param(avro.frame(2**32 - 1) + b"\x00", dead_letter.UNKNOWN_SCHEMA, id="the last schema there can be"),
        pytest.param(b"\x01" + FRAME[1:] + b"\x00", dead_letter.UNKNOWN_SCHEMA, id="another magic byte"),
        pytest.param(FRAME + b"\x02" * 5_000, dead_letter.BAD_AVRO, id="5 kB that would nest in a recursive schema"),
        pytest.param(FRAME + b"\x00" * 5_000, dead_letter.BAD_AVRO, id="5 kB of zeros"),
        pytest.param(FRAME + b"\xff" * 5_000, dead_letter.BAD_AVRO, id="5 kB of continuation bytes"),
    ],
)
def test_frames_refused(value: bytes, code: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        avro.decode(avro.MANIFEST, value)
    assert caught.value.code == code


GOOD: Final = FRAME + written(PARSED[avro.MANIFEST], manifest({}, {"house_bill": "B", "order": None}))


def test_a_manifest_cut_at_any_byte_is_refused() -> None:
    for length in range(len(GOOD)):
        with pytest.raises(UnreadableError):
            avro.decode(avro.MANIFEST, GOOD[:length])


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.tuples(st.integers(5, len(GOOD) - 1), st.integers(0, 3), st.binary(max_size=3)), min_size=1, max_size=3)
)
@example([(5, 0, b"\x80")])
def test_changed_bytes_are_refused_or_mean_what_they_say(changes: list[tuple[int, int, bytes]]) -> None:
    changed = GOOD
    for place, length, put in changes:
        changed = changed[:place] + put + changed[place + length :]
    try:
        said = avro.decode(avro.MANIFEST, changed)
    except UnreadableError:
        return
    body = changed[len(FRAME) :]
    again = written(PARSED[avro.MANIFEST], said)
    assert fastavro.schemaless_reader(io.BytesIO(body), PARSED[avro.MANIFEST], None) == said
    assert again == body or len(again) < len(body), (
        "only the blocks of arrays may be written another way, never shorter"
    )


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_or_read_and_nothing_else(noise: bytes) -> None:
    for number in IDS:
        with contextlib.suppress(UnreadableError):
            assert avro.decode(number, avro.frame(number) + noise)


# Schemas that would make reading unbounded or ambiguous


def record(*types: Any, name: str = "R") -> Any:  # noqa: ANN401 - schemas
    """A record with fields of these types."""
    return {
        "type": "record",
        "name": name,
        "fields": [{"name": f"f{index}", "type": kind} for index, kind in enumerate(types)],
    }


def nested(depth: int) -> Any:  # noqa: ANN401 - a schema
    """An array of arrays of arrays."""
    inner: Any = "int"
    for _ in range(depth):
        inner = {"type": "array", "items": inner}
    return inner


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        pytest.param(record(["null", "R"]), "contains itself", id="a record in itself"),
        pytest.param(record({"type": "array", "items": "R"}), "contains itself", id="a record in itself by an array"),
        pytest.param(
            record(record(["null", "A"], name="B"), name="A"), "contains itself", id="two records in each other"
        ),
        pytest.param(record({"type": "array", "items": "null"}), "no bytes", id="an array of nulls"),
        pytest.param(record({"type": "array", "items": record(name="E")}), "no bytes", id="an array of empty records"),
        pytest.param(
            record({"type": "array", "items": record("null", record(name="F"), name="E")}),
            "no bytes",
            id="an array of records of nothing",
        ),
        pytest.param(
            record({"type": "bytes", "logicalType": "decimal", "precision": 9}), "logical type", id="a decimal"
        ),
        pytest.param(record({"type": "enum", "name": "E", "symbols": ["A"]}), "not one of the types", id="an enum"),
        pytest.param(
            record({"type": "fixed", "name": "F", "size": 0}), "not one of the types", id="a fixed of no bytes"
        ),
        pytest.param(record(*["int"] * 101), "100 at most", id="101 fields"),
        pytest.param(record(nested(9)), "nested deeper", id="nested deeply"),
        pytest.param(record("float"), "no type", id="a type nobody reads"),
        pytest.param(record("Nobody"), "no type", id="a name nobody defined"),
        pytest.param(
            record(record("int", name="A"), record("string", name="A")), "defined twice", id="one name for two records"
        ),
    ],
)
def test_a_schema_is_refused(schema: Any, says: str) -> None:  # noqa: ANN401 - a schema
    with pytest.raises(SchemaError, match=says):
        avro_lint.lint(schema)


def test_a_schema_at_the_limits_passes() -> None:
    avro_lint.lint(record(*["int"] * 99, nested(7)))
    avro_lint.lint(record(record("int", name="A"), "A", ["null", "A"]))


def test_a_union_that_cannot_be_read_has_no_reader() -> None:
    with pytest.raises(SchemaError):
        avro_codegen.CodeGenerator().reader(record(["int", "string"]))
    with pytest.raises(SchemaError):
        avro_codegen.CodeGenerator().writer(record(["int", "string"]))


def test_ids_are_known_to_the_frame() -> None:
    assert [avro.schema_id_of(avro.frame(number)) for number in IDS] == list(IDS)
    ids = json.loads((avro.FOLDER / "ids.json").read_text(encoding="utf-8"))
    assert ids == {str(number): avro.file_of(number) for number in {*IDS, *EARLIER}}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(EARLIER)).flatmap(lambda number: st.tuples(st.just(number), EARLIER_VALUES[number])))
def test_earlier_layouts_are_read_as_avro_resolves_them(drawn: tuple[int, Any]) -> None:
    earlier, value = drawn
    today = EARLIER[earlier]
    body = written(avro.load(avro.file_of(earlier)), value)
    resolved = fastavro.schemaless_reader(
        io.BytesIO(body), fastavro.parse_schema(avro.load(avro.file_of(earlier))), PARSED[today]
    )
    assert avro.decode(today, avro.frame(earlier) + body) == resolved


def test_today_s_layout_is_no_earlier_one() -> None:
    assert all(avro.earlier_ids(number) == {old for old, new in EARLIER.items() if new == number} for number in IDS)
    with pytest.raises(UnreadableError, match="schema id 5 where 7"):
        avro.decode(avro.RECEIPT, avro.frame(avro.DECISION))

"""Bytes of a record to a manifest: a value, or one of the published reasons, and nothing else."""

import contextlib
import json
from collections.abc import Callable
from typing import Any, Final

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.read import read
from agents.read.json import refuse_repeated_key
from schemas import avro, dead_letter, limits
from schemas.dead_letter import UnreadableError
from streams.simulation.sample.hostile import hostile
from tests.parcels import manifest

DEEP: Final = 100_000


def code_of(value: bytes | None) -> str:
    """Why a record is refused."""
    with pytest.raises(UnreadableError) as caught:
        read(value)
    assert caught.value.message
    return caught.value.code


READ: Final[list[tuple[str, bytes, dict[str, Any]]]] = [
    ("an empty object", b"{}", {}),
    ("white space around", b" \t\r\n{ \t\r\n} \t\r\n", {}),
    ("white space before a colon", b'{"a" :1}', {"a": 1}),
    ("a lot of it", b'{"a"  \t\r\n  :  1}', {"a": 1}),
    ("an empty key", b'{"":1}', {"": 1}),
    ("a key with a quote", b'{"a\\"":1}', {'a"': 1}),
    ("a key that looks like two", b'{"a\\":1,\\"a":1}', {'a":1,"a': 1}),
    ("a key inside a string", b'{"a":"\\"a\\":1,\\"a\\":2"}', {"a": '"a":1,"a":2'}),
    ("a colon inside a string", b'{"a":"\\" :"}', {"a": '" :'}),
    ("an escaped key", b'{"\\u0061":1}', {"a": 1}),
    ("the same key in two objects", b'{"a":{"b":1},"c":{"b":1}}', {"a": {"b": 1}, "c": {"b": 1}}),
    ("the same key inside itself", b'{"a":{"a":{"a":1}}}', {"a": {"a": {"a": 1}}}),
    ("keys that differ in case", b'{"a":1,"A":2}', {"a": 1, "A": 2}),
    ("keys that look alike", '{"é":1,"e\u0301":2}'.encode(), {"é": 1, "e\u0301": 2}),
    ("a NUL, escaped", b'{"a":"\\u0000"}', {"a": "\x00"}),
    ("a NUL in a key", b'{"\\u0000":1}', {"\x00": 1}),
    ("a pair of surrogates", b'{"a":"\\ud83d\\ude00"}', {"a": "😀"}),
    ("a noncharacter", b'{"a":"\\uffff"}', {"a": "\uffff"}),
    ("text in UTF-8", '{"a":"김😀"}'.encode(), {"a": "김😀"}),
    ("a byte order mark in a string", '{"a":"\ufeff"}'.encode(), {"a": "\ufeff"}),
    ("every escape", b'{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t"}', {"a": '"\\/\b\f\n\r\t'}),
    ("minus zero", b'{"a":-0}', {"a": 0}),
    ("a float", b'{"a":1.5e2}', {"a": 150.0}),
    ("a tiny float", b'{"a":1e-999}', {"a": 0.0}),
    ("the largest number of 64 bits", b'{"a":18446744073709551615}', {"a": 2**64 - 1}),
    ("30 digits", b'{"a":123456789012345678901234567890}', {"a": 123456789012345678901234567890.0}),
    ("every kind", b'{"a":[null,true,false,0,"",[],{}]}', {"a": [None, True, False, 0, "", [], {}]}),
    ("a megabyte of text", b'{"a":"' + b"x" * 1_000_000 + b'"}', {"a": "x" * 1_000_000}),
    ("a megabyte of escapes", b'{"a":"' + b"\\u0061" * 200_000 + b'"}', {"a": "a" * 200_000}),
]
NOT_JSON: Final[list[tuple[str, bytes]]] = [
    ("white space alone", b" \n"),
    ("an array", b"[]"),
    ("a string", b'"a"'),
    ("a number", b"1"),
    ("null", b"null"),
    ("a byte order mark", b"\xef\xbb\xbf{}"),
    ("UTF-16", "{}".encode("utf-16")),
    ("UTF-32", "{}".encode("utf-32-be")[3:]),
    ("latin letters", '{"a":"é"}'.encode("latin-1")),
    ("an overlong letter", b'{"a":"\xc0\xaf"}'),
    ("a raw surrogate", b'{"a":"\xed\xa0\x80"}'),
    ("a lone surrogate", b'{"a":"\\ud800"}'),
    ("a lone low surrogate", b'{"a":"\\udc00"}'),
    ("surrogates the wrong way round", b'{"a":"\\udc00\\ud800"}'),
    ("a lone surrogate in a key", b'{"\\ud800":1}'),
    ("a raw NUL", b'{"a":"\x00"}'),
    ("a raw new line in a string", b'{"a":"\n"}'),
    ("a raw tab in a string", b'{"a":"\t"}'),
    ("a NUL behind", b"{}\x00"),
    ("two objects", b"{}{}"),
    ("text behind", b"{} ok"),
    ("a comma behind", b"{},"),
    ("an open object", b"{"),
    ("an open string", b'{"a'),
    ("an open escape", b'{"a":"\\'),
    ("half an escape", b'{"a":"\\u00'),
    ("an unknown escape", b'{"a":"\\x61"}'),
    ("a trailing comma", b'{"a":1,}'),
    ("a comma too many", b'{"a":1,,"b":2}'),
    ("no comma", b'{"a":1 "b":2}'),
    ("no colon", b'{"a" 1}'),
    ("two colons", b'{"a"::1}'),
    ("no value", b'{"a":}'),
    ("a key without quotes", b"{a:1}"),
    ("single quotes", b"{'a':1}"),
    ("a number as key", b"{1:1}"),
    ("a comment", b"{/**/}"),
    ("NaN", b'{"a":NaN}'),
    ("Infinity", b'{"a":Infinity}'),
    ("-Infinity", b'{"a":-Infinity}'),
    ("a number beyond all floats", b'{"a":1e999}'),
    ("5,000 digits", b'{"a":' + b"9" * 5_000 + b"}"),
    ("5,000 digits with white space before a colon", b'{"a" :' + b"9" * 5_000 + b"}"),
    ("a leading zero", b'{"a":01}'),
    ("a plus", b'{"a":+1}'),
    ("a point without digits", b'{"a":1.}'),
    ("an exponent without digits", b'{"a":1e}'),
    ("hexadecimal", b'{"a":0x1}'),
    ("True", b'{"a":True}'),
    ("a form feed", b"{\x0c}"),
    ("a no-break space", b'{\xc2\xa0"a":1}'),
    ("a wrong bracket", b'{"a":[1}'),
    ("deep arrays", b'{"a":' + b"[" * DEEP + b"]" * DEEP + b"}"),
    ("deep objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP),
    ("deep and open", b'{"a":' + b"[" * DEEP),
    ("deep with white space before a colon", b'{"a" :' * DEEP + b"1" + b"}" * DEEP),
    *((f"{depth} levels", b'{"a":' + b"[" * depth + b"]" * depth + b"}") for depth in (300, 960, 1_000, 1_023)),
]
REPEATED: Final[list[tuple[str, bytes]]] = [
    ("at once", b'{"a":1,"a":1}'),
    ("far apart", b'{"a":1,' + b"".join(b'"k%d":1,' % index for index in range(1_000)) + b'"a":2}'),
    ("with a space before the first colon", b'{"a" :1,"a":2}'),
    ("with two spaces before a colon", b'{"a":1,"a"  :2}'),
    ("with two before each", b'{"a"  :1,"a"  :2}'),
    ("with a tab and a new line before a colon", b'{"a":1,"a"\t\n:2}'),
    ("with a string that would make up for it", b'{"a":1,"a"  :"\\":"}'),
    ("with one spelling escaped", b'{"a":1,"\\u0061":2}'),
    ("with two spellings of an escape", b'{"\\u00e9":1,"\\u00E9":2}'),
    ("with a slash, escaped or not", b'{"/":1,"\\/":2}'),
    ("as pairs of surrogates", '{"😀":1,"\\ud83d\\ude00":2}'.encode()),
    ("empty", b'{"":1,"":2}'),
    ("in a nested object", b'{"a":{"b":1,"b":2}}'),
    ("in an object in an array", b'{"a":[{"b":1},{"b":1,"b":2}]}'),
    ("in an object that is lost", b'{"a":{"b":1,"b":2},"a":1}'),
    ("three times", b'{"a":1,"a":1,"a":1}'),
    ("with a quote in the key", b'{"a\\"":1,"a\\"":2}'),
    ("in pretty print", b'{\n  "a": 1,\n  "a": 2\n}'),
    ("of very long keys", b'{"' + b"k" * 100_000 + b'":1,"' + b"k" * 100_000 + b'":1}'),
]


@pytest.mark.parametrize(("value", "said"), [pytest.param(value, said, id=name) for name, value, said in READ])
def test_read(value: bytes, said: dict[str, Any]) -> None:
    assert read(value) == said


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in NOT_JSON])
def test_not_json(value: bytes) -> None:
    assert code_of(value) == dead_letter.BAD_JSON


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in REPEATED])
def test_a_field_named_twice(value: bytes) -> None:
    assert code_of(value) == dead_letter.DUPLICATE_KEY


class CountedKey(str):
    """A key that counts how often it is compared or hashed, which is the work of finding it twice."""

    __slots__ = ()
    work = 0

    def __eq__(self, other: object) -> bool:
        CountedKey.work += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        CountedKey.work += 1
        return str.__hash__(self)


def work_of(look: Callable[[list[tuple[str, Any]]], Any], keys: int) -> int:
    """Comparisons and hashes that it takes to find the last of so many keys named twice."""
    CountedKey.work = 0
    with contextlib.suppress(UnreadableError):
        look([(CountedKey(index), None) for index in [*range(keys), keys - 1]])
    return CountedKey.work


def test_twice_the_keys_take_twice_the_work_to_find_the_one_that_repeats() -> None:
    assert work_of(refuse_repeated_key, 4_000) <= 2.1 * work_of(refuse_repeated_key, 2_000)


def test_a_look_back_at_all_keys_before_would_be_seen() -> None:
    """The control: what is quadratic is counted as such."""

    def look_back(pairs: list[tuple[str, Any]]) -> None:
        names = [name for name, _ in pairs]
        any(name in names[:index] for index, name in enumerate(names))

    assert work_of(look_back, 400) > 3.5 * work_of(look_back, 200)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        pytest.param(None, dead_letter.EMPTY, id="no value"),
        pytest.param(b"", dead_letter.EMPTY, id="an empty value"),
        pytest.param(b"{}".ljust(limits.RECORD_BYTES_MAX + 1), dead_letter.TOO_LARGE, id="a byte above the limit"),
        pytest.param(b"\x00" * (10 * limits.RECORD_BYTES_MAX), dead_letter.TOO_LARGE, id="ten times the limit"),
        pytest.param(b" \x00\x00\x00\x00\x01", dead_letter.UNKNOWN_SCHEMA, id="white space before a frame"),
        pytest.param(avro.frame(avro.RECEIPT), dead_letter.UNKNOWN_SCHEMA, id="the frame of a receipt"),
        pytest.param(avro.frame(avro.MANIFEST), dead_letter.BAD_AVRO, id="a frame alone"),
    ],
)
def test_refused_for_another_reason(value: bytes | None, code: str) -> None:
    assert code_of(value) == code


def test_a_record_at_the_limit_is_read() -> None:
    assert read(b"{}".ljust(limits.RECORD_BYTES_MAX)) == {}


def test_how_deep_is_read_does_not_depend_on_the_caller() -> None:
    def at(depth: int) -> str:
        return at(depth - 1) if depth else code_of(b'{"a" :' + b"[" * 255 + b"]" * 255 + b"}")

    assert at(0) == at(500) == dead_letter.BAD_JSON


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in hostile()])
def test_hostile_records_are_read_or_refused(value: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        assert isinstance(read(value), dict)


KEYS: Final = st.sampled_from(["a", "b", '"', "\\", ":", "\u0000", "é"])
TREES: Final = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text('":{}a\\ ', max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(KEYS, inner), max_size=3),
    max_leaves=8,
)


def spelled(tree: object, space: str, *, escaped: bool) -> str:
    """A tree as JSON; an object is a list of pairs, so that it can name a key twice."""
    if isinstance(tree, list) and tree and all(isinstance(pair, tuple) for pair in tree):
        keys = [
            json.dumps(key) if not escaped else '"' + "".join(f"\\u{ord(char):04x}" for char in key) + '"'
            for key, _ in tree
        ]
        return (
            "{"
            + ",".join(
                f"{key}{space}:{spelled(value, space, escaped=escaped)}"
                for key, (_, value) in zip(keys, tree, strict=True)
            )
            + "}"
        )
    if isinstance(tree, list):
        return "[" + ",".join(spelled(item, space, escaped=escaped) for item in tree) + "]"
    return json.dumps(tree)


def repeats(tree: object) -> bool:
    """Whether some object names a key twice."""
    if not isinstance(tree, list):
        return False
    pairs = [item for item in tree if isinstance(item, tuple)]
    return len({key for key, _ in pairs}) < len(pairs) or any(
        repeats(item[1] if isinstance(item, tuple) else item) for item in tree
    )


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(KEYS, TREES), min_size=1, max_size=4), st.sampled_from(["", " ", "  ", "\t\n"]), st.booleans()
)
def test_a_repeated_key_is_found_in_any_spelling(tree: list[tuple[str, object]], space: str, escaped: bool) -> None:  # noqa: FBT001 - drawn
    value = spelled(tree, space, escaped=escaped).encode()
    if repeats(tree):
        assert code_of(value) == dead_letter.DUPLICATE_KEY
    else:
        assert read(value) == orjson.loads(value)


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=60)
    | st.binary(max_size=60).map(lambda noise: b"{" + noise)
    | st.text('{}[]":,\\u0a1 \n', max_size=40).map(str.encode)
)
def test_noise_is_read_or_refused(noise: bytes) -> None:
    with contextlib.suppress(UnreadableError):
        assert isinstance(read(noise), dict)


def test_every_way_to_write_a_manifest_says_the_same() -> None:
    said = manifest({})
    ways = [
        json.dumps(said),
        json.dumps(said, indent=2),
        json.dumps(said, ensure_ascii=False, separators=(",", ":")),
        json.dumps(said, separators=(" , ", " : ")),
    ]
    assert all(read(way.encode()) == said for way in ways)

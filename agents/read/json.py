"""Plain JSON: one object in UTF-8 without a field named twice."""

import json
import re
from typing import Any

import orjson

from schemas import dead_letter
from schemas.dead_letter import UnreadableError

_SPACED_KEY = re.compile(rb'"[ \t\r\n]+:')


def parse(value: bytes) -> dict[str, Any]:
    """The manifest in a JSON record."""
    try:
        manifest = orjson.loads(value)
    except orjson.JSONDecodeError as error:
        raise UnreadableError(
            dead_letter.BAD_JSON, f"not JSON: {error.msg}", f"line {error.lineno} column {error.colno}"
        ) from None
    if not isinstance(manifest, dict):
        raise UnreadableError(dead_letter.BAD_JSON, "JSON, but no object: a manifest is one object", "byte 0")
    if _might_repeat_a_key(value, manifest):
        _refuse_repeated_keys(value)
    return manifest


def _might_repeat_a_key(value: bytes, manifest: dict[str, Any]) -> bool:
    """Whether a closer look is needed: the fast parser silently keeps the last of two equal keys.

    Compact JSON that comes out as it went in repeats nothing. Otherwise keys are counted: in the text every key is
    followed by a colon, at once or (then we look closely) after white space; text inside strings can only raise
    that count, so a repeated key always shows as more keys in the text than in the result.
    """
    try:
        if orjson.dumps(manifest) == value:
            return False
    except orjson.JSONEncodeError:
        # The writer goes 254 levels deep, the reader deeper; what the close look below could do depends on the caller's
        # stack.
        raise UnreadableError(dead_letter.BAD_JSON, "JSON nested too deeply; a manifest has five levels") from None
    return _SPACED_KEY.search(value) is not None or value.count(b'":') != _keys(manifest)


def _keys(manifest: dict[str, Any]) -> int:
    """Number of keys of all objects in a tree."""
    count = 0
    nodes: list[Any] = [manifest]
    while nodes:
        node = nodes.pop()
        if isinstance(node, dict):
            count += len(node)
            nodes.extend(child for child in node.values() if isinstance(child, dict | list))
        else:
            nodes.extend(child for child in node if isinstance(child, dict | list))
    return count


def _refuse_repeated_keys(value: bytes) -> None:
    json.loads(value, object_pairs_hook=refuse_repeated_key)


def refuse_repeated_key(pairs: list[tuple[str, Any]]) -> None:
    """Raise UnreadableError where an object names a field twice; one look at each field, however many there are."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise UnreadableError(
                dead_letter.DUPLICATE_KEY,
                f"the field {name[:40]!r} stands twice in one object; say it once",
                f".../{name[:40]}",
            )
        seen.add(name)

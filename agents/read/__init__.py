"""A record's bytes to the fields of a manifest: one module a format, the first byte tells which."""

from typing import Any

from agents.read import avro, json
from schemas import dead_letter, limits
from schemas.dead_letter import UnreadableError

FORMATS = {
    b"\x00": avro.parse,
    b"{": json.parse,
}
"""First byte of a record that is no white space, and who reads it."""


def read(value: bytes | None) -> dict[str, Any]:
    """The manifest in a record, as a dict with the names of the contract, not yet checked.

    Raises UnreadableError with a code of `schemas.dead_letter`.
    """
    if not value:
        raise UnreadableError(dead_letter.EMPTY, "the record has no value; send a manifest as JSON or framed Avro")
    if len(value) > limits.RECORD_BYTES_MAX:
        raise UnreadableError(
            dead_letter.TOO_LARGE,
            f"the record has {len(value)} bytes; {limits.RECORD_BYTES_MAX} at most: split the manifest",
        )
    parse = FORMATS.get(value[:1]) or FORMATS.get(value.lstrip(b" \t\r\n")[:1])
    if parse is None:
        raise UnreadableError(dead_letter.BAD_JSON, "neither a JSON object nor Avro in Confluent framing", "byte 0")
    return parse(value)

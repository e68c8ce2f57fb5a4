"""Avro in Confluent framing: 0, four bytes of schema id, the canonical encoding of that schema."""

from typing import Any

from schemas import avro


def parse(value: bytes) -> dict[str, Any]:
    """The manifest in a framed record."""
    return avro.decode(avro.MANIFEST, value)

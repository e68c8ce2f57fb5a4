"""Sample manifests as Avro in Confluent framing."""

import io
import json
from functools import lru_cache
from typing import Any

import fastavro

from streams.simulation.sample.profiles import SCHEMA, SCHEMA_ID, Json

# Records nobody can read


def framed(manifest: Json, schema_id: int = SCHEMA_ID) -> bytes:
    """A manifest as Avro in Confluent framing."""
    body = io.BytesIO()
    fastavro.schemaless_writer(body, _schema(), manifest)
    return b"\x00" + schema_id.to_bytes(4, "big") + body.getvalue()


@lru_cache(maxsize=1)
def _schema() -> Any:  # noqa: ANN401 - the library has no type for a parsed schema
    """The manifest's Avro schema."""
    return fastavro.parse_schema(json.loads(SCHEMA.read_text(encoding="utf-8")))

"""Why a record could not be read: the codes on `dead-letters`.

What a carrier says wrongly in a record that can be read is a finding; this is for records nobody can answer.
"""

from typing import Final

EMPTY: Final = "READ-01"
"""The record has no value."""
TOO_LARGE: Final = "READ-02"
"""The record is larger than `limits.RECORD_BYTES_MAX`, or has more headers than `limits.HEADERS_PER_RECORD_MAX` or
`limits.HEADER_BYTES_MAX` (they are kept as one, `x-original-headers`, as Kafka stores them), or its batch is beyond
`limits.BATCH_BYTES_MAX` or another limit of a batch.
"""
BAD_JSON: Final = "READ-03"
"""Not one JSON object in UTF-8, or nested deeper than 254."""
DUPLICATE_KEY: Final = "READ-04"
"""A JSON object names a field twice: nobody can say which one is meant."""
TOO_MANY: Final = "READ-05"
"""More parcels than `limits.PARCELS_PER_MANIFEST_MAX`, or more lines of goods than `limits.ITEMS_PER_MANIFEST_MAX`."""
UNKNOWN_SCHEMA: Final = "READ-06"
"""The Avro frame names a schema that is not a manifest's."""
BAD_AVRO: Final = "READ-07"
"""The bytes are not a strict Avro encoding of the schema they name."""
NO_IDENTITY: Final = "READ-08"
"""No manifest number or version: nobody to answer to."""
INTERNAL: Final = "READ-09"
"""A fault of ours: the record is kept whole and can be replayed after a repair."""
STALE: Final = "READ-10"
"""An action on a decision that is not in force any more, or not with this consignee: look at the one that is, then
act again.
"""

BROKEN_BATCH: Final = "READ-11"
"""The batch that the record came in can't be read: truncated, with bytes behind, or with a checksum that is wrong.
The value is the whole batch as the broker stored it; `x-batch-records`, `x-batch-first-offset` and
`x-batch-last-offset` say what it held. So it is with a batch beyond the limits, which has READ-02.
"""
REFUSED: Final = "READ-12"
"""The broker refused what the record brings, and would again: it was set aside alone, so that all others go on."""


class UnreadableError(ValueError):
    """A record that can't be read: a code of this page, a JSON pointer or byte position, and a sentence."""

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path

"""Why a record could not be read: the codes on `dead-letters`.

What a carrier says wrongly in a record that can be read is a finding; this is for records nobody can answer.
"""

from typing import Final

EMPTY: Final = "READ-01"
"""The record has no value."""
TOO_LARGE: Final = "READ-02"
"""The record is larger than `limits.RECORD_BYTES_MAX`, or its batch unpacks beyond `limits.BATCH_BYTES_MAX`."""
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


class UnreadableError(ValueError):
    """A record that can't be read: a code of this page, a JSON pointer or byte position, and a sentence."""

    def __init__(self, code: str, message: str, path: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.path = path

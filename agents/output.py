"""What a step writes: one output record, before it is framed and placed."""

import msgspec


class Output(msgspec.Struct, frozen=True, gc=False):
    """A record to be written: schema id, topic, key and value without frame.

    No schema id where the value is packed, on an internal topic.
    """

    schema_id: int | None
    topic: str
    key: str
    value: bytes

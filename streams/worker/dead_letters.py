"""Dead letters: a record set aside, with its origin and error in headers."""

from dataclasses import dataclass
from typing import Any, Final, Self

from aiokafka import ConsumerRecord

from agents.values.clock import show_ms

ORIGIN: Final = "x-original-"
ERROR: Final = "x-error-"

Header = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Letter:
    """A record set aside, taken apart again."""

    topic: str
    partition: int
    offset: int
    time_ms: int
    key: bytes | None
    code: str
    message: str
    path: str
    headers: tuple[Header, ...]
    """Those the record had when it came."""
    value: bytes | None

    @property
    def origin(self) -> str:
        """Where it came from, in one word."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    @classmethod
    def of(cls, record: ConsumerRecord) -> Self:
        """Take a record of `dead-letters` apart; our headers are the last: a sender may have used the same names."""
        names = [name for name, _ in record.headers]
        first = len(names) - 1 - names[::-1].index(f"{ORIGIN}topic")
        ours = dict(record.headers[first:])
        return cls(
            topic=ours[f"{ORIGIN}topic"].decode(),
            partition=int(ours[f"{ORIGIN}partition"]),
            offset=int(ours[f"{ORIGIN}offset"]),
            time_ms=int(ours[f"{ORIGIN}timestamp"]),
            key=ours.get(f"{ORIGIN}key"),
            code=ours[f"{ERROR}code"].decode(),
            message=ours[f"{ERROR}message"].decode(),
            path=ours[f"{ERROR}path"].decode(),
            headers=tuple(record.headers[:first]),
            value=record.value,
        )

    def summary(self) -> dict[str, Any]:
        """What `list --json` prints."""
        key = None if self.key is None else self.key.decode(errors="backslashreplace")
        size = None if self.value is None else len(self.value)
        return {
            "origin": self.origin,
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "bytes": size,
            "time": show_ms(self.time_ms),
            "key": key,
        }

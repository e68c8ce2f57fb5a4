"""Dead letters: a record set aside, with its origin and error in headers."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, NamedTuple, Self

from agents.values.clock import show_ms
from schemas import dead_letter
from schemas.dead_letter import UnreadableError
from streams.kafka.record import FetchedRecord, Header, RefusedBatch, RefusedRecord
from streams.kafka.record_batch import written_headers

ORIGIN: Final = "x-original-"
ERROR: Final = "x-error-"

BATCH: Final = "x-batch-"
ORIGINAL_HEADERS: Final = f"{ORIGIN}headers"
ERROR_CHARS_MAX: Final = 1_000


class WrittenLetter(NamedTuple):
    """What a dead letter says, beside its key."""

    value: bytes | None
    headers: list[Header]


def unreadable(record: RefusedBatch | RefusedRecord) -> UnreadableError:
    """Why a record was refused before a step could see it."""
    if isinstance(record, RefusedRecord):
        return UnreadableError(dead_letter.TOO_LARGE, record.why, "headers")
    code = dead_letter.TOO_LARGE if record.is_too_large else dead_letter.BROKEN_BATCH
    return UnreadableError(code, record.why, f"offsets {record.first_offset} to {record.offset}")


def letter(record: FetchedRecord, error: UnreadableError) -> WrittenLetter:
    """A record whole: value and headers as they came, then where it came from and why it is here.

    Of a batch that can't be unpacked the value is the batch. Headers beyond the limits are the value of one header of
    ours, as Kafka stores them; so are those of which a name is no UTF-8, beside the same in letters that every client
    can read.
    """
    ours = _origin_and_cause(record, error)
    if isinstance(record, RefusedBatch):
        return WrittenLetter(record.batch, ours)
    if isinstance(record, RefusedRecord):
        ours.append((ORIGINAL_HEADERS, record.raw_headers))
    headers = list(record.headers)
    if not all(map(_is_utf8, headers)):
        ours.append((ORIGINAL_HEADERS, written_headers(headers)))
        headers = [
            (name.encode(errors="surrogateescape").decode(errors="backslashreplace"), value) for name, value in headers
        ]
    return WrittenLetter(record.value, [*headers, *ours])


def bare_letter(record: FetchedRecord, error: UnreadableError) -> WrittenLetter:
    """What is left of a record that can't be written: where it is, why, and the SHA-256 of its value."""
    value = record.batch if isinstance(record, RefusedBatch) else record.value or b""
    told = UnreadableError(
        error.code,
        f"{error.message[:ERROR_CHARS_MAX]}; not kept: {len(value)} bytes of SHA-256 {sha256(value).hexdigest()}",
        error.path[:ERROR_CHARS_MAX],
    )
    return WrittenLetter(None, [header for header in _origin_and_cause(record, told) if header[0] != f"{ORIGIN}key"])


def _is_utf8(header: Header) -> bool:
    return not any("\ud800" <= char <= "\udfff" for char in header[0])


def _origin_and_cause(record: FetchedRecord, error: UnreadableError) -> list[Header]:
    key = record.key
    held = (
        [
            (f"{BATCH}records", str(record.records).encode()),
            (f"{BATCH}first-offset", str(record.first_offset).encode()),
            (f"{BATCH}last-offset", str(record.offset).encode()),
        ]
        if isinstance(record, RefusedBatch)
        else []
    )
    return [
        (f"{ORIGIN}topic", record.topic.encode()),
        (f"{ORIGIN}partition", str(record.partition).encode()),
        (f"{ORIGIN}offset", str(record.offset).encode()),
        (f"{ORIGIN}timestamp", str(record.timestamp).encode()),
        *([] if key is None else [(f"{ORIGIN}key", key)]),
        *held,
        (f"{ERROR}code", error.code.encode()),
        (f"{ERROR}message", error.message.encode(errors="replace")),
        (f"{ERROR}path", error.path.encode(errors="replace")),
    ]


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
    records: int = 1
    """How many it stands for: more than one where it is a whole batch."""
    is_batch: bool = False
    has_raw_headers: bool = False
    """Whether its headers can't be sent again as they were."""

    @property
    def origin(self) -> str:
        """Where it came from, in one word."""
        return f"{self.topic}-{self.partition}-{self.offset}"

    @classmethod
    def of(cls, record: FetchedRecord) -> Self:
        """Take a record of `dead-letters` apart; our headers are the last: a sender may have used the same names."""
        headers = tuple(record.headers)
        names = [name for name, _ in headers]
        first = len(names) - 1 - names[::-1].index(f"{ORIGIN}topic")
        ours = {name: value or b"" for name, value in headers[first:]}
        held = ours.get(f"{BATCH}records")
        return cls(
            topic=ours[f"{ORIGIN}topic"].decode(),
            partition=int(ours[f"{ORIGIN}partition"]),
            offset=int(ours[f"{ORIGIN}offset"]),
            time_ms=int(ours[f"{ORIGIN}timestamp"]),
            key=ours.get(f"{ORIGIN}key"),
            code=ours[f"{ERROR}code"].decode(),
            message=ours[f"{ERROR}message"].decode(),
            path=ours[f"{ERROR}path"].decode(),
            headers=headers[:first],
            value=record.value,
            records=1 if held is None else int(held),
            is_batch=held is not None,
            has_raw_headers=ORIGINAL_HEADERS in ours,
        )

    def summary(self) -> dict[str, Any]:
        """What `list --json` prints."""
        key = None if self.key is None else self.key.decode(errors="backslashreplace")
        size = None if self.value is None else len(self.value)
        return {
            "origin": self.origin,
            "records": self.records,
            "code": self.code,
            "message": self.message,
            "path": self.path,
            "bytes": size,
            "time": show_ms(self.time_ms),
            "key": key,
        }

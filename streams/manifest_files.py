"""Files of manifests: what format a file has, and the records in it, byte for byte as a carrier would send them.

A broken manifest is handed on as it is: intake is there to answer it. Only what can't be taken apart into records, or
could not be sent, is refused here.
"""

import io
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import click
import fastavro
import msgspec

from schemas import avro, limits
from streams.errors import OperatorError

STDIN: Final = "-"
LINES: Final = (".jsonl", ".ndjson")
CONTAINER: Final = b"Obj\x01"
FILE_BYTES_MAX: Final = 512 * 1024 * 1024
"""A larger file of a format that has to be read whole."""
UNREAD_FORMATS: Final = {".csv": "CSV", ".xml": "XML"}
"""Formats that carriers also have; nothing here reads them, so they would only be set aside."""

paths_argument = click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE...",
    type=click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True),
)


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One record of a file."""

    file: str
    place: str
    """Where in the file: `line 3`, `manifest 2`; empty for a file that is one record."""
    value: bytes

    @property
    def where(self) -> str:
        """File and place, for people."""
        name = "standard input" if self.file == STDIN else self.file
        return f"{name}, {self.place}" if self.place else name


class Peek(msgspec.Struct, frozen=True):
    """What the outside of a record tells: how to key it and whose it says it is."""

    master_bill: Any = None
    carrier: Any = None
    parcels: Any = None

    @property
    def key(self) -> bytes | None:
        """The key carriers use."""
        return (
            self.master_bill.encode(errors="replace")
            if isinstance(self.master_bill, str) and self.master_bill
            else None
        )

    @property
    def parcel_count(self) -> int:
        """Parcels it seems to have."""
        return len(self.parcels) if isinstance(self.parcels, list) else 0


class _Outside(msgspec.Struct, frozen=True):
    master_bill: str = ""
    carrier: str = ""
    parcels: list[msgspec.Raw] = []


_OUTSIDE: Final = msgspec.json.Decoder(_Outside)
_ANYTHING: Final = msgspec.json.Decoder(Peek)


def read(files: tuple[str, ...]) -> Iterator[FileRecord]:
    """Every record of every file, in order."""
    for file in files:
        none = True
        for found in _records(file):
            none = False
            yield found
        if none:
            raise OperatorError(
                f"{'standard input' if file == STDIN else file} holds no manifest: write one as JSON, several as a "
                "list or one a line, or as an Avro container file."
            )


def within_limit(found: FileRecord) -> FileRecord:
    """Refuse what no broker would take."""
    if len(found.value) > limits.RECORD_BYTES_MAX:
        raise OperatorError(
            f"{found.where}: the manifest has {len(found.value):,} bytes, the limit is {limits.RECORD_BYTES_MAX:,} "
            "(RECORD_BYTES_MAX): split it by version or master bill."
        )
    return found


def peek(value: bytes) -> Peek:
    """Look at a record from outside; one that can't be read tells nothing."""
    with suppress(ValueError, RecursionError):  # msgspec's errors and UnreadableError are ValueErrors
        if value[:1] == avro.MAGIC:
            read = avro.decode(avro.MANIFEST, value)
            return Peek(read["master_bill"], read["carrier"], read["parcels"])
        with suppress(msgspec.ValidationError):
            outside = _OUTSIDE.decode(value)
            return Peek(outside.master_bill, outside.carrier, outside.parcels)
        return _ANYTHING.decode(value)
    return Peek()


def _records(file: str) -> Iterator[FileRecord]:
    if file == STDIN:
        return _lines(file, click.get_binary_stream("stdin"))
    return _of_path(file, Path(file))


def _of_path(file: str, path: Path) -> Iterator[FileRecord]:
    suffix = path.suffix.lower()
    if suffix in UNREAD_FORMATS:
        raise OperatorError(
            f"{file} is {UNREAD_FORMATS[suffix]}, which isn't read here: convert it to JSON, JSON Lines or Avro."
        )
    try:
        with path.open("rb") as opened:
            head = opened.read(len(CONTAINER))
            opened.seek(0)
            if head == CONTAINER:
                yield from _container(file, opened)
            elif suffix in LINES:
                yield from _lines(file, opened)
            else:
                yield from _whole(file, opened)
    except OSError as error:
        raise OperatorError(f"{file} can't be read ({error.strerror}).") from error


def _lines(file: str, opened: IO[bytes]) -> Iterator[FileRecord]:
    """JSON Lines: each line is a record, whatever is on it; empty ones are none."""
    number = 0
    while line := opened.readline(limits.RECORD_BYTES_MAX + 2):
        number += 1
        if line.strip():
            yield within_limit(FileRecord(file, f"line {number}", line.rstrip(b"\r\n")))


def _whole(file: str, opened: IO[bytes]) -> Iterator[FileRecord]:
    """One manifest, or a list of them.

    What is neither is sent as it is, or line by line when its lines are manifests.
    """
    text = opened.read(FILE_BYTES_MAX + 1)
    if len(text) > FILE_BYTES_MAX:
        raise OperatorError(
            f"{file} is larger than {FILE_BYTES_MAX // 2**20} MiB: write one manifest a line and name it .jsonl, "
            "it is then read piece by piece."
        )
    body = text.strip()
    if not body:
        return
    if body[:1] == b"[" and (listed := _list(text)) is not None:
        yield from (FileRecord(file, f"manifest {number}", bytes(each)) for number, each in enumerate(listed, start=1))
    elif (
        body[:1] == b"{"
        and b"\n" in body
        and not _is_json(text)
        and all(_is_json(line) for line in body.splitlines()[:2])
    ):
        yield from _lines(file, io.BytesIO(text))
    else:
        yield FileRecord(file, "", text)


def _list(text: bytes) -> list[msgspec.Raw] | None:
    with suppress(ValueError, RecursionError):
        return msgspec.json.decode(text, type=list[msgspec.Raw])
    return None


def _is_json(text: bytes) -> bool:
    with suppress(ValueError, RecursionError):
        msgspec.json.decode(text, type=msgspec.Raw)
        return True
    return False


def _container(file: str, opened: IO[bytes]) -> Iterator[FileRecord]:
    """An Avro object container file: each record encoded anew with our schema, framed as on the wire."""
    schema = fastavro.parse_schema(avro.load(avro.file_of(avro.MANIFEST)))
    number = 0
    try:
        for number, manifest in enumerate(fastavro.reader(opened, reader_schema=schema), start=1):
            body = io.BytesIO()
            fastavro.schemaless_writer(body, schema, manifest)
            yield FileRecord(file, f"manifest {number}", avro.frame(avro.MANIFEST) + body.getvalue())
    except (
        ValueError,
        EOFError,
        KeyError,
        TypeError,
        IndexError,
        OverflowError,
        MemoryError,
        fastavro.schema.SchemaParseException,
        fastavro.read.SchemaResolutionError,
    ) as error:
        reason = json.dumps(str(error)[:200], ensure_ascii=False) if str(error) else type(error).__name__
        raise OperatorError(
            f"{file} can't be read as manifests in Avro behind manifest {number} ({reason}): write it with "
            "schemas/manifest.v1.avsc."
        ) from error

"""`tonggwan dead-letters`: records that could not be read, looked at, and sent again after a repair."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import click
from aiokafka import AIOKafkaProducer, ConsumerRecord

from schemas import limits
from schemas.topics import CHECKED, DEAD_LETTERS, LINKS
from streams.cli.console import as_json, counting, note, plural, print_line, printable, table
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.errors import OperatorError
from streams.kafka.admin import ENVELOPE_BYTES_MAX, partitions_of
from streams.worker.dead_letters import ORIGIN, Letter

REPLAYED: Final = "x-replayed-from"
FIRST_BYTES: Final = 256
LINE_BYTES: Final = 16


@click.group
def dead_letters() -> None:
    """Records that could not be read, kept whole with their cause.

    ORIGIN is where a record came from, topic-partition-offset, as `list` prints it.
    """


@dead_letters.command("list")
@click.option("--json", "json_", is_flag=True, help="Print one JSON object per line.")
@bootstrap_option
def list_(json_: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """List all, oldest first."""
    letters = run(bootstrap, _all(bootstrap))
    if json_:
        for letter in letters:
            as_json(letter.summary())
        return
    rows = [letter.summary() for letter in letters]
    table(
        ("origin", "records", "code", "path", "bytes", "time", "key", "message"),
        [
            [row[name] for name in ("origin", "records", "code", "path", "bytes", "time", "key", "message")]
            for row in rows
        ],
    )
    note(f"{plural(sum(letter.records for letter in letters), 'record')} set aside.")


@dead_letters.command
@click.argument("origin")
@click.option("--raw", is_flag=True, help="Write only the original bytes, to standard output.")
@bootstrap_option
def show(origin: str, raw: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Show a record: its cause, headers and first bytes."""
    letter = _named(run(bootstrap, _all(bootstrap)), (origin,))[0]
    if raw:
        click.get_binary_stream("stdout").write(letter.value or b"")
        return
    for name, value in letter.summary().items():
        print_line(f"{name:8} {printable(value if value is not None else 'none')}")
    for name, content in letter.headers:
        print_line(f"header   {printable(name)}: {printable(_text(content))}")
    for line in _dump(letter.value or b""):
        print_line(line)


@dead_letters.command
@click.argument("origins", nargs=-1, metavar="[ORIGIN]...")
@click.option("--code", metavar="CODE", help="All records with this error code.")
@click.option("--all", "all_", is_flag=True, help="All.")
@click.option("--dry-run", is_flag=True, help="Only print what would be sent.")
@click.option("--internal", is_flag=True, help="Include internal topics: only after a fix, and never twice.")
@bootstrap_option
def replay(  # noqa: PLR0913, PLR0917 - click's
    origins: tuple[str, ...],
    code: str | None,
    all_: bool,  # noqa: FBT001 - click's
    dry_run: bool,  # noqa: FBT001 - click's
    internal: bool,  # noqa: FBT001 - click's
    bootstrap: str,
) -> None:
    """Send records to their original topic again, with value, key and headers unchanged.

    Give their names, or --code or --all. The header x-replayed-from names the original; the record that is set aside
    stays where it is. A manifest that was unanswered is answered now; one answered meanwhile is a DUPLICATE.
    """
    if sum((bool(origins), code is not None, all_)) != 1:
        raise click.UsageError("Give record names, --code or --all, and only one of these.")
    run(bootstrap, _replay(bootstrap, Choice(origins, code), internal=internal, dry_run=dry_run))


@dataclass(frozen=True, slots=True)
class Choice:
    """Which records: those named, else those of a code, else all."""

    origins: tuple[str, ...]
    code: str | None

    def of(self, letters: list[Letter]) -> list[Letter]:
        """Pick."""
        if self.origins:
            return _named(letters, self.origins)
        return [letter for letter in letters if self.code in (None, letter.code)]


async def _replay(bootstrap: str, choice: Choice, *, internal: bool, dry_run: bool) -> None:
    chosen = choice.of(await _all(bootstrap))
    inside = [letter for letter in chosen if letter.topic in (CHECKED, LINKS)]
    if inside and not internal:
        raise OperatorError(
            f"{inside[0].origin} is of the internal topic {inside[0].topic}: add --internal once the error that set "
            "it aside is fixed, or choose others."
        )
    chosen = list(_sendable(chosen, choice))
    there = await partitions_of(bootstrap)
    for letter in chosen:
        if letter.topic not in there:
            raise OperatorError(
                f"{letter.origin} cannot be replayed because its topic no longer exists: create it with `tonggwan "
                "topics`, or "
                "choose others."
            )
    if not dry_run:
        await _send(bootstrap, chosen)
    for letter in chosen:
        print_line(f"{'would send' if dry_run else 'sent'} {letter.origin}")
    note(f"{plural(len(chosen), 'record')} {'would be ' if dry_run else ''}sent again.")


def _sendable(letters: Iterable[Letter], choice: Choice) -> Iterator[Letter]:
    """Those that can be sent again; the others are told of, and refused where they were named."""
    for letter in letters:
        why = (
            f"is a batch of {plural(letter.records, 'record')} that nobody can unpack"
            if letter.is_batch
            else "has headers that can't be sent again as they were"
            if letter.has_raw_headers
            else ""
        )
        if not why:
            yield letter
        elif choice.origins:
            raise OperatorError(f"{letter.origin} {why}: its sender has to send it again. Choose others.")
        else:
            note(f"left out: {letter.origin} {why}; its sender has to send it again.")


async def _send(bootstrap: str, letters: Iterable[Letter]) -> None:
    """To the partition each came from, so that it keeps its place among those of its key."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_request_size=limits.RECORD_BYTES_MAX + 2 * ENVELOPE_BYTES_MAX,
    )
    await producer.start()
    try:
        for letter in letters:
            headers = [*letter.headers, (REPLAYED, letter.origin.encode())]
            await producer.send_and_wait(
                letter.topic, letter.value, key=letter.key, partition=letter.partition, headers=headers
            )
    finally:
        await producer.stop()


def _text(content: bytes | None) -> str:
    return "none" if content is None else content.decode(errors="backslashreplace")


def _named(letters: list[Letter], origins: tuple[str, ...]) -> list[Letter]:
    by_origin = {letter.origin: letter for letter in letters}
    for origin in origins:
        if origin not in by_origin:
            raise OperatorError(
                f"no record from {printable(origin)} was set aside: `tonggwan dead-letters list` lists those that were."
            )
    return [by_origin[origin] for origin in dict.fromkeys(origins)]


async def _all(bootstrap: str) -> list[Letter]:
    """Every record set aside, oldest first."""
    letters: list[Letter] = []

    def take(record: ConsumerRecord) -> None:
        if any(name == f"{ORIGIN}topic" for name, _ in record.headers):
            letters.append(Letter.of(record))

    with counting("reading", "records") as counter:
        await read(bootstrap, await partitions_with(bootstrap, [DEAD_LETTERS]), take, counter)
    return sorted(letters, key=lambda letter: (letter.time_ms, letter.topic, letter.partition, letter.offset))


def _dump(value: bytes) -> Iterable[str]:
    """The first bytes in hexadecimal and as text."""
    for at in range(0, min(len(value), FIRST_BYTES), LINE_BYTES):
        part = value[at : at + LINE_BYTES]
        text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in part)  # noqa: PLR2004 - printable ASCII
        yield f"{at:08x}  {part.hex(' '):{LINE_BYTES * 3}} {text}"
    if len(value) > FIRST_BYTES:
        yield f"… and {len(value) - FIRST_BYTES:,} more bytes; --raw writes them all"

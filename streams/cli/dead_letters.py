"""`tonggwan dead-letters`: records that could not be read, looked at, and sent again after a repair."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import click
from aiokafka import AIOKafkaProducer, ConsumerRecord

from schemas import limits
from schemas.topics import CHECKED, DEAD_LETTERS, LINKS
from streams.cli.console import as_json, counting, many, say, shown, table, write
from streams.cli.kafka import bootstrap_option, partitions_with, read, run
from streams.errors import OperatorError
from streams.kafka.admin import ENVELOPE_BYTES_MAX, partitions_of
from streams.worker.dead_letters import ORIGIN, Letter

REPLAYED: Final = "x-replayed-from"
FIRST_BYTES: Final = 256
LINE_BYTES: Final = 16


@click.group
def dead_letters() -> None:
    """Records that nobody could read, kept whole with their cause.

    ORIGIN names one by where it came from: topic-partition-offset, as `list` prints it.
    """


@dead_letters.command("list")
@click.option("--json", "json_", is_flag=True, help="One object a line.")
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
    say(f"{many(sum(letter.records for letter in letters), 'record')} set aside.")


@dead_letters.command
@click.argument("origin")
@click.option("--raw", is_flag=True, help="Write the original bytes to standard output, and nothing else.")
@bootstrap_option
def show(origin: str, raw: bool, bootstrap: str) -> None:  # noqa: FBT001 - click's
    """Show one: cause, headers and first bytes."""
    letter = _named(run(bootstrap, _all(bootstrap)), (origin,))[0]
    if raw:
        click.get_binary_stream("stdout").write(letter.value or b"")
        return
    for name, value in letter.summary().items():
        write(f"{name:8} {shown(value if value is not None else 'none')}")
    for name, content in letter.headers:
        write(f"header   {shown(name)}: {shown(_text(content))}")
    for line in _dump(letter.value or b""):
        write(line)


@dead_letters.command
@click.argument("origins", nargs=-1, metavar="[ORIGIN]...")
@click.option("--code", metavar="CODE", help="All with this cause.")
@click.option("--all", "all_", is_flag=True, help="All.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@click.option(
    "--internal", is_flag=True, help="Also those of the internal topics: after a repair of ours, never twice."
)
@bootstrap_option
def replay(  # noqa: PLR0913, PLR0917 - click's
    origins: tuple[str, ...],
    code: str | None,
    all_: bool,  # noqa: FBT001 - click's
    dry_run: bool,  # noqa: FBT001 - click's
    internal: bool,  # noqa: FBT001 - click's
    bootstrap: str,
) -> None:
    """Send records again to where they came from, value, key and headers as they were.

    Name them, or choose by --code or --all. The header x-replayed-from says what each was; the record that is set aside
    stays where it is. What a worker had not answered is answered now; what was answered meanwhile draws DUPLICATE.
    """
    if sum((bool(origins), code is not None, all_)) != 1:
        raise click.UsageError("Name records, or give --code, or --all: one of them.")
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
            f"{inside[0].origin} is of the internal topic {inside[0].topic}: give --internal when the fault that "
            "set it aside is repaired, or choose others."
        )
    chosen = list(_sendable(chosen, choice))
    there = await partitions_of(bootstrap)
    for letter in chosen:
        if letter.topic not in there:
            raise OperatorError(
                f"{letter.origin} can't be sent again, its topic is gone: create it with `tonggwan topics`, or "
                "choose others."
            )
    if not dry_run:
        await _send(bootstrap, chosen)
    for letter in chosen:
        write(f"{'would send' if dry_run else 'sent'} {letter.origin}")
    say(f"{many(len(chosen), 'record')} {'would be ' if dry_run else ''}sent again.")


def _sendable(letters: Iterable[Letter], choice: Choice) -> Iterator[Letter]:
    """Those that can be sent again; the others are told of, and refused where they were named."""
    for letter in letters:
        why = (
            f"is a batch of {many(letter.records, 'record')} that nobody can unpack"
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
            say(f"left out: {letter.origin} {why}; its sender has to send it again.")


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
    known = {letter.origin: letter for letter in letters}
    for origin in origins:
        if origin not in known:
            raise OperatorError(
                f"no record from {shown(origin)} was set aside: `tonggwan dead-letters list` names those that were."
            )
    return [known[origin] for origin in dict.fromkeys(origins)]


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
        yield f"… and {len(value) - FIRST_BYTES:,} further bytes; --raw writes them all"

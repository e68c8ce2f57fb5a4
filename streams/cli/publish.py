"""`tonggwan publish`: sends manifests as a carrier would, and waits for the answers."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

import click
from aiokafka import AIOKafkaProducer, ConsumerRecord
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from schemas import avro, limits
from schemas.topics import DEAD_LETTERS, MANIFESTS, RECEIPTS
from streams.cli.console import as_json, err, lang_option, note, plural
from streams.cli.kafka import bootstrap_option, partitions_with, run
from streams.cli.receipt_view import show_dead_letter, show_receipt
from streams.errors import OperatorError
from streams.i18n import Lang, file_place, translate
from streams.kafka.admin import ENVELOPE_BYTES_MAX, check_carrier, create_topics, partitions_of
from streams.kafka.reading import end_offsets, open_consumer
from streams.manifest_files import FileRecord, paths_argument, peek, read, within_limit
from streams.settings import Settings
from streams.worker.checker import dead_letter_of, is_refusal
from streams.worker.dead_letters import Letter

if TYPE_CHECKING:
    from aiokafka.structs import TopicPartition

BATCH_BYTES: Final = 512 * 1024
LINGER_MS: Final = 5
WAITING_MAX: Final = 500
"""Records sent and not yet acknowledged."""
POLL_MS: Final = 100

Place = tuple[int, int]
"""Partition and offset on the carrier's topic."""


@click.command
@paths_argument
@click.option("--carrier", required=True, metavar="ID", help="The carrier to publish as.")
@click.option("--follow", is_flag=True, help="Wait for the receipt of each manifest, and print it.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    metavar="SECONDS",
    help="With --follow: give up after this long without an answer.",
)
@click.option(
    "--json",
    "json_",
    is_flag=True,
    help="With --follow: print one receipt per line, in the layout of the receipt schema.",
)
@lang_option
@bootstrap_option
def publish(  # noqa: PLR0913, PLR0917 - click's
    files: tuple[str, ...],
    carrier: str,
    follow: bool,  # noqa: FBT001 - click's
    timeout: float,
    json_: bool,  # noqa: FBT001 - click's
    lang: Lang,
    bootstrap: str,
) -> None:
    """Send every manifest of the files, keyed by its master bill.

    Reads JSON (one manifest or a list), JSON Lines (also on standard input: -) and Avro container files. A manifest
    is sent exactly as it is in the file, even if it is broken, so that intake answers it.

    With --follow the exit status is 1 when a parcel was refused, a record was set aside, or an answer is missing.
    """
    check_carrier(carrier)
    well = run(
        bootstrap,
        _publish(Sending(bootstrap, carrier, files, lang), timeout if follow else None, None if json_ else lang),
    )
    if not well:
        raise SystemExit(1)


class Sending:
    """What is sent where."""

    def __init__(self, bootstrap: str, carrier: str, files: tuple[str, ...], lang: Lang) -> None:
        self.bootstrap = bootstrap
        self.carrier = carrier
        self.files = files
        self.lang = lang
        self.topic = MANIFESTS + carrier
        self.sent: dict[Place, FileRecord] = {}
        """What Kafka has, with --follow."""


async def _publish(sending: Sending, timeout: float | None, lang: Lang | None) -> bool:  # noqa: ASYNC109 - between answers, not of the whole
    """Send everything; with a timeout also wait for the answers, to print them in a language, or as JSON without one.

    Whether all is well.
    """
    await make_topics(sending)
    if timeout is None:
        await _send(sending)
        return True
    async with answers(sending.bootstrap, sending.carrier) as arriving:
        await _send(sending)
        return await _follow(sending, arriving, timeout, lang)


async def make_topics(sending: Sending) -> None:
    """Create a new carrier's topics."""
    if sending.topic in await partitions_of(sending.bootstrap):
        return
    settings = Settings.read(os.environ)
    created = await create_topics(sending.bootstrap, [sending.carrier], replication=settings.replication)
    note(
        translate(
            sending.lang,
            "Created {topics}; workers pick them up within seconds.",
            topics=", ".join(sorted(created)),
        )
    )


@asynccontextmanager
async def producer_of(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer whose records are written once and kept in order."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        client_id="tonggwan-publish",
        acks="all",
        enable_idempotence=True,
        compression_type="lz4",
        max_request_size=limits.RECORD_BYTES_MAX + ENVELOPE_BYTES_MAX,
        max_batch_size=BATCH_BYTES,
        linger_ms=LINGER_MS,
    )
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def send(producer: AIOKafkaProducer, topic: str, value: bytes, key: bytes | None) -> asyncio.Future[Any]:
    """Send one record, without waiting: records of a key keep their order."""
    count = len(await producer.partitions_for(topic))
    future: asyncio.Future[Any] = await producer.send(topic, value, key=key, partition=crc32(key or b"") % count)
    return future


async def _send(sending: Sending) -> None:
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.completed:,.0f} manifests, {task.fields[parcels]:,} parcels, {task.fields[mib]:.1f} MiB/s"),
        BarColumn(),
        TimeElapsedColumn(),
        console=err(),
    )
    began, sent = time.monotonic(), PublishedRecord()
    bar.disable = not bar.console.is_terminal
    with bar:
        task = bar.add_task("", total=None, parcels=0, mib=0.0)
        async with producer_of(sending.bootstrap) as producer:
            waiting: dict[asyncio.Future[Any], FileRecord] = {}
            try:
                for record in read(sending.files):
                    outside = peek(within_limit(record).value)
                    waiting[await send(producer, sending.topic, record.value, outside.key)] = record
                    sent.count(record, outside.parcel_count)
                    if len(waiting) >= WAITING_MAX:
                        await _acknowledged(sending, waiting)
                    bar.update(
                        task,
                        completed=sent.records,
                        parcels=sent.parcels,
                        mib=sent.bytes / 2**20 / max(time.monotonic() - began, 0.001),
                    )
            except OperatorError as error:
                await _acknowledged(sending, waiting)
                raise OperatorError(
                    f"{error} Published before it: {plural(sent.records, 'manifest')}." if sent.records else str(error)
                ) from error
            await _acknowledged(sending, waiting)
        bar.update(task, total=sent.records)
    note(
        translate(
            sending.lang,
            "Published {manifests} with {parcels} ({bytes} bytes) on {topic}.",
            manifests=_counted(sent.records, "manifest", sending.lang),
            parcels=_counted(sent.parcels, "parcel", sending.lang),
            bytes=f"{sent.bytes:,}",
            topic=sending.topic,
        )
    )


def _counted(number: int, noun: str, lang: Lang) -> str:
    """So many of something; Korean names the thing in the line itself."""
    return plural(number, noun) if lang == "en" else f"{number:,}"


class PublishedRecord:
    """How much was sent."""

    def __init__(self) -> None:
        self.records = self.parcels = self.bytes = 0

    def count(self, record: FileRecord, parcels: int) -> None:
        """One more."""
        self.records += 1
        self.parcels += parcels
        self.bytes += len(record.value)


async def _acknowledged(sending: Sending, waiting: dict[asyncio.Future[Any], FileRecord]) -> None:
    """Wait until Kafka has what was sent, and note where."""
    for future, record in waiting.items():
        kept = await future
        sending.sent[kept.partition, kept.offset] = record
    waiting.clear()


# the answers


@asynccontextmanager
async def answers(bootstrap: str, carrier: str) -> AsyncIterator["Answers"]:
    """Answers to a carrier's records from now on."""
    tps = await partitions_with(bootstrap, [RECEIPTS + carrier, DEAD_LETTERS])
    ends = await end_offsets(bootstrap, tps)
    async with open_consumer(bootstrap) as consumer:
        consumer.assign(tps)
        for tp in tps:
            consumer.seek(tp, ends[tp])
        yield Answers(consumer, MANIFESTS + carrier)


class Answers:
    """Receipts and dead letters about the records of one topic."""

    def __init__(self, consumer: Any, topic: str) -> None:  # noqa: ANN401 - aiokafka brings no types
        self._consumer = consumer
        self._topic = topic

    async def next(self) -> dict[Place, Mapping[str, Any]]:
        """What came within a moment, by the record it is about."""
        batches: Mapping[TopicPartition, Iterable[ConsumerRecord]] = await self._consumer.getmany(timeout_ms=POLL_MS)
        return {at: answer for records in batches.values() for record in records for at, answer in self._read(record)}

    def _read(self, record: ConsumerRecord) -> Iterable[tuple[Place, Mapping[str, Any]]]:
        if record.topic == DEAD_LETTERS:
            letter = Letter.of(record)
            if letter.topic == self._topic:
                source = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
                yield (
                    (letter.partition, letter.offset),
                    dead_letter_of(source, letter.code, letter.message, letter.path),
                )
            return
        receipt = avro.decode(avro.RECEIPT, record.value)
        if receipt["kind"] == "ANSWER" and receipt["source"]["topic"] == self._topic:
            yield (receipt["source"]["partition"], receipt["source"]["offset"]), receipt


async def _follow(sending: Sending, arriving: Answers, timeout: float, lang: Lang | None) -> bool:  # noqa: ASYNC109 - between answers, not of the whole
    """Print the answer to each record, in the order they come."""
    left, well, last = dict(sending.sent), True, time.monotonic()
    while left and time.monotonic() - last < timeout:
        for at, answer in (await arriving.next()).items():
            if (record := left.pop(at, None)) is not None:
                last = time.monotonic()
                well &= _show(answer, record, lang)
    for record in left.values():
        note(
            translate(
                sending.lang,
                "No answer within {seconds} s: {where}",
                seconds=f"{timeout:g}",
                where=file_place(record.where, sending.lang),
            )
        )
    if left:
        note(
            translate(
                sending.lang,
                "Check that workers are running (`tonggwan up` or `tonggwan worker`) and read their logs. "
                "The manifests are on Kafka; each will be answered once.",
            )
        )
    return well and not left


def _show(answer: Mapping[str, Any], record: FileRecord, lang: Lang | None) -> bool:
    """Print one answer; whether it is a good one."""
    letter = "dead_letter" in answer
    if lang is None:
        as_json(answer)
    elif letter:
        show_dead_letter(answer, record.where, lang)
    else:
        show_receipt(answer, record.where, lang)
    return not letter and not is_refusal(answer)

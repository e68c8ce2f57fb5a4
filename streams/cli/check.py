"""`tonggwan check`: the same intake and screening, in this process, over files, with nothing remembered before."""

import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import click

from agents.clock import parse_rfc3339
from agents.identity import TokenKeys
from agents.intake import Office
from schemas import avro
from schemas.topics import CHECKED, CLEARANCE, DEAD_LETTERS, MANIFESTS, RECEIPTS
from streams import partitions
from streams.admin import CARRIER, check_carrier
from streams.cli.dead_letters import Letter
from streams.cli.files import Found, paths_argument, peek, read, within_limit
from streams.cli.look import as_json, logs, write
from streams.cli.receipts import dead_letter, is_refusal, show_dead_letter, show_receipt
from streams.reference import load
from streams.settings import Settings
from streams.transaction import Outbox
from streams.work import Work

NOBODY: Final = "check"
"""Carrier of a manifest that names none."""
KEY: Final = TokenKeys((("check", b"tonggwan check: tokens of no office"),))
"""Tokens of a check stand for nobody elsewhere."""


@click.command
@paths_argument
@click.option("--carrier", metavar="ID", help="The carrier whose topic the manifests arrive on. Default: the one each names, else 'check'.")
@click.option("--at", metavar="TIME", help="When they arrive, RFC 3339 such as 2026-11-23T14:02:11+09:00. Default: now.")
@click.option("--json", "json_", is_flag=True, help="Every parcel's whole decision, one a line, as schemas/decision.v1.avsc has it.")
def check(files: tuple[str, ...], carrier: str | None, at: str | None, json_: bool) -> None:  # noqa: FBT001 - click's
    """Judge manifests by the same rules without a broker.

    The files are taken in order, as the first manifests ever; a second version of one amends it, a repetition is a
    DUPLICATE. Reads JSON (one manifest or a list), JSON Lines (also on standard input: -) and Avro container files.

    Exit status 1 when a parcel was refused or a record can't be read.
    """
    logs()
    if carrier is not None:
        check_carrier(carrier)
    bench = Bench(Settings.read(os.environ))
    well = True
    for found in read(files):
        answer = bench.take(within_limit(found), carrier, _at_ms(at))
        _show(answer, found, json_=json_)
        well &= answer.well
    if not well:
        raise SystemExit(1)


def _at_ms(at: str | None) -> int:
    if at is None:
        return time.time_ns() // 1_000_000
    moment = parse_rfc3339(at)
    if moment is None:
        raise click.BadParameter(f"{at!r} is no time with offset: write it like 2026-11-23T14:02:11+09:00.", param_hint="--at")
    return int(moment.timestamp() * 1000)


Read = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the client would hand it over; also what goes out."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Kept(Outbox):
    """Keeps what goes out, to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Stored] = []

    def add(self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: list[tuple[str, bytes]] | None = None) -> None:  # noqa: PLR0913, PLR0917 - the outbox's own
        """Keep a record; its place is that in the list."""
        self.kept.append(Stored(topic, partition, len(self.kept), time_ms, key, value, tuple(headers or ())))


@dataclass(slots=True)
class Answer:
    """Everything that one record brings."""

    receipts: list[Read] = field(default_factory=list)
    notices: list[Read] = field(default_factory=list)
    decisions: list[Read] = field(default_factory=list)
    letters: list[Read] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether all was read and nothing refused."""
        return not self.letters and not any(map(is_refusal, self.receipts))


class Bench:
    """A worker's work without Kafka: what goes to the internal topic is taken at once."""

    def __init__(self, settings: Settings) -> None:
        reference = load(Path(settings.reference_dir) if settings.reference_dir else None)
        office = Office(reference=reference, keys=KEY)
        self._work = Work(office, memory_days=settings.memory_days, internal_errors_in_a_row_max=settings.internal_errors_in_a_row_max, outbox=Kept)
        self._offsets: Counter[str] = Counter()

    def take(self, found: Found, carrier: str | None, at_ms: int) -> Answer:
        """One record of a carrier, through intake and screening."""
        code = carrier or _named(found.value)
        topic = MANIFESTS + code
        self._work.assign({*self._work.carriers, code}, range(partitions.count(CHECKED)))
        answer = Answer()
        waiting = deque([Stored(topic, 0, self._offsets[topic], at_ms, peek(found.value).key, found.value)])
        self._offsets[topic] += 1
        while waiting:
            for record in self._process(waiting.popleft()):
                if record.topic == CHECKED:
                    waiting.append(record)
                else:
                    _sort(record, answer)
        return answer

    def _process(self, record: Stored) -> Iterator[Stored]:
        """What one record brings at once; the internal topic's get the next offsets there."""
        self._work.process(record)
        unit = self._work.close_unit()
        assert unit is not None  # noqa: S101 - for the type checker: a record has been processed
        assert isinstance(unit.outbox, Kept)  # noqa: S101 - for the type checker: given to `Work`
        for made in unit.outbox.kept:
            place = f"{made.topic}-{made.partition}"
            yield replace(made, offset=self._offsets[place])
            self._offsets[place] += 1


def _named(value: bytes) -> str:
    """The carrier a manifest names, if it may name a topic."""
    named = peek(value).carrier
    return named if isinstance(named, str) and CARRIER.fullmatch(named) else NOBODY


def _sort(record: Stored, answer: Answer) -> None:
    if record.topic == DEAD_LETTERS:
        letter = Letter.of(record)
        source = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        answer.letters.append(dead_letter(source, letter.code, letter.message, letter.path))
    elif record.topic in CLEARANCE and record.value is not None:
        answer.decisions.append(avro.decode(avro.DECISION, record.value))
    elif record.topic.startswith(RECEIPTS) and record.value is not None:
        receipt = avro.decode(avro.RECEIPT, record.value)
        (answer.receipts if receipt["kind"] == "ANSWER" else answer.notices).append(receipt)


def _show(answer: Answer, found: Found, *, json_: bool) -> None:
    if json_:
        for said in (*answer.letters, *answer.decisions):
            as_json(said)
        return
    for letter in answer.letters:
        show_dead_letter(letter, found.where)
    for receipt in answer.receipts:
        show_receipt(receipt, found.where)
    if passed := Counter((decision["route"] or "", decision["outcome"]) for decision in answer.decisions if decision["outcome"] != "REJECT"):
        write("Of those passed on: " + ", ".join(f"{number} {outcome} by {route or 'no route'}" for (route, outcome), number in passed.most_common()))

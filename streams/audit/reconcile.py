"""Proves conservation: reads every topic as a consumer of committed records and checks the invariants.

The invariants are in `streams.audit.invariants`.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aiokafka.client import AIOKafkaClient
from aiokafka.structs import TopicPartition

from agents.linking import Linking
from agents.screening.decide import Screening
from agents.state.consignees import ConsigneeStore
from agents.state.links import LinkStore
from schemas import avro, topics
from streams.audit.invariants import (
    LedgerEntry,
    Ledgers,
    Violation,
    breaches,
    is_manifest,
    of_manifest,
    same,
    show,
    source_of,
)
from streams.kafka.admin import partitions_of
from streams.kafka.reading import read_to_end
from streams.kafka.record import FetchedRecord, RefusedBatch
from streams.kafka.transactions import stable_offsets
from streams.reference.history import References
from streams.worker.changelog import CHECKED_PARTITIONS, key_shown, state_of
from streams.worker.dead_letters import Letter
from streams.worker.handlers import read_checked, read_links
from streams.worker.pipeline import PIPELINE

SECONDS = 600.0
Content = tuple[str, bytes, bytes]
"""Topic, key and value of a record."""
Progress = Callable[[int], None]
"""Told how many records have been read."""


@dataclass(frozen=True, slots=True)
class Account:
    """One manifest version: what it brought."""

    carrier: str
    manifest_id: str
    manifest_version: int
    status: str
    source: str
    received: int
    outcomes: dict[str, int]


@dataclass(slots=True)
class Balance:
    """The result."""

    accounts: list[Account] = field(default_factory=list)
    breaches: list[Violation] = field(default_factory=list)
    waiting: int = 0
    """Records not yet taken: the balance is of what was."""
    dead_letters: int = 0
    replayed: int | None = None
    """Checked parcels decided again, when that was asked for."""

    @property
    def holds(self) -> bool:
        """Whether everything balances and nothing waits."""
        return not self.breaches and not self.waiting


async def reconcile(
    bootstrap: str,
    group: str,
    *,
    manifest: str | None = None,
    reference: References | None = None,
    progress: Progress = lambda _: None,
) -> Balance:
    """Check the invariants over everything on the topics, or over one manifest's part of it.

    With `reference`, decide every checked parcel again by that of its time in one process, and compare decisions,
    cases, notices and state byte for byte.
    """
    ledgers = await read_ledgers(bootstrap, group, progress)
    violations = [] if manifest else list(breaches(ledgers))
    balance = Balance(breaches=violations, waiting=ledgers.waiting, dead_letters=_set_aside(ledgers))
    if manifest:
        ledgers.receipts, ledgers.decisions = (
            of_manifest(ledgers.receipts, manifest),
            of_manifest(ledgers.decisions, manifest),
        )
        ledgers.manifests, ledgers.dead_letters = [source_of(entry) for entry in ledgers.receipts], []
        ledgers.batches, ledgers.batches_set_aside = {}, {}
        balance.breaches = list(breaches(ledgers))
    balance.accounts = _accounts(ledgers)
    if reference is not None:
        balance.replayed, differences = await replay(bootstrap, reference, progress)
        balance.breaches += differences
    return balance


async def read_ledgers(bootstrap: str, group: str, progress: Progress = lambda _: None) -> Ledgers:
    """Everything that the invariants are about."""
    tps = await _partitions(
        bootstrap,
        lambda topic: (
            topic.startswith((topics.RECEIPTS, "clearance."))
            or topic == topics.DEAD_LETTERS
            or PIPELINE.find_step(topic) is not None
        ),
    )
    sources = [tp for tp in tps if PIPELINE.find_step(tp.topic) is not None]
    taken = await _taken(bootstrap, group, sources)
    ledgers = Ledgers()
    read = 0

    def apply(record: FetchedRecord) -> None:
        nonlocal read
        read += 1
        if read % 1000 == 0:
            progress(1000)
        place = (record.topic, record.partition, record.offset)
        next_offset = taken.get(TopicPartition(record.topic, record.partition))
        if next_offset is not None:
            _note_source(ledgers, record, next_offset)
        elif record.topic == topics.DEAD_LETTERS:
            _note_dead_letter(ledgers, Letter.of(record))
        elif record.topic.startswith(topics.RECEIPTS):
            receipt = avro.decode(avro.RECEIPT, record.value or b"")
            if receipt["kind"] == "ANSWER":
                ledgers.receipts.append(LedgerEntry(place, receipt))
        else:
            ledgers.decisions.append(LedgerEntry(place, avro.decode(avro.DECISION, record.value or b"")))

    await read_to_end(bootstrap, tps, apply, seconds=SECONDS)
    return ledgers


def _note_source(ledgers: Ledgers, record: FetchedRecord, next_offset: int) -> None:
    """Note a record that a step reads, or the batch that it stands for."""
    held = record.records if isinstance(record, RefusedBatch) else 1
    place = (record.topic, record.partition, record.offset)
    if record.offset >= next_offset:
        ledgers.waiting += held
        return
    if is_manifest(record.topic):
        ledgers.manifests.append(place)
    if held != 1:
        ledgers.batches[place] = held


def _note_dead_letter(ledgers: Ledgers, letter: Letter) -> None:
    place = (letter.topic, letter.partition, letter.offset)
    ledgers.dead_letters.append(place)
    if letter.records != 1:
        ledgers.batches_set_aside[place] = letter.records


async def replay(
    bootstrap: str, reference: References, progress: Progress = lambda _: None
) -> tuple[int, list[Violation]]:
    """Decide every checked parcel again in one process.

    Returns how many there were, and what differs from what the workers left behind.
    """
    tps = await _partitions(
        bootstrap,
        lambda topic: (
            topic == topics.SCREENING_STATE
            or topic in PIPELINE.internal
            or topic.startswith(("clearance.", "security.", topics.RECEIPTS))
        ),
    )
    checked: list[FetchedRecord] = []
    link_records: list[FetchedRecord] = []
    live: Counter[Content] = Counter()
    refused: Counter[Content] = Counter()
    """Most refusals are intake's and come from no checked parcel, so the replay need not bring them all."""
    state: dict[tuple[int, bytes], bytes] = {}

    def apply(record: FetchedRecord) -> None:
        key, value = record.key or b"", record.value or b""
        if record.topic == topics.CHECKED:
            checked.append(record)
        elif record.topic == topics.LINKS:
            link_records.append(record)
        elif record.topic == topics.SCREENING_STATE:
            if record.value is None:
                state.pop((record.partition, key), None)
            else:
                state[record.partition, key] = value
        elif record.topic == topics.REJECTED:
            refused[record.topic, key, value] += 1
        elif not (record.topic.startswith(topics.RECEIPTS) and avro.decode(avro.RECEIPT, value)["kind"] == "ANSWER"):
            live[record.topic, key, value] += 1

    await read_to_end(bootstrap, tps, apply, seconds=SECONDS)
    partitions, again = _decided_again(checked, reference, progress)
    again.update(_linked_again(link_records, reference, progress))
    live.update({key: count for key, count in refused.items() if key in again})
    remembered = {
        (number, key): packed for number, partition in partitions.items() for key, packed in state_of(partition).items()
    }
    violations = [
        *same("replay: outputs", live, again, lambda key: f"{key[0]} {key[1].decode(errors='replace')}"),
        *same("replay: state", state, remembered, lambda key: f"{topics.SCREENING_STATE}-{key[0]} {key_shown(key[1])}"),
    ]
    return len(checked), violations


def _decided_again(
    checked: Iterable[FetchedRecord], reference: References, progress: Progress
) -> tuple[dict[int, ConsigneeStore], Counter[Content]]:
    """What one process remembers and says when it decides every checked parcel in the order of the log."""
    screenings: dict[str, Screening] = {}
    partitions: dict[int, ConsigneeStore] = {}
    again: Counter[Content] = Counter()
    for count, record in enumerate(sorted(checked, key=lambda record: (record.partition, record.offset)), start=1):
        token = (record.key or b"").decode()
        parcel = read_checked(record.value)
        law = reference.at(parcel.received_at_ms)
        screening = screenings.get(law.version) or screenings.setdefault(law.version, Screening(law, reference.at))
        for output in screening.decide(
            token, parcel, partitions.setdefault(record.partition, ConsigneeStore(record.partition, CHECKED_PARTITIONS))
        ):
            if output.topic != topics.CHECKED:
                again[output.topic, output.key.encode(), avro.frame(output.schema_id) + output.value] += 1
        if count % 1000 == 0:
            progress(1000)
            for partition in partitions.values():
                for _ in partition.changes():  # a worker's commits: what was looked at is packed away again
                    pass
    return partitions, again


def _linked_again(link_records: Iterable[FetchedRecord], reference: References, progress: Progress) -> Counter[Content]:
    """What one process says when it links everything again in the order of the log."""
    linkings: dict[str, Linking] = {}
    stores: dict[int, LinkStore] = {}
    again: Counter[Content] = Counter()
    for count, record in enumerate(sorted(link_records, key=lambda record: (record.partition, record.offset)), start=1):
        message = read_links(record.value)
        law = reference.at(message.received_at_ms)
        linking = linkings.get(law.version) or linkings.setdefault(law.version, Linking(law))
        for output in linking.decide(message, stores.setdefault(record.partition, LinkStore())):
            again[output.topic, output.key.encode(), avro.frame(output.schema_id) + output.value] += 1
        if count % 1000 == 0:
            progress(1000)
    return again


async def _partitions(bootstrap: str, wanted: Callable[[str], bool]) -> list[TopicPartition]:
    there = await partitions_of(bootstrap)
    return [TopicPartition(topic, number) for topic in sorted(there) if wanted(topic) for number in there[topic]]


async def _taken(bootstrap: str, group: str, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
    """The next offset of each source."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap)
    await client.bootstrap()
    try:
        return {tp: offset or 0 for tp, offset in (await stable_offsets(client, group, tps)).items()}
    finally:
        await client.close()


def _set_aside(ledgers: Ledgers) -> int:
    """How many records were set aside: a dead letter may stand for a whole batch."""
    return sum(ledgers.batches_set_aside.get(place, 1) for place in ledgers.dead_letters)


def _accounts(ledgers: Ledgers) -> list[Account]:
    outcomes: dict[tuple[str, int, int], Counter[str]] = {}
    for decision in ledgers.decisions:
        outcomes.setdefault(source_of(decision), Counter())[decision.value["outcome"]] += 1

    def account(receipt: LedgerEntry) -> Account:
        source = source_of(receipt)
        value = receipt.value
        return Account(
            value["carrier"],
            value["manifest_id"],
            value["manifest_version"],
            value["status"],
            show(source),
            value["counts"]["received"],
            dict(outcomes.get(source, {})),
        )

    return [account(receipt) for receipt in ledgers.receipts]

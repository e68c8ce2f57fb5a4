"""Does it balance? Invariants over the records on the topics, as functions from ledgers to violations.

Each invariant has a test that breaks it on purpose. A violation names its invariant, the place, and what was found.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from agents.screening.notices import FOLLOW_UP_EVENTS
from schemas import topics

Place = tuple[str, int, int]
"""Topic, partition, offset."""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A decision or receipt and its place; `value` has the names of its schema."""

    place: Place
    value: Mapping[str, Any]


@dataclass(slots=True)
class Ledgers:
    """The records on the topics, as a consumer of committed records sees them."""

    manifests: list[Place] = field(default_factory=list)
    """Every record of a carrier that a worker has taken."""
    waiting: int = 0
    """Records that a step of the pipeline reads and no worker has taken yet."""
    receipts: list[LedgerEntry] = field(default_factory=list)
    """Answers; notices are no part of the balance."""
    decisions: list[LedgerEntry] = field(default_factory=list)
    dead_letters: list[Place] = field(default_factory=list)
    """Where each came from."""
    batches: dict[Place, int] = field(default_factory=dict)
    """Of each batch that can't be unpacked, how many records it holds; its place is that of its last record."""
    batches_set_aside: dict[Place, int] = field(default_factory=dict)
    """Of each dead letter of such a batch, how many records it says it stands for."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, and where."""

    law: str
    where: str
    found: str


def breaches(ledgers: Ledgers) -> Iterator[Violation]:
    """Every violation of every invariant."""
    for law in INVARIANTS:
        yield from law(ledgers)


def every_record_is_answered_once(ledgers: Ledgers) -> Iterator[Violation]:
    """Each record of a carrier brings exactly one receipt or exactly one dead letter."""
    answers = Counter(source_of(receipt) for receipt in ledgers.receipts)
    answers.update(place for place in set(ledgers.dead_letters) if is_manifest(place[0]))
    taken = set(ledgers.manifests)
    for place in ledgers.manifests:
        if answers[place] != 1:
            yield Violation("one answer", show(place), f"{answers[place]} answers")
    for place in answers.keys() - taken:
        yield Violation("one answer", show(place), "an answer to a record that is not there")


def every_parcel_is_decided_once(ledgers: Ledgers) -> Iterator[Violation]:
    """The parcels a receipt counts bring one decision each over all clearance topics, by outcome."""
    decided: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    for decision in _first_copies(ledgers.decisions):
        if decision.value["event"] not in FOLLOW_UP_EVENTS:
            decided[source_of(decision)][decision.value["outcome"]] += 1
    answered = set()
    for receipt in ledgers.receipts:
        source = source_of(receipt)
        answered.add(source)
        counts, outcomes = receipt.value["counts"], decided[source]
        decided_counts = {"rejected": outcomes["REJECT"], "cancelled": outcomes["CANCELLED"]}
        decided_counts["accepted"] = outcomes.total() - decided_counts["rejected"] - decided_counts["cancelled"]
        decided_counts["received"] = outcomes.total()
        where = f"{receipt.value['manifest_id']} version {receipt.value['manifest_version']} ({show(source)})"
        for name in ("received", "accepted", "rejected", "cancelled"):
            if counts[name] != decided_counts[name]:
                yield Violation(
                    "conservation", where, f"{name}: {counts[name]} on the receipt, {decided_counts[name]} decided"
                )
    lack_an_answer = set(ledgers.manifests) - set(ledgers.dead_letters)
    for source in decided.keys() - answered - lack_an_answer:
        yield Violation("conservation", show(source), f"{decided[source].total()} decisions without a receipt")


def every_decision_is_there_once(ledgers: Ledgers) -> Iterator[Violation]:
    """No decision is written twice, and no two have the same sequence on a house bill."""
    ids = Counter(decision.value["decision_id"] for decision in ledgers.decisions)
    for decision_id, count in ids.items():
        if count > 1:
            yield Violation("no duplicate", f"decision {decision_id}", f"{count} times")
    steps = Counter(_step(decision) for decision in _first_copies(ledgers.decisions) if decision.value["house_bill"])
    for (carrier, house_bill, sequence), count in steps.items():
        if count > 1:
            yield Violation("no duplicate", f"{carrier} {house_bill} sequence {sequence}", f"{count} decisions")


def every_house_bill_is_in_order(ledgers: Ledgers) -> Iterator[Violation]:
    """Sequences of a house bill run 1, 2, 3 without a gap, and rise on every topic."""
    by_bill: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    last: dict[tuple[str, int, str, str], int] = {}
    for decision in _first_copies(ledgers.decisions):
        carrier, house_bill, sequence = _step(decision)
        if not house_bill:
            continue
        by_bill[carrier, house_bill].add(sequence)
        stream = (*decision.place[:2], carrier, house_bill)
        if last.get(stream, 0) > sequence:
            yield Violation(
                "order",
                f"{carrier} {house_bill} at {show(decision.place)}",
                f"sequence {sequence} behind {last[stream]}",
            )
        last[stream] = sequence
    for (carrier, house_bill), sequences in by_bill.items():
        if sequences != set(range(1, len(sequences) + 1)):
            yield Violation("order", f"{carrier} {house_bill}", f"sequences {sorted(sequences)}")


def every_dead_letter_is_there_once(ledgers: Ledgers) -> Iterator[Violation]:
    """No record is set aside twice."""
    for place, count in Counter(ledgers.dead_letters).items():
        if count > 1:
            yield Violation("no duplicate", f"dead letter of {show(place)}", f"{count} times")


def every_batch_is_counted(ledgers: Ledgers) -> Iterator[Violation]:
    """A batch that is set aside as one stands for as many records as it holds: two that are lost are not one."""
    held, said = ledgers.batches, ledgers.batches_set_aside
    for place in held.keys() | said.keys():
        if held.get(place, 1) != said.get(place, 1):
            yield Violation(
                "batches", show(place), f"{held.get(place, 1)} records in the batch, {said.get(place, 1)} set aside"
            )


INVARIANTS: Final = (
    every_record_is_answered_once,
    every_parcel_is_decided_once,
    every_decision_is_there_once,
    every_house_bill_is_in_order,
    every_dead_letter_is_there_once,
    every_batch_is_counted,
)


def same(law: str, live: Mapping[Any, Any], replayed: Mapping[Any, Any], name: Any) -> Iterator[Violation]:  # noqa: ANN401 - a function that names a key
    """What workers left behind is what a replay by one process leaves behind."""
    for key in live.keys() | replayed.keys():
        if live.get(key) != replayed.get(key):
            yield Violation(
                law,
                name(key),
                "only in the replay"
                if key not in live
                else "only live"
                if key not in replayed
                else "differs from the replay",
            )


def source_of(entry: LedgerEntry) -> Place:
    """The carrier's record behind a decision or receipt."""
    source = entry.value["source"]
    return source["topic"], source["partition"], source["offset"]


def show(place: Place) -> str:
    """A place in words."""
    return f"{place[0]}-{place[1]}@{place[2]}"


def is_manifest(topic: str) -> bool:
    """Whether the records of a topic are manifests, which a carrier expects an answer to."""
    return topic.startswith(topics.MANIFESTS)


def _first_copies(decisions: Iterable[LedgerEntry]) -> Iterator[LedgerEntry]:
    """Decisions by place, each once: a duplicate violates an invariant of its own and no other."""
    decision_ids = set()
    for decision in sorted(decisions, key=lambda entry: entry.place):
        if decision.value["decision_id"] not in decision_ids:
            decision_ids.add(decision.value["decision_id"])
            yield decision


def _step(decision: LedgerEntry) -> tuple[str, str, int]:
    value = decision.value
    return value["carrier"], value["house_bill"], value["sequence"]


def of_manifest(entries: Iterable[LedgerEntry], manifest_id: str) -> list[LedgerEntry]:
    """The entries of one manifest."""
    return [entry for entry in entries if entry.value["manifest_id"] == manifest_id]

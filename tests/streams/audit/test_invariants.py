"""Each law of the balance holds where it should, and is the one that breaks when one thing is wrong."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from schemas import topics
from streams.audit.invariants import (
    INVARIANTS,
    LedgerEntry,
    Ledgers,
    Place,
    breaches,
    of_manifest,
    same,
    show,
    source_of,
)
from streams.worker.pipeline import PIPELINE

KX0 = ("manifests.kx", 0, 0)
"""An original: two accepted, one refused."""
KX1 = ("manifests.kx", 1, 0)
"""Its amendment, on the other partition: one parcel."""
KX2 = ("manifests.kx", 0, 1)
"""The original again."""
BW0 = ("manifests.bw", 0, 0)
"""A parcel of another carrier with the same house bill."""
BW1 = ("manifests.bw", 0, 1)
"""Its cancellation."""
BAD = ("manifests.bw", 1, 0)
"""Nobody can read it."""
BATCH = ("manifests.bw", 1, 3)
"""The last of three in a batch that nobody can unpack."""
NOWHERE = ("manifests.zz", 0, 0)
"""There is no such record."""


def receipt(source: Place, at: int, manifest_id: str, version: int, **counts: int) -> LedgerEntry:
    full = {"received": sum(counts.values()), "accepted": 0, "rejected": 0, "cancelled": 0} | counts
    topic, partition, offset = source
    carrier = topic.removeprefix("manifests.")
    return LedgerEntry(
        (f"receipts.{carrier}", 0, at),
        {
            "carrier": carrier,
            "manifest_id": manifest_id,
            "manifest_version": version,
            "counts": full,
            "source": {"topic": topic, "partition": partition, "offset": offset},
        },
    )


def decision(place: Place, source: Place, house_bill: str, sequence: int, outcome: str) -> LedgerEntry:
    topic, partition, offset = source
    carrier = topic.removeprefix("manifests.")
    value = {
        "decision_id": f"{carrier} {house_bill} {sequence}",
        "carrier": carrier,
        "manifest_id": "M",
        "house_bill": house_bill,
        "sequence": sequence,
        "event": "ORIGINAL",
        "outcome": outcome,
    }
    return LedgerEntry(place, {**value, "source": {"topic": topic, "partition": partition, "offset": offset}})


def ledgers() -> Ledgers:
    """A day that balances: an original, its amendment, its repetition, a cancellation, a dead letter."""
    return Ledgers(
        manifests=[KX0, KX1, KX2, BW0, BW1, BAD, BATCH],
        receipts=[
            receipt(KX0, 0, "M", 1, accepted=2, rejected=1),
            receipt(KX1, 1, "M", 2, accepted=1),
            receipt(KX2, 2, "M", 1),
            receipt(BW0, 0, "N", 1, accepted=1),
            receipt(BW1, 1, "N", 2, cancelled=1),
        ],
        decisions=[
            decision(("clearance.list", 0, 0), KX0, "H1", 1, "RELEASE"),
            decision(("clearance.general", 0, 0), KX0, "H2", 1, "HOLD"),
            decision(("clearance.rejected", 0, 0), KX0, "", 1, "REJECT"),
            decision(("clearance.list", 0, 1), KX1, "H1", 2, "RELEASE"),
            decision(("clearance.list", 0, 2), BW0, "H1", 1, "DECLARE"),
            decision(("clearance.general", 0, 1), BW1, "H1", 2, "CANCELLED"),
        ],
        dead_letters=[BAD, BATCH],
        batches={BATCH: 3},
        batches_set_aside={BATCH: 3},
    )


def changed(entry: LedgerEntry, **values: Any) -> LedgerEntry:  # noqa: ANN401 - whatever the schema has
    return replace(entry, value={**entry.value, **values})


def change(entries: list[LedgerEntry], at: int, **values: Any) -> None:  # noqa: ANN401 - whatever the schema has
    entries[at] = changed(entries[at], **values)


def counts_of(books: Ledgers, at: int, **counts: int) -> None:
    change(books.receipts, at, counts={**books.receipts[at].value["counts"], **counts})


def again(entry: LedgerEntry, offset: int) -> LedgerEntry:
    """A copy, further down the topic."""
    return replace(entry, place=(*entry.place[:2], offset))


def swap(books: Ledgers, one: int, other: int) -> None:
    """Two decisions trade places."""
    first, second = books.decisions[one], books.decisions[other]
    books.decisions[one], books.decisions[other] = (
        replace(first, place=second.place),
        replace(second, place=first.place),
    )


Break = Callable[[Ledgers], object]
BREAKS: list[Any] = [
    pytest.param(
        lambda books: books.decisions.pop(0),
        {"conservation", "order"},
        id="a decision is deleted, and its amendment is left",
    ),
    pytest.param(
        lambda books: books.decisions.pop(1), {"conservation"}, id="the only decision of a house bill is deleted"
    ),
    pytest.param(lambda books: books.decisions.pop(5), {"conservation"}, id="a cancellation is deleted"),
    pytest.param(
        lambda books: books.decisions.append(again(books.decisions[1], 7)),
        {"no duplicate"},
        id="a decision stands twice",
    ),
    pytest.param(
        lambda books: books.decisions.append(again(books.decisions[0], 7)),
        {"no duplicate"},
        id="a decision stands again behind its amendment",
    ),
    pytest.param(
        lambda books: books.decisions.append(again(books.decisions[2], 7)),
        {"no duplicate"},
        id="a refusal without house bill stands twice",
    ),
    pytest.param(
        lambda books: books.decisions.append(replace(books.decisions[0], place=("clearance.general", 3, 0))),
        {"no duplicate"},
        id="a decision stands on two topics",
    ),
    pytest.param(
        lambda books: change(books.decisions, 3, sequence=1),
        {"no duplicate"},
        id="two decisions are the same step of a house bill",
    ),
    pytest.param(lambda books: swap(books, 0, 3), {"order"}, id="an amendment stands before what it amends"),
    pytest.param(lambda books: change(books.decisions, 3, sequence=3), {"order"}, id="a sequence is left out"),
    pytest.param(
        lambda books: change(books.decisions, 1, sequence=2),
        {"order"},
        id="a house bill begins with its second decision",
    ),
    pytest.param(lambda books: books.receipts.pop(0), {"one answer"}, id="a receipt is deleted"),
    pytest.param(lambda books: books.receipts.pop(2), {"one answer"}, id="the receipt of a repetition is deleted"),
    pytest.param(
        lambda books: books.receipts.append(again(books.receipts[0], 9)), {"one answer"}, id="a receipt stands twice"
    ),
    pytest.param(lambda books: books.dead_letters.remove(BAD), {"one answer"}, id="a dead letter is deleted"),
    pytest.param(
        lambda books: books.dead_letters.append(KX2), {"one answer"}, id="a record has a receipt and a dead letter"
    ),
    pytest.param(
        lambda books: books.receipts.append(receipt(("manifests.kx", 0, 7), 9, "M", 7)),
        {"one answer"},
        id="a receipt for a record that is not there",
    ),
    pytest.param(
        lambda books: books.dead_letters.append(("manifests.kx", 0, 7)),
        {"one answer"},
        id="a dead letter of a record that is not there",
    ),
    pytest.param(
        lambda books: books.manifests.append(("manifests.kx", 0, 2)), {"one answer"}, id="a record without any answer"
    ),
    pytest.param(
        lambda books: books.batches_set_aside.clear(), {"batches"}, id="three records are set aside as if they were one"
    ),
    pytest.param(
        lambda books: books.batches_set_aside.update({BATCH: 2}), {"batches"}, id="a batch is set aside for one too few"
    ),
    pytest.param(
        lambda books: books.batches.clear(), {"batches"}, id="one record is set aside as if it were a batch of three"
    ),
    pytest.param(lambda books: books.dead_letters.append(BAD), {"no duplicate"}, id="a dead letter stands twice"),
    pytest.param(
        lambda books: books.dead_letters.extend([("parcels.checked", 0, 4)] * 2),
        {"no duplicate"},
        id="a checked parcel is set aside twice",
    ),
    pytest.param(lambda books: counts_of(books, 0, received=4), {"conservation"}, id="received is off by one"),
    pytest.param(
        lambda books: counts_of(books, 0, accepted=1, rejected=2),
        {"conservation"},
        id="accepted and rejected are confused",
    ),
    pytest.param(
        lambda books: counts_of(books, 4, accepted=1, cancelled=0),
        {"conservation"},
        id="accepted and cancelled are confused",
    ),
    pytest.param(
        lambda books: change(books.decisions, 1, outcome="REJECT"), {"conservation"}, id="an accepted parcel is refused"
    ),
    pytest.param(
        lambda books: change(books.decisions, 2, outcome="RELEASE"), {"conservation"}, id="a refused parcel is released"
    ),
    pytest.param(
        lambda books: change(books.decisions, 5, outcome="RELEASE"),
        {"conservation"},
        id="a cancelled parcel is released",
    ),
    pytest.param(
        lambda books: books.decisions.append(decision(("clearance.list", 1, 0), BAD, "H", 1, "HOLD")),
        {"conservation"},
        id="a decision from a record that was set aside",
    ),
    pytest.param(
        lambda books: books.decisions.append(decision(("clearance.list", 1, 0), NOWHERE, "H", 1, "HOLD")),
        {"conservation"},
        id="a decision out of nothing",
    ),
]


def test_a_day_that_balances() -> None:
    assert list(breaches(ledgers())) == []


@pytest.mark.parametrize("topic", sorted({name for step in PIPELINE.steps for name in step.reads} - {topics.MANIFESTS}))
def test_a_dead_letter_from_no_carriers_topic_answers_no_manifest(topic: str) -> None:
    books = ledgers()
    books.dead_letters.append((topic, 0, 3))
    assert list(breaches(books)) == []


def test_no_record_at_all_balances() -> None:
    assert list(breaches(Ledgers())) == []


@pytest.mark.parametrize(("breaks", "laws"), BREAKS)
def test_one_thing_is_wrong(breaks: Break, laws: set[str]) -> None:
    """Reported by the laws meant and by no other."""
    books = ledgers()
    breaks(books)
    found = list(breaches(books))
    assert found
    assert {breach.law for breach in found} == laws


def test_every_law_is_broken_by_some_case() -> None:
    broken = set()
    for case in BREAKS:
        books = ledgers()
        case.values[0](books)
        broken |= {law for law in INVARIANTS if list(law(books))}
    assert broken == set(INVARIANTS)


def test_the_order_of_reading_means_nothing() -> None:
    """Partitions are read side by side: what counts is the place."""
    books = ledgers()
    for entries in (books.decisions, books.receipts, books.manifests):
        entries.reverse()
    assert list(breaches(books)) == []


def test_a_breach_says_where_and_what() -> None:
    books = ledgers()
    books.decisions.pop(1)
    first, second = breaches(books)
    assert (first.where, first.found) == ("M version 1 (manifests.kx-0@0)", "received: 3 on the receipt, 2 decided")
    assert second.found == "accepted: 2 on the receipt, 1 decided"


def test_what_a_replay_leaves_is_compared_key_by_key() -> None:
    live, replayed = {"same": 1, "more": 2, "live": 1}, {"same": 1, "more": 1, "replay": 1}
    found = sorted((breach.where, breach.found) for breach in same("replay", live, replayed, str))
    assert found == [("live", "only live"), ("more", "differs from the replay"), ("replay", "only in the replay")]
    assert list(same("replay", live, dict(reversed(live.items())), str)) == []


def test_entries_of_a_manifest() -> None:
    books = ledgers()
    assert [source_of(entry) for entry in of_manifest(books.receipts, "M")] == [KX0, KX1, KX2]
    assert of_manifest(books.receipts, "O") == []
    assert show(KX2) == "manifests.kx-0@1"

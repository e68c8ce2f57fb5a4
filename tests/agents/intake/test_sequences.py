"""Whole days of manifests against a slow model written from the contract alone.

Statuses, records, conservation, ids, restarts.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import topics
from tests.flow import Flow, Json, decisions, receipt
from tests.parcels import manifest

BILLS: Final = ("A", "B", "C")
PEOPLE: Final = ("P000000000001", "P000000000002", "P000000000003")


class Sent(NamedTuple):
    """One parcel of a manifest."""

    bill: str
    person: str
    bad: bool

    @property
    def json(self) -> Json:
        return {"house_bill": self.bill, "pieces": 0 if self.bad else 1, "consignee": {"clearance_code": self.person}}


class Version(NamedTuple):
    """One manifest version."""

    number: str
    version: int
    function: str
    parcels: tuple[Sent, ...]
    header_bad: bool = False

    @property
    def json(self) -> Json:
        return manifest(
            *(parcel.json for parcel in self.parcels),
            manifest_id=self.number,
            version=self.version,
            function=self.function,
            direction="NOWHERE" if self.header_bad else "IMPORT",
        )

    @property
    def content(self) -> tuple[object, ...]:
        """What makes two versions the same: of a cancellation the house bills alone."""
        parcels: tuple[object, ...] = (
            tuple(parcel.bill for parcel in self.parcels) if self.function == "CANCEL" else self.parcels
        )
        return (self.number, self.version, self.function, parcels, self.header_bad)


VERSIONS: Final = st.builds(
    Version,
    number=st.sampled_from(["M1", "M2"]),
    version=st.integers(1, 5),
    function=st.sampled_from(["ORIGINAL", "AMEND", "AMEND", "CANCEL"]),
    parcels=st.lists(
        st.builds(Sent, st.sampled_from(BILLS), st.sampled_from(PEOPLE), st.sampled_from([False, False, False, True])),
        max_size=3,
    ).map(tuple),
    header_bad=st.sampled_from([False] * 5 + [True]),
)


@dataclass
class House:
    """What the model knows of a house bill."""

    sequence: int = 0
    in_force: int | None = None
    owner: str = ""
    person: str = ""


@dataclass
class Model:
    """The contract, as slowly as can be."""

    history: list[Version] = field(default_factory=list)
    conflicts: list[Version] = field(default_factory=list)
    houses: dict[str, House] = field(default_factory=dict)

    def answer(self, sent: Version) -> tuple[str, list[tuple[str, str, int, int | None]]]:
        """Status, and of each record house bill, outcome, sequence and what it supersedes."""
        known = [version for version in self.history if version.number == sent.number]
        if any(version.content == sent.content for version in (*known, *self.conflicts)):
            return "DUPLICATE", []
        conflict = any(version.version == sent.version for version in known)
        if not conflict and any(version.version > sent.version for version in known):
            self.history.append(sent)
            return "SUPERSEDED", []
        (self.conflicts if conflict else self.history).append(sent)
        held = [
            name
            for name, house in sorted(self.houses.items())
            if house.owner == sent.number and house.in_force is not None
        ]
        bills = [parcel.bill for parcel in sent.parcels]
        if sent.function == "CANCEL" and not bills and not conflict:
            bills = held
        refused = conflict or sent.header_bad or not bills or (sent.function == "ORIGINAL" and bool(held))
        records = [
            self._record(sent, index, bill, refused=refused or bill in bills[:index])
            for index, bill in enumerate(bills)
        ]
        if refused or all(outcome == "REJECT" for _, outcome, _, _ in records):
            return "REJECTED", records
        if sent.function == "CANCEL":
            return "CANCELLED", records
        return "ACCEPTED_WITH_REJECTIONS" if any(
            outcome == "REJECT" for _, outcome, _, _ in records
        ) else "ACCEPTED", records

    def _record(self, sent: Version, index: int, bill: str, *, refused: bool) -> tuple[str, str, int, int | None]:
        house = self.houses.setdefault(bill, House(owner=sent.number))
        house.sequence += 1
        mine = house.owner == sent.number
        if sent.function == "CANCEL":
            if refused or not mine or house.in_force is None:
                return bill, "REJECT", house.sequence, None
            supersedes, house.in_force = house.in_force, None
            return bill, "CANCELLED", house.sequence, supersedes
        if refused or sent.parcels[index].bad or (house.in_force is not None and not mine):
            return bill, "REJECT", house.sequence, None
        replaced, house.in_force = house.in_force, house.sequence
        house.owner, house.person = sent.number, sent.parcels[index].person
        return bill, "DECLARED", house.sequence, replaced


def seen(decision: Json) -> tuple[str, str, int, int | None]:
    """A decision as the model has it."""
    outcome = decision["outcome"] if decision["outcome"] in {"REJECT", "CANCELLED"} else "DECLARED"
    return decision["house_bill"], outcome, decision["sequence"], decision["supersedes"]


@settings(max_examples=150, deadline=None)
@given(st.lists(VERSIONS, min_size=1, max_size=14))
def test_any_day_goes_as_the_contract_says(day: list[Version]) -> None:
    flow, model = Flow(), Model()
    for sent in day:
        outputs = flow.send(sent.json)
        status, records = model.answer(sent)
        said = receipt(outputs)
        assert (said["status"], sorted(map(seen, decisions(outputs)))) == (status, sorted(records)), sent
        counts = said["counts"]
        assert counts["received"] == counts["accepted"] + counts["rejected"] + counts["cancelled"] == len(records)
        assert counts["rejected"] == sum(record[1] == "REJECT" for record in records)
    holds_for_all(flow)
    remembers_each_parcel_once(flow, model)


def holds_for_all(flow: Flow) -> None:
    """Sequences without gap, ids used once, superseded what was in force."""
    assert max(Counter(decision["decision_id"] for decision in flow.decisions).values(), default=1) == 1
    by_bill: dict[str, list[Json]] = {}
    for decision in flow.decisions:
        by_bill.setdefault(decision["house_bill"], []).append(decision)
    for told in by_bill.values():
        assert [decision["sequence"] for decision in sorted(told, key=lambda decision: decision["sequence"])] == list(
            range(1, len(told) + 1)
        )
        screened = [decision["sequence"] for decision in told if decision["outcome"] != "REJECT"]
        assert screened == sorted(screened)


def remembers_each_parcel_once(flow: Flow, model: Model) -> None:
    """Screening has the parcels in force, each with the consignee it has now, and no others."""
    kept = Counter(
        name
        for partition in flow.processor.partitions.values()
        for parcels in partition.consignees.values()
        for name in parcels
    )
    assert kept == Counter(f"kx/{name}" for name, house in model.houses.items() if house.in_force is not None)
    with_person: dict[str, set[str]] = {}
    for partition in flow.processor.partitions.values():
        for token, parcels in partition.consignees.items():
            for name in parcels:
                with_person.setdefault(model.houses[name.removeprefix("kx/")].person, set()).add(token)
    assert all(len(tokens) == 1 for tokens in with_person.values())
    assert len({token for tokens in with_person.values() for token in tokens}) == len(with_person)


@settings(max_examples=60, deadline=None)
@given(st.lists(VERSIONS, min_size=2, max_size=10), st.randoms(use_true_random=False), st.booleans())
def test_a_crash_anywhere_changes_nothing(day: list[Version], rng: random.Random, compacted: bool) -> None:  # noqa: FBT001 - drawn
    through, crashed = Flow(), Flow()
    for sent in day:
        days = rng.choice([0, 0, 0, 1, 10, 29, 30, 31])
        through.send(sent.json, days=days)
        crashed.send(sent.json, days=days)
        if rng.random() < 0.5:
            crashed = crashed.restored(compacted=compacted)
    assert [(record.topic, record.key, record.value) for record in through.log] == [
        (record.topic, record.key, record.value) for record in crashed.log
    ]
    same_memory(through, crashed)
    same_memory(through, through.restored(compacted=compacted))


def same_memory(one: Flow, other: Flow) -> None:
    """Two workers remember the same."""
    ours, theirs = one.processor.carriers["kx"], other.processor.carriers["kx"]
    assert (ours.filings, ours.bills) == (theirs.filings, theirs.bills)
    assert {number: set(names) for number, names in ours.names.items() if names} == {
        number: set(names) for number, names in theirs.names.items() if names
    }
    assert {number: kept.consignees for number, kept in one.processor.partitions.items()} == {
        number: kept.consignees for number, kept in other.processor.partitions.items()
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(VERSIONS, min_size=2, max_size=10), st.randoms(use_true_random=False))
def test_whatever_order_partitions_are_screened_in_a_house_bill_keeps_its_own(
    day: list[Version], rng: random.Random
) -> None:
    flow, model = Flow(), Model()
    for sent in day:
        flow.send(sent.json, screen=False)
        model.answer(sent)
    flow.screen(rng.choice)
    holds_for_all(flow)
    remembers_each_parcel_once(flow, model)
    assert len(flow.decisions) == sum(
        told["counts"]["received"] for told in flow.of("receipts.kx") if told["kind"] == "ANSWER"
    )
    assert not any(record.topic == topics.DEAD_LETTERS for record in flow.log)

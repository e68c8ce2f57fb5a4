"""What became of the demonstration's parcels, counted while they come in."""

import time
from collections import Counter, defaultdict
from typing import Any, Final

from aiokafka import ConsumerRecord

from schemas import avro
from schemas.topics import CLEARANCE, DEAD_LETTERS, MANIFESTS, RECEIPTS, SECURITY_OF_DESK
from streams.worker.dead_letters import Letter

Place = tuple[str, int, int]
"""Topic, partition, offset."""

TAXED: Final = "TAXED"
COUNTS: Final = ("received", "accepted", "rejected", "cancelled")
DESK_OF: Final = {topic: desk for desk, topic in SECURITY_OF_DESK.items()}
TOPICS: Final = (*CLEARANCE, RECEIPTS, *SECURITY_OF_DESK.values(), DEAD_LETTERS)
"""What is read."""


class Tally:
    """Counts over everything that was answered and decided."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.moved_at = self.began
        self.answered: set[Place] = set()
        self.by_carrier: defaultdict[str, Counter[str]] = defaultdict(Counter)
        """Per carrier what its receipts count."""
        self.statuses: Counter[str] = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        """By outcome and route."""
        self.rules: Counter[tuple[str, str]] = Counter()
        """Parcels by code and name of the rule that spoke."""
        self.examples: dict[tuple[str, str], dict[str, Any]] = {}
        """A finding of each."""
        self.taxes: Counter[str] = Counter()
        """Parcels in force by why they are exempt; TAXED those that are not."""
        self.tax_krw = 0
        self.cases: Counter[str] = Counter()
        """By desk."""
        self.letters: Counter[str] = Counter()
        """By cause."""
        self.decisions = 0
        self.held: str | None = None
        """An import with something to explain."""
        self.replaced: str | None = None
        """A house bill with more than one decision."""

    @property
    def expected(self) -> int:
        """Decisions that the receipts so far ask for."""
        return sum(counts["received"] for counts in self.by_carrier.values())

    @property
    def seconds(self) -> float:
        """From the first manifest to what came last."""
        return max(self.moved_at - self.began, 0.001)

    def holds_all(self, sent: set[Place]) -> bool:
        """Whether each record has its answer and each answered parcel its decision."""
        return sent <= self.answered and self.decisions == self.expected

    def take(self, record: ConsumerRecord) -> None:
        """Count one committed record."""
        self.moved_at = time.monotonic()
        if record.topic == DEAD_LETTERS:
            letter = Letter.of(record)
            self.answered.add((letter.topic, letter.partition, letter.offset))
            self.letters[letter.code] += 1
        elif record.topic in DESK_OF:
            self.cases[DESK_OF[record.topic]] += 1
        elif record.topic.startswith(RECEIPTS):
            self._receipt(record)
        else:
            self._decision(record)

    def _receipt(self, record: ConsumerRecord) -> None:
        receipt = avro.decode(avro.RECEIPT, record.value)
        if receipt["kind"] != "ANSWER":
            return
        source = receipt["source"]
        self.answered.add((source["topic"], source["partition"], source["offset"]))
        self.by_carrier[receipt["source"]["topic"].removeprefix(MANIFESTS)].update(receipt["counts"])
        self.statuses[receipt["status"]] += 1

    def _decision(self, record: ConsumerRecord) -> None:
        decision = avro.decode(avro.DECISION, record.value)
        self.decisions += 1
        self.outcomes[decision["outcome"], decision["route"] or ""] += 1
        by_rule = {(finding["code"], finding["rule"]): finding for finding in decision["findings"]}
        self.rules.update(by_rule.keys())
        self.examples = by_rule | self.examples
        if tax := decision["tax"]:
            self.taxes[tax["exempt"] if not tax["total"] else TAXED] += 1
            self.tax_krw += tax["total"]
        if decision["outcome"] == "HOLD" and decision["direction"] == "IMPORT":
            self.held = self.held or decision["house_bill"]
        if decision["supersedes"] is not None:
            self.replaced = self.replaced or decision["house_bill"]

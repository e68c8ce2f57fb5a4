"""When the broker refuses what a transaction writes, which of its records brings that is found, and it is set aside.

What is refused once is refused again, so a worker that only restarts would do so for ever, and everybody with it.
A worker therefore tells its successor, the same process begun again, what happened: so many records are then
committed each alone. The one that is refused alone is set aside at the next start, whole; where that is refused too,
without its value. What is here stands in the environment, because nothing else outlives the start.
"""

import os
from typing import Final, Self

import msgspec

from schemas import topics
from streams.kafka.transactions import TransactionRefusedError
from streams.worker.unit import Unit

ENV: Final = "TONGGWAN_ONE_BY_ONE"


class Refusal(msgspec.Struct):
    """What the broker said of what one record brings."""

    why: str
    is_letter: bool = False
    """Whether that is its dead letter."""


class OneByOne(msgspec.Struct):
    """What was refused, and for how many records it is looked for."""

    records: int = 0
    """So many are still to be committed alone."""
    refused: dict[str, Refusal] = {}
    """By topic-partition-offset."""

    @classmethod
    def inherited(cls) -> Self:
        """What the process before found out."""
        found = os.environ.get(ENV)
        return cls() if found is None else msgspec.json.decode(found, type=cls)

    def note_refused(self, unit: Unit, error: TransactionRefusedError) -> str:
        """Note that what a unit writes was refused, for the process to come; what that does, in words."""
        if unit.records > 1:
            self.records = unit.records
            does = f"{unit.records} records are committed one by one now"
        else:
            ((tp, next_offset),) = unit.offsets.items()
            place = place_of(tp.topic, tp.partition, next_offset - 1)
            refusal = self.refused.setdefault(place, Refusal(str(error)))
            refusal.is_letter = error.topic == topics.DEAD_LETTERS
            does = f"{place} brings it and is set aside{' without its value' if refusal.is_letter else ''}"
        os.environ[ENV] = msgspec.json.encode(self).decode()
        return does

    def note_committed(self, unit: Unit) -> None:
        """Note that a unit is committed: when all are that were to be, nothing is left to tell."""
        if not self.records and not self.refused:
            return
        self.records = max(self.records - unit.records, 0)
        for tp, next_offset in unit.offsets.items():
            self.refused.pop(place_of(tp.topic, tp.partition, next_offset - 1), None)
        os.environ[ENV] = msgspec.json.encode(self).decode()


def place_of(topic: str, partition: int, offset: int) -> str:
    """A record's place in one word."""
    return f"{topic}-{partition}-{offset}"

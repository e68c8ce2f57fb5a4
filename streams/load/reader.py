"""Reads the answers as a consumer does that sees only what is committed, and notes when each came."""

import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from aiokafka.structs import TopicPartition

from schemas import avro, topics
from streams.kafka.reading import end_offsets, open_consumer
from streams.load.answers import Answers, Decided
from streams.load.records import PlannedRecord
from streams.worker.dead_letters import Letter

READ_MS: Final = 100
RECORDS_A_POLL: Final = 200
"""Few at once: the sender shares our thread, and decoding these takes about as long as the clock of a load is fine."""

Heard = Callable[[PlannedRecord, float], None]
"""Hears of each first answer to a parcel: its record, and when it was read."""


def topics_of(carriers: Iterable[str]) -> tuple[str, ...]:
    """Where the answers to some carriers are written."""
    return (*topics.CLEARANCE, topics.DEAD_LETTERS, *(topics.RECEIPTS + carrier for carrier in carriers))


class AnswerReader:
    """Fills the ledger of answers."""

    def __init__(self, consumer: AIOKafkaConsumer, answers: Answers, heard: Heard) -> None:
        self._consumer = consumer
        self._answers = answers
        self._heard = heard

    async def listen(self) -> None:
        """Read for ever."""
        while True:
            fetched = await self._consumer.getmany(timeout_ms=READ_MS, max_records=RECORDS_A_POLL)
            now = time.monotonic()
            for records in fetched.values():
                for record in records:
                    self.take(record, now)

    def take(self, record: ConsumerRecord, now: float) -> None:
        """Note one answer."""
        if record.topic == topics.DEAD_LETTERS:
            letter = Letter.of(record)
            self._answers.letter((letter.topic, letter.partition, letter.offset), now)
        elif record.topic.startswith(topics.RECEIPTS):
            receipt = avro.decode(avro.RECEIPT, record.value)
            if receipt["kind"] == "ANSWER":
                source = receipt["source"]
                place = (source["topic"], source["partition"], source["offset"])
                self._answers.receipt(place, receipt["status"], receipt["counts"]["received"], now)
        else:
            decision = avro.decode(avro.DECISION, record.value)
            source = decision["source"]
            decided = Decided(
                (source["topic"], source["partition"], source["offset"]),
                decision["house_bill"] or "",
                decision["decision_id"],
                decision["event"],
            )
            if (planned := self._answers.decision(decided, now)) is not None:
                self._heard(planned, now)


@asynccontextmanager
async def open_reader(
    bootstrap: str, tps: Iterable[TopicPartition], answers: Answers, heard: Heard
) -> AsyncIterator[AnswerReader]:
    """A reader of what is written from now on."""
    ends = await end_offsets(bootstrap, tps)
    async with open_consumer(bootstrap) as consumer:
        consumer.assign(list(ends))
        for tp, end in ends.items():
            consumer.seek(tp, end)
        yield AnswerReader(consumer, answers, heard)

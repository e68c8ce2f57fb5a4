"""The records of one transaction, built into batches."""

from aiokafka.structs import TopicPartition

from streams.kafka.record_batch import Batch, Headers


class TransactionBuffer:
    """The records of the transaction to come, already in Kafka's format."""

    __slots__ = ("_full", "_open", "bytes", "records")

    def __init__(self) -> None:
        self._open: dict[tuple[str, int], Batch] = {}
        """The batch of each partition that takes further records."""
        self._full: dict[tuple[str, int], list[Batch]] = {}
        """Those before it."""
        self.bytes = 0
        self.records = 0

    def add(  # noqa: PLR0913, PLR0917 - what a record has
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: Headers = ()
    ) -> None:
        """Write a record; a value of None is a tombstone."""
        batch = self._open.get((topic, partition))
        size = 0 if batch is None else batch.append(key, value, time_ms, headers)
        if not size:
            begun = Batch()
            size = begun.append(key, value, time_ms, headers)
            # Only now is it there: what can't be appended leaves no empty batch, which no broker would take.
            if batch is not None:
                self._full.setdefault((topic, partition), []).append(batch)
            self._open[topic, partition] = begun
        self.records += 1
        self.bytes += size

    def rounds(self, producer_id: int, epoch: int) -> list[dict[TopicPartition, bytes]]:
        """What to send, one round after the other: at most one batch for a partition in each."""
        rounds: list[dict[TopicPartition, bytes]] = []
        for (topic, partition), last in self._open.items():
            sequence = 0
            for index, batch in enumerate((*self._full.get((topic, partition), ()), last)):
                if index == len(rounds):
                    rounds.append({})
                rounds[index][TopicPartition(topic, partition)] = batch.build(producer_id, epoch, sequence)
                sequence += batch.count
        return rounds

"""Which records are done with: those before the first whose question has no answer yet."""

from collections import deque
from collections.abc import Iterable

from aiokafka.structs import TopicPartition


class Taken:
    """A record that was read; `left` questions of it have no answer yet."""

    __slots__ = ("gone", "left", "offset")

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.left = 0
        self.gone = False
        """Its partition was taken from us: somebody else asks."""


class Progress:
    """Records by partition, in order."""

    def __init__(self) -> None:
        self._taken: dict[TopicPartition, deque[Taken]] = {}
        self._done: dict[TopicPartition, int] = {}

    def take(self, tp: TopicPartition, offset: int) -> Taken:
        """Note a record."""
        taken = Taken(offset)
        self._taken.setdefault(tp, deque()).append(taken)
        return taken

    def commits(self) -> dict[TopicPartition, int]:
        """Next offset of each partition that got on since the last call."""
        for tp, records in self._taken.items():
            while records and records[0].left == 0:
                self._done[tp] = records.popleft().offset + 1
        done, self._done = self._done, {}
        return done

    def forget(self, tps: Iterable[TopicPartition]) -> None:
        """Partitions that are no longer ours."""
        for tp in tps:
            self._done.pop(tp, None)
            for taken in self._taken.pop(tp, ()):
                taken.gone = True

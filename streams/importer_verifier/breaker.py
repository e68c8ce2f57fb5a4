"""Is customs out of order? While it is, it is left alone but for a question now and then.

Out of order means: in an announced downtime; or so many tries in a row failed; or a question had no answer within
its time while nothing else was answered either (E-commerce notice Art. 16: three minutes). Clocks are handed in, so
nothing here waits.
"""

from collections.abc import Sequence

from streams.settings import Downtime


class Breaker:
    """Counts what failed. `now` is any clock that only goes forward, in seconds; `wall` is Unix time."""

    def __init__(self, *, failures_max: int, probe_s: float, downtimes: Sequence[Downtime] = ()) -> None:
        self._failures_max = failures_max
        self._probe_s = probe_s
        self._downtimes = tuple(downtimes)
        self._failures = 0
        self._probe_at: float | None = None
        """When the next question may be tried; None while customs is in order."""
        self._probing = False
        self._answered_at = float("-inf")

    @property
    def broken(self) -> bool:
        """Whether customs is taken for out of order."""
        return self._probe_at is not None

    def announced(self, wall: float) -> bool:
        """Whether it is an announced downtime."""
        return any(each.begins <= wall < each.ends for each in self._downtimes)

    def could_ask(self, now: float, wall: float) -> bool:
        """Whether a question may be tried."""
        return not self.announced(wall) and (self._probe_at is None or (now >= self._probe_at and not self._probing))

    def ask(self, now: float, wall: float) -> bool:
        """The same, and the question is being tried: during an outage nobody else's until it has ended."""
        if not self.could_ask(now, wall):
            return False
        self._probing = self.broken
        return True

    def answered(self, now: float) -> bool:
        """Note an answer; whether an outage has ended with it."""
        ended = self.broken
        self._failures, self._probe_at, self._probing, self._answered_at = 0, None, False, now
        return ended

    def failed(self, now: float) -> bool:
        """Note a try that failed; whether an outage has begun with it."""
        self._failures += 1
        return self._break(now) if self.broken or self._failures >= self._failures_max else False

    def timed_out(self, now: float, asked_at: float) -> bool:
        """Note a question without answer within its time; whether an outage has begun with it."""
        return self._break(now) if self._answered_at < asked_at else False

    def refused(self, now: float) -> bool:
        """Note that customs refuses us altogether; whether an outage has begun with it."""
        return self._break(now)

    def given_up(self) -> None:
        """Note that a question was taken back before it was answered."""
        self._probing = False

    def _break(self, now: float) -> bool:
        began = not self.broken
        self._probe_at, self._probing = now + self._probe_s, False
        return began

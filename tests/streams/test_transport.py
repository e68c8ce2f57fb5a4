"""When a worker commits."""

import pytest

from streams.transport import BUSY_INTERVALS_MAX, BUSY_SHARE, Pace

BUSY, RESTED = BUSY_SHARE + 0.1, BUSY_SHARE - 0.1


@pytest.mark.parametrize(
    ("intervals", "commits"),
    [
        pytest.param([(RESTED, True)] * 3, [True, True, True], id="one that has rest commits every interval"),
        pytest.param([(BUSY, True)] * (2 * BUSY_INTERVALS_MAX), ([False] * (BUSY_INTERVALS_MAX - 1) + [True]) * 2, id="one that has none goes on, so long and no longer"),
        pytest.param([(BUSY, True), (RESTED, True), (BUSY, True)], [False, True, False], id="rest ends the wait, and a new one begins"),
        pytest.param([(BUSY, False), (BUSY, False)], [True, True], id="a full unit is never put off"),
    ],
)
def test_a_worker_commits_when_it_has_rest_or_has_waited_long_enough(intervals: list[tuple[float, bool]], commits: list[bool]) -> None:
    pace = Pace()
    assert [pace.is_due(share, has_room=has_room) for share, has_room in intervals] == commits

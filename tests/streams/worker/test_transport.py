"""When a worker commits, and which records it processes together."""

import pytest

from streams.worker.assignment import (
    BUSY_INTERVALS_MAX,
    BUSY_SHARE,
    CHUNK_BYTES_MAX,
    CHUNK_RECORDS_MAX,
    CommitSchedule,
    chunk_records,
)
from tests.flow import stored

BUSY, RESTED = BUSY_SHARE + 0.1, BUSY_SHARE - 0.1


@pytest.mark.parametrize(
    ("intervals", "commits"),
    [
        pytest.param([(RESTED, True)] * 3, [True, True, True], id="one that has rest commits every interval"),
        pytest.param(
            [(BUSY, True)] * (2 * BUSY_INTERVALS_MAX),
            ([False] * (BUSY_INTERVALS_MAX - 1) + [True]) * 2,
            id="one that has none goes on, so long and no longer",
        ),
        pytest.param(
            [(BUSY, True), (RESTED, True), (BUSY, True)],
            [False, True, False],
            id="rest ends the wait, and a new one begins",
        ),
        pytest.param([(BUSY, False), (BUSY, False)], [True, True], id="a full unit is never put off"),
    ],
)
def test_a_worker_commits_when_it_has_rest_or_has_waited_long_enough(
    intervals: list[tuple[float, bool]], commits: list[bool]
) -> None:
    pace = CommitSchedule()
    assert [pace.is_due(share, has_room=has_room) for share, has_room in intervals] == commits


@pytest.mark.parametrize(
    ("sizes", "runs"),
    [
        pytest.param([], [], id="none"),
        pytest.param([10, 10, 10], [3], id="small ones together"),
        pytest.param([10] * (CHUNK_RECORDS_MAX + 1), [CHUNK_RECORDS_MAX, 1], id="no more than so many"),
        pytest.param([10, CHUNK_BYTES_MAX, 10], [1, 1, 1], id="a large one alone"),
        pytest.param([CHUNK_BYTES_MAX // 2, CHUNK_BYTES_MAX // 2, 1], [2, 1], id="just as many bytes as may be"),
        pytest.param([None, 10, None], [3], id="without value"),
    ],
)
def test_records_that_are_processed_together(sizes: list[int | None], runs: list[int]) -> None:
    sent = [
        stored("parcels.checked", offset=offset, key=None, value=None if size is None else bytes(size))
        for offset, size in enumerate(sizes)
    ]
    found = [list(run) for run in chunk_records(sent)]
    assert [len(run) for run in found] == runs
    assert [record for run in found for record in run] == sent

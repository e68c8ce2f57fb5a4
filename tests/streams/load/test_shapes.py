"""When each parcel is due: arithmetic, checked against its inverse."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.load.shapes import Shape, day, ramp, steady


def test_a_steady_rate_is_due_at_even_times() -> None:
    assert [due for due, _ in steady(10, 1).dues(2)] == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8])


def test_a_shape_that_begins_later_is_due_later() -> None:
    assert [due for due, _ in steady(2, 2, begin=30).dues(1)] == pytest.approx([30.0, 30.5, 31.0, 31.5])


def test_the_last_manifest_has_what_is_left() -> None:
    assert [parcels for _, parcels in steady(10, 1).dues(4)] == [4, 4, 2]


def test_a_ramp_is_denser_towards_its_end() -> None:
    """From nothing to 20 a second in 10 s, so many are due after t seconds: t²."""
    shape = ramp(0, 20, 10)
    assert shape.parcels == 100
    assert [shape.due(count) for count in (1, 4, 25, 81)] == pytest.approx([1, 2, 5, 9])


def test_a_day_has_its_peak_and_its_quiet_night() -> None:
    shape = day((1, 1, 4, 1), peak=100, seconds=40)
    assert shape.parcels == pytest.approx(40 * 100 * (1 + 1 + 4 + 1) / 16, rel=0.01)
    assert max(rate for _, rate in shape.corners) == 100
    assert shape.corners[0][1] == shape.corners[-1][1]


def test_nothing_is_due_while_the_rate_is_nothing() -> None:
    shape = Shape(((0, 10), (1, 10), (1, 0), (5, 0), (5, 10), (6, 10)))
    assert shape.parcels == 20
    assert (shape.due(9), shape.due(10), shape.due(11)) == pytest.approx((0.9, 5.0, 5.1))


@given(
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0, 5_000)), min_size=2, max_size=6).filter(
        lambda steps: sum(rate for _, rate in steps) > 1
    )
)
def test_as_many_are_due_by_a_time_as_the_area_below_the_rate(steps: list[tuple[float, float]]) -> None:
    at, corners = 0.0, []
    for width, rate in steps:
        corners.append((at, rate))
        at += width
    shape = Shape(tuple(corners))

    def area(until: float) -> float:
        found = 0.0
        for (begin, first), (end, last) in pairwise(corners):
            part = min(max(until - begin, 0.0), end - begin)
            found += part * first + (last - first) * part * part / (end - begin) / 2
        return found

    dues = [shape.due(count) for count in range(0, shape.parcels, max(shape.parcels // 20, 1))]
    assert dues == sorted(dues)
    for number, due in enumerate(dues):
        assert area(due) == pytest.approx(number * max(shape.parcels // 20, 1), abs=1e-3, rel=1e-6)


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param(((0.0, 1.0),), id="a single corner"),
        pytest.param(((1.0, 1.0), (0.0, 1.0)), id="time that runs back"),
        pytest.param(((0.0, 1.0), (0.0, 2.0)), id="no time at all"),
        pytest.param(((0.0, 1.0), (1.0, -1.0)), id="a rate below nothing"),
    ],
)
def test_what_is_no_rate_over_time_is_refused(corners: tuple[tuple[float, float], ...]) -> None:
    with pytest.raises(ValueError, match=r"shape|rate"):
        Shape(corners)

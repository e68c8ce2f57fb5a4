"""Percentiles, and how they change."""

import pytest

from streams.load.percentiles import Percentiles, curve, percentiles, windows


def test_percentiles_are_values_that_were_measured() -> None:
    found = percentiles(number / 1000 for number in range(1000, 0, -1))
    assert found == Percentiles(1000, 500.0, 900.0, 990.0, 999.0, 1000.0)


def test_one_value_is_all_percentiles() -> None:
    assert percentiles([0.2]) == Percentiles(1, 200.0, 200.0, 200.0, 200.0, 200.0)


def test_nothing_measured_is_a_count_of_nothing() -> None:
    assert percentiles([]).count == 0


def test_a_stall_shows_where_its_victims_were_due() -> None:
    """What was due in second 1 waited for three seconds: second 4, in which it was answered, has nothing of it."""
    found = windows([(0.5, 0.1), (1.2, 3.0), (1.9, 2.3), (4.5, 0.1)], 1.0)
    assert [(window.begin_s, window.latency.max) for window in found] == [
        (0.0, 100.0),
        (1.0, 3000.0),
        (4.0, 100.0),
    ]


@pytest.mark.parametrize(("count", "rarest"), [(1, 0.0), (100, 0.99), (1_000, 0.999), (99, 0.975)])
def test_a_curve_goes_as_far_as_there_are_parcels_to_say_so(count: int, rarest: float) -> None:
    assert curve([0.1] * count)[-1][0] == rarest

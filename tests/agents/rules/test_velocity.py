"""XP-05 at the edges of its windows and limits."""

from datetime import date
from typing import Any, Final

import pytest

from agents.clock import DAY_MS
from agents.money import E6
from agents.rules.velocity import ScreenCase, Seen, consignee_receives_too_much, limits_on
from tests.flow import NOW_MS, Flow, decisions
from tests.parcels import manifest
from tests.reference import REFERENCE

LIMITS: Final = limits_on(date(2026, 11, 23), REFERENCE)
JUST_IN: Final = 1
"""Milliseconds by which a parcel is younger than a window is long."""
JUST_OUT: Final = 0


def others(count: int, *, days: float = 0, inside_ms: int = 0, usd: str = "1") -> tuple[Seen, ...]:
    """So many parcels, received so many days ago."""
    return tuple(Seen(NOW_MS - int(days * DAY_MS) + inside_ms, int(float(usd) * E6), "LIST") for _ in range(count))


def found(usd: int, *groups: tuple[Seen, ...]) -> list[dict[str, str]]:
    case = ScreenCase(now_ms=NOW_MS, usd_e6=usd, others=tuple(seen for group in groups for seen in group), limits=LIMITS)
    return [finding.evidence for finding in consignee_receives_too_much(case)]


@pytest.mark.parametrize(
    ("groups", "windows"),
    [
        pytest.param((), [], id="no other"),
        pytest.param((others(9),), [], id="the tenth of a day"),
        pytest.param((others(10),), ["1"], id="the eleventh of a day"),
        pytest.param((others(9), others(1, days=1, inside_ms=JUST_IN)), ["1"], id="the eleventh, the first a millisecond less than a day ago"),
        pytest.param((others(9), others(1, days=1, inside_ms=JUST_OUT)), [], id="the eleventh, the first a day ago"),
        pytest.param((others(29, days=2),), [], id="the 30th of a week"),
        pytest.param((others(30, days=2),), ["7"], id="the 31st of a week"),
        pytest.param((others(29, days=2), others(1, days=7, inside_ms=JUST_IN)), ["7"], id="the 31st, the first a millisecond less than a week ago"),
        pytest.param((others(29, days=2), others(1, days=7, inside_ms=JUST_OUT)), [], id="the 31st, the first a week ago"),
        pytest.param((others(59, days=8),), [], id="the 60th of a month"),
        pytest.param((others(60, days=8),), ["30"], id="the 61st of a month"),
        pytest.param((others(59, days=8), others(1, days=30, inside_ms=JUST_IN)), ["30"], id="the 61st, the first a millisecond less than 30 days ago"),
        pytest.param((others(59, days=8), others(1, days=30, inside_ms=JUST_OUT)), [], id="the 61st, the first 30 days ago"),
        pytest.param((others(10), others(20, days=2), others(30, days=8)), ["1", "7", "30"], id="above in every window"),
        pytest.param((others(10, days=-0.001),), ["1"], id="parcels that the log brings a little later than the clock"),
    ],
)
def test_parcels(groups: tuple[tuple[Seen, ...], ...], windows: list[str]) -> None:
    assert [evidence["days"] for evidence in found(E6, *groups)] == windows


@pytest.mark.parametrize(
    ("usd", "groups", "total"),
    [
        pytest.param(10_000, (), None, id="one dear parcel alone"),
        pytest.param(1, (others(1, usd="2999"),), None, id="3,000 together"),
        pytest.param(1, (others(1, usd="2999.000001"),), "3000.000001", id="a millionth more"),
        pytest.param(1, (others(1, days=7, inside_ms=JUST_IN, usd="3000"),), "3001.000000", id="a millisecond less than a week ago"),
        pytest.param(1, (others(1, days=7, inside_ms=JUST_OUT, usd="3000"),), None, id="a week ago"),
        pytest.param(4_000, (others(1, usd="0"),), "4000.000000", id="a dear one and one whose price is unknown"),
    ],
)
def test_value(usd: int, groups: tuple[tuple[Seen, ...], ...], total: str | None) -> None:
    assert [evidence.get("usd") for evidence in found(usd * E6, *groups)] == ([] if total is None else [total])


def bills(count: int, first: int = 0, **changes: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - whatever a parcel may hold
    return [{"house_bill": f"A{first + index}", **changes} for index in range(count)]


def held(flow: Flow) -> list[str]:
    return [decision["house_bill"] for decision in flow.decisions if decision["outcome"] == "HOLD"]


def test_the_eleventh_parcel_of_a_day_is_held() -> None:
    flow = Flow()
    flow.send(manifest(*bills(11)))
    assert held(flow) == ["A10"]
    (case,) = flow.of("security.hold")
    assert case["evidence_parcels"] == [f"A{index}" for index in range(10)]
    assert [record["kind"] for record in flow.of("receipts.kx")] == ["ANSWER", "NOTICE"]


def test_amendments_are_not_counted_twice() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    for version in range(2, 6):
        flow.send(manifest(*bills(10), version=version, function="AMEND"))
    assert held(flow) == []
    flow.send(manifest(*bills(1, 10), version=6, function="AMEND"))
    assert held(flow) == ["A10"]


def test_an_amendment_keeps_the_time_of_the_first_filing() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    flow.send(manifest(*bills(10), version=2, function="AMEND"), days=0.9)
    flow.send(manifest(*bills(1, 10), version=3, function="AMEND"), days=0.2)
    assert held(flow) == []


def test_an_amendment_counts_with_its_new_price() -> None:
    flow = Flow()
    flow.send(manifest(*bills(2, items=[{"amount": "2900"}])))
    assert held(flow) == ["A1"]
    flow.send(manifest(*bills(1, items=[{"amount": "50"}]), version=2, function="AMEND"))
    flow.send(manifest(*bills(1, 1, items=[{"amount": "2900"}]), version=3, function="AMEND"))
    assert held(flow) == ["A1"]


def test_what_is_cancelled_does_not_count() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10)))
    flow.send(manifest(*bills(1), version=2, function="CANCEL"))
    flow.send(manifest(*bills(1, 10), version=3, function="AMEND"))
    assert held(flow) == []


def test_what_is_refused_does_not_count() -> None:
    flow = Flow()
    flow.send(manifest(*bills(10, pieces=0), *bills(10, 10)))
    assert held(flow) == []


def test_carriers_count_together() -> None:
    flow = Flow()
    flow.work.assign(["kx", "old"], flow.work.partitions)
    flow.send(manifest(*bills(10)))
    outputs = flow.send(manifest(*bills(1)), carrier="old")
    assert [decision["outcome"] for decision in decisions(outputs)] == ["HOLD"]


def test_an_export_is_no_matter_of_self_use() -> None:
    case = ScreenCase(now_ms=NOW_MS, usd_e6=E6, others=others(100), limits=LIMITS, is_import=False)
    assert list(consignee_receives_too_much(case)) == []

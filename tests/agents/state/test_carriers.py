"""What intake remembers of a carrier: all at once, until it is too old, and the same after a restore."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.state.carriers import CarrierState, HouseBillState, ManifestState, StateChange
from agents.values.clock import DAY_MS

DAYS = 30


def filing(day: int) -> ManifestState:
    return ManifestState(1, {1: b"digest"}, day * DAY_MS)


def bill(manifest_id: str, sequence: int = 1) -> HouseBillState:
    return HouseBillState(manifest_id, sequence, sequence, ("t",))


def memory(*changes: StateChange) -> CarrierState:
    kept = CarrierState(DAYS)
    for change in changes:
        kept.apply(change)
    return kept


def contents(kept: CarrierState) -> tuple[object, ...]:
    return kept.filings, kept.bills, {number: set(names) for number, names in kept.names.items() if names}


@pytest.mark.parametrize(
    ("now", "gone"),
    [
        pytest.param(DAYS * DAY_MS - 1, [], id="a millisecond before"),
        pytest.param(DAYS * DAY_MS, ["M0"], id="the moment"),
        pytest.param((DAYS + 2) * DAY_MS, ["M0", "M1", "M2"], id="two days later, in order"),
    ],
)
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]], ids=str)
def test_manifests_are_forgotten_in_the_order_they_were_touched(now: int, gone: list[str], order: list[int]) -> None:
    """Whatever order a changelog is read in: it is sorted by other things."""
    kept = memory(*(StateChange(f"M{day}", filing(day), {f"A{day}": bill(f"M{day}")}) for day in order))
    assert [number for number, _ in kept.expire(now)] == gone
    assert set(kept.filings) == {"M0", "M1", "M2", "M3"} - set(gone)
    assert set(kept.bills) == {name.replace("M", "A") for name in kept.filings}
    assert list(kept.expire(now)) == []


def test_a_touch_keeps_a_manifest() -> None:
    kept = memory(StateChange("M", filing(0), {"A": bill("M")}), StateChange("M", filing(5), {}))
    assert list(kept.expire((DAYS + 4) * DAY_MS)) == []
    assert list(kept.expire((DAYS + 5) * DAY_MS)) == [("M", ("A",))]
    assert contents(kept) == contents(memory())


def test_a_house_bill_moves_between_manifests() -> None:
    kept = memory(
        StateChange("M1", filing(0), {"A": bill("M1"), "B": bill("M1")}),
        StateChange("M2", filing(1), {"A": bill("M2", 2)}),
    )
    assert dict(kept.bills_of("M1")) == {"B": bill("M1")}
    assert dict(kept.bills_of("M2")) == {"A": bill("M2", 2)}
    assert list(kept.expire(DAYS * DAY_MS)) == [("M1", ("B",))]
    assert kept.bills == {"A": bill("M2", 2)}


def test_a_refusal_in_one_manifest_leaves_a_house_bill_with_the_other() -> None:
    kept = memory(StateChange("M1", filing(0), {"A": bill("M1")}), StateChange("M2", filing(1), {"A": bill("M1", 2)}))
    assert dict(kept.bills_of("M1")) == {"A": bill("M1", 2)}
    assert dict(kept.bills_of("M2")) == {}


def test_forgetting_the_unknown_is_nothing() -> None:
    kept = memory()
    kept.put_filing("M", None)
    kept.put_bill("A", None)
    assert contents(kept) == contents(memory())


NUMBERS = st.sampled_from(["M1", "M2", "M3"])
CHANGES = st.builds(
    StateChange,
    NUMBERS,
    st.integers(0, 40).map(filing),
    st.dictionaries(st.sampled_from("ABCD"), st.integers(1, 9), max_size=3).map(dict),
).map(
    lambda change: StateChange(
        change.manifest_id,
        change.filing,
        {name: bill(change.manifest_id, sequence) for name, sequence in change.bills.items()},  # type: ignore[arg-type]  # drawn as numbers
    )
)


@settings(max_examples=100, deadline=None)
@given(st.lists(CHANGES, max_size=12), st.randoms(use_true_random=False))
def test_filings_and_house_bills_restore_the_memory_in_any_order(changes: list[StateChange], chance: Random) -> None:
    kept = memory(*changes)
    steps: list[tuple[str, str]] = [
        *(("filing", number) for number in kept.filings),
        *(("bill", name) for name in kept.bills),
    ]
    chance.shuffle(steps)
    restored = memory()
    for kind, name in steps:
        if kind == "filing":
            restored.put_filing(name, kept.filings[name])
        else:
            restored.put_bill(name, kept.bills[name])
    assert contents(restored) == contents(kept)

"""`tonggwan rescreen`: which parcels of a manifest are on the list now, and what happens to them."""

import json
from datetime import date
from typing import Any, Final

import pytest

from agents.reference import Reference
from agents.watchlist.entries import ListHit
from streams.cli.officer_actions import ParcelStatus
from streams.cli.rescreen import WATCHLIST, _what, alarms_in, changed_entries
from streams.reference import FOLDER, Tables
from streams.reference.changes import ChangeSet
from streams.reference.history import ReferenceHistory
from streams.reference.tables import Row
from tests.parcels import manifest

DAY: Final = date(2026, 11, 23)
NEW: Final = {
    "entry": "T-1",
    "list": "TEST",
    "kind": "ORGANISATION",
    "names": "Quiverton Lantern Trading Co Ltd",
    "weak": "",
    "countries": "",
    "born": "",
    "addresses": "",
    "source": "A test",
}


@pytest.fixture(scope="module")
def changed() -> Reference:
    """What a change of the watch-list added, and nothing else."""
    history = ReferenceHistory(Tables.of(FOLDER))
    row = Row(WATCHLIST, 0, NEW, "c1")
    history.add(
        ChangeSet(
            change_id="c1", stored_at_ms=0, author="test", why="test", version="", rows={WATCHLIST: {row.key: row}}
        )
    )
    return changed_entries(history, 0)


def sent(*senders: str) -> bytes:
    parcels = [{"house_bill": f"B{index}", "consignor": {"name": sender}} for index, sender in enumerate(senders)]
    return json.dumps(manifest(*parcels)).encode()


def found(changed: Reference, value: bytes | None) -> list[tuple[str, str | None]]:
    return [(house_bill, None if hit is None else hit.entry_id) for house_bill, hit in alarms_in(value, changed, DAY)]


def test_a_party_that_is_on_the_list_now(changed: Reference) -> None:
    assert found(changed, sent("Quiverton Lantern Trading Co Ltd", "Hangzhou Bright Trading Co Ltd")) == [
        ("B0", "T-1"),
        ("B1", None),
    ]


def test_only_what_has_changed_is_compared(changed: Reference) -> None:
    """A name that was on the list before was compared when the parcel came."""
    assert found(changed, sent("BANCO NACIONAL DE CUBA")) == [("B0", None)]


@pytest.mark.parametrize(
    "value",
    [None, b"", b"{", b'{"parcels": 5, "manifest_id": "A", "version": 1}'],
    ids=["no value", "nothing", "cut off", "no list"],
)
def test_what_nobody_can_read_is_passed_over(changed: Reference, value: bytes | None) -> None:
    assert found(changed, value) == []


HIT: Final = ListHit("T-1", "TEST", "Quiverton", 1000, alarm=True, reasons=())


def standing(decision: dict[str, Any] | None) -> ParcelStatus:
    return ParcelStatus("v1.k.00", None, decision)  # type: ignore[arg-type]  # the parcel is not looked at


@pytest.mark.parametrize(
    ("known", "what"),
    [
        pytest.param(None, "withdrawn or refused", id="never accepted"),
        pytest.param(standing(None), "withdrawn or refused", id="withdrawn"),
        pytest.param(standing({"outcome": "RELEASE", "findings": []}), "HOLD", id="released"),
        pytest.param(
            standing({"outcome": "HOLD", "findings": []}),
            "HOLD",
            id="held for something else: a release of that must not let it go",
        ),
        pytest.param(
            standing({"outcome": "HOLD", "findings": [{"evidence": {"why": "entry T-1, score 1.000"}}]}),
            "held already",
            id="held for this entry",
        ),
    ],
)
def test_what_happens_to_it(known: ParcelStatus | None, what: str) -> None:
    assert _what(known, HIT) == what

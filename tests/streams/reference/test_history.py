"""Which reference data decides a record: a pure function of the two logs, whatever order it is asked in."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from agents.reference import Reference
from schemas import limits
from streams.reference import FOLDER, Tables, tables_of
from streams.reference.changes import ChangeSet, difference
from streams.reference.history import KEPT_MAX, ReferenceHistory
from streams.reference.tables import TABLES, Key, Row, parse

LEAD = limits.REFERENCE_LEAD_MS
BASE = tables_of("")
DAY = date(2026, 11, 23)
KRW = "export_list_limit_krw"


def a_row(file: str, cells: str) -> Row:
    """A row as a file has it."""
    header = ",".join(TABLES[file].columns)
    return parse(file, f"{header}\n{cells}\n".encode())[0]


def figure(value: object, name: str = "list_limit_usd", day: str = "2000-01-01") -> dict[str, dict[Key, Row | None]]:
    """Another figure of law."""
    row = a_row("thresholds.csv", f"{name},{day},{value},USD,a test")
    return {row.file: {row.key: row}}


def change(rows: Mapping[str, Mapping[Key, Row | None]], stored_at_ms: int, name: str = "") -> ChangeSet:
    """A change set as it is read."""
    return ChangeSet(
        change_id=name or f"c{stored_at_ms}", author="a", why="w", version="", stored_at_ms=stored_at_ms, rows=rows
    )


def limit(reference: Reference) -> int:
    """The figure that these tests change."""
    return int(reference.thresholds.list_limit_usd.on(DAY))


@pytest.fixture
def history() -> ReferenceHistory:
    """Two changes, ten seconds apart."""
    made = ReferenceHistory(BASE)
    made.add(change(figure(100), 10_000))
    made.add(change(figure(120), 20_000))
    return made


@pytest.mark.parametrize(
    ("time_ms", "wanted"),
    [
        pytest.param(-(2**40), 150, id="long before any change"),
        pytest.param(10_000, 150, id="when the change is stored"),
        pytest.param(10_000 + LEAD - 1, 150, id="the last millisecond of the old figure"),
        pytest.param(10_000 + LEAD, 100, id="the first of the new one"),
        pytest.param(20_000 + LEAD - 1, 100, id="the last before the next change"),
        pytest.param(20_000 + LEAD, 120, id="the next change"),
        pytest.param(2**50, 120, id="long after"),
    ],
)
def test_a_change_counts_from_its_time_and_the_lead_on(history: ReferenceHistory, time_ms: int, wanted: int) -> None:
    assert limit(history.at(time_ms)) == wanted


def test_without_the_lead_records_already_decided_would_be_decided_otherwise(history: ReferenceHistory) -> None:
    """The control of the table above, and what the lead is for: the change is known only after it is stored."""
    at_once = ReferenceHistory(BASE, lead_ms=0)
    for each in history.changes:
        at_once.add(each)
    differ = [time_ms for time_ms in range(0, 30_000, 500) if limit(at_once.at(time_ms)) != limit(history.at(time_ms))]
    assert differ == [*range(10_000, 10_000 + LEAD, 500), *range(20_000, 20_000 + LEAD, 500)]


def test_when_it_is_asked_makes_no_difference() -> None:
    """A worker that learned of changes as they came, one that started later, and a replay in any order agree."""
    late, live = ReferenceHistory(BASE), ReferenceHistory(BASE)
    times = range(0, 60_000, 1_000)
    changes = [change(figure(100 + number), 5_000 * number) for number in range(1, 3 + KEPT_MAX)]
    said: dict[int, str] = {}
    for time_ms in times:
        for each in changes:
            if each.stored_at_ms == time_ms:
                live.add(each)
        said[time_ms] = live.at(time_ms).version
    for each in changes:
        late.add(each)
    assert {time_ms: late.at(time_ms).version for time_ms in reversed(times)} == said
    assert len(set(said.values())) == len(changes) + 1


def test_a_change_never_counts_before_the_one_that_precedes_it_in_the_log() -> None:
    """Brokers' clocks may step back."""
    history = ReferenceHistory(BASE)
    assert history.add(change(figure(100), 10_000)) == 10_000 + LEAD
    assert history.add(change(figure(120), 4_000, "later in the log")) == 10_000 + LEAD
    assert [limit(history.at(time_ms)) for time_ms in (9_500, 10_000 + LEAD - 1, 10_000 + LEAD)] == [150, 150, 120]


def test_the_same_rows_have_the_same_version_however_they_came(tmp_path: Path) -> None:
    history = ReferenceHistory(BASE)
    history.add(change(figure(100), 1))
    history.add(
        change(
            figure(150) | {"operators.csv": {("newmall",): a_row("operators.csv", "newmall,New,2026-01-01,,,a test")}},
            2,
        )
    )
    old = BASE.by_key("thresholds.csv")["list_limit_usd", "2000-01-01"]
    history.add(change({"thresholds.csv": {old.key: old}, "operators.csv": {("newmall",): None}}, 3))
    versions = [history.state(number).version for number in range(4)]
    assert versions[0] == versions[3]
    assert len(set(versions)) == 3
    lines = (FOLDER / "operators.csv").read_text(encoding="utf-8").splitlines()
    for path in FOLDER.glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "operators.csv").write_text("\r\n".join([lines[0], *reversed(lines[1:])]), encoding="utf-8")
    assert tables_of(str(tmp_path)).version == versions[0]


def test_rows_that_cant_be_used_leave_the_last_good_data_in_force_until_they_are_repaired() -> None:
    history = ReferenceHistory(BASE)
    history.add(change(figure(100), 1_000, "good"))
    history.add(change(figure("much"), 2_000, "bad"))
    history.add(change(figure("0.5", KRW), 3_000, "good beside the bad"))
    history.add(change(figure(110), 4_000, "repair"))
    assert [
        (limit(state), str(state.thresholds.export_list_limit_krw.on(DAY))) for state in map(history.state, range(5))
    ] == [
        (150, "2000000"),
        (100, "2000000"),
        (100, "2000000"),
        (100, "2000000"),
        (110, "0.5"),
    ]
    assert set(history.faults) == {"bad", "good beside the bad"}
    assert history.faults["bad"].startswith("thresholds.csv, line 2: value is 'much'")


def test_a_fault_of_ours_is_no_end_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that slipped in may be anything; the loader must not stop the worker."""
    history = ReferenceHistory(BASE)
    history.add(change(figure(100), 1_000, "surprise"))

    def fail(_: Tables) -> Reference:
        raise ZeroDivisionError

    monkeypatch.setattr("streams.reference.history.reference_of", fail)
    assert limit(history.at(10_000)) == 150
    assert history.faults == {"surprise": "internal error: ZeroDivisionError()"}


def test_what_was_asked_for_is_at_hand(history: ReferenceHistory) -> None:
    assert not history.is_cached(20_000 + LEAD)
    history.state(2)
    assert history.is_cached(20_000 + LEAD)
    assert history.at(20_000 + LEAD) is history.state(2)
    assert history.at(30_000 + LEAD) is history.state(2)


def test_no_more_is_kept_than_a_few_states() -> None:
    history = ReferenceHistory(BASE)
    for number in range(3 * KEPT_MAX):
        history.add(change(figure(100 + number), number))
        history.state(number + 1)
    assert sum(history.is_cached(number + LEAD) for number in range(-1, 3 * KEPT_MAX)) == KEPT_MAX


def test_a_change_of_nothing_is_none() -> None:
    same = {file: BASE.by_key(file).values() for file in TABLES}
    assert difference(BASE, same, replace=True) == {}


def test_a_file_puts_rows_in_or_takes_its_tables_place() -> None:
    rows = [a_row("operators.csv", "examplemall,Another name,2024-09-01,2027-08-31,,a test")]
    assert {
        key: row is None
        for key, row in difference(BASE, {"operators.csv": rows}, replace=False)["operators.csv"].items()
    } == {("examplemall",): False}
    replaced = difference(BASE, {"operators.csv": rows}, replace=True)["operators.csv"]
    assert replaced.keys() == BASE.by_key("operators.csv").keys()
    assert [row for row in replaced.values() if row is not None] == rows

"""The measurements measure what they say; how fast it is, no test asserts."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from agents.rules import PARCEL_RULES
from streams.bench import latency, loads, stages, state
from streams.bench.__main__ import bench
from streams.bench.rig import BenchError


def test_stages_measures_every_stage_of_every_load() -> None:
    told: list[int] = []
    found = stages.measure(200, 2, told.append)
    assert told == [1, 2]
    assert set(found) == {name for name, _, _ in stages.LOADS}
    for costs in found.values():
        assert set(costs.stages) == set(stages.PARTS)
        assert set(costs.rules) == {rule.id for rule in PARCEL_RULES}
        assert 0 < costs.total.best <= costs.total.middle
        assert all(0 <= cost.best <= cost.middle for cost in (*costs.stages.values(), costs.whole))
    assert stages.FASTAVRO in found["clean Avro"].beside


@pytest.mark.parametrize("form", loads.FORMS)
def test_a_load_is_dealt_out_evenly_and_names_every_parcel(form: loads.Form) -> None:
    made = loads.load(9_000, form, carriers=3, parcels_per_manifest=100)
    by_carrier = [sum(sent.topic.endswith(f".{carrier}") for sent in made.manifests) for carrier in made.carriers]
    assert by_carrier == [30, 30, 30]
    assert len({name for sent in made.manifests for name in sent.house_bills}) == made.parcels
    assert made.parcels == 9_000 if form == "JSON" else 8_900 < made.parcels < 9_000


def test_thirty_carriers_have_names_of_their_own() -> None:
    assert len(set(loads.codes(30))) == 30


def test_latency_knows_its_percentiles() -> None:
    measured = latency.latency([number / 1000 for number in range(1, 101)])
    assert (measured.count, measured.median, measured.p90, measured.p99, measured.most) == (100, 51, 91, 100, 100)
    assert measured.histogram == {"below 50": 49, "below 75": 25, "below 100": 25, "below 125": 1}


@pytest.mark.parametrize(
    ("selected", "longer"),
    [
        pytest.param([0.1, 0.2, 0.3], 0.5, id="the same times"),
        pytest.param([0.2, 0.2], 0.5, id="ties count for half"),
        pytest.param([0.31, 0.4], 1.0, id="a control: later than all others"),
        pytest.param([0.05], 0.0, id="a control: earlier than all others"),
    ],
)
def test_silence_is_a_half_where_times_tell_nothing(selected: list[float], longer: float) -> None:
    found = latency.silence([(selected, [0.3, 0.1, 0.2]), ([], [0.5])])
    assert found.longer == pytest.approx(longer)
    assert (found.pairs, found.selected.count, found.others.count) == (3 * len(selected), len(selected), 3)


def test_silence_compares_within_a_manifest() -> None:
    """Waits that grow from manifest to manifest tell nothing of who is selected."""
    assert latency.silence([([0.1], [0.1, 0.1, 0.1]), ([9.0, 9.0], [9.0])]).longer == 0.5


def test_silence_needs_parcels_to_compare() -> None:
    with pytest.raises(BenchError, match="measure longer"):
        latency.silence([([], [0.1]), ([0.1], [])])


@pytest.mark.broker
def test_pipeline_sees_every_parcel_decided(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.json"
    done = CliRunner().invoke(
        bench, ["pipeline", "--parcels", "2000", "--repeats", "1", "--json", str(numbers)], catch_exceptions=False
    )
    assert done.exit_code == 0
    assert "parcels/s" in done.output
    drains = [drain for runs in orjson.loads(numbers.read_bytes())["pipeline"].values() for drain in runs]
    assert len(drains) == len(loads.FORMS)
    for drain in drains:
        assert drain["decided"] == drain["parcels"]
        assert 0 < drain["counted"] <= drain["decided"]
        assert drain["transactions"] > 0
        assert drain["seconds"] > 0


@pytest.mark.broker
def test_state_restores_every_consignee_it_wrote(tmp_path: Path) -> None:
    numbers = tmp_path / "numbers.json"
    done = CliRunner().invoke(bench, ["state", "--parcels", "4001", "--json", str(numbers)], catch_exceptions=False)
    assert done.exit_code == 0
    assert "changelog MB" in done.output
    found = orjson.loads(numbers.read_bytes())["state"]
    assert set(found) == set(state.PARCELS)
    for each in found.values():
        assert each["consignees"] == 4_000
        assert sum(process["records"] for process in each["processes"]) == 4_000
        assert each["log_bytes"] > 4_000 * 48

"""What is hidden: the same seed gives the same bytes, the truth is whole, and the innocent do nothing else."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from streams.errors import OperatorError
from streams.simulation.scenarios import truth
from streams.simulation.scenarios.horizon import Horizon
from streams.simulation.scenarios.patterns import FILE, INNOCENT, PLANTED, catalogue
from streams.simulation.scenarios.scene import respelt, rewritten
from streams.simulation.scenarios.truth import Truth

DAYS, PARCELS, SCALE = 2, 400, 0.01


def small(seed: int = 1, days: int = DAYS, parcels: int = PARCELS, scale: float = SCALE) -> Horizon:
    return Horizon(seed, days, parcels, scale)


@pytest.fixture(scope="module")
def horizon() -> Horizon:
    return small()


@pytest.fixture(scope="module")
def bills(horizon: Horizon) -> list[str]:
    return [f"{sent.carrier}/{parcel.get('house_bill')}" for sent in horizon for parcel in sent.manifest["parcels"]]


def as_bytes(seed: int) -> list[bytes]:
    return [sent.value for sent in small(seed)]


def test_the_same_seed_is_the_same_days_and_another_seed_others() -> None:
    assert as_bytes(1) == as_bytes(1)
    assert as_bytes(1) != as_bytes(2)


def test_two_iterations_of_one_horizon_tell_the_same_truth() -> None:
    horizon = small()
    list(horizon)
    before = list(horizon.truths)
    list(horizon)
    assert horizon.truths == before


def test_all_that_truth_names_was_sent_once_and_nothing_else_was_added(horizon: Horizon, bills: list[str]) -> None:
    sent = Counter(bills)
    hidden = [row for row in horizon.truths if row.kind != "MISTAKE"]
    assert {row.bill: sent[row.bill] for row in hidden} == {row.bill: 1 for row in hidden}
    assert len(bills) == DAYS * PARCELS + len(hidden)


def test_every_pattern_is_hidden_and_every_planted_parcel_says_what_should_name_it(
    horizon: Horizon, bills: list[str]
) -> None:
    assert bills
    assert {row.scenario for row in horizon.truths if row.kind == "PLANTED"} == {pattern.name for pattern in PLANTED}
    assert {row.scenario for row in horizon.truths if row.kind == "INNOCENT"} >= {pattern.name for pattern in INNOCENT}
    assert all(bool(row.names) == (row.kind == "PLANTED") for row in horizon.truths)


def test_without_scale_only_the_innocent_are_hidden() -> None:
    horizon = small(days=1, scale=0)
    list(horizon)
    assert {row.kind for row in horizon.truths} == {"INNOCENT", "MISTAKE"}


def test_in_full_size_the_cases_are_those_reported() -> None:
    figures = catalogue().figures
    assert catalogue().sizes["month"].scale == 1
    assert [
        getattr(figures[name], key)
        for name, key in (
            ("appliances", "codes"),
            ("appliances", "parcels"),
            ("perfumes", "codes"),
            ("perfumes", "pieces"),
        )
    ] == [
        570,
        1_900,
        300,
        3_000,
    ]
    assert [getattr(figures["creams"], key) for key in ("codes", "pieces")] == [60, 50_000]


def test_parcels_of_a_split_bill_travel_together() -> None:
    horizon = small()
    master = {
        parcel.get("house_bill"): sent.manifest["master_bill"]
        for sent in horizon
        for parcel in sent.manifest["parcels"]
    }
    rows = [row for row in horizon.truths if row.scenario == "split_bill"]
    assert len(rows) > 1
    assert len({(row.ring, master[row.house_bill]) for row in rows}) == len({row.ring for row in rows})


def test_manifests_arrive_in_their_order_day_by_day() -> None:
    days = [sent.at_ms // 86_400_000 for sent in small()]
    assert days == sorted(days)
    assert len(set(days)) >= DAYS


def test_one_address_is_written_in_many_ways_and_never_loses_its_house_number() -> None:

    rng = random.Random(7)  # noqa: S311 - has to be the same again
    address = "서울특별시 강남구 테헤란로 123, 101동 202호"
    spellings = {respelt(address, rng) for _ in range(100)}
    assert len(spellings) > 8
    assert all("123" in each and "테헤란로" in each for each in spellings)
    assert all("".join(filter(str.isdigit, rewritten("010-2345-6789", rng))).endswith("23456789") for _ in range(20))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"days": 0}, "0 days", id="no day"),
        pytest.param({"parcels": 10}, "10 parcels", id="too few parcels to hide among"),
        pytest.param({"scale": 2.0}, "scale 2.0", id="more than was reported"),
    ],
)
def test_a_horizon_that_can_not_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        small(**changes)


def test_truth_comes_back_as_it_was_written(tmp_path: Path) -> None:
    rows = [
        Truth("kx", "KX1", "PLANTED", "drugs", 3, "decoy", 1, ("RG-02", "XF-09")),
        Truth("ys", "YS, 2", "INNOCENT", "family", 1, "lives there", 2),
    ]
    truth.write(rows, tmp_path / "truth.csv")
    assert truth.read(tmp_path / "truth.csv") == rows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("house_bill,kind\nKX1,PLANTED\n", "no truth of scenarios", id="another table"),
        pytest.param(
            ",".join(truth.COLUMNS) + "\nkx,KX1,GUILTY,drugs,1,decoy,1,RG-02\n", "line 2", id="a kind that is none"
        ),
        pytest.param(",".join(truth.COLUMNS) + "\nkx,KX1\n", "line 2", id="a line cut short"),
    ],
)
def test_a_file_that_is_no_truth_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "truth.csv").write_text(text, encoding="utf-8")
    with pytest.raises(OperatorError, match=said):
        truth.read(tmp_path / "truth.csv")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param("[planted.arms]", "[planted.legs]", "legs", id="a pattern nobody knows"),
        pytest.param("codes = 570", 'codes = "many"', "appliances", id="a figure that is none"),
        pytest.param("codes = 570", "kodes = 570", "appliances", id="a figure misspelt"),
        pytest.param("[sizes.day]", "[sizes.day", "can't be read", id="no TOML"),
    ],
)
def test_figures_that_do_not_fit_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FILE.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(OperatorError, match=said):
        catalogue(file)

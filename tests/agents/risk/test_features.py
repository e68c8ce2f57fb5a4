"""What the model sees of a parcel: coarse, and missing is a value."""

from typing import Any

import pytest

from agents.risk import FAMILIES, Row, keys_of
from agents.risk.features import rows_of, size_class
from tests.parcels import case, header, parcel

GOOD: Row = ("610910", "CN", "CN", "N", 9, 17)
"""300 g; 59.90 USD at 1,400 won are 83,860."""


@pytest.mark.parametrize(
    ("changes", "row"),
    [
        pytest.param({}, GOOD, id="a good parcel"),
        pytest.param({"hs_code": "6109101000"}, GOOD, id="ten digits count as six"),
        pytest.param({"hs_code": "??"}, ("", *GOOD[1:]), id="no code and words that say nothing surer"),
        pytest.param({"hs_code": "６１０９１０"}, ("", *GOOD[1:]), id="digits of another script are none"),
        pytest.param({"origin": ""}, (GOOD[0], "", *GOOD[2:]), id="no origin"),
        pytest.param({"preference": "FCN1"}, (*GOOD[:3], "F", *GOOD[4:]), id="an agreement is claimed"),
        pytest.param({"net_weight_g": 0}, (*GOOD[:4], -1, GOOD[5]), id="no mass"),
        pytest.param({"net_weight_g": -5}, (*GOOD[:4], -1, GOOD[5]), id="a mass below nothing"),
        pytest.param({"amount": "many"}, (*GOOD[:5], -1), id="an amount that is none"),
    ],
)
def test_a_line_is_seen_as(changes: dict[str, Any], row: Row) -> None:
    assert [*rows_of(case(parcel(items=[{"description": "zzz", **changes}])))] == [row]


def test_a_currency_nobody_knows_leaves_the_value_out() -> None:
    assert [*rows_of(case(parcel(currency="XXX")))] == [(*GOOD[:5], -1)]


def test_without_a_port_the_consignors_country_counts() -> None:
    sent = parcel(consignor={"country": "JP"})
    assert [row[2] for row in rows_of(case(sent, header_=header(departure_port="")))] == ["JP"]
    assert [row[2] for row in rows_of(case(sent))] == ["CN"]


@pytest.mark.parametrize("whole", [1_000, 59_900, 2_500, 83_860])
def test_half_a_percent_moves_no_round_size_to_another_class(whole: int) -> None:
    assert {size_class(whole * part // 1_000) for part in range(995, 1_006)} == {size_class(whole)}


def test_each_family_has_its_key() -> None:
    assert len(keys_of(GOOD)) == len(FAMILIES) == len(set(FAMILIES))
    assert len(set(keys_of(("610910", "CN", "HK", "N", 9, 17)))) == len(FAMILIES)


def test_no_key_sets_mass_against_value() -> None:
    """Their ratio is a fingerprint of how the training data was made."""
    mass = {
        place
        for place, (one, other) in enumerate(zip(keys_of(GOOD), keys_of((*GOOD[:4], 3, GOOD[5])), strict=True))
        if one != other
    }
    value = {
        place
        for place, (one, other) in enumerate(zip(keys_of(GOOD), keys_of((*GOOD[:5], 3)), strict=True))
        if one != other
    }
    assert mass
    assert value
    assert not mass & value

"""RG: goods that must never pass."""

import pytest

from agents.case import Case
from agents.rules import goods
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, parcel


def holding(*descriptions: str) -> Case:
    return case(parcel(items=[{"description": description} for description in descriptions]))


TABLE = (
    pytest.param(goods.no_narcotics, case(), [], id="a shirt"),
    pytest.param(goods.no_narcotics, holding("cotton shirt", "HEMP  flowers"), ["/items/1"], id="hemp in the second line"),
    pytest.param(goods.no_narcotics, holding("hempel paint"), [], id="a word that only begins so"),
    pytest.param(goods.no_narcotics, case(parcel(items=[{"ingredients": "oil, hemp"}])), ["/items/0"], id="as an ingredient"),
    pytest.param(goods.no_narcotics, holding("stun gun"), [], id="a weapon is no narcotic"),
    pytest.param(goods.no_narcotics, holding("vitamin C"), [], id="what is merely kept from the list"),
    pytest.param(goods.no_narcotics, export_case(export_parcel(items=[{"description": "hemp"}])), ["/items/0"], id="leaving the country"),
    pytest.param(goods.no_weapons, case(), [], id="a shirt"),
    pytest.param(goods.no_weapons, holding("stun gun", "호신용전기충격기"), ["/items/0", "/items/1"], id="in English and in Korean"),
    pytest.param(goods.no_weapons, case(parcel(items=[{"hs_code": "930400"}])), ["/items/0"], id="by its commodity code"),
    pytest.param(goods.no_weapons, case(parcel(items=[{"hs_code": "930390"}])), [], id="by a neighbouring code of another kind"),
    pytest.param(goods.no_weapons, holding("hemp"), [], id="a narcotic is no weapon"),
)


@pytest.mark.parametrize(("check", "asked", "found"), TABLE)
def test_rule(check: Check, asked: Case, found: list[str]) -> None:
    assert paths(check, asked) == found


def test_a_prohibited_line_shows_category_term_and_source() -> None:
    (found,) = goods.no_narcotics(holding("hemp"))
    assert found.evidence == {"category": "NARCOTIC", "term": "hemp", "source": "Customs Act Art. 234-2"}

"""What kind of goods an item is."""

import pytest

from agents.goods import categorise
from tests.parcels import parcel
from tests.reference import FUR, NARCOTIC, REFERENCE, SUPPLEMENT, TOY, WEAPON

Changes = dict[str, str | None]


@pytest.mark.parametrize(
    ("items", "hits"),
    [
        pytest.param([{}], (), id="a shirt is nothing special"),
        pytest.param([{"description": "Vitamin C"}], ((0, SUPPLEMENT, "vitamin"),), id="by a word"),
        pytest.param([{"description": "multivitamins"}], (), id="a Latin word stands whole"),
        pytest.param([{"description": "종합비타민제"}], ((0, SUPPLEMENT, "비타민"),), id="a Korean one anywhere"),
        pytest.param([{"description": "ＨＥＭＰ\u200b oil"}], ((0, NARCOTIC, "hemp"),), id="however it is written"),
        pytest.param([{"description": "oil", "ingredients": "water, hemp"}], ((0, NARCOTIC, "hemp"),), id="by an ingredient"),
        pytest.param([{"description": "paint, red", "ingredients": "ginseng"}], (), id="no word spans description and ingredients"),
        pytest.param([{"hs_code": "2106901234"}], ((0, SUPPLEMENT, "2106901234"),), id="by its code"),
        pytest.param([{"hs_code": "930400"}], ((0, WEAPON, "930400"),), id="by the longest beginning of its code"),
        pytest.param([{"hs_code": "930390"}], ((0, TOY, "930390"),), id="by a shorter one"),
        pytest.param([{"hs_code": ""}], (), id="no code"),
        pytest.param([{"hs_code": "210690", "description": "vitamin, 비타민"}], ((0, SUPPLEMENT, "210690"),), id="each category once an item, by its code first"),
        pytest.param([{"description": "vitamin"}, {"description": "vitamin"}], ((0, SUPPLEMENT, "vitamin"), (1, SUPPLEMENT, "vitamin")), id="but in every item"),
        pytest.param([{"description": "crocodile skin stun gun"}], ((0, FUR, "crocodile"), (0, WEAPON, "stun gun")), id="several categories, in order of appearance"),
    ],
)
def test_categorise(items: list[Changes], hits: tuple[object, ...]) -> None:
    assert categorise(parcel(items=items).items, REFERENCE) == hits

"""RG-05, RG-09: how much a person may bring of goods whose self-use is limited."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from agents.law.dated import Dated
from agents.parcel.case import Case
from agents.parcel.selfuse import limit_of, uses_of
from agents.reference import Reference
from agents.rules import selfuse
from schemas import limits
from tests.agents.rules.tables import Check, paths
from tests.parcels import TODAY, case, export_case, export_parcel, parcel
from tests.reference import LONG_AGO, REFERENCE, limit


def goods(description: str, quantity: int = 1, volume_ml: int | None = None) -> dict[str, Any]:
    return {"description": description, "quantity": quantity, "volume_ml": volume_ml}


def holding(*items: dict[str, Any], on: date = TODAY, reference: Reference = REFERENCE) -> Case:
    return case(parcel(items=items), on=on, reference=reference)


VITAMINS = "vitamin C tablets"
WHISKY = "malt whisky"
PERFUME = "perfume, floral"

TABLE = (
    pytest.param(selfuse.health_goods_are_for_self_use, case(), [], id="a shirt"),
    pytest.param(
        selfuse.health_goods_are_for_self_use, holding(goods(VITAMINS)), ["/items"], id="a bottle of vitamins"
    ),
    pytest.param(selfuse.health_goods_are_for_self_use, holding(goods(VITAMINS, 6)), ["/items"], id="six"),
    pytest.param(selfuse.health_goods_are_for_self_use, holding(goods(VITAMINS, 7)), [], id="seven"),
    pytest.param(
        selfuse.health_goods_are_for_self_use, holding(goods(WHISKY)), [], id="whisky is nothing for one's health"
    ),
    pytest.param(
        selfuse.health_goods_are_for_self_use, export_case(export_parcel(items=[goods(VITAMINS)])), [], id="an export"
    ),
    pytest.param(selfuse.health_goods_are_few, case(), [], id="a shirt"),
    pytest.param(selfuse.health_goods_are_few, holding(goods(VITAMINS, 6)), [], id="six bottles of vitamins"),
    pytest.param(selfuse.health_goods_are_few, holding(goods(VITAMINS, 7)), ["/items"], id="seven"),
    pytest.param(
        selfuse.health_goods_are_few,
        holding(goods(VITAMINS, 3), goods("red ginseng", 4)),
        ["/items"],
        id="seven of two kinds in two lines",
    ),
    pytest.param(
        selfuse.health_goods_are_few, holding(goods(VITAMINS, 3), goods("shirt", 4)), [], id="three, and four shirts"
    ),
    pytest.param(
        selfuse.health_goods_are_few,
        holding(goods(VITAMINS, 7), goods(VITAMINS, -7)),
        ["/items"],
        id="nobody takes bottles away by a line below nothing",
    ),
    pytest.param(selfuse.health_goods_are_few, holding(goods(WHISKY, 7)), [], id="whisky is the other rule's"),
    pytest.param(
        selfuse.health_goods_are_few, export_case(export_parcel(items=[goods(VITAMINS, 7)])), [], id="an export"
    ),
    pytest.param(selfuse.limited_goods_are_few, case(), [], id="a shirt"),
    pytest.param(selfuse.limited_goods_are_few, holding(goods(WHISKY, 1, 1000)), [], id="a litre of whisky"),
    pytest.param(selfuse.limited_goods_are_few, holding(goods(WHISKY, 1, 1001)), ["/items"], id="more than a litre"),
    pytest.param(
        selfuse.limited_goods_are_few, holding(goods(WHISKY, 2, 500)), ["/items"], id="two bottles of half a litre"
    ),
    pytest.param(
        selfuse.limited_goods_are_few,
        holding(goods(WHISKY, 2, 700)),
        ["/items", "/items"],
        id="two bottles and more than a litre",
    ),
    pytest.param(selfuse.limited_goods_are_few, holding(goods(WHISKY)), [], id="a bottle of unknown size"),
    pytest.param(
        selfuse.limited_goods_are_few, holding(goods(PERFUME, 2, 30)), [], id="60 ml of perfume in two bottles"
    ),
    pytest.param(
        selfuse.limited_goods_are_few,
        holding(goods(PERFUME, 1, 30), goods(PERFUME, 1, 31)),
        ["/items"],
        id="61 ml in two lines",
    ),
    pytest.param(selfuse.limited_goods_are_few, holding(goods(PERFUME, 1, -30)), [], id="a volume below nothing"),
    pytest.param(selfuse.limited_goods_are_few, holding(goods(VITAMINS, 7)), [], id="vitamins are the other rule's"),
    pytest.param(
        selfuse.limited_goods_are_few, export_case(export_parcel(items=[goods(WHISKY, 9, 1000)])), [], id="an export"
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_a_finding_shows_limit_and_source() -> None:
    (found,) = selfuse.limited_goods_are_few(holding(goods(PERFUME, 1, 61)))
    assert found.evidence == {
        "category": "PERFUME",
        "found": "61",
        "limit": "60",
        "unit": "ML",
        "source": "Import notice annex 11",
    }


TIGHTER = replace(
    REFERENCE,
    self_use={
        ("PERFUME", "ML"): Dated({LONG_AGO: limit("PERFUME", "ML", 60), date(2026, 11, 23): limit("PERFUME", "ML", 30)})
    },
)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        pytest.param(date(2026, 11, 22), [], id="the eve of a tighter limit"),
        pytest.param(date(2026, 11, 23), ["/items"], id="the day of it"),
        pytest.param(date(2015, 12, 31), [], id="before any limit"),
    ],
)
def test_the_limit_of_the_day(day: date, found: list[str]) -> None:
    assert paths(selfuse.limited_goods_are_few, holding(goods(PERFUME, 1, 31), on=day, reference=TIGHTER)) == found


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        pytest.param("ALCOHOL/ML", 1000, id="a litre"),
        pytest.param("ALCOHOL/BOTTLES", 1, id="a bottle"),
        pytest.param("ALCOHOL/G", None, id="a unit without limit"),
        pytest.param("TOY/UNITS", None, id="goods without limit"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_the_limit_of_a_kind(kind: str, most: int | None) -> None:
    row = limit_of(REFERENCE.on(TODAY), kind)
    assert (row.most if row is not None else None) == most


WEIGHED = replace(
    REFERENCE,
    self_use={
        ("SUPPLEMENT", unit): Dated({LONG_AGO: limit("SUPPLEMENT", unit, 1)})
        for unit in ("BOTTLES", "ML", "G", "UNITS")
    },
)


def test_what_is_counted() -> None:
    """Bottles, pieces and millilitres by the quantity, grams by the line; what is below nothing counts as none."""
    below_nothing = {**goods(VITAMINS, -9, -9), "net_weight_g": -9}
    subject = holding(
        {**goods(VITAMINS, 3, 50), "net_weight_g": 400},
        {**goods(VITAMINS, 2), "net_weight_g": 100},
        {},
        below_nothing,
        reference=WEIGHED,
    )
    assert uses_of(subject.parcel.items, subject.goods, subject.categories, subject.law) == {
        "SUPPLEMENT/BOTTLES": 5,
        "SUPPLEMENT/ML": 150,
        "SUPPLEMENT/G": 500,
        "SUPPLEMENT/UNITS": 5,
    }


def test_what_a_carrier_may_say_at_most_is_counted() -> None:
    most = {**goods(VITAMINS, limits.QUANTITY_MAX, limits.QUANTITY_MAX), "net_weight_g": limits.WEIGHT_G_MAX}
    subject = holding(*[most] * limits.ITEMS_PER_PARCEL_MAX, reference=WEIGHED)
    assert subject.uses["SUPPLEMENT/ML"] == limits.QUANTITY_MAX**2 * limits.ITEMS_PER_PARCEL_MAX
    assert subject.uses["SUPPLEMENT/G"] == limits.WEIGHT_G_MAX * limits.ITEMS_PER_PARCEL_MAX

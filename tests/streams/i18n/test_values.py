"""Amounts, times, rates and sources in both languages."""

import csv

import pytest

from streams.i18n.tables import Lang
from streams.i18n.values import base_and_rate, day, dollars, moment, rate, source
from streams.reference import FOLDER

SHOWN = (
    "duty_rates", "excise_taxes", "vat_rates", "simplified_rates", "preferences", "goods_categories",
    "self_use_limits", "embargoes",
)  # fmt: skip
"""Tables whose sources stand on decisions."""


@pytest.mark.parametrize(
    ("text", "english", "korean"),
    [
        ("6.5 %", "6.5 %", "6.5%"),
        ("885.7 KRW/l, 1 l assumed", "885.7 KRW/l, 1 l assumed", "885.70원/L, 추정 1 L"),
        (
            "27 % or 1830 KRW/kg, the greater, 0.5 kg",
            "27 % or 1,830 KRW/kg, the greater, 0.5 kg",
            "27% 또는 1,830원/kg 중 큰 금액, 0.5 kg",
        ),
        (
            "20 % above 2,000,000 KRW a piece",
            "20 % above 2,000,000 KRW a piece",
            "20%, 1개당 2,000,000원 초과분",
        ),
        ("8 %, waived", "8 %, waived", "8%, 면제"),
    ],
)
def test_a_rate_of_tax(text: str, english: str, korean: str) -> None:
    assert (rate(text, "en"), rate(text, "ko")) == (english, korean)


@pytest.mark.parametrize(
    ("base", "text", "lang", "shown"),
    [
        pytest.param(576_100, "8 %", "en", ("576,100", "8 %"), id="a base in won"),
        pytest.param(0, "885.7 KRW/l, 0.7 l", "en", ("0.7 l", "885.7 KRW/l"), id="by quantity"),
        pytest.param(0, "885.7 KRW/l, 1 l assumed", "ko", ("추정 1 L", "885.70원/L"), id="by a quantity assumed"),
        pytest.param(0, "8 %, waived", "ko", ("0", "8%, 면제"), id="nothing to charge it on"),
        pytest.param(
            9, "27 % or 1830 KRW/kg, the greater, 0.5 kg", "ko",
            ("9", "27% 또는 1,830원/kg 중 큰 금액, 0.5 kg"), id="either, whichever is more",
        ),
    ],
)  # fmt: skip
def test_what_a_tax_is_charged_on(base: int, text: str, lang: Lang, shown: tuple[str, str]) -> None:
    assert base_and_rate(base, text, lang) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("393.500000", "393.50"),
        ("23.568000", "23.57"),
        ("1000.000714", "1,000.000714"),
        ("149.999999", "149.999999"),
        ("150.000000", "150.00"),
        ("not a number", "not a number"),
    ],
)
def test_a_price_is_shown_to_the_cent_unless_that_hides_what_decides(amount: str, shown: str) -> None:
    assert dollars(amount) == shown


@pytest.mark.parametrize(
    ("time", "english", "korean"),
    [
        ("2026-11-23T15:10:00.000Z", "2026-11-24 00:10:00 KST", "2026. 11. 24. 00:10:00"),
        ("2026-11-23T12:40:00+08:00", "2026-11-23 13:40:00 KST", "2026. 11. 23. 13:40:00"),
        ("never", "never", "never"),
    ],
)
def test_times_are_those_of_korea(time: str, english: str, korean: str) -> None:
    assert (moment(time, "en"), moment(time, "ko")) == (english, korean)


def test_a_day() -> None:
    assert (day("2026-11-22", "en"), day("2026-11-22", "ko"), day("HS 2022", "ko")) == (
        "2026-11-22",
        "2026. 11. 22.",
        "HS 2022",
    )


@pytest.mark.parametrize("table", SHOWN)
def test_each_source_that_people_see_is_in_korean(table: str) -> None:
    with (FOLDER / f"{table}.csv").open(encoding="utf-8", newline="") as opened:
        sources = {row["source"] for row in csv.DictReader(opened)}
    for text in sources:
        parts = list(zip(source(text, "ko").split("; "), text.split("; "), strict=True))
        assert [english for korean, english in parts if korean == english] == []


def test_the_source_of_another_office_stays_as_it_is() -> None:
    assert source("Office memo 7; VAT Act Art. 30", "ko") == "Office memo 7; 부가가치세법 제30조"
    assert source("VAT Act Art. 30", "en") == "VAT Act Art. 30"


@pytest.mark.parametrize(
    "uncertain", ["ASSUMPTION until the full tariff is loaded: the commonest base rate", "from memory", "unconfirmed"]
)
def test_what_is_not_certain_says_so_in_korean(uncertain: str) -> None:
    with (FOLDER.parent / "streams/i18n/words.csv").open(encoding="utf-8", newline="") as opened:
        rows = [row for row in csv.DictReader(opened) if row["kind"] == "source" and uncertain in row["en"]]
    assert rows
    assert [row["ko"] for row in rows if "추정" not in row["ko"] and "미확인" not in row["ko"]] == []

"""Tables of taxes: the shipped ones load, a full tariff loads, a change counts from its day, a mistake is named."""

import csv
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest

from agents.reference import Reference
from agents.tax.tables import TaxLaw, TaxTables
from streams.reference import FOLDER, ReferenceDataError, load
from streams.reference.tables import Tables
from streams.reference.taxes import taxes
from tests.tables import append, drop, only_header

FILES: Final = (
    "agreements.csv",
    "duty_rates.csv",
    "excise_taxes.csv",
    "preferences.csv",
    "simplified_rates.csv",
    "vat_rates.csv",
)
TODAY: Final = date(2026, 11, 23)
HSK_ROWS: Final = 12_500
"""About as many as the Korean tariff has."""


@pytest.fixture(scope="module")
def shipped() -> Reference:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def loaded(folder: Path, reference: Reference) -> TaxTables:
    return taxes(Tables.of(folder), reference.countries)


def law(tables: TaxTables, day: date, reference: Reference) -> TaxLaw:
    return tables.on(day, reference.on(day).figures)


def test_the_shipped_tables_load(shipped: Reference) -> None:
    tables = loaded(FOLDER, shipped)
    assert tables.duties
    assert tables.vat
    assert {*tables.preferences} <= {*tables.agreements}


@pytest.mark.parametrize("file", FILES)
def test_every_row_names_its_source_and_what_is_uncertain_says_so(file: str) -> None:
    with (FOLDER / file).open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, strict=True))
    assert rows
    words = (
        "Act",
        "Decree",
        "unconfirmed",
        "from memory",
        "code base",
        "ASSUMPTION",
        "Information Technology Agreement",
    )
    for row in rows:
        assert any(word in row["source"] for word in words), row


def test_the_rate_for_all_other_goods_says_that_it_is_an_assumption(shipped: Reference) -> None:
    rate = law(loaded(FOLDER, shipped), TODAY, shipped).duty.of("999999")
    assert rate.text == "8 %"
    assert rate.source.startswith("ASSUMPTION until the full tariff is loaded")


@pytest.mark.parametrize("day", [date(2000, 1, 1), TODAY, date(2099, 1, 1)])
def test_every_day_since_2000_has_rates(shipped: Reference, day: date) -> None:
    at = law(loaded(FOLDER, shipped), day, shipped)
    assert at.vat.of("610910").rate_e6 == 100_000
    assert at.duty.of("610910").rate_e6 == 130_000
    assert at.simplified.of("610910")


@pytest.mark.parametrize(
    ("change", "code", "eve", "day"),
    [
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,10,,,Tariff of 2027"),
            "610910",
            "13 %",
            "10 %",
            id="a new rate of a chapter",
        ),
        pytest.param(
            append("duty_rates.csv", "610910,2027-01-01,,0,,,Quota tariff"),
            "610910",
            "13 %",
            "0 %",
            id="a rate of a subheading",
        ),
        pytest.param(
            append("duty_rates.csv", "6109101000,2027-01-01,,15,,,Tariff of 2027"),
            "610910",
            "13 %",
            "15 %",
            id="a higher rate of one of its ten-digit codes",
        ),
        pytest.param(
            append("duty_rates.csv", "6109101000,2027-01-01,,5,,,Tariff of 2027"),
            "610910",
            "13 %",
            "13 %",
            id="a lower one proves nothing for six digits",
        ),
        pytest.param(
            append("duty_rates.csv", "07,2027-01-01,,27,1830,kg,Tariff of 2027"),
            "070310",
            "8 %",
            "27 % or 1830 KRW/kg, the greater",
            id="a rate by weight",
        ),
    ],
)
def test_a_row_counts_from_its_day(
    shipped: Reference, folder: Path, change: Callable[[Path], None], code: str, eve: str, day: str
) -> None:
    change(folder)
    tables = loaded(folder, shipped)
    first = date(2027, 1, 1)
    assert law(tables, first - timedelta(days=1), shipped).duty.of(code).text == eve
    assert law(tables, first, shipped).duty.of(code).text == day


def test_a_rate_for_a_while_gives_way_to_the_one_before(shipped: Reference, folder: Path) -> None:
    append("duty_rates.csv", "61,2027-01-01,2027-06-30,0,,,Quota tariff")(folder)
    tables = loaded(folder, shipped)
    days = (date(2026, 12, 31), date(2027, 1, 1), date(2027, 6, 30), date(2027, 7, 1))
    assert [law(tables, day, shipped).duty.of("610910").text for day in days] == ["13 %", "0 %", "0 %", "13 %"]


def test_the_full_tariff_loads(shipped: Reference, folder: Path) -> None:
    """Ten digits a row; a parcel's six digits take the highest of the rates below them."""
    lines = [",2000-01-01,,8,,,none of these"]
    lines += [
        f"{chapter:02d}{n // 90 + 10:02d}{n // 10 % 9 + 10:02d}{n % 10}000,2000-01-01,,{n % 10},,,Tariff"
        for chapter in range(1, 51)
        for n in range(HSK_ROWS // 50)
    ]
    (folder / "duty_rates.csv").write_text(
        "goods,from,until,percent,krw,measure,source\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    tables = loaded(folder, shipped)
    assert len(tables.duties) == HSK_ROWS + 1
    duty = law(tables, TODAY, shipped).duty
    assert duty.of("0110103000").text == "3 %"
    assert duty.of("011010").text == "9 %"
    assert duty.of("991010").text == "8 %"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(
            append("duty_rates.csv", "61a,2027-01-01,,10,,,x"),
            "goods is '61a', expected 2, 4, 6, 8 or 10 digits of a commodity code, a category, or empty for "
            "all other goods",
            id="goods that are neither a code nor a category",
        ),
        pytest.param(
            append("duty_rates.csv", "610,2027-01-01,,10,,,x"),
            "goods is '610', expected 2, 4, 6, 8 or 10 digits",
            id="three digits",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-13-01,,10,,,x"),
            "from is '2027-13-01', expected a day of the calendar",
            id="a day that is none",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-02,2027-01-01,10,,,x"),
            "until is '2027-01-01', expected empty or a day from 2027-01-02 on",
            id="over before it began",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2000-01-01,,10,,,x"),
            "'61, from 2000-01-01' is already in the table: keep one row",
            id="twice from one day",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,ten,,,x"),
            "percent is 'ten', expected a number such as 150",
            id="a rate in words",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,,,,x"),
            "percent is '', expected a number such as 150",
            id="no rate at all",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,-1,,,x"),
            "percent is '-1', expected a number",
            id="a negative rate",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,,5,bottle,x"),
            "measure is 'bottle', expected l, kg, piece, or empty",
            id="an unknown measure",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,,,kg,x"),
            "krw is '', expected a number",
            id="a measure without won",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,10,5,,x"),
            "krw is '5', expected empty: without a measure the rate is a percentage",
            id="won without a measure",
        ),
        pytest.param(
            append("duty_rates.csv", "61,2027-01-01,,10,,, "),
            "source is ' ', expected where the row comes from",
            id="no source",
        ),
        pytest.param(
            drop("duty_rates.csv", ",2000"),
            "duty_rates.csv: no row holds for all other goods from 2000-01-01 on",
            id="no rate for all other goods",
        ),
        pytest.param(
            drop("vat_rates.csv", ",2000"),
            "vat_rates.csv: no row holds for all other goods from 2000-01-01 on",
            id="no VAT for all other goods",
        ),
        pytest.param(
            only_header("vat_rates.csv"),
            "vat_rates.csv: no row holds for all other goods from its beginning on",
            id="an empty table",
        ),
        pytest.param(
            append("duty_rates.csv", "61,1999-01-01,,10,,,x"),
            "duty_rates.csv: no row holds for all other goods from 1999-01-01 on",
            id="a row before that for all other goods",
        ),
        pytest.param(
            drop("simplified_rates.csv", "4202,0"),
            "simplified_rates.csv: 4202 has a rate above 2000000 KRW only: add its rate above 0",
            id="a luxury rate alone",
        ),
        pytest.param(
            append("simplified_rates.csv", "61,many,2027-01-01,,18,x"),
            "above_krw is 'many', expected whole won such as 2000000, 0 for none",
            id="a threshold in words",
        ),
        pytest.param(
            append("excise_taxes.csv", "luxury,61,2027-01-01,,20,,,0,30,0,x"),
            "tax is 'luxury', expected consumption or liquor",
            id="an unknown tax",
        ),
        pytest.param(
            append("excise_taxes.csv", "liquor,,2027-01-01,,20,,,0,30,0,x"),
            "goods is '', expected goods: no such tax is charged on everything",
            id="an excise on everything",
        ),
        pytest.param(
            append("excise_taxes.csv", "consumption,2204,2000-01-01,,20,,,0,30,0,x"),
            "'2204, from 2000-01-01' is already in the table",
            id="both excises on the same goods",
        ),
        pytest.param(
            append("agreements.csv", "KOR_EU,XX,2027-01-01,,x"),
            "origin is 'XX', expected a code of countries.csv such as DE",
            id="an unknown member",
        ),
        pytest.param(
            append("agreements.csv", "eu,DE,2027-01-01,,x"),
            "agreement is 'eu', expected capital letters and underscores such as KOR_EU",
            id="an agreement's name",
        ),
        pytest.param(
            append("preferences.csv", "KOR_MARS,61,2027-01-01,,0,x"),
            "agreement is 'KOR_MARS', expected an agreement of agreements.csv",
            id="an unknown agreement",
        ),
    ],
)
def test_a_mistake_is_one_sentence(
    shipped: Reference, folder: Path, change: Callable[[Path], None], sentence: str
) -> None:
    change(folder)
    with pytest.raises(ReferenceDataError) as mistake:
        loaded(folder, shipped)
    assert sentence in str(mistake.value)
    assert str(mistake.value).startswith(FILES)
    assert "\n" not in str(mistake.value)

"""Reference data: the shipped tables load, and one with a mistake says what is wrong and what to do."""

import csv
import shutil
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from agents.law.thresholds import Thresholds
from agents.reference import Reference
from agents.values.text import fold
from schemas.manifest import Item
from streams.reference import FOLDER, load
from streams.reference import ReferenceDataError as TableError
from tests.tables import append, drop, only_header
from tools.build_reference.tables import is_vague

TODAY = date(2026, 11, 23)


MAY_BE_EMPTY = {"importers.csv", "watchlist_exceptions.csv"}
"""Who holds which clearance code, and who is not the listed party of that name, is known to customs alone."""


@pytest.fixture(scope="module")
def shipped() -> Reference:
    return load()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in FOLDER.glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    return tmp_path


def replace(file: str, old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def latin_1(file: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / file).write_bytes((folder / file).read_bytes() + "XX,Café,x\n".encode("latin-1"))

    return change


def unlink(file: str) -> Callable[[Path], None]:
    return lambda folder: (folder / file).unlink()


def test_the_shipped_folder_is_small_enough_to_ship() -> None:
    assert (
        sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        < 8_000_000
    )


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.csv")), ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_row_of_every_table_parses_and_names_its_source(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    assert rows or path.name in MAY_BE_EMPTY
    for row in rows:
        assert None not in row
        assert None not in row.values()
        assert row["source"].strip()


def test_every_threshold_has_a_value_on_every_day_since_2000(shipped: Reference) -> None:
    for name in (field.name for field in fields(Thresholds)):
        assert getattr(shipped.thresholds, name).on(date(2000, 1, 1)) >= 0


@pytest.mark.parametrize(
    ("name", "day", "value"),
    [
        pytest.param("list_limit_usd", date(2026, 11, 23), "150", id="list"),
        pytest.param("list_limit_us_express_usd", date(2026, 11, 23), "200", id="list from the United States"),
        pytest.param("simplified_limit_usd", date(2026, 11, 23), "2000", id="simplified"),
        pytest.param("simplified_limit_post_usd", date(2026, 11, 23), "1000", id="simplified by post"),
        pytest.param("export_list_limit_krw", date(2026, 11, 23), "2000000", id="export"),
        pytest.param("auth_number_required", date(2026, 8, 23), "0", id="no authentication number on the eve"),
        pytest.param("auth_number_required", date(2026, 8, 24), "1", id="authentication number on the day"),
    ],
)
def test_figures_of_law(shipped: Reference, name: str, day: date, value: str) -> None:
    assert getattr(shipped.thresholds, name).on(day) == Decimal(value)


def test_the_week_begins_on_sunday(shipped: Reference) -> None:
    assert shipped.weeks.on(date(2026, 11, 21)).week_id == "2026-11-15"
    assert shipped.weeks.on(date(2026, 11, 22)).week_id == "2026-11-22"
    assert shipped.weeks.on(date(2026, 11, 28)).krw_e4["USD"] == 14_000_000


def test_registers_know_who_is_suspended_and_who_has_expired(shipped: Reference) -> None:
    day = date(2026, 11, 23)
    assert shipped.carriers["kx"].valid_on(day)
    assert [code for code, entry in shipped.carriers.items() if entry.suspended_on(day)] == ["mf"]
    assert not shipped.carriers["gd"].valid_on(day)
    assert shipped.operators["examplemall"].valid_on(day)
    assert not shipped.operators["oldmall"].valid_on(day)


def test_prohibited_goods_are_open_to_no_easier_procedure(shipped: Reference) -> None:
    prohibited = [category for category in shipped.goods.categories_on(TODAY).values() if category.prohibited]
    assert {category.name for category in prohibited} == {"NARCOTIC", "WEAPON", "FAKE_MONEY", "OBSCENE", "SUBVERSIVE"}
    assert all(category.list_excluded and category.simplified_excluded for category in prohibited)


def test_every_category_is_given_by_a_word_or_a_code() -> None:
    def column(file: str) -> set[str]:
        with (FOLDER / file).open(encoding="utf-8", newline="") as table:
            return {row["category"] for row in csv.DictReader(table)}

    assert column("goods_terms.csv") | column("goods_hs.csv") == column("goods_categories.csv")


def test_every_prefix_is_the_beginning_of_a_subheading(shipped: Reference) -> None:
    with (FOLDER / "goods_hs.csv").open(encoding="utf-8", newline="") as table:
        assert [
            row["prefix"]
            for row in csv.DictReader(table)
            if not any(code.startswith(row["prefix"]) for code in shipped.hs_codes)
        ] == []


INNOCENT = (
    "hot glue gun with 20 sticks",
    "toy gun with foam darts",
    "water gun for children",
    "massage gun, cordless",
    "nail gun air compressor hose",
    "heat gun 2000 W",
    "spray gun for paint",
    "stainless steel pot",
    "flower pot, ceramic",
    "speed skipping rope",
    "men's speed skates",
    "crystal pendant necklace",
    "ice cube tray",
    "snow boots",
    "angel dust cosplay wig",
    "jigsaw puzzle: ecstasy of gold",
    "perfume opium eau de toilette",
    "acid green T-shirt",
    "folic acid tabs poster",
    "bath salts, lavender",
    "party poppers",
    "jalapeno poppers tray",
    "mary jane shoes",
    "molly doll",
    "shabu shabu pan",
    "special k bowl",
    "limited slip differential lsd oil",
    "poppy print dress",
    "weed puller for garden",
    "coke bottle sign",
    "gunpowder green tea tin",
    "gun metal grey ring",
    "bullet journal",
    "bullet blender cup",
    "grenade shaped candle",
    "sword lily bulbs poster",
    "knife block",
    "kitchen knife set",
    "bath bomb set",
    "photo bomb frame",
    "cotton candy machine",
    "silencer for car exhaust",
    "muffler silencer for aquarium pump",
    "rocket launcher building blocks",
    "shotgun microphone",
    "pistol grip hose nozzle",
    "rifle green trousers",
    "cannon camera strap",
    "dart board",
    "dynamite lipstick",
    "tattoo pen",
    "needle threader",
    "hemp rope bracelet",
    "crack filler for walls",
    "speedball ink",
    "horse riding boots",
    "heroine comic book",
    "coconut oil hair mask",
    "다이아몬드 목걸이",
    "장난감 물총",
    "글루건 세트",
    "선물 포장지",
    "공간장식 스티커",
    "교육포스터",
    "방수삼각대",
    "동남아편 여행책",
    "두뇌관리 퍼즐",
    "사진검색 책",
    "일본도서 만화",
    "아침향기 디퓨저",
    "마약베개 쿠션",
    "油烟油污清洁剂",
    "真实弹力运动裤",
    "大麻花面包模型",
    "玩具水枪",
    "洗车喷枪管",
    "防雷管接头",
    "玳瑁色眼镜",
    "象牙白连衣裙",
    "糖果色手机壳",
    "沐浴露 白麝香",
    "胶枪 热熔",
    "按摩枪",
)


def prohibited_in(shipped: Reference, phrase: str) -> set[str]:
    categories = shipped.goods.categories_on(TODAY)
    return {
        kind
        for hit in shipped.goods.understand(Item(description=phrase)).hits
        if (kind := categories[hit.category].prohibited)
    }


@pytest.mark.parametrize("phrase", INNOCENT)
def test_innocent_goods_are_never_prohibited(shipped: Reference, phrase: str) -> None:
    assert prohibited_in(shipped, phrase) == set()


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("Methamphetamine, 5 g", "NARCOTIC"),
        ("CBD  OIL 30ml", "NARCOTIC"),
        ("ＣＢＤ ｏｉｌ full spectrum", "NARCOTIC"),
        ("zol\u200bpidem tablets", "NARCOTIC"),
        ("대마젤리 30개입", "NARCOTIC"),
        ("大麻软糖", "NARCOTIC"),
        ("stun gun with flashlight", "WEAPON"),
        ("Switchblade knife", "WEAPON"),
        ("호신용 전기충격기", "WEAPON"),
        ("弹簧刀 折叠", "WEAPON"),
    ],
)
def test_prohibited_goods_are_found(shipped: Reference, phrase: str, kind: str) -> None:
    assert kind in prohibited_in(shipped, phrase)


@pytest.mark.parametrize(
    ("code", "category"),
    [
        ("930200", "WEAPON"),
        ("930700", "WEAPON"),
        ("130211", "NARCOTIC"),
        ("300490", "MEDICINE"),
        ("220830", "ALCOHOL"),
        ("240220", "TOBACCO"),
        ("240412", "E_LIQUID"),
        ("090121", "QUARANTINE"),
        ("040900", "FOOD"),
        ("040610", "QUARANTINE_ANIMAL"),
        ("330300", "PERFUME"),
        ("610910", None),
        ("950300", None),
        ("240411", "HEATED_TOBACCO"),
        ("030617", "QUARANTINE_AQUATIC"),
        ("380891", "BIOCIDE"),
        ("330499", "COSMETIC"),
        ("851631", "ELECTRICAL"),
    ],
)
def test_codes_give_categories(shipped: Reference, code: str, category: str | None) -> None:
    assert shipped.goods.by_code(code) == category


@pytest.mark.parametrize("phrase", ["accessories", "Spare  Parts", "样品", "기타", "black, s", "electrical items"])
def test_empty_descriptions_are_vague(shipped: Reference, phrase: str) -> None:
    assert fold(phrase) in shipped.vague


@pytest.mark.parametrize(
    "phrase",
    [
        "car floor mats",
        "wooden puzzle",
        "spare tyre cover",
        "phone case",
        "glassware cleaning brush",
        "100 pcs",
        "â© sets",
    ],
)
def test_descriptions_with_a_telling_word_are_not_taken_for_vague(phrase: str) -> None:
    assert not is_vague(phrase)


def test_the_version_is_the_content(folder: Path, shipped: Reference) -> None:
    assert load(folder).version == shipped.version
    replace("exchange_rates.csv", "1400.00", "1400.01")(folder)
    assert load(folder).version != shipped.version


def test_a_byte_order_mark_does_no_harm(folder: Path) -> None:
    path = folder / "operators.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert "examplemall" in load(folder).operators


SAMPLE = "a sample"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(unlink("hs6.csv"), "hs6.csv: cannot be read in", id="file missing"),
        pytest.param(
            replace("operators.csv", "code,name", "code,title"),
            "operators.csv, line 1: the columns are code, title,",
            id="column unknown",
        ),
        pytest.param(
            replace("operators.csv", "code,name,", "name,"),
            "expected code, name, valid_from, valid_until, suspended_from, source",
            id="column missing",
        ),
        pytest.param(
            append("countries.csv", "XX,Nowhere"),
            "2 cells, expected 3: code, name, source",
            id="cell missing",
        ),
        pytest.param(
            append("countries.csv", "XX,Nowhere, "),
            "source is ' ', expected where the row comes from",
            id="source missing",
        ),
        pytest.param(
            append("countries.csv", "xx,Nowhere,x"), "code is 'xx', expected two capital letters", id="country"
        ),
        pytest.param(
            append("countries.csv", "KR,Korea,x"),
            "countries.csv, line 251: 'KR' is already in the table",
            id="row twice",
        ),
        pytest.param(append("countries.csv", 'XX,"No"where,x'), "not readable as CSV", id="quotes"),
        pytest.param(latin_1("countries.csv"), "countries.csv, line 251: byte", id="encoding"),
        pytest.param(only_header("countries.csv"), "countries.csv, line 2: the table is empty", id="table empty"),
        pytest.param(append("currencies.csv", "US,x,x"), "code is 'US', expected three capital letters", id="currency"),
        pytest.param(append("airlines.csv", "18,x,x"), "prefix is '18', expected three digits", id="prefix"),
        pytest.param(append("hs6.csv", "61091,x,HS 2022,x"), "code is '61091', expected six digits", id="subheading"),
        pytest.param(
            append("hs6.csv", "999999,x,HS 2028,x"), "edition is 'HS 2028', expected one edition", id="edition"
        ),
        pytest.param(
            append("thresholds.csv", "list_limit,2026-12-01,0,USD,x"),
            "name is 'list_limit', expected one of list_limit_usd,",
            id="threshold unknown",
        ),
        pytest.param(
            append("thresholds.csv", "list_limit_usd,2026-02-30,0,USD,x"),
            "from is '2026-02-30', expected a day of the calendar",
            id="day impossible",
        ),
        pytest.param(
            append("thresholds.csv", "list_limit_usd,1.12.2026,0,USD,x"),
            "from is '1.12.2026', expected a day such as 2026-11-23",
            id="day",
        ),
        pytest.param(
            append("thresholds.csv", "list_limit_usd,2026-12-01,-1,USD,x"),
            "value is '-1', expected a number such as 150",
            id="figure negative",
        ),
        pytest.param(
            append("thresholds.csv", "list_limit_usd,2026-12-01,1e3,USD,x"),
            "value is '1e3', expected a number such as 150",
            id="figure with exponent",
        ),
        pytest.param(
            append("thresholds.csv", "list_limit_usd,2000-01-01,1,USD,x"),
            "list_limit_usd from 2000-01-01 is already in the table",
            id="threshold twice",
        ),
        pytest.param(
            drop("thresholds.csv", "velocity_usd_7d"),
            "thresholds.csv: velocity_usd_7d is missing",
            id="threshold missing",
        ),
        pytest.param(
            replace("thresholds.csv", "list_limit_usd,2000-01-01", "list_limit_usd,2010-01-01"),
            "list_limit_usd begins on 2010-01-01",
            id="threshold with a hole",
        ),
        pytest.param(
            append("rule_phases.csv", "XF07,2026-12-01,WARN,x"),
            "rule is 'XF07', expected a rule's code such as XF-09, or code and function",
            id="rule of a phase",
        ),
        pytest.param(
            append("rule_phases.csv", "XF-07.Quantity,2026-12-01,WARN,x"),
            "rule is 'XF-07.Quantity', expected a rule's code",
            id="function of a phase",
        ),
        pytest.param(
            append("rule_phases.csv", "XF-07,2026-12-01,ON,x"),
            "phase is 'ON', expected OFF or OBSERVE or WARN or ENFORCE",
            id="phase",
        ),
        pytest.param(
            append("rule_phases.csv", "XF-07,2026-12-32,WARN,x"),
            "from is '2026-12-32', expected a day of the calendar",
            id="day of a phase",
        ),
        pytest.param(
            append("rule_phases.csv", "XF-07,2026-12-01,WARN, "),
            "source is ' ', expected where the row comes from",
            id="source of a phase",
        ),
        pytest.param(
            append("rule_phases.csv", "XF-07.quantity_looks_private,2000-01-01,WARN,x"),
            "2000-01-01 is already in the table for this entry: keep one row",
            id="phase twice",
        ),
        pytest.param(
            append("self_use_limits.csv", "SPIRITS,ML,2026-12-01,500,x"),
            "category is 'SPIRITS', expected a category of goods_categories.csv",
            id="category of a limit",
        ),
        pytest.param(
            append("self_use_limits.csv", "ALCOHOL,LITRES,2026-12-01,1,x"),
            "unit is 'LITRES', expected BOTTLES or ML or G or UNITS",
            id="unit of a limit",
        ),
        pytest.param(
            append("self_use_limits.csv", "ALCOHOL,ML,2026-12-01,0.5,x"),
            "most is '0.5', expected a whole number",
            id="limit with a fraction",
        ),
        pytest.param(
            append("self_use_limits.csv", "ALCOHOL,ML,2026-12-01,-1,x"),
            "most is '-1', expected a whole number",
            id="limit negative",
        ),
        pytest.param(
            append("self_use_limits.csv", "ALCOHOL,ML,soon,500,x"),
            "from is 'soon', expected a day such as 2026-11-23",
            id="day of a limit",
        ),
        pytest.param(
            append("self_use_limits.csv", "ALCOHOL,ML,2000-01-01,500,x"),
            "2000-01-01 is already in the table for this entry",
            id="limit twice",
        ),
        pytest.param(
            append("exchange_rates.csv", f"2026-11-23,USD,1,{SAMPLE}"),
            "week is '2026-11-23', expected a Sunday",
            id="no Sunday",
        ),
        pytest.param(
            append("exchange_rates.csv", f"2026-11-22,XXX,1,{SAMPLE}"),
            "currency is 'XXX', expected a code of currencies.csv",
            id="currency unknown",
        ),
        pytest.param(
            append("exchange_rates.csv", f"2026-11-22,USD,1,{SAMPLE}"),
            "'USD' is already in the table",
            id="rate twice",
        ),
        pytest.param(
            append("exchange_rates.csv", f"2026-11-22,ZAR,0,{SAMPLE}"),
            "krw is '0', expected won for one unit",
            id="rate of nothing",
        ),
        pytest.param(
            append("exchange_rates.csv", f"2026-11-22,ZAR,0.00001,{SAMPLE}"),
            "with at most four decimals",
            id="rate too fine",
        ),
        pytest.param(drop("exchange_rates.csv", "2026-11-15"), "the week of 2026-11-15 is missing", id="week missing"),
        pytest.param(
            drop("exchange_rates.csv", "2026-11-15,USD"), "the week of 2026-11-15 has no USD", id="dollar missing"
        ),
        pytest.param(
            append("carriers.csv", "K X,x,2020-01-01,,,x"),
            "code is 'K X', expected at most 32 lower-case letters",
            id="carrier",
        ),
        pytest.param(
            append("carriers.csv", "zz,x,2020-01-01,2019-01-01,,x"),
            "valid_until is '2019-01-01', expected empty or a day from 2020-01-01 on",
            id="validity",
        ),
        pytest.param(
            append("goods_categories.csv", "SPIRITS,2026-01-01,maybe,no,,1,,no,x"),
            "list_excluded is 'maybe', expected yes or no",
            id="yes or no",
        ),
        pytest.param(
            append("goods_categories.csv", "SPIRITS,2026-01-01,yes,no,DRUGS,1,,no,x"),
            "prohibited is 'DRUGS', expected NARCOTIC, WEAPON, ARTICLE_234 or empty",
            id="prohibited",
        ),
        pytest.param(
            append("goods_terms.csv", "gin,en,SPIRITS,strong,x"),
            "category is 'SPIRITS', expected a category of goods_categories.csv",
            id="category of a term",
        ),
        pytest.param(
            append("goods_terms.csv", "gin,fr,ALCOHOL,strong,x"),
            "language is 'fr', expected en, ko or zh",
            id="language",
        ),
        pytest.param(
            append("goods_terms.csv", "ＶＯＤＫＡ,en,ALCOHOL,strong,x"),
            "'vodka' is already in the table",
            id="term twice once folded",
        ),
        pytest.param(
            append("goods_terms.csv", "\u200b,en,ALCOHOL,strong,x"),
            "expected at least one visible character",
            id="term invisible",
        ),
        pytest.param(
            append("goods_hs.csv", "220,ALCOHOL,x"),
            "prefix is '220', expected 2, 4 or 6 digits",
            id="prefix of a code",
        ),
        pytest.param(append("goods_hs.csv", "2299,SPIRITS,x"), "category is 'SPIRITS'", id="category of a code"),
        pytest.param(
            append("vague_descriptions.csv", "Accessories,en,x"),
            "'accessories' is already in the table",
            id="phrase twice",
        ),
    ],
)
def test_a_mistake_in_a_table_is_one_sentence(folder: Path, change: Callable[[Path], None], sentence: str) -> None:
    change(folder)
    with pytest.raises(TableError) as caught:
        load(folder)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)

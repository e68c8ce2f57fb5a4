"""The shipped words, codes, brands and look-alike letters, told by what they say of goods."""

import csv
from datetime import date

import pytest

from agents.goods import GoodsKnowledge, Understood
from agents.goods.spelling import Spelling
from schemas.manifest import Item
from streams.reference import FOLDER, goods
from streams.reference.tables import ReferenceDataError, Tables, parse

CONSUMABLE = "210690"
"""A code that leaves room for words with two meanings."""


@pytest.fixture(scope="module")
def knowledge() -> GoodsKnowledge:
    return goods.knowledge(Tables.of(FOLDER))


def understand(
    knowledge: GoodsKnowledge,
    description: str,
    hs_code: str = "",
    ingredients: str | None = None,
    brand: str | None = None,
) -> Understood:
    return knowledge.understand(Item(description=description, hs_code=hs_code, ingredients=ingredients, brand=brand))


SAID = (
    ("NARCOTIC", "methamphetamine 5 g", "케타민 앰플", "冰毒"),
    ("WEAPON", "pepper spray 60 ml", "호신용 전기충격기", "弹簧刀"),
    ("FAKE_MONEY", "counterfeit banknotes 100 pcs", "위조지폐", "假币"),
    ("OBSCENE", "pornographic dvd", "음란물 영상", "色情光盘"),
    ("SUBVERSIVE", "north korean propaganda leaflets", "김일성 선집", "金日成选集"),
    ("CITES", "genuine python leather wallet", "악어가죽 지갑", "象牙手镯"),
    ("MFDS_BLOCKED", "yohimbine capsules", "음양곽 분말", "淫羊藿片"),
    ("MISUSE_MEDICINE", "sildenafil 100 mg", "비아그라 4정", "他达拉非片"),
    ("MEDICINE", "ibuprofen tablets", "타이레놀 500mg", "布洛芬胶囊"),
    ("MEDICAL_DEVICE", "blood pressure monitor", "가정용 혈압계", "电子血压计"),
    ("CONTACT_LENS", "color contact lenses", "컬러렌즈 원데이", "美瞳日抛10片"),
    ("HARMFUL_COSMETIC", "hydroquinone cream 4%", "태반크림", "羊胎素面霜"),
    ("FUNCTIONAL_COSMETIC", "sunscreen spf50", "미백크림 50ml", "防晒霜"),
    ("COSMETIC", "matte lipstick", "수분크림", "口红礼盒"),
    ("PERFUME", "eau de parfum 50 ml", "여성향수", "男士香水"),
    ("QUARANTINE_ANIMAL", "beef jerky original", "소고기 육포", "五香牛肉干"),
    ("QUARANTINE", "tomato seeds 100 pcs", "채소 씨앗 세트", "郁金香球根"),
    ("QUARANTINE_AQUATIC", "live aquarium fish", "냉동새우 1kg", "活体小龙虾"),
    ("HERB", "korean red ginseng extract", "녹용 슬라이스", "冬虫夏草"),
    ("SUPPLEMENT", "multivitamin gummies for kids", "오메가3 캡슐", "复合维生素"),
    ("FOOD", "instant noodles 5 packs", "불닭볶음면", "螺蛳粉"),
    ("ALCOHOL", "single malt whisky 700ml", "연태고량주", "贵州茅台"),
    ("TOBACCO", "cuban cigars", "담배 1보루", "雪茄烟"),
    ("HEATED_TOBACCO", "terea sticks", "아이코스 스틱", "加热烟弹"),
    ("E_LIQUID", "vape juice 30 ml", "전자담배 액상", "电子烟油"),
    ("E_CIGARETTE", "vape kit", "전자담배 기기", "电子烟杆"),
    ("RADIO", "walkie talkie", "블루투스 이어폰", "蓝牙耳机"),
    ("ELECTRICAL", "hair dryer 1600 w", "전기밥솥", "空气炸锅"),
    ("CHEMICAL", "potassium permanganate 500 g", "수산화나트륨 1kg", "高锰酸钾"),
    ("BIOCIDE", "cockroach gel", "살충제 스프레이", "蟑螂药"),
    ("NARCOTIC_RELATED", "hemp seed oil", "햄프씨드", "火麻仁"),
    ("WEAPON_RELATED", "airsoft pistol", "비비탄총", "仿真枪"),
)


@pytest.mark.parametrize(
    ("category", "description"),
    [(category, description) for category, *descriptions in SAID for description in descriptions],
)
def test_goods_are_recognised_in_three_languages(knowledge: GoodsKnowledge, category: str, description: str) -> None:
    assert category in {
        hit.category
        for hit in understand(
            knowledge, description, CONSUMABLE if category not in {"COSMETIC", "FUNCTIONAL_COSMETIC"} else "330499"
        ).hits
    }


def test_every_category_is_among_them(knowledge: GoodsKnowledge) -> None:
    assert {category for category, *_ in SAID} == set(knowledge.categories_on(date(2026, 11, 23)))


NEIGHBOURS = (
    "다이아몬드 목걸이",
    "마약베개",
    "와인잔 2개",
    "젤리슈즈",
    "커피머신 필터",
    "향수 공병 10ml",
    "담배케이스",
    "호두나무 도마",
    "비타민 세럼",
    "사탕통",
    "大麻花",
    "象牙白连衣裙",
    "咖啡色毛衣",
    "小米手机壳",
    "防晒衣",
    "香水瓶",
    "红酒杯",
    "巧克力色T恤",
    "wine glass",
    "perfume bottle, empty",
    "cigarette case",
    "coffee mug",
    "cookie cutter",
    "dog food bowl",
    "seed beads",
    "tea towel",
    "stainless steel pot",
    "water gun for children",
    "hot glue gun",
    "poppy print dress",
    "heroine comic book",
    "honey blonde wig",
    "walnut wood tray",
    "crocodile print dress",
    "python programming book",
    "ivory lace dress",
    "snake plant pot cover",
    "toothbrush holder",
)


@pytest.mark.parametrize("description", NEIGHBOURS)
def test_innocent_neighbours_keep_a_parcel_from_no_list(knowledge: GoodsKnowledge, description: str) -> None:
    flags = knowledge.categories_on(date(2026, 11, 23))
    assert [
        hit.term for hit in understand(knowledge, description, "392690").hits if flags[hit.category].list_excluded
    ] == []


@pytest.mark.parametrize(
    ("description", "disguise"),
    [
        ("c-o-c-a-i-n-e", "spaced letters"),
        ("h e r o i n powder", "spaced letters"),
        ("필 로 폰", "spaced letters"),
        ("海-洛-因", "spaced letters"),
        ("c0caine", "digits for letters"),
        ("fent4nyl patch", "digits for letters"),
        ("сосаine", "look-alike letters"),
        ("ketаmine vial", "look-alike letters"),
        ("co\u200bcaine", "invisible characters"),
        ("대\u200b마\u200b초", "invisible characters"),
        ("k\u0336e\u0336t\u0336amine", "stacked marks"),
    ],
)
def test_prohibited_goods_are_seen_through_a_disguise(
    knowledge: GoodsKnowledge, description: str, disguise: str
) -> None:
    understood = understand(knowledge, description, "610910")
    assert understood.category == "NARCOTIC"
    assert {hit.how for hit in understood.hits if hit.category == "NARCOTIC"} == {"HIDDEN"}
    assert disguise in understood.disguises


@pytest.mark.parametrize(
    "description",
    [
        "나이키 Air Max 90 운동화",
        "T-shirt, 100% cotton, size M/L",
        "l o v e balloons",
        "h a p p y birthday banner",
        "s m l xl",
        "crème brûlée torch",
        "α-lipoic acid",
        "Витамин С",
        "Ｔシャツ 綿１００％",
        "USB-C / USB-A cable",
        "4-in-1 tool",
        "B2B 3M 5G router",
        "👨‍👩‍👧 family t-shirt",
        "café – mug",
        "100% w00l",
        "a b c letter blocks",
    ],
)
def test_ordinary_spellings_are_no_disguise(knowledge: GoodsKnowledge, description: str) -> None:
    assert understand(knowledge, description, "610910").disguises == ()


@pytest.mark.parametrize(
    ("description", "ingredients", "category"),
    [
        ("slimming tablets", "green tea, sibutramine", "MFDS_BLOCKED"),
        ("비염 스프레이", "정제수, 에페드린", "MEDICINE"),
        ("face cream", "aqua, hydroquinone", "HARMFUL_COSMETIC"),
        ("incense", "agarwood", "CITES"),
        ("gummies", "sugar, cannabidiol", "NARCOTIC"),
    ],
)
def test_ingredients_give_categories(
    knowledge: GoodsKnowledge, description: str, ingredients: str, category: str
) -> None:
    assert category in {hit.category for hit in understand(knowledge, description, "330499", ingredients).hits}


def test_food_among_the_ingredients_of_a_cream_is_no_food(knowledge: GoodsKnowledge) -> None:
    assert {
        hit.category
        for hit in understand(
            knowledge, "face cream", "330499", "aqua, honey, almonds, coffee, ginseng root, olive oil, beeswax"
        ).hits
    } == {"COSMETIC"}


@pytest.mark.parametrize(
    ("description", "brand", "mark"),
    [
        ("루이비통 지갑", None, "Louis Vuitton"),
        ("nike air max", None, "Nike"),
        ("耐克运动鞋", None, "Nike"),
        ("bag", "COACH", "Coach"),
        ("coach bus toy", None, None),
        ("apple slicer", None, None),
        ("omega 3", None, None),
    ],
)
def test_brands_at_risk(knowledge: GoodsKnowledge, description: str, brand: str | None, mark: str | None) -> None:
    assert understand(knowledge, description, "420221", None, brand).brand == mark


@pytest.mark.parametrize(
    ("description", "declared", "heading"),
    [
        ("bluetooth earphones", "610910", "8518"),
        ("running shoes", "851830", "6404"),
        ("dog food 2kg", "330499", "2309"),
        ("kitchen knife set", "950300", "8211"),
        ("여성 원피스 플리츠 스커트", "851830", "6204"),
        ("夏季连衣裙 半身裙", "851830", "6204"),
        ("手机壳", "330499", None),
        ("칼라 셔츠 책자", "330499", None),
        ("women's leather handbag", "420221", None),
        ("cotton t-shirt", "610910", None),
        ("something else", "610910", None),
    ],
)
def test_words_against_the_code(
    knowledge: GoodsKnowledge, description: str, declared: str, heading: str | None
) -> None:
    assert [each.code for each in understand(knowledge, description, declared).suggestions] == (
        [heading] if heading else []
    )


def test_suggestions_are_right_nine_times_in_ten_at_least() -> None:
    assert min(goods._margins(Tables.of(FOLDER)).values()) >= 90


@pytest.mark.parametrize(("char", "plain"), [("о", "o"), ("і", "i"), ("ο", "o"), ("é", "e"), ("ø", "o"), ("–", "-")])
def test_look_alike_letters(char: str, plain: str) -> None:
    assert goods._lookalikes(Tables.of(FOLDER))[char] == plain


def test_no_look_alike_touches_hangul_han_kana_or_ascii() -> None:
    spelling = Spelling(goods._lookalikes(Tables.of(FOLDER)))
    kept = "가각힣一大口二卜入ーカェノ0123456789abcxyz"
    assert spelling.read(kept) == (kept, ())


@pytest.mark.parametrize(
    "file", ["goods_terms.csv", "cites_terms.csv", "goods_innocent.csv", "hs_glossary.csv", "vague_descriptions.csv"]
)
def test_words_are_of_the_language_they_say(file: str) -> None:
    with (FOLDER / file).open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    words = "term" if "term" in rows[0] else "phrase"
    hangul = {row["language"] for row in rows if any("가" <= char <= "힣" for char in row[words])}
    han = {row["language"] for row in rows if any("一" <= char <= "鿿" for char in row[words])}
    assert hangul == {"ko"}
    assert han == {"zh"}


def test_every_innocent_phrase_holds_a_term(knowledge: GoodsKnowledge) -> None:
    with (FOLDER / "goods_innocent.csv").open(encoding="utf-8", newline="") as table:
        phrases = [row["phrase"] for row in csv.DictReader(table)]
    patterns = [term.text for term in knowledge._terms]
    idle = [phrase for phrase in phrases if not any(pattern in phrase.lower() for pattern in patterns)]
    assert idle == []


def with_row(file: str, line: str) -> Tables:
    rows = parse(file, (FOLDER / file).read_bytes() + f"{line}\n".encode())
    return Tables.of(FOLDER).with_tables({file: rows})


@pytest.mark.parametrize(
    ("file", "line", "sentence"),
    [
        pytest.param(
            "goods_terms.csv",
            "gin,en,ALCOHOL,feeble,x",
            "strength is 'feeble', expected strong or weak",
            id="strength",
        ),
        pytest.param(
            "goods_categories.csv",
            "FOOD,2000-01-01,yes,no,,1,MFDS,no,x",
            "'FOOD from 2000-01-01' is already in the table",
            id="category twice on a day",
        ),
        pytest.param(
            "goods_categories.csv",
            "FOOD,2026-13-01,yes,no,,1,MFDS,no,x",
            "from is '2026-13-01', expected a day",
            id="day of a category",
        ),
        pytest.param(
            "goods_categories.csv",
            "FOOD,2026-12-01,yes,no,,first,MFDS,no,x",
            "rank is 'first', expected a whole number",
            id="rank",
        ),
        pytest.param(
            "cites_terms.csv",
            "vodka,en,Panthera tigris,I,x",
            "'vodka' is already in a table of terms",
            id="species whose word is taken",
        ),
        pytest.param(
            "cites_terms.csv",
            "tiger,en,Panthera tigris,IV,x",
            "appendix is 'IV', expected I, II, III, I/II or empty",
            id="appendix",
        ),
        pytest.param("brands.csv", "CHANEL,Chanel,ANY,x", "'chanel' is already in the table", id="brand twice"),
        pytest.param(
            "brands.csv",
            "acme,Acme,SOMEWHERE,x",
            "where is 'SOMEWHERE', expected ANY or FIELD",
            id="where a brand counts",
        ),
        pytest.param("goods_innocent.csv", "wine  CORK,en,x", None, id="an innocent phrase"),
        pytest.param(
            "confusables.csv", "043E,o,x", "char is '043E', expected a character such as U+0430", id="character"
        ),
        pytest.param(
            "confusables.csv",
            "U+041E,o,x",
            "in its compatibility form (NFKC) and lower case",
            id="a capital that is never met",
        ),
        pytest.param("confusables.csv", "U+0436,ж,x", "plain in ASCII", id="plain text that is not plain"),
        pytest.param(
            "hs_words.csv", "thing,61:80,x", "headings is '61:80', expected headings with weights", id="weights"
        ),
        pytest.param("hs_margins.csv", "far,90,x", "lead is 'far', expected a whole number", id="lead"),
        pytest.param("hs_margins.csv", "900,101,x", "percent is '101', expected 0 to 100", id="percent"),
    ],
)
def test_a_mistake_in_a_table_is_one_sentence(file: str, line: str, sentence: str | None) -> None:
    tables = with_row(file, line)
    if sentence is None:
        goods.knowledge(tables)
        return
    with pytest.raises(ReferenceDataError) as caught:
        goods.knowledge(tables)
    assert sentence in str(caught.value)


def test_a_category_changes_on_its_day() -> None:
    knowledge = goods.knowledge(with_row("goods_categories.csv", "PERFUME,2027-01-01,yes,no,,280,,no,x"))
    assert not knowledge.categories_on(date(2026, 12, 31))["PERFUME"].list_excluded
    assert knowledge.categories_on(date(2027, 1, 1))["PERFUME"].list_excluded

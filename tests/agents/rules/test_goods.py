"""RG, XF-09: goods that must never pass, goods that another agency sees first, and words that hide what goods are."""

import pytest

from agents.parcel.case import Case
from agents.rules import goods
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, parcel


def holding(*descriptions: str) -> Case:
    return case(parcel(items=[{"description": description} for description in descriptions]))


def branded(
    unit_price: str, *, brand: str | None = "Chanel", currency: str = "USD", description: str = "handbag, leather"
) -> Case:
    item = {"description": description, "brand": brand, "quantity": 1, "unit_price": unit_price, "amount": unit_price}
    return case(parcel(currency=currency, items=[{}, item]))


def exported(description: str) -> Case:
    return export_case(export_parcel(items=[{"description": description}]))


TABLE = (
    pytest.param(goods.no_prohibited_articles, case(), [], id="a shirt"),
    pytest.param(
        goods.no_prohibited_articles, holding("cotton shirt", "fake banknotes, 100 pcs"), ["/items/1"], id="false money"
    ),
    pytest.param(
        goods.no_prohibited_articles, exported("fake banknotes"), ["/items/0"], id="false money leaving the country"
    ),
    pytest.param(goods.no_prohibited_articles, holding("hemp"), [], id="a narcotic is another rule's"),
    pytest.param(goods.no_narcotics, case(), [], id="a shirt"),
    pytest.param(
        goods.no_narcotics, holding("cotton shirt", "HEMP  flowers"), ["/items/1"], id="hemp in the second line"
    ),
    pytest.param(goods.no_narcotics, holding("hempel paint"), [], id="a word that only begins so"),
    pytest.param(
        goods.no_narcotics, case(parcel(items=[{"ingredients": "oil, hemp"}])), ["/items/0"], id="as an ingredient"
    ),
    pytest.param(goods.no_narcotics, holding("stun gun"), [], id="a weapon is no narcotic"),
    pytest.param(goods.no_narcotics, holding("vitamin C"), [], id="what is merely kept from the list"),
    pytest.param(
        goods.no_narcotics,
        export_case(export_parcel(items=[{"description": "hemp"}])),
        ["/items/0"],
        id="leaving the country",
    ),
    pytest.param(goods.no_weapons, case(), [], id="a shirt"),
    pytest.param(
        goods.no_weapons,
        holding("stun gun", "호신용전기충격기"),
        ["/items/0", "/items/1"],
        id="in English and in Korean",
    ),
    pytest.param(
        goods.no_weapons, case(parcel(items=[{"hs_code": "930400"}])), ["/items/0"], id="by its commodity code"
    ),
    pytest.param(
        goods.no_weapons, case(parcel(items=[{"hs_code": "930390"}])), [], id="by a neighbouring code of another kind"
    ),
    pytest.param(goods.no_weapons, holding("hemp"), [], id="a narcotic is no weapon"),
    pytest.param(goods.brand_is_worth_its_price, case(), [], id="no brand"),
    pytest.param(goods.brand_is_worth_its_price, branded("20"), [], id="20 for a piece of a brand: the least"),
    pytest.param(goods.brand_is_worth_its_price, branded("19.9999"), ["/items/1/unit_price"], id="a trifle less"),
    pytest.param(
        goods.brand_is_worth_its_price,
        branded("18.66", currency="EUR"),
        ["/items/1/unit_price"],
        id="18.66 euros are less than 20 dollars",
    ),
    pytest.param(goods.brand_is_worth_its_price, branded("18.67", currency="EUR"), [], id="18.67 are more"),
    pytest.param(
        goods.brand_is_worth_its_price,
        branded("5", brand=None, description="Chanel handbag"),
        ["/items/1/unit_price"],
        id="a brand in the description",
    ),
    pytest.param(
        goods.brand_is_worth_its_price,
        branded("5", brand="coach"),
        ["/items/1/unit_price"],
        id="a brand that is also a word, in its field",
    ),
    pytest.param(
        goods.brand_is_worth_its_price,
        branded("5", brand=None, description="coach lamp"),
        [],
        id="the word in a description",
    ),
    pytest.param(goods.brand_is_worth_its_price, branded("5", brand="Nobody"), [], id="a brand that nobody imitates"),
    pytest.param(goods.brand_is_worth_its_price, branded("0"), [], id="a price of nothing is another rule's"),
    pytest.param(goods.brand_is_worth_its_price, branded("cheap"), [], id="so is one that is no number"),
    pytest.param(goods.brand_is_worth_its_price, branded("5", currency="JPY"), [], id="no rate"),
    pytest.param(
        goods.brand_is_worth_its_price,
        export_case(export_parcel(items=[{"brand": "Chanel", "amount": "5"}])),
        [],
        id="an export",
    ),
    pytest.param(goods.no_blocked_ingredients, case(), [], id="a shirt"),
    pytest.param(
        goods.no_blocked_ingredients,
        holding("cotton shirt", "yohimbine capsules"),
        ["/items/1"],
        id="blocked, by its name",
    ),
    pytest.param(
        goods.no_blocked_ingredients,
        case(parcel(items=[{"ingredients": "rice flour, Yohimbine"}])),
        ["/items/0"],
        id="as an ingredient",
    ),
    pytest.param(goods.no_blocked_ingredients, holding("vitamin C"), [], id="a supplement without it"),
    pytest.param(goods.no_blocked_ingredients, exported("yohimbine capsules"), [], id="an export"),
    pytest.param(goods.quarantine_comes_first, case(), [], id="a shirt"),
    pytest.param(goods.quarantine_comes_first, holding("coffee beans, raw"), ["/items/0"], id="coffee beans"),
    pytest.param(goods.quarantine_comes_first, holding("yohimbine capsules"), [], id="goods of another agency"),
    pytest.param(goods.quarantine_comes_first, exported("coffee beans, raw"), [], id="an export"),
    pytest.param(goods.species_has_a_permit, case(), [], id="a shirt"),
    pytest.param(
        goods.species_has_a_permit, holding("belt", "crocodile leather belt"), ["/items/1"], id="crocodile leather"
    ),
    pytest.param(
        goods.species_has_a_permit, case(parcel(items=[{"hs_code": "430310"}])), ["/items/0"], id="by its code"
    ),
    pytest.param(
        goods.species_has_a_permit, exported("crocodile leather belt"), ["/items/0"], id="leaving the country"
    ),
    pytest.param(goods.species_has_a_permit, holding("coffee beans"), [], id="a plant that needs none"),
    pytest.param(goods.text_hides_nothing, case(), [], id="plain words"),
    pytest.param(goods.text_hides_nothing, holding("청바지 denim, 32"), [], id="two scripts side by side"),
    pytest.param(
        goods.text_hides_nothing,
        holding("cotton shirt", "h-e-m-p oil", "s t u n g u n"),
        ["/items/2/description"],
        id="letters apart; so short a word comes about by chance",
    ),
    pytest.param(
        goods.text_hides_nothing,
        holding("c\u043etton shirt"),
        ["/items/0/description"],
        id="a letter that passes for another",
    ),
    pytest.param(
        goods.text_hides_nothing,
        holding("cot\u200bton shirt"),
        ["/items/0/description"],
        id="an invisible character within a word",
    ),
    pytest.param(goods.text_hides_nothing, exported("c\u043etton shirt"), ["/items/0/description"], id="an export"),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_a_prohibited_line_shows_category_term_and_source() -> None:
    (found,) = goods.no_narcotics(holding("hemp"))
    assert found.evidence == {"category": "NARCOTIC", "term": "hemp", "source": "Customs Act Art. 234-2"}


def test_a_brand_shows_its_name_and_the_limit() -> None:
    (found,) = goods.brand_is_worth_its_price(branded("5"))
    assert found.evidence == {"brand": "Chanel", "limit_usd": "20.00"}


def test_a_species_is_named_where_the_words_tell_it() -> None:
    (by_word,) = goods.species_has_a_permit(holding("crocodile belt"))
    (by_code,) = goods.species_has_a_permit(case(parcel(items=[{"hs_code": "430310"}])))
    assert (by_word.evidence["species"], by_code.evidence["species"]) == ("Crocodylia", "4303.10")


def test_a_disguise_is_named() -> None:
    (found,) = goods.text_hides_nothing(holding("c\u043etton shirt"))
    assert found.evidence == {"disguises": "look-alike letters"}

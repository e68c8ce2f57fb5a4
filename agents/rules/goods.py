"""RG-01 to 04 and 06 to 08: goods that must never pass, and goods that another agency has to see first.

What is prohibited is kept silent: it speaks to the investigators alone.
"""

from collections.abc import Iterator

from agents.parcel.case import Case
from agents.rules.quote import shown_term
from agents.rules.rule import Found
from agents.rules.traits import (
    BLOCKED_CATEGORY,
    QUARANTINE_AGENCIES,
    SPECIES_CATEGORY,
)
from agents.values.money import E4, above_usd, parse_e4


def no_prohibited_articles(case: Case) -> Iterator[Found]:
    """No goods are counterfeit money, obscene, or against the constitutional order."""
    if case.categories:
        yield from _prohibited(case, "ARTICLE_234", "PROHIBITED_ARTICLE")


def no_narcotics(case: Case) -> Iterator[Found]:
    """No goods are narcotics, psychotropics, temporary narcotics or their precursors."""
    if case.categories:
        yield from _prohibited(case, "NARCOTIC", "NARCOTICS")


def no_weapons(case: Case) -> Iterator[Found]:
    """No goods are firearms, swords, explosives, sprays, stun guns, crossbows or imitation guns."""
    if case.categories:
        yield from _prohibited(case, "WEAPON", "WEAPONS")


def _prohibited(case: Case, kind: str, message_id: str) -> Iterator[Found]:
    for index, category, term in case.categories:
        if category.prohibited == kind:
            evidence = {"category": category.name, "term": shown_term(term), "source": category.source}
            yield Found(f"/items/{index}", message_id, evidence)


def brand_is_worth_its_price(case: Case) -> Iterator[Found]:
    """A piece of a brand that is often counterfeited costs what the brand costs.

    Far below that, its maker has to be asked.
    """
    price = case.price
    if price is None or not case.is_import:
        return
    least = case.law.figures.brand_unit_usd_min
    for index, understood in enumerate(case.goods):
        if understood.brand is None:
            continue
        unit_price = parse_e4(case.parcel.items[index].unit_price)
        if (
            unit_price
            and not above_usd(unit_price, price.rate_krw_e4, price.usd_krw_e4, least)
            and unit_price * price.rate_krw_e4 != least * price.usd_krw_e4
        ):
            evidence = {"brand": understood.brand, "limit_usd": f"{least / E4:.2f}"}
            yield Found(f"/items/{index}/unit_price", "BRAND_PRICE_LOW", evidence)


def no_blocked_ingredients(case: Case) -> Iterator[Found]:
    """No goods contain an ingredient that the food and drug agency blocks at the border."""
    for index, category, term in case.categories:
        if category.name == BLOCKED_CATEGORY and case.is_import:
            evidence = {"category": category.name, "term": shown_term(term), "source": category.source}
            yield Found(f"/items/{index}", "INGREDIENT_BLOCKED", evidence)


def quarantine_comes_first(case: Case) -> Iterator[Found]:
    """The quarantine agency sees live, fresh or plain animal, plant and aquatic goods of an imported parcel first."""
    for index, category, term in case.categories:
        if category.agency in QUARANTINE_AGENCIES and case.is_import:
            evidence = {
                "category": category.name,
                "term": shown_term(term),
                "agency": category.agency,
                "source": category.source,
            }
            yield Found(f"/items/{index}", "QUARANTINE_REQUIRED", evidence)


def species_has_a_permit(case: Case) -> Iterator[Found]:
    """No goods are of a species whose trade needs a permit, or made of one."""
    for index, category, term in case.categories:
        if category.name == SPECIES_CATEGORY:
            species = case.goods[index].cites or shown_term(term)
            evidence = {"species": species, "term": shown_term(term), "source": category.source}
            yield Found(f"/items/{index}", "CITES_PERMIT_REQUIRED", evidence)


def text_hides_nothing(case: Case) -> Iterator[Found]:
    """A description is written plainly.

    It has no invisible characters, look-alike letters or spaces within words that keep it from being read.
    """
    for index, understood in enumerate(case.goods):
        if understood.disguises:
            evidence = {"disguises": ", ".join(understood.disguises)}
            yield Found(f"/items/{index}/description", "DESCRIPTION_DISGUISED", evidence)

"""XF-02 to 07: what decides which clearance procedure a parcel may use."""

from collections.abc import Iterator

from agents.parcel.case import Case, Price
from agents.parcel.price_limits import price_above
from agents.rules.quote import shown_term
from agents.rules.rule import Found
from agents.values.money import E4, show_e6


def price_is_within_list_limit(case: Case) -> Iterator[Found]:
    """The goods price of an imported parcel is within the limit of list clearance.

    Above it the parcel must be declared.
    """
    price = case.price
    if price is None or not case.is_import:
        return
    limit = case.list_limit_usd_e4
    if price_above(price, limit):
        yield Found("/items", "PRICE_ABOVE_LIST_LIMIT", _prices(price, limit))


def special_limit_was_used(case: Case) -> Iterator[Found]:
    """The higher list limit of express goods from the United States was needed."""
    price = case.price
    if price is None or case.parcel.consignor.country != "US" or not case.is_import:
        return
    limit = case.list_limit_usd_e4
    if price_above(price, case.law.figures.list_limit_usd) and not price_above(price, limit):
        yield Found("/consignor/country", "SPECIAL_LIMIT_USED", _prices(price, limit))


def freight_is_separate(case: Case) -> Iterator[Found]:
    """The freight of an imported parcel is told apart from the price.

    Otherwise it counts as part of the goods price.
    """
    if case.parcel.freight is None and case.is_import:
        yield Found("/freight", "FREIGHT_MISSING")


def goods_may_use_the_list(case: Case) -> Iterator[Found]:
    """No line of an imported parcel is of a kind that is kept from list clearance.

    One such line keeps the whole parcel from it.
    """
    # Of prohibited goods only the silent rules speak: this finding stands on the receipt.
    for index, category, term in case.categories:
        if (
            category.list_excluded
            and not category.simplified_excluded
            and category.prohibited is None
            and case.is_import
        ):
            evidence = {"category": category.name, "term": shown_term(term), "source": category.source}
            yield Found(f"/items/{index}", "LIST_EXCLUDED", evidence)


def goods_may_use_the_simplified_declaration(case: Case) -> Iterator[Found]:
    """No line of an imported parcel is of a kind that is kept from the simplified declaration, too.

    One such line asks for a general declaration of the whole parcel.
    """
    for index, category, term in case.categories:
        if category.simplified_excluded and category.prohibited is None and case.is_import:
            evidence = {"category": category.name, "term": shown_term(term), "source": category.source}
            yield Found(f"/items/{index}", "SIMPLIFIED_EXCLUDED", evidence)


def prohibited_goods_use_no_list(case: Case) -> Iterator[Found]:
    """No line of an imported parcel is prohibited.

    What is suspected to be takes the general declaration, and nobody is told.
    """
    for index, category, _ in case.categories:
        if category.prohibited is not None and case.is_import:
            yield Found(f"/items/{index}", "PROHIBITED_SUSPECTED", {"category": category.name})


def purpose_is_private(case: Case) -> Iterator[Found]:
    """An imported parcel is for the receiver's own use, a gift or a sample.

    Commercial goods must be declared and are never exempt.
    """
    if case.parcel.purpose == "COMMERCIAL" and case.is_import:
        yield Found("/purpose", "PURPOSE_COMMERCIAL", {"purpose": "COMMERCIAL"})


def receiver_is_a_person(case: Case) -> Iterator[Found]:
    """Goods for self-use and gifts are for a person.

    What a company receives, samples aside, must be declared and is never exempt.
    """
    parcel = case.parcel
    if (
        parcel.consignee.business_number
        and not parcel.consignee.clearance_code
        and parcel.purpose in ("SELF_USE", "GIFT")
        and case.is_import
    ):
        yield Found("/consignee/business_number", "RECEIVER_IS_COMPANY", {"purpose": parcel.purpose})


def quantity_looks_private(case: Case) -> Iterator[Found]:
    """No line of an imported parcel has more units than a person uses."""
    most = case.law.figures.self_use_units_of_a_line // E4
    for index, item in enumerate(case.parcel.items):
        if item.quantity > most and case.is_import and case.parcel.purpose != "COMMERCIAL":
            evidence = {"quantity": str(item.quantity), "limit": str(most)}
            yield Found(f"/items/{index}/quantity", "QUANTITY_ABOVE_SELF_USE", evidence)


def _prices(price: Price, limit_usd_e4: int) -> dict[str, str]:
    return {"goods_price_usd": show_e6(price.goods_usd_e6), "limit_usd": f"{limit_usd_e4 / E4:.2f}"}

"""XF: what decides which clearance procedure a parcel may use."""

from collections.abc import Iterator

from agents.case import Case, Price
from agents.money import E4, show_e6
from agents.route import keeps_from_list, list_limit_usd_e4, ordinary_limit_usd_e4, price_above, special_limit_usd_e4
from agents.rules.quote import shown_term
from agents.rules.rule import Found


def price_is_within_list_limit(case: Case) -> Iterator[Found]:
    """The goods price of an imported parcel is within the limit of list clearance; above it the parcel must be declared."""
    price = case.price
    if price is None or not case.is_import:
        return
    limit = list_limit_usd_e4(case)
    if price_above(price, limit):
        evidence = _prices(price, limit)
        yield Found("/items", f"a goods price of {evidence['goods_price_usd']} USD is above the list limit of {evidence['limit_usd']} USD; a declaration is right", evidence)


def special_limit_was_used(case: Case) -> Iterator[Found]:
    """The higher list limit of express goods from the United States was needed."""
    price = case.price
    if price is None or case.parcel.consignor.country != "US" or not case.is_import:
        return
    limit = special_limit_usd_e4(case)
    if limit is not None and price_above(price, ordinary_limit_usd_e4(case)) and not price_above(price, limit):
        evidence = _prices(price, limit)
        yield Found(
            "/consignor/country", f"express goods from the United States pass on the list up to {evidence['limit_usd']} USD; {evidence['goods_price_usd']} USD were found", evidence
        )


def freight_is_separate(case: Case) -> Iterator[Found]:
    """The freight of an imported parcel is told apart from the price; otherwise it counts as part of the goods price."""
    if case.parcel.freight is None and case.is_import:
        yield Found("/freight", "no freight was found, so the goods price is taken to include it; the international freight as its own amount is right")


def goods_may_use_the_list(case: Case) -> Iterator[Found]:
    """No line of an imported parcel is of a kind that is kept from list clearance; one such line keeps the whole parcel from it."""
    # Of prohibited goods only the silent rules speak: this finding stands on the receipt.
    for index, category, term in case.categories:
        if keeps_from_list(category) and category.prohibited is None and case.is_import:
            yield Found(
                f"/items/{index}",
                f"goods of category {category.name} are kept from list clearance; a {'general ' if category.simplified_excluded else ''}declaration is right",
                {"category": category.name, "term": shown_term(term), "source": category.source},
            )


def purpose_may_use_the_list(case: Case) -> Iterator[Found]:
    """An imported parcel is for the receiver's own use, a gift or a sample; commercial goods must be declared."""
    if case.parcel.purpose == "COMMERCIAL" and case.is_import:
        yield Found("/purpose", "commercial goods are kept from list clearance; a declaration is right", {"purpose": "COMMERCIAL"})


def _prices(price: Price, limit_usd_e4: int) -> dict[str, str]:
    return {"goods_price_usd": show_e6(price.goods_usd_e6), "limit_usd": f"{limit_usd_e4 / E4:.2f}"}

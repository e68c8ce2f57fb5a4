"""XF-01, 09, 10: what a carrier says of a parcel agrees with itself and with what the buyer paid."""

from collections.abc import Iterator
from typing import Final

from agents.parcel.case import Case, Price
from agents.rules.rule import Found
from agents.rules.traits import (
    GRAMS_A_KG,
)
from agents.values.money import E4, above_usd, parse_e4

PERCENT: Final = 100


def amounts_add_up(case: Case) -> Iterator[Found]:
    """Quantity times unit price is the amount of each line, but for rounding."""
    tolerance = case.law.figures.amount_tolerance_percent
    for index, item in enumerate(case.parcel.items):
        unit, amount = parse_e4(item.unit_price), parse_e4(item.amount)
        if unit is None or amount is None or item.quantity <= 0:
            continue
        product = unit * item.quantity
        # A unit price is rounded to the cent: so much may be missing for each piece.
        if product != amount and abs(product - amount) > max(
            amount * tolerance // (PERCENT * E4), item.quantity * E4 // PERCENT
        ):
            evidence = {
                "quantity": str(item.quantity),
                "unit_price": _shown(unit),
                "product": _shown(product),
                "amount": _shown(amount),
            }
            yield Found(f"/items/{index}/amount", "LINE_TOTAL_MISMATCH", evidence)


def weights_add_up(case: Case) -> Iterator[Found]:
    """The net weights of all lines are no more than the gross weight, but for what weighing leaves open."""
    parcel = case.parcel
    net = sum([item.net_weight_g for item in parcel.items])
    if net <= parcel.gross_weight_g or parcel.gross_weight_g <= 0:
        return
    if net * PERCENT * E4 > parcel.gross_weight_g * (PERCENT * E4 + case.law.figures.weight_tolerance_percent):
        evidence = {"net_g": str(net), "gross_g": str(parcel.gross_weight_g)}
        yield Found("/gross_weight_g", "NET_ABOVE_GROSS_WEIGHT", evidence)


def code_fits_description(case: Case) -> Iterator[Found]:
    """The commodity code of each line is one that its description could have."""
    least = case.law.figures.hs_suggestion_percent
    for index, understood in enumerate(case.goods):
        if understood.suggestions:
            best = understood.suggestions[0]
            if round(best.score * PERCENT) * E4 >= least:
                code = case.parcel.items[index].hs_code
                evidence = {
                    "heading": code[:4],
                    "suggested": best.code,
                    "score": f"{best.score:.2f}",
                    "score_percent": f"{best.score * PERCENT:.0f}",
                }
                yield Found(f"/items/{index}/hs_code", "CODE_UNLIKE_DESCRIPTION", evidence)


def value_fits_weight(case: Case) -> Iterator[Found]:
    """A kilogram of each line is worth neither next to nothing nor more than goods are."""
    price = case.price
    if price is None:
        return
    least, most = case.law.figures.value_per_kg_usd_min, case.law.figures.value_per_kg_usd_max
    for index, item in enumerate(case.parcel.items):
        amount = parse_e4(item.amount)
        if not amount or item.net_weight_g <= 0:
            continue
        below = _below(amount * GRAMS_A_KG, price, least * item.net_weight_g)
        if below or above_usd(amount * GRAMS_A_KG, price.rate_krw_e4, price.usd_krw_e4, most * item.net_weight_g):
            evidence = {
                "amount": _shown(amount),
                "net_g": str(item.net_weight_g),
                "limit_usd": _shown(least if below else most),
            }
            yield Found(f"/items/{index}/net_weight_g", "VALUE_PER_KG_LOW" if below else "VALUE_PER_KG_HIGH", evidence)


def payment_leaves_no_tax_out(case: Case) -> Iterator[Found]:
    """The buyer of an imported parcel paid no more than is declared, where more would be taxed.

    Declared are goods, charges, freight and insurance.
    """
    found = _paid_above(case)
    if (
        found is not None
        and case.price is not None
        and above_usd(
            _goods_paid(case, case.price), case.price.rate_krw_e4, case.price.usd_krw_e4, case.list_limit_usd_e4
        )
    ):
        yield found


def payment_covers_no_more(case: Case) -> Iterator[Found]:
    """The buyer of an imported parcel paid no more than is declared, even where more would be exempt.

    Declared are goods, charges, freight and insurance.
    """
    found = _paid_above(case)
    if found is not None and not any(payment_leaves_no_tax_out(case)):
        yield found


def _paid_above(case: Case) -> Found | None:
    paid, price = _paid(case), case.price
    if paid is None or price is None:
        return None
    declared = price.goods_e4 + price.freight_e4 + price.insurance_e4
    if paid * PERCENT * E4 <= declared * (PERCENT * E4 + case.law.figures.paid_tolerance_percent):
        return None
    evidence = {"paid": _shown(paid), "declared": _shown(declared), "currency": case.parcel.currency}
    return Found("/order/paid", "PAID_ABOVE_DECLARED", evidence)


def _goods_paid(case: Case, price: Price) -> int:
    """What was paid, less the freight and insurance that are declared."""
    return (_paid(case) or 0) - price.freight_e4 - price.insurance_e4


def payment_covers_the_goods(case: Case) -> Iterator[Found]:
    """The buyer of an imported parcel paid at least the price of the goods."""
    paid, price = _paid(case), case.price
    if paid is None or price is None:
        return
    goods = sum([parse_e4(item.amount) or 0 for item in case.parcel.items])
    if paid * PERCENT * E4 < goods * (PERCENT * E4 - case.law.figures.paid_tolerance_percent):
        evidence = {"paid": _shown(paid), "goods": _shown(goods), "currency": case.parcel.currency}
        yield Found("/order/paid", "PAID_BELOW_GOODS", evidence)


def payment_opens_smart_clearance(case: Case) -> Iterator[Found]:
    """A parcel that must be declared may be cleared without a reviewer where its buyer paid what is declared.

    It holds nothing that another agency looks at.
    """
    price = case.price
    if (
        price is None
        or not above_usd(price.goods_e4, price.rate_krw_e4, price.usd_krw_e4, case.law.figures.list_limit_usd)
        or _paid(case) is None
    ):
        return
    if any(
        category.prohibited is None for _, category, _ in case.categories
    ):  # what is prohibited must not show: this finding stands on the receipt
        return
    if _paid_above(case) is None and not any(payment_covers_the_goods(case)):
        yield Found("/order/paid", "SMART_CLEARANCE_OPEN")


def _paid(case: Case) -> int | None:
    order = case.parcel.order
    if order is None or order.paid is None or not case.parcel.ecommerce or not case.is_import:
        return None
    return parse_e4(order.paid)


def _below(amount_e4: int, price: Price, limit_usd_e4: int) -> bool:
    return amount_e4 * price.rate_krw_e4 < limit_usd_e4 * price.usd_krw_e4


def _shown(amount_e4: int) -> str:
    whole, rest = divmod(amount_e4, E4)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")

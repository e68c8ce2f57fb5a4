"""XF-01, 09, 10: whether what a carrier says agrees with itself and with what was paid."""

from typing import Any

import msgspec
import pytest

from agents.goods import Understood
from agents.parcel.case import Case
from agents.rules import plausibility
from schemas.decision import Suggestion
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, header, parcel


def line(unit_price: str, quantity: int, amount: str) -> dict[str, Any]:
    return {"unit_price": unit_price, "quantity": quantity, "amount": amount}


def lines(*items: dict[str, Any], **changes: Any) -> Case:  # noqa: ANN401 - whatever a parcel may hold
    return case(parcel(items=items, **changes))


def weighing(gross: int, *net: int) -> Case:
    return lines(*({"net_weight_g": grams} for grams in net), gross_weight_g=gross)


def worth(amount: str, net_weight_g: int, currency: str = "USD") -> Case:
    return lines({"amount": amount, "net_weight_g": net_weight_g}, currency=currency)


def paid(
    paid: str | None,
    amount: str = "100",
    *,
    mode: str = "AIR_EXPRESS",
    description: str = "cotton shirt",
    **changes: Any,  # noqa: ANN401 - whatever a parcel may hold
) -> Case:
    """Goods for so much with freight of 5 and insurance of 1, and what was paid for them."""
    said = {
        "freight": "5",
        "insurance": "1",
        "order": {"paid": paid},
        "items": [{"amount": amount, "description": description}],
    }
    return case(parcel(**said | changes), header_=header(mode=mode))


def reads_like(*scores: float) -> Case:
    """Lines whose words fit bags, so surely; their code is that of shirts."""
    subject = lines(*({"hs_code": "610910"} for _ in scores))
    understood = tuple(
        Understood(suggestions=(Suggestion("4202", score), Suggestion("4203", 0.01))) if score else Understood()
        for score in scores
    )
    return msgspec.structs.replace(subject, goods=understood)


US = {"country": "US"}

TABLE = (
    pytest.param(plausibility.amounts_add_up, case(), [], id="two times 29.95 is 59.90"),
    pytest.param(
        plausibility.amounts_add_up, lines(line("10", 3, "31")), ["/items/0/amount"], id="three times 10 is not 31"
    ),
    pytest.param(
        plausibility.amounts_add_up,
        lines(line("10", 3, "30"), line("5", 2, "5")),
        ["/items/1/amount"],
        id="the price of one as that of two, in the second line",
    ),
    pytest.param(
        plausibility.amounts_add_up, lines(line("10", 1, "9.91")), [], id="0.09 off in 9.91: one percent and no more"
    ),
    pytest.param(
        plausibility.amounts_add_up,
        lines(line("10", 1, "9.90")),
        ["/items/0/amount"],
        id="0.10 off in 9.90: more than one percent",
    ),
    pytest.param(plausibility.amounts_add_up, lines(line("3.33", 3, "10")), [], id="a price rounded down"),
    pytest.param(
        plausibility.amounts_add_up,
        lines(line("0.01", 100, "1.9")),
        [],
        id="a cent for each of a hundred pieces may be rounded away",
    ),
    pytest.param(
        plausibility.amounts_add_up,
        lines(line("0.01", 100, "2.0001")),
        ["/items/0/amount"],
        id="a trifle more is not rounding",
    ),
    pytest.param(
        plausibility.amounts_add_up, lines(line("free", 3, "31")), [], id="a price that is no number is another rule's"
    ),
    pytest.param(
        plausibility.amounts_add_up,
        lines(line("10", 0, "31"), line("10", -1, "31")),
        [],
        id="no pieces, and fewer, are another rule's",
    ),
    pytest.param(
        plausibility.amounts_add_up,
        export_case(export_parcel(items=[line("10", 3, "31")])),
        ["/items/0/amount"],
        id="an export",
    ),
    pytest.param(plausibility.weights_add_up, case(), [], id="300 g of 850"),
    pytest.param(plausibility.weights_add_up, weighing(1000, 500, 500), [], id="nothing left for the box"),
    pytest.param(
        plausibility.weights_add_up, weighing(1000, 600, 500), [], id="ten percent more: what weighing leaves open"
    ),
    pytest.param(
        plausibility.weights_add_up, weighing(1000, 601, 500), ["/gross_weight_g"], id="a gram more than that"
    ),
    pytest.param(plausibility.weights_add_up, weighing(0, 500), [], id="no gross weight is another rule's"),
    pytest.param(plausibility.weights_add_up, weighing(-5, 500), [], id="nor one below nothing"),
    pytest.param(plausibility.weights_add_up, weighing(1000, -500, 1500), [], id="a net weight below nothing is too"),
    pytest.param(plausibility.code_fits_description, case(), [], id="nothing speaks against the code"),
    pytest.param(plausibility.code_fits_description, reads_like(0.79), [], id="another code, sure to 79 percent"),
    pytest.param(plausibility.code_fits_description, reads_like(0.80), ["/items/0/hs_code"], id="sure to 80"),
    pytest.param(
        plausibility.code_fits_description, reads_like(0.0, 0.99, 0.5), ["/items/1/hs_code"], id="the second line alone"
    ),
    pytest.param(plausibility.value_fits_weight, case(), [], id="59.90 for 300 g"),
    pytest.param(plausibility.value_fits_weight, worth("0.10", 1000), [], id="ten cents a kilogram: the least"),
    pytest.param(plausibility.value_fits_weight, worth("0.0999", 1000), ["/items/0/net_weight_g"], id="a trifle less"),
    pytest.param(plausibility.value_fits_weight, worth("200", 1), [], id="200,000 a kilogram: the most"),
    pytest.param(plausibility.value_fits_weight, worth("200.0001", 1), ["/items/0/net_weight_g"], id="a trifle more"),
    pytest.param(plausibility.value_fits_weight, worth("140", 1, currency="EUR"), [], id="140 euros are 150 dollars"),
    pytest.param(
        plausibility.value_fits_weight,
        worth("186.67", 1, currency="EUR"),
        ["/items/0/net_weight_g"],
        id="186.67 euros are above 200",
    ),
    pytest.param(
        plausibility.value_fits_weight,
        lines({}, {"amount": "0.01", "net_weight_g": 900}, gross_weight_g=2000),
        ["/items/1/net_weight_g"],
        id="the second line alone",
    ),
    pytest.param(
        plausibility.value_fits_weight, lines({"amount": "0"}), [], id="an amount of nothing is another rule's"
    ),
    pytest.param(plausibility.value_fits_weight, worth("5", 0), [], id="no weight is too"),
    pytest.param(plausibility.value_fits_weight, worth("5", 1, currency="JPY"), [], id="no rate"),
    pytest.param(plausibility.payment_leaves_no_tax_out, case(), [], id="nothing said of the payment"),
    pytest.param(plausibility.payment_leaves_no_tax_out, paid("106"), [], id="goods, freight and insurance"),
    pytest.param(plausibility.payment_leaves_no_tax_out, paid("156"), [], id="50 more: still exempt, the next rule's"),
    pytest.param(
        plausibility.payment_leaves_no_tax_out, paid("156.0001"), ["/order/paid"], id="goods of more than 150 were paid"
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out,
        paid("206", consignor=US),
        [],
        id="200 from the United States are exempt",
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out, paid("206.0001", consignor=US), ["/order/paid"], id="more is not"
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out,
        paid("156.01", consignor=US, mode="POST"),
        ["/order/paid"],
        id="by post it is 150",
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out,
        paid("156.01", consignor=US, description="vitamin C"),
        ["/order/paid"],
        id="for excluded goods too",
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out,
        paid("156.01", consignor=US, description="hemp"),
        [],
        id="prohibited goods don't show here",
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out,
        paid("202", amount="194"),
        [],
        id="one percent of 200 more is what rounding leaves open",
    ),
    pytest.param(
        plausibility.payment_leaves_no_tax_out, paid("202.0001", amount="194"), ["/order/paid"], id="a trifle more"
    ),
    pytest.param(plausibility.payment_leaves_no_tax_out, paid("999", ecommerce=False), [], id="no e-commerce"),
    pytest.param(plausibility.payment_leaves_no_tax_out, paid("999", order=None), [], id="no order"),
    pytest.param(
        plausibility.payment_leaves_no_tax_out, paid("much"), [], id="a payment that is no number is another rule's"
    ),
    pytest.param(plausibility.payment_leaves_no_tax_out, paid("999", currency="JPY"), [], id="no rate"),
    pytest.param(
        plausibility.payment_leaves_no_tax_out, export_case(export_parcel(order={"paid": "999"})), [], id="an export"
    ),
    pytest.param(plausibility.payment_covers_no_more, case(), [], id="nothing said of the payment"),
    pytest.param(plausibility.payment_covers_no_more, paid("107.06"), [], id="one percent more"),
    pytest.param(
        plausibility.payment_covers_no_more, paid("107.0601"), ["/order/paid"], id="a trifle more, still exempt"
    ),
    pytest.param(plausibility.payment_covers_no_more, paid("156"), ["/order/paid"], id="50 more, still exempt"),
    pytest.param(
        plausibility.payment_covers_no_more, paid("156.0001"), [], id="where it would be taxed the rule before speaks"
    ),
    pytest.param(
        plausibility.payment_covers_no_more,
        paid("206", consignor=US),
        ["/order/paid"],
        id="exempt from the United States",
    ),
    pytest.param(
        plausibility.payment_covers_no_more,
        paid("111", local_charges="5"),
        [],
        id="charges are part of what is declared",
    ),
    pytest.param(plausibility.payment_covers_no_more, paid("120", ecommerce=False), [], id="no e-commerce"),
    pytest.param(
        plausibility.payment_covers_no_more, export_case(export_parcel(order={"paid": "120"})), [], id="an export"
    ),
    pytest.param(plausibility.payment_covers_the_goods, case(), [], id="nothing said of the payment"),
    pytest.param(plausibility.payment_covers_the_goods, paid("100"), [], id="the goods alone: freight was free"),
    pytest.param(plausibility.payment_covers_the_goods, paid("99"), [], id="one percent less"),
    pytest.param(plausibility.payment_covers_the_goods, paid("98.9999"), ["/order/paid"], id="a trifle less"),
    pytest.param(plausibility.payment_covers_the_goods, paid("0"), ["/order/paid"], id="nothing was paid"),
    pytest.param(plausibility.payment_covers_the_goods, paid("0", ecommerce=False), [], id="no e-commerce"),
    pytest.param(plausibility.payment_covers_the_goods, paid("0", currency="JPY"), [], id="no rate"),
    pytest.param(
        plausibility.payment_covers_the_goods, export_case(export_parcel(order={"paid": "1"})), [], id="an export"
    ),
    pytest.param(plausibility.payment_opens_smart_clearance, paid("106"), [], id="on the list nothing needs opening"),
    pytest.param(plausibility.payment_opens_smart_clearance, paid("156", amount="150"), [], id="150"),
    pytest.param(
        plausibility.payment_opens_smart_clearance,
        paid("156.01", amount="150.01"),
        ["/order/paid"],
        id="150.01, paid as declared",
    ),
    pytest.param(
        plausibility.payment_opens_smart_clearance,
        paid("300", amount="300"),
        ["/order/paid"],
        id="the goods alone were paid",
    ),
    pytest.param(plausibility.payment_opens_smart_clearance, paid("400", amount="300"), [], id="more was paid"),
    pytest.param(plausibility.payment_opens_smart_clearance, paid("200", amount="300"), [], id="less was paid"),
    pytest.param(
        plausibility.payment_opens_smart_clearance, paid(None, amount="300"), [], id="nothing said of the payment"
    ),
    pytest.param(
        plausibility.payment_opens_smart_clearance,
        paid("300", amount="300", description="vitamin C"),
        [],
        id="goods that another agency looks at",
    ),
    pytest.param(
        plausibility.payment_opens_smart_clearance,
        paid("300", amount="300", description="hemp"),
        ["/order/paid"],
        id="prohibited goods don't show here",
    ),
    pytest.param(
        plausibility.payment_opens_smart_clearance, paid("300", amount="300", currency="JPY"), [], id="no rate"
    ),
    pytest.param(
        plausibility.payment_opens_smart_clearance,
        export_case(export_parcel(order={"paid": "300"}, items=[{"amount": "300"}])),
        [],
        id="an export",
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


@pytest.mark.parametrize(
    ("check", "subject", "evidence"),
    [
        pytest.param(
            plausibility.amounts_add_up,
            lines(line("10.50", 3, "33")),
            {"quantity": "3", "unit_price": "10.5", "product": "31.5", "amount": "33"},
            id="an amount",
        ),
        pytest.param(
            plausibility.weights_add_up, weighing(1000, 601, 500), {"net_g": "1101", "gross_g": "1000"}, id="a weight"
        ),
        pytest.param(
            plausibility.value_fits_weight,
            worth("0.05", 1000),
            {"amount": "0.05", "net_g": "1000", "limit_usd": "0.1"},
            id="a value",
        ),
        pytest.param(
            plausibility.code_fits_description,
            reads_like(0.9),
            {"heading": "6109", "suggested": "4202", "score": "0.90", "score_percent": "90"},
            id="a code",
        ),
        pytest.param(
            plausibility.payment_leaves_no_tax_out,
            paid("300"),
            {"paid": "300", "declared": "106", "currency": "USD"},
            id="a payment above",
        ),
        pytest.param(
            plausibility.payment_covers_the_goods,
            paid("50"),
            {"paid": "50", "goods": "100", "currency": "USD"},
            id="a payment below",
        ),
    ],
)
def test_the_figures_behind_a_finding(check: Check, subject: Case, evidence: dict[str, str]) -> None:
    (found,) = check(subject)
    assert found.evidence == evidence


def test_one_payment_is_never_told_by_two_rules() -> None:
    rules = (
        plausibility.payment_leaves_no_tax_out,
        plausibility.payment_covers_no_more,
        plausibility.payment_covers_the_goods,
        plausibility.payment_opens_smart_clearance,
    )
    for cents in range(0, 40_000, 37):
        for amount in ("100", "150", "180", "300"):
            subject = paid(f"{cents // 100}.{cents % 100:02}", amount)
            assert sum(any(rule(subject)) for rule in rules) <= 1

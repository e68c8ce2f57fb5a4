"""XF: what decides which clearance procedure a parcel may use."""

import pytest

from agents.parcel.case import Case
from agents.rules import routes
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, header, parcel


def priced(
    amount: str,
    *,
    country: str = "CN",
    mode: str = "AIR_EXPRESS",
    currency: str = "USD",
    description: str = "cotton shirt",
) -> Case:
    return case(
        parcel(
            consignor={"country": country},
            currency=currency,
            items=[{"amount": amount, "unit_price": amount, "quantity": 1, "description": description}],
        ),
        header_=header(mode=mode),
    )


def received(purpose: str, *, code: str | None = None) -> Case:
    """What a company receives, in somebody's name or its own."""
    return case(
        parcel(
            purpose=purpose, consignee={"clearance_code": code, "auth_number": None, "business_number": "120-81-47521"}
        )
    )


TABLE = (
    pytest.param(routes.price_is_within_list_limit, case(), [], id="59.90"),
    pytest.param(routes.price_is_within_list_limit, priced("150.00"), [], id="150.00: the limit"),
    pytest.param(routes.price_is_within_list_limit, priced("150.01"), ["/items"], id="150.01"),
    pytest.param(
        routes.price_is_within_list_limit, priced("150.0001"), ["/items"], id="the smallest amount above the limit"
    ),
    pytest.param(
        routes.price_is_within_list_limit, priced("140.00", currency="EUR"), [], id="140 euros are 150.00 dollars"
    ),
    pytest.param(
        routes.price_is_within_list_limit,
        priced("140.0001", currency="EUR"),
        ["/items"],
        id="a trifle more is above it, though it rounds to it",
    ),
    pytest.param(
        routes.price_is_within_list_limit,
        priced("200.00", country="US"),
        [],
        id="200.00 from the United States by air express",
    ),
    pytest.param(routes.price_is_within_list_limit, priced("200.01", country="US"), ["/items"], id="200.01"),
    pytest.param(
        routes.price_is_within_list_limit,
        priced("150.01", country="US", mode="POST"),
        ["/items"],
        id="from the United States by post it is 150",
    ),
    pytest.param(
        routes.price_is_within_list_limit,
        priced("150.01", country="US", description="vitamin C"),
        ["/items"],
        id="for excluded goods it is 150 too",
    ),
    pytest.param(
        routes.price_is_within_list_limit,
        priced("180", country="US", description="hemp"),
        [],
        id="prohibited goods don't show here",
    ),
    pytest.param(
        routes.price_is_within_list_limit, priced("9999", currency="JPY"), [], id="without a price nothing is said"
    ),
    pytest.param(
        routes.price_is_within_list_limit, export_case(export_parcel(items=[{"amount": "9999"}])), [], id="an export"
    ),
    pytest.param(routes.special_limit_was_used, case(), [], id="from China"),
    pytest.param(routes.special_limit_was_used, priced("150.00", country="US"), [], id="150.00 needs no special limit"),
    pytest.param(
        routes.special_limit_was_used, priced("150.01", country="US"), ["/consignor/country"], id="150.01 does"
    ),
    pytest.param(
        routes.special_limit_was_used,
        priced("200.00", country="US", mode="SEA_EXPRESS"),
        ["/consignor/country"],
        id="by sea express too",
    ),
    pytest.param(routes.special_limit_was_used, priced("200.01", country="US"), [], id="200.01 is above it"),
    pytest.param(
        routes.special_limit_was_used, priced("180", country="US", mode="POST"), [], id="by post there is none"
    ),
    pytest.param(
        routes.special_limit_was_used,
        priced("180", country="US", description="vitamin C"),
        [],
        id="for excluded goods there is none",
    ),
    pytest.param(
        routes.special_limit_was_used,
        export_case(export_parcel(consignor={"country": "US"}, items=[{"amount": "180"}])),
        [],
        id="an export",
    ),
    pytest.param(routes.freight_is_separate, case(), [], id="freight told apart"),
    pytest.param(routes.freight_is_separate, case(parcel(freight="0")), [], id="no freight to pay"),
    pytest.param(routes.freight_is_separate, case(parcel(freight=None)), ["/freight"], id="freight not told"),
    pytest.param(routes.freight_is_separate, export_case(export_parcel(freight=None)), [], id="an export"),
    pytest.param(routes.goods_may_use_the_list, case(), [], id="a shirt"),
    pytest.param(
        routes.goods_may_use_the_list, priced("5", description="vitamin C tablets"), ["/items/0"], id="vitamins"
    ),
    pytest.param(
        routes.goods_may_use_the_list,
        priced("5", description="crocodile leather belt"),
        [],
        id="what is kept from the simplified declaration too is the next rule's",
    ),
    pytest.param(
        routes.goods_may_use_the_list,
        priced("5", description="perfume"),
        [],
        id="perfume, whose limit is another rule's",
    ),
    pytest.param(
        routes.goods_may_use_the_list, priced("5", description="teddy bear"), [], id="a category that changes nothing"
    ),
    pytest.param(
        routes.goods_may_use_the_list,
        priced("5", description="hemp"),
        [],
        id="of prohibited goods only the silent rules speak",
    ),
    pytest.param(
        routes.goods_may_use_the_list,
        case(parcel(items=[{}, {"hs_code": "210690"}])),
        ["/items/1"],
        id="the second line, by its code",
    ),
    pytest.param(
        routes.goods_may_use_the_list,
        export_case(export_parcel(items=[{"description": "vitamin C"}])),
        [],
        id="an export",
    ),
    pytest.param(routes.prohibited_goods_use_no_list, case(), [], id="a shirt"),
    pytest.param(
        routes.prohibited_goods_use_no_list,
        priced("5", description="crocodile leather belt"),
        [],
        id="goods that need a permit",
    ),
    pytest.param(
        routes.prohibited_goods_use_no_list,
        case(parcel(items=[{}, {"description": "hemp"}, {"description": "stun gun"}])),
        ["/items/1", "/items/2"],
        id="hemp and a stun gun",
    ),
    pytest.param(
        routes.prohibited_goods_use_no_list,
        export_case(export_parcel(items=[{"description": "hemp"}])),
        [],
        id="an export",
    ),
    pytest.param(routes.goods_may_use_the_simplified_declaration, case(), [], id="a shirt"),
    pytest.param(
        routes.goods_may_use_the_simplified_declaration,
        priced("5", description="vitamin C"),
        [],
        id="what is kept from the list alone",
    ),
    pytest.param(
        routes.goods_may_use_the_simplified_declaration,
        priced("5", description="crocodile leather belt"),
        ["/items/0"],
        id="crocodile leather",
    ),
    pytest.param(
        routes.goods_may_use_the_simplified_declaration,
        case(parcel(items=[{}, {"hs_code": "430310"}])),
        ["/items/1"],
        id="the second line, by its code",
    ),
    pytest.param(
        routes.goods_may_use_the_simplified_declaration,
        priced("5", description="hemp"),
        [],
        id="of prohibited goods only the silent rules speak",
    ),
    pytest.param(
        routes.goods_may_use_the_simplified_declaration,
        export_case(export_parcel(items=[{"description": "crocodile belt"}])),
        [],
        id="an export",
    ),
    pytest.param(routes.purpose_is_private, case(), [], id="own use"),
    pytest.param(routes.purpose_is_private, case(parcel(purpose="GIFT")), [], id="a gift"),
    pytest.param(routes.purpose_is_private, case(parcel(purpose="SAMPLE")), [], id="a sample"),
    pytest.param(routes.purpose_is_private, case(parcel(purpose="COMMERCIAL")), ["/purpose"], id="commercial"),
    pytest.param(routes.purpose_is_private, export_case(export_parcel(purpose="COMMERCIAL")), [], id="an export"),
    pytest.param(routes.receiver_is_a_person, case(), [], id="a person"),
    pytest.param(
        routes.receiver_is_a_person,
        received("SELF_USE"),
        ["/consignee/business_number"],
        id="a company for its own use",
    ),
    pytest.param(
        routes.receiver_is_a_person, received("GIFT"), ["/consignee/business_number"], id="a gift to a company"
    ),
    pytest.param(routes.receiver_is_a_person, received("SAMPLE"), [], id="a sample for a company"),
    pytest.param(routes.receiver_is_a_person, received("COMMERCIAL"), [], id="commercial goods say so themselves"),
    pytest.param(
        routes.receiver_is_a_person,
        received("SELF_USE", code="P123456789012"),
        [],
        id="a person's code beside the company's number",
    ),
    pytest.param(
        routes.receiver_is_a_person,
        export_case(export_parcel(consignee={"business_number": "120-81-47521"})),
        [],
        id="an export",
    ),
    pytest.param(routes.quantity_looks_private, case(), [], id="two shirts"),
    pytest.param(
        routes.quantity_looks_private,
        case(parcel(items=[{"quantity": 30}, {"quantity": 30}])),
        [],
        id="30 units of each line: the most",
    ),
    pytest.param(
        routes.quantity_looks_private, case(parcel(items=[{}, {"quantity": 31}])), ["/items/1/quantity"], id="31"
    ),
    pytest.param(
        routes.quantity_looks_private,
        case(parcel(purpose="COMMERCIAL", items=[{"quantity": 31}])),
        [],
        id="commercial goods say so themselves",
    ),
    pytest.param(
        routes.quantity_looks_private, export_case(export_parcel(items=[{"quantity": 31}])), [], id="an export"
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_rule(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_a_price_above_the_limit_shows_both_figures() -> None:
    (found,) = routes.price_is_within_list_limit(priced("150.01"))
    assert found.evidence == {"goods_price_usd": "150.010000", "limit_usd": "150.00"}


def test_excluded_goods_show_category_term_and_source() -> None:
    (found,) = routes.goods_may_use_the_list(priced("5", description="vitamin C tablets"))
    assert found.evidence == {"category": "SUPPLEMENT", "term": "vitamin", "source": "Express notice annex 1 item 5"}


def test_prohibited_goods_show_their_category_alone() -> None:
    (found,) = routes.prohibited_goods_use_no_list(priced("5", description="hemp"))
    assert found.evidence == {"category": "NARCOTIC"}


def test_a_code_as_evidence_is_its_subheading() -> None:
    (found,) = routes.goods_may_use_the_list(case(parcel(items=[{"hs_code": "2106901234"}])))
    assert found.evidence["term"] == "2106.90"

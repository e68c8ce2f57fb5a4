"""XF: what decides which clearance procedure a parcel may use."""

import pytest

from agents.case import Case
from agents.rules import routes
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, export_case, export_parcel, header, parcel


def priced(amount: str, *, country: str = "CN", mode: str = "AIR_EXPRESS", currency: str = "USD", description: str = "cotton shirt") -> Case:
    return case(
        parcel(consignor={"country": country}, currency=currency, items=[{"amount": amount, "unit_price": amount, "quantity": 1, "description": description}]),
        header_=header(mode=mode),
    )


TABLE = (
    pytest.param(routes.price_is_within_list_limit, case(), [], id="59.90"),
    pytest.param(routes.price_is_within_list_limit, priced("150.00"), [], id="150.00: the limit"),
    pytest.param(routes.price_is_within_list_limit, priced("150.01"), ["/items"], id="150.01"),
    pytest.param(routes.price_is_within_list_limit, priced("150.0001"), ["/items"], id="the smallest amount above the limit"),
    pytest.param(routes.price_is_within_list_limit, priced("140.00", currency="EUR"), [], id="140 euros are 150.00 dollars"),
    pytest.param(routes.price_is_within_list_limit, priced("140.0001", currency="EUR"), ["/items"], id="a trifle more is above it, though it rounds to it"),
    pytest.param(routes.price_is_within_list_limit, priced("200.00", country="US"), [], id="200.00 from the United States by air express"),
    pytest.param(routes.price_is_within_list_limit, priced("200.01", country="US"), ["/items"], id="200.01"),
    pytest.param(routes.price_is_within_list_limit, priced("150.01", country="US", mode="POST"), ["/items"], id="from the United States by post it is 150"),
    pytest.param(routes.price_is_within_list_limit, priced("150.01", country="US", description="vitamin C"), ["/items"], id="for excluded goods it is 150 too"),
    pytest.param(routes.price_is_within_list_limit, priced("180", country="US", description="hemp"), [], id="prohibited goods don't show here"),
    pytest.param(routes.price_is_within_list_limit, priced("9999", currency="JPY"), [], id="without a price nothing is said"),
    pytest.param(routes.price_is_within_list_limit, export_case(export_parcel(items=[{"amount": "9999"}])), [], id="an export"),
    pytest.param(routes.special_limit_was_used, case(), [], id="from China"),
    pytest.param(routes.special_limit_was_used, priced("150.00", country="US"), [], id="150.00 needs no special limit"),
    pytest.param(routes.special_limit_was_used, priced("150.01", country="US"), ["/consignor/country"], id="150.01 does"),
    pytest.param(routes.special_limit_was_used, priced("200.00", country="US", mode="SEA_EXPRESS"), ["/consignor/country"], id="by sea express too"),
    pytest.param(routes.special_limit_was_used, priced("200.01", country="US"), [], id="200.01 is above it"),
    pytest.param(routes.special_limit_was_used, priced("180", country="US", mode="POST"), [], id="by post there is none"),
    pytest.param(routes.special_limit_was_used, priced("180", country="US", description="vitamin C"), [], id="for excluded goods there is none"),
    pytest.param(routes.special_limit_was_used, export_case(export_parcel(consignor={"country": "US"}, items=[{"amount": "180"}])), [], id="an export"),
    pytest.param(routes.freight_is_separate, case(), [], id="freight told apart"),
    pytest.param(routes.freight_is_separate, case(parcel(freight="0")), [], id="no freight to pay"),
    pytest.param(routes.freight_is_separate, case(parcel(freight=None)), ["/freight"], id="freight not told"),
    pytest.param(routes.freight_is_separate, export_case(export_parcel(freight=None)), [], id="an export"),
    pytest.param(routes.goods_may_use_the_list, case(), [], id="a shirt"),
    pytest.param(routes.goods_may_use_the_list, priced("5", description="vitamin C tablets"), ["/items/0"], id="vitamins"),
    pytest.param(routes.goods_may_use_the_list, priced("5", description="crocodile leather belt"), ["/items/0"], id="excluded from the simplified declaration as well"),
    pytest.param(routes.goods_may_use_the_list, priced("5", description="teddy bear"), [], id="a category that changes nothing"),
    pytest.param(routes.goods_may_use_the_list, priced("5", description="hemp"), [], id="of prohibited goods only the silent rules speak"),
    pytest.param(routes.goods_may_use_the_list, case(parcel(items=[{}, {"hs_code": "210690"}])), ["/items/1"], id="the second line, by its code"),
    pytest.param(routes.goods_may_use_the_list, export_case(export_parcel(items=[{"description": "vitamin C"}])), [], id="an export"),
    pytest.param(routes.purpose_may_use_the_list, case(), [], id="own use"),
    pytest.param(routes.purpose_may_use_the_list, case(parcel(purpose="GIFT")), [], id="a gift"),
    pytest.param(routes.purpose_may_use_the_list, case(parcel(purpose="COMMERCIAL")), ["/purpose"], id="commercial"),
    pytest.param(routes.purpose_may_use_the_list, export_case(export_parcel(purpose="COMMERCIAL")), [], id="an export"),
)


@pytest.mark.parametrize(("check", "asked", "found"), TABLE)
def test_rule(check: Check, asked: Case, found: list[str]) -> None:
    assert paths(check, asked) == found


def test_a_price_above_the_limit_shows_both_figures() -> None:
    (found,) = routes.price_is_within_list_limit(priced("150.01"))
    assert found.evidence == {"goods_price_usd": "150.010000", "limit_usd": "150.00"}


def test_excluded_goods_show_category_term_and_source() -> None:
    (found,) = routes.goods_may_use_the_list(priced("5", description="vitamin C tablets"))
    assert found.evidence == {"category": "SUPPLEMENT", "term": "vitamin", "source": "Express notice annex 1 item 5"}


def test_a_code_as_evidence_is_its_subheading() -> None:
    (found,) = routes.goods_may_use_the_list(case(parcel(items=[{"hs_code": "2106901234"}])))
    assert found.evidence["term"] == "2106.90"

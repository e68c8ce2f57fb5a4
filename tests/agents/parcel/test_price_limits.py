"""The price limits that part the procedures: what the price alone asks for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from agents.law.dated import Dated
from agents.parcel.case import Case
from agents.parcel.price_limits import by_price, is_list_price
from agents.reference import Reference
from tests.parcels import case, export_case, export_parcel, header, parcel
from tests.reference import REFERENCE, thresholds


def sent(
    amount: str,
    *,
    mode: str = "AIR_EXPRESS",
    country: str = "CN",
    currency: str = "USD",
    more: tuple[str, ...] = (),
    reference: Reference = REFERENCE,
) -> Case:
    """A parcel of one priced line and more lines by their description, each for nothing."""
    lines = [{"amount": amount}, *({"description": description, "amount": "0"} for description in more)]
    return case(
        parcel(currency=currency, consignor={"country": country}, items=lines),
        header_=header(mode=mode),
        reference=reference,
    )


@pytest.mark.parametrize(
    ("asked", "route"),
    [
        pytest.param(sent("150.00"), "LIST", id="150.00"),
        pytest.param(sent("150.01"), "SIMPLIFIED", id="150.01"),
        pytest.param(sent("150.0001"), "SIMPLIFIED", id="the smallest amount above 150"),
        pytest.param(sent("2000.00"), "SIMPLIFIED", id="2,000.00"),
        pytest.param(sent("2000.01"), "GENERAL", id="2,000.01"),
        pytest.param(sent("140.00", currency="EUR"), "LIST", id="euros that are exactly 150 dollars"),
        pytest.param(sent("140.0001", currency="EUR"), "SIMPLIFIED", id="euros that are a trifle more"),
        pytest.param(sent("200.00", country="US"), "LIST", id="200.00 from the United States"),
        pytest.param(sent("200.01", country="US"), "SIMPLIFIED", id="200.01 from the United States"),
        pytest.param(sent("200.00", country="US", mode="SEA_EXPRESS"), "LIST", id="the same by sea"),
        pytest.param(
            sent("150.01", country="US", mode="POST"),
            "SIMPLIFIED",
            id="by post the United States are as any other country",
        ),
        pytest.param(
            sent("150.01", country="US", more=("vitamin C",)),
            "SIMPLIFIED",
            id="one excluded line closes the special limit",
        ),
        pytest.param(sent("150.01", country="US", more=("perfume",)), "LIST", id="perfume does not"),
        pytest.param(
            sent("150.01", country="US", more=("stun gun",)),
            "LIST",
            id="nor do prohibited goods, whose rules are silent",
        ),
        pytest.param(sent("150.00", mode="POST"), "LIST", id="by post 150.00"),
        pytest.param(sent("1000.00", mode="POST"), "SIMPLIFIED", id="by post 1,000.00"),
        pytest.param(sent("1000.01", mode="POST"), "GENERAL", id="by post 1,000.01"),
        pytest.param(sent("5", more=("crocodile bag",)), "LIST", id="what goods are kept from is the rules' matter"),
        pytest.param(sent("five"), "GENERAL", id="no price"),
        pytest.param(sent("5", currency="JPY"), "GENERAL", id="no rate"),
    ],
)
def test_import(asked: Case, route: str) -> None:
    assert by_price(asked) == route


@pytest.mark.parametrize(
    ("amount", "currency", "route"),
    [
        pytest.param("2000000", "KRW", "EXPORT_LIST", id="two million won"),
        pytest.param("2000000.0001", "KRW", "EXPORT_GENERAL", id="a trifle more"),
        pytest.param("1428.5714", "USD", "EXPORT_LIST", id="dollars just below two million won"),
        pytest.param("1428.5715", "USD", "EXPORT_GENERAL", id="dollars just above"),
        pytest.param("5", "JPY", "EXPORT_GENERAL", id="no rate"),
    ],
)
def test_export(amount: str, currency: str, route: str) -> None:
    assert by_price(export_case(export_parcel(currency=currency, items=[{"amount": amount}]))) == route


def test_local_charges_count_and_freight_does_not() -> None:
    assert by_price(case(parcel(items=[{"amount": "149"}], local_charges="1", freight="30"))) == "LIST"
    assert by_price(case(parcel(items=[{"amount": "149"}], local_charges="1.01", freight="30"))) == "SIMPLIFIED"


@pytest.mark.parametrize(
    ("day", "route"),
    [
        pytest.param(date(2026, 11, 22), "LIST", id="the day before a change of law"),
        pytest.param(date(2026, 11, 23), "SIMPLIFIED", id="the day of it"),
        pytest.param(date(1999, 12, 31), "GENERAL", id="before any law that is known: the most careful"),
    ],
)
def test_the_law_of_the_day(day: date, route: str) -> None:
    lowered = Dated({date(2000, 1, 1): Decimal(150), date(2026, 11, 23): Decimal(50)})
    figures = thresholds(list_limit_usd=lowered, simplified_limit_usd=Dated({date(2000, 1, 1): Decimal(2000)}))
    assert by_price(case(on=day, reference=replace(REFERENCE, thresholds=figures))) == route


@pytest.mark.parametrize(
    ("asked", "on_list", "within"),
    [
        pytest.param(sent("150.00"), True, True, id="150.00"),
        pytest.param(sent("150.01"), True, False, id="150.01"),
        pytest.param(sent("200.00", country="US"), True, True, id="200.00 from the United States, on the list"),
        pytest.param(sent("150.01", country="US"), False, False, id="150.01 from there, declared"),
        pytest.param(sent("150.00", country="US"), False, True, id="150.00 from there, declared"),
        pytest.param(sent("five"), True, False, id="no price"),
    ],
)
def test_the_limit_of_exemption(asked: Case, *, on_list: bool, within: bool) -> None:
    assert is_list_price(asked, on_list=on_list) is within


def test_the_limit_of_the_list_is_in_ten_thousandths_of_a_dollar() -> None:
    assert (sent("5").list_limit_usd_e4, sent("5", country="US").list_limit_usd_e4) == (1_500_000, 2_000_000)

"""SEC-03, SEC-04: parties that resemble a listed one, and countries under embargo."""

from typing import Any

import msgspec
import pytest

from agents.parcel.case import Case, ListedParty
from agents.rules import parties
from agents.watchlist.entries import ListHit
from tests.agents.rules.tables import Check, paths
from tests.parcels import case, header, parcel


def law_with(subject: Case, **changes: Any) -> Case:  # noqa: ANN401 - parts of a law
    law = type(subject.law)(**{name: getattr(subject.law, name) for name in subject.law.__slots__} | changes)
    return msgspec.structs.replace(subject, law=law)


def listed(permille: int, *, alarm: bool = True, name: str = "A NAME") -> Case:
    """A parcel whose sender resembles an entry so much; alarms from 850, bears the name from 980."""
    hit = ListHit("OFAC-1", "OFAC", name, permille, alarm=alarm, reasons=())
    subject = case()
    figures = type(subject.law.figures)(
        **{field: getattr(subject.law.figures, field) for field in subject.law.figures.__slots__}
        | {"screening_alarm": 8_500, "screening_hold": 9_800}
    )
    return law_with(msgspec.structs.replace(subject, listed=(ListedParty("/consignor/name", hit),)), figures=figures)


def embargoed(subject: Case) -> Case:
    return law_with(subject, embargoes={"KP": "A source"})


TABLE = (
    pytest.param(parties.no_party_resembles_a_listed_one, case(), [], id="nobody is listed"),
    pytest.param(parties.no_party_resembles_a_listed_one, listed(900), ["/consignor/name"], id="much alike"),
    pytest.param(parties.no_party_resembles_a_listed_one, listed(990), [], id="the same name is the next rule's"),
    pytest.param(parties.no_party_resembles_a_listed_one, listed(900, alarm=False), [], id="an exception"),
    pytest.param(
        parties.no_party_resembles_a_listed_one,
        listed(1000, name="address"),
        ["/consignor/name"],
        id="an address, however much alike",
    ),
    pytest.param(parties.no_party_is_sanctioned, listed(990), ["/consignor/name"], id="the same name"),
    pytest.param(parties.no_party_is_sanctioned, listed(979), [], id="not quite the same"),
    pytest.param(parties.no_party_is_sanctioned, listed(1000, alarm=False), [], id="the same name, excepted"),
    pytest.param(parties.no_country_is_embargoed, embargoed(case()), [], id="from China"),
    pytest.param(
        parties.no_country_is_embargoed,
        embargoed(case(parcel(consignor={"country": "KP"}))),
        ["/consignor/country"],
        id="sent from there",
    ),
    pytest.param(
        parties.no_country_is_embargoed,
        embargoed(case(parcel(items=[{}, {"origin": "KP"}]))),
        ["/items/1/origin"],
        id="made there",
    ),
    pytest.param(
        parties.no_country_is_embargoed,
        embargoed(case(header_=header(departure_port="KPFNJ"))),
        [""],
        id="through a port there",
    ),
    pytest.param(
        parties.no_country_is_embargoed,
        law_with(case(parcel(consignor={"country": "KP"})), embargoes={}),
        [],
        id="no embargo on the day",
    ),
)


@pytest.mark.parametrize(("check", "subject", "found"), TABLE)
def test_parties(check: Check, subject: Case, found: list[str]) -> None:
    assert paths(check, subject) == found


def test_evidence_names_the_entry_and_never_the_party() -> None:
    (found,) = parties.no_party_is_sanctioned(listed(990))
    assert {key: found.evidence[key] for key in ("list", "entry", "score")} == {
        "list": "OFAC",
        "entry": "OFAC-1",
        "score": "0.990",
    }
    assert case().parcel.consignor.name not in str(found)

"""SEC-03 and 04: parties that resemble a listed one, sanctioned parties, and embargoed countries.

Evidence names the list, the entry and the score, never the party.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from agents.parcel.case import Case, ListedParty
from agents.reference import Law, Reference
from agents.rules.rule import Found
from agents.rules.traits import PORT_COUNTRY
from agents.values.money import E4
from agents.watchlist.entries import ListHit, ScreeningFigures
from agents.watchlist.likeness import FULL
from schemas.manifest import Header, Parcel

if TYPE_CHECKING:
    from agents.watchlist.names import Kind

HITS_SHOWN_MAX: Final = 3
"""Entries that findings name for one field."""


@lru_cache(maxsize=64)
def _figures(law: Law) -> ScreeningFigures:
    alarm = law.figures.screening_alarm * FULL // E4
    return ScreeningFigures(alarm, alarm)


def listed_parties(parcel: Parcel, header: Header, reference: Reference, law: Law) -> tuple[ListedParty, ...]:
    """The listed parties that those of a parcel resemble.

    Both names of a consignee, and the address that lies abroad.
    """
    watchlist = reference.watchlist
    if not len(watchlist):
        return ()
    figures, day = _figures(law), law.day
    consignor, consignee = parcel.consignor, parcel.consignee
    person: Kind = "PERSON" if consignee.clearance_code else ""
    screen = watchlist.screen
    found: list[ListedParty] = []
    if consignor.name and (hits := screen(consignor.name, "", "", "", figures, day)):
        found += [ListedParty("/consignor/name", hit) for hit in hits]
    if consignee.name and (hits := screen(consignee.name, person, "", "", figures, day)):
        found += [ListedParty("/consignee/name", hit) for hit in hits]
    if consignee.name_en and (hits := screen(consignee.name_en, person, "", "", figures, day)):
        found += [ListedParty("/consignee/name_en", hit) for hit in hits]
    abroad, path = (
        (consignor.address, "/consignor/address")
        if header.direction == "IMPORT"
        else (consignee.address, "/consignee/address")
    )
    if abroad and (hits := watchlist.at_address(abroad)):
        found += [ListedParty(path, hit) for hit in hits]
    return tuple(found)


def no_party_resembles_a_listed_one(case: Case) -> Iterator[Found]:
    """No party resembles one on a sanctions or watch-list in name or address.

    One that does is looked into before the parcel moves.
    """
    if case.listed:
        hold = case.law.figures.screening_hold * FULL // E4
        yield from _listed(
            case,
            lambda hit: hit.alarm and (hit.permille < hold or hit.listed == "address"),
            "PARTY_RESEMBLES_LISTED",
        )


def no_party_is_sanctioned(case: Case) -> Iterator[Found]:
    """No party bears the name of a sanctioned one."""
    if case.listed:
        hold = case.law.figures.screening_hold * FULL // E4
        yield from _listed(
            case,
            lambda hit: hit.alarm and hit.permille >= hold and hit.listed != "address",
            "PARTY_BEARS_LISTED_NAME",
        )


def _listed(case: Case, counts: Callable[[ListHit], bool], message_id: str) -> Iterator[Found]:
    shown: dict[str, int] = {}
    for listed in case.listed:
        hit = listed.hit
        if counts(hit) and shown.get(listed.path, 0) < HITS_SHOWN_MAX:
            shown[listed.path] = shown.get(listed.path, 0) + 1
            evidence = {
                "list": hit.source,
                "entry": hit.entry_id,
                "score": f"{hit.permille // FULL}.{hit.permille % FULL:03d}",
            }
            evidence |= {"why": " ".join(f"{reason.feature}{reason.permille:+d}" for reason in hit.reasons)}
            yield Found(listed.path, message_id, evidence)


def no_country_is_embargoed(case: Case) -> Iterator[Found]:
    """Goods neither come from a country under embargo, nor were made there, nor go there, nor travel through it."""
    embargoes = case.law.embargoes
    if not embargoes:
        return
    header, parcel = case.header, case.parcel
    consignor, consignee = parcel.consignor.country, parcel.consignee.country
    travels = header.departure_port[:PORT_COUNTRY] in embargoes or header.arrival_port[:PORT_COUNTRY] in embargoes
    if not travels and consignor not in embargoes and consignee not in embargoes:
        for item in parcel.items:
            if item.origin in embargoes:
                break
        else:
            return
    places = [("/consignor/country", consignor), ("/consignee/country", consignee or "")]
    places += [(f"/items/{index}/origin", item.origin) for index, item in enumerate(parcel.items)]
    for path, country in places:
        if country in embargoes:
            yield Found(path, "COUNTRY_EMBARGOED", {"country": country, "source": embargoes[country]})
    for name, port in (("departure_port", header.departure_port), ("arrival_port", header.arrival_port)):
        if (country := port[:PORT_COUNTRY]) in embargoes:
            evidence = {"port": name, "country": country, "source": embargoes[country]}
            yield Found("", "PORT_EMBARGOED", evidence)

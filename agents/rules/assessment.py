"""SEC-01, SEC-02: what air cargo says of itself before loading, and what an officer does about it."""

from collections.abc import Iterator

import msgspec

from agents.parcel.case import Case
from agents.rules.rule import Found
from agents.rules.texts import is_before, is_consolidated, names_a_place
from agents.rules.traits import AIR
from schemas.officer_action import Act, Assessment


class ActionCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What was done about a parcel, or what is still open."""

    action: Act | None = None
    by: str = ""
    why: str = ""
    open: Assessment | None = None
    """What the carrier was told before loading, and has not been ended."""


def loading_data_is_complete(case: Case) -> Iterator[Found]:
    """Before air cargo is loaded, sender and receiver are named with a place, and pieces, weight and goods are said.

    A consolidation says nothing of its goods.
    """
    header, parcel = case.header, case.parcel
    if header.mode not in AIR or not case.is_import or not is_before(header.lodged_at, header.departs_at or ""):
        return
    if not names_a_place(parcel.consignor.address):
        yield Found("/consignor/address", "CONSIGNOR_PLACE_MISSING")
    for index, item in enumerate(parcel.items):
        if is_consolidated(item.description):
            yield Found(f"/items/{index}/description", "CONSOLIDATION_WITHOUT_GOODS")


def assessment_is_ended(case: ActionCase) -> Iterator[Found]:
    """What the carrier was told before loading stays in force, whatever it sends afterwards.

    An officer ends it; a request for information ends with the carrier's answer, too.
    """
    if case.open is not None and case.action is None:
        yield Found("", "ASSESSMENT_OPEN", {"assessment": case.open})


def officer_does_not_hold(case: ActionCase) -> Iterator[Found]:
    """A parcel that an officer holds, or a changed watch-list, is held until an officer releases it."""
    if case.action == "HOLD":
        yield Found("", "OFFICER_HOLD", {"by": case.by, "why": case.why})


def no_officer_request(case: ActionCase) -> Iterator[Found]:
    """Air cargo that an officer says not to load, to screen, or to say more of, waits for the answer."""
    if case.action in ("DO_NOT_LOAD", "REQUEST_FOR_SCREENING", "REQUEST_FOR_INFORMATION"):
        yield Found("", "OFFICER_REQUEST", {"assessment": case.action, "by": case.by, "why": case.why})


def officer_releases(case: ActionCase) -> Iterator[Found]:
    """What an officer releases goes on as its route has it; a carrier's answer ends a request for information."""
    if case.action == "RELEASE":
        yield Found("", "OFFICER_RELEASE", {"by": case.by, "why": case.why})
    elif case.action == "ANSWER":
        yield Found("", "INFORMATION_ANSWERED", {"by": case.by, "why": case.why})

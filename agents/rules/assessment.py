"""SEC-01, SEC-02: what air cargo says of itself before it is loaded, and what an officer or a request has to say of it."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from agents.actions import Act, Assessment
from agents.case import Case
from agents.clock import parse_rfc3339
from agents.rules.rule import Found
from agents.text import folded

AIR: Final = frozenset({"AIR_EXPRESS", "POST"})
CONSOLIDATED: Final = frozenset(
    {"consol", "consolidated", "consolidation", "consolidated cargo", "consolidated shipment", "consol cargo", "as per attached list", "혼재화물", "혼재"}
)
"""Words that say that there are goods, and not which."""
_CONSOLIDATED_CHARS_MAX: Final = 2 * max(map(len, CONSOLIDATED))
_UNSPACED_CHARS_MIN: Final = 5
_TWO_WORDS: Final = re.compile(r"\w[^\w]+\w")
"""An address names a place with two words at least."""


class ActionCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What was done about a parcel, or what is still open."""

    action: Act | None = None
    by: str = ""
    why: str = ""
    open: Assessment | None = None
    """What the carrier was told before loading, and has not been ended."""


def loading_data_is_complete(case: Case) -> Iterator[Found]:
    """Before air cargo is loaded, sender and receiver are named with a place, and pieces, weight and goods are said; a consolidation says nothing of its goods."""
    header, parcel = case.header, case.parcel
    if header.mode not in AIR or not case.is_import or not _before(header.lodged_at, header.departs_at or ""):
        return
    if not _names_a_place(parcel.consignor.address):
        yield Found("/consignor/address", "the sender's address is missing or names no place; street and town are right")
    for index, item in enumerate(parcel.items):
        if len(item.description) <= _CONSOLIDATED_CHARS_MAX and folded(item.description) in CONSOLIDATED:
            yield Found(f"/items/{index}/description", "a consolidation is named and no goods; what each piece holds is right")


def assessment_is_ended(case: ActionCase) -> Iterator[Found]:
    """What the carrier was told before loading stands, whatever it sends anew, until an officer or, for a request for information, its answer ends it."""
    if case.open is not None and case.action is None:
        yield Found("", f"{case.open} of an earlier version is not ended; an answer to it is right, not another version", {"assessment": case.open})


def officer_does_not_hold(case: ActionCase) -> Iterator[Found]:
    """A parcel that an officer holds, or a changed watch-list, is held until an officer releases it."""
    if case.action == "HOLD":
        yield Found("", "held by an officer", {"by": case.by, "why": case.why})


def officer_asks_nothing(case: ActionCase) -> Iterator[Found]:
    """Air cargo that an officer says not to load, to screen, or to say more of, waits for the answer."""
    if case.action in ("DO_NOT_LOAD", "REQUEST_FOR_SCREENING", "REQUEST_FOR_INFORMATION"):
        yield Found("", f"{case.action} by an officer; an answer to it is right", {"assessment": case.action, "by": case.by, "why": case.why})


def officer_releases(case: ActionCase) -> Iterator[Found]:
    """What an officer releases goes on as its route has it; a carrier's answer ends a request for information."""
    if case.action == "RELEASE":
        yield Found("", "released by an officer", {"by": case.by, "why": case.why})
    elif case.action == "ANSWER":
        yield Found("", "the request for information was answered", {"by": case.by, "why": case.why})


@lru_cache(maxsize=4096)
def _names_a_place(address: str) -> bool:
    """Whether an address is more than one word; Chinese and Japanese ones have no spaces."""
    return _TWO_WORDS.search(address) is not None or (not address.isascii() and len(address) >= _UNSPACED_CHARS_MIN)


@lru_cache(maxsize=4096)
def _before(lodged_at: str, departs_at: str) -> bool:
    """Whether a list was lodged before departure; where that is not said, it counts as loaded."""
    lodged, departs = parse_rfc3339(lodged_at), parse_rfc3339(departs_at)
    return lodged is not None and departs is not None and lodged < departs

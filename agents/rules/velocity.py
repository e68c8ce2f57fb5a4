"""XP-05: how much one consignee receives."""

from collections.abc import Iterator
from datetime import date
from typing import Final

import msgspec

from agents.clock import DAY_MS
from agents.money import E6, show_e6
from agents.reference import Reference
from agents.rules.rule import Found
from schemas.decision import Route


class Seen(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A parcel in a consignee's memory."""

    received_at_ms: int
    usd_e6: int
    route: Route


class Limits(msgspec.Struct, frozen=True, gc=False):
    """The velocity limits of a day as whole numbers."""

    parcels: tuple[tuple[int, int], ...]
    """(days, parcels) windows."""
    usd_e6_7d: int


class ScreenCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel laid out for the rules of screening, among the others of its consignee."""

    now_ms: int
    usd_e6: int
    others: tuple[Seen, ...]
    """The consignee's other parcels within `WINDOW_DAYS`."""
    limits: Limits
    is_import: bool = True


WINDOW_DAYS: Final = 30
"""Nothing older than this counts."""
WEEK_DAYS: Final = 7


def limits_on(day: date, reference: Reference) -> Limits:
    """The velocity limits in force on a day."""
    thresholds = reference.thresholds
    return Limits(
        (
            (1, int(thresholds.velocity_parcels_1d.on(day))),
            (WEEK_DAYS, int(thresholds.velocity_parcels_7d.on(day))),
            (WINDOW_DAYS, int(thresholds.velocity_parcels_30d.on(day))),
        ),
        int(thresholds.velocity_usd_7d.on(day) * E6),
    )


def consignee_receives_too_much(case: ScreenCase) -> Iterator[Found]:
    """One consignee of imports receives no more parcels in a day, a week and a month, nor more value in a week, than a person uses."""
    if not case.others or not case.is_import:
        return
    for days, most in case.limits.parcels:
        if len(case.others) >= most:
            since_ms = case.now_ms - days * DAY_MS
            count = 1 + sum(seen.received_at_ms > since_ms for seen in case.others)
            if count > most:
                evidence = {"parcels": str(count), "days": str(days), "limit": str(most)}
                yield Found("/consignee", f"{count} parcels for one consignee in {days} day(s); {most} at most pass as self-use", evidence)
    since_ms = case.now_ms - WEEK_DAYS * DAY_MS
    week_usd_e6 = case.usd_e6 + sum(seen.usd_e6 for seen in case.others if seen.received_at_ms > since_ms)
    if week_usd_e6 > case.limits.usd_e6_7d:
        evidence = {"usd": show_e6(week_usd_e6), "days": str(WEEK_DAYS), "limit": show_e6(case.limits.usd_e6_7d)}
        yield Found("/consignee", f"goods of {evidence['usd']} USD for one consignee in {WEEK_DAYS} days; {evidence['limit']} USD at most pass as self-use", evidence)

"""XF-11, XP-11: what is due when, and what a later correction brings."""

from collections.abc import Iterator
from datetime import timedelta

from agents.parcel.case import Case, ManifestCase
from agents.rules.rule import Found
from agents.values.clock import parse_rfc3339
from agents.values.money import E4


def list_is_in_time(case: ManifestCase) -> Iterator[Found]:
    """An imported manifest is lodged in time.

    By air express that is so many minutes before arrival, by sea express and by post before departure. An exported
    one is lodged before departure.
    """
    header = case.header
    lodged = parse_rfc3339(header.lodged_at)
    if lodged is None:
        return
    figures = case.law.figures
    by_air = header.direction == "IMPORT" and header.mode == "AIR_EXPRESS"
    moment = parse_rfc3339((header.arrives_at if by_air else header.departs_at) or "")
    if moment is None:
        return
    before = (
        timedelta(minutes=figures.lodging_air_minutes // E4)
        if by_air
        else timedelta(hours=figures.lodging_sea_hours // E4 if header.mode == "SEA_EXPRESS" else 0)
    )
    try:
        due = moment - before
    except OverflowError:
        return
    if lodged > due:
        evidence = {"due": due.isoformat(), "lodged": lodged.isoformat()}
        if by_air:
            evidence["minutes"] = str(figures.lodging_air_minutes // E4)
        yield Found("/lodged_at", "LODGED_LATE_BEFORE_ARRIVAL" if by_air else "LODGED_LATE_BEFORE_DEPARTURE", evidence)


def lodging_time_is_near_receipt(case: ManifestCase) -> Iterator[Found]:
    """The time of lodging agrees with customs' own clock when it received the manifest.

    The law of the day of lodging decides, so a carrier must not choose the day.
    """
    lodged = parse_rfc3339(case.header.lodged_at)
    if lodged is None:
        return
    hours = case.law.figures.lodging_clock_hours // E4
    if abs(lodged - case.stored_at) > timedelta(hours=hours):
        evidence = {"lodged": lodged.isoformat(), "hours": str(hours)}
        yield Found("/lodged_at", "LODGING_TIME_IMPLAUSIBLE", evidence)


def ecommerce_flag_is_set(case: Case) -> Iterator[Found]:
    """An imported parcel with an order of an online platform carries the e-commerce flag."""
    order = case.parcel.order
    if order is not None and (order.platform or order.order_number) and not case.parcel.ecommerce and case.is_import:
        yield Found("/ecommerce", "ECOMMERCE_FLAG_FALSE")


def house_bill_is_no_correction(case: Case) -> Iterator[Found]:
    """The house bill of an imported parcel stood on the manifest from the start.

    One that a correction adds must be declared.
    """
    if case.is_correction and case.is_import:
        yield Found("/house_bill", "HOUSE_BILL_ADDED_BY_AMENDMENT")

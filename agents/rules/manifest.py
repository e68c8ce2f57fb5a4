"""FMT and COD of the header: a fault of the manifest itself refuses all its parcels."""

import re
from collections.abc import Iterator
from typing import Final

from agents.identifiers import awb, container
from agents.law.dated import NotInForceError
from agents.parcel.case import ManifestCase
from agents.rules.quote import quoted
from agents.rules.rule import Found
from agents.values.clock import parse_rfc3339
from agents.values.text import has_control_character

FUNCTIONS: Final = ("ORIGINAL", "AMEND", "CANCEL")
DIRECTIONS: Final = ("IMPORT", "EXPORT")
MODES: Final = ("AIR_EXPRESS", "SEA_EXPRESS", "POST")

_RFC3339: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)


def coded_values_are_known(case: ManifestCase) -> Iterator[Found]:
    """Function, direction and mode are words of the contract."""
    header = case.header
    for path, value, values, message_id in (
        ("/function", header.function, FUNCTIONS, "FUNCTION_UNKNOWN"),
        ("/direction", header.direction, DIRECTIONS, "DIRECTION_UNKNOWN"),
        ("/mode", header.mode, MODES, "MODE_UNKNOWN"),
    ):
        if value not in values:
            yield Found(path, message_id, {"found": quoted(value)})


def text_is_one_line(case: ManifestCase) -> Iterator[Found]:
    """Numbers, ports and words of the header hold no control characters, line breaks included."""
    for name in case.header.__struct_fields__:
        value = getattr(case.header, name)
        if isinstance(value, str) and has_control_character(value):
            yield Found(f"/{name}", "CONTROL_CHARACTER")


def lodging_time_is_a_time(case: ManifestCase) -> Iterator[Found]:
    """The time of lodging is an RFC 3339 time with offset, on a day whose law is known."""
    text = case.header.lodged_at
    if not _is_time(text) or case.lodged_on is None:
        yield _no_time("/lodged_at", text)
        return
    try:
        case.reference.thresholds.list_limit_usd.on(case.lodged_on)
    except NotInForceError:
        yield Found("/lodged_at", "LAW_DAY_UNKNOWN", {"day": str(case.lodged_on)})


def travel_times_are_times(case: ManifestCase) -> Iterator[Found]:
    """Departure and arrival, when given, are RFC 3339 times with offset."""
    for path, text in (("/departs_at", case.header.departs_at), ("/arrives_at", case.header.arrives_at)):
        if text is not None and not _is_time(text):
            yield _no_time(path, text)


def _is_time(text: str) -> bool:
    return _RFC3339.fullmatch(text) is not None and parse_rfc3339(text) is not None


def _no_time(path: str, text: str) -> Found:
    return Found(path, "TIME_INVALID", {"found": quoted(text)})


def master_bill_form(case: ManifestCase) -> Iterator[Found]:
    """A master bill is given; of air express it is an air waybill number with the right check digit."""
    number = case.header.master_bill
    if not number or number.isspace():
        yield Found("/master_bill", "MASTER_BILL_MISSING")
    elif case.header.mode == "AIR_EXPRESS" and not awb.is_valid(number):
        found = {"found": quoted(number)}
        if awb.has_form(number):
            yield Found("/master_bill", "MASTER_BILL_CHECK_DIGIT", found | {"digit": str(awb.check_digit(number))})
        else:
            yield Found("/master_bill", "MASTER_BILL_FORM", found)


def airline_is_known(case: ManifestCase) -> Iterator[Found]:
    """The first three digits of an air waybill number are an airline's."""
    number = case.header.master_bill
    if (
        case.header.mode == "AIR_EXPRESS"
        and awb.is_valid(number)
        and awb.prefix(number) not in case.reference.airline_prefixes
    ):
        yield Found("/master_bill", "AIRLINE_PREFIX_UNKNOWN", {"prefix": awb.prefix(number)})


def containers_are_containers(case: ManifestCase) -> Iterator[Found]:
    """Container numbers, when given, are ISO 6346 numbers with the right check digit."""
    for index, number in enumerate(case.header.containers or ()):
        if not container.is_valid(number):
            yield Found(f"/containers/{index}", "CONTAINER_NUMBER_INVALID", {"found": quoted(number)})


def carrier_is_registered(case: ManifestCase) -> Iterator[Found]:
    """The carrier stands in the register, and its registration is in force on the day."""
    registration = case.reference.carriers.get(case.carrier)
    if registration is None:
        yield Found("/carrier", "CARRIER_NOT_REGISTERED", {"carrier": case.carrier})
    elif case.lodged_on is not None and not registration.valid_on(case.lodged_on):
        evidence = {"carrier": case.carrier, "day": str(case.lodged_on)}
        yield Found("/carrier", "CARRIER_REGISTRATION_LAPSED", evidence)


def carrier_matches_topic(case: ManifestCase) -> Iterator[Found]:
    """The carrier named in the manifest, if any, is the one whose topic it came on; the topic is what counts."""
    named = case.header.carrier
    if named and named != case.carrier:
        yield Found("/carrier", "CARRIER_MISMATCH", {"found": quoted(named), "topic": quoted(case.carrier)})

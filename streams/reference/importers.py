"""The register of importers, by token, and what is compared of them by day."""

from datetime import date
from typing import Final, cast, get_args

from agents.importers.register import (
    AUTH_NUMBERS_MAX,
    POSTCODES_MAX,
    AuthNumber,
    Checks,
    NameCheck,
    PhoneCheck,
    Register,
    RegisterEntry,
    RegisterState,
)
from agents.law.dated import Dated
from streams.reference.tables import ReferenceDataError, Row, Tables, keyed

WHO: Final = r"v1\.[A-Za-z0-9_-]{1,16}\.[0-9a-f]{32}"
MARK: Final = "[0-9a-f]{16}"
DAY: Final = r"\d{4}-\d\d-\d\d"
MADE: Final = "as `tonggwan importers tokenise` writes it"
STATES: Final[tuple[RegisterState, ...]] = get_args(RegisterState)
NAMES: Final[tuple[NameCheck, ...]] = get_args(NameCheck)
PHONES: Final[tuple[PhoneCheck, ...]] = get_args(PhoneCheck)


def register(tables: Tables) -> Register:
    """Every clearance code of the register; none is allowed."""
    return Register(
        keyed(tables.rows("importers.csv"), lambda row: row.matching("token", WHO, f"a token, {MADE}"), _entry)
    )


def checks(tables: Tables) -> Dated[Checks]:
    """What is compared, by day; older codes are compared as in the latest row before that speaks of all codes."""
    by_day: dict[date, Checks] = {}
    older: Checks | None = None
    for row in tables.rows("importer_checks.csv"):
        day = row.day("from")
        if day in by_day:
            raise row.refused(f"{day} is already in the table: keep one row")
        codes_from = row.day_or_none("codes_from")
        if codes_from is not None and older is None:
            raise row.wrong("codes_from", "empty in the first row: there is none before it for older codes")
        by_day[day] = Checks(
            name=cast("NameCheck", row.matching("name", "|".join(NAMES), " or ".join(NAMES))),
            phone=cast("PhoneCheck", row.matching("phone", "|".join(PHONES), " or ".join(PHONES))),
            postcode=row.yes("postcode"),
            auth_number=row.yes("auth_number"),
            codes_from=codes_from,
            older=older if codes_from is not None else None,
        )
        if codes_from is None:
            older = by_day[day]
    if not by_day:
        raise ReferenceDataError("importer_checks.csv, line 2: the table is empty: add at least one row")
    return Dated(by_day)


def _entry(row: Row) -> RegisterEntry:
    postcodes = row.matching(
        "postcodes",
        f"(?:{MARK}(?: {MARK}){{0,{POSTCODES_MAX - 1}}})?",
        f"up to {POSTCODES_MAX} marks with spaces between, {MADE}",
    ).split()
    number = f"{MARK}:{DAY}(?::{MARK})?"
    numbers = row.matching(
        "auth_numbers",
        f"(?:{number}(?: {number}){{0,{AUTH_NUMBERS_MAX - 1}}})?",
        f"up to {AUTH_NUMBERS_MAX} of mark:day or mark:day:mark, {MADE}",
    ).split()
    entry = RegisterEntry(
        token=row["token"],
        name=bytes.fromhex(row.matching("name", MARK, f"a mark, {MADE}")),
        name_en=_mark_or_none(row, "name_en"),
        phone=_mark_or_none(row, "phone"),
        phone_end=_mark_or_none(row, "phone_end"),
        postcodes=tuple(map(bytes.fromhex, postcodes)),
        auth_numbers=tuple(_auth_number(row, text) for text in numbers),
        valid_from=row.day("valid_from"),
        changed_on=row.day_or_none("changed_on"),
        valid_until=row.day_or_none("valid_until"),
        state=cast("RegisterState", row.matching("state", "|".join(STATES), " or ".join(STATES))),
        state_from=row.day_or_none("state_from"),
    )
    if entry.valid_until is not None and entry.valid_until < entry.valid_from:
        raise row.wrong("valid_until", f"empty or a day from {entry.valid_from} on")
    return entry


def _mark_or_none(row: Row, column: str) -> bytes:
    return bytes.fromhex(row.matching(column, f"(?:{MARK})?", f"a mark, {MADE}, or empty"))


def _auth_number(row: Row, text: str) -> AuthNumber:
    mark, day, order = (*text.split(":"), "")[:3]
    try:
        return AuthNumber(bytes.fromhex(mark), date.fromisoformat(day), bytes.fromhex(order))
    except ValueError:
        raise row.wrong("auth_numbers", f"marks with days of the calendar, {MADE}") from None

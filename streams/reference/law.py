"""Figures of law and exchange rates, by day."""

from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, TypeVar, cast, get_args

from agents.law.dated import Dated
from agents.law.entries import RulePhase, SelfUseLimit, Unit, Week
from agents.law.thresholds import Thresholds
from streams.reference.tables import ReferenceDataError, Row, Tables, put

T = TypeVar("T")

WON: Final = "KRW"
BASE_CURRENCY: Final = "USD"
"""Limits are in dollars, so a week without a dollar rate is of no use."""

SUNDAY: Final = 6
WEEK: Final = timedelta(days=7)


def thresholds(tables: Tables) -> Thresholds[Dated[Decimal]]:
    """Figures of law, each with its days."""
    names = tuple(field.name for field in fields(Thresholds))
    by_name: dict[str, dict[date, Decimal]] = {name: {} for name in names}
    for row in tables.rows("thresholds.csv"):
        if row["name"] not in by_name:
            raise row.wrong("name", f"one of {', '.join(names)}")
        days, day = by_name[row["name"]], row.day("from")
        if day in days:
            raise row.refused(f"{row['name']} from {day} is already in the table: keep one row")
        days[day] = row.number("value")
    first_day = min((day for days in by_name.values() for day in days), default=None)
    for name, days in by_name.items():
        if not days or min(days) != first_day:
            has = f"begins on {min(days)}" if days else "is missing"
            raise ReferenceDataError(
                f"thresholds.csv: {name} {has}, give it a value from {first_day} on, like the others"
            )
    return Thresholds(**{name: Dated(days) for name, days in by_name.items()})


def weeks(tables: Tables, currencies: frozenset[str]) -> Dated[Week]:
    """Exchange rates by week, without a gap: the week before must never stand in for a missing one."""
    by_week: dict[date, dict[str, int]] = {}
    for row in tables.rows("exchange_rates.csv"):
        sunday = row.day("week")
        if sunday.weekday() != SUNDAY:
            raise row.wrong("week", "a Sunday, the first day of the week the rates hold for")
        if row["currency"] not in currencies:
            raise row.wrong("currency", "a code of currencies.csv such as USD")
        krw_e4 = int(row.number("krw") * 10_000)
        if krw_e4 == 0:
            raise row.wrong("krw", "won for one unit of the currency, more than nothing")
        put(by_week.setdefault(sunday, {}), row["currency"], krw_e4, row)
    for sunday, rates in by_week.items():
        if BASE_CURRENCY not in rates:
            raise ReferenceDataError(
                f"exchange_rates.csv: the week of {sunday} has no {BASE_CURRENCY}, add it to every week"
            )
        if sunday != min(by_week) and sunday - WEEK not in by_week:
            raise ReferenceDataError(
                f"exchange_rates.csv: the week of {sunday - WEEK} is missing: weeks must follow each other without a "
                "gap"
            )
    if not by_week:
        raise ReferenceDataError("exchange_rates.csv, line 2: the table is empty: add at least one week")
    return Dated({sunday: Week(sunday.isoformat(), {WON: 10_000, **rates}) for sunday, rates in by_week.items()})


ALWAYS: Final = "FMT-01"
"""Rules that have no phases: without what they ask for nothing can be decided."""
PHASES: Final[tuple[RulePhase, ...]] = get_args(RulePhase)
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)


def phases(tables: Tables) -> dict[str, Dated[RulePhase]]:
    """How far each rule goes, by day."""
    by_rule: dict[str, dict[date, RulePhase]] = {}
    for row in tables.rows("rule_phases.csv"):
        rule = row.matching(
            "rule",
            r"[A-Z]{2,3}-\d\d(?:\.[a-z_0-9]+)?",
            "a rule's code such as XF-09, or code and function such as XF-07.quantity_looks_private",
        )
        if rule.startswith(ALWAYS):
            raise row.wrong("rule", f"another code than {ALWAYS}: what it asks for is needed to decide at all")
        phase = cast("RulePhase", row.matching("phase", "|".join(PHASES), " or ".join(PHASES)))
        dated(by_rule.setdefault(rule, {}), row, phase)
    return {rule: Dated(days) for rule, days in by_rule.items()}


def self_use(tables: Tables, categories: frozenset[str]) -> dict[tuple[str, Unit], Dated[SelfUseLimit]]:
    """How much of each kind of goods is self-use, by day."""
    by_kind: dict[tuple[str, Unit], dict[date, SelfUseLimit]] = {}
    for row in tables.rows("self_use_limits.csv"):
        if row["category"] not in categories:
            raise row.wrong("category", "a category of goods_categories.csv")
        unit = cast("Unit", row.matching("unit", "|".join(UNITS), " or ".join(UNITS)))
        most = int(row.matching("most", r"\d{1,9}", "a whole number"))
        dated(
            by_kind.setdefault((row["category"], unit), {}),
            row,
            SelfUseLimit(row["category"], unit, most, row["source"]),
        )
    return {kind: Dated(days) for kind, days in by_kind.items()}


def dated(days: dict[date, T], row: Row, value: T) -> None:
    """One value of an entry, from its day on; a day stands there once."""
    day = row.day("from")
    if day in days:
        raise row.refused(f"{day} is already in the table for this entry: keep one row")
    days[day] = value

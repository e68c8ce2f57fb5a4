"""What selection goes by.

Sites and what their inspectors can do, ratings of carriers and how often each is looked at, signals, targets.
"""

from typing import TYPE_CHECKING, Final, cast, get_args

from agents.law.dated import Dated
from agents.law.entries import Target, TargetKind
from agents.law.inspection import Rates, Site
from agents.state.inspections import PPM
from schemas.decision import Lane
from schemas.officer_action import ASSESSMENTS, Assessment
from streams.reference.law import dated
from streams.reference.tables import ReferenceDataError, Row, Tables

if TYPE_CHECKING:
    from datetime import date

ANY_PORT: Final = "*"
HOURS_A_DAY: Final = 24
PERCENT_PPM: Final = PPM // 100
KINDS: Final[tuple[TargetKind, ...]] = get_args(TargetKind)
LANES: Final[tuple[Lane, ...]] = get_args(Lane)


def sites(tables: Tables) -> dict[tuple[str, str], Dated[Site]]:
    """Sites by port and mode; port * means all that have no row."""
    by_place: dict[tuple[str, str], dict[date, Site]] = {}
    for row in tables.rows("inspection_sites.csv"):
        port = row.matching("port", r"[A-Z]{2}[A-Z2-9]{3}|\*", "a port such as KRICN, or * for all others")
        mode = row.matching("mode", "AIR_EXPRESS|SEA_EXPRESS|POST", "AIR_EXPRESS, SEA_EXPRESS or POST")
        hours = _whole(row, "shift_hours")
        if not hours or HOURS_A_DAY % hours:
            raise row.wrong("shift_hours", "a number of hours that divides a day, such as 8")
        site = Site(
            f"{port}/{mode}",
            hours,
            _whole(row, "open"),
            _whole(row, "xray"),
            _whole(row, "documents"),
            _whole(row, "parcels"),
        )
        dated(by_place.setdefault((port, mode), {}), row, site)
    return {place: Dated(days) for place, days in by_place.items()}


def rates(tables: Tables) -> dict[str, Dated[Rates]]:
    """How often parcels are looked at, by the rating of their carrier."""
    by_rating: dict[str, dict[date, Rates]] = {}
    for row in tables.rows("inspection_rates.csv"):
        rating = row.matching("rating", "[A-Z]+", "a rating in capital letters such as GOOD")
        random_ppm = int(row.number("random_percent") * PERCENT_PPM)
        if random_ppm > PPM:
            raise row.wrong("random_percent", "at most 100")
        dated(by_rating.setdefault(rating, {}), row, Rates(rating, random_ppm, _whole(row, "risk_percent")))
    if "UNRATED" not in by_rating:
        raise ReferenceDataError("inspection_rates.csv: UNRATED is missing, add the row for carriers without a rating")
    return {rating: Dated(days) for rating, days in by_rating.items()}


def ratings(tables: Tables, known: dict[str, Dated[Rates]]) -> dict[str, Dated[str]]:
    """Ratings by carrier."""
    by_carrier: dict[str, dict[date, str]] = {}
    for row in tables.rows("carrier_ratings.csv"):
        if row["rating"] not in known:
            raise row.wrong("rating", f"one of {', '.join(sorted(known))}")
        dated(
            by_carrier.setdefault(
                row.matching("carrier", "[a-z0-9][a-z0-9-]{0,31}", "a carrier's code such as kx"), {}
            ),
            row,
            row["rating"],
        )
    return {carrier: Dated(days) for carrier, days in by_carrier.items()}


def signals(tables: Tables) -> dict[str, Dated[int]]:
    """What findings of a rule add to a parcel's priority, in millionths, by code or by code and function."""
    by_rule: dict[str, dict[date, int]] = {}
    for row in tables.rows("selection_signals.csv"):
        rule = row.matching(
            "rule", r"[A-Z]{2,3}-\d\d(?:\.[a-z_0-9]+)?", "a rule's code such as XF-09, or code and function"
        )
        dated(by_rule.setdefault(rule, {}), row, int(row.number("percent") * PERCENT_PPM))
    return {rule: Dated(days) for rule, days in by_rule.items()}


def assessments(tables: Tables) -> dict[str, Dated[Assessment]]:
    """The assessment of air cargo before loading, by the rule that finds something, by code or by code and function."""
    by_rule: dict[str, dict[date, Assessment]] = {}
    for row in tables.rows("loading_assessments.csv"):
        rule = row.matching(
            "rule", r"[A-Z]{2,3}-\d\d(?:\.[a-z_0-9]+)?", "a rule's code such as SEC-01, or code and function"
        )
        assessment = cast("Assessment", row.matching("assessment", "|".join(ASSESSMENTS), " or ".join(ASSESSMENTS)))
        dated(by_rule.setdefault(rule, {}), row, assessment)
    return {rule: Dated(days) for rule, days in by_rule.items()}


def targets(tables: Tables) -> tuple[Target, ...]:
    """What intelligence has named, each from a day to a day."""
    found = []
    for row in tables.rows("targets.csv"):
        kind = cast("TargetKind", row.matching("kind", "|".join(KINDS), " or ".join(KINDS)))
        lane = cast("Lane", row.matching("lane", "|".join(LANES), " or ".join(LANES)))
        if not row["value"].strip():
            raise row.wrong("value", "the target as manifests write it")
        found.append(Target(kind, row.folded("value"), row.day("from"), row.day_or_none("until"), lane, row["entry"]))
    return tuple(found)


def _whole(row: Row, column: str) -> int:
    return int(row.matching(column, r"\d{1,9}", "a whole number"))

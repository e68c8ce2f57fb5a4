"""Rates of duties and taxes, by goods and by day."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar, cast, get_args

from agents.tax.tables import Bracket, Excise, ExciseRate, Measure, Rate, RateRow, TaxTables
from agents.values.money import E4
from streams.reference import tables as t

T = TypeVar("T")

E6_OF_PERCENT: Final = 10_000
"""Millionths in a hundredth."""
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
EXCISES: Final[tuple[Excise, ...]] = get_args(Excise)
AGREEMENT: Final = "[A-Z][A-Z_]{1,31}"


def taxes(tables: t.Tables, countries: frozenset[str]) -> TaxTables:
    """Every rate of every table."""
    agreements = _members(tables, countries)
    return TaxTables(
        duties=_complete("duty_rates.csv", _rows(tables, "duty_rates.csv", _rate)),
        agreements=agreements,
        preferences=_preferences(tables, agreements),
        excises=_rows(tables, "excise_taxes.csv", _excise),
        simplified=_brackets(
            _complete("simplified_rates.csv", _rows(tables, "simplified_rates.csv", _bracket, "above_krw"))
        ),
        vat=_complete("vat_rates.csv", _rows(tables, "vat_rates.csv", _percentage)),
    )


def _rows(tables: t.Tables, file: str, value: Callable[[t.Row], T], *key: str) -> tuple[RateRow[T], ...]:
    """A whole table; of one goods there is one row from one day on."""
    return tuple(_undoubled(tables.rows(file), "goods", *key, value=lambda row: _row(row, _goods(row), value(row))))


def _undoubled(rows: Iterator[t.Row], *key: str, value: Callable[[t.Row], T]) -> Iterator[T]:
    """The values of rows that differ in key and first day."""
    seen: dict[str, int] = {}
    for row in rows:
        t.put(seen, ", ".join([*(row[column] for column in key), f"from {row.day('from')}"]), row.line, row)
        yield value(row)


def _row(row: t.Row, goods: str, value: T) -> RateRow[T]:
    first, last = row.day("from"), row.day_or_none("until")
    if last is not None and last < first:
        raise row.wrong("until", f"empty or a day from {first} on")
    return RateRow(goods, first, last, value)


def _complete(file: str, rows: tuple[RateRow[T], ...]) -> tuple[RateRow[T], ...]:
    """The rows of a table in which every goods has to be found on every day since it begins."""
    first = min((row.first for row in rows), default=None)
    if not any(not row.goods and row.last is None and row.first == first for row in rows):
        raise t.ReferenceDataError(
            f"{file}: no row holds for all other goods from {first or 'its beginning'} on; add a row without goods "
            "and without a last day"
        )
    return rows


def _goods(row: t.Row) -> str:
    return row.matching(
        "goods",
        r"(?:\d{2}|\d{4}|\d{6}|\d{8}|\d{10}|[A-Z][A-Z_]*)?",
        "2, 4, 6, 8 or 10 digits of a commodity code, a category, or empty for all other goods",
    )


def _e6(row: t.Row, column: str) -> int:
    return int(row.number(column) * E6_OF_PERCENT)


def _whole(row: t.Row, column: str) -> int:
    return int(row.matching(column, r"\d{1,12}", "whole won such as 2000000, 0 for none"))


def _percentage(row: t.Row) -> Rate:
    return Rate.of(_e6(row, "percent"), row["source"])


def _rate(row: t.Row) -> Rate:
    """A percentage, won by quantity, or both."""
    measure = cast(
        "Measure", row.matching("measure", "|".join(MEASURES), "l, kg, piece, or empty when the rate is a percentage")
    )
    percent = _e6(row, "percent") if row["percent"] or not measure else None
    if not measure:
        if row["krw"]:
            raise row.wrong("krw", "empty: without a measure the rate is a percentage")
        return Rate.of(percent, row["source"])
    return Rate.of(percent, row["source"], int(row.number("krw") * E4), measure)


def _excise(row: t.Row) -> ExciseRate:
    """Consumption or liquor tax and the taxes on it."""
    tax = cast("Excise", row.matching("tax", "|".join(EXCISES), " or ".join(EXCISES)))
    if not row["goods"]:
        raise row.wrong("goods", "goods: no such tax is charged on everything")
    rate, above = _rate(row), _whole(row, "above_krw")
    education, rural = (Rate.of(_e6(row, column), row["source"]) for column in ("education_percent", "rural_percent"))
    return ExciseRate(
        tax, rate, above, education, rural, f"{rate.text} above {above:,} KRW a piece" if above else rate.text
    )


def _bracket(row: t.Row) -> Bracket:
    """A bundled rate; an empty one says that the goods have none."""
    return Bracket(_whole(row, "above_krw"), _percentage(row) if row["percent"] else None)


def _brackets(rows: tuple[RateRow[Bracket], ...]) -> tuple[RateRow[Bracket], ...]:
    """The rows, each goods with a rate for whatever a piece is worth."""
    from_nothing = {row.goods for row in rows if not row.value.above_krw}
    for row in rows:
        if row.goods not in from_nothing:
            raise t.ReferenceDataError(
                f"simplified_rates.csv: {row.goods} has a rate above {row.value.above_krw} KRW only: add its rate "
                "above 0"
            )
    return rows


def _members(tables: t.Tables, countries: frozenset[str]) -> dict[str, tuple[RateRow[None], ...]]:
    """The countries of origin of each agreement."""

    def member(row: t.Row) -> tuple[str, RateRow[None]]:
        if row["origin"] not in countries:
            raise row.wrong("origin", "a code of countries.csv such as DE")
        return _agreement(row), _row(row, row["origin"], None)

    return _by_agreement(_undoubled(tables.rows("agreements.csv"), "agreement", "origin", value=member))


def _preferences(
    tables: t.Tables, agreements: dict[str, tuple[RateRow[None], ...]]
) -> dict[str, tuple[RateRow[Rate], ...]]:
    """The rates of each agreement."""

    def preference(row: t.Row) -> tuple[str, RateRow[Rate]]:
        if _agreement(row) not in agreements:
            raise row.wrong("agreement", "an agreement of agreements.csv")
        return row["agreement"], _row(row, _goods(row), _percentage(row))

    return _by_agreement(_undoubled(tables.rows("preferences.csv"), "agreement", "goods", value=preference))


def _agreement(row: t.Row) -> str:
    return row.matching("agreement", AGREEMENT, "capital letters and underscores such as KOR_EU")


def _by_agreement(rows: Iterator[tuple[str, RateRow[T]]]) -> dict[str, tuple[RateRow[T], ...]]:
    found: dict[str, list[RateRow[T]]] = {}
    for name, row in rows:
        found.setdefault(name, []).append(row)
    return {name: tuple(found[name]) for name in found}

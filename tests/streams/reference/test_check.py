"""Every mistake of some tables at once."""

import pytest

from streams.reference import Tables, reference_of, tables_of
from streams.reference.check import MISTAKES_MAX, mistakes
from streams.reference.tables import TABLES, parse

BASE = tables_of("")


def with_rows(*lines: str) -> Tables:
    """The shipped tables and more rows: file, then cells."""
    rows = {file: list(BASE.by_key(file).values()) for file in {line.partition(":")[0] for line in lines}}
    for line in lines:
        file, _, cells = line.partition(":")
        rows[file] += parse(file, f"{','.join(TABLES[file].columns)}\n{cells}\n".encode())
    return BASE.with_tables(rows)


@pytest.mark.parametrize(
    ("tables", "found"),
    [
        pytest.param(BASE, [], id="none"),
        pytest.param(
            with_rows(
                "thresholds.csv:list_limit_usd,2026-13-01,1,USD,x",
                "thresholds.csv:list_limit_usd,2026-12-01,much,USD,x",
                "countries.csv:xx,Nowhere,x",
            ),
            ["thresholds.csv, line 2: value", "thresholds.csv, line 2: from", "countries.csv, line 2: code"],
            id="several in several tables",
        ),
        pytest.param(
            BASE.with_tables(
                {
                    "thresholds.csv": [
                        row for row in BASE.by_key("thresholds.csv").values() if row["name"] != "velocity_usd_7d"
                    ],
                    "countries.csv": [],
                }
            ),
            ["thresholds.csv: velocity_usd_7d is missing", "countries.csv, line 2: the table is empty"],
            id="of whole tables",
        ),
        pytest.param(
            BASE.with_tables({"currencies.csv": []}),
            ["currencies.csv, line 2: the table is empty"],
            id="what only comes from another mistake is not told",
        ),
        pytest.param(
            with_rows("exchange_rates.csv:2000-01-02,USD,much,x"),
            ["exchange_rates.csv, line 2: krw is 'much'"],
            id="the week without a dollar is the row's mistake alone",
        ),
    ],
)
def test_every_mistake_is_told_once(tables: Tables, found: list[str]) -> None:
    told = sorted(str(error) for error in mistakes(tables, BASE))
    assert len(told) == len(found)
    for sentence, beginning in zip(told, sorted(found), strict=True):
        assert sentence.startswith(beginning)


def test_the_tables_themselves_are_left_alone() -> None:
    tables = with_rows("countries.csv:xx,Nowhere,x")
    assert list(mistakes(tables, BASE))
    with pytest.raises(Exception, match=r"countries\.csv, line 2"):
        reference_of(tables)


def test_there_is_an_end_to_mistakes() -> None:
    rows = [f"countries.csv:x{number},Nowhere,x" for number in range(2 * MISTAKES_MAX)]
    assert len(list(mistakes(with_rows(*rows), BASE))) == MISTAKES_MAX

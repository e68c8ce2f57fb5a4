"""A file of declarations: what is missing is said, what can't be read is counted."""

from pathlib import Path

import pytest

from streams.risk.declarations import NEEDED, DeclarationsError, read_declarations

GOOD = {
    "Declaration ID": "97061800",
    "Date": "2020-01-01",
    "HS6 Code": "440890",
    "Country of Departure": "BE",
    "Country of Origin": "BE",
    "Tax Rate": "8.0",
    "Tax Type": "FEU1",
    "Net Mass": "108.0",
    "Item Price": "372254.4",
    "Fraud": "1",
    "Critical Fraud": "2",
}


def file(path: Path, *rows: dict[str, str], columns: tuple[str, ...] = tuple(GOOD), bom: bool = False) -> Path:
    lines = [",".join(columns), *(",".join(row[column] for column in columns) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig" if bom else "utf-8")
    return path


@pytest.mark.parametrize("bom", [False, True])
def test_a_row_is_read(tmp_path: Path, *, bom: bool) -> None:
    read = read_declarations(file(tmp_path / "d.csv", GOOD, bom=bom))
    assert not read.bad_cells
    (row,) = read.labelled
    assert (row.identity, str(row.day), row.row, row.fraud, row.critical) == (
        "97061800",
        "2020-01-01",
        ("440890", "BE", "BE", "F", 17, 19),
        True,
        True,
    )
    assert row.duty_krw == pytest.approx(29780.352)


@pytest.mark.parametrize(
    ("column", "cell", "labelled"),
    [
        ("Net Mass", "heavy", True),
        ("Net Mass", "-1", True),
        ("Net Mass", "NaN", True),
        ("Item Price", "1e99", True),
        ("Tax Rate", "", True),
        ("HS6 Code", "44-08", True),
        ("HS6 Code", "4408901", True),
        ("Date", "yesterday", False),
        ("Fraud", "maybe", False),
        ("Critical Fraud", "3", False),
    ],
)
def test_a_bad_cell_is_counted_and_its_row_kept(tmp_path: Path, column: str, cell: str, labelled: bool) -> None:  # noqa: FBT001 - a column of the table
    read = read_declarations(file(tmp_path / "d.csv", GOOD | {column: cell}, GOOD))
    assert read.bad_cells == {column: 1}
    assert len(read.all) == 2
    assert read.all[0].labelled is labelled


def test_a_code_that_has_lost_its_first_zero_is_mended(tmp_path: Path) -> None:
    assert read_declarations(file(tmp_path / "d.csv", GOOD | {"HS6 Code": "90121"})).all[0].row[0] == "090121"


@pytest.mark.parametrize("column", NEEDED)
def test_a_column_that_is_missing_is_named(tmp_path: Path, column: str) -> None:
    left = tuple(name for name in GOOD if name != column)
    with pytest.raises(DeclarationsError, match=f"no column '{column}'"):
        read_declarations(file(tmp_path / "d.csv", GOOD, columns=left))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no column"),
        (",".join(GOOD).encode(), "no rows"),
        (b"\xff\xfe", "no UTF-8"),
        (b'"Date', "no CSV|no column"),
        (b"Date;HS6 Code\n1;2\n", "no column"),
    ],
    ids=["empty", "a head alone", "another encoding", "an open quote", "semicolons"],
)
def test_what_is_no_table_is_said(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    with pytest.raises(DeclarationsError, match=said):
        read_declarations(path)


def test_a_short_row_has_missing_cells(tmp_path: Path) -> None:
    path = file(tmp_path / "d.csv", GOOD)
    path.write_text(path.read_text() + "97061801,2020-01-02\n")
    read = read_declarations(path)
    assert not read.all[1].labelled
    assert read.bad_cells["Fraud"] == 1

"""The register of importers from clear text to tokens, and back into a register that recognises its holders."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.importers.register import Checks, Register, RegisterEntry
from agents.importers.verify import MATCH, Verification, verify
from agents.values.identity import TokenKeys
from schemas.manifest import Consignee, Order
from streams.errors import OperatorError
from streams.importer_verifier.tokenise import COLUMNS, tokenised, write
from streams.reference import ReferenceDataError
from streams.reference.importers import checks, register
from streams.reference.tables import TABLES, Tables, parse
from tests.streams.cli.command import environ, tonggwan, tonggwan_anew

HEX = "5a" * 32
KEYS = TokenKeys((("k1", bytes.fromhex(HEX)),))
GOOD = {
    "clearance_code": "P123456789012",
    "name": "김민서",
    "name_en": "KIM MINSEO",
    "phone": "010-1234-5678",
    "postcodes": "06236 48058",
    "auth_numbers": "483920175524|2026-12-31;111122223333|2026-12-31|examplemall|991",
    "valid_from": "2026-01-10",
    "changed_on": "",
    "valid_until": "2027-01-09",
    "state": "ACTIVE",
    "state_from": "",
}
PERSONAL = ("P123456789012", "김민서", "KIM", "1234", "06236", "48058", "483920175524", "examplemall", "991")
TODAY = date(2026, 11, 23)
ALL = Checks(name="english", phone="yes", postcode=True, auth_number=True)


def text(*rows: dict[str, str]) -> str:
    return "\n".join([",".join(COLUMNS), *(",".join((GOOD | row).values()) for row in rows)]) + "\n"


def table_of(*rows: dict[str, str]) -> str:
    made = io.StringIO()
    write(tokenised(io.StringIO(text(*rows)), KEYS, "Test register"), made)
    return made.getvalue()


def tables(**files: str) -> Tables:
    """Tables of which only these have rows; a name with underscores for dots."""
    return Tables(
        {
            **dict.fromkeys(TABLES, ()),
            **{f"{file}.csv": parse(f"{file}.csv", content.encode()) for file, content in files.items()},
        }
    )


def known(table: str) -> Register:
    return register(tables(importers=table))


def consignee(**changes: Any) -> Consignee:  # noqa: ANN401 - whatever a manifest may hold
    good: dict[str, Any] = {
        "name": "김민서",
        "clearance_code": "P123456789012",
        "auth_number": "483920175524",
        "phone": "+82 10 1234 5678",
        "postcode": "48058",
    }
    return Consignee(**(good | changes))


def entry_of(table: str) -> RegisterEntry:
    found = known(table).entry_of(consignee(), KEYS)
    assert found is not None
    return found


def test_nobody_is_left_in_the_table_and_its_holder_is_recognised() -> None:
    table = table_of({})
    assert [word for word in PERSONAL if word in table] == []
    entry = entry_of(table)
    assert verify(consignee(), entry, KEYS, TODAY, ALL) is MATCH
    assert (
        verify(
            consignee(name="Minseo Kim", auth_number="111122223333"),
            entry,
            KEYS,
            TODAY,
            ALL,
            Order(platform="examplemall", order_number="991"),
        )
        is MATCH
    )
    stranger = consignee(name="이서준", phone="010-1234-5679", postcode="06235", auth_number="111122223333")
    assert verify(stranger, entry, KEYS, TODAY, ALL) == Verification(
        "MISMATCH", ("name", "phone", "postcode", "auth_number")
    )
    assert (entry.valid_from, entry.changed_on, entry.valid_until, entry.state, entry.state_from) == (
        date(2026, 1, 10),
        None,
        date(2027, 1, 9),
        "ACTIVE",
        None,
    )


def test_what_is_not_registered_stays_empty() -> None:
    entry = entry_of(table_of({"name_en": "", "phone": "", "postcodes": "", "auth_numbers": "", "valid_until": ""}))
    assert (entry.name_en, entry.phone, entry.phone_end, entry.postcodes, entry.auth_numbers, entry.valid_until) == (
        b"",
        b"",
        b"",
        (),
        (),
        None,
    )


def test_the_order_of_rows_says_nothing() -> None:
    codes = [{"clearance_code": f"P{number:012d}"} for number in range(20)]
    assert table_of(*codes) == table_of(*reversed(codes))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(
            {"clearance_code": "P12345678901"},
            "line 2: clearance_code has to be P and twelve digits.",
            id="a digit short",
        ),
        pytest.param({"name": " - "}, "line 2: name has to be a name", id="a name of signs"),
        pytest.param({"name": "김" * 201}, "line 2: name has to be a name", id="a name too long for any manifest"),
        pytest.param({"phone": "123"}, "line 2: phone has to be a phone number, or empty.", id="no phone"),
        pytest.param(
            {"postcodes": " ".join(["06236"] * 21)}, "line 2: postcodes has to be up to 20", id="an address too many"
        ),
        pytest.param({"postcodes": "06236 -"}, "line 2: postcodes has to be", id="a postcode of signs"),
        pytest.param({"auth_numbers": "483920175524"}, "line 2: auth_numbers has to be", id="a number without day"),
        pytest.param(
            {"auth_numbers": "483920175524|tomorrow"}, "line 2: auth_numbers has to be", id="a number until no day"
        ),
        pytest.param(
            {"auth_numbers": "483920175524|2026-12-31|examplemall"},
            "line 2: auth_numbers has to be",
            id="half an order",
        ),
        pytest.param(
            {"auth_numbers": ";".join(["1|2026-12-31"] * 201)},
            "line 2: auth_numbers has to be up to 200",
            id="a number too many",
        ),
        pytest.param(
            {"valid_from": ""}, "line 2: valid_from has to be a day such as 2026-11-23.", id="no day of issue"
        ),
        pytest.param(
            {"valid_until": "20270109"},
            "line 2: valid_until has to be a day such as 2026-11-23, or empty.",
            id="a day written differently",
        ),
        pytest.param(
            {"valid_until": "2026-01-09"},
            "line 2: valid_until has to be a day not before valid_from",
            id="over before it begins",
        ),
        pytest.param({"state_from": "2026-02-30"}, "line 2: state_from has to be a day", id="no day of the calendar"),
        pytest.param({"state": "active"}, "line 2: state has to be ACTIVE or SUSPENDED_BY_USER or", id="no state"),
        pytest.param({"name": '"김민서'}, "no readable CSV", id="an open quote"),
        pytest.param({"name": "김민서,김민서"}, "line 2: 12 cells, expected 11.", id="a cell too many"),
    ],
)
def test_a_mistake_is_named_and_never_quoted(row: dict[str, str], says: str) -> None:
    with pytest.raises(OperatorError) as refused:
        table_of(row)
    assert says in str(refused.value)
    assert [word for word in PERSONAL if word in str(refused.value)] == []


def test_other_columns_are_refused() -> None:
    with pytest.raises(OperatorError, match="line 1: the columns have to be clearance_code, name"):
        tokenised(io.StringIO("code,name\n"), KEYS, "Test register")


def test_one_code_in_two_lines_is_refused() -> None:
    with pytest.raises(OperatorError, match="one clearance code stands in two lines"):
        table_of({}, {"clearance_code": " p123456789012 "})


def test_the_command(tmp_path: Path) -> None:
    clear, out = tmp_path / "clear.csv", tmp_path / "importers.csv"
    clear.write_text("\ufeff" + text({}), encoding="utf-8")
    env = environ(INTAKE_TOKEN_KEYS=f"k1:{HEX}")
    done = tonggwan("importers", "tokenise", clear, "--source", "Test register", env=env)
    assert (done.returncode, done.stdout) == (0, table_of({})), done.stderr
    assert tonggwan("importers", "tokenise", clear, "--source", "Test register", "--out", out, env=env).stdout == ""
    assert out.read_text(encoding="utf-8") == table_of({})
    without = tonggwan_anew("importers", "tokenise", clear)
    assert (without.returncode, without.stdout) == (1, "")
    assert "INTAKE_TOKEN_KEYS is not set" in without.stderr
    clear.write_bytes(text({}).encode() + b"\xff")
    broken = tonggwan("importers", "tokenise", clear, env=env)
    assert broken.returncode == 1
    assert "save the file as UTF-8" in broken.stderr
    assert "Traceback" not in broken.stderr


def test_the_verifier_says_what_it_lacks() -> None:
    done = tonggwan_anew(
        "verifier", "--bootstrap", "127.0.0.1:1", env=environ(INTAKE_IMPORTER_API="https://customs.example")
    )
    assert done.returncode == 1
    assert "INTAKE_IMPORTER_API_KEY is not set" in done.stderr


# the tables

MARK = "0123456789abcdef"
ROW = f"v1.k1.{'0' * 32},{MARK},,,,,,2026-01-10,,,ACTIVE,,Test register"
HEAD = ",".join(TABLES["importers.csv"].columns)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param("v1.k1.00", "P1234.k1.00", "importers.csv, line 2: token is 'P1234", id="no token"),
        pytest.param(
            f",{MARK},",
            ",,",
            "name is '', expected a mark, as `tonggwan importers tokenise` writes it",
            id="no name",
        ),
        pytest.param(f",{MARK},,", f",{MARK},KIM,", "name_en is 'KIM', expected a mark", id="a name in clear text"),
        pytest.param(",,,,,,2026", f",,,,{MARK}  {MARK},,2026", "postcodes is", id="two spaces"),
        pytest.param(
            ",,,,,,2026", f",,,,{' '.join([MARK] * 21)},,2026", "expected up to 20 marks", id="an address too many"
        ),
        pytest.param(",,,,,,2026", f",,,,,{MARK}:2026-02-30,2026", "auth_numbers is", id="no day of the calendar"),
        pytest.param(
            ",ACTIVE,",
            ",EXPIRED,",
            "state is 'EXPIRED', expected ACTIVE or SUSPENDED_BY_USER or",
            id="expired is a matter of days",
        ),
        pytest.param(
            "2026-01-10,,,",
            "2026-01-10,,2026-01-09,",
            "valid_until is '2026-01-09', expected empty or a day from 2026-01-10 on",
            id="over before it begins",
        ),
        pytest.param("Test register", f"Test register\n{ROW}", "is already in the table", id="a code twice"),
    ],
)
def test_a_register_with_a_mistake(old: str, new: str, says: str) -> None:
    assert len(known(f"{HEAD}\n{ROW}\n")) == 1
    assert old in ROW
    with pytest.raises(ReferenceDataError) as refused:
        known(f"{HEAD}\n{ROW.replace(old, new, 1)}\n")
    assert says in str(refused.value)


def test_an_empty_register_is_allowed() -> None:
    assert len(known(f"{HEAD}\n")) == 0


CHECKS = "from,name,phone,postcode,auth_number,codes_from,source"


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        pytest.param("", "importer_checks.csv, line 2: the table is empty", id="no row"),
        pytest.param(
            "2000-01-01,maybe,no,no,no,,x",
            "name is 'maybe', expected no or registered or english",
            id="a word nobody knows",
        ),
        pytest.param(
            "2000-01-01,no,some,no,no,,x",
            "phone is 'some', expected no or for_name or yes",
            id="the same of the phone",
        ),
        pytest.param(
            "2000-01-01,no,no,no,no,2025-12-21,x",
            "codes_from is '2025-12-21', expected empty in the first row",
            id="nothing for older codes",
        ),
        pytest.param(
            "2000-01-01,no,no,no,no,,x\n2000-01-01,no,no,no,yes,,x",
            "2000-01-01 is already in the table",
            id="a day twice",
        ),
    ],
)
def test_checks_with_a_mistake(rows: str, says: str) -> None:
    with pytest.raises(ReferenceDataError) as refused:
        checks(tables(importer_checks="\n".join(filter(None, (CHECKS, rows)))))
    assert says in str(refused.value)

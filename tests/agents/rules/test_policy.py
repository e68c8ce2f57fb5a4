"""The policy as a whole: every row is published, tried, and keeps what it must not tell."""

import csv
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from _pytest.mark import ParameterSet
from hypothesis import example, given, settings
from hypothesis import strategies as st

from agents.parcel.case import Case
from agents.rules import MANIFEST_RULES, PARCEL_RULES, POLICY, RULES
from agents.rules.outcome import acting, outcome_of, relief_of, route_of
from agents.rules.phases import active_rules, rule_index
from agents.rules.quote import quoted
from agents.rules.rule import Found, Rule
from agents.rules.traits import Traits
from schemas import limits
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from streams.reference import FOLDER
from tests.agents.rules import (
    test_assessment,
    test_codes,
    test_consignee,
    test_format,
    test_goods,
    test_importer,
    test_links,
    test_manifest,
    test_parties,
    test_plausibility,
    test_routes,
    test_selection,
    test_selfuse,
    test_targets,
    test_timing,
)
from tests.parcels import case, export_case, export_parcel, header, manifest_case, parcel

NAMES = [f"{row.code} {row.id}" for row in RULES]
TABLES: tuple[ParameterSet, ...] = (
    *test_assessment.TABLE,
    *test_format.TABLE,
    *test_codes.TABLE,
    *test_consignee.TABLE,
    *test_goods.TABLE,
    *test_importer.TABLE,
    *test_links.TABLE,
    *test_manifest.TABLE,
    *test_parties.TABLE,
    *test_plausibility.TABLE,
    *test_routes.TABLE,
    *test_selection.TABLE,
    *test_selfuse.TABLE,
    *test_targets.TABLE,
    *test_timing.TABLE,
)

CANARY = "Zq7Canary"
FAMILIES = ("FMT", "COD", "XF", "XP", "RG", "SEC")


def _tried() -> dict[object, set[bool]]:
    """Per rule whether its table has cases where it finds something, and where it doesn't."""
    tried = defaultdict(set)
    for row in TABLES:
        check, _, found = row.values
        tried[check].add(bool(found))
    return tried


TRIED = _tried()


@pytest.mark.parametrize("row", RULES, ids=NAMES)
def test_every_row_is_published_and_tried(row: Rule) -> None:
    assert row.sentence.endswith(".")
    assert row.basis
    assert TRIED[row.check] == {True, False}, "its table needs a case where it finds something and one where it doesn't"


@pytest.mark.parametrize("row", RULES, ids=NAMES)
def test_only_act_does_something(row: Rule) -> None:
    does = row.outcome is not None or row.closes is not None or row.taxes
    assert (does or row.covert) == (row.severity == "ACT")
    assert row.desk is None or row.outcome is not None or row.covert
    assert not row.silent or row.severity == "ACT"


@pytest.mark.parametrize(
    "row", [row for row in RULES if row.covert], ids=[f"{row.code} {row.id}" for row in RULES if row.covert]
)
def test_what_stands_on_no_decision_changes_none(row: Rule) -> None:
    assert row.outcome is None
    assert row.closes is None
    assert not row.taxes
    assert row.desk is not None, "somebody has to hear of it"


@pytest.mark.parametrize("rows", POLICY.values(), ids=POLICY)
def test_rows_stand_in_the_order_of_their_codes(rows: tuple[Rule, ...]) -> None:
    keys = [(FAMILIES.index(row.code.split("-")[0]), row.code) for row in rows]
    assert keys == sorted(keys)


def test_no_check_stands_in_two_rows_and_no_two_rules_share_an_id() -> None:
    """Findings and dated tables refer to a rule by its id."""
    checks = [row.check for row in RULES]
    assert len(set(checks)) == len(checks)
    ids = [row.id for row in RULES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", rule_id) for rule_id in ids)


def unknown_rules(table: str) -> list[str]:
    """Rules that a dated table names, by code or by code and id, and the policy has not."""
    names = {row.code for row in RULES} | {f"{row.code}.{row.id}" for row in RULES}
    rows = csv.DictReader((FOLDER / table).read_text(encoding="utf-8").splitlines())
    return [row["rule"] for row in rows if row["rule"] not in names]


@pytest.mark.parametrize("table", ["rule_phases.csv", "selection_signals.csv", "loading_assessments.csv"])
def test_dated_tables_name_rules_of_the_policy(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert unknown_rules(table) == []
    monkeypatch.setattr("tests.agents.rules.test_policy.RULES", RULES[:1])
    assert unknown_rules(table) != [], "a control: without its rules the table is found out"


@pytest.mark.parametrize("subject", [case(), export_case()], ids=["import", "export"])
def test_a_good_parcel_draws_no_finding(subject: Case) -> None:
    assert _findings(subject) == []


def test_a_good_header_draws_no_finding() -> None:
    assert [found for row in MANIFEST_RULES for found in row.check(manifest_case())] == []


@pytest.mark.parametrize("description", ["hemp", "stun gun"])
def test_prohibited_goods_show_in_silent_rules_alone(description: str) -> None:
    """Whatever a carrier sees of a parcel, it sees the same of one with permitted goods."""
    for amount in ("59.90", "180.00", "300.00"):
        for paid in (None, amount, "160", "500"):
            bad, good = (
                [
                    (row.code, found.message)
                    for row in PARCEL_RULES
                    if not row.silent
                    for found in row.check(
                        case(
                            parcel(
                                consignor={"country": "US"},
                                order={"paid": paid},
                                items=[{"description": said, "amount": amount}],
                            )
                        )
                    )
                ]
                for said in (description, "cotton shirt")
            )
            assert bad == good


def _findings(subject: Case) -> list[Found]:
    return [found for row in PARCEL_RULES for found in row.check(subject)]


def _said(found: Found) -> str:
    return " ".join((found.path, found.message, *found.evidence, *found.evidence.values()))


MOST = {"description": limits.DESCRIPTION_CHARS_MAX, "name": limits.NAME_CHARS_MAX, "address": limits.ADDRESS_CHARS_MAX}
NO_TEXT = {"items", "order", "consignee", "consignor", "containers", "manifest_id"}


def _cut(texts: st.SearchStrategy[str], field: str) -> st.SearchStrategy[str]:
    """Texts within the limit of a field."""
    most = MOST.get(field, limits.CODE_CHARS_MAX)
    return texts.map(lambda text: text[:most])


def _texts(kind: type[msgspec.Struct], texts: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Some of a struct's text fields."""
    names = [
        field.name for field in msgspec.structs.fields(kind) if "str" in str(field.type) and field.name not in NO_TEXT
    ]
    return st.fixed_dictionaries({}, optional={name: _cut(texts, name) for name in names})


_LIKELY = st.sampled_from(
    [
        "",
        " ",
        "900101-1234567",
        "P123456789012",
        "0" * 20,
        "-1",
        "1e5",
        "٥٥٥٥٥٥",
        "2026-02-30",
        "RR473124829GB",
        "gift",
        "hemp",
        "malt whisky",
        "perfume",
        "150.01",
        "9" * 12,
        "USD",
        "KR",
        "US",
        "\u3164",
        "COMMERCIAL",
        "180-12345675",
    ],
)
_TEXT = st.text(max_size=40) | _LIKELY
_TIMES = st.datetimes().flatmap(
    lambda moment: st.sampled_from(["Z", "+09:00", "-14:00", "+14:00", "+23:59", "-23:59"]).map(
        lambda zone: f"{moment.isoformat()}{zone}"
    )
)
_COUNTS = st.integers(-5, 5) | st.sampled_from([-limits.QUANTITY_MAX, 31, limits.QUANTITY_MAX])
_NUMBERS = {"quantity": _COUNTS, "net_weight_g": _COUNTS, "volume_ml": st.none() | _COUNTS}
_ITEM = st.builds(
    lambda said, counted: said | counted, _texts(Item, _TEXT), st.fixed_dictionaries({}, optional=_NUMBERS)
)
_PARCEL = st.builds(
    lambda own, consignor, consignee, order, items: {
        **own,
        "consignor": consignor,
        "consignee": consignee,
        "order": order,
        "items": items,
    },
    _texts(Parcel, _TEXT),
    _texts(Consignor, _TEXT),
    _texts(Consignee, _TEXT),
    st.none() | _texts(Order, _TEXT),
    st.lists(_ITEM, max_size=3),
)


@settings(deadline=None)
@example(changes={"items": [{"unit_price": "", "amount": "60001"}]}, headers={}, exported=False)
@given(changes=_PARCEL, headers=_texts(Header, _TEXT), exported=st.booleans())
def test_no_rule_raises_whatever_a_carrier_writes(
    changes: dict[str, Any],
    headers: dict[str, Any],
    exported: bool,  # noqa: FBT001 - hypothesis names it
) -> None:
    of = (export_parcel if exported else parcel)(**changes)
    subject = case(of, header_=header(**{"direction": "EXPORT" if exported else "IMPORT", **headers}))
    for found in _findings(subject):
        assert len(found.message) < limits.ADDRESS_CHARS_MAX
    findings = [
        rule.finding(found) for rule in active_rules(PARCEL_RULES, subject.law) for found in rule.check(subject)
    ]
    by_traits = rule_index(PARCEL_RULES, subject.law).of(
        Traits(subject.header, subject.carrier, subject.reference, subject.law).of(subject)
    )
    assert [rule.finding(found) for rule in by_traits for found in rule.check(subject)] == findings
    rules = acting(findings)
    route = route_of(subject, rules)
    assert (relief_of(subject, route, rules) == "EXPORT") is (subject.header.direction != "IMPORT")
    assert outcome_of(route, rules)


@settings(deadline=None)
@given(
    headers=_texts(Header, _TEXT),
    containers=st.none() | st.lists(_TEXT.map(lambda text: text[:20]), max_size=3),
    times=st.fixed_dictionaries({}, optional=dict.fromkeys(("lodged_at", "departs_at", "arrives_at"), _TIMES)),
)
def test_no_rule_of_the_header_raises(
    headers: dict[str, Any], containers: list[str] | None, times: dict[str, str]
) -> None:
    headers |= times
    named = str(headers.pop("carrier", "kx"))
    subject = manifest_case(named=named, containers=containers, **headers)
    assert all(found.message for row in MANIFEST_RULES for found in row.check(subject))


def _with_canary(field: str) -> st.SearchStrategy[str]:
    """Values of one field that hold the canary, right or wrong in form."""
    most = limits.CODE_CHARS_MAX if field in {"phone", "postcode", "business_number", "eori"} else limits.ID_CHARS_MAX
    return st.builds(
        lambda before, after: f"{before[:4]}{CANARY}{after}"[:most], st.text(max_size=4), st.text(max_size=40)
    )


_CONSIGNEE_FIELDS = (
    "name",
    "name_en",
    "clearance_code",
    "auth_number",
    "phone",
    "postcode",
    "address",
    "business_number",
    "eori",
)
_CANARIES = st.fixed_dictionaries({}, optional={field: _with_canary(field) for field in _CONSIGNEE_FIELDS})


@settings(deadline=None)
@given(consignee=_CANARIES, changes=_PARCEL, exported=st.booleans())
def test_no_value_of_the_consignee_is_ever_told(
    consignee: dict[str, str],
    changes: dict[str, Any],
    exported: bool,  # noqa: FBT001 - hypothesis names it
) -> None:
    build: Callable[..., Parcel] = export_parcel if exported else parcel
    subject = case(
        build(**{**changes, "consignee": consignee}), header_=header(direction="EXPORT" if exported else "IMPORT")
    )
    assert not [found for found in _findings(subject) if CANARY in _said(found)]


_WRONG = {
    "name": "777",
    "name_en": "88888",
    "clearance_code": "9001011234567",
    "auth_number": "4 83920",
    "phone": "99-12345",
    "postcode": "99887",
    "address": "554433",
    "business_number": "1112233445",
    "eori": "FR7788996655",
}


@pytest.mark.parametrize("field", _WRONG)
@pytest.mark.parametrize("subject", [case, export_case], ids=["import", "export"])
def test_a_wrong_value_of_the_consignee_is_told_without_it(field: str, subject: Callable[[Parcel], Case]) -> None:
    build = parcel if subject is case else export_parcel
    findings = _findings(subject(build(consignee={field: _WRONG[field]})))
    assert findings or subject is export_case or field == "business_number"
    assert not [found for found in findings if _WRONG[field] in _said(found)]


def _numbers(text: str) -> Iterator[int]:
    run = 0
    for char in f"{text} ":
        run = run + 1 if char.isdecimal() else 0
        yield run


@given(st.text(alphabet=st.characters(categories=["Nd", "Lu", "Lo", "Zs", "Cc"]), max_size=300))
def test_a_quote_is_short_and_holds_no_long_number(text: str) -> None:
    said = quoted(text)
    longest_number = 5
    assert len(said) <= limits.EVIDENCE_CHARS_MAX
    assert said.isprintable() or not any(char in said for char in "\n\r\t")
    assert max(_numbers(said)) <= longest_number


def test_a_number_is_masked_before_the_quote_is_cut() -> None:
    assert "9" * 5 not in quoted("x" * (limits.EVIDENCE_CHARS_MAX - 5) + "9" * 10)


def test_a_consignee_has_no_field_that_these_tests_forget() -> None:
    assert set(Consignee.__struct_fields__) - {"country"} == set(_CONSIGNEE_FIELDS) == set(_WRONG)

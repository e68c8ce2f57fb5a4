"""The corpus in `conformance/`.

Every case comes as expected, every rule has its cases, and a wrong expectation is found.
"""

import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from agents import rules
from agents.rules.rule import Rule
from streams.conformance import builder, cases, compare
from streams.conformance.cases import CaseFile, ConformanceCase, Evaluator, Expected, Result
from streams.conformance.judge import judge_of
from streams.errors import OperatorError
from streams.settings import CHECKOUT, Settings
from tests.streams.cli.command import lines, tonggwan
from tools import build_conformance

CORPUS: Final = CHECKOUT / "conformance"
FILES: Final = {path.stem: cases.read(path) for path in build_conformance.files()}
CASES: Final = [
    pytest.param(file, case, id=f"{code}: {case.name}") for code, file in FILES.items() for case in file.cases
]
POLICY: Final = ("MANIFEST_RULES", "PARCEL_RULES", "SCREENING_RULES", "LINK_RULES", "SELECTION_RULES")
ROWS: Final = [(name, rule) for name in POLICY for rule in getattr(rules, name)]
HELD_ELSEWHERE: Final = {"SEC-02", "XP-01", "TAX-01", "TAX-02", "TAX-03", "TAX-04", "TAX-05", "TAX-06"}
"""Codes that no row of the policy has: intake itself or an officer holds them, or they reckon and find nothing."""
WITHOUT_CASES: Final[set[str]] = set()
"""Codes whose cases are still to be written."""


@pytest.fixture(scope="module")
def judge() -> Evaluator:
    """Who answers: a worker's work, with the corpus' own tables."""
    return judge_of(next(iter(FILES.values())), Settings.read({}))


def told(result: Result) -> str:
    """What came otherwise, for whoever reads the failed test."""
    return "\n".join(
        f"{each.what} {each.where}: expected {each.expected}, came {each.came}" for each in result.differences
    )


@pytest.mark.parametrize(("file", "case"), CASES)
def test_a_case_comes_as_expected(file: CaseFile, case: ConformanceCase, judge: Evaluator) -> None:
    result = compare.run(file, case, judge)
    if not result.passed:
        pytest.fail(
            told(result) or f"comes as expected although it is pending ({case.pending}): take the mark away",
            pytrace=False,
        )


# that the corpus is whole


@pytest.mark.parametrize("code", sorted({rule.code for _, rule in ROWS} | HELD_ELSEWHERE))
def test_each_rule_has_a_positive_a_negative_and_a_boundary_case(code: str) -> None:
    if code in WITHOUT_CASES:
        assert code not in FILES, f"{code} has cases now: take it out of WITHOUT_CASES"
        return
    assert code in FILES, f"conformance/{code}.toml is missing: docs/conformance.md says how to write it"
    file = FILES[code]
    kinds = {case.kind for case in file.cases}
    assert kinds >= {"positive", "negative"}
    assert ("boundary" in kinds) != bool(file.head.no_boundary)


def test_each_file_is_about_the_rule_it_is_named_after() -> None:
    assert [file.path.name for file in FILES.values() if file.head.rule != file.path.stem] == []
    assert FILES.keys() - {rule.code for _, rule in ROWS} - HELD_ELSEWHERE == set()


@pytest.mark.parametrize("path", build_conformance.files(), ids=lambda path: path.name)
def test_sentences_and_basis_are_those_of_the_policy(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text == build_conformance.with_policy(text, path.stem), (
        "stale: run .venv/bin/python tools/build_conformance.py"
    )


def test_the_counts_in_the_docs_are_fresh() -> None:
    assert build_conformance.PAGE.read_text(encoding="utf-8") == build_conformance.page(), (
        "stale: run .venv/bin/python tools/build_conformance.py"
    )


def test_a_name_is_a_sentence_of_its_own() -> None:
    names = [case.name for file in FILES.values() for case in file.cases]
    assert [name for name in names if len(name.split()) < 3 or name.endswith(".")] == []


@pytest.mark.parametrize("base", sorted((CORPUS / "base").glob("*.json")), ids=lambda path: path.stem)
def test_a_base_is_accepted(base: Path, judge: Evaluator) -> None:
    """Cases begin with what is right; only what a case changes may be found."""
    file = FILES["FMT-01"]
    case = ConformanceCase(
        name="as it is",
        kind="negative",
        base=base.stem,
        expect=Expected(receipt="ACCEPTED", only=base.stem != "import-company"),
    )
    if base.stem == "import-company":
        case = msgspec.structs.replace(case, expect=Expected(receipt="ACCEPTED", route="SIMPLIFIED", outcome="DECLARE"))
    result = compare.run(file, case, judge)
    assert result.passed, told(result)


def without(row: Rule) -> dict[tuple[str, str], Sequence[Rule]]:
    """The tables of rules as each module has them, less one row."""
    modules = [name for name in sys.modules if name.split(".")[0] == "agents"]
    return {
        (module, table): tuple(rule for rule in getattr(sys.modules[module], table) if rule is not row)
        for module in modules
        for table in POLICY
        if hasattr(sys.modules[module], table)
    }


@pytest.mark.parametrize(
    "row", [rule for _, rule in ROWS if rule.code in FILES], ids=lambda rule: f"{rule.code} {rule.check.__name__}"
)
def test_without_a_row_of_the_policy_a_case_fails(row: Rule, judge: Evaluator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The corpus has teeth: no row could be lost unnoticed."""
    for (module, table), left in without(row).items():
        monkeypatch.setattr(sys.modules[module], table, left)
    file = FILES[row.code]
    cases = [case for case in file.cases if not case.pending]
    assert any(not compare.run(file, case, judge).passed for case in cases), (
        f"no case of {row.code} needs {row.check.__name__}: {row.sentence}"
    )


# that a wrong expectation is found

WRONG: Final = (
    pytest.param({"route": "LIST"}, "route", id="another route"),
    pytest.param({"outcome": "RELEASE"}, "outcome", id="another outcome"),
    pytest.param({"findings": ()}, "finding", id="a finding that is not expected"),
    pytest.param(
        {"findings": ("XF-02 ACT /items", "XF-02 ACT /freight")}, "finding", id="a finding that does not come"
    ),
    pytest.param({"findings": ("XF-02 WARN /items",)}, "finding", id="another severity"),
    pytest.param(
        {"findings": ("XF-02 ACT /items", "COD-01 REJECT /items/0/origin")}, "finding", id="a finding of another rule"
    ),
    pytest.param({"evidence": {"limit_usd": "200.00"}}, "evidence", id="another figure"),
    pytest.param({"silent": True}, "what the carrier hears", id="silence about what is told"),
    pytest.param({"goods_price_usd": "150.02"}, "goods price in USD", id="another price"),
    pytest.param({"goods_price_usd": "none"}, "goods price in USD", id="no price"),
    pytest.param({"customs_value_krw": 1}, "customs value in KRW", id="another value"),
    pytest.param({"categories": ("TOY",)}, "categories", id="another category"),
    pytest.param({"tax": {"duty": 1}}, "tax, duty", id="another duty"),
    pytest.param({"exempt": "nothing"}, "tax, exempt", id="another exemption"),
    pytest.param({"decision": {"/house_bill": "KX1"}}, "/house_bill", id="another field"),
    pytest.param({"decisions": 2}, "number of decisions", id="a decision more"),
    pytest.param({"receipt": "REJECTED"}, "receipt", id="another receipt"),
    pytest.param({"notices": ("HOLD",)}, "notices", id="a notice"),
    pytest.param({"desks": ("HOLD",)}, "desks", id="a case"),
    pytest.param({"set_aside": "READ-03"}, "set aside", id="set aside"),
)
RIGHT: Final = ConformanceCase(
    name="150.01 dollars, freight included",
    kind="boundary",
    price="150.01",
    null=("/freight",),
    expect=Expected(findings=("XF-02 ACT /items",), route="SIMPLIFIED", outcome="DECLARE"),
)


def test_the_right_expectation_passes(judge: Evaluator) -> None:
    assert compare.run(FILES["XF-02"], RIGHT, judge).differences == ()


@pytest.mark.parametrize(("wrong", "named"), WRONG)
def test_a_wrong_expectation_is_found_and_named(wrong: dict[str, Any], named: str, judge: Evaluator) -> None:
    case = msgspec.structs.replace(RIGHT, expect=msgspec.structs.replace(RIGHT.expect, **wrong))
    result = compare.run(FILES["XF-02"], case, judge)
    assert not result.passed
    assert {difference.what for difference in result.differences} == {named}


def test_only_finds_what_no_code_was_asked_for(judge: Evaluator) -> None:
    case = msgspec.structs.replace(RIGHT, expect=msgspec.structs.replace(RIGHT.expect, only=True))
    found = [difference.came for difference in compare.run(FILES["XF-02"], case, judge).differences]
    assert any(came.startswith("XF-04 INFO /freight") for came in found)


def test_a_pending_case_has_to_fail(judge: Evaluator) -> None:
    file = FILES["XF-02"]
    assert not compare.run(file, msgspec.structs.replace(RIGHT, pending="not yet"), judge).passed
    wrong = msgspec.structs.replace(RIGHT, pending="not yet", expect=Expected())
    assert compare.run(file, wrong, judge).passed


# files, and mistakes in them

HEAD: Final = 'rule = "XF-02"\nintroduction = "a"\nsentences = []\nbasis = []\nbase = "import-air-express"\n'
GOOD: Final = '[[case]]\nname = "stays on the list"\nkind = "negative"\nprice = "150.00"\nexpect = { route = "LIST" }\n'


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of cases of its own."""
    for folder in ("base", "reference"):
        shutil.copytree(CORPUS / folder, tmp_path / folder)
    return tmp_path / "XF-02.toml"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("rule = XF-02", "XF-02.toml is no TOML: ", id="no TOML"),
        pytest.param(HEAD, "XF-02.toml has no case: write each below a line [[case]].", id="no case"),
        pytest.param(
            'rule = "XF-02"\n' + GOOD,
            "XF-02.toml, head: 'introduction' is missing; every head needs rule, introduction, sentences, basis "
            "and base.",
            id="half a head",
        ),
        pytest.param(
            HEAD + '[[case]]\nname = "a b c"\nexpect = {}\n',
            "XF-02.toml, case 1 \"a b c\": 'kind' is missing; every case needs name, kind and expect.",
            id="no kind",
        ),
        pytest.param(
            HEAD + GOOD.replace('"negative"', '"maybe"'), "Invalid enum value 'maybe' in kind.", id="another kind"
        ),
        pytest.param(
            HEAD + GOOD + 'chnage = { "/a" = 1 }\n',
            "nobody knows 'chnage'; 'change' may be meant.",
            id="a word misspelled",
        ),
        pytest.param(
            HEAD + GOOD.replace("route", "rout"),
            "nobody knows 'rout' in expect; 'route' may be meant.",
            id="a word of expect misspelled",
        ),
        pytest.param(
            HEAD + GOOD.replace('"150.00"', "150"),
            "Expected 'str | null', got 'int' in price.",
            id="a number that is no text",
        ),
        pytest.param(
            HEAD + GOOD + GOOD,
            'XF-02.toml, case "stays on the list": the name stands twice',
            id="one name for two cases",
        ),
        pytest.param(
            HEAD + GOOD.replace("negative", "positive"),
            "a positive case names a finding of XF-02 in expect; it names none.",
            id="positive without finding",
        ),
        pytest.param(
            HEAD + GOOD.replace('route = "LIST"', 'findings = ["XF-02 ACT /items"]'),
            "a negative case expects no finding of XF-02",
            id="negative with finding",
        ),
        pytest.param(
            HEAD + GOOD.replace('route = "LIST"', 'findings = ["XF-02 /items"]'),
            "'XF-02 /items' is no finding; write code, severity and pointer",
            id="no severity",
        ),
        pytest.param(
            HEAD + GOOD + "[[case.parcel]]\n[[case.manifest]]\n",
            "parcels and manifests side by side",
            id="parcels beside manifests",
        ),
    ],
)
def test_a_wrong_file_is_answered_in_a_sentence(corpus: Path, text: str, said: str) -> None:
    corpus.write_text(text, encoding="utf-8")
    with pytest.raises(OperatorError) as caught:
        cases.read(corpus)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        pytest.param('base = "import"', "there is no base 'import'; there are export-air-express, ", id="no such base"),
        pytest.param(
            'change = { "items/0" = 1 }',
            "'items/0' is no pointer; a path such as /items/0/amount, or manifest:/lodged_at, is right.",
            id="no pointer",
        ),
        pytest.param(
            'change = { "/items/7/amount" = "1" }',
            "'/items/7/amount' leads nowhere: there is no '7', there is a list of 1.",
            id="no such line",
        ),
        pytest.param(
            'change = { "/items/3" = {} }',
            "'/items/3' leads nowhere: '3' can't be set there.",
            id="a line that leaves a gap",
        ),
        pytest.param(
            'remove = ["/frieght"]',
            "'/frieght' leads nowhere: there is no 'frieght', there is house_bill, ",
            id="nothing to remove",
        ),
        pytest.param(
            'at = "noon"',
            "'noon' is no time; one with offset such as 2026-11-23T14:02:11+09:00 is right.",
            id="no time",
        ),
        pytest.param('lodged = "2026-11-23"', "'2026-11-23' is no time; ", id="a day is no time"),
        pytest.param(
            '[[case.manifest]]\nafter = "soon"', "after = 'soon' is no span of time; \"2 days\" or ", id="no span"
        ),
        pytest.param(
            '[[case.parcel]]\nchange = { "manifest:/mode" = "POST" }',
            "a [[case.parcel]] changes its own parcel only",
            id="a parcel that changes its manifest",
        ),
        pytest.param(
            'base = "import-post"\n[[case.parcel]]\nrepeat = 2',
            "'LX473124829CN' does not end in digits, so the next number is not known",
            id="no next number",
        ),
    ],
)
def test_a_case_that_cant_be_built_is_answered_in_a_sentence(corpus: Path, more: str, said: str) -> None:
    corpus.write_text(HEAD + GOOD + more + "\n", encoding="utf-8")
    file = cases.read(corpus)
    with pytest.raises(OperatorError) as caught:
        builder.build(file, file.cases[0])
    assert str(caught.value).startswith('XF-02.toml, case "stays on the list": ')
    assert said in str(caught.value)


def test_a_figure_that_is_none_is_answered_in_a_sentence(judge: Evaluator) -> None:
    with pytest.raises(OperatorError, match=r"^list_limit: no such figure in thresholds.csv"):
        compare.run(FILES["XF-02"], msgspec.structs.replace(RIGHT, figures={"list_limit": "100"}), judge)


def test_a_figure_of_the_case_holds_for_the_case_alone(judge: Evaluator) -> None:
    lower = msgspec.structs.replace(RIGHT, price="120.00", figures={"list_limit_usd": "100"})
    assert compare.run(FILES["XF-02"], lower, judge).passed
    assert not compare.run(FILES["XF-02"], msgspec.structs.replace(lower, figures={}), judge).passed


# the command


def test_the_command_says_which_case_came_otherwise(corpus: Path) -> None:
    wrong = GOOD.replace("stays on the list", "a cent more stays too").replace("150.00", "150.01")
    corpus.write_text(HEAD + GOOD + wrong, encoding="utf-8")
    done = tonggwan("check", "--expect", corpus)
    assert done.returncode == 1
    assert done.stdout.splitlines()[:5] == [
        "XF-02.toml: 1 passed, 1 failed",
        '  FAILED "a cent more stays too" (negative)',
        "    finding",
        "      expected  (nothing)",
        (
            "      came      XF-02 ACT /items: the goods price of USD 150.01 is above the list clearance limit of "
            "USD 150.00; the parcel must be declared"
        ),
    ]
    assert done.stderr == "2 cases: 1 passed, 1 failed.\n"


def test_json_has_an_object_for_each_case(corpus: Path) -> None:
    corpus.write_text(
        HEAD
        + GOOD
        + GOOD.replace("stays", "remains").replace('{ route = "LIST" }', '{ route = "GENERAL" }')
        + 'pending = "not yet"\n',
        encoding="utf-8",
    )
    done = tonggwan("check", "--expect", "--json", corpus)
    assert done.returncode == 0
    assert [(said["case"], said["passed"], said["pending"], said["differences"]) for said in lines(done)] == [
        ("stays on the list", True, None, []),
        (
            "remains on the list",
            True,
            "not yet",
            [{"where": "", "what": "route", "expected": "GENERAL", "came": "LIST"}],
        ),
    ]


def test_cases_are_written_for_other_systems(tmp_path: Path) -> None:
    done = tonggwan("check", "--expect", CORPUS / "XP-01.toml", CORPUS / "XF-02.toml", "--write", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    name = "a-goods-price-of-exactly-150-dollars-stays-on-the-list"
    expected = json.loads((tmp_path / "out" / "XF-02" / f"{name}.expected.json").read_text(encoding="utf-8"))
    assert (expected["rule"], expected["kind"]) == ("XF-02", "boundary")
    (step,) = expected["manifests"]
    assert step["expect"] == [
        {"parcel": 0, "findings": [], "route": "LIST", "outcome": "RELEASE", "goods_price_usd": "150.00"}
    ]
    checked = tonggwan("check", tmp_path / "out" / "XF-02" / step["file"], "--json", "--carrier", step["carrier"])
    assert [decision["goods_price_usd"] for decision in lines(checked)] == ["150.000000"]
    written = list((tmp_path / "out").rglob("*.expected.json"))
    assert len(written) == len(FILES["XP-01"].cases) + len(FILES["XF-02"].cases)
    assert (tmp_path / "out" / "reference" / "exchange_rates.csv").exists()


@pytest.mark.parametrize(
    "args",
    [["--expect", "--carrier", "kx"], ["--expect", "--at", "2026-11-23T14:02:11+09:00"], ["--write", "out"]],
    ids=" ".join,
)
def test_what_belongs_to_cases_alone_or_to_manifests_alone_is_a_wrong_call(args: list[str]) -> None:
    assert tonggwan("check", CORPUS / "XF-02.toml", *args).returncode == 2

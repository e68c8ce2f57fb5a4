"""Every message that findings can carry fits one template, and comes out in Korean.

So does whatever else a message may be.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.importers.verify import Verification
from agents.intake.structure import faults
from agents.rules import LINK_RULES, RULES, importer
from schemas import limits
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from streams.conformance import builder, cases
from streams.conformance.judge import judge_of
from streams.i18n import korean, message, told
from streams.i18n.messages import (
    CODES,
    MESSAGE_CHARS_MAX,
    PATTERNS,
    PHRASES,
    Template,
    fitting,
    hole_names,
    phrases,
    templates,
)
from streams.manifest_files import FileRecord
from streams.reference import load
from streams.settings import Settings
from streams.worker.checker import Checker
from tests.agents.rules import (
    test_assessment,
    test_codes,
    test_consignee,
    test_format,
    test_goods,
    test_importer,
    test_links,
    test_manifest,
    test_plausibility,
    test_routes,
    test_selfuse,
    test_timing,
)
from tests.streams.cli.command import EXAMPLES
from tools import build_conformance

Met = tuple[str, str | None, str]
"""Code, rule (None where a receipt does not say), message."""

TABLES: Final = [
    row
    for module in (
        test_assessment,
        test_codes,
        test_consignee,
        test_format,
        test_goods,
        test_importer,
        test_links,
        test_manifest,
        test_plausibility,
        test_routes,
        test_selfuse,
        test_timing,
    )
    for row in module.TABLE
]
LINKED: Final = frozenset(rule.name for rule in LINK_RULES)
"""Rules whose findings stand in cases alone."""
ODD: Final[tuple[object, ...]] = (
    None,
    True,
    "x" * 3000,
    "",
    5,
    -(10**9),
    10**9,
    10**30,
    1.5,
    [],
    [1] * 300,
    ["x" * 300],
    {},
)
"""Values of every kind, for fields of every kind."""


def of_answer(answer: cases.Answered) -> Iterator[Met]:
    for decision in answer.decisions:
        yield from ((finding["code"], finding["rule"], finding["message"]) for finding in decision["findings"])
    for case in answer.cases:
        yield from (
            (finding["code"], finding["rule"], finding["message"])
            for finding in case["findings"]
            if finding["rule"] in LINKED
        )
    for receipt in (*answer.receipts, *answer.notices):
        told_of = (*receipt["findings"], *(finding for parcel in receipt["parcels"] for finding in parcel["findings"]))
        yield from ((finding["code"], None, finding["message"]) for finding in told_of)


def of_corpus() -> Iterator[Met]:
    files = [cases.read(path) for path in build_conformance.files()]
    judge = judge_of(files[0], Settings.read({}))
    for file in files:
        for case in file.cases:
            for answer in judge(builder.build(file, case), case.figures):
                yield from of_answer(answer)


def of_tables() -> Iterator[Met]:
    for row in TABLES:
        check, asked, _ = row.values
        name = check.__name__
        for rule in RULES:
            if rule.check is check:
                yield from ((rule.code, name, found.message) for found in check(asked))


def of_shapes() -> Iterator[Met]:
    for kind in (Header, Parcel, Consignor, Consignee, Order, Item):
        raws = [{}, *ODD, *({name: value} for name in kind.__struct_fields__ for value in ODD)]
        yield from (("FMT-01", "", fault.message) for raw in raws for fault in faults(raw, kind, ""))


def of_importers() -> Iterator[Met]:
    """Every state of a clearance code, and everything that may differ."""
    for check in (
        importer.importer_matches,
        importer.importer_code_is_in_force,
        importer.customs_confirms_the_importer,
    ):
        told_of = [Verification("MISMATCH", (differs,)) for differs in importer.DIFFERS] + [
            Verification("INVALID", state=state) for state in importer.USELESS
        ]
        for verification in told_of:
            yield from (
                ("XF-08", check.__name__, found.message) for found in check(SimpleNamespace(verification=verification))
            )


def manifest(**changes: object) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((EXAMPLES / "import_express.json").read_text(encoding="utf-8"))
    return read | changes


def of_intake() -> Iterator[Met]:
    """What only many findings, many lines, or many versions bring."""
    checker = Checker(Settings.read({}), load())
    parcel = manifest()["parcels"][0]
    many = parcel | {"house_bill": "MANY", "items": [{"description": "gift"}] * limits.ITEMS_PER_PARCEL_MAX}
    long = {"description": "x" * limits.DESCRIPTION_CHARS_MAX, "ingredients": "y" * limits.INGREDIENTS_CHARS_MAX}
    wordy = parcel | {"house_bill": "LONG", "items": [parcel["items"][0] | long] * limits.ITEMS_PER_PARCEL_MAX}
    sent = [
        manifest(manifest_id="A", parcels=[many, wordy]),
        manifest(manifest_id="B", containers=["?"] * limits.CONTAINERS_PER_MANIFEST_MAX),
    ]
    for version in range(1, limits.CONSIGNEE_CHANGES_MAX + 3):
        moved = parcel | {
            "house_bill": "MOVED",
            "consignee": parcel["consignee"] | {"clearance_code": f"P{version:012d}"},
        }
        sent.append(
            manifest(
                manifest_id="C", version=version, function="ORIGINAL" if version == 1 else "AMEND", parcels=[moved]
            )
        )
    for each in sent:
        yield from of_answer(checker.take(FileRecord("", "", json.dumps(each).encode()), None, 1_795_411_000_000))


@pytest.fixture(scope="module")
def met() -> frozenset[Met]:
    return frozenset([*of_corpus(), *of_tables(), *of_shapes(), *of_importers(), *of_intake()])


def finding(code: str, rule: str | None, said: str) -> dict[str, Any]:
    made = {"code": code, "path": "/parcels/0", "message": said}
    return made if rule is None else made | {"rule": rule}


def test_each_message_fits_exactly_one_template_of_its_rule(met: frozenset[Met]) -> None:
    fits = {each: [template.en for template, _ in fitting(finding(*each))] for each in met}
    assert [(each, found) for each, found in fits.items() if len(found) != 1] == []


def test_each_template_is_met(met: frozenset[Met]) -> None:
    met_by: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for code, rule, said in met:
        if rule is not None:
            for template, _ in fitting(finding(code, rule, said)):
                met_by[template.en].add((code, rule))
    on_receipts = {template.en for each in met if each[1] is None for template, _ in fitting(finding(*each))}
    assert [
        template.en for template in templates() if template.en not in met_by and template.en not in on_receipts
    ] == []
    needless = [
        (template.en, rule)
        for template in templates()
        for rule in template.rules
        if rule and rule not in {found for _, found in met_by[template.en]}
    ]
    assert needless == []


def test_every_message_has_its_korean_and_nothing_of_ours_stays_english(met: frozenset[Met]) -> None:
    for each in met:
        said = korean(finding(*each))
        assert any("가" <= char <= "힣" for char in said)
        assert "{" not in said
        assert message(finding(*each), "en") == each[2]


@pytest.mark.parametrize(
    "template",
    [*templates(), *(phrase for kind in PHRASES for phrase in phrases(kind))],
    ids=lambda template: template.en,
)
def test_the_holes_of_both_languages_agree(template: Template) -> None:
    names = hole_names(template.en)
    assert len(names) == len(set(names))
    assert set(hole_names(template.ko)) == set(names)
    assert set(names) <= {*PATTERNS, *CODES, *PHRASES}


@pytest.mark.parametrize("template", templates(), ids=lambda template: template.en)
def test_both_languages_part_what_was_found_from_what_is_right(template: Template) -> None:
    assert bool(template.split("ko").right) == bool(template.split("en").right)
    assert all(part.endswith(".") for part in template.split("ko") if part)


@pytest.mark.parametrize(
    ("code", "rule", "said", "right"),
    [
        pytest.param(
            "FMT-01",
            "",
            "text of 210 characters was found; text of length <= 200 is right",
            "210자의 문자열이 기재되었습니다. 200자 이하의 문자열이어야 합니다.",
            id="phrases with numbers of their own",
        ),
        pytest.param(
            "XP-01",
            "",
            "version 2 is older than version 3, already answered; send what it still needs as version 4",
            "버전 2는 이미 처리된 버전 3보다 이전 것입니다. 필요한 내용은 버전 4로 제출하십시오.",
            id="particles follow digits",
        ),
        pytest.param(
            "RG-09",
            "limited_goods_are_few",
            "2 BOTTLES of ALCOHOL were found; 1 at most are self-use, more is not exempt and must be declared",
            "주류가 2병입니다. 자가사용 인정기준은 1병 이하이며, 초과하면 면세되지 않으므로 수입신고를 해야 합니다.",
            id="words of ours",
        ),
        pytest.param(
            "XF-05",
            "goods_may_use_the_list",
            "goods of category NEW_ONE are kept from list clearance; a declaration is right",
            "NEW_ONE 물품은 목록통관 배제대상입니다. 수입신고를 하여야 합니다.",
            id="a category of another office",
        ),
        pytest.param(
            "FMT-01",
            "purpose_is_known",
            '"x is no purpose; {found} (a+)+" is no purpose; SELF_USE, SAMPLE, GIFT or COMMERCIAL is right',
            '"x is no purpose; {found} (a+)+"은(는) 용도 구분이 아닙니다. SELF_USE(자가사용), SAMPLE(견본품), GIFT(선물), COMMERCIAL(상업용) 중 하나이어야 합니다.',
            id="a quotation that looks like a template",
        ),
        pytest.param(
            "XF-09",
            "text_hides_nothing",
            "the description is disguised: look-alike letters, spaced letters",
            "품명이 위장되어 있습니다: 비슷한 모양의 문자, 글자 사이의 공백.",
            id="a list of words",
        ),
        pytest.param(
            "FMT-99",
            "nobodys",
            "what nobody has put into words",
            "what nobody has put into words",
            id="no template: as it is",
        ),
    ],
)
def test_korean(code: str, rule: str, said: str, right: str) -> None:
    assert korean(finding(code, rule, said)) == right


def test_found_and_right_are_told_apart() -> None:
    said = "a goods price of 160.00 USD is above the list limit of 150.00 USD; a declaration is right"
    assert told(finding("XF-02", None, said), "en") == (
        "a goods price of 160.00 USD is above the list limit of 150.00 USD",
        "a declaration is right",
    )
    assert told(finding("XF-02", None, said), "ko").right == "수입신고를 하여야 합니다."
    assert told(finding("XF-02", None, "else"), "ko") == ("else", "")


HOSTILE: Final = st.one_of(
    st.text(max_size=300),
    st.builds(
        lambda template, junk: template.en.replace("{found}", f'"{junk}"').replace("{number}", junk),
        st.sampled_from(templates()),
        st.text(alphabet='"; is.0aA\n{}가', max_size=200),
    ),
)
"""Any text, and templates whose holes hold anything."""


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted({code for template in templates() for code in template.codes} | {"", "?"})),
    HOSTILE,
    st.integers(1, 40),
)
def test_no_text_raises(code: str, said: str, times: int) -> None:
    for each in (said, said * times, (said * MESSAGE_CHARS_MAX)[:MESSAGE_CHARS_MAX]):
        assert korean(finding(code, None, each)) or not each


@pytest.mark.parametrize("pattern", [*PATTERNS.values(), *(pattern for _, pattern in CODES.values())])
def test_every_hole_is_bounded(pattern: str) -> None:
    """So no message can stall: nothing repeats without a limit, and no repetition repeats."""
    assert re.fullmatch(r"(?:[^*+()\\\[\]{}?]|-\?|\[(?:\\.|[^\]\\])*\]|\{\d+(?:,\d+)?\})*", pattern)


@pytest.mark.parametrize("pattern", ["a*", "[a-z]+", "(?:a{1,9}){1,9}", "a{1,}", "(a|aa){9}"])
def test_an_unbounded_hole_is_found(pattern: str) -> None:
    with pytest.raises(AssertionError):
        test_every_hole_is_bounded(pattern)


def test_too_long_a_message_is_left_as_it_is() -> None:
    said = f'"{"x" * MESSAGE_CHARS_MAX}" is no purpose; SELF_USE, SAMPLE, GIFT or COMMERCIAL is right'
    assert korean(finding("FMT-01", None, said)) == said

"""Every message has its Korean, with the same parameters, and every one of them can be met."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.importers.verify import Verification
from agents.intake.structure import faults
from agents.rules import importer
from schemas import limits
from schemas.manifest import Consignee, Consignor, Header, Item, Order, Parcel
from schemas.messages import MESSAGES, english
from streams.conformance import builder, cases
from streams.conformance.judge import judge_of
from streams.i18n import message, message_parts
from streams.i18n.messages import KOREA, korean_messages
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

Met = tuple[str, tuple[tuple[str, str], ...], str]
"""Id of the message, its parameters, the English text."""


def met_as(message_id: str, parameters: Mapping[str, str], text: str) -> Met:
    return message_id, tuple(parameters.items()), text


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
    for record in (*answer.decisions, *answer.cases):
        yield from (
            met_as(finding["message_id"], finding["evidence"], finding["message"]) for finding in record["findings"]
        )
    for receipt in (*answer.receipts, *answer.notices):
        findings = (*receipt["findings"], *(finding for parcel in receipt["parcels"] for finding in parcel["findings"]))
        yield from (met_as(finding["message_id"], finding["parameters"], finding["message"]) for finding in findings)


def of_corpus() -> Iterator[Met]:
    files = [cases.read(path) for path in build_conformance.files()]
    judge = judge_of(files[0], Settings.read({}))
    for file in files:
        for case in file.cases:
            for answer in judge(builder.build(file, case), case.figures):
                yield from of_answer(answer)


def of_rules() -> Iterator[Met]:
    for row in TABLES:
        check, asked, _ = row.values
        yield from (met_as(found.message_id, found.evidence, found.message) for found in check(asked))


def of_structures() -> Iterator[Met]:
    for kind in (Header, Parcel, Consignor, Consignee, Order, Item):
        raws = [{}, *ODD, *({name: value} for name in kind.__struct_fields__ for value in ODD)]
        yield from (
            met_as(fault.message_id, fault.evidence, fault.message) for raw in raws for fault in faults(raw, kind, "")
        )


def of_importers() -> Iterator[Met]:
    """Every state of a clearance code, and everything that may differ."""
    for check in (
        importer.importer_matches,
        importer.importer_code_is_in_force,
        importer.customs_confirms_the_importer,
    ):
        answers = [Verification("MISMATCH", (differs,)) for differs in importer.DIFFERS] + [
            Verification("INVALID", state=state) for state in importer.NOT_IN_FORCE
        ]
        for verification in answers:
            yield from (
                met_as(found.message_id, found.evidence, found.message)
                for found in check(SimpleNamespace(verification=verification))
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
    return frozenset([*of_corpus(), *of_rules(), *of_structures(), *of_importers(), *of_intake()])


def finding(message_id: str, text: str = "as it was written", **parameters: str) -> dict[str, Any]:
    return {"message_id": message_id, "message": text, "evidence": parameters}


def test_every_message_is_met(met: frozenset[Met]) -> None:
    assert set(MESSAGES) - {message_id for message_id, _, _ in met} == set()


def test_every_message_is_in_english_by_its_parameters(met: frozenset[Met]) -> None:
    for message_id, parameters, text in met:
        assert text == english(message_id, dict(parameters))
        parts = message_parts(finding(message_id, text, **dict(parameters)), "en")
        assert parts == (text, "") or "; ".join(parts) == text


def test_every_message_is_in_korean(met: frozenset[Met]) -> None:
    for message_id, parameters, text in met:
        parts = message_parts(finding(message_id, text, **dict(parameters)), "ko")
        korean = " ".join(filter(None, parts))
        assert any("가" <= char <= "힣" for char in korean), korean
        assert not any(particle in korean for particle in ("이(가)", "은(는)", "을(를)", "(으)로")), korean
        assert all(part.endswith(".") for part in parts if part), korean


@pytest.mark.parametrize("message_id", sorted(MESSAGES))
def test_the_korean_shows_what_the_english_shows(message_id: str) -> None:
    korean = korean_messages()[message_id]
    assert set(korean.holes) <= set(MESSAGES[message_id].holes)
    assert set(MESSAGES[message_id].holes) <= set(korean.holes)


def test_both_tables_have_the_same_messages_in_the_same_order() -> None:
    assert list(korean_messages()) == list(MESSAGES)


@pytest.mark.parametrize(
    ("found", "korean"),
    [
        pytest.param(
            finding("FIELD_TYPE_WRONG", value="TEXT", length="2100", kind="TEXT_AT_MOST", limit="200"),
            "값의 형식이 맞지 않습니다(현재 값: 2,100자의 글자). 200자 이하의 글자 형식으로 입력하십시오.",
            id="words with numbers of their own",
        ),
        pytest.param(
            finding("SELF_USE_EXCEEDED", category="ALCOHOL", found="2", limit="1", unit="BOTTLES"),
            "주류의 수량(2병)이 자가사용 인정기준(1병)을 초과합니다. 면세되지 않으므로 수입신고를 해야 합니다.",
            id="words of this system",
        ),
        pytest.param(
            finding("LIST_EXCLUDED", category="ALCOHOL"),
            "주류는 목록통관 배제대상물품입니다. 수입신고를 해야 합니다.",
            id="the particle follows the word",
        ),
        pytest.param(
            finding("LIST_EXCLUDED", category="NEW_ONE"),
            "NEW_ONE는 목록통관 배제대상물품입니다. 수입신고를 해야 합니다.",
            id="a category of another office",
        ),
        pytest.param(
            finding("PURPOSE_UNKNOWN", found='"{found} 이(가)"'),
            '입력된 용도("{found} 이(가)")는 없는 부호입니다. SELF_USE(자가사용), SAMPLE(견본품), GIFT(선물), '
            "COMMERCIAL(상용) 중 하나를 입력하십시오.",
            id="a quotation that looks like a template",
        ),
        pytest.param(
            finding("DESCRIPTION_DISGUISED", disguises="look-alike letters, spaced letters"),
            "품명을 알아보기 어렵게 쓴 흔적이 있습니다: 비슷한 모양의 문자, 글자 사이의 공백.",
            id="a list of words",
        ),
        pytest.param(
            finding(
                "LODGED_LATE_BEFORE_DEPARTURE", lodged="2026-11-23T13:40:01+09:00", due="2026-11-23T12:40:00+08:00"
            ),
            "제출 기한(2026. 11. 23. 13:40:00)이 지난 뒤에 제출되었습니다(제출 일시 2026. 11. 23. 13:40:01). "
            "출항 전까지 제출해야 합니다.",
            id="times in Korea",
        ),
        pytest.param(
            finding("BILL_SPLIT", parcels="2", usd="200000.000000", limit_usd="150.000000"),
            "한 수하인의 화물 2건이 하나의 마스터 B/L로 반입되었고, 합계 미화 200,000.00달러가 면세범위 미화 "
            "150.00달러를 초과합니다. 합산과세 대상이므로 모두 하나로 신고해야 합니다.",
            id="money",
        ),
        pytest.param(finding("NOT_YET_KNOWN", "of a later version"), "of a later version", id="an unknown id: English"),
        pytest.param(finding("LIST_EXCLUDED", "without it"), "without it", id="a parameter is missing: English"),
        pytest.param({"message": "of before messages had ids"}, "of before messages had ids", id="no id: English"),
    ],
)
def test_korean(found: dict[str, Any], korean: str) -> None:
    assert message(found, "ko") == korean


def test_what_was_found_and_what_to_do_are_two_parts() -> None:
    parameters = {"goods_price_usd": "160.000000", "limit_usd": "150.00"}
    text = english("PRICE_ABOVE_LIST_LIMIT", parameters)
    assert message_parts(finding("PRICE_ABOVE_LIST_LIMIT", text, **parameters), "en") == (
        "the goods price of USD 160.00 is above the list clearance limit of USD 150.00",
        "the parcel must be declared",
    )
    on_receipt = {"message_id": "PRICE_ABOVE_LIST_LIMIT", "message": text, "parameters": parameters}
    assert message_parts(on_receipt, "ko").remedy == "수입신고를 해야 합니다."
    assert message_parts(finding("PRICE_ABOVE_LIST_LIMIT", "other words", **parameters), "en") == ("other words", "")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(MESSAGES)), st.text(max_size=60), st.datetimes())
def test_no_parameter_raises(message_id: str, text: str, moment: datetime) -> None:
    for value in (text, moment.isoformat(), moment.replace(tzinfo=KOREA).isoformat(), moment.date().isoformat()):
        parameters = dict.fromkeys(MESSAGES[message_id].parameters, value)
        assert message(finding(message_id, **parameters), "ko")

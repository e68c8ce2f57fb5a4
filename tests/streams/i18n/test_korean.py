"""In Korean nothing is left that only a programmer reads: no English word, no raw code, figure, time or particle."""

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import pytest

from agents.values.clock import parse_rfc3339
from streams.cli.decision_view import house_bill_line, show_decision
from streams.cli.explain import _show_case, _show_notice
from streams.cli.receipt_view import show_dead_letter, show_receipt
from streams.conformance import builder, cases
from streams.conformance.judge import judge_of
from streams.i18n import rows
from streams.i18n.tables import read
from streams.manifest_files import FileRecord
from streams.reference import load
from streams.settings import Settings
from streams.worker.checker import Checker
from tests.streams.cli.command import AT, EXAMPLES
from tools import build_conformance

Record = Mapping[str, Any]

FORMS: Final = re.compile(
    r'"[^"]*"'  # a quotation of the carrier, or of a table
    r"|\{[a-z_]+\}"  # a parameter of a template
    r"|`[a-z -]+`|--json"  # a command to type
    r"|\b[A-Z]{2,4}-\d\d\b"  # the code of a rule or of a record that nobody can read
    r"|\b[A-Z]+(?:_[A-Z]+)*(?=\([가-힣])"  # a word of the wire with what it means behind it
    r"|\b(?:RFC 3339|ISO (?:3166(?:-1)?|4217|6346)|UNI-PASS|S10|v1\.9|HS 2022|B/L|API 028|ITMATT)"
    # laws and standards that have numbers in their names
    r"|20(?:06/112/EC|15/2446)|제369[lq]조|YYYY-MM-DD|결의 제2397호(?:\(2017\))?"
    # what a carrier types as it stands
    r"|\((?:null|object|true, false)\)|(?<![A-Za-z])(?:true|parcels|ORIGINAL|AMEND|CANCEL)(?![A-Za-z])"
    r"|[A-Z0-9:+-]+(?=[과와] 같[이은])|X+(?:-X+)+|01000부터 63999까지"  # an example, or a form to fill in
    r"|\d{4}(?:\. \d{1,2}\. \d{1,2}\.(?: \d\d:\d\d:\d\d)?|년)"  # a time in Korea; a year
    r"|제\d{4}(?:\.\d\d)?호"  # a heading or subheading
)
"""What may stand in Korean: quotations, commands, codes, and names of laws and standards."""
NAMES: Final = frozenset({
    "API", "Avro", "CITES", "EORI", "FOB", "GS", "HS", "HSK", "IATA", "IM", "IOSS", "ITA", "JSON", "PACT", "SSCC",
    "UCC", "UPU",
    "DNL", "INVALID", "MISSING", "RFI", "RFS",
    "kL", "kg", "ml",
})  # fmt: skip
"""Names of standards and organisations, abbreviations in brackets behind their Korean, units."""
PARTICLES: Final = ("이(가)", "은(는)", "을(를)", "(으)로", "와(과)")
IDENTIFIERS: Final = (
    "carrier", "manifest_id", "master_bill", "house_bill", "decision_id", "case_id", "receipt_id", "consignee",
)  # fmt: skip
"""Fields of a record that are shown as they are."""
EVIDENCE_AS_IT_IS: Final = (
    "brand", "carrier", "currency", "entry", "edition", "heading", "house_bills", "latest", "list", "manifest", "names",
    "next", "port", "shift", "species", "subheading", "suggested", "target", "version", "platform", "country",
)  # fmt: skip
"""Evidence that names something: a party's words, an entry of a list, a number of a document."""


def english_words(line: str) -> list[str]:
    return [word for word in re.findall(r"[A-Za-z][A-Za-z_]+", line) if word not in NAMES]


def undivided_figures(line: str) -> list[str]:
    return re.findall(r"(?<![\d,.])\d{4,}", line)


def times_of_machines(line: str) -> list[str]:
    return re.findall(r"\d\d:\d\d(?::[\d.]+)?(?:Z|\+\d\d:\d\d)|\d{4}-\d\d-\d\dT|\d{4}-\d\d-\d\d", line)


def doubled_particles(line: str) -> list[str]:
    return [particle for particle in PARTICLES if particle in line]


CHECKS: Final[Mapping[str, Callable[[str], list[str]]]] = {
    "an English word or a raw code": english_words,
    "an undivided figure": undivided_figures,
    "a time as machines write it": times_of_machines,
    "a doubled particle": doubled_particles,
}


def faults(line: str, identifiers: Iterable[str] = ()) -> list[str]:
    """What only a programmer reads in a line; identifiers of its record may stand in it."""
    for identifier in sorted(set(identifiers) - {""}, key=len, reverse=True):
        line = re.sub(rf"(?<![\w.]){re.escape(identifier)}(?![A-Za-z0-9])", "", line)
    rest = FORMS.sub("", line)
    return [f"{what}: {each}" for what, check in CHECKS.items() for each in check(rest)]


def strings(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from strings(each)
    elif value is not None:
        yield str(value)


def identifiers_of(record: Record) -> Iterator[str]:
    yield from (record[name] for name in IDENTIFIERS if record.get(name))
    yield from strings(record.get("versions", {}))
    yield from record.get("evidence_parcels", ())
    if source := record.get("source"):
        yield "{topic}-{partition}-{offset}".format(**source)
    for line in record.get("goods", ()):
        yield line["hs_code"] or ""
        yield from (suggestion["code"] for suggestion in line["hs_suggestions"])
    for finding in record["findings"]:
        evidence = finding.get("evidence") or finding.get("parameters") or {}
        for name in EVIDENCE_AS_IT_IS:
            yield evidence.get(name, "")
            yield from evidence.get(name, "").split()
    for parcel in record.get("parcels", ()):
        yield parcel["house_bill"]
        yield from identifiers_of(parcel | {"house_bill": ""})


def printed(show: Callable[[], object]) -> list[str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        show()
    return out.getvalue().splitlines()


def of_answer(answer: Any) -> Iterator[tuple[str, Record]]:  # noqa: ANN401 - of the corpus, or of `check`
    """Each line that is printed of an answer, with its record."""
    for record in answer.receipts:
        yield from ((line, record) for line in printed(partial(show_receipt, record, "file", "ko")))
    for record in answer.decisions:
        yield house_bill_line(record, "ko"), record
        yield from ((line, record) for line in printed(partial(show_decision, record, "ko")))
    by_id = {record["decision_id"]: record for record in answer.decisions}
    for case in getattr(answer, "cases", ()):
        decision = by_id.get(case["decision_id"], {"findings": []})
        shown = printed(partial(_show_case, case, decision, "ko"))
        yield from ((line, case) for line in shown)
    for notice in getattr(answer, "notices", ()):
        yield from ((line, notice) for line in printed(partial(_show_notice, notice, "ko")))


def of_corpus() -> Iterator[tuple[str, Record]]:
    files = [cases.read(path) for path in build_conformance.files()]
    judge = judge_of(files[0], Settings.read({}))
    for file in files:
        for case in file.cases:
            for answer in judge(builder.build(file, case), case.figures):
                yield from of_answer(answer)


def of_examples() -> Iterator[tuple[str, Record]]:
    moment = parse_rfc3339(AT)
    assert moment is not None
    checker = Checker(Settings.read({}), load())
    for path in sorted(EXAMPLES.glob("*.json")):
        record = FileRecord(str(path), "", path.read_bytes())
        yield from of_answer(checker.take(record, None, int(moment.timestamp() * 1000)))


@pytest.mark.parametrize("lines", [of_corpus, of_examples], ids=["the corpus", "the examples"])
def test_nothing_printed_is_left_for_programmers(lines: Callable[[], Iterator[tuple[str, Record]]]) -> None:
    left = {}
    count = 0
    for line, record in lines():
        count += 1
        if line.strip() and (found := faults(line, ("file", *identifiers_of(record)))):
            left[line] = found
    assert count
    assert left == {}


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.of} {row.code} {row.rule}")
def test_no_sentence_is_left_for_programmers(row: Any) -> None:  # noqa: ANN401 - a row
    assert faults(row.ko) == []


@pytest.mark.parametrize("row", read("words"), ids=lambda row: f"{row['kind']} {row['word'] or row['en']}")
def test_no_word_is_left_for_programmers(row: dict[str, str]) -> None:
    assert faults(row["ko"]) == []


@pytest.mark.parametrize("code", sorted(row["word"] for row in read("words") if row["kind"] == "dead letter"))
def test_a_record_set_aside_is_told_in_korean(code: str) -> None:
    letter = {"dead_letter": {"code": code, "path": "line 3 column 1", "message": "not JSON"}}
    [line] = printed(partial(show_dead_letter, letter, "standard input, line 3", "ko"))
    assert faults(line) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        pytest.param("위험도 high", "an English word or a raw code", id="an English word"),
        pytest.param("처리 REQUEST_FOR_SCREENING", "an English word or a raw code", id="a raw code"),
        pytest.param("LIST 목록통관", "an English word or a raw code", id="a code before its meaning"),
        pytest.param("위치 /parcels/0/items", "an English word or a raw code", id="a pointer"),
        pytest.param("과세가격 1400원", "an undivided figure", id="won"),
        pytest.param("미화 200000.00달러", "an undivided figure", id="dollars"),
        pytest.param("KX826110000018 외 1234건", "an undivided figure", id="beside an identifier"),
        pytest.param("2026-11-23 05:10:00Z", "a time as machines write it", id="a time in UTC"),
        pytest.param("12:40:00+08:00", "a time as machines write it", id="a time of another zone"),
        pytest.param("2026-11-22부터", "a time as machines write it", id="a day with dashes"),
        pytest.param("입력된 값이(가) 없습니다.", "a doubled particle", id="both particles"),
        pytest.param("화물(으)로 봅니다.", "a doubled particle", id="both particles of direction"),
    ],
)
def test_what_is_looked_for_is_found(line: str, what: str) -> None:
    assert [fault.partition(":")[0] for fault in faults(line, ["KX826110000018"])].count(what) >= 1


@pytest.mark.parametrize(
    "line",
    [
        "결정 일시         2026. 11. 23. 14:10:00",
        "하우스 B/L KX826110000018: 과세가격 1,234,567원",
        '입력된 값("CHN")은 없는 부호입니다. ISO 3166의 두 자리 부호로 입력하십시오.',
        "품명이 제6109호보다 제7113.19호에 더 맞습니다(XF-09).",
        "SELF_USE(자가사용) 중 하나로 입력하십시오.",
    ],
)
def test_what_may_stand_is_left_alone(line: str) -> None:
    assert faults(line, ["KX826110000018"]) == []

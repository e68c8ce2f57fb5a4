"""How decisions and receipts are laid out for people: in two languages, in any width, with taxes line by line."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from typing import Any, Final

import pytest
from rich.cells import cell_len

from agents.rules import PARCEL_RULES, SCREENING_RULES
from schemas import avro
from streams.cli.console import lang_of
from streams.cli.decision_view import show_decision
from streams.cli.explain import File, _show
from streams.cli.reasons import why_exempt, why_outcome, why_route
from streams.cli.receipt_view import REMARKS_MAX, show_receipt
from tests.streams.cli.command import AT, EXAMPLES, Done, environ, lines, tonggwan

Json = dict[str, Any]

ESCAPE: Final = "\x1b"
RULES: Final = {(rule.code, rule.id): rule for rule in (*PARCEL_RULES, *SCREENING_RULES)}


def whisky(**changes: object) -> str:
    """A manifest with one parcel: two bottles of whisky, and a necklace under the code of a shirt."""
    manifest = json.loads((EXAMPLES / "import_express.json").read_text(encoding="utf-8"))
    parcel = manifest["parcels"][1]
    item = parcel["items"][0]
    bottles = {
        "description": "single malt whisky 700ml, bottle",
        "hs_code": "220830",
        "volume_ml": 700,
        "quantity": 2,
        "unit_price": "80.00",
        "amount": "160.00",
        "net_weight_g": 1500,
    }
    necklace = {
        "description": "gold necklace 18k",
        "hs_code": "610910",
        "quantity": 1,
        "unit_price": "233.50",
        "amount": "233.50",
        "net_weight_g": 50,
    }
    parcel |= {"items": [item | bottles, item | necklace], "gross_weight_g": 2500} | changes
    return json.dumps(manifest | {"parcels": [parcel]})


def check(*args: object, text: str = "", **env: str) -> Done:
    return tonggwan(
        "check",
        "-",
        "--at",
        AT,
        *args,
        text=text or whisky(),
        env=environ(LC_ALL="C.UTF-8", **env) if "LC_ALL" not in env else environ(**env),
    )


def decision(**changes: object) -> Json:
    """A decision as the wire has it."""
    made: Json = {
        "carrier": "kx", "manifest_id": "M-1", "manifest_version": 1, "master_bill": "180-12345675",
        "house_bill": "KX1", "direction": "IMPORT",
        "goods_price_usd": "59.900000", "customs_value_krw": 90_860, "goods": [],
        "source": {"topic": "manifests.kx", "partition": 0, "offset": 7},
        "versions": {
            "rules": "1", "reference": "r", "rates": "2026-11-22", "tariff": None, "watchlist": None, "model": None,
        },
        "decision_id": "d1", "sequence": 1, "supersedes": None, "event": "ORIGINAL", "route": "LIST",
        "outcome": "RELEASE", "findings": [],
        "tax": tax(exempt="SMALL_VALUE"), "risk": None, "decided_at": "2026-11-23T05:03:00.000Z",
    }  # fmt: skip
    assert made.keys() == {field["name"] for field in avro.load("decision.v1.avsc")["fields"]}
    return made | changes


def tax(**changes: object) -> Json:
    none = dict.fromkeys(("duty", "consumption", "liquor", "education", "rural", "vat", "total"), 0)
    return {**none, "exempt": None, "exchange_rate": "1400", "lines": [], **changes}


def found(code: str, rule: str, severity: str = "ACT", **changes: object) -> Json:
    return {
        "code": code,
        "severity": severity,
        "path": "/parcels/0",
        "message": "as the rule says",
        "evidence": {},
        "rule": rule,
        "message_id": "",
        "phase": "ENFORCE",
        **changes,
    }


PRICE: Final = found("XF-02", "price_is_within_list_limit")
ALCOHOL: Final = found("XF-05", "goods_may_use_the_list")
PERMIT: Final = found("XF-06", "goods_may_use_the_simplified_declaration")
COMPANY: Final = found("XF-07", "receiver_is_a_person")
SPLIT: Final = found("XP-02", "bill_is_not_split")
HELD: Final = found("XF-08", "importer_matches")


def acting(of: Json) -> list[tuple[Json, Any]]:
    return [
        (finding, RULES[finding["code"], finding["rule"]]) for finding in of["findings"] if finding["severity"] == "ACT"
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            {},
            "the goods price is within the list limit, and no rule excludes the parcel from the list",
            id="on the list",
        ),
        pytest.param(
            {"route": "SIMPLIFIED", "findings": [PRICE]},
            "the goods price is above the list limit (XF-02)",
            id="by its price",
        ),
        pytest.param(
            {"route": "SIMPLIFIED", "findings": [ALCOHOL, COMPANY]},
            "excluded from list clearance by XF-05, XF-07",
            id="by its goods and receiver",
        ),
        pytest.param(
            {"route": "GENERAL", "findings": [PRICE]},
            "the goods price is above the limit of the simplified declaration",
            id="by a high price",
        ),
        pytest.param(
            {"route": "GENERAL", "findings": [PERMIT]},
            "excluded from the simplified declaration by XF-06",
            id="by what needs a permit",
        ),
        pytest.param(
            {"route": "GENERAL", "findings": [SPLIT]},
            "taxed together with other parcels (XP-02)",
            id="with further parcels",
        ),
        pytest.param(
            {"route": "GENERAL", "goods_price_usd": None}, "the goods price is not known", id="without a price"
        ),
        pytest.param(
            {"route": "EXPORT_LIST"}, "the goods price is within the limit of the export list", id="an export"
        ),
        pytest.param(
            {"route": "EXPORT_GENERAL"}, "the goods price is above the limit of the export list", id="a dear export"
        ),
        pytest.param({"outcome": "CANCELLED"}, "", id="withdrawn"),
        pytest.param({"route": None, "outcome": "REJECT"}, "", id="refused"),
    ],
)
def test_why_a_route(changes: Json, why: str) -> None:
    of = decision(**changes)
    assert why_route(of, acting(of), "en") == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({}, "follows from the route", id="released"),
        pytest.param(
            {"route": "SIMPLIFIED", "outcome": "DECLARE", "findings": [ALCOHOL]},
            "follows from the route",
            id="to be declared by its route",
        ),
        pytest.param(
            {"route": "SIMPLIFIED", "outcome": "DECLARE", "findings": [PRICE]},
            "because of XF-02; follows from the route",
            id="by a rule and its route",
        ),
        pytest.param({"outcome": "HOLD", "findings": [PRICE, HELD]}, "because of XF-08", id="the most careful rule"),
        pytest.param(
            {"outcome": "REJECT", "route": None, "findings": [found("FMT-01", "", "REJECT"), HELD]},
            "because of FMT-01",
            id="refused",
        ),
        pytest.param({"outcome": "CANCELLED"}, "the carrier withdrew the parcel", id="withdrawn"),
    ],
)
def test_why_an_outcome(changes: Json, why: str) -> None:
    of = decision(**changes)
    assert why_outcome(of, acting(of), "en") == why


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({}, "SMALL_VALUE: the goods price is within the limit of exemption", id="small"),
        pytest.param(
            {"tax": tax(), "findings": [PRICE, COMPANY]},
            "none: the goods price is above the exemption limit (XF-02); ended by XF-07",
            id="taxed for two reasons",
        ),
        pytest.param({"tax": tax()}, "none", id="taxed, and nobody says why"),
        pytest.param({"tax": tax(exempt="NEW_ONE")}, "NEW_ONE", id="a reason of another version"),
        pytest.param({"tax": None}, "not computed: the price is not known", id="without a price"),
        pytest.param({"tax": None, "outcome": "REJECT"}, "", id="refused"),
    ],
)
def test_why_exempt(changes: Json, why: str) -> None:
    of = decision(**changes)
    assert why_exempt(of, acting(of), "en") == why


def test_each_tax_stands_with_base_rate_and_source_and_then_the_sums() -> None:
    done = check()
    assert re.search(r"^ +/items/0 +liquor +[\d,]{7} +72 % +[\d,]{7} +Liquor Tax Act Art", done.stdout, re.MULTILINE)
    taxes = lines(check("--json"))[0]["tax"]
    for line in taxes["lines"]:
        assert re.search(
            rf"^ +/items/{line['item']} .*{line['base']:,} +{re.escape(line['rate'])} +{line['amount']:,} "
            rf"+{re.escape(line['source'])}$",
            done.stdout,
            re.MULTILINE,
        )
    assert f"total {taxes['total']:,} KRW" in done.stdout
    assert "1,400 KRW per unit of the parcel's currency, week of 2026-11-22" in done.stdout


def test_a_finding_stands_with_rule_place_what_was_found_and_what_is_right() -> None:
    said = check().stdout
    assert (
        "    XF-09 WARN  at /parcels/0/items/1/hs_code\n      rule: The commodity code of each line is one that "
        "its description could have. [" in said
    )
    assert re.search(
        r"      found: the description fits heading 7113 \(\d+% sure\) better than heading 6109\n"
        r"      → check the commodity code\n",
        said,
    )


def test_in_korean() -> None:
    answer = check("--lang", "ko").stdout
    assert "  통관절차          간이신고: 물품가격이 목록통관 한도를 초과합니다(XF-02)." in answer
    assert "  결정 일시         2026. 11. 23. 14:03:00\n" in answer
    assert re.search(r"    1번 품목 +주세 +[\d,]{7} +72% +[\d,]{7} +주세법 제8조제1항\(증류주류 72%\);", answer)
    assert re.search(r"  납부할 세액 +관세 .*, 합계 [\d,]+원\(세목별 10원 미만 버림\)\n", answer)
    assert "    XF-09 주의  (1번째 화물, 2번 품목, 품목번호)\n" in answer
    assert "      확인: 주류의 수량(2병)이 자가사용 인정기준(1병)을 초과합니다.\n      → 면세되지 않으므로" in answer


def test_an_export_has_a_declared_value_and_neither_exemption_nor_taxes(capsys: pytest.CaptureFixture[str]) -> None:
    show_decision(decision(direction="EXPORT", route="EXPORT_LIST", tax=tax(exempt="EXPORT")), "ko")
    answer = capsys.readouterr().out
    assert "1차 결정: 통관허용 · 간이수출신고\n" in answer
    assert "  신고가격(FOB)     90,860원\n" in answer
    assert not re.search("과세가격|면세|세액", answer)


@pytest.mark.parametrize(
    ("changes", "route", "why"),
    [
        pytest.param({}, "현장면세통관", "물품가격이 한도 이내이고 배제 사유가 없습니다.", id="exempt"),
        pytest.param(
            {"route": "SIMPLIFIED", "findings": [PRICE, ALCOHOL]},
            "간이통관",
            "물품가격이 현장면세통관 한도를 초과합니다(XF-02). 현장면세통관 배제 사유가 있습니다(XF-05).",
            id="by its price and goods",
        ),
        pytest.param(
            {"route": "GENERAL", "findings": [PRICE]},
            "일반수입신고",
            "물품가격이 간이통관 한도를 초과합니다.",
            id="by a high price",
        ),
        pytest.param(
            {"route": "GENERAL", "findings": [PERMIT]},
            "일반수입신고",
            "간이통관 배제 사유가 있습니다(XF-06).",
            id="by what needs a permit",
        ),
    ],
)
def test_the_mail_has_names_of_its_own(changes: Json, route: str, why: str, capsys: pytest.CaptureFixture[str]) -> None:
    _show(File("ep", [decision(house_bill="LX473124829CN", carrier="ep", **changes)]), "ko")
    answer = capsys.readouterr().out
    assert answer.startswith("우편물번호 LX473124829CN(통관우체국 ep)\n")
    assert f"  통관절차          {route}: {why}\n" in answer
    assert "  결정 계기         최초 제출(우편물목록 M-1, 1차 제출, 발송편 180-12345675)\n" in answer


def test_a_covert_finding_is_shown_with_its_case(capsys: pytest.CaptureFixture[str]) -> None:
    covert = found("SEC-05", "nothing_is_targeted", message_id="", evidence={"lane": "XRAY"})
    file = File("kx", [decision(outcome="INSPECT", findings=[HELD])])
    file.cases = [
        {
            "desk": "INSPECTION",
            "case_id": "c1",
            "opened_at": "2026-11-23T05:03:00.000Z",
            "findings": [HELD, covert],
            "sequence": 1,
            "decision_id": "d1",
            "evidence_parcels": [],
            "lane": "XRAY",
        }
    ]
    file.notices = [
        {
            "manifest_id": "M-1",
            "manifest_version": 1,
            "answered_at": "2026-11-23T05:03:00.000Z",
            "parcels": [{"answer": "REQUEST_FOR_SCREENING"}, {"answer": "HOLD"}],
        }
    ]
    _, _, case = explained(file, capsys, "ko").partition("보안 사건")
    assert "검사(검색기검사), 사유 XF-08, SEC-05, 2026. 11. 23. 14:03:00 개시(사건번호 c1)" in case
    assert "    SEC-05 처리 변경  (1번째 화물)\n" in case
    assert "XF-08 처리 변경" not in case
    assert "제출자에게 통지: 정밀 검색 요구(RFS), 통관보류, 2026. 11. 23. 14:03:00" in case


@pytest.mark.parametrize("args", [[], ["--lang", "ko"], ["--explain"]], ids=str)
def test_json_is_the_same_in_every_language(args: list[str]) -> None:
    assert check("--json", *args).stdout == check("--json").stdout


@pytest.mark.parametrize(
    ("environment", "lang"),
    [
        ({}, "en"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "ko.UTF-8"}, "ko"),
        ({"LANG": "kok_IN"}, "en"),
        ({"LC_ALL": "", "LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "ko_KR.UTF-8"}, "en"),
        ({"LC_MESSAGES": "ko_KR.UTF-8", "LANG": "en_US.UTF-8"}, "ko"),
    ],
    ids=str,
)
def test_the_language_of_the_environment(environment: dict[str, str], lang: str) -> None:
    assert lang_of(environment) == lang


def test_an_option_wins_over_the_environment() -> None:
    assert check(LC_ALL="ko_KR.UTF-8").stdout == check("--lang", "ko").stdout
    assert check("--lang", "en", LC_ALL="ko_KR.UTF-8").stdout == check().stdout
    assert tonggwan("check", EXAMPLES / "import_post.json", "--lang", "fr").returncode == 2


def test_many_parcels_are_laid_out_when_asked() -> None:
    text = json.dumps(json.loads((EXAMPLES / "import_express.json").read_text(encoding="utf-8")))
    assert check(text=text).stdout.startswith("ACCEPTED ")
    assert "House bill " not in check(text=text).stdout
    assert check("--explain", text=text).stdout.count("House bill ") == 2


def on_terminal(width: int, *args: str, **env: str) -> str:
    """What a terminal of this width is sent."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    words = [sys.executable, "-m", "streams", "check", "-", "--at", AT, *args]
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=theirs,
        stderr=theirs,
        env=environ(LC_ALL="C.UTF-8", TERM="xterm-256color", **env),
    )
    os.close(theirs)
    assert process.stdin
    process.stdin.write(whisky().encode())
    process.stdin.close()
    sent = bytearray()
    try:
        while read := os.read(ours, 65_536):
            sent += read
    except OSError:  # how a terminal ends
        pass
    os.close(ours)
    assert process.wait(timeout=60) == 0
    return sent.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [60, 140])
def test_nothing_is_wider_than_the_terminal(width: int, lang: str) -> None:
    sent = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(width, "--lang", lang))
    assert ESCAPE not in sent
    _, _, explained = sent.partition("180-12345675")
    assert [line for line in explained.splitlines() if cell_len(line) > width] == []
    assert "[1] " in explained


def test_colours_are_for_terminals() -> None:
    assert ESCAPE in on_terminal(100)
    assert ESCAPE not in check().stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", on_terminal(100, NO_COLOR="1"))


# what stands on the topics


def explained(file: File, capsys: pytest.CaptureFixture[str], lang: str = "en") -> str:
    _show(file, lang)  # type: ignore[arg-type]  # a language
    return capsys.readouterr().out


def test_events_cases_and_notices_stand_with_their_decision(capsys: pytest.CaptureFixture[str]) -> None:
    first = decision(outcome="HOLD", findings=[HELD])
    later = decision(
        decision_id="d2", sequence=2, supersedes=1, event="VERIFIED", decided_at="2026-11-23T06:00:00.000Z"
    )
    file = File("kx", [later, first])
    file.cases = [
        {
            "desk": "HOLD",
            "case_id": "c1",
            "opened_at": "then",
            "findings": [HELD],
            "sequence": 1,
            "decision_id": "d1",
            "evidence_parcels": ["KX2"],
            "lane": None,
        }
    ]
    file.notices = [
        {
            "manifest_id": "M-1",
            "manifest_version": 1,
            "answered_at": first["decided_at"],
            "parcels": [{"answer": "HOLD"}],
        }
    ]
    said = explained(file, capsys)
    one, two = said.split("Decision 2: RELEASE on route LIST (in force)")
    assert "In force: decision 2, RELEASE." in one
    assert "HOLD case c1, opened then, for XF-08; related parcels KX2" in one
    assert "carrier notified: HOLD, 2026-11-23 14:03:00 KST" in one
    assert "carrier notified" not in two
    assert (
        "VERIFIED, customs has answered who the importer is; manifest M-1 version 1, master bill 180-12345675, "
        "replaces decision 1" in two
    )


def test_a_rule_that_is_not_in_full_force_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    show_decision(
        decision(findings=[found("XF-08", "importer_matches", "INFO", evidence={"differs": "name"}, phase="OBSERVE")]),
        "en",
    )
    said = capsys.readouterr().out
    assert (
        "      figures: differs: name\n      phase: OBSERVE: watched only: nobody is told and nothing is done\n" in said
    )


def test_a_decision_of_another_rule_set_is_shown_as_far_as_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    show_decision(
        decision(
            event="RELEASED_BY_OFFICER",
            findings=[found("ZZ-99", "nobodys")],
            versions=decision()["versions"] | {"rates": None},
        ),
        "ko",
    )
    said = capsys.readouterr().out
    assert "RELEASED_BY_OFFICER(적재화물목록 M-1, 1차 제출" in said
    assert "    ZZ-99 처리 변경  (1번째 화물)\n      확인: as the rule says\n" in said


def test_what_comes_from_outside_cannot_speak_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    bad = f"{ESCAPE}[2J{{route}}[red]\n"
    finding = found(bad, bad, message=bad, path=bad, evidence={bad: bad})
    goods = [{"category": bad, "hs_code": bad, "hs_suggestions": [{"code": bad, "score": 0.5}]}]
    line = {"item": 0, "tax": "duty", "base": 1, "rate": bad, "amount": 1, "source": bad}
    of = decision(
        house_bill=bad,
        carrier=bad,
        manifest_id=bad,
        master_bill=bad,
        findings=[finding],
        goods=goods,
        tax=tax(lines=[line]),
    )
    for lang in ("en", "ko"):
        said = explained(File(bad, [of]), capsys, lang)
        assert ESCAPE not in said
        assert "\\x1b[2J{route}[red]\\n" in said


def test_a_receipt_shows_the_first_remarks_and_counts_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    remark = {"code": "XF-04", "severity": "INFO", "path": "/parcels/0/freight", "message": "a remark"}
    parcels = [
        {"house_bill": f"KX{number}", "path": "", "answer": "ACCEPTED", "findings": [remark]}
        for number in range(REMARKS_MAX + 3)
    ]
    receipt = {
        "status": "ACCEPTED",
        "manifest_id": "M-1",
        "manifest_version": 1,
        "counts": {"received": 23},
        "findings": [],
        "parcels": parcels,
    }
    show_receipt(receipt, "a.json", "en")
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "ACCEPTED M-1 version 1: received 23 (a.json)"
    assert said[1:4] == [
        "remarks on accepted parcels",
        "house bill\tcode\tpath\tmessage",
        "KX0\tXF-04\t/parcels/0/freight\ta remark",
    ]
    assert said[-1] == "3 more remarks; use --json to see them all"
    assert len(said) == 1 + 2 + REMARKS_MAX + 1

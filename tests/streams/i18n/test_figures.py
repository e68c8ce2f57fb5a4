"""The evidence that a message does not show, by name and with its unit."""

from typing import Any

import pytest

from streams.i18n import figures


def finding(message_id: str = "", **evidence: str) -> dict[str, Any]:
    return {"message_id": message_id, "message": "", "evidence": evidence}


def test_what_the_message_shows_is_not_said_again() -> None:
    price = {"goods_price_usd": "393.500000", "limit_usd": "150.00"}
    assert figures(finding("PRICE_ABOVE_LIST_LIMIT", **price), "ko") == ""
    assert figures(finding("", **price), "ko") == "물품가격(미화): 393.50, 기준(미화): 150.00"
    assert figures(finding("", **price), "en") == "goods price in USD: 393.50, limit in USD: 150.00"


@pytest.mark.parametrize(
    ("evidence", "english", "korean"),
    [
        pytest.param({"category": "TOBACCO"}, "category: TOBACCO", "분류: 담배", id="a word of the wire"),
        pytest.param({"unit": "ML"}, "unit: ML", "단위: ml", id="a unit"),
        pytest.param({"by": "SENDER"}, "compared by: SENDER", "기준 항목: 송하인", id="a kind of target"),
        pytest.param({"by": "phone"}, "compared by: phone", "기준 항목: 전화번호", id="a particular"),
        pytest.param({"found": '"0"'}, 'found: "0"', '확인된 값: "0"', id="a quotation"),
        pytest.param({"goods": "6109"}, "goods: 6109", "물품: 제6109호", id="a heading"),
        pytest.param({"net_g": "11000"}, "net weight in g: 11,000", "순중량(g): 11,000", id="a number"),
        pytest.param(
            {"priority_ppm": "326978"}, "selection priority: 32.70%", "선별 우선도: 32.70%", id="parts of a million"
        ),
        pytest.param({"score": "high"}, "confidence: high", "확신도: high", id="no number"),
        pytest.param({"site": "*/AIR_EXPRESS"}, "site: */AIR_EXPRESS", "도착지: 모든 도착지 항공 특송", id="all sites"),
        pytest.param({"site": "KRICN/POST"}, "site: KRICN/POST", "도착지: KRICN 우편", id="one site"),
        pytest.param(
            {"why": "words+976 alike-20"}, "reasons of the match: words+976 alike-20",
            "유사 사유: 같은 낱말 +97.6%p, 비슷한 낱말 -2%p", id="why two names are alike",
        ),
        pytest.param({"why": "a tip"}, "reasons of the match: a tip", "유사 사유: a tip", id="an officer's words"),
        pytest.param(
            {"due": "2026-11-23T12:40:00+08:00"}, "due: 2026-11-23 13:40:00 KST", "제출 기한: 2026. 11. 23. 13:40:00",
            id="a time",
        ),
        pytest.param(
            {"house_bills": "KX1 KX2"}, "related house bills: KX1, KX2", "관련 하우스 B/L: KX1, KX2", id="house bills"
        ),
        pytest.param({"novel": "x"}, "novel: x", "novel: x", id="a figure of another version"),
    ],
)  # fmt: skip
def test_a_figure(evidence: dict[str, str], english: str, korean: str) -> None:
    assert (figures(finding(**evidence), "en"), figures(finding(**evidence), "ko")) == (english, korean)

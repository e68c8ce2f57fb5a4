"""Customs' replies: those that are documented, and everything else."""

import pytest

from streams.importer_verifier.reply import (
    BYTES_MAX,
    DEPTH_MAX,
    ELEMENTS_MAX,
    REASONS_MAX,
    KeyRefusedError,
    Reply,
    UnreadableReplyError,
    read_reply,
)
from tests.importers_server import reply

ROOT = "persEcmQryRtnVo"
BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [
<!ENTITY a "김민서"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<persEcmQryRtnVo><persEcmQryRtnErrInfoVo><errMsgCn>&c;</errMsgCn></persEcmQryRtnErrInfoVo><tCnt>0</tCnt></persEcmQryRtnVo>""".encode()
OUTSIDE = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><persEcmQryRtnVo><tCnt>&x;</tCnt></persEcmQryRtnVo>'


def nested(depth: int) -> bytes:
    """A reply that goes so many levels deep."""
    return f"<{ROOT}><tCnt>1</tCnt>{'<a>' * (depth - 1)}{'</a>' * (depth - 1)}</{ROOT}>".encode()


def wide(elements: int) -> bytes:
    """A reply with so many elements."""
    return f"<{ROOT}><tCnt>1</tCnt>{'<a/>' * (elements - 2)}</{ROOT}>".encode()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(reply("1"), Reply(matches=True), id="a match"),
        pytest.param(reply("0"), Reply(matches=False), id="no match, no reason"),
        pytest.param(reply("0", ["하나", "둘"]), Reply(matches=False, reasons=("하나", "둘")), id="two reasons"),
        pytest.param(
            reply("0", ["a & b < c"]), Reply(matches=False, reasons=("a & b < c",)), id="a reason with signs of XML"
        ),
        pytest.param(b"\xef\xbb\xbf" + reply("1"), Reply(matches=True), id="a byte order mark"),
        pytest.param(f"<{ROOT}>\n  <tCnt> 1 </tCnt>\n</{ROOT}>".encode(), Reply(matches=True), id="spaces and lines"),
        pytest.param(
            f"<{ROOT}><tCnt>1</tCnt><persEcmQryRtnErrInfoVo/></{ROOT}>".encode(),
            Reply(matches=True),
            id="an empty list of reasons",
        ),
        pytest.param(
            reply("0", [""] * REASONS_MAX),
            Reply(matches=False, reasons=("",) * REASONS_MAX),
            id="as many reasons as are read",
        ),
        pytest.param(nested(DEPTH_MAX), Reply(matches=True), id="as deep as is read"),
        pytest.param(wide(ELEMENTS_MAX), Reply(matches=True), id="as many elements as are read"),
        pytest.param(
            reply("1").replace(b"</tCnt>", b"</tCnt>" + b" " * (BYTES_MAX - len(reply("1")))),
            Reply(matches=True),
            id="as many bytes as are read",
        ),
    ],
)
def test_read(body: bytes, expected: Reply) -> None:
    assert read_reply(body) == expected


@pytest.mark.parametrize(
    ("body", "says"),
    [
        pytest.param(b"", "no XML", id="nothing"),
        pytest.param(b"<html><body>login</html>", "no XML", id="a page"),
        pytest.param(b"{}", "no XML", id="JSON"),
        pytest.param(reply("1")[:-5], "no XML", id="cut off"),
        pytest.param(reply("1") + reply("1"), "no XML", id="two documents"),
        pytest.param(b"<a><tCnt>1</tCnt></a>", "no tCnt", id="another root"),
        pytest.param(f"<{ROOT}><a><tCnt>1</tCnt></a></{ROOT}>".encode(), "no tCnt", id="a tCnt elsewhere"),
        pytest.param(f"<{ROOT}><tCnt>1</tCnt><tCnt>0</tCnt></{ROOT}>".encode(), "more than one tCnt", id="both"),
        pytest.param(
            reply("1", ["납세의무자 휴대전화번호가 일치하지 않습니다."]),
            "neither yes nor no",
            id="yes with a reason against it",
        ),
        pytest.param(reply("2"), "neither yes nor no", id="another count"),
        pytest.param(reply(""), "neither yes nor no", id="no count"),
        pytest.param(reply("１"), "neither yes nor no", id="a full-width 1"),
        pytest.param(reply("0", [""] * (REASONS_MAX + 1)), "neither yes nor no", id="a reason too many"),
        pytest.param(reply("0", ["김민서"]).decode().encode("euc-kr"), "no UTF-8", id="another encoding"),
        pytest.param(reply("1").decode().encode("utf-16"), "no UTF-8", id="two bytes a letter"),
        pytest.param(BOMB, "a document type", id="entities within entities"),
        pytest.param(OUTSIDE, "a document type", id="an entity from a file"),
        pytest.param(f"<{ROOT}><tCnt>&x;</tCnt></{ROOT}>".encode(), "no XML", id="an entity that nobody declared"),
        pytest.param(nested(DEPTH_MAX + 1), "too many elements", id="a level too deep"),
        pytest.param(nested(100_000)[:BYTES_MAX], "too many elements", id="as deep as the bytes allow"),
        pytest.param(wide(ELEMENTS_MAX + 1), "too many elements", id="an element too many"),
        pytest.param(b"<" + b"a" * BYTES_MAX, f"more than {BYTES_MAX} bytes", id="a byte too many"),
    ],
)
def test_refused(body: bytes, says: str) -> None:
    with pytest.raises(UnreadableReplyError) as refused:
        read_reply(body)
    assert says in str(refused.value)
    assert "김민서" not in str(refused.value)


def test_a_key_that_customs_refuses() -> None:
    with pytest.raises(KeyRefusedError):
        read_reply(reply("-1", ["인증키 오류"]))


def test_reasons_are_in_no_repr() -> None:
    assert "김민서" not in repr(Reply(matches=False, reasons=("김민서",)))

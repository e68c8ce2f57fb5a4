"""The reply of customs' open interface, API028: XML with root `persEcmQryRtnVo`, read strictly and within bounds.

`tCnt` is 1 when everything matches and 0 when something does not; each `persEcmQryRtnErrInfoVo` then has a reason in
`errMsgCn`, which repeats the name that was asked. -1 means that the key was refused. Anything else is no reply.
A document type is refused, and with it every entity.
"""

from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

BYTES_MAX: Final = 64 * 1024
"""A real reply has some hundred bytes."""
DEPTH_MAX: Final = 8
ELEMENTS_MAX: Final = 200
REASONS_MAX: Final = 20

ROOT: Final = "persEcmQryRtnVo"
COUNT: Final = (ROOT, "tCnt")
REASON: Final = (ROOT, "persEcmQryRtnErrInfoVo", "errMsgCn")
MATCHES: Final = "1"
DIFFERS: Final = "0"
REFUSED: Final = "-1"


class UnreadableReplyError(ValueError):
    """What came is no reply; the message never quotes it."""


class KeyRefusedError(Exception):
    """Customs refuses the key."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Whether everything matches, and the reasons why not, in customs' words: they may name a person."""

    matches: bool
    reasons: tuple[str, ...] = field(default=(), repr=False)


def read_reply(body: bytes) -> Reply:
    """A reply in UTF-8. Raises UnreadableReplyError, or KeyRefusedError."""
    if len(body) > BYTES_MAX:
        raise UnreadableReplyError(f"more than {BYTES_MAX} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableReplyError("no UTF-8") from None
    tree = _Tree()
    tree.parse(text)
    counts = tree.texts(COUNT)
    if len(counts) != 1:
        raise UnreadableReplyError("no tCnt" if not counts else "more than one tCnt")
    reasons = tree.texts(REASON)
    if counts[0] == REFUSED:
        raise KeyRefusedError
    if counts[0] == MATCHES and not reasons:
        return Reply(matches=True)
    if counts[0] == DIFFERS and len(reasons) <= REASONS_MAX:
        return Reply(matches=False, reasons=tuple(reasons))
    raise UnreadableReplyError("a tCnt that says neither yes nor no")


class _Tree:
    """Texts of a small document by the path of their element."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._found: list[tuple[tuple[str, ...], list[str]]] = []
        self._elements = 0

    def parse(self, text: str) -> None:
        """Read all of it."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(text.encode(), True)  # noqa: FBT003 - expat takes it by position alone
        except expat.ExpatError:
            raise UnreadableReplyError("no XML") from None

    def texts(self, path: tuple[str, ...]) -> list[str]:
        """The texts of all elements there."""
        return ["".join(parts).strip() for found, parts in self._found if found == path]

    def _doctype(self, *_: object) -> None:
        raise UnreadableReplyError("a document type")

    def _start(self, name: str, _: object) -> None:
        self._elements += 1
        self._path.append(name)
        if self._elements > ELEMENTS_MAX or len(self._path) > DEPTH_MAX:
            raise UnreadableReplyError("too many elements")
        self._found.append((tuple(self._path), []))

    def _end(self, _: object) -> None:
        self._path.pop()

    def _text(self, text: str) -> None:
        if self._found and self._found[-1][0] == tuple(self._path):
            self._found[-1][1].append(text)

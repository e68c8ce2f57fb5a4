"""The conformance corpus: cases of law as tables of data, the manifests they stand for, and how what came is judged.

Reads a file of cases, builds from each the manifests a carrier would send, and compares the answers with what the case
expects. Who answers is handed in: `tonggwan check --expect` hands in the same work that a worker does.
The format is described in `docs/conformance.md`.
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec

from streams.errors import OperatorError

T = TypeVar("T")

OF_MANIFEST: Final = "manifest:"
"""Begins a pointer that starts at the manifest instead of the parcel."""

NAME_CHARS_MAX: Final = 120
"""Of a file that a case is written to."""
AMOUNT: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
WORD: Final = re.compile(r"[^\W_]+")
_PLACE: Final = re.compile(r" - at `(\$[^`]*)`$")

Read = Mapping[str, Any]


class Answered(Protocol):
    """Everything that one record brought, with the names of the schemas."""

    @property
    def receipts(self) -> Sequence[Read]:
        """Answers to the carrier."""

    @property
    def notices(self) -> Sequence[Read]:
        """What else the carrier is told."""

    @property
    def decisions(self) -> Sequence[Read]:
        """Decisions on parcels."""

    @property
    def cases(self) -> Sequence[Read]:
        """Security cases."""

    @property
    def letters(self) -> Sequence[Read]:
        """The record itself, if it was set aside."""


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What has to come of one parcel, and of the manifest it stands in.

    What is left out is not looked at, but for `findings`.
    """

    findings: tuple[str, ...] = ()
    """`CODE SEVERITY pointer`, all those of the file's rule and of each other code that is named; one said twice
    counts once.
    """
    only: bool = False
    """No other code may have found anything."""
    evidence: dict[str, str] = {}
    """Figures that one finding of the rule has to carry."""
    silent: bool = False
    """Nothing of the rule may show on what the carrier is told."""
    route: str | None = None
    outcome: str | None = None
    goods_price_usd: str | None = None
    customs_value_krw: int | None = None
    categories: tuple[str, ...] | None = None
    """What each line was taken for, "none" for nothing special."""
    tax: dict[str, int | str] = {}
    exempt: str | None = None
    decision: dict[str, Any] = {}
    """Any other field of the decision, by pointer."""
    decisions: int | None = None
    """How many decisions the manifest brings."""
    receipt: str | None = None
    notices: tuple[str, ...] | None = None
    """What the carrier is told beside the receipt: INSPECT, HOLD."""
    desks: tuple[str, ...] | None = None
    """Which desks of security get a case."""
    set_aside: str | None = None
    """Code of the cause for which nobody could read the record."""


class Edits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Changes to a complete manifest, in this order."""

    copy: dict[str, str] = {}
    """To a pointer, the value at another."""
    fill: dict[str, int] = {}
    """A list up to so many elements, each like the first."""
    change: dict[str, Any] = {}
    null: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    count: tuple[str, ...] = ()
    """Texts of a parcel that end in digits: each parcel has the number that follows on the one before, as its house
    bill has.
    """
    price: str | None = None
    """What the first line costs: one piece at this price, and the order paid with freight and charges."""


class ParcelStep(Edits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parcel of a manifest; `repeat` of them with the next house bills."""

    repeat: int = 1
    expect: Expected | None = None


class ManifestStep(Edits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of several manifests in a row."""

    base: str | None = None
    carrier: str | None = None
    lodged: str | None = None
    at: str | None = None
    after: str | None = None
    """How long after the one before, such as "2 days"."""
    new: bool = False
    """Another manifest, with the next number and the next house bills; otherwise it has those of the one before."""
    repeat: int = 1
    parcel: tuple[ParcelStep, ...] = ()
    expect: Expected | None = None


class ConformanceCase(Edits, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One case: a sentence, what is sent, what has to come."""

    name: str
    kind: Literal["positive", "negative", "boundary"]
    expect: Expected
    because: str = ""
    pending: str = ""
    """Why the program does not answer like this yet."""
    base: str | None = None
    figures: dict[str, str] = {}
    """Figures of thresholds.csv that the office has set otherwise."""
    carrier: str | None = None
    lodged: str | None = None
    """When the first manifest is lodged; it departs and arrives as much earlier or later."""
    at: str | None = None
    """When customs receives it; by default when it is lodged."""
    parcel: tuple[ParcelStep, ...] = ()
    manifest: tuple[ManifestStep, ...] = ()


class FileHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a file says of its rule before the cases."""

    rule: str
    introduction: str
    sentences: tuple[str, ...]
    """The rule's sentences, one for each row of the policy."""
    basis: tuple[str, ...]
    """The basis of each."""
    base: str
    finds: bool = True
    """False for a rule that reckons and finds nothing: its positive cases are those it applies to."""
    no_boundary: str = ""
    """Why the rule has no natural boundary."""


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A file of cases."""

    path: Path
    head: FileHeader
    cases: tuple[ConformanceCase, ...]

    @property
    def bases(self) -> Path:
        """The folder of complete manifests that the cases begin with."""
        return self.path.parent / "base"

    @property
    def reference(self) -> Path:
        """The folder of tables that stand in for the program's own."""
        return self.path.parent / "reference"


@dataclass(frozen=True, slots=True)
class SentManifest:
    """A manifest as a carrier sends it, and what is expected of it: by the index of a parcel."""

    carrier: str
    at_ms: int
    manifest: dict[str, Any]
    expected: tuple[tuple[int, Expected], ...]

    @property
    def value(self) -> bytes:
        """The record."""
        return msgspec.json.encode(self.manifest)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that came otherwise."""

    where: str
    what: str
    expected: str
    came: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a case."""

    file: CaseFile
    case: ConformanceCase
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether it came as expected, or fails as a pending case has to."""
        return bool(self.differences) == bool(self.case.pending)


Evaluator = Callable[[Sequence[SentManifest], Mapping[str, str]], Sequence[Answered]]
"""Answers manifests in a row, nothing remembered before the first, under law with some figures set otherwise."""


# reading


def read(path: Path) -> CaseFile:
    """A file of cases. Raises OperatorError with the file, the case and what would be right."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise OperatorError(
            f"{path.name} can't be read ({error.strerror}): name a file of cases such as conformance/XF-02.toml."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OperatorError(
            f"{path.name} is no TOML: {error}; text stands in double quotes, and a table in braces on one line."
        ) from error
    cases = raw.pop("case", [])
    head = _table(raw, FileHeader, f"{path.name}, head")
    if not isinstance(cases, list) or not cases:
        raise OperatorError(f"{path.name} has no case: write each below a line [[case]].")
    file = CaseFile(path, head, tuple(_case(each, number, path.name) for number, each in enumerate(cases, start=1)))
    seen: set[str] = set()
    for case in file.cases:
        if case.name in seen:
            raise OperatorError(f"{where(file, case)}: the name stands twice; give each case a sentence of its own.")
        seen.add(case.name)
        _agrees(file, case)
    return file


def where(file: CaseFile, case: ConformanceCase) -> str:
    """File and case, for people."""
    return f'{file.path.name}, case "{case.name}"'


def _case(raw: object, number: int, name: str) -> ConformanceCase:
    named_as = raw.get("name") if isinstance(raw, dict) else None
    return _table(
        raw,
        ConformanceCase,
        f'{name}, case {number} "{named_as}"' if isinstance(named_as, str) else f"{name}, case {number}",
    )


def _table(raw: object, kind: type[T], place: str) -> T:
    """A table as what it has to be, or a sentence that says what is wrong."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise OperatorError(f"{place}: {_plain(str(error), kind)}.") from None


def _plain(error: str, kind: type) -> str:
    """The library's sentence in plain words."""
    at = _PLACE.search(error)
    named_as = _PLACE.sub("", error)
    inside = f" in {at[1].removeprefix('$.')}" if at and at[1] != "$" else ""
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", named_as):
        known = _fields_at(kind, at[1] if at else "$")
        near = difflib.get_close_matches(unknown[1], known, 1)
        return f"nobody knows {unknown[1]!r}{inside}; " + (
            f"{near[0]!r} may be meant" if near else f"right are {', '.join(known)}"
        )
    if missing := re.fullmatch(r"Object missing required field `(.*)`", named_as):
        return f"{missing[1]!r} is missing{inside}; every " + (
            "case needs name, kind and expect"
            if kind is ConformanceCase
            else "head needs rule, introduction, sentences, basis and base"
        )
    return f"{named_as.replace('`', chr(39))}{inside}"


def _fields_at(kind: type, place: str) -> tuple[str, ...]:
    """The names that are right at a place in a file."""
    last = next(
        (word for word in reversed(re.findall(r"[a-z_]+", place)) if word in ("expect", "parcel", "manifest")), ""
    )
    struct = {"expect": Expected, "parcel": ParcelStep, "manifest": ManifestStep}.get(last, kind)
    return tuple(getattr(struct, "__struct_fields__", ()))


def _agrees(file: CaseFile, case: ConformanceCase) -> None:
    """The kind says what is expected: a positive case that expects nothing would pass for the wrong reason."""
    fires = any(
        finding.split(" ")[0] == file.head.rule for expected in _all_expected(case) for finding in expected.findings
    )
    for expected in _all_expected(case):
        for finding in expected.findings:
            if not re.fullmatch(r"[A-Z]+-\d+ (REJECT|ACT|WARN|INFO)( \S+)?", finding):
                raise OperatorError(
                    f"{where(file, case)}: {finding!r} is no finding; write code, severity and pointer such as "
                    "'XF-02 ACT /items'."
                )
    if case.kind == "positive" and file.head.finds and not fires and case.expect.set_aside is None:
        raise OperatorError(
            f"{where(file, case)}: a positive case names a finding of {file.head.rule} in expect; it names none."
        )
    if case.kind == "negative" and any(finding.split(" ")[0] == file.head.rule for finding in case.expect.findings):
        raise OperatorError(
            f"{where(file, case)}: a negative case expects no finding of {file.head.rule}; call it positive or "
            "boundary."
        )
    if case.parcel and case.manifest:
        raise OperatorError(
            f"{where(file, case)}: it has parcels and manifests side by side; put the parcels into "
            "[[case.manifest.parcel]]."
        )


def _all_expected(case: ConformanceCase) -> Iterator[Expected]:
    yield case.expect
    for parcel in (*case.parcel, *(parcel for step in case.manifest for parcel in step.parcel)):
        if parcel.expect is not None:
            yield parcel.expect
    for step in case.manifest:
        if step.expect is not None:
            yield step.expect


def count(file: CaseFile, kind: str) -> int:
    """How many cases of a kind a file has."""
    return sum(case.kind == kind for case in file.cases)

"""The conformance corpus: cases of law as tables of data, the manifests they stand for, and how what came is judged.

Reads a file of cases, builds from each the manifests a carrier would send, and compares the answers with what the case
expects. Who answers is handed in: `tonggwan check --expect` hands in the same work that a worker does.
The format is described in `docs/conformance.md`.
"""

import copy
import difflib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, Literal, Protocol, TypeVar

import msgspec

from agents.clock import parse_rfc3339
from streams.trouble import Trouble

T = TypeVar("T")

OF_MANIFEST: Final = "manifest:"
"""Begins a pointer that starts at the manifest instead of the parcel."""
NONE: Final = "none"
"""Expected of a field of the decision that is null."""
NOT_LOOKED_AT: Final = "(nothing)"

NAME_CHARS_MAX: Final = 120
"""Of a file that a case is written to."""

_SPAN: Final = re.compile(r"(\d+) (second|minute|hour|day|week)s?")
_SERIAL: Final = re.compile(r"\d+$")
_SHIFTED: Final = ("lodged_at", "departs_at", "arrives_at")
"""Times of a manifest that a later one has later by as much."""
_AMOUNT: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)
_WORD: Final = re.compile(r"[^\W_]+")
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
    """What has to come of one parcel, and of the manifest it stands in. What is left out is not looked at, but for `findings`."""

    findings: tuple[str, ...] = ()
    """`CODE SEVERITY pointer`, all those of the file's rule and of each other code that is named; one said twice counts once."""
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
    """Texts of a parcel that end in digits: each parcel has the number that follows on the one before, as its house bill has."""
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


class Case(Edits, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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
    head: Head
    cases: tuple[Case, ...]

    @property
    def bases(self) -> Path:
        """The folder of complete manifests that the cases begin with."""
        return self.path.parent / "base"

    @property
    def reference(self) -> Path:
        """The folder of tables that stand in for the program's own."""
        return self.path.parent / "reference"


@dataclass(frozen=True, slots=True)
class Sent:
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
    case: Case
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether it came as expected, or fails as a pending case has to."""
        return bool(self.differences) == bool(self.case.pending)


Judge = Callable[[Sequence[Sent], Mapping[str, str]], Sequence[Answered]]
"""Answers manifests in a row, nothing remembered before the first, under law with some figures set otherwise."""


# reading


def read(path: Path) -> CaseFile:
    """A file of cases. Raises Trouble with the file, the case and what would be right."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Trouble(f"{path.name} can't be read ({error.strerror}): name a file of cases such as conformance/XF-02.toml.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Trouble(f"{path.name} is no TOML: {error}; text stands in double quotes, and a table in braces on one line.") from error
    cases = raw.pop("case", [])
    head = _table(raw, Head, f"{path.name}, head")
    if not isinstance(cases, list) or not cases:
        raise Trouble(f"{path.name} has no case: write each below a line [[case]].")
    file = CaseFile(path, head, tuple(_case(each, number, path.name) for number, each in enumerate(cases, start=1)))
    seen: set[str] = set()
    for case in file.cases:
        if case.name in seen:
            raise Trouble(f"{where(file, case)}: the name stands twice; give each case a sentence of its own.")
        seen.add(case.name)
        _agrees(file, case)
    return file


def where(file: CaseFile, case: Case) -> str:
    """File and case, for people."""
    return f'{file.path.name}, case "{case.name}"'


def _case(raw: object, number: int, name: str) -> Case:
    said = raw.get("name") if isinstance(raw, dict) else None
    return _table(raw, Case, f'{name}, case {number} "{said}"' if isinstance(said, str) else f"{name}, case {number}")


def _table(raw: object, kind: type[T], place: str) -> T:
    """A table as what it has to be, or a sentence that says what is wrong."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise Trouble(f"{place}: {_plain(str(error), kind)}.") from None


def _plain(error: str, kind: type) -> str:
    """The library's sentence in plain words."""
    at = _PLACE.search(error)
    said = _PLACE.sub("", error)
    inside = f" in {at[1].removeprefix('$.')}" if at and at[1] != "$" else ""
    if unknown := re.fullmatch(r"Object contains unknown field `(.*)`", said):
        known = _fields_at(kind, at[1] if at else "$")
        near = difflib.get_close_matches(unknown[1], known, 1)
        return f"nobody knows {unknown[1]!r}{inside}; " + (f"{near[0]!r} may be meant" if near else f"right are {', '.join(known)}")
    if missing := re.fullmatch(r"Object missing required field `(.*)`", said):
        return f"{missing[1]!r} is missing{inside}; every {'case needs name, kind and expect' if kind is Case else 'head needs rule, introduction, sentences, basis and base'}"
    return f"{said.replace('`', chr(39))}{inside}"


def _fields_at(kind: type, place: str) -> tuple[str, ...]:
    """The names that are right at a place in a file."""
    last = next((word for word in reversed(re.findall(r"[a-z_]+", place)) if word in ("expect", "parcel", "manifest")), "")
    struct = {"expect": Expected, "parcel": ParcelStep, "manifest": ManifestStep}.get(last, kind)
    return tuple(getattr(struct, "__struct_fields__", ()))


def _agrees(file: CaseFile, case: Case) -> None:
    """The kind says what is expected: a positive case that expects nothing would pass for the wrong reason."""
    fires = any(finding.split(" ")[0] == file.head.rule for expected in _all_expected(case) for finding in expected.findings)
    for expected in _all_expected(case):
        for finding in expected.findings:
            if not re.fullmatch(r"[A-Z]+-\d+ (REJECT|ACT|WARN|INFO)( \S+)?", finding):
                raise Trouble(f"{where(file, case)}: {finding!r} is no finding; write code, severity and pointer such as 'XF-02 ACT /items'.")
    if case.kind == "positive" and file.head.finds and not fires and case.expect.set_aside is None:
        raise Trouble(f"{where(file, case)}: a positive case names a finding of {file.head.rule} in expect; it names none.")
    if case.kind == "negative" and any(finding.split(" ")[0] == file.head.rule for finding in case.expect.findings):
        raise Trouble(f"{where(file, case)}: a negative case expects no finding of {file.head.rule}; call it positive or boundary.")
    if case.parcel and case.manifest:
        raise Trouble(f"{where(file, case)}: it has parcels and manifests side by side; put the parcels into [[case.manifest.parcel]].")


def _all_expected(case: Case) -> Iterator[Expected]:
    yield case.expect
    for parcel in (*case.parcel, *(parcel for step in case.manifest for parcel in step.parcel)):
        if parcel.expect is not None:
            yield parcel.expect
    for step in case.manifest:
        if step.expect is not None:
            yield step.expect


# building


def build(file: CaseFile, case: Case) -> tuple[Sent, ...]:
    """The manifests of a case, in the order they are sent."""
    return tuple(_Builder(file, case).all())


class _Builder:
    """Builds the manifests of one case, one after the other."""

    def __init__(self, file: CaseFile, case: Case) -> None:
        self._file, self._case = file, case
        self._elapsed = timedelta()
        self._number = 0
        """How many manifests with a number of their own came before."""
        self._first = 0
        """How many house bills they used."""
        self._used = 0

    def all(self) -> Iterator[Sent]:
        steps = self._case.manifest or (ManifestStep(parcel=self._case.parcel),)
        flat = [step for step in steps for _ in range(step.repeat)]
        for index, step in enumerate(flat):
            if step.after is not None:
                self._elapsed += self._span(step.after)
            if step.new or (index and flat[index - 1] is step):
                self._number += 1
                self._first = self._used
            yield self._one(step, last=index == len(flat) - 1)

    def _one(self, step: ManifestStep, *, last: bool) -> Sent:
        case = self._case
        name = step.base or case.base or self._file.head.base
        base = self._base(name)
        manifest = copy.deepcopy(base)
        manifest["manifest_id"] = self._counted(manifest["manifest_id"], self._number)
        (good,) = manifest["parcels"]
        manifest["parcels"] = []
        expected: list[tuple[int, Expected]] = []
        for block in step.parcel or (ParcelStep(),):
            for _ in range(block.repeat):
                parcel = copy.deepcopy(good)
                parcel["house_bill"] = self._counted(parcel["house_bill"], self._first + len(manifest["parcels"]))
                for edits in (case, step, block):
                    self._edit(parcel, edits, of_manifest=False)
                for pointer in dict.fromkeys((*case.count, *step.count, *block.count)):
                    self._put(parcel, pointer, self._counted(str(self._get(parcel, pointer)), self._first + len(manifest["parcels"])))
                manifest["parcels"].append(parcel)
            if block.expect is not None:
                expected.append((len(manifest["parcels"]) - 1, block.expect))
        self._used = max(self._used, self._first + len(manifest["parcels"]))
        end = len(manifest["parcels"]) - 1
        self._edit(manifest, case, of_manifest=True)
        self._move(manifest, step.lodged or case.lodged)
        self._edit(manifest, step, of_manifest=True)
        if step.expect is not None:
            expected.append((end, step.expect))
        if last:
            expected.append((end, case.expect))
        said = step.carrier or case.carrier or base["carrier"]
        return Sent(said, self._at_ms(step, manifest, base), manifest, tuple(expected))

    def _move(self, manifest: dict[str, Any], lodged: str | None) -> None:
        """Let a manifest be lodged, depart and arrive so much later than its base."""
        by = self._elapsed
        if lodged is not None:
            by += self._time(lodged) - self._time(manifest["lodged_at"])
        for time in _SHIFTED:
            moment = parse_rfc3339(manifest[time]) if isinstance(manifest.get(time), str) else None
            if moment is not None and by:
                manifest[time] = (moment + by).isoformat()
        if lodged is not None and not self._elapsed:
            manifest["lodged_at"] = lodged

    def _time(self, text: str) -> datetime:
        if (moment := parse_rfc3339(text)) is None:
            raise self._wrong(f"{text!r} is no time; one with offset such as 2026-11-23T14:02:11+09:00 is right")
        return moment

    def _base(self, name: str) -> dict[str, Any]:
        path = self._file.bases / f"{name}.json"
        try:
            manifest = _BASES.get(path) or msgspec.json.decode(path.read_bytes())
        except OSError as error:
            there = ", ".join(sorted(each.stem for each in self._file.bases.glob("*.json"))) or "none"
            raise self._wrong(f"there is no base {name!r}; there are {there}") from error
        except msgspec.DecodeError as error:
            raise self._wrong(f"base {name!r} is no JSON ({error})") from error
        if not isinstance(manifest, dict) or not isinstance(manifest.get("parcels"), list) or len(manifest["parcels"]) != 1:
            raise self._wrong(f"base {name!r} has to be a manifest with one parcel")
        _BASES[path] = manifest
        return manifest

    def _at_ms(self, step: ManifestStep, manifest: Read, base: Read) -> int:
        """When the broker stores the record: as the case says, else when the manifest says it was lodged."""
        said = step.at or self._case.at
        if said is not None:
            return int(self._time(said).timestamp() * 1000)
        lodged = manifest.get("lodged_at")
        moment = parse_rfc3339(lodged) if isinstance(lodged, str) else None
        if moment is None:
            moment = parse_rfc3339(base["lodged_at"])
            assert moment is not None  # noqa: S101 - a base is complete
            moment += self._elapsed
        return int(moment.timestamp() * 1000)

    def _span(self, text: str) -> timedelta:
        found = _SPAN.findall(text)
        if not found or _SPAN.sub("", text).replace(" and ", "").strip():
            raise self._wrong(f'after = {text!r} is no span of time; "2 days" or "23 hours 59 minutes" is right')
        return sum((timedelta(**{f"{unit}s": int(number)}) for number, unit in found), timedelta())

    def _counted(self, text: str, number: int) -> str:
        """The number that is so many after another."""
        if not number:
            return text
        serial = _SERIAL.search(text)
        if serial is None:
            raise self._wrong(f"{text!r} does not end in digits, so the next number is not known; change it in each parcel and manifest")
        return text[: serial.start()] + str(int(serial[0]) + number).zfill(len(serial[0]))

    # editing

    def _edit(self, target: dict[str, Any], edits: Edits, *, of_manifest: bool) -> None:
        """Apply those edits that are about the manifest, or those about a parcel."""
        if isinstance(edits, ParcelStep) and any(pointer.startswith(OF_MANIFEST) for pointer in _pointers(edits)):
            raise self._wrong("a [[case.parcel]] changes its own parcel only; put what is of the manifest into the case or [[case.manifest]]")
        steps: tuple[tuple[Callable[[object, str, Any], None], str, Any], ...] = (
            *((self._copy, to, origin) for to, origin in edits.copy.items()),
            *((self._fill, to, count) for to, count in edits.fill.items()),
            *((self._put, to, _spelled(value)) for to, value in edits.change.items()),
            *((self._put, to, None) for to in edits.null),
            *((self._remove, to, None) for to in edits.remove),
        )
        for do, to, value in steps:
            if to.startswith(OF_MANIFEST) == of_manifest:
                do(target, to.removeprefix(OF_MANIFEST), value)
        if not of_manifest and edits.price is not None:
            for to, value in _priced(target, edits.price):
                self._put(target, to, value)

    def _copy(self, target: object, pointer: str, origin: str) -> None:
        self._put(target, pointer, copy.deepcopy(self._get(target, origin.removeprefix(OF_MANIFEST))))

    def _fill(self, target: object, pointer: str, count: int) -> None:
        first = self._get(target, f"{pointer}/0")
        self._put(target, pointer, [copy.deepcopy(first) for _ in range(count)])

    def _parent(self, target: object, pointer: str) -> tuple[Any, str]:
        if not pointer.startswith("/"):
            raise self._wrong(f"{pointer!r} is no pointer; a path such as /items/0/amount, or manifest:/lodged_at, is right")
        *names, last = (name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/"))
        for name in names:
            target = self._child(target, name, pointer)
        return target, last

    def _child(self, target: Any, name: str, pointer: str) -> Any:  # noqa: ANN401 - whatever a manifest holds
        if isinstance(target, list) and name.isdigit() and int(name) < len(target):
            return target[int(name)]
        if isinstance(target, dict) and name in target:
            return target[name]
        has = ", ".join(target) if isinstance(target, dict) else f"a list of {len(target)}" if isinstance(target, list) else "no fields"
        raise self._wrong(f"{pointer!r} leads nowhere: there is no {name!r}, there is {has}")

    def _get(self, target: object, pointer: str) -> Any:  # noqa: ANN401 - whatever a manifest holds
        parent, last = self._parent(target, pointer)
        return self._child(parent, last, pointer)

    def _put(self, target: object, pointer: str, value: Any) -> None:  # noqa: ANN401 - whatever a manifest may hold
        parent, last = self._parent(target, pointer)
        if isinstance(parent, dict):
            parent[last] = value
        elif isinstance(parent, list) and last.isdigit() and int(last) < len(parent):
            parent[int(last)] = value
        elif isinstance(parent, list) and last in ("-", str(len(parent))):
            parent.append(value)
        else:
            raise self._wrong(f"{pointer!r} leads nowhere: {last!r} can't be set there")

    def _remove(self, target: object, pointer: str, _: None) -> None:
        self._get(target, pointer)
        parent, last = self._parent(target, pointer)
        del parent[int(last) if isinstance(parent, list) else last]

    def _wrong(self, what: str) -> Trouble:
        return Trouble(f"{where(self._file, self._case)}: {what}.")


_BASES: Final[dict[Path, dict[str, Any]]] = {}
"""Bases by their file: each is read once."""


def _pointers(edits: Edits) -> Iterator[str]:
    yield from (*edits.copy, *edits.fill, *edits.change, *edits.null, *edits.remove)


def _priced(parcel: Read, price: str) -> Iterator[tuple[str, str | int]]:
    """What a price changes; amounts that are none count as nothing."""
    yield from (("/items/0/quantity", 1), ("/items/0/unit_price", price), ("/items/0/amount", price))
    if parcel.get("order"):
        extras = [parcel.get(name) for name in ("freight", "insurance", "local_charges")]
        yield "/order/paid", str(sum((Decimal(extra) for extra in extras if isinstance(extra, str) and _AMOUNT.fullmatch(extra)), Decimal(price)))


def _spelled(value: Any) -> Any:  # noqa: ANN401 - whatever a manifest may hold
    """`{ text = "A", times = 36 }` spelled out; everything else as it is."""
    if isinstance(value, dict) and value.keys() == {"text", "times"}:
        return value["text"] * value["times"]
    return value


# judging


def run(file: CaseFile, case: Case, judge: Judge) -> Result:
    """Send the manifests of a case and compare."""
    sent = build(file, case)
    differences = []
    for number, (manifest, answer) in enumerate(zip(sent, judge(sent, case.figures), strict=True), start=1):
        for index, expected in manifest.expected:
            place = [f"manifest {number}"] if len(sent) > 1 else []
            place += [f"parcel {index + 1}"] if _parcels_of(manifest) > 1 else []
            came = Came(answer, manifest, index)
            differences += [Difference(", ".join(place), what, right, found) for what, right, found in compare(file.head.rule, expected, came)]
    return Result(file, case, tuple(differences))


def _parcels_of(sent: Sent) -> int:
    parcels = sent.manifest.get("parcels")
    return len(parcels) if isinstance(parcels, list) else 0


class Came:
    """What came of one parcel of a manifest."""

    def __init__(self, answer: Answered, sent: Sent, index: int) -> None:
        self.answer = answer
        self._prefix = f"/parcels/{index}"
        self._house_bill = self._house_bill_of(sent, index)
        self._many = _parcels_of(sent) > 1
        self.decision = self._decision(many=self._many)

    @staticmethod
    def _house_bill_of(sent: Sent, index: int) -> str | None:
        parcels = sent.manifest.get("parcels")
        parcel = parcels[index] if isinstance(parcels, list) and index < len(parcels) else None
        return parcel.get("house_bill") if isinstance(parcel, dict) else None

    def _decision(self, *, many: bool) -> Read | None:
        """The last decision on the parcel; of two parcels with one house bill, that whose findings lie in it."""
        decisions = self.answer.decisions
        if not many:
            return decisions[-1] if decisions else None
        of_bill = [decision for decision in decisions if decision["house_bill"] == self._house_bill]
        lies = [decision for decision in of_bill if any(self._is_mine(finding["path"]) for finding in decision["findings"])]
        if lies:
            return lies[-1]
        others = [decision for decision in of_bill if not any(finding["path"].startswith("/parcels/") for finding in decision["findings"])]
        return next(reversed(others or of_bill), None)

    def _is_mine(self, path: str) -> bool:
        return path == self._prefix or path.startswith(f"{self._prefix}/")

    @property
    def findings(self) -> list[tuple[str, Read]]:
        """Every finding on the manifest and on the parcel, with the sentence a case writes for it."""
        of_manifest = [finding for receipt in self.answer.receipts for finding in receipt["findings"]]
        known = {(finding["code"], finding["path"]) for finding in of_manifest}
        if self.decision is not None:
            own = [finding for finding in self.decision["findings"] if (finding["code"], finding["path"]) not in known]
        else:
            told = [parcel for receipt in self.answer.receipts for parcel in receipt["parcels"]]
            own = [finding for parcel in told if parcel["path"] == self._prefix for finding in parcel["findings"]]
        shown = {(finding["code"], finding["path"]) for finding in own}
        own += [finding for case in self._cases for finding in case["findings"] if (finding["code"], finding["path"]) not in shown]
        return [
            *((_written(finding, OF_MANIFEST + finding["path"]), finding) for finding in of_manifest),
            *((_written(finding, finding["path"].removeprefix(self._prefix)), finding) for finding in own),
        ]

    @property
    def notices(self) -> list[str]:
        """What the carrier is told of the parcel beside the receipt."""
        return [parcel["answer"] for notice in self.answer.notices for parcel in notice["parcels"] if not self._many or parcel["house_bill"] == self._house_bill]

    @property
    def _cases(self) -> list[Read]:
        """What desks of security hear of the parcel."""
        return [case for case in self.answer.cases if not self._many or case["house_bill"] == self._house_bill]

    @property
    def desks(self) -> list[str]:
        """Which desks of security get a case on the parcel."""
        return sorted(case["desk"] for case in self._cases)

    def told(self, code: str) -> list[str]:
        """What the carrier hears of a code."""
        return [
            _written(finding, finding["path"])
            for receipt in (*self.answer.receipts, *self.answer.notices)
            for finding in (*receipt["findings"], *(finding for parcel in receipt["parcels"] for finding in parcel["findings"]))
            if finding["code"] == code
        ]


def _written(finding: Read, path: str) -> str:
    return f"{finding['code']} {finding['severity']} {path}".rstrip()


def compare(rule: str, expected: Expected, came: Came) -> Iterator[tuple[str, str, str]]:
    """What came otherwise: what it is, what was expected, what came."""
    answer = came.answer
    if expected.set_aside is not None:
        yield from _same("set aside", expected.set_aside, ", ".join(letter["dead_letter"]["code"] for letter in answer.letters) or NONE)
        return
    if answer.letters:
        cause = answer.letters[0]["dead_letter"]
        yield "record", "an answer", f"set aside, {cause['code']}: {cause['message']}"
        return
    yield from _findings(rule, expected, came)
    yield from _decision(expected, came.decision or {})
    if expected.decisions is not None:
        yield from _same("number of decisions", expected.decisions, len(answer.decisions))
    if expected.receipt is not None:
        yield from _same("receipt", expected.receipt, answer.receipts[0]["status"] if answer.receipts else None)
    if expected.notices is not None:
        yield from _same("notices", ", ".join(expected.notices), ", ".join(came.notices))
    if expected.desks is not None:
        yield from _same("desks", ", ".join(sorted(expected.desks)), ", ".join(came.desks))
    if expected.silent and (told := came.told(rule)):
        yield "what the carrier hears", f"nothing of {rule}", "; ".join(told)


def _decision(expected: Expected, decision: Read) -> Iterator[tuple[str, str, str]]:
    """What stands in the decision otherwise."""
    tax = decision.get("tax") or {}
    for name, right, found in (
        ("route", expected.route, decision.get("route")),
        ("outcome", expected.outcome, decision.get("outcome")),
        ("customs value in KRW", expected.customs_value_krw, decision.get("customs_value_krw")),
        ("tax, exempt", expected.exempt, tax.get("exempt")),
        *((f"tax, {tax_of}", amount, tax.get(tax_of)) for tax_of, amount in expected.tax.items()),
        *((pointer, value, _found_at(decision, pointer)) for pointer, value in expected.decision.items()),
    ):
        if right is not None:
            yield from _same(name, right, found)
    if expected.goods_price_usd is not None and not _equal_amounts(expected.goods_price_usd, decision.get("goods_price_usd")):
        yield "goods price in USD", expected.goods_price_usd, _shown(decision.get("goods_price_usd"))
    if expected.categories is not None:
        yield from _same("categories", ", ".join(expected.categories), ", ".join(line["category"] or NONE for line in decision.get("goods", ())))


def _findings(rule: str, expected: Expected, came: Came) -> Iterator[tuple[str, str, str]]:
    """Findings of the codes that are looked at: a finding too few, too many, or without its figures."""
    looked_at = {rule, *(finding.split(" ")[0] for finding in expected.findings)}
    found = [(written, finding) for written, finding in came.findings if expected.only or finding["code"] in looked_at]
    for written, finding in found:
        if written not in expected.findings:
            yield "finding", NOT_LOOKED_AT, f"{written}: {finding['message']}"
    for written in expected.findings:
        if written not in dict(found):
            yield "finding", written, NOT_LOOKED_AT
    if expected.evidence:
        carried = [finding.get("evidence") or {} for _, finding in found if finding["code"] == rule]
        if not any(expected.evidence.items() <= evidence.items() for evidence in carried):
            yield "evidence", _shown(expected.evidence), "; ".join(_shown({name: evidence.get(name) for name in expected.evidence}) for evidence in carried) or NOT_LOOKED_AT


def _same(what: str, right: object, found: object) -> Iterator[tuple[str, str, str]]:
    if found != (None if right == NONE else right) and not (right == NONE and found == NONE):
        yield what, _shown(right) or NOT_LOOKED_AT, _shown(found) or NOT_LOOKED_AT


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_shown(each)}" for name, each in value.items())
    return NONE if value is None else f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _equal_amounts(right: str, found: str | None) -> bool:
    if right == NONE or found is None:
        return right == NONE and found is None
    try:
        return Decimal(right) == Decimal(found)
    except InvalidOperation:
        return False


def _found_at(value: Any, pointer: str) -> Any:  # noqa: ANN401 - whatever a decision holds
    for name in pointer.strip("/").split("/"):
        if isinstance(value, Mapping):
            value = value.get(name)
        elif isinstance(value, Sequence) and not isinstance(value, str) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        else:
            return None
    return value


# for others


def plain(file: CaseFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every manifest of a file and what is expected of it, as plain JSON objects by a file name: for other systems to be checked with."""
    for case in file.cases:
        words = "-".join(_WORD.findall(case.name.lower()))
        name = f"{file.head.rule}/{words[:NAME_CHARS_MAX]}"
        sent = build(file, case)
        steps = []
        for number, each in enumerate(sent, start=1):
            of = f"{name}.manifest{f'-{number}' if len(sent) > 1 else ''}.json"
            yield of, each.manifest
            expected = [{"parcel": index, "findings": [], **msgspec.to_builtins(_as_written(right))} for index, right in each.expected]
            steps.append({"file": of.rpartition("/")[2], "carrier": each.carrier, "received_at_ms": each.at_ms, "expect": expected})
        yield (
            f"{name}.expected.json",
            {"rule": file.head.rule, "name": case.name, "kind": case.kind, "because": case.because, "pending": case.pending or None, "figures": case.figures, "manifests": steps},
        )


def _as_written(expected: Expected) -> dict[str, Any]:
    """An expectation without what it does not look at."""
    empty = Expected()
    return {name: getattr(expected, name) for name in expected.__struct_fields__ if getattr(expected, name) != getattr(empty, name)}


def count(file: CaseFile, kind: str) -> int:
    """How many cases of a kind a file has."""
    return sum(case.kind == kind for case in file.cases)

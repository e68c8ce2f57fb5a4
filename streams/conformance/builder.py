"""The manifests of a case, built from its base and its edits."""

import copy
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec

from agents.values.clock import parse_rfc3339
from streams.conformance.cases import (
    AMOUNT,
    NAME_CHARS_MAX,
    OF_MANIFEST,
    WORD,
    CaseFile,
    ConformanceCase,
    Edits,
    Expected,
    ManifestStep,
    ParcelStep,
    Read,
    SentManifest,
    where,
)
from streams.errors import OperatorError

_SPAN: Final = re.compile(r"(\d+) (second|minute|hour|day|week)s?")
_SERIAL: Final = re.compile(r"\d+$")
_SHIFTED: Final = ("lodged_at", "departs_at", "arrives_at")
"""Times of a manifest that a later one has later by as much."""


# building


def build(file: CaseFile, case: ConformanceCase) -> tuple[SentManifest, ...]:
    """The manifests of a case, in the order they are sent."""
    return tuple(_Builder(file, case).all())


class _Builder:
    """Builds the manifests of one case, one after the other."""

    def __init__(self, file: CaseFile, case: ConformanceCase) -> None:
        self._file, self._case = file, case
        self._elapsed = timedelta()
        self._number = 0
        """How many manifests with a number of their own came before."""
        self._first = 0
        """How many house bills they used."""
        self._used = 0

    def all(self) -> Iterator[SentManifest]:
        steps = self._case.manifest or (ManifestStep(parcel=self._case.parcel),)
        flat = [step for step in steps for _ in range(step.repeat)]
        for index, step in enumerate(flat):
            if step.after is not None:
                self._elapsed += self._span(step.after)
            if step.new or (index and flat[index - 1] is step):
                self._number += 1
                self._first = self._used
            yield self._one(step, last=index == len(flat) - 1)

    def _one(self, step: ManifestStep, *, last: bool) -> SentManifest:
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
                    self._put(
                        parcel,
                        pointer,
                        self._counted(str(self._get(parcel, pointer)), self._first + len(manifest["parcels"])),
                    )
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
        named = step.carrier or case.carrier or base["carrier"]
        return SentManifest(named, self._at_ms(step, manifest, base), manifest, tuple(expected))

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
        if (
            not isinstance(manifest, dict)
            or not isinstance(manifest.get("parcels"), list)
            or len(manifest["parcels"]) != 1
        ):
            raise self._wrong(f"base {name!r} has to be a manifest with one parcel")
        _BASES[path] = manifest
        return manifest

    def _at_ms(self, step: ManifestStep, manifest: Read, base: Read) -> int:
        """When the broker stores the record: as the case says, else when the manifest says it was lodged."""
        named = step.at or self._case.at
        if named is not None:
            return int(self._time(named).timestamp() * 1000)
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
            raise self._wrong(
                f"{text!r} does not end in digits, so the next number is not known; change it in each parcel and "
                "manifest"
            )
        return text[: serial.start()] + str(int(serial[0]) + number).zfill(len(serial[0]))

    # editing

    def _edit(self, target: dict[str, Any], edits: Edits, *, of_manifest: bool) -> None:
        """Apply those edits that are about the manifest, or those about a parcel."""
        if isinstance(edits, ParcelStep) and any(pointer.startswith(OF_MANIFEST) for pointer in _pointers(edits)):
            raise self._wrong(
                "a [[case.parcel]] changes its own parcel only; put what is of the manifest into the case or "
                "[[case.manifest]]"
            )
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
            raise self._wrong(
                f"{pointer!r} is no pointer; a path such as /items/0/amount, or manifest:/lodged_at, is right"
            )
        *names, last = (name.replace("~1", "/").replace("~0", "~") for name in pointer[1:].split("/"))
        for name in names:
            target = self._child(target, name, pointer)
        return target, last

    def _child(self, target: Any, name: str, pointer: str) -> Any:  # noqa: ANN401 - whatever a manifest holds
        if isinstance(target, list) and name.isdigit() and int(name) < len(target):
            return target[int(name)]
        if isinstance(target, dict) and name in target:
            return target[name]
        has = (
            ", ".join(target)
            if isinstance(target, dict)
            else f"a list of {len(target)}"
            if isinstance(target, list)
            else "no fields"
        )
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

    def _wrong(self, what: str) -> OperatorError:
        return OperatorError(f"{where(self._file, self._case)}: {what}.")


_BASES: Final[dict[Path, dict[str, Any]]] = {}
"""Bases by their file: each is read once."""


def _pointers(edits: Edits) -> Iterator[str]:
    yield from (*edits.copy, *edits.fill, *edits.change, *edits.null, *edits.remove)


def _priced(parcel: Read, price: str) -> Iterator[tuple[str, str | int]]:
    """What a price changes; amounts that are none count as nothing."""
    yield from (("/items/0/quantity", 1), ("/items/0/unit_price", price), ("/items/0/amount", price))
    if parcel.get("order"):
        extras = [parcel.get(name) for name in ("freight", "insurance", "local_charges")]
        yield (
            "/order/paid",
            str(
                sum(
                    (Decimal(extra) for extra in extras if isinstance(extra, str) and AMOUNT.fullmatch(extra)),
                    Decimal(price),
                )
            ),
        )


def _spelled(value: Any) -> Any:  # noqa: ANN401 - whatever a manifest may hold
    """`{ text = "A", times = 36 }` spelled out; everything else as it is."""
    if isinstance(value, dict) and value.keys() == {"text", "times"}:
        return value["text"] * value["times"]
    return value


# for others


def plain(file: CaseFile) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every manifest of a file and what is expected of it, as plain JSON objects by a file name.

    For other systems to be checked with.
    """
    for case in file.cases:
        words = "-".join(WORD.findall(case.name.lower()))
        name = f"{file.head.rule}/{words[:NAME_CHARS_MAX]}"
        sent = build(file, case)
        steps = []
        for number, each in enumerate(sent, start=1):
            of = f"{name}.manifest{f'-{number}' if len(sent) > 1 else ''}.json"
            yield of, each.manifest
            expected = [
                {"parcel": index, "findings": [], **msgspec.to_builtins(_as_written(right))}
                for index, right in each.expected
            ]
            steps.append(
                {
                    "file": of.rpartition("/")[2],
                    "carrier": each.carrier,
                    "received_at_ms": each.at_ms,
                    "expect": expected,
                }
            )
        yield (
            f"{name}.expected.json",
            {
                "rule": file.head.rule,
                "name": case.name,
                "kind": case.kind,
                "because": case.because,
                "pending": case.pending or None,
                "figures": case.figures,
                "manifests": steps,
            },
        )


def _as_written(expected: Expected) -> dict[str, Any]:
    """An expectation without what it does not look at."""
    empty = Expected()
    return {
        name: getattr(expected, name)
        for name in expected.__struct_fields__
        if getattr(expected, name) != getattr(empty, name)
    }

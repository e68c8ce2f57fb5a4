"""What came of a case, compared with what was expected."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from streams.conformance.builder import build
from streams.conformance.cases import (
    OF_MANIFEST,
    Answered,
    CaseFile,
    ConformanceCase,
    Difference,
    Evaluator,
    Expected,
    Read,
    Result,
    SentManifest,
)

NONE: Final = "none"
"""Expected of a field of the decision that is null."""
NOT_LOOKED_AT: Final = "(nothing)"


# judging


def run(file: CaseFile, case: ConformanceCase, judge: Evaluator) -> Result:
    """Send the manifests of a case and compare."""
    sent = build(file, case)
    differences = []
    for number, (manifest, answer) in enumerate(zip(sent, judge(sent, case.figures), strict=True), start=1):
        for index, expected in manifest.expected:
            place = [f"manifest {number}"] if len(sent) > 1 else []
            place += [f"parcel {index + 1}"] if _parcels_of(manifest) > 1 else []
            came = ActualResult(answer, manifest, index)
            differences += [
                Difference(", ".join(place), what, right, found)
                for what, right, found in compare(file.head.rule, expected, came)
            ]
    return Result(file, case, tuple(differences))


def _parcels_of(sent: SentManifest) -> int:
    parcels = sent.manifest.get("parcels")
    return len(parcels) if isinstance(parcels, list) else 0


class ActualResult:
    """What came of one parcel of a manifest."""

    def __init__(self, answer: Answered, sent: SentManifest, index: int) -> None:
        self.answer = answer
        self._prefix = f"/parcels/{index}"
        self._house_bill = self._house_bill_of(sent, index)
        self._many = _parcels_of(sent) > 1
        self.decision = self._decision(many=self._many)

    @staticmethod
    def _house_bill_of(sent: SentManifest, index: int) -> str | None:
        parcels = sent.manifest.get("parcels")
        parcel = parcels[index] if isinstance(parcels, list) and index < len(parcels) else None
        return parcel.get("house_bill") if isinstance(parcel, dict) else None

    def _decision(self, *, many: bool) -> Read | None:
        """The last decision on the parcel; of two parcels with one house bill, that whose findings lie in it."""
        decisions = self.answer.decisions
        if not many:
            return decisions[-1] if decisions else None
        of_bill = [decision for decision in decisions if decision["house_bill"] == self._house_bill]
        lies = [
            decision for decision in of_bill if any(self._is_mine(finding["path"]) for finding in decision["findings"])
        ]
        if lies:
            return lies[-1]
        others = [
            decision
            for decision in of_bill
            if not any(finding["path"].startswith("/parcels/") for finding in decision["findings"])
        ]
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
        own += [
            finding
            for case in self._cases
            for finding in case["findings"]
            if (finding["code"], finding["path"]) not in shown
        ]
        return [
            *((_written(finding, OF_MANIFEST + finding["path"]), finding) for finding in of_manifest),
            *((_written(finding, finding["path"].removeprefix(self._prefix)), finding) for finding in own),
        ]

    @property
    def notices(self) -> list[str]:
        """What the carrier is told of the parcel beside the receipt."""
        return [
            parcel["answer"]
            for notice in self.answer.notices
            for parcel in notice["parcels"]
            if not self._many or parcel["house_bill"] == self._house_bill
        ]

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
            for finding in (
                *receipt["findings"],
                *(finding for parcel in receipt["parcels"] for finding in parcel["findings"]),
            )
            if finding["code"] == code
        ]


def _written(finding: Read, path: str) -> str:
    return f"{finding['code']} {finding['severity']} {path}".rstrip()


def compare(rule: str, expected: Expected, came: ActualResult) -> Iterator[tuple[str, str, str]]:
    """What came otherwise: what it is, what was expected, what came."""
    answer = came.answer
    if expected.set_aside is not None:
        yield from _same(
            "set aside",
            expected.set_aside,
            ", ".join(letter["dead_letter"]["code"] for letter in answer.letters) or NONE,
        )
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
    if expected.goods_price_usd is not None and not _equal_amounts(
        expected.goods_price_usd, decision.get("goods_price_usd")
    ):
        yield "goods price in USD", expected.goods_price_usd, _shown(decision.get("goods_price_usd"))
    if expected.categories is not None:
        yield from _same(
            "categories",
            ", ".join(expected.categories),
            ", ".join(line["category"] or NONE for line in decision.get("goods", ())),
        )


def _findings(rule: str, expected: Expected, came: ActualResult) -> Iterator[tuple[str, str, str]]:
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
            yield (
                "evidence",
                _shown(expected.evidence),
                "; ".join(_shown({name: evidence.get(name) for name in expected.evidence}) for evidence in carried)
                or NOT_LOOKED_AT,
            )


def _same(what: str, right: object, found: object) -> Iterator[tuple[str, str, str]]:
    if found != (None if right == NONE else right) and not (right == NONE and found == NONE):
        yield what, _shown(right) or NOT_LOOKED_AT, _shown(found) or NOT_LOOKED_AT


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} = {_shown(each)}" for name, each in value.items())
    return (
        NONE
        if value is None
        else f"{value:,}"
        if isinstance(value, int) and not isinstance(value, bool)
        else str(value)
    )


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

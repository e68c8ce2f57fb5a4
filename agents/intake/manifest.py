"""Intake: one record of a carrier becomes a receipt, checked parcels and refused parcels.

Top to bottom: read, shape, place among the versions already answered, judge each parcel, answer.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from typing import Annotated, Any, Final

import msgspec

from agents.goods import NOTHING, Understood, categorise
from agents.identifiers import clearance_code
from agents.importers.customs_interface import can_be_asked, particulars_token
from agents.importers.verify import Verification, verify
from agents.intake.findings import (
    FLOODED_MAX,
    SHAPE,
    _finding,
    _first_acting,
    _lies_in,
    _repeated,
    _shown,
    findings_of,
    hushed,
)
from agents.intake.link_messages import LinkMessageBuilder, since_of
from agents.intake.results import DecisionContext, ForwardedParcel, IntakeResult, Record, RejectedParcel
from agents.intake.structure import (
    ParseResult,
    StrictParcel,
    faults,
    parcel_or_none,
    parse,
    salvage,
    unknown,
    unknown_in,
)
from agents.parcel.case import Case, ManifestCase
from agents.parcel.marks import Marks, marks_of
from agents.parcel.price_limits import list_limit_usd_e4
from agents.parcel.pricing import (
    CENT_E4,
    CENT_E6,
    INT64_MAX,
    comparable,
    day_number,
    goods_of,
    money_of,
    ordinal,
    piece_cents_of,
    price_of,
    unix_ms,
)
from agents.parcel.selfuse import uses_of
from agents.read import read
from agents.reference import Reference
from agents.risk.features import rows_of
from agents.rules import MANIFEST_RULES, PARCEL_RULES, RULE_SET
from agents.rules.format import goods_chars
from agents.rules.outcome import acting, is_bundled, is_covert, is_silent, relief_of, route_of
from agents.rules.parties import listed_parties
from agents.rules.phases import active_rules, is_observed, rule_index
from agents.rules.rule import Found
from agents.rules.traits import FEW_LINES, Traits
from agents.state.carriers import (
    CONFLICTS_REMEMBERED_MAX,
    VERSIONS_REMEMBERED_MAX,
    CarrierState,
    HouseBillState,
    ManifestState,
    StateChange,
)
from agents.values.clock import HOUR_MS, day_in_korea, day_of_ms, parse_rfc3339, show_ms
from agents.values.identity import Ids, consignee_token, digest, hash48
from agents.values.money import E4, show_e6
from schemas import dead_letter, limits
from schemas.checked_parcel import CheckedParcel, Facts, Operation
from schemas.dead_letter import UnreadableError
from schemas.decision import DecisionTail, Event, Finding, Relief, Route, Versions
from schemas.decision_encoding import DecisionHeadEncoder, ManifestFields, ParcelFields, encode_decision_tail
from schemas.manifest import Header, Parcel
from schemas.parcel_links import CONSIGNEE_BYTES, ParcelLink
from schemas.receipt import Counts, ParcelAnswer, Receipt, ReceiptFinding, Status

DUPLICATES: Final = "XP-01"
HS_HEADING_CHARS: Final = 4
HS_SUBHEADING_CHARS: Final = 6
_EVENTS: Final[dict[str, Event]] = {"ORIGINAL": "ORIGINAL", "AMEND": "AMEND", "CANCEL": "CANCEL"}
_CONTENT = msgspec.json.Encoder(order="deterministic")
_PACK: Final = msgspec.msgpack.Encoder().encode


class _Named(msgspec.Struct, frozen=True, gc=False):
    """What counts of a parcel in a CANCEL."""

    house_bill: Annotated[str, msgspec.Meta(max_length=limits.ID_CHARS_MAX)]


class _Judged(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel after all rules of one parcel."""

    path: str
    house_bill: str
    findings: tuple[Finding, ...]
    case: Case | None = None
    """None of what is no whole parcel: it has faults of form, or is cancelled."""
    route: Route | None = None
    relief: Relief = "NONE"
    bundled: bool = False
    own: ParcelFields = ParcelFields()

    @property
    def refused(self) -> bool:
        return bool(self.findings) and any(finding.severity == "REJECT" for finding in self.findings)


class _Laid(msgspec.Struct, frozen=True, gc=False):
    """An accepted parcel laid out for screening and linking, whatever was before it."""

    token: str
    """Of its consignee."""
    facts: Facts
    packed: bytes
    """The facts, packed."""
    money: bytes
    risk: bytes


class _Way(msgspec.Struct, frozen=True, gc=False):
    """Which decision of its house bill a parcel gets, and by way of whom."""

    sequence: int
    supersedes: int | None
    path: tuple[str, ...]
    marks: bytes
    """Those that linking knows of it so far."""


def take(record: Record, memory: CarrierState, context: DecisionContext) -> IntakeResult:
    """What a record brings. Changes nothing: the caller applies `change` to the memory.

    Raises UnreadableError for a record that can't be answered.
    """
    filing = _File(record, memory, context)
    known = memory.filings.get(filing.header.manifest_id)
    answered = None if known is None else known.answers.get(filing.header.version)
    if known is not None and (answered == filing.digest or filing.digest in known.refused):
        return filing.unheard("DUPLICATE")
    if answered is None and known is not None and filing.header.version < known.latest:
        return filing.unheard("SUPERSEDED")
    if known is not None and answered is not None:
        return filing.refuse(
            Found(
                "/version",
                f"version {filing.header.version} was answered before with other content; send the change as version {known.latest + 1}",
            )
        )
    if filing.event == "CANCEL":
        return filing.cancel()
    return filing.declare()


class _File:
    """One manifest version on its way through intake."""

    def __init__(self, record: Record, memory: CarrierState, context: DecisionContext) -> None:
        self._record, self._memory, self._context = record, memory, context
        raw = read(record.value)
        parcels = raw.get("parcels", [])
        shaped = _header(raw)
        self.header = shaped.value or salvage(raw, Header)
        self._raw_parcels: list[Any] = parcels if isinstance(parcels, list) else []
        if len(self._raw_parcels) > limits.PARCELS_PER_MANIFEST_MAX:
            raise UnreadableError(
                dead_letter.TOO_MANY,
                f"{len(self._raw_parcels)} parcels; {limits.PARCELS_PER_MANIFEST_MAX} at most: split the manifest",
                "/parcels",
            )
        self.event = _EVENTS.get(self.header.function, "ORIGINAL")
        items = sum(
            len(parcel["items"])
            for parcel in self._raw_parcels
            if isinstance(parcel, dict) and isinstance(parcel.get("items"), list)
        )
        if items > limits.ITEMS_PER_MANIFEST_MAX:
            raise UnreadableError(
                dead_letter.TOO_MANY,
                f"{items} lines of goods; {limits.ITEMS_PER_MANIFEST_MAX} at most: split the manifest",
                "/parcels",
            )
        self._parcels = [] if self.event == "CANCEL" else [parcel_or_none(parcel) for parcel in self._raw_parcels]
        self._named = [parse(parcel, _Named) for parcel in self._raw_parcels] if self.event == "CANCEL" else []
        self.digest = self._fingerprint(raw, shaped.value)
        self._known = memory.filings.get(self.header.manifest_id)
        self._spoilt = frozenset(fault.path for fault in shaped.faults)
        self._lodged_on = day_in_korea(self.header.lodged_at)
        self._day = _day_that_counts(self.header.lodged_at, self._lodged_on, record.stored_at_ms, context.reference)
        self._law = context.reference.on(self._day)
        self._lodged_on_day = self._day.toordinal()
        self._is_import = self.header.direction == "IMPORT"
        self._verifies = self._is_import and bool(
            len(context.reference.importers) or self._law.figures.importer_register_complete
        )
        self._asks_customs = self._is_import and bool(self._law.figures.importer_asks_customs)
        """Whether decisions on what people bought await what customs says of the importer."""
        self._understand = context.reference.goods.understand
        self._rule_index = rule_index(PARCEL_RULES, self._law)
        self._traits = Traits(self.header, record.carrier, context.reference, self._law)
        self._arrives_on = ordinal(day_in_korea(self.header.arrives_at or ""))
        self._arrives_ms = unix_ms(self.header.arrives_at)
        self._departs_ms = unix_ms(self.header.departs_at)
        self._master = hash48(record.carrier, self.header.master_bill)
        self._findings = [*(_finding(SHAPE, found, "REJECT") for found in shaped.faults), *self._header_findings(raw)]
        if not isinstance(parcels, list):
            self._findings.append(
                _finding(SHAPE, Found("/parcels", "the parcels are no list; a list is right"), "REJECT")
            )
        self._kept = 0
        self._begin("")

    def _begin(self, apart: str) -> None:
        header, reference = self.header, self._context.reference
        self._ids = Ids(self._record.carrier, header.manifest_id, header.version, apart)
        self._writer = DecisionHeadEncoder(
            ManifestFields(
                carrier=self._record.carrier,
                manifest_id=header.manifest_id,
                manifest_version=header.version,
                master_bill=header.master_bill,
                direction=header.direction
                if header.direction in ("IMPORT", "EXPORT") and "/direction" not in self._spoilt
                else None,
                versions=Versions(
                    RULE_SET,
                    reference.version,
                    self._law.week.week_id if self._law.week else None,
                    reference.tariff_edition,
                    watchlist=reference.watchlist.version or None,
                    model=None if self._context.scorer is None else self._context.scorer.model.version,
                ),
                source=self._record.source,
            ),
        )

    def _fingerprint(self, raw: dict[str, Any], header: Header | None) -> bytes:
        """The content, whatever the format it came in; a part with faults of form counts as it was written."""
        head = header or {name: value for name, value in raw.items() if name != "parcels"}
        parts: list[object] = [*self._parcels, *(named.value for named in self._named)]
        said = [part or written for part, written in zip(parts, self._raw_parcels, strict=True)] or raw.get(
            "parcels", []
        )
        return digest(_CONTENT.encode((head, said)))

    def _header_findings(self, raw: dict[str, Any]) -> Iterator[Finding]:
        """What the rules of manifests find."""
        stored_at = datetime.fromtimestamp(self._record.stored_at_ms / 1000, UTC)
        case = ManifestCase(
            header=self.header,
            carrier=self._record.carrier,
            lodged_on=self._lodged_on,
            stored_at=stored_at,
            reference=self._context.reference,
            law=self._law,
        )
        for rule in active_rules(MANIFEST_RULES, self._law):
            for found in rule.check(case):
                if not _lies_in(found.path, self._spoilt):
                    yield rule.finding(found)
        for found in unknown_in(raw, Header):
            yield _finding(SHAPE, found, "INFO")

    # the three answers to a version that can be placed

    def unheard(self, status: Status) -> IntakeResult:
        """Nothing new: the same again, or older than what was answered."""
        latest = self._known.latest if self._known else 0
        older = f"is older than version {latest}, already answered; send what it still needs as version {latest + 1}"
        said = "was answered before with the same content" if status == "DUPLICATE" else older
        note = ReceiptFinding(DUPLICATES, "INFO", "/version", f"version {self.header.version} {said}")
        change = None if status == "DUPLICATE" else self._change({})
        return IntakeResult(receipt=self._receipt(status, Counts(), [note], []), change=change)

    def refuse(self, conflict: Found) -> IntakeResult:
        """The same number for other content: everything refused, nothing remembered but what was answered."""
        self._findings.append(_finding(DUPLICATES, conflict, "REJECT"))
        self._begin(self.digest.hex())
        judged = [
            _Judged(path=f"/parcels/{index}", house_bill=_house_bill(raw), findings=())
            for index, raw in enumerate(self._raw_parcels)
        ]
        return self._answer(judged, conflict=True)

    def declare(self) -> IntakeResult:
        """A first filing or an amendment: judge every parcel."""
        if not self._raw_parcels and not any(finding.path == "/parcels" for finding in self._findings):
            self._findings.append(_finding(SHAPE, Found("/parcels", "no parcels; name at least one"), "REJECT"))
        original = self.header.function == "ORIGINAL" and "/function" not in self._spoilt
        if original and any(bill.in_force is not None for _, bill in self._memory.bills_of(self.header.manifest_id)):
            latest = self._known.latest if self._known else 0
            said = Found(
                "/function",
                f"ORIGINAL for a manifest answered at version {latest}; AMEND replaces parcels, CANCEL withdraws them",
            )
            self._findings.append(_finding(DUPLICATES, said, "REJECT"))
        if self.event == "AMEND" and self._known is None:
            self._findings.append(
                _finding(
                    DUPLICATES,
                    Found("/function", "AMEND of a manifest that was never received; its parcels are taken as new"),
                    "INFO",
                )
            )
        # Each step is taken for all parcels before the next: what a step needs stays near (docs/performance.md).
        cases = self._cases([parcel for parcel in self._parcels if parcel is not None])
        whole = zip(cases, self._traits.of(cases), list(map(_own, cases)), strict=True)
        seen: set[str] = set()
        judged = []
        for index, (parcel, raw) in enumerate(zip(self._parcels, self._raw_parcels, strict=True)):
            judged.append(
                self._spoilt_parcel(index, raw, seen) if parcel is None else self._judge(index, *next(whole), raw, seen)
            )
            seen.add(judged[-1].house_bill)
        return self._answer(judged)

    def cancel(self) -> IntakeResult:
        """Withdraw the parcels named, or all."""
        mine = dict(self._memory.bills_of(self.header.manifest_id))
        if self._raw_parcels:
            targets = [(f"/parcels/{index}", _house_bill(raw)) for index, raw in enumerate(self._raw_parcels)]
        else:
            targets = [("", name) for name, bill in sorted(mine.items()) if bill.in_force is not None]
            if not targets:
                self._findings.append(
                    _finding(
                        DUPLICATES,
                        Found("/function", "CANCEL, but no parcel of this manifest is in force; nothing was withdrawn"),
                        "REJECT",
                    )
                )
        judged = []
        seen: set[str] = set()
        for index, (path, name) in enumerate(targets):
            bill = mine.get(name)
            faults = self._named[index].faults if self._named else ()
            if not faults and (bill is None or bill.in_force is None or name in seen):
                faults = (
                    Found(
                        "/house_bill",
                        "no parcel of this manifest with this house bill is in force; nothing was withdrawn",
                    ),
                )
            code = DUPLICATES if name else SHAPE
            judged.append(
                _Judged(
                    path=path,
                    house_bill=name,
                    findings=tuple(_finding(code, fault, "REJECT", path) for fault in faults),
                )
            )
            seen.add(name)
        return self._answer(judged)

    # one parcel

    def _spoilt_parcel(self, index: int, raw: object, seen: set[str]) -> _Judged:
        """A parcel with faults of form: these, and what is wrong with the rest of it."""
        path = f"/parcels/{index}"
        findings = [
            _finding(SHAPE, fault, "REJECT")
            for fault in islice(faults(raw, Parcel, path), limits.FINDINGS_PER_PARCEL_MAX + 1)
        ]
        if isinstance(raw, dict) and not self._flooded:
            spoilt = frozenset(finding.path for finding in findings)
            cases = self._cases([salvage(raw, Parcel)])
            more = self._found(cases[0], self._traits.of(cases)[0], path, seen)
            findings += [
                finding for finding in more if finding.severity == "REJECT" and not _lies_in(finding.path, spoilt)
            ]
        return _Judged(path=path, house_bill=_house_bill(raw), findings=self._bounded(findings, path))

    def _found(self, case: Case, traits: int, path: str, seen: set[str]) -> list[Finding]:
        """What the rules of one parcel find, and its house bill among the others."""
        twice = self._twice(case.parcel, seen)
        rules = self._rule_index.of(traits)
        found = findings_of(case, rules, path, FLOODED_MAX + 1 if self._flooded else limits.FINDINGS_PER_PARCEL_MAX + 1)
        if found:
            found = hushed(found, case.parcel.consignee)
        if twice is not None:
            found.append(_finding(DUPLICATES, twice, "REJECT", path))
        return found

    def _judge(  # noqa: PLR0913, PLR0917 - what a judgement rests on
        self, index: int, case: Case, traits: int, own: ParcelFields, raw: dict[str, Any], seen: set[str]
    ) -> _Judged:
        """Every finding on one parcel."""
        path = f"/parcels/{index}"
        findings = self._found(case, traits, path, seen)
        if type(case.parcel) is not StrictParcel:
            findings += [_finding(SHAPE, found, "INFO") for found in unknown(raw, path)]
        rules = acting(findings)
        route = route_of(case, rules)
        return _Judged(
            path=path,
            house_bill=case.parcel.house_bill,
            findings=self._bounded(findings, path),
            case=case,
            route=route,
            relief=relief_of(case, route, rules),
            bundled=is_bundled(case, route, rules),
            own=own,
        )

    def _cases(self, parcels: list[Parcel]) -> list[Case]:
        """Parcels laid out for the rules."""
        header, law, reference, is_import = self.header, self._law, self._context.reference, self._is_import
        understood = list(map(self._goods, parcels))
        kinds = [categorise(goods, law.categories) for goods in understood]
        prices = [price_of(parcel, law.week) for parcel in parcels]
        names = [listed_parties(parcel, header, reference, law) for parcel in parcels]
        return [
            Case(
                header=header,
                carrier=self._record.carrier,
                lodged_on=self._day,
                parcel=parcel,
                reference=reference,
                law=law,
                price=price,
                goods=goods,
                categories=categories,
                uses=uses_of(parcel.items, goods, categories, law) if categories and is_import else {},
                verification=self._verification(parcel) if self._verifies else None,
                listed=listed,
                is_correction=self._is_correction(parcel.house_bill),
                is_import=is_import,
                list_limit_usd_e4=list_limit_usd_e4(parcel, header, categories, law),
            )
            for parcel, goods, categories, price, listed in zip(parcels, understood, kinds, prices, names, strict=True)
        ]

    def _goods(self, parcel: Parcel) -> tuple[Understood, ...]:
        """What each item is; nothing is read of a parcel that says more than anybody reads, which a rule refuses."""
        if len(parcel.items) > FEW_LINES and goods_chars(parcel) > limits.GOODS_CHARS_PER_PARCEL_MAX:
            return (NOTHING,) * len(parcel.items)
        return tuple(map(self._understand, parcel.items))

    def _verification(self, parcel: Parcel) -> Verification | None:
        """What the register says of the importer."""
        checks, consignee, keys = self._law.importer_checks, parcel.consignee, self._context.keys
        if checks is None or not clearance_code.is_valid(consignee.clearance_code or ""):
            return None
        return verify(
            consignee,
            self._context.reference.importers.entry_of(consignee, keys),
            keys,
            self._day,
            checks,
            parcel.order,
        )

    def _is_correction(self, house_bill: str) -> bool:
        """Whether the house bill came by a correction of a manifest that was answered before, now or earlier."""
        bill = self._memory.bills.get(house_bill)
        return bill.corrected if bill is not None else self.event == "AMEND" and self._known is not None

    def _twice(self, parcel: Parcel, seen: set[str]) -> Found | None:
        """XP-01 for a house bill: one manifest has it, once, and not with ever new consignees."""
        if parcel.house_bill and parcel.house_bill in seen:
            return Found(
                "/house_bill",
                "the same house bill stands twice in this manifest; the first one counts, give the other its own",
            )
        bill = self._memory.bills.get(parcel.house_bill)
        if bill is None:
            return None
        if bill.in_force is not None and bill.manifest_id != self.header.manifest_id:
            said = f"the house bill is in force in manifest {bill.manifest_id!r}; amend or cancel it there first"
            return Found("/house_bill", said, {"manifest": bill.manifest_id})
        if len(bill.path) > limits.CONSIGNEE_CHANGES_MAX and bill.path[-1] != consignee_token(
            parcel.consignee, self._context.keys
        ):
            return Found(
                "/consignee",
                f"the consignee was changed {limits.CONSIGNEE_CHANGES_MAX} times; cancel the parcel and lodge it under a new house bill",
            )
        return None

    @property
    def _flooded(self) -> bool:
        """Whether the manifest has brought so many findings that each further parcel only says that it is wrong."""
        return self._kept >= limits.FINDINGS_PER_MANIFEST_MAX

    def _bounded(self, findings: list[Finding], path: str) -> tuple[Finding, ...]:
        """No more findings than the limits allow; the last then says how many were left out.

        What acts stays, one of each rule, so that nobody hides a finding behind many others; what is silent is not
        counted.
        """
        if not findings:
            return ()
        silent = [finding for finding in findings if is_silent(finding)]
        told = [finding for finding in findings if not is_silent(finding)] if silent else findings
        most = FLOODED_MAX if self._flooded else limits.FINDINGS_PER_PARCEL_MAX
        if len(told) > most:
            first = _first_acting(told)
            told.sort(
                key=lambda finding: (
                    finding.severity != "REJECT",
                    finding is not first.get((finding.code, finding.rule)),
                )
            )
            kept = most - 1 if told[0].severity == "REJECT" else max(most - 1, len(first))
            told[kept:] = [Finding(SHAPE, "INFO", path, "further findings were left out")]
        self._kept += len(told)
        if len(silent) > limits.FINDINGS_PER_PARCEL_MAX:
            first = _first_acting(silent)
            silent.sort(key=lambda finding: finding is not first.get((finding.code, finding.rule)))
        return (*told, *silent[: limits.FINDINGS_PER_PARCEL_MAX])

    # the answer

    def _answer(self, judged: list[_Judged], *, conflict: bool = False) -> IntakeResult:
        """Receipt, checked parcels, refused parcels and what to remember of them."""
        ours = _repeated([finding for finding in self._findings if finding.severity == "REJECT"])
        passed: list[ForwardedParcel] = []
        refused: list[RejectedParcel] = []
        told = LinkMessageBuilder(self._record.carrier)
        bills: dict[str, HouseBillState] = {}
        answers: list[ParcelAnswer] = []
        answer = "CANCELLED" if self.event == "CANCEL" else "ACCEPTED"
        rejected = 0
        refusals = [bool(ours) or parcel.refused for parcel in judged]
        decision_head = [self._writer.write(parcel.house_bill, parcel.own) for parcel in judged]
        passing = iter(
            self._pass(
                [
                    (parcel, written)
                    for parcel, written, is_refused in zip(judged, decision_head, refusals, strict=True)
                    if not is_refused
                ],
                told,
            )
        )
        for parcel, is_refused, written in zip(judged, refusals, decision_head, strict=True):
            if is_refused:
                rejected += 1
                before = bills.get(parcel.house_bill) or self._memory.bills.get(parcel.house_bill)
                after = self._refused(
                    parcel, ours, before, written, passed, refused, first=parcel.house_bill not in bills
                )
                answers.append(_answered(parcel, "REJECTED"))
            else:
                on, after = next(passing)
                passed.append(on)
                if parcel.findings and any(
                    finding.severity in ("WARN", "INFO") and not is_observed(finding) for finding in parcel.findings
                ):
                    answers.append(_answered(parcel, answer))
            if parcel.house_bill:
                bills[parcel.house_bill] = after
        taken = len(judged) - rejected
        counts = Counts(
            len(judged), 0 if self.event == "CANCEL" else taken, rejected, taken if self.event == "CANCEL" else 0
        )
        findings = [_shown(finding) for finding in self._findings if not is_observed(finding)]
        receipt = self._receipt(self._status(counts, refused_whole=bool(ours)), counts, findings, answers)
        header, key_id = self.header, self._context.keys.keys[0][0]
        links = told.by_partition(
            header.manifest_id, header.version, header.master_bill, key_id, self._record.stored_at_ms
        )
        return IntakeResult(
            receipt=receipt, passed=passed, refused=refused, links=links, change=self._change(bills, conflict=conflict)
        )

    def _status(self, counts: Counts, *, refused_whole: bool) -> Status:
        if refused_whole or counts.rejected == counts.received:
            return "REJECTED"
        if self.event == "CANCEL":
            return "CANCELLED"
        return "ACCEPTED_WITH_REJECTIONS" if counts.rejected else "ACCEPTED"

    def _refused(  # noqa: PLR0913, PLR0917 - what a refusal touches
        self,
        parcel: _Judged,
        ours: list[Finding],
        before: HouseBillState | None,
        decision_head: bytes,
        passed: list[ForwardedParcel],
        refused: list[RejectedParcel],
        *,
        first: bool,
    ) -> HouseBillState:
        """Refuse a parcel.

        That supersedes nothing: what was in force stays so. `first`: no parcel of this version had the house bill
        before.

        Once a house bill was accepted, screening numbers its decisions: the refusal takes the way of the others.
        """
        known = before if parcel.house_bill else None
        sequence = known.sequence + 1 if known is not None else 1
        names = (parcel.house_bill,) if parcel.house_bill and first else (parcel.house_bill, parcel.path)
        findings = (*ours, *[finding for finding in parcel.findings if not is_covert(finding)])
        if known is not None and known.path:
            passed.append(
                ForwardedParcel(
                    known.path[0],
                    self._checked(
                        "REFUSE", parcel.house_bill, known.path, self._ids.of(*names), sequence, findings, decision_head
                    ),
                )
            )
            return HouseBillState(known.manifest_id, sequence, known.in_force, known.path, known.corrected, known.marks)
        decided = DecisionTail(
            decision_id=self._ids.of(*names),
            sequence=sequence,
            supersedes=None,
            event=self.event,
            route=None,
            outcome="REJECT",
            findings=findings,
            decided_at=show_ms(self._record.stored_at_ms),
        )
        refused.append(
            RejectedParcel(
                parcel.house_bill or f"{self.header.manifest_id}{parcel.path}",
                decision_head + encode_decision_tail(decided),
            )
        )
        return HouseBillState(
            self.header.manifest_id if known is None else known.manifest_id,
            sequence,
            None,
            (),
            self._is_correction(parcel.house_bill),
        )

    def _laid(self, accepted: list[tuple[_Judged, Case]]) -> list[_Laid]:
        """Accepted parcels laid out for screening and linking."""
        keys = self._context.keys
        tokens = [consignee_token(case.parcel.consignee, keys) for _, case in accepted]
        marks = marks_of([case.parcel for _, case in accepted], self._record.carrier, keys.secret)
        facts = [
            self._facts(case, judged, token, marked)
            for (judged, case), token, marked in zip(accepted, tokens, marks, strict=True)
        ]
        packed = list(map(_PACK, facts))
        money = [b"" if case.price is None else _PACK(money_of(case, case.price)) for _, case in accepted]
        risks = [self._risk(case) for _, case in accepted]
        return list(map(_Laid, tokens, facts, packed, money, risks))

    def _pass(
        self, parcels: list[tuple[_Judged, bytes]], told: LinkMessageBuilder
    ) -> list[tuple[ForwardedParcel, HouseBillState]]:
        """Pass parcels on to screening, by way of the consignees they had before, and tell linking of them; each has its settled part.

        What passes is the only parcel of its house bill in the manifest: what was before it stands in the memory.
        """
        laid_out = iter(self._laid([(judged, judged.case) for judged, _ in parcels if judged.case is not None]))
        laid = [None if judged.case is None else next(laid_out) for judged, _ in parcels]
        ids = [self._ids.of(judged.house_bill) for judged, _ in parcels]
        before = [self._memory.bills.get(judged.house_bill) for judged, _ in parcels]
        ways = [_way(bill, each) for bill, each in zip(before, laid, strict=True)]
        checked = [
            self._checked(
                "CANCEL" if each is None else "DECLARE",
                judged.house_bill,
                way.path,
                decision_id,
                way.sequence,
                judged.findings,
                decision_head,
                way.supersedes,
                judged.route,
                each,
            )
            for (judged, decision_head), each, decision_id, way in zip(parcels, laid, ids, ways, strict=True)
        ]
        marks = [
            self._tell(judged, each, way.sequence, way.marks, told)
            for (judged, _), each, way in zip(parcels, laid, ways, strict=True)
        ]
        return [
            (
                ForwardedParcel(way.path[0], parcel),
                HouseBillState(
                    self.header.manifest_id,
                    way.sequence,
                    None if each is None else way.sequence,
                    way.path,
                    self._is_correction(judged.house_bill),
                    marked,
                ),
            )
            for (judged, _), each, way, parcel, marked in zip(parcels, laid, ways, checked, marks, strict=True)
        ]

    def _tell(
        self, judged: _Judged, laid: _Laid | None, sequence: int, before: bytes, told: LinkMessageBuilder
    ) -> bytes:
        """Tell linking of a parcel that a person imports, or that it is gone; the marks it is known by."""
        name, case = f"{self._record.carrier}/{judged.house_bill}", judged.case
        if laid is None or case is None or not laid.facts.is_person or not case.is_import or not case.parcel.items:
            told.gone(name, before)
            return b""
        facts = laid.facts
        item, since_ms = case.parcel.items[0], since_of(before)
        piece_cents = piece_cents_of(item, case.price)
        hs_code = judged.own.goods[0].hs_code or ""
        commodity, kind = comparable(hs_code[:HS_SUBHEADING_CHARS], item) if piece_cents and hs_code else (0, 0)
        parcel_link = ParcelLink(
            name,
            self._record.stored_at_ms if since_ms is None else since_ms,
            sequence,
            bytes.fromhex(laid.token[-2 * CONSIGNEE_BYTES :]),
            facts.address,
            facts.phone,
            facts.supplier,
            commodity,
            hs_code[:HS_HEADING_CHARS],
            min(facts.goods_price_usd_e6 // CENT_E6, INT64_MAX),
            facts.limit_usd_e4 // CENT_E4,
            piece_cents,
            kind,
        )
        return told.seen(parcel_link, before)

    def _checked(  # noqa: PLR0913, PLR0917 - what screening is told
        self,
        operation: Operation,
        house_bill: str,
        path: tuple[str, ...],
        decision_id: str,
        sequence: int,
        findings: tuple[Finding, ...],
        decision_head: bytes,
        supersedes: int | None = None,
        route: Route | None = None,
        laid: _Laid | None = None,
    ) -> CheckedParcel:
        """What screening is told: no clear text of the consignee."""
        record = self._record
        return CheckedParcel(
            operation=operation,
            path=path[1:],
            carrier=record.carrier,
            manifest_id=self.header.manifest_id,
            manifest_version=self.header.version,
            house_bill=house_bill,
            received_at_ms=record.stored_at_ms,
            decision_id=decision_id,
            event=self.event,
            sequence=sequence,
            supersedes=supersedes,
            route=route,
            findings=findings,
            facts=b"" if laid is None else laid.packed,
            money=b"" if laid is None else laid.money,
            decision_head=decision_head,
            risk=b"" if laid is None else laid.risk,
        )

    def _risk(self, case: Case) -> bytes:
        """The risk of an import, as the decision has it; nothing without a model."""
        scorer = self._context.scorer
        return b"" if scorer is None or not case.is_import else scorer.of_parcel(rows_of(case))

    def _facts(self, case: Case, judged: _Judged, token: str, marks: Marks) -> Facts:
        """What the rules of screening look at."""
        parcel, order = case.parcel, case.parcel.order
        return Facts(
            goods_price_usd_e6=0 if case.price is None else min(case.price.goods_usd_e6, INT64_MAX),
            limit_usd_e4=case.list_limit_usd_e4,
            mode=self.header.mode,
            lodged_on=self._lodged_on_day,
            rate_krw_e4=0 if case.price is None else case.price.rate_krw_e4,
            arrives_on=self._arrives_on,
            purchased_on=0 if order is None or order.purchased_on is None else day_number(order.purchased_on),
            master=self._master,
            supplier=marks.supplier,
            address=marks.address,
            phone=marks.phone,
            particulars=particulars_token(parcel.consignee, token, self._context.keys)
            if self._asks_customs and parcel.ecommerce and can_be_asked(parcel.consignee)
            else "",
            uses=dict(case.uses) if case.uses else {},
            relief=judged.relief,
            is_person=bool(parcel.consignee.clearance_code) or not parcel.consignee.business_number,
            bundled=judged.bundled,
            port=self.header.arrival_port,
            arrives_ms=self._arrives_ms,
            departs_ms=self._departs_ms,
            draw=marks.draw,
        )

    def _change(self, bills: dict[str, HouseBillState], *, conflict: bool = False) -> StateChange:
        """What to remember. A refused conflict leaves the answer that stands."""
        known = self._known or ManifestState(0, {}, 0)
        answers, refused = dict(known.answers), known.refused
        if conflict:
            refused = (*refused, self.digest)[-CONFLICTS_REMEMBERED_MAX:]
        else:
            answers[self.header.version] = self.digest
        if len(answers) > VERSIONS_REMEMBERED_MAX:
            del answers[min(answers)]
        latest = max(known.latest, self.header.version)
        return StateChange(
            self.header.manifest_id, ManifestState(latest, answers, self._record.stored_at_ms, refused), bills
        )

    def _receipt(
        self, status: Status, counts: Counts, findings: list[ReceiptFinding], parcels: list[ParcelAnswer]
    ) -> Receipt:
        source = self._record.source
        return Receipt(
            receipt_id=self._ids.of("receipt", str(source.partition), str(source.offset)),
            kind="ANSWER",
            carrier=self._record.carrier,
            manifest_id=self.header.manifest_id,
            manifest_version=self.header.version,
            status=status,
            counts=counts,
            findings=tuple(findings),
            parcels=tuple(parcels),
            source=source,
            answered_at=show_ms(self._record.stored_at_ms),
        )


def _way(before: HouseBillState | None, laid: _Laid | None) -> _Way:
    """The way of a parcel; without `laid` it is cancelled."""
    sequence, in_force, path, marks = (
        (1, None, (), b"") if before is None else (before.sequence + 1, before.in_force, before.path, before.marks)
    )
    if laid is not None and (not path or path[-1] != laid.token):
        path = (*path, laid.token)
    return _Way(sequence, in_force, path, marks)


def _own(case: Case) -> ParcelFields:
    """What a parcel adds to the settled part of its decision."""
    price = case.price
    return ParcelFields(
        None if price is None else show_e6(price.goods_usd_e6),
        None if price is None else price.customs_value_krw,
        goods_of(case),
    )


def _header(raw: dict[str, Any]) -> ParseResult[Header]:
    """The manifest without its parcels; unreadable when nobody could be answered."""
    shaped = parse(raw, Header)
    lost = [fault for fault in shaped.faults if fault.path in ("/manifest_id", "/version")]
    if lost:
        raise UnreadableError(
            dead_letter.NO_IDENTITY, f"nobody to answer to: {lost[0].path[1:]}: {lost[0].message}", lost[0].path
        )
    return shaped


def _house_bill(raw: object) -> str:
    """The house bill of a parcel that may have any form; empty when it has none."""
    name = raw.get("house_bill") if isinstance(raw, dict) else None
    return name if isinstance(name, str) and len(name) <= limits.ID_CHARS_MAX else ""


def _day_that_counts(lodged_at: str, lodged_on: date | None, stored_at_ms: int, reference: Reference) -> date:
    """The day whose law decides: of lodging; of receipt when that can't be read, is unknown to the law, or too far off where the office has said so."""
    received_on = day_of_ms(stored_at_ms)
    if lodged_on is None or lodged_on < reference.first_day:
        return received_on
    figures = reference.on(received_on).figures
    lodged = parse_rfc3339(lodged_at)
    if (
        figures.lodging_clock_binds
        and lodged is not None
        and abs(lodged.timestamp() * 1000 - stored_at_ms) > figures.lodging_clock_hours // E4 * HOUR_MS
    ):
        return received_on
    return lodged_on


def _answered(parcel: _Judged, answer: str) -> ParcelAnswer:
    """A parcel on the receipt, without what customs keeps silent about."""
    shown = tuple(_shown(finding) for finding in parcel.findings if not is_silent(finding))
    return ParcelAnswer(parcel.house_bill, parcel.path, answer, shown)

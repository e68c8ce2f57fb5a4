"""A manifest version: what holds for all parcels of one record."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Final

import msgspec

from agents.intake.findings import STRUCTURE, finding_of, lies_in
from agents.intake.results import DecisionContext, Record
from agents.intake.structure import ParseResult, parcel_or_none, parse, salvage, unknown_in
from agents.parcel.case import ManifestCase
from agents.parcel.pricing import ordinal, unix_ms
from agents.read import read
from agents.reference import Law, Reference
from agents.rules import MANIFEST_RULES, PARCEL_RULES, RULE_SET
from agents.rules.phases import RuleIndex, active_rules, rule_index
from agents.rules.rule import Found
from agents.rules.traits import Traits
from agents.state.carriers import CarrierState, ManifestState
from agents.values.clock import HOUR_MS, day_in_korea, day_of_ms, parse_rfc3339
from agents.values.identity import Ids, digest, hash48
from agents.values.money import E4
from schemas import dead_letter, limits
from schemas.dead_letter import UnreadableError
from schemas.decision import Event, Finding, Severity, Versions
from schemas.decision_encoding import DecisionHeadEncoder, ManifestFields
from schemas.manifest import Header, Parcel

_EVENTS: Final[dict[str, Event]] = {"ORIGINAL": "ORIGINAL", "AMEND": "AMEND", "CANCEL": "CANCEL"}
_CONTENT: Final = msgspec.json.Encoder(order="deterministic")


class CancelTarget(msgspec.Struct, frozen=True, gc=False):
    """What counts of a parcel in a CANCEL."""

    house_bill: Annotated[str, msgspec.Meta(max_length=limits.ID_CHARS_MAX)]


@dataclass(slots=True, kw_only=True)
class ManifestVersion:
    """One version of a manifest on its way through intake, with the law of its day."""

    record: Record
    state: CarrierState
    context: DecisionContext

    header: Header
    """Salvaged where it is malformed."""
    event: Event
    raw_parcels: list[Any]
    parcels: list[Parcel | None]
    """None for each malformed one; empty for a cancellation."""
    cancel_targets: list[ParseResult[CancelTarget]]
    """Of a cancellation that names parcels."""
    digest: bytes
    """Fingerprint of the content."""
    answered: ManifestState | None
    """What was answered of the manifest before."""
    malformed_paths: frozenset[str]
    """Of the header."""

    day: date
    """Picks the law and the rates."""
    day_ordinal: int
    law: Law
    is_import: bool
    verifies_importers: bool
    asks_customs: bool
    """Whether decisions on what people bought await what customs says of the importer."""
    rules: RuleIndex
    traits: Traits
    arrives_on: int
    """Day as a proleptic Gregorian ordinal; 0 when not given."""
    arrives_ms: int
    departs_ms: int
    """Unix milliseconds; 0 when not given."""
    master_bill_mark: int

    findings: list[Finding] = field(default_factory=list)
    """Of the manifest itself."""
    parcel_findings_kept: int = 0
    """Findings of its parcels so far."""
    house_bills: set[str] = field(default_factory=set)
    """Of the parcels judged so far."""

    @property
    def latest(self) -> int:
        """The latest version answered before; 0 when none was."""
        return self.answered.latest if self.answered else 0

    @property
    def findings_exhausted(self) -> bool:
        """Whether the parcels have brought so many findings that each further one only learns that it is wrong."""
        return self.parcel_findings_kept >= limits.FINDINGS_PER_MANIFEST_MAX

    @property
    def secret(self) -> bytes:
        """Keys the marks of persons."""
        return self.context.keys.secret

    def is_correction(self, house_bill: str) -> bool:
        """Whether an amendment of an answered manifest brings the house bill, now or earlier."""
        bill = self.state.bills.get(house_bill)
        return bill.corrected if bill is not None else self.event == "AMEND" and self.answered is not None

    def object_to(self, code: str, found: Found, severity: Severity) -> None:
        """Add a finding on the manifest itself."""
        self.findings.append(finding_of(code, found, severity))

    def ids(self, disambiguator: str = "") -> Ids:
        """What decision ids are made of; `disambiguator` keeps a refused conflict's apart from those that stand."""
        return Ids(self.record.carrier, self.header.manifest_id, self.header.version, disambiguator)

    def head_encoder(self) -> DecisionHeadEncoder:
        """Writes the heads of the version's decisions."""
        header, reference, scorer = self.header, self.context.reference, self.context.scorer
        has_direction = header.direction in ("IMPORT", "EXPORT") and "/direction" not in self.malformed_paths
        return DecisionHeadEncoder(
            ManifestFields(
                carrier=self.record.carrier,
                manifest_id=header.manifest_id,
                manifest_version=header.version,
                master_bill=header.master_bill,
                direction=header.direction if has_direction else None,
                versions=Versions(
                    RULE_SET,
                    reference.version,
                    self.law.week.week_id if self.law.week else None,
                    reference.tariff_edition,
                    watchlist=reference.watchlist.version or None,
                    model=None if scorer is None else scorer.model.version,
                ),
                source=self.record.source,
            ),
        )


def open_version(record: Record, state: CarrierState, context: DecisionContext) -> ManifestVersion:
    """Read a record and check its header.

    Raises UnreadableError for a record that can't be answered.
    """
    raw = read(record.value)
    parsed = _parse_header(raw)
    header = parsed.value or salvage(raw, Header)
    event = _EVENTS.get(header.function, "ORIGINAL")
    listed = raw.get("parcels", [])
    raw_parcels: list[Any] = listed if isinstance(listed, list) else []
    _check_size(raw_parcels)
    cancels = event == "CANCEL"
    parcels = [] if cancels else [parcel_or_none(parcel) for parcel in raw_parcels]
    cancel_targets = [parse(parcel, CancelTarget) for parcel in raw_parcels] if cancels else []
    lodged_on = day_in_korea(header.lodged_at)
    day = _deciding_day(header.lodged_at, lodged_on, record.stored_at_ms, context.reference)
    law = context.reference.on(day)
    is_import = header.direction == "IMPORT"
    version = ManifestVersion(
        record=record,
        state=state,
        context=context,
        header=header,
        event=event,
        raw_parcels=raw_parcels,
        parcels=parcels,
        cancel_targets=cancel_targets,
        digest=_fingerprint(raw, parsed.value, [*parcels, *(target.value for target in cancel_targets)], raw_parcels),
        answered=state.filings.get(header.manifest_id),
        malformed_paths=frozenset(fault.path for fault in parsed.faults),
        day=day,
        day_ordinal=day.toordinal(),
        law=law,
        is_import=is_import,
        verifies_importers=is_import
        and bool(len(context.reference.importers) or law.figures.importer_register_complete),
        asks_customs=is_import and bool(law.figures.importer_asks_customs),
        rules=rule_index(PARCEL_RULES, law),
        traits=Traits(header, record.carrier, context.reference, law),
        arrives_on=ordinal(day_in_korea(header.arrives_at or "")),
        arrives_ms=unix_ms(header.arrives_at),
        departs_ms=unix_ms(header.departs_at),
        master_bill_mark=hash48(record.carrier, header.master_bill),
    )
    version.findings += (finding_of(STRUCTURE, fault, "REJECT") for fault in parsed.faults)
    version.findings += _header_findings(version, raw, lodged_on)
    if not isinstance(listed, list):
        version.object_to(STRUCTURE, Found("/parcels", "PARCELS_NOT_LIST"), "REJECT")
    return version


def _parse_header(raw: dict[str, Any]) -> ParseResult[Header]:
    """The manifest without its parcels; unreadable where no receipt could be addressed."""
    parsed = parse(raw, Header)
    lost = [fault for fault in parsed.faults if fault.path in ("/manifest_id", "/version")]
    if lost:
        raise UnreadableError(
            dead_letter.NO_IDENTITY, f"nobody to answer to: {lost[0].path[1:]}: {lost[0].message}", lost[0].path
        )
    return parsed


def _check_size(raw_parcels: list[Any]) -> None:
    """Raise UnreadableError for more parcels, or more lines of goods, than a manifest may have."""
    if len(raw_parcels) > limits.PARCELS_PER_MANIFEST_MAX:
        raise UnreadableError(
            dead_letter.TOO_MANY,
            f"{len(raw_parcels)} parcels; {limits.PARCELS_PER_MANIFEST_MAX} at most: split the manifest",
            "/parcels",
        )
    items = sum(
        len(parcel["items"])
        for parcel in raw_parcels
        if isinstance(parcel, dict) and isinstance(parcel.get("items"), list)
    )
    if items > limits.ITEMS_PER_MANIFEST_MAX:
        raise UnreadableError(
            dead_letter.TOO_MANY,
            f"{items} lines of goods; {limits.ITEMS_PER_MANIFEST_MAX} at most: split the manifest",
            "/parcels",
        )


def _fingerprint(raw: dict[str, Any], header: Header | None, parsed: list[object], raw_parcels: list[Any]) -> bytes:
    """The content, whatever the format it came in; a malformed part counts as it was written."""
    head = header or {name: value for name, value in raw.items() if name != "parcels"}
    parcels = [part or written for part, written in zip(parsed, raw_parcels, strict=True)] or raw.get("parcels", [])
    return digest(_CONTENT.encode((head, parcels)))


def _deciding_day(lodged_at: str, lodged_on: date | None, stored_at_ms: int, reference: Reference) -> date:
    """The day whose law decides: the day of lodging.

    It is the day of receipt where the carrier's time can't be read, lies before the first day of the law, or is too far
    off and the office has said that its own clock binds.
    """
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


def _header_findings(version: ManifestVersion, raw: dict[str, Any], lodged_on: date | None) -> Iterator[Finding]:
    """What the rules of manifests find, and the fields nobody knows."""
    record = version.record
    case = ManifestCase(
        header=version.header,
        carrier=record.carrier,
        lodged_on=lodged_on,
        stored_at=datetime.fromtimestamp(record.stored_at_ms / 1000, UTC),
        reference=version.context.reference,
        law=version.law,
    )
    for rule in active_rules(MANIFEST_RULES, version.law):
        for found in rule.check(case):
            if not lies_in(found.path, version.malformed_paths):
                yield rule.finding(found)
    for found in unknown_in(raw, Header):
        yield finding_of(STRUCTURE, found, "INFO")

"""Every topic: who writes it, who reads it, what it carries, how it is created."""

from dataclasses import dataclass
from typing import Final, Literal

from schemas import limits

MANIFESTS: Final = "manifests."
"""Prefix: one topic a carrier; the topic a manifest arrives on is the carrier's identity."""
RECEIPTS: Final = "receipts."
"""Prefix: one topic a carrier."""

CHECKED: Final = "parcels.checked"
LINKS: Final = "parcels.links"
LINKS_PARTITIONS: Final = 4
REJECTED: Final = "clearance.rejected"
DEAD_LETTERS: Final = "dead-letters"
IMPORTER_ANSWERS: Final = "importers.answers"
OFFICERS: Final = "officers.actions"
INTAKE_STATE: Final = "state.intake"
SCREENING_STATE: Final = "state.screening"

REFERENCE: Final = "reference."
"""Prefix of all topics of reference data."""
REFERENCE_CHANGES: Final = "reference.changes"
"""Closes each change set: who, why, how many rows of each table; its time decides from when the change counts."""
REFERENCE_CODES: Final = "reference.codes"
REFERENCE_GOODS: Final = "reference.goods"
REFERENCE_LAW: Final = "reference.law"
REFERENCE_RATES: Final = "reference.rates"
REFERENCE_REGISTERS: Final = "reference.registers"
REFERENCE_TARGETING: Final = "reference.targeting"
REFERENCE_TARIFF: Final = "reference.tariff"
REFERENCE_WATCHLIST: Final = "reference.watchlist"
REFERENCE_ROWS: Final = {
    REFERENCE_LAW: "figures of law, phases of rules, limits of self-use",
    REFERENCE_RATES: "exchange rates",
    REFERENCE_TARIFF: "the tariff",
    REFERENCE_REGISTERS: "registers of carriers and operators",
    REFERENCE_TARGETING: "inspection sites and rates, signals and targets, for customs alone",
    REFERENCE_GOODS: "kinds of goods, their words and codes",
    REFERENCE_WATCHLIST: "watch-lists, words of names, exceptions and embargoes",
    REFERENCE_CODES: "code lists of countries, currencies and airlines",
}
"""Topics of rows; `streams.reference.tables` says which table belongs to which."""

CLEARANCE_OF_ROUTE: Final = {
    "LIST": "clearance.list",
    "SIMPLIFIED": "clearance.simplified",
    "GENERAL": "clearance.general",
    "EXPORT_LIST": "clearance.export",
    "EXPORT_GENERAL": "clearance.export",
}
"""Which clearance topic hears of a route."""

SECURITY_OF_DESK: Final = {
    "INSPECTION": "security.inspection",
    "HOLD": "security.hold",
    "INVESTIGATION": "security.investigation",
    "REFERRAL": "security.referral",
}
"""Which security topic belongs to a desk."""

CLEARANCE: Final = (*dict.fromkeys(CLEARANCE_OF_ROUTE.values()), REJECTED)
"""All clearance topics, `clearance.rejected` last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic, or (name ends in a dot) one for each carrier."""

    name: str
    carries: str
    """Schema file, or in words."""
    key: str
    written_by: str
    read_by: str
    partitions: int
    retention_days: int | None
    """None: kept for ever (compacted)."""
    cleanup: Literal["delete", "compact"] = "delete"
    record_bytes_max: int = 1024 * 1024
    stamped_by_broker: bool = False
    """True: the broker's clock stamps each record, so that a sender can't choose its time."""
    from_outside: bool = False
    """True: others write it, so the broker refuses a record that unpacks beyond the limit; of a whole batch the
    reader has to beware.
    """


TOPICS: Final = (
    Topic(
        name=MANIFESTS,
        carries="manifest.v1.avsc or the same as JSON",
        key="master bill",
        written_by="that carrier, nobody else",
        read_by="intake",
        partitions=2,
        retention_days=30,
        record_bytes_max=limits.RECORD_BYTES_MAX,
        stamped_by_broker=True,
        from_outside=True,
    ),
    Topic(
        name=RECEIPTS,
        carries="receipt.v2.avsc",
        key="manifest id",
        written_by="intake, screening",
        read_by="that carrier, nobody else",
        partitions=1,
        retention_days=30,
        record_bytes_max=limits.RECORD_BYTES_MAX,
    ),
    Topic(
        name=CHECKED,
        carries="internal, MessagePack: a parcel as screening needs it, without clear text of the consignee",
        key="consignee token",
        written_by="intake, relay, screening",
        read_by="screening",
        partitions=8,
        retention_days=90,
    ),
    Topic(
        name=LINKS,
        carries="internal, MessagePack: which addresses, phones and sellers the parcels of a manifest go by; also "
        "the memory of linking, which reads it back",
        key="manifest id",
        written_by="intake",
        read_by="linking",
        partitions=LINKS_PARTITIONS,
        retention_days=90,
        record_bytes_max=limits.RECORD_BYTES_MAX,
    ),
    Topic(
        name="clearance.list",
        carries="decision.v2.avsc",
        key="house bill",
        written_by="screening",
        read_by="clearance systems",
        partitions=4,
        retention_days=90,
    ),
    Topic(
        name="clearance.simplified",
        carries="decision.v2.avsc",
        key="house bill",
        written_by="screening",
        read_by="clearance systems",
        partitions=4,
        retention_days=90,
    ),
    Topic(
        name="clearance.general",
        carries="decision.v2.avsc",
        key="house bill",
        written_by="screening",
        read_by="clearance systems",
        partitions=4,
        retention_days=90,
    ),
    Topic(
        name="clearance.export",
        carries="decision.v2.avsc",
        key="house bill",
        written_by="screening",
        read_by="clearance systems",
        partitions=4,
        retention_days=90,
    ),
    Topic(
        name=REJECTED,
        carries="decision.v2.avsc",
        key="house bill",
        written_by="intake, and screening for the cancellation of a refused parcel",
        read_by="clearance systems",
        partitions=4,
        retention_days=90,
    ),
    Topic(
        name="security.inspection",
        carries="security_case.v2.avsc",
        key="house bill",
        written_by="screening, linking",
        read_by="inspection",
        partitions=2,
        retention_days=90,
    ),
    Topic(
        name="security.hold",
        carries="security_case.v2.avsc",
        key="house bill",
        written_by="screening, linking",
        read_by="holds desk",
        partitions=2,
        retention_days=90,
    ),
    Topic(
        name="security.investigation",
        carries="security_case.v2.avsc",
        key="house bill",
        written_by="screening, linking",
        read_by="investigators",
        partitions=2,
        retention_days=90,
    ),
    Topic(
        name="security.referral",
        carries="security_case.v2.avsc",
        key="house bill",
        written_by="screening, linking",
        read_by="partner agencies",
        partitions=2,
        retention_days=90,
    ),
    Topic(
        name=DEAD_LETTERS,
        carries="the original value and headers, untouched",
        key="source topic-partition-offset",
        written_by="every step of the pipeline",
        read_by="operators",
        partitions=2,
        retention_days=90,
        record_bytes_max=limits.RECORD_BYTES_MAX + 128 * 1024,
        stamped_by_broker=True,
    ),
    Topic(
        name=IMPORTER_ANSWERS,
        carries="internal, JSON: what customs said about a consignee, by token",
        key="consignee token",
        written_by="verifier",
        read_by="relay, which passes it on to `parcels.checked`",
        partitions=8,
        retention_days=90,
        stamped_by_broker=True,
    ),
    Topic(
        name=OFFICERS,
        carries="JSON: an officer's action on a decision, or what a changed watch-list does "
        "(`schemas/officer_action.py`)",
        key="house bill",
        written_by="officers (`tonggwan act`), rescreening",
        read_by="relay, which passes it on to `parcels.checked`",
        partitions=2,
        retention_days=90,
        stamped_by_broker=True,
    ),
    Topic(
        name=INTAKE_STATE,
        carries="internal, MessagePack",
        key="carrier and manifest or house bill",
        written_by="intake",
        read_by="intake, when it restores",
        partitions=8,
        retention_days=None,
        cleanup="compact",
    ),
    Topic(
        name=SCREENING_STATE,
        carries="internal, as agents/state/consignees.py packs it",
        key="consignee token, packed",
        written_by="screening",
        read_by="screening, when it restores",
        partitions=8,
        retention_days=None,
        cleanup="compact",
    ),
    Topic(
        name=REFERENCE_CHANGES,
        carries="JSON: who changed reference data and why, rows by table, digest and version",
        key="change id",
        written_by="customs (`tonggwan reference load`)",
        read_by="every worker",
        partitions=1,
        retention_days=None,
        cleanup="compact",
        stamped_by_broker=True,
    ),
    *(
        Topic(
            name=name,
            carries=f"JSON: rows of {what}, put in or withdrawn",
            key="table, entry id and change id",
            written_by="customs (`tonggwan reference load`)",
            read_by="every worker",
            partitions=1,
            retention_days=None,
            cleanup="compact",
            stamped_by_broker=True,
        )
        for name, what in REFERENCE_ROWS.items()
    ),
)

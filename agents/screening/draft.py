"""A declared parcel on its way through screening: each step fills its own fields."""

from collections.abc import Mapping

from agents.importers.verify import Verification
from agents.reference import Law
from agents.state.parcels import PastParcel
from schemas.checked_parcel import Declare
from schemas.decision import DecisionTail, Finding
from schemas.officer_action import Assessment


class DecisionDraft:
    """One decision on a declared parcel. What no step has set yet raises AttributeError.

    `PROVISIONAL` of `deciding` sets what follows from the parcel alone, `DECIDING` what follows from the consignee's
    others; a later event (`following_up`) starts from a parcel that was decided before.
    """

    __slots__ = (
        *("assessment", "decided", "encoded", "findings", "further", "law", "name", "others", "parcel", "sequence"),
        *("supersedes", "targeted", "token", "verification", "waiting"),
    )

    token: str
    """Of the consignee."""
    parcel: Declare
    name: str
    """Carrier and house bill, as state knows them."""
    sequence: int
    supersedes: int | None
    further: int
    law: Law
    """In force on the day of lodging."""
    findings: tuple[Finding, ...]
    """All findings, the covert ones among them."""
    decided: DecisionTail
    encoded: bytes
    """The decision, in Avro."""
    others: Mapping[str, PastParcel]
    """The consignee's other parcels, by name."""
    verification: Verification | None
    """What customs said of the importer; None where it is not asked."""
    targeted: tuple[Finding, ...]
    """Covert findings, of which the desks alone hear."""
    waiting: bytes
    """The parcel as it waits for customs' answer, packed; empty where it does not."""
    assessment: Assessment | None
    """What the carrier is told before it loads air cargo."""

    def __init__(self, token: str, parcel: Declare) -> None:
        self.token, self.parcel, self.name = token, parcel, parcel.name
        self.sequence, self.supersedes, self.further = parcel.sequence, parcel.supersedes, parcel.further
        self.findings = parcel.findings
        self.targeted, self.waiting, self.assessment = (), b"", None

    @property
    def now_ms(self) -> int:
        """When the record that causes the decision was stored."""
        return self.parcel.received_at_ms

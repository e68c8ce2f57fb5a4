"""A parcel on its way through intake: each step fills its own fields."""

from collections.abc import Sequence
from typing import Any

import msgspec

from agents.goods import CategoryHit, Understood
from agents.parcel.case import Case, ListedParty, Price
from agents.risk.model import Line
from agents.rules.rule import Rule
from schemas import limits
from schemas.checked_parcel import Facts
from schemas.decision import Finding, Relief, Route
from schemas.decision_encoding import ParcelFields
from schemas.manifest import Parcel


class Lineage(msgspec.Struct, frozen=True, gc=False):
    """Where a decision stands among those of its house bill."""

    sequence: int
    supersedes: int | None
    consignee_path: tuple[str, ...]
    """Tokens of the consignees the house bill has had, oldest first."""
    link_marks: bytes
    """Those that linking knows of the parcel so far."""


class ParcelDraft:
    """One parcel of a manifest version. What no step has set yet raises AttributeError.

    `LAYOUT` of `judging` sets what a parcel that is not malformed has, `JUDGING` its findings and route;
    `FORWARDING` of `forwarding` sets the rest, for accepted parcels.
    """

    __slots__ = (
        *("acting", "address_mark", "bundled", "case", "categories", "decision_head", "decision_id", "facts", "fields"),
        *(
            "findings",
            "goods",
            "has_case",
            "house_bill",
            "is_refused",
            "lineage",
            "listed",
            "money",
            "parcel",
        ),
        *("path", "phone_mark", "price", "raw", "relief", "risk", "route", "sampling_mark", "seller_mark", "token"),
        "traits",
    )

    path: str
    """JSON pointer, `/parcels/3`; empty where a cancellation names no parcel."""
    raw: Any
    """As the carrier wrote it."""
    has_case: bool
    """Whether there is a whole parcel: it is neither malformed nor cancelled."""
    house_bill: str
    """Empty where it can't be read."""
    findings: tuple[Finding, ...]
    route: Route | None
    decision_head: bytes
    is_refused: bool
    """By a finding of its own, or with the whole manifest."""

    # of a parcel that has a case
    parcel: Parcel
    goods: tuple[Understood, ...]
    categories: tuple[CategoryHit, ...]
    price: Price | None
    listed: tuple[ListedParty, ...]
    case: Case
    traits: int
    fields: ParcelFields
    """What the parcel adds to the head of its decision."""
    acting: Sequence[Rule]
    """Rules whose findings act, whatever the limits leave out of `findings`."""
    relief: Relief
    bundled: bool
    """Whether one simplified rate stands for all taxes."""

    # of an accepted parcel
    token: str
    """Of the consignee; empty for a cancellation."""
    seller_mark: int
    address_mark: int
    phone_mark: int
    sampling_mark: int
    """Marks have 48 bits, 0 where nothing is said."""
    facts: Facts
    money: bytes
    risk: Line
    decision_id: str
    lineage: Lineage

    def __init__(self, path: str, raw: object = None, parcel: Parcel | None = None) -> None:
        self.path, self.raw = path, raw
        self.has_case = parcel is not None
        if parcel is not None:
            self.parcel = parcel
        self.findings = ()
        self.route = None

    @property
    def has_rejection(self) -> bool:
        """Whether a finding refuses the parcel."""
        return bool(self.findings) and any(finding.severity == "REJECT" for finding in self.findings)


def house_bill_of(raw: object) -> str:
    """The house bill of a parcel that may have any form; empty when it has none."""
    name = raw.get("house_bill") if isinstance(raw, dict) else None
    return name if isinstance(name, str) and len(name) <= limits.ID_CHARS_MAX else ""

"""What intake is given and what it returns."""

from collections.abc import Mapping, Sequence

import msgspec

from agents.reference import Reference
from agents.risk.model import Scorer
from agents.state.carriers import StateChange
from agents.values.identity import TokenKeys
from schemas.checked_parcel import CheckedParcel
from schemas.decision import Source
from schemas.parcel_links import LinkMessage
from schemas.receipt import Receipt


class Record(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A record as the broker stored it."""

    value: bytes | None
    carrier: str
    source: Source
    stored_at_ms: int


class DecisionContext(msgspec.Struct, frozen=True, kw_only=True):
    """What customs brings to a manifest: the law and lists of the day, and its keys."""

    reference: Reference
    keys: TokenKeys
    scorer: Scorer | None = None
    """The risk model; without one, rules alone decide."""


class ForwardedParcel(msgspec.Struct, frozen=True, gc=False):
    """A checked parcel and the consignee token it is keyed by."""

    token: str
    parcel: CheckedParcel


class RejectedParcel(msgspec.Struct, frozen=True, gc=False):
    """A refused parcel: the key and the written decision."""

    key: str
    decision: bytes


class IntakeResult(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Everything that one record brings."""

    receipt: Receipt
    passed: Sequence[ForwardedParcel] = ()
    refused: Sequence[RejectedParcel] = ()
    links: Mapping[int, LinkMessage] = {}
    """What linking is told, by partition."""
    change: StateChange | None = None

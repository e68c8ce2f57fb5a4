"""Internal: what screening gets about one house bill, as MessagePack on `parcels.checked`.

Five messages share the topic, so that their order there is the order of decision: a parcel to be decided, one that is
withdrawn, one that is refused after an earlier version was accepted, customs' answer, and an officer's action. Each has
a tag before its fields; a field more goes to the end and has a default.
"""

from collections.abc import Callable
from typing import Final, TypeGuard

import msgspec

from schemas import dead_letter
from schemas.dead_letter import UnreadableError
from schemas.decision import Event, Finding, Relief, Route
from schemas.importer_answer import Answer
from schemas.officer_action import Action


class GoodsLine(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of goods, as taxes look at it. Amount and weight are the line's, the volume one piece's."""

    hs_code: str
    amount_e4: int
    quantity: int
    categories: tuple[str, ...]
    origin: str
    volume_ml: int | None
    net_weight_g: int
    preference: str | None


class Money(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a parcel's taxes are computed from, in ten-thousandths of its currency."""

    local_charges_e4: int
    freight_e4: int
    insurance_e4: int
    has_purchase_proof: bool
    lines: tuple[GoodsLine, ...]


class Facts(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What the rules of screening look at.

    Days are proleptic Gregorian ordinals, 0 when not said; marks have 48 bits, 0 when nothing was said.
    """

    goods_price_usd_e6: int
    """Millionths of a dollar, rounded down; 0 when unknown."""
    limit_usd_e4: int
    """Limit of exemption for the parcel."""
    mode: str
    lodged_on: int
    """Day in Korea that picks law and rates."""
    rate_krw_e4: int = 0
    """Ten-thousandths of a won for one unit of the parcel's currency; 0 when the price is not known."""
    arrives_on: int = 0
    purchased_on: int = 0
    master: int = 0
    """Of carrier and master bill."""
    supplier: int = 0
    """Of who sold the goods abroad."""
    address: int = 0
    """Of the consignee's address, keyed."""
    phone: int = 0
    """Of the consignee's phone, keyed."""
    particulars: str = ""
    """Token of what customs is asked about the consignee; empty where its answer is not awaited."""
    uses: dict[str, int] = {}
    """Goods whose self-use is limited, by category and unit such as ALCOHOL/ML."""
    relief: Relief = "NONE"
    """What the parcel is exempt from by what intake knows."""
    is_person: bool = True
    """Whether a person receives it, by clearance code, and not a company."""
    bundled: bool = False
    """Whether one simplified rate stands for all taxes."""
    port: str = ""
    """Where it arrives."""
    arrives_ms: int = 0
    """When; 0 when not said."""
    departs_ms: int = 0
    """When it leaves; 0 when not said."""
    draw: int = 0
    """Keyed mark of carrier and house bill: what random checks are drawn by."""


class HouseBillMessage(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """What every message about a house bill says."""

    path: tuple[str, ...]
    """Tokens of the house bill's further consignees, to whom the message goes on, oldest first."""
    carrier: str
    manifest_id: str
    manifest_version: int
    house_bill: str
    received_at_ms: int
    decision_id: str
    event: Event
    sequence: int
    supersedes: int | None = None
    further: int = 0
    """Decisions that screening has numbered and intake does not know."""
    assessed: str = ""
    """What the carrier was told before loading and has not been ended, carried along the path."""
    decision_head: bytes = b""
    """The first fields of the decision, in Avro (schemas/decision_encoding.py)."""

    @property
    def name(self) -> str:
        """The house bill as state knows it: with its carrier."""
        return f"{self.carrier}/{self.house_bill}"


class Declare(HouseBillMessage, frozen=True, gc=False, kw_only=True, array_like=True, tag="DECLARE"):
    """An accepted parcel, to be decided."""

    facts: Facts
    findings: tuple[Finding, ...] = ()
    route: Route | None = None
    money: bytes = b""
    """`Money`, packed, looked into only when taxes are due; empty when the price is not known."""
    risk_ppm: int = 0
    """Risk in millionths, 0 where nothing was scored."""
    risk: bytes = b""
    """`risk` of the decision, in Avro; empty where nothing was scored."""


class Cancel(HouseBillMessage, frozen=True, gc=False, kw_only=True, array_like=True, tag="CANCEL"):
    """A parcel that its carrier withdraws."""

    findings: tuple[Finding, ...] = ()


class Refuse(HouseBillMessage, frozen=True, gc=False, kw_only=True, array_like=True, tag="REFUSE"):
    """A version of a house bill that is refused after an earlier one was accepted."""

    findings: tuple[Finding, ...] = ()


class CustomsAnswered(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="VERIFY"):
    """Customs has answered who an importer is."""

    received_at_ms: int
    answer: Answer


class OfficerActed(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="ACT"):
    """An officer, or a changed list, has acted on a decision."""

    received_at_ms: int
    action: Action


CheckedParcel = Declare | Cancel | Refuse | CustomsAnswered | OfficerActed


def is_declared(message: CheckedParcel) -> TypeGuard[Declare]:
    """Whether a message is a parcel to be decided here and now, and does not go on to another consignee first."""
    return isinstance(message, Declare) and not message.path


write_checked: Final[Callable[[CheckedParcel], bytes]] = msgspec.msgpack.Encoder().encode
"""A message, packed."""
_CHECKED: Final[msgspec.msgpack.Decoder[CheckedParcel]] = msgspec.msgpack.Decoder(CheckedParcel)


def read_checked(packed: bytes) -> CheckedParcel:
    """A message, read back. Raises UnreadableError where it is none."""
    try:
        return _CHECKED.decode(packed)
    except msgspec.MsgspecError as error:
        raise UnreadableError(dead_letter.INTERNAL, f"no checked parcel: {error}") from error

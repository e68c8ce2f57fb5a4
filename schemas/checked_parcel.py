"""Internal: what intake passes to screening about one house bill."""

from typing import Literal

import msgspec

from schemas.decision import Event, Finding, Relief, Route

Operation = Literal["DECLARE", "CANCEL", "REFUSE", "VERIFY", "ACT"]
"""What screening is to do with a checked parcel."""


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


class CheckedParcel(msgspec.Struct, frozen=True, gc=False, kw_only=True, array_like=True):
    """Internal: what intake passes to screening about one house bill, as MessagePack.

    A field more goes to the end and has a default.
    """

    operation: Operation
    path: tuple[str, ...]
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
    route: Route | None = None
    findings: tuple[Finding, ...] = ()
    facts: bytes = b""
    """`Facts`, packed; empty for a cancellation."""
    money: bytes = b""
    """`Money`, packed, looked into only when taxes are due; empty when the price is not known."""
    decision_head: bytes = b""
    assessed: str = ""
    """What the carrier was told before loading and has not been ended, carried along the path."""
    risk: bytes = b""
    """`risk` of the decision, already in Avro; empty where nothing was scored."""

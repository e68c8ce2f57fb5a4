"""Records that take their place among the checked parcels of a consignee, packed and read back."""

from collections.abc import Callable
from typing import Final

import msgspec

from agents.importers.customs_interface import Answer
from schemas import avro, dead_letter
from schemas.checked_parcel import CheckedParcel
from schemas.dead_letter import UnreadableError
from schemas.decision import DecisionHead
from schemas.officer_action import Action


def relayed_action(action: Action, now_ms: int) -> CheckedParcel:
    """An action as `parcels.checked` has it: its place there is its place in the order of decision."""
    return CheckedParcel(
        operation="ACT",
        path=(),
        carrier="",
        manifest_id="",
        manifest_version=0,
        house_bill="",
        received_at_ms=now_ms,
        decision_id="",
        event=action.event,
        sequence=0,
        facts=msgspec.msgpack.encode(action),
    )


write_checked: Final[Callable[[CheckedParcel], bytes]] = msgspec.msgpack.Encoder().encode
"""A checked parcel, packed."""
_CHECKED: Final = msgspec.msgpack.Decoder(CheckedParcel).decode


def read_checked(packed: bytes) -> CheckedParcel:
    """A checked parcel, read back. Raises UnreadableError where it is none."""
    try:
        return _CHECKED(packed)
    except msgspec.MsgspecError as error:
        raise UnreadableError(dead_letter.INTERNAL, f"no checked parcel: {error}") from error


def relayed(answer: Answer, now_ms: int) -> CheckedParcel:
    """An answer of customs as `parcels.checked` has it: its place there is its place in the order of decision."""
    return CheckedParcel(
        operation="VERIFY",
        path=(),
        carrier="",
        manifest_id="",
        manifest_version=0,
        house_bill="",
        received_at_ms=now_ms,
        decision_id="",
        event="VERIFIED",
        sequence=0,
        facts=msgspec.msgpack.encode(answer),
    )


def read_decision_head(decision_head: bytes) -> DecisionHead:
    """The settled part of a decision, read back."""
    return msgspec.convert(
        avro.reader(avro.DECISION, DecisionHead.__struct_fields__)(avro.frame(avro.DECISION) + decision_head),
        DecisionHead,
    )

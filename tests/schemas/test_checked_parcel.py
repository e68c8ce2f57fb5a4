"""What screening gets: five messages, told apart by their tag."""

from typing import Any, Final

import msgspec
import pytest

from schemas.checked_parcel import (
    Cancel,
    CheckedParcel,
    CustomsAnswered,
    Declare,
    Facts,
    OfficerActed,
    Refuse,
    read_checked,
    write_checked,
)
from schemas.dead_letter import UnreadableError
from schemas.decision import Finding
from schemas.importer_answer import Answer
from schemas.officer_action import Action

FACTS = Facts(goods_price_usd_e6=59_900_000, limit_usd_e4=1_500_000, mode="AIR_EXPRESS", lodged_on=739_000)
HOUSE_BILL: Final[dict[str, Any]] = {
    "path": ("v1.k1.01",),
    "carrier": "kx",
    "manifest_id": "M",
    "manifest_version": 1,
    "house_bill": "A",
    "received_at_ms": 5,
    "decision_id": "0" * 32,
    "event": "ORIGINAL",
    "sequence": 1,
    "decision_head": b"head",
}
FINDING = Finding("XF-04", "INFO", "/parcels/0/freight", "freight is missing", {}, "freight_is_separate")
ANSWER = Answer(
    consignee="v1.k1.00", particulars="v1.k1.02", answer="MATCH", asked_at="2026-11-23", answered_at="2026-11-23"
)
ACTION = Action(action="HOLD", by="officer 7", why="as seen", consignee="v1.k1.00", sequence=1, parcel=b"packed")


@pytest.mark.parametrize(
    "message",
    [
        Declare(**HOUSE_BILL, facts=FACTS, findings=(FINDING,), route="LIST", money=b"m", risk_ppm=7, risk=b"r"),
        Cancel(**HOUSE_BILL, supersedes=1),
        Refuse(**HOUSE_BILL, findings=(FINDING,)),
        CustomsAnswered(5, ANSWER),
        OfficerActed(5, ACTION),
    ],
    ids=lambda message: type(message).__name__,
)
def test_a_message_is_read_back_as_it_was_written(message: CheckedParcel) -> None:
    assert read_checked(write_checked(message)) == message


@pytest.mark.parametrize(
    "packed",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xc1", id="no MessagePack"),
        pytest.param(msgspec.msgpack.encode(["NEW_KIND", 5]), id="a tag of another version"),
        pytest.param(msgspec.msgpack.encode(["DECLARE", []]), id="too few fields"),
        pytest.param(msgspec.msgpack.encode({"operation": "DECLARE"}), id="names for fields"),
    ],
)
def test_what_is_no_message_is_unreadable(packed: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_checked(packed)

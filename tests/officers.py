"""An officer acts on a decision, in tests."""

from typing import Any

import msgspec

from schemas import topics
from schemas.checked_parcel import Declare, write_checked
from schemas.decision import Finding
from schemas.officer_action import Act, Action, write_action
from streams.kafka.record import StoredRecord
from streams.worker.handlers import read_checked
from tests.flow import Flow, stored


def acts(
    flow: Flow,
    action: Act,
    sequence: int | None = None,
    *,
    bill: str = "A",
    topic: str = topics.OFFICERS,
    **changes: Any,  # noqa: ANN401 - fields of an action
) -> list[StoredRecord]:
    """An officer acts on the latest decision on a house bill; everything that brings."""
    decision = max(
        (each for each in flow.decisions if each["house_bill"] == bill and each["outcome"] != "REJECT"),
        key=lambda each: each["sequence"],
    )
    found = [(record.key, read_checked(record.value)) for record in flow.log if record.topic == topics.CHECKED]
    token, checked = [
        (key, each) for key, each in found if isinstance(each, Declare) and each.house_bill == bill and not each.path
    ][-1]
    assert token is not None
    known = msgspec.structs.replace(
        checked, findings=tuple(msgspec.convert(finding, Finding) for finding in decision["findings"])
    )
    said = Action(
        action=action,
        by="officer 7",
        why="as seen",
        consignee=token.decode(),
        sequence=sequence or decision["sequence"],
        parcel=write_checked(known),
    )
    begun = len(flow.log)
    flow.now_ms += 1
    flow.take(
        stored(
            topic,
            value=write_action(msgspec.structs.replace(said, **changes)),
            key=bill.encode(),
            timestamp=flow.now_ms,
        )
    )
    flow.screen()
    return flow.log[begun:]

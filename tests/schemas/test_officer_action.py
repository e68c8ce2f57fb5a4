"""What officers do about decisions, and what air cargo is told before loading."""

from typing import Final

import pytest

from schemas import topics
from schemas.officer_action import ASSESSMENTS, Act
from streams.worker.changelog import state_of
from tests.flow import Flow, Json, stored
from tests.officers import acts
from tests.parcels import manifest

GAP: Final[Json] = {"house_bill": "A", "consignor": {"address": "Hangzhou"}}
ODD: Final[Json] = {"house_bill": "A", "consignee": {"address": "somewhere"}}
WHOLE: Final[Json] = {"house_bill": "A"}


def told(flow: Flow) -> list[tuple[int, str, str]]:
    return [(decision["sequence"], decision["event"], decision["outcome"]) for decision in flow.decisions]


def notices(flow: Flow) -> list[str]:
    return [
        answer["answer"]
        for receipt in flow.of("receipts.kx")
        if receipt["kind"] == "NOTICE"
        for answer in receipt["parcels"]
    ]


@pytest.mark.parametrize(
    ("sent", "action", "outcome", "notice"),
    [
        pytest.param(ODD, "RELEASE", "RELEASE", "RELEASE", id="an inspection is released"),
        pytest.param(WHOLE, "HOLD", "HOLD", "HOLD", id="a released parcel is held"),
        pytest.param(GAP, "RELEASE", "RELEASE", "RELEASE", id="a request is lifted"),
        pytest.param(GAP, "ANSWER", "RELEASE", "RELEASE", id="a request is answered"),
        pytest.param(WHOLE, "DO_NOT_LOAD", "HOLD", "DO_NOT_LOAD", id="do not load"),
        pytest.param(WHOLE, "REQUEST_FOR_SCREENING", "HOLD", "REQUEST_FOR_SCREENING", id="screen it first"),
        pytest.param(WHOLE, "REQUEST_FOR_INFORMATION", "HOLD", "REQUEST_FOR_INFORMATION", id="say more of it"),
        pytest.param(ODD, "ANSWER", "INSPECT", "INSPECT", id="an answer nobody asked for ends no inspection"),
    ],
)
def test_an_action_brings_a_further_decision(sent: Json, action: Act, outcome: str, notice: str) -> None:
    flow = Flow()
    flow.send(manifest(sent))
    acts(flow, action)
    assert told(flow)[-1] == (2, "OFFICER", outcome)
    latest = flow.decisions[-1]
    assert latest["supersedes"] == 1
    assert any(
        finding["code"] == "SEC-02" and finding["evidence"]["by"] == "officer 7" for finding in latest["findings"]
    )
    assert notices(flow)[-1] == notice


@pytest.mark.parametrize("action", ASSESSMENTS)
def test_what_was_told_before_loading_survives_every_version(action: Act) -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    acts(flow, action)
    flow.send(manifest({**WHOLE, "pieces": 2}, version=2, function="AMEND"))
    flow.send(manifest({**WHOLE, "consignee": {"clearance_code": "P987654321098"}}, version=3, function="AMEND"))
    flow.send(manifest({"house_bill": "A"}, version=4, function="CANCEL"))
    flow.send(manifest(WHOLE, version=5, function="AMEND"))
    assert [outcome for _, _, outcome in told(flow)] == ["RELEASE", "HOLD", "HOLD", "HOLD", "CANCELLED", "HOLD"]
    acts(flow, "RELEASE")
    flow.send(manifest({**WHOLE, "pieces": 3}, version=6, function="AMEND"))
    assert [outcome for _, _, outcome in told(flow)][-2:] == ["RELEASE", "RELEASE"], "and only an answer ends it"


def test_a_carriers_answer_does_not_load_what_must_not_be_loaded() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    acts(flow, "DO_NOT_LOAD")
    acts(flow, "ANSWER")
    assert told(flow)[-1] == (3, "OFFICER", "HOLD")
    flow.send(manifest({**WHOLE, "pieces": 2}, version=2, function="AMEND"))
    assert told(flow)[-1][2] == "HOLD"


def test_it_survives_a_crash() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    acts(flow, "DO_NOT_LOAD")
    after = flow.restored(compacted=True)
    after.send(manifest({**WHOLE, "pieces": 2}, version=2, function="AMEND"))
    assert told(after)[-1][2] == "HOLD"
    flow.send(manifest({**WHOLE, "pieces": 2}, version=2, function="AMEND"))
    assert [state_of(partition) for partition in after.processor.partitions.values()] == [
        state_of(partition) for partition in flow.processor.partitions.values()
    ]


def test_an_action_on_a_decision_that_is_not_in_force_is_set_aside_with_what_is() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    flow.send(manifest({**WHOLE, "pieces": 2}, version=2, function="AMEND"))
    acts(flow, "HOLD", sequence=1)
    (letter,) = [record for record in flow.log if record.topic == topics.DEAD_LETTERS]
    assert dict(letter.headers)["x-error-code"] == b"READ-10"
    assert b"2 is" in (dict(letter.headers)["x-error-message"] or b"")
    assert len(flow.decisions) == 2


def test_the_same_action_twice_counts_once() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    acts(flow, "HOLD")
    acts(flow, "HOLD", sequence=1)
    assert told(flow) == [(1, "ORIGINAL", "RELEASE"), (2, "OFFICER", "HOLD")]


def test_an_action_on_a_withdrawn_parcel_is_set_aside() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    flow.send(manifest({"house_bill": "A"}, version=2, function="CANCEL"))
    decision = flow.decisions[0]
    assert decision["outcome"] == "RELEASE"
    acts(flow, "HOLD", sequence=1)
    assert [dict(record.headers)["x-error-code"] for record in flow.log if record.topic == topics.DEAD_LETTERS] == [
        b"READ-10"
    ]


def test_a_changed_list_is_named_as_the_event() -> None:
    flow = Flow()
    flow.send(manifest(WHOLE))
    acts(flow, "HOLD", event="LIST_CHANGED", by="OFAC", why="entry 4711")
    assert told(flow)[-1] == (2, "LIST_CHANGED", "HOLD")


@pytest.mark.parametrize(
    "value",
    [b"", b"{}", b"\xff", b'{"action":"SHOOT"}'],
    ids=["nothing", "an empty one", "no text", "what nobody does"],
)
def test_what_is_no_action_is_set_aside(value: bytes) -> None:
    flow = Flow()
    flow.take(stored(topics.OFFICERS, value=value, key=b"A"))
    assert [dict(record.headers)["x-error-code"] for record in flow.log] == [b"READ-03"]


def test_only_what_may_be_known_is_asked_before_loading() -> None:
    """A parcel that is silently held brings its carrier no request."""
    flow = Flow()
    flow.send(manifest({**WHOLE, "items": [{"description": "stun gun"}]}))
    assert told(flow) == [(1, "ORIGINAL", "HOLD")]
    assert notices(flow) == []

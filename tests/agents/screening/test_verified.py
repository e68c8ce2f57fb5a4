"""Customs answers who an importer is.

What waits, what an answer brings, and how the decisions on a house bill are numbered.
"""

from dataclasses import replace
from typing import Any, Final

import pytest

from agents.importers.customs_interface import particulars_token
from agents.values.clock import show_ms
from agents.values.identity import consignee_token
from schemas import topics
from schemas.importer_answer import Answer, Particular, State, write_answer
from streams.kafka import partitioner
from streams.kafka.record import StoredRecord
from tests.flow import KEYS, Flow, Json, by_bill, processor_of, receipt, stored
from tests.parcels import manifest, parcel
from tests.reference import REFERENCE, since, thresholds

ASKS: Final = replace(REFERENCE, thresholds=thresholds(importer_asks_customs=since("1")))
BILL: Final = {"house_bill": "A"}


def asking() -> Flow:
    return Flow(processor=processor_of(reference=ASKS))


def answer(
    flow: Flow,
    said: str,
    *,
    differ: tuple[Particular, ...] = (),
    state: State | None = None,
    **consignee: Any,  # noqa: ANN401 - whatever a consignee may hold
) -> list[StoredRecord]:
    """What customs says of the consignee, stored on its topic; everything it brings."""
    who = parcel(consignee=consignee).consignee
    token = consignee_token(who, KEYS)
    flow.now_ms += 1
    told = Answer(
        consignee=token,
        particulars=particulars_token(who, token, KEYS),
        answer=said,  # type: ignore[arg-type]  # a column of the table
        differ=differ,
        state=state,
        asked_at=show_ms(flow.now_ms),
        answered_at=show_ms(flow.now_ms),
    )
    key = token.encode()
    begun = len(flow.log)
    flow.take(
        stored(
            topics.IMPORTER_ANSWERS,
            key=key,
            partition=partitioner.of(topics.IMPORTER_ANSWERS, key),
            value=write_answer(told),
            timestamp=flow.now_ms,
        )
    )
    flow.screen()
    return flow.log[begun:]


def findings(decision: Json) -> list[tuple[str, str, str]]:
    return [(found["code"], found["rule"], found["path"]) for found in decision["findings"] if found["code"] == "XF-08"]


def test_a_parcel_waits_until_customs_has_answered() -> None:
    flow = asking()
    flow.send(manifest(BILL))
    (waits,) = flow.decisions
    assert (waits["outcome"], waits["event"], waits["sequence"]) == ("HOLD", "ORIGINAL", 1)
    assert findings(waits) == [("XF-08", "customs_confirms_the_importer", "/consignee")]
    answer(flow, "MATCH")
    _, released = flow.decisions
    assert (released["outcome"], released["event"], released["sequence"], released["supersedes"]) == (
        "RELEASE",
        "VERIFIED",
        2,
        1,
    )
    assert findings(released) == []
    assert released["decision_id"] != waits["decision_id"]
    assert {name for name in waits if waits[name] != released[name]} == {
        "decision_id",
        "sequence",
        "supersedes",
        "event",
        "outcome",
        "findings",
        "decided_at",
    }


@pytest.mark.parametrize(
    ("said", "outcome", "paths"),
    [
        pytest.param({"said": "MATCH"}, "RELEASE", [], id="everything is right"),
        pytest.param({"said": "MISMATCH", "differ": ("phone",)}, "HOLD", ["/consignee/phone"], id="the phone differs"),
        pytest.param(
            {"said": "MISMATCH", "differ": ("name", "postcode")},
            "HOLD",
            ["/consignee/name", "/consignee/postcode"],
            id="name and postcode differ",
        ),
        pytest.param(
            {"said": "MISMATCH", "state": "SUSPENDED"},
            "HOLD",
            ["/consignee/clearance_code"],
            id="the code is suspended",
        ),
    ],
)
def test_what_an_answer_brings(said: Json, outcome: str, paths: list[str]) -> None:
    flow = asking()
    flow.send(manifest(BILL))
    answer(flow, **said)
    assert flow.decisions[-1]["outcome"] == outcome
    assert [path for _, _, path in findings(flow.decisions[-1])] == paths
    assert flow.decisions[-1]["event"] == "VERIFIED"


def test_no_answer_within_the_limit_releases_nothing() -> None:
    flow = asking()
    flow.send(manifest(BILL))
    assert answer(flow, "NO_ANSWER") == flow.log[-1:]
    assert by_bill(flow.log) == [("A", "HOLD", 1, None)]
    answer(flow, "MATCH")
    assert by_bill(flow.log) == [("A", "HOLD", 1, None), ("A", "RELEASE", 2, 1)]


def test_an_answer_that_is_there_already_is_used_at_once() -> None:
    flow = asking()
    flow.send(manifest(BILL))
    answer(flow, "MATCH")
    flow.send(manifest({"house_bill": "B"}, manifest_id="M2", master_bill="180-12345686"))
    assert by_bill(flow.log)[-1] == ("B", "RELEASE", 1, None)


@pytest.mark.parametrize("changes", [{"phone": "010-9999-8888"}, {"postcode": "06000"}, {"name": "박서준"}], ids=str)
def test_an_answer_counts_only_for_what_was_asked(changes: Json) -> None:
    flow = asking()
    flow.send(manifest(BILL))
    assert answer(flow, "MATCH", **changes)[1:] == []
    assert by_bill(flow.log) == [("A", "HOLD", 1, None)]


def test_a_second_answer_brings_nothing_more() -> None:
    flow = asking()
    flow.send(manifest(BILL))
    answer(flow, "MATCH")
    before = by_bill(flow.log)
    answer(flow, "MISMATCH", differ=("name",))
    assert by_bill(flow.log) == before


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        pytest.param(
            ["verify", "amend"],
            [("A", "HOLD", 1, None), ("A", "RELEASE", 2, 1), ("A", "RELEASE", 3, 2)],
            id="an amendment after it",
        ),
        pytest.param(
            ["verify", "refuse", "amend"],
            [("A", "HOLD", 1, None), ("A", "REJECT", 3, None), ("A", "RELEASE", 2, 1), ("A", "RELEASE", 4, 2)],
            id="a refusal, then an amendment",
        ),
        pytest.param(
            ["verify", "cancel"],
            [("A", "CANCELLED", 3, 2), ("A", "HOLD", 1, None), ("A", "RELEASE", 2, 1)],
            id="a cancellation",
        ),
        pytest.param(
            ["verify", "cancel", "amend"],
            [("A", "CANCELLED", 3, 2), ("A", "HOLD", 1, None), ("A", "RELEASE", 2, 1), ("A", "RELEASE", 4, None)],
            id="lodged again after a cancellation",
        ),
        pytest.param(
            ["refuse", "verify"],
            [("A", "HOLD", 1, None), ("A", "REJECT", 2, None), ("A", "RELEASE", 3, 1)],
            id="a refusal before it",
        ),
        pytest.param(
            ["amend", "verify"],
            [("A", "HOLD", 1, None), ("A", "HOLD", 2, 1), ("A", "RELEASE", 3, 2)],
            id="an amendment before it",
        ),
        pytest.param(
            ["cancel", "verify"], [("A", "CANCELLED", 2, 1), ("A", "HOLD", 1, None)], id="a cancellation before it"
        ),
        pytest.param(
            ["verify", "other", "amend"],
            [("A", "HOLD", 1, None), ("A", "HOLD", 3, 2), ("A", "RELEASE", 2, 1), ("A", "RELEASE", 4, 3)],
            id="another consignee, and back to the first",
        ),
    ],
)
@pytest.mark.parametrize("restored", [False, True], ids=["at one go", "with a crash after each step"])
def test_decisions_of_a_house_bill_are_numbered_through(
    steps: list[str],
    told: list[tuple[str, str, int, int | None]],
    restored: bool,  # noqa: FBT001 - a column of the table
) -> None:
    flow = asking()
    flow.send(manifest(BILL))
    for version, step in enumerate(steps, 2):
        match step:
            case "verify":
                answer(flow, "MATCH")
            case "amend":
                flow.send(manifest(BILL, version=version, function="AMEND"))
            case "other":
                flow.send(
                    manifest(
                        BILL | {"consignee": {"clearance_code": "P999999999999"}}, version=version, function="AMEND"
                    )
                )
            case "refuse":
                assert (
                    receipt(flow.send(manifest(BILL | {"pieces": 0}, version=version, function="AMEND")))["counts"][
                        "rejected"
                    ]
                    == 1
                )
            case "cancel":
                flow.send(manifest(BILL, version=version, function="CANCEL"))
        if restored:
            flow = flow.restored(compacted=True, reference=ASKS)
    assert by_bill(flow.log) == sorted(told, key=lambda row: (row[0], row[1], row[2]))


def test_what_no_verifier_wrote_is_set_aside() -> None:
    flow = asking()
    flow.take(stored(topics.IMPORTER_ANSWERS, value=b'{"consignee": 1}'))
    (letter,) = [record for record in flow.log if record.topic == topics.DEAD_LETTERS]
    assert dict(letter.headers)["x-error-code"] == b"READ-03"


def test_without_customs_interface_nothing_waits() -> None:
    flow = Flow()
    flow.send(manifest(BILL))
    assert by_bill(flow.log) == [("A", "RELEASE", 1, None)]


def test_an_export_and_a_company_are_not_asked_for() -> None:
    flow = asking()
    flow.send(
        manifest(
            BILL | {"consignee": {"clearance_code": None, "business_number": "124-81-00998"}, "purpose": "COMMERCIAL"}
        )
    )
    assert [found["code"] for found in flow.decisions[0]["findings"] if found["code"] == "XF-08"] == []

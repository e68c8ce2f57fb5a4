"""Versions of a manifest: what is answered, what becomes of each house bill, what is in force afterwards."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from schemas import avro, topics
from streams.simulation.sample.framing import framed
from tests.flow import Flow, by_bill, decisions, receipt
from tests.parcels import PARCEL, manifest

Json = dict[str, Any]

A: Final = {"house_bill": "A"}
B: Final = {"house_bill": "B"}
C: Final = {"house_bill": "C", "items": [{"amount": "10"}]}
"""Cheap enough to be no split of the others."""
HEAVIER: Final = {"gross_weight_g": 900}
BAD: Final = {"pieces": 0}
WEAPON: Final = {"items": [{"description": "stun gun"}]}


def original(*parcels: Json, **changes: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    return manifest(*parcels, **changes)


def amend(version: int, *parcels: Json, **changes: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    return manifest(*parcels, version=version, function="AMEND", **changes)


def cancel(version: int, *names: str, **changes: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    return manifest(version=version, function="CANCEL", **changes) | {
        "parcels": [{"house_bill": name} for name in names]
    }


def other(manifest_id: str, *parcels: Json, **changes: Any) -> Json:  # noqa: ANN401 - whatever a header may hold
    return manifest(*parcels, manifest_id=manifest_id, **changes)


Step = tuple[Json, str, list[tuple[str, str, int, int | None]]]
"""A manifest, its status, and per house bill the outcome, the sequence and what it supersedes."""

HISTORIES: Final[dict[str, list[Step]]] = {
    "a first filing": [(original(A, B), "ACCEPTED", [("A", "RELEASE", 1, None), ("B", "RELEASE", 1, None)])],
    "one bad parcel does not sink the others": [
        (original(A, B | BAD), "ACCEPTED_WITH_REJECTIONS", [("A", "RELEASE", 1, None), ("B", "REJECT", 1, None)])
    ],
    "all parcels bad": [(original(A | BAD, B | BAD), "REJECTED", [("A", "REJECT", 1, None), ("B", "REJECT", 1, None)])],
    "no parcels": [(original(), "REJECTED", [])],
    "the same again": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (original(A), "DUPLICATE", []),
        (original(A), "DUPLICATE", []),
    ],
    "a refused manifest again": [
        (original(A | BAD), "REJECTED", [("A", "REJECT", 1, None)]),
        (original(A | BAD), "DUPLICATE", []),
    ],
    "a manifest with faults of form again": [
        (original(A | {"pieces": "one"}), "REJECTED", [("A", "REJECT", 1, None)]),
        (original(A | {"pieces": "one"}), "DUPLICATE", []),
    ],
    "other content under the same version, the first content, and the other again": [
        (original(A, B), "ACCEPTED", [("A", "RELEASE", 1, None), ("B", "RELEASE", 1, None)]),
        (original(A | HEAVIER, B), "REJECTED", [("A", "REJECT", 2, None), ("B", "REJECT", 2, None)]),
        (original(A, B), "DUPLICATE", []),
        (original(A | HEAVIER, B), "DUPLICATE", []),
        (original(A | HEAVIER, B | HEAVIER), "REJECTED", [("A", "REJECT", 3, None), ("B", "REJECT", 3, None)]),
        (original(A, B), "DUPLICATE", []),
        (amend(2, A | HEAVIER), "ACCEPTED", [("A", "RELEASE", 4, 1)]),
    ],
    "other content that names other house bills": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (original(B, B), "REJECTED", [("B", "REJECT", 1, None), ("B", "REJECT", 2, None)]),
        (cancel(2), "CANCELLED", [("A", "CANCELLED", 2, 1)]),
    ],
    "other content of another function": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(1, "A"), "REJECTED", [("A", "REJECT", 2, None)]),
        (cancel(1), "REJECTED", []),
        (cancel(2), "CANCELLED", [("A", "CANCELLED", 3, 1)]),
    ],
    "a version older than one answered": [
        (amend(3, A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (amend(2, A | HEAVIER), "SUPERSEDED", []),
        (original(A), "SUPERSEDED", []),
        (amend(3, A), "DUPLICATE", []),
    ],
    "an original where parcels are in force": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (original(A | HEAVIER, B, version=2), "REJECTED", [("A", "REJECT", 2, None), ("B", "REJECT", 1, None)]),
        (amend(3, A | HEAVIER), "ACCEPTED", [("A", "RELEASE", 3, 1)]),
    ],
    "an original where nothing is in force": [
        (original(A | BAD), "REJECTED", [("A", "REJECT", 1, None)]),
        (original(A, version=2), "ACCEPTED", [("A", "RELEASE", 2, None)]),
    ],
    "an amendment replaces what it names": [
        (original(A, B), "ACCEPTED", [("A", "RELEASE", 1, None), ("B", "RELEASE", 1, None)]),
        (amend(2, A | HEAVIER, C), "ACCEPTED", [("A", "RELEASE", 2, 1), ("C", "DECLARE", 1, None)]),
        (cancel(3), "CANCELLED", [("A", "CANCELLED", 3, 2), ("B", "CANCELLED", 2, 1), ("C", "CANCELLED", 2, 1)]),
    ],
    "a refused amendment leaves what was in force": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (amend(2, A | BAD), "REJECTED", [("A", "REJECT", 2, None)]),
        (amend(3, A | BAD), "REJECTED", [("A", "REJECT", 3, None)]),
        (amend(4, A), "ACCEPTED", [("A", "RELEASE", 4, 1)]),
        (cancel(5, "A"), "CANCELLED", [("A", "CANCELLED", 5, 4)]),
    ],
    "an amendment of the unknown": [(amend(2, A), "ACCEPTED", [("A", "RELEASE", 1, None)])],
    "a cancellation of some": [
        (original(A, B), "ACCEPTED", [("A", "RELEASE", 1, None), ("B", "RELEASE", 1, None)]),
        (cancel(2, "B"), "CANCELLED", [("B", "CANCELLED", 2, 1)]),
        (
            cancel(3, "A", "B", "C"),
            "CANCELLED",
            [("A", "CANCELLED", 2, 1), ("B", "REJECT", 3, None), ("C", "REJECT", 1, None)],
        ),
    ],
    "a cancellation of the unknown": [
        (cancel(2), "REJECTED", []),
        (cancel(3, "A"), "REJECTED", [("A", "REJECT", 1, None)]),
    ],
    "a cancellation twice": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2), "CANCELLED", [("A", "CANCELLED", 2, 1)]),
        (cancel(2), "DUPLICATE", []),
        (cancel(3), "REJECTED", []),
        (cancel(4, "A"), "REJECTED", [("A", "REJECT", 3, None)]),
    ],
    "a cancellation that names a house bill twice": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2, "A", "A"), "CANCELLED", [("A", "CANCELLED", 2, 1), ("A", "REJECT", 3, None)]),
    ],
    "a cancellation with a fault of the manifest": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2, "A", master_bill="x"), "REJECTED", [("A", "REJECT", 2, None)]),
        (cancel(3, "A"), "CANCELLED", [("A", "CANCELLED", 3, 1)]),
    ],
    "declared anew after a cancellation": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2), "CANCELLED", [("A", "CANCELLED", 2, 1)]),
        (amend(3, A), "ACCEPTED", [("A", "RELEASE", 3, None)]),
        (amend(4, A), "ACCEPTED", [("A", "RELEASE", 4, 3)]),
    ],
    "an original after a cancellation of all": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2), "CANCELLED", [("A", "CANCELLED", 2, 1)]),
        (original(A, version=3), "ACCEPTED", [("A", "RELEASE", 3, None)]),
    ],
    "a house bill of another manifest": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (other("M2", A, B), "ACCEPTED_WITH_REJECTIONS", [("A", "REJECT", 2, None), ("B", "RELEASE", 1, None)]),
        (cancel(2, "A"), "CANCELLED", [("A", "CANCELLED", 3, 1)]),
        (other("M2", A, version=2, function="AMEND"), "ACCEPTED", [("A", "RELEASE", 4, None)]),
        (amend(3, A), "REJECTED", [("A", "REJECT", 5, None)]),
        (cancel(4), "REJECTED", []),
    ],
    "a cancellation of another manifest's house bill": [
        (original(A), "ACCEPTED", [("A", "RELEASE", 1, None)]),
        (cancel(2, "A", manifest_id="M2"), "REJECTED", [("A", "REJECT", 2, None)]),
        (cancel(2, "A"), "CANCELLED", [("A", "CANCELLED", 3, 1)]),
    ],
    "a house bill twice in a manifest": [
        (original(A, A | HEAVIER), "ACCEPTED_WITH_REJECTIONS", [("A", "REJECT", 2, None), ("A", "RELEASE", 1, None)]),
        (amend(2, A), "ACCEPTED", [("A", "RELEASE", 3, 1)]),
    ],
    "a house bill three times, each with a fault of form": [
        (
            original(*[A | {"pieces": "one"}] * 3),
            "REJECTED",
            [("A", "REJECT", 1, None), ("A", "REJECT", 2, None), ("A", "REJECT", 3, None)],
        ),
    ],
    "a bad one before a good one of the same house bill": [
        (original(A | BAD, A), "REJECTED", [("A", "REJECT", 1, None), ("A", "REJECT", 2, None)]),
        (amend(2, A), "ACCEPTED", [("A", "RELEASE", 3, None)]),
    ],
    "parcels without a house bill": [
        (
            original({"house_bill": ""}, {"house_bill": ""}, A),
            "ACCEPTED_WITH_REJECTIONS",
            [("", "REJECT", 1, None), ("", "REJECT", 1, None), ("A", "RELEASE", 1, None)],
        ),
    ],
    "goods that customs holds": [
        (original(A | WEAPON), "ACCEPTED", [("A", "HOLD", 1, None)]),
        (amend(2, A), "ACCEPTED", [("A", "RELEASE", 2, 1)]),
        (cancel(3), "CANCELLED", [("A", "CANCELLED", 3, 2)]),
    ],
    "a fault of the manifest refuses all": [
        (original(A, B | BAD, direction="INWARDS"), "REJECTED", [("A", "REJECT", 1, None), ("B", "REJECT", 1, None)]),
        (original(A, B, version=2), "ACCEPTED", [("A", "RELEASE", 2, None), ("B", "RELEASE", 2, None)]),
    ],
}


@pytest.mark.parametrize("steps", [pytest.param(steps, id=name) for name, steps in HISTORIES.items()])
def test_a_history(steps: list[Step]) -> None:
    flow = Flow()
    for sent, status, bills in steps:
        outputs = flow.send(sent)
        said = receipt(outputs)
        assert (said["status"], by_bill(outputs)) == (status, sorted(bills))
        assert said["counts"] == {
            "received": len(bills),
            "accepted": sum(outcome not in {"REJECT", "CANCELLED"} for _, outcome, _, _ in bills),
            "rejected": sum(outcome == "REJECT" for _, outcome, _, _ in bills),
            "cancelled": sum(outcome == "CANCELLED" for _, outcome, _, _ in bills),
        }
    ids = [decision["decision_id"] for decision in flow.decisions]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("steps", [pytest.param(steps, id=name) for name, steps in HISTORIES.items()])
def test_a_history_told_to_another_worker_gives_the_same_bytes(steps: list[Step]) -> None:
    through, moved = Flow(), Flow()
    for sent, _, _ in steps:
        through.send(sent)
        moved.send(sent)
        moved = moved.restored(compacted=True)
    assert [(record.topic, record.key, record.value) for record in through.log] == [
        (record.topic, record.key, record.value) for record in moved.log
    ]


WAYS: Final[dict[str, Callable[[Json], bytes]]] = {
    "compact": lambda said: json.dumps(said, separators=(",", ":")).encode(),
    "pretty": lambda said: json.dumps(said, indent=2, ensure_ascii=False).encode(),
    "in another order": lambda said: json.dumps(said, sort_keys=True).encode(),
}
WITH_AVRO: Final = WAYS | {
    "as Avro": lambda said: framed(said | {"parcels": [PARCEL | parcel for parcel in said["parcels"]]})
}
"""Avro has no parcel without consignor, JSON has: of a cancellation house bills alone count."""
BARE: Final = {"insurance": None, "consignor": {"phone": None}}
"""Nulls that JSON may leave out."""


def bare(said: Json) -> Json:
    """The same without what is null or by default."""
    return {
        name: bare(value) if isinstance(value, dict) else value
        for name, value in said.items()
        if value is not None and value != "IMPORT"
    }


@pytest.mark.parametrize("first", WITH_AVRO)
@pytest.mark.parametrize("second", WITH_AVRO)
@pytest.mark.parametrize(
    "sent",
    [original(A, B | BAD), amend(2, A), cancel(2, "A"), cancel(2)],
    ids=["original", "amend", "cancel some", "cancel all"],
)
def test_a_copy_is_a_duplicate_in_whatever_way_it_is_written(sent: Json, first: str, second: str) -> None:
    flow = Flow()
    assert receipt(flow.send(WITH_AVRO[first](sent)))["status"] != "DUPLICATE"
    assert receipt(flow.send(WITH_AVRO[second](sent)))["status"] == "DUPLICATE"


@pytest.mark.parametrize("second", WAYS)
@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(original(A, B | {"pieces": "one"}), id="a parcel of a wrong form"),
        pytest.param(original(A, mode=7), id="a header of a wrong form"),
        pytest.param(original(A) | {"parcels": {"A": 1}}, id="parcels that are no list"),
        pytest.param(cancel(2) | {"parcels": [{"house_bill": 7}]}, id="a cancellation of a wrong form"),
    ],
)
def test_a_copy_of_something_malformed_is_a_duplicate_too(sent: Json, second: str) -> None:
    flow = Flow()
    flow.send(sent)
    assert receipt(flow.send(WAYS[second](sent)))["status"] == "DUPLICATE"


def test_what_is_left_out_and_what_is_null_is_the_same() -> None:
    flow = Flow()
    sent = original(A | BARE)
    flow.send(sent)
    assert (
        receipt(flow.send(bare(sent) | {"parcels": [bare(parcel) for parcel in sent["parcels"]]}))["status"]
        == "DUPLICATE"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(original(A), original(A, lodged_at="2026-11-23T14:02:12+09:00"), id="a second later"),
        pytest.param(original(A), original(A | {"freight": "5.0"}), id="another way to write an amount"),
        pytest.param(original(A, B), original(B, A), id="another order of parcels"),
        pytest.param(cancel(2, "A"), cancel(2, "B"), id="a cancellation of another parcel"),
        pytest.param(cancel(2, "A"), cancel(2), id="a cancellation of all"),
        pytest.param(original(A | {"pieces": "one"}), original(A | {"pieces": "two"}), id="another fault of form"),
        pytest.param(
            original(A) | {"parcels": {}},
            original(A) | {"parcels": "none"},
            id="another thing that is no list of parcels",
        ),
        pytest.param(
            cancel(2) | {"parcels": [{"house_bill": 7}]},
            cancel(2) | {"parcels": [{"house_bill": 8}]},
            id="another number that is no house bill",
        ),
    ],
)
def test_other_content_is_refused(first: Json, second: Json) -> None:
    flow = Flow()
    flow.send(first)
    said = receipt(flow.send(second))
    assert said["status"] == "REJECTED"
    assert [(found["code"], found["path"]) for found in said["findings"] if found["code"] == "XP-01"][-1] == (
        "XP-01",
        "/version",
    )


@pytest.mark.parametrize(
    ("before", "sent", "severity", "path"),
    [
        pytest.param(
            [original(A)], original(A, version=2), "REJECT", "/function", id="an original where parcels are in force"
        ),
        pytest.param([], amend(2, A), "INFO", "/function", id="an amendment of the unknown"),
        pytest.param([], cancel(2), "REJECT", "/function", id="a cancellation of the unknown"),
        pytest.param([original(A)], original(A), "INFO", "/version", id="a duplicate"),
        pytest.param([amend(2, A)], original(A), "INFO", "/version", id="a superseded version"),
    ],
)
def test_the_receipt_says_why(before: list[Json], sent: Json, severity: str, path: str) -> None:
    flow = Flow()
    for earlier in before:
        flow.send(earlier)
    assert [(found["code"], found["severity"], found["path"]) for found in receipt(flow.send(sent))["findings"]] == [
        ("XP-01", severity, path)
    ]


@pytest.mark.parametrize(
    ("before", "sent", "path"),
    [
        pytest.param([other("M2", A)], original(A), "/parcels/0/house_bill", id="in force in another manifest"),
        pytest.param([], original(A, B, A), "/parcels/2/house_bill", id="twice in one manifest"),
        pytest.param([original(A)], cancel(2, "A", "B"), "/parcels/1/house_bill", id="cancelled but unknown"),
    ],
)
def test_a_house_bill_is_refused_with_its_reason(before: list[Json], sent: Json, path: str) -> None:
    flow = Flow()
    for earlier in before:
        flow.send(earlier)
    (answer,) = receipt(flow.send(sent))["parcels"]
    assert (answer["answer"], answer["findings"][0]["code"], answer["findings"][0]["path"]) == (
        "REJECTED",
        "XP-01",
        path,
    )


def test_the_decision_of_a_parcel_version_has_one_id_in_every_replay() -> None:
    def ids() -> list[str]:
        flow = Flow()
        for sent in (original(A, A, B | BAD), original(A, B), amend(2, A), cancel(3)):
            flow.send(sent)
        return [decision["decision_id"] for decision in flow.decisions]

    assert ids() == ids()


def test_carriers_do_not_share_manifests_or_house_bills() -> None:
    flow = Flow()
    flow.processor.assign(["kx", "old"], flow.processor.partitions)
    first = flow.send(original(A))
    second = flow.send(original(A), carrier="old")
    assert by_bill(first) == by_bill(second) == [("A", "RELEASE", 1, None)]
    assert decisions(first)[0]["decision_id"] != decisions(second)[0]["decision_id"]
    assert [record.topic for record in second if record.topic.startswith(topics.RECEIPTS)] == ["receipts.old"]


def test_records_have_the_keys_of_the_contract() -> None:
    flow = Flow()
    outputs = flow.send(original(A | WEAPON, B | BAD, {"house_bill": ""}))
    keys = {(record.topic, (record.key or b"").decode()) for record in outputs}
    assert {
        ("receipts.kx", "KX-2026-11-23-0007"),
        ("clearance.rejected", "B"),
        ("clearance.general", "A"),
        ("security.investigation", "A"),
    } <= keys
    (token,) = {key for topic, key in keys if topic == topics.CHECKED}
    assert token.startswith("v1.k1.")
    assert all(
        record.value is not None and record.value[:5] == avro.frame(avro.DECISION)
        for record in outputs
        if record.topic in topics.CLEARANCE
    )

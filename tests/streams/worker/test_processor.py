"""A worker's work: whatever comes in brings its one answer or its one dead letter, and nothing half."""

import copy
import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.intake import version as intake_version
from agents.rules import PARCEL_RULES
from agents.rules.rule import Rule
from agents.screening import deciding
from agents.screening.decide import Screening
from agents.screening.draft import DecisionDraft
from schemas import avro, dead_letter, limits, topics
from schemas.checked_parcel import Declare
from streams.kafka.record import FetchedRecord, Header, RefusedBatch, RefusedRecord, StoredRecord
from streams.simulation.sample.day import records
from streams.simulation.sample.framing import framed
from streams.simulation.sample.hostile import hostile
from streams.worker.dead_letters import Letter
from streams.worker.one_by_one import Refusal
from streams.worker.processor import RecordProcessor
from tests.flow import NOW_MS, Flow, Json, decisions, decoded, processor_of, records_of, stored
from tests.parcels import manifest

SENT: Final = manifest(
    {"house_bill": "A"},
    {"house_bill": "B", "pieces": 0},
    {"house_bill": "C", "items": [{"description": "hemp"}], "order": None},
)
HEADERS: Final = (("trace", b"\x00\xff"), ("x-error-code", b"an older one"))


def one_answer(outputs: list[StoredRecord]) -> None:
    """Exactly one answer or one dead letter, and as many records as the answer counts."""
    letters = [record for record in outputs if record.topic == topics.DEAD_LETTERS]
    answers = [
        decoded(record)
        for record in outputs
        if record.topic.startswith(topics.RECEIPTS) and decoded(record)["kind"] == "ANSWER"
    ]
    assert len(letters) + len(answers) == 1
    assert len(decisions(outputs)) == (answers[0]["counts"]["received"] if answers else 0)
    for letter in letters:
        assert dict(letter.headers)["x-error-code"] != dead_letter.INTERNAL.encode()


# Whatever comes in

VALUES: Final = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        [
            *("", " ", "\x00", "x" * 600, "가" * 70, "9" * 30, "1e5", "-1", "P123456789012"),
            *("2026-11-23T14:02:11Z", "CANCEL", "EXPORT", "POST"),
        ]
    ),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["house_bill", "name", "x", ""]), inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


def places(said: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:  # noqa: ANN401 - JSON
    """Every place in a tree."""
    inner: list[tuple[Any, Any]] = (
        list(said.items()) if isinstance(said, dict) else list(enumerate(said)) if isinstance(said, list) else []
    )
    return [*([path] if path else []), *(place for name, value in inner for place in places(value, (*path, name)))]


PLACES: Final = places(SENT)
REMOVED: Final = object()


def changed(said: Json, place: tuple[str | int, ...], value: object) -> Json:
    """A tree with another value at one place, or nothing there."""
    said = copy.deepcopy(said)
    inner: Any = said
    for name in place[:-1]:
        try:
            inner = inner[name]
        except (TypeError, KeyError, IndexError):
            return said
    try:
        if value is REMOVED:
            del inner[place[-1]]
        else:
            inner[place[-1]] = value
    except (TypeError, KeyError, IndexError):
        pass
    return said


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), VALUES | st.just(REMOVED)), min_size=1, max_size=4))
def test_a_manifest_with_anything_anywhere_is_answered_once(
    changes: list[tuple[tuple[str | int, ...], object]],
) -> None:
    flow = Flow()
    flow.send(manifest({"house_bill": "A"}, version=1, manifest_id="M0"))
    said = SENT
    for place, value in changes:
        said = changed(said, place, value)
    one_answer(flow.send(json.dumps(said).encode()))
    one_answer(flow.send(json.dumps(said).encode()))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80) | st.binary(max_size=60).map(lambda noise: avro.frame(avro.MANIFEST) + noise) | st.none())
def test_any_bytes_are_answered_once(value: bytes | None) -> None:
    one_answer(Flow().send(value))


AVRO: Final = framed(SENT)


@settings(max_examples=300, deadline=None)
@given(st.integers(5, len(AVRO) - 1), st.integers(0, 3), st.binary(max_size=3))
def test_changed_avro_is_answered_once(place: int, length: int, put: bytes) -> None:
    one_answer(Flow().send(AVRO[:place] + put + AVRO[place + length :]))


@pytest.mark.parametrize("value", [pytest.param(value, id=name) for name, value in hostile()])
def test_hostile_records_are_answered_once_and_the_next_is_not_delayed(value: bytes) -> None:
    flow = Flow()
    one_answer(flow.send(value))
    assert [
        decision["outcome"] for decision in decisions(flow.send(manifest({"house_bill": "Z"}, manifest_id="next")))
    ] == ["RELEASE"]


def test_a_sampled_day_is_conserved() -> None:
    carriers = sorted({made.carrier for made in records(parcels=600, parcels_per_manifest=40, dirty=0.2)})
    flow = Flow(processor=processor_of(carriers))
    for made in records(parcels=600, parcels_per_manifest=40, dirty=0.2):
        one_answer(flow.send(made.manifest, carrier=made.carrier))
    ids = [decision["decision_id"] for decision in flow.decisions]
    assert len(set(ids)) == len(ids) >= 600


# Dead letters


@pytest.mark.parametrize("key", [None, b"", b"180-12345675"])
@pytest.mark.parametrize(
    ("value", "code"),
    [(None, dead_letter.EMPTY), (b"{", dead_letter.BAD_JSON), (b'{"manifest_id":"M"}', dead_letter.NO_IDENTITY)],
)
def test_a_dead_letter_has_all_of_the_original(key: bytes | None, value: bytes | None, code: str) -> None:
    processor = processor_of()
    processor.process(
        stored(
            "manifests.kx",
            partition=1,
            offset=17,
            timestamp=1_795_410_131_000,
            key=key,
            value=value,
            headers=HEADERS,
        )
    )
    unit = processor.close_unit()
    assert unit is not None
    (letter,) = records_of(unit.buffer)
    assert (letter.topic, letter.key, letter.value) == (topics.DEAD_LETTERS, b"manifests.kx-1-17", value)
    assert letter.headers[: len(HEADERS)] == HEADERS
    added = dict(letter.headers[len(HEADERS) :])
    assert added.pop("x-error-message")
    assert added.pop("x-error-path", b"") is not None
    assert added == {
        "x-original-topic": b"manifests.kx",
        "x-original-partition": b"1",
        "x-original-offset": b"17",
        "x-original-timestamp": b"1795410131000",
        "x-error-code": code.encode(),
    } | ({} if key is None else {"x-original-key": key})
    assert unit.offsets == {("manifests.kx", 1): 18}


@pytest.mark.parametrize(
    "value", [None, b"", b"\x00", b"{}", b"\x90", b"\x9f" * 40, avro.frame(avro.MANIFEST)], ids=str
)
def test_a_checked_parcel_that_cannot_be_read_is_set_aside(value: bytes | None) -> None:
    flow = Flow()
    flow.take(stored(topics.CHECKED, partition=3, value=value, key=b"token"))
    assert [record.topic for record in flow.log] == [topics.DEAD_LETTERS]


# Faults of ours


class FaultError(RuntimeError):
    """A fault that these tests put in."""


def memory_of(flow: Flow) -> bytes:
    """All that a worker remembers, as bytes."""
    carriers = {name: (kept.filings, kept.bills, kept.names) for name, kept in flow.processor.carriers.items()}
    return msgspec.msgpack.encode(
        (carriers, {number: dict(kept.packed()) for number, kept in flow.processor.partitions.items()}), enc_hook=list
    )


def fails_on(house_bill: str) -> Rule:
    """A rule with internal error, for one house bill."""

    def check(case: Any) -> Any:  # noqa: ANN401 - a rule
        """It fails."""
        if case.parcel.house_bill == house_bill:
            raise FaultError
        return iter(())

    return Rule("FMT-01", "made_up", check, "REJECT", "these tests")


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Flow:
    """A worker that fails on house bill X at intake, after it has judged others."""
    monkeypatch.setattr(intake_version, "PARCEL_RULES", (*PARCEL_RULES, fails_on("X")))
    return Flow(processor=processor_of(is_strict=False))


def test_a_fault_of_ours_leaves_no_trace_but_the_dead_letter(faulty: Flow) -> None:
    faulty.send(manifest({"house_bill": "A"}))
    before, state = memory_of(faulty), len(faulty.state)
    outputs = faulty.send(manifest({"house_bill": "B"}, {"house_bill": "X"}, manifest_id="M2"))
    assert [record.topic for record in outputs] == [topics.DEAD_LETTERS]
    assert dict(outputs[0].headers)["x-error-code"] == dead_letter.INTERNAL.encode()
    assert dict(outputs[0].headers)["x-error-message"] == b"internal error: FaultError; replay the record after the fix"
    assert (memory_of(faulty), len(faulty.state)) == (before, state)
    faulty.send(manifest({"house_bill": "B"}, manifest_id="M2"))
    assert memory_of(faulty) != before, "a control: what does not fail leaves a trace"


def test_a_fault_in_screening_leaves_no_trace_but_the_dead_letter(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = Flow(processor=processor_of(is_strict=False))
    flow.send(manifest({"house_bill": "A"}))
    flow.send(manifest({"house_bill": "B"}, version=2, function="AMEND"), screen=False)
    before = memory_of(flow)

    def fail(*_: object) -> None:
        raise FaultError

    with monkeypatch.context() as patch:
        patch.setattr(deciding, "encode_decision", fail)
        flow.screen()
    assert [record.topic for record in flow.log][-1] == topics.DEAD_LETTERS
    assert memory_of(flow) == before


def test_faults_in_a_row_never_stop_a_worker(faulty: Flow) -> None:
    outputs = [faulty.send(manifest({"house_bill": "X"}, manifest_id=f"M{number}")) for number in range(200)]
    assert {record.topic for brought in outputs for record in brought} == {topics.DEAD_LETTERS}
    one_answer(faulty.send(manifest({"house_bill": "A"})))


def test_a_fault_that_passes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A record has a second try, and what failed the first time leaves nothing behind."""
    failing = [True]

    def check(case: Any) -> Any:  # noqa: ANN401 - a rule
        """It fails once."""
        if failing and case.parcel.house_bill == "X":
            failing.clear()
            raise FaultError
        return iter(())

    monkeypatch.setattr(
        intake_version, "PARCEL_RULES", (*PARCEL_RULES, Rule("FMT-01", "made_up", check, "REJECT", "these tests"))
    )
    flow, sound = Flow(processor=processor_of(is_strict=False)), Flow()
    said = manifest({"house_bill": "B"}, {"house_bill": "X"})
    flow.send(said)
    monkeypatch.undo()
    sound.send(said)
    assert not failing
    assert outputs_of(flow) == outputs_of(sound)


def test_what_a_strict_worker_raises_is_not_committed(faulty: Flow) -> None:
    faulty.processor._is_strict = True
    with pytest.raises(FaultError):
        faulty.send(manifest({"house_bill": "X"}))
    assert faulty.processor.close_unit() is None


def test_what_was_done_before_a_fault_is_raised_is_whole(faulty: Flow) -> None:
    """Of records that are processed together, those before the fault: their offset is never without what they bring."""
    faulty.processor._is_strict = True
    chunk_records = [
        stored(
            "manifests.kx",
            offset=offset,
            key=b"key",
            value=json.dumps(manifest({"house_bill": bill}, manifest_id=bill)).encode(),
        )
        for offset, bill in enumerate("ABX")
    ]
    with pytest.raises(FaultError):
        faulty.processor.process(*chunk_records)
    unit = faulty.processor.close_unit()
    assert unit is not None
    assert unit.offsets == {("manifests.kx", 0): 2}
    brought = Counter(record.topic for record in records_of(unit.buffer))
    assert (brought[topics.CHECKED], brought["receipts.kx"]) == (2, 2)


# What is set aside whatever it is


def set_aside(processor: RecordProcessor, record: FetchedRecord) -> StoredRecord:
    """The one dead letter that a record brings."""
    processor.process(record)
    unit = processor.close_unit()
    assert unit is not None
    assert unit.offsets == {(record.topic, record.partition): record.offset + 1}
    (letter,) = records_of(unit.buffer)
    assert letter.topic == topics.DEAD_LETTERS
    return letter


@pytest.mark.parametrize(
    "header",
    [
        pytest.param(("h", None), id="a null value"),
        pytest.param(("", b""), id="nothing"),
        pytest.param(("", None), id="no name and a null value"),
        pytest.param(("x-original-topic", None), id="one of our names, null"),
        pytest.param(("x-batch-records", b"1000"), id="one of our names, forged"),
        pytest.param(("n" * 30_000, b"v" * 35_000), id="a long one"),
    ],
)
def test_whatever_header_a_record_has_it_is_set_aside_with_it(header: Header) -> None:
    found = set_aside(processor_of(), stored("manifests.kx", b"garbage", headers=(header,)))
    letter = Letter.of(found)
    assert (letter.headers, letter.value, letter.topic, letter.records) == ((header,), b"garbage", "manifests.kx", 1)


def test_a_header_whose_name_is_no_text_is_kept_as_it_was_beside_one_that_everybody_can_read() -> None:
    headers = ((b"\xff\xfeh".decode(errors="surrogateescape"), b"v"), ("n", None))
    found = set_aside(processor_of(), stored("manifests.kx", b"garbage", headers=headers))
    letter = Letter.of(found)
    assert (letter.headers, letter.has_raw_headers) == ((("\\xff\\xfeh", b"v"), ("n", None)), True)
    assert dict(found.headers)["x-original-headers"] == b"\4\6\xff\xfeh\2v\2n\1"


def test_as_many_headers_as_may_be_and_a_key_as_large_as_may_be_are_set_aside_with_it() -> None:
    headers = (("h", b"v"),) * limits.HEADERS_PER_RECORD_MAX
    record = stored("manifests.kx", b"garbage", headers=headers, key=b"k" * limits.RECORD_BYTES_MAX)
    letter = Letter.of(set_aside(processor_of(), record))
    assert (letter.headers, letter.key) == (headers, record.key)


@pytest.mark.parametrize("timestamp", [-(2**63), -1, 0, 2**53, 2**63 - 1])
def test_whatever_time_a_record_has_it_is_set_aside_with_it(timestamp: int) -> None:
    assert Letter.of(set_aside(processor_of(), stored("manifests.kx", b"{", timestamp=timestamp))).time_ms == timestamp


def test_a_batch_that_cannot_be_unpacked_is_set_aside_as_one_that_says_what_it_held() -> None:
    batch = RefusedBatch(
        "manifests.kx",
        1,
        19,
        NOW_MS,
        1,
        None,
        None,
        (),
        first_offset=10,
        records=10,
        batch=b"bytes",
        why="the batch ends within a record",
        is_too_large=False,
    )
    found = set_aside(processor_of(), batch)
    letter = Letter.of(found)
    assert (letter.code, letter.value, letter.records, letter.offset) == (dead_letter.BROKEN_BATCH, b"bytes", 10, 19)
    assert dict(found.headers)["x-batch-first-offset"] == b"10"
    assert dict(found.headers)["x-batch-last-offset"] == b"19"


def test_a_record_with_too_many_headers_is_set_aside_with_all_of_them_as_one() -> None:
    record = RefusedRecord(
        "manifests.kx",
        0,
        3,
        NOW_MS,
        1,
        b"k",
        b"value",
        (),
        raw_headers=b"\0\0" * 4_000_000,
        why="4000000 headers",
    )
    letter = Letter.of(found := set_aside(processor_of(), record))
    assert (letter.code, letter.key, letter.value) == (dead_letter.TOO_LARGE, b"k", b"value")
    assert dict(found.headers)["x-original-headers"] == record.raw_headers


def test_what_cannot_be_written_is_set_aside_without_its_value() -> None:
    """Nobody knows such a record; it must not take others with it all the same."""
    record = stored("manifests.kx", b"garbage", headers=(("h", 1),))
    letter = Letter.of(set_aside(processor_of(), record))
    assert (letter.value, letter.headers) == (None, ())
    assert hashlib.sha256(b"garbage").hexdigest() in letter.message


@pytest.mark.parametrize(
    ("refusal", "value"),
    [
        pytest.param(Refusal("too large"), b"{}", id="an output"),
        pytest.param(Refusal("too large", is_letter=True), None, id="its dead letter"),
    ],
)
def test_what_the_broker_refuses_is_set_aside_whole_or_else_without_its_value(
    refusal: Refusal, value: bytes | None
) -> None:
    processor = processor_of()
    processor.refused["manifests.kx-0-0"] = refusal
    letter = Letter.of(set_aside(processor, stored("manifests.kx", b"{}", key=b"key")))
    assert (letter.code, letter.value) == (dead_letter.REFUSED, value)
    assert "too large" in letter.message


# The same log, the same bytes


def day(seed: int) -> list[tuple[str, Json]]:
    return [
        (made.carrier, made.manifest) for made in records(seed=seed, parcels=300, parcels_per_manifest=15, dirty=0.1)
    ]


def run(seed: int, *, restore_at: set[int] | None = None) -> Flow:
    flow = Flow(processor=processor_of({carrier for carrier, _ in day(seed)}))
    for index, (carrier, said) in enumerate(day(seed)):
        if index in (restore_at or ()):
            flow = flow.restored(compacted=index % 2 == 0)
        flow.send(said, carrier=carrier, days=0.2)
    return flow


def outputs_of(flow: Flow) -> list[tuple[str, int, bytes | None, bytes | None]]:
    return [(record.topic, record.partition, record.key, record.value) for record in flow.log]


def test_the_same_log_gives_the_same_bytes_and_state() -> None:
    one, other = run(7), run(7)
    assert outputs_of(one) == outputs_of(other)
    assert [(record.key, record.value) for record in one.state] == [
        (record.key, record.value) for record in other.state
    ]


def test_a_restore_in_the_middle_changes_no_byte() -> None:
    rng = random.Random(11)  # noqa: S311 - a seed, no secret
    through = run(7)
    crashed = run(7, restore_at=set(rng.sample(range(len(day(7))), 6)))
    assert outputs_of(through) == outputs_of(crashed)
    assert [(record.key, record.value) for record in through.state] == [
        (record.key, record.value) for record in crashed.state
    ]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 4), min_size=1, max_size=8), st.integers(0, 2**32))
def test_the_checked_parcels_decide_alone(sizes: list[int], seed: int) -> None:
    """The log of checked parcels through another worker gives the same decisions and the same consignees."""
    rng = random.Random(seed)  # noqa: S311 - a seed, no secret
    flow = Flow()
    for number, size in enumerate(sizes):
        people = [{"clearance_code": f"P{rng.randrange(3):012}"} for _ in range(size)]
        flow.send(
            manifest(
                *({"house_bill": f"A{rng.randrange(6)}", "consignee": person} for person in people),
                manifest_id="M",
                version=number + 1,
                function="AMEND",
            )
        )
    again = Flow()
    for record in flow.log:
        if record.topic == topics.CHECKED:
            again.take(record)
    told = {*topics.CLEARANCE, *topics.SECURITY_OF_DESK.values()} - {topics.REJECTED}
    assert sorted(record.value or b"" for record in again.log if record.topic in told) == sorted(
        record.value or b"" for record in flow.log if record.topic in told
    )
    assert {number: kept.consignees for number, kept in again.processor.partitions.items()} == {
        number: kept.consignees for number, kept in flow.processor.partitions.items()
    }


@pytest.mark.parametrize("chunk_records", [2, 7, 64])
def test_parcels_screened_together_bring_the_same_as_one_after_the_other(
    chunk_records: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One partition has a record that nobody can read: the others of its run must not hear of it."""
    checked: dict[int, list[StoredRecord]] = {}
    for record in run(7).log:
        if record.topic == topics.CHECKED:
            checked.setdefault(record.partition, []).append(record)
    checked[min(checked)].insert(3, stored(topics.CHECKED, partition=min(checked), key=b"token", value=b"\x9f"))
    queues = [[replace(record, offset=offset) for offset, record in enumerate(queue)] for queue in checked.values()]
    looked: list[int] = []
    decide_provisionally = Screening.decide_provisionally

    def told(self: Screening, declared: Sequence[tuple[str, Declare]]) -> list[DecisionDraft]:
        looked.append(len(declared))
        return decide_provisionally(self, declared)

    monkeypatch.setattr(Screening, "decide_provisionally", told)

    def brought(at_once: int) -> tuple[dict[tuple[str, int], list[StoredRecord]], bytes]:
        flow = Flow(processor=processor_of({carrier for carrier, _ in day(7)}))
        for queue in queues:
            for begun in range(0, len(queue), at_once):
                flow.processor.process(*queue[begun : begun + at_once])
        unit = flow.processor.close_unit()
        assert unit is not None
        found: dict[tuple[str, int], list[StoredRecord]] = {}
        for record in records_of(unit.buffer):
            found.setdefault((record.topic, record.partition), []).append(record)
        return found, memory_of(flow)

    alone = brought(1)
    assert set(looked) == {1}
    assert brought(chunk_records) == alone
    assert max(looked) > 1, "a control: some were looked at together"


def test_restored_state_is_forgotten_with_its_tombstone() -> None:
    flow = Flow()
    flow.send(manifest({"house_bill": "A"}))
    flow.send(manifest({"house_bill": "B"}, manifest_id="M2"), days=31)
    flow.send(manifest({"house_bill": "C"}, manifest_id="M3"), days=31)
    assert set(flow.processor.carriers["kx"].filings) == {"M3"}
    assert any(record.value is None for record in flow.state)
    for compacted in (False, True):
        assert memory_of(flow.restored(compacted=compacted)) == memory_of(flow)


def test_a_record_at_the_limit_of_bytes_is_read_and_one_above_is_set_aside() -> None:
    said = json.dumps(manifest({"house_bill": "A"})).encode()
    flow = Flow()
    assert [record.topic for record in flow.send(said.ljust(limits.RECORD_BYTES_MAX + 1))] == [topics.DEAD_LETTERS]
    assert len(decisions(flow.send(said.ljust(limits.RECORD_BYTES_MAX)))) == 1

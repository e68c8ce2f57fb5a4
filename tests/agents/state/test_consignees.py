"""What is remembered of consignees.

Packed and unpacked without loss, forgotten on its day, the same live and restored.
"""

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.state import consignees
from agents.state.consignee_encoding import (
    PLAIN,
    PLAIN_PARCELS_MAX,
    ROUTES,
    WHOLE,
    ConsigneeState,
    RecordedAnswer,
    key_of,
    last_day,
    pack,
    token_of,
    unpack,
)
from agents.state.consignees import ConsigneeStore
from agents.state.parcels import WINDOW_DAYS, PastParcel
from agents.values.clock import DAY_MS
from schemas import limits, topics
from schemas.importer_answer import Answer
from tests.flow import NOW_MS

SEEN: Final = PastParcel(NOW_MS, 12_340_000, "LIST", 1, 2, 739_000, 739_001, 3, 4, limit_usd_e4=1_500_000)
ANSWER: Final = Answer(
    consignee="t",
    particulars="p",
    answer="MATCH",
    asked_at="2026-11-23T00:00:00.000Z",
    answered_at="2026-11-23T00:00:00.001Z",
)
MARK: Final = (1 << 48) - 1
DAYS: Final = (1 << 22) - 1
TOKENS: Final = [*(f"v1.k1.{number:032x}" for number in range(6)), "t", "v1.k1.nobody"]


def form_of(*parcels: PastParcel, name: str = "kx/A", **answers: RecordedAnswer) -> int:
    return pack(ConsigneeState({f"{name}{number or ''}": seen for number, seen in enumerate(parcels)}, answers))[0]


# As bytes

INTS: Final = st.integers(-(2**63), 2**63 - 1) | st.integers(0, 2**49) | st.integers(0, 2**23)
SEENS: Final = st.builds(
    PastParcel,
    *(INTS, INTS, st.sampled_from(ROUTES), *[INTS] * 6),
    uses=st.just({}) | st.dictionaries(st.text(max_size=4), INTS, max_size=2),
    in_force=st.just(1) | INTS,
    latest=st.just(1) | INTS,
    further=st.just(0) | INTS,
    content=st.just(b"") | st.binary(max_size=4),
    limit_usd_e4=INTS,
)
PLAIN_SEENS: Final = st.builds(
    PastParcel,
    *(st.integers(0, MARK), st.integers(0, MARK), st.sampled_from(ROUTES), st.integers(0, MARK), st.integers(0, MARK)),
    *(st.integers(0, DAYS), st.integers(0, DAYS), st.integers(0, MARK), st.integers(0, MARK)),
    limit_usd_e4=st.integers(0, 2**32 - 1),
)
NAMES: Final = st.text(max_size=12)
ANSWERS: Final[st.SearchStrategy[dict[str, RecordedAnswer]]] = st.just({}) | st.dictionaries(
    NAMES, st.builds(RecordedAnswer, st.just(ANSWER), INTS), max_size=2
)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, PLAIN_SEENS | SEENS, max_size=PLAIN_PARCELS_MAX + 2), ANSWERS)
def test_whatever_is_packed_comes_out_as_it_was(
    parcels: dict[str, PastParcel], answers: dict[str, RecordedAnswer]
) -> None:
    kept = ConsigneeState(parcels, answers)
    found = unpack(pack(kept))
    assert found == kept
    assert (list(found.parcels), list(found.answers)) == (list(parcels), list(answers))
    assert pack(found) == pack(kept)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(NAMES, PLAIN_SEENS, max_size=PLAIN_PARCELS_MAX))
def test_parcels_that_are_numbers_take_48_bytes_and_their_name(parcels: dict[str, PastParcel]) -> None:
    kept = ConsigneeState(parcels)
    packed = pack(kept)
    assert (packed[0], len(packed)) == (PLAIN, 4 + sum(48 + len(name.encode()) for name in parcels))
    assert unpack(packed) == kept


@pytest.mark.parametrize(
    ("field", "most"),
    [
        *((field, MARK) for field in ("received_at_ms", "usd_e6", "master", "supplier", "address", "phone")),
        ("purchased_on", DAYS),
        ("arrives_on", DAYS),
        ("limit_usd_e4", 2**32 - 1),
        ("in_force", 1),
        ("latest", 1),
        ("further", 0),
    ],
)
def test_a_number_beyond_the_plain_form_has_the_other(field: str, most: int) -> None:
    for value, form in ((most, PLAIN), (most + 1, WHOLE), (-1, WHOLE)):
        seen = msgspec.structs.replace(SEEN, **{field: value})
        assert form_of(seen) == form
        assert unpack(pack(ConsigneeState({"kx/A": seen}))).parcels == {"kx/A": seen}


@pytest.mark.parametrize(
    ("parcels", "more", "form"),
    [
        pytest.param([], {}, PLAIN, id="nothing"),
        pytest.param([SEEN] * PLAIN_PARCELS_MAX, {}, PLAIN, id="as many parcels as are plain"),
        pytest.param([SEEN] * (PLAIN_PARCELS_MAX + 1), {}, WHOLE, id="one more"),
        pytest.param([SEEN], {"name": "n" * 255}, PLAIN, id="the longest name"),
        pytest.param([SEEN], {"name": "n" * 256}, WHOLE, id="a longer one"),
        pytest.param([SEEN], {"name": "\uac00" * 86}, WHOLE, id="a name that is longer in bytes"),
        pytest.param(
            [msgspec.structs.replace(SEEN, uses={"ALCOHOL/ML": 700})], {}, WHOLE, id="goods limited to self-use"
        ),
        pytest.param([msgspec.structs.replace(SEEN, content=b"\x01")], {}, WHOLE, id="customs is waited for"),
        pytest.param([SEEN], {"p": RecordedAnswer(ANSWER, NOW_MS)}, WHOLE, id="customs has answered"),
    ],
)
def test_who_has_the_plain_form(parcels: list[PastParcel], more: dict[str, Any], form: int) -> None:
    assert form_of(*parcels, **more) == form


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "v1.",
        "v1..",
        f"v1.k.{'A' * 32}",
        f"v1..{'a' * 32}",
        f"v1.a.b.{'a' * 32}",
        f"v2.k.{'a' * 32}",
        f"v1.k.{'a b' * 11}"[:37],
        "v1.k." + "\u0663" * 32,
    ],
)
def test_what_is_no_token_is_a_key_all_the_same(token: str) -> None:
    assert key_of(token) == b"." + token.encode()
    assert token_of(key_of(token)) == token


@pytest.mark.parametrize("kid", ["k", "k1", "a-key_of-16chars", "\ud55c"])
def test_a_token_is_its_key_id_and_its_digest(kid: str) -> None:
    token = f"v1.{kid}.{'0123456789abcdef' * 2}"
    assert len(key_of(token)) == len(kid.encode()) + 17
    assert token_of(key_of(token)) == token


@given(st.text() | st.text("v1.k0a", max_size=40) | st.from_regex(r"v1\.[a-z.]{0,3}\.[0-9a-f]{31,33}", fullmatch=True))
def test_every_token_comes_back(token: str) -> None:
    assert token_of(key_of(token)) == token


# Live and restored

OPERATIONS: Final = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "drop", "hear", "day", "commit", "look"]),
        st.sampled_from(TOKENS),
        st.sampled_from("ABCDE"),
        st.sampled_from([0, 1, 3, 15, 29, 33]),
    ),
    max_size=40,
)


class Live:
    """A partition, its changelog, and the time of the log."""

    def __init__(self, *, commits: bool) -> None:
        self.partition = ConsigneeStore()
        self.log: list[tuple[bytes, bytes | None]] = []
        self.now_ms = NOW_MS
        self._commits = commits

    def do(self, operation: str, token: str, name: str, number: int) -> object:
        """One step, with a look at the day before it as screening does; what it shows."""
        self.partition.expire(self.now_ms)
        match operation:
            case "put":
                changes = {"uses": {"X": 1}} if number == 1 else {"in_force": number + 1}
                self.partition.put(
                    token,
                    name,
                    msgspec.structs.replace(SEEN, received_at_ms=self.now_ms, **({} if number == 3 else changes)),
                )
            case "drop":
                self.partition.drop(token, name)
            case "hear":
                self.partition.record_answer(token, msgspec.structs.replace(ANSWER, particulars=name), self.now_ms)
            case "day":
                self.now_ms += number * DAY_MS
                self.partition.expire(self.now_ms)
            case "commit" if self._commits:
                self.commit()
        return (
            self.partition.others(token, name, self.now_ms),
            self.partition.get(token, name),
            self.partition.answer(token, name, 0),
        )

    def commit(self) -> None:
        """Write the changelog."""
        self.log += self.partition.changes()

    def restored(self) -> ConsigneeStore:
        """Another partition, of the changelog alone."""
        made = ConsigneeStore()
        for key, packed in self.log:
            made.restore(key, packed)
        return made


@settings(max_examples=200, deadline=None)
@given(OPERATIONS, st.sampled_from([0, 2, 2_000]))
def test_when_it_is_packed_and_restored_makes_no_difference(
    operations: list[tuple[str, str, str, int]], open_max: int
) -> None:
    """One never commits, one packs at every commit, one comes back from its changelog after each.

    They show and forget the same.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consignees, "OPEN_MAX", open_max)
        never, live, crashing = Live(commits=False), Live(commits=True), Live(commits=True)
        for operation in operations:
            assert live.do(*operation) == never.do(*operation) == crashing.do(*operation)
            if operation[0] == "commit":
                crashing.partition = crashing.restored()
        for each in (never, live, crashing):
            each.commit()
        assert live.log == crashing.log
        for days in range(0, WINDOW_DAYS + 4, 3):
            begun = [live.partition, never.partition, crashing.partition, live.restored()]
            assert all(partition.packed() == begun[0].packed() for partition in begun)
            for partition in begun:
                partition.expire(live.now_ms + days * DAY_MS)
            tombstones, *others = [list(partition.changes()) for partition in begun]
            assert all(other == tombstones for other in others)
            live.log += tombstones


@settings(max_examples=200, deadline=None)
@given(OPERATIONS)
def test_who_is_forgotten_is_who_had_nothing_within_the_window(operations: list[tuple[str, str, str, int]]) -> None:
    """By a look at everybody, which a partition spares itself."""
    live = Live(commits=True)
    for operation in operations:
        if operation[0] == "day":
            before = {
                token: last_day(unpack(packed))
                for token, packed in ((token_of(key), packed) for key, packed in live.partition.packed().items())
            }
            live.do(*operation)
            horizon = live.now_ms // DAY_MS - WINDOW_DAYS - 1
            assert set(live.partition.consignees) == {token for token, day in before.items() if day >= horizon}
        else:
            live.do(*operation)


def test_looking_at_nobody_leaves_nothing_behind() -> None:
    kept = ConsigneeStore()
    assert kept.others("t", "kx/A", NOW_MS) == kept.parcels("t") == {}
    assert (kept.get("t", "kx/A"), kept.answer("t", "p", 0), kept.waiting_bytes("t", "kx/A")) == (None, None, 0)
    kept.drop("t", "kx/A")
    assert not kept.consignees
    assert not list(kept.changes())


def test_few_consignees_stay_unpacked() -> None:
    kept = ConsigneeStore()
    for number in range(consignees.OPEN_MAX + 1):
        kept.put(f"v1.k1.{number:032x}", "kx/A", SEEN)
    assert len(list(kept.changes())) == consignees.OPEN_MAX + 1
    assert not kept._open
    assert len(kept.consignees) == consignees.OPEN_MAX + 1
    assert kept.get(TOKENS[0], "kx/A") == SEEN


def test_a_day_notes_a_consignee_once_however_often_it_is_touched() -> None:
    kept = ConsigneeStore()
    for number in range(50):
        kept.put(TOKENS[0], f"kx/{number % 3}", SEEN)
        list(kept.changes())
    kept.put(TOKENS[0], "kx/A", msgspec.structs.replace(SEEN, received_at_ms=NOW_MS + DAY_MS))
    list(kept.changes())
    assert [bytes(keys) for by_length in kept._by_day.values() for keys in by_length.values()] == [
        key_of(TOKENS[0])
    ] * 2


def test_the_longest_names_fit_the_topic() -> None:
    """Of as many parcels as are remembered, each with the longest name in the widest letters."""
    (topic,) = [topic for topic in topics.TOPICS if topic.name == topics.SCREENING_STATE]
    kept = ConsigneeStore()
    for number in range(limits.CONSIGNEE_PARCELS_MAX + 1):
        kept.put("t", "c" * 32 + f"/{number:04}" + "\U0001f4e6" * (limits.HOUSE_BILL_CHARS_MAX - 4), SEEN)
    ((_, packed),) = kept.changes()
    assert packed is not None
    assert len(unpack(packed).parcels) == limits.CONSIGNEE_PARCELS_MAX
    assert limits.CONSIGNEE_PARCELS_MAX * 200 < len(packed) < topic.record_bytes_max // 2


@pytest.mark.parametrize("packed", [b"", b"\x02", b"\x80", b"\x92\x81\xa4kx/A"])
def test_what_another_version_wrote_is_not_taken_for_a_consignee(packed: bytes) -> None:
    with pytest.raises(ValueError, match="another version wrote it"):
        ConsigneeStore().restore(b"k1.0123456789abcdef", packed)


def test_times_outside_the_calendar_are_kept() -> None:
    """A sender's clock may stand anywhere; the day is bounded, not the time."""
    for time_ms in (-1, 0, 2**63 - 1):
        kept = ConsigneeStore()
        kept.put("t", "kx/A", msgspec.structs.replace(SEEN, received_at_ms=time_ms))
        ((key, packed),) = kept.changes()
        again = ConsigneeStore()
        again.restore(key, packed)
        assert again.get("t", "kx/A") == kept.get("t", "kx/A")
        again.expire(NOW_MS)
        assert bool(again.consignees) == (time_ms > NOW_MS)

"""Who does what: one member each, a carrier's partitions together, evenly, and nothing moves without need."""

from collections.abc import Mapping
from typing import Any

import pytest
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata
from aiokafka.protocol.metadata import MetadataResponse_v0
from hypothesis import given
from hypothesis import strategies as st

from schemas.topics import CHECKED, MANIFESTS
from streams.kafka.assignor import CarrierStickyAssignor

ReadyReport = frozenset[tuple[str, int]]
CARRIERS = ("kx", "bw", "ys", "ep", "nj", "ox", "rx", "hs", "aa", "zz")

carriers = st.dictionaries(st.sampled_from(CARRIERS).map(MANIFESTS.__add__), st.integers(1, 4))
topic_sets = st.tuples(carriers, st.integers(0, 12)).map(
    lambda drawn: {**drawn[0], **({CHECKED: drawn[1]} if drawn[1] else {})}
)
names = st.lists(st.text("abcdef-0123", min_size=1, max_size=6), min_size=1, max_size=6, unique=True)


def cluster_of(topics: Mapping[str, int]) -> ClusterMetadata:
    """What the leader knows of the topics."""
    cluster = ClusterMetadata()
    described = [(0, topic, [(0, number, 1, [1], [1]) for number in range(count)]) for topic, count in topics.items()]
    cluster.update_metadata(MetadataResponse_v0([(1, "localhost", 9092)], described))
    return cluster


def said(data: ConsumerProtocolMemberMetadata) -> ConsumerProtocolMemberMetadata:
    """As it comes over the wire."""
    return ConsumerProtocolMemberMetadata.decode(data.encode())


def rebalance(
    members: Mapping[str, CarrierStickyAssignor],
    topics: Mapping[str, int],
    wanted: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, ReadyReport]:
    """One round, as the group's leader and each member go through it."""
    told = {name: said(member.metadata([*(wanted or {}).get(name, topics)])) for name, member in members.items()}
    assigned = next(iter(members.values())).assign(cluster_of(topics), told)
    assert assigned.keys() == members.keys()
    shares: dict[str, ReadyReport] = {}
    for name, member in members.items():
        assignment = ConsumerProtocolMemberAssignment.decode(assigned[name].encode())
        member.on_assignment(assignment)
        partitions = [(topic, number) for topic, numbers in assignment.assignment for number in numbers]
        shares[name] = frozenset(partitions)
        assert len(partitions) == len(shares[name])
    return shares


def group(members: list[str]) -> dict[str, CarrierStickyAssignor]:
    return {name: CarrierStickyAssignor() for name in members}


def all_of(topics: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted((topic, number) for topic, count in topics.items() for number in range(count))


def counts(shares: Mapping[str, ReadyReport]) -> tuple[list[int], list[int]]:
    """Pieces of each member: carriers, other partitions."""
    mine = [
        ({topic for topic, _ in share if topic != CHECKED}, {number for topic, number in share if topic == CHECKED})
        for share in shares.values()
    ]
    return [len(of_carriers) for of_carriers, _ in mine], [len(others) for _, others in mine]


def holds(shares: Mapping[str, ReadyReport], topics: Mapping[str, int]) -> None:
    """Every partition once, carriers whole, kinds even."""
    assert sorted(partition for share in shares.values() for partition in share) == all_of(topics)
    for topic in topics:
        if topic != CHECKED:
            assert sum(any(name == topic for name, _ in share) for share in shares.values()) == 1, topic
    for of_a_kind in counts(shares):
        assert max(of_a_kind) - min(of_a_kind) <= 1


@given(topics=topic_sets, members=names)
def test_every_partition_has_one_member_a_carrier_is_whole_and_kinds_are_even(
    topics: dict[str, int], members: list[str]
) -> None:
    holds(rebalance(group(members), topics), topics)


@given(topics=topic_sets, members=names)
def test_with_the_same_members_nothing_moves(topics: dict[str, int], members: list[str]) -> None:
    workers = group(members)
    assert rebalance(workers, topics) == rebalance(workers, topics)


@given(topics=topic_sets, members=names, data=st.data())
def test_when_a_member_leaves_only_its_pieces_move(
    topics: dict[str, int], members: list[str], data: st.DataObject
) -> None:
    workers = group([*members, "left"])
    before = rebalance(workers, topics)
    del workers["left" if data.draw(st.booleans()) else data.draw(st.sampled_from(sorted(members)))]
    after = rebalance(workers, topics)
    holds(after, topics)
    for name, share in after.items():
        assert share >= before[name]


@given(topics=topic_sets, members=names)
def test_when_one_joins_the_others_only_give(topics: dict[str, int], members: list[str]) -> None:
    workers = group(members)
    before = rebalance(workers, topics)
    workers = {**workers, "Joined": CarrierStickyAssignor()}
    after = rebalance(workers, topics)
    holds(after, topics)
    for name in members:
        assert after[name] <= before[name]


@given(changes=st.lists(st.tuples(topic_sets, names), min_size=2, max_size=6))
def test_it_holds_through_any_changes_of_members_and_topics(changes: list[tuple[dict[str, int], list[str]]]) -> None:
    workers: dict[str, CarrierStickyAssignor] = {}
    for topics, members in changes:
        workers = {name: workers.get(name) or CarrierStickyAssignor() for name in members}
        holds(rebalance(workers, topics), topics)


def test_four_pieces_and_a_third_member() -> None:
    """Two and two before: one of the two has to give, though neither has more than the rounded-up share."""
    workers = group(["a", "b"])
    topics = {CHECKED: 4}
    rebalance(workers, topics)
    workers["c"] = CarrierStickyAssignor()
    assert sorted(counts(rebalance(workers, topics))[1]) == [1, 1, 2]


def test_a_new_carrier_moves_nothing() -> None:
    workers = group(["a", "b"])
    topics = {CHECKED: 8, "manifests.kx": 2, "manifests.bw": 2}
    before = rebalance(workers, topics)
    after = rebalance(workers, {**topics, "manifests.aa": 2})
    assert all(after[name] >= before[name] for name in workers)


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b"{}", id="an object"),
        pytest.param(b'{"ab": 1}', id="an object that can be unpacked"),
        pytest.param(b"7", id="a number"),
        pytest.param(b'[["parcels.checked", [[0]]]]', id="partitions in partitions"),
        pytest.param(b'[[["parcels.checked"], [0]]]', id="a topic that is a list"),
        pytest.param(b'[["parcels.checked", ["0"]]]', id="a partition as text"),
        pytest.param(b'[["parcels.checked", 0]]', id="no list of partitions"),
        pytest.param(b'[["parcels.checked"]]', id="a topic alone"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'[["\xff", [0]]]', id="no UTF-8"),
    ],
)
def test_what_a_member_says_badly_is_ignored(bad: bytes) -> None:
    told_so(bad)


@given(noise=st.one_of(st.none(), st.binary(max_size=60)))
def test_noise_is_ignored(noise: bytes | None) -> None:
    told_so(noise)


def told_so(user_data: bytes | None) -> None:
    """Two members say this; everything is shared out all the same."""
    topics = {CHECKED: 3, "manifests.kx": 2}
    told = {name: said(ConsumerProtocolMemberMetadata(1, [*topics], user_data)) for name in ("a", "b")}
    assigned = CarrierStickyAssignor().assign(cluster_of(topics), told)
    holds(
        {
            name: frozenset((topic, number) for topic, numbers in each.assignment for number in numbers)
            for name, each in assigned.items()
        },
        topics,
    )


def test_what_two_say_they_have_one_gets() -> None:
    """A member that slept says what it had before; the other has it now."""
    workers = group(["a", "b"])
    topics = {CHECKED: 2, "manifests.kx": 2}
    rebalance({"a": workers["a"]}, topics)
    rebalance({"b": workers["b"]}, topics)
    holds(rebalance(workers, topics), topics)


def test_a_topic_goes_to_those_who_know_it() -> None:
    """One member has found the new carrier's topic, the other not yet."""
    topics = {CHECKED: 4, "manifests.kx": 2, "manifests.new": 2}
    known: dict[str, Any] = {"a": {CHECKED: 4, "manifests.kx": 2}, "b": topics}
    workers = group(["a", "b"])
    shares = rebalance(workers, topics, known)
    assert sorted(partition for share in shares.values() for partition in share) == all_of(topics)
    assert not any(topic == "manifests.new" for topic, _ in shares["a"])
    assert rebalance(workers, topics, known) == shares


@given(topics=topic_sets, members=names, data=st.data())
def test_members_with_different_subscriptions(topics: dict[str, int], members: list[str], data: st.DataObject) -> None:
    some = st.sets(st.sampled_from(sorted(topics))) if topics else st.just(set())
    known = {name: {topic: topics[topic] for topic in data.draw(some)} for name in members}
    shares = rebalance(group(members), topics, known)
    assert sorted(partition for share in shares.values() for partition in share) == all_of(
        {topic: count for topics_of_one in known.values() for topic, count in topics_of_one.items()}
    )
    for name, share in shares.items():
        assert {topic for topic, _ in share} <= known[name].keys()

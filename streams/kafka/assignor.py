"""Which worker reads what: a carrier's partitions stay together, the others are spread evenly, and few move.

Together, because intake remembers by carrier: an amendment with a corrected master bill lands on another partition
than what it amends, and must find it there.
"""

from collections.abc import Iterable, Mapping

import msgspec
from aiokafka.cluster import ClusterMetadata
from aiokafka.coordinator.assignors.abstract import AbstractPartitionAssignor
from aiokafka.coordinator.protocol import ConsumerProtocolMemberAssignment, ConsumerProtocolMemberMetadata

from schemas.topics import MANIFESTS

PartitionGroup = tuple[str, tuple[int, ...]]
"""Partitions of one topic that must stay together."""


class CarrierStickyAssignor(AbstractPartitionAssignor):
    """Kafka's assignor interface over `assign_groups`."""

    name = "tonggwan-together"
    version = 1

    def __init__(self) -> None:
        self._mine: list[PartitionGroup] = []

    def metadata(self, topics: Iterable[str]) -> ConsumerProtocolMemberMetadata:
        """What a member reports to the leader: what it owns now."""
        return ConsumerProtocolMemberMetadata(self.version, list(topics), msgspec.json.encode(self._mine))

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Keep what was assigned, to report it the next time."""
        self._mine = [(topic, tuple(sorted(numbers))) for topic, numbers in assignment.assignment]

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """The leader's part: assign all partitions of all topics that a member subscribes to."""
        wanted = {member: frozenset(metadata.subscription) for member, metadata in members.items()}
        groups = [
            group
            for topic in sorted(frozenset().union(*wanted.values()))
            for group in _groups(topic, sorted(cluster.partitions_for_topic(topic) or ()))
        ]
        shares = assign_groups(
            groups, {member: _owned(metadata.user_data) for member, metadata in members.items()}, wanted
        )
        return {
            member: ConsumerProtocolMemberAssignment(self.version, _by_topic(share), b"")
            for member, share in shares.items()
        }


def assign_groups(
    groups: Iterable[PartitionGroup],
    owned: Mapping[str, Iterable[PartitionGroup]],
    wanted: Mapping[str, frozenset[str]],
) -> dict[str, list[PartitionGroup]]:
    """Give each group to one member that subscribes to its topic.

    Each kind of topic is spread evenly; a group stays with its owner as long as that is even. Members that don't know
    a new carrier's topic yet don't get it; as long as that lasts, it may be less even.
    """
    shares: dict[str, list[PartitionGroup]] = {member: [] for member in sorted(wanted)}
    owners = {
        (topic, number): member for member in shares for topic, numbers in owned.get(member, ()) for number in numbers
    }
    kinds: dict[str, list[PartitionGroup]] = {}
    for group in sorted(groups):
        kinds.setdefault(MANIFESTS if group[0].startswith(MANIFESTS) else group[0], []).append(group)
    for kind in kinds.values():
        _share_out_kind(kind, shares, owners, wanted)
    return shares


def _share_out_kind(
    kind: list[PartitionGroup],
    shares: dict[str, list[PartitionGroup]],
    owners: Mapping[tuple[str, int], str],
    wanted: Mapping[str, frozenset[str]],
) -> None:
    counts = dict.fromkeys(shares, 0)
    least, one_more = divmod(len(kind), len(shares))
    unplaced: list[tuple[PartitionGroup, str | None]] = []
    for group in kind:
        owner = owners.get((group[0], group[1][0]))
        if (
            owner is not None
            and group[0] in wanted[owner]
            and (counts[owner] < least or (counts[owner] == least and one_more))
        ):
            one_more -= counts[owner] == least
            counts[owner] += 1
            shares[owner].append(group)
        else:
            unplaced.append((group, owner))
    for group, owner in unplaced:
        member = min(
            (name for name in counts if group[0] in wanted[name]),
            key=lambda name: (counts[name], name != owner, len(shares[name]), name),
        )
        shares[member].append(group)
        counts[member] += 1


def _groups(topic: str, numbers: list[int]) -> list[PartitionGroup]:
    if topic.startswith(MANIFESTS):
        return [(topic, tuple(numbers))] if numbers else []
    return [(topic, (number,)) for number in numbers]


def _owned(user_data: bytes | None) -> list[PartitionGroup]:
    """What a member reports that it owns; nothing if that can't be read."""
    try:
        return msgspec.json.decode(user_data or b"[]", type=list[PartitionGroup])
    except (msgspec.DecodeError, ValueError, RecursionError):  # bytes that are no UTF-8 are a ValueError
        return []


def _by_topic(share: Iterable[PartitionGroup]) -> list[tuple[str, list[int]]]:
    by_topic: dict[str, list[int]] = {}
    for topic, numbers in share:
        by_topic.setdefault(topic, []).extend(numbers)
    return [(topic, sorted(numbers)) for topic, numbers in sorted(by_topic.items())]

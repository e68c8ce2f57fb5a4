"""Who does what: a carrier's partitions stay together, everything else is spread evenly, and nothing moves without need.

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
        """What a member tells the leader: what it has now."""
        return ConsumerProtocolMemberMetadata(self.version, list(topics), msgspec.json.encode(self._mine))

    def on_assignment(self, assignment: ConsumerProtocolMemberAssignment) -> None:
        """Keep what was assigned, to be told the next time."""
        self._mine = [(topic, tuple(sorted(numbers))) for topic, numbers in assignment.assignment]

    def assign(
        self, cluster: ClusterMetadata, members: Mapping[str, ConsumerProtocolMemberMetadata]
    ) -> dict[str, ConsumerProtocolMemberAssignment]:
        """The leader's part: share out all partitions of all topics that somebody wants."""
        wanted = {member: frozenset(metadata.subscription) for member, metadata in members.items()}
        pieces = [
            piece
            for topic in sorted(frozenset().union(*wanted.values()))
            for piece in _pieces(topic, sorted(cluster.partitions_for_topic(topic) or ()))
        ]
        shares = assign_groups(
            pieces, {member: _owned(metadata.user_data) for member, metadata in members.items()}, wanted
        )
        return {
            member: ConsumerProtocolMemberAssignment(self.version, _by_topic(share), b"")
            for member, share in shares.items()
        }


def assign_groups(
    pieces: Iterable[PartitionGroup], had: Mapping[str, Iterable[PartitionGroup]], wanted: Mapping[str, frozenset[str]]
) -> dict[str, list[PartitionGroup]]:
    """Give each piece to one member that wants its topic: evenly for each kind of topic, and to its holder as long as that is even.

    Members that have yet to hear of a new carrier's topic don't get it; as long as that lasts, it may be less even.
    """
    shares: dict[str, list[PartitionGroup]] = {member: [] for member in sorted(wanted)}
    holders = {
        (topic, number): member for member in shares for topic, numbers in had.get(member, ()) for number in numbers
    }
    kinds: dict[str, list[PartitionGroup]] = {}
    for piece in sorted(pieces):
        kinds.setdefault(MANIFESTS if piece[0].startswith(MANIFESTS) else piece[0], []).append(piece)
    for kind in kinds.values():
        _share_out_kind(kind, shares, holders, wanted)
    return shares


def _share_out_kind(
    kind: list[PartitionGroup],
    shares: dict[str, list[PartitionGroup]],
    holders: Mapping[tuple[str, int], str],
    wanted: Mapping[str, frozenset[str]],
) -> None:
    counts = dict.fromkeys(shares, 0)
    least, one_more = divmod(len(kind), len(shares))
    homeless: list[tuple[PartitionGroup, str | None]] = []
    for piece in kind:
        holder = holders.get((piece[0], piece[1][0]))
        if (
            holder is not None
            and piece[0] in wanted[holder]
            and (counts[holder] < least or (counts[holder] == least and one_more))
        ):
            one_more -= counts[holder] == least
            counts[holder] += 1
            shares[holder].append(piece)
        else:
            homeless.append((piece, holder))
    for piece, holder in homeless:
        member = min(
            (name for name in counts if piece[0] in wanted[name]),
            key=lambda name: (counts[name], name != holder, len(shares[name]), name),
        )
        shares[member].append(piece)
        counts[member] += 1


def _pieces(topic: str, numbers: list[int]) -> list[PartitionGroup]:
    if topic.startswith(MANIFESTS):
        return [(topic, tuple(numbers))] if numbers else []
    return [(topic, (number,)) for number in numbers]


def _owned(user_data: bytes | None) -> list[PartitionGroup]:
    """What a member says it has; nothing when it says it badly."""
    try:
        return msgspec.json.decode(user_data or b"[]", type=list[PartitionGroup])
    except (msgspec.DecodeError, ValueError, RecursionError):  # bytes that are no UTF-8 are a ValueError
        return []


def _by_topic(share: Iterable[PartitionGroup]) -> list[tuple[str, list[int]]]:
    by_topic: dict[str, list[int]] = {}
    for topic, numbers in share:
        by_topic.setdefault(topic, []).extend(numbers)
    return [(topic, sorted(numbers)) for topic, numbers in sorted(by_topic.items())]

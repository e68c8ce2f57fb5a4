"""What one transaction commits."""

from dataclasses import dataclass, field

from aiokafka.structs import TopicPartition

from streams.kafka.transaction_buffer import TransactionBuffer


@dataclass(slots=True)
class Unit:
    """What one transaction commits."""

    buffer: TransactionBuffer = field(default_factory=TransactionBuffer)
    offsets: dict[TopicPartition, int] = field(default_factory=dict)
    """Next offset of each source."""
    records: int = 0
    """How many were taken."""
    stored_at_ms: int = 0
    """When the broker stored the newest of them."""


@dataclass(slots=True)
class Counters:
    """What a worker has done, for its log and for measurements."""

    manifests: int = 0
    parcels: int = 0
    decisions: int = 0
    set_aside: int = 0
    transactions: int = 0

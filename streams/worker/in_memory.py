"""The pipeline in memory: intake, screening and linking without Kafka."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from agents.intake.results import DecisionContext
from agents.reference import Reference
from agents.values.identity import TokenKeys
from schemas import avro
from schemas.topics import CHECKED, CLEARANCE, DEAD_LETTERS, LINKS, MANIFESTS, RECEIPTS, SECURITY_OF_DESK
from streams.kafka import partitioner
from streams.kafka.admin import CARRIER
from streams.kafka.record_batch import Headers
from streams.kafka.transaction_buffer import TransactionBuffer
from streams.manifest_files import FileRecord, peek
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker.dead_letters import Letter
from streams.worker.processor import RecordProcessor

NOBODY: Final = "check"
"""Carrier of a manifest that names none."""
KEY: Final = TokenKeys((("check", b"tonggwan check: tokens of no office"),))
"""Tokens of a check stand for nobody elsewhere."""

SECURITY: Final = frozenset(SECURITY_OF_DESK.values())

Read = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A record as the client would hand it over; also what goes out."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class CapturingBuffer(TransactionBuffer):
    """Keeps what goes out, to be looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Stored] = []

    def add(  # noqa: PLR0913, PLR0917 - the outbox's own
        self, topic: str, partition: int, key: bytes | None, value: bytes | None, time_ms: int, headers: Headers = ()
    ) -> None:
        """Keep a record; its place is that in the list."""
        self.kept.append(Stored(topic, partition, len(self.kept), time_ms, key, value, tuple(headers)))


@dataclass(slots=True)
class PipelineResult:
    """Everything that one record brings."""

    receipts: list[Read] = field(default_factory=list)
    notices: list[Read] = field(default_factory=list)
    decisions: list[Read] = field(default_factory=list)
    cases: list[Read] = field(default_factory=list)
    letters: list[Read] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Whether all was read and nothing refused."""
        return not self.letters and not any(map(is_refusal, self.receipts))


class InMemoryPipeline:
    """A worker's work without Kafka: what goes to the internal topic is taken at once."""

    def __init__(self, settings: Settings, reference: Reference) -> None:
        context = DecisionContext(reference=reference, keys=KEY, scorer=scorer_of(settings.risk_model_dir))
        self._processor = RecordProcessor(
            context,
            memory_days=settings.memory_days,
            internal_errors_in_a_row_max=settings.internal_errors_in_a_row_max,
            buffer=CapturingBuffer,
        )
        self._offsets: Counter[str] = Counter()

    def take(self, found: FileRecord, carrier: str | None, at_ms: int) -> PipelineResult:
        """One record of a carrier, through intake, screening and linking."""
        code = carrier or _named(found.value)
        topic = MANIFESTS + code
        self._processor.assign({*self._processor.carriers, code}, range(partitioner.count(CHECKED)))
        answer = PipelineResult()
        waiting = deque([Stored(topic, 0, self._offsets[topic], at_ms, peek(found.value).key, found.value)])
        self._offsets[topic] += 1
        while waiting:
            for record in self._process(waiting.popleft()):
                if record.topic in (CHECKED, LINKS):
                    waiting.append(record)
                else:
                    _sort(record, answer)
        return answer

    def _process(self, record: Stored) -> Iterator[Stored]:
        """What one record brings at once; the internal topic's get the next offsets there."""
        self._processor.process(record)
        unit = self._processor.close_unit()
        assert unit is not None  # noqa: S101 - for the type checker: a record has been processed
        assert isinstance(unit.buffer, CapturingBuffer)  # noqa: S101 - for the type checker: given to `RecordProcessor`
        for made in unit.buffer.kept:
            place = f"{made.topic}-{made.partition}"
            yield replace(made, offset=self._offsets[place])
            self._offsets[place] += 1


def _named(value: bytes) -> str:
    """The carrier a manifest names, if it may name a topic."""
    named = peek(value).carrier
    return named if isinstance(named, str) and CARRIER.fullmatch(named) else NOBODY


def _sort(record: Stored, answer: PipelineResult) -> None:
    if record.topic == DEAD_LETTERS:
        letter = Letter.of(record)
        source = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
        answer.letters.append(dead_letter_of(source, letter.code, letter.message, letter.path))
    elif record.topic in CLEARANCE and record.value is not None:
        answer.decisions.append(avro.decode(avro.DECISION, record.value))
    elif record.topic in SECURITY and record.value is not None:
        answer.cases.append(avro.decode(avro.SECURITY_CASE, record.value))
    elif record.topic.startswith(RECEIPTS) and record.value is not None:
        receipt = avro.decode(avro.RECEIPT, record.value)
        (answer.receipts if receipt["kind"] == "ANSWER" else answer.notices).append(receipt)


Shown = Mapping[str, Any]
"""A receipt or a dead letter with the names of its schema."""

REFUSED: Final = frozenset({"REJECTED", "ACCEPTED_WITH_REJECTIONS"})


def is_refusal(receipt: Shown) -> bool:
    """Whether something was refused."""
    return receipt["status"] in REFUSED


def dead_letter_of(source: Shown, code: str, said: str, path: str) -> dict[str, Any]:
    """A record set aside, as `--json` prints it."""
    return {"dead_letter": {"code": code, "message": said, "path": path}, "source": dict(source)}

"""Manifests checked in this process: what `tonggwan check`, the conformance corpus and the scenarios ask."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from agents.intake.results import DecisionContext
from agents.reference import Reference
from agents.values.identity import TokenKeys
from schemas import avro
from schemas.topics import CLEARANCE, DEAD_LETTERS, RECEIPTS
from streams.kafka.admin import CARRIER
from streams.kafka.record import StoredRecord
from streams.manifest_files import FileRecord, peek
from streams.risk.serve import scorer_of
from streams.settings import Settings
from streams.worker.dead_letters import Letter
from streams.worker.in_memory import CapturingBuffer, InMemoryPipeline
from streams.worker.pipeline import SECURITY
from streams.worker.processor import RecordProcessor

NOBODY: Final = "check"
"""Carrier of a manifest that names none."""
KEY: Final = TokenKeys((("check", b"tonggwan check: tokens of no office"),))
"""Tokens of a check stand for nobody elsewhere."""
REFUSED: Final = frozenset({"REJECTED", "ACCEPTED_WITH_REJECTIONS"})

Shown = Mapping[str, Any]
"""A receipt, decision, security case or dead letter with the names of its schema."""


@dataclass(slots=True)
class PipelineResult:
    """Everything that one record brings."""

    receipts: list[Shown] = field(default_factory=list)
    notices: list[Shown] = field(default_factory=list)
    decisions: list[Shown] = field(default_factory=list)
    cases: list[Shown] = field(default_factory=list)
    letters: list[Shown] = field(default_factory=list)

    @classmethod
    def of(cls, outputs: Iterable[StoredRecord]) -> Self:
        """Outputs by kind, decoded; internal ones are left out."""
        result = cls()
        for record in outputs:
            result.add(record)
        return result

    def add(self, record: StoredRecord) -> None:
        """Take one output."""
        if record.topic == DEAD_LETTERS:
            self.letters.append(_dead_letter(record))
        elif record.value is None:
            return
        elif record.topic in CLEARANCE:
            self.decisions.append(avro.decode(avro.DECISION, record.value))
        elif record.topic in SECURITY:
            self.cases.append(avro.decode(avro.SECURITY_CASE, record.value))
        elif record.topic.startswith(RECEIPTS):
            receipt = avro.decode(avro.RECEIPT, record.value)
            (self.receipts if receipt["kind"] == "ANSWER" else self.notices).append(receipt)

    @property
    def well(self) -> bool:
        """Whether all was read and nothing refused."""
        return not self.letters and not any(map(is_refusal, self.receipts))


class Checker:
    """A pipeline in memory with the settings and reference data of an office; it remembers what it was given."""

    def __init__(self, settings: Settings, reference: Reference, *, is_strict: bool = False) -> None:
        """One that is strict raises an internal error, where else the record is set aside."""
        context = DecisionContext(
            reference=reference, keys=KEY, scorer=scorer_of(settings.risk_model_dir, settings.cache_dir)
        )
        self.pipeline = InMemoryPipeline(
            RecordProcessor(
                context,
                memory_days=settings.memory_days,
                is_strict=is_strict,
                buffer=CapturingBuffer,
            )
        )

    def take(self, record: FileRecord, carrier: str | None, at_ms: int) -> PipelineResult:
        """What one manifest brings, through all steps; without `carrier`, that of the manifest."""
        code = carrier or _named(record.value)
        return PipelineResult.of(self.pipeline.send(code, record.value, at_ms, peek(record.value).key))


def _named(value: bytes) -> str:
    """The carrier a manifest names, if it may name a topic."""
    named = peek(value).carrier
    return named if isinstance(named, str) and CARRIER.fullmatch(named) else NOBODY


def is_refusal(receipt: Shown) -> bool:
    """Whether something was refused."""
    return receipt["status"] in REFUSED


def _dead_letter(record: StoredRecord) -> dict[str, Any]:
    letter = Letter.of(record)
    source = {"topic": letter.topic, "partition": letter.partition, "offset": letter.offset}
    return dead_letter_of(source, letter.code, letter.message, letter.path)


def dead_letter_of(source: Shown, code: str, message: str, path: str) -> dict[str, Any]:
    """A record set aside, as `--json` prints it."""
    return {"dead_letter": {"code": code, "message": message, "path": path}, "source": dict(source)}

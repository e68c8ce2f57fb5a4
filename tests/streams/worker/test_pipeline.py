"""The pipeline's table: it holds together, it says what the handlers do, and a row is all that a new input needs."""

import re
from itertools import pairwise
from typing import Final

import pytest

from schemas import topics
from schemas.topics import TOPICS, Topic
from streams.kafka import admin
from streams.kafka.record import FetchedRecord, StoredRecord
from streams.simulation.sample.hostile import hostile
from streams.worker.handlers import RecordHandlers
from streams.worker.in_memory import InMemoryPipeline
from streams.worker.pipeline import PIPELINE, Pipeline, Step
from streams.worker.processor import RecordProcessor
from tests.flow import Flow, processor_of, records_of
from tests.officers import acts
from tests.parcels import manifest
from tools.build_flow import flow as picture

ROWS: Final = {row.name: row for row in TOPICS}
FROM_OUTSIDE: Final = {topics.MANIFESTS, topics.IMPORTER_ANSWERS, topics.OFFICERS}
"""What carriers, the verifier and officers write."""

BULK: Final = Topic(
    name="officers.bulk",
    carries="JSON: an officer's action, one of many",
    key="house bill",
    written_by="officers",
    read_by="bulk",
    partitions=2,
    retention_days=90,
)
BULK_STEP: Final = Step(
    name="bulk", does="takes actions by the hundred", reads=(BULK.name,), handle=RecordHandlers.relay,
    writes=(topics.CHECKED,),
)  # fmt: skip
"""A new input: a row in each table."""


def without_source(pipeline: Pipeline) -> list[str]:
    """Topics that are read, but neither written by a step nor by anybody outside."""
    written = {name for step in pipeline.steps for name in step.writes} | FROM_OUTSIDE
    return [name for step in pipeline.steps for name in step.reads if name not in written]


def test_each_step_reads_what_a_step_writes_or_the_outside_does() -> None:
    assert without_source(PIPELINE) == []


def test_a_step_that_reads_what_nobody_writes_is_found() -> None:
    assert without_source(Pipeline((*PIPELINE.steps, BULK_STEP))) == [BULK.name]


def test_no_topic_is_read_by_two_steps() -> None:
    reads = sorted(name for step in PIPELINE.steps for name in step.reads)
    assert all(name != following for name, following in pairwise(reads))


@pytest.mark.parametrize("step", PIPELINE.steps, ids=lambda step: step.name)
def test_the_table_of_topics_names_the_steps_that_read_and_write_a_topic(step: Step) -> None:
    assert [name for name in step.reads if step.name not in ROWS[name].read_by] == []
    assert [name for name in step.writes if step.name not in ROWS[name].written_by] == []
    assert step.state is None or step.name in ROWS[step.state].written_by


class NotingPipeline(InMemoryPipeline):
    """Notes which step wrote on which topics."""

    def __init__(self, processor: RecordProcessor) -> None:
        super().__init__(processor, records_of)
        self.written: dict[str, set[str]] = {}

    def process(self, *records: FetchedRecord) -> list[StoredRecord]:
        """Process records of one topic."""
        outputs = super().process(*records)
        name = self.processor.pipeline.step_of(records[0].topic).name
        self.written.setdefault(name, set()).update(output.topic for output in outputs)
        return outputs


def written_by_step() -> dict[str, set[str]]:
    """By step, the topics that its records brought something on, in a flow that has everything hard to read in it."""
    flow = Flow(processor=processor_of(is_strict=False))
    flow.pipeline = pipeline = NotingPipeline(flow.processor)
    for number, (_, value) in enumerate(hostile()):
        flow.send(manifest({"house_bill": f"H{number}"}), days=0.1)
        flow.send(value)
    acts(flow, "HOLD", bill="H0")
    return pipeline.written


def test_no_step_writes_what_the_table_does_not_say() -> None:
    found = written_by_step()
    assert found.keys() == {step.name for step in PIPELINE.steps}
    for name, written in found.items():
        (step,) = (step for step in PIPELINE.steps if step.name == name)
        allowed = {*step.writes, topics.DEAD_LETTERS, *([step.state] if step.state else [])}
        assert {topic for topic in written if not topic.startswith(topics.RECEIPTS)} <= allowed
        assert topics.RECEIPTS in step.writes or not any(topic.startswith(topics.RECEIPTS) for topic in written)


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("manifests.kx", "intake"),
        ("manifests.a-b_1", "intake"),
        ("parcels.checked", "screening"),
        ("parcels.links", "linking"),
        ("officers.actions", "relay"),
        ("importers.answers", "relay"),
        ("manifests", None),
        ("xmanifests.kx", None),
        ("parcels.checked2", None),
        ("receipts.kx", None),
        ("reference.law", None),
    ],
)
def test_subscription_and_dispatch_agree(topic: str, name: str | None) -> None:
    assert bool(re.match(PIPELINE.pattern, topic)) == (name is not None)
    if name is None:
        with pytest.raises(KeyError):
            PIPELINE.step_of(topic)
    else:
        assert PIPELINE.step_of(topic).name == name


def test_internal_topics_are_those_that_one_step_writes_and_another_reads() -> None:
    assert PIPELINE.internal == {topics.CHECKED, topics.LINKS}


# A new input


def test_a_new_input_topic_is_one_row_here_and_one_among_the_topics(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its records travel through the pipeline; it is subscribed to, created, and in the picture."""
    extended = Pipeline((*PIPELINE.steps, BULK_STEP))
    monkeypatch.setattr(admin, "TOPICS", (*TOPICS, BULK))
    assert re.match(extended.pattern, BULK.name)
    assert admin.planned(())[BULK.name].partitions == BULK.partitions
    assert BULK.name in picture(extended, (*TOPICS, BULK))

    flow = Flow(processor=processor_of(pipeline=extended))
    flow.send(manifest({"house_bill": "A", "consignee": {"name": "Zainab Sharp"}}))
    held = flow.decisions[-1]
    acts(flow, "HOLD", topic=BULK.name)
    assert [(each["event"], each["sequence"]) for each in flow.decisions] == [
        (held["event"], held["sequence"]),
        ("OFFICER", held["sequence"] + 1),
    ]

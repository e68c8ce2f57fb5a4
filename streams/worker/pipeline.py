"""The pipeline as one table: which topics each step reads, what is done with their records, and what it writes.

From the table follow the subscription, the Faust agents, where each record goes, which topics are internal, and the
picture docs/flow.svg. A new input topic is one row here and one in `schemas/topics.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from schemas.topics import (
    CHECKED,
    CLEARANCE,
    IMPORTER_ANSWERS,
    INTAKE_STATE,
    LINKS,
    MANIFESTS,
    OFFICERS,
    RECEIPTS,
    REJECTED,
    SCREENING_STATE,
    SECURITY_OF_DESK,
)
from streams.kafka.record import FetchedRecord
from streams.worker.handlers import RecordHandlers

SECURITY: Final = tuple(SECURITY_OF_DESK.values())

Handle = Callable[[RecordHandlers, FetchedRecord], None]
Prepare = Callable[[RecordHandlers, Sequence[FetchedRecord]], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step. A topic's name that ends in a dot means all topics that begin with it.

    Every step may write to `dead-letters` too: a record that it can't read goes there whole.
    """

    name: str
    does: str
    """What for, in a few words."""
    reads: tuple[str, ...]
    handle: Handle
    writes: tuple[str, ...]
    state: str | None = None
    """Changelog of what it remembers; None for a step that remembers nothing, or reads its own input back."""
    prepare: Prepare | None = None
    """Done once for several records of one partition, before each of them is handled."""


@dataclass(frozen=True)
class Pipeline:
    """The steps, and what follows from them."""

    steps: tuple[Step, ...]

    @cached_property
    def pattern(self) -> str:
        """Regular expression of the topics to subscribe to; a carrier's new topic is found by it."""
        names = (re.escape(name) + (".+" if name.endswith(".") else "") for step in self.steps for name in step.reads)
        return f"^({'|'.join(names)})$"

    @cached_property
    def internal(self) -> frozenset[str]:
        """Topics that one step writes and another reads."""
        written = {name for step in self.steps for name in step.writes}
        return frozenset(name for step in self.steps for name in step.reads if name in written)

    @cached_property
    def _step_by_name(self) -> dict[str, Step]:
        return {name: step for step in self.steps for name in step.reads}

    def find_step(self, topic: str) -> Step | None:
        """The step that reads a topic, None if none does."""
        steps = self._step_by_name
        return steps.get(topic) or steps.get(topic[: topic.find(".") + 1])

    def step_of(self, topic: str) -> Step:
        """The step that reads a topic. Raises KeyError if none does."""
        step = self.find_step(topic)
        if step is None:
            raise KeyError(f"no step of the pipeline reads {topic}")
        return step


PIPELINE: Final = Pipeline(
    (
        Step(
            name="relay",
            does="gives answers and actions their place among the parcels",
            reads=(IMPORTER_ANSWERS, OFFICERS),
            handle=RecordHandlers.relay,
            writes=(CHECKED,),
        ),
        Step(
            name="intake",
            does="rules, value, route, watch-lists, risk score; people become tokens",
            reads=(MANIFESTS,),
            handle=RecordHandlers.intake,
            writes=(CHECKED, LINKS, REJECTED, RECEIPTS),
            state=INTAKE_STATE,
        ),
        Step(
            name="screening",
            does="decides beside the consignee's other parcels; selects by site and shift",
            reads=(CHECKED,),
            handle=RecordHandlers.screen,
            writes=(*CLEARANCE, *SECURITY, RECEIPTS, CHECKED),
            state=SCREENING_STATE,
            prepare=RecordHandlers.precompute,
        ),
        Step(
            name="linking",
            does="finds parcels of many consignees that belong together",
            reads=(LINKS,),
            handle=RecordHandlers.link,
            writes=SECURITY,
        ),
    )
)

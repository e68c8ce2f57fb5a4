"""One run: makes the load, sends it on time, hears the answers, and says what was measured."""

import asyncio
import gc
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import floor
from typing import Any, Final

import msgspec
from aiokafka.structs import TopicPartition

from schemas.topics import MANIFESTS
from streams.errors import OperatorError
from streams.kafka.admin import partitions_of
from streams.load.answers import Answers
from streams.load.percentiles import MS, Percentiles, curve, percentiles, windows
from streams.load.probes import LagProbe, Processes, ProcessFigures, Sample, lag_probe, look_at, step_of
from streams.load.profiles import PROFILES, Size
from streams.load.reader import open_reader, topics_of
from streams.load.records import PlannedRecord, plan
from streams.load.result import Conditions, LoadReport, Measured, machine
from streams.load.sender import Sender, producer_of

BEGIN_IN_S: Final = 0.5
"""From when everything is connected to second 0."""
SAMPLE_S: Final = 1.0
WINDOWS_MAX: Final = 120
"""Longer runs have wider windows, so that a picture shows something."""
SETTLE_S: Final = 2.0
"""After the last answer: an answer given twice comes late."""
POLL_S: Final = 0.05


class MissingTopicsError(OperatorError):
    """Carriers whose topics are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is to be run, and where."""

    profile: str
    size: Size
    carriers: tuple[str, ...]
    seed: int
    bootstrap: str
    group: str
    """Consumer group of the workers, whose lag is told."""
    kafka: str
    """Where that is, for people."""
    warm_up_s: float
    stall_s: float
    """Nothing more is waited for when no answer has come for so long."""


class Progress(msgspec.Struct, frozen=True):
    """How far a run is."""

    at_s: float
    ends_s: float
    """When the last record is due."""
    parcels: int
    """In all."""
    sample: Sample
    recent: Percentiles
    """Of what was decided since the last time."""
    open: int
    """Records not answered in full."""
    cpu: dict[str, float]
    """Cores that each process has used since the last time."""


Told = Callable[[Progress], None]


async def measure(job: Job, processes: Processes, told: Told) -> Measured:
    """Run one load against a Kafka whose workers are up."""
    there = await partitions_of(job.bootstrap)
    check_topics(job, there)
    records = await asyncio.to_thread(plan, PROFILES[job.profile].streams(job.size), job.carriers, job.seed)
    tps = [TopicPartition(topic, number) for topic in topics_of(job.carriers) for number in there.get(topic, ())]
    steps = [TopicPartition(topic, number) for topic in there if step_of(topic) for number in there[topic]]
    answers = Answers(len(records))
    run = _Run(job, records, answers, processes, told)
    with _uncollected():
        async with (
            producer_of(job.bootstrap) as producer,
            lag_probe(job.bootstrap, job.group, steps) as probe,
            open_reader(job.bootstrap, tps, answers, run.heard) as reader,
        ):
            sender = Sender(producer, {topic: len(numbers) for topic, numbers in there.items()}, answers.sent)
            await run.play(sender, reader.listen(), probe)
    return run.measured(sender)


def check_topics(job: Job, there: Mapping[str, Sequence[int]]) -> None:
    """Refuse carriers that can't be sent for."""
    lacking = [carrier for carrier in job.carriers if MANIFESTS + carrier not in there]
    if lacking:
        options = " ".join(f"--carrier {carrier}" for carrier in lacking)
        raise MissingTopicsError(
            f"Kafka on {job.bootstrap} has no topic for {', '.join(lacking)}: create them with "
            f"`tonggwan topics {options}`, or name carriers that have topics with --carrier."
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from walking over the whole load again and again: each walk makes records late."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class _Run:
    """What is known while a load runs."""

    def __init__(
        self, job: Job, records: Sequence[PlannedRecord], answers: Answers, processes: Processes, told: Told
    ) -> None:
        self._job = job
        self._records = records
        self._answers = answers
        self._processes = processes
        self._told = told
        self._parcels = sum(len(planned.house_bills) for planned in records)
        self._began = 0.0
        self._began_at = ""
        self._recent: list[float] = []
        self._samples: list[Sample] = []
        self._machine = machine()
        self._due = 0
        """Records due so far, and their parcels."""
        self._due_parcels = 0

    def heard(self, planned: PlannedRecord, at: float) -> None:
        """A parcel has its first answer."""
        self._recent.append(at - self._began - planned.due_s)

    async def play(self, sender: Sender, listening: Any, probe: LagProbe) -> None:  # noqa: ANN401 - a coroutine that never returns
        """Send, and return when everything is answered or nothing comes any more."""
        tasks = [asyncio.create_task(listening)]
        await probe.ask()  # its connections are made now, and not in the first second
        try:
            self._began = time.monotonic() + BEGIN_IN_S
            self._began_at = datetime.now(UTC).isoformat(timespec="seconds")
            sending = asyncio.create_task(sender.send(self._records, self._began))
            tasks += [asyncio.create_task(self._sample(sender, probe)), sending]
            await self._answered(tasks, sending)
            await asyncio.sleep(SETTLE_S)
            self._raise(tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answered(self, tasks: Sequence["asyncio.Task[None]"], sending: "asyncio.Task[None]") -> None:
        before, since = -1, time.monotonic()
        while not (sending.done() and self._answers.is_complete):
            self._raise(tasks)
            come = self._answers.decided - self._answers.open
            if come != before or not sending.done():
                before, since = come, time.monotonic()
            if time.monotonic() - since > self._job.stall_s:
                return
            await asyncio.sleep(POLL_S)

    @staticmethod
    def _raise(tasks: Sequence["asyncio.Task[None]"]) -> None:
        for task in tasks:
            if task.done():
                task.result()

    async def _sample(self, sender: Sender, probe: LagProbe) -> None:
        """Look around once a second, for ever."""
        while True:
            lag = await probe.ask()
            self._look(sender, lag)
            due = self._began + (floor((time.monotonic() - self._began) / SAMPLE_S) + 1) * SAMPLE_S
            await asyncio.sleep(max(due - time.monotonic(), 0.0))

    def _look(self, sender: Sender, lag: dict[str, int]) -> None:
        at_s = time.monotonic() - self._began
        while self._due < len(self._records) and self._records[self._due].due_s <= at_s:
            self._due_parcels += len(self._records[self._due].house_bills)
            self._due += 1
        sample = Sample(at_s, self._due_parcels, sender.parcels, self._answers.decided, lag, look_at(self._processes()))
        recent, self._recent = percentiles(self._recent), []
        cpu = cores(self._samples[-1], sample) if self._samples else {}
        self._samples.append(sample)
        ends_s = self._records[-1].due_s
        self._told(Progress(at_s, ends_s, self._parcels, sample, recent, self._answers.open, cpu))

    # afterwards

    def measured(self, sender: Sender) -> Measured:
        """What the ledger, the clock and the probes say."""
        waits: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        receipts: list[float] = []
        last_due, last = self._records[-1].due_s, 0.0
        for _, entry, planned in self._answers.ours():
            due = self._began + planned.due_s
            if not planned.is_hostile:
                waits[planned.carrier] += ((planned.due_s, at - due) for at in entry.decided_at.values())
            last = max(last, entry.answered_at - self._began, *(at - self._began for at in entry.decided_at.values()))
            if entry.answered_at and planned.due_s >= self._job.warm_up_s:
                receipts.append(entry.answered_at - due)
        warm = [waited for each in waits.values() for waited in self._warm(each)]
        report = LoadReport(
            conditions=self._conditions(),
            verdict=self._answers.verdict(),
            decisions=percentiles(warm),
            receipts=percentiles(receipts),
            by_carrier={carrier: percentiles(self._warm(waits[carrier])) for carrier in sorted(waits)},
            curve=curve(warm),
            windows=list(windows((pair for each in waits.values() for pair in each), self._width())),
            windows_by_carrier={carrier: list(windows(waits[carrier], self._width())) for carrier in sorted(waits)},
            samples=self._samples,
            late=percentiles(sender.late_s),
            decided_per_s=self._answers.decided / last if last else 0.0,
            drained_s=max(last - last_due, 0.0),
            cpu_us=cpu_us(self._samples, self._answers.decided),
        )
        return Measured(report, dict(waits))

    def _warm(self, waits: Sequence[tuple[float, float]]) -> Iterator[float]:
        return (waited for due_s, waited in waits if due_s >= self._job.warm_up_s)

    def _width(self) -> float:
        return max(round(self._records[-1].due_s / WINDOWS_MAX), 1)

    def _conditions(self) -> Conditions:
        job = self._job
        return msgspec.convert(
            {
                "profile": job.profile,
                "about": PROFILES[job.profile].about,
                "rate": job.size.rate,
                "seconds": job.size.seconds,
                "parcels_per_manifest": job.size.parcels_per_manifest,
                "carriers": job.carriers,
                "seed": job.seed,
                "warm_up_s": job.warm_up_s,
                "kafka": job.kafka,
                "began_at": self._began_at,
                **self._machine,
            },
            Conditions,
        )


def cores(before: Sample, after: Sample) -> dict[str, float]:
    """Cores that each process used between two samples; one that began between them has none."""
    seconds = after.at_s - before.at_s
    return {
        name: max(figures.cpu_s - before.processes[name].cpu_s, 0.0) / seconds
        for name, figures in after.processes.items()
        if name in before.processes and seconds > 0
    }


def cpu_us(samples: Sequence[Sample], parcels: int) -> dict[str, float]:
    """Processor time of each process over the samples, a parcel; a process that was started again counts from then."""
    if not samples or not parcels:
        return {}
    used: defaultdict[str, float] = defaultdict(float)
    for before, after in pairwise(samples):
        for name, figures in after.processes.items():
            earlier: ProcessFigures | None = before.processes.get(name)
            used[name] += max(figures.cpu_s - earlier.cpu_s, 0.0) if earlier is not None else 0.0
    return {name: seconds / parcels * MS * MS for name, seconds in used.items()}

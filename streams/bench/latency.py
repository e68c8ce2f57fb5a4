"""How long a carrier waits at a given load: an open loop, in which nobody waits for the system.

Manifest number i is due at t0 + i / rate, and its latency counts from then, whenever it was really sent: a system that
falls behind can't slow the load down and so hide its delay. The first seconds are left out.

Parcels that are selected in silence must not be told by their answers, those being early or late included: their times
are set against those of the others in their manifest that are released too.
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from aiokafka.structs import TopicPartition

from schemas import avro, topics
from streams.bench.loads import SEED, Load, SentRecord, load
from streams.bench.rig import BenchError, consumer, decisions, partitions_of, producer, rig
from streams.bench.throughput import Progress
from streams.cli.kafka import read

WARM_UP_S: Final = 5
PARCELS_A_MANIFEST: Final = 10
CARRIERS: Final = 4
BEGIN_IN_S: Final = 0.5
READ_MS: Final = 100
STUCK_S: Final = 40.0
MS: Final = 1000
RELEASE: Final = "RELEASE"
INSPECTION: Final = topics.SECURITY_OF_DESK["INSPECTION"]
BOUNDS_MS: Final = (50, 75, 100, 125, 150, 175, 200, 250, 300, 400, 500, 750, 1000, 2000, 5000)
"""Where the bars of the histogram end."""


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds from the time a manifest was due to the time a committed reader had the answer."""

    count: int
    median: float
    p90: float
    p99: float
    most: float
    histogram: dict[str, int]


class Silence(msgspec.Struct, frozen=True):
    """Times of parcels that were released and selected in silence, beside those that were released alone."""

    selected: Latency
    others: Latency
    pairs: int
    """Of one that was and one that was not, in one manifest: other manifests have other waits."""
    longer: float
    """The share of pairs in which the selected one takes longer, ties by half; a half where times tell nothing."""


class Measured(msgspec.Struct, frozen=True):
    """One rate."""

    rate: int
    seconds: int
    decisions: Latency
    receipts: Latency
    silence: Silence
    late_ms: float
    """How late the latest manifest was handed to the producer: far below the latencies, or the load was not as it
    should be.
    """
    cpu_us_workers: float
    cpu_us_broker: float


def latency(seconds: Sequence[float]) -> Latency:
    """Percentiles of measured times."""
    ms = sorted(each * MS for each in seconds)

    def at(share: float) -> float:
        return ms[min(len(ms) - 1, int(share * len(ms)))]

    return Latency(len(ms), at(0.5), at(0.9), at(0.99), ms[-1], dict(_bars(ms)))


def silence(manifests: Iterable[tuple[Sequence[float], Sequence[float]]]) -> Silence:
    """What times tell of who is selected, from each manifest's seconds of the selected and of the others."""
    both = [(selected, others) for selected, others in manifests if selected and others]
    pairs = [(mine, other) for selected, others in both for mine in selected for other in others]
    if not pairs:
        raise BenchError(
            "no parcel was selected in silence beside one that was not: nothing can be compared, measure longer"
        )
    longer = sum((mine > other) + (mine == other) / 2 for mine, other in pairs) / len(pairs)
    return Silence(
        latency([each for selected, _ in both for each in selected]),
        latency([each for _, others in both for each in others]),
        len(pairs),
        longer,
    )


def _bars(ms: Sequence[float]) -> Iterator[tuple[str, int]]:
    least = 0.0
    for bound in (*BOUNDS_MS, float("inf")):
        count = sum(least <= each < bound for each in ms)
        if count:
            yield (f"below {bound}" if bound != float("inf") else f"{BOUNDS_MS[-1]} and more"), count
        least = bound


async def measure(rate: int, seconds: int, progress: Progress, settings: Mapping[str, str] | None = None) -> Measured:
    """Parcels at a steady rate, against a fresh broker."""
    given = load(rate * (WARM_UP_S + seconds), "JSON", carriers=CARRIERS, parcels_per_manifest=PARCELS_A_MANIFEST)
    first = load(
        CARRIERS * PARCELS_A_MANIFEST, "JSON", carriers=CARRIERS, parcels_per_manifest=PARCELS_A_MANIFEST, seed=SEED + 1
    )
    async with (
        rig(given.carriers, settings) as made,
        consumer(made.bootstrap) as reader,
        producer(made.bootstrap, linger_ms=0) as sender,
    ):
        made.start_workers()
        await made.wait_for_workers()
        reader.assign([*decisions(), *partitions_of(topics.RECEIPTS + carrier for carrier in given.carriers)])
        heard = ObservedRecord(progress)
        listening = asyncio.create_task(heard.listen(reader))
        try:
            for sent in first.manifests:
                await sender.send_and_wait(sent.topic, sent.value, key=sent.key, partition=sent.partition)
            await heard.wait(first.parcels, "the first manifests")
            before = made.cpu()
            began = time.monotonic() + BEGIN_IN_S
            late_s = await _send_on_time(sender, given.manifests, began, rate / PARCELS_A_MANIFEST)
            await heard.wait(first.parcels + given.parcels, f"{rate} parcels a second")
            after = made.cpu()
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
        released, selected = [
            await _released(made.bootstrap, tps, schema)
            for tps, schema in ((decisions(), avro.DECISION), (partitions_of([INSPECTION]), avro.SECURITY_CASE))
        ]
    waited = _waited(given, heard, began, rate / PARCELS_A_MANIFEST)
    return Measured(
        rate=rate,
        seconds=seconds,
        decisions=latency([*waited[0].values()]),
        receipts=latency(waited[1]),
        silence=silence(_apart(given, waited[0], released, selected)),
        late_ms=late_s * MS,
        cpu_us_workers=(after.workers - before.workers) / given.parcels * 1_000_000,
        cpu_us_broker=(after.broker - before.broker) / given.parcels * 1_000_000,
    )


async def _released(bootstrap: str, tps: list[TopicPartition], schema_id: int) -> set[bytes]:
    """The house bills of released parcels on some partitions.

    Of decisions, or of the cases that silence opens on them.
    """
    found: set[bytes] = set()

    def look(record: ConsumerRecord) -> None:
        if avro.decode(schema_id, record.value)["outcome"] == RELEASE:
            found.add(record.key)

    await read(bootstrap, tps, look)
    return found


async def _send_on_time(sender: AIOKafkaProducer, manifests: Sequence[SentRecord], began: float, rate: float) -> float:
    """Hand each manifest over when it is due; by how much the latest was late."""
    late_s = 0.0
    sent = []
    for number, each in enumerate(manifests):
        due = began + number / rate
        wait = due - time.monotonic()
        if wait > 0:
            await asyncio.sleep(wait)
        sent.append(await sender.send(each.topic, each.value, key=each.key, partition=each.partition))
        late_s = max(late_s, time.monotonic() - due)
    await asyncio.gather(*sent)
    return late_s


def _waited(given: Load, heard: "ObservedRecord", began: float, rate: float) -> tuple[dict[bytes, float], list[float]]:
    """Seconds to the decision on each house bill and to each receipt, the warm-up left out."""
    of_decisions: dict[bytes, float] = {}
    of_receipts = []
    for number, sent in enumerate(given.manifests):
        if number >= WARM_UP_S * rate:
            due = began + number / rate
            of_decisions |= {name: heard.decisions[name] - due for name in map(str.encode, sent.house_bills)}
            of_receipts.append(heard.receipts[sent.manifest_id.encode()] - due)
    return of_decisions, of_receipts


def _apart(
    given: Load, waited: Mapping[bytes, float], released: set[bytes], selected: set[bytes]
) -> Iterator[tuple[list[float], list[float]]]:
    """Each manifest's seconds of released parcels: of those selected in silence, and of the others."""
    for sent in given.manifests:
        names = [name for name in map(str.encode, sent.house_bills) if name in released and name in waited]
        yield (
            [waited[name] for name in names if name in selected],
            [waited[name] for name in names if name not in selected],
        )


class ObservedRecord:
    """What a committed reader has heard, and when first."""

    def __init__(self, progress: Progress) -> None:
        self.decisions: dict[bytes, float] = {}
        self.receipts: dict[bytes, float] = {}
        self._told = progress

    async def listen(self, reader: AIOKafkaConsumer) -> None:
        """Read for ever."""
        while True:
            fetched = await reader.getmany(timeout_ms=READ_MS)
            now = time.monotonic()
            for tp, records in fetched.items():
                heard = self.receipts if tp.topic.startswith(topics.RECEIPTS) else self.decisions
                for record in records:
                    heard.setdefault(record.key, now)
            self._told(len(self.decisions))

    async def wait(self, count: int, what: str) -> None:
        """Return when so many parcels are decided."""
        before, since = -1, time.monotonic()
        while len(self.decisions) < count:
            if len(self.decisions) > before:
                before, since = len(self.decisions), time.monotonic()
            if time.monotonic() - since > STUCK_S:
                raise BenchError(f"{what}: {before} of {count} decisions, and none came for {STUCK_S:.0f} s")
            await asyncio.sleep(READ_MS / MS)

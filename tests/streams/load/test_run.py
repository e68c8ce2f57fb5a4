"""Runs against a Kafka on which nobody decides anything: what is missing has to be named."""

import os
from collections.abc import Mapping

import pytest

from streams.kafka.admin import create_topics
from streams.load.probes import ProcessFigures, Sample
from streams.load.profiles import Size
from streams.load.run import Job, MissingTopicsError, Progress, cores, cpu_us, measure
from streams.local.broker import Broker

STALL_S = 1.0


def job(bootstrap: str, *carriers: str) -> Job:
    return Job(
        profile="steady",
        size=Size(rate=40, seconds=2, parcels_per_manifest=10),
        carriers=carriers,
        seed=5,
        bootstrap=bootstrap,
        group="load-nobody",
        kafka="a Kafka without workers",
        warm_up_s=0.0,
        stall_s=STALL_S,
    )


@pytest.mark.broker
async def test_what_nobody_answers_is_missing_by_name_and_lag_shows_it(kafka: Broker) -> None:
    await create_topics(kafka.bootstrap, ["load1", "load2"], replication=1)
    told: list[Progress] = []
    measured = await measure(job(kafka.bootstrap, "load1", "load2"), lambda: {"me": os.getpid()}, told.append)
    verdict = measured.report.verdict
    assert not verdict.holds
    assert (verdict.manifests, verdict.parcels, verdict.decided) == (8, 80, 0)
    assert len(verdict.missing) == 8 + 80
    assert verdict.missing[0].startswith("KX-2026-11-23-")
    assert measured.report.samples[-1].lag["manifests"] >= 8
    assert measured.report.samples[-1].processes["me"].resident_bytes > 0
    assert told[-1].open == 8


@pytest.mark.broker
async def test_a_carrier_without_topics_is_told_before_anything_is_sent(kafka: Broker) -> None:
    with pytest.raises(MissingTopicsError, match=r"`tonggwan topics --carrier nowhere`"):
        await measure(job(kafka.bootstrap, "nowhere"), dict, lambda _: None)


def at(at_s: float, processes: Mapping[str, float]) -> Sample:
    return Sample(at_s, 0, 0, 0, {}, {name: ProcessFigures(cpu_s, 1) for name, cpu_s in processes.items()})


def test_cores_are_processor_time_over_time_and_a_process_that_began_between_has_none() -> None:
    assert cores(at(1.0, {"old": 10.0}), at(3.0, {"old": 11.0, "new": 5.0})) == {"old": 0.5}


def test_a_process_that_is_started_again_counts_from_then() -> None:
    samples = [at(0, {"worker-1": 8.0}), at(1, {"worker-1": 9.0}), at(2, {"worker-1": 0.5}), at(3, {"worker-1": 1.5})]
    assert cpu_us(samples, 1_000) == {"worker-1": pytest.approx(2_000.0)}


def test_nothing_decided_costs_nothing_a_parcel() -> None:
    assert cpu_us([at(0, {}), at(1, {})], 0) == {}

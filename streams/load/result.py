"""What was measured, as it is written to `load.json` and drawn."""

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from streams.load.answers import Verdict
from streams.load.percentiles import Percentiles, Window
from streams.load.probes import Sample

LATE_MS_MAX: Final = 50.0
"""A generator that hands over one record in a hundred later than this is itself what is measured."""

Waits = Mapping[str, list[tuple[float, float]]]
"""Of each carrier, for each parcel: when it was due, and the seconds to its decision."""


class Conditions(msgspec.Struct, frozen=True, kw_only=True):
    """What was run, and on what."""

    profile: str
    about: str
    rate: float
    seconds: float
    parcels_per_manifest: int
    carriers: tuple[str, ...]
    seed: int
    warm_up_s: float
    """What was due before is sent and checked, but left out of the figures."""
    kafka: str
    """Its address, or that it was started for the run, with how many workers."""
    began_at: str
    cores: int
    processor: str
    system: str
    python: str
    busy: float
    """Processes that wanted a core in the minute before the run, as the system counts them: what else ran."""


class LoadReport(msgspec.Struct, frozen=True, kw_only=True):
    """One run."""

    conditions: Conditions
    verdict: Verdict
    decisions: Percentiles
    """From when a parcel's manifest was due to when a committed reader had the parcel's decision."""
    receipts: Percentiles
    """The same to the receipt, or to the dead letter, of each record."""
    by_carrier: dict[str, Percentiles]
    """Of decisions."""
    curve: list[tuple[float, float]]
    """Of decisions: share of parcels, and milliseconds within which they are decided."""
    windows: list[Window]
    """Of decisions, by when they were due, the warm-up included."""
    windows_by_carrier: dict[str, list[Window]]
    samples: list[Sample]
    late: Percentiles
    """By how much the generator itself was late."""
    decided_per_s: float
    """Parcels decided, over the time from the first that was due to the last decision."""
    drained_s: float
    """From when the last record was due to the last answer."""
    cpu_us: dict[str, float]
    """Processor time of each process over the run, in microseconds a parcel decided."""

    @property
    def is_late(self) -> bool:
        """Whether the generator could not keep up."""
        return self.late.p99 > LATE_MS_MAX


@dataclass(frozen=True, slots=True)
class Measured:
    """A report, and the single values that a histogram is made of."""

    report: LoadReport
    waits: Waits


def processor() -> str:
    """What kind of processor this is, as far as the system says."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def machine() -> dict[str, str | int | float]:
    """The part of the conditions that is this machine's."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        "processor": processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "busy": round(os.getloadavg()[0], 2),
    }

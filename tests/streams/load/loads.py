"""Reports of runs that never were, for tests of what is made of them."""

from streams.load.answers import Answers, Decided, Place
from streams.load.percentiles import curve, percentiles, windows
from streams.load.probes import ProcessFigures, Sample
from streams.load.records import PlannedRecord
from streams.load.result import Conditions, LoadReport, Measured

MB = 1_000_000


def record(name: str, *house_bills: str, due_s: float = 0.0, is_hostile: bool = False) -> PlannedRecord:
    """A record of the carrier kx."""
    return PlannedRecord(due_s, "kx", name, b"key", b"value", house_bills, is_hostile)


def place(offset: int) -> Place:
    """Where it lies."""
    return "manifests.kx", 0, offset


def decided(offset: int, house_bill: str, decision_id: str = "", event: str | None = None) -> Decided:
    """A decision on a parcel of the record there."""
    return Decided(place(offset), house_bill, decision_id or f"d-{house_bill}", event)


def answered(*names: str) -> Answers:
    """A ledger in which every record was answered once: a manifest of two parcels for each name."""
    answers = Answers(len(names))
    for offset, name in enumerate(names):
        answers.sent(place(offset), record(name, f"{name}1", f"{name}2"))
        answers.receipt(place(offset), "ACCEPTED", 2, 1.0)
        for house_bill in (f"{name}1", f"{name}2"):
            answers.decision(decided(offset, house_bill), 1.0)
    return answers


def conditions(rate: float = 100.0, seconds: float = 10.0, warm_up_s: float = 2.0) -> Conditions:
    """A steady run on a machine of two cores."""
    return Conditions(
        profile="steady",
        about="The same rate all the time, of all carriers.",
        rate=rate,
        seconds=seconds,
        parcels_per_manifest=50,
        carriers=("kx", "bw"),
        seed=7,
        warm_up_s=warm_up_s,
        kafka="embedded Kafka, 2 workers",
        began_at="2026-12-01T00:00:00+00:00",
        cores=2,
        processor="a processor",
        system="Linux x86_64",
        python="3.11.2",
        busy=0.4,
    )


def sample(at_s: float, due: int, decided: int, cpu_s: float = 0.0) -> Sample:
    """A moment at which one worker runs."""
    return Sample(at_s, due, due, decided, {"manifests": due - decided}, {"worker-1": ProcessFigures(cpu_s, 250 * MB)})


def measured(answers: Answers | None = None, late_s: float = 0.001) -> Measured:
    """A run of ten seconds, in which each parcel waited a little longer than the one before."""
    waits = {
        carrier: [(number / 10, step + number / 1000) for number in range(100)]
        for carrier, step in (("kx", 0.1), ("bw", 0.2))
    }
    pairs = [pair for each in waits.values() for pair in each]
    found = [waited for _, waited in pairs]
    report = LoadReport(
        conditions=conditions(),
        verdict=(answers or answered("A", "B")).verdict(),
        decisions=percentiles(found),
        receipts=percentiles(found),
        by_carrier={carrier: percentiles(waited for _, waited in each) for carrier, each in waits.items()},
        curve=curve(found),
        windows=list(windows(pairs, 1.0)),
        windows_by_carrier={carrier: list(windows(each, 1.0)) for carrier, each in waits.items()},
        samples=[sample(float(at), at * 100, max(at * 100 - 20, 0), at / 4) for at in range(11)],
        late=percentiles([late_s]),
        decided_per_s=98.0,
        drained_s=0.3,
        cpu_us={"worker-1": 250.0},
    )
    return Measured(report, waits)

"""The golden record: a digest of every byte that the pipeline writes for fixed inputs, by topic and partition.

`make golden` compares; `make golden ARGS=--write` writes `tests/golden.txt` anew, after a change that alters bytes
on purpose. Five inputs: the sample day, the conformance corpus, the scenarios, the hostile records and the example
manifests.
"""

import argparse
import hashlib
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

import msgspec
import orjson

from agents.reference import Reference
from streams.conformance import builder, cases
from streams.conformance.judge import altered_reference
from streams.kafka.record import StoredRecord
from streams.reference import FOLDER, load
from streams.settings import CHECKOUT, Settings
from streams.simulation.sample import day, framing, hostile, profiles
from streams.simulation.scenarios import sites
from streams.simulation.scenarios.horizon import Horizon
from streams.simulation.scenarios.patterns import catalogue
from streams.worker.checker import Checker

FILE: Final = CHECKOUT / "tests" / "golden.txt"
DAY_PARCELS: Final = 4_000
LODGED_MS: Final = 1_795_410_131_000
"""2026-11-23T05:02:11Z, when the first record is stored; each further one comes a millisecond later."""
DIGEST_CHARS: Final = 16

Input = tuple[str, bytes, int]
"""Carrier, value, and when the broker stored it, Unix milliseconds."""
Record = tuple[str, int]
"""Topic and partition."""
Line = tuple[str, str, int, int, str]
"""Corpus, topic, partition, records, digest."""


class Digests:
    """What goes out, digested by topic and partition in the order it was written."""

    def __init__(self) -> None:
        self._hashes: dict[Record, hashlib._Hash] = {}
        self._counts: Counter[Record] = Counter()

    def add(self, record: StoredRecord) -> None:
        """Take one record: key, value, headers and time."""
        place = (record.topic, record.partition)
        whole = (record.key, record.value, record.headers, record.timestamp)
        self._hashes.setdefault(place, hashlib.sha256()).update(msgspec.msgpack.encode(whole))
        self._counts[place] += 1

    def lines(self, corpus: str) -> Iterator[Line]:
        """One line a topic and partition."""
        for place in sorted(self._hashes):
            yield (corpus, *place, self._counts[place], self._hashes[place].hexdigest()[:DIGEST_CHARS])


def decide(inputs: Iterable[Input], reference: Reference, digests: Digests) -> None:
    """Take records through a worker that begins with nothing, each in a transaction of its own."""
    pipeline = Checker(Settings(), reference, is_strict=True).pipeline
    for carrier, value, at_ms in inputs:
        for record in pipeline.send(carrier, value, at_ms):
            digests.add(record)


def _timed(values: Iterable[tuple[str, bytes]]) -> Iterator[Input]:
    return ((carrier, value, LODGED_MS + number) for number, (carrier, value) in enumerate(values))


def sample_day(digests: Digests) -> None:
    """A day of ordinary parcels with mistakes, amendments and cancellations; every fourth manifest as Avro."""
    forms: Iterator[Callable[[profiles.Json], bytes]] = itertools.cycle(
        (orjson.dumps, orjson.dumps, orjson.dumps, framing.framed)
    )
    made = day.records(parcels=DAY_PARCELS, parcels_per_manifest=100, dirty=0.1)
    values = ((record.carrier, _written(record.manifest, form)) for record, form in zip(made, forms, strict=False))
    decide(_timed(values), load(FOLDER), digests)


def _written(manifest: profiles.Json, form: Callable[[profiles.Json], bytes]) -> bytes:
    try:
        return form(manifest)
    except (TypeError, ValueError, KeyError, AttributeError):  # a mistake that Avro has no way to write
        return orjson.dumps(manifest)


def conformance_corpus(digests: Digests) -> None:
    """Every case of the conformance corpus, each with a worker of its own."""
    references: dict[tuple[Path, tuple[tuple[str, str], ...]], Reference] = {}
    for path in sorted((CHECKOUT / "conformance").glob("*.toml")):
        file = cases.read(path)
        for case in file.cases:
            key = (file.reference, tuple(sorted(case.figures.items())))
            if key not in references:
                references[key] = altered_reference(FOLDER, file.reference, case.figures)
            sent = ((each.carrier or "kx", each.value, each.at_ms) for each in builder.build(file, case))
            decide(sent, references[key], digests)


def scenarios(digests: Digests) -> None:
    """A small day with every pattern hidden in it."""
    with tempfile.TemporaryDirectory() as folder:
        sites.sized(FOLDER, Path(folder), 2_000, 2.0)
        horizon = Horizon(days=1, parcels=2_000, scale=0.01, catalogue=catalogue())
        decide(((sent.carrier, sent.value, sent.at_ms) for sent in horizon), load(Path(folder)), digests)


def hostile_records(digests: Digests) -> None:
    """Records that nobody can read, or that are made to hurt."""
    decide(_timed(("kx", value) for _, value in hostile.hostile()), load(FOLDER), digests)


def examples(digests: Digests) -> None:
    """The manifests that are shown to carriers."""
    files = sorted((CHECKOUT / "schemas" / "examples").rglob("*.json"))
    decide(_timed(("kx", path.read_bytes()) for path in files), load(FOLDER), digests)


CORPORA: Final = (sample_day, conformance_corpus, scenarios, hostile_records, examples)


def measured() -> list[Line]:
    """The golden record of this checkout."""
    lines: list[Line] = []
    for take in CORPORA:
        digests = Digests()
        take(digests)
        lines += digests.lines(take.__name__)
    return lines


def shown(line: Line) -> str:
    """A line of the file."""
    return " ".join(map(str, line))


def main() -> int:
    """Compare with the file, or write it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write tests/golden.txt anew")
    write = parser.parse_args().write
    found = [shown(line) for line in measured()]
    if write:
        FILE.write_text("\n".join(found) + "\n", encoding="utf-8")
        return 0
    differing = sorted(set(found) ^ set(FILE.read_text(encoding="utf-8").splitlines()))
    sys.stdout.write("\n".join(differing or ["The golden record is unchanged."]) + "\n")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())

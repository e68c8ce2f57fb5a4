"""A checker answers each manifest on behalf of the carrier it names, and remembers what it was given."""

import json

import pytest

from agents.reference import Reference
from streams.manifest_files import FileRecord
from streams.reference import load
from streams.settings import Settings
from streams.worker.checker import NOBODY, Checker
from tests.flow import NOW_MS
from tests.parcels import manifest


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load()


def record(value: bytes) -> FileRecord:
    return FileRecord("manifest.json", "", value)


def good(**changes: object) -> bytes:
    return json.dumps(manifest({"house_bill": "A"}) | changes).encode()


@pytest.mark.parametrize(
    ("value", "asked", "carrier"),
    [
        pytest.param(good(carrier="kx"), None, "kx", id="the carrier that the manifest names"),
        pytest.param(good(carrier="kx"), "bw", "bw", id="the carrier that was asked for"),
        pytest.param(good(carrier="No carrier"), None, NOBODY, id="a name that can't be a carrier's"),
        pytest.param(b"{", None, NOBODY, id="no manifest at all"),
    ],
)
def test_whose_manifest_it_is(reference: Reference, value: bytes, asked: str | None, carrier: str) -> None:
    checker = Checker(Settings(), reference)
    checker.take(record(value), asked, NOW_MS)
    assert set(checker.pipeline.processor.carriers) == {carrier}


def test_a_manifest_that_can_be_read_brings_a_receipt_and_a_decision(reference: Reference) -> None:
    result = Checker(Settings(), reference).take(record(good()), "kx", NOW_MS)
    assert (len(result.receipts), len(result.decisions), result.letters) == (1, 1, [])


def test_one_that_cannot_be_read_brings_a_dead_letter(reference: Reference) -> None:
    result = Checker(Settings(), reference).take(record(b"{"), "kx", NOW_MS)
    assert (result.receipts, result.decisions, len(result.letters), result.well) == ([], [], 1, False)


def test_an_amendment_finds_what_was_sent_before(reference: Reference) -> None:
    checker = Checker(Settings(), reference)
    checker.take(record(good()), "kx", NOW_MS)
    amended = checker.take(record(good(version=2, function="AMEND")), "kx", NOW_MS + 1)
    assert [decision["sequence"] for decision in amended.decisions] == [2]

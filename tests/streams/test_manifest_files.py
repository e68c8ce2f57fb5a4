"""Files of manifests: which records are in them, byte for byte."""

import io
import json
from pathlib import Path
from typing import Any

import click
import fastavro
import pytest

from agents.read import read as read_record
from schemas import avro, limits
from streams import manifest_files
from streams.errors import OperatorError
from streams.simulation.sample.day import day
from streams.simulation.sample.framing import framed

ONE = b'{ "manifest_id":"A" , "version":1,  "master_bill":"180-12345675", "parcels":[{}, {}] }'
TWO = b'{"manifest_id": "B", "carrier": "kx"}'


def records(path: Path, content: bytes) -> list[tuple[str, bytes]]:
    path.write_bytes(content)
    return [(found.place, found.value) for found in manifest_files.read((str(path),))]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param("a.json", ONE, [("", ONE)], id="one manifest"),
        pytest.param("a.json", b"\n" + ONE + b"\n", [("", b"\n" + ONE + b"\n")], id="one manifest, white space kept"),
        pytest.param(
            "a.json",
            b"[" + ONE + b",\n " + TWO + b"]",
            [("manifest 1", ONE), ("manifest 2", TWO)],
            id="a list, bytes as they are",
        ),
        pytest.param(
            "a.json", b"[1, null]", [("manifest 1", b"1"), ("manifest 2", b"null")], id="a list of something else"
        ),
        pytest.param("a.jsonl", ONE + b"\r\n\n" + TWO, [("line 1", ONE), ("line 3", TWO)], id="lines"),
        pytest.param(
            "a.jsonl", b"{bad\nworse\n", [("line 1", b"{bad"), ("line 2", b"worse")], id="broken lines are records too"
        ),
        pytest.param(
            "a.json", ONE + b"\n" + TWO + b"\n", [("line 1", ONE), ("line 2", TWO)], id="lines under another name"
        ),
        pytest.param("a.json", b"{bad", [("", b"{bad")], id="a broken manifest"),
        pytest.param("a.json", b"[" + ONE + b",", [("", b"[" + ONE + b",")], id="a broken list"),
        pytest.param("a.json", b"[" * 100_000, [("", b"[" * 100_000)], id="nested too deeply"),
        pytest.param(
            "a.avro",
            framed({"manifest_id": "A", "version": 1}),
            [("", framed({"manifest_id": "A", "version": 1}))],
            id="a framed record",
        ),
    ],
)
def test_records(name: str, content: bytes, expected: list[tuple[str, bytes]], tmp_path: Path) -> None:
    assert records(tmp_path / name, content) == expected


@pytest.mark.parametrize("content", [b"", b" \n\t", b"[]"], ids=["empty", "white space", "an empty list"])
def test_a_file_without_a_manifest_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="holds no manifest: write one as JSON"):
        records(tmp_path / "a.json", content)


@pytest.mark.parametrize("name", ["a.csv", "A.XML"])
def test_formats_that_nothing_reads_are_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="which isn't read here: convert it"):
        records(tmp_path / name, ONE)


def manifests(count: int) -> list[dict[str, Any]]:
    return [manifest for _, manifest in day(parcels=3 * count, parcels_per_manifest=3, events=False)]


def container(manifests: list[dict[str, Any]], schema: Any) -> bytes:  # noqa: ANN401 - a schema, parsed or not
    file = io.BytesIO()
    fastavro.writer(file, schema, manifests)
    return file.getvalue()


def test_a_container_file_becomes_framed_records(tmp_path: Path) -> None:
    sent = manifests(2)
    found = records(tmp_path / "a.avro", container(sent, avro.load("manifest.v1.avsc")))
    assert [place for place, _ in found] == ["manifest 1", "manifest 2"]
    assert [read_record(value)["manifest_id"] for _, value in found] == [manifest["manifest_id"] for manifest in sent]
    assert all(value[:5] == avro.frame(avro.MANIFEST) for _, value in found)


def test_a_container_with_fewer_fields_takes_the_defaults(tmp_path: Path) -> None:
    schema = {
        "type": "record",
        "name": "Manifest",
        "namespace": "kr.tonggwan",
        "fields": [{"name": "manifest_id", "type": "string"}, {"name": "version", "type": "int"}],
    }
    [(_, value)] = records(tmp_path / "a.avro", container([{"manifest_id": "A", "version": 3}], schema))
    assert read_record(value) | {"parcels": []} == read_record(value)
    assert read_record(value)["function"] == "ORIGINAL"


@pytest.mark.parametrize("cut", [5, 50, -20], ids=["in the header", "in the schema", "in a record"])
def test_a_container_cut_short_is_told_with_the_last_good_manifest(cut: int, tmp_path: Path) -> None:
    whole = container(manifests(1), avro.load("manifest.v1.avsc"))
    with pytest.raises(OperatorError, match="can't be read as manifests in Avro behind manifest 0"):
        records(tmp_path / "a.avro", whole[:cut])


def test_a_container_of_something_else_is_told(tmp_path: Path) -> None:
    schema = {"type": "record", "name": "Other", "fields": [{"name": "x", "type": "long"}]}
    with pytest.raises(OperatorError, match="can't be read as manifests in Avro"):
        records(tmp_path / "a.avro", container([{"x": 1}], schema))


@pytest.mark.parametrize(
    ("size", "taken"),
    [(limits.RECORD_BYTES_MAX, True), (limits.RECORD_BYTES_MAX + 1, False)],
    ids=["at the limit", "one above"],
)
@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
def test_what_no_broker_takes_is_refused_with_the_limit(name: str, size: int, *, taken: bool, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"x" * size)
    if taken:
        assert [
            len(manifest_files.within_limit(found).value) for found in manifest_files.read((str(tmp_path / name),))
        ] == [size]
        return
    with pytest.raises(OperatorError, match=r"the limit is 8,388,608 \(RECORD_BYTES_MAX\): split it"):
        [manifest_files.within_limit(found) for found in manifest_files.read((str(tmp_path / name),))]


@pytest.mark.parametrize(
    ("value", "key", "carrier", "parcels"),
    [
        pytest.param(ONE, b"180-12345675", "", 2, id="JSON"),
        pytest.param(
            framed({"manifest_id": "A", "version": 1, "master_bill": "M", "carrier": "kx"}), b"M", "kx", 0, id="Avro"
        ),
        pytest.param(b'{"master_bill": 7, "carrier": "kx", "parcels": {}}', None, "kx", 0, id="fields of other kinds"),
        pytest.param(b'{"master_bill": ""}', None, "", 0, id="empty master bill"),
        pytest.param(b"{bad", None, None, 0, id="broken JSON"),
        pytest.param(b"\x00\x00\x00\x00\x01\xff", None, None, 0, id="broken Avro"),
        pytest.param(b"[" * 100_000, None, None, 0, id="nested too deeply"),
        pytest.param(json.dumps({"master_bill": "\ud800"}).encode(), None, None, 0, id="lone surrogate"),
    ],
)
def test_a_look_from_outside(value: bytes, key: bytes | None, carrier: str | None, parcels: int) -> None:
    seen = manifest_files.peek(value)
    assert (seen.key, seen.carrier, seen.parcel_count) == (key, carrier, parcels)


def test_standard_input_is_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "get_binary_stream", lambda _: io.BytesIO(ONE + b"\n"))
    [found] = manifest_files.read(("-",))
    assert (found.where, found.value) == ("standard input, line 1", ONE)

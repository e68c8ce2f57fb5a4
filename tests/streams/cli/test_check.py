"""`tonggwan check`: the same rules without a broker, on the examples and on what carriers get wrong."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas import avro
from streams.simulation.sample.day import day
from streams.simulation.sample.hostile import hostile
from tests.streams.cli.command import AT, EXAMPLES, lines, tonggwan, tonggwan_anew

FIELDS = [field["name"] for field in avro.load("decision.v1.avsc")["fields"]]


def example(name: str = "import_express.json") -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    return manifest


def spoiled() -> str:
    """The example with a parcel without a description."""
    manifest = example()
    manifest["parcels"][0]["items"][0]["description"] = "gift"
    return json.dumps(manifest)


@pytest.mark.parametrize("name", ["export_express.json", "import_express.json", "import_post.json"])
def test_a_good_manifest_is_accepted(name: str) -> None:
    done = tonggwan("check", EXAMPLES / name, "--at", AT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ACCEPTED ")


def test_json_has_every_parcel_with_the_fields_of_the_schema() -> None:
    manifest = example()
    done = tonggwan("check", EXAMPLES / "import_express.json", "--json", "--at", AT)
    found = lines(done)
    assert {decision["house_bill"] for decision in found} == {parcel["house_bill"] for parcel in manifest["parcels"]}
    assert all(list(decision) == FIELDS for decision in found)
    assert {decision["decided_at"] for decision in found} == {"2026-11-23T05:03:00.000Z"}


def test_the_same_call_gives_the_same_bytes() -> None:
    call = ("check", EXAMPLES / "import_express.json", "--json", "--at", AT)
    assert tonggwan(*call).stdout == tonggwan_anew(*call).stdout


def test_a_refused_parcel_is_told_with_all_its_reasons() -> None:
    done = tonggwan("check", "-", "--at", AT, text=spoiled())
    assert done.returncode == 1
    assert done.stdout.startswith("ACCEPTED_WITH_REJECTIONS ")
    assert "KX826110000017\tCOD-06\t/parcels/0/items/0/description\t" in done.stdout


def test_json_has_refused_parcels_too() -> None:
    done = tonggwan("check", "-", "--json", "--at", AT, text=spoiled())
    assert done.returncode == 1
    assert sorted(decision["outcome"] for decision in lines(done)) == ["DECLARE", "REJECT"]


def test_files_are_taken_in_order_as_versions_of_each_other() -> None:
    versions = [EXAMPLES / f"import_express{version}.json" for version in ("", "_amended", "_cancelled")]
    done = tonggwan("check", *versions, versions[0], "--at", AT)
    assert [line.split()[0] for line in done.stdout.splitlines() if ": received " in line] == [
        "ACCEPTED",
        "ACCEPTED",
        "CANCELLED",
        "DUPLICATE",
    ]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("args", "topic"),
    [(["--carrier", "bw"], "manifests.bw"), ([], "manifests.kx")],
    ids=["the one named in the call", "the one the manifest names"],
)
def test_the_topic_is_that_of_the_carrier(args: list[str], topic: str) -> None:
    done = tonggwan("check", EXAMPLES / "import_express.json", "--json", *args)
    assert {decision["source"]["topic"] for decision in lines(done)} == {topic}


@pytest.mark.parametrize("named", ["", "A B", "../kx", 7], ids=repr)
def test_a_manifest_that_names_no_possible_carrier_is_checked_as_nobodys(named: object) -> None:
    done = tonggwan("check", "-", "--json", text=json.dumps(example() | {"carrier": named}))
    assert {decision["source"]["topic"] for decision in lines(done)} == {"manifests.check"}


def test_a_record_that_cant_be_read_is_an_object_of_its_own() -> None:
    done = tonggwan("check", "-", "--json", text="{bad\n" + json.dumps(example()) + "\n")
    letter, *decisions = lines(done)
    assert done.returncode == 1
    assert letter["dead_letter"].keys() == {"code", "message", "path"}
    assert letter["dead_letter"]["code"] == "READ-03"
    assert len(decisions) == 2


def test_nothing_hostile_stops_it(tmp_path: Path) -> None:
    files = []
    for number, (_, value) in enumerate(hostile()):
        if value.strip() and not value.startswith(b"Obj\x01"):
            files.append(tmp_path / f"{number}.bin")
            files[-1].write_bytes(value)
    done = tonggwan("check", *files, "--json", "--at", AT)
    assert (done.returncode, done.stderr) == (1, "")
    assert sum("dead_letter" in said for said in lines(done)) > 30


def test_a_day_is_conserved(tmp_path: Path) -> None:
    """Human form and JSON count the same parcels, and nobody's name or code stands in either."""
    file = tmp_path / "day.jsonl"
    manifests = [manifest for _, manifest in day(parcels=600, parcels_per_manifest=100)]
    file.write_text("".join(json.dumps(manifest) + "\n" for manifest in manifests))
    human, machine = tonggwan("check", file, "--at", AT), tonggwan("check", file, "--json", "--at", AT)
    received = sum(
        int(line.split("received ")[1].split(",")[0]) for line in human.stdout.splitlines() if " received " in line
    )
    assert received == len(lines(machine)) >= 600
    codes = {
        parcel["consignee"]["clearance_code"]
        for manifest in manifests
        for parcel in manifest["parcels"]
        if isinstance(parcel.get("consignee"), dict)
    }
    assert not any(code and code in machine.stdout for code in codes if isinstance(code, str) and len(code) == 13)


@pytest.mark.parametrize("at", ["yesterday", "2026-11-23T14:02:11"])
def test_a_time_without_offset_is_a_wrong_call(at: str) -> None:
    assert tonggwan("check", EXAMPLES / "import_post.json", "--at", at).returncode == 2

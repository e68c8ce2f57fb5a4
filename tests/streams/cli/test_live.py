"""The commands that talk to Kafka, against what `tonggwan up` starts; one broker for the whole page."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from schemas import avro
from streams.simulation.sample.day import day
from streams.worker import readiness
from tests.streams.cli.command import EXAMPLES, SECONDS, Done, environ, lines, tonggwan

pytestmark = pytest.mark.broker

EXAMPLE = EXAMPLES / "import_express.json"
FIRST, SECOND = "KX826110000017", "KX826110000018"


@dataclass(frozen=True)
class Up:
    """A running `tonggwan up`."""

    process: subprocess.Popen[str]
    folder: Path

    def call(self, *args: object, text: str = "") -> Done:
        """A command that finds it by its folder."""
        return tonggwan(*args, text=text, env=environ(INTAKE_DATA_DIR=str(self.folder)))

    def follow(self, *asked: str, count: int) -> tuple[list[dict[str, Any]], str]:
        """So many decisions, as they come, and what else was said until Ctrl-C."""
        words = [sys.executable, "-m", "streams", "decisions", *asked, "--follow", "--json"]
        following = subprocess.Popen(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environ(INTAKE_DATA_DIR=str(self.folder)),
        )
        assert following.stdout
        too_long = Timer(SECONDS, following.kill)
        too_long.start()
        found = [json.loads(line) for line in islice(following.stdout, count)]
        too_long.cancel()
        following.send_signal(signal.SIGINT)
        _, said = following.communicate(timeout=10)
        assert following.returncode == 130, said
        return found, said

    def share(self, number: int) -> readiness.ReadyReport | None:
        """What a worker has."""
        return readiness.read(self.folder / f"worker-{number}.ready")


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder = tmp_path_factory.mktemp("up")
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "streams", "up", "--data", str(folder), "--port", "0", "--workers", "2"],
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            env=environ(INTAKE_SESSION_TIMEOUT_MS="3000"),
        )
    assert process.stdout
    assert process.stdout.readline() == "READY\n", (folder / "said").read_text()
    yield Up(process, folder)
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=15) == 0, (folder / "said").read_text()
    assert time.monotonic() - began < 15
    assert not (folder / "address").exists()
    process.stdout.close()


@pytest.fixture(scope="module")
def published(up: Up) -> list[dict[str, Any]]:
    """The receipts of an example and its amendment, all of whose parcels have been decided.

    That comes after the receipts.
    """
    done = up.call(
        "publish", EXAMPLE, EXAMPLES / "import_express_amended.json", "--carrier", "kx", "--follow", "--json"
    )
    assert done.returncode == 0, done.stderr
    assert "Published 2 manifests with 3 parcels" in done.stderr
    decided, said = up.follow("--manifest", "KX-2026-11-23-0007", count=3)
    assert len(decided) == 3, said
    return sorted(lines(done), key=lambda receipt: int(receipt["manifest_version"]))


@pytest.fixture(scope="module")
def set_aside(up: Up) -> str:
    """Where a broken record of a new carrier stands."""
    done = up.call("publish", "-", "--carrier", "live-new", "--follow", "--json", text="{broken\n")
    assert done.returncode == 1
    assert "Created manifests.live-new, receipts.live-new" in done.stderr
    [letter] = lines(done)
    assert letter["dead_letter"]["code"] == "READ-03"
    return "{topic}-{partition}-{offset}".format(**letter["source"])


def test_receipts_are_followed(published: list[dict[str, Any]]) -> None:
    assert [
        (receipt["manifest_version"], receipt["status"], receipt["counts"]["accepted"]) for receipt in published
    ] == [(1, "ACCEPTED", 2), (2, "ACCEPTED", 1)]


def test_a_refusal_is_printed_with_its_reasons_and_ends_with_1(up: Up) -> None:
    manifest = json.loads((EXAMPLES / "import_post.json").read_text())
    manifest["parcels"][0]["items"][0]["description"] = "gift"
    done = up.call("publish", "-", "--carrier", "ep", "--follow", text=json.dumps(manifest))
    assert done.returncode == 1
    assert done.stdout.startswith("REJECTED ")
    assert "\tCOD-06\t/parcels/0/items/0/description\t" in done.stdout


def test_every_decision_is_printed_with_the_fields_of_the_schema(up: Up, published: list[dict[str, Any]]) -> None:
    assert published
    found = lines(up.call("decisions", "--manifest", "KX-2026-11-23-0007", "--json"))
    assert all(
        list(decision) == [field["name"] for field in avro.load("decision.v1.avsc")["fields"]] for decision in found
    )
    assert sorted((decision["house_bill"], decision["sequence"]) for decision in found) == [
        (FIRST, 1),
        (SECOND, 1),
        (SECOND, 2),
    ]


def test_the_decisions_of_a_house_bill_are_in_order(up: Up, published: list[dict[str, Any]]) -> None:
    assert published
    header, *rows = up.call("decisions", "--house-bill", SECOND).stdout.splitlines()
    assert header.startswith("decided at\thouse bill\tseq\t")
    assert [row.split("\t")[1:3] for row in rows] == [[SECOND, "1"], [SECOND, "2"]]


def test_decisions_to_come_are_followed_until_interrupted(up: Up, published: list[dict[str, Any]]) -> None:
    assert published
    [decision], said = up.follow("--house-bill", FIRST, count=1)
    assert (decision["sequence"], said) == (1, "")


def test_a_house_bill_is_explained(up: Up, published: list[dict[str, Any]]) -> None:
    assert published
    done = up.call("explain", SECOND)
    assert done.returncode == 0
    assert "In force: decision 2, DECLARE." in done.stdout
    assert "XF-02 ACT" in done.stdout
    assert "rule: The goods price of an imported parcel is within the limit of list clearance" in done.stdout
    assert "replaces decision 1" in done.stdout


def test_a_house_bill_nobody_knows_ends_with_1(up: Up) -> None:
    done = up.call("explain", "KX-NEVER-SENT")
    assert done.returncode == 1
    assert done.stderr.startswith("tonggwan: no decision on house bill KX-NEVER-SENT:")


def test_a_record_set_aside_is_listed_and_shown(up: Up, set_aside: str) -> None:
    listed = {letter["origin"]: letter for letter in lines(up.call("dead-letters", "list", "--json"))}
    assert (listed[set_aside]["code"], listed[set_aside]["bytes"], listed[set_aside]["key"]) == ("READ-03", 7, None)
    assert "7b 62 72 6f 6b 65 6e" in up.call("dead-letters", "show", set_aside).stdout
    assert up.call("dead-letters", "show", set_aside, "--raw").stdout == "{broken"


def test_a_replay_sends_the_same_bytes_to_where_they_came_from(up: Up, set_aside: str) -> None:
    dry = up.call("dead-letters", "replay", "--code", "READ-03", "--dry-run")
    assert (dry.returncode, dry.stdout) == (0, f"would send {set_aside}\n")
    done = up.call("dead-letters", "replay", set_aside)
    assert (done.returncode, done.stdout) == (0, f"sent {set_aside}\n")
    topic = set_aside.rsplit("-", 1)[0]
    until = time.monotonic() + 30
    while f"{topic}-1" not in (
        known := {letter["origin"] for letter in lines(up.call("dead-letters", "list", "--json"))}
    ):
        assert time.monotonic() < until, known
    assert f"header   x-replayed-from: {set_aside}" in up.call("dead-letters", "show", f"{topic}-1").stdout
    assert up.call("dead-letters", "show", f"{topic}-1", "--raw").stdout == "{broken"


def test_a_record_nobody_set_aside_cant_be_replayed(up: Up) -> None:
    done = up.call("dead-letters", "replay", "manifests.kx-0-999")
    assert done.returncode == 1
    assert (
        done.stderr
        == "tonggwan: no record from manifests.kx-0-999 was set aside: `tonggwan dead-letters list` lists those that "
        "were.\n"
    )


def test_topics_are_created_once(up: Up) -> None:
    first, second = (up.call("topics", "--carrier", "live-topics") for _ in range(2))
    assert first.stdout == "created manifests.live-topics\ncreated receipts.live-topics\n"
    assert (second.returncode, second.stdout) == (0, "")


def test_a_second_up_on_the_same_folder_is_refused_and_disturbs_nothing(up: Up) -> None:
    done = up.call("up", "--port", "0")
    assert done.returncode == 1
    assert "another broker is using" in done.stderr
    assert up.call("topics").returncode == 0


def test_a_worker_that_is_killed_is_started_again_and_everything_balances(up: Up, tmp_path: Path) -> None:
    """Records flow while it dies; afterwards each is answered once."""
    file = tmp_path / "day.jsonl"
    file.write_text(
        "".join(
            json.dumps(manifest) + "\n"
            for carrier, manifest in day(parcels=2000, parcels_per_manifest=50)
            if carrier == "bw"
        )
    )
    share = up.share(1)
    assert share is not None
    os.kill(share.pid, signal.SIGKILL)
    done = up.call("publish", file, "--carrier", "bw", "--follow", "--json")
    assert "No answer" not in done.stderr
    until = time.monotonic() + 30
    while (again := up.share(1)) is None or again.pid == share.pid:
        assert time.monotonic() < until
        time.sleep(0.1)
    assert "worker-1 was killed by SIGKILL; restarting it." in (up.folder / "said").read_text()
    assert balanced(up)["holds"]


def balanced(up: Up) -> dict[str, Any]:
    """What `reconcile` says last, once every parcel is decided."""
    until = time.monotonic() + 30
    while (balance := up.call("reconcile", "--json")).returncode:
        assert time.monotonic() < until, balance.stdout
    return lines(balance)[-1]


def alone(house_bill: str, code: str, **changes: object) -> str:
    """A manifest of one parcel to a consignee of its own."""
    manifest = json.loads(EXAMPLE.read_text())
    parcel = manifest["parcels"][0] | {"house_bill": house_bill} | changes
    parcel["consignee"]["clearance_code"] = code
    return json.dumps(manifest | {"manifest_id": f"KX-{house_bill}", "parcels": [parcel]})


def test_an_officer_holds_a_parcel_and_lets_it_go(up: Up) -> None:
    house_bill = "KX826110009001"
    assert (
        up.call("publish", "-", "--carrier", "kx", "--follow", text=alone(house_bill, "P900000000018")).returncode == 0
    )
    [decision], _ = up.follow("--house-bill", house_bill, count=1)
    for sequence, what, outcome in ((2, "hold", "HOLD"), (3, "release", decision["outcome"])):
        done = up.call("act", house_bill, what, "--by", "officer 7", "--why", "as seen")
        assert done.returncode == 0, done.stderr
        latest = up.follow("--house-bill", house_bill, count=sequence)[0][-1]
        assert (latest["sequence"], latest["supersedes"], latest["event"], latest["outcome"]) == (
            sequence,
            sequence - 1,
            "OFFICER",
            outcome,
        )


def test_a_sender_who_comes_onto_the_list_has_what_is_in_flight_held(up: Up, tmp_path: Path) -> None:
    house_bill, sender = "KX826110009002", "Quiverton Lantern Trading Co Ltd"
    consignor = json.loads(EXAMPLE.read_text())["parcels"][0]["consignor"] | {"name": sender}
    assert (
        up.call(
            "publish", "-", "--carrier", "kx", "--follow", text=alone(house_bill, "P900000000026", consignor=consignor)
        ).returncode
        == 0
    )
    up.follow("--house-bill", house_bill, count=1)
    table = tmp_path / "watchlist.csv"
    table.write_text(
        f"entry,list,kind,names,weak,countries,born,addresses,source\nT-1,TEST,ORGANISATION,{sender},,,,,A test\n"
    )
    done = up.call("reference", "load", table, "--why", "a test")
    assert done.returncode == 0, done.stderr
    for what in ("HOLD", "held already"):
        done = up.call("rescreen", "--json")
        assert done.returncode == 0, done.stderr
        assert [(row["house_bill"], row["entry"], row["what"]) for row in lines(done)] == [(house_bill, "T-1", what)]
        latest = up.follow("--house-bill", house_bill, count=2)[0][-1]
        assert (latest["supersedes"], latest["event"], latest["outcome"]) == (1, "LIST_CHANGED", "HOLD")


def test_scenarios_are_judged_by_what_is_on_kafka(up: Up, tmp_path: Path) -> None:
    small = ("--days", 1, "--parcels", 200, "--scale", 0.01)
    assert up.call("scenarios", "generate", tmp_path, *small).returncode == 0
    for file in tmp_path.glob("*.jsonl"):
        assert "No answer" not in up.call("publish", file, "--carrier", file.stem, "--follow").stderr
    balanced(up)
    [run], [judged] = (
        lines(up.call("scenarios", *words, "--json")) for words in (("run", *small), ("judge", tmp_path / "truth.csv"))
    )
    assert judged["planted"] == run["planted"] > 0
    assert [scenario["parcels"] for scenario in judged["scenarios"]] == [
        scenario["parcels"] for scenario in run["scenarios"]
    ]


def test_the_key_for_tokens_is_ours_alone_and_stays(up: Up) -> None:
    keys = up.folder / "token_keys"
    assert keys.stat().st_mode & 0o777 == 0o600
    assert keys.read_text().startswith("k1:")

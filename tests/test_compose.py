"""docker-compose.yml: it is valid, and says the same as the settings and the embedded broker."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import pytest
from ruamel.yaml import YAML

from streams.local.broker_folder import SERVER_SETTINGS
from streams.local.jars import KAFKA_VERSION, fetch, find_java
from streams.settings import CHECKOUT, KEY_FILE, Settings, variable

COMPOSE: Final = CHECKOUT / "docker-compose.yml"
LOADER: Final = "github.com/compose-spec/compose-go/v2/cmd@v2.16.2"
"""The reference loader, which `docker compose` itself uses."""
SERVICES: Final[Mapping[str, Any]] = YAML(typ="safe").load(COMPOSE)["services"]
BROKERS: Final = {name: service for name, service in SERVICES.items() if service["image"].startswith("apache/kafka")}
OURS: Final = {name: service for name, service in SERVICES.items() if name not in BROKERS}
WORKERS: Final = {name: service for name, service in OURS.items() if service["command"] == ["worker"]}
DIFFERS: Final = {
    "process.roles",
    "node.id",
    "listeners",
    "inter.broker.listener.name",
    "listener.security.protocol.map",
}
"""What a broker among containers can't have in common with one on this machine."""


def settings_of(broker: Mapping[str, Any]) -> dict[str, str]:
    """A container's Kafka settings by Kafka's own names."""
    environment = broker["environment"].items()
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environment
        if name.startswith("KAFKA_") and name != "KAFKA_HEAP_OPTS"
    }


def profile(name: str, services: Mapping[str, Any]) -> dict[str, Any]:
    return {each: service for each, service in services.items() if service["profiles"] == [name]}


def test_it_keeps_to_the_schema() -> None:
    check = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [check, "--builtin-schema", "vendor.compose-spec", COMPOSE], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_reference_loader_takes_it() -> None:
    """Interpolation, merges, references between services: what the schema can't see."""
    done = subprocess.run([_loader(), COMPOSE], capture_output=True, text=True, check=False, cwd=CHECKOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(YAML(typ="safe").load(done.stdout)["services"]) == set(SERVICES)


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_a_setting(service: str) -> None:
    known = {variable(each.name) for each in fields(Settings)} | {KEY_FILE}
    assert set(OURS[service]["environment"]) <= known


@pytest.mark.parametrize("service", OURS)
def test_its_values_are_allowed(service: str) -> None:
    environment = {name: value for name, value in OURS[service]["environment"].items() if name != KEY_FILE}
    settings = Settings.read(environment)
    brokers = list(profile(SERVICES[service]["profiles"][0], BROKERS))
    assert settings.brokers.split(",") == [f"{name}:9092" for name in brokers]
    assert settings.replication == len(brokers)


def test_the_image_takes_settings_that_exist() -> None:
    named = re.findall(r"INTAKE_[A-Z_]+", (CHECKOUT / "Dockerfile").read_text())
    assert named
    assert set(named) <= {variable(each.name) for each in fields(Settings)}


def test_one_broker_has_what_the_settings_default_to() -> None:
    (broker,) = profile("single", BROKERS).values()
    defaults = Settings()
    assert broker["ports"] == [f"127.0.0.1:{defaults.kafka_port}:{defaults.kafka_port}"]
    assert broker["environment"]["KAFKA_HEAP_OPTS"] == f"-Xmx{defaults.kafka_heap_mb}m"
    assert len(profile("single", WORKERS)) == defaults.workers
    assert settings_of(broker)["default.replication.factor"] == str(defaults.replication)


def test_one_broker_has_what_the_embedded_one_has() -> None:
    (broker,) = profile("single", BROKERS).values()
    found = settings_of(broker)
    common = found.keys() & SERVER_SETTINGS.keys() - DIFFERS
    assert len(common) >= 12
    assert {name: found[name] for name in common} == {name: SERVER_SETTINGS[name] for name in common}


def test_three_brokers_keep_everything_three_times() -> None:
    """The usual examples leave Kafka's own topics at one copy, and a lost broker then loses every reader's place."""
    brokers = profile("cluster", BROKERS)
    assert len(brokers) == 3
    for broker in brokers.values():
        found = settings_of(broker)
        assert {value for name, value in found.items() if name.endswith("replication.factor")} == {"3"}
        assert {value for name, value in found.items() if name.endswith(("min.isr", "min.insync.replicas"))} == {"2"}
    assert {broker["environment"]["KAFKA_NODE_ID"] for broker in brokers.values()} == {"1", "2", "3"}
    assert len({broker["environment"]["CLUSTER_ID"] for broker in brokers.values()}) == 1


@pytest.mark.parametrize("service", BROKERS)
def test_a_broker_keeps_its_data_and_is_seen_from_this_machine_only(service: str) -> None:
    broker = BROKERS[service]
    assert broker["image"] == f"apache/kafka:{KAFKA_VERSION}"
    assert f"{service}:{broker['environment']['KAFKA_LOG_DIRS']}" in broker["volumes"]
    assert all(port.startswith("127.0.0.1:") for port in broker["ports"])
    assert broker["healthcheck"]["test"][0] == "CMD"


@pytest.mark.broker
@pytest.mark.parametrize("service", BROKERS)
def test_kafka_itself_takes_the_settings_of(service: str, tmp_path: Path) -> None:
    """Format a folder with them, as the image does at its first start."""
    found = settings_of(BROKERS[service]) | {"log.dirs": str(tmp_path / "data")}
    (tmp_path / "server.properties").write_text("".join(f"{name}={value}\n" for name, value in found.items()))
    jars = os.pathsep.join(map(str, fetch(Settings().kafka_dir)))
    command = [
        find_java(),
        "-cp",
        jars,
        "kafka.tools.StorageTool",
        "format",
        "--cluster-id",
        BROKERS[service]["environment"]["CLUSTER_ID"],
    ]
    done = subprocess.run(
        [*command, "--config", tmp_path / "server.properties"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FeatureLevelRecord(name='transaction.version', featureLevel=2)" in done.stdout


@pytest.mark.parametrize("name", ["single", "cluster"])
def test_workers_wait_for_the_topics_and_the_topics_for_every_broker(name: str) -> None:
    brokers, workers = profile(name, BROKERS), profile(name, WORKERS)
    ((init, first),) = ((each, service) for each, service in profile(name, OURS).items() if each not in workers)
    assert first["command"] == ["topics"]
    assert first["restart"] == "no"
    assert first["depends_on"] == {broker: {"condition": "service_healthy"} for broker in brokers}
    for worker in workers.values():
        assert worker["depends_on"] == {init: {"condition": "service_completed_successfully"}}
        assert worker["restart"] == "unless-stopped"
    slots = [worker["environment"]["INTAKE_SLOT"] for worker in workers.values()]
    assert len(slots) == len(set(slots)) >= 2


@pytest.mark.parametrize("service", OURS)
def test_our_containers_can_do_no_more_than_they_need(service: str) -> None:
    found = OURS[service]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit"} <= found.keys()
    assert not [value for name, value in found["environment"].items() if "KEY" in name and name != KEY_FILE]


def test_every_image_is_pinned() -> None:
    for image in _images():
        assert re.fullmatch(r"[a-z/]+:\d+\.\d+\.\d+(-[a-z]+)*", image), image


def test_the_key_file_stays_out_of_git_and_of_the_image() -> None:
    assert "/secrets/" in (CHECKOUT / ".gitignore").read_text().split()
    assert (CHECKOUT / ".dockerignore").read_text().splitlines()[1] == "*"


def test_one_broker_is_what_starts_where_no_profile_is_named() -> None:
    assert "COMPOSE_PROFILES=single" in (CHECKOUT / ".env").read_text().splitlines()
    assert {name for service in SERVICES.values() for name in service["profiles"]} == {"single", "cluster"}


def _images() -> Iterator[str]:
    yield from (service["image"] for service in SERVICES.values())
    yield from re.findall(r"^FROM (\S+)", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)


def _loader() -> Path:
    """Build the loader once; without Go or a module proxy it can't be had."""
    folder = CHECKOUT / ".tonggwan" / f"compose-go-{LOADER.rpartition('@')[2]}"
    if not (folder / "cmd").exists():
        go = shutil.which("go")
        if go is None:
            pytest.skip("NOT CHECKED with the reference loader of compose files: no go on the PATH")
        built = subprocess.run(
            [go, "install", LOADER],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "GOBIN": str(folder)},
        )
        if built.returncode:
            pytest.skip(
                "NOT CHECKED with the reference loader of compose files: go can't build it "
                f"({built.stderr.strip().splitlines()[-1]})"
            )
    return folder / "cmd"


def test_the_builder_is_sent_what_the_image_is_made_of() -> None:
    copied = re.findall(r"^COPY (?!--from)(\S+) ", (CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)
    sent = (CHECKOUT / ".dockerignore").read_text().splitlines()
    metadata = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    folders = {name.partition("/")[0] for name in metadata["tool"]["hatch"]["build"]["targets"]["wheel"]["sources"]}
    needed = {*copied, "pyproject.toml", metadata["project"]["readme"], *folders} - {"."}
    assert {"requirements.txt", "requirements-build.txt"} <= needed
    for name in needed:
        assert f"!{name}" in sent
        assert (CHECKOUT / name).exists()

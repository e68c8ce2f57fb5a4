"""Java and Kafka's jars: what is missing is said in one sentence, and the cache is filled once."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from streams.local.jars import KAFKA_VERSION, JarsError, fetch, find_java, java_version

JAR = f"kafka_2.13-{KAFKA_VERSION}.jar"

MAVEN_THAT_WORKS = f"""#!/bin/sh
for word in "$@"; do case $word in -DoutputDirectory=*) folder=${{word#*=}} ;; esac; done
echo called >> "$(dirname "$0")/calls"
mkdir "$folder" && sleep 0.3 && touch "$folder/{JAR}"
"""
MAVEN_OFFLINE = """#!/bin/sh
echo '[ERROR] Failed to execute goal: Unknown host central.'
echo '[ERROR] To see the full stack trace, re-run.'
exit 1
"""


def program(folder: Path, name: str, text: str) -> None:
    """Write something that can be called."""
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on the PATH; it has a shell and its few helpers, and neither Java nor Maven."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "dirname", "mkdir", "sleep", "touch"):
        found = shutil.which(name)
        assert found
        (folder / name).symlink_to(found)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    return folder


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_402"', 8),
        ("", 0),
        ("No Java runtime present, requesting install.", 0),
    ],
)
def test_java_version(said: str, version: int) -> None:
    assert java_version(said) == version


@pytest.mark.usefixtures("path")
def test_no_java() -> None:
    with pytest.raises(
        JarsError, match="no java on the PATH: install Java 17 or newer, or set INTAKE_BROKERS to a running Kafka"
    ):
        find_java()


def test_no_java_where_java_home_points(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(path))
    with pytest.raises(JarsError, match=r"no java under JAVA_HOME \(.*\): install Java 17"):
        find_java()


@pytest.mark.parametrize(
    ("said", "named"), [('openjdk version "11.0.2"', "is Java 11,"), ("what?", "is Java of unknown version,")]
)
def test_old_java(path: Path, said: str, named: str) -> None:
    program(path, "java", f"#!/bin/sh\necho '{said}' >&2\n")
    with pytest.raises(JarsError, match=f"{named} Kafka {KAFKA_VERSION} needs 17 or newer: install one"):
        find_java()


@pytest.mark.usefixtures("path")
def test_no_maven(tmp_path: Path) -> None:
    with pytest.raises(JarsError, match=r"no mvn on the PATH to fetch Kafka .* with: install Maven"):
        fetch(tmp_path / "jars")


def test_maven_without_a_network(path: Path, tmp_path: Path) -> None:
    program(path, "mvn", MAVEN_OFFLINE)
    with pytest.raises(
        JarsError,
        match=r"Maven can't fetch Kafka .* \(Failed to execute goal: Unknown host central\): check the network",
    ):
        fetch(tmp_path / "jars")
    assert not (tmp_path / "jars").exists()


def test_what_was_fetched_half_is_fetched_anew(path: Path, tmp_path: Path) -> None:
    program(path, "mvn", MAVEN_THAT_WORKS)
    (tmp_path / "jars.half").mkdir()
    assert fetch(tmp_path / "jars") == (tmp_path / "jars" / JAR,)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["bin", "jars", "jars.lock"]


def test_many_at_once_fetch_once(path: Path, tmp_path: Path) -> None:
    program(path, "mvn", MAVEN_THAT_WORKS)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(fetch, [tmp_path / "jars"] * 8))
    assert found == {(tmp_path / "jars" / JAR,)}
    assert (path / "calls").read_text() == "called\n"


def test_a_folder_that_holds_something_else(tmp_path: Path) -> None:
    with pytest.raises(JarsError, match=r"holds no Kafka .*: remove the folder"):
        fetch(tmp_path)

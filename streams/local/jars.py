"""Java and Kafka's jars: found, or fetched once by Maven into a cache folder."""

import fcntl
import logging
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from streams.errors import OperatorError

KAFKA_VERSION: Final = "4.4.0"
JAVA_MIN: Final = 17
EMBEDDED: Final = Path(__file__).resolve().parent / "embedded"
MAVEN_SECONDS_MAX: Final = 900

log = logging.getLogger(__name__)


class JarsError(OperatorError):
    """The embedded broker can't have what it runs on."""


def find_java() -> str:
    """Path of a Java that can run the broker: that of JAVA_HOME, or the first on the PATH."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    if java is None:
        where = f"under JAVA_HOME ({home})" if home else "on the PATH"
        raise JarsError(f"no java {where}: install Java {JAVA_MIN} or newer, or set INTAKE_BROKERS to a running Kafka.")
    printed = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603 - a path we found ourselves
    if (version := java_version(printed.stderr)) < JAVA_MIN:
        raise JarsError(
            f"{java} is Java {version or 'of unknown version'}, Kafka {KAFKA_VERSION} needs {JAVA_MIN} or newer: "
            "install one, or point JAVA_HOME at it."
        )
    return java


def java_version(printed: str) -> int:
    """Major number of what `java -version` said; 0 when it said none."""
    found = re.search(r'version "(?:1\.)?([0-9]+)', printed)
    return int(found[1]) if found else 0


def fetch(folder: Path) -> tuple[Path, ...]:
    """Name Kafka's jars, sorted; fetch them first when the folder isn't there.

    The folder appears whole or not at all: Maven fills another beside it, which is then renamed.
    Of several processes that start at once, one fetches and the others wait for it.
    """
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.is_dir():
                _fetch(folder)
    jars = tuple(sorted(folder.glob("*.jar")))
    if folder / f"kafka_2.13-{KAFKA_VERSION}.jar" not in jars:
        raise JarsError(f"{folder} holds no Kafka {KAFKA_VERSION}: remove the folder so that it is fetched again.")
    return jars


def _fetch(folder: Path) -> None:
    """Have Maven copy the jars; the caller holds the lock, so that nobody else uses the same half-filled folder."""
    maven = shutil.which("mvn")
    if maven is None:
        raise JarsError(
            f"no mvn on the PATH to fetch Kafka {KAFKA_VERSION} with: install Maven, or set INTAKE_BROKERS to a "
            "running Kafka."
        )
    log.info("Fetching Kafka %s with Maven (45 MB, only once) …", KAFKA_VERSION)
    half = folder.parent / f"{folder.name}.half"
    shutil.rmtree(half, ignore_errors=True)
    command = [
        maven, "--batch-mode", "--quiet", "-Dstyle.color=never", "--file", str(EMBEDDED / "pom.xml"),
        "dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={half}",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=MAVEN_SECONDS_MAX)  # noqa: S603 - fixed words and our own paths
    except subprocess.TimeoutExpired as error:
        raise JarsError(
            f"Maven hasn't fetched Kafka {KAFKA_VERSION} in {MAVEN_SECONDS_MAX} s: check the network, then try again."
        ) from error
    if done.returncode:
        raise JarsError(
            f"Maven can't fetch Kafka {KAFKA_VERSION} ({_first_error(done.stdout + done.stderr)}): check the "
            "network and Maven's settings, then try again."
        )
    half.rename(folder)


def _first_error(printed: str) -> str:
    """The first line Maven marks as an error, shortened."""
    errors = [line.removeprefix("[ERROR] ").strip() for line in printed.splitlines() if line.startswith("[ERROR] ")]
    return (errors or printed.split("\n") or [""])[0].rstrip(".:")[:300]

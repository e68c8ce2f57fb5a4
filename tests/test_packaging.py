"""The wheel: one import name, a command that runs beside other packages of our names, and all it needs."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path
from typing import Final

import pytest

from streams import __version__
from streams.settings import CHECKOUT

FOREIGN: Final = "raise SystemExit('a foreign {name} was imported')\n"
EXAMPLE: Final = CHECKOUT / "schemas" / "examples" / "manifest.v1" / "import_express.json"
TRAINING: Final = ("lightgbm", "numpy", "scipy")
LOADING: Final = ("hdrh", "matplotlib")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command as pip installs it in an environment of its own, where a foreign package `agents` is installed too.

    What it depends on is borrowed from the environment of the tests, without what only training and load reports need.
    """
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = folder / "lib" / version / "site-packages"
    plant(site, "agents")
    libraries = tmp_path_factory.mktemp("libraries")
    ours = Path(pytest.__file__).parents[1]
    for path in ours.iterdir():
        if not path.name.startswith((*TRAINING, *LOADING, "__pycache__")) and path.suffix != ".pth":
            (libraries / path.name).symlink_to(path)
    (site / "libraries.pth").write_text(f"{libraries}\n", encoding="utf-8")
    return folder / "bin" / "tonggwan"


def plant(folder: Path, name: str) -> None:
    """Put a package that must not be imported into a folder."""
    (folder / name).mkdir(exist_ok=True)
    (folder / name / "__init__.py").write_text(FOREIGN.format(name=name), encoding="utf-8")


def run(command: Path, *args: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Call the command in a folder, with a home of its own and nothing of this checkout on the path."""
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    return subprocess.run([command, *args], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_the_wheel_has_one_import_name_and_the_licences_of_its_data(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {"tonggwan", f"tonggwan-{__version__}.dist-info"}
    for folder in ("agents", "schemas", "streams", "reference", "conformance"):
        assert any(name.startswith(f"tonggwan/app/{folder}/") for name in names), folder
    licences = sorted(path.name for path in (CHECKOUT / "reference" / "licences").iterdir())
    assert sorted(Path(name).name for name in names if "/reference/licences/" in name and "/app/" in name) == licences
    assert not [name for name in names if "/bench/" in name or "/tests/" in name]


def test_it_says_its_version_beside_a_foreign_package(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "--version", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, f"tonggwan, version {__version__}\n"), done.stderr


def test_its_metadata_name_the_python_that_it_was_tested_on(installed: Path) -> None:
    tells = "from importlib.metadata import metadata; print(*metadata('tonggwan').get_all('Classifier'), sep='\\n')"
    done = run(installed.with_name("python"), "-c", tells, folder=installed.parent)
    assert f"Programming Language :: Python :: 3.{sys.version_info.minor}" in done.stdout.splitlines()


def test_it_checks_a_manifest_in_a_folder_that_has_schemas_of_its_own(installed: Path, tmp_path: Path) -> None:
    plant(tmp_path, "schemas")
    done = run(installed, "check", str(EXAMPLE), "--at", "2026-11-23T14:02:16+09:00", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ACCEPTED KX-2026-11-23-0007")


def test_training_says_how_to_get_its_libraries(installed: Path, tmp_path: Path) -> None:
    declarations = CHECKOUT / "tools" / "figures" / "data" / "risk" / "valid.csv.gz"
    done = run(installed, "risk", "evaluate", str(declarations), folder=tmp_path)
    assert done.returncode == 1
    assert "pip install 'tonggwan[train]'" in done.stderr


def test_load_says_how_to_get_its_libraries_and_goes_on_without(installed: Path, tmp_path: Path) -> None:
    done = run(installed, "load", "--bootstrap", "127.0.0.1:1", "--out", str(tmp_path / "out"), folder=tmp_path)
    assert done.returncode == 1
    assert "Without HdrHistogram files and a PNG: for them, run pip install 'tonggwan[load]'." in done.stderr
    assert "no Kafka answers on 127.0.0.1:1" in done.stderr

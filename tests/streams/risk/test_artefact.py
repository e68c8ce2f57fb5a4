"""A model is read as it was written, or not at all."""

import gzip
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from streams.risk.artefact import FILE, ModelError, read_model
from streams.settings import Settings

SHIPPED = Settings().risk_model_dir


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for file in SHIPPED.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    return tmp_path


def history(folder: Path) -> Path:
    return next(folder.glob("history-*.csv.gz"))


def edit(folder: Path, **changes: object) -> None:
    said = orjson.loads((folder / FILE).read_bytes())
    (folder / FILE).write_bytes(orjson.dumps(said | changes))


def test_the_shipped_model_is_whole_and_small(folder: Path) -> None:
    model = read_model(folder)
    assert model is not None
    said = orjson.loads((folder / FILE).read_bytes())
    assert model.version == f"{said['last_day']}.{said['digest']}"
    assert history(folder).name == f"history-{said['digest']}.csv.gz"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 1_000_000


def test_other_layout_of_the_same_content_is_the_same_model(folder: Path) -> None:
    edit(folder)
    model, shipped = read_model(folder), read_model(SHIPPED)
    assert model is not None
    assert shipped is not None
    assert model.version == shipped.version


def test_an_empty_folder_and_none_at_all_hold_no_model(tmp_path: Path) -> None:
    assert read_model(tmp_path) is None
    assert read_model(tmp_path / "nowhere") is None


def _other_history(folder: Path) -> None:
    path = history(folder)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b",1,0,0\n", b",1,1,0\n", 1)))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(lambda folder: edit(folder, last_day="2021-12-31"), "was changed", id="another last day"),
        pytest.param(_other_history, "was changed", id="one count of the history"),
        pytest.param(lambda folder: history(folder).unlink(), "can't be read", id="no history"),
        pytest.param(
            lambda folder: history(folder).write_bytes(b"nothing packed"),
            "is damaged",
            id="a history that is not packed",
        ),
        pytest.param(
            lambda folder: history(folder).write_bytes(history(folder).read_bytes()[:-100]),
            "is damaged",
            id="half a history",
        ),
        pytest.param(lambda folder: edit(folder, format=2), "another format", id="another format"),
        pytest.param(lambda folder: edit(folder, families=["goods"]), "another format", id="other families"),
        pytest.param(lambda folder: (folder / FILE).write_bytes(b"{"), "is no risk model", id="half a file"),
        pytest.param(lambda folder: edit(folder, fraud={}), "is no risk model", id="no tables"),
    ],
)
def test_a_spoilt_model_is_refused(folder: Path, spoil: Callable[[Path], object], said: str) -> None:
    spoil(folder)
    with pytest.raises(ModelError, match=said):
        read_model(folder)

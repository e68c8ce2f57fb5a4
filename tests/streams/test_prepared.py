"""What is prepared once is the same from the cache, and nothing but the user's own file is read."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest

from agents.rules.parties import listed_parties
from streams import prepared as module
from streams.prepared import KEPT_MAX, prepared
from streams.reference import FOLDER, load, load_prepared
from tests.parcels import TODAY, header, parcel


def builder(value: object) -> tuple[list[int], Callable[[], object]]:
    """How often something was built, and what builds it."""
    built: list[int] = []

    def build() -> object:
        built.append(1)
        return value

    return built, build


def test_it_is_built_once_and_then_read(tmp_path: Path) -> None:
    built, build = builder({"a": (1, 2)})
    for _ in range(3):
        assert prepared("x", [b"data"], build, tmp_path / "cache") == {"a": (1, 2)}
    assert len(built) == 1


def test_other_data_and_other_code_are_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built, build = builder("value")
    prepared("x", [b"data"], build, tmp_path)
    prepared("x", [b"other"], build, tmp_path)
    monkeypatch.setattr(module, "_code", lambda: b"another version")
    prepared("x", [b"data"], build, tmp_path)
    assert len(built) == 3


def test_a_broken_file_is_said_and_built_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    built, build = builder("value")
    prepared("x", [b"data"], build, tmp_path)
    (file,) = tmp_path.glob("x-*")
    file.write_bytes(b"\x80\x05broken")
    file.chmod(0o600)
    with caplog.at_level(logging.WARNING):
        assert prepared("x", [b"data"], build, tmp_path) == "value"
    assert "made again" in caplog.text
    assert len(built) == 2


@pytest.mark.parametrize("place", ["file", "folder"])
def test_what_others_may_write_is_never_read(place: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A pickle runs code: one that somebody else put there must not."""
    folder = tmp_path / "cache"
    built, build = builder("value")
    prepared("x", [b"data"], build, folder)
    (file,) = folder.glob("x-*")
    file.write_bytes(b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR.")
    (file if place == "file" else folder).chmod(0o777)
    with caplog.at_level(logging.WARNING):
        assert prepared("x", [b"data"], build, folder) == "value"
    assert "written by others" in caplog.text
    assert not (tmp_path / "ran").exists()
    assert len(built) == 2


def test_old_files_go(tmp_path: Path) -> None:
    _, build = builder("value")
    for number in range(KEPT_MAX + 3):
        prepared("x", [str(number).encode()], build, tmp_path)
    assert len(list(tmp_path.glob("x-*"))) == KEPT_MAX


def test_a_folder_that_cannot_be_written_stops_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    _, build = builder("value")
    with caplog.at_level(logging.WARNING):
        assert prepared("x", [b"data"], build, tmp_path / "cache") == "value"
    assert "takes as long as this one" in caplog.text


def test_reference_data_from_the_cache_screens_and_understands_as_loaded(tmp_path: Path) -> None:
    fresh = load(FOLDER)
    kept = [load_prepared(None, tmp_path) for _ in range(2)][1]
    assert kept.version == fresh.version
    assert kept.hs_codes == fresh.hs_codes
    law = fresh.on(TODAY)
    name = next(iter(fresh.watchlist._base.entries.values())).names[0]
    listed = parcel(consignor={"name": name}, items=[{"description": "stun gun and whisky 700 ml"}])
    assert listed_parties(listed, header(), kept, law) == listed_parties(listed, header(), fresh, law) != ()
    for item in listed.items:
        assert kept.goods.understand(item) == fresh.goods.understand(item)

"""Settings of importer verification: what is read, what is refused, and that the key shows nowhere."""

from pathlib import Path

import pytest

from streams.settings import API_KEY_FILE, Downtime, InvalidSettingError, Settings

SECRET = "k240e240y000"  # noqa: S105 - made up


@pytest.mark.parametrize(
    "address",
    [
        "https://unipass.customs.go.kr:38010",
        "https://customs.example/gate/",
        "http://127.0.0.1:8080",
        "http://localhost",
        "",
    ],
)
def test_addresses(address: str) -> None:
    assert Settings.read({"INTAKE_IMPORTER_API": f" {address} "}).importer_api == address.rstrip("/")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("INTAKE_IMPORTER_API", "http://unipass.customs.go.kr:38010", "without TLS only localhost"),
        ("INTAKE_IMPORTER_API", "http://localhost.example", "set https://host:port"),
        ("INTAKE_IMPORTER_API", "https://user:word@customs.example", "set https://host:port"),
        ("INTAKE_IMPORTER_API", "https://customs.example/?a=b", "set https://host:port"),
        ("INTAKE_IMPORTER_API", "unipass.customs.go.kr", "set https://host:port"),
        ("INTAKE_IMPORTER_TIMEOUT_S", "181", "from 1 to 180"),
        ("INTAKE_IMPORTER_DOWNTIMES", "2026-12-05", "set begin/end"),
        ("INTAKE_IMPORTER_DOWNTIMES", "2026-12-05T22:00:00/2026-12-06T06:00:00", "set begin/end"),
        ("INTAKE_IMPORTER_DOWNTIMES", "2026-12-06T06:00:00Z/2026-12-05T22:00:00Z", "set begin/end"),
        (
            "INTAKE_IMPORTER_DOWNTIMES",
            "2026-12-05T22:00:00Z/2026-12-06T06:00:00Z/2026-12-07T06:00:00Z",
            "set begin/end",
        ),
        (
            API_KEY_FILE,
            "/no/such/file",
            "can't be read (No such file or directory): write the key there, nothing else.",
        ),
    ],
)
def test_refused(name: str, text: str, says: str) -> None:
    with pytest.raises(InvalidSettingError) as refused:
        Settings.read({name: text})
    assert says in str(refused.value)


def test_downtimes() -> None:
    given = "2026-12-05T22:00:00+09:00/2026-12-06T06:00:00+09:00, 1970-01-01T00:00:00Z/1970-01-01T00:01:00Z"
    assert Settings.read({"INTAKE_IMPORTER_DOWNTIMES": given}).importer_downtimes == (
        Downtime(1_796_475_600.0, 1_796_504_400.0),
        Downtime(0.0, 60.0),
    )


def test_the_key_comes_from_a_file_and_is_in_no_repr(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{SECRET}\n")
    settings = Settings.read({API_KEY_FILE: str(file)})
    assert settings.importer_api_key == SECRET
    assert SECRET not in repr(settings)
    with pytest.raises(
        InvalidSettingError, match="both INTAKE_IMPORTER_API_KEY and INTAKE_IMPORTER_API_KEY_FILE are set"
    ):
        Settings.read({API_KEY_FILE: str(file), "INTAKE_IMPORTER_API_KEY": SECRET})


def test_a_wrong_key_is_not_quoted() -> None:
    with pytest.raises(InvalidSettingError) as refused:
        Settings.read({"INTAKE_IMPORTER_API_KEY": f"{SECRET}!"})
    assert SECRET not in str(refused.value)

"""Settings: what is read, and what stops the start with which sentence."""

from dataclasses import fields
from pathlib import Path

import pytest

from streams.settings import CHECKOUT, KEY_FILE, InvalidSettingError, Settings, TokenKey, state_dir, variable

HEX = "00112233445566778899aabbccddeeff"


def test_without_any_variable_everything_has_its_default() -> None:
    assert Settings.read({"PATH": "/bin", "HOME": "/"}) == Settings()


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        pytest.param("INTAKE_BROKERS", "kafka:9092", "brokers", "kafka:9092", id="one address"),
        pytest.param("INTAKE_BROKERS", " a:1, b:2 ", "brokers", "a:1,b:2", id="two addresses, spaces between"),
        pytest.param("INTAKE_BROKERS", "[::1]:9092", "brokers", "[::1]:9092", id="an IPv6 address"),
        pytest.param("INTAKE_BROKERS", "", "brokers", "", id="none"),
        pytest.param("INTAKE_WORKERS", "64", "workers", 64, id="the most workers"),
        pytest.param("INTAKE_KAFKA_PORT", "0", "kafka_port", 0, id="any free port"),
        pytest.param("INTAKE_DATA_DIR", "/srv/통관", "data_dir", Path("/srv/통관"), id="a folder"),
        pytest.param("INTAKE_SLOT", "seoul-1", "slot", "seoul-1", id="a slot"),
        pytest.param("INTAKE_LOG_LEVEL", "debug", "log_level", "DEBUG", id="a level in small letters"),
        pytest.param(
            "INTAKE_TOKEN_KEYS", f"k1:{HEX}", "token_keys", (TokenKey("k1", bytes.fromhex(HEX)),), id="one key"
        ),
        pytest.param(
            "INTAKE_TOKEN_KEYS",
            f"k2:{HEX}ff, k1:{HEX}",
            "token_keys",
            (TokenKey("k2", bytes.fromhex(HEX + "ff")), TokenKey("k1", bytes.fromhex(HEX))),
            id="two keys",
        ),
    ],
)
def test_read(name: str, text: str, field: str, value: object) -> None:
    assert getattr(Settings.read({name: text}), field) == value


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        pytest.param(
            {"INTAKE_BROKR": "x"}, "no such setting: INTAKE_BROKR; did you mean INTAKE_BROKERS?", id="a letter missing"
        ),
        pytest.param(
            {"INTAKE_TOKEN_KEY_FILE": "x"},
            "no such setting: INTAKE_TOKEN_KEY_FILE; did you mean INTAKE_TOKEN_KEYS_FILE?",
            id="almost the key file",
        ),
        pytest.param({"INTAKE_": "x"}, "no such setting: INTAKE_; did you mean INTAKE_", id="no name at all"),
        pytest.param(
            {"INTAKE_WORKERS": "two"},
            "INTAKE_WORKERS is 'two': set a whole number from 1 to 64.",
            id="a number in words",
        ),
        pytest.param(
            {"INTAKE_WORKERS": "0"}, "INTAKE_WORKERS is '0': set a whole number from 1 to 64.", id="below the least"
        ),
        pytest.param(
            {"INTAKE_WORKERS": "65"}, "INTAKE_WORKERS is '65': set a whole number from 1 to 64.", id="above the most"
        ),
        pytest.param(
            {"INTAKE_WORKERS": ""}, "INTAKE_WORKERS is '': set a whole number from 1 to 64.", id="an empty number"
        ),
        pytest.param({"INTAKE_WORKERS": "٢"}, "INTAKE_WORKERS is '٢': set a whole number", id="digits, but not ASCII"),
        pytest.param({"INTAKE_WORKERS": "9" * 5000}, "set a whole number", id="more digits than Python converts"),
        pytest.param({"INTAKE_BROKERS": "kafka"}, "INTAKE_BROKERS is 'kafka': set host:port", id="no port"),
        pytest.param({"INTAKE_BROKERS": "kafka:99999"}, "set host:port", id="no such port"),
        pytest.param({"INTAKE_BROKERS": "a:1,,b:2"}, "set host:port", id="an address left out"),
        pytest.param({"INTAKE_DATA_DIR": " "}, "INTAKE_DATA_DIR is empty", id="an empty folder"),
        pytest.param({"INTAKE_GROUP": ""}, "INTAKE_GROUP is '': set a word", id="an empty group"),
        pytest.param({"INTAKE_SLOT": "a b"}, "INTAKE_SLOT is 'a b': set a word", id="a slot with a space"),
        pytest.param(
            {"INTAKE_LOG_LEVEL": "loud"},
            "INTAKE_LOG_LEVEL is 'loud': set one of DEBUG, INFO, WARNING, ERROR.",
            id="no level",
        ),
        pytest.param(
            {"INTAKE_HEARTBEAT_INTERVAL_MS": "2001"},
            "set the first to a third of the second or less",
            id="heartbeat too slow for its session",
        ),
        pytest.param(
            {"INTAKE_COMMIT_INTERVAL_MS": "5001"},
            "set the first to half of the second or less",
            id="commits too slow for their transaction",
        ),
        pytest.param(
            {"INTAKE_TOKEN_KEYS_FILE": "/no/such/file"},
            "INTAKE_TOKEN_KEYS_FILE names /no/such/file, which can't be read (No such file or directory)",
            id="no key file",
        ),
        pytest.param(
            {"INTAKE_TOKEN_KEYS_FILE": "/x", "INTAKE_TOKEN_KEYS": f"k:{HEX}"},
            "both INTAKE_TOKEN_KEYS and INTAKE_TOKEN_KEYS_FILE are set",
            id="keys twice",
        ),
    ],
)
def test_refused(environ: dict[str, str], says: str) -> None:
    with pytest.raises(InvalidSettingError) as refused:
        Settings.read(environ)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("c0ffee", "key 1 is not kid:hex", id="no kid"),
        pytest.param("k1:c0ffe", "key 1 is not kid:hex", id="half a byte"),
        pytest.param("k1:" + "zz" * 16, "key 1 is not kid:hex", id="not hex"),
        pytest.param(f"k1:{HEX},k 2:{HEX}", "key 2 is not kid:hex", id="a kid with a space"),
        pytest.param(f"k1:{HEX},", "key 2 is not kid:hex", id="a comma too many"),
        pytest.param("k1:" + "c0" * 15, "key 1 has 15 bytes; use 16 or more", id="a byte short"),
        pytest.param(f"k1:{HEX},k1:{HEX}00", "names two keys alike", id="one kid twice"),
    ],
)
def test_refused_keys_are_not_quoted(text: str, says: str) -> None:
    with pytest.raises(InvalidSettingError) as refused:
        Settings.read({"INTAKE_TOKEN_KEYS": text})
    assert says in str(refused.value)
    for secret in ("c0ff", "c0c0", "zz", HEX):
        assert secret not in str(refused.value)


def test_keys_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"k2:{HEX}\nk1:{HEX}00\n")
    assert [key.kid for key in Settings.read({KEY_FILE: str(file)}).token_keys] == ["k2", "k1"]


def test_secrets_are_in_no_repr() -> None:
    settings = Settings.read({"INTAKE_TOKEN_KEYS": f"k1:{HEX}"})
    for text in (repr(settings), str(settings), repr(settings.token_keys), f"{settings.token_keys[0]}"):
        assert HEX not in text
        assert repr(bytes.fromhex(HEX)) not in text


def test_every_default_is_allowed() -> None:
    numbers = {variable(each.name): str(each.default) for each in fields(Settings) if each.metadata}
    assert Settings.read(numbers) == Settings()


def test_every_field_says_what_it_is() -> None:
    """A line under each field, as in the source: operators read that file."""
    lines = (CHECKOUT / "streams" / "settings.py").read_text().splitlines()
    for each in fields(Settings):
        place = next(number for number, line in enumerate(lines) if line.startswith(f"    {each.name}: "))
        assert lines[place + 1].startswith('    """'), each.name


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        pytest.param({"XDG_STATE_HOME": "/var/state"}, "/var/state/tonggwan", id="the folder that is named"),
        pytest.param({"XDG_STATE_HOME": "state"}, "~/.local/state/tonggwan", id="a relative one is ignored"),
        pytest.param({}, "~/.local/state/tonggwan", id="none named"),
    ],
)
def test_an_installed_command_keeps_its_data_in_the_users_state_folder(environ: dict[str, str], folder: str) -> None:
    assert state_dir(environ) == Path(folder).expanduser()

"""Everything an operator can set, by its name in the environment: `INTAKE_` and the field's name in capitals."""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, Self

from agents.values.clock import parse_rfc3339
from streams.errors import OperatorError


def state_dir(environ: Mapping[str, str]) -> Path:
    """The user's state folder, as the XDG base directory specification has it; under /tmp for a user without a home."""
    return _user_dir(environ.get("XDG_STATE_HOME", ""), ".local/state")


def cache_dir(environ: Mapping[str, str]) -> Path:
    """The user's cache folder, likewise."""
    return _user_dir(environ.get("XDG_CACHE_HOME", ""), ".cache")


def _user_dir(named: str, in_home: str) -> Path:
    folder = Path(named)
    if not folder.is_absolute():
        home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
        folder = Path(home) / in_home if home.startswith("/") else Path(tempfile.gettempdir())
    return folder / "tonggwan"


CHECKOUT: Final = Path(__file__).resolve().parents[1]
"""The folder that holds agents/, schemas/, streams/ and their data: a checkout, or `app/` of the installed package."""
IS_INSTALLED: Final = not (CHECKOUT / "pyproject.toml").exists()
STATE_DIR: Final = state_dir(os.environ) if IS_INSTALLED else CHECKOUT / ".tonggwan"
"""Where a broker's data, keys and what was fetched are kept: with the checkout, or in the user's state folder."""
CACHE_DIR: Final = cache_dir(os.environ) if IS_INSTALLED else STATE_DIR / "cache"
"""Where what takes long to prepare is kept."""
PREFIX: Final = "INTAKE_"
KEY_BYTES_MIN: Final = 16
MIB: Final = 1024 * 1024

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
LOG_LEVELS: Final[tuple[LogLevel, ...]] = ("DEBUG", "INFO", "WARNING", "ERROR")


class InvalidSettingError(OperatorError):
    """A setting that nobody knows, or a value it can't have."""


@dataclass(frozen=True, slots=True)
class TokenKey:
    """One key for the tokens that stand for consignees; the current one makes them, older ones still recognise."""

    kid: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Downtime:
    """A time in which customs has announced that it will not answer, in Unix seconds."""

    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class IntRange:
    """The whole numbers a setting may have."""

    least: int
    most: int


def _number(least: int, most: int, default: int) -> Any:  # noqa: ANN401 - dataclasses.field() is typed as the field itself, whatever that is
    return field(default=default, metadata={"between": IntRange(least, most)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Read once, when the program starts; a wrong one stops it."""

    # Which Kafka

    brokers: str = ""
    """`host:port`, comma-separated, of the Kafka to work with; empty: none was given, so commands look for the one
    `tonggwan up` starts.
    """
    replication: int = _number(1, 9, 1)
    """Copies of each partition, when topics are created."""

    # The Kafka that `tonggwan up`, `demo` and the tests start on this machine

    data_dir: Path = STATE_DIR
    """Folder of everything this machine keeps; a relative one counts from the folder the command is called in."""
    cache_dir: Path = CACHE_DIR
    """Folder of what `tonggwan check` need not prepare twice; it may be removed at any time."""
    kafka_dir: Path = STATE_DIR / "kafka-4.4.0"
    """Folder of Kafka's jars; filled by Maven the first time."""
    kafka_port: int = _number(0, 65535, 29092)
    """Port on 127.0.0.1; 0 picks a free one."""
    kafka_heap_mb: int = _number(128, 65536, 512)
    """Memory for its objects, in megabytes."""

    # Workers

    workers: int = _number(1, 64, 2)
    """How many worker processes `tonggwan up` starts; more than there are cores bring nothing."""
    group: str = "tonggwan"
    """Name of the consumer group; two groups on one Kafka each do all the work."""
    slot: str = ""
    """Name of this worker, the same after each restart, so that Kafka fences a forgotten twin at once; empty: a
    random one.
    """
    commit_interval_ms: int = _number(10, 60_000, 100)
    """Length of one transaction; longer costs less, shorter answers sooner. A worker that has no rest makes it up to
    four times as long.
    """
    transaction_timeout_ms: int = _number(1_000, 60_000, 10_000)
    """After that, Kafka aborts what a dead worker left open; readers wait so long at most."""
    session_timeout_ms: int = _number(1_000, 300_000, 6_000)
    """After that without a heartbeat, another worker takes over."""
    heartbeat_interval_ms: int = _number(100, 60_000, 1_000)
    """At most a third of the session timeout."""
    max_poll_interval_ms: int = _number(10_000, 3_600_000, 300_000)
    """A worker that hasn't asked for records for so long is taken for stuck."""

    # Limits

    fetch_bytes_max: int = _number(64 * 1024, 64 * MIB, MIB)
    """Bytes of one partition that one request fetches; a single larger record still comes through."""
    unit_bytes_max: int = _number(MIB, 256 * MIB, 16 * MIB)
    """Output bytes of one transaction; above it a commit is forced."""
    unit_records_max: int = _number(100, 1_000_000, 50_000)
    """Output records of one transaction; above it a commit is forced."""
    memory_days: int = _number(1, 366, 30)
    """How long manifest numbers, house bills and consignees' histories are remembered."""

    # Asking customs about importers (`tonggwan verifier`)

    importer_api: str = ""
    """Address of customs' open interface, such as `https://unipass.customs.go.kr:38010`; without TLS only on this
    machine. Empty: nobody is asked, the register alone counts.
    """
    importer_api_key: str = field(default="", repr=False)
    """Key that customs issued for it. `INTAKE_IMPORTER_API_KEY_FILE` names a file that holds it."""
    importer_timeout_s: int = _number(1, 180, 180)
    """After so many seconds without an answer a question is pending and customs is out of order; 180 by law
    (E-commerce notice Art. 16).
    """
    importer_try_s: int = _number(1, 180, 10)
    """How long one try may take; within the time above it is tried again."""
    importer_connections: int = _number(1, 64, 8)
    """Questions asked at once, each on a connection that is kept."""
    importer_questions_per_s: int = _number(1, 1_000, 20)
    """Questions in a second, tries counted."""
    importer_failures_max: int = _number(1, 1_000, 5)
    """So many tries in a row that fail are an outage: customs is then left alone, and questions are pending at once."""
    importer_probe_s: int = _number(1, 3_600, 30)
    """During an outage, one question is tried each so many seconds."""
    importer_downtimes: tuple[Downtime, ...] = ()
    """Announced downtimes, `begin/end` in RFC 3339 with offset, comma-separated: nothing is asked in them."""
    importer_questions_open_max: int = _number(100, 1_000_000, 50_000)
    """Questions that wait for an answer; above it no further manifests are read."""
    importer_answer_hours: int = _number(1, 168, 24)
    """How long an answer holds before the same question is asked again."""
    importer_answers_kept_max: int = _number(0, 10_000_000, 200_000)
    """Answers remembered for that, about 250 bytes each; beyond, the oldest are asked again."""
    importer_give_up_hours: int = _number(1, 720, 72)
    """A question that brings no answer for so long, outages counted, is left to people; its parcels stay held."""

    # Law, secrets, words

    reference_dir: str = ""
    """Folder of reference data to use in place of that in the checkout."""
    risk_model_dir: Path = CHECKOUT / "reference" / "model"
    """Folder of the risk model (`tonggwan risk train`), read when a worker starts. Without a model there, parcels
    are decided by rules alone and their risk is null.
    """
    token_keys: tuple[TokenKey, ...] = field(default=(), repr=False)
    """`kid:hex`, comma-separated: keys for consignee tokens, at least 16 bytes each, the current one first.
    `INTAKE_TOKEN_KEYS_FILE` names a file that holds them.
    """
    log_level: LogLevel = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Take every `INTAKE_` variable; refuse those that mean nothing."""
        given = {name: value for name, value in environ.items() if name.startswith(PREFIX)}
        for file, (name, right) in FILES.items():
            given = _with_file(given, file, name, right)
        known = {variable(each.name): each for each in fields(cls)}
        for name in given:
            if name not in known:
                raise InvalidSettingError(_unknown(name, (*known, *FILES)))
        read: dict[str, Any] = {known[name].name: _value(name, known[name], value) for name, value in given.items()}
        settings = cls(**read)
        _check_together(settings)
        return settings


KEY_FILE: Final = PREFIX + "TOKEN_KEYS_FILE"
API_KEY_FILE: Final = PREFIX + "IMPORTER_API_KEY_FILE"
FILES: Final = {
    KEY_FILE: (PREFIX + "TOKEN_KEYS", "the keys there as kid:hex, a line each"),
    API_KEY_FILE: (PREFIX + "IMPORTER_API_KEY", "the key there, nothing else"),
}
"""Files that hold secrets: the setting each stands for, and what to write in it."""


def variable(name: str) -> str:
    """Name a field as the environment does."""
    return PREFIX + name.upper()


def _with_file(given: dict[str, str], file: str, name: str, right: str) -> dict[str, str]:
    """Put what a file of secrets holds in place of its name."""
    path = given.pop(file, "")
    if not path:
        return given
    if given.get(name):
        raise InvalidSettingError(f"both {name} and {file} are set: keep one of them.")
    try:
        text = Path(path).read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
        raise InvalidSettingError(f"{file} names {path}, which can't be read ({reason}): write {right}.") from error
    return given | {name: ",".join(text.split())}


def _unknown(name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.0)[0]
    return f"no such setting: {name}; did you mean {near}?"


def _value(name: str, of: Any, text: str) -> object:  # noqa: ANN401 - Field[Any]
    if between := of.metadata.get("between"):
        return _whole_number(name, between, text)
    read = READ.get(of.name)
    return read(name, text) if read else text.strip()


def _whole_number(name: str, between: IntRange, text: str) -> int:
    text = text.strip()
    number = int(text) if re.fullmatch(r"[0-9]{1,12}", text, re.ASCII) else None
    if number is None or not between.least <= number <= between.most:
        raise InvalidSettingError(f"{name} is {text!r}: set a whole number from {between.least} to {between.most}.")
    return number


def _folder(name: str, text: str) -> Path:
    if not text.strip():
        raise InvalidSettingError(f"{name} is empty: name a folder, or leave the setting out.")
    return Path(text.strip()).expanduser().absolute()


def _log_level(name: str, text: str) -> str:
    level = text.strip().upper()
    if level not in LOG_LEVELS:
        raise InvalidSettingError(f"{name} is {text!r}: set one of {', '.join(LOG_LEVELS)}.")
    return level


def _addresses(name: str, text: str) -> str:
    addresses = [each.strip() for each in text.split(",")] if text.strip() else []
    for address in addresses:
        host, _, port = address.rpartition(":")
        if not host or not re.fullmatch(r"[0-9]{1,5}", port, re.ASCII) or not 0 < int(port) < 2**16:
            raise InvalidSettingError(f"{name} is {text!r}: set host:port, several with commas between.")
    return ",".join(addresses)


def _identifier(name: str, text: str) -> str:
    word = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9._-]{0,100}", word, re.ASCII) or (not word and name != variable("slot")):
        raise InvalidSettingError(
            f"{name} is {text!r}: set a word of letters, digits, dots, hyphens and underscores, at most 100."
        )
    return word


def _token_keys(name: str, text: str) -> tuple[TokenKey, ...]:
    """Never quote what was found: it is secret, even if it is wrong."""
    keys = (
        tuple(_token_key(name, place, each.strip()) for place, each in enumerate(text.split(","), start=1))
        if text.strip()
        else ()
    )
    if len({key.kid for key in keys}) < len(keys):
        raise InvalidSettingError(f"{name} names two keys alike: give each its own kid.")
    return keys


def _token_key(name: str, place: int, text: str) -> TokenKey:
    kid, _, digits = text.partition(":")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,16}", kid, re.ASCII) or not re.fullmatch(
        r"(?:[0-9A-Fa-f]{2})+", digits, re.ASCII
    ):
        raise InvalidSettingError(
            f"{name}: key {place} is not kid:hex; write for instance k1: and the output of `openssl rand -hex 32`."
        )
    if len(digits) // 2 < KEY_BYTES_MIN:
        raise InvalidSettingError(
            f"{name}: key {place} has {len(digits) // 2} bytes; use {KEY_BYTES_MIN} or more, for instance the "
            "output of `openssl rand -hex 32`."
        )
    return TokenKey(kid, bytes.fromhex(digits))


def _interface(name: str, text: str) -> str:
    """Names and phones travel in the address, so only under TLS."""
    address = text.strip().rstrip("/")
    if address and not re.fullmatch(
        r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9._/-]*)?|http://(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?",
        address,
        re.ASCII,
    ):
        raise InvalidSettingError(f"{name} is {text!r}: set https://host:port; without TLS only localhost.")
    return address


def _api_key(name: str, text: str) -> str:
    """Never quote what was found."""
    key = text.strip()
    if not re.fullmatch(r"[A-Za-z0-9]{0,200}", key, re.ASCII):
        raise InvalidSettingError(f"{name} is no key of customs' open interface: letters and digits alone are right.")
    return key


def _downtimes(name: str, text: str) -> tuple[Downtime, ...]:
    return tuple(_downtime(name, each.strip()) for each in text.split(",")) if text.strip() else ()


def _downtime(name: str, text: str) -> Downtime:
    begins, ends = (parse_rfc3339(part) for part in (*text.split("/", 1), "")[:2])
    if begins is None or ends is None or begins >= ends:
        raise InvalidSettingError(
            f"{name} has {text!r}: set begin/end, such as 2026-12-05T22:00:00+09:00/2026-12-06T06:00:00+09:00."
        )
    return Downtime(begins.timestamp(), ends.timestamp())


READ: Final[Mapping[str, Callable[[str, str], object]]] = {
    "brokers": _addresses,
    "data_dir": _folder,
    "cache_dir": _folder,
    "kafka_dir": _folder,
    "risk_model_dir": _folder,
    "group": _identifier,
    "slot": _identifier,
    "importer_api": _interface,
    "importer_api_key": _api_key,
    "importer_downtimes": _downtimes,
    "token_keys": _token_keys,
    "log_level": _log_level,
}
"""How the text of a setting is read; those not here are numbers or taken as they are."""


def _check_together(settings: Settings) -> None:
    """Refuse settings that each make sense and don't together."""
    if settings.heartbeat_interval_ms * 3 > settings.session_timeout_ms:
        raise InvalidSettingError(
            f"{variable('heartbeat_interval_ms')} is {settings.heartbeat_interval_ms} and "
            f"{variable('session_timeout_ms')} {settings.session_timeout_ms}: "
            f"set the first to a third of the second or less."
        )
    if settings.commit_interval_ms * 2 > settings.transaction_timeout_ms:
        raise InvalidSettingError(
            f"{variable('commit_interval_ms')} is {settings.commit_interval_ms} and "
            f"{variable('transaction_timeout_ms')} {settings.transaction_timeout_ms}: "
            f"set the first to half of the second or less."
        )

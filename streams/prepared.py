"""What takes seconds to prepare, kept in the user's cache folder: reference data with its indexes, the risk scorer.

A file is named after everything it was made of (the data, our code, the interpreter), so a change of any of them makes
another one. It is a pickle, and a pickle is code as a `.pyc` is: it is read only where nobody but its owner, the user
who runs this, can have written it. Without such a file, or with a broken one, the work is done again.
"""

import gc
import hashlib
import logging
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")

log = logging.getLogger(__name__)

CODE: Final = Path(__file__).resolve().parents[1]
CODE_FOLDERS: Final = ("agents", "schemas", "streams")
KEPT_MAX: Final = 3
"""Files of one name; the oldest go first."""
DIGEST_CHARS: Final = 24
PRIVATE_FOLDER: Final = 0o700
OTHERS_MAY_WRITE: Final = stat.S_IWGRP | stat.S_IWOTH


def prepared(name: str, made_of: Iterable[bytes], build: Callable[[], T], folder: Path) -> T:
    """What `build` makes, from the cache folder where it was made of the same before."""
    path = folder / f"{name}-{_digest(made_of)}.pickle"
    kept: T | None = _read(path)
    if kept is None:
        kept = build()
        _write(path, kept)
    return kept


def _digest(made_of: Iterable[bytes]) -> str:
    digest = hashlib.sha256(sys.version.encode() + b"\0" + _code())
    for part in made_of:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()[:DIGEST_CHARS]


@cache
def _code() -> bytes:
    """A digest of our own code."""
    digest = hashlib.sha256()
    for folder in CODE_FOLDERS:
        for path in sorted((CODE / folder).rglob("*.py")):
            digest.update(path.relative_to(CODE).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.digest()


def _read(path: Path) -> T | None:
    try:
        if not (_is_private(path.parent) and _is_private(path)):
            return None
        packed = path.read_bytes()
    except OSError:
        return None
    was_enabled = gc.isenabled()
    gc.disable()  # nothing of what is read can be garbage, and looking for it doubles the time
    try:
        kept: T = pickle.loads(packed)  # noqa: S301 - only its owner can have written it
    except Exception as error:  # noqa: BLE001 - whatever a broken pickle raises, the work is done again
        log.warning("%s can't be read (%r): it is made again", path, error)
        return None
    finally:
        if was_enabled:
            gc.enable()
    return kept


def _is_private(path: Path) -> bool:
    """Whether nobody but the user who runs this can have written a file or folder."""
    found = path.stat(follow_symlinks=False)
    if found.st_uid == os.getuid() and not found.st_mode & OTHERS_MAY_WRITE:
        return True
    log.warning("%s can be written by others: it is left unread; remove it, or make it yours alone", path)
    return False


def _write(path: Path, value: object) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
        handle, temporary = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "wb") as opened:
            pickle.dump(value, opened, pickle.HIGHEST_PROTOCOL)
        Path(temporary).replace(path)
        name = path.name.rpartition("-")[0]
        of_name = sorted(path.parent.glob(f"{name}-*.pickle"), key=lambda each: each.stat().st_mtime_ns)
        for old in of_name[:-KEPT_MAX]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.warning("nothing is kept in %s (%s): the next start takes as long as this one", path.parent, error)

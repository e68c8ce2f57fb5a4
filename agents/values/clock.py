"""Times as text. The only clock of a decision is the time at which the broker stored the record that caused it."""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

KST = timezone(timedelta(hours=9), "KST")
"""Korean time; no summer time since 1988."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


@lru_cache(maxsize=4096)  # several look at each time of a manifest
def parse_rfc3339(text: str) -> datetime | None:
    """A time with offset; None when it is none.

    >>> parse_rfc3339("2026-11-23T14:02:11+09:00").isoformat()
    '2026-11-23T14:02:11+09:00'
    >>> parse_rfc3339("2026-11-23T14:02:11")
    """
    if len(text) < len("2026-11-23T14:02:11Z") or text[10] not in "Tt" or not text.isascii():
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if moment.tzinfo is None else moment


@lru_cache(maxsize=4096)
def day_in_korea(text: str) -> date | None:
    """The Korean day of an RFC 3339 time; None when it is none."""
    moment = parse_rfc3339(text)
    try:
        return None if moment is None else moment.astimezone(KST).date()
    except OverflowError:
        return None


@lru_cache(maxsize=4096)
def day_of_ms(time_ms: int) -> date:
    """The Korean day of Unix milliseconds."""
    return datetime.fromtimestamp(time_ms / 1000, KST).date()


@lru_cache(maxsize=4096)
def show_ms(time_ms: int) -> str:
    """Unix milliseconds as RFC 3339 in UTC.

    >>> show_ms(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    return datetime.fromtimestamp(time_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{time_ms % 1000:03d}Z"

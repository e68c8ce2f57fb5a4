"""HdrHistogram files, for tools that merge, compare and plot: `.hlog` by second and carrier, `.hgrm` of all."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streams.load.result import Measured

if TYPE_CHECKING:
    from hdrh.histogram import HdrHistogram

MICROSECONDS: Final = 1_000_000
LONGEST_US: Final = 3_600 * MICROSECONDS
DIGITS: Final = 3
"""A value is kept to a thousandth of itself."""
US_PER_MS: Final = 1_000.0
INTERVAL_S: Final = 1.0
HEAD: Final = "#[Histogram log format version 1.3]"
COLUMNS: Final = '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"'


def can_write() -> bool:
    """Whether the library is installed."""
    return find_spec("hdrh") is not None


def histogram(waited_s: Iterable[float]) -> "HdrHistogram":
    """Microseconds; the whole run's memory doesn't grow with the parcels."""
    from hdrh.histogram import HdrHistogram  # noqa: PLC0415 - of the extra `load`

    made = HdrHistogram(1, LONGEST_US, DIGITS)
    for each in waited_s:
        made.record_value(min(max(round(each * MICROSECONDS), 1), LONGEST_US))
    return made


def write(folder: Path, measured: Measured) -> list[Path]:
    """Both files; the warm-up is in the log, which has times to leave it out by, and not in the distribution."""
    warm_up_s = measured.report.conditions.warm_up_s
    log, distribution = folder / "load.hlog", folder / "load.hgrm"
    log.write_text("".join(f"{line}\n" for line in _log(measured)), encoding="ascii")
    written = BytesIO()
    histogram(
        waited for waits in measured.waits.values() for due_s, waited in waits if due_s >= warm_up_s
    ).output_percentile_distribution(written, US_PER_MS)
    distribution.write_bytes(written.getvalue())
    return [log, distribution]


def _log(measured: Measured) -> Iterator[str]:
    conditions = measured.report.conditions
    yield f"#[tonggwan load, {conditions.profile}, began {conditions.began_at}; microseconds, maxima in ms]"
    yield HEAD
    began = datetime.fromisoformat(conditions.began_at)
    yield f"#[StartTime: {began.timestamp():.3f} (seconds since epoch), {conditions.began_at}]"
    yield f"#[BaseTime: {began.timestamp():.3f} (seconds since epoch)]"
    yield COLUMNS
    for number, carrier, waits in sorted(_intervals(measured)):
        made = histogram(waits)
        most = made.get_max_value() / US_PER_MS
        payload = made.encode().decode("ascii")
        yield f"Tag={carrier},{number * INTERVAL_S:.3f},{INTERVAL_S:.3f},{most:.3f},{payload}"


def _intervals(measured: Measured) -> Iterator[tuple[int, str, list[float]]]:
    """Waits by the second they were due in, and carrier."""
    for carrier, waits in measured.waits.items():
        found: defaultdict[int, list[float]] = defaultdict(list)
        for due_s, waited in waits:
            found[int(due_s // INTERVAL_S)].append(waited)
        for number, each in found.items():
            yield number, carrier, each

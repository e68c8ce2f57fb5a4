"""What was hidden, by house bill: the answer sheet that a report is measured by."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec

from streams.errors import OperatorError

Kind = Literal["PLANTED", "COVER", "INNOCENT", "MISTAKE"]
"""PLANTED is what should be found, COVER a planted group's harmless parcel, INNOCENT a look-alike, MISTAKE an honest
carrier's.
"""
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Truth(msgspec.Struct, frozen=True, gc=False):
    """One parcel that was put into the days on purpose. A parcel without a row is an ordinary one."""

    carrier: str
    house_bill: str
    kind: Kind
    scenario: str
    """Name of the scenario, of the look-alike, or of the mistake."""
    ring: int
    """Which of a scenario's groups it belongs to, from 1; 0 where there are no groups."""
    role: str
    """Its part in the group."""
    day: int
    """Of the horizon, from 1."""
    names: tuple[str, ...] = ()
    """Codes of the findings that should name it; one of them is enough."""

    @property
    def bill(self) -> str:
        """Carrier and house bill: what tells parcels apart."""
        return f"{self.carrier}/{self.house_bill}"


COLUMNS: Final = Truth.__struct_fields__


def write(truths: Iterable[Truth], path: Path) -> None:
    """Write truth as CSV."""
    with path.open("w", encoding="utf-8", newline="") as opened:
        written = csv.writer(opened, lineterminator="\n")
        written.writerow(COLUMNS)
        for truth in truths:
            written.writerow(
                (
                    truth.carrier,
                    truth.house_bill,
                    truth.kind,
                    truth.scenario,
                    truth.ring,
                    truth.role,
                    truth.day,
                    " ".join(truth.names),
                )
            )


def read(path: Path) -> list[Truth]:
    """Truth as `write` wrote it; OperatorError with the line that can't be read."""
    try:
        with path.open(encoding="utf-8", newline="") as opened:
            rows = csv.DictReader(opened)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                raise OperatorError(
                    f"{path} is no truth of scenarios: its first line has to be {','.join(COLUMNS)}, as `tonggwan "
                    "scenarios generate` writes it."
                )
            return [_truth(path, number, row) for number, row in enumerate(rows, 2)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperatorError(
            f"{path} can't be read ({error}): name the truth.csv that `tonggwan scenarios generate` wrote."
        ) from error


def _truth(path: Path, number: int, row: dict[str, str]) -> Truth:
    try:
        return msgspec.convert({**row, "names": (row["names"] or "").split()}, Truth, strict=False)
    except msgspec.ValidationError as error:
        raise OperatorError(
            f"{path}, line {number}: {error}; write it again with `tonggwan scenarios generate`."
        ) from error

"""SEC-06, SEC-08: a parcel among all that its site receives, within what the inspectors there can do."""

from collections.abc import Iterator

import msgspec

from agents.rules.rule import Found
from agents.state.inspections import Selection


class SelectionCase(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One parcel, and what the selection of its site makes of it."""

    choice: Selection
    priority_ppm: int
    """Millionths; 0 where there is neither a score nor a signal."""


def risk_is_below_cutoff(case: SelectionCase) -> Iterator[Found]:
    """A parcel whose risk is among the highest of its site and shift is looked at, as far as the inspectors there can.

    The highest are opened.
    """
    if case.choice.why == "RISK":
        high = {
            "priority_ppm": str(case.priority_ppm),
            "as_high_ppm": str(case.choice.tail_ppm),
            "share_percent": f"{case.choice.tail_ppm / 10_000:.2f}",
        }
        yield Found("", "RISK_HIGH", {**_where(case.choice), **high}, case.choice.lane)


def not_sampled_at_random(case: SelectionCase) -> Iterator[Found]:
    """Of every carrier's parcels a share is opened at random.

    Each house bill's draw follows from a key of customs: nobody else can foresee it, whoever has the key can repeat it.
    """
    if case.choice.why == "RANDOM":
        yield Found("", "RANDOM_DRAW", _where(case.choice), case.choice.lane)


def _where(choice: Selection) -> dict[str, str]:
    return {"lane": choice.lane, "site": choice.site, "shift": str(choice.shift)}

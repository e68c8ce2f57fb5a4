"""Inspection sites and the shares that are inspected there."""

import msgspec


class Site(msgspec.Struct, frozen=True, gc=False):
    """Where parcels of one port and mode are looked at: what can be done in a shift of so many hours."""

    name: str
    shift_hours: int
    open: int
    xray: int
    documents: int
    parcels: int
    """Expected in a shift while nobody has counted."""


class Rates(msgspec.Struct, frozen=True, gc=False):
    """How often parcels of a carrier are looked at, by its rating."""

    rating: str
    random_ppm: int
    """Share that is checked at random."""
    risk_percent: int
    """What its parcels' chance of being selected for their risk is multiplied by, in percent."""

"""What follows on a sample manifest: amendments, cancellations, repetitions."""

import copy
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from streams.simulation.sample.parcels import ManifestGenerator
from streams.simulation.sample.profiles import Json

# The day


class GeneratedManifest(NamedTuple):
    """One record of the day with what was put into it on purpose."""

    carrier: str
    """Whose topic it goes to."""
    manifest: Json
    event: str = "ORIGINAL"
    """What the record is: `ORIGINAL`, or one of `EVENTS`."""
    dirty: Mapping[int, str] = {}
    """Which mistake, by the parcel's place."""
    planted: Mapping[int, str] = {}
    """What a clean parcel is there for, by its place: NARCOTIC, WEAPON, LUXURY, VELOCITY."""


Follow = Callable[[ManifestGenerator, GeneratedManifest], list[GeneratedManifest]]
"""What a carrier sends after an original."""


def _version(
    made: GeneratedManifest, version: int, function: str, parcels: list[Json], event: str
) -> GeneratedManifest:
    """A further record on a manifest, lodged a little later."""
    lodged_at = datetime.fromisoformat(made.manifest["lodged_at"]) + timedelta(minutes=7 * (version - 1))
    manifest = {
        **made.manifest,
        "version": version,
        "function": function,
        "lodged_at": lodged_at.isoformat(),
        "parcels": parcels,
    }
    return GeneratedManifest(made.carrier, manifest, event)


def _clean(made: GeneratedManifest, count: int) -> list[Json]:
    """Copies of the first clean parcels of an original."""
    places = [
        place for place in range(len(made.manifest["parcels"])) if place not in made.dirty and place not in made.planted
    ]
    return [copy.deepcopy(made.manifest["parcels"][place]) for place in places[:count]]


def _heavier(parcel: Json, grams: int) -> Json:
    """The same parcel, weighed again."""
    return {**parcel, "gross_weight_g": parcel["gross_weight_g"] + grams}


def _amend(maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """Some parcels weighed again, one of them for another consignee."""
    parcels = [_heavier(parcel, 60) for parcel in _clean(made, 3)]
    if not parcels:
        return []
    if made.manifest["direction"] == "IMPORT":
        number = parcels[-1]["consignee"]["auth_number"]
        parcels[-1] = {**parcels[-1], "consignee": {**maker.person().consignee, "auth_number": number}}
    return [_version(made, 2, "AMEND", parcels, "AMEND")]


def _amend_out_of_order(_maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """Version 3 overtakes version 2."""
    parcels = _clean(made, 2)
    second = _version(made, 2, "AMEND", [_heavier(parcel, 15) for parcel in parcels], "OUT_OF_ORDER")
    third = _version(made, 3, "AMEND", [_heavier(parcel, 25) for parcel in parcels], "OUT_OF_ORDER")
    return [third, second]


def _cancel_some(_maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """Two parcels that stay behind."""
    parcels = _clean(made, 2)  # none would mean all
    return [_version(made, 2, "CANCEL", parcels, "CANCEL_SOME")] if parcels else []


def _cancel_all(_maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """A master bill that stays behind."""
    return [_version(made, 2, "CANCEL", [], "CANCEL_ALL")]


def _duplicate(_maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """The same record again."""
    return [made._replace(event="DUPLICATE")]


def _conflict(_maker: ManifestGenerator, made: GeneratedManifest) -> list[GeneratedManifest]:
    """The same number and version with other content."""
    parcels = copy.deepcopy(made.manifest["parcels"])
    parcels[0] = (
        _heavier(parcels[0], 500) if isinstance(parcels[0].get("gross_weight_g"), int) else {**parcels[0], "pieces": 2}
    )
    return [made._replace(manifest={**made.manifest, "parcels": parcels}, event="CONFLICT")]


EVENTS: Final[Mapping[str, Follow]] = {
    "AMEND": _amend,
    "DUPLICATE": _duplicate,
    "CANCEL_SOME": _cancel_some,
    "OUT_OF_ORDER": _amend_out_of_order,
    "CONFLICT": _conflict,
    "CANCEL_ALL": _cancel_all,
}
"""What follows an original, by name."""

"""The days in which patterns are hidden: ordinary manifests, the planted parcels among theirs, and the truth.

The same seed and size give the same bytes. People come back from day to day, and nothing else is planted.
"""

import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from streams.simulation.sample import day, parcels, profiles
from streams.simulation.sample.events import GeneratedManifest
from streams.simulation.sample.profiles import Json
from streams.simulation.scenarios.patterns import OF_KIND, Catalogue, catalogue
from streams.simulation.scenarios.scene import Planted, Scene, Span
from streams.simulation.scenarios.truth import Truth

SEED: Final = 20261101
FIRST: Final = date(2026, 11, 2)
"""First day of the horizon: exchange rates of the sample reach that far."""
FULL_PARCELS: Final = 600_000
"""Ordinary parcels among which the figures of `scenarios.toml` are in full size."""
DIRTY: Final = 0.03
"""Share of ordinary parcels with an honest mistake."""
PARCELS_A_MANIFEST: Final = 200
PARCELS_MIN: Final = 100
"""A smaller day has no manifest of each carrier to hide things in."""
ARRIVES_AFTER: Final = timedelta(seconds=5)
"""From lodging to the broker's clock."""

Tell = Callable[[int], None]
"""Hears how many parcels have been made."""


class TimedManifest(NamedTuple):
    """One manifest as its carrier sends it."""

    carrier: str
    manifest: Json
    at_ms: int
    """When the broker would store it, Unix milliseconds."""

    @property
    def value(self) -> bytes:
        """As JSON on the wire."""
        return json.dumps(self.manifest, ensure_ascii=False).encode()


@dataclass(slots=True)
class Horizon:
    """Days with things hidden in them.

    Iterate to get the manifests in the order of arrival; `truths` is complete afterwards.
    """

    seed: int = SEED
    days: int = 1
    parcels: int = 20_000
    """Ordinary parcels a day."""
    scale: float = 0.01
    """Share of the planted figures."""
    first: date = FIRST
    dirty: float = DIRTY
    catalogue: Catalogue = field(default_factory=catalogue)
    truths: list[Truth] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.days < 1 or self.parcels < PARCELS_MIN or not 0 <= self.scale <= 1:
            raise ValueError(
                f"{self.days} days of {self.parcels} parcels at scale {self.scale}: at least a day, {PARCELS_MIN} "
                "parcels, and a scale of 0 to 1"
            )

    def __iter__(self) -> Iterator[TimedManifest]:
        self.truths.clear()
        hidden = self._hidden()
        people: list[parcels.Person] = []
        for number in range(self.days):
            on = self.first + timedelta(days=number)
            per_manifest = min(PARCELS_A_MANIFEST, self.parcels // (2 * len(profiles.PROFILES)))
            made = list(
                day.records(
                    self.seed + number,
                    self.parcels,
                    None,
                    per_manifest,
                    self.dirty,
                    on=on,
                    events=False,
                    planted=False,
                    people=people,
                )
            )
            self.truths += [
                _mistake(record, place, name, number) for record in made for place, name in record.dirty.items()
            ]
            self._hide(made, hidden.get(number, []), random.Random(self.seed * 1_000 + number))  # noqa: S311 - has to be the same again, not secret
            for record in made:
                lodged_at = datetime.fromisoformat(record.manifest["lodged_at"])
                yield TimedManifest(
                    record.carrier, record.manifest, round((lodged_at + ARRIVES_AFTER).timestamp() * 1000)
                )

    def _hidden(self) -> dict[int, list[Planted]]:
        """Everything that will be hidden, by day from 0."""
        span = Span(self.first, self.days, self.scale, min(1.0, self.days * self.parcels / FULL_PARCELS))
        hidden: dict[int, list[Planted]] = defaultdict(list)
        number = 0
        for kind, patterns in OF_KIND:
            for pattern in patterns:
                number += 1
                figures = self.catalogue.figures[pattern.name]
                if kind == "PLANTED" and not self.scale:
                    continue
                for planted in pattern.hide(Scene(self.seed, number, pattern.name, figures, span, kind), figures):
                    hidden[planted.truth.day - 1].append(planted)
        return hidden

    def _hide(self, made: list[GeneratedManifest], hidden: list[Planted], rng: random.Random) -> None:
        """Put parcels among those of the day, each into a manifest of its carrier."""
        of_carrier: dict[str, list[Json]] = defaultdict(list)
        for record in made:
            of_carrier[record.carrier].append(record.manifest)
        chunk_records: dict[tuple[str, str], Json] = {}
        for planted in hidden:
            manifest = rng.choice(of_carrier[planted.truth.carrier])
            if planted.chunk_records:
                manifest = chunk_records.setdefault((planted.truth.scenario, planted.chunk_records), manifest)
            manifest["parcels"].insert(rng.randrange(len(manifest["parcels"]) + 1), planted.parcel)
            self.truths.append(planted.truth)


def _mistake(record: GeneratedManifest, place: int, name: str, day: int) -> Truth:
    return Truth(
        record.carrier,
        str(record.manifest["parcels"][place].get("house_bill")),
        "MISTAKE",
        name,
        0,
        "honest mistake",
        day + 1,
    )

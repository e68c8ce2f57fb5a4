"""A plausible day of manifests, invented from a seed, and a shelf of records nobody can read.

For the demonstration, for load and for tests. The same seed gives the same bytes on every machine: no clock, no
environment, one `random.Random`. All people, companies and parcels are invented from the words in `reference/sample/`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from schemas import limits
from streams.simulation.sample.events import EVENTS, GeneratedManifest
from streams.simulation.sample.mistakes import add_mistake
from streams.simulation.sample.parcels import EXPORT_KINDS, HEAVY_PARCELS, KINDS, US_KINDS, ManifestGenerator, Person
from streams.simulation.sample.profiles import KOREA, PROFILES, CarrierProfile, Json

WRONG_CARRIER: Final = "WRONG_CARRIER"
"""An original whose payload names another carrier than its topic."""

FIRST_MINUTE: Final = 10
LAST_MINUTE: Final = 23 * 60 + 30
EVENTS_FROM: Final = 3
"""A shorter day has no room for events."""
FOLLOWS_AFTER: Final = 2
"""How many manifests later an amendment or a cancellation comes."""


@dataclass(slots=True)
class Plan:
    """Who and what appears where in the day, drawn beforehand."""

    profiles: list[CarrierProfile]
    """By manifest."""
    events: dict[int, str]
    """By manifest."""
    planted: dict[int, str]
    """By parcel of the day."""
    heavy: list[Person]
    dirty: float
    """Share of parcels with a mistake."""


def _plan(
    maker: ManifestGenerator,
    profiles: tuple[CarrierProfile, ...],
    parcels: int,
    parcels_per_manifest: int,
    dirty: float,
) -> Plan:
    """Draws the day's carriers, events and planted parcels."""
    rng = maker.random
    manifests = -(-parcels // parcels_per_manifest)
    drawn = [*profiles, *rng.choices(profiles, [profile.weight for profile in profiles], k=manifests)][:manifests]
    names = [*EVENTS, WRONG_CARRIER] if manifests >= EVENTS_FROM else []
    events = dict(zip(rng.sample(range(manifests), min(len(names), manifests)), names, strict=False))
    per_5000 = max(1, parcels // 5_000)
    wanted = ["NARCOTIC"] * per_5000 + ["WEAPON"] * per_5000 + ["LUXURY"] * (2 * per_5000)
    heavy = [maker.person() for _ in range(per_5000)]
    wanted += ["VELOCITY"] * (HEAVY_PARCELS * len(heavy))
    planted: dict[int, str] = {}
    if parcels >= 10 * len(wanted):
        imports = [place for place in range(parcels) if drawn[place // parcels_per_manifest].direction == "IMPORT"]
        planted = dict(
            zip(
                sorted(rng.sample(imports, min(len(wanted), len(imports)))),
                rng.sample(wanted, len(wanted)),
                strict=False,
            )
        )
    return Plan(drawn, events, planted, heavy, dirty)


def _kind(rng: random.Random, profile: CarrierProfile) -> str:
    """What an ordinary parcel of a carrier holds."""
    kinds = (
        EXPORT_KINDS
        if profile.direction == "EXPORT"
        else US_KINDS
        if profile.country == "US" and profile.mode != "POST"
        else KINDS
    )
    return rng.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])[0]


def _original(
    maker: ManifestGenerator, plan: Plan, number: int, places: range, lodged_at: datetime
) -> GeneratedManifest:
    """One original manifest."""
    rng, profile = maker.random, plan.profiles[number]
    parcels: list[Json] = []
    dirty: dict[int, str] = {}
    planted: dict[int, str] = {}
    for at, place in enumerate(places):
        what = plan.planted.get(place)
        person = (
            plan.heavy[min(range(len(plan.heavy)), key=lambda who: plan.heavy[who].orders)]
            if what == "VELOCITY"
            else None
        )
        kind = what if what and what != "VELOCITY" else _kind(rng, profile)
        parcel = maker.parcel(profile, kind, person)
        if what:
            planted[at] = what
        elif rng.random() < plan.dirty:
            dirty[at] = add_mistake(rng, profile, parcel)
        parcels.append(parcel)
    made = GeneratedManifest(profile.carrier, maker.manifest(profile, lodged_at, parcels), "ORIGINAL", dirty, planted)
    if plan.events.get(number) == WRONG_CARRIER:
        made.manifest["carrier"] = "gd" if profile.carrier == "kx" else "kx"
        made = made._replace(event=WRONG_CARRIER)
    return made


def records(  # noqa: PLR0913 - each is something a test or a load run has to vary
    seed: int = 20261123,
    parcels: int = 20_000,
    carriers: int | None = None,
    parcels_per_manifest: int = 200,
    dirty: float = 0.03,
    *,
    on: date = date(2026, 11, 23),
    events: bool = True,
    planted: bool = True,
    people: list[Person] | None = None,
) -> Iterator[GeneratedManifest]:
    """The day with its answers: every record in the order of arrival and what was put into it on purpose.

    `parcels` counts those of the original manifests; what follows on them (amendments, cancellations, repetitions)
    comes on top, `FOLLOWS_AFTER` manifests later. `carriers` takes only the first of `PROFILES`, `dirty` is the
    share of parcels with a mistake, and without `events` there are originals only. Without `planted` nothing is
    prohibited and nobody orders too much. `people` are the consignees of earlier days, some of whom order again;
    those who come new are added.
    """
    if carriers is not None and not 1 <= carriers <= len(PROFILES):
        raise ValueError(f"carriers is {carriers}, the sample knows 1 to {len(PROFILES)}")
    if not 1 <= parcels_per_manifest <= limits.PARCELS_PER_MANIFEST_MAX:
        raise ValueError(
            f"parcels_per_manifest is {parcels_per_manifest}, a manifest holds 1 to {limits.PARCELS_PER_MANIFEST_MAX}"
        )
    maker = ManifestGenerator(seed, on, people)
    plan = _plan(maker, PROFILES[:carriers], parcels, parcels_per_manifest, dirty)
    if not events:
        plan.events.clear()
    if not planted:
        plan.planted.clear()
    midnight = datetime(on.year, on.month, on.day, tzinfo=KOREA)
    waiting: list[tuple[int, GeneratedManifest]] = []
    for number in range(len(plan.profiles)):
        minutes = FIRST_MINUTE + (LAST_MINUTE - FIRST_MINUTE) * number / len(plan.profiles)
        lodged_at = (midnight + timedelta(minutes=minutes)).replace(microsecond=0)
        made = _original(
            maker,
            plan,
            number,
            range(number * parcels_per_manifest, min(parcels, (number + 1) * parcels_per_manifest)),
            lodged_at,
        )
        yield made
        if follow := EVENTS.get(plan.events.get(number, "")):
            waiting.extend((number + FOLLOWS_AFTER, further) for further in follow(maker, made))
        while waiting and waiting[0][0] <= number:
            yield waiting.pop(0)[1]
    for _, made in waiting:
        yield made


def day(  # noqa: PLR0913 - those of `records`
    seed: int = 20261123,
    parcels: int = 20_000,
    carriers: int | None = None,
    parcels_per_manifest: int = 200,
    dirty: float = 0.03,
    *,
    on: date = date(2026, 11, 23),
    events: bool = True,
) -> Iterator[tuple[str, Json]]:
    """The day as carriers send it: carrier and manifest. See `records` for what the parameters do."""
    for made in records(seed, parcels, carriers, parcels_per_manifest, dirty, on=on, events=events):
        yield made.carrier, made.manifest

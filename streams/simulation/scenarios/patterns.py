"""Every pattern there is, in the order of the report, and the figures of each."""

import tomllib
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from streams.errors import OperatorError
from streams.simulation.scenarios import contraband, identity, innocent, parties, smuggling, splitting
from streams.simulation.scenarios.scene import PatternFigures, Planted, Scene
from streams.simulation.scenarios.truth import Kind

FILE: Final = Path(__file__).with_name("scenarios.toml")


class Pattern(NamedTuple):
    """A way to hide parcels, and the shape of its figures."""

    hide: Callable[[Scene, Any], Iterator[Planted]]
    figures: type[PatternFigures]

    @property
    def name(self) -> str:
        """Its name in `scenarios.toml` and everywhere."""
        return self.hide.__name__


PLANTED: Final = (
    Pattern(smuggling.appliances, smuggling.Appliances),
    Pattern(smuggling.perfumes, smuggling.Perfumes),
    Pattern(smuggling.creams, smuggling.Creams),
    Pattern(identity.stolen_codes, identity.Stolen),
    Pattern(identity.shared_code, identity.Shared),
    Pattern(smuggling.drop_address, smuggling.Drop),
    Pattern(splitting.split_bill, splitting.Bill),
    Pattern(splitting.split_purchase, splitting.Bill),
    Pattern(splitting.reseller, splitting.Reseller),
    Pattern(splitting.near_limit, splitting.NearLimit),
    Pattern(splitting.undervalued, splitting.Undervalued),
    Pattern(contraband.counterfeits, contraband.Fakes),
    Pattern(contraband.drugs, contraband.Drugs),
    Pattern(contraband.arms, contraband.Single),
    Pattern(parties.listed_party, parties.Parties),
    Pattern(contraband.preloading, contraband.Single),
)
"""What should be found."""

INNOCENT: Final = (
    Pattern(innocent.family, innocent.Groups),
    Pattern(innocent.dormitory, innocent.Groups),
    Pattern(innocent.office, innocent.Groups),
    Pattern(innocent.pickup_point, innocent.Groups),
    Pattern(innocent.popular_seller, innocent.Sellers),
    Pattern(innocent.sale_day, innocent.Sellers),
    Pattern(innocent.company, innocent.Sellers),
    Pattern(innocent.moved_house, innocent.Groups),
    Pattern(innocent.gifts, innocent.Groups),
    Pattern(innocent.loyal_customers, innocent.Loyal),
    Pattern(innocent.clearance, innocent.Cheaper),
    Pattern(innocent.refurbished, innocent.Cheaper),
    Pattern(innocent.accessories, innocent.Sellers),
)
"""What should be left in peace."""

OF_KIND: Final[tuple[tuple[Kind, tuple[Pattern, ...]], ...]] = (("PLANTED", PLANTED), ("INNOCENT", INNOCENT))


class Size(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of it all: ordinary parcels a day, and the share of the planted figures."""

    days: int
    parcels: int
    scale: float


class Judged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the report is told of the rules."""

    routine: tuple[str, ...]
    """Codes whose cases are the way that such goods always take, and no selection."""


class Catalogue(msgspec.Struct, frozen=True):
    """`scenarios.toml`, read."""

    sizes: dict[str, Size]
    judged: Judged
    figures: dict[str, PatternFigures]
    """By name of the pattern."""


class _File(msgspec.Struct, forbid_unknown_fields=True):
    sizes: dict[str, Size]
    judged: Judged
    planted: dict[str, dict[str, Any]]
    innocent: dict[str, dict[str, Any]]


@lru_cache(maxsize=4)
def catalogue(path: Path = FILE) -> Catalogue:
    """The figures of every pattern; OperatorError with the place when the file does not fit the patterns."""
    try:
        file = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
        figures: dict[str, PatternFigures] = {}
        for patterns, tables in ((PLANTED, file.planted), (INNOCENT, file.innocent)):
            if unknown := tables.keys() - {pattern.name for pattern in patterns}:
                raise OperatorError(
                    f"{path.name}: {', '.join(sorted(unknown))}: no such pattern; there are "
                    f"{', '.join(pattern.name for pattern in patterns)}."
                )
            figures |= {pattern.name: _figures(path, pattern, tables) for pattern in patterns}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise OperatorError(
            f"{path} can't be read as scenarios ({error}): take {FILE.name} of the checkout as the example."
        ) from error
    return Catalogue(file.sizes, file.judged, figures)


def _figures(path: Path, pattern: Pattern, tables: dict[str, dict[str, Any]]) -> PatternFigures:
    try:
        return msgspec.convert(tables[pattern.name], pattern.figures)
    except KeyError as error:
        raise OperatorError(f"{path.name} has no figures for {pattern.name}: every pattern needs its table.") from error
    except msgspec.ValidationError as error:
        raise OperatorError(f"{path.name}, {pattern.name}: {error}.") from error

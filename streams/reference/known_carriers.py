"""Which carriers there are: those of the register, and those that have a topic."""

from pathlib import Path

from schemas.topics import MANIFESTS
from streams.kafka.admin import CARRIER, partitions_of
from streams.reference import load
from streams.settings import Settings


async def known(settings: Settings, bootstrap: str) -> set[str]:
    """Codes of all carriers; a topic whose name ends in something else is nobody's."""
    register = load(Path(settings.reference_dir) if settings.reference_dir else None).carriers
    there = {name.removeprefix(MANIFESTS) for name in await partitions_of(bootstrap) if name.startswith(MANIFESTS)}
    return {*register, *filter(CARRIER.fullmatch, there)}

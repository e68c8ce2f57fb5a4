"""The model in a worker: read when it starts, and watched for drift while it scores."""

import logging
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from agents.law.thresholds import Thresholds
from agents.risk.drift import Watch
from agents.risk.model import SAMPLE, Scorer
from agents.values.money import E4
from streams.prepared import prepared
from streams.risk.artefact import content_of, read_model

log = logging.getLogger(__name__)

BLOCKS: Final = 4
"""Parts of the parcels that are compared; the oldest leaves when a new one is full."""


@cache
def scorer_of(folder: Path, cache_dir: Path) -> Scorer | None:
    """What scores parcels; None, said in the log, where there is no model.

    ModelError for a damaged one. A folder is read once.
    """
    made_of = content_of(folder)
    scorer = prepared("scorer", made_of, lambda: _scorer(folder), cache_dir) if made_of else None
    if scorer is None:
        log.warning(
            "no risk model in %s: parcels are decided by rules alone, their risk is null; train one with `tonggwan "
            "risk train`",
            folder,
        )
        return None
    log.info("risk model %s", scorer.model.version)
    return scorer


def _scorer(folder: Path) -> Scorer | None:
    model = read_model(folder)
    return None if model is None else Scorer(model)


class DriftWatch:
    """Tells when what comes no longer looks like what the model was trained on, and when it does again."""

    def __init__(self, scorer: Scorer) -> None:
        self._scorer = scorer
        self._watch = Watch(scorer.model)
        self.drifted_before: frozenset[str] = frozenset()
        """Features that have drifted, by the last that was said."""

    def look(self, figures: Thresholds[int]) -> Mapping[str, float] | None:
        """Take the sample when a block is full; the indices of the parcels of late, if there are enough of them."""
        scorer = self._scorer
        if scorer.scored < max(figures.risk_drift_parcels // E4 // BLOCKS, SAMPLE):
            return None
        found = self._watch.add(scorer.take_sample(), BLOCKS)
        if found is None:
            return None
        drifted = frozenset(feature for feature, index in found.items() if index * E4 > figures.risk_drift_index)
        if drifted - self.drifted_before:
            listing = ", ".join(f"{feature} {found[feature]:.2f}" for feature in sorted(drifted))
            log.warning(
                "drift: parcels differ from what risk model %s was trained on (population stability index): %s",
                self._scorer.model.version,
                listing,
            )
        elif self.drifted_before and not drifted:
            log.info(
                "drift is over: parcels look again like what risk model %s was trained on", self._scorer.model.version
            )
        self.drifted_before = drifted
        return found

"""How many customers of each stage are missed: nothing is relevant, all is held back, or nothing is worth it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from features.reports.value_finder import StageRelevance
from models.rows import FloatArray
from training.value_finder.contenders import NOBODY, RELEVANT_FROM, Contenders

UNKNOWN_STAGE = "unknown"


def relevance_by_stage(contenders: Contenders, stages: FloatArray, *, names: Sequence[str]) -> list[StageRelevance]:
    """Count the customers of each stage; `stages` holds the place of each customer's stage in `names`, NaN where not known.

    Stages nobody stands in are left out.
    """
    relevant = (contenders.reached >= RELEVANT_FROM).any(axis=1)
    passed = contenders.passed.any(axis=1)
    offered = contenders.first(contenders.priority) != NOBODY
    places = np.where(np.isnan(stages), len(names), stages).astype(np.intp)
    found = []
    for place, name in enumerate((*names, UNKNOWN_STAGE)):
        here = places == place
        if here.any():
            found.append(
                StageRelevance(
                    stage=name,
                    customers=int(here.sum()),
                    nothing_relevant=int((here & ~relevant).sum()),
                    held_back=int((here & relevant & ~passed).sum()),
                    not_worth_it=int((here & passed & ~offered).sum()),
                    offered=int((here & offered).sum()),
                )
            )
    return found


def available_offers(contenders: Contenders) -> float:
    """Return the mean number of different offers that pass every gate for a customer; 0 where there is no customer."""
    if not len(contenders):
        return 0.0
    return float(contenders.by_offer(contenders.passed.astype(np.float64), nowhere=0.0).sum(axis=1).mean())

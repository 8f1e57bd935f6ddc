"""How much may a run spend: the seconds an automatic learner may search, and whose answers are made anew."""

from __future__ import annotations

from dataclasses import dataclass

AUTOML_SECONDS = 600.0
SEED = 0


@dataclass(frozen=True)
class Effort:
    """What a run gives to each contender; every learner has one thread. `again`: whose kept answers are not used."""

    automl_seconds: float = AUTOML_SECONDS
    again: frozenset[str] = frozenset()

"""A full record of features, every number within its declared range: what a what-if may be asked with."""

from __future__ import annotations

from features.catalogue import Catalogue
from features.company import default_company_text, read_company
from features.language.feature import Reading


def full_record(catalogue: Catalogue | None = None, *, step: float = 1.0) -> dict[str, float]:
    """Return a number for each feature: `step` above the lowest, or the highest if that is nearer; of the default company."""
    known = catalogue or read_company(default_company_text("default")).catalogue
    return {feature.name: _within(feature.reading, step) for feature in known.features}


def _within(reading: Reading, step: float) -> float:
    low = 0.0 if reading.low is None else reading.low
    return low + step if reading.high is None else min(low + step, reading.high)

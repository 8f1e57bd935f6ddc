"""Is a chance to leave low, medium or high: what the company file calls so."""

from __future__ import annotations

from typing import Literal, TypeAlias

from features.company.schema import Company

RiskBand: TypeAlias = Literal["low", "medium", "high"]


def band_of(probability: float, company: Company) -> RiskBand:
    """Return the band of a chance to leave at the main horizon: medium from `medium_from` on, high from `high_from` on."""
    if probability >= company.churn.high_from:
        return "high"
    return "medium" if probability >= company.churn.medium_from else "low"

"""Is a figure within its limit: how surely, and is it going the right way."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from features.reports.stages import FEW, Trend, Verdict
from models.kpis.arithmetic.figures import Figure, half_width

_NAN = float("nan")


@dataclass(frozen=True)
class Limit:
    """Between which values a figure should lie, both included; infinite where an end is open."""

    minimum: float = -float("inf")
    maximum: float = float("inf")


@dataclass(frozen=True)
class Change:
    """How a figure moved since the period before: what it was then, by how much it moved, and whether that is good news."""

    previous: float
    change: float
    trend: Trend


def told(figure: Figure) -> Figure:
    """Return the figure as it may be told: of fewer than `FEW` customers, only how many they are."""
    if figure.customers >= FEW:
        return figure
    return replace(figure, value=_NAN, low=_NAN, high=_NAN, error=_NAN)


def verdict(figure: Figure, limit: Limit) -> Verdict:
    """Hold a figure against its limit.

    Examples
    --------
    >>> [verdict(Figure(value, value - 1, value + 1, 0.5, 9, 9), Limit(maximum=4.0)) for value in (3.5, 4.5, 5.5)]
    ['kept', 'breached', 'breached_for_sure']
    """
    figure = told(figure)
    if np.isnan(figure.value):
        return "too_few"
    if figure.low > limit.maximum or figure.high < limit.minimum:
        return "breached_for_sure"
    if np.isinf(figure.value):
        return "too_few"  # what was waited for may still come in time
    return "kept" if limit.minimum <= figure.value <= limit.maximum else "breached"


def beyond(figure: Figure, limit: Limit) -> float:
    """Return how far the interval reaches past the limit, 0 if nowhere; NaN where there is no interval.

    >>> beyond(Figure(30.0, 20.0, 45.0, 6.0, 9, 9), Limit(minimum=25.0))
    5.0
    """
    return float(np.maximum(0.0, max(limit.minimum - figure.low, figure.high - limit.maximum)))


def change_of(now: Figure, before: Figure, *, more_is_better: bool) -> Change | None:
    """Compare two periods; None where one of them has no figure, or no error to tell chance by.

    >>> now, before = Figure(0.8, 0.7, 0.9, 0.05, 90, 90), Figure(0.5, 0.4, 0.6, 0.05, 90, 90)
    >>> change_of(now, before, more_is_better=True).trend
    'better'
    """
    now, before = told(now), told(before)
    moved = now.value - before.value
    reach = half_width(min(now.customers, before.customers)) * float(np.hypot(now.error, before.error))
    if not np.isfinite(moved) or not np.isfinite(reach):
        return None
    good: Trend = "better" if (moved > 0) == more_is_better else "worse"
    return Change(before.value, moved, good if abs(moved) > reach else "steady")

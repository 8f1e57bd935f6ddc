"""How do new customers get started: days until each milestone, contact it takes, who comes to see value, and who stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.times import DAY, Timestamp
from models.kpis.arithmetic.figures import SHARE, Figure, IntArray, Scale
from models.kpis.arithmetic.months import Period
from models.kpis.arithmetic.observations import NEVER, Staged, observed
from models.kpis.arithmetic.waits import Waits
from models.rows import FloatArray

FIRST_DAYS = 90
"""The adoption window: one quarter from joining."""

VALUE_SEEN_FROM_DAY = 60
"""Who used the product from here until the end of the first 90 days has come to use it, and did not just try it."""

STAYED_AT_DAY = 180

_ANY = Scale(0.0, 1e12)


@dataclass(frozen=True)
class Newcomers(Staged):
    """One row per customer who joined, at `times`.

    `reached`: when each milestone of the company file was first reached, `[customer, milestone]`, `NEVER` where not. `uses`,
    `active_days`, `tickets`, `purchases`: in the first 90 days, NaN where the log never received such rows. `used_late`: 1 if the
    product was used from day 60 until day 90. `stayed`: 1 if still a customer 180 days after joining, NaN where that is not
    known.
    """

    reached: npt.NDArray[np.int64]
    uses: FloatArray
    active_days: FloatArray
    tickets: FloatArray
    purchases: FloatArray
    used_late: FloatArray
    stayed: FloatArray


@dataclass(frozen=True)
class CohortFigure:
    """One figure of the customers who joined in one quarter; `whole`: the quarter has ended, and so has the time it asks for."""

    cohort: str
    measure: str
    figure: Figure
    whole: bool


def days_to_onboard(newcomers: Newcomers, *, as_of: Timestamp) -> Waits:
    """Return how long each waits for the last of all milestones; who has left meanwhile waits on. Nobody waits for none."""
    asked = newcomers if newcomers.reached.shape[1] else newcomers.within(0, 0)
    return _waits(asked, asked.reached.max(axis=1, initial=0), as_of=as_of)


def days_to_milestone(newcomers: Newcomers, place: int, *, as_of: Timestamp) -> Waits:
    """Return how long each waits for one milestone."""
    return _waits(newcomers, newcomers.reached[:, place], as_of=as_of)


def cohort_figures(
    newcomers: Newcomers, milestones: Sequence[tuple[str, int]], *, cohorts: Sequence[Period], as_of: Timestamp
) -> list[CohortFigure]:
    """Return the figures of each cohort; milestones are given as (name, due days) in the order of `reached`."""
    return [
        figure
        for cohort in cohorts
        for figure in _of_cohort(newcomers.within(cohort.since, cohort.until), milestones, cohort=cohort, as_of=as_of)
    ]


def _of_cohort(
    newcomers: Newcomers, milestones: Sequence[tuple[str, int]], *, cohort: Period, as_of: Timestamp
) -> list[CohortFigure]:
    waited = as_of - cohort.until
    found = [
        CohortFigure(cohort.quarter, measure, figure, whole=waited >= days * DAY)
        for measure, figure, days in (*_waiting(newcomers, milestones, as_of=as_of), *_counted(newcomers, as_of))
    ]
    return [each for each in found if each.figure.count]


def _waiting(newcomers: Newcomers, milestones: Sequence[tuple[str, int]], *, as_of: Timestamp) -> list[tuple[str, Figure, int]]:
    if not milestones:
        return []
    onboard, latest = days_to_onboard(newcomers, as_of=as_of), max(due for _, due in milestones)
    found = [("days_to_onboard", onboard.figure(), latest), (f"onboarded_by_day_{latest}", onboard.share_by(latest), latest)]
    for place, (name, due) in enumerate(milestones):
        waits = days_to_milestone(newcomers, place, as_of=as_of)
        found += [(f"days_to_{name}", waits.figure(), due), (f"{name}_by_day_{due}", waits.share_by(due), due)]
    return found


def _counted(newcomers: Newcomers, as_of: Timestamp) -> list[tuple[str, Figure, int]]:
    """Return what is counted over the first 90 days, of those whose first 90 days are over."""
    over = newcomers.where(newcomers.times + FIRST_DAYS * DAY < as_of)
    counts = ("tickets", "uses", "active_days", "purchases")
    found = [(f"first_90d_{name}", observed(over, getattr(over, name), scale=_ANY).figure(), FIRST_DAYS) for name in counts]
    value = observed(over, over.used_late, scale=SHARE).figure()
    stayed = observed(newcomers, newcomers.stayed, scale=SHARE).figure()
    return [*found, ("seeing_value_at_day_90", value, FIRST_DAYS), ("stayed_at_day_180", stayed, STAYED_AT_DAY)]


def _waits(newcomers: Newcomers, moments: IntArray, *, as_of: Timestamp) -> Waits:
    happened = moments != NEVER
    days = (np.where(happened, moments, as_of) - newcomers.times) / DAY
    return Waits(newcomers.customers, newcomers.stages, newcomers.times, np.maximum(days, 0.0), happened)

"""Between which stages do customers move within a month: the newest complete months together, as shares of who stood there."""

from __future__ import annotations

from features.reports.stages import FEW, Moves, StageMoves
from features.times import format_time
from models.kpis.arithmetic.months import pooled, whole_months
from models.kpis.lines import places_of
from models.kpis.subjects.movements import moves_over
from training.kpis.reading.gather import Gathered

MONTHS_OF_MOVES = 3


def stage_moves(gathered: Gathered) -> Moves:
    """Return the moves of the newest complete months, stages in the order of life."""
    places, months = places_of(gathered.company.stage_set), whole_months(gathered.facts.reach.as_of, MONTHS_OF_MOVES)
    found = moves_over(gathered.people.standings, months, stages=len(places))
    counted, shares = found.counts.sum(axis=1).tolist(), found.shares.round(6).tolist()
    stages = tuple(
        StageMoves(stage, counted[at], {then: shares[at][to] for then, to in places.items()} if counted[at] >= FEW else {})
        for stage, at in places.items()
    )
    period = pooled(months)
    return Moves(format_time(period.since), format_time(period.until), stages)

"""Within which limits should a decision system stay as a whole, and what of it must somebody know or look at.

The figures are those that commercial systems publish for theirs: at most 30 % of customers without an action, outbound (90 % is
the most that is ever right); at least two actions available for a customer, better seven; at least half of the models mature,
better three quarters; at most 10 % of models without responses, never above 30 %.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from features.reports.monitor import Finding, SystemLimit


@dataclass(frozen=True)
class Limit:
    """Where a figure should stay (`good`), and the most or least that is ever right (`hard`); `too_high`: in which direction.

    `alarms`: beyond `hard` somebody must look today. A narrow catalogue or a young model is no incident, and stays a note.
    `advice`: what to do then.
    """

    text: str
    good: float
    hard: float
    too_high: bool
    alarms: bool
    advice: str


LIMITS: dict[str, Limit] = {
    "customers_without_offer": Limit(
        "share of customers for whom `nothing` comes first",
        good=0.30,
        hard=0.90,
        too_high=True,
        alarms=True,
        advice="`lifecycle policy find` says for whom nothing is relevant, and which gate withholds most",
    ),
    "offers_available": Limit(
        "different offers that pass every gate, mean a customer at risk",
        good=7.0,
        hard=2.0,
        too_high=False,
        alarms=False,
        advice="a choice needs something to choose from: widen rules or stages, or add offers (`lifecycle policy find`)",
    ),
    "mature_offers": Limit(
        "share of offers that have seen enough acceptances",
        good=0.75,
        hard=0.50,
        too_high=False,
        alarms=False,
        advice="give young offers time and exploration, or take out those that are never shown",
    ),
    "offers_without_answers": Limit(
        "share of offers shown and never answered, though the time for an answer is over",
        good=0.10,
        hard=0.30,
        too_high=True,
        alarms=True,
        advice="see whether outcomes of these offers are sent (`POST /v1/decisions/{decision_id}/outcomes`): silence is "
        "learned as a no",
    ),
}
"""What is watched, in the order in which it is told."""


def held_against(measure: str, figure: float, *, rests_on: int) -> SystemLimit:
    """Return a figure beside its limits."""
    limit = LIMITS[measure]
    return SystemLimit(measure, limit.text, figure, limit.good, limit.hard, limit.too_high, limit.alarms, rests_on)


def findings_of_limits(lines: Sequence[SystemLimit]) -> Iterator[Finding]:
    """Judge every figure by itself, by the further of the limits it is beyond; one that is met exactly is kept."""
    for line in lines:
        beyond = [limit for limit in (line.good, line.hard) if _beyond(line, limit)]
        if beyond:
            yield _finding(line, beyond[-1])


def _beyond(line: SystemLimit, limit: float) -> bool:
    return line.figure > limit if line.too_high else line.figure < limit


def _finding(line: SystemLimit, limit: float) -> Finding:
    return Finding(
        level="alarm" if limit == line.hard and line.alarms else "note",
        section="decisions",
        about=line.measure,
        text=f"{line.text}: {line.figure:.3g}, {'most' if line.too_high else 'least'} is {limit:.3g}",
        measure=line.measure,
        figure=line.figure,
        limit=limit,
        advice=LIMITS[line.measure].advice,
    )

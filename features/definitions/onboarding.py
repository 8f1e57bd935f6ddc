"""How far is the customer on the way in: milestones reached, overdue, and the days each took after joining."""

from __future__ import annotations

from features.language.feature import Feature, Reading
from features.language.formulas import Rows

milestones = Rows("milestones")
customers = Rows("customers")

_tenure = customers.days_since_last(customers["joined_at"])


def features_of_milestones(due_days: tuple[tuple[str, int], ...]) -> tuple[Feature, ...]:
    """Return the features about milestones, given as (name, due days); none where a company names none."""
    return tuple(_days_to(name) for name, _ in due_days)


def _days_to(name: str) -> Feature:
    return Feature(
        f"milestones_days_to_{name}",
        _tenure - milestones.days_since_first(where=milestones["milestone"].equals(name)),
        f"Days from joining until the milestone {name} was first reached.",
        Reading("days", low=None, missing="not reached yet, or has not joined"),
    )

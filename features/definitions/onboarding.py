"""How is the customer getting started: what happened in the first 90 days, which milestones are reached, and which are overdue.

The first 90 days are `[joined_at, joined_at + 90 days)`, of which only what happened before `as_of` is seen: younger customers
have had less of them.
"""

from __future__ import annotations

from functools import reduce
from operator import add

from features.language.arithmetic import Constant, Formula, greatest
from features.language.feature import Feature, Reading
from features.language.formulas import Rows

customers, milestones, usage = Rows("customers"), Rows("milestones"), Rows("usage")
tickets, purchases = Rows("tickets"), Rows("purchases")

_WATCH = 90
_NONE: Formula = Constant(0.0)
_tenure = customers.days_since_last(customers["joined_at"])
_PROSPECT = "a prospect: has not joined yet"
_WINDOW = "onboarding: the first 90 days decide whether the value shows"

_first_uses, _first_tickets = usage.after_joining(days=_WATCH), tickets.after_joining(days=_WATCH)
_first_purchases = purchases.after_joining(days=_WATCH)
_bought = _first_purchases & purchases["kind"].is_in("order", "renewal", "upgrade")


def _first_90d(name: str, formula: Formula, meaning: str, unit: str) -> Feature:
    # divided by 1 for who has joined, and by 0 for a prospect, who has had no first days and so no count of them
    reading = Reading(unit, missing=_PROSPECT, origin=_WINDOW)
    return Feature(f"first_90d_{name}", formula / _tenure.known(), f"{meaning} in the first 90 days after joining.", reading)


FEATURES: tuple[Feature, ...] = (
    _first_90d(
        "interactions",
        usage.count(where=_first_uses) + tickets.count(where=_first_tickets) + purchases.count(where=_bought),
        "Uses, tickets and purchased lines together",
        "interactions",
    ),
    _first_90d("uses", usage.count(where=_first_uses), "Uses of the product", "uses"),
    _first_90d("active_days", usage.distinct_days(where=_first_uses), "UTC days with a use", "days"),
    _first_90d(
        "breadth",
        usage.distinct(usage["feature"], where=_first_uses),
        "Different features of the product used",
        "features of the product",
    ),
    _first_90d("tickets", tickets.count(where=_first_tickets), "Tickets opened", "tickets"),
    _first_90d("complaints", tickets.count(where=_first_tickets & tickets["complaint"]), "Complaints opened", "tickets"),
    _first_90d("purchases", purchases.count(where=_bought), "Purchased lines", "lines"),
    Feature(
        "days_to_first_use",
        _tenure - usage.days_since_first(where=usage.after_joining()),
        "Days from joining to the first use from then on.",
        Reading("days", missing="has not joined, or not used the product since", origin="time to first value"),
    ),
    Feature(
        "milestones_reached",
        milestones.distinct(milestones["milestone"]),
        "Different milestones of onboarding reached so far, whatever the company file names.",
        Reading("milestones"),
    ),
    Feature(
        "milestones_days_since_last",
        milestones.days_since_last(),
        "Days since a milestone was last reached.",
        Reading("days", missing="none reached yet"),
    ),
)


def features_of_milestones(due_days: tuple[tuple[str, int], ...]) -> tuple[Feature, ...]:
    """Return the features about milestones, given as (name, due days); none where a company names none."""
    if not due_days:
        return ()
    reached = [_reached(name) for name, _ in due_days]
    done = reduce(add, reached)
    late = [(_tenure - due) * (Constant(1.0) - done_one) for (_, due), done_one in zip(due_days, reached, strict=True)]
    return (
        Feature(
            "milestones_done",
            done,
            "Milestones of the company file reached so far.",
            Reading("milestones", high=float(len(due_days))),
        ),
        Feature(
            "milestones_done_share",
            done / len(due_days),
            "Of the milestones of the company file: share reached so far.",
            Reading("share", high=1.0),
        ),
        Feature(
            "milestones_overdue",
            reduce(add, (days > 0 for days in late)),
            "Milestones of the company file that are past their due day and not reached.",
            Reading("milestones", high=float(len(due_days)), missing=_PROSPECT),
        ),
        Feature(
            "milestones_overdue_days",
            reduce(greatest, late, _NONE),
            "Days by which the milestone that is overdue longest is overdue; 0 if none is.",
            Reading("days", missing=_PROSPECT),
        ),
        *(_days_to(name) for name, _ in due_days),
    )


def _reached(name: str) -> Formula:
    return milestones.count(where=milestones["milestone"].equals(name)) > 0


def _days_to(name: str) -> Feature:
    return Feature(
        f"milestones_days_to_{name}",
        _tenure - milestones.days_since_first(where=milestones["milestone"].equals(name)),
        f"Days from joining until the milestone {name} was first reached.",
        Reading("days", low=None, missing="not reached yet, or has not joined"),
    )

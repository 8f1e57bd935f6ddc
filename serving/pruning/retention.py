"""How long is what kept: the settings `[retention]`, each with a default under which nothing that may be asked for is lost."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Retention:
    """What is kept; 0 means for ever where it says so.

    Attributes
    ----------
    predictions_days
        Predictions that were live, by when they went live. Beyond it the first of each month and bundle stay for the monitor.
    monitored_days
        How far back these monthly ones go; the monitor looks back 549 days.
    snapshots
        So many of the newest snapshots that were published stay; those of training always stay.
    models
        So many of the newest models of each question that were live stay, to go back to.
    candidates
        So many of the newest trained models of each question that were not promoted stay.
    stages_weeks
        Kept Mondays; 0: for ever, since the next training computes what is missing again, slowly.
    deliveries_days
        Messages to webhooks that were delivered or given up.
    alerts_days
        Alerts that have ended.
    decisions_days
        Decisions with their outcomes, once the event log holds them; 0: for ever, so that each can be replayed.
    """

    predictions_days: int = 31
    monitored_days: int = 560
    snapshots: int = 7
    models: int = 5
    candidates: int = 10
    stages_weeks: int = 0
    deliveries_days: int = 30
    alerts_days: int = 400
    decisions_days: int = 0

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012 (read by pydantic where settings are read, no field)

    def __post_init__(self) -> None:
        for each in fields(self):
            if getattr(self, each.name) < (0 if each.name in ("stages_weeks", "decisions_days") else 1):
                raise ValueError(f"{each.name} is a whole number above 0, or 0 for ever where the guide says so")

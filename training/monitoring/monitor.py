"""How do the live models fare, and must somebody look: everything that is watched, put together and written down.

Each look brings lines for fields of the report, and findings. One that cannot look says why, and the others look all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from features.at_risk.population import sources_read
from features.errors import Conflict, Damaged, InvalidInput, NotFound
from features.home import Home
from features.reports.monitor import Finding, LiveModels, ModelOutcomes, MonitorReport, Unwatched
from features.times import Timestamp, format_time
from features.write_once import replace_file
from training.examples import Say, newest_midnight
from training.feedback import feedback_state, findings_of_feedback
from training.labels.labels import observed_by, received
from training.monitoring.deciding.limits import findings_of_limits
from training.monitoring.deciding.system import system_limits
from training.monitoring.drift.findings import findings_of_drift
from training.monitoring.drift.watching import feature_drift, score_drift
from training.monitoring.feed_findings import findings_of_age, findings_of_feeds
from training.monitoring.feeds import feeds_of
from training.monitoring.findings import findings_of_unwatched, in_order
from training.monitoring.grades import live_grades
from training.monitoring.outcomes.estimating import estimated_of
from training.monitoring.outcomes.exposures import exposures_of
from training.monitoring.outcomes.findings import findings_of_estimate, findings_of_outcomes
from training.monitoring.outcomes.graded import outcomes_of
from training.monitoring.publications import Watched, publication
from training.questions.registry import question_for

REPORT = "monitor.json"
"""The name of the report below `reports/`."""


@dataclass(frozen=True)
class Seen:
    """What one look brought: `lines` by the field of the report they belong to, and findings."""

    lines: Mapping[str, list[Any]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


Look: TypeAlias = Callable[[], Seen]


def monitor(home: Home, *, moment: Timestamp, say: Say | None = None) -> MonitorReport:
    """Return how everything that is live at a moment fares, as far as it can be known then.

    Raises
    ------
    NothingLive
        If nothing had been promoted by then.
    """
    watched = Watched.at(home, moment)
    told = [_tried("outcomes", model, look=partial(_outcomes, watched, model), say=say) for model in _by_month(watched)]
    outcomes = {line.model: line for each in told for line in each.lines.get("outcomes", [])}
    seen = [*told, *(_tried(section, about, look=look, say=say) for section, about, look in _looks(watched, outcomes))]
    fields = ("outcomes", "exposures", "drift", "undone", "feeds", "estimated", "unwatched", "decisions", "grades")
    return MonitorReport(
        as_of=format_time(moment),
        live=_live(watched),
        findings=in_order([finding for each in seen for finding in each.findings]),
        **{name: [line for each in seen for line in each.lines.get(name, [])] for name in fields},
    )


def write_report(home: Home, report: MonitorReport) -> Path:
    """Keep the report where the service looks for it, and return its path."""
    path = home.reports / REPORT
    replace_file(path, report.to_json())
    return path


def _looks(watched: Watched, outcomes: Mapping[str, ModelOutcomes]) -> Iterable[tuple[str, str, Look]]:
    """Give every look beside that at outcomes: its section, what it is about, and what it does."""
    yield "grades", "models", lambda: Seen({"grades": live_grades(watched)})
    yield "outcomes", "offers", lambda: Seen({"exposures": exposures_of(watched)})
    for model in _by_month(watched):
        yield "drift", f"{model} features", partial(_features, watched, model)
        yield "drift", f"{model} scores", partial(_scores, watched, model)
    yield "feeds", "sources", partial(_feeds, watched)
    yield "feeds", "predictions", partial(_age, watched)
    for model, known in outcomes.items():
        yield "estimated", model, partial(_estimated, watched, known)
    yield "decisions", "offers", partial(_decisions, watched)
    yield "feedback", "sources", partial(_feedback, watched)


def _by_month(watched: Watched) -> list[str]:
    """Return the live models that are asked month by month; what became of offers is told by their exposures."""
    return [model for model in watched.live.models if question_for(model, watched.company).by_month]


def _tried(section: str, about: str, *, look: Look, say: Say | None) -> Seen:
    if say:
        say(f"{section}: {about}")
    try:
        return look()
    except (NotFound, InvalidInput, Conflict, Damaged) as error:
        unwatched = Unwatched(section, about, str(error), damaged=isinstance(error, Damaged))
        return Seen({"unwatched": [unwatched]}, tuple(findings_of_unwatched([unwatched])))


def _outcomes(watched: Watched, model: str) -> Seen:
    found = outcomes_of(watched, model)
    return Seen({"outcomes": [found]}, tuple(findings_of_outcomes(found)))


def _features(watched: Watched, model: str) -> Seen:
    window, undone = feature_drift(watched, model)
    return Seen({"drift": [window], "undone": [undone]}, tuple(findings_of_drift(window, undone)))


def _scores(watched: Watched, model: str) -> Seen:
    window = score_drift(watched, model)
    return Seen({"drift": [window]}, tuple(findings_of_drift(window, None)))


def _feeds(watched: Watched) -> Seen:
    feeds = feeds_of(watched)
    return Seen({"feeds": feeds}, tuple(findings_of_feeds(feeds)))


def _age(watched: Watched) -> Seen:
    """Look how far the predictions lie behind the newest moment at which they could be made."""
    observed = observed_by(watched.log, watched.moment, sources=received(watched.log, sources_read(watched.company)))
    behind = newest_midnight(observed) - watched.predictions.origin.as_of
    return Seen(findings=tuple(findings_of_age(behind, stale_hours=watched.company.alerts.stale_hours)))


def _estimated(watched: Watched, outcomes: ModelOutcomes) -> Seen:
    found = estimated_of(watched, outcomes)
    if found is None:
        return Seen()
    return Seen({"estimated": [found]}, tuple(findings_of_estimate(found, outcomes.promised.get("auc"))))


def _decisions(watched: Watched) -> Seen:
    limits = system_limits(watched)
    return Seen({"decisions": limits}, tuple(findings_of_limits(limits)))


def _feedback(watched: Watched) -> Seen:
    """Look who says what became of offers, and whom nobody should learn from unseen."""
    return Seen(findings=tuple(findings_of_feedback(feedback_state(watched.home, until=watched.moment))))


def _live(watched: Watched) -> LiveModels:
    entry, live = watched.live, watched.live.live
    predictions = next((publication(watched.home, entry, model=model) for model in entry.models), None)
    origin = predictions and predictions.origin
    return LiveModels(
        bundle=str(live.bundle),
        company=str(live.company),
        snapshot=str(live.snapshot),
        predicted_as_of=format_time(origin.as_of) if origin else None,
        published_at=format_time(entry.at),
        models=dict(entry.models),
    )

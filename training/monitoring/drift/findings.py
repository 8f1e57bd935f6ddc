"""What of the drift must somebody know or look at: an alarm where decisions would be other ones without it, a note otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from features.quality.wording import counted, further, percent
from features.reports.drift import DriftWindow, Undone
from features.reports.monitor import Finding
from training.monitoring.drift.watching import moved_most

_NAMED = 5

_OTHERWISE = {
    "band": "of customers would be in another band of risk",
    "category": "of customers would be in another category of value",
    "stage": "of customers would be told another stage as the likeliest",
    "list": "of the list would be other customers",
}
"""What putting the drifted columns back would change, by decision."""


def findings_of_drift(window: DriftWindow, undone: Undone | None) -> Iterator[Finding]:
    """Judge what moved in one window; `undone` says what its features do to decisions, None where they are not known."""
    moved = moved_most(window.drifted)
    if not moved:
        return
    named = ", ".join(column.name for column in moved[:_NAMED]) + further(len(moved) - _NAMED)
    decision, share, limit = ("", 0.0, 0.0) if undone is None else _most_changed(undone)
    alarm = undone is not None and undone.changes_decisions
    what = f"{counted(len(moved), window.what[:-1])} of {len(window.columns)} moved since {window.reference_as_of[:10]}: {named}"
    yield Finding(
        level="alarm" if alarm else "note",
        section="drift",
        about=f"{window.model} {window.what}",
        text=what if undone is None else f"{what}; without that, {percent(share)} {_OTHERWISE[decision]}",
        measure=f"share of the {decision} changed" if undone else f"times its limit, {moved[0].name}",
        figure=share if undone else moved[0].beyond,
        limit=limit if undone else 1.0,
        advice=_drift_advice(window, alarm=alarm),
    )


def _most_changed(undone: Undone) -> tuple[str, float, float]:
    decision = max(undone.changed, key=lambda name: undone.changed[name] / undone.limits[name])
    return decision, undone.changed[decision], undone.limits[decision]


def _drift_advice(window: DriftWindow, *, alarm: bool) -> str:
    if alarm:
        return f"see whether a feed explains it; if customers did change, `lifecycle train {window.model}`"
    if window.what == "scores":
        return "see whether features explain it; the level is right if what came agrees"
    return "nothing today: decisions hardly rest on it; the next training will have learned it"

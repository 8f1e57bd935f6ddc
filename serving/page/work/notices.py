"""What holds against the whole list: a model that is missing, predictions that are old, names that are not known."""

from __future__ import annotations

from collections.abc import Mapping

from features.times import SECOND
from serving.answering.answers import Standing
from serving.listing.traits import Sort
from serving.page.frame.wording import N_
from serving.page.work.reader import Reading

LATE_NAMES = 600 * SECOND
"""Names that were not compared with the log for so long may lack somebody."""

_HELD: Mapping[str, str] = {
    "not_the_live_version": N_(
        "The newest predictions could not be used, so these are the last that could. Tell whoever runs the service."
    ),
    "freshness_unknown": N_("It is not known what came in since; newer figures may exist. Open the page again in a minute."),
}
_ORDERS: Mapping[Sort, str] = {
    "margin_at_risk": N_(
        "Those with whom most could be lost come first: the chance to leave within %(days)s days times the margin expected."
    ),
    "risk": N_("Those who most probably leave within %(days)s days come first. What each is worth is not known."),
    "value": N_("Those worth most within %(days)s days come first. Who may leave is not known."),
    "health": N_("Those in the worst health come first. Who may leave, and what each is worth, is not known."),
    "customer_id": N_("The list is in the order of ids, as nothing is predicted that would say whom to care for first."),
}


def sort_of(reading: Reading) -> Sort:
    """Return by what the list is ordered: by the margin at risk, or by what there is of it."""
    places = reading.state.places
    if places.churn and places.value:
        return "margin_at_risk"
    if places.churn or places.value:
        return "risk" if places.churn else "value"
    return "health" if places.health else "customer_id"


def order_said(reading: Reading, sort: Sort) -> str:
    """Say by what the list is ordered."""
    return reading.text(_ORDERS[sort], days=reading.state.company.horizon_days)


def notices_of(reading: Reading, standing: Standing) -> list[str]:
    """Return what holds against every row, in words, and what to do."""
    codes = {caveat.code for caveat in standing.warnings}
    found = [reading.text(text) for code, text in _HELD.items() if code in codes]
    if "snapshot_stale" in codes:
        found.append(
            reading.text(
                N_(
                    "These predictions were made %(ago)s. Whoever changed or came since may stand in the wrong place. "
                    "Tell whoever runs the service."
                ),
                ago=reading.say.ago(reading.state.as_of, reading.now),
            )
        )
    return [*_models_missing(reading), *found]


def about_names(reading: Reading) -> str:
    """Say why a name may not be found; nothing where all names are known."""
    if reading.names is None:
        return reading.text(
            N_(
                "Names cannot be shown or searched now; search by id works. Names come from the event log, a minute after the "
                "service starts: if this goes on, tell whoever runs it."
            )
        )
    if reading.now - reading.names.current_at <= LATE_NAMES:
        return ""
    ago = reading.say.ago(reading.names.current_at, reading.now)
    return reading.text(N_("Names are those of %(ago)s; newer ones are not found yet. Search by id works."), ago=ago)


def _models_missing(reading: Reading) -> list[str]:
    places = reading.state.places
    missing = {
        N_("No model says yet who may leave. Ask whoever trains the models to promote one."): places.churn,
        N_("No model says yet what each is worth. Ask whoever trains the models to promote one."): places.value,
    }
    return [reading.text(text) for text, place in missing.items() if place is None]

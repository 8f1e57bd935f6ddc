"""What happened so far: the touchpoints of a customer, their use over thirty weeks, and how their risk went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serving.answering.parts import churn_answer
from serving.history.former import Chance
from serving.history.timeline import After
from serving.live.state import Found, LiveState
from serving.page.about.given import told
from serving.page.about.reader import Reader
from serving.page.about.standing import Known
from serving.page.past.series import SeriesShown, risk_over_time, use_shown
from serving.page.past.timeline import TimelineShown, timeline_shown


@dataclass(frozen=True)
class HistoryShown:
    """The past; `timeline` and `use` are None where they cannot be read now, `risk` where too few predictions are kept."""

    timeline: TimelineShown | None
    use: SeriesShown | None
    risk: SeriesShown | None


def history_shown(
    state: LiveState, known: Known, former: Sequence[Chance], *, after: After | None, reader: Reader
) -> HistoryShown:
    """Return what happened so far, the touchpoints after a place."""
    glance, company = known.glance, state.company
    names = {offer.id: offer.name for offer in company.offers}
    return HistoryShown(
        timeline=timeline_shown(glance.things, after, offers=names, currency=company.currency, reader=reader) if glance else None,
        use=use_shown(glance, reader) if glance else None,
        risk=risk_over_time(former, _now(state, known.found), days=company.horizon_days, say=reader.say),
    )


def _now(state: LiveState, found: Found) -> Chance | None:
    places = state.places.churn
    if places is None:
        return None
    answer = churn_answer(found.values, places, state.company, reasons=())
    return told(answer, lambda churn: Chance(found.as_of, churn.probability))

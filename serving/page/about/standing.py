"""Where does a customer stand: every part of the customer page that is predicted, promised or agreed, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.explanation.strongest import Reason
from serving.answering.answers import Said, customer_answer
from serving.answering.parts import alerts_standing
from serving.api.asked import Asked
from serving.history.glance import Glance
from serving.live.state import Found, LiveState
from serving.page.about.alerts import AlertShown, alerts_shown
from serving.page.about.consent import ConsentShown, consent_shown
from serving.page.about.freshness import FreshnessShown, freshness_shown
from serving.page.about.given import told
from serving.page.about.missing import cautions, missing_parts
from serving.page.about.reader import Reader
from serving.page.about.risk import RiskShown, risk_shown
from serving.page.about.service import NpsShown, TicketShown, nps_shown, open_tickets, promise_for
from serving.page.about.stage import StageShown, stage_shown, stages_in
from serving.page.about.worth import HealthShown, ValueShown, health_shown, purchase_shown, value_shown


@dataclass(frozen=True)
class Known:
    """What is known of one customer when their page is opened.

    `why`: the reasons; None where they cannot be computed now. `glance`: the past; None where it cannot be read now.
    """

    found: Found
    why: Sequence[Reason] | None
    glance: Glance | None


@dataclass(frozen=True)
class StandingShown:
    """Every part, None where it is not known; `missing` says why, by the name of the part. `cautions`: what to bear in mind."""

    name: str
    stage: StageShown | None
    risk: RiskShown | None
    has_reasons: bool
    value: ValueShown | None
    health: HealthShown | None
    purchase: tuple[str, ...]
    alerts: tuple[AlertShown, ...]
    nps: NpsShown | None
    tickets: tuple[TicketShown, ...]
    consent: ConsentShown
    freshness: FreshnessShown
    missing: Mapping[str, str]
    cautions: tuple[str, ...]


def standing_shown(asked: Asked, known: Known, reader: Reader) -> StandingShown:
    """Return where a customer stands, from the same answer as the API gives."""
    state, found, say = asked.state, known.found, reader.say
    request_id = asked.call.exchange.request_id
    answer = customer_answer(state, Said(found, known.why or ()), request_id=request_id, held=asked.standing)
    alerts, company = state.places.alerts, state.company
    limit = asked.call.service.settings.stale_hours
    return StandingShown(
        name=_name(known.glance),
        stage=told(answer.stage, lambda part: stage_shown(state, found, part, say)),
        risk=told(answer.churn, lambda part: risk_shown(part, known.why or (), say)),
        has_reasons=known.why is not None,
        value=told(answer.value, lambda part: value_shown(part, say)),
        health=told(answer.health, lambda part: health_shown(part, company.health, say)),
        purchase=told(answer.purchase, lambda part: purchase_shown(part, say)) or (),
        alerts=alerts_shown(alerts_standing(found.values, alerts, company), say) if alerts else (),
        nps=nps_shown(known.glance.of("surveys"), say) if known.glance else None,
        tickets=_tickets(state, known, reader),
        consent=consent_shown(state, found, known.glance.of("customers") if known.glance else (), reader),
        freshness=freshness_shown(found, known.glance, stale_hours=limit, reader=reader),
        missing=missing_parts(answer.warnings, say),
        cautions=cautions(answer.warnings, say),
    )


def _name(glance: Glance | None) -> str:
    """Return what the customer is called, which is shown here and kept nowhere else."""
    names = (row.cells["display_name"] for row in (glance.of("customers") if glance else ()))
    return next((str(name) for name in names if name), "")


def _tickets(state: LiveState, known: Known, reader: Reader) -> tuple[TicketShown, ...]:
    if known.glance is None:
        return ()
    promise = promise_for(state.company, stages_in(state, known.found))
    return open_tickets(known.glance.of("tickets"), state.company, promise=promise, reader=reader)

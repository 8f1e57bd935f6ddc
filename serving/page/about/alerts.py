"""Which alerts stand for a customer, in the reader's language with the figures of this prediction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.times import Timestamp
from models.alerts import AlertCode
from serving.answering.parts import AlertStanding
from serving.page.frame.wording import N_, Wording

_TEXTS: Mapping[AlertCode, str] = {
    "risk_band_up": N_("The chance to leave within %(days)s days has risen to %(probability)s. Ask what has changed."),
    "stage_change_likely": N_("Likely to change stage within %(days)s days: %(probability)s."),
    "nps_below_limit": N_("Gave us %(score)s of 10; in this stage it should be %(limit)s or more. Ask why."),
    "onboarding_stalled": N_("A step of onboarding is %(days)s days overdue. Help with it now."),
    "no_value_seen": N_("No sign of value %(days)s days after joining. Show what the product is good for."),
    "update_overdue": N_("Has waited over %(hours)s hours for news on open tickets (%(tickets)s). Give some now."),
    "usage_falling": N_("The last 7 days saw %(share)s of the usual use. Ask what has changed."),
    "renewal_at_risk": N_("The contract ends in %(days)s days and the chance to leave is %(probability)s. Talk about it now."),
}
_SHARES = frozenset({"probability", "share"})


@dataclass(frozen=True)
class AlertShown:
    """One alert in words, and since when it stands."""

    text: str
    since: Timestamp


def alerts_shown(found: Sequence[AlertStanding], say: Wording) -> tuple[AlertShown, ...]:
    """Return the alerts as an agent reads them."""
    return tuple(AlertShown(say.text(_TEXTS[one.code], **_figures(one.facts, say)), one.since) for one in found)


def _figures(facts: Mapping[str, float], say: Wording) -> dict[str, str]:
    return {name: say.percent(figure) if name in _SHARES else say.number(figure) for name, figure in facts.items()}

"""Which alerts stand for a customer: what each says of this prediction, in the reader's language, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from features.times import Timestamp
from models.alerts import AlertCode, text_of
from serving.answering.parts import AlertStanding
from serving.page.frame.wording import N_, Wording

_TO_DO: Mapping[AlertCode, str] = {
    "risk_band_up": N_("Ask what has changed."),
    "stage_change_likely": N_("See below where they may go."),
    "nps_below_limit": N_("Ask why."),
    "onboarding_stalled": N_("Help with it now."),
    "no_value_seen": N_("Show what the product is good for."),
    "update_overdue": N_("Give some news now."),
    "usage_falling": N_("Ask what has changed."),
    "renewal_at_risk": N_("Talk about it now."),
}


@dataclass(frozen=True)
class AlertShown:
    """One alert in words, what to do about it, and since when it stands."""

    text: str
    to_do: str
    since: Timestamp


def alerts_shown(found: Sequence[AlertStanding], say: Wording) -> tuple[AlertShown, ...]:
    """Return the alerts as an agent reads them; the sentence of each is the one that the API sends."""
    return tuple(
        AlertShown(text_of(one.code, one.facts, language=say.language), say.text(_TO_DO[one.code]), one.since) for one in found
    )

"""What is answered about a decision: as it was made, how its offers have come on since, and what is to be said with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from features.times import format_time
from serving.answering.answers import Caveat, Standing
from serving.database.offered.decisions import KeptDecision
from serving.database.offered.exposures import Suggestion
from serving.live.offering import Offering

_encode = msgspec.json.Encoder(order="sorted").encode
_SCORES_OF = {"churn": {"churn_probability", "churn_percentile"}, "value": {"expected_margin", "value_percentile", "clv_to_cac"}}
"""The scores that are missing because a model is; what of the other parts is missing means nothing to a decision."""
_NO_OFFER_MODEL = Caveat(
    "model_missing",
    "No offer model is live for some offers: that one in ten accepts is presumed, and says nothing about this customer.",
    "offers.acceptance_probability",
)


@dataclass(frozen=True)
class Told:
    """What goes with a decision: the number of the request, and what holds for every decision made now."""

    request_id: str
    standing: Standing


def deciding_standing(held: Standing, offering: Offering) -> Standing:
    """Return what holds for every decision from one live state: what is missing of that which decisions are made from."""
    warnings = [one for one in held.warnings if one.part is msgspec.UNSET or one.part in _SCORES_OF]
    explained = {name for one in warnings for name in _SCORES_OF.get(str(one.part), ())}
    if offering.rests_on_prior:
        warnings.append(_NO_OFFER_MODEL)
    if unpublished := [name for name in offering.unpublished if name not in explained]:
        named = ", ".join(unpublished)
        text = f"These predictions hold no {named}; rules that name them do not hold. Score again."
        warnings.append(Caveat("not_published", text, "withheld"))
    return Standing(warnings, bool(warnings))


def decision_body(kept: KeptDecision, said: Mapping[str, Any], suggestions: Sequence[Suggestion], *, told: Told) -> bytes:
    """Return the answer as JSON. `said` is what the decision says of itself; absent members are absent, never null."""
    versions = {"bundle": kept.bundle, "snapshot": kept.snapshot, "company": kept.company}
    offers = [_without_unknown(offer) | _come_on(one) for offer, one in zip(said["offers"], suggestions, strict=False)]
    return _encode(
        _without_unknown(said)
        | {
            "offers": offers,
            "withheld": [_without_unknown(one) for one in said["withheld"]],
            "decided_at": format_time(kept.decided_at),
            "versions": versions,
            "request_id": told.request_id,
            "degraded": told.standing.degraded,
            "warnings": told.standing.warnings,
        }
    )


def _come_on(suggestion: Suggestion) -> dict[str, str]:
    progress = suggestion.progress
    moments = {"shown_at": progress.shown_at, "outcome_at": progress.outcome_at}
    return {"state": progress.state} | {name: format_time(at) for name, at in moments.items() if at is not None}


def _without_unknown(named: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if value is not None}

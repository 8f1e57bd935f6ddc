"""What is not known of a customer, why, and what to do: the warnings of an answer in words an agent understands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import UNSET

from serving.answering.answers import Caveat
from serving.page.frame.wording import N_, Wording

_NO_MODEL = N_("No model answers this yet. Ask whoever trains the models to promote one.")
_SCORE_AGAIN = N_("The predictions in service do not hold this. Ask whoever runs the service to score again.")
_PARTS: Mapping[str, str] = {
    "model_missing": _NO_MODEL,
    "not_published": _SCORE_AGAIN,
    "not_at_risk": N_("No chance is given: this customer has left already, or has not begun yet. Win them, or win them back."),
    "value_not_predicted": N_("No value is given: too little is known of such customers."),
    "purchase_not_predicted": N_("Nothing is said of the next purchase: such customers were not learned from."),
    "health_unknown": N_("Health is not known: none of the facts it is made of is known of this customer."),
}
_PAGE: Mapping[str, str] = {
    "snapshot_stale": N_("These predictions are older than they should be. Ask the customer before you rely on them."),
    "not_the_live_version": N_("The newest predictions could not be used; these are the last ones that could."),
    "freshness_unknown": N_("It is not known whether something newer has come. Open the page again in a minute."),
    "churn_rests_on_too_little": N_("Hardly anything is known of this customer yet: the chance to leave is that of everybody."),
}


def missing_parts(warnings: Iterable[Caveat], say: Wording) -> Mapping[str, str]:
    """Return for each part that is absent why it is, by the name of the part."""
    named = [(str(one.part).partition(",")[0], one.code) for one in warnings if one.part is not UNSET]
    return {part: say.text(_PARTS[code]) for part, code in named if code in _PARTS}


def cautions(warnings: Iterable[Caveat], say: Wording) -> tuple[str, ...]:
    """Return what holds against all of the page, a sentence each."""
    return tuple(say.text(_PAGE[one.code]) for one in warnings if one.code in _PAGE)

"""How likely does a customer leave, in words and number, how sure is it, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.explanation.strongest import Effect, Reason
from models.explanation.texts import text_of
from serving.answering.parts import ChurnAnswer
from serving.page.about.chances import in_hundred, leaving
from serving.page.about.given import given, told
from serving.page.frame.wording import N_, Wording

_BANDS = {
    "low": N_("low"),
    "medium": N_("medium"),
    "high": N_("high"),
}


@dataclass(frozen=True)
class ReasonShown:
    """One reason in the reader's language, and whether it speaks for leaving or for staying."""

    effect: Effect
    text: str


@dataclass(frozen=True)
class RiskShown:
    """The chance to leave. `band` is the company's; `band_name` its word."""

    band: str
    band_name: str
    chance: str
    spread: str
    standing: str
    reasons: tuple[ReasonShown, ...]
    by_horizon: tuple[tuple[int, int], ...]


def risk_shown(answer: ChurnAnswer, why: Sequence[Reason], say: Wording) -> RiskShown:
    """Return the chance to leave as an agent reads it."""
    band = given(answer.band) or ""
    return RiskShown(
        band,
        say.text(_BANDS[band]) if band else "",
        leaving(answer.probability, answer.horizon_days, say),
        _spread(answer, say),
        _standing(answer, say),
        tuple(ReasonShown(reason.effect, text_of(reason, language=say.language)) for reason in why),
        tuple((one.days, in_hundred(one.probability)) for one in answer.horizons),
    )


def _spread(answer: ChurnAnswer, say: Wording) -> str:
    low, high = told(answer.low, in_hundred), told(answer.high, in_hundred)
    if low is None or high is None:
        return ""
    return say.text(N_("Of customers scored alike, between %(low)s and %(high)s in 100 have left."), low=low, high=high)


def _standing(answer: ChurnAnswer, say: Wording) -> str:
    percentile = given(answer.percentile)
    if percentile is None:
        return ""
    below = say.number(min(percentile, 99.0))
    return say.text(N_("The risk is higher than that of %(share)s in 100 of all customers who may leave."), share=below)

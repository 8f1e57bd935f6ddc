"""What is a customer worth, how are they, and when do they buy next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from features.company.business import Health
from serving.answering.parts import HealthAnswer, PurchaseAnswer, ValueAnswer
from serving.page.about.chances import buying
from serving.page.about.given import given, told
from serving.page.frame.names import said
from serving.page.frame.wording import N_, Wording

_TREATMENTS: Mapping[str, str] = {
    "keep": N_("Keep this customer: among those worth most."),
    "develop": N_("Develop this customer: worth more tomorrow than today."),
    "serve": N_("Serve well at the usual cost."),
    "turn_around": N_("Turn this around: costs more than it brings."),
}
_LEVERS: Mapping[str, str] = {
    "retention": N_("Most is at stake if this customer leaves: work on staying."),
    "cost_to_serve": N_("Most is at stake in what service costs: solve the causes of tickets."),
    "cross_sell": N_("Most is to be won with categories not bought yet."),
    "up_sell": N_("Most is to be won with larger or better products."),
    "purchase_interval": N_("Most is to be won if this customer buys more often."),
}
_COLOURS: Mapping[str, str] = {"bad": N_("Ill"), "fair": N_("Fair"), "good": N_("Well")}


@dataclass(frozen=True)
class ValueShown:
    """The expected margin and what the company makes of it."""

    expected: str
    spread: str
    category: str
    to_do: str
    return_on_cost: str
    lever: str
    is_extrapolated: bool


@dataclass(frozen=True)
class ComponentShown:
    """One part of health: 0 to 100, and its share of the whole in percent."""

    name: str
    score: int
    weight: str


@dataclass(frozen=True)
class HealthShown:
    """The health index. `state` is bad, fair or good, `state_name` its word."""

    score: int
    state: str
    state_name: str
    components: tuple[ComponentShown, ...]


def value_shown(answer: ValueAnswer, say: Wording) -> ValueShown:
    """Return what a customer is worth as an agent reads it."""
    category = given(answer.category) or ""
    return ValueShown(
        expected=say.text(
            N_("About %(amount)s expected within %(days)s days, after the cost of service."),
            amount=say.money(answer.expected_margin, answer.currency),
            days=answer.horizon_days,
        ),
        spread=_spread(answer, say),
        category=said(category, say),
        to_do=told(answer.treatment, lambda treatment: say.text(_TREATMENTS[treatment])) or "",
        return_on_cost=told(answer.clv_to_cac, lambda times: _return_on_cost(times, say)) or "",
        lever=told(answer.lever, lambda lever: say.text(_LEVERS[lever])) or "",
        is_extrapolated=answer.extrapolated is True,
    )


def health_shown(answer: HealthAnswer, health: Health, say: Wording) -> HealthShown:
    """Return how a customer is as an agent reads it."""
    state = "bad" if answer.score < health.red_below else "good" if answer.score >= health.green_from else "fair"
    components = tuple(
        ComponentShown(said(one.name, say), round(one.score), say.percent(one.weight)) for one in answer.components
    )
    return HealthShown(round(answer.score), state, say.text(_COLOURS[state]), components)


def purchase_shown(answer: PurchaseAnswer, say: Wording) -> tuple[str, ...]:
    """Return what is said of the next purchase, a sentence each."""
    chance = buying(answer.probability, answer.horizon_days, say)
    half = told(answer.expected_days, lambda days: _half(days, say))
    return (chance,) if half is None else (chance, half)


def _half(days: float, say: Wording) -> str:
    return say.plural(
        "Half of them have bought after %(count)s day.", "Half of them have bought after %(count)s days.", round(days)
    )


def _spread(answer: ValueAnswer, say: Wording) -> str:
    low, high = (told(end, lambda amount: say.money(amount, answer.currency)) for end in (answer.low, answer.high))
    if low is None or high is None:
        return ""
    return say.text(N_("8 in 10 customers like this bring between %(low)s and %(high)s."), low=low, high=high)


def _return_on_cost(times: float, say: Wording) -> str:
    words = N_("Brings %(times)s times what it cost to win this customer.")
    return say.text(words, times=say.number(times, decimals=1))

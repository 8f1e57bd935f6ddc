"""What does a language model read: an answer of the service in a few lines, reservations first, no figure without its horizon."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lifecycle.tools.asking import Answer

_MOST_REASONS = 3


def customer_text(answer: Answer) -> str:
    """Return what is known of a customer."""
    head = f"Customer {answer['customer_id']} as of {answer['as_of']}."
    return "\n".join([head, *reservations(answer), *_stage(answer), *_churn(answer), *_value(answer), *_health(answer)])


def decision_text(answer: Answer) -> str:
    """Return what to offer, what to say, and why not the others."""
    head = f"Decision {answer['decision_id']} for {answer['customer_id']}: {answer['action']}, until {answer['valid_until']}."
    offers = [line for offer in answer["offers"] for line in _offer(offer)]
    withheld = [f"Not {each['offer_id']}: {each['gate']}, {each['rule']} (found {each['found']})" for each in answer["withheld"]]
    return "\n".join([head, *reservations(answer), *(offers or ["Offer nothing now."]), *withheld])


def outcome_text(answer: Answer) -> str:
    """Return how an offer stands now."""
    late = "; the answer came late and is kept" if answer["late"] else ""
    return f"{answer['offer_id']} of decision {answer['decision_id']} is now {answer['state']}{late}."


def report_text(answer: Answer) -> str:
    """Return the report by stages, one line a figure, named by where it stands in the answer."""
    return "\n".join([*reservations(answer), *_lines(answer)])


def reservations(answer: Answer) -> list[str]:
    """Return the warnings of an answer, and whether they degrade it."""
    warnings = [f"Warning {each['code']}: {each['text']}" for each in answer.get("warnings", [])]
    return [*(["DEGRADED: say so before you use any of this."] if answer.get("degraded") else []), *warnings]


def _stage(answer: Answer) -> Iterator[str]:
    if stage := answer.get("stage"):
        since = f" since {stage['since']}" if "since" in stage else ", not confirmed yet"
        following = [f"{each['stage']} {each['probability']:.0%}" for each in stage.get("next", [])[:_MOST_REASONS]]
        yield f"Stage: {stage['current']}{since}." + (f" Next: {', '.join(following)}." if following else "")


def _churn(answer: Answer) -> Iterator[str]:
    if churn := answer.get("churn"):
        bounds = f" (80 % interval {churn['low']:.0%} to {churn['high']:.0%})" if {"low", "high"} <= set(churn) else ""
        band = f", band {churn['band']}" if "band" in churn else ""
        yield f"Chance to leave within {churn['horizon_days']} days: {churn['probability']:.0%}{bounds}{band}."
        for reason in churn.get("reasons", [])[:_MOST_REASONS]:
            yield f"- {reason['effect']} it: {reason['text']}"


def _value(answer: Answer) -> Iterator[str]:
    if value := answer.get("value"):
        category = f", category {value['category']}" if "category" in value else ""
        margin = f"{value['expected_margin']:.2f} {value['currency']}"
        yield f"Expected margin within {value['horizon_days']} days: {margin}{category}."


def _health(answer: Answer) -> Iterator[str]:
    if health := answer.get("health"):
        yield f"Health: {health['score']:.0f} of 100."


def _offer(offer: Answer) -> Iterator[str]:
    rests_on = "presumed, nothing was learned" if offer["prior"] else offer["effect"]
    chance = f"{offer['acceptance_probability']:.0%} say yes ({rests_on})"
    named = f"{offer['rank']}. {offer['offer_id']} ({offer['name']}) by {offer['channel']}"
    yield f"{named}: priority {offer['priority']:.2f}, {chance}."
    yield f"   Say: {offer['script']}"
    for reason in offer["reasons"][:_MOST_REASONS]:
        yield f"   Why: {reason['text']}"


def _lines(found: Any, path: str = "") -> Iterator[str]:
    if isinstance(found, dict):
        for name, value in found.items():
            if name not in ("warnings", "degraded", "versions", "request_id"):
                yield from _lines(value, f"{path}.{name}" if path else name)
    elif isinstance(found, list):
        for place, value in enumerate(found):
            yield from _lines(value, f"{path}[{place}]")
    else:
        yield f"{path}: {found}"

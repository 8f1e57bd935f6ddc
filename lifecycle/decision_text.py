"""How is a decision told to a person at a terminal: what is offered and what it rests on, why not the rest, and how to go on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from lifecycle.question import Question


def decision_text(decision: Mapping[str, Any], *, currency: str) -> str:
    """Return an answer of `POST .../decisions` in short: its offers, the gates that withheld others, until when it holds.

    >>> held = [{"gate": "eligibility"}, {"gate": "arbitration"}, {"gate": "eligibility"}]
    >>> nothing = {"action": "nothing", "arm": "control", "valid_until": "2026-01-02", "offers": [], "withheld": held}
    >>> print(decision_text(nothing, currency="EUR"))
    action nothing, arm control, until 2026-01-02
      not now: 2 by eligibility, 1 by arbitration
    """
    held = Counter(each["gate"] for each in decision["withheld"])
    lines = [
        f"action {decision['action']}, arm {decision['arm']}, until {decision['valid_until']}",
        *(_offer_line(offer, currency) for offer in decision["offers"]),
        *(f"  {each['code']}: {each['text']}" for each in decision.get("warnings", [])),
    ]
    if held:
        lines.append("  not now: " + ", ".join(f"{count} by {gate}" for gate, count in held.most_common()))
    return "\n".join(lines)


def outcome_question(decision: Mapping[str, Any], key: str) -> Question | None:
    """Return the call that tells that the first offer was accepted; None where nothing was offered."""
    if not decision["offers"]:
        return None
    told = {"offer_id": decision["offers"][0]["offer_id"], "outcome": "accepted"}
    return Question(f"/v1/decisions/{decision['decision_id']}/outcomes", key, json.dumps(told))


def accepting_text(decision: Mapping[str, Any], key: str, url: str) -> str:
    """Return how to tell the service at `url` that the first offer was accepted; nothing where none was made."""
    question = outcome_question(decision, key)
    return "" if question is None else f"  the customer accepts:\n    {question.curl(url)}\n"


def _offer_line(offer: Mapping[str, Any], currency: str) -> str:
    effect = "effect measured" if offer["effect"] == "measured" else "effect assumed"
    return (
        f"  {offer['rank']}. {offer['offer_id']} by {offer['channel']}: taken by {offer['acceptance_probability']:.0%}, "
        f"brings {offer['priority']:.2f} {currency} more than no offer ({effect})"
    )

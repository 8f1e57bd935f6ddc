"""How is a decision kept: one JSON document of all it followed from and all that was answered, in one canonical spelling."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from features.times import Timestamp, format_time
from models.decision.contacts.table import COLUMNS, NEVER, Contacts
from models.decision.decide import Decision, Slot
from models.decision.gates.passing import PASSED
from models.decision.situations import Situations

FORMAT = 1
_TOLD_OTHERWISE = frozenset({"candidate", "interval", "reasons", "taken_until"})
_spelled = msgspec.json.Encoder(order="sorted").encode  # NaN as null


def document(decision: Decision, said: Mapping[str, Any] | None = None) -> bytes:
    """Return the stored form of a decision: `answer` is what was said, the rest what it follows from.

    Numbers are spelled so that they are read back exactly; NaN is null, and so is a moment that never came. `said`: the answer,
    where it is at hand.
    """
    policy, situations = decision.choices.policy, decision.choices.look.situations
    return _spelled(
        {
            "format": FORMAT,
            "company": policy.sha256,
            "asked": vars(decision.asked),
            "situation": _situation(situations, policy.names),
            "estimates": _estimates(situations),
            "lots": vars(decision.lots),
            "candidates": _candidates(decision),
            "answer": answer(decision) if said is None else said,
        }
    )


def answer(decision: Decision) -> dict[str, Any]:
    """Return what is answered to whoever asked, in plain values; see DESIGN for the names."""
    return {
        "decision_id": decision.asked.decision_id,
        "customer_id": decision.asked.customer_id,
        "agent_id": decision.asked.agent_id,
        "context": decision.choices.look.situations.context,
        "language": decision.language,
        "action": decision.action,
        "arm": decision.draw.arm,
        "selection_probability": decision.draw.probability,
        "window_start": format_time(decision.window_start),
        "valid_until": format_time(decision.valid_until),
        "offers": [_offer(slot) for slot in decision.offers],
        "withheld": [dict(vars(each)) for each in decision.withheld],
        "versions": {"bundle": decision.asked.bundle, "company": decision.choices.policy.sha256},
    }


def _offer(slot: Slot) -> dict[str, Any]:
    offer, channel = slot.candidate.offer, slot.candidate.channel
    own = {"offer_id": offer.id, "name": offer.name, "kind": offer.kind, "channel": channel.name}
    return {
        **own,
        **{name: value for name, value in vars(slot).items() if name not in _TOLD_OTHERWISE},
        "acceptance_low": slot.interval.low if slot.interval else None,
        "acceptance_high": slot.interval.high if slot.interval else None,
        "taken_until": None if slot.taken_until is None else format_time(slot.taken_until),
        "reasons": [dict(vars(reason)) for reason in slot.reasons],
    }


def _situation(situations: Situations, names: Iterable[str]) -> dict[str, Any]:
    return {
        "at": int(situations.at[0]),
        "context": situations.context,
        "columns": {name: situations.columns[name].item() for name in names if name in situations.columns},
        "contacts": _contacts(situations.contacts),
    }


def _contacts(contacts: Contacts) -> dict[str, Any]:
    moments = ("decided_at", "shown_at", "outcome_at")
    plain = {name: getattr(contacts, name).tolist() for name in COLUMNS}
    plain |= {name: [_moment(moment) for moment in plain[name]] for name in moments}
    plain["exposure"] = [f"{exposure:016x}" for exposure in plain["exposure"]]
    return {"offers": list(contacts.offers), "channels": list(contacts.channels), **plain}


def _estimates(situations: Situations) -> dict[str, Any]:
    estimates = situations.estimates
    return {
        "acceptance": estimates.acceptance[0].tolist(),
        "uplift": estimates.uplift[0].tolist(),
        "usual_margin": estimates.usual_margin.item(),
        "evidence": estimates.evidence,
    }


def _candidates(decision: Decision) -> dict[str, Any]:
    """Return a list a factor, one element a candidate in the order of the file; `probability` has `nothing` before them."""
    choices, weighed = decision.choices, decision.choices.weighed
    first, checks = choices.gates.first[0].tolist(), choices.policy.checks
    return {
        "name": choices.policy.candidate_names,
        "gate": [None if place == PASSED else checks[place].gate for place in first],
        "effect": weighed.effect[0].tolist(),
        "measured": weighed.measured[0].tolist(),
        "value": weighed.value[0].tolist(),
        "context_weight": weighed.context_weight.tolist(),
        "lever": weighed.lever.tolist(),
        "cost": weighed.cost[0].tolist(),
        "priority": weighed.priority[0].tolist(),
        "probability": choices.probabilities()[0].tolist(),
    }


def _moment(moment: Timestamp) -> Timestamp | None:
    return None if moment == NEVER else moment

"""Why not the others: every candidate that is not offered, with the gate and the rule of the company file that withholds it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.decision.arbitration import unknown_factors
from models.decision.choices import NO_OFFER, Choices
from models.decision.draw import Drawn
from models.decision.gates.checks import number_worded
from models.decision.gates.gate import Gate
from models.decision.gates.passing import PASSED
from models.decision.policy import Policy

MOST_OFFERS = 3
"""How many offers an answer holds."""


@dataclass(frozen=True)
class Withheld:
    """An offer that is not made: on one channel, or (`channel` None) on none of its channels for the same reason.

    `rule`: the condition, in the words of the company file. `found`: what was found instead for this customer.
    """

    offer_id: str
    channel: str | None
    gate: Gate
    rule: str
    found: str


def offered(choices: Choices, draw: Drawn) -> tuple[int, ...]:
    """Return the places offered to the one customer: what was drawn, then by priority other offers worth more than nothing."""
    if draw.place == NO_OFFER:
        return ()
    offer_of, priority = choices.policy.offer_of, choices.weighed.priority[0]
    others = [place for place in choices.ranking if offer_of[place] != offer_of[draw.place] and priority[place] > 0.0]
    return (draw.place, *others[: MOST_OFFERS - 1])


def withheld(choices: Choices, draw: Drawn) -> tuple[Withheld, ...]:
    """Return what is not offered to the one customer and why, in the order of the file."""
    offer_of = choices.policy.offer_of
    made = {offer_of[place] for place in offered(choices, draw)}
    why: dict[int, dict[int, _Why]] = defaultdict(dict)
    first, worded = choices.gates.first[0].tolist(), dict[int, _Why]()
    for place in np.flatnonzero(~choices.eligible[0]).tolist():
        why[offer_of[place]][place] = _by_gate(choices, place, first[place], worded)
    for number, place in enumerate(choices.ranking, start=1):
        if offer_of[place] not in made:
            why[offer_of[place]][place] = _by_arbitration(choices, draw, number=number, place=place)
    return tuple(one for offer in sorted(why) for one in _together(choices.policy, offer, why[offer]))


class _Why(NamedTuple):
    """Why a candidate is withheld from the one customer, in words."""

    gate: Gate
    rule: str
    found: str


def _by_gate(choices: Choices, place: int, first: int, worded: dict[int, _Why]) -> _Why:
    """Say why a candidate is withheld, by the first check that does; `worded` keeps what each said, since many share it."""
    if first == PASSED:
        missing = ", ".join(unknown_factors(choices.policy, choices.look, row=0, place=place))
        return _Why("arbitration", "the priority can be known", f"not known: {missing}")
    if first not in worded:
        check = choices.policy.checks[first]
        worded[first] = _Why(check.gate, check.rule, check.found(choices.look, 0))
    return worded[first]


def _by_arbitration(choices: Choices, draw: Drawn, *, number: int, place: int) -> _Why:
    priority = float(choices.weighed.priority[0, place])
    if draw.place == NO_OFFER and draw.arm != "policy":
        rule = "drawn by lot, which drew nothing"
    elif priority <= 0.0:
        rule = "worth more than nothing, whose priority is 0"
    else:
        rule = f"among the {MOST_OFFERS} offers shown"
    return _Why("arbitration", rule, f"priority {number_worded(priority)}, number {number} of the offers that passed")


def _together(policy: Policy, offer: int, why: Mapping[int, _Why]) -> Iterator[Withheld]:
    """Give one entry without a channel where all channels of the offer are withheld alike."""
    offer_id, reasons = policy.company.offers[offer].id, set(why.values())
    if len(reasons) == 1 and len(why) == policy.channels_of[offer]:
        yield Withheld(offer_id, None, *reasons.pop())
    else:
        for place, reason in why.items():
            yield Withheld(offer_id, policy.candidates[place].channel.name, *reason)

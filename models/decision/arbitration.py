"""What would each candidate bring this customer: priority = effect x value x context weight x lever - cost, in company currency.

`nothing` is worth 0. Measured: the effect is the uplift as a share of the customer's usual margin, the value is that margin; an
uplift is measured by offer, so on a channel it counts as far as the offer is accepted there (`accepted_beside_best`).
Assumed: an acceptance counts for the share of it that would not have come anyway (`incrementality`); for a retention offer times
the chance to leave, and the value is then the margin expected; for another offer the value is its own. The cost is the expected
one: a contact for certain, the offer as often as it is taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from models.decision.gates.look import Look
from models.decision.policy import Policy
from models.rows import BoolArray, FloatArray


@dataclass(frozen=True)
class Weighed:
    """The factors of every candidate for every customer, shape (customers, candidates), or (candidates,) where all are alike.

    `effect`: what deciding on the offer changes, as a share of `value`; NaN where not known. `value` and `cost`: company
    currency. `measured`: whether the effect was measured; else it is assumed by the company file.
    """

    effect: FloatArray
    value: FloatArray
    context_weight: FloatArray
    lever: FloatArray
    cost: FloatArray
    measured: BoolArray

    @cached_property
    def priority(self) -> FloatArray:
        """The expected incremental margin, higher is better, company currency; NaN where it cannot be known."""
        return self.effect * self.value * self.context_weight * self.lever - self.cost

    def of_row(self, row: int) -> Weighed:
        """Return the factors for one customer: a table of one row."""
        one = slice(row, row + 1)
        by_customer = (self.effect[one], self.value[one])
        return Weighed(*by_customer, self.context_weight, self.lever, self.cost[one], self.measured[one])


def weighed(policy: Policy, look: Look) -> Weighed:
    """Weigh every candidate of the file for every customer."""
    estimates, pairs = look.situations.estimates, policy.candidates
    usual = estimates.usual_margin[:, None]
    uplift = estimates.uplift[:, list(policy.offer_of)]
    measured = _measured_offers(policy, look) & np.isfinite(uplift) & np.isfinite(usual)
    here = uplift * accepted_beside_best(policy, estimates.acceptance)
    effect, value = _assumed(policy, look)
    contact_cost = np.array([pair.channel.contact_cost for pair in pairs])
    offer_cost = np.array([pair.offer.cost for pair in pairs])
    return Weighed(
        effect=np.where(measured, here, effect),
        value=np.where(measured, usual, value),
        context_weight=policy.context_weights(look.situations.context),
        lever=policy.levers,
        cost=contact_cost + estimates.acceptance * offer_cost,
        measured=measured,
    )


def accepted_beside_best(policy: Policy, acceptance: FloatArray) -> FloatArray:
    """Return how likely each candidate is accepted as a share of its offer on the customer's best channel: 0 to 1.

    Shape as `acceptance`, (customers, candidates). The best is taken over all channels of the offer in the company file, whether
    the customer may be reached there or not, so that a share says nothing of consent. NaN where the acceptance is not known;
    1 where no channel is accepted at all: then none is better than another.
    """
    starts = policy.offer_starts
    channels = np.diff(starts, append=len(policy.candidates))
    best = np.repeat(np.fmax.reduceat(acceptance, starts, axis=1), channels, axis=1)
    nowhere = (best == 0.0) & ~np.isnan(acceptance)
    return np.asarray(np.where(nowhere, 1.0, acceptance / np.where(nowhere, 1.0, best)))


def _measured_offers(policy: Policy, look: Look) -> BoolArray:
    evidence = look.situations.estimates.evidence
    known = [evidence.get(pair.offer.id) for pair in policy.candidates]
    return np.array([each is not None and each.effect == "measured" for each in known], bool)


def _assumed(policy: Policy, look: Look) -> tuple[FloatArray, FloatArray]:
    """Return effect and value as the company file assumes them, shape (customers, candidates)."""
    retention = np.array([pair.offer.kind == "retention" for pair in policy.candidates], bool)
    own = np.array([np.nan if pair.offer.value is None else pair.offer.value for pair in policy.candidates])
    incrementality = np.array([pair.offer.incrementality for pair in policy.candidates])
    churn, margin = (look.columns[name][:, None] for name in ("churn_probability", "expected_margin"))
    effect = look.situations.estimates.acceptance * incrementality * np.where(retention, churn, 1.0)
    return effect, np.where(retention, margin, own)


def unknown_factors(policy: Policy, look: Look, *, row: int, place: int) -> tuple[str, ...]:
    """Return what would have to be known for a candidate's priority, by the names the answer gives it; empty if all is known."""
    missing = [] if np.isfinite(look.situations.estimates.acceptance[row, place]) else ["acceptance_probability"]
    if policy.candidates[place].offer.kind == "retention":
        missing += look.unknown(("churn_probability", "expected_margin"), row)
    return tuple(missing)

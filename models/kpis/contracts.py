"""Which contracts came to their end, and which were renewed: the rule of the churn labels, asked of each end of a term.

A term is followed by the next one the customer buys. Bought as a renewal, or after the end, it renews the contract if it comes by
the end of the grace. Bought before the end as anything else, it replaces the contract, which then is not due. One that is
cancelled before its end is due at its end; unless a term follows all the same, it was not renewed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.stages.winners import NOT_SEEN
from features.times import Timestamp
from models.kpis.figures import SHARE, IntArray
from models.kpis.following import next_moment
from models.kpis.observations import NEVER, Observations, Staged, observed
from models.rows import BoolArray


@dataclass(frozen=True)
class Terms:
    """Terms bought, one row each: whose, when bought, when it ends, and whether it was sold as a renewal."""

    customers: IntArray
    starts: IntArray
    ends: IntArray
    is_renewal: BoolArray


@dataclass(frozen=True)
class Cancellations:
    """When contracts were cancelled, one row each."""

    customers: IntArray
    times: IntArray


@dataclass(frozen=True)
class DueContracts(Staged):
    """Contracts whose term has ended, one row each; `times` is the end, the stage that of `decided_at`.

    `mature`: the grace is over, so that it is known whether it was `renewed`.
    """

    renewed: BoolArray
    mature: BoolArray
    decided_at: IntArray


@dataclass(frozen=True)
class Renewing:
    """How long after its end a renewal still counts, and how long before it the customer decides."""

    grace: Timestamp
    notice: Timestamp


def due_contracts(terms: Terms, cancellations: Cancellations, *, renewing: Renewing, as_of: Timestamp) -> DueContracts:
    """Return the contracts whose term ended before `as_of`; they stand in no stage yet.

    `decided_at` is `notice` before the end, sooner where it was cancelled sooner, and not before it was bought.
    """
    order = np.lexsort((terms.ends, terms.starts, terms.customers))
    customers, starts, ends, is_renewal = (getattr(terms, name)[order] for name in ("customers", "starts", "ends", "is_renewal"))
    followed = np.append(customers[1:] == customers[:-1], False)[: len(order)]
    following = np.where(followed, np.append(starts[1:], NEVER)[: len(order)], NEVER)
    replaced = followed & (following < ends) & ~np.append(is_renewal[1:], False)[: len(order)]
    cancelled = next_moment(customers, starts, event_customers=cancellations.customers, event_times=cancellations.times)
    sooner = np.where(cancelled < following, cancelled, NEVER)
    due = DueContracts(
        customers,
        np.full(len(order), NOT_SEEN, np.int8),
        ends,
        renewed=following <= ends + renewing.grace,
        mature=ends + renewing.grace < as_of,
        decided_at=np.maximum(np.minimum(ends - renewing.notice, sooner), starts),
    )
    return due.where((ends < as_of) & ~replaced)


def renewals(due: DueContracts) -> Observations:
    """Return whether each mature contract was renewed, in the month its term ended."""
    mature = due.where(due.mature)
    return observed(mature, mature.renewed, SHARE)

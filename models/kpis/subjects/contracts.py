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
from models.kpis.arithmetic.figures import SHARE, IntArray
from models.kpis.arithmetic.following import last_event, next_moment
from models.kpis.arithmetic.observations import NEVER, Observations, Staged, observed
from models.rows import BoolArray


@dataclass(frozen=True)
class Terms:
    """Terms bought, one row each: whose, when bought, when it ends, and whether it was sold as a renewal."""

    customers: IntArray
    starts: IntArray
    ends: IntArray
    is_renewal: BoolArray

    def in_order(self) -> Terms:
        """Return the terms by customer and time."""
        order = np.lexsort((self.ends, self.starts, self.customers))
        return Terms(**{name: column[order] for name, column in vars(self).items()})


@dataclass(frozen=True)
class Cancellations:
    """When contracts were cancelled, one row each."""

    customers: IntArray
    times: IntArray


@dataclass(frozen=True)
class Contracts:
    """All terms bought and cancellations; `grace` is how long after its end a contract still stands."""

    terms: Terms
    cancelled: Cancellations
    grace: Timestamp

    def in_force(self, customers: IntArray, moments: IntArray) -> BoolArray:
        """Return who had a contract at a moment of their own: the newest term bought by then, not long over or cancelled."""
        terms = self.terms
        newest = last_event(customers, moments, event_customers=terms.customers, event_times=terms.starts)
        starts, ends = (np.append(column, NEVER)[newest] for column in (terms.starts, terms.ends))
        left = next_moment(customers, starts, event_customers=self.cancelled.customers, event_times=self.cancelled.times)
        return np.asarray((newest >= 0) & (ends > moments - self.grace) & (left >= moments))


@dataclass(frozen=True)
class DueContracts(Staged):
    """Contracts whose term has ended, one row each; `times` is the end, the stage that of `decided_at`.

    `mature`: the grace is over, so that it is known whether it was `renewed`.
    """

    renewed: BoolArray
    mature: BoolArray
    decided_at: IntArray


def due_contracts(contracts: Contracts, *, notice: Timestamp, as_of: Timestamp) -> DueContracts:
    """Return the contracts whose term ended before `as_of`; they stand in no stage yet.

    `decided_at` is `notice` before the end, sooner where it was cancelled sooner, and not before it was bought.
    """
    terms = contracts.terms.in_order()
    customers, starts, ends = terms.customers, terms.starts, terms.ends
    followed = np.append(customers[1:] == customers[:-1], False)[: len(ends)]
    following = np.where(followed, np.append(starts[1:], NEVER)[: len(ends)], NEVER)
    replaced = followed & (following < ends) & ~np.append(terms.is_renewal[1:], False)[: len(ends)]
    cancelled = next_moment(
        customers, starts, event_customers=contracts.cancelled.customers, event_times=contracts.cancelled.times
    )
    sooner = np.where(cancelled < following, cancelled, NEVER)
    due = DueContracts(
        customers,
        np.full(len(ends), NOT_SEEN, np.int8),
        ends,
        renewed=following <= ends + contracts.grace,
        mature=ends + contracts.grace < as_of,
        decided_at=np.maximum(np.minimum(ends - notice, sooner), starts),
    )
    return due.where((ends < as_of) & ~replaced)


def renewals(due: DueContracts) -> Observations:
    """Return whether each mature contract was renewed, in the month its term ended."""
    mature = due.where(due.mature)
    return observed(mature, mature.renewed, scale=SHARE)

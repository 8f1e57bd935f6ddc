"""What decides a customer's future at one moment? The latent situation, and the time in force that the contract leaves ahead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from features.times import WEEK, Timestamp
from training.simulated.chain import weekly_hazard
from training.simulated.people import Bools, Floats, Ints
from training.simulated.world import World


@dataclass(frozen=True)
class Standing:
    """The latent situation of customers with a contract in force at one moment, one element each.

    `hazard` is the person's level. `term_end`, `term` and `late` (how late the person always pays) fix when terms end and are
    paid. `factor` on the hazard holds until `factor_until` (an offer shown earlier); `discount_until` is the end of a discount.
    """

    customer: Ints
    state: Ints
    hazard: Floats
    started: Ints
    term: Ints
    late: Ints
    term_end: Ints
    monthly_margin: Floats
    factor: Floats
    factor_until: Ints
    discount_until: Ints
    slow: Floats
    adoption: Floats
    price_sensitivity: Floats

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, chosen: Ints | Bools) -> Standing:
        """Return the situation of the chosen rows, in their order."""
        return Standing(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})


@dataclass(frozen=True)
class Span:
    """A piece of time inside one week of the calendar; `week` is the start of that week."""

    begin: Timestamp
    end: Timestamp
    week: Timestamp

    @property
    def closes_week(self) -> bool:
        """Whether the latent state moves at the end of this span."""
        return self.end == self.week + WEEK


@dataclass(frozen=True)
class ContractTime:
    """What a span holds for each customer: weeks in force before and after an end of a term, and what happens between.

    `resumed` says that a term which ended before the span is paid in it (ahead of all time in force); `ends` that a term ends in
    it, `renewed` that this term is also paid in it, if the customer stays; `paid_at` is the moment of either payment.
    """

    before: Floats
    after: Floats
    resumed: Bools
    ends: Bools
    renewed: Bools
    paid_at: Ints


def spans(as_of: Timestamp, cuts: Sequence[Timestamp], calendar_start: Timestamp) -> Iterator[Span]:
    """Cut the time from `as_of` to the last cut at every week of the calendar and at every cut (ascending)."""
    begin = as_of
    while begin < cuts[-1]:
        week = begin - (begin - calendar_start) % WEEK
        end = min(week + WEEK, *(cut for cut in cuts if cut > begin))
        yield Span(begin, end, week)
        begin = end


def contract_time(standing: Standing, span: Span) -> ContractTime:
    """Return what a span holds, if the customer renews every time: terms follow one another, each paid `late` after an end."""
    cycle = standing.term + standing.late
    past = np.maximum((span.begin - 1 - standing.term_end) // cycle, -1)
    resume = np.where(past >= 0, standing.term_end + past * cycle + standing.late, span.begin)
    resumed = (past >= 0) & (standing.late > 0) & (resume >= span.begin) & (resume < span.end)
    end = standing.term_end + (past + 1) * cycle
    ends = end < span.end
    renewed = ends & (end + standing.late < span.end)
    before = np.minimum(end, span.end) - np.maximum(resume, span.begin)
    after = np.where(renewed, span.end - (end + standing.late), 0)
    paid_at = np.where(resumed, resume, end + standing.late)
    return ContractTime(np.maximum(before, 0) / WEEK, after / WEEK, resumed, ends, renewed, paid_at)


def hazard_in(world: World, standing: Standing, span: Span, *, level: float | None) -> Floats:
    """Return the hazard per week of a span in the state (steady, calm); `level` replaces the factor of earlier offers."""
    plain = weekly_hazard(world, standing.hazard, standing.started, span.week)
    if level is not None:
        return plain * level
    return np.asarray(plain * np.where(span.week < standing.factor_until, standing.factor, 1.0))

"""What happens to a contract in one week? It begins, is paid, is cancelled or ends without a word, and is bought beside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from features.times import DAY, WEEK
from training.simulated.chain import weekly_hazard
from training.simulated.moment import Moment, Scene, Week
from training.simulated.people import NEVER, Bools, Floats, Ints, People
from training.simulated.world import World

ORDER, RENEWAL, REFUND, UPGRADE, DOWNGRADE, CANCELLATION, ADD_ON = range(7)
"""What a row of a contract is; an add-on is an order without a term."""


@dataclass(frozen=True)
class ContractRows:
    """Rows of contracts: who (code), when, what, with which margin and for which term (0: none)."""

    customer: Ints
    at: Ints
    kind: Ints
    margin: Floats
    term: Ints

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, chosen: Ints | Bools) -> ContractRows:
        """Return the chosen rows, in their order."""
        return ContractRows(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})


@dataclass(frozen=True)
class Passage:
    """How each person gets through a week: in force from when, left and paid when (`NEVER` if not), and what is awaited then."""

    open_from: Ints
    left_at: Ints
    paid_at: Ints
    pending: Ints
    weeks_in_force: Floats

    @property
    def stays(self) -> Bools:
        """Who does not leave in this week (of those inside)."""
        return np.asarray(self.left_at == NEVER)


def rows_of(kind: int, who: Bools, *, at: Ints, margin: Floats, term: Ints | int = 0) -> ContractRows:
    """Return one row of a kind for everybody in `who`; the other arguments have one element per person."""
    chosen = np.flatnonzero(who)
    terms = np.broadcast_to(np.asarray(term, dtype=np.int64), who.shape)
    return ContractRows(chosen, at[chosen], np.full(len(chosen), kind), margin[chosen], terms[chosen])


def concatenated(parts: Sequence[ContractRows]) -> ContractRows:
    """Return all rows, part after part."""
    return ContractRows(
        **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(ContractRows)}
    )


def term_price(world: World, people: People, moment: Moment, at: Ints) -> Floats:
    """Return the margin of one term paid at `at`: a year costs fewer months, a discount cuts what is paid while it lasts."""
    months = np.where(people.term > 31 * DAY, world.contracts.yearly_months, 1.0)
    return moment.monthly_margin * months * np.where(at < moment.discount_until, world.offers.discount_factor, 1.0)


def passage(scene: Scene, moment: Moment, week: Week) -> Passage:
    """Draw how everybody inside gets through the week.

    The time in force before the end of a term, the end itself and the time in force after its payment are passed in this order.
    """
    risk = _risk(scene, moment, week)
    resumed = moment.inside & (moment.pending >= week.start) & (moment.pending < week.end)
    term_end = np.where(resumed, moment.pending + scene.people.term, moment.term_end)
    begins, ends = _in_force_from(moment, week), np.minimum(term_end, week.end)
    due = moment.inside & (term_end < week.end) & (term_end >= begins)
    renewal = term_end + scene.people.late
    before = np.where(moment.inside, np.maximum(ends - begins, 0), 0)
    after = np.where(due & (renewal < week.end), week.end - renewal, 0)
    patience = scene.rng.exponential(size=len(risk)) / np.maximum(scene.world.leaving.cancelling * risk / WEEK, 1e-300)
    cancels = patience < before
    lapses = due & ~cancels & (scene.draws() < -np.expm1(-_ending_weight(scene) * risk))
    cancels_after = due & ~lapses & ~cancels & (patience < before + after)
    left = np.select([cancels, lapses, cancels_after], [_at(begins, patience), term_end, _at(renewal - before, patience)], NEVER)
    renews = due & ~cancels & ~lapses
    return Passage(
        open_from=np.maximum(moment.started, week.start),
        left_at=left,
        paid_at=np.select([resumed, renews & (renewal < week.end)], [moment.pending, renewal], NEVER),
        pending=np.select([renews & (renewal >= week.end), resumed], [renewal, NEVER], moment.pending),
        weeks_in_force=(before + np.where(renews, after, 0)) / WEEK,
    )


def contract_rows(scene: Scene, moment: Moment, week: Week, way: Passage) -> list[ContractRows]:
    """Return the rows a passage leaves: first payments, renewals and cancellations; who lets a term end leaves no row."""
    nothing, term = np.zeros(len(scene.people)), scene.people.term
    cancelled = (way.left_at < NEVER) & (way.left_at != moment.term_end)
    begun = moment.inside & (moment.started >= week.start)
    first = term_price(scene.world, scene.people, moment, moment.started)
    paid = term_price(scene.world, scene.people, moment, way.paid_at)
    return [
        rows_of(ORDER, begun, at=moment.started, margin=first, term=term),
        rows_of(RENEWAL, way.paid_at < NEVER, at=way.paid_at, margin=paid, term=term),
        rows_of(CANCELLATION, cancelled, at=way.left_at, margin=nothing),
    ]


def after_passage(people: People, moment: Moment, way: Passage) -> Moment:
    """Return the moment after a passage: who left is outside, who paid has a new term."""
    paid = way.paid_at < NEVER
    return replace(
        moment,
        inside=moment.inside & way.stays,
        left_at=np.where(way.stays, moment.left_at, way.left_at),
        term_end=np.where(paid, way.paid_at + people.term, moment.term_end),
        pending=way.pending,
    )


def bought_beside(scene: Scene, moment: Moment, week: Week, way: Passage) -> tuple[list[ContractRows], Moment]:
    """Draw what those who stay change or buy beside their terms, and return the rows and the moment with the new prices."""
    contracts, margin = scene.world.contracts, moment.monthly_margin
    regime, trouble, weeks = moment.state // 3, moment.state % 3, moment.inside * way.weeks_in_force
    up, up_by = _events(scene, weeks * np.take(contracts.upgrade_rates, regime), contracts.upgrade_factors)
    down, down_by = _events(scene, weeks * np.take(contracts.downgrade_rates, regime), contracts.downgrade_factors)
    add_on, add_on_by = _events(scene, weeks * np.take(contracts.add_on_rates, regime), contracts.add_on_factors)
    refund, refund_by = _events(scene, weeks * np.take(contracts.refund_rates, trouble), contracts.refund_factors)
    at = way.open_from + (scene.draws() * (week.end - way.open_from)).astype(np.int64)
    rows = [
        rows_of(UPGRADE, up, at=at, margin=(up_by - 1.0) * margin),
        rows_of(DOWNGRADE, down, at=at, margin=0.0 * margin),
        rows_of(ADD_ON, add_on, at=at, margin=add_on_by * margin),
        rows_of(REFUND, refund, at=at, margin=-refund_by * margin),
    ]
    factor = np.where(up, up_by, 1.0) + np.where(down, down_by - 1.0, 0.0)
    return rows, replace(moment, monthly_margin=margin * factor)


def _risk(scene: Scene, moment: Moment, week: Week) -> Floats:
    """Return everybody's hazard for this week: the person's own, by state, and by an offer that still works."""
    plain = weekly_hazard(scene.world, scene.people.hazard, moment.started, week.start)
    offered = np.where(week.start < moment.factor_until, moment.factor, 1.0)
    return np.asarray(plain * scene.chain.hazard[moment.state] * offered)


def _in_force_from(moment: Moment, week: Week) -> Ints:
    """Return from when on a contract is in force this week: from its start, a payment awaited, or the start of the week."""
    begins = np.maximum(moment.started, week.start)
    return np.where(moment.pending < NEVER, np.minimum(moment.pending, week.end), np.minimum(begins, week.end))


def _ending_weight(scene: Scene) -> Floats:
    monthly, yearly = scene.world.leaving.ending_weights
    return np.where(scene.people.term > 31 * DAY, yearly, monthly)


def _at(begin: Ints, wait: Floats) -> Ints:
    return begin + np.minimum(wait, WEEK).astype(np.int64)


def _events(scene: Scene, chance: Floats, factors: tuple[float, float]) -> tuple[Bools, Floats]:
    """Draw who has an event this week, and how large it is."""
    return scene.draws() < chance, scene.rng.uniform(*factors, len(chance))

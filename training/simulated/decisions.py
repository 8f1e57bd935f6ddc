"""What did the company offer in the past, how was it drawn, and what came of it.

The old policy ranks by what sells: estimated acceptance times a list value. It knows no hazard, nor that offers may harm.
A control group, for good, and a share of explored decisions draw uniformly from everything that passed the gates, `nothing`
included, so the log also shows what the old policy would not have done. Per offer there is one channel: the first one the
customer consents to. Only the first rank is ever shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from features.times import DAY, WEEK
from training.simulated.contracts import ADD_ON, UPGRADE, ContractRows
from training.simulated.moment import Moment, Scene, Week, standing
from training.simulated.people import NEVER, Bools, Floats, Ints, People
from training.simulated.responses import Responses, responses, situation
from training.simulated.world import World

CONTROL, EXPLORE, POLICY = range(3)
UNKNOWN, SKIPPED, ACCEPTED, DECLINED, FULFILLED = range(-1, 4)
"""What became of an offer; `FULFILLED` follows `ACCEPTED` as a later version."""


@dataclass(frozen=True)
class OldPolicy:
    """What the old policy holds for good: who is in the control group, and which offers each person may get, by which channel.

    `channel` is a code of the world's consent channels, -1 where no consent is given.
    """

    control: Bools
    channel: Ints

    @classmethod
    def drawn(cls, scene: Scene) -> OldPolicy:
        """Draw the control group; a person is in it for good."""
        return cls(scene.draws() < scene.world.offers.control_share, _channels(scene.world, scene.people))


@dataclass(frozen=True)
class Decisions:
    """One element per decision. `ranked` holds the columns of the first three ranks, -1 for `nothing` or no further rank.

    `cost` is what the shown and the accepted offer cost, `number` is the position of the decision among all.
    """

    customer: Ints
    at: Ints
    arm: Ints
    probability: Floats
    ranked: Ints
    channel: Ints
    shown_at: Ints
    outcome: Ints
    outcome_at: Ints
    reason: Ints
    fulfilled_at: Ints
    cost: Floats

    def __len__(self) -> int:
        return len(self.customer)

    def take(self, chosen: Ints | Bools) -> Decisions:
        """Return the chosen decisions, in their order."""
        return Decisions(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})


def all_decisions(parts: Sequence[Decisions]) -> Decisions:
    """Return all decisions, part after part."""
    return Decisions(
        **{column.name: np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(Decisions)}
    )


@dataclass(frozen=True)
class Drawn:
    """What was drawn for everybody whose turn it was: one row per decision, and what each offer would do."""

    customer: Ints
    first: FirstRank
    ranked: Ints
    answer: Responses

    @property
    def place(self) -> tuple[Ints, Ints]:
        """Return rows and columns of the offers drawn first; where that is `nothing`, of any offer."""
        return np.arange(len(self.customer)), np.maximum(self.first.first, 0)


def decide(scene: Scene, policy: OldPolicy, moment: Moment, week: Week) -> tuple[Decisions, Responses]:
    """Decide for everybody whose turn it is, near the end of the week; the responses have one row per decision."""
    offers = scene.world.offers
    who = _whose_turn(scene, policy, moment, week)
    answer = responses(offers, situation(standing(scene.people, moment, who, moment.term_end[who]), week.start))
    allowed = (policy.channel[who] >= 0) & (moment.accepted_at[who] < week.start - offers.cool_down_weeks * WEEK)
    priority = _priorities(scene, who, answer, allowed)
    first = draw_first(scene.world, policy.control[who], priority, scene.rng)
    drawn = Drawn(who, first, _ranks(priority, first.first), answer)
    return _made(scene, policy, drawn, week), answer


@dataclass(frozen=True)
class FirstRank:
    """The first rank drawn: the arm, the column of the offer (-1 for `nothing`), the marginal probability of having drawn it."""

    arm: Ints
    first: Ints
    probability: Floats


def draw_first(world: World, control: Bools, priority: Floats, rng: np.random.Generator) -> FirstRank:
    """Draw the first rank of every decision.

    `priority` is minus infinity where a gate withheld the offer; `nothing` has priority 0 and passes always. With c the control
    share, e the share of exploration and n what passed, `nothing` included: c/n + (1-c)(e/n + (1-e)[the greedy choice]).
    """
    offers, count = world.offers, len(priority)
    passed = np.column_stack([np.ones(count, dtype=bool), np.isfinite(priority)])
    options = passed.sum(axis=1)
    uniform = np.argmax(np.cumsum(passed, axis=1) > (rng.random(count) * options)[:, None], axis=1) - 1
    greedy = np.argmax(np.column_stack([np.zeros(count), priority]), axis=1) - 1
    explores = rng.random(count) < offers.exploration_share
    arm = np.select([control, explores], [CONTROL, EXPLORE], POLICY)
    first = np.where(arm == POLICY, greedy, uniform)
    c, e = offers.control_share, offers.exploration_share
    return FirstRank(arm, first, c / options + (1 - c) * (e / options + (1 - e) * (first == greedy)))


def marks(scene: Scene, moment: Moment, made: Decisions, answer: Responses, week: Week) -> tuple[list[ContractRows], Moment]:
    """Return what shown offers leave: rows of what was bought at acceptance, and the moment from the next week on."""
    offers = scene.world.offers
    seen = np.flatnonzero(made.shown_at < NEVER)
    who, column, accepted = made.customer[seen], made.ranked[seen, 0], made.outcome[seen] == ACCEPTED
    level = np.where(accepted, answer.level_accepted[seen, column], answer.level_declined[seen, column])
    moves = level != offers.levels.index(1.0)
    factor, until = moment.factor.copy(), moment.factor_until.copy()
    factor[who[moves]] = np.take(offers.levels, level[moves])
    until[who[moves]] = week.end + offers.effect_weeks * WEEK
    taken = seen[accepted]
    bought = _bought(scene, made.take(taken), answer.margin_now[taken, made.ranked[taken, 0]])
    return bought, _after_acceptance(scene, replace(moment, factor=factor, factor_until=until), made.take(taken), week)


def _channels(world: World, people: People) -> Ints:
    """Return, people x offers, the first channel of the offer the person consents to."""
    names = world.arrivals.consent_channels
    columns = []
    for offer in world.offers.catalogue:
        codes = [names.index(channel) for channel in offer.channels]
        given = people.consent[:, codes]
        columns.append(np.where(given.any(axis=1), np.take(codes, given.argmax(axis=1)), -1))
    return np.stack(columns, axis=1)


def _whose_turn(scene: Scene, policy: OldPolicy, moment: Moment, week: Week) -> Ints:
    """Return the customers due in this week: in force, past the first weeks, reachable by at least one offer."""
    offers = scene.world.offers
    due = (np.arange(len(scene.people)) + week.number) % offers.every_weeks == 0
    old = moment.started <= week.start - offers.from_age_weeks * WEEK
    return np.flatnonzero(due & old & moment.inside & (moment.pending == NEVER) & (policy.channel >= 0).any(axis=1))


def _priorities(scene: Scene, who: Ints, answer: Responses, allowed: Bools) -> Floats:
    """Return what the old policy ranks by: acceptance as it estimates it, times a list value, less what contact should bring."""
    offers = scene.world.offers
    odds = answer.acceptance / (1.0 - answer.acceptance) * np.exp(scene.people.openness[who])
    value = np.array([offer.list_value for offer in offers.catalogue])
    return np.where(allowed, odds / (1.0 + odds) * value - offers.least_value, -np.inf)


def _ranks(priority: Floats, first: Ints) -> Ints:
    """Return the first three ranks: the one drawn, then by priority what else passed; none behind `nothing`."""
    count, rows = len(first), np.arange(len(first))
    rest = priority.copy()
    rest[rows[first >= 0], first[first >= 0]] = -np.inf
    order = np.argsort(-rest, axis=1, kind="stable")[:, :2]
    passed = np.isfinite(np.take_along_axis(rest, order, axis=1)) & (first >= 0)[:, None]
    return np.column_stack([first.reshape(count, 1), np.where(passed, order, -1)])


def _made(scene: Scene, policy: OldPolicy, drawn: Drawn, week: Week) -> Decisions:
    """Draw when each decision was made and shown and what the customer said, all before the week is over."""
    offers, rng, count = scene.world.offers, scene.rng, len(drawn.customer)
    offered, answer, (rows, column) = drawn.first.first >= 0, drawn.answer, drawn.place
    at = week.end - 2 * DAY + _days(0.5, count, rng)
    shown = offered & (rng.random(count) < offers.shown_share)
    shown_at = np.where(shown, at + _days(0.25, count, rng), NEVER)
    accepted = shown & (rng.random(count) < answer.acceptance[rows, column])
    skipped = offered & ~shown & (rng.random(count) < offers.skipped_share)
    outcome = np.select([accepted, shown, skipped], [ACCEPTED, DECLINED, SKIPPED], UNKNOWN)
    outcome_at = np.where(outcome == UNKNOWN, NEVER, np.where(shown, shown_at, at) + _days(0.5, count, rng))
    fulfilled = accepted & (rng.random(count) < offers.fulfilled_share)
    return Decisions(
        customer=drawn.customer,
        at=at,
        arm=drawn.first.arm,
        probability=drawn.first.probability,
        ranked=drawn.ranked,
        channel=np.where(offered, policy.channel[drawn.customer, column], -1),
        shown_at=shown_at,
        outcome=outcome,
        outcome_at=outcome_at,
        reason=rng.integers(0, 1 << 16, count),
        fulfilled_at=np.where(fulfilled, outcome_at + DAY + _days(9.0, count, rng), NEVER),
        cost=answer.cost_shown[rows, column] * shown + answer.cost_accepted[rows, column] * accepted,
    )


def _days(most: float, count: int, rng: np.random.Generator) -> Ints:
    return (rng.random(count) * most * DAY).astype(np.int64)


def _bought(scene: Scene, taken: Decisions, margin: Floats) -> list[ContractRows]:
    """Return the rows of accepted upgrades and add-ons, at the moment of acceptance."""
    names = [offer.offer_id for offer in scene.world.offers.catalogue]
    kinds = np.array([{"plan_upgrade": UPGRADE, "add_on_pack": ADD_ON}.get(name, -1) for name in names])[taken.ranked[:, 0]]
    rows = ContractRows(taken.customer, taken.outcome_at, kinds, margin, np.zeros(len(taken), dtype=np.int64))
    return [rows.take(kinds >= 0)]


def _after_acceptance(scene: Scene, moment: Moment, taken: Decisions, week: Week) -> Moment:
    """Return the moment after the accepted offers: a higher price, a discount for a quarter, more adoption, and a rest."""
    offers, who, column = scene.world.offers, taken.customer, taken.ranked[:, 0]
    names = np.array([offer.offer_id for offer in offers.catalogue])[column]
    accepted_at, price = moment.accepted_at.copy(), moment.monthly_margin.copy()
    accepted_at[who, column] = taken.outcome_at
    price[who] *= np.where(names == "plan_upgrade", offers.upgrade_factor, 1.0)
    discount, adoption = moment.discount_until.copy(), moment.adoption.copy()
    discount[who[names == "retention_discount"]] = week.end + offers.effect_weeks * WEEK
    adoption[who] += offers.training_adoption * (names == "training_session")
    return replace(moment, accepted_at=accepted_at, monthly_margin=price, discount_until=discount, adoption=adoption)

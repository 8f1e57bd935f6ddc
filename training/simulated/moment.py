"""What is the latent situation of all people at the start of a week? One frozen record of arrays, replaced week by week."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from features.times import DAY, WEEK, Timestamp
from training.simulated.chain import Chain, latent_chain
from training.simulated.people import NEVER, Bools, Calendar, Floats, Ints, People
from training.simulated.standing import Standing
from training.simulated.world import World


@dataclass(frozen=True)
class Scene:
    """What every week needs: the world, its chain, the people, the calendar and the one stream of chance."""

    world: World
    people: People
    calendar: Calendar
    chain: Chain
    rng: np.random.Generator

    @classmethod
    def set_up(cls, world: World, people: People, calendar: Calendar, rng: np.random.Generator) -> Scene:
        """Build the chain of the world and put everything together."""
        return cls(world, people, calendar, latent_chain(world), rng)

    def draws(self) -> Floats:
        """Return one uniform number for each person."""
        return self.rng.random(len(self.people))


@dataclass(frozen=True)
class Week:
    """One week of the calendar."""

    number: int
    start: Timestamp

    @property
    def end(self) -> Timestamp:
        """Return the start of the next week."""
        return self.start + WEEK


@dataclass(frozen=True)
class Moment:
    """One element per person. Times that are not due are `NEVER`.

    `inside` says that a contract runs or its payment is awaited (until `pending`). `left_at` is the newest departure; before the
    first contract it is `NEVER`. `accepted_at` has a column per offer.
    """

    inside: Bools
    left_at: Ints
    state: Ints
    level: Floats
    adoption: Floats
    started: Ints
    term_end: Ints
    pending: Ints
    monthly_margin: Floats
    factor: Floats
    factor_until: Ints
    discount_until: Ints
    accepted_at: Ints

    def with_new_contracts(self, world: World, people: People, begins: Ints, states: Ints) -> Moment:
        """Return the moment in which everybody with a time in `begins` starts a contract in the state given."""
        new = begins < NEVER
        slow = world.engagement.slow_level * people.slow
        return replace(
            self,
            inside=self.inside | new,
            state=np.where(new, states, self.state),
            level=np.where(new, people.level + slow, self.level),
            adoption=np.where(new, world.engagement.adoption_start * people.adoption, self.adoption),
            started=np.where(new, begins, self.started),
            term_end=np.where(new, begins + people.term, self.term_end),
            pending=np.where(new, NEVER, self.pending),
            factor=np.where(new, 1.0, self.factor),
        )


def nobody_yet(world: World, people: People) -> Moment:
    """Return the moment before the first contract."""
    count = len(people)
    never, zeros = np.full(count, NEVER), np.zeros(count)
    return Moment(
        inside=np.zeros(count, dtype=bool),
        left_at=never,
        state=np.zeros(count, dtype=np.int64),
        level=zeros,
        adoption=zeros,
        started=never,
        term_end=never,
        pending=never,
        monthly_margin=people.monthly_margin,
        factor=np.ones(count),
        factor_until=np.zeros(count, dtype=np.int64),
        discount_until=np.zeros(count, dtype=np.int64),
        accepted_at=np.full((count, len(world.offers.catalogue)), -NEVER),
    )


def newcomers(scene: Scene, moment: Moment, week: Week) -> Ints:
    """Return when in this week each person starts a contract, the first or one after having left; `NEVER` for all others."""
    arrivals, left = scene.world.arrivals, moment.left_at < week.start - scene.world.arrivals.return_not_before_days * DAY
    weeks_away = np.where(left, (week.start - moment.left_at) / WEEK, 0.0)
    hazard = arrivals.return_hazard * np.exp(-weeks_away / arrivals.return_fade_weeks)
    returns = left & ~moment.inside & (scene.draws() < -np.expm1(-hazard))
    joins = np.where((scene.people.joins >= week.start) & (scene.people.joins < week.end), scene.people.joins, NEVER)
    return np.where(returns, week.start + (scene.draws() * WEEK).astype(np.int64), joins)


def first_states(scene: Scene) -> Ints:
    """Return a state for everybody who might begin: growing, or only steady, the sooner steady the slower the start; calm."""
    engagement = scene.world.engagement
    score = engagement.growing_start + engagement.growing_start_slow * scene.people.slow
    growing = 1.0 / (1.0 + np.exp(-score))
    return np.where(scene.draws() < growing, 0, 3)


def standing(people: People, moment: Moment, customers: Ints, term_end: Ints) -> Standing:
    """Return the situation of the customers named (codes of people), whose present term ends at `term_end`."""
    return Standing(
        customer=customers,
        state=moment.state[customers],
        hazard=people.hazard[customers],
        started=moment.started[customers],
        term=people.term[customers],
        late=people.late[customers],
        term_end=term_end,
        monthly_margin=moment.monthly_margin[customers],
        factor=moment.factor[customers],
        factor_until=moment.factor_until[customers],
        discount_until=moment.discount_until[customers],
        slow=people.slow[customers],
        adoption=moment.adoption[customers],
        price_sensitivity=people.price_sensitivity[customers],
    )


Matrix = npt.NDArray[np.float32]
"""Weeks x people."""

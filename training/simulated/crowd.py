"""How are customers drawn without any history? Straight into a latent situation, to draw logs of decisions from."""

from __future__ import annotations

import numpy as np

from features.times import DAY, WEEK, Timestamp
from training.simulated.chain import Chain, latent_chain
from training.simulated.people import Calendar, Floats, draw_people
from training.simulated.standing import Standing
from training.simulated.world import STATES, World

_OLDEST_WEEKS = 104


def draw_crowd(world: World, count: int, *, as_of: Timestamp, seed: int) -> Standing:
    """Draw customers with a contract in force at `as_of`, none of them ever offered anything.

    Traits are those of all people, states are those the chain settles in; contracts are up to two years old, and terms end at any
    time. Who left early is missing from a real base, so this crowd leaves more readily than customers of that age do.
    """
    rng = np.random.default_rng([seed, count])
    people = draw_people(world, count, Calendar(as_of, _OLDEST_WEEKS), rng)
    started = as_of - (rng.random(count) * _OLDEST_WEEKS * WEEK).astype(np.int64)
    never, engagement = np.zeros(count, dtype=np.int64), world.engagement
    state = rng.choice(STATES, count, p=settled(latent_chain(world)))
    moved = np.take(engagement.adoption_drifts, state // 3) * rng.integers(0, 20, count)
    return Standing(
        customer=np.arange(count),
        state=state,
        hazard=people.hazard,
        started=started,
        term=people.term,
        late=people.late,
        term_end=as_of + np.minimum((rng.random(count) * people.term).astype(np.int64) + 1, 365 * DAY),
        monthly_margin=people.monthly_margin,
        factor=np.ones(count),
        factor_until=never,
        discount_until=never,
        slow=people.slow,
        adoption=np.clip(people.adoption + moved, *engagement.adoption_limits),
        price_sensitivity=people.price_sensitivity,
    )


def settled(chain: Chain) -> Floats:
    """Return the distribution over states the chain comes to rest in, if nobody leaves."""
    return np.asarray(np.linalg.matrix_power(chain.moves, 4096)[0])

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.times import DAY, WEEK, parse_time
from training.simulated import WORLD, Standing
from training.simulated.decisions import CONTROL, POLICY, draw_first
from training.simulated.standing import contract_time, spans

AS_OF = parse_time("2025-03-01")
PRIORITIES = st.lists(st.one_of(st.just(-np.inf), st.floats(-2, 2)), min_size=6, max_size=6)


def contract(term_days: int, late_days: int, ends_in: int) -> Standing:
    one, whole = np.ones(1), np.zeros(1, dtype=np.int64)
    return Standing(
        customer=whole,
        state=whole,
        hazard=one,
        started=whole + AS_OF - DAY,
        term=whole + term_days * DAY,
        late=whole + late_days * DAY,
        term_end=whole + AS_OF + ends_in,
        monthly_margin=one,
        factor=one,
        factor_until=whole,
        discount_until=whole,
        slow=one,
        adoption=one,
        price_sensitivity=one,
    )


@given(st.sampled_from([30, 365]), st.integers(0, 13), st.integers(1, 30 * DAY), st.integers(1, 400))
def test_time_in_force_and_time_awaiting_payment_fill_the_horizon(term: int, late: int, ends_in: int, horizon: int) -> None:
    standing = contract(term, late, ends_in)
    stop = AS_OF + horizon * DAY

    pieces = [contract_time(standing, span) for span in spans(AS_OF, [stop], AS_OF - 10 * WEEK - 3 * DAY)]

    ends = np.arange(AS_OF + ends_in, stop, (term + late) * DAY)
    waiting = np.minimum(ends + late * DAY, stop) - ends
    in_force = sum(float(piece.before[0] + piece.after[0]) for piece in pieces)
    assert in_force * WEEK + waiting.sum() == pytest.approx(horizon * DAY)
    assert sum(bool(piece.ends[0]) for piece in pieces) == len(ends)
    assert sum(bool(piece.resumed[0] | piece.renewed[0]) for piece in pieces) == (ends + late * DAY < stop).sum()


@given(PRIORITIES, st.booleans(), st.integers(0, 2**32 - 1))
def test_a_first_rank_carries_the_probability_of_having_been_drawn(priority: list[float], control: bool, seed: int) -> None:
    drawn = draw_first(WORLD, np.full(400, control), np.tile(priority, (400, 1)), np.random.default_rng(seed))

    options = 1 + sum(np.isfinite(priority))
    share, explored = WORLD.offers.control_share, WORLD.offers.exploration_share
    of_greedy = share / options + (1 - share) * (explored / options + 1 - explored)
    of_another = share / options + (1 - share) * explored / options
    greedy = int(np.argmax([0.0, *priority])) - 1
    assert of_greedy + (options - 1) * of_another == pytest.approx(1.0)
    assert np.allclose(drawn.probability, np.where(drawn.first == greedy, of_greedy, of_another))
    assert np.isfinite([0.0, *priority])[drawn.first + 1].all()


def test_marginal_probabilities_are_the_frequencies() -> None:
    count, rng = 200_000, np.random.default_rng(4)
    control = rng.random(count) < WORLD.offers.control_share

    drawn = draw_first(WORLD, control, np.tile([0.5, -np.inf, 0.2, -0.1, -np.inf, 0.1], (count, 1)), rng)

    for offer in (-1, 0, 2, 3, 5):
        chosen = drawn.first == offer
        assert chosen.mean() == pytest.approx(drawn.probability[chosen][0], rel=0.06)
    assert (drawn.arm[control] == CONTROL).all()
    assert (drawn.first[drawn.arm == POLICY] == 0).all()

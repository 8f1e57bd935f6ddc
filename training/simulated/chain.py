"""How does the latent state move from week to week, and what does each state do to a customer? Nine states, one matrix."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from features.times import DAY, WEEK, Timestamp
from training.simulated.people import Floats, Ints
from training.simulated.world import Leaving, World

_YEAR = 365.25 * DAY


@dataclass(frozen=True)
class Chain:
    """The latent chain: `moves[s, t]` is the chance of t next week after s; the vectors hold one value per state.

    `hazard` is the factor on a person's hazard, `growth` the expected factor on the price in a week, `extra` the expected margin
    of a week beside the terms (add-ons, upgrades, refunds), in monthly margins.
    """

    moves: Floats
    hazard: Floats
    growth: Floats
    extra: Floats


def latent_chain(world: World) -> Chain:
    """Build the chain of a world."""
    contracts, leaving = world.contracts, world.leaving
    up, down = _by_regime(contracts.upgrade_rates), _by_regime(contracts.downgrade_rates)
    add_on, refund = _by_regime(contracts.add_on_rates), np.tile(contracts.refund_rates, 3)
    gained, lost = np.mean(contracts.upgrade_factors) - 1.0, np.mean(contracts.downgrade_factors) - 1.0
    return Chain(
        moves=_moves(leaving),
        hazard=np.outer(leaving.regime_factors, leaving.trouble_factors).ravel(),
        growth=1.0 + up * gained + down * lost,
        extra=up * gained + add_on * np.mean(contracts.add_on_factors) - refund * np.mean(contracts.refund_factors),
    )


def weekly_hazard(world: World, hazard: Floats, started: Ints, week_start: Timestamp) -> Floats:
    """Return each person's hazard for one week in the state (steady, calm), before any offer: level x age x season.

    `started` is when the present contract began; a customer is at greater risk in the first weeks.
    """
    leaving = world.leaving
    age_weeks = np.maximum(week_start - started, 0) / WEEK
    early = 1.0 + (leaving.early_factor - 1.0) * np.exp(-age_weeks / leaving.early_weeks)
    day = (week_start % _YEAR) / DAY - leaving.season_peak_day
    season = 1.0 + leaving.season * np.cos(2 * np.pi * day / 365.25)
    return np.asarray(hazard * early * season)


def next_states(chain: Chain, states: Ints, draws: Floats) -> Ints:
    """Return the state of the next week for uniform draws in [0, 1)."""
    return np.asarray((np.cumsum(chain.moves, axis=1)[states, :-1] <= draws[:, None]).sum(axis=1))


def _by_regime(rates: tuple[float, float, float]) -> Floats:
    return np.repeat(np.array(rates), 3)


def _moves(leaving: Leaving) -> Floats:
    """Return the 9 x 9 matrix: the regime moves given the trouble it is in, and the trouble moves by itself."""
    calm, open_, resentful = np.eye(3)
    troubles = np.array(
        [
            (1 - leaving.complaint) * calm + leaving.complaint * open_,
            leaving.solved * calm + (1 - leaving.solved - leaving.soured) * open_ + leaving.soured * resentful,
            leaving.forgiven * calm + (1 - leaving.forgiven) * resentful,
        ]
    )
    moves = np.empty((3, 3, 3, 3))
    for trouble in range(3):
        moves[:, trouble] = _regime_moves(leaving, troubled=trouble > 0)[:, :, None] * troubles[trouble]
    return moves.reshape(9, 9)


def _regime_moves(leaving: Leaving, *, troubled: bool) -> Floats:
    fade = np.array(leaving.fade) * (leaving.trouble_fade_factor if troubled else 1.0)
    grow, settle = np.array(leaving.up), np.array(leaving.settle)
    return np.array(
        [
            [1 - settle[0] - fade[0], settle[0], fade[0]],
            [grow[0], 1 - grow[0] - fade[1], fade[1]],
            [grow[1], settle[1], 1 - grow[1] - settle[1]],
        ]
    )

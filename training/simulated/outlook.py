"""What awaits a customer, given the latent situation of one moment? The exact chance to leave and the expected margin.

While a customer stays, the latent state is a Markov chain with weekly steps, and everything else that moves the hazard (age
of the contract, season, an offer already shown, the ends of terms, the habit of paying late) is known in advance. So the
chance to be still there is a product of matrices with killing, and needs no simulation. With `m` the factor of the state, `h`
the person's hazard of the week, `x` the weeks spent in force and `n` the ends of terms, a span of time is survived with the
chance `exp(-h * m * (cancelling * x + weight * n))`. Offers of the future are no part of it: it is the truth of being left
alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from features.times import DAY, Timestamp
from training.simulated.chain import Chain, latent_chain, next_states
from training.simulated.people import Floats
from training.simulated.standing import Span, Standing, contract_time, hazard_in, spans
from training.simulated.world import STATES, World


@dataclass(frozen=True)
class Outlook:
    """One row per customer, one column per horizon: the chance to leave, and the margin of terms paid and beside them."""

    churn: Floats
    terms: Floats
    extra: Floats

    @property
    def margin(self) -> Floats:
        """Return the whole margin."""
        return self.terms + self.extra


@dataclass(frozen=True)
class Ahead:
    """From when on, over which horizons (ascending), on which calendar, with which factor on the hazard (None: as it is)."""

    as_of: Timestamp
    horizons_days: tuple[int, ...]
    calendar_start: Timestamp
    level: float | None = None

    @property
    def cuts(self) -> list[Timestamp]:
        """Return the ends of the horizons."""
        return [self.as_of + days * DAY for days in self.horizons_days]


def outlook(world: World, standing: Standing, ahead: Ahead) -> Outlook:
    """Return what awaits each customer, as expectations given the latent situation.

    The margin is that of terms renewed and paid within the horizon, and that of add-ons, upgrades and refunds.
    """
    return _walked(world, standing, ahead, _Expected(latent_chain(world)))


def lived_outlook(world: World, standing: Standing, ahead: Ahead, rng: np.random.Generator) -> Outlook:
    """Draw one life for each customer from the same law: `churn` is 0 or 1, `terms` what that life pays.

    Prices move as expected of the states lived through, and so does `extra`; its mean over many lives is `outlook`.
    """
    return _walked(world, standing, ahead, _Drawn(latent_chain(world), rng))


@dataclass(frozen=True)
class _Walk:
    """Weights over states (rows x states): of being there, and times the price; and what has been paid so far."""

    present: Floats
    money: Floats
    terms: Floats
    extra: Floats

    def staying(self, factor: Floats) -> _Walk:
        return replace(self, present=self.present * factor, money=self.money * factor)

    def paying(self, amount: Floats) -> _Walk:
        return replace(self, terms=self.terms + amount * self.money.sum(axis=1))


class _Nature(Protocol):
    """How staying and moving happen: in expectation, or drawn."""

    @property
    def chain(self) -> Chain: ...

    def stays(self, risk: Floats) -> Floats: ...

    def moves(self, walk: _Walk) -> _Walk: ...


@dataclass(frozen=True)
class _Expected:
    chain: Chain

    def stays(self, risk: Floats) -> Floats:
        return np.asarray(np.exp(-np.outer(risk, self.chain.hazard)))

    def moves(self, walk: _Walk) -> _Walk:
        chain = self.chain
        return replace(walk, present=walk.present @ chain.moves, money=(walk.money * chain.growth) @ chain.moves)


@dataclass(frozen=True)
class _Drawn:
    chain: Chain
    rng: np.random.Generator

    def stays(self, risk: Floats) -> Floats:
        staying = np.exp(-np.outer(risk, self.chain.hazard))
        return np.asarray(self.rng.random((len(risk), 1)) < staying, dtype=np.float64)

    def moves(self, walk: _Walk) -> _Walk:
        states = walk.present.argmax(axis=1)
        there = np.eye(STATES)[next_states(self.chain, states, self.rng.random(len(states)))]
        alive = walk.present.sum(axis=1, keepdims=True)
        price = (walk.money * self.chain.growth).sum(axis=1, keepdims=True)
        return replace(walk, present=there * alive, money=there * price)


@dataclass(frozen=True)
class _Course:
    """What a walk goes through: these customers, under this law of staying and moving."""

    world: World
    standing: Standing
    nature: _Nature

    def through(self, walk: _Walk, span: Span, hazard: Floats) -> _Walk:
        """Pass one span: a late payment, time in force, the end of a term, its payment, time in force."""
        world, standing, stays = self.world, self.standing, self.nature.stays
        time, cancelling = contract_time(standing, span), world.leaving.cancelling
        price = term_margin(world, standing) * np.where(time.paid_at < standing.discount_until, world.offers.discount_factor, 1.0)
        walk = walk.paying(price * time.resumed)
        walk = walk.staying(stays(hazard * (cancelling * time.before + ending_weight(world, standing) * time.ends)))
        walk = walk.paying(price * time.renewed)
        walk = walk.staying(stays(hazard * cancelling * time.after))
        extra = (time.before + time.after) * standing.monthly_margin * (walk.money @ self.nature.chain.extra)
        return replace(walk, extra=walk.extra + extra)


def _walked(world: World, standing: Standing, ahead: Ahead, nature: _Nature) -> Outlook:
    course, states = _Course(world, standing, nature), np.eye(STATES)[standing.state]
    walk = _Walk(states, states, np.zeros(len(standing)), np.zeros(len(standing)))
    seen: list[_Walk] = []
    for span in spans(ahead.as_of, ahead.cuts, ahead.calendar_start):
        walk = course.through(walk, span, hazard_in(world, standing, span, level=ahead.level))
        if span.end in ahead.cuts:
            seen.append(walk)
        if span.closes_week:
            walk = nature.moves(walk)
    return Outlook(
        churn=np.stack([1.0 - at.present.sum(axis=1) for at in seen], axis=1),
        terms=np.stack([at.terms for at in seen], axis=1),
        extra=np.stack([at.extra for at in seen], axis=1),
    )


def term_margin(world: World, standing: Standing) -> Floats:
    """Return the margin of one term at today's price."""
    return standing.monthly_margin * np.where(standing.term > 31 * DAY, world.contracts.yearly_months, 1.0)


def ending_weight(world: World, standing: Standing) -> Floats:
    """Return the weight of the hazard at the end of a term."""
    monthly, yearly = world.leaving.ending_weights
    return np.where(standing.term > 31 * DAY, yearly, monthly)
